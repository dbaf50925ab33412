package losant_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pages are what is written by hand for users.
var pages = []string{"README.md", "docs/guide.md"}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path) //nolint:gosec // a file of the tree
	require.NoError(t, err)
	return string(text)
}

// What the pages show has to be part of an Example, and so is compiled.
func TestTheGoCodeOfThePagesIsCompiled(t *testing.T) {
	t.Parallel()
	code := read(t, "example_test.go") + read(t, "guide_test.go")
	for _, page := range pages {
		snippets := regexp.MustCompile("(?s)```go\n(.*?)```").FindAllStringSubmatch(read(t, page), -1)
		require.NotEmpty(t, snippets)
		for _, snippet := range snippets {
			indented := regexp.MustCompile(`(?m)^(.)`).ReplaceAllString(snippet[1], "\t$1")
			if !strings.Contains(code, "\n"+snippet[1]) { // outside of a function
				assert.Contains(t, code, indented, "%s: no Example has this code", page)
			}
		}
	}
}

func TestTheLinksOfThePagesLeadSomewhere(t *testing.T) {
	t.Parallel()
	for _, page := range pages {
		links := regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(read(t, page), -1)
		require.NotEmpty(t, links)
		for _, link := range links {
			path, heading, _ := strings.Cut(link[1], "#")
			if strings.Contains(path, "://") {
				continue
			}
			target := page
			if path != "" {
				target = filepath.Join(filepath.Dir(page), path)
				_, err := os.Stat(target)
				require.NoError(t, err, page)
			}
			if heading != "" {
				assert.Contains(t, headings(read(t, target)), heading, "%s: %s", page, link[1])
			}
		}
	}
}

// headings are the anchors of a page, as they are named where Markdown is shown.
func headings(text string) (anchors []string) {
	for _, heading := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(text, -1) {
		words := regexp.MustCompile(`[^a-z0-9 -]`).ReplaceAllString(strings.ToLower(heading[1]), "")
		anchors = append(anchors, strings.ReplaceAll(words, " ", "-"))
	}
	return anchors
}

// The programs that the README runs are there, with the flags that it gives them.
func TestTheProgramsOfTheREADMEHaveTheirFlags(t *testing.T) {
	t.Parallel()
	lines := regexp.MustCompile(`go run ./(examples/\w+)(.*)`).FindAllStringSubmatch(read(t, "README.md"), -1)
	require.Len(t, lines, 7)
	for _, line := range lines {
		program := read(t, filepath.Join(line[1], "main.go"))
		for _, flag := range regexp.MustCompile(` -([a-z-]+)`).FindAllStringSubmatch(line[2], -1) {
			assert.Contains(t, program, `"`+flag[1]+`", `, "%s -%s", line[1], flag[1])
		}
	}
}

func TestTheREADMEOpensWithTheTwoCommands(t *testing.T) {
	t.Parallel()
	opening := strings.Join(strings.SplitN(read(t, "README.md"), "\n", 10)[:9], "\n")

	assert.Contains(t, opening, "$ go run ./examples/quickstart")
	assert.Contains(t, opening, "$ go test ./...")
}
