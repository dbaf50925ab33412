package losanttest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	events := "/applications/" + w.app + "/events"
	status, event := w.call(t, "POST", events, `{"level":"info","subject":"Hot","deviceId":"`+w.ids["deviceId"]+`","creationDate":1704153600000}`)
	require.Equal(t, http.StatusCreated, status, "%v", event)
	assert.Equal(t, "new", event["state"])
	assert.Equal(t, "Lamp", event["deviceName"])
	assert.Equal(t, "2024-01-02T00:00:00.000Z", event["creationDate"])
	path := events + "/" + event["id"].(string)
	_, patched := w.call(t, "PATCH", path, `{"state":"acknowledged","comment":"Looking"}`)
	assert.Equal(t, "acknowledged", patched["state"])
	updates, _ := patched["updates"].([]any)
	require.Len(t, updates, 1)
	update, _ := updates[0].(map[string]any)
	assert.Equal(t, "Looking", update["comment"])
	assert.Equal(t, map[string]any{"old": "new", "new": "acknowledged"}, update["stateChange"])
	_, listed := w.call(t, "GET", events+"?state=new", "")
	assert.Empty(t, listed["items"])
	_, listed = w.call(t, "GET", events+"?state=acknowledged", "")
	assert.Len(t, listed["items"], 1)
}
