package main

import (
	"bytes"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/losanttest"
)

func TestTheTourPrintsWhatItSays(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/output.txt")
	require.NoError(t, err)
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	client, err := server.NewClient()
	require.NoError(t, err)

	var out bytes.Buffer
	require.NoError(t, run(t.Context(), client, server.AddApplication(), &out))

	assert.Equal(t, string(want), out.String())
}
