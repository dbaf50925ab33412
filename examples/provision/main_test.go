package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// world is an application that has a device, and a place for a key.
type world struct {
	*losanttest.Server

	client                 *losant.Client
	applicationID, keyFile string
}

func newWorld(t *testing.T, devices ...string) world {
	t.Helper()
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	w := world{Server: server, applicationID: server.AddApplication(), keyFile: filepath.Join(t.TempDir(), "key")}
	for _, name := range devices {
		server.Add("devices.post", []string{w.applicationID}, losant.DevicePost{Name: name})
	}
	var err error
	w.client, err = server.NewClient(losant.WithToken(server.Token(
		losant.ScopeDevicesGet, losant.ScopeDevicesPost, losant.ScopeApplicationKeysPost)))
	require.NoError(t, err)
	return w
}

func (w world) run(t *testing.T, name string) (printed string, err error) {
	t.Helper()
	var out bytes.Buffer
	err = run(t.Context(), w.client, w.applicationID, name, w.keyFile, &out)
	return out.String(), err
}

// calls are the operations that were called, in their order.
func (w world) calls() (names []string) {
	for _, request := range w.Requests() {
		names = append(names, request.Operation)
	}
	return names
}

func TestTheDeviceIsMadeOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, "PUMP-1", "pump-10") // a filter finds them, too

	first, err := w.run(t, "pump-1")
	require.NoError(t, err)
	second, err := w.run(t, "pump-1")
	require.NoError(t, err)

	assert.Equal(t, first, second)
	assert.Equal(t, []string{"devices.get", "devices.post", "applicationKeys.post", "devices.get"}, w.calls())
}

func TestTheKeyLogsIn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	printed, err := w.run(t, "pump-1")
	require.NoError(t, err)

	info, err := os.Stat(w.keyFile)
	require.NoError(t, err)
	assert.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	text, err := os.ReadFile(w.keyFile)
	require.NoError(t, err)
	var credentials losant.DeviceCredentials
	require.NoError(t, json.Unmarshal(text, &credentials))
	assert.Equal(t, printed, credentials.DeviceID+"\n")
	device, err := losant.NewClient("", losant.WithBaseURL(w.URL), losant.WithDeviceLogin(credentials))
	require.NoError(t, err)
	_, err = device.Device.SendState(t.Context(), w.applicationID, credentials.DeviceID,
		losant.DeviceStateOrStates{{Data: map[string]any{"pressure": 4.2}}})
	assert.NoError(t, err)
}

// Losant has created the device, but its answer is lost: a second device would be one too many.
func TestALostAnswerMakesNoSecondDevice(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Inject(losanttest.Fault{Operation: "devices.post", Drop: true, AfterApplying: true})

	_, err := w.run(t, "pump-1")

	require.NoError(t, err)
	assert.Equal(t, []string{"devices.get", "devices.post", "devices.get", "applicationKeys.post"}, w.calls())
}

func TestTwoDevicesOfANameAreNotChosenFrom(t *testing.T) {
	t.Parallel()
	_, err := newWorld(t, "pump-1", "pump-1").run(t, "pump-1")
	assert.ErrorContains(t, err, `are both called "pump-1"`)
}

func TestWithoutAKeyThereIsNoFile(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Inject(losanttest.Fault{Operation: "applicationKeys.post", Status: http.StatusInternalServerError})

	_, err := w.run(t, "pump-1")

	require.ErrorContains(t, err, `there may be a key named "pump-1" that nobody has`)
	assert.NoFileExists(t, w.keyFile)
	_, err = w.run(t, "pump-1")
	assert.NoError(t, err, "the next run makes one")
}
