package losanttest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

func TestDevices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	devices := "/applications/" + w.app + "/devices"
	status, made := w.call(t, "POST", devices, `{"name":"Pump","tags":[{"key":"floor","value":"8"}],
		"attributes":[{"name":"voltage","dataType":"number"}],"parentId":"`+w.ids["deviceId"]+`"}`)
	require.Equal(t, http.StatusCreated, status, "%v", made)
	assert.Equal(t, "standalone", made["deviceClass"])
	assert.Equal(t, w.app, made["applicationId"])
	assert.Equal(t, made["id"], made["deviceId"])
	assert.Equal(t, []any{map[string]any{"key": "floor", "value": "8"}}, made["tags"])
	path := devices + "/" + made["id"].(string)

	// A list in a patch takes the place of the one before, null clears.
	_, patched := w.call(t, "PATCH", path, `{"tags":[],"description":"A pump","parentId":null}`)
	assert.Equal(t, []any{}, patched["tags"])
	assert.Equal(t, "A pump", patched["description"])
	assert.Contains(t, patched, "parentId")
	assert.Nil(t, patched["parentId"])
	assert.Equal(t, made["attributes"], patched["attributes"])
	assert.Equal(t, made["creationDate"], patched["creationDate"])

	for _, parent := range []string{absentID, made["id"].(string)} {
		status, refused := w.call(t, "PATCH", path, `{"parentId":"`+parent+`"}`)
		assert.Equal(t, http.StatusBadRequest, status)
		assert.Equal(t, "device.parentId is not another device of the application", refused["message"])
	}
	_, child := w.call(t, "POST", devices, `{"name":"Child","parentId":"`+made["id"].(string)+`"}`)
	status, refused := w.call(t, "PATCH", path, `{"parentId":"`+child["id"].(string)+`"}`)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Equal(t, "device.parentId is the device itself or one of its descendants", refused["message"])
}

// Devices are found by the experience groups that hold them, and by the users of these.
func TestDevicesOfExperienceGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group := w.AddGroup(w.app, losant.ExperienceGroup{
		DeviceIDs: []string{w.ids["deviceId"]}, ExperienceUserIDs: []string{w.user.ID},
	})
	w.Add("devices.post", []string{w.app}, map[string]any{"name": "Other"})
	devices := "/applications/" + w.app + "/devices"
	for query, want := range map[string][]string{
		`{"experienceGroupId":"` + group.ID + `"}`:         {"Lamp"},
		`{"experienceGroupId":{"$ne":"` + group.ID + `"}}`: {"Other"},
		`{"experienceUserId":"` + w.user.ID + `"}`:         {"Lamp"},
		`{"experienceUserId":null}`:                        {"Other"},
		`{"experienceGroupId":"` + w.group.ID + `"}`:       {},
	} {
		assert.Equal(t, want, w.names(t, devices, "query="+query), query)
	}
}
