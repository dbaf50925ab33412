package losanttest_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// list calls an action that answers with an array.
func (w *world) list(t *testing.T, path string) []any {
	t.Helper()
	resp, body := w.send(t, request{method: "GET", path: path, auth: "Bearer " + every(w.fixture)})
	require.Equal(t, http.StatusOK, resp.StatusCode, body)
	var decoded []any
	require.NoError(t, json.Unmarshal([]byte(body), &decoded))
	return decoded
}

func (w *world) post(t *testing.T, path, body string) map[string]any {
	t.Helper()
	status, answer := w.call(t, "POST", path, body)
	require.Less(t, status, 300, "%v", answer)
	return answer
}

// compact is a value as JSON without the dates' common beginning.
func compact(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return strings.NewReplacer("2024-01-01T00:", "", ".000Z", "").Replace(string(text))
}

// at is a time of the first hour of 2024.
func at(minute int) string { return fmt.Sprintf("2024-01-01T00:%02d:00.000Z", minute) }

func TestDeviceStates(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	device := "/applications/" + w.app + "/devices/" + w.ids["deviceId"]
	assert.Empty(t, w.list(t, device+"/state"))
	assert.Equal(t, map[string]any{"success": true}, w.post(t, device+"/state", `{"time":"`+at(10)+`","data":{"a":1,"b":"x"}}`))
	w.post(t, device+"/state", `[{"time":{"$date":"`+at(30)+`"},"data":{"a":3},"meta":{"k":1}},{"time":"`+at(20)+`","data":{"a":2}}]`)

	for query, want := range map[string]string{
		"":                           `[{"data":{"a":3},"meta":{"k":1},"time":"30:00"}]`,
		"?limit=2":                   `[{"data":{"a":3},"meta":{"k":1},"time":"30:00"},{"data":{"a":2},"time":"20:00"}]`,
		"?limit=9&sortDirection=asc": `[{"data":{"a":1,"b":"x"},"time":"10:00"},{"data":{"a":2},"time":"20:00"},{"data":{"a":3},"meta":{"k":1},"time":"30:00"}]`,
		"?limit=9&start=1704067800001&end=1704068400000": `[{"data":{"a":2},"time":"20:00"}]`,
		"?limit=9&since=1704069000000":                   `[{"data":{"a":3},"meta":{"k":1},"time":"30:00"}]`,
		"?limit=9&end=1704068400000&duration=600000":     `[{"data":{"a":2},"time":"20:00"},{"data":{"a":1,"b":"x"},"time":"10:00"}]`,
		"?limit=9&end=1704068400000&duration=1&start=0":  `[]`,
		"?limit=9&start=-1000":                           `[]`,
		"?limit=0":                                       `[]`,
	} {
		assert.Equal(t, want, compact(t, w.list(t, device+"/state"+query)), query)
	}

	composite := func(query string) string {
		_, state := w.call(t, "GET", device+"/compositeState"+query, "")
		return compact(t, state)
	}
	assert.JSONEq(t, `{"a":{"time":"30:00","value":3},"b":{"time":"10:00","value":"x"}}`, composite(""))
	assert.JSONEq(t, `{"a":{"time":"20:00","value":2}}`, composite("?end=1704068400000&attributes=a,c"))
	_, all := w.call(t, "GET", "/applications/"+w.app+"/devices/compositeState?perPage=5&_links=0&_actions=0", "")
	assert.Equal(t, `{"_type":"devices","applicationId":"`+w.app+`","count":1,"items":[{"compositeState":{"a":{"time":"30:00","value":3},"b":{"time":"10:00","value":"x"}},"id":"`+
		w.ids["deviceId"]+`","name":"Lamp"}],"page":0,"perPage":5,"sortDirection":"asc","sortField":"name","totalCount":1}`, compact(t, all))

	// Without a time, it is now.
	w.post(t, device+"/state", `{"data":{"a":4}}`)
	assert.Len(t, w.list(t, device+"/state?duration=60000&limit=5"), 1)
	status, _ := w.call(t, "DELETE", device, "")
	require.Equal(t, http.StatusOK, status)
	for _, path := range []string{"/state", "/command", "/compositeState", "/stateStream"} {
		status, missing := w.call(t, "GET", device+path, "")
		assert.Equal(t, http.StatusNotFound, status)
		assert.Equal(t, "Device was not found", missing["message"])
	}
}

