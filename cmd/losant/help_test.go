package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// argument of a shell: what is in single quotes, or has no spaces.
var shellWord = regexp.MustCompile(`'(?:[^']|'\\'')*'|\S+`)

// words are the arguments that a shell makes of a line.
func shellWords(line string) (words []string) {
	for _, word := range shellWord.FindAllString(line, -1) {
		if strings.HasPrefix(word, "'") {
			word = strings.ReplaceAll(strings.Trim(word, "'"), `'\''`, "'")
		}
		words = append(words, word)
	}
	return words
}

// The example in the help of every action is one that the program and the SDK take: what it would send is shown.
func TestEveryExampleIsTaken(t *testing.T) {
	t.Parallel()
	all := catalogueOf(t)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("notes"), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "secret.txt"), []byte("secret"), 0o600))
	for _, id := range all.ids() {
		a, err := all.action(id)
		require.NoError(t, err)
		args := shellWords(a.example())
		require.Equal(t, "losant", args[0])
		for i, arg := range args {
			switch arg {
			case "notes.txt", "@secret.txt":
				args[i] = strings.Replace(arg, strings.TrimPrefix(arg, "@"), filepath.Join(dir, strings.TrimPrefix(arg, "@")), 1)
			case "@body.json":
				args[i] = "-"
			}
		}
		sh := shell{}
		if a.Body != nil {
			body, _ := encode(all.sample(a.bodySchema()))
			sh.stdin = strings.NewReader(string(body))
		}
		r := sh.run(t.Context(), append(args[1:], "-dry-run")...)
		if assert.Zero(t, r.status, "%s: %s", a.example(), r.stderr) {
			assert.Regexp(t, "^"+a.Method+" https://api.losant.com/", r.stdout)
		}
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	all := catalogueOf(t)
	for _, args := range [][]string{{"help"}, {"-h"}, {"--help"}} {
		r := shell{}.run(t.Context(), args...).succeeds(t)
		for _, resource := range all.resources() {
			assert.Contains(t, r.stdout, " "+resource)
		}
		for _, name := range append(topicNames(), "flags") {
			assert.Contains(t, r.stdout, name)
			assert.NotEmpty(t, shell{}.run(t.Context(), "help", name).succeeds(t).stdout)
		}
	}
	none := shell{}.run(t.Context())
	assert.Equal(t, result{"", shell{}.run(t.Context(), "help").stdout, statusUsage}, none)
	ofResource := shell{}.run(t.Context(), "help", "devices").succeeds(t).stdout
	assert.Contains(t, ofResource, "devices.sendCommand")
	assert.NotContains(t, ofResource, "device.sendCommand ")
	for _, id := range all.ids() {
		a, err := all.action(id)
		require.NoError(t, err)
		r := result{stdout: a.help()}
		assert.Contains(t, strings.Join(strings.Fields(r.stdout), " "), a.ID()+": "+a.note.Summary)
		assert.Contains(t, r.stdout, a.Method+" "+a.Path)
		for _, arg := range a.arguments {
			assert.Contains(t, r.stdout, "\n    -"+arg.Name)
		}
		for _, word := range []string{"Ptr(", "[At]", "an empty slice", "when zero", " Filter", "unless Limit", "[Aggregation]"} {
			assert.NotContains(t, r.stdout, word, "%s speaks Go", id)
		}
		for line := range strings.Lines(r.stdout) {
			if !strings.Contains(line, " losant ") { // an example is one line
				assert.LessOrEqual(t, len(line), 121, line)
			}
		}
	}
	for _, args := range [][]string{{"help", "devices.get"}, {"devices.get", "-h"}, {"devices.get", "-help"}, {"-h", "devices.get"}} {
		r := shell{}.run(t.Context(), args...).succeeds(t)
		assert.Contains(t, r.stdout, "devices.get: Lists the devices of an application.\n", args)
	}
	shell{}.run(t.Context(), "help", "devices", "devices.get").fails(t, statusUsage, "help takes one word")
	shell{}.run(t.Context(), "help", "devices.gte").fails(t, statusUsage, "did you mean devices.get")
}

// No flag of an action has the name of one that all actions have.
func TestNamesOfFlagsDoNotClash(t *testing.T) {
	t.Parallel()
	all := catalogueOf(t)
	common := new(settings).flags()
	for _, id := range all.ids() {
		a, err := all.action(id)
		require.NoError(t, err)
		for _, arg := range a.arguments {
			assert.Nil(t, common.Lookup(arg.Name), "%s: -%s", id, arg.Name)
			assert.NotEqual(t, "body", arg.Name, id)
		}
	}
}
