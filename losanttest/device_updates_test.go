package losanttest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Many devices are patched at once: fields of those that ids name, and operations on those that a query matches.
func TestPatchOfDevices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	devices := "/applications/" + w.app + "/devices"
	add := func(name string) string {
		t.Helper()
		return w.post(t, devices, `{"name":"`+name+`","description":"d","tags":[{"key":"floor","value":"1"},{"key":"room","value":"2"}],
			"attributes":[{"name":"voltage","dataType":"number","attributeTags":{"unit":"V","old":"x"},"description":"x"},{"name":"gone","dataType":"string"}]}`)["id"].(string)
	}
	pump, fan := add("Pump"), add("Fan")
	status, answer := w.call(t, "PATCH", devices, `{"deviceIds":["`+fan+`","`+absentID+`"],"updateFields":{"deviceClass":"gateway","tags":[]}}`)
	require.Equal(t, http.StatusOK, status, "%v", answer)
	assert.Equal(t, map[string]any{"updated": 1.0, "failed": 0.0, "skipped": 0.0}, answer)
	_, changed := w.call(t, "GET", devices+"/"+fan, "")
	assert.Equal(t, map[string]any{"name": "Fan", "deviceClass": "gateway", "tags": []any{}}, only(changed, "name", "deviceClass", "tags"))

	status, answer = w.call(t, "PATCH", devices, `{"query":{"name":"Pump"},"updateOperations":[
		{"operation":"set","target":"name","value":"New"},
		{"operation":"set","target":"tag","value":{"key":"floor","value":"9"}},
		{"operation":"remove","target":"tag","tagKey":"room"},
		{"operation":"remove","target":"description"},
		{"operation":"set","target":"parentId","value":"`+fan+`"},
		{"operation":"remove","target":"attribute","attributeName":"gone"},
		{"operation":"add","target":"attribute","value":{"name":"power","dataType":"number"}},
		{"operation":"set","target":"attributeTag","attributeName":"voltage","value":{"key":"unit","value":"kV"}},
		{"operation":"remove","target":"attributeTag","attributeName":"voltage","tagKey":"old"},
		{"operation":"remove","target":"attributeDescription","attributeName":"voltage"},
		{"operation":"set","target":"attributeName","attributeName":"power","value":"watts"}]}`)
	require.Equal(t, http.StatusOK, status, "%v", answer)
	assert.Equal(t, map[string]any{"updated": 1.0, "failed": 0.0, "skipped": 0.0}, answer)
	_, changed = w.call(t, "GET", devices+"/"+pump, "")
	assert.Equal(t, map[string]any{
		"name": "New", "parentId": fan, "tags": []any{map[string]any{"key": "floor", "value": "9"}},
		"attributes": []any{
			map[string]any{"name": "voltage", "dataType": "number", "attributeTags": map[string]any{"unit": "kV"}},
			map[string]any{"name": "watts", "dataType": "number"},
		},
	}, only(changed, "name", "description", "parentId", "tags", "attributes"))

	// What a rule refuses is counted, and nothing of it applied.
	_, answer = w.call(t, "PATCH", devices, `{"deviceIds":["`+pump+`","`+fan+`"],"updateFields":{"name":"Same","parentId":"`+pump+`"}}`)
	assert.Equal(t, map[string]any{"updated": 0.0, "failed": 2.0, "skipped": 0.0}, answer)
	assert.ElementsMatch(t, []string{"Fan", "Lamp", "New"}, w.names(t, devices, ""))
}

