package losant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/wiretest"
)

func TestEveryStatusHasItsType(t *testing.T) {
	t.Parallel()
	const body = `{"type":"Kind","message":"What happened"}`
	for status, own := range map[int]error{
		300: &losant.APIError{},
		304: &losant.APIError{},
		400: &losant.BadRequestError{},
		401: &losant.UnauthorizedError{},
		403: &losant.ForbiddenError{},
		404: &losant.NotFoundError{},
		405: &losant.APIError{},
		409: &losant.APIError{},
		410: &losant.APIError{},
		413: &losant.APIError{},
		415: &losant.APIError{},
		418: &losant.APIError{},
		422: &losant.APIError{},
		429: &losant.RateLimitError{},
		500: &losant.APIError{},
		502: &losant.APIError{},
		503: &losant.APIError{},
		504: &losant.APIError{},
		599: &losant.APIError{},
	} {
		for _, a := range allActions() {
			t.Run(fmt.Sprint(status, " ", a.name), func(t *testing.T) {
				t.Parallel()
				client, transport := newMocked(t)
				record(transport, respond(status, body, "Content-Type", "application/json", "X-Tag", "1"))

				result, err := a.call(t.Context(), client, losant.WithMaxAttempts(1))

				assert.Nil(t, result)
				assert.Equal(t, reflect.TypeOf(own), reflect.TypeOf(err))
				var apiErr *losant.APIError
				require.ErrorAs(t, fmt.Errorf("wrapped: %w", err), &apiErr)
				assert.Equal(t, &losant.APIError{
					Operation: a.name, Method: a.method, Path: a.path,
					StatusCode: status, Type: "Kind", Message: "What happened",
					Header: http.Header{"Content-Type": {"application/json"}, "X-Tag": {"1"}},
					Body:   []byte(body), Attempts: 1, Applied: appliedAfter(a, status),
				}, apiErr)
				require.ErrorContains(t, err, fmt.Sprintf("losant: %s: %d Kind: What happened", a.name, status))
				require.ErrorContains(t, err, fmt.Sprintf("(%s %s)", a.method, a.path))
			})
		}
	}
}

// appliedAfter is whether an action may have been applied that was answered with a status, and sent once.
func appliedAfter(a action, status int) losant.Applied {
	if a.method == http.MethodGet || status >= 400 && status <= 499 || status == 503 {
		return losant.NotApplied
	}
	return losant.MaybeApplied
}

func TestRateLimitErrorSaysHowLongToWait(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]time.Duration{
		"":                              0,
		"7":                             7 * time.Second,
		"3600":                          time.Hour,
		"soon":                          0,
		"Sat, 01 Jan 2000 00:01:00 GMT": time.Minute, // a bubble's clock starts a minute before
		"Fri, 31 Dec 1999 00:00:00 GMT": 0,
	} {
		t.Run(header, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, transport := newMocked(t, losant.WithMaxAttempts(1))
				record(transport, respond(http.StatusTooManyRequests, "", "Retry-After", header))

				_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID)

				var limited *losant.RateLimitError
				require.ErrorAs(t, err, &limited)
				assert.Equal(t, want, limited.RetryAfter)
			})
		})
	}
}

