package losant_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/wiretest"
)

// The tests have three fixtures, each with a client: newMocked, a transport without sockets; newServed, a server of
// net/http; and newWired, a server of package wiretest, for connections that misbehave.

// Ids of the right form, and a token that no text of the package may ever show.
const (
	applicationID = "575ec8687ae143cd83dc4a97"
	userID        = "575ed78e7ae143cd83dc4aab"
	groupID       = "575ed78e7ae143cd83dc4aae"
	deviceID      = "575ecf887ae143cd83dc4aa2"
	fileID        = "575ec76c7ae143cd83dc4a96"
	secretToken   = "planted-token-5d41402abc4b2a76"
)

const (
	production = "https://api.losant.com"
	userPath   = "/applications/" + applicationID + "/experience/users/" + userID
	groupPath  = "/applications/" + applicationID + "/experience/groups/" + groupID
)

// defaultQuery is what a call sends when no option says otherwise.
const defaultQuery = "_actions=false&_links=true&_embedded=true"

// The documented answers.
const (
	userAnswer    = `{"id":"` + userID + `","email":"ada@example.com"}`
	groupAnswer   = `{"id":"` + groupID + `","name":"Floor 8"}`
	successAnswer = `{"success":true}`
)

var allMethods = []string{http.MethodGet, http.MethodPatch, http.MethodDelete}

// missingUser is the 404 that Losant words itself.
const missingUser = `{"type":"NotFound","message":"Experience user was not found"}`

// ending is what becomes of one request. The responders of httpmock are endings.
type ending = func(*http.Request) (*http.Response, error)

// roundTripper is a transport made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// mock is a transport that gives each request the next of its endings, and the last one for ever, and keeps the
// requests. It has no sockets, so that time can be faked around it.
type mock struct {
	mu       sync.Mutex
	endings  []ending
	requests []sent
	unclosed int // bodies of answers
}

// sent is a request as the transport got it.
type sent struct {
	*http.Request
	body string
	at   time.Time
}

// newMocked returns a client on a mock. At the end of the test the body of every answer must be closed.
func newMocked(t testing.TB, opts ...losant.Option) (*losant.Client, *mock) {
	t.Helper()
	m := &mock{}
	client, err := losant.NewClient(secretToken,
		append([]losant.Option{losant.WithHTTPClient(&http.Client{Transport: m})}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(func() { assert.Zero(t, m.unclosed, "bodies that were not closed") })
	return client, m
}

// newStaged is newMocked with endings.
func newStaged(t testing.TB, endings []ending, opts ...losant.Option) (*losant.Client, *mock) {
	t.Helper()
	client, m := newMocked(t, opts...)
	return client, record(m, endings...)
}

// record sets the endings of the requests to come.
func record(m *mock, endings ...ending) *mock {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.endings = endings
	return m
}

func (m *mock) RoundTrip(request *http.Request) (*http.Response, error) {
	s := sent{Request: request, at: time.Now()}
	if request.Body != nil {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		s.body = string(body)
		request = request.WithContext(request.Context())
		request.Body = io.NopCloser(bytes.NewReader(body)) // endings may read it, too
	}
	response, err := m.next(s)(request)
	if response != nil && response.Body != nil {
		m.add(1)
		response.Body = &countedBody{Reader: response.Body, close: sync.OnceFunc(func() { m.add(-1) })}
	}
	return response, err
}

func (m *mock) next(s sent) ending {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests = append(m.requests, s)
	if len(m.endings) == 0 {
		return fails(errors.New("no request was expected"))
	}
	next := m.endings[0]
	if len(m.endings) > 1 {
		m.endings = m.endings[1:]
	}
	return next
}

func (m *mock) add(bodies int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.unclosed += bodies
}

// all are the requests so far.
func (m *mock) all() []sent {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]sent(nil), m.requests...)
}

// only is the one request there was.
func (m *mock) only(t testing.TB) sent {
	t.Helper()
	all := m.all()
	require.Len(t, all, 1)
	return all[0]
}

// forget forgets the requests so far.
func (m *mock) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests = nil
}

// sent is the number of requests.
func (m *mock) sent() int { return len(m.all()) }

