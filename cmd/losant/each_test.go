package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/losanttest"
)

// eachDevice are the arguments for creating a device for each line of a file.
func eachDevice(app, file string, more ...string) []string {
	return append([]string{
		"devices.post", "-applicationId", app, "-each", file,
		"-body", `{"name": "{name}", "deviceClass": "standalone"}`,
	}, more...)
}

func lines(t *testing.T, file string) [][]string {
	t.Helper()
	all, err := csv.NewReader(strings.NewReader(read(t, file))).ReadAll()
	require.NoError(t, err)
	return all
}

func TestEach(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	dir := t.TempDir()
	file, failed := filepath.Join(dir, "devices.csv"), filepath.Join(dir, "devices.failed.csv")
	names := []string{"name"}
	for range 50 {
		names = append(names, `"Pump ""1"", \`+"\n"+`{name}"`, strings.Repeat("x", 256))
	}
	write(t, file, "\ufeff"+strings.Join(names, "\n")+"\n")
	dry := sh.run(t.Context(), eachDevice(app, file, "-dry-run")...)
	assert.Equal(t, statusUsage, dry.status)
	assert.Equal(t, 50, strings.Count(dry.stdout, "POST "))
	assert.Contains(t, dry.stderr, "50 of 100 calls could be made. The first that was not: -body: device.name must be at most 255 characters\n")
	assert.NoFileExists(t, failed)
	assert.Empty(t, s.Requests())

	r := sh.run(t.Context(), eachDevice(app, file)...)
	assert.Equal(t, statusUsage, r.status)
	assert.Contains(t, r.stderr, "losant: 50 of 100 calls were done. The first that was not: -body: device.name must be at most 255")
	require.Equal(t, 50, strings.Count(r.stdout, "\n"))
	for line := range strings.Lines(r.stdout) {
		var device struct {
			Name string `json:"name"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &device))
		assert.Equal(t, "Pump \"1\", \\\n{name}", device.Name, "a cell is no template")
	}
	left := lines(t, failed)
	require.Len(t, left, 51)
	assert.Equal(t, []string{"name", "_error", "_applied"}, left[0])
	assert.Equal(t, []string{strings.Repeat("x", 256), "-body: device.name must be at most 255 characters", ""}, left[1])
	info, err := os.Stat(failed)
	require.NoError(t, err)
	assert.Zero(t, info.Mode()&0o077, "lines may hold secrets")

	// The second run takes that file as it is: what is done leaves it.
	write(t, failed, strings.Replace(strings.ReplaceAll(read(t, failed), strings.Repeat("x", 256), "Valve"), "Valve", strings.Repeat("y", 256), 1))
	r = sh.run(t.Context(), eachDevice(app, failed)...)
	assert.Equal(t, statusUsage, r.status)
	assert.Len(t, lines(t, failed), 2)
	assert.Equal(t, left[0], lines(t, failed)[0], "and adds its columns once")
	write(t, failed, strings.ReplaceAll(read(t, failed), strings.Repeat("y", 256), "Last"))
	sh.run(t.Context(), eachDevice(app, failed)...).succeeds(t)
	assert.NoFileExists(t, failed)
	assert.Len(t, s.Requests(), 100)
	assert.Equal(t, []string{"devices.csv"}, entries(t, dir))
}

func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	all, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, entry := range all {
		names = append(names, entry.Name())
	}
	return names
}

// The answers come in the order of the lines, and no more calls are made at a time than are asked for.
func TestEachKeepsOrderAndLimit(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	var mu sync.Mutex
	running, most := 0, 0
	gate := make(chan struct{}, 100)
	s.Handle("data.export", func(r losanttest.Request) (int, any) {
		mu.Lock()
		running++
		most = max(most, running)
		if running == 3 { // all that there may be are here
			for range 3 {
				gate <- struct{}{}
			}
		}
		mu.Unlock()
		<-gate
		mu.Lock()
		running--
		mu.Unlock()
		var body struct {
			Email string `json:"email"`
		}
		_ = json.Unmarshal(r.Body, &body)
		return 202, map[string]any{"success": true, "jobId": body.Email}
	})
	file := filepath.Join(t.TempDir(), "e.csv")
	var want []string
	text := "email\n"
	for _, letter := range "abcdefghijkl" {
		want = append(want, string(letter)+"@example.com")
		text += string(letter) + "@example.com\n"
	}
	write(t, file, text)
	r := sh.run(t.Context(), "data.export", "-applicationId", app, "-each", file, "-parallel", "3",
		"-body", `{"email": "{email}", "start": 0, "end": 0}`).succeeds(t)
	var got []string
	for line := range strings.Lines(r.stdout) {
		var answer struct {
			JobID string `json:"jobId"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &answer))
		got = append(got, answer.JobID)
	}
	assert.Equal(t, want, got)
	assert.Equal(t, 3, most)
	assert.Contains(t, r.stderr, "losant: 12 of 12 calls were done\n")
}

