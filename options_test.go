package losant_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

func TestCallOptionsAreDefaultsForAClientAndWinInACall(t *testing.T) {
	t.Parallel()
	type pair = [2]losant.CallOption
	type read = func([]sent) string
	header := func(name string) read {
		return func(all []sent) string { return all[0].Header.Get(name) }
	}
	parameter := func(name string) read {
		return func(all []sent) string { return strings.Join(all[0].URL.Query()[name], " and ") }
	}
	attempts := func(all []sent) string { return fmt.Sprint(len(all)) }
	limit := func(all []sent) string {
		deadline, limited := all[0].Context().Deadline()
		if !limited {
			return "none"
		}
		return deadline.Sub(all[0].at).String()
	}
	for _, o := range []struct {
		name      string
		option    pair
		read      read
		byDefault string
		want      [2]string
	}{
		{
			"WithToken",
			pair{losant.WithToken("one"), losant.WithToken("two")},
			header("Authorization"), "Bearer " + secretToken,
			[2]string{"Bearer one", "Bearer two"},
		},
		{
			"WithLosantDomain",
			pair{losant.WithLosantDomain("one.example.com"), losant.WithLosantDomain("two.example.com")},
			header("losantdomain"), "",
			[2]string{"one.example.com", "two.example.com"},
		},
		{
			"WithLosantDomain removed",
			pair{losant.WithLosantDomain("one.example.com"), losant.WithLosantDomain("")},
			header("losantdomain"), "",
			[2]string{"one.example.com", ""},
		},
		{
			"WithAPIVersion",
			pair{losant.WithAPIVersion("^1.29.0"), losant.WithAPIVersion("1.30.1")},
			header("Accept-Version"), "^1.30.0",
			[2]string{"^1.29.0", "1.30.1"},
		},
		{
			"WithTimeout",
			pair{losant.WithTimeout(time.Minute), losant.WithTimeout(time.Hour)},
			limit, "30s",
			[2]string{"1m0s", "1h0m0s"},
		},
		{
			"WithTimeout of none",
			pair{losant.WithTimeout(time.Minute), losant.WithTimeout(0)},
			limit, "30s",
			[2]string{"1m0s", "none"},
		},
		{
			"WithMaxAttempts",
			pair{losant.WithMaxAttempts(1), losant.WithMaxAttempts(4)},
			attempts, "3",
			[2]string{"1", "4"},
		},
		{
			"WithHeader",
			pair{losant.WithHeader("X-Trace", "one"), losant.WithHeader("x-trace", "two")},
			header("X-Trace"), "",
			[2]string{"one", "two"},
		},
		{
			"WithQuery",
			pair{losant.WithQuery("q", "one"), losant.WithQuery("q", "two")},
			parameter("q"), "",
			[2]string{"one", "two"},
		},
		{
			"WithActions",
			pair{losant.WithActions(true), losant.WithActions(false)},
			parameter("_actions"), "false",
			[2]string{"true", "false"},
		},
		{
			"WithLinks",
			pair{losant.WithLinks(false), losant.WithLinks(true)},
			parameter("_links"), "true",
			[2]string{"false", "true"},
		},
		{
			"WithEmbedded",
			pair{losant.WithEmbedded(false), losant.WithEmbedded(true)},
			parameter("_embedded"), "true",
			[2]string{"false", "true"},
		},
		{
			"WithLinks and WithQuery",
			pair{losant.WithLinks(false), losant.WithQuery("_links", "yes")},
			parameter("_links"), "true",
			[2]string{"false", "yes"},
		},
		{
			"WithQuery and WithLinks",
			pair{losant.WithQuery("_links", "yes"), losant.WithLinks(false)},
			parameter("_links"), "true",
			[2]string{"yes", "false"},
		},
		{
			"WithQuery and WithActions",
			pair{losant.WithQuery("_actions", "yes"), losant.WithActions(true)},
			parameter("_actions"), "false",
			[2]string{"yes", "true"},
		},
		{
			"WithQuery and WithEmbedded",
			pair{losant.WithQuery("_embedded", "yes"), losant.WithEmbedded(false)},
			parameter("_embedded"), "true",
			[2]string{"yes", "false"},
		},
	} {
		one, two := o.option[0], o.option[1]
		for _, c := range []struct {
			name   string
			client []losant.Option
			call   []losant.CallOption
			want   string
		}{
			{"by default", nil, nil, o.byDefault},
			{"client's", []losant.Option{one}, nil, o.want[0]},
			{"client's second", []losant.Option{two}, nil, o.want[1]},
			{"call's", nil, []losant.CallOption{one}, o.want[0]},
			{"call's second", nil, []losant.CallOption{two}, o.want[1]},
			{"call wins", []losant.Option{one}, []losant.CallOption{two}, o.want[1]},
			{"call wins over the second", []losant.Option{two}, []losant.CallOption{one}, o.want[0]},
			{"last of client wins", []losant.Option{one, two}, nil, o.want[1]},
			{"last of call wins", nil, []losant.CallOption{two, one}, o.want[0]},
		} {
			t.Run(o.name+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					client, transport := newMocked(t, c.client...)
					requests := record(transport, httpmock.NewStringResponder(http.StatusServiceUnavailable, ""))

					_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID, c.call...)

					require.Error(t, err)
					assert.Equal(t, c.want, o.read(requests.all()))
				})
			})
		}
	}
}

