package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func TestTheTourPrintsWhatItSays(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/output.txt")
	require.NoError(t, err)

	var out bytes.Buffer
	err = run(t.Context(), &out)

	require.NoError(t, err)
	assert.Equal(t, string(want), out.String())
}
