package interop_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/api"
	"github.com/losant-go/losant/internal/odd"
	"github.com/losant-go/losant/losanttest"
)

// official is what the official client made of a call.
type official struct {
	Result json.RawMessage
	Error  struct {
		StatusCode    int
		Type, Message string
	}
}

// The official client reaches each action that it knows, with the parameters that it was given.
func TestOfficialClientReachesEveryAction(t *testing.T) {
	t.Parallel()
	d, err := api.Load()
	require.NoError(t, err)
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	for i := range d.Actions {
		operation := d.Actions[i].ID()
		server.Handle(operation, func(r losanttest.Request) (int, any) {
			return http.StatusOK, map[string]any{
				"operation": operation, "params": r.Params, "query": r.Query, "body": json.RawMessage(r.Body),
			}
		})
	}
	token := server.Token("all.User", "all.Application", "all.Organization", "all.Instance", "only.User", "only.Organization")
	client := startNode(t, "client.js")
	known := 0
	for i := range d.Actions {
		a := &d.Actions[i]
		if isFormOrStream(a) {
			continue // which have tests of their own
		}
		params, want := callOf(t, d, a)
		client.write(t, map[string]any{
			"url": server.URL, "accessToken": token, "resource": a.Resource, "action": a.Name, "params": params,
		})
		var got official
		client.read(t, &got)
		if strings.Contains(got.Error.Message, "is not a function") || strings.Contains(got.Error.Message, "undefined") {
			continue // of a later version of the API
		}
		known++
		if expected := send(t, server.URL, token, odd.Right(d, a)); expected.Status != http.StatusOK {
			// The rules between properties: the official client is told the same.
			told := outcome{Status: got.Error.StatusCode, Type: got.Error.Type, Message: got.Error.Message}
			assert.Equal(t, expected, told, a.ID())
			continue
		}
		var answer struct {
			Operation string              `json:"operation"`
			Params    map[string]string   `json:"params"`
			Query     map[string][]string `json:"query"`
			Body      json.RawMessage     `json:"body"`
		}
		require.NoError(t, json.Unmarshal(got.Result, &answer), "%s: %+v", a.ID(), got.Error)
		assert.Equal(t, a.ID(), answer.Operation)
		for name, value := range want {
			if a.Body != nil && name == a.Body.Name {
				assert.JSONEq(t, value, string(answer.Body), "%s", a.ID())
			} else if of := answer.Params[name]; of != "" {
				assert.Equal(t, value, of, "%s: %s", a.ID(), name)
			} else {
				assert.Equal(t, []string{value}, answer.Query[name], "%s: %s", a.ID(), name)
			}
		}
	}
	t.Logf("%d actions", known)
	assert.Equal(t, 266, known)
}

// The forms of the official client reach their actions, with their files and their fields.
func TestOfficialClientSendsForms(t *testing.T) {
	t.Parallel()
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	client := startNode(t, "client.js")
	for _, form := range []struct {
		resource, action string
		params           map[string]any
		parts            map[string]string // the content of each part that arrives
	}{
		{
			"application", "import",
			map[string]any{"applicationId": plant, "email": "a@b", "importBundle": file("a.zip", "PK")},
			map[string]string{"email": "a@b", "importBundle": "PK"},
		},
		{
			"applications", "import",
			map[string]any{"email": "a@b", "importBundle": file("a.zip", "PK")},
			map[string]string{"email": "a@b", "importBundle": "PK"},
		},
		{
			"file", "upload",
			map[string]any{"applicationId": plant, "fileId": pump, "file": file("a.txt", "é")},
			map[string]string{"file": "é"},
		},
		{
			"notebook", "upload",
			map[string]any{"applicationId": plant, "notebookId": pump, "jupyterFile": file("a.ipynb", "{}")},
			map[string]string{"jupyterFile": "{}"},
		},
	} {
		operation := form.resource + "." + form.action
		server.Handle(operation, func(r losanttest.Request) (int, any) {
			return http.StatusOK, map[string]any{"operation": operation, "parts": partsOf(r)}
		})
		client.write(t, map[string]any{
			"url": server.URL, "accessToken": server.Token("all.User"), "resource": form.resource, "action": form.action,
			"params": form.params,
		})
		var got official
		client.read(t, &got)
		var answer struct {
			Operation string            `json:"operation"`
			Parts     map[string]string `json:"parts"`
		}
		require.NoError(t, json.Unmarshal(got.Result, &answer), "%s: %+v", operation, got.Error)
		assert.Equal(t, operation, answer.Operation)
		assert.Equal(t, form.parts, answer.Parts, operation)
	}
}