func TestEachFindsMistakesBeforeAnythingIsSent(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "e.csv")
	for text, content := range map[string]string{
		`has no column "name" (did you mean names?)`:        "names\nx\n",
		"has no line with the names of the columns":         "",
		`has the column "name" twice`:                       "name,name\nx,y\n",
		"is not valid UTF-8":                                "name\n\xff\n",
		"wrong number of fields":                            "name\nx,y\n",
		"1 of the lines may have been applied (_applied is": "name,_applied\nx,maybe\ny,\n",
	} {
		write(t, file, content)
		sh.run(t.Context(), eachDevice(app, file)...).fails(t, statusUsage, text)
	}
	sh.run(t.Context(), eachDevice(app, filepath.Join(dir, "none.csv"))...).fails(t, statusUsage, "-each: ")
	sh.run(t.Context(), eachDevice(app, "-")...).fails(t, statusUsage, "give the -failed FILE")
	write(t, file, "name\nx\n")
	write(t, filepath.Join(dir, "e.failed.csv"), "name\nx\n")
	sh.run(t.Context(), eachDevice(app, file)...).fails(t, statusUsage, "e.failed.csv is there already")
	require.NoError(t, os.Remove(filepath.Join(dir, "e.failed.csv")))
	sh.run(t.Context(), eachDevice(app, file, "-failed", filepath.Join(dir, "none", "x.csv"))...).
		fails(t, statusUsage, "there is no place for lines that fail")
	write(t, file, "id\nx\n")
	sh.run(t.Context(), "device.delete", "-applicationId", app, "-deviceId", "{id}", "-each", file).
		fails(t, statusUsage, "cannot be undone")
	assert.Empty(t, s.Requests())
	assert.Equal(t, []string{"e.csv"}, entries(t, dir))
}

// A line that may have been applied is not sent again without being told to.
func TestEachDoesNotApplyTwice(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	dir := t.TempDir()
	file, failed := filepath.Join(dir, "e.csv"), filepath.Join(dir, "e.failed.csv")
	write(t, file, "name\na\nb\n")
	s.Inject(losanttest.Fault{Drop: true, AfterApplying: true})
	r := sh.run(t.Context(), eachDevice(app, file, "-parallel", "1")...)
	assert.Equal(t, statusNoAnswer, r.status)
	left := lines(t, failed)
	require.Len(t, left, 2)
	assert.Equal(t, []string{"a", "maybe"}, []string{left[1][0], left[1][2]})
	sh.run(t.Context(), eachDevice(app, failed)...).fails(t, statusUsage, "-again sends the rest")
	assert.Len(t, s.Requests(), 2)
	sh.run(t.Context(), eachDevice(app, failed, "-again")...).succeeds(t)
	assert.NoFileExists(t, failed)
}

