package losant_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"reflect"
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
)

// Ids of the right form, and a token that no text of the package may ever show.
const (
	applicationID = "575ec8687ae143cd83dc4a97"
	userID        = "575ed78e7ae143cd83dc4aab"
	groupID       = "575ed78e7ae143cd83dc4aae"
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

// newMocked returns a client whose requests go to the returned transport. A request that no responder is registered for
// fails the call.
func newMocked(t *testing.T, opts ...losant.Option) (*losant.Client, *httpmock.MockTransport) {
	t.Helper()
	transport := httpmock.NewMockTransport()
	opts = append([]losant.Option{losant.WithHTTPClient(&http.Client{Transport: transport})}, opts...)
	client, err := losant.NewClient(secretToken, opts...)
	require.NoError(t, err)
	return client, transport
}

// newServed returns a client of a server that is answered by handler.
func newServed(t *testing.T, handler http.HandlerFunc) *losant.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client, err := losant.NewClient(secretToken, losant.WithBaseURL(server.URL))
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// counted is a server that counts requests and connections.
type counted struct {
	*httptest.Server
	requests, opened, closed atomic.Int64
	oneLess                  chan struct{} // holds a value after a connection was closed
}

func newCounted(t *testing.T, handler http.HandlerFunc) *counted {
	t.Helper()
	c := &counted{oneLess: make(chan struct{}, 1)}
	c.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.requests.Add(1)
		handler(w, r)
	}))
	c.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			c.opened.Add(1)
		case http.StateClosed:
			c.closed.Add(1)
			select {
			case c.oneLess <- struct{}{}:
			default:
			}
		}
	}
	c.Start()
	t.Cleanup(c.Close)
	return c
}

// left waits until the client has closed its connections. It returns how many are open when none has been closed for a
// while.
func (c *counted) left() int64 {
	for c.closed.Load() < c.opened.Load() {
		select {
		case <-c.oneLess:
		case <-time.After(10 * time.Second):
			return c.opened.Load() - c.closed.Load()
		}
	}
	return 0
}

// sent is a request as the transport got it.
type sent struct {
	*http.Request
	body string
	at   time.Time
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

// recording keeps the requests of one transport, in order.
type recording struct {
	mu       sync.Mutex
	requests []sent
}

// record answers every request that no other responder is registered for.
func record(transport *httpmock.MockTransport, answer httpmock.Responder) *recording {
	r := &recording{}
	transport.RegisterNoResponder(func(request *http.Request) (*http.Response, error) {
		s := sent{Request: request, at: time.Now()}
		var err error
		if s.body, err = bodyOf(request); err != nil {
			return nil, err
		}
		r.mu.Lock()
		r.requests = append(r.requests, s)
		r.mu.Unlock()
		return answer(request)
	})
	return r
}

// bodyOf reads the body of a request, "" when it has none.
func bodyOf(request *http.Request) (string, error) {
	if request.Body == nil {
		return "", nil
	}
	body, err := io.ReadAll(request.Body)
	return string(body), err
}

func (r *recording) all() []sent {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]sent(nil), r.requests...)
}

// only is the one request there was.
func (r *recording) only(t *testing.T) sent {
	t.Helper()
	all := r.all()
	require.Len(t, all, 1)
	return all[0]
}

// roundTripper is a transport made of a function.
type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

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
	assert.Equal(t, 1, transport.GetTotalCallCount())
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
	})

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

// ending is what becomes of one request.
type ending func(*http.Request) (*http.Response, error)

// stage is a transport that gives each request the next of its endings, and the last one for ever. It has no sockets,
// so that time can be faked around it.
type stage struct {
	mu       sync.Mutex
	endings  []ending
	requests []staged
	unclosed int
}

// staged is a request as the stage saw it.
type staged struct {
	at          time.Time
	method, uri string
	header      http.Header
	body        string
	deadline    time.Time
}