// waits are the times between one request and the next. Its endings must take none.
func (m *mock) waits() (waits []time.Duration) {
	all := m.all()
	for i := range all[1:] {
		waits = append(waits, all[i+1].at.Sub(all[i].at))
	}
	return waits
}

// fields are the header's entries that go on the wire: those with a value.
func (s sent) fields() http.Header {
	fields := http.Header{}
	for name, values := range s.Header {
		if len(values) > 0 {
			fields[name] = values
		}
	}
	return fields
}

// deadline is that of the request's context, zero if it has none.
func (s sent) deadline() time.Time {
	deadline, _ := s.Context().Deadline()
	return deadline
}

type countedBody struct {
	io.Reader
	close func()
}

func (b *countedBody) Close() error {
	b.close()
	return nil
}

// respond answers with a status, a body, and the names and values of headers.
func respond(status int, body string, headers ...string) httpmock.Responder {
	return answersReader(status, func() io.Reader { return strings.NewReader(body) }, headers...)
}

// answers is an answer with a body that satisfies every operation.
func answers(status int, headers ...string) ending { return respond(status, successAnswer, headers...) }

// answersReader takes a function, since a body can be read only once.
func answersReader(status int, body func() io.Reader, headers ...string) ending {
	return func(request *http.Request) (*http.Response, error) {
		header := http.Header{}
		for pair := range slices.Chunk(headers, 2) {
			header.Set(pair[0], pair[1])
		}
		return &http.Response{
			StatusCode: status, Header: header, ContentLength: -1, Request: request, Body: io.NopCloser(body()),
		}, nil
	}
}

// fails is a request without an answer.
func fails(err error) ending {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

// hangs is a request that is not answered while its context lasts.
func hangs(request *http.Request) (*http.Response, error) {
	<-request.Context().Done()
	return nil, request.Context().Err()
}

// breaks is an answer with a body that ends with an error.
func breaks(status int, err error) ending {
	return answersReader(status, func() io.Reader {
		return io.MultiReader(strings.NewReader(`{"success":true`), iotest.ErrReader(err))
	})
}

// stalls is an answer with a body that stops coming.
func stalls(status int) ending {
	return func(request *http.Request) (*http.Response, error) {
		return answersReader(status, func() io.Reader {
			return io.MultiReader(strings.NewReader(`{"success":`), readerFunc(func([]byte) (int, error) {
				<-request.Context().Done()
				return 0, request.Context().Err()
			}))
		})(request)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// served is a server of net/http that counts requests and connections.
type served struct {
	*httptest.Server
	requests, opened, closed atomic.Int64
	oneLess                  chan struct{} // holds a value after a connection was closed
}

// newServed starts a server without TLS.
func newServed(t *testing.T, handler http.HandlerFunc) *served {
	t.Helper()
	return serve(t, handler, (*httptest.Server).Start)
}

// newServedTLS starts a server of HTTP/2, or of HTTP/1.1 for versions of TLS that are too old.
func newServedTLS(t *testing.T, handler http.HandlerFunc, version uint16) *served {
	t.Helper()
	return serve(t, handler, func(s *httptest.Server) {
		s.EnableHTTP2 = version >= tls.VersionTLS12
		s.TLS = &tls.Config{
			MinVersion: version, MaxVersion: version,
			Certificates: []tls.Certificate{wiretest.Authority().Issue(time.Now().Add(time.Hour))},
		}
		s.StartTLS()
	})
}

func serve(t *testing.T, handler http.HandlerFunc, start func(*httptest.Server)) *served {
	t.Helper()
	s := &served{oneLess: make(chan struct{}, 1)}
	s.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		handler(w, r)
	}))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			s.opened.Add(1)
		case http.StateClosed:
			s.closed.Add(1)
			select {
			case s.oneLess <- struct{}{}:
			default:
			}
		}
	}
	start(s.Server)
	t.Cleanup(s.Close)
	return s
}

