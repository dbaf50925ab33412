package losanttest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestReadmeAndGlobals(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.person(t, "ada@example.com")
	path := "/applications/" + w.app
	assert.Equal(t, map[string]any{"applicationId": w.app, "content": ""}, ada.gets(t, "GET", path+"/readme", ""))
	made := ada.gets(t, "PATCH", path+"/readme", `{"content":"# Pumps"}`)
	assert.Equal(t, map[string]any{"content": "# Pumps", "lastUpdatedById": ada.id}, only(made, "content", "lastUpdatedById"))
	assert.Equal(t, made, ada.gets(t, "GET", path+"/readme", ""))

	ada.gets(t, "PATCH", path+"/globals", `[{"key":"a","json":"1"},{"key":"b","json":"2","cloudOnly":true}]`)
	app := ada.gets(t, "PATCH", path+"/globals", `[{"key":"a","json":"3"},{"key":"b","json":null},{"key":"c","json":"4"}]`)
	want := []any{map[string]any{"key": "a", "json": "3"}, map[string]any{"key": "c", "json": "4"}}
	assert.Equal(t, want, app.(map[string]any)["globals"])
	assert.Equal(t, want, ada.gets(t, "GET", path, "").(map[string]any)["globals"])
}

func TestSearch(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.person(t, "ada@example.com")
	w.Add("devices.post", []string{w.app}, map[string]any{"name": "A lamp", "description": "It is bright"})
	w.Add("devices.post", []string{w.AddApplication()}, map[string]any{"name": "Another lamp"})
	w.Add("experienceUsers.post", []string{w.app}, map[string]any{"email": "lamp@example.com", "password": "12345678"})
	w.Add("flows.post", []string{w.app}, map[string]any{"name": "Lamp on"})
	w.Add("applicationDashboards.post", []string{w.app}, map[string]any{"name": "Lamps"})
	found := ada.gets(t, "GET", "/applications/"+w.app+"/search?filter=LAMP", "").([]any)
	assert.Equal(t, []any{"dashboard", "device", "device", "experienceUser", "flow"}, members(found, "_type"))
	assert.Equal(t, []any{"Lamps", "A lamp", "Lamp", "lamp@example.com", "Lamp on"}, members(found, "name"))
	assert.Equal(t, map[string]any{"descriptor": "It is bright"}, found[1].(map[string]any)["metadata"])
	assert.Equal(t, "standalone", found[1].(map[string]any)["deviceClass"])

	for _, keywords := range [][]any{{"gps", "aws"}, {"aws"}} {
		w.Add("applicationTemplates.post", nil, map[string]any{"name": "T", "keywords": keywords})
	}
	assert.Equal(t, map[string]any{"keywords": []any{"aws", "gps"}}, ada.gets(t, "GET", "/applicationTemplates/keywords", ""))
}