func file(name, content string) map[string]string {
	return map[string]string{"file": name, "content": content}
}

// partsOf are the contents of the parts of a form.
func partsOf(r losanttest.Request) map[string]string {
	parts := map[string]string{}
	_, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	for reader := multipart.NewReader(bytes.NewReader(r.Body), parameters["boundary"]); err == nil; {
		var part *multipart.Part
		if part, err = reader.NextPart(); err == nil {
			content, _ := io.ReadAll(part)
			parts[part.FormName()] = string(content)
		}
	}
	return parts
}

// The official client hears what happens on each of the streams.
func TestOfficialClientReadsStreams(t *testing.T) {
	t.Parallel()
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	server.Add("applications.post", nil, map[string]any{"id": plant, "name": "Plant"})
	server.Add("devices.post", []string{plant}, map[string]any{"id": pump, "name": "Pump"})
	client, err := server.NewClient()
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	node := startNode(t, "client.js")
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, stream := range []struct {
		resource, action, event string
		happens                 func() error
		data                    string
	}{
		{"device", "stateStream", "deviceState", func() error {
			_, err := client.Device.SendState(t.Context(), plant, pump, losant.DeviceStateOrStates{{Time: at, Data: map[string]any{"v": 1}}})
			return err
		}, `{"time":"2024-01-01T00:00:00.000Z","data":{"v":1}}`},
		{"device", "commandStream", "deviceCommand", func() error {
			_, err := client.Device.SendCommand(t.Context(), plant, pump, losant.DeviceCommand{Name: "on", Time: at})
			return err
		}, `{"time":"2024-01-01T00:00:00.000Z","name":"on"}`},
		{"application", "mqttSubscriptionStream", "mqttMessage", func() error {
			_, err := client.Application.MQTTPublishMessage(t.Context(), plant, losant.MQTTPublishBody{Topic: "a/b", Message: "c"})
			return err
		}, `{"topic":"a/b","message":"c"}`},
	} {
		node.write(t, map[string]any{
			"url": server.URL, "accessToken": server.Token(), "resource": stream.resource, "action": stream.action,
			"params": map[string]any{"applicationId": plant, "deviceId": pump, "topic": "a/+", "keepAliveInterval": "0.01"},
			"event":  stream.event,
		})
		// The client misses an event that comes together with the headers: it has to be open before.
		var opened struct{ Open bool }
		node.read(t, &opened)
		require.True(t, opened.Open)
		assert.Equal(t, 1, server.Streams())
		require.NoError(t, stream.happens())
		var got struct {
			Result struct {
				Type string
				Data json.RawMessage
			}
		}
		node.read(t, &got)
		assert.Equal(t, stream.event, got.Result.Type)
		assert.JSONEq(t, stream.data, string(got.Result.Data), stream.action)
		require.Eventually(t, func() bool { return server.Streams() == 0 }, time.Minute, 10*time.Millisecond)
	}
}

func isFormOrStream(a *api.Action) bool {
	for _, p := range a.Parameters {
		if p.In == api.InForm {
			return true
		}
	}
	return len(a.Answers[0].Events) > 0
}

var template = regexp.MustCompile(`\{(\w+)\}`)

// callOf are the parameters of a right call, as the official client takes them, and what is to arrive.
func callOf(t *testing.T, d *api.Description, a *api.Action) (params map[string]any, want map[string]string) {
	t.Helper()
	right := odd.Right(d, a)
	path, query, _ := strings.Cut(right.Path, "?")
	params, want = map[string]any{}, map[string]string{}
	given := strings.Split(path, "/")
	for i, segment := range strings.Split(a.Path, "/") {
		if match := template.FindStringSubmatch(segment); match != nil {
			params[match[1]], want[match[1]] = given[i], given[i]
		}
	}
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, ok := strings.Cut(pair, "="); ok {
			params[name], want[name] = value, value
		}
	}
	if a.Body != nil {
		params[a.Body.Name], want[a.Body.Name] = json.RawMessage(right.Body), right.Body
	}
	return params, want
}

