//go:build official

package main

import (
	"io/fs"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every name of Losant's, as the list of names beside the description has it.
func TestEveryOfficialName(t *testing.T) {
	t.Parallel()
	list, err := fs.ReadFile(officialFolder(t), "names.tsv")
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(list)), "\n")[1:]
	require.Greater(t, len(lines), 1000)
	for _, line := range lines {
		official, want, ok := strings.Cut(line, "\t")
		require.True(t, ok, line)
		assert.Equal(t, want, goName(official), official)
	}
}