func TestDeviceCommands(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	devices := "/applications/" + w.app + "/devices/"
	device := devices + w.ids["deviceId"]
	other := w.post(t, strings.TrimSuffix(devices, "/"), `{"name":"Other","tags":[{"key":"floor","value":"8"}]}`)["id"].(string)
	w.post(t, device+"/command", `{"time":"`+at(1)+`","name":"on","payload":[1,2]}`)
	w.post(t, devices+"command", `{"time":"`+at(2)+`","name":"tagged","deviceTags":[{"key":"floor","value":"8"}]}`)
	w.post(t, devices+"command", `{"time":"`+at(3)+`","name":"named","deviceIds":["`+other+`"]}`)
	w.post(t, devices+"command", `{"time":"`+at(4)+`","name":"all","deviceQuery":{}}`)
	w.post(t, devices+"command", `{"time":"`+at(5)+`","name":"none"}`)
	assert.JSONEq(t, `[{"name":"all","time":"04:00"}]`, compact(t, w.list(t, device+"/command")))
	assert.JSONEq(t, `[{"name":"on","payload":[1,2],"time":"01:00"},{"name":"all","time":"04:00"}]`,
		compact(t, w.list(t, device+"/command?limit=9&sortDirection=asc")))
	assert.JSONEq(t, `[{"name":"tagged","time":"02:00"},{"name":"named","time":"03:00"},{"name":"all","time":"04:00"}]`,
		compact(t, w.list(t, devices+other+"/command?limit=9&sortDirection=asc")))
}

func TestConnectionStatus(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	devices := "/applications/" + w.app + "/devices"
	device := devices + "/" + w.ids["deviceId"]
	connected := func(name string) []string {
		return w.names(t, devices, `query={"connectionStatus":"`+name+`"}`)
	}
	w.post(t, device+"/setConnectionStatus", `{"status":"connected","connectedAt":"`+at(1)+`"}`)
	_, shown := w.call(t, "GET", device, "")
	assert.Equal(t, map[string]any{"time": at(1), "connected": 1.0}, shown["connectionInfo"])
	assert.Equal(t, []string{"Lamp"}, connected("connected"))
	w.post(t, device+"/setConnectionStatus", `{"status":"disconnected","disconnectedAt":"`+at(2)+`"}`)
	_, shown = w.call(t, "GET", device, "")
	assert.Equal(t, map[string]any{"time": at(2), "connected": 0.0}, shown["connectionInfo"])
	assert.Empty(t, connected("connected"))
	_, shown = w.call(t, "GET", device+"?excludeConnectionInfo=true", "")
	assert.NotContains(t, shown, "connectionInfo")
}

// events opens a stream and waits until it is alive; next is its next event.
func (w *world) events(t *testing.T, path string) (next func() (event, data string, err error)) {
	t.Helper()
	req := w.build(t, request{method: "GET", path: path, query: "keepAliveInterval=0.01", auth: "Bearer " + every(w.fixture)})
	if name, query, ok := strings.Cut(path, "?"); ok {
		req = w.build(t, request{method: "GET", path: name, query: query + "&keepAliveInterval=0.01", auth: "Bearer " + every(w.fixture)})
	}
	resp, err := w.http.Do(req)
	require.NoError(t, err)
	t.Cleanup(func() { closeBody(t, resp) })
	require.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
	lines := bufio.NewReader(resp.Body)
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, ":\n", line)
	return func() (event, data string, err error) {
		for {
			line, err := lines.ReadString('\n')
			switch {
			case err != nil:
				return event, data, err
			case strings.HasPrefix(line, "event: "):
				event = strings.TrimSpace(line[len("event: "):])
			case strings.HasPrefix(line, "data: "):
				data = strings.TrimSpace(line[len("data: "):])
			case line == "\n" && event != "":
				return event, data, nil
			}
		}
	}
}

