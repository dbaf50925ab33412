package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/api"
)

func TestCorrect(t *testing.T) {
	t.Parallel()
	const before = `{"a": {"b": 1, "c/d": [2, [3, 4], {"name": "e", "f": 5}]}, "g": {"h": 6}}`
	for _, test := range []struct {
		name       string
		correction api.Correction
		want       string
	}{
		{"replace", api.Correction{At: "a/b", Value: []byte(`{"x": 1}`)}, `{"a": {"b": {"x": 1}, "c/d": [2, [3, 4], {"name": "e", "f": 5}]}, "g": {"h": 6}}`},
		{"add", api.Correction{At: "g/i~1j", Value: []byte(`7`)}, `{"a": {"b": 1, "c/d": [2, [3, 4], {"name": "e", "f": 5}]}, "g": {"h": 6, "i/j": 7}}`},
		{"element by name", api.Correction{At: "a/c~1d/e/f", Value: []byte(`8`)}, `{"a": {"b": 1, "c/d": [2, [3, 4], {"name": "e", "f": 8}]}, "g": {"h": 6}}`},
		{"element by index", api.Correction{At: "a/c~1d/0", Value: []byte(`8`)}, `{"a": {"b": 1, "c/d": [8, [3, 4], {"name": "e", "f": 5}]}, "g": {"h": 6}}`},
		{"move", api.Correction{At: "g/b", Move: "a/b"}, `{"a": {"c/d": [2, [3, 4], {"name": "e", "f": 5}]}, "g": {"h": 6, "b": 1}}`},
		{"move to the front", api.Correction{At: "a", Move: "a/c~1d/1"}, `{"a": [3, 4], "g": {"h": 6}}`},
		{"wrap", api.Correction{At: "g/properties", Move: "g"}, `{"a": {"b": 1, "c/d": [2, [3, 4], {"name": "e", "f": 5}]}, "g": {"properties": {"h": 6}}}`},
		{"flatten", api.Correction{At: "a/c~1d/1", Flatten: true}, `{"a": {"b": 1, "c/d": [2, 3, 4, {"name": "e", "f": 5}]}, "g": {"h": 6}}`},

		{"nothing to replace", api.Correction{At: "a/b", Value: []byte(`1`)}, "correction of a/b: it stands there already"},
		{"no value", api.Correction{At: "a/b"}, "correction of a/b: EOF"},
		{"no parent", api.Correction{At: "x/b", Value: []byte(`1`)}, "correction of x/b: x is not there"},
		{"no object", api.Correction{At: "a/c~1d/9", Value: []byte(`1`)}, "correction of a/c~1d/9: a/c~1d is not there"},
		{"nothing to move", api.Correction{At: "a/b", Move: "a/x"}, "correction of a/b: a/x is not there"},
		{"nothing to flatten", api.Correction{At: "a/c~1d/0", Flatten: true}, "correction of a/c~1d/0: no list in a list"},
		{"no list to flatten", api.Correction{At: "a/b", Flatten: true}, "correction of a/b: no list in a list"},
		{"no list to flatten into", api.Correction{At: "x/0", Flatten: true}, "correction of x/0: no list in a list"},
		{"no number to flatten", api.Correction{At: "a/c~1d/e", Flatten: true}, "correction of a/c~1d/e: no list in a list"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			n, err := parse([]byte(before))
			require.NoError(t, err)
			if err := n.correct([]api.Correction{test.correction}); err != nil {
				assert.EqualError(t, err, test.want)
				return
			}
			assert.Equal(t, test.want, n.String())
		})
	}
}
