package main

import (
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/api"
)

var update = flag.Bool("update", false, "write the golden files instead of comparing with them")

// assertGolden compares with a file of testdata.
func assertGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		require.NoError(t, os.WriteFile(file, got, 0o600))
		return
	}
	want := read(t, file)
	assert.Equal(t, string(want), string(got), "%s; if the change is meant: go test ./internal/gen -update", file)
}

// readOverlay reads the overlay of testdata, a new one for each test.
func readOverlay(t *testing.T) *api.Overlay {
	t.Helper()
	o, err := api.ReadOverlay(read(t, "testdata/overlay.json"))
	require.NoError(t, err)
	return o
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := fs.ReadFile(os.DirFS(filepath.Dir(file)), filepath.Base(file))
	require.NoError(t, err)
	return data
}
