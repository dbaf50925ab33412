package main

import (
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/losanttest"
)

func TestCall(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	for _, name := range []string{"Pump 1", "Pump 2", "Valve"} {
		s.Add("devices.post", []string{app}, map[string]any{"name": name})
	}
	r := sh.run(t.Context(), "devices.get", "-applicationId", app, "-filter", "pump*", "-perPage", "10").
		succeeds(t)
	var devices struct {
		TotalCount int `json:"totalCount"`
		Links      any `json:"_links"`
	}
	require.NoError(t, json.Unmarshal([]byte(r.stdout), &devices))
	assert.Equal(t, 2, devices.TotalCount)
	assert.Nil(t, devices.Links, "nobody has asked for them")
	assert.True(t, strings.HasPrefix(r.stdout, "{\n  \""), "indented")
	query := s.Requests()[0].Query
	assert.Equal(t, "pump*", query.Get("filter"))
	assert.Equal(t, "name", query.Get("filterField"), "or the filter would filter nothing")
	assert.Equal(t, "10", query.Get("perPage"))
	sh.run(t.Context(), "experienceUsers.get", "-applicationId", app, "-filter", "a*").
		fails(t, statusUsage, "-filter needs -filterField, one of firstName, lastName, email")
	sh.run(t.Context(), "events.get", "-applicationId", app, "-filter", "a*").succeeds(t)
	assert.Equal(t, "subject", s.Requests()[1].Query.Get("filterField"))
}

// Scripts branch on the exit status, and read one line on stderr.
func TestExitStatus(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	get := []string{"devices.get", "-applicationId", app}
	patch := []string{"device.patch", "-applicationId", app, "-deviceId", app, "-body", `{"name": "Pump"}`}
	for _, c := range []struct {
		args   []string
		faults []losanttest.Fault
		status int
		text   string
	}{
		{get, nil, statusDone, ""},
		{patch, nil, statusNotFound, "404 NotFound: Device was not found"},
		{get, []losanttest.Fault{{Status: 403}}, statusRefused, "Put a token that has one of these scopes into LOSANT_API_TOKEN"},
		{get, []losanttest.Fault{{Status: 401}}, statusRefused, "Put a new token into LOSANT_API_TOKEN"},
		{patch, []losanttest.Fault{{Status: 500}}, statusRefused, "It may have been applied: look before you run it again"},
		{patch, []losanttest.Fault{{Drop: true}}, statusNoAnswer, "It may have been applied: look before you run it again"},
		{get, []losanttest.Fault{{Status: 400, Body: "{\"type\":\"Validation\",\"message\":\"a\\nb\\u001b[2J\"}"}}, statusRefused, "400"},
	} {
		for _, fault := range c.faults {
			s.Inject(fault)
		}
		r := sh.run(t.Context(), c.args...)
		if c.status != statusDone {
			r.fails(t, c.status, c.text)
			assert.NotContains(t, r.stderr, "\x1b")
			continue
		}
		r.succeeds(t)
	}
	sh.stdin = strings.NewReader(`{"email": "ada@example.com", "password": "hunter2-hunter2"}`)
	r := sh.run(t.Context(), "auth.authenticateUser", "-body", "-")
	r.fails(t, statusRefused, "401 Unauthorized: Invalid email or password")
	assert.NotContains(t, r.stderr, tokenVariable, "it is the password that is wrong")
	s.Close()
	sh.run(t.Context(), patch...).fails(t, statusNoAnswer, "Check the network and LOSANT_API_URL")
}

// The token shows nowhere, whatever goes wrong.
func TestTokenShowsNowhere(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	token := sh.env[tokenVariable]
	for _, fault := range []losanttest.Fault{{Status: 401}, {Status: 403}, {Status: 500, Body: "no"}, {Drop: true}, {Body: "{"}, {}} {
		s.Inject(fault)
		for _, more := range [][]string{nil, {"-dry-run"}, {"-nothing"}, {"-o", "table"}, {"-all"}} {
			r := sh.run(t.Context(), append([]string{"devices.get", "-applicationId", app}, more...)...)
			assert.NotContains(t, r.stdout+r.stderr, token)
		}
	}
}