// What an interrupt was faster than is in the file of failed lines.
func TestInterruptOfEach(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	dir := t.TempDir()
	file, failed := filepath.Join(dir, "e.csv"), filepath.Join(dir, "e.failed.csv")
	write(t, file, "name\na\nb\nc\nd\n")
	s.Inject(losanttest.Fault{})
	s.Inject(losanttest.Fault{Delay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	written := &notified{line: make(chan struct{}, 10)}
	sh.stdout = written
	go func() {
		<-written.line
		cancel()
	}()
	r := sh.run(ctx, eachDevice(app, file, "-parallel", "1")...)
	assert.Equal(t, statusNoAnswer, r.status)
	assert.Contains(t, r.stderr, "losant: interrupted: 1 of 4 calls were done")
	left := lines(t, failed)
	require.Len(t, left, 4)
	assert.Equal(t, []string{"b", "c", "d"}, []string{left[1][0], left[2][0], left[3][0]})
	assert.Equal(t, "not sent", left[3][1])
	assert.Empty(t, left[3][2])
}

// When nobody can read the answers, no more lines are sent; those that were not are in the file of failed lines.
func TestEachWithoutStdout(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	dir := t.TempDir()
	file, failed := filepath.Join(dir, "e.csv"), filepath.Join(dir, "e.failed.csv")
	write(t, file, "name\n"+strings.Repeat("a\n", 100))
	sh.stdout = full{syscall.EPIPE}
	r := sh.run(t.Context(), eachDevice(app, file)...)
	assert.Equal(t, statusRefused, r.status)
	assert.Contains(t, r.stderr, "losant: the output could not be written: broken pipe: ")
	done := len(s.Requests())
	assert.Less(t, done, 50)
	assert.Len(t, lines(t, failed), 1+100-done)
}

func TestPlaceholders(t *testing.T) {
	t.Parallel()
	r := &row{[]string{"name", "n", "Device Name", "q"}, []string{`a"b\` + "\n<é>", "4.5", "x", `", "admin": true, "`}}
	for text, want := range map[string]string{
		`{"a": "{name}"}`:              `{"a": "a\"b\\\n<é>"}`,
		`{"a": {n}, "b": [{n}]}`:       `{"a": 4.5, "b": [4.5]}`,
		`{"a": "{n} {Device Name}"}`:   `{"a": "4.5 x"}`,
		`{"a": "{{name}} \"{n}\""}`:    `{"a": "{{name}} \"4.5\""}`,
		`{"a": "{q}"}`:                 `{"a": "\", \"admin\": true, \""}`,
		`{"{n}": 1, "b": {}, "c":{ }}`: `{"4.5": 1, "b": {}, "c":{ }}`,
	} {
		got, err := r.fill(text, true)
		require.NoError(t, err, text)
		assert.Equal(t, want, got)
		assert.True(t, json.Valid([]byte(got)), got)
	}
	got, err := r.fill("{n}-{Device Name}", false)
	require.NoError(t, err)
	assert.Equal(t, "4.5-x", got)
	for text, want := range map[string]string{
		`{"a": {q}}`:       `{q} stands outside of a string: its cell has to be JSON`,
		`{"a": {name}}`:    "has to be JSON",
		`{"a": "{names}"}`: `there is no column "names" (did you mean name`,
	} {
		_, err := r.fill(text, true)
		require.ErrorContains(t, err, want)
	}
	var none *row
	got, err = none.fill("{name}", false)
	require.NoError(t, err)
	assert.Equal(t, "{name}", got, "without -each, there are no placeholders")
}

// A secret of a line is in the file, and the command line has only its placeholder.
func TestEachWithSecrets(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	file := filepath.Join(t.TempDir(), "e.csv")
	write(t, file, "email,password\nada@example.com,Correct-horse-7\n")
	post := []string{"experienceUsers.post", "-applicationId", app, "-each", file, "-body"}
	body := `{"email": "{email}", "password": "{password}"}`
	sh.run(t.Context(), append(post, strings.Replace(body, "{password}", "x{password}", 1))...).
		fails(t, statusUsage, "password is a secret")
	dry := sh.run(t.Context(), append(post, body, "-dry-run")...).succeeds(t)
	assert.NotContains(t, dry.stdout, "Correct-horse-7")
	sh.run(t.Context(), append(post, body)...).succeeds(t)
	assert.Contains(t, string(s.Requests()[0].Body), "Correct-horse-7")
	assert.False(t, slices.Contains(entries(t, filepath.Dir(file)), "e.failed.csv"))
}
