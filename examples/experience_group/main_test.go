package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/examples/internal/demo"
	"github.com/losant-go/losant/examples/internal/programtest"
)

// What the two programs share is tested with experience_user. These tests are about what is the group's own.

var program = programtest.Script{Name: "experience_group", ID: demo.NightsID}

func TestMain(m *testing.M) { programtest.Main(m, main) }

func TestGet(t *testing.T) {
	t.Parallel()
	a := program.NewAPI(t)
	result := a.Run(t, "", "get", "-id", demo.OperatorsID)

	assert.Zero(t, result.Status)
	assert.Empty(t, result.Stderr)
	client, err := a.NewClient()
	require.NoError(t, err)
	group, err := client.ExperienceGroup.Get(t.Context(), a.ApplicationID, demo.OperatorsID,
		losant.ExperienceGroupGetParams{IncludeDirectDeviceCount: true, IncludeTotalDeviceCount: true})
	require.NoError(t, err)
	assert.JSONEq(t, string(group.Raw), result.Stdout)
	assert.Contains(t, result.Stdout, `"directDeviceCount": 2`)
	assert.Contains(t, result.Stdout, `"totalDeviceCount": 3`)
}

func TestPatch(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		flags       []string
		stdin, body string
	}{
		"texts": {
			flags: []string{
				"-name", "Late", "-description", "", "-device-query", `{"a": 1}`, "-parent", demo.OperatorsID,
			},
			body: `{"name": "Late", "description": "", "deviceQueryJson": "{\"a\": 1}",
				"parentId": "` + demo.OperatorsID + `"}`,
		},
		"collections": {
			flags: []string{
				"-user", demo.AdaID, "-user", demo.GraceID, "-endpoint", demo.AdaID, "-device", demo.AdaID,
				"-tag", "a=1", "-tag", "b=2", "-device-tag", "k=v", "-device-tag", "k=", "-device-tag", "=v",
			},
			body: `{"experienceUserIds": ["` + demo.AdaID + `", "` + demo.GraceID + `"],
				"experienceEndpointIds": ["` + demo.AdaID + `"], "deviceIds": ["` + demo.AdaID + `"],
				"groupTags": {"a": "1", "b": "2"},
				"deviceTags": [{"key": "k", "value": "v"}, {"key": "k"}, {"value": "v"}]}`,
		},
		"cleared": {
			flags: []string{
				"-clear", "description", "-clear", "users", "-clear", "endpoints", "-clear", "tags",
				"-clear", "devices", "-clear", "device-tags",
			},
			body: `{"description": "", "experienceUserIds": [], "experienceEndpointIds": [], "groupTags": {},
				"deviceIds": [], "deviceTags": []}`,
		},
		"null":     {flags: []string{"-parent", "none", "-device-query", "none"}, body: nulls},
		"document": {flags: []string{"-json", "-"}, stdin: nulls, body: nulls},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := program.NewAPI(t)
			result := a.Run(t, test.stdin, "patch", test.flags...)

			require.Zero(t, result.Status, result.Stderr)
			assert.Empty(t, result.Stderr)
			assert.Contains(t, result.Stdout, `"experienceGroupId": "`+demo.NightsID+`"`)
			require.Len(t, a.Requests(), 1)
			assert.JSONEq(t, test.body, string(a.Requests()[0].Body))
		})
	}
}

const nulls = `{"parentId": null, "deviceQueryJson": null}`

func TestDelete(t *testing.T) {
	t.Parallel()
	a := program.NewAPI(t)
	result := a.Run(t, "", "delete")

	assert.Zero(t, result.Status)
	assert.Empty(t, result.Stderr)
	assert.Equal(t, "{\n  \"success\": true\n}\n", result.Stdout)
	_, exists := a.Group(a.ApplicationID, demo.NightsID)
	assert.False(t, exists)
}

func TestDemo(t *testing.T) {
	t.Parallel()
	run := func(args ...string) programtest.Result { return programtest.Run(t, nil, nil, args...) }

	help := run("help")
	assert.Zero(t, help.Status)
	assert.Empty(t, help.Stdout, "stdout is for JSON")
	assert.Contains(t, help.Stderr, "acts on "+demo.OperatorsID)
	assert.Contains(t, run("get", "-demo").Stdout, `"name": "Operators"`)
	assert.Contains(t, run("get", "-demo", "-id", demo.NightsID).Stdout, `"name": "Nights"`)
	assert.Contains(t, run("patch", "-demo", "-name", "Operations").Stdout, `"name": "Operations"`)
	assert.JSONEq(t, `{"success": true}`, run("delete", "-demo").Stdout)
	assert.Equal(t, 3, run("get", "-demo", "-id", demo.AdaID).Status)
}

func TestNotFound(t *testing.T) {
	t.Parallel()
	a := program.NewAPI(t)
	result := a.Run(t, "", "get", "-id", demo.AdaID)

	program.Failed(t, result, 3, "experienceGroup.get: 404 NotFound: Experience group was not found (GET "+
		a.Requests()[0].Path+"). Check -application and -id")
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	a := program.NewAPI(t)
	for name, test := range map[string]struct {
		flags       []string
		stdin, line string
	}{
		"violations, all of them": {
			flags: []string{"-name", "", "-parent", "operators", "-user", "ada", "-device-tag", "a b=c"},
			line: "-name must be at least 1 character; -user[0] must be 24 hexadecimal digits; " +
				"-device-tag[0].key must be 1 to 255 characters of 0-9 A-Z a-z _ -; " +
				"-parent must be 24 hexadecimal digits",
		},
		"device tag": {
			flags: []string{"-device-tag", "="},
			line: `invalid value "=" for flag -device-tag: must be key=value, key= or =value; ` +
				"experience_group patch -h lists the flags",
		},
		"clear of what takes none": {
			flags: []string{"-clear", "parent"},
			line:  `-clear "parent" is not one of description, users, endpoints, tags, devices, device-tags`,
		},
		"unknown property inside": {
			flags: []string{"-json", "-"}, stdin: `{"deviceTags": [{"name": "a"}]}`,
			line: `-json: unknown property "name"; patch -h lists the properties beside their flags`,
		},
		"null inside": { // it would become a tag without key and value
			flags: []string{"-json", "-"}, stdin: `{"deviceTags": [null]}`,
			line: `-json: "deviceTags" cannot have null in it`,
		},
		"query that is not a text": {
			flags: []string{"-json", "-"}, stdin: `{"deviceQueryJson": {}}`,
			line: "-json: deviceQueryJson has a JSON object where it takes none; " +
				"patch -h lists the properties beside their flags",
		},
		"number inside": {
			flags: []string{"-json", "-"}, stdin: `{"name": "Operators", "groupTags": {"shift": 1}}`,
			line: "-json: groupTags has a JSON number where it takes none; " +
				"patch -h lists the properties beside their flags",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program.Failed(t, a.Run(t, test.stdin, "patch", test.flags...), 2, test.line)
		})
	}
	t.Cleanup(func() { assert.Empty(t, a.Requests(), "nothing is sent") })
}
