package losanttest_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAdd(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	// An answer of the API can be added as it is, one of a later version too.
	added := f.Add("devices.post", []string{f.app}, json.RawMessage(`{
		"id": "575ecf887ae143cd83dc4aa2", "deviceId": "575ecf887ae143cd83dc4aa2", "applicationId": "575ec8687ae143cd83dc4a97",
		"creationDate": "2016-06-13T04:00:00.000Z", "lastUpdated": "2016-06-13T04:00:00.000Z", "name": "My Device",
		"_type": "device", "_links": {}, "_actions": {}, "_etag": "x", "fromTheFuture": [5]
	}`))
	assert.Equal(t, "575ecf887ae143cd83dc4aa2", added["id"])
	assert.Equal(t, f.app, added["applicationId"])
	assert.Equal(t, "2016-06-13T04:00:00.000Z", added["lastUpdated"])
	for _, name := range []string{"_type", "_links", "_etag", "fromTheFuture"} {
		assert.NotContains(t, added, name)
	}
	added["name"] = "changed"
	assert.Equal(t, "My Device", f.sendOK(t, asAdmin("GET", "/applications/{app}/devices/575ecf887ae143cd83dc4aa2", ""))["name"])

	key := f.Add("applicationKeys.post", []string{f.app}, map[string]any{})
	assert.NotEmpty(t, key["secret"])
	shown := f.sendOK(t, asAdmin("GET", "/applications/{app}/keys/"+key["id"].(string), ""))
	assert.Equal(t, key["key"], shown["key"])
	assert.NotContains(t, shown, "secret")
	own := f.Add("applicationKeys.post", []string{f.app}, map[string]any{"key": "k", "secret": "s"})
	assert.Equal(t, []any{"k", "s"}, []any{own["key"], own["secret"]})

	user := f.Add("experienceUsers.post", []string{f.app}, map[string]any{"email": "eve@example.com", "password": "12345678"})
	assert.Equal(t, "eve@example.com", f.mustUser(t, user["id"].(string)).Email)
	group := f.Add("experienceGroups.post", []string{f.app}, map[string]any{"name": "G", "experienceUserIds": []any{user["id"]}})
	assert.Equal(t, []string{user["id"].(string)}, f.mustGroup(t, group["id"].(string)).ExperienceUserIDs)

	for name, test := range map[string]struct {
		operation string
		ids       []string
		document  any
	}{
		"devices.get: nothing can be added so":                          {"devices.get", nil, nil},
		"nothing.post: nothing can be added so":                         {"nothing.post", nil, map[string]any{}},
		"devices.post: applicationId is missing from the ids":           {"devices.post", nil, map[string]any{"name": "a"}},
		"applications.post: 1 ids are given for the 0 of /applications": {"applications.post", []string{"x"}, map[string]any{"name": "a"}},
		"devices.post: device.name is required":                         {"devices.post", []string{f.app}, map[string]any{}},
		"devices.post: device.name is the wrong type":                   {"devices.post", []string{f.app}, map[string]any{"name": 5}},
		"devices.post: Application was not found":                       {"devices.post", []string{absentID}, map[string]any{"name": "a"}},
		`devices.post: id is taken: "575ecf887ae143cd83dc4aa2"`:         {"devices.post", []string{f.app}, map[string]any{"name": "a", "id": "575ecf887ae143cd83dc4aa2"}},
		`devices.post: id is not 24 hexadecimal digits: "x"`:            {"devices.post", []string{f.app}, map[string]any{"name": "a", "id": "x"}},
		"devices.post: int is no object":                                {"devices.post", []string{f.app}, 5},
	} {
		document := test.document
		if document == nil {
			document = map[string]any{}
		}
		assert.PanicsWithValue(t, "losanttest: Add: "+name, func() { f.Add(test.operation, test.ids, document) })
	}
}