func (s *stage) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := bodyOf(request)
	if err != nil {
		return nil, err
	}
	deadline, _ := request.Context().Deadline()
	s.mu.Lock()
	s.requests = append(s.requests, staged{
		time.Now(), request.Method, request.URL.String(), request.Header, body, deadline,
	})
	next := s.endings[min(len(s.requests), len(s.endings))-1]
	s.mu.Unlock()
	response, err := next(request)
	if response != nil {
		s.add(1)
		response.Body = &countedBody{Reader: response.Body, close: sync.OnceFunc(func() { s.add(-1) })}
	}
	return response, err
}

func (s *stage) add(bodies int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unclosed += bodies
}

// sent returns the number of requests.
func (s *stage) sent() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.requests)
}

// waits returns the time between one request and the next. Its endings must take none.
func (s *stage) waits() []time.Duration {
	waits := make([]time.Duration, 0, len(s.requests))
	for i := range s.requests[1:] {
		waits = append(waits, s.requests[i+1].at.Sub(s.requests[i].at))
	}
	return waits
}

type countedBody struct {
	io.Reader
	close func()
}

func (b *countedBody) Close() error {
	b.close()
	return nil
}

// newStaged returns a client on a stage. At the end of the test every body that the stage handed out must be closed.
func newStaged(t *testing.T, endings []ending, opts ...losant.Option) (*losant.Client, *stage) {
	t.Helper()
	s := &stage{endings: endings}
	opts = append([]losant.Option{losant.WithHTTPClient(&http.Client{Transport: s})}, opts...)
	client, err := losant.NewClient(secretToken, opts...)
	require.NoError(t, err)
	t.Cleanup(func() { assert.Zero(t, s.unclosed, "bodies that were not closed") })
	return client, s
}

// answers is an answer with a body that satisfies every operation, unless it is given another. Further arguments are
// names and values of headers.
func answers(status int, headers ...string) ending {
	return answersBody(status, `{"success":true}`, headers...)
}

func answersBody(status int, body string, headers ...string) ending {
	return answersReader(status, func() io.Reader { return strings.NewReader(body) }, headers...)
}

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

// noteFields notes which fields of a patch are set.
func noteFields(covered map[string]bool, patch any) {
	value := reflect.ValueOf(patch)
	for _, field := range reflect.VisibleFields(value.Type()) {
		if !value.FieldByIndex(field.Index).IsZero() {
			covered[field.Name] = true
		}
	}
}

// expectAllFields checks that every field of the patch was set by some case.
func expectAllFields(t *testing.T, covered map[string]bool, patch any) {
	t.Helper()
	for _, field := range reflect.VisibleFields(reflect.TypeOf(patch)) {
		assert.True(t, covered[field.Name], "no case sets %s", field.Name)
	}
}

func TestRequestWithoutResponderIsAnError(t *testing.T) {
	t.Parallel()
	for _, a := range allActions() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			client, _ := newMocked(t)

			result, err := a.call(t.Context(), client, losant.WithMaxAttempts(1))

			var transportErr *losant.TransportError
			require.ErrorAs(t, err, &transportErr)
			require.ErrorIs(t, err, httpmock.NoResponderFound)
			assert.Nil(t, result)
		})
	}
}