// Nor does a secret parameter: it is a part of the URL.
func TestSecretParameterShowsNowhere(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	for _, fault := range []losanttest.Fault{{Status: 403}, {Status: 500}, {Drop: true}, {Body: "{"}, {Status: 302}} {
		s.Inject(fault)
		sh.stdin = strings.NewReader("hunter2-hunter2")
		r := sh.run(t.Context(), "dashboard.get", "-dashboardId", app, "-password", "-")
		assert.NotZero(t, r.status)
		assert.NotContains(t, r.stdout+r.stderr, "hunter2")
	}
	s.Close()
	sh.stdin = strings.NewReader("hunter2-hunter2")
	r := sh.run(t.Context(), "dashboard.get", "-dashboardId", app, "-password", "-")
	assert.Equal(t, statusNoAnswer, r.status)
	assert.NotContains(t, r.stdout+r.stderr, "hunter2")
}

func TestDryRun(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	sh.stdin = strings.NewReader(`{"email": "ada@example.com", "password": "hunter2-hunter2"}`)
	r := sh.run(t.Context(), "experienceUser.patch", "-applicationId", app, "-experienceUserId", app, "-body", "-", "-dry-run").
		succeeds(t)
	assert.Contains(t, r.stdout, "PATCH "+s.URL+"/applications/"+app+"/experience/users/"+app+"?")
	assert.Contains(t, r.stdout, "Authorization: Bearer (hidden)\n")
	assert.Contains(t, r.stdout, "Content-Type: application/json\n")
	assert.Contains(t, r.stdout, `"password": "(hidden)"`)
	assert.Contains(t, r.stdout, `"email": "ada@example.com"`)
	assert.NotContains(t, r.stdout, "hunter2")

	sh.stdin = strings.NewReader("hunter2")
	r = sh.run(t.Context(), "dashboard.get", "-dashboardId", app, "-password", "-", "-dry-run").succeeds(t)
	assert.Contains(t, r.stdout, "password=(hidden)")
	assert.NotContains(t, r.stdout, "hunter2")

	// It asks nothing, and needs no token.
	sh.env = map[string]string{urlVariable: s.URL}
	sh.stdin = strings.NewReader(`{"email": "ada@example.com", "password": "hunter2-hunter2"}`)
	r = sh.run(t.Context(), "auth.authenticateUser", "-body", "-", "-dry-run").succeeds(t)
	assert.NotContains(t, r.stdout, "Authorization", "a log-in without a token sends none")
	r = sh.run(t.Context(), "device.delete", "-applicationId", app, "-deviceId", app, "-dry-run").succeeds(t)
	assert.Contains(t, r.stdout, "DELETE "+s.URL)
	for _, more := range [][]string{{"devices.get", "-all"}, {"devices.get", "-o", "csv"}, {"device.stateStream", "-deviceId", app}} {
		r = sh.run(t.Context(), append(more, "-applicationId", app, "-dry-run")...).succeeds(t)
		assert.Equal(t, 1, strings.Count(r.stdout, "GET "+s.URL))
		assert.NotContains(t, r.stdout, "creationDate")
	}
	assert.Empty(t, s.Requests(), "nothing was sent")
}

