package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

const id = "58b9d743cbfafe1be6757400"

func TestMain(m *testing.M) {
	log.SetOutput(io.Discard)
	os.Exit(m.Run())
}

func TestADeviceReports(t *testing.T) {
	t.Parallel()
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	applicationID := server.AddApplication()
	deviceID, _ := server.Add("devices.post", []string{applicationID}, losant.DevicePost{Name: "pump-1"})["id"].(string)
	key := server.Add("applicationKeys.post", []string{applicationID}, losant.ApplicationKeyPost{})
	var device losant.DeviceCredentials
	text, err := json.Marshal(map[string]any{"deviceId": deviceID, "key": key["key"], "secret": key["secret"]})
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &device))
	client, err := losant.NewClient("", losant.WithBaseURL(server.URL), losant.WithDeviceLogin(device))
	require.NoError(t, err)

	err = run(t.Context(), client, applicationID, deviceID, filepath.Join(t.TempDir(), "spool"), strings.NewReader(
		`{"data": {"pressure": 1}, "time": "2026-01-02T03:04:05.678Z"}`+"\nno reading\n"+
			`{"data": {"pressure": 2}}`+"\n"+`{"pressure": 3}`))

	require.NoError(t, err)
	states, err := client.Device.GetState(t.Context(), applicationID, deviceID, losant.DeviceGetStateParams{Limit: 10})
	require.NoError(t, err)
	require.Len(t, states, 2, "the latest comes first")
	assert.Equal(t, "2026-01-02T03:04:05.678Z", states[1].Time.Format("2006-01-02T15:04:05.000Z"))
	assert.InDelta(t, 2, states[0].Data["pressure"], 0)
}

// losantAPI answers every request with a status, and keeps what it has taken with 200. With status 0 it does not answer.
type losantAPI struct {
	status int
	taken  []losant.DeviceState
}

func (a *losantAPI) RoundTrip(request *http.Request) (*http.Response, error) {
	var states losant.DeviceStateOrStates
	if err := json.NewDecoder(request.Body).Decode(&states); err != nil {
		return nil, err
	}
	switch a.status {
	case 0:
		<-request.Context().Done()
		return nil, request.Context().Err()
	case http.StatusOK:
		a.taken = append(a.taken, states...)
	}
	body := io.NopCloser(strings.NewReader(`{"success": true}`))
	return &http.Response{StatusCode: a.status, Header: http.Header{}, Body: body, Request: request}, nil
}

func (a *losantAPI) run(ctx context.Context, spool string, input io.Reader) error {
	client, err := losant.NewClient("token", losant.WithHTTPClient(&http.Client{Transport: a}))
	if err != nil {
		return err
	}
	return run(ctx, client, id, id, spool, input)
}

// write writes readings to a pipe that stays open. written is how many were read.
func write(t *testing.T, first, last int) (input io.Reader, written *int) {
	t.Helper()
	reader, writer := io.Pipe()
	t.Cleanup(func() { _ = reader.Close() })
	written = new(int)
	go func() {
		for n := first; n <= last; n++ {
			if _, err := fmt.Fprintf(writer, `{"data": {"n": %d}}`+"\n", n); err != nil {
				return
			}
			*written = n
		}
	}()
	return reader, written
}

// inOrder checks that states are the readings first to last.
func inOrder(t *testing.T, states []losant.DeviceState, first, last int) {
	t.Helper()
	require.Len(t, states, last-first+1)
	for i, state := range states {
		require.InDelta(t, first+i, state.Data["n"], 0)
	}
}

func TestNothingIsLostOnShutdown(t *testing.T) {
	t.Parallel()
	for name, status := range map[string]int{"Losant fails": 500, "Losant is silent": 0, "Losant refuses": 404} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				spool := filepath.Join(t.TempDir(), "spool")
				ctx, terminate := context.WithCancel(t.Context())
				began := time.Now()
				first, _ := write(t, 1, 250)
				ended := make(chan error, 1)
				go func() { ended <- (&losantAPI{status: status}).run(ctx, spool, first) }()
				synctest.Wait()
				terminate()
				require.ErrorContains(t, <-ended, "250 readings are left in "+spool)

				ctx, terminate = context.WithCancel(t.Context())
				second, _ := write(t, 251, 360)
				healthy := &losantAPI{status: http.StatusOK}
				go func() { ended <- healthy.run(ctx, spool, second) }()
				synctest.Wait()
				terminate()
				require.NoError(t, <-ended)

				inOrder(t, healthy.taken, 1, 360)
				assert.WithinDuration(t, began, healthy.taken[0].Time, 0, "when it was read, not when it was reported")
				rest, err := os.ReadFile(spool) //nolint:gosec // the test's own
				require.NoError(t, err)
				assert.Empty(t, rest)
			})
		})
	}
}

// What the sensor has written when the signal comes is read, be it in the pipe.
func TestThePipeIsReadToItsEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, terminate := context.WithCancel(t.Context())
		terminate()
		input, _ := write(t, 1, 250)
		healthy := &losantAPI{status: http.StatusOK}
		require.NoError(t, healthy.run(ctx, filepath.Join(t.TempDir(), "spool"), input))
		inOrder(t, healthy.taken, 1, 250)
	})
}

// A sensor that never stops does not keep the program from its end.
func TestASensorThatGoesOn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		spool := filepath.Join(t.TempDir(), "spool")
		ctx, terminate := context.WithCancel(t.Context())
		terminate()
		began := time.Now()
		input, _ := write(t, 1, 1_000_000)
		healthy := &losantAPI{status: http.StatusOK}
		require.ErrorIs(t, healthy.run(ctx, spool, input), context.Canceled)
		assert.Equal(t, grace, time.Since(began))
		rest, err := os.Open(spool) //nolint:gosec // the test's own
		require.NoError(t, err)
		readings := make(chan losant.DeviceState, 10*capacity)
		require.NoError(t, read(rest, readings))
		require.NoError(t, rest.Close())
		close(readings)
		for state := range readings {
			healthy.taken = append(healthy.taken, state)
		}
		inOrder(t, healthy.taken, 1, len(healthy.taken))
	})
}

func TestTheSensorWaitsForLosant(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, terminate := context.WithCancel(t.Context())
		const many = 5 * capacity // more than fit into the channel, and the buffer of a Scanner
		input, written := write(t, 1, many)
		ended := make(chan error, 1)
		go func() { ended <- (&losantAPI{}).run(ctx, filepath.Join(t.TempDir(), "spool"), input) }()
		synctest.Wait()
		assert.Greater(t, *written, capacity)
		assert.Less(t, *written, many)
		terminate()
		assert.ErrorIs(t, <-ended, context.Canceled)
	})
}

func TestTheSpoolIsOpenedFirst(t *testing.T) {
	t.Parallel()
	err := (&losantAPI{status: http.StatusOK}).run(t.Context(), filepath.Join(t.TempDir(), "no", "spool"), nil)
	assert.ErrorIs(t, err, os.ErrNotExist)
}