func TestErrorTexts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		answer httpmock.Responder
		want   string // between the operation and the request
	}{
		{
			respond(404, `{"type":"NotFound","message":"Experience user was not found"}`),
			`404 NotFound: Experience user was not found`,
		},
		{respond(400, `{"code":"InvalidContent","message":"Invalid JSON: x"}`), `400 InvalidContent: Invalid JSON: x`},
		{respond(409, ``), `409 Conflict`},
		{respond(422, `{"message":"Only a message"}`), `422 Only a message`},
		{respond(405, `{"type":"MethodNotAllowed"}`), `405 MethodNotAllowed`},
		{respond(400, `{}`), `400 Bad Request: "{}"`},
		{respond(400, `["a"]`), `400 Bad Request: "[\"a\"]"`},
		{respond(413, "<html>\n\t<h1>Too large</h1>\n"), `413 Request Entity Too Large: "<html> <h1>Too large</h1>"`},
		{
			respond(302, ``, "Location", "https://example.com/?a=b"),
			`302 Found: redirects are not followed: Location "https://example.com/?a=b"`,
		},
		{respond(200, `null`), `200 OK: "null"; not the documented answer: the answer is not a JSON object`},
		{respond(204, ``), `204 No Content; not the documented answer: the answer is not a JSON object`},
	} {
		t.Run(c.want, func(t *testing.T) {
			t.Parallel()
			client, transport := newMocked(t)
			record(transport, c.answer)

			_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID, losant.WithQuery("q", "x"))

			assert.EqualError(t, err, "losant: experienceUser.get: "+c.want+" (GET "+userPath+")")
		})
	}
}

func TestErrorTextsCountTheAttempts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, transport := newMocked(t)
		record(transport, respond(503, "").Then(respond(502, "<h1>Bad Gateway</h1>")).Then(respond(503, "")).
			Then(httpmock.NewErrorResponder(io.ErrUnexpectedEOF)))

		_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID)
		require.EqualError(t, err, "losant: experienceUser.get: 503 Service Unavailable (GET "+userPath+", 3 attempts)")
		var apiErr *losant.APIError
		require.ErrorAs(t, err, &apiErr)
		assert.Equal(t, 3, apiErr.Attempts)

		_, err = client.ExperienceUser.Get(t.Context(), applicationID, userID, losant.WithMaxAttempts(2))
		require.EqualError(t, err, "losant: experienceUser.get: no answer: unexpected EOF (GET "+userPath+", 2 attempts)")
		var transportErr *losant.TransportError
		require.ErrorAs(t, err, &transportErr)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.Equal(t, &losant.TransportError{
			Operation: "experienceUser.get", Method: http.MethodGet, Path: userPath, Attempts: 2, Applied: losant.NotApplied,
			Err: io.ErrUnexpectedEOF,
		}, transportErr)
	})
}

func TestErrorBodiesKeepTheirStatusAndText(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, body, kind, message string
	}{
		{"documented", `{"type":"NotFound","message":"Application was not found"}`, "NotFound", "Application was not found"},
		{"with more", ` {"type":"A","message":"b","more":[1]} `, "A", "b"},
		{"code", `{"code":"InvalidContent","message":"Invalid JSON: ..."}`, "InvalidContent", "Invalid JSON: ..."},
		{"type and code", `{"type":"A","code":"B","message":"c"}`, "A", "c"},
		{"HTML", `<html><body><h1>502 Bad Gateway</h1></body></html>`, "", ""},
		{"text", `upstream connect error`, "", ""},
		{"empty", ``, "", ""},
		{"truncated", `{"type":"NotFound","mess`, "", ""},
		{"array", `[{"type":"NotFound"}]`, "", ""},
		{"null", `null`, "", ""},
		{"number", `5`, "", ""},
		{"string", `"NotFound"`, "", ""},
		{"type is a number", `{"type":5,"message":"five"}`, "", "five"},
		{"message is an object", `{"type":"A","message":{"b":1}}`, "A", ""},
		{"code is a number", `{"code":404,"message":"gone"}`, "", "gone"},
		{"nulls", `{"type":null,"message":null}`, "", ""},
		{"not UTF-8", "\xff\xfe\x00 broken", "", ""},
		{"not UTF-8 in JSON", "{\"type\":\"A\",\"message\":\"caf\xe9\"}", "A", "caf\ufffd"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for _, status := range []int{400, 404, 502} {
				client, transport := newMocked(t, losant.WithMaxAttempts(1))
				record(transport, respond(status, c.body))

				user, err := client.ExperienceUser.Get(t.Context(), applicationID, userID)

				assert.Nil(t, user)
				var apiErr *losant.APIError
				require.ErrorAs(t, err, &apiErr)
				assert.Equal(t, status, apiErr.StatusCode)
				assert.Equal(t, c.kind, apiErr.Type)
				assert.Equal(t, c.message, apiErr.Message)
				assert.Equal(t, c.body, string(apiErr.Body))
				require.ErrorContains(t, err, fmt.Sprint(status))
				if c.kind == "" && c.message == "" && c.body != "" {
					require.ErrorContains(t, err, fmt.Sprintf("%q", strings.TrimSpace(c.body)))
				}
			}
		})
	}
}

