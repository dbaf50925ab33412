package main

import (
	"flag"
	"os"
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
	want, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got), "%s; if the change is meant: go test ./internal/gen -update", file)
}

// readOverlay reads the overlay of testdata, a new one for each test.
func readOverlay(t *testing.T) *api.Overlay {
	t.Helper()
	data, err := os.ReadFile("testdata/overlay.json")
	require.NoError(t, err)
	o, err := api.ReadOverlay(data)
	require.NoError(t, err)
	return o
}
