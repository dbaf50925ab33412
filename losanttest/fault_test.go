package losanttest_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// patch is a request whose effect can be seen.
func (f *fixture) patch() request { return asAdmin("PATCH", "{user}", `{"firstName":"Ada"}`) }

func (f *fixture) patched(t testing.TB) bool {
	t.Helper()
	return f.mustUser(t, f.user.ID).FirstName == "Ada"
}

// breaks sends a request whose answer does not come, or not whole: it returns what came of the body.
func (f *fixture) breaks(t testing.TB, r request) string {
	t.Helper()
	resp, err := f.http.Do(f.build(t, r))
	if err != nil {
		return ""
	}
	defer closeBody(t, resp)
	body, err := io.ReadAll(resp.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	return string(body)
}

func TestFaultStatus(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		status        int
		kind, message string
	}{
		{http.StatusBadRequest, "Validation", "Request is invalid"},
		{http.StatusUnauthorized, "Unauthorized", "Invalid access token"},
		{http.StatusForbidden, "Forbidden", "Access is forbidden"},
		{http.StatusNotFound, "NotFound", "Experience user was not found"},
		{http.StatusTooManyRequests, "TooManyRequests", "Too Many Requests"},
		{http.StatusInternalServerError, "Error", "An error occurred"},
		{http.StatusServiceUnavailable, "ServiceUnavailable", "Service Unavailable"},
		{999, "Error", "An error occurred"},
	} {
		t.Run(test.kind, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.Inject(losanttest.Fault{Status: test.status})
			f.fails(t, f.patch(), test.status, test.kind, test.message)
			assert.False(t, f.patched(t))
			f.sendOK(t, f.patch())
			assert.True(t, f.patched(t))
		})
	}
}

func TestFaultAnswer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	header := http.Header{"retry-after": {"7"}, "Content-Type": {"text/html"}}
	f.Inject(losanttest.Fault{Status: http.StatusBadGateway, Header: header, Body: "<html>"})
	f.Inject(losanttest.Fault{Body: "null"})
	f.Inject(losanttest.Fault{Status: http.StatusFound, Header: http.Header{"Location": {"/elsewhere"}}})
	f.Inject(losanttest.Fault{Header: http.Header{"X-Note": {"a", "b"}}})
	header.Set("Retry-After", "the test goes on with it")

	resp, body := f.send(t, f.patch())
	assert.Equal(t, http.StatusBadGateway, resp.StatusCode)
	assert.Equal(t, "<html>", body)
	assert.Equal(t, "text/html", resp.Header.Get("Content-Type"))
	assert.Equal(t, "7", resp.Header.Get("Retry-After"))

	resp, body = f.send(t, f.patch())
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Equal(t, "null", body)

	r := f.build(t, f.patch())
	r.Header.Set("Accept-Encoding", "gzip")
	found, err := f.http.Do(r)
	require.NoError(t, err)
	defer closeBody(t, found)
	assert.Equal(t, http.StatusFound, found.StatusCode)
	assert.Equal(t, "/elsewhere", found.Header.Get("Location"))
	assert.Equal(t, int64(0), found.ContentLength)
	assert.False(t, f.patched(t))

	resp, _ = f.send(t, f.patch())
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	assert.Equal(t, []string{"a", "b"}, resp.Header["X-Note"])
	assert.True(t, f.patched(t), "headers alone leave the rest as it is")
}

func TestFaultStatusAfterApplying(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Inject(losanttest.Fault{Status: http.StatusInternalServerError, AfterApplying: true})
	resp, _ := f.send(t, f.patch())
	assert.Equal(t, http.StatusInternalServerError, resp.StatusCode)
	assert.True(t, f.patched(t))
}

func TestFaultDrop(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Inject(losanttest.Fault{Drop: true, Status: http.StatusOK, Body: "{}"})
	assert.Empty(t, f.breaks(t, f.patch()))
	assert.False(t, f.patched(t))
	f.Inject(losanttest.Fault{Drop: true, AfterApplying: true})
	assert.Empty(t, f.breaks(t, f.patch()))
	assert.True(t, f.patched(t))
	assert.Len(t, f.Requests(), 2)
}

// A connection that ends without a word looks idle to net/http, which then sends a Get again by itself.
func TestFaultsOfWarmConnectionsAreSeen(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]losanttest.Fault{
		"drop":     {Drop: true},
		"truncate": {Truncate: true, Status: http.StatusNoContent},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			client := f.client(t)
			t.Cleanup(client.CloseIdleConnections)
			_, err := client.ExperienceUser.Get(t.Context(), f.app, f.user.ID)
			require.NoError(t, err)
			f.Inject(fault)

			_, err = client.ExperienceUser.Get(t.Context(), f.app, f.user.ID)

			var lost *losant.TransportError
			require.ErrorAs(t, err, &lost)
			assert.Len(t, f.Requests(), 2)
		})
	}
}

func TestFaultTruncate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Inject(losanttest.Fault{Truncate: true})
	assert.Equal(t, `{"succes`, f.breaks(t, f.patch()))
	assert.False(t, f.patched(t))

	f.Inject(losanttest.Fault{Truncate: true, Status: http.StatusTeapot, Body: "four"})
	resp, err := f.http.Do(f.build(t, f.patch()))
	require.NoError(t, err)
	defer closeBody(t, resp)
	body, err := io.ReadAll(resp.Body)
	require.ErrorIs(t, err, io.ErrUnexpectedEOF)
	assert.Equal(t, "fo", string(body))
	assert.Equal(t, http.StatusTeapot, resp.StatusCode)
	f.Inject(losanttest.Fault{Truncate: true, Status: http.StatusNoContent})
	assert.Empty(t, f.breaks(t, f.patch()))
	assert.False(t, f.patched(t))

	f.Inject(losanttest.Fault{Truncate: true, AfterApplying: true})
	assert.Contains(t, f.breaks(t, f.patch()), f.user.ID)
	assert.True(t, f.patched(t))
}

