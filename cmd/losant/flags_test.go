package main

import (
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/api"
)

// Every parameter that the SDK has is a flag, which takes what its kind says, and gets into the request.
func TestEveryFlagIsSent(t *testing.T) {
	t.Parallel()
	all := catalogueOf(t)
	flags := 0
	for _, id := range all.ids() {
		a, err := all.action(id)
		require.NoError(t, err)
		if a.form != nil {
			continue // see TestUpload
		}
		args := []string{id, "-dry-run"}
		for _, arg := range a.arguments {
			args = append(args, "-"+arg.Name+"="+sampleOf(arg))
		}
		sh := shell{stdin: strings.NewReader("secret")}
		if a.Body != nil {
			body, err := encode(all.sample(a.bodySchema()))
			require.NoError(t, err)
			file := t.TempDir() + "/body.json"
			write(t, file, body)
			args = append(args, "-body", "@"+file)
		}
		r := sh.run(t.Context(), args...)
		if !assert.Zero(t, r.status, "%s: %s", id, r.stderr) {
			continue
		}
		request, _, _ := strings.Cut(r.stdout, "\n")
		_, target, _ := strings.Cut(request, " ")
		u, err := url.Parse(target)
		require.NoError(t, err)
		for _, arg := range a.arguments {
			flags++
			if arg.In == api.InQuery {
				found := false
				for name := range u.Query() {
					found = found || name == arg.Name || strings.HasPrefix(name, arg.Name+"[")
				}
				assert.True(t, found, "%s: -%s is not in %s", id, arg.Name, target)
			} else {
				assert.Contains(t, u.Path, sampleOf(arg), "%s: -%s", id, arg.Name)
			}
		}
	}
	assert.Greater(t, flags, 1100, "flags of all actions")
}

// sampleOf is a value of a flag.
func sampleOf(a *argument) string {
	switch kind := a.kind(); {
	case len(a.Enum) > 0:
		return list(a.Enum[:1])
	case kind == "number":
		return "3"
	case kind == "duration":
		return "90s"
	case kind == "bool":
		return "true"
	case kind == "@file":
		return "-"
	case kind == "texts" && strings.Contains(a.goType.Elem().Name(), "Class"):
		return "gateway,standalone"
	case kind == "texts" && strings.Contains(a.goType.Elem().Name(), "DataType"):
		return "number"
	case kind == "json" && a.goType.Kind() == reflect.Slice:
		field := a.goType.Elem().Field(0).Tag.Get("json")
		return `[{"` + strings.Split(field, ",")[0] + `":"pump"}]`
	case kind == "json" && a.goType.Kind() == reflect.Struct:
		return `{"responseCode":[200]}`
	case kind == "json":
		return `{"name":"pump"}`
	}
	return a.sample()
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	for text, args := range map[string][]string{
		`there is no action "devices.gte" (did you mean devices.get`:          {"devices.gte"},
		`there is no action "Devices.Get" (did you mean devices.get`:          {"Devices.Get"},
		"devices is a resource; losant help devices lists its actions":        {"devices", "get"},
		`there is no action "list"`:                                           {"list"},
		"there is no flag -filtr (did you mean -filter?)":                     {"devices.get", "-filtr", "x"},
		"there is no flag -app":                                               {"devices.get", "-app", "x"},
		"there is no flag -demoo (did you mean -demo?)":                       {"-demoo", "devices.get"},
		"devices.get needs -applicationId":                                    {"devices.get"},
		"device.patch needs -deviceId and -body":                              {"device.patch", "-applicationId", app},
		"-page is given twice":                                                {"devices.get", "-applicationId", app, "-page", "1", "-page=2"},
		`"pump" is neither a flag nor the value of one`:                       {"devices.get", "-applicationId", app, "pump"},
		"-page must be a whole number":                                        {"devices.get", "-applicationId", app, "-page", "one"},
		"-queryDeleted must be true or false":                                 {"devices.get", "-applicationId", app, "-queryDeleted=maybe"},
		"-sortField must be one of":                                           {"devices.get", "-applicationId", app, "-sortField", "size"},
		"-applicationId must be":                                              {"devices.get", "-applicationId", "../x"},
		"-o must be one of json, jsonl, table, csv":                           {"devices.get", "-applicationId", app, "-o", "xml"},
		"-query is no JSON: ":                                                 {"devices.get", "-applicationId", app, "-query", "{"},
		"-all: device.get does not answer a list in pages":                    {"device.get", "-applicationId", app, "-deviceId", app, "-all"},
		"-all gives no single JSON document":                                  {"devices.get", "-applicationId", app, "-all", "-o", "json"},
		"-columns is for -o table and -o csv":                                 {"devices.get", "-applicationId", app, "-columns", "id"},
		"-guard is for -o csv":                                                {"devices.get", "-applicationId", app, "-guard"},
		"-failed and -again are for -each":                                    {"devices.get", "-applicationId", app, "-again"},
		"-parallel must be at least 1":                                        {"devices.get", "-applicationId", app, "-parallel", "0"},
		"-each is for calls with a single answer":                             {"devices.get", "-applicationId", app, "-all", "-each", "x.csv"},
		"-o: a stream gives a line of JSON for each event":                    {"device.stateStream", "-applicationId", app, "-deviceId", app, "-o", "csv"},
		`there is no resource "devicse" (did you mean device, devices?)`:      {"help", "devicse"},
		"dashboard.get needs -dashboardId; losant help dashboard.get has an ": {"dashboard.get"},
	} {
		sh.run(t.Context(), args...).fails(t, statusUsage, text)
	}
	assert.Empty(t, s.Requests(), "nothing was sent")
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	call := []string{"devices.get", "-applicationId", app}
	for text, env := range map[string]map[string]string{
		"LOSANT_API_TOKEN is not set":                           {urlVariable: s.URL},
		"LOSANT_API_URL must be https, or to a loopback host\n": {urlVariable: "http://losant.example.com", tokenVariable: "t"},
		"LOSANT_API_URL must be an absolute":                    {urlVariable: "here", tokenVariable: "t"},
		"LOSANT_API_TOKEN must be printable":                    {urlVariable: s.URL, tokenVariable: "a b"},
		"LOSANT_API_URL must not contain user":                  {urlVariable: "https://a:b@example.com", tokenVariable: "t"},
	} {
		shell{env: env}.run(t.Context(), call...).fails(t, statusUsage, text)
	}
	sh.run(t.Context(), call...).succeeds(t)

	// What needs no token is called without one.
	s.AddAccount("ada@example.com", "Correct-horse-7")
	login := shell{
		env:   map[string]string{urlVariable: s.URL},
		stdin: strings.NewReader(`{"email": "ada@example.com", "password": "Correct-horse-7"}`),
	}.run(t.Context(), "auth.authenticateUser", "-body", "-").succeeds(t)
	assert.Contains(t, login.stdout, `"token"`, "an answer is printed as it is")
}

