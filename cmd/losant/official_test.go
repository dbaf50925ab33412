//go:build official

package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Every official example of a body is one that -body takes: it loses nothing on the way.
func TestOfficialExamplesAreTaken(t *testing.T) {
	t.Parallel()
	var examples map[string]json.RawMessage
	text := read(t, filepath.Join(os.Getenv("LOSANT_DESCRIPTION"), "examples.json"))
	require.NoError(t, json.Unmarshal([]byte(text), &examples))
	all := catalogueOf(t)
	bodies := 0
	for _, id := range all.ids() {
		a, err := all.action(id)
		require.NoError(t, err)
		if a.Body == nil {
			continue
		}
		bodies++
		if assert.Contains(t, examples, a.Body.Schema, id) {
			require.NoError(t, all.decode(examples[a.Body.Schema], reflect.New(a.body).Elem(), a.Body.Schema), id)
		}
	}
	assert.Equal(t, 143, bodies)
}