func TestStreams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := "/applications/" + w.app
	device := app + "/devices/" + w.ids["deviceId"]
	states, commands := w.events(t, device+"/stateStream"), w.events(t, device+"/commandStream")
	messages := w.events(t, app+"/mqttSubscriptionStream?topic=a/%2B/%23")
	expect := func(next func() (string, string, error), event, data string) {
		t.Helper()
		gotEvent, gotData, err := next()
		require.NoError(t, err)
		assert.Equal(t, event, gotEvent)
		assert.JSONEq(t, data, gotData)
	}
	w.post(t, device+"/state", `{"time":"`+at(1)+`","data":{"a":1}}`)
	w.post(t, device+"/state", `{"time":"`+at(2)+`","data":{"a":2}}`)
	w.post(t, device+"/command", `{"time":"`+at(3)+`","name":"on"}`)
	w.post(t, app+"/mqttPublishMessage", `{"topic":"b/c/d","message":"no"}`)
	w.post(t, app+"/mqttPublishMessage", `{"topic":"a/c","message":"short"}`)
	w.post(t, app+"/mqttPublishMessage", `{"topic":"a/c/d/e","message":"yes"}`)
	expect(states, "deviceState", `{"time":"`+at(1)+`","data":{"a":1}}`)
	expect(states, "deviceState", `{"time":"`+at(2)+`","data":{"a":2}}`)
	expect(commands, "deviceCommand", `{"time":"`+at(3)+`","name":"on"}`)
	expect(messages, "mqttMessage", `{"topic":"a/c","message":"short"}`)
	expect(messages, "mqttMessage", `{"topic":"a/c/d/e","message":"yes"}`)
}

func TestAStreamThatEndsIsForgotten(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ended, end := context.WithCancel(t.Context())
	end()
	req := w.build(t, request{method: "GET", path: "/applications/{app}/devices/" + w.ids["deviceId"] + "/stateStream", auth: "Bearer {token}"})
	req.URL, req.RequestURI = &url.URL{Path: strings.TrimPrefix(req.URL.Opaque, "//"+req.URL.Host)}, ""
	w.ServeHTTP(httptest.NewRecorder(), req.WithContext(ended))
	assert.Equal(t, "device.stateStream", w.Requests()[0].Operation)
	assert.Zero(t, w.Subscribers())
}

func TestStreamFaults(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	device := "/applications/" + w.app + "/devices/" + w.ids["deviceId"]
	for truncate, want := range map[bool]error{false: io.EOF, true: io.ErrUnexpectedEOF} {
		w.Inject(losanttest.Fault{Operation: "device.stateStream", Events: 2, Truncate: truncate, AfterApplying: true})
		next := w.events(t, device+"/stateStream")
		w.post(t, device+"/state", `[{"data":{"a":1}},{"data":{"a":2}},{"data":{"a":3}}]`)
		_, _, err := next()
		require.NoError(t, err)
		_, _, err = next()
		if !truncate {
			require.NoError(t, err)
			_, _, err = next()
		}
		require.ErrorIs(t, err, want)
	}
	assert.PanicsWithValue(t, "losanttest: Inject: Events is negative", func() { w.Inject(losanttest.Fault{Events: -1}) })

	// A silent stream is open, but does not even begin.
	w.Inject(losanttest.Fault{Operation: "device.stateStream", Silent: true})
	begun := make(chan error, 1)
	req := w.build(t, request{method: "GET", path: device + "/stateStream", query: "keepAliveInterval=0.001", auth: "Bearer {token}"})
	go func() {
		resp, err := w.http.Do(req)
		if err == nil {
			err = resp.Body.Close()
		}
		begun <- err
	}()
	arrived := func() (n int) {
		for _, r := range w.Requests() {
			if r.Operation == "device.stateStream" {
				n++
			}
		}
		return n
	}
	for arrived() < 3 {
		w.sendOK(t, asAdmin("GET", device, ""))
	}
	w.post(t, device+"/state", `{"data":{"a":1}}`)
	select {
	case err := <-begun:
		t.Fatalf("the stream began: %v", err)
	default:
	}
	w.Close()
	require.Error(t, <-begun)
}