func TestNewClientRefuses(t *testing.T) {
	t.Parallel()
	const (
		notAbsolute = "must be an absolute http or https URL"
		userInfo    = "must not contain user information"
		extra       = "must not have a query or a fragment"
		plainHTTP   = "must be https, or to a loopback host, unless WithInsecureHTTP is given"
		emptyText   = "must not be empty"
		dirty       = "must be printable ASCII without spaces"
		isNil       = "must not be nil"
	)
	baseURL := func(url, problem string) refusal {
		opts := []losant.Option{losant.WithBaseURL(url)}
		return refusal{url, secretToken, opts, []losant.Violation{broken("WithBaseURL", problem)}}
	}
	token := func(token, problem string) refusal {
		return refusal{fmt.Sprintf("token %q", token), token, nil, []losant.Violation{broken("token", problem)}}
	}
	option := func(name, problem string, o losant.Option) refusal {
		return refusal{name + " nil", secretToken, []losant.Option{o}, []losant.Violation{broken(name, problem)}}
	}
	for _, c := range []refusal{
		token("", emptyText),
		token("two words", dirty),
		token("line\n", dirty),
		token("tab\there", dirty),
		token("\x00", dirty),
		token("del\x7f", dirty),
		token("no\u00a0break", dirty),
		token("\ufeffmark", dirty),
		token("zero\u200bwidth", dirty),
		token("café", dirty),
		token("\xff", dirty),
		baseURL("", notAbsolute),
		baseURL("api.losant.com", notAbsolute),
		baseURL("/applications", notAbsolute),
		baseURL("//api.losant.com", notAbsolute),
		baseURL("https:", notAbsolute),
		baseURL("https:///applications", notAbsolute),
		baseURL("https:api.losant.com", notAbsolute),
		baseURL("ftp://api.losant.com", notAbsolute),
		baseURL("https://api.losant.com:port", notAbsolute),
		baseURL("https://%zz", notAbsolute),
		baseURL("https://user:password@api.losant.com", userInfo),
		baseURL("https://user@api.losant.com", userInfo),
		baseURL("https://@api.losant.com", userInfo),
		baseURL("https://api.losant.com?x=1", extra),
		baseURL("https://api.losant.com/?", extra),
		baseURL("https://api.losant.com/#top", extra),
		baseURL("https://api.losant.com/#", extra),
		baseURL("http://api.losant.com", plainHTTP),
		baseURL("http://10.0.0.1", plainHTTP),
		baseURL("http://127.0.0.1.example.com", plainHTTP),
		baseURL("http://localhost.example.com", plainHTTP),
		option("WithHTTPClient", isNil, losant.WithHTTPClient(nil)),
		option("WithTransport", isNil, losant.WithTransport(nil)),
		option("WithTransport", "must not return nil",
			losant.WithTransport(func(http.RoundTripper) http.RoundTripper { return nil })),
		{
			"WithTransport and WithHTTPClient", secretToken,
			[]losant.Option{
				losant.WithTransport(func(next http.RoundTripper) http.RoundTripper { return next }),
				losant.WithHTTPClient(&http.Client{}),
			},
			[]losant.Violation{
				broken("WithTransport", "must not be given together with WithHTTPClient, which has a transport"),
			},
		},
		option("WithTokenSource", isNil, losant.WithTokenSource(nil)),
		option("WithLogger", isNil, losant.WithLogger(nil)),
		option("option", isNil, nil),
		option("WithTransport", isNil, losant.WithTransport(nil)),
		{
			"WithTransport that returns nil", secretToken,
			[]losant.Option{losant.WithTransport(func(http.RoundTripper) http.RoundTripper { return nil })},
			[]losant.Violation{broken("WithTransport", "must not return nil")},
		},
		{
			"WithTransport beside WithHTTPClient", secretToken,
			[]losant.Option{
				losant.WithTransport(func(next http.RoundTripper) http.RoundTripper { return next }),
				losant.WithHTTPClient(&http.Client{}),
			},
			[]losant.Violation{
				broken("WithTransport", "must not be given together with WithHTTPClient, which has a transport"),
			},
		},
		{
			"all that is wrong at once", "two words",
			[]losant.Option{losant.WithMaxAttempts(0), nil, losant.WithBaseURL("http://api.losant.com"), losant.WithLogger(nil)},
			[]losant.Violation{
				broken("WithMaxAttempts", "must be at least 1"), broken("option", isNil), broken("WithLogger", isNil),
				broken("token", dirty), broken("WithBaseURL", plainHTTP),
			},
		},
		{
			"no token and no usable source", "",
			[]losant.Option{losant.WithTokenSource(nil)},
			[]losant.Violation{broken("WithTokenSource", isNil), broken("token", emptyText)},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()

			client, err := losant.NewClient(c.token, c.opts...)

			assert.Nil(t, client)
			var refused *losant.ValidationError
			require.ErrorAs(t, err, &refused)
			assert.Equal(t, "NewClient", refused.Operation)
			assert.ElementsMatch(t, c.violations, refused.Violations)
			for _, v := range c.violations {
				assert.ErrorContains(t, err, v.Field+" "+v.Problem)
			}
		})
	}
}

type refusal struct {
	name       string
	token      string
	opts       []losant.Option
	violations []losant.Violation
}

func broken(field, problem string) losant.Violation {
	return losant.Violation{Field: field, Problem: problem}
}