func TestAnIdempotencyKeyOfTheCallerIsSent(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete} {
		client := newServed(t, func(w http.ResponseWriter, r *http.Request) {
			assert.Equal(t, []string{"a-key"}, r.Header["Idempotency-Key"], method)
			_, _ = io.WriteString(w, `{"success":true}`)
		}).client(t)
		require.NoError(t, callUser(t.Context(), client, method, losant.WithHeader("Idempotency-Key", "a-key")))
	}
}

func TestCallOptionsLeaveTheClientAsItWas(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t, losant.WithHeader("X-Kept", "yes"), losant.WithQuery("kept", "yes"))
	requests := record(transport, httpmock.NewStringResponder(http.StatusOK, userAnswer))
	var response losant.Response
	// The first and the last call are equal, and build a query of their own from the client's.
	for _, opts := range [][]losant.CallOption{
		{losant.WithQuery("own", "1")},
		{
			losant.WithToken("other"), losant.WithLosantDomain("example.com"), losant.WithAPIVersion("1"),
			losant.WithHeader("X-Kept", "no"), losant.WithHeader("X-New", "1"), losant.WithQuery("kept", "no"),
			losant.WithQuery("new", "1"), losant.WithTimeout(0), losant.WithResponse(&response),
		},
		{losant.WithQuery("own", "1")},
	} {
		_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID, opts...)
		require.NoError(t, err)
	}
	all := requests.all()
	require.Len(t, all, 3)
	assert.NotEqual(t, all[0].fields(), all[1].fields())
	assert.Equal(t, all[0].fields(), all[2].fields())
	assert.Equal(t, all[0].URL, all[2].URL)
	_, limited := all[2].Context().Deadline()
	assert.True(t, limited)
	assert.Empty(t, client.LosantDomain())
}

func TestOptionsMayComeInAnyOrder(t *testing.T) {
	t.Parallel()
	source := func(context.Context) (string, error) { return "sourced", nil }
	var urls, headers []any
	transport := &mock{}
	requests := record(transport, httpmock.NewStringResponder(http.StatusOK, groupAnswer))
	opts := []losant.Option{
		losant.WithBaseURL("http://example.com/x"), losant.WithInsecureHTTP(), losant.WithTokenSource(source),
		losant.WithUserAgent("thermostats/1.4"), losant.WithHTTPClient(&http.Client{Transport: transport}),
		losant.WithLosantDomain("example.com"), losant.WithAPIVersion("1"), losant.WithHeader("X-A", "1"),
		losant.WithActions(true), losant.WithQuery("a", "1"),
	}
	for range 2 {
		client, err := losant.NewClient("", opts...)
		require.NoError(t, err)
		_, err = client.ExperienceGroup.Get(t.Context(), applicationID, groupID)
		require.NoError(t, err)
		slices.Reverse(opts)
	}
	for _, request := range requests.all() {
		urls = append(urls, request.URL.Query())
		headers = append(headers, request.fields())
	}
	require.Len(t, urls, 2)
	assert.Equal(t, urls[0], urls[1])
	assert.Equal(t, headers[0], headers[1])
	assert.Equal(t, "Bearer sourced", requests.all()[1].Header.Get("Authorization"))
}

func TestQueryIsEscaped(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	requests := record(transport, httpmock.NewStringResponder(http.StatusOK, userAnswer))

	_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID, losant.WithQuery("a&b", "c=d/é+#"))

	require.NoError(t, err)
	assert.Equal(t, defaultQuery+"&a%26b=c%3Dd%2F%C3%A9%2B%23", requests.only(t).URL.RawQuery)
}

