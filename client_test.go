package losant_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

func TestRequestWithoutResponderIsAnError(t *testing.T) {
	t.Parallel()
	for _, a := range allActions() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			client, err := losant.NewClient(secretToken,
				losant.WithHTTPClient(&http.Client{Transport: httpmock.NewMockTransport()}))
			require.NoError(t, err)

			result, err := a.call(t.Context(), client, losant.WithMaxAttempts(1))

			require.ErrorAs(t, err, new(*losant.TransportError))
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
		"http://LOCALHOST:8080":         "http://LOCALHOST:8080",
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
	}).client(t)
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
	}).client(t)
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
