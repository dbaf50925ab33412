package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

const (
	firstID  = "58b9d743cbfafe1be675744b"
	secondID = "58b9d743cbfafe1be675744c"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// newWorld starts a server with two devices that report at the beginning and the end of two hours.
func newWorld(t *testing.T) (server *losanttest.Server, client *losant.Client, applicationID string) {
	t.Helper()
	server = losanttest.NewServer()
	t.Cleanup(server.Close)
	client, err := server.NewClient()
	require.NoError(t, err)
	applicationID = server.AddApplication()
	for _, id := range []string{secondID, firstID} {
		server.Add("devices.post", []string{applicationID}, map[string]any{"id": id, "name": "pump-" + id[22:]})
		var states losant.DeviceStateOrStates
		for _, at := range []time.Duration{0, time.Hour - time.Millisecond, time.Hour, 2 * time.Hour} {
			states = append(states, losant.DeviceState{
				Time: start.Add(at), Data: map[string]any{"pressure": 1e21 + at.Hours(), "note": `=1,"`},
			})
		}
		_, err := client.Device.SendState(t.Context(), applicationID, id, states)
		require.NoError(t, err)
	}
	return server, client, applicationID
}

// hours are two hours, in windows.
func hours(window time.Duration) series {
	return series{
		devices: []string{secondID, firstID}, attributes: []string{"note", "none"},
		start: start, end: start.Add(2 * time.Hour), window: window,
	}
}

func TestNothingIsMissingOrThereTwice(t *testing.T) {
	t.Parallel()
	_, client, applicationID := newWorld(t)

	var out bytes.Buffer
	require.NoError(t, run(t.Context(), client, applicationID, hours(time.Hour), &out))

	assert.Equal(t, `time,deviceId,name,note,none
2026-01-01T00:00:00Z,58b9d743cbfafe1be675744b,pump-4b,"=1,""",
2026-01-01T00:59:59.999Z,58b9d743cbfafe1be675744b,pump-4b,"=1,""",
2026-01-01T00:00:00Z,58b9d743cbfafe1be675744c,pump-4c,"=1,""",
2026-01-01T00:59:59.999Z,58b9d743cbfafe1be675744c,pump-4c,"=1,""",
2026-01-01T01:00:00Z,58b9d743cbfafe1be675744b,pump-4b,"=1,""",
2026-01-01T01:00:00Z,58b9d743cbfafe1be675744c,pump-4c,"=1,""",
`, out.String())
}

func TestNumbersKeepTheirDigits(t *testing.T) {
	t.Parallel()
	data := map[string]any{"large": 1e21, "small": 0.1, "yes": true}
	assert.Equal(t, []string{"2026-01-01T00:00:00Z", "id", "name", "1000000000000000000000", "0.1", "true"},
		line("id", "name", losant.DataPoint{Time: start, Data: data}, []string{"large", "small", "yes"}))
}

func TestWhatIsCutIsNoExport(t *testing.T) {
	t.Parallel()
	server, client, applicationID := newWorld(t)
	server.Handle("data.timeSeriesQuery", func(losanttest.Request) (status int, body any) {
		points := []any{map[string]any{"time": start, "data": map[string]any{"note": "a"}}}
		return http.StatusOK, map[string]any{"limit": 1, "devices": map[string]any{firstID: map[string]any{"points": points}}}
	})
	err := run(t.Context(), client, applicationID, hours(time.Hour), new(bytes.Buffer))
	assert.ErrorContains(t, err, "choose a shorter window")
}

// full is a disk.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("the disk is full") }

func TestTheExportEndsAtTheFirstError(t *testing.T) {
	t.Parallel()
	server, client, applicationID := newWorld(t)
	before := len(server.Requests())
	require.ErrorContains(t, run(t.Context(), client, applicationID, hours(time.Hour), full{}), "the disk is full")
	assert.Len(t, server.Requests()[before:], 1, "there is no use in the second window")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run(ctx, client, applicationID, hours(time.Hour), full{}), context.Canceled)
	assert.ErrorContains(t, run(t.Context(), client, applicationID, hours(0), full{}), "at least a millisecond")
}