func TestUserAgentStartsWithTheProduct(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t, losant.WithUserAgent("lost/1"), losant.WithUserAgent("thermostats/1.4 (eu)"))
	requests := record(transport, httpmock.NewStringResponder(http.StatusOK, userAnswer))

	_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID)

	require.NoError(t, err)
	assert.Equal(t, "thermostats/1.4 (eu) losant-go/0.2.0 ("+runtime.Version()+")", requests.only(t).UserAgent())
}

func TestOptionsRefuse(t *testing.T) {
	t.Parallel()
	const (
		isEmpty = "must not be empty"
		control = "must not contain control characters"
		dirty   = "must be printable ASCII without spaces"
		owned   = "is a header that the client owns"
		noName  = "must have a valid header name"
	)
	cases := []struct {
		option losant.Option
		field  string
		rule   string
	}{
		{losant.WithToken(""), "WithToken", isEmpty},
		{losant.WithToken("not one"), "WithToken", dirty},
		{losant.WithToken("line\r\n"), "WithToken", dirty},
		{losant.WithToken("\ufeff" + secretToken), "WithToken", dirty},
		{losant.WithLosantDomain(" "), "WithLosantDomain", isEmpty},
		{losant.WithLosantDomain("a\r\nX-B: c"), "WithLosantDomain", control},
		{losant.WithAPIVersion(""), "WithAPIVersion", isEmpty},
		{losant.WithAPIVersion("1\n"), "WithAPIVersion", control},
		{losant.WithTimeout(-1), "WithTimeout", "must not be negative"},
		{losant.WithMaxAttempts(0), "WithMaxAttempts", "must be at least 1"},
		{losant.WithMaxAttempts(-1), "WithMaxAttempts", "must be at least 1"},
		{losant.WithHeader("", "x"), `WithHeader("")`, noName},
		{losant.WithHeader("X Y", "x"), `WithHeader("X Y")`, noName},
		{losant.WithHeader("X:", "x"), `WithHeader("X:")`, noName},
		{losant.WithHeader("X\r\n", "x"), `WithHeader("X\r\n")`, noName},
		{losant.WithHeader("X-A", "a\r\nX-B: c"), `WithHeader("X-A")`, control},
		{losant.WithHeader("X-A", "\x00"), `WithHeader("X-A")`, control},
		{losant.WithHeader("X-A", "a\x7fb"), `WithHeader("X-A")`, control},
		{losant.WithHeader("X-A", "a\x1fb"), `WithHeader("X-A")`, control},
		{losant.WithQuery("", "x"), "WithQuery", "must have a name"},
		{losant.WithResponse(nil), "WithResponse", "must not be nil"},
		{losant.CallOption(nil), "option", "must not be nil"},
		{losant.WithUserAgent(""), "WithUserAgent", isEmpty},
		{losant.WithUserAgent("a\nb"), "WithUserAgent", control},
		{losant.WithUserAgent("a\x7fb"), "WithUserAgent", control},
		{losant.WithLosantDomain("a\x7fb"), "WithLosantDomain", control},
	}
	for _, name := range []string{
		"accept", "Accept-Encoding", "accept-VERSION", "Authorization", "Content-Encoding", "Content-Length",
		"content-type", "Host", "losantdomain", "LosantDomain", "Transfer-Encoding", "user-agent",
		"connection", "Keep-Alive", "Proxy-Connection", "TE", "trailer", "Upgrade",
	} {
		field := fmt.Sprintf("WithHeader(%q)", http.CanonicalHeaderKey(name))
		cases = append(cases, struct {
			option      losant.Option
			field, rule string
		}{losant.WithHeader(name, "x"), field, owned})
	}
	for i, c := range cases {
		t.Run(fmt.Sprintf("%d %s", i, c.field), func(t *testing.T) {
			t.Parallel()
			_, err := losant.NewClient(secretToken, c.option)
			assert.Equal(t, &losant.ValidationError{
				Operation:  "NewClient",
				Violations: []losant.Violation{broken(c.field, c.rule)},
			}, err)

			callOption, ok := c.option.(losant.CallOption)
			if !ok && c.option != nil {
				return // it is for clients alone
			}
			client, transport := newMocked(t, losant.WithTokenSource(func(context.Context) (string, error) {
				t.Error("a refused call must not ask for a token")
				return "", nil
			}))
			for _, a := range allActions() {
				result, err := a.call(t.Context(), client, losant.WithTimeout(0), callOption)
				assert.Nil(t, result)
				assert.Equal(t, &losant.ValidationError{
					Operation:  a.name,
					Violations: []losant.Violation{broken(c.field, c.rule)},
				}, err)
			}
			assert.Zero(t, transport.sent())
		})
	}
}

