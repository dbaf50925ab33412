package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/api"
)

const folder = "testdata/description"

// imported is what the import writes.
func imported(t *testing.T, dir string, o *api.Overlay) []byte {
	t.Helper()
	d, err := importDescription(dir, o)
	require.NoError(t, err)
	data, err := write(d)
	require.NoError(t, err)
	return data
}

func TestImport(t *testing.T) {
	t.Parallel()
	data := imported(t, folder, readOverlay(t))
	assertGolden(t, "testdata/losant.json", data)
	assert.Equal(t, string(data), string(imported(t, folder, readOverlay(t))), "a second time")
	assert.NotContains(t, string(data), "dropped", "no sentence")

	d := &api.Description{}
	require.NoError(t, json.Unmarshal(data, d))
	again, err := write(d)
	require.NoError(t, err)
	assert.Equal(t, string(data), string(again), "read and written again")
	require.NoError(t, check(d, readOverlay(t)))
}

// The command writes the file, also where it has written it before.
func TestImportInto(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "losant.json")
	for range 2 {
		require.NoError(t, importInto(file, folder, readOverlay(t)))
		assertGolden(t, "testdata/losant.json", read(t, file))
	}
	o := readOverlay(t)
	delete(o.Actions, "pump.get")
	require.ErrorContains(t, importInto(file, folder, o), "action pump.get has no summary")
}

// Lines are short enough to be read and compared.
func TestImportedLines(t *testing.T) {
	t.Parallel()
	for line := range strings.Lines(string(imported(t, folder, readOverlay(t)))) {
		assert.LessOrEqual(t, len(line), 121)
	}
}

// What the description says in a way that is not understood fails, and the failure names its place.
func TestImportFails(t *testing.T) {
	t.Parallel()
	pump := func(old, new string) [3]string { return [3]string{"schemas/pump.json", old, new} }
	action := func(old, new string) [3]string { return [3]string{"actions.jsonl", old, new} }
	for _, test := range []struct {
		edit [3]string // file, old, new
		want string
	}{
		{pump(`"maxLength": 32767`, `"longest": 32767`), "pump.description/longest: keyword is not understood"},
		{pump(`"oneOf": [{"type": "string"`, `"allOf": [{"type": "string"`), "pump.parentId/allOf: keyword is not understood"},
		{pump(`"uri"`, `"ipv4"`), `pump.owner.homepage/format: "ipv4" is not understood`},
		{pump(`{"type": "object"}`, `{"type": "thing"}`), `pump.site/type: "thing" is not understood`},
		{pump(`{"type": "object"}`, `true`), "pump.site: true is no schema"},
		{pump(`{"type": "object"}`, `{"properties": []}`), "pump.site/properties: [] is no object"},
		{pump(`{"type": "object"}`, `{"oneOf": {}}`), "pump.site/oneOf: {} is no list"},
		{pump(`{"type": "object"}`, `{"minProperties": null}`), "pump.site/minProperties: null is not understood"},
		{pump(`{"type": "object"}`, `{"$ref": "pump"}`), `pump.site/$ref: "pump" is not understood`},
		{pump(`{"type": "object"}`, `{"$ref": "#/definitions/site"}`), `pump.site: schema "site" is not there`},
		{pump(`{"type": "object"}`, `{"$ref": "#/definitions/pump", "type": "object"}`), "pump.site: a reference stands alone"},
		{pump(`"maximum": 65535`, `"maximum": "65535"`), "pump.port/maximum: json: cannot unmarshal string"},
		{pump(`"maxLength": 32767`, `"maxLength": 1.5`), "pump.description/maxLength: json: cannot unmarshal number 1.5"},
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

// edited is a copy of the description with one text of a file replaced, where it comes first.
func edited(t *testing.T, edit [3]string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(folder)))
	file := filepath.Join(dir, edit[0])
	before := string(read(t, file))
	require.Contains(t, before, edit[1])
	require.NoError(t, os.WriteFile(file, []byte(strings.Replace(before, edit[1], edit[2], 1)), 0o600))
	return dir
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	return data
}
