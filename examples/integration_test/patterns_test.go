package integration_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// world is a Losant API and what is in it. Each test makes its own: a server is cheap, and what no other test can touch
// needs no cleaning up.
type world struct {
	*losanttest.Server

	monitor monitor
	pumpID  string
}

// newWorld starts a server that ends with the test. In it, a pump has too much pressure. The token has the scopes that the
// code has in production, so the tests show that they are enough.
func newWorld(t *testing.T, opts ...losant.Option) world {
	t.Helper()
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	token := server.Token(losant.ScopeDevicesGet, losant.ScopeDeviceGetCompositeState, losant.ScopeDeviceStateStream,
		losant.ScopeEventsPost, losant.ScopeDataExport)
	client, err := server.NewClient(append([]losant.Option{losant.WithToken(token)}, opts...)...)
	require.NoError(t, err)
	w := world{Server: server, monitor: monitor{client, server.AddApplication()}}
	w.pumpID = w.addPump("pump-1")
	w.report(t, 9)
	return w
}

// addPump adds a device as its post would. What a test does not care about is left out: the server fills it in.
func (w world) addPump(name string) (deviceID string) {
	deviceID, _ = w.Add("devices.post", []string{w.monitor.applicationID}, losant.DevicePost{Name: name})["id"].(string)
	return deviceID
}

// report reports a pressure, as the pump itself would.
func (w world) report(t *testing.T, pressure float64) {
	t.Helper()
	pump, err := w.NewClient() // with a token that may do everything
	require.NoError(t, err)
	_, err = pump.Device.SendState(t.Context(), w.monitor.applicationID, w.pumpID,
		losant.DeviceStateOrStates{{Data: map[string]any{"pressure": pressure}}})
	require.NoError(t, err)
}

// calls are the operations that were called with the monitor's client, in their order.
func (w world) calls() (names []string) {
	for _, request := range w.Requests() {
		if request.Operation != "device.sendState" {
			names = append(names, request.Operation)
		}
	}
	return names
}

func TestState(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.addPump("pump-2") // has not reported yet
	w.addPump("fan-1")

	alarms, err := w.monitor.Check(t.Context())

	require.NoError(t, err)
	assert.Equal(t, 1, alarms)
}

// The server keeps what arrives: for what the state does not show, such as the order of calls and what is in them.
func TestRequests(t *testing.T) {
	t.Parallel()
	w := newWorld(t, losant.WithLosantDomain("example.com"))

	_, err := w.monitor.Check(t.Context())

	require.NoError(t, err)
	assert.Equal(t, []string{"devices.get", "device.getCompositeState", "events.post"}, w.calls())
	requests := w.Requests()
	last := requests[len(requests)-1]
	assert.JSONEq(t, `{"level": "critical", "subject": "pump-1 is about to burst", "deviceId": "`+w.pumpID+`"}`, string(last.Body))
	assert.Equal(t, "example.com", last.Header.Get("losantdomain"))
}

// Losant is busy for a moment. The SDK tries again.
func TestAShortFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Inject(losanttest.Fault{Operation: "events.post", Status: http.StatusServiceUnavailable})

	_, err := w.monitor.Check(t.Context())

	require.NoError(t, err)
	assert.Equal(t, []string{"devices.get", "device.getCompositeState", "events.post", "events.post"}, w.calls())
}

// The event is there, but the connection breaks before the answer is. The code has to know that it may be there.
func TestALostAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Inject(losanttest.Fault{Operation: "events.post", Drop: true, AfterApplying: true})

	_, err := w.monitor.Check(t.Context())

	var lost *losant.TransportError
	require.ErrorAs(t, err, &lost)
	assert.Equal(t, losant.MaybeApplied, lost.Applied)
}

// Losant does not answer, and the caller's patience ends.
func TestSilence(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Inject(losanttest.Fault{Operation: "devices.get", Delay: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()

	_, err := w.monitor.Check(ctx)

	assert.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestTokens(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for token, kind := range map[string]error{
		w.Token(losant.ScopeDevicesGet): losant.ErrForbidden, // each of the other scopes is needed, too
		w.ExpiredToken():                losant.ErrUnauthorized,
	} {
		client, err := w.NewClient(losant.WithToken(token))
		require.NoError(t, err)
		_, err = monitor{client, w.monitor.applicationID}.Check(t.Context())
		assert.ErrorIs(t, err, kind)
	}
}

// A stream breaks after a state. Nobody is told when a stream is open, and what is reported before is lost, so the pump
// reports more than once.
func TestStreams(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Inject(losanttest.Fault{Operation: "device.stateStream", Events: 1})
	ended := make(chan struct{})
	var gaps int
	var err error
	go func() {
		defer close(ended)
		gaps, err = w.monitor.Wait(t.Context(), w.pumpID)
	}()

	pressure := 1.0
	for tick := time.Tick(5 * time.Millisecond); ; <-tick {
		if strings.Count(strings.Join(w.calls(), " "), "device.stateStream") > 1 {
			pressure = 9 // the stream has been opened again
		}
		select {
		case <-ended:
			require.NoError(t, err)
			assert.Positive(t, gaps)
			return
		default:
			w.report(t, pressure)
		}
	}
}

// What has no state in the server is answered as the test says.
func TestHandle(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Handle("data.export", func(losanttest.Request) (status int, body any) {
		return http.StatusAccepted, map[string]any{"success": true, "jobQueued": true, "jobId": "5"}
	})

	jobID, err := w.monitor.Archive(t.Context())

	require.NoError(t, err)
	assert.Equal(t, "5", jobID)
}