// client returns a client of the server.
func (s *served) client(t *testing.T, opts ...losant.Option) *losant.Client {
	t.Helper()
	client, err := losant.NewClient(secretToken, append([]losant.Option{losant.WithBaseURL(s.URL)}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// left waits until the client has closed its connections. It returns how many are open when none has been closed for a
// while.
func (s *served) left() int64 {
	for s.closed.Load() < s.opened.Load() {
		select {
		case <-s.oneLess:
		case <-time.After(10 * time.Second):
			return s.opened.Load() - s.closed.Load()
		}
	}
	return 0
}

// gzipped packs a text.
func gzipped(t testing.TB, level int, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	require.NoError(t, err)
	_, err = io.WriteString(w, text)
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return b.Bytes()
}

// newWired returns a client of a scripted server, with the transport that clients have unless they are given one.
func newWired(t *testing.T, server *wiretest.Server, opts ...losant.Option) *losant.Client {
	t.Helper()
	client, err := losant.NewClient(secretToken, append([]losant.Option{losant.WithBaseURL(server.URL())}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(func() { server.Close(client.CloseIdleConnections) })
	return client
}

// given makes a client use a transport.
func given(transport http.RoundTripper) losant.Option {
	return losant.WithHTTPClient(&http.Client{Transport: transport})
}

// twice is what calls over sockets are limited to: one wait in real time shows as much as two.
func twice() losant.CallOption { return losant.WithMaxAttempts(2) }

// action is one of the six, called the same way whatever it returns.
type action struct {
	name   string
	method string
	path   string
	body   string // of the request, "" for none
	answer string // of success
	call   func(context.Context, *losant.Client, ...losant.CallOption) (any, error)
}

var userActions = []action{
	{
		"experienceUser.delete", http.MethodDelete, userPath, "", successAnswer,
		func(ctx context.Context, c *losant.Client, opts ...losant.CallOption) (any, error) {
			return outcome(c.ExperienceUser.Delete(ctx, applicationID, userID, opts...))
		},
	},
	{
		"experienceUser.get", http.MethodGet, userPath, "", userAnswer,
		func(ctx context.Context, c *losant.Client, opts ...losant.CallOption) (any, error) {
			return outcome(c.ExperienceUser.Get(ctx, applicationID, userID, opts...))
		},
	},
	{
		"experienceUser.patch", http.MethodPatch, userPath, `{
			"firstName": "Zoë <&>",
			"userTags": {"customKey": "newCustomValue"},
			"password": "aNewPassword",
			"experienceGroupIds": ["575ed78e7ae143cd83dc4aae"]
		}`, userAnswer,
		func(ctx context.Context, c *losant.Client, opts ...losant.CallOption) (any, error) {
			return outcome(c.ExperienceUser.Patch(ctx, applicationID, userID, losant.ExperienceUserPatch{
				FirstName:          losant.Ptr("Zoë <&>"),
				UserTags:           map[string]string{"customKey": "newCustomValue"},
				Password:           losant.Ptr("aNewPassword"),
				ExperienceGroupIDs: []string{groupID},
			}, opts...))
		},
	},
}

var groupActions = []action{
	{
		"experienceGroup.delete", http.MethodDelete, groupPath, "", successAnswer,
		func(ctx context.Context, c *losant.Client, opts ...losant.CallOption) (any, error) {
			return outcome(c.ExperienceGroup.Delete(ctx, applicationID, groupID, opts...))
		},
	},
	{
		"experienceGroup.get", http.MethodGet, groupPath, "", groupAnswer,
		func(ctx context.Context, c *losant.Client, opts ...losant.CallOption) (any, error) {
			return outcome(c.ExperienceGroup.Get(ctx, applicationID, groupID, opts...))
		},
	},
	{
		"experienceGroup.patch", http.MethodPatch, groupPath, `{
			"name": "My New Group Name",
			"parentId": null,
			"deviceTags": [{"key": "myKey", "value": "foo"}],
			"deviceQueryJson": null
		}`, groupAnswer,
		func(ctx context.Context, c *losant.Client, opts ...losant.CallOption) (any, error) {
			return outcome(c.ExperienceGroup.Patch(ctx, applicationID, groupID, losant.ExperienceGroupPatch{
				Name:            losant.Ptr("My New Group Name"),
				ParentID:        losant.Null[string](),
				DeviceTags:      []losant.DeviceTag{{Key: "myKey", Value: "foo"}},
				DeviceQueryJSON: losant.Null[string](),
			}, opts...))
		},
	},
}

func allActions() []action { return append(append([]action(nil), userActions...), groupActions...) }

// outcome keeps a nil result recognisable as one.
func outcome[T any](result *T, err error) (any, error) {
	if result == nil {
		return nil, err
	}
	return result, err
}

// expectWire checks everything that a call of the action puts on the wire, and that it does so once.
func (a action) expectWire(t *testing.T) {
	t.Helper()
	client, transport := newMocked(t)
	requests := record(transport, httpmock.NewStringResponder(http.StatusOK, a.answer))

	result, err := a.call(t.Context(), client)

	require.NoError(t, err)
	assert.NotNil(t, result)
	assert.Equal(t, 1, transport.sent())
	request := requests.only(t)
	assert.Equal(t, a.method, request.Method)
	assert.Equal(t, production+a.path+"?"+defaultQuery, request.URL.String())
	assert.Equal(t, "api.losant.com", request.Host)
	header := http.Header{
		"Accept":         {"application/json"},
		"Accept-Version": {"^1.30.0"},
		"Authorization":  {"Bearer " + secretToken},
		"User-Agent":     {"losant-go/0.2.0 (" + runtime.Version() + ")"},
	}
	if a.body == "" {
		assert.Empty(t, request.body)
		assert.Zero(t, request.ContentLength)
	} else {
		header.Set("Content-Type", "application/json")
		assert.JSONEq(t, a.body, request.body)
		assert.Equal(t, int64(len(request.body)), request.ContentLength)
	}
	assert.Equal(t, header, request.fields())
}

// expectOverHTTP checks what a server sees of the action, when net/http has added its part.
func (a action) expectOverHTTP(t *testing.T) {
	t.Helper()
	var got sent
	client := newServed(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		got = sent{Request: r, body: string(body)}
		_, _ = io.WriteString(w, a.answer)
	}).client(t)

	_, err := a.call(t.Context(), client)

	require.NoError(t, err)
	assert.Equal(t, a.method, got.Method)
	assert.Equal(t, a.path+"?"+defaultQuery, got.RequestURI)
	assert.Empty(t, got.TransferEncoding)
	header := http.Header{
		"Accept":          {"application/json"},
		"Accept-Encoding": {"gzip"},
		"Accept-Version":  {"^1.30.0"},
		"Authorization":   {"Bearer " + secretToken},
		"User-Agent":      {"losant-go/0.2.0 (" + runtime.Version() + ")"},
	}
	if a.body == "" {
		assert.Empty(t, got.body)
	} else {
		header.Set("Content-Type", "application/json")
		header.Set("Content-Length", fmt.Sprint(len(got.body)))
		assert.JSONEq(t, a.body, got.body)
	}
	assert.Equal(t, header, got.Header)
}

// callUser calls the operation of a method on a user.
func callUser(ctx context.Context, c *losant.Client, method string, opts ...losant.CallOption) error {
	var err error
	switch method {
	case http.MethodGet:
		_, err = c.ExperienceUser.Get(ctx, applicationID, userID, opts...)
	case http.MethodPatch:
		patch := losant.ExperienceUserPatch{FirstName: losant.Ptr("Ada")}
		_, err = c.ExperienceUser.Patch(ctx, applicationID, userID, patch, opts...)
	case http.MethodDelete:
		_, err = c.ExperienceUser.Delete(ctx, applicationID, userID, opts...)
	}
	return err
}

// can reports whether an error can be had as an E.
func can[E error](err error) bool {
	var target E
	return errors.As(err, &target)
}

// attemptsOf returns what an error says of the number of attempts, -1 if it says nothing.
func attemptsOf(err error) int {
	attempts, _ := known(err)
	return attempts
}

// appliedOf returns what an error says of the effect of the call.
func appliedOf(t testing.TB, err error) losant.Applied {
	t.Helper()
	attempts, applied := known(err)
	require.GreaterOrEqual(t, attempts, 0, err)
	return applied
}

func known(err error) (int, losant.Applied) {
	var (
		api       *losant.APIError
		transport *losant.TransportError
	)
	switch {
	case errors.As(err, &api):
		return api.Attempts, api.Applied
	case errors.As(err, &transport):
		return transport.Attempts, transport.Applied
	}
	return -1, losant.MaybeApplied
}