func TestNewClientNeedsOneTokenOfAnyKind(t *testing.T) {
	t.Parallel()
	source := func(context.Context) (string, error) { return "", nil }
	for _, o := range []losant.Option{losant.WithToken(secretToken), losant.WithTokenSource(source)} {
		_, err := losant.NewClient("", o)
		require.NoError(t, err)
	}
}

func TestBaseURLKeepsItsPrefix(t *testing.T) {
	t.Parallel()
	for given, kept := range map[string]string{
		production:                      production,
		"https://example.com/":          "https://example.com",
		"https://example.com/losant":    "https://example.com/losant",
		"https://example.com/a/b//":     "https://example.com/a/b",
		"https://example.com:8443/a%2F": "https://example.com:8443/a%2F",
		"http://localhost:8080":         "http://localhost:8080",
		"http://127.9.9.9/x":            "http://127.9.9.9/x",
		"http://[::1]:1":                "http://[::1]:1",
		"http://localhost:":             "http://localhost",
		"https://[::1]:/x":              "https://[::1]/x",
		"https://example.com/a%2fb/c d": "https://example.com/a%2fb/c%20d",
		"https://example.com/a%2Fé|%c3": "https://example.com/a%2F%C3%A9%7C%c3",
		"https://example.com/c d":       "https://example.com/c%20d",
		"https://example.com/a;b=c/(d)": "https://example.com/a;b=c/(d)",
	} {
		t.Run(given, func(t *testing.T) {
			t.Parallel()
			client, transport := newMocked(t, losant.WithBaseURL(given))
			requests := record(transport, httpmock.NewStringResponder(http.StatusOK, userAnswer))

			_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID)

			require.NoError(t, err)
			assert.Equal(t, kept, client.BaseURL())
			assert.Equal(t, kept+userPath+"?"+defaultQuery, requests.only(t).URL.String())
			assert.Equal(t, requests.only(t).URL.Host, requests.only(t).Host)
		})
	}
}

func TestPathOfAnErrorHasThePrefix(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t, losant.WithBaseURL("https://example.com/losant"))
	record(transport, httpmock.NewStringResponder(http.StatusNotFound, ""))

	_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID)

	var notFound *losant.NotFoundError
	require.ErrorAs(t, err, &notFound)
	assert.Equal(t, "/losant"+userPath, notFound.Path)
}

func TestDefaultBaseURLIsLosants(t *testing.T) {
	t.Parallel()
	client, err := losant.NewClient(secretToken)
	require.NoError(t, err)
	assert.Equal(t, "https://api.losant.com", client.BaseURL())
	assert.Empty(t, client.LosantDomain())
}

func TestPlainHTTPToAnotherHostMustBeAskedFor(t *testing.T) {
	t.Parallel()
	opts := []losant.Option{losant.WithBaseURL("http://api.example.com"), losant.WithInsecureHTTP()}
	for range 2 {
		client, err := losant.NewClient(secretToken, opts...)
		require.NoError(t, err)
		assert.Equal(t, "http://api.example.com", client.BaseURL())
		opts[0], opts[1] = opts[1], opts[0]
	}
}

func TestClientKnowsItsLosantDomain(t *testing.T) {
	t.Parallel()
	client, _ := newMocked(t, losant.WithLosantDomain("example.com"))
	assert.Equal(t, "example.com", client.LosantDomain())
}

func TestClientFormatsAsItsBaseURL(t *testing.T) {
	t.Parallel()
	client, err := losant.NewClient(secretToken, losant.WithBaseURL("https://example.com/losant/"))
	require.NoError(t, err)
	const name = "losant.Client(https://example.com/losant)"
	type shown struct{ C any }

	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d", "%20s"} {
		assert.Equal(t, name, fmt.Sprintf(verb, client), verb)
		assert.Equal(t, name, fmt.Sprintf(verb, *client), verb)
		assert.Contains(t, fmt.Sprintf(verb, shown{client}), name, verb)
		assert.Contains(t, fmt.Sprintf(verb, shown{*client}), name, verb)
	}
	for _, c := range []any{client, *client} {
		text, js := logged("client", c)
		assert.Contains(t, text, " client="+name)
		assert.Contains(t, js, `"client":"`+name+`"`)
	}
	assert.Equal(t, "losant.Client()", fmt.Sprint(losant.Client{}))
	assert.Equal(t, "<nil>", fmt.Sprint((*losant.Client)(nil)))
	text, js := logged("client", (*losant.Client)(nil))
	assert.Contains(t, text, " client=<nil>")
	assert.Contains(t, js, `"client":null`)
}