func TestDataTables(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tables := "/applications/" + w.app + "/data-tables"
	table := w.post(t, tables, `{"name":"T","columns":[
		{"name":"k","dataType":"string","constraint":"unique"},{"name":"n","dataType":"number","constraint":"required","defaultValue":7},
		{"name":"b","dataType":"boolean","constraint":"optional"}]}`)
	path := tables + "/" + table["id"].(string)
	rows := path + "/rows"
	row := w.post(t, rows, `{"k":"a","n":1,"other":5}`)
	id := row["id"].(string)
	assert.Equal(t, []any{"a", 1.0, nil}, []any{row["k"], row["n"], row["other"]})
	assert.Equal(t, row["createdAt"], row["updatedAt"])
	many := w.post(t, rows, `[{"k":"b"},{"k":"c","n":3,"b":true}]`)
	assert.InDelta(t, 2.0, many["count"], 0)
	assert.Len(t, many["rowIds"], 2)
	for body, want := range map[string][2]string{
		`{"n":1}`:               {"Validation", "dataTableRow.k is required"},
		`{"k":5}`:               {"Validation", "dataTableRow.k is the wrong type"},
		`{"k":"a"}`:             {"AlreadyExists", `Data table row with k "a" already exists`},
		`[{"k":"x"},{"k":"x"}]`: {"AlreadyExists", `Data table row with k "x" already exists`},
	} {
		status, refused := w.call(t, "POST", rows, body)
		assert.Equal(t, http.StatusBadRequest, status)
		assert.Equal(t, want, [2]string{refused["type"].(string), refused["message"].(string)})
	}
	cells := func(method, path, body string) string {
		t.Helper()
		status, listed := w.call(t, method, path, body)
		require.Equal(t, http.StatusOK, status, "%v", listed)
		var keys []string
		for _, item := range listed["items"].([]any) {
			row := item.(map[string]any)
			keys = append(keys, fmt.Sprint(row["k"], "=", row["n"]))
		}
		return fmt.Sprint(strings.Join(keys, " "), " of ", listed["totalCount"])
	}
	assert.Equal(t, "a=1 b=7 c=3 of 3", cells("GET", rows, ""))
	assert.Equal(t, "b=7 c=3 of 3", cells("GET", rows+"?sortColumn=n&sortDirection=desc&limit=2", ""))
	assert.Equal(t, "a=1 of 3", cells("GET", rows+"?sortColumn=n&sortDirection=desc&limit=2&offset=2", ""))
	assert.Equal(t, "b=<nil> of 3", cells("GET", rows+"?includeFields=k&limit=1&offset=1", ""))
	assert.Equal(t, "b=7 c=3 of 2", cells("POST", rows+"/query", `{"n":{"$gt":1}}`))
	assert.Equal(t, "c=3 of 1", cells("POST", rows+"/query", `{"$and":[{"n":{"$gt":1}},{"b":true}]}`))

	_, patched := w.call(t, "PATCH", rows+"/"+id, `{"n":2,"b":false}`)
	assert.Equal(t, []any{"a", 2.0, false}, []any{patched["k"], patched["n"], patched["b"]})
	assert.Greater(t, patched["updatedAt"], row["updatedAt"])
	_, patched = w.call(t, "PATCH", rows+"/"+id, `{"b":null}`)
	assert.NotContains(t, patched, "b")
	_, got := w.call(t, "GET", rows+"/"+id, "")
	assert.Equal(t, patched, got)

	changed := w.post(t, path+"/column", `{"name":"s","dataType":"string","constraint":"optional","defaultValue":"z"}`)
	assert.Len(t, changed["columns"], 4)
	_, got = w.call(t, "GET", rows+"/"+id, "")
	assert.Equal(t, "z", got["s"])
	status, refused := w.call(t, "POST", path+"/column", `{"name":"s","dataType":"string","constraint":"optional"}`)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Equal(t, "AlreadyExists", refused["type"])
	_, changed = w.call(t, "DELETE", path+"/column?columnName=s", "")
	assert.Len(t, changed["columns"], 3)
	_, got = w.call(t, "GET", rows+"/"+id, "")
	assert.NotContains(t, got, "s")

	assert.InDelta(t, 1.0, w.post(t, rows+"/delete?limit=1", `{"n":{"$gte":2}}`)["removed"], 0)
	assert.Equal(t, "b=7 c=3 of 2", cells("GET", rows, ""))
	w.post(t, rows, `{"k":"d","n":0}`)
	assert.InDelta(t, 2.0, w.post(t, rows+"/delete", `{"n":{"$gt":0}}`)["removed"], 0)
	assert.Equal(t, "d=0 of 1", cells("GET", rows, ""))
	status, _ = w.call(t, "DELETE", rows+"/"+id, "")
	assert.Equal(t, http.StatusNotFound, status)
	w.post(t, rows+"/truncate", "")
	assert.Equal(t, " of 0", cells("GET", rows, ""))
	status, _ = w.call(t, "DELETE", path, "")
	require.Equal(t, http.StatusOK, status)
	status, missing := w.call(t, "GET", rows, "")
	assert.Equal(t, http.StatusNotFound, status)
	assert.Equal(t, "Data table was not found", missing["message"])
}

