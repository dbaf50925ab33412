package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

const id = "58b9d743cbfafe1be6757400"

// streams are what Losant says, a connection after the other. When there is no more, the user interrupts the program.
type streams struct {
	status    int
	said      []string
	interrupt func()
}

func (s *streams) RoundTrip(request *http.Request) (*http.Response, error) {
	if len(s.said) == 0 {
		s.interrupt()
		return nil, request.Context().Err()
	}
	body := io.NopCloser(strings.NewReader(s.said[0]))
	s.said = s.said[1:]
	header := http.Header{"Content-Type": {"text/event-stream"}}
	return &http.Response{StatusCode: s.status, Header: header, Body: body, Request: request}, nil
}

// watch runs the program on the streams.
func watch(t *testing.T, out io.Writer, status int, said ...string) (notes string, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, interrupt := context.WithCancel(t.Context())
		defer interrupt()
		client, failure := losant.NewClient("token",
			losant.WithHTTPClient(&http.Client{Transport: &streams{status, said, interrupt}}))
		require.NoError(t, failure)
		var text bytes.Buffer
		err = run(ctx, client, id, id, out, log.New(&text, "", 0))
		notes = text.String()
	})
	return notes, err
}

func state(data string) string {
	return `event: deviceState` + "\n" + `data: {"time": "2026-01-02T03:04:05.678Z", "data": ` + data + "}\n\n"
}

func TestStatesAreLines(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	notes, err := watch(t, &out, http.StatusOK, state(`{"pressure": 1}`), state(`7`)+state(`{"pressure": 2}`))

	require.NoError(t, err, "an interruption is no failure")
	lines := strings.Split(out.String(), "\n")
	require.Len(t, lines, 3)
	assert.JSONEq(t, `{"time": "2026-01-02T03:04:05.678Z", "data": {"pressure": 1}}`, lines[0])
	assert.JSONEq(t, `{"time": "2026-01-02T03:04:05.678Z", "data": {"pressure": 2}}`, lines[1])
	assert.Equal(t, 2, strings.Count(notes, "states may be missing: "), notes)
	assert.Equal(t, 1, strings.Count(notes, "a state is missing: "), notes)
}

func TestWhatIsRefusedEnds(t *testing.T) {
	t.Parallel()
	_, err := watch(t, io.Discard, http.StatusNotFound, `{"type": "NotFound"}`)
	assert.ErrorIs(t, err, losant.ErrNotFound)
}

// closed is a pipe that nobody reads.
type closed struct{}

var errClosed = errors.New("nobody reads")

func (closed) Write([]byte) (int, error) { return 0, errClosed }

func TestNobodyReads(t *testing.T) {
	t.Parallel()
	_, err := watch(t, closed{}, http.StatusOK, state(`{"pressure": 1}`))
	assert.ErrorIs(t, err, errClosed)
}