func TestWithoutValidationSendsAnyPatchButNotAnyID(t *testing.T) {
	t.Parallel()
	bad := losant.ExperienceUserPatch{Email: losant.Ptr("nobody")}
	client, transport := newMocked(t, losant.WithoutValidation())
	requests := record(transport, httpmock.NewStringResponder(http.StatusOK, userAnswer))

	_, err := client.ExperienceUser.Patch(t.Context(), applicationID, userID, bad)
	require.NoError(t, err)
	assert.JSONEq(t, `{"email":"nobody"}`, requests.only(t).body)

	_, err = client.ExperienceUser.Patch(t.Context(), applicationID, "..", bad)
	var refused *losant.ValidationError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, "experienceUserId", refused.Violations[0].Field)
	assert.Len(t, requests.all(), 1)
}

func TestTokenPrecedence(t *testing.T) {
	t.Parallel()
	source := losant.WithTokenSource(func(context.Context) (string, error) { return "source", nil })
	clientToken, callToken := losant.WithToken("client"), losant.WithToken("call")
	for _, c := range []struct {
		want     string
		argument string
		client   []losant.Option
		call     []losant.CallOption
	}{
		{"argument", "argument", nil, nil},
		{"source", "argument", []losant.Option{source}, nil},
		{"source", "", []losant.Option{source}, nil},
		{"client", "argument", []losant.Option{clientToken}, nil},
		{"client", "", []losant.Option{clientToken, source}, nil},
		{"client", "argument", []losant.Option{source, clientToken}, nil},
		{"call", "argument", nil, []losant.CallOption{callToken}},
		{"call", "argument", []losant.Option{source}, []losant.CallOption{callToken}},
		{"call", "", []losant.Option{source, clientToken}, []losant.CallOption{callToken}},
	} {
		transport := &mock{}
		requests := record(transport, httpmock.NewStringResponder(http.StatusOK, userAnswer))
		opts := append([]losant.Option{losant.WithHTTPClient(&http.Client{Transport: transport})}, c.client...)
		client, err := losant.NewClient(c.argument, opts...)
		require.NoError(t, err)
		_, err = client.ExperienceUser.Get(t.Context(), applicationID, userID, c.call...)
		require.NoError(t, err)
		assert.Equal(t, "Bearer "+c.want, requests.only(t).Header.Get("Authorization"), "%+v", c)
	}
}

func TestTokenSourceThatFailsEndsTheCall(t *testing.T) {
	t.Parallel()
	broken := errors.New("vault is sealed")
	for _, c := range []struct {
		name  string
		token string
		err   error
		text  string
	}{
		{"error", secretToken, broken, "vault is sealed"},
		{"empty", "", nil, "the token must not be empty"},
		{"white space", secretToken + " ", nil, "the token must be printable ASCII without spaces"},
		{"new line", secretToken + "\r\nX-Injected: 1", nil, "must be printable ASCII without spaces"},
		{"zero width", secretToken + "\u200b", nil, "must be printable ASCII without spaces"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, a := range allActions() {
				asked := 0
				client, transport := newMocked(t, losant.WithTokenSource(func(context.Context) (string, error) {
					asked++
					return c.token, c.err
				}))
				record(transport, httpmock.NewStringResponder(http.StatusOK, a.answer))

				result, err := a.call(t.Context(), client)

				assert.Nil(t, result)
				var transportErr *losant.TransportError
				require.ErrorAs(t, err, &transportErr)
				require.ErrorContains(t, err, "token source: ")
				require.ErrorContains(t, err, c.text)
				expectHidden(t, err.Error(), secretToken)
				if c.err != nil {
					require.ErrorIs(t, err, c.err)
				}
				assert.Equal(t, 1, asked)
				assert.Zero(t, transport.sent())
			}
		})
	}
}

