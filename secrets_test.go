package losant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/wiretest"
)

// What no text of the package may show. A header value of the caller's own is as secret as a token.
const (
	secretPassword = "planted-password-9f86d081884c7d65"
	secretQuery    = "planted-query-60303ae22b998861"
	secretHeader   = "planted-header-fd61a03af4f77d87"
	secretUserInfo = "planted-userinfo-a4e624d686e03ed2"
	secretProxy    = "planted-proxy-ba7816bf8f01cfea"
)

var secrets = []string{secretToken, secretPassword, secretQuery, secretHeader, secretUserInfo, secretProxy}

func secretPatch() losant.ExperienceUserPatch {
	return losant.ExperienceUserPatch{FirstName: losant.Ptr("Ada"), Password: losant.Ptr(secretPassword)}
}

// planted are options with a secret each.
func planted() []losant.CallOption {
	return []losant.CallOption{
		losant.WithToken(secretToken), losant.WithQuery("access_token", secretQuery),
		losant.WithHeader("X-Api-Key", secretHeader),
	}
}

func asOptions(opts []losant.CallOption) (all []losant.Option) {
	for _, o := range opts {
		all = append(all, o)
	}
	return all
}

// formattings are all the ways to make a text of a value, of a pointer to it, and of a value around it.
func formattings(v any) (all []string) {
	type inside struct {
		Shown  any
		hidden any
	}
	for _, shape := range []any{v, &v, inside{v, v}, &inside{v, v}, []any{v}, map[string]any{"k": v}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p"} {
			all = append(all, fmt.Sprintf(verb, shape))
		}
	}
	text, js := logged("value", v)
	return append(all, text, js)
}

// jsonTexts are what encoding/json makes of a value. Not for patches, whose JSON is what goes on the wire.
func jsonTexts(v any) []string {
	text, err := json.Marshal(v)
	return []string{string(text), fmt.Sprint(err)}
}

// plantedErrors returns an error of every type the package has, from calls with secrets in all that they are given.
func plantedErrors(t *testing.T) (all []error) {
	t.Helper()
	patchUser := func(transport http.RoundTripper, opts ...losant.CallOption) {
		client, err := losant.NewClient(secretToken, append(asOptions(planted()), losant.WithMaxAttempts(1),
			losant.WithHTTPClient(&http.Client{Transport: transport}))...)
		require.NoError(t, err)
		_, err = client.ExperienceUser.Patch(t.Context(), applicationID, userID, secretPatch(), append(planted(), opts...)...)
		require.Error(t, err)
		all = append(all, err)
	}
	for _, status := range []int{200, 204, 302, 400, 401, 403, 404, 409, 429, 500, 503} {
		patchUser(roundTripper(respond(status, `{"id":5,"type":"T","message":"M"}`, "Location", "https://%zz")))
		patchUser(roundTripper(respond(status, `not JSON`)))
	}
	for _, cause := range []error{
		errors.New("the cable was cut"), &net.OpError{Op: "dial", Err: errors.New("refused")}, context.Canceled,
	} {
		patchUser(roundTripper(func(*http.Request) (*http.Response, error) { return nil, cause }))
	}
	patchUser(roundTripper(hangs), losant.WithTimeout(time.Millisecond))
	patchUser(nil, losant.WithMaxAttempts(0))
	patchUser(nil, losant.WithToken(secretToken+"\n"))
	patchUser(nil, losant.WithHeader("X-Api-Key", secretHeader+"\n"))
	patchUser(nil, losant.WithHeader("Authorization", secretHeader))
	patchUser(nil, losant.WithQuery("", secretQuery))

	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close()) // nobody answers there
	proxy := &url.URL{Scheme: "http", User: url.UserPassword("user", secretProxy), Host: listener.Addr().String()}
	patchUser(&http.Transport{Proxy: http.ProxyURL(proxy)})

	for _, opts := range [][]losant.Option{
		{losant.WithBaseURL("https://user:" + secretUserInfo + "@api.losant.com")},
		{losant.WithBaseURL("https://user:" + secretUserInfo + "@api.losant.com:port")},
		{losant.WithBaseURL("https://" + secretUserInfo + "@%zz")},
		{losant.WithBaseURL("https://api.losant.com/?access_token=" + secretQuery)},
		{losant.WithToken(secretToken + " ")},
		{losant.WithUserAgent(secretHeader + "\n")},
		{losant.WithLosantDomain(secretHeader + "\n")},
		{losant.WithAPIVersion(secretHeader + "\n")},
	} {
		_, err := losant.NewClient(secretToken+" ", opts...)
		require.Error(t, err)
		all = append(all, err)
	}

	dirty := losant.WithTokenSource(func(context.Context) (string, error) { return secretToken + "\r\n", nil })
	client, err := losant.NewClient("", dirty)
	require.NoError(t, err)
	_, err = client.ExperienceUser.Get(t.Context(), applicationID, userID, losant.WithQuery("access_token", secretQuery))
	require.Error(t, err)
	all = append(all, err)

	long := secretPatch()
	*long.Password = strings.Repeat(secretPassword, 100)
	require.Error(t, long.Validate())
	return append(all, long.Validate())
}

