package api

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReadOverlay(t *testing.T) {
	t.Parallel()
	_, err := LoadOverlay()
	require.NoError(t, err)
	_, err = ReadOverlay([]byte(`{"actions": {"devices.get": {"abstract": "Lists devices."}}}`))
	require.EqualError(t, err, `overlay.json: json: unknown field "abstract"`)
}

func TestNotes(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	o := &Overlay{
		Actions:    map[string]ActionNote{"devices.get": {Parameters: map[string]ParameterNote{"page": {Doc: "is its own."}}}},
		Parameters: map[string]ParameterNote{"page": {Doc: "is that of all.", Type: "int"}},
		Properties: map[string]PropertyNote{
			"key":        {Doc: "is that of all.", Secret: &no, Type: "int"},
			"device.key": {Secret: &yes},
			"event.key":  {Doc: "is its own."},
		},
	}
	own, ok := o.Parameter(&Action{Resource: "devices", Name: "get"}, "page")
	assert.Equal(t, ParameterNote{Doc: "is its own."}, own, "and nothing of the other one")
	assert.True(t, ok)
	all, ok := o.Parameter(&Action{Resource: "events", Name: "get"}, "page")
	assert.Equal(t, ParameterNote{Doc: "is that of all.", Type: "int"}, all)
	assert.True(t, ok)
	_, ok = o.Parameter(&Action{Resource: "events", Name: "get"}, "perPage")
	assert.False(t, ok)

	assert.Equal(t, PropertyNote{Doc: "is that of all.", Secret: &yes, Type: "int"}, o.Property("device", "key"))
	assert.Equal(t, PropertyNote{Doc: "is its own.", Secret: &no, Type: "int"}, o.Property("event", "key"))
	assert.Equal(t, PropertyNote{Doc: "is that of all.", Secret: &no, Type: "int"}, o.Property("flow", "key"))
}