func TestResponseTellsHowTheCallWent(t *testing.T) {
	t.Parallel()
	lost := errors.New("the cable was cut")
	busy := httpmock.NewStringResponder(http.StatusServiceUnavailable, "").HeaderSet(http.Header{"Retry-After": {"2"}})
	tagged := http.Header{"X-Tag": {"1"}}
	for _, c := range []struct {
		name   string
		answer httpmock.Responder
		opts   []losant.CallOption
		want   losant.Response
		fails  bool
	}{
		{
			"success", httpmock.NewStringResponder(http.StatusOK, userAnswer).HeaderSet(tagged), nil,
			losant.Response{StatusCode: 200, Header: tagged, Body: []byte(userAnswer), Attempts: 1},
			false,
		},
		{
			"success after a wait", busy.Then(httpmock.NewStringResponder(http.StatusOK, userAnswer).HeaderSet(tagged)), nil,
			losant.Response{
				StatusCode: 200, Header: tagged, Body: []byte(userAnswer), Attempts: 2, Duration: 2 * time.Second,
			},
			false,
		},
		{
			"not found", httpmock.NewStringResponder(http.StatusNotFound, "nothing").HeaderSet(tagged), nil,
			losant.Response{StatusCode: 404, Header: tagged, Body: []byte("nothing"), Attempts: 1},
			true,
		},
		{
			"undocumented success", httpmock.NewStringResponder(http.StatusCreated, "").HeaderSet(tagged), nil,
			losant.Response{StatusCode: 201, Header: tagged, Body: []byte{}, Attempts: 1},
			true,
		},
		{
			"no answer", httpmock.NewErrorResponder(lost),
			[]losant.CallOption{losant.WithMaxAttempts(1)},
			losant.Response{Attempts: 1},
			true,
		},
		{"refused", nil, []losant.CallOption{losant.WithMaxAttempts(0)}, losant.Response{}, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				used := losant.Response{StatusCode: 1, Header: http.Header{"Old": {"1"}}, Attempts: 9, Duration: time.Hour}
				ofClient, ofCall := used, used
				client, transport := newMocked(t, losant.WithResponse(&ofClient))
				record(transport, c.answer)

				for _, response := range []*losant.Response{&ofClient, &ofCall} {
					opts := c.opts
					if response == &ofCall {
						opts = append(slices.Clone(opts), losant.WithResponse(response))
						ofClient = used
						if c.want.Attempts == 2 {
							record(transport, busy.Then(httpmock.NewStringResponder(200, userAnswer).HeaderSet(tagged)))
						}
					}
					_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID, opts...)
					assert.Equal(t, c.fails, err != nil)
					assert.Equal(t, c.want, *response)
				}
				assert.Equal(t, used, ofClient, "the response of the call wins")
			})
		})
	}
}

// HTTP allows TAB in the value of a header, and net/http sends it.
func TestHeadersMayHaveTabs(t *testing.T) {
	t.Parallel()
	var got http.Header
	client := newServed(t, func(w http.ResponseWriter, r *http.Request) {
		got = r.Header.Clone()
		_, _ = io.WriteString(w, userAnswer)
	}).client(t, losant.WithHeader("X-A", "a\tb"), losant.WithUserAgent("a\tb"), losant.WithLosantDomain("a\tb"))

	require.NoError(t, callUser(t.Context(), client, http.MethodGet))

	assert.Equal(t, "a\tb", got.Get("X-A"))
	assert.Equal(t, "a\tb", got.Get("Losantdomain"))
	assert.True(t, strings.HasPrefix(got.Get("User-Agent"), "a\tb losant-go/"), got.Get("User-Agent"))
}

// The race detector sees two calls that fill it at once.
func TestAResponseIsFilledByOneCallAtATime(t *testing.T) {
	t.Parallel()
	var response losant.Response
	client, err := losant.NewClient(secretToken, losant.WithResponse(&response), given(roundTripper(answers(http.StatusOK))))
	require.NoError(t, err)
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() { assert.NoError(t, callUser(t.Context(), client, http.MethodGet)) })
	}
	wg.Wait()
	assert.Equal(t, http.StatusOK, response.StatusCode)
}