// TestNoExportedTypeShowsASecret has values of every exported type. A new type must be added to them.
//
// The types of losanttest are not part of the promise: the Header of its Request has the token by design, since tests
// look there for what was sent, and so texts of a Request show it.
func TestNoExportedTypeShowsASecret(t *testing.T) {
	t.Parallel()
	opts := append(asOptions(planted()),
		losant.WithBaseURL("https://user:"+secretUserInfo+"@api.losant.com"), losant.WithUserAgent("thermostats/1.4"),
		losant.WithHTTPClient(&http.Client{}), losant.WithInsecureHTTP(), losant.WithLogger(slog.New(slog.DiscardHandler)),
		losant.WithTokenSource(func(context.Context) (string, error) { return secretToken, nil }))
	client, transport := newMocked(t, asOptions(planted())...)
	record(transport, respond(http.StatusOK, userAnswer).Then(respond(http.StatusOK, groupAnswer)).
		Then(respond(http.StatusOK, successAnswer)))
	var response losant.Response
	user, err := client.ExperienceUser.Patch(t.Context(), applicationID, userID, secretPatch(),
		losant.WithResponse(&response))
	require.NoError(t, err)
	group, err := client.ExperienceGroup.Get(t.Context(), applicationID, groupID)
	require.NoError(t, err)
	success, err := client.ExperienceUser.Delete(t.Context(), applicationID, userID)
	require.NoError(t, err)

	patch := secretPatch()
	values := map[string][]any{
		"Client":                 {client, *client},
		"ExperienceUserService":  {client.ExperienceUser, *client.ExperienceUser},
		"ExperienceGroupService": {client.ExperienceGroup, *client.ExperienceGroup},
		"Response":               {response, &response},
		"ExperienceUser":         {user, *user},
		"ExperienceGroup":        {group, *group},
		"Success":                {success, *success},
		"Hypermedia":             {user.Hypermedia, group.Hypermedia},
		"ExperienceUserPatch":    {patch, &patch, (*losant.ExperienceUserPatch)(nil)},
		"ExperienceGroupPatch":   {losant.ExperienceGroupPatch{}, &losant.ExperienceGroupPatch{}},
		"ExperienceGroupRef":     {losant.ExperienceGroupRef{}},
		"DeviceTag":              {losant.DeviceTag{}},
		"Link":                   {losant.Link{}},
		"Action":                 {losant.Action{}},
		"Nullable":               {losant.Value("x"), losant.Null[string]()},
		"Operation":              {losant.Operations()},
		"Applied":                {losant.MaybeApplied, losant.NotApplied},
		"Scope":                  {losant.ScopeAllUser},
		"Services":               {client.Services, &client.Services, client.Device, *client.Device},
		"Instant":                {losant.Now()},
		"Query":                  {losant.Query{"a": 1}},
		"Request":                {losant.Request{Method: http.MethodPatch, Path: userPath, Body: secretPatch()}},
		"Upload":                 {losant.Upload{Name: "a"}},
		"Violation":              {losant.Violation{}},
		"TokenSource":            {losant.TokenSource(func(context.Context) (string, error) { return secretToken, nil })},
	}
	for _, o := range opts {
		values["Option"] = append(values["Option"], o)
		if callOption, ok := o.(losant.CallOption); ok {
			values["CallOption"] = append(values["CallOption"], callOption)
		}
	}
	for _, err := range plantedErrors(t) {
		name := strings.TrimPrefix(fmt.Sprintf("%T", err), "*losant.")
		values[name] = append(values[name], err)
		var apiErr *losant.APIError
		if errors.As(err, &apiErr) {
			values["APIError"] = append(values["APIError"], apiErr)
		}
	}

	for _, name := range exportedTypes(t) {
		require.NotEmpty(t, values[name], "%s needs a value here", name)
	}
	for name, all := range values {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var shown []string
			for _, v := range all {
				shown = append(shown, formattings(v)...)
				if name != "ExperienceUserPatch" && name != "Request" { // which encoding/json shows as they are sent
					shown = append(shown, jsonTexts(v)...)
				}
				err, _ := v.(error)
				for ; err != nil; err = errors.Unwrap(err) {
					shown = append(shown, formattings(err)...)
				}
			}
			for _, text := range shown {
				expectHidden(t, text, secrets...)
			}
		})
	}
}

