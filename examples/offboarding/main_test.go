package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"os"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/examples/internal/demo"
	"github.com/losant-go/losant/examples/internal/programtest"
)

var program programtest.Program // built once, by TestMain

func TestMain(m *testing.M) { os.Exit(program.Test(m, main)) }

func decodeJSON(t *testing.T, text []byte, v any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(text, v))
}

// send sends a request over the network and returns the status of the answer.
func send(t *testing.T, method, url string) (status int, err error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	if err != nil {
		return 0, err
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}

// The program as its users run it.
func TestProgram(t *testing.T) {
	t.Parallel()
	command := program.Command(t, nil, "-demo", "-addr", "127.0.0.1:0")
	stderr, err := command.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	log := bufio.NewScanner(stderr)
	url := ""
	for url == "" && log.Scan() {
		if match := regexp.MustCompile(`msg=listening url=(\S+)`).FindStringSubmatch(log.Text()); match != nil {
			url = match[1]
		}
	}
	require.NotEmpty(t, url)

	for _, test := range []struct {
		method, path string
		status       int
	}{
		{"GET", "/healthz", http.StatusOK},
		{"DELETE", "/people/" + demo.AdaID, http.StatusOK},
		{"DELETE", "/people/" + demo.AdaID, http.StatusNotFound},
		{"GET", "/metrics", http.StatusOK},
		{"GET", "/people/" + demo.AdaID, http.StatusMethodNotAllowed},
	} {
		status, err := send(t, test.method, url+test.path)
		require.NoError(t, err)
		assert.Equal(t, test.status, status, test.path)
	}

	require.NoError(t, command.Process.Signal(syscall.SIGTERM))
	stopped := false
	for log.Scan() {
		stopped = stopped || regexp.MustCompile(`msg=stopped`).MatchString(log.Text())
	}
	assert.True(t, stopped)
	assert.NoError(t, command.Wait(), "exit status 0")
}

func TestProgramThatCannotStart(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"no configuration": {},
		"bad flag":         {"-force"},
		"bad address":      {"-demo", "-addr", "nowhere"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := program.Run(t, nil, nil, args...)
			assert.Equal(t, 1, result.Status)
			assert.Contains(t, result.Stderr, "level=ERROR")
		})
	}
	assert.Zero(t, program.Run(t, nil, nil, "-h").Status)
}

// serving is a call of serve whose handler has a request that waits.
type serving struct {
	url      string
	stop     context.CancelFunc
	release  chan struct{} // closed to let the request go on
	answered chan result   // what its caller got
	done     chan error    // what serve returned
}

type result struct {
	status int
	err    error
}

func startServing(t *testing.T, grace time.Duration) serving {
	t.Helper()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	s := serving{
		"http://" + listener.Addr().String(), stop, make(chan struct{}), make(chan result, 1), make(chan error, 1),
	}
	entered := make(chan struct{}, 1)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case entered <- struct{}{}:
		default:
		}
		select {
		case <-s.release:
			w.WriteHeader(http.StatusTeapot)
		case <-r.Context().Done():
		}
	})
	go func() { s.done <- serve(ctx, listener, handler, grace) }()
	go func() {
		status, err := send(t, "GET", s.url)
		s.answered <- result{status, err}
	}()
	<-entered
	return s
}

func TestRunningRequestsFinish(t *testing.T) {
	t.Parallel()
	s := startServing(t, time.Minute)
	s.stop()
	address := strings.TrimPrefix(s.url, "http://")
	refused := func() bool { // a whole request might come in just before, and then wait for its release
		conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
		if err == nil {
			err = conn.Close()
		}
		return errors.Is(err, syscall.ECONNREFUSED)
	}
	require.Eventually(t, refused, time.Minute, time.Millisecond, "no new requests")
	close(s.release)
	assert.Equal(t, result{status: http.StatusTeapot}, <-s.answered)
	assert.NoError(t, <-s.done)
}

func TestRequestsThatDoNotFinishAreCutOff(t *testing.T) {
	t.Parallel()
	s := startServing(t, time.Millisecond)
	s.stop()
	assert.ErrorContains(t, <-s.done, "requests were cut off after 1ms")
	<-s.answered // its handler ends with its context
}