func TestConcurrentCallsDoNotShareTheirOptions(t *testing.T) {
	t.Parallel()
	echo := roundTripper(func(r *http.Request) (*http.Response, error) {
		got := strings.Join([]string{
			r.Header.Get("Authorization"), r.Header.Get("X-N"), r.Header.Get("Losantdomain"), r.URL.Query().Get("n"),
		}, " ")
		return httpmock.NewJsonResponse(http.StatusOK, map[string]string{"firstName": got})
	})
	client, err := losant.NewClient(secretToken, losant.WithHTTPClient(&http.Client{Transport: echo}),
		losant.WithHeader("X-N", "client"), losant.WithQuery("n", "client"))
	require.NoError(t, err)
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			n := fmt.Sprint(i)
			var opts []losant.CallOption
			var response losant.Response
			want := "Bearer " + secretToken + " client  client"
			if i%2 == 0 {
				opts = []losant.CallOption{
					losant.WithToken(n), losant.WithHeader("X-N", n), losant.WithLosantDomain(n), losant.WithQuery("n", n),
					losant.WithResponse(&response), losant.WithTimeout(time.Hour), losant.WithMaxAttempts(i + 1),
				}
				want = strings.Join([]string{"Bearer " + n, n, n, n}, " ")
			}
			user, err := client.ExperienceUser.Get(t.Context(), applicationID, userID, opts...)
			if assert.NoError(t, err) {
				assert.Equal(t, want, user.FirstName)
				assert.Equal(t, len(opts) > 0, response.Attempts == 1)
			}
		})
	}
	all.Wait()
}

func TestGivenHTTPClientIsNeverChanged(t *testing.T) {
	t.Parallel()
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	transport := &mock{}
	requests := record(transport, httpmock.NewStringResponder(http.StatusFound, "").
		HeaderSet(http.Header{"Location": {"https://example.com/"}}))
	followed := func(*http.Request, []*http.Request) error {
		t.Error("the client's own rule for redirects counts")
		return nil
	}
	for _, given := range []*http.Client{
		{Transport: transport},
		{Transport: transport, CheckRedirect: followed, Jar: jar, Timeout: time.Minute},
	} {
		before := *given
		client, err := losant.NewClient(secretToken, losant.WithHTTPClient(given))
		require.NoError(t, err)
		unchanged := func() {
			assert.Same(t, transport, given.Transport)
			assert.Equal(t, before.Timeout, given.Timeout)
			assert.Equal(t, before.Jar, given.Jar)
			assert.Equal(t, reflect.ValueOf(before.CheckRedirect).Pointer(), reflect.ValueOf(given.CheckRedirect).Pointer())
		}
		unchanged()
		sentBefore := len(requests.all())

		_, err = client.ExperienceUser.Get(t.Context(), applicationID, userID)
		require.ErrorContains(t, err, "302")
		client.CloseIdleConnections()
		unchanged()

		given.Transport = &mock{} // what the owner does later is not the client's business
		_, err = client.ExperienceUser.Get(t.Context(), applicationID, userID)
		require.ErrorContains(t, err, "302")
		assert.Len(t, requests.all(), sentBefore+2)
	}
}

// As with any http.Client, the default transport is that of the moment: packages that mock it come after NewClient.
func TestHTTPClientWithoutTransportUsesTheDefaultOne(t *testing.T) { //nolint:paralleltest // it swaps what all share
	before := http.DefaultTransport
	t.Cleanup(func() { http.DefaultTransport = before })
	client, err := losant.NewClient(secretToken, losant.WithHTTPClient(&http.Client{}))
	require.NoError(t, err)
	wrapped, err := losant.NewClient(secretToken, losant.WithHTTPClient(&http.Client{Timeout: time.Minute}))
	require.NoError(t, err)
	own, err := losant.NewClient(secretToken, losant.WithBaseURL("https://own.example"))
	require.NoError(t, err)
	for range 2 {
		transport := &mock{}
		requests := record(transport, httpmock.NewStringResponder(http.StatusOK, userAnswer))
		http.DefaultTransport = transport
		for n, c := range []*losant.Client{client, wrapped} {
			require.NoError(t, callUser(t.Context(), c, http.MethodGet))
			assert.Len(t, requests.all(), n+1)
		}
		require.Error(t, callUser(t.Context(), own, http.MethodGet, losant.WithMaxAttempts(1)), "it has its own")
		assert.Len(t, requests.all(), 2)
	}
}