// chapter is a call of the story of a device, as each of the clients makes it.
type chapter struct {
	operation string
	params    map[string]any // besides the ids, as the official client names them
	call      func(c *losant.Client, opts ...losant.CallOption) error
}

// The ids of the story.
const (
	plant = "575ec8687ae143cd83dc4a97"
	pump  = "575ecf887ae143cd83dc4aa2"
	sheet = "596e6ce831761df4231708f1"
)

// story is what happens to a device, to its application's data table and to its events.
func story(t *testing.T) []chapter {
	t.Helper()
	ctx := t.Context()
	const (
		lamp     = `{"name": "Lamp", "deviceClass": "peripheral", "gatewayId": "` + pump + `", "tags": [{"key": "floor", "value": "8"}]}`
		states   = `[{"time": "2024-01-01T00:00:00.000Z", "data": {"v": 1.5}}, {"time": "2024-01-01T00:01:00.000Z", "data": {"v": 2, "on": true}}]`
		command  = `{"name": "on", "payload": {"a": [1, null]}, "time": "2024-01-01T00:00:00.000Z"}`
		series   = `{"start": 1704067200000, "end": 1704067320000, "resolution": 60000, "aggregation": "MAX", "deviceIds": ["` + pump + `"]}`
		last     = `{"attribute": "v", "deviceIds": ["` + pump + `"]}`
		query    = `{"name": {"$startsWith": "l", "$ci": true}}`
		row      = `{"k": "a"}`
		event    = `{"level": "info", "subject": "Hot", "deviceId": "` + pump + `"}`
		keyLogin = `{"deviceId": "` + pump + `", "key": "k", "secret": "s"}`
	)
	object := func(text string) map[string]any { return decode[map[string]any](t, text) }
	return []chapter{
		{"devices.post", map[string]any{"device": object(lamp)}, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.Devices.Post(ctx, plant, decode[losant.DevicePost](t, lamp), opts...)
			return err
		}},
		{"devices.get", map[string]any{"sortField": "name", "perPage": "5"}, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.Devices.Get(ctx, plant, append(opts, losant.DevicesGetParams{SortField: "name", PerPage: 5})...)
			return err
		}},
		{"devices.get", map[string]any{"query": object(query)}, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.Devices.Get(ctx, plant, append(opts, losant.DevicesGetParams{Query: losant.Query(object(query))})...)
			return err
		}},
		{"device.patch", map[string]any{"device": object(`{"description": "d", "tags": []}`)}, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.Device.Patch(ctx, plant, pump, decode[losant.DevicePatch](t, `{"description": "d", "tags": []}`), opts...)
			return err
		}},
		{"device.sendState", map[string]any{"deviceState": decode[any](t, states)}, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.Device.SendState(ctx, plant, pump, decode[losant.DeviceStateOrStates](t, states), opts...)
			return err
		}},
		{"device.getState", map[string]any{"limit": "2"}, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.Device.GetState(ctx, plant, pump, append(opts, losant.DeviceGetStateParams{Limit: 2})...)
			return err
		}},
		{"device.getCompositeState", nil, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.Device.GetCompositeState(ctx, plant, pump, opts...)
			return err
		}},
		{"device.sendCommand", map[string]any{"deviceCommand": object(command)}, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.Device.SendCommand(ctx, plant, pump, decode[losant.DeviceCommand](t, command), opts...)
			return err
		}},
		{"device.getCommand", nil, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.Device.GetCommand(ctx, plant, pump, opts...)
			return err
		}},
		{"data.timeSeriesQuery", map[string]any{"query": object(series)}, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.Data.TimeSeriesQuery(ctx, plant, decode[losant.TimeSeriesQuery](t, series), opts...)
			return err
		}},
		{"data.lastValueQuery", map[string]any{"query": object(last)}, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.Data.LastValueQuery(ctx, plant, decode[losant.LastValueQuery](t, last), opts...)
			return err
		}},
		{"dataTableRows.post", map[string]any{"dataTableRow": object(row)}, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.DataTableRows.Post(ctx, plant, sheet, decode[losant.DataTableRowInsert](t, row), opts...)
			return err
		}},
		{"dataTableRows.post", map[string]any{"dataTableRow": object(row)}, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.DataTableRows.Post(ctx, plant, sheet, decode[losant.DataTableRowInsert](t, row), opts...)
			return err
		}},
		{"dataTableRows.query", map[string]any{"query": object(row)}, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.DataTableRows.Query(ctx, plant, sheet, losant.Query(object(row)), opts...)
			return err
		}},
		{"events.post", map[string]any{"event": object(event)}, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.Events.Post(ctx, plant, decode[losant.EventPost](t, event), opts...)
			return err
		}},
		{"events.get", map[string]any{"state": "new"}, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.Events.Get(ctx, plant, append(opts, losant.EventsGetParams{State: "new"})...)
			return err
		}},
		{"auth.authenticateDevice", map[string]any{"credentials": object(keyLogin)}, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.Auth.AuthenticateDevice(ctx, decode[losant.DeviceCredentials](t, keyLogin), opts...)
			return err
		}},
		{"device.delete", nil, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.Device.Delete(ctx, plant, pump, opts...)
			return err
		}},
		{"device.get", nil, func(c *losant.Client, opts ...losant.CallOption) error {
			_, err := c.Device.Get(ctx, plant, pump, opts...)
			return err
		}},
	}
}

