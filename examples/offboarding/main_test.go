package main

import (
	"cmp"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

const adaID = "58b9d782cbfafe1be675744d"

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.NewTextHandler(io.Discard, nil)))
	os.Exit(m.Run())
}

// world is an application with Ada in it, and a client with the scopes that the service says it needs.
type world struct {
	*losanttest.Server

	client        *losant.Client
	applicationID string
}

func newWorld(t *testing.T, opts ...losant.Option) world {
	t.Helper()
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	w := world{Server: server, applicationID: server.AddApplication()}
	server.AddUser(w.applicationID, losant.ExperienceUser{ID: adaID})
	token := server.Token(losant.ScopeExperienceUserPatch, losant.ScopeExperienceUserDelete)
	var err error
	w.client, err = server.NewClient(append(opts, losant.WithToken(token))...)
	require.NoError(t, err)
	return w
}

// remove asks the service to off-board somebody.
func (w world) remove(t *testing.T, id string) *httptest.ResponseRecorder {
	t.Helper()
	answer := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodDelete, "/people/"+id, http.NoBody)
	handler(w.client, w.applicationID).ServeHTTP(answer, request)
	return answer
}

func (w world) exists() bool {
	_, exists := w.User(w.applicationID, adaID)
	return exists
}

func TestAccessEndsFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := time.Now()
	assert.Equal(t, http.StatusNoContent, w.remove(t, adaID).Code)

	assert.False(t, w.exists())
	requests := w.Requests()
	require.Len(t, requests, 2)
	assert.Equal(t, "experienceUser.delete", requests[1].Operation)
	var patch losant.ExperienceUserPatch
	require.NoError(t, json.Unmarshal(requests[0].Body, &patch))
	assert.WithinRange(t, *patch.TokenCutoff, before, time.Now())
	assert.Equal(t, []string{}, patch.ExperienceGroupIDs, "sent, and empty")
	assert.Equal(t, http.StatusNotFound, w.remove(t, adaID).Code, "the second time")
}

func TestErrorsAreToldApart(t *testing.T) {
	t.Parallel()
	const patch, remove = "experienceUser.patch", "experienceUser.delete"
	for name, test := range map[string]struct {
		fault  losanttest.Fault
		id     string
		status int
	}{
		"no id":             {id: "ada", status: 400},
		"another path":      {id: "..%2fgroups", status: 400},
		"somebody else":     {id: "58b9d782cbfafe1be675744e", status: 404},
		"limited":           {fault: losanttest.Fault{Operation: patch, Status: 429, Header: http.Header{"Retry-After": {"60"}}}, status: 503},
		"lost":              {fault: losanttest.Fault{Operation: patch, Drop: true, AfterApplying: true}, status: 502},
		"failure":           {fault: losanttest.Fault{Operation: patch, Status: 500}, status: 502},
		"a gateway's 404":   {fault: losanttest.Fault{Operation: patch, Status: 404, Body: "<html>"}, status: 502},
		"halfway":           {fault: losanttest.Fault{Operation: remove, Status: 409}, status: 502},
		"deleted meanwhile": {fault: losanttest.Fault{Operation: remove, Status: 404}, status: 204},
		"lost at the end":   {fault: losanttest.Fault{Operation: remove, Drop: true, AfterApplying: true}, status: 204},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			w.Inject(test.fault)
			answer := w.remove(t, cmp.Or(test.id, adaID))
			assert.Equal(t, test.status, answer.Code, answer.Body)
			assert.Equal(t, test.fault.Header != nil, answer.Header().Get("Retry-After") == "61")
			if answer.Code == http.StatusBadGateway {
				assert.Equal(t, http.StatusNoContent, w.remove(t, adaID).Code, "it may be repeated")
			}
		})
	}
}

// roundTripper is an http.RoundTripper of one function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

func TestOnlySoManyAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var running atomic.Int64
		var all, more atomic.Bool
		client, err := losant.NewClient("token", losant.WithTimeout(0), losant.WithHTTPClient(&http.Client{
			Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
				n := running.Add(1)
				all.CompareAndSwap(false, n == atOnce)
				more.CompareAndSwap(false, n > atOnce)
				<-request.Context().Done()
				running.Add(-1)
				return nil, request.Context().Err()
			}),
		}))
		require.NoError(t, err)
		w := world{client: client, applicationID: adaID}
		service := handler(w.client, w.applicationID)
		const many = 3 * atOnce
		codes := make(chan int, many)
		for range many {
			go func() {
				answer := httptest.NewRecorder()
				request := httptest.NewRequestWithContext(t.Context(), http.MethodDelete, "/people/"+adaID, http.NoBody)
				service.ServeHTTP(answer, request)
				codes <- answer.Code
			}()
		}
		for range many {
			assert.Equal(t, http.StatusGatewayTimeout, <-codes)
		}
		assert.True(t, all.Load())
		assert.False(t, more.Load())
	})
}

func TestRequestsAreFinishedOnShutdown(t *testing.T) {
	t.Parallel()
	started, goOn := make(chan struct{}, 2), make(chan struct{})
	w := newWorld(t, losant.WithTransport(func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			started <- struct{}{}
			<-goOn
			return next.RoundTrip(request)
		})
	}))
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, terminate := context.WithCancel(t.Context())
	stopped, status := make(chan error, 1), make(chan int, 1)
	go func() { stopped <- run(ctx, w.client, w.applicationID, listener) }()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete,
		"http://"+listener.Addr().String()+"/people/"+adaID, http.NoBody)
	require.NoError(t, err)
	go func() {
		defer close(status)
		if response, err := http.DefaultClient.Do(request); assert.NoError(t, err) {
			status <- response.StatusCode
			assert.NoError(t, response.Body.Close())
		}
	}()
	<-started
	terminate()
	close(goOn)
	assert.Equal(t, http.StatusNoContent, <-status)
	require.NoError(t, <-stopped)
	assert.False(t, w.exists())
}
