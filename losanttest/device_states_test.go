package losanttest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDeviceStates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	device := "/applications/" + w.app + "/devices/" + w.ids["deviceId"]
	assert.Empty(t, w.list(t, device+"/state"))
	assert.Equal(t, map[string]any{"success": true}, w.post(t, device+"/state", `{"time":"`+at(10)+`","data":{"a":1,"b":"x"}}`))
	w.post(t, device+"/state", `[{"time":{"$date":"`+at(30)+`"},"data":{"a":3},"meta":{"k":1}},{"time":"`+at(20)+`","data":{"a":2}}]`)

	for query, want := range map[string]string{
		"":                           `[{"data":{"a":3},"meta":{"k":1},"time":"30:00"}]`,
		"?limit=2":                   `[{"data":{"a":3},"meta":{"k":1},"time":"30:00"},{"data":{"a":2},"time":"20:00"}]`,
		"?limit=9&sortDirection=asc": `[{"data":{"a":1,"b":"x"},"time":"10:00"},{"data":{"a":2},"time":"20:00"},{"data":{"a":3},"meta":{"k":1},"time":"30:00"}]`,
		"?limit=9&start=1704067800001&end=1704068400000": `[{"data":{"a":2},"time":"20:00"}]`,
		"?limit=9&since=1704069000000":                   `[{"data":{"a":3},"meta":{"k":1},"time":"30:00"}]`,
		"?limit=9&end=1704068400000&duration=600000":     `[{"data":{"a":2},"time":"20:00"},{"data":{"a":1,"b":"x"},"time":"10:00"}]`,
		"?limit=9&end=1704068400000&duration=1&start=0":  `[]`,
		"?limit=9&start=-1000":                           `[]`,
		"?limit=0":                                       `[]`,
	} {
		assert.Equal(t, want, compact(t, w.list(t, device+"/state"+query)), query)
	}

	composite := func(query string) string {
		_, state := w.call(t, "GET", device+"/compositeState"+query, "")
		return compact(t, state)
	}
	assert.JSONEq(t, `{"a":{"time":"30:00","value":3},"b":{"time":"10:00","value":"x"}}`, composite(""))
	assert.JSONEq(t, `{"a":{"time":"20:00","value":2}}`, composite("?end=1704068400000&attributes=a,c"))
	_, all := w.call(t, "GET", "/applications/"+w.app+"/devices/compositeState?perPage=5&_links=0&_actions=0", "")
	assert.Equal(t, `{"_type":"devices","applicationId":"`+w.app+`","count":1,"items":[{"compositeState":{"a":{"time":"30:00","value":3},"b":{"time":"10:00","value":"x"}},"id":"`+
		w.ids["deviceId"]+`","name":"Lamp"}],"page":0,"perPage":5,"sortDirection":"asc","sortField":"name","totalCount":1}`, compact(t, all))

	// Without a time, it is now.
	w.post(t, device+"/state", `{"data":{"a":4}}`)
	assert.Len(t, w.list(t, device+"/state?duration=60000&limit=5"), 1)
	status, _ := w.call(t, "DELETE", device, "")
	require.Equal(t, http.StatusOK, status)
	for _, path := range []string{"/state", "/command", "/compositeState", "/stateStream"} {
		status, missing := w.call(t, "GET", device+path, "")
		assert.Equal(t, http.StatusNotFound, status)
		assert.Equal(t, "Device was not found", missing["message"])
	}
}

func TestDeviceCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	devices := "/applications/" + w.app + "/devices/"
	device := devices + w.ids["deviceId"]
	other := w.post(t, strings.TrimSuffix(devices, "/"), `{"name":"Other","tags":[{"key":"floor","value":"8"}]}`)["id"].(string)
	w.post(t, device+"/command", `{"time":"`+at(1)+`","name":"on","payload":[1,2]}`)
	w.post(t, devices+"command", `{"time":"`+at(2)+`","name":"tagged","deviceTags":[{"key":"floor","value":"8"}]}`)
	w.post(t, devices+"command", `{"time":"`+at(3)+`","name":"named","deviceIds":["`+other+`"]}`)
	w.post(t, devices+"command", `{"time":"`+at(4)+`","name":"all","deviceQuery":{}}`)
	w.post(t, devices+"command", `{"time":"`+at(5)+`","name":"none"}`)
	assert.JSONEq(t, `[{"name":"all","time":"04:00"}]`, compact(t, w.list(t, device+"/command")))
	assert.JSONEq(t, `[{"name":"on","payload":[1,2],"time":"01:00"},{"name":"all","time":"04:00"}]`,
		compact(t, w.list(t, device+"/command?limit=9&sortDirection=asc")))
	assert.JSONEq(t, `[{"name":"tagged","time":"02:00"},{"name":"named","time":"03:00"},{"name":"all","time":"04:00"}]`,
		compact(t, w.list(t, devices+other+"/command?limit=9&sortDirection=asc")))
}

func TestConnectionStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	devices := "/applications/" + w.app + "/devices"
	device := devices + "/" + w.ids["deviceId"]
	connected := func(name string) []string {
		return w.names(t, devices, `query={"connectionStatus":"`+name+`"}`)
	}
	w.post(t, device+"/setConnectionStatus", `{"status":"connected","connectedAt":"`+at(1)+`"}`)
	_, shown := w.call(t, "GET", device, "")
	assert.Equal(t, map[string]any{"time": at(1), "connected": 1.0}, shown["connectionInfo"])
	assert.Equal(t, []string{"Lamp"}, connected("connected"))
	w.post(t, device+"/setConnectionStatus", `{"status":"disconnected","disconnectedAt":"`+at(2)+`"}`)
	_, shown = w.call(t, "GET", device, "")
	assert.Equal(t, map[string]any{"time": at(2), "connected": 0.0}, shown["connectionInfo"])
	assert.Empty(t, connected("connected"))
	_, shown = w.call(t, "GET", device+"?excludeConnectionInfo=true", "")
	assert.NotContains(t, shown, "connectionInfo")
}
