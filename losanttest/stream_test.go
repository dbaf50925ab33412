package losanttest_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/losanttest"
)

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
	assert.Equal(t, 3, w.Streams())
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
	assert.Zero(t, w.Streams())
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