func TestFaultDelay(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Inject(losanttest.Fault{Delay: time.Millisecond})
	begin := time.Now()
	f.sendOK(t, f.patch())
	assert.GreaterOrEqual(t, time.Since(begin), time.Millisecond)
	assert.True(t, f.patched(t))
}

// serve lets the server handle a request in this goroutine, and returns what it panics with.
func (f *fixture) serve(r *http.Request) (recovered any) {
	defer func() { recovered = recover() }()
	r.URL = &url.URL{Path: f.userPath}
	f.ServeHTTP(httptest.NewRecorder(), r)
	return nil
}

func TestDelayEndsWhenTheClientGoesAway(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	f.Inject(losanttest.Fault{Delay: time.Hour})
	assert.Equal(t, http.ErrAbortHandler, f.serve(f.build(t, f.patch()).WithContext(ctx)))
	assert.False(t, f.patched(t))
	f.Inject(losanttest.Fault{Delay: time.Hour, AfterApplying: true})
	assert.Equal(t, http.ErrAbortHandler, f.serve(f.build(t, f.patch()).WithContext(ctx)))
	assert.True(t, f.patched(t))
}

func TestDelayEndsWhenTheServerIsClosed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Inject(losanttest.Fault{Delay: time.Hour, Times: 9})
	var calls sync.WaitGroup
	for range 9 {
		calls.Go(func() { assert.Equal(t, http.ErrAbortHandler, f.serve(f.build(t, f.patch()))) })
	}
	f.Close()
	calls.Wait()
	assert.False(t, f.patched(t))
}

// A request that breaks off has not arrived.
func TestRequestThatBreaksOff(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Inject(losanttest.Fault{Status: http.StatusServiceUnavailable})
	req := f.build(t, f.patch())
	req.Body = io.NopCloser(io.MultiReader(req.Body, brokenReader{}))
	assert.Equal(t, http.ErrAbortHandler, f.serve(req))
	assert.Empty(t, f.Requests())
	assert.False(t, f.patched(t))
	resp, _ := f.send(t, f.patch())
	assert.Equal(t, http.StatusServiceUnavailable, resp.StatusCode, "the fault still waits")
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("broken off") }

func TestFaultsQueue(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Inject(losanttest.Fault{Operation: "experienceUser.patch", Status: 501, Times: 2})
	f.Inject(losanttest.Fault{Operation: "experienceUser.delete", Status: 502})
	f.Inject(losanttest.Fault{Status: 503})
	f.Inject(losanttest.Fault{Operation: "experienceUser.patch", Status: 504, Times: 1})
	patch, get := f.patch(), asAdmin("GET", "{user}", "")
	for i, step := range []struct {
		request request
		status  int
	}{
		{patch, 501},
		{get, 503}, // the first that is meant for it
		{patch, 501},
		{get, 200},
		{asAdmin("DELETE", "{group}", ""), 200},
		{patch, 504},
		{patch, 200},
		{asAdmin("DELETE", "{user}", ""), 502},
		{asAdmin("DELETE", "{user}", ""), 200},
	} {
		resp, _ := f.send(t, step.request)
		assert.Equal(t, step.status, resp.StatusCode, i)
	}
}

// Outages do not look at what a request wants.
func TestFaultOfAnyOperationMeetsUnknownRoutes(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Inject(losanttest.Fault{Operation: "experienceUser.get", Status: 500})
	f.Inject(losanttest.Fault{Status: 503})
	resp, _ := f.send(t, request{method: "GET", path: "/nothing"})
	assert.Equal(t, 503, resp.StatusCode)
	resp, _ = f.send(t, request{method: "PUT", path: "{user}"})
	assert.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode)
	resp, _ = f.send(t, asAdmin("GET", "{user}", ""))
	assert.Equal(t, 500, resp.StatusCode)
}

func TestInjectPanics(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for message, fault := range map[string]losanttest.Fault{
		`there is no Operation "experienceUsers.put"`: {Operation: "experienceUsers.put"},
		"Times is negative":                           {Times: -1},
		"Delay is negative":                           {Delay: -1},
		"101 is no Status of an answer":               {Status: 101},
		"1000 is no Status of an answer":              {Status: 1000},
	} {
		assert.PanicsWithValue(t, "losanttest: Inject: "+message, func() { f.Inject(fault) })
	}
}

// The errors of the SDK are those of the real thing.
func TestFaultsThroughTheClient(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Inject(losanttest.Fault{Drop: true})
	f.Inject(losanttest.Fault{Status: http.StatusServiceUnavailable})
	client, err := f.NewClient()
	require.NoError(t, err)
	defer client.CloseIdleConnections()
	var response losant.Response
	_, err = client.ExperienceUser.Get(t.Context(), f.app, f.user.ID, losant.WithResponse(&response))
	require.NoError(t, err)
	assert.Equal(t, 3, response.Attempts)
	assert.Len(t, f.Requests(), 3)
}