// Devices that were deleted, one by one or many at once, come back with what they have reported.
func TestRestore(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	devices := "/applications/" + w.app + "/devices"
	lamp := devices + "/" + w.ids["deviceId"]
	w.post(t, lamp+"/state", `{"data":{"a":1}}`)
	w.call(t, "DELETE", lamp, "")
	w.post(t, devices, `{"name":"Pump"}`)
	w.post(t, devices+"/delete", `{"query":{"name":"Pump"}}`)
	assert.Empty(t, w.names(t, devices, ""))
	assert.Equal(t, []string{"Lamp", "Pump"}, w.names(t, devices, "queryDeleted=true"))
	_, gone := w.call(t, "GET", devices+"?queryDeleted=true", "")
	assert.NotEmpty(t, gone["items"].([]any)[0].(map[string]any)["deletedAt"])

	status, answer := w.call(t, "POST", devices+"/restore", `{"query":{"name":"Lamp"}}`)
	require.Equal(t, http.StatusOK, status, "%v", answer)
	assert.Equal(t, map[string]any{"restored": 1.0, "failed": 0.0}, answer)
	_, back := w.call(t, "GET", lamp, "")
	assert.Equal(t, "Lamp", back["name"])
	assert.NotContains(t, back, "deletedAt")
	assert.Len(t, w.list(t, lamp+"/state"), 1)
	assert.Equal(t, []string{"Pump"}, w.names(t, devices, "queryDeleted=true"))

	// Its place may have been taken; then it stays deleted. Who takes it begins anew.
	w.call(t, "DELETE", lamp, "")
	w.Add("devices.post", []string{w.app}, map[string]any{"id": w.ids["deviceId"], "name": "Another"})
	assert.Empty(t, w.list(t, lamp+"/state"))
	_, answer = w.call(t, "POST", devices+"/restore", `{"query":{}}`)
	assert.Equal(t, map[string]any{"restored": 1.0, "failed": 1.0}, answer)

	sandbox := w.Add("instanceSandboxes.post", []string{w.ids["instanceId"]}, map[string]any{"email": "a@example.com"})["id"].(string)
	path := w.path("/instances/{instanceId}/sandboxes/", nil) + sandbox
	status, _ = w.call(t, "PATCH", path+"/undelete", "")
	assert.Equal(t, http.StatusNotFound, status)
	status, _ = w.call(t, "DELETE", path, "")
	require.Equal(t, http.StatusOK, status)
	_, back = w.call(t, "PATCH", path+"/undelete", "")
	assert.Equal(t, "a@example.com", back["email"])
	status, _ = w.call(t, "GET", path, "")
	assert.Equal(t, http.StatusOK, status)
}

func TestRemovingData(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	devices := "/applications/" + w.app + "/devices"
	lamp := devices + "/" + w.ids["deviceId"]
	for _, minute := range []int{10, 20, 30} {
		w.post(t, lamp+"/state", `{"time":"`+at(minute)+`","data":{"a":1,"b":2}}`)
		w.post(t, lamp+"/command", `{"time":"`+at(minute)+`","name":"c"}`)
		w.post(t, lamp+"/setConnectionStatus", `{"status":"disconnected","disconnectedAt":"`+at(minute)+`","disconnectReason":"tired","messagesFromClient":5}`)
	}
	assert.JSONEq(t, `[{"connected":0,"time":"30:00","disconnectReason":"tired","messagesFromClient":5}]`, compact(t, w.list(t, lamp+"/logs")))
	left := func() (states, commands, log int) {
		t.Helper()
		return len(w.list(t, lamp+"/state?limit=9")), len(w.list(t, lamp+"/command?limit=9")), len(w.list(t, lamp+"/logs?limit=9"))
	}
	status, answer := w.call(t, "DELETE", lamp+"/data?start=1704068100000&end=1704068700000", "") // minutes 15 to 25
	require.Equal(t, http.StatusAccepted, status, "%v", answer)
	assert.Equal(t, map[string]any{"success": true, "jobQueued": true}, only(answer, "success", "jobQueued"))
	assert.NotEmpty(t, answer["jobId"])
	states, commands, log := left()
	assert.Equal(t, []int{2, 2, 2}, []int{states, commands, log})

	remove := func(options string) {
		t.Helper()
		status, answer := w.call(t, "POST", devices+"/removeData", `{"query":{"name":"Lamp"}`+options+`}`)
		require.Equal(t, http.StatusAccepted, status, "%v", answer)
	}
	remove(`,"attributes":["a"],"keepCommandHistory":true,"keepConnectionHistory":true`)
	assert.JSONEq(t, `[{"time":"30:00","data":{"b":2}}]`, compact(t, w.list(t, lamp+"/state")))
	remove(`,"start":1704068400000,"keepConnectionHistory":true`) // from minute 20 on
	states, commands, log = left()
	assert.Equal(t, []int{1, 1, 2}, []int{states, commands, log})
	remove("")
	states, commands, log = left()
	assert.Equal(t, []int{0, 0, 0}, []int{states, commands, log})
	w.call(t, "DELETE", lamp+"/data", "")
}
