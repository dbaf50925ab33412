package main

import (
	"context"
	"encoding/json"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBodyFromEachSource(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	const body = `{"name": "Pump & <Valve>", "deviceClass": "standalone", "tags": [{"key": "site", "value": "Lyon"}]}`
	file := filepath.Join(t.TempDir(), "body.json")
	write(t, file, body+"\n")
	for _, source := range []string{body, "@" + file, "-"} {
		sh.stdin = strings.NewReader(body)
		r := sh.run(t.Context(), "devices.post", "-applicationId", app, "-body", source).succeeds(t)
		var device struct {
			Name string `json:"name"`
		}
		require.NoError(t, json.Unmarshal([]byte(r.stdout), &device))
		assert.Equal(t, "Pump & <Valve>", device.Name)
	}
	for _, request := range s.Requests() {
		assert.JSONEq(t, body, string(request.Body))
	}
	assert.Len(t, s.Requests(), 3)
}

// What would not be sent as it was given is refused, and nothing is sent.
func TestBodyThatWouldLoseSomething(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	for body, text := range map[string]string{
		``:                                       "needs -body",
		`{`:                                      "-body is no JSON: ",
		`{"name": "a"} {}`:                       "-body is no JSON: ",
		`[]`:                                     "cannot be a JSON array here",
		`{"name": 5}`:                            "name cannot be a JSON number here",
		`{"names": "a"}`:                         "has no property names (did you mean name",
		`{"Name": "a"}`:                          "has no property Name (did you mean name",
		`{"name": "a", "name": "b"}`:             `-body has the property "name" twice in an object`,
		`{"tags":[{"key":"a","key":"b"}]}`:       `-body has the property "key" twice in an object`,
		`{"name": null}`:                         "name cannot be null: leave it out",
		`{"tags": [null]}`:                       "tags[0] cannot be null",
		`{"tags": [{"key": "", "value":"a"}]}`:   "tags[0].key is empty, which is not sent there: leave it out",
		`{"tags": [{"keys": "a"}]}`:              "has no property tags[0].keys (did you mean key",
		`{"id": "1", "_links": {}, "name": "a"}`: "has no properties _links, id: without them, it can be sent (jq 'del(._links, .id)')",
		`{"name": "` + strings.Repeat("a", 256) + `"}`: "-body: device.name must be at most 255 characters",
	} {
		sh.run(t.Context(), "device.patch", "-applicationId", app, "-deviceId", app, "-body", body).
			fails(t, statusUsage, text)
	}
	sh.stdin = strings.NewReader("{\"name\": \"\xff\"}")
	sh.run(t.Context(), "device.patch", "-applicationId", app, "-deviceId", app, "-body", "-").
		fails(t, statusUsage, "is not valid UTF-8")
	assert.Empty(t, s.Requests())
}

// What is empty or null on purpose is sent so.
func TestBodyKeepsWhatIsEmpty(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	device := s.Add("devices.post", []string{app}, map[string]any{"name": "Pump", "tags": []any{}})
	const body = `{"tags": [], "description": "", "keepDuplicates": false, "parentId": null}`
	sh.run(t.Context(), "device.patch", "-applicationId", app, "-deviceId", device["id"].(string), "-body", body).succeeds(t)
	assert.JSONEq(t, body, string(s.Requests()[0].Body))
}

// A state of one or of several is sent as it is given, with the values that attributes have.
func TestBodyOfOneOrMany(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	id := s.Add("devices.post", []string{app}, map[string]any{"name": "Pump"})["id"].(string)
	one := `{"data": {"on": true, "flow": 0, "note": ""}, "time": {"$date": "2026-01-02T00:00:00.000Z"}}`
	for _, body := range []string{`{"data": {"flow": 1}}`, `[{"data": {"flow": 1}}, {"data": {"flow": 2}}]`, one, "[" + one + "]"} {
		sh.run(t.Context(), "device.sendState", "-applicationId", app, "-deviceId", id, "-body", body).succeeds(t)
	}
	assert.JSONEq(t, `[{"data": {"flow": 1}}, {"data": {"flow": 2}}]`, string(s.Requests()[1].Body))
	assert.Contains(t, string(s.Requests()[2].Body), `"note":""`)
}

func TestSecretsAreNotOnTheCommandLine(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	user := []string{"experienceUser.patch", "-applicationId", app, "-experienceUserId", app, "-body"}
	const secret = "hunter2-and-more"
	for _, body := range []string{`{"password": "` + secret + `"}`, `{"password": ["` + secret + `"]}`} {
		sh.run(t.Context(), append(user, body)...).
			fails(t, statusUsage, "-body: password is a secret, and others can see the command line")
	}
	for _, given := range []string{secret, "", "{password}"} {
		sh.run(t.Context(), "dashboard.get", "-dashboardId", app, "-password", given).
			fails(t, statusUsage, "-password is a secret, and others can see the command line")
	}
	assert.Empty(t, s.Requests())

	file := filepath.Join(t.TempDir(), "secret")
	write(t, file, secret+"\n")
	for _, source := range []string{"-", "@" + file} {
		sh.stdin = strings.NewReader(secret + "\n")
		sh.run(t.Context(), "dashboard.get", "-dashboardId", app, "-password", source)
	}
	sh.stdin = strings.NewReader(`{"password": "` + secret + `"}`)
	sh.run(t.Context(), append(user, "-")...).fails(t, statusNotFound, "404")
	require.Len(t, s.Requests(), 3)
	assert.Equal(t, secret, s.Requests()[0].Query.Get("password"))
	assert.Equal(t, secret, s.Requests()[1].Query.Get("password"))
	assert.JSONEq(t, `{"password": "`+secret+`"}`, string(s.Requests()[2].Body))
}

func TestStdinIsReadOnce(t *testing.T) {
	t.Parallel()
	_, sh, app := server(t)
	sh.run(t.Context(), "dashboard.validateContext", "-dashboardId", app, "-password", "-", "-body", "-").
		fails(t, statusUsage, "takes stdin, which something else takes already")
	sh.run(t.Context(), "devices.post", "-applicationId", app, "-each", "-", "-failed", "x", "-body", "-").
		fails(t, statusUsage, "takes stdin, which something else takes already")
}

// An interrupt ends the program also while it waits for stdin.
func TestInterruptOfStdin(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	stdin, open := io.Pipe()
	defer func() { _ = open.Close() }()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	sh.stdin = stdin
	sh.run(ctx, "devices.post", "-applicationId", app, "-body", "-").
		fails(t, statusNoAnswer, "interrupted: nothing was sent")
	sh.terminals = []any{"stdin", "stderr"}
	r := sh.run(ctx, "device.delete", "-applicationId", app, "-deviceId", app)
	assert.Equal(t, statusNoAnswer, r.status)
	assert.Contains(t, r.stderr, "\nlosant: interrupted: nothing was sent\n")
	assert.Empty(t, s.Requests())
}
