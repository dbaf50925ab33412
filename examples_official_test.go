//go:build official

package losant_test

import (
	"encoding/json"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	losantapi "github.com/losant-go/losant/internal/api"
)

// Losant's own examples are decoded and lose nothing, and what may be sent is not refused.
func TestOfficialExamples(t *testing.T) {
	t.Parallel()
	text, err := fs.ReadFile(os.DirFS(os.Getenv("LOSANT_DESCRIPTION")), "examples.json")
	require.NoError(t, err)
	var examples map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(text, &examples))
	d := description(t)
	seen := 0
	for _, types := range []map[string]func() any{answerTypes, bodyTypes} {
		for _, name := range slices.Sorted(maps.Keys(types)) {
			example, ok := examples[name]
			if !ok {
				continue
			}
			seen++
			value := types[name]()
			require.NoError(t, json.Unmarshal(example, value), name)
			got, err := json.Marshal(value)
			require.NoError(t, err)
			assert.Empty(t, slices.DeleteFunc(lost(decoded(t, example), decoded(t, got), ""), func(place string) bool {
				return !isKnown(d, &losantapi.Schema{Ref: name}, place) // some examples have what no schema does
			}), name)
			if body, ok := value.(interface{ Validate() error }); ok {
				require.NoError(t, body.Validate(), name)
			}
		}
	}
	require.Greater(t, seen, 200)
}

// isKnown reports whether a place is one that a schema names, and not one of a map of cells.
func isKnown(d *losantapi.Description, s *losantapi.Schema, place string) bool {
	for s.Ref != "" {
		s = d.Schemas[s.Ref]
	}
	if place == "" {
		return true
	}
	for _, a := range slices.Concat(s.OneOf, s.AnyOf) {
		if isKnown(d, a, place) {
			return true
		}
	}
	if rest, ok := strings.CutPrefix(place, "[]"); ok {
		return s.Items != nil && isKnown(d, s.Items, rest)
	}
	for _, p := range s.Properties {
		if rest, ok := strings.CutPrefix(place, "."+p.Name); ok && (rest == "" || strings.ContainsAny(rest[:1], ".[")) {
			return isKnown(d, p.Schema, rest)
		}
	}
	return false
}

// lost are the places of a document that another one lacks. What is zero need not be there.
func lost(want, got any, at string) (places []string) {
	switch want := want.(type) {
	case map[string]any:
		other, _ := got.(map[string]any)
		for key, value := range want {
			places = append(places, lost(value, other[key], at+"."+key)...)
		}
	case []any:
		other, _ := got.([]any)
		for i, value := range want {
			if i < len(other) {
				places = append(places, lost(value, other[i], at+"[]")...)
			} else {
				places = append(places, at)
			}
		}
	case nil:
	case bool:
		if want && got != any(true) {
			places = append(places, at)
		}
	case json.Number:
		if f, _ := want.Float64(); f != 0 && got == nil {
			places = append(places, at)
		}
	case string:
		if want != "" && got == nil {
			places = append(places, at)
		}
	}
	return places
}
