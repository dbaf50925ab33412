package losanttest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestBulk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	devices, events := "/applications/"+w.app+"/devices", "/applications/"+w.app+"/events"
	for _, name := range []string{"a", "b", "B2"} {
		w.post(t, devices, `{"name":"`+name+`","tags":[{"key":"floor","value":"`+name+`"},{"key":"x","value":"y"}],
			"attributes":[{"name":"n`+name+`","dataType":"number"},{"name":"s","dataType":"string"}]}`)
	}
	get := func(path string) string {
		_, answer := w.call(t, "GET", path, "")
		return compact(t, answer)
	}
	assert.JSONEq(t, `{"tagKeys":["floor","x"]}`, get(devices+"/tagKeys"))
	assert.JSONEq(t, `{"tagKey":"floor","tagValues":["B2","b"]}`, get(devices+"/tagValues?key=floor&startsWith=b"))
	assert.JSONEq(t, `{"attributeNames":["nB2","na","nb"]}`, get(devices+"/attributeNames?dataType=number"))
	assert.Contains(t, get(devices+"/deviceNames?startsWith=b"), `"deviceClass":"standalone"`)
	assert.Equal(t, 2, strings.Count(get(devices+"/deviceNames?startsWith=b"), `"id"`))
	assert.JSONEq(t, `{"removed":2,"failed":0}`, compact(t, w.post(t, devices+"/delete", `{"query":{"name":{"$startsWith":"b","$ci":true}}}`)))
	assert.Equal(t, []string{"Lamp", "a"}, w.names(t, devices, ""))

	for _, level := range []string{"info", "error", "warning"} {
		w.post(t, events, `{"level":"`+level+`","subject":"is `+level+`"}`)
	}
	_, worst := w.call(t, "GET", events+"/mostRecentBySeverity", "")
	assert.InDelta(t, 3.0, worst["newCount"], 0)
	assert.Equal(t, "is error", worst["event"].(map[string]any)["subject"])
	status, _ := w.call(t, "PATCH", events+"?filterField=subject&filter=*ERROR", `{"state":"resolved"}`)
	assert.Equal(t, http.StatusOK, status)
	_, worst = w.call(t, "GET", events+"/mostRecentBySeverity", "")
	assert.InDelta(t, 2.0, worst["newCount"], 0)
	assert.Equal(t, "is warning", worst["event"].(map[string]any)["subject"])
	assert.InDelta(t, 1.0, w.post(t, events+"/delete", `{"state":"resolved"}`)["removed"], 0)
	_, listed := w.call(t, "GET", events, "")
	assert.InDelta(t, 2.0, listed["totalCount"], 0)
}
