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