// exportedTypes are the names of the types that the package exports.
// ofAnAction are the types of services, which are in Services, and of actions, which are tested with those.
var ofAnAction = regexp.MustCompile(`(Service|Params|Form|Answer)$`)

func exportedTypes(t *testing.T) (names []string) {
	t.Helper()
	files, err := fs.Glob(os.DirFS("."), "*.go")
	require.NoError(t, err)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, "_schemas.go") { // those are tested by schema
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok && spec.Name.IsExported() && !ofAnAction.MatchString(spec.Name.Name) {
				names = append(names, spec.Name.Name)
			}
			return true
		})
	}
	require.NotEmpty(t, names)
	return names
}

func TestPatchStillShowsWhatIsNoSecret(t *testing.T) {
	t.Parallel()
	const want = `losant.ExperienceUserPatch{"firstName":"Ada","password":"[redacted]"}`
	patch := secretPatch()
	for _, v := range []any{patch, &patch} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
			assert.Equal(t, want, fmt.Sprintf(verb, v))
		}
		text, js := logged("patch", v)
		assert.Contains(t, text, `"losant.ExperienceUserPatch{\"firstName\":\"Ada\",\"password\":\"[redacted]\"}"`)
		assert.Contains(t, js, `"losant.ExperienceUserPatch{\"firstName\":\"Ada\",\"password\":\"[redacted]\"}"`)
	}
	assert.Equal(t, secretPatch(), patch, "the patch itself keeps it")
	assert.Equal(t, `losant.ExperienceUserPatch{"firstName":""}`,
		fmt.Sprint(losant.ExperienceUserPatch{FirstName: losant.Ptr("")}))

	full := fmt.Sprint(fullUserPatch())
	assert.Contains(t, full, "ada@example.com")
	assert.Contains(t, full, `"password":"[redacted]"`)
	assert.NotContains(t, full, *fullUserPatch().Password)

	patch.TokenCutoff = losant.Ptr(instant(10000, 0)) // it has no JSON, and is shown all the same
	for _, text := range formattings(patch) {
		expectHidden(t, text, secretPassword)
	}
	assert.Contains(t, fmt.Sprint(patch), "losant.ExperienceUserPatch")
}

// slog's JSON handler asks encoding/json for the inside of other values, and so for what goes on the wire.
func TestPatchInsideAnotherValueHidesItsPasswordInTextLogs(t *testing.T) {
	t.Parallel()
	type job struct {
		Name  string
		Patch losant.ExperienceUserPatch
	}
	for _, v := range []any{
		job{"a", secretPatch()},
		&job{"a", secretPatch()},
		[]losant.ExperienceUserPatch{secretPatch()},
		map[string]losant.ExperienceUserPatch{"a": secretPatch()},
		slog.GroupValue(slog.Any("patch", secretPatch())),
	} {
		text, _ := logged("job", v) // inside another value, slog's JSON is encoding/json's: that of the wire
		expectHidden(t, text, secretPassword)
	}
}

func TestNoLogRecordShowsASecret(t *testing.T) {
	t.Parallel()
	for _, answer := range []roundTripper{
		roundTripper(respond(http.StatusOK, userAnswer)),
		roundTripper(respond(http.StatusOK, `[]`)),
		roundTripper(respond(http.StatusForbidden, `{"type":"T","message":"M"}`)),
		roundTripper(respond(http.StatusFound, "", "Location", "https://example.com/")),
		func(*http.Request) (*http.Response, error) { return nil, errors.New("the cable was cut") },
		hangs,
	} {
		for _, js := range []bool{false, true} {
			var out strings.Builder
			options := &slog.HandlerOptions{Level: slog.Level(-100), AddSource: true}
			handler := slog.Handler(slog.NewTextHandler(&out, options))
			if js {
				handler = slog.NewJSONHandler(&out, options)
			}
			client, err := losant.NewClient(secretToken, append(asOptions(planted()), losant.WithMaxAttempts(1),
				losant.WithTimeout(time.Millisecond), losant.WithLogger(slog.New(handler)),
				losant.WithHTTPClient(&http.Client{Transport: answer}))...)
			require.NoError(t, err)

			_, _ = client.ExperienceUser.Patch(t.Context(), applicationID, userID, secretPatch())

			assert.Contains(t, out.String(), "experienceUser.patch")
			expectHidden(t, out.String(), secrets...)
		}
	}
}