func TestLoggerGetsOneRecordPerAttempt(t *testing.T) {
	t.Parallel()
	lost := errors.New("the cable was cut")
	tooMany := httpmock.NewStringResponder(http.StatusTooManyRequests, `{"message":"body"}`)
	for _, c := range []struct {
		name   string
		answer httpmock.Responder
		opts   []losant.Option
		want   []logRecord
	}{
		{"success", httpmock.NewStringResponder(http.StatusOK, userAnswer), nil, []logRecord{
			{slog.LevelInfo, 200, 1, 0, ""},
		}},
		{"third time lucky", tooMany.Then(httpmock.NewErrorResponder(lost)).Then(
			httpmock.NewStringResponder(http.StatusOK, userAnswer)), nil, []logRecord{
			{slog.LevelWarn, 429, 1, 0, ""},
			{slog.LevelWarn, 0, 2, 0, "the cable was cut"},
			{slog.LevelInfo, 200, 3, 0, ""},
		}},
		{"not found", httpmock.NewStringResponder(http.StatusNotFound, ""), nil, []logRecord{
			{slog.LevelWarn, 404, 1, 0, ""},
		}},
		{"slow", httpmock.Responder(hangs), []losant.Option{
			losant.WithTimeout(3 * time.Second), losant.WithMaxAttempts(1),
		}, []logRecord{
			{slog.LevelWarn, 0, 1, 3 * time.Second, "the attempt took longer than 3s: context deadline exceeded"},
		}},
		{"no token", nil, []losant.Option{
			losant.WithTokenSource(func(context.Context) (string, error) { return "", lost }),
		}, []logRecord{
			{slog.LevelWarn, 0, 1, 0, "token source: the cable was cut"},
		}},
		{"refused", nil, []losant.Option{losant.WithoutValidation(), losant.WithTimeout(0)}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				records := &recordingHandler{}
				opts := append([]losant.Option{losant.WithLogger(slog.New(records))}, c.opts...)
				client, transport := newMocked(t, opts...)
				record(transport, c.answer)
				id := userID
				if c.want == nil {
					id = ".."
				}

				_, _ = client.ExperienceUser.Get(t.Context(), applicationID, id)

				require.Len(t, records.all, len(c.want))
				for i, want := range c.want {
					attrs := map[string]any{
						"operation": "experienceUser.get", "method": http.MethodGet, "path": userPath,
						"status": want.status, "attempt": want.attempt, "duration": want.duration,
					}
					if want.err != "" {
						attrs["error"] = want.err
					}
					got := map[string]any{}
					records.all[i].Attrs(func(a slog.Attr) bool {
						got[a.Key] = a.Value.Any()
						return true
					})
					assert.Equal(t, attrs, got)
					assert.Equal(t, want.level, records.all[i].Level)
					assert.Equal(t, len(attrs), records.all[i].NumAttrs(), "no attribute twice")
				}
			})
		})
	}
}

type logRecord struct {
	level           slog.Level
	status, attempt int64
	duration        time.Duration
	err             string
}

// recordingHandler keeps every record.
type recordingHandler struct {
	slog.Handler

	all []slog.Record
}

func (*recordingHandler) Enabled(context.Context, slog.Level) bool { return true }

func (h *recordingHandler) Handle(_ context.Context, r slog.Record) error {
	h.all = append(h.all, r)
	return nil
}

func TestWithTransportIsAroundTheClientsOwn(t *testing.T) {
	t.Parallel()
	server := newServed(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "gzip", r.Header.Get("Accept-Encoding"), "as the client's own transport asks")
		assert.Equal(t, "1", r.Header.Get("X-Traced"))
		_, _ = io.WriteString(w, userAnswer)
	})
	made, sent := 0, 0
	client := server.client(t, losant.WithTransport(func(next http.RoundTripper) http.RoundTripper {
		made++
		return roundTripper(func(r *http.Request) (*http.Response, error) {
			sent++
			r = r.Clone(r.Context())
			r.Header.Set("X-Traced", "1")
			return next.RoundTrip(r)
		})
	}))
	for range 3 {
		require.NoError(t, callUser(t.Context(), client, http.MethodGet))
	}
	client.CloseIdleConnections()
	assert.Zero(t, server.left(), "though what is around it does not know how to close")
	assert.Equal(t, 1, made)
	assert.Equal(t, 3, sent)
}

func TestLoggerOfHigherLevelGetsNothing(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	logger := slog.New(slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelWarn}))
	client, transport := newMocked(t, losant.WithLogger(logger))
	record(transport, httpmock.NewStringResponder(http.StatusOK, userAnswer))

	_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID)

	require.NoError(t, err)
	assert.Empty(t, out.String())
}
