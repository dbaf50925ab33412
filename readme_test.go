package losant_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the README shows has to be part of an Example, and so is compiled.
func TestTheGoCodeOfTheREADMEIsCompiled(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	examples, err := os.ReadFile("example_test.go")
	require.NoError(t, err)

	snippets := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(string(readme), -1)

	require.NotEmpty(t, snippets)
	for _, snippet := range snippets {
		indented := regexp.MustCompile(`(?m)^(.)`).ReplaceAllString(snippet[1], "\t$1")
		assert.Contains(t, string(examples), indented, "no Example has this code")
	}
}

func TestTheREADMEOpensWithTheTwoCommands(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)

	opening := strings.Join(strings.SplitN(string(readme), "\n", 10)[:9], "\n")

	assert.Contains(t, opening, "$ go run ./examples/quickstart")
	assert.Contains(t, opening, "$ go test ./...")
}
