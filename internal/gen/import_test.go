package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/api"
)

// folder is the description of testdata.
var folder = os.DirFS("testdata/description")

func TestImport(t *testing.T) {
	t.Parallel()
	data, err := importFolder(folder, readOverlay(t))
	require.NoError(t, err)
	assertGolden(t, "testdata/losant.json", data)
	assert.NotContains(t, string(data), "dropped", "no sentence")
	for line := range strings.Lines(string(data)) {
		assert.LessOrEqual(t, len(line), 121, "lines that can be compared")
	}

	again, err := importFolder(folder, readOverlay(t))
	require.NoError(t, err)
	assert.Equal(t, string(data), string(again))

	d := &api.Description{}
	require.NoError(t, json.Unmarshal(data, d))
	again, err = write(d)
	require.NoError(t, err)
	assert.Equal(t, string(data), string(again), "read and written again")
}

func TestImportChecks(t *testing.T) {
	t.Parallel()
	o := readOverlay(t)
	delete(o.Actions, "pump.get")
	_, err := importFolder(folder, o)
	require.EqualError(t, err, "overlay.json: action pump.get is missing")
}

// What the description says in a way that is not understood fails, and the failure names its place.
func TestImportFails(t *testing.T) {
	t.Parallel()
	pump := func(old, replacement string) [3]string { return [3]string{"schemas/pump.json", old, replacement} }
	action := func(old, replacement string) [3]string { return [3]string{"actions.jsonl", old, replacement} }
	for _, test := range []struct {
		edit [3]string // file, old, new
		want string
	}{
		{pump(`"maxLength": 32767`, `"longest": 32767`), "pump.description/longest: keyword is not understood"},
		{pump(`"oneOf": [{"type": "string"`, `"allOf": [{"type": "string"`), "pump.parentId/allOf: keyword is not understood"},
		{pump(`"uri"`, `"ipv4"`), `pump.owner.homepage: the format "ipv4" is not understood`},
		{pump(`{"type": "object"}`, `{"type": "thing"}`), `pump.site: the type "thing" is not understood`},
		{pump(`{"type": "object"}`, `true`), "pump.site: true is no schema"},
		{pump(`{"type": "object"}`, `{"properties": []}`), "pump.site/properties: [] is no object"},
		{pump(`{"type": "object"}`, `{"oneOf": {}}`), "pump.site/oneOf: {} is no list"},
		{pump(`{"type": "object"}`, `{"minProperties": null}`), "pump.site/minProperties: null is not understood"},
		{pump(`{"type": "object"}`, `{"$ref": "pump"}`), `pump.site/$ref: "pump" is not understood`},
		{pump(`{"type": "object"}`, `{"$ref": "#/definitions/site"}`), `pump.site: schema "site" is not there`},
		{pump(`{"type": "object"}`, `{"$ref": "#/definitions/pump", "type": "object"}`), "pump.site: a reference stands alone"},
		{pump(`"maximum": 65535`, `"maximum": "65535"`), "pump.port: json: cannot unmarshal string"},
		{pump(`"maxLength": 32767`, `"maxLength": 1.5`), "pump.description: json: cannot unmarshal number 1.5"},
		{pump(`"seen": `, `"level": `), `pump.json: "level" twice in an object`},
		{pump(`"seen": `, `"seen" `), "pump.json: invalid character"},

		{action(`"answers": {"200": {"schema": "loggedIn"}`, `"replies": {"200": {"schema": "loggedIn"}`), `login.post: json: unknown field "replies"`},
		{action(`"method": "POST"`, `"method": "LOOK"`), `login.post: method "LOOK" is not understood`},
		{action(`"auth": "none"`, `"auth": "secret"`), `login.post: auth "secret"`},
		{action(`"pump.*", `, ``), `the scopes ["pump.get"] are not understood`},
		{action(`"in": "query"`, `"in": "header"`), `pumps.get: place "header" of sortField is not understood`},
		{action(`"type": "array"`, `"type": "list"`), `pumps.get: type "list" of keywords is not understood`},
		{action(`"name": "email", "in": "query"`, `"name": "email", "in": "body"`), "pumps.delete: body email"},
		{action(`/login"`, `/login/{userId}"`), "login.post: no parameter for {userId} in the path"},
		{action(`/sites/{siteId}/pumps/{pumpId}"`, `/sites/{siteId}/pumps"`), "pump.get: pumpId is not in the path /sites/{siteId}/pumps"},
		{action(`"202"`, `"2xx"`), `pumps.delete: status "2xx" is not understood`},
		{action(`"stream": true`, `"stream": false`), "pump.stateStream: stream is false, and there are events: true"},
		{action(`"pumpPost"`, `"pumpPut"`), `pumps.post: schema "pumpPut" is not there`},
		{action(`"resource": "pumps", "action": "post"`, `"resource": "pumps", "action": "get"`), "actions.jsonl:3: pumps.get for the second time"},
		{action("\n", ",\n"), "actions.jsonl:1: more than one value"},
	} {
		t.Run(test.want, func(t *testing.T) {
			t.Parallel()
			_, err := importDescription(edited(t, test.edit), readOverlay(t))
			require.ErrorContains(t, err, test.want)
		})
	}
}

// edited is the description with one text of a file replaced, where it comes first.
func edited(t *testing.T, edit [3]string) fs.FS {
	t.Helper()
	files := fstest.MapFS{}
	require.NoError(t, fs.WalkDir(folder, ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := fs.ReadFile(folder, path)
		files[path] = &fstest.MapFile{Data: data}
		return err
	}))
	before := string(files[edit[0]].Data)
	require.Contains(t, before, edit[1])
	files[edit[0]].Data = []byte(strings.Replace(before, edit[1], edit[2], 1))
	return files
}