func TestUpload(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	s.Handle("file.upload", func(losanttest.Request) (int, any) { return 200, map[string]any{"id": app, "name": "notes.txt"} })
	s.Handle("application.import", func(losanttest.Request) (int, any) { return 202, map[string]any{"success": true, "jobQueued": true} })
	file := filepath.Join(t.TempDir(), "notes.txt")
	write(t, file, "hello")
	upload := []string{"file.upload", "-applicationId", app, "-fileId", app, "-file"}

	r := sh.run(t.Context(), append(upload, file, "-dry-run")...).succeeds(t)
	assert.Contains(t, r.stdout, "\nfile: file \"notes.txt\", 5 bytes\n")
	assert.NotContains(t, r.stdout, "hello")
	assert.Empty(t, s.Requests())

	sh.run(t.Context(), append(upload, file)...).succeeds(t)
	sh.stdin = strings.NewReader("from stdin")
	sh.run(t.Context(), append(upload, "-")...).succeeds(t)
	assert.Contains(t, string(s.Requests()[0].Body), "filename=\"notes.txt\"\r\n\r\nhello\r\n")
	assert.Contains(t, string(s.Requests()[1].Body), "\r\n\r\nfrom stdin\r\n")
	sh.run(t.Context(), append(upload, file+".not")...).fails(t, statusUsage, "-file: ")

	sh.run(t.Context(), "application.import", "-applicationId", app, "-importBundle", file, "-email", "ada@example.com",
		"-options", `{"importUrl": "https://example.com/a.zip"}`).succeeds(t)
	form := string(s.Requests()[2].Body)
	for _, part := range []string{`name="importBundle"; filename="notes.txt"`, "ada@example.com", `{"importUrl":"https://example.com/a.zip"}`} {
		assert.Contains(t, form, part)
	}
}

func TestDeletingAsks(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	ids := make([]string, 4)
	for i := range ids {
		ids[i] = s.Add("devices.post", []string{app}, map[string]any{"name": "Pump"})["id"].(string)
	}
	remove := func(i int, more ...string) []string {
		return append([]string{"device.delete", "-applicationId", app, "-deviceId", ids[i]}, more...)
	}
	sh.run(t.Context(), remove(0)...).fails(t, statusUsage, "device.delete cannot be undone: run it again with -yes")
	sh.run(t.Context(), "devices.delete", "-applicationId", app, "-body", "{}").fails(t, statusUsage, "cannot be undone")
	assert.Empty(t, s.Requests())
	sh.run(t.Context(), remove(0, "-yes")...).succeeds(t)

	sh.terminals = []any{"stdin", "stderr"}
	for i, answer := range []string{"", "n\n", "x\n", "y\n", "YES\n"} {
		sh.stdin = strings.NewReader(answer)
		r := sh.run(t.Context(), remove(max(1, i-1))...)
		assert.Contains(t, r.stderr, "device.delete: Deletes a device from its application. Go on? [y/N] ")
		if i < 3 {
			assert.Equal(t, statusUsage, r.status)
			assert.Contains(t, r.stderr, "losant: nothing was sent\n")
			assert.Len(t, s.Requests(), 1)
		} else {
			r.succeeds(t)
		}
	}
	assert.Len(t, s.Requests(), 3)
	sh.stdin = strings.NewReader("y\n")
	sh.terminals = []any{"stderr"}
	sh.run(t.Context(), remove(1)...).fails(t, statusUsage, "cannot be undone")
}

// A Delete whose answer is lost is sent again, finds nothing, and has done its work.
func TestDeleteWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	id := s.Add("devices.post", []string{app}, map[string]any{"name": "Pump"})["id"].(string)
	s.Inject(losanttest.Fault{Drop: true, AfterApplying: true})
	r := sh.run(t.Context(), "device.delete", "-applicationId", app, "-deviceId", id, "-yes", "-o", "jsonl").succeeds(t)
	assert.Equal(t, "{\"success\":true}\n", r.stdout)
	assert.Len(t, s.Requests(), 2)
}

func TestEveryActionThatDestroysAsks(t *testing.T) {
	t.Parallel()
	all := catalogueOf(t)
	for _, id := range all.ids() {
		a, err := all.action(id)
		require.NoError(t, err)
		if a.Method == "DELETE" || strings.HasPrefix(strings.ToLower(a.note.Summary), "delete") {
			assert.True(t, a.destroys(), "%s: %s", id, a.note.Summary)
		}
		if a.Method == "GET" {
			assert.False(t, a.destroys(), id)
		}
	}
}

// full is a stdout on a disk that is full.
type full struct{ err error }

func (f full) Write([]byte) (int, error) { return 0, f.err }

func TestStdoutThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	id := s.Add("devices.post", []string{app}, map[string]any{"name": "Pump"})["id"].(string)
	s.Add("devices.post", []string{app}, map[string]any{"name": "Valve"})
	sh.stdout = full{syscall.ENOSPC}
	sh.run(t.Context(), "device.delete", "-applicationId", app, "-deviceId", id, "-yes").
		fails(t, statusRefused, "device.delete was done, but its answer could not be written: no space left on device")
	for _, more := range [][]string{nil, {"-all"}, {"-dry-run"}, {"-o", "table"}, {"-all", "-o", "csv"}} {
		r := sh.run(t.Context(), append([]string{"devices.get", "-applicationId", app}, more...)...)
		r.fails(t, statusRefused, "no space left on device")
		assert.Equal(t, 1, strings.Count(r.stderr, "no space left"), r.stderr)
	}
	sh.run(t.Context(), "help").fails(t, statusRefused, "no space left on device")

	// Who closes a pipe has read enough.
	sh.stdout = full{syscall.EPIPE}
	r := sh.run(t.Context(), "devices.get", "-applicationId", app, "-all")
	assert.Equal(t, result{status: statusRefused}, r)
}

func TestStream(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	id := s.Add("devices.post", []string{app}, map[string]any{"name": "Pump"})["id"].(string)
	s.Inject(losanttest.Fault{Operation: "device.stateStream", Events: 2})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	lines, stdout := io.Pipe()
	follower := sh
	follower.stdout = stdout
	done := make(chan result, 1)
	go func() {
		done <- follower.run(ctx, "device.stateStream", "-applicationId", app, "-deviceId", id)
		_ = stdout.Close()
	}()
	decoder := json.NewDecoder(lines)
	sent := make(chan struct{})
	go func() { // until the follower has seen enough: it misses what happens before the stream is open
		defer close(sent)
		for ctx.Err() == nil {
			sh.run(ctx, "device.sendState", "-applicationId", app, "-deviceId", id, "-body", `{"data": {"flow": 4.5}}`)
		}
	}()
	for range 3 { // the third one comes from a stream that has been opened again
		var state struct {
			Data map[string]float64 `json:"data"`
		}
		require.NoError(t, decoder.Decode(&state), "each event comes at once")
		assert.Equal(t, map[string]float64{"flow": 4.5}, state.Data)
	}
	cancel()
	go func() { _, _ = io.Copy(io.Discard, lines) }()
	r := <-done
	<-sent
	assert.Equal(t, statusDone, r.status)
	assert.Contains(t, r.stderr, "losant: the stream broke, and is opened again; what happens until then is lost")
	assert.Regexp(t, `losant: interrupted after \d+ events\n$`, r.stderr)
}

func TestStreamThatIsRefused(t *testing.T) {
	t.Parallel()
	_, sh, app := server(t)
	sh.run(t.Context(), "device.stateStream", "-applicationId", app, "-deviceId", app).fails(t, statusNotFound, "404")
}

func TestDemo(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{
		{"-demo", "devices.get", "-o", "table"},
		{"device.get", "-demo"},
		{"dataTableRows.get", "-demo", "-all", "-o", "csv"},
		{"-demo", "experienceUser.patch", "-body", `{"firstName": "Augusta"}`},
		{"-demo", "experienceGroup.get"},
		{"-demo", "device.sendState", "-body", `{"data": {"flow": 4}}`},
		{"-demo", "application.get"},
		{"-demo", "applications.get"},
		{"-demo", "instances.get"},
	} {
		r := shell{}.run(t.Context(), args...).succeeds(t)
		assert.NotEmpty(t, r.stdout)
	}
	states := shell{}.run(t.Context(), "-demo", "device.getState", "-limit", "9", "-o", "jsonl").succeeds(t).stdout
	assert.Equal(t, 3, strings.Count(states, `"flow"`))
	for _, id := range []string{demoApplication, demoDevice, demoTable, demoUser, demoGroup} {
		assert.Len(t, id, 24)
	}
}
