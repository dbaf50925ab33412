package api

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestIndexHoldsWhatTheDescriptionHolds(t *testing.T) {
	t.Parallel()
	all, err := Load()
	require.NoError(t, err)
	index, err := LoadIndex()
	require.NoError(t, err)

	assert.Equal(t, all.Version, index.Version)
	assert.Equal(t, all.Scopes, index.Scopes)
	assert.Equal(t, all.Actions, index.Actions)
	require.Len(t, index.schemas, len(all.Schemas))
	for name, want := range all.Schemas {
		got, err := index.Schema(name)
		require.NoError(t, err)
		require.Equal(t, want, got, name)
	}
	none, err := index.Schema("nothing")
	require.NoError(t, err)
	assert.Nil(t, none)
}

func TestMembersLooksAtNoValue(t *testing.T) {
	t.Parallel()
	got := members([]byte(`{ "a": {"b": [1, {"c": "}"}]}, "d": "x\",:{", "e": 5 }`))
	assert.Equal(t, map[string][]byte{
		"a": []byte(` {"b": [1, {"c": "}"}]}`), "d": []byte(` "x\",:{"`), "e": []byte(` 5 `),
	}, got)
	assert.Empty(t, members([]byte(`{}`)))
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		_, _ = Load()
	}
}

func BenchmarkLoadIndex(b *testing.B) {
	for b.Loop() {
		_, _ = LoadIndex()
	}
}