func TestTimeSeries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, device := "/applications/"+w.app, w.ids["deviceId"]
	path := app + "/devices/" + device + "/state"
	for minute, value := range []string{`1`, `4`, `2`, `"x"`, `8`, `6`} {
		w.post(t, path, fmt.Sprintf(`{"time":%q,"data":{"v":%s,"on":%t}}`, at(minute), value, minute%2 == 0))
	}
	points := func(query string) string {
		t.Helper()
		answer := w.post(t, app+"/data/time-series-query", query)
		devices, _ := answer["devices"].(map[string]any)
		one, _ := devices[device].(map[string]any)
		return compact(t, one["points"])
	}
	query := func(aggregation string, more ...string) string {
		return `{"start":1704067200000,"end":1704067560000,"resolution":180000,"attributes":["v"],"deviceIds":["` + device + `"],"aggregation":` +
			aggregation + strings.Join(more, "") + `}`
	}
	for aggregation, want := range map[string][2]string{
		"FIRST": {"1", `"x"`}, "LAST": {"2", "6"}, "COUNT": {"3", "3"}, "MAX": {"4", "8"}, "MIN": {"1", "6"},
		"MEDIAN": {"2", "7"}, "MEAN": {"2.3333333333333335", "7"}, "SUM": {"7", "14"}, "STD_DEV": {"1.247219128924647", "1"},
	} {
		assert.JSONEq(t, fmt.Sprintf(`[{"data":{"v":%s},"time":"00:00"},{"data":{"v":%s},"time":"03:00"}]`, want[0], want[1]),
			points(query(`"`+aggregation+`"`)), aggregation)
	}
	assert.JSONEq(t, `[{"data":{"v":6},"time":"03:00"}]`, points(query(`{"type":"LAST"}`, `,"order":"desc","limit":1`)))
	assert.JSONEq(t, `[{"data":{"v":1},"time":"00:00"},{"data":{"v":4},"time":"01:00"}]`, points(query(`"NONE"`, `,"limit":2`)))
	atValue := strings.Replace(query(`{"type":"TIMEATVALUE","options":{"value":true}}`), `["v"]`, `["on"]`, 1)
	assert.JSONEq(t, `[{"data":{"on":120000},"time":"00:00"},{"data":{"on":60000},"time":"03:00"}]`, points(atValue))
	assert.JSONEq(t, `[{"data":{"on":120000},"time":"00:00"},{"data":{"on":60000},"time":"03:00"}]`, points(strings.Replace(atValue, "true", `"true"`, 1)))
	assert.JSONEq(t, `[{"data":{"v":21},"time":"00:00"}]`, points(strings.Replace(query(`"SUM"`), `"resolution":180000,`, "", 1)))
	assert.Equal(t, "null", points(strings.Replace(query(`"SUM"`), device, absentID, 1)))

	answer := w.post(t, app+"/data/time-series-query", query(`"SUM"`, `,"order":"desc"`))
	delete(answer, "devices")
	assert.JSONEq(t, `{"start":"00:00","end":"06:00","resolution":180000,"limit":null,"aggregation":"SUM","order":"desc"}`,
		compact(t, answer))

	last := func(query string) string { return compact(t, w.post(t, app+"/data/last-value-query", query)) }
	assert.JSONEq(t, `{"`+device+`":{"data":{"v":6},"time":"05:00"}}`, last(`{"attribute":"v","deviceIds":["`+device+`"]}`))
	assert.JSONEq(t, `{"`+device+`":{"data":{"on":false,"v":6},"time":"05:00"}}`, last(`{"deviceQuery":{"name":"Lamp"}}`))
	assert.Equal(t, `{}`, last(`{"attribute":"none","deviceIds":["`+device+`"]}`))
	assert.Equal(t, `{}`, last(`{"attribute":"v"}`))
}