func TestErrorBodyIsCutAt64KiB(t *testing.T) {
	t.Parallel()
	const most = 64 << 10
	for _, size := range []int{most - 1, most, most + 1, 200 << 10} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			t.Parallel()
			client := newServed(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusTeapot)
				_, _ = io.WriteString(w, strings.Repeat("é", size/2)+strings.Repeat("x", size%2))
			}).client(t)

			_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID)

			var apiErr *losant.APIError
			require.ErrorAs(t, err, &apiErr)
			assert.Equal(t, http.StatusTeapot, apiErr.StatusCode)
			assert.Len(t, apiErr.Body, min(size, most))
			assert.Less(t, len(err.Error()), 500, "the text has only the beginning of the body")
			assert.Contains(t, err.Error(), `éé…"`, "and cuts no character in half")
		})
	}
}

func TestCutErrorBodyKeepsItsStatus(t *testing.T) {
	t.Parallel()
	const start = "<h1>Not Fou"
	client := newServed(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, start)
	}).client(t)

	_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID)

	var notFound *losant.NotFoundError
	require.ErrorAs(t, err, &notFound)
	assert.Equal(t, start, string(notFound.Body))
}

func TestRedirectsAreNeverFollowed(t *testing.T) {
	t.Parallel()
	other := newServed(t, func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"id":"1","success":true}`)
	})
	for _, status := range []int{301, 302, 303, 304, 305, 307, 308} {
		for name, location := range map[string]string{
			"nowhere": "", "another host": other.URL + userPath, "the same host": "/elsewhere", "unparsable": "http://%zz/",
		} {
			for _, a := range allActions() {
				t.Run(fmt.Sprintf("%d to %s by %s", status, name, a.name), func(t *testing.T) {
					t.Parallel()
					server := newServed(t, func(w http.ResponseWriter, _ *http.Request) {
						if location != "" {
							w.Header().Set("Location", location)
						}
						w.WriteHeader(status)
					})
					client, err := losant.NewClient(secretToken, losant.WithBaseURL(server.URL))
					require.NoError(t, err)

					result, err := a.call(t.Context(), client)

					assert.Nil(t, result)
					assert.Equal(t, reflect.TypeFor[*losant.APIError](), reflect.TypeOf(err))
					var apiErr *losant.APIError
					require.ErrorAs(t, err, &apiErr)
					assert.Equal(t, status, apiErr.StatusCode)
					assert.Equal(t, location, apiErr.Header.Get("Location"))
					assert.NotContains(t, apiErr.Header, "location")
					if location != "" {
						require.ErrorContains(t, err, "Location "+fmt.Sprintf("%q", location))
					} else {
						assert.NotContains(t, err.Error(), "Location")
					}
					client.CloseIdleConnections()
					assert.Zero(t, server.left(), "connections that are left open")
					assert.EqualValues(t, 1, server.requests.Load())
					assert.Zero(t, other.requests.Load(), "nobody else is sent the token")
					assert.Zero(t, other.opened.Load())
				})
			}
		}
	}
}

func TestUndocumentedSuccessIsADecodeError(t *testing.T) {
	t.Parallel()
	anyAction := []string{
		``, ` `, `null`, `[]`, `[{}]`, `[{"success":true}]`, `"x"`, `"{}"`, `true`, `5`, `{`,
		`{"success":true`, `{"success":true}{}`, `{"success":true} x`, `{"success":true,}`, `{success:true}`,
		`<html>{"success":true}</html>`, "\xff", "\ufeff" + `{"success":true}`,
		`{"_links":[]}`, `{"_links":{"self":"/a"}}`, `{"_type":1}`,
	}
	bodies := map[string][]string{
		"experienceUser": {
			`{"id":5}`, `{"email":{}}`, `{"userTags":[]}`, `{"creationDate":"today"}`, `{"creationDate":1}`,
			`{"experienceGroups":{}}`,
		},
		"experienceGroup": {
			`{"id":5}`, `{"name":[]}`, `{"deviceTags":{}}`, `{"ancestorIds":"x"}`, `{"totalDeviceCount":"1"}`,
		},
		"delete": {
			`{}`, `{"success":false}`, `{"success":"true"}`, `{"success":1}`, `{"success":null}`, `{"Type":"x"}`, userAnswer,
		},
	}
	for _, a := range allActions() {
		own, _, _ := strings.Cut(a.name, ".")
		if a.method == http.MethodDelete {
			own = "delete"
		}
		for _, body := range append(append([]string(nil), anyAction...), bodies[own]...) {
			t.Run(a.name+" "+body, func(t *testing.T) {
				t.Parallel()
				for _, status := range []int{200, 201, 202, 204, 299} {
					client, transport := newMocked(t)
					record(transport, respond(status, body, "Content-Type", "application/json"))

					result, err := a.call(t.Context(), client)

					assert.Nil(t, result)
					assert.Equal(t, reflect.TypeFor[*losant.DecodeError](), reflect.TypeOf(err))
					var decodeErr *losant.DecodeError
					require.ErrorAs(t, err, &decodeErr)
					require.Error(t, decodeErr.Err)
					require.ErrorIs(t, err, decodeErr.Err)
					assert.Equal(t, status, decodeErr.StatusCode)
					assert.Equal(t, body, string(decodeErr.Body))
					assert.Equal(t, 1, decodeErr.Attempts, "it came whole, so it is not asked for again")
					assert.Equal(t, 1, transport.sent())
					var apiErr *losant.APIError
					require.ErrorAs(t, err, &apiErr)
					assert.Same(t, decodeErr.APIError, apiErr)
				}
			})
		}
	}
}

func TestDocumentedBodyIsASuccessWhateverTheHeaderSays(t *testing.T) {
	t.Parallel()
	for _, a := range allActions() {
		for _, contentType := range []string{"application/json; charset=utf-8", "text/html", "image/png", "nonsense;;", ""} {
			t.Run(a.name+" "+contentType, func(t *testing.T) {
				t.Parallel()
				for _, status := range []int{200, 201, 202, 203, 299} {
					client := newServed(t, func(w http.ResponseWriter, _ *http.Request) {
						w.Header()["Content-Type"] = nil // no guessing
						if contentType != "" {
							w.Header().Set("Content-Type", contentType)
						}
						w.WriteHeader(status)
						_, _ = io.WriteString(w, "\r\n"+a.answer+"\n")
					}).client(t)

					result, err := a.call(t.Context(), client)

					require.NoError(t, err)
					assert.NotNil(t, result)
				}
			})
		}
	}
}

// A status that there is not, or that a mock has forgotten.
func TestAnAnswerWithoutAStatusIsKept(t *testing.T) {
	t.Parallel()
	for _, a := range allActions() {
		for name, start := range map[string]func() *losant.Client{
			"mock": func() *losant.Client {
				client, _ := newStaged(t, []ending{respond(0, "<h1>Nothing</h1>", "X-A", "1")})
				return client
			},
			"wire": func() *losant.Client {
				return newWired(t, wiretest.NewServer(t, wiretest.Answer(0, "<h1>Nothing</h1>", "X-A", "1")))
			},
		} {
			t.Run(name+" "+a.name, func(t *testing.T) {
				t.Parallel()
				result, err := a.call(t.Context(), start())

				assert.Nil(t, result)
				var api *losant.APIError
				require.ErrorAs(t, err, &api)
				assert.Zero(t, api.StatusCode)
				assert.Equal(t, "1", api.Header.Get("X-A"))
				assert.Equal(t, "<h1>Nothing</h1>", string(api.Body))
				assert.Equal(t, 1, api.Attempts)
				assert.Equal(t, a.method == http.MethodGet, api.Applied == losant.NotApplied)
				assert.NotContains(t, err.Error(), "nil")
				assert.Contains(t, err.Error(), "Nothing")
			})
		}
	}
}

func TestNoTextOfTheServersSpoilsALine(t *testing.T) {
	t.Parallel()
	const dirty = "a\r\nb\x1b[31mc\x00d\x7fe\u0085f\u2028g\u202eh\tz"
	body, err := json.Marshal(map[string]string{"type": dirty, "message": dirty})
	require.NoError(t, err)
	for name, end := range map[string]ending{
		"type and message": respond(404, string(body)),
		"text":             respond(404, dirty),
		"no object":        respond(200, dirty),
		"wrong property":   respond(200, `{"creationDate":`+strconv.Quote("\u202e")+`}`),
		"header":           answers(307, "Location", dirty),
		"error":            fails(errors.New(dirty)),
		"request":          fails(&url.Error{Op: "Get", URL: dirty, Err: errors.New(dirty)}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := newStaged(t, []ending{end}, losant.WithMaxAttempts(1))

			err := callUser(t.Context(), client, http.MethodGet)

			require.Error(t, err)
			for _, r := range err.Error() {
				assert.False(t, unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp), "%U in %q", r, err)
			}
			assert.True(t, utf8.ValidString(err.Error()))
			var api *losant.APIError
			if name == "type and message" {
				require.ErrorAs(t, err, &api)
				assert.Equal(t, dirty, api.Message, "the field has it as it came")
				assert.Contains(t, err.Error(), `a\r\nb\x1b[31mc`)
			}
		})
	}
}

func TestACallOfNoClientIsRefused(t *testing.T) {
	t.Parallel()
	for name, client := range map[string]*losant.Client{
		"zero": {}, "zero services": {Services: losant.Services{ExperienceUser: &losant.ExperienceUserService{}}},
	} {
		_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID)
		assert.Equal(t, &losant.ValidationError{
			Operation: "experienceUser.get", Violations: []losant.Violation{broken("client", "must be made with NewClient")},
		}, err, name)
		assert.Empty(t, client.BaseURL())
		assert.Empty(t, client.LosantDomain())
	}
}

func TestSentinels(t *testing.T) {
	t.Parallel()
	for status, sentinel := range map[int]error{
		400: losant.ErrBadRequest, 401: losant.ErrUnauthorized, 403: losant.ErrForbidden, 404: losant.ErrNotFound,
		429: losant.ErrRateLimited, 409: nil, 500: nil, 200: nil,
	} {
		client, transport := newMocked(t, losant.WithMaxAttempts(1))
		record(transport, respond(status, ""))

		_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID)

		require.Error(t, err)
		for _, other := range []error{
			losant.ErrBadRequest, losant.ErrUnauthorized, losant.ErrForbidden, losant.ErrNotFound, losant.ErrRateLimited,
		} {
			assert.Equal(t, other == sentinel, errors.Is(err, other), "%d is %v", status, other) //nolint:errorlint // identity
			assert.Equal(t, other == sentinel,                                                   //nolint:errorlint // identity
				errors.Is(&losant.APIError{StatusCode: status}, other), "%d is %v", status, other)
		}
	}
	require.ErrorIs(t, &losant.NotFoundError{}, losant.ErrNotFound, "as a fake makes one")
}

func TestTypesAreLosants(t *testing.T) {
	t.Parallel()
	for status, c := range map[int]struct{ body, kind, message string }{
		405: {`{"type":"MethodNotAllowed","message":"PUT is not allowed"}`, losant.TypeMethodNotAllowed, "PUT is not allowed"},
		409: {`{"type":"AlreadyExists","message":"It exists"}`, losant.TypeAlreadyExists, "It exists"},
		410: {`{"type":"NotFound","message":"It is gone"}`, losant.TypeNotFound, "It is gone"},
		413: {`{"code":"RequestEntityTooLarge","message":"4 MiB"}`, losant.TypeRequestEntityTooLarge, "4 MiB"},
		415: {`{"code":"UnsupportedMediaType","message":"br"}`, losant.TypeUnsupportedMediaType, "br"},
		422: {`{"type":"Validation","message":"pattern mismatch"}`, losant.TypeValidation, "pattern mismatch"},
		403: {`{"type":"Forbidden","message":"scope"}`, losant.TypeForbidden, "scope"},
		401: {`{"type":"Unauthorized","message":"token"}`, losant.TypeUnauthorized, "token"},
		400: {`{"type":"BadDigest","message":"MD5"}`, losant.TypeBadDigest, "MD5"},
		404: {`{"type":"InvalidContent","message":"no JSON"}`, losant.TypeInvalidContent, "no JSON"},
		501: {`{"type":"Error","message":"oh"}`, losant.TypeError, "oh"},
	} {
		client, transport := newMocked(t)
		record(transport, respond(status, c.body))

		_, err := client.ExperienceUser.Patch(t.Context(), applicationID, userID, losant.ExperienceUserPatch{})

		var apiErr *losant.APIError
		require.ErrorAs(t, err, &apiErr)
		assert.Equal(t, status, apiErr.StatusCode)
		assert.Equal(t, c.kind, apiErr.Type)
		assert.Equal(t, c.message, apiErr.Message)
		assert.Equal(t, losant.NotApplied, apiErr.Applied)
		assert.Equal(t, c.body, string(apiErr.Body))
	}
}

func TestEndedContextIsATransportErrorWithItsCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("the user left")
	arrived := make(chan struct{}, 1)
	client := newServed(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server does not notice that the client has gone
		arrived <- struct{}{}
		<-r.Context().Done()
	}).client(t)
	for _, a := range allActions() {
		for _, early := range []bool{true, false} {
			ctx, cancel := context.WithCancelCause(t.Context())
			if early {
				cancel(cause)
			} else {
				go func() {
					<-arrived
					cancel(cause)
				}()
			}

			result, err := a.call(ctx, client)

			assert.Nil(t, result)
			var transportErr *losant.TransportError
			require.ErrorAs(t, err, &transportErr)
			require.ErrorIs(t, err, context.Canceled)
			require.ErrorIs(t, err, cause)
			assert.Equal(t, a.name, transportErr.Operation)
			assert.Equal(t, a.method, transportErr.Method)
			assert.Equal(t, a.path, transportErr.Path)
			if early {
				assert.Zero(t, transportErr.Attempts)
			} else {
				assert.Equal(t, 1, transportErr.Attempts)
			}
		}
	}
}

func TestDeadlinesAreReachedThroughTheError(t *testing.T) {
	t.Parallel()
	for name, opts := range map[string][]losant.CallOption{
		"of the caller":  {losant.WithTimeout(0)},
		"of the attempt": {losant.WithTimeout(time.Second), losant.WithMaxAttempts(1)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, transport := newMocked(t)
				record(transport, hangs)
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()

				user, err := client.ExperienceUser.Get(ctx, applicationID, userID, opts...)

				assert.Nil(t, user)
				var transportErr *losant.TransportError
				require.ErrorAs(t, err, &transportErr)
				require.ErrorIs(t, err, context.DeadlineExceeded)
				assert.Equal(t, name == "of the caller", ctx.Err() != nil)
			})
		})
	}
}

func TestAppliedSaysWhichItIs(t *testing.T) {
	t.Parallel()
	var unknown losant.Applied
	assert.Equal(t, losant.MaybeApplied, unknown)
	assert.Equal(t, "may have been applied", unknown.String())
	assert.Equal(t, "not applied", losant.NotApplied.String())
}
