package losanttest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDeviceAttributes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	device := "/applications/" + w.app + "/devices/" + w.ids["deviceId"]
	made := w.post(t, device+"/attributes", `{"name":"v","dataType":"number"}`)
	assert.Equal(t, []any{"deviceAttribute", "v", "number", w.app, w.ids["deviceId"]},
		[]any{made["_type"], made["name"], made["dataType"], made["applicationId"], made["deviceId"]})
	w.post(t, device+"/attributes", `{"name":"a","dataType":"string"}`)
	status, refused := w.call(t, "POST", device+"/attributes", `{"name":"a","dataType":"string"}`)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Equal(t, "AlreadyExists", refused["type"])
	assert.Equal(t, []string{"a", "v"}, w.names(t, device+"/attributes", ""))
	assert.Equal(t, []string{"v"}, w.names(t, device+"/attributes", "filterField=dataType&filter=num*"))
	_, patched := w.call(t, "PATCH", device+"/attributes/v", `{"description":"d"}`)
	assert.Equal(t, []any{"v", "number", "d"}, []any{patched["name"], patched["dataType"], patched["description"]})
	_, shown := w.call(t, "GET", device, "")
	assert.JSONEq(t, `[{"dataType":"number","description":"d","name":"v"},{"dataType":"string","name":"a"}]`, compact(t, shown["attributes"]))
	status, _ = w.call(t, "DELETE", device+"/attributes/v", "")
	require.Equal(t, http.StatusOK, status)
	status, missing := w.call(t, "GET", device+"/attributes/v", "")
	assert.Equal(t, http.StatusNotFound, status)
	assert.Equal(t, "Device attribute was not found", missing["message"])
	assert.Equal(t, []string{"a"}, w.names(t, device+"/attributes", ""))
}