// The official client and ours tell the same story of a device, each to a server of its own, and hear the same.
func TestOfficialClientHearsTheSame(t *testing.T) {
	t.Parallel()
	start := func() *losanttest.Server {
		server := losanttest.NewServer()
		t.Cleanup(server.Close)
		server.Add("applications.post", nil, map[string]any{"id": plant, "name": "Plant"})
		server.Add("devices.post", []string{plant}, map[string]any{
			"id": pump, "name": "Pump", "attributes": []any{map[string]any{"name": "v", "dataType": "number"}},
		})
		server.Add("dataTables.post", []string{plant}, map[string]any{"id": sheet, "name": "T", "columns": []any{
			map[string]any{"name": "k", "dataType": "string", "constraint": "unique"},
		}})
		server.Add("applicationKeys.post", []string{plant}, map[string]any{"key": "k", "secret": "s"})
		server.AddAccount("ada@example.com", "a secret")
		return server
	}
	theirs, ours := start(), start()
	node := startNode(t, "client.js")
	client, err := losant.NewClient(ours.Token(), losant.WithBaseURL(ours.URL))
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)

	for _, s := range story(t) {
		resource, action, _ := strings.Cut(s.operation, ".")
		params := map[string]any{"applicationId": plant, "deviceId": pump, "dataTableId": sheet}
		maps.Copy(params, s.params)
		node.write(t, map[string]any{
			"url": theirs.URL, "accessToken": theirs.Token(), "resource": resource, "action": action, "params": params,
		})
		var want official
		node.read(t, &want)

		var response losant.Response
		err := s.call(client, losant.WithResponse(&response))
		var problem *losant.APIError
		if errors.As(err, &problem) {
			assert.Equal(t, []any{want.Error.StatusCode, want.Error.Type, want.Error.Message},
				[]any{problem.StatusCode, problem.Type, problem.Message}, s.operation)
			continue
		}
		require.NoError(t, err, s.operation)
		require.NotNil(t, want.Result, "%s: %+v", s.operation, want.Error)
		assert.JSONEq(t, anonymous(want.Result), anonymous(response.Body), s.operation)
	}
}

var (
	madeUp = regexp.MustCompile(`"(\d{4}-\d\d-\d\dT[\d:.]+Z|eyJ[\w-]+\.[\w-]+\.[\w-]+)"`)
	anyID  = regexp.MustCompile(`[0-9a-f]{24}`)
)

// anonymous is an answer without what a server makes up.
func anonymous(body []byte) string {
	text := madeUp.ReplaceAllStringFunc(string(body), func(text string) string {
		if strings.HasPrefix(text, `"2024-`) {
			return text // of the story
		}
		return `"made up"`
	})
	return anyID.ReplaceAllStringFunc(text, func(id string) string {
		if id == plant || id == pump || id == sheet {
			return id
		}
		return "made up"
	})
}