// What net/http cannot read of an answer it quotes in its error.
func TestNoLogRecordQuotesAnAnswer(t *testing.T) {
	t.Parallel()
	const ok = "HTTP/1.1 200 OK\r\n"
	for name, answer := range map[string]string{
		"no HTTP":            secretHeader + "\r\n\r\n",
		"a version":          "HTTP/" + secretHeader + " 200 OK\r\n\r\n",
		"a status":           "HTTP/1.1 " + secretHeader + "\r\n\r\n",
		"a line of a header": ok + "Set-Cookie " + secretHeader + "\r\n\r\n",
		"a field's name":     ok + "(" + secretHeader + "): x\r\n\r\n",
		"two lengths":        ok + "Content-Length: 1\r\nContent-Length: " + secretHeader + "\r\n\r\n",
		"a field's end":      ok + "Set Cookie\x00" + secretHeader + ": x\r\n\r\n",
		"a field's value":    ok + "Set-Cookie: " + secretHeader + "\x00\r\n\r\n",
		"a continued line":   ok + " " + secretHeader + "\r\n\r\n",
		"a length":           ok + "Content-Length: " + secretHeader + "\r\n\r\n",
		"an encoding":        ok + "Transfer-Encoding: " + secretHeader + "\r\n\r\n",
		"a chunk":            ok + "Transfer-Encoding: chunked\r\n\r\n" + secretHeader + "\r\n",
		"a trailer":          ok + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + secretHeader + "\r\n\r\n",
		"JSON":               ok + "Content-Length: 50\r\n\r\n{" + secretHeader + strings.Repeat(" ", 50),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var out strings.Builder
			server := wiretest.NewServer(t, wiretest.Raw("%s", answer))
			client := newWired(t, server, losant.WithMaxAttempts(1), losant.WithTimeout(5*time.Second),
				losant.WithLogger(slog.New(slog.NewTextHandler(&out, nil))))

			require.Error(t, callUser(t.Context(), client, http.MethodGet))

			assert.Contains(t, out.String(), "experienceUser.get")
			assert.Equal(t, name != "JSON", strings.Contains(out.String(), "error="), "the attempt brought a whole answer")
			expectHidden(t, out.String(), secretHeader)
		})
	}
}

// Transports of a caller's own may use an http.Client, whose errors have the whole URL in their text.
func TestErrorOfANestedHTTPClientHidesTheQuery(t *testing.T) {
	t.Parallel()
	inner := &http.Client{Transport: roundTripper(func(*http.Request) (*http.Response, error) {
		return nil, errors.New("the cable was cut")
	})}
	var out strings.Builder
	nested := roundTripper(func(r *http.Request) (*http.Response, error) {
		return inner.Do(r.Clone(r.Context())) //nolint:gosec // it goes nowhere
	})
	client, err := losant.NewClient(secretToken, losant.WithHTTPClient(&http.Client{Transport: nested}),
		losant.WithMaxAttempts(1), losant.WithLogger(slog.New(slog.NewTextHandler(&out, nil))))
	require.NoError(t, err)

	_, err = client.ExperienceUser.Get(t.Context(), applicationID, userID, losant.WithQuery("access_token", secretQuery))

	require.ErrorContains(t, err, "the cable was cut")
	expectHidden(t, err.Error(), secretQuery)
	expectHidden(t, out.String(), secretQuery)
}

// panickingHandler fails at every record.
type panickingHandler struct{ slog.Handler }

func (panickingHandler) Enabled(context.Context, slog.Level) bool { return true }

func (panickingHandler) Handle(context.Context, slog.Record) error { panic("boom") }

func TestPanicInWhatTheCallerBringsShowsNoSecret(t *testing.T) {
	t.Parallel()
	through := func(transport roundTripper) losant.Option {
		return losant.WithHTTPClient(&http.Client{Transport: transport})
	}
	withoutToken := planted()[1:] // which would win over a token source
	for name, c := range map[string]struct {
		opts []losant.CallOption
		own  []losant.Option // with what panics
	}{
		"transport": {planted(), []losant.Option{
			through(func(*http.Request) (*http.Response, error) { panic("boom") }),
		}},
		"token source": {withoutToken, []losant.Option{
			losant.WithTokenSource(func(context.Context) (string, error) { panic("boom") }),
		}},
		"log handler": {planted(), []losant.Option{
			through(roundTripper(respond(http.StatusOK, userAnswer))), losant.WithLogger(slog.New(panickingHandler{})),
		}},
	} {
		for _, a := range allActions() {
			t.Run(name+"/"+a.name, func(t *testing.T) {
				t.Parallel()
				client, err := losant.NewClient(secretToken, append(asOptions(c.opts), c.own...)...)
				require.NoError(t, err)
				var recovered any
				var stack []byte
				func() {
					defer func() { recovered, stack = recover(), debug.Stack() }()
					_, _ = a.call(t.Context(), client, c.opts...)
				}()
				assert.Equal(t, "boom", recovered, "what panics reaches the caller")
				shown := strings.Join(formattings(recovered), "\n") + string(stack)
				expectHidden(t, shown, append([]string{"aNewPassword"}, secrets...)...)
			})
		}
	}
}
