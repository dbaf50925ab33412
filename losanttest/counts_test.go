package losanttest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is counted of an application, of all of an account and of an org.
func TestCounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.person(t, "ada@example.com")
	app := ada.gets(t, "POST", "/applications", `{"name":"Hers"}`).(map[string]any)["id"].(string)
	old := w.Add("devices.post", []string{app}, map[string]any{"name": "Old", "creationDate": "2024-01-01T12:00:00.000Z"})["id"].(string)
	path := "/applications/" + app
	device := path + "/devices/" + old
	for _, state := range []string{"2024-01-02T01:00:00Z", "2024-01-02T02:00:00Z", "2024-01-03T01:00:00Z"} {
		w.post(t, device+"/state", `{"time":"`+state+`","data":{"a":1}}`)
	}
	w.post(t, device+"/command", `{"name":"c","time":"2024-01-03T01:00:00Z"}`)
	w.post(t, device+"/setConnectionStatus", `{"status":"connected","connectedAt":"2024-01-03T01:00:00Z"}`)
	w.post(t, device+"/setConnectionStatus", `{"status":"disconnected","disconnectedAt":"2024-01-03T02:00:00Z","disconnectReason":"tired"}`)
	ms := func(date string) string {
		at, err := time.Parse(time.DateOnly, date)
		require.NoError(t, err)
		return fmt.Sprint(at.UnixMilli())
	}
	january := "?start=" + ms("2024-01-01") + "&end=" + ms("2024-01-04")
	want := map[string]any{
		"deviceState": map[string]any{"device.rest": 3.0}, "deviceCommand": map[string]any{"device.rest": 1.0},
		"deviceConnect": map[string]any{"device.rest": 1.0}, "deviceDisconnect": map[string]any{"device.rest": 1.0},
	}
	for _, of := range []string{path, "/me"} {
		assert.Equal(t, want, ada.gets(t, "GET", of+"/payloadCounts"+january, ""))
		assert.Empty(t, ada.gets(t, "GET", of+"/payloadCounts", "")) // of the last thirty days
		counts := ada.gets(t, "GET", of+"/payloadCountsBreakdown"+january, "").(map[string]any)["counts"].([]any)
		assert.Equal(t, []any{0.0, 2.0, 4.0, 0.0}, members(counts, "value"))
		counts = ada.gets(t, "GET", of+"/deviceCounts"+january, "").(map[string]any)["counts"].([]any)
		assert.Equal(t, []any{1.0, 1.0, 1.0, 1.0}, members(counts, "total"))
		assert.Equal(t, []any{1.0, 0.0, 0.0, 0.0}, members(counts, "created"))
		counts = ada.gets(t, "GET", of+"/notebookMinuteCounts"+january, "").(map[string]any)["counts"].([]any)
		assert.Equal(t, []any{0.0, 0.0, 0.0, 0.0}, members(counts, "minutes"))
		assert.Equal(t, "2024-01-01T00:00:00.000Z", counts[0].(map[string]any)["date"])
	}
	for _, of := range []string{"/orgs/{orgId}", "/instances/{instanceId}", "/applications/{applicationId}"} {
		_, none := w.call(t, "GET", w.path(of, nil)+"/payloadCounts"+january, "")
		assert.Empty(t, none, of)
	}
	w.Add("applications.post", nil, map[string]any{"name": "Org's", "orgId": w.ids["instanceOrgId"], "id": absentID})
	other := w.Add("devices.post", []string{absentID}, map[string]any{"name": "Theirs"})["id"].(string)
	w.post(t, "/applications/"+absentID+"/devices/"+other+"/state", `{"data":{"a":1}}`)
	_, one := w.call(t, "GET", w.path("/instances/{instanceId}/payloadCounts", nil), "")
	assert.Equal(t, map[string]any{"deviceState": map[string]any{"device.rest": 1.0}}, one)
	w.ids["orgId"] = w.ids["instanceOrgId"]
	_, one = w.call(t, "GET", w.path("/instances/{instanceId}/orgs/{orgId}/payloadCounts", nil), "")
	assert.Equal(t, map[string]any{"deviceState": map[string]any{"device.rest": 1.0}}, one)

	assert.Equal(t, map[string]any{"deviceState": 3.0, "deviceCommand": 1.0, "deviceConnect": 1.0, "deviceDisconnect": 1.0},
		ada.gets(t, "GET", device+"/payloadCounts"+january, ""))
	hours := ada.gets(t, "GET", device+"/payloadCountsBreakdown?resolution=3600000&start="+ms("2024-01-02")+"&end="+ms("2024-01-03"), "")
	assert.Equal(t, []any{0.0, 1.0, 1.0, 0.0}, members(hours.(map[string]any)["counts"].([]any), "value")[:4])
	w.call(t, "DELETE", device, "")
	today := ada.gets(t, "GET", path+"/deviceCounts?start=-1&end=0", "").(map[string]any)["counts"].([]any)
	last := today[len(today)-1]
	assert.Equal(t, map[string]any{"deleted": 1.0, "total": 0.0}, only(last, "deleted", "total"))
}
