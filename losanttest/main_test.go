package losanttest_test

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fixture is a server with one application, one user and one group, which the user is not in.
type fixture struct {
	*losanttest.Server

	http       *http.Client
	app        string
	user       losant.ExperienceUser
	group      losant.ExperienceGroup
	userPath   string
	groupPath  string
	experience string // the path that both begin with
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	f := &fixture{Server: losanttest.NewServer()}
	t.Cleanup(f.Close)
	// Redirects and compression would hide what the server does.
	f.http = &http.Client{
		Transport:     &http.Transport{DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	t.Cleanup(f.http.CloseIdleConnections)
	f.app = f.AddApplication()
	f.user = f.AddUser(f.app, losant.ExperienceUser{Email: "ada@example.com"})
	f.group = f.AddGroup(f.app, losant.ExperienceGroup{Name: "Engineers"})
	f.experience = "/applications/" + f.app + "/experience"
	f.userPath = f.experience + "/users/" + f.user.ID
	f.groupPath = f.experience + "/groups/" + f.group.ID
	return f
}

// client is an SDK client that does not try again, so that a test sees each answer.
func (f *fixture) client(t testing.TB, opts ...losant.Option) *losant.Client {
	t.Helper()
	client, err := f.NewClient(append([]losant.Option{losant.WithMaxAttempts(1)}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return client
}

func (f *fixture) mustUser(t testing.TB, id string) losant.ExperienceUser {
	t.Helper()
	u, ok := f.User(f.app, id)
	require.True(t, ok)
	return u
}

func (f *fixture) mustGroup(t testing.TB, id string) losant.ExperienceGroup {
	t.Helper()
	g, ok := f.Group(f.app, id)
	require.True(t, ok)
	return g
}

// request is a request as it goes onto the wire. In all its parts, {user} and {group} stand for the paths of the
// fixture's user and group, {app} for its application, {token} and {expired} for tokens, {scope:...} for a token with
// that scope.
type request struct {
	method, path, query, contentType, auth, body string
}

// asAdmin completes a request with a token that may do everything, and a body's type.
func asAdmin(method, path, body string) request {
	r := request{method: method, path: path, body: body, auth: "Bearer {token}"}
	if body != "" {
		r.contentType = "application/json"
	}
	return r
}

var placeholder = regexp.MustCompile(`\{(user|group|app|token|expired|scope:[^}]*)\}`)

func (f *fixture) fill(s string) string {
	return placeholder.ReplaceAllStringFunc(s, func(found string) string {
		switch name := strings.Trim(found, "{}"); name {
		case "user":
			return f.userPath
		case "group":
			return f.groupPath
		case "app":
			return f.app
		case "token":
			return f.Token()
		case "expired":
			return f.ExpiredToken()
		default:
			return f.Token(losant.Scope(strings.TrimPrefix(name, "scope:")))
		}
	})
}

// build makes the request without cleaning its path.
func (f *fixture) build(t testing.TB, r request) *http.Request {
	t.Helper()
	target, err := url.Parse(f.URL)
	require.NoError(t, err)
	target.Opaque = "//" + target.Host + f.fill(r.path)
	target.RawQuery = f.fill(r.query)
	req, err := http.NewRequestWithContext(t.Context(), r.method, f.URL, strings.NewReader(f.fill(r.body)))
	require.NoError(t, err)
	req.URL = target
	if r.contentType != "" {
		req.Header.Set("Content-Type", r.contentType)
	}
	if r.auth != "" {
		req.Header.Set("Authorization", f.fill(r.auth))
	}
	return req
}

// received is the head of an answer.
type received struct {
	StatusCode int
	Header     http.Header
}

// send puts a request onto the wire and reads the answer.
func (f *fixture) send(t testing.TB, r request) (received, string) {
	t.Helper()
	resp, err := f.http.Do(f.build(t, r))
	require.NoError(t, err)
	defer closeBody(t, resp)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return received{resp.StatusCode, resp.Header}, string(body)
}

func closeBody(t testing.TB, resp *http.Response) {
	t.Helper()
	require.NoError(t, resp.Body.Close())
}

// sendOK sends a request that must succeed and decodes the answer.
func (f *fixture) sendOK(t testing.TB, r request) map[string]any {
	t.Helper()
	resp, body := f.send(t, r)
	require.Equal(t, http.StatusOK, resp.StatusCode, body)
	var decoded map[string]any
	require.NoError(t, json.Unmarshal([]byte(body), &decoded))
	return decoded
}

// fails sends a request that must be refused so.
func (f *fixture) fails(t testing.TB, r request, status int, kind, message string) {
	t.Helper()
	resp, body := f.send(t, r)
	require.Equal(t, status, resp.StatusCode, body)
	want, err := json.Marshal(map[string]string{"type": kind, "message": message})
	require.NoError(t, err)
	require.JSONEq(t, string(want), body)
}

func (r request) withQuery(query string) request {
	r.query = query
	return r
}

func keys(m map[string]any) []string { return slices.Collect(maps.Keys(m)) }

func date(t testing.TB, s string) time.Time {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339Nano, s)
	require.NoError(t, err)
	return parsed
}

// decode reads an answer that is an object of texts, such as an error.
func decode(t testing.TB, resp *http.Response) map[string]string {
	t.Helper()
	var answer map[string]string
	require.NoError(t, json.NewDecoder(resp.Body).Decode(&answer))
	return answer
}