func TestDeviceAttributes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	device := "/applications/" + w.app + "/devices/" + w.ids["deviceId"]
	made := w.post(t, device+"/attributes", `{"name":"v","dataType":"number"}`)
	assert.Equal(t, []any{"deviceAttribute", "v", "number", w.app, w.ids["deviceId"]},
		[]any{made["_type"], made["name"], made["dataType"], made["applicationId"], made["deviceId"]})
	w.post(t, device+"/attributes", `{"name":"a","dataType":"string"}`)
	status, refused := w.call(t, "POST", device+"/attributes", `{"name":"a","dataType":"string"}`)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Equal(t, "AlreadyExists", refused["type"])
	assert.Equal(t, []string{"a", "v"}, w.names(t, device+"/attributes", ""))
	assert.Equal(t, []string{"v"}, w.names(t, device+"/attributes", "filterField=dataType&filter=num*"))
	_, patched := w.call(t, "PATCH", device+"/attributes/v", `{"description":"d"}`)
	assert.Equal(t, []any{"v", "number", "d"}, []any{patched["name"], patched["dataType"], patched["description"]})
	_, shown := w.call(t, "GET", device, "")
	assert.JSONEq(t, `[{"dataType":"number","description":"d","name":"v"},{"dataType":"string","name":"a"}]`, compact(t, shown["attributes"]))
	status, _ = w.call(t, "DELETE", device+"/attributes/v", "")
	require.Equal(t, http.StatusOK, status)
	status, missing := w.call(t, "GET", device+"/attributes/v", "")
	assert.Equal(t, http.StatusNotFound, status)
	assert.Equal(t, "Device attribute was not found", missing["message"])
	assert.Equal(t, []string{"a"}, w.names(t, device+"/attributes", ""))
}

func TestBulk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	devices, events := "/applications/"+w.app+"/devices", "/applications/"+w.app+"/events"
	for _, name := range []string{"a", "b", "B2"} {
		w.post(t, devices, `{"name":"`+name+`","tags":[{"key":"floor","value":"`+name+`"},{"key":"x","value":"y"}],
			"attributes":[{"name":"n`+name+`","dataType":"number"},{"name":"s","dataType":"string"}]}`)
	}
	get := func(path string) string {
		_, answer := w.call(t, "GET", path, "")
		return compact(t, answer)
	}
	assert.JSONEq(t, `{"tagKeys":["floor","x"]}`, get(devices+"/tagKeys"))
	assert.JSONEq(t, `{"tagKey":"floor","tagValues":["B2","b"]}`, get(devices+"/tagValues?key=floor&startsWith=b"))
	assert.JSONEq(t, `{"attributeNames":["nB2","na","nb"]}`, get(devices+"/attributeNames?dataType=number"))
	assert.Contains(t, get(devices+"/deviceNames?startsWith=b"), `"deviceClass":"standalone"`)
	assert.Equal(t, 2, strings.Count(get(devices+"/deviceNames?startsWith=b"), `"id"`))
	assert.JSONEq(t, `{"removed":2,"failed":0}`, compact(t, w.post(t, devices+"/delete", `{"query":{"name":{"$startsWith":"b","$ci":true}}}`)))
	assert.Equal(t, []string{"Lamp", "a"}, w.names(t, devices, ""))

	for _, level := range []string{"info", "error", "warning"} {
		w.post(t, events, `{"level":"`+level+`","subject":"is `+level+`"}`)
	}
	_, worst := w.call(t, "GET", events+"/mostRecentBySeverity", "")
	assert.InDelta(t, 3.0, worst["newCount"], 0)
	assert.Equal(t, "is error", worst["event"].(map[string]any)["subject"])
	status, _ := w.call(t, "PATCH", events+"?filterField=subject&filter=*ERROR", `{"state":"resolved"}`)
	assert.Equal(t, http.StatusOK, status)
	_, worst = w.call(t, "GET", events+"/mostRecentBySeverity", "")
	assert.InDelta(t, 2.0, worst["newCount"], 0)
	assert.Equal(t, "is warning", worst["event"].(map[string]any)["subject"])
	assert.InDelta(t, 1.0, w.post(t, events+"/delete", `{"state":"resolved"}`)["removed"], 0)
	_, listed := w.call(t, "GET", events, "")
	assert.InDelta(t, 2.0, listed["totalCount"], 0)
}