func TestFlagsStandOnBothSidesOfTheAction(t *testing.T) {
	t.Parallel()
	_, sh, app := server(t)
	before := sh.run(t.Context(), "-o", "jsonl", "-_links", "devices.get", "-applicationId", app).succeeds(t)
	behind := sh.run(t.Context(), "devices.get", "-applicationId", app, "-o", "jsonl", "-_links").succeeds(t)
	assert.Equal(t, before, behind)
}

func TestTimes(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	for text, want := range map[string]losant.Instant{
		"2026-01-02": losant.At(day), "2026-01-02T01:00:00+01:00": losant.At(day), "1767312000000": losant.At(day),
		"-1h": losant.Ago(time.Hour), "-3600000": losant.Ago(time.Hour), "-7d": losant.Ago(7 * 24 * time.Hour),
		"now": losant.Now(), "0": losant.Now(),
	} {
		got, err := instant(text)
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{"yesterday", "-", "-x", "1h", "2026-13-01"} {
		_, err := instant(text)
		require.Error(t, err, text)
	}
	for text, want := range map[string]time.Duration{"90": 90 * time.Second, "90s": 90 * time.Second, "1.5d": 36 * time.Hour} {
		got, err := duration(text, "s")
		require.NoError(t, err, text)
		assert.Equal(t, want, got, text)
	}
	got, err := duration("90", "ms")
	require.NoError(t, err)
	assert.Equal(t, 90*time.Millisecond, got)
	for _, text := range []string{"", "d", "soon", "9223372036854775807"} {
		_, err := duration(text, "ms")
		require.EqualError(t, err, "must be a duration such as 90s, 1h30m or 7d", text)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	all := catalogueOf(t).ids()
	for word, want := range map[string]string{
		"devices.gte": "devices.get", "device.getstate": "device.getState", "devices.list": "devices.post",
		"dataTableRows.gets": "dataTableRows.get",
	} {
		assert.Equal(t, want, nearest(word, all)[0], word)
	}
	assert.Empty(t, nearest("zzz", all))
	assert.Equal(t, 1, distance("ab", "ba"))
	assert.Equal(t, 3, distance("kitten", "sitting"))
	assert.Equal(t, 2, distance("", "ab"))
}