// logged is a value as slog's two handlers write it.
func logged(key string, value any) (text, js string) {
	var textOut, jsOut bytes.Buffer
	slog.New(slog.NewTextHandler(&textOut, nil)).Info("m", key, value)
	slog.New(slog.NewJSONHandler(&jsOut, nil)).Info("m", key, value)
	return textOut.String(), jsOut.String()
}

// Fields that are not exported are printed without asking the client how.
func TestClientInsideOtherValuesHidesItsToken(t *testing.T) {
	t.Parallel()
	client, _ := newMocked(t, losant.WithToken("second-"+secretToken))
	type holder struct {
		pointer  *losant.Client
		value    losant.Client
		users    *losant.ExperienceUserService
		Exported *losant.Client
		Groups   losant.ExperienceGroupService
	}
	h := holder{client, *client, client.ExperienceUser, client, *client.ExperienceGroup}

	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		for _, v := range []any{h, &h, []holder{h}, map[string]any{"h": h}} {
			expectHidden(t, fmt.Sprintf(verb, v), secretToken)
		}
	}
	text, js := logged("h", h)
	expectHidden(t, text+js, secretToken)
}

// Test assertions dump what is private, down to ten levels.
func TestFailedAssertionsHideTheToken(t *testing.T) {
	t.Parallel()
	one, err := losant.NewClient(secretToken)
	require.NoError(t, err)
	two, err := losant.NewClient("second-"+secretToken, losant.WithBaseURL("https://second.example.com"))
	require.NoError(t, err)
	var out failure

	assert.Equal(&out, one.ExperienceUser, two.ExperienceUser) // which holds all that its client does
	assert.Equal(&out, *one.ExperienceUser, *two.ExperienceUser)
	assert.Equal(&out, losant.WithToken(secretToken), losant.WithToken("second-"+secretToken))

	require.Contains(t, out.text.String(), "second.example.com", "the dump must reach what the client holds")
	expectHidden(t, out.text.String(), secretToken)
}

// expectHidden checks that a text shows none of the secrets, neither as they are nor as verbs for bytes write them.
func expectHidden(t *testing.T, text string, secrets ...string) {
	t.Helper()
	for _, secret := range secrets {
		for _, form := range []string{
			secret,
			fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret),
			strings.Trim(fmt.Sprintf("%d", []byte(secret)), "[]"),
		} {
			if before, after, shown := strings.Cut(text, form); shown {
				t.Errorf("%q is shown: …%.60s", before[max(0, len(before)-200):]+form, after)
			}
		}
	}
}

// failure keeps the text of failed assertions.
type failure struct{ text strings.Builder }

func (f *failure) Errorf(format string, args ...any) { fmt.Fprintf(&f.text, format, args...) }

func TestCloseIdleConnectionsLeavesTheClientUsable(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	connections := map[string]bool{}
	client := newServed(t, func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		connections[r.RemoteAddr] = true
		_, _ = io.WriteString(w, userAnswer)
	})
	for range 2 {
		for range 3 {
			_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID)
			require.NoError(t, err)
		}
		client.CloseIdleConnections()
	}
	assert.Len(t, connections, 2, "one connection before each closing")
}

func TestClientIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	answers := map[string]string{}
	for _, a := range allActions() {
		answers[a.method+a.path] = a.answer
	}
	client := newServed(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, answers[r.Method+r.URL.Path])
	})
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			for _, a := range allActions() {
				result, err := a.call(t.Context(), client, losant.WithHeader("X-Caller", fmt.Sprint(i)))
				if assert.NoError(t, err) {
					assert.NotNil(t, result)
				}
			}
			assert.Equal(t, "losant.Client("+client.BaseURL()+")", fmt.Sprint(client))
		})
	}
	all.Wait()
}