func TestExperienceLists(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w := &world{f, nil}
	users, groups := f.experience+"/users", f.experience+"/groups"
	child := w.post(t, groups, `{"name":"Child","parentId":"`+f.group.ID+`","experienceUserIds":["`+f.user.ID+`"]}`)
	assert.Equal(t, "experienceGroup", child["_type"])
	assert.Equal(t, []any{f.group.ID}, child["ancestorIds"])
	bob := w.post(t, users, `{"email":"bob@example.com","password":"12345678","userTags":{"floor":"8"},"experienceGroupIds":["`+f.group.ID+`"]}`)
	assert.NotContains(t, bob, "password")
	assert.Equal(t, bob["creationDate"], bob["passwordLastUpdated"])
	_, shown := w.call(t, "GET", users+"/"+bob["id"].(string), "")
	assert.Equal(t, bob, shown)
	status, refused := w.call(t, "POST", users, `{"email":"bob@example.com","password":"12345678"}`)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Equal(t, `Email address "bob@example.com" already exists`, refused["message"])
	w.post(t, users, `{"email":"cy@example.com","password":"12345678","firstName":"Cy"}`)

	emails := func(query string) string {
		t.Helper()
		status, listed := w.call(t, "GET", users+"?"+strings.NewReplacer(`"`, "%22", "{", "%7B", "}", "%7D", "$", "%24").Replace(query), "")
		require.Equal(t, http.StatusOK, status, "%v", listed)
		var all []string
		for _, item := range listed["items"].([]any) {
			all = append(all, strings.TrimSuffix(item.(map[string]any)["email"].(string), "@example.com"))
		}
		return strings.Join(all, " ")
	}
	for query, want := range map[string]string{
		"": "ada bob cy", "sortDirection=desc&perPage=2": "cy bob", "filterField=email&filter=*B*": "bob",
		"experienceGroupId=" + child["id"].(string): "ada", "experienceGroupId=any": "ada bob", "experienceGroupId=none": "cy",
		"experienceGroupId=" + child["id"].(string) + "&includeAncestorGroups=true": "ada bob",
		`query={"userTags":{"floor":"8"}}`:                                          "bob", `query={"experienceGroupId":"` + f.group.ID + `"}`: "bob",
		`query={"experienceGroupId":null}`: "cy", `query={"firstName":{"$startsWith":"c","$ci":true}}`: "cy",
	} {
		assert.Equal(t, want, emails(query), query)
	}
	assert.Equal(t, []string{"Child", "Engineers"}, w.names(t, groups, ""))
	assert.Equal(t, []string{"Child"}, w.names(t, groups, `query={"ancestorId":"`+f.group.ID+`"}`))
	assert.Equal(t, []string{"Child"}, w.names(t, groups, `query={"experienceUserId":"`+f.user.ID+`"}`))

	status, _ = w.call(t, "DELETE", f.experience+"?keepGroups=true", "")
	assert.Equal(t, http.StatusOK, status)
	assert.Empty(t, emails(""))
	assert.Equal(t, []string{"Child", "Engineers"}, w.names(t, groups, ""))
	assert.Empty(t, f.mustGroup(t, f.group.ID).ExperienceUserIDs)
	f.AddUser(f.app, losant.ExperienceUser{Email: "ada@example.com"})
	status, _ = w.call(t, "DELETE", f.experience, "")
	assert.Equal(t, http.StatusOK, status)
	assert.Empty(t, w.names(t, groups, ""))
}
