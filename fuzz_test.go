package losant_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// wire is a request in the form that a server reads.
func (s sent) wire(t *testing.T) []byte {
	t.Helper()
	request := s.Clone(t.Context())
	request.Body = nil
	if s.body != "" {
		request.Body = io.NopCloser(strings.NewReader(s.body))
	}
	var wire bytes.Buffer
	require.NoError(t, request.Write(&wire))
	return wire.Bytes()
}

// FuzzID: an id either reaches the server as the one path segment that it is, or nothing is sent.
func FuzzID(f *testing.F) {
	for _, id := range []string{
		userID, "a", "", ".", "..", "%2e%2e", "../groups/" + groupID, "a/b", "a?b", "a#b", "\u0661", "\x00",
		"a\r\nHost: x", "\xff", strings.Repeat("a", 100), strings.Repeat("a", 101),
	} {
		f.Add(id, userID)
		f.Add(applicationID, id)
	}
	client, mock := newStaged(f, []ending{answers(http.StatusOK)})
	calls := callsOf(client)
	f.Fuzz(func(t *testing.T, application, id string) {
		for operation, call := range calls {
			mock.forget()
			_, err := call(t.Context(), application, id)
			if err != nil {
				var refused *losant.ValidationError
				require.ErrorAs(t, err, &refused)
				require.Zero(t, mock.sent())
				continue
			}
			gotOperation, gotApplication, gotID := route(t, mock.only(t).wire(t))
			require.Equal(t, operation, gotOperation)
			require.Equal(t, application, gotApplication)
			require.Equal(t, id, gotID)
		}
	})
}

// route returns the operation and the ids that a server finds in a request.
func route(t *testing.T, wire []byte) (operation, application, id string) {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire)))
	require.NoError(t, err)
	mux := http.NewServeMux()
	for _, o := range losant.Operations() {
		mux.HandleFunc(o.Method+" "+o.Path, func(_ http.ResponseWriter, r *http.Request) {
			resource, _, _ := strings.Cut(o.Name, ".")
			operation, application, id = o.Name, r.PathValue("applicationId"), r.PathValue(resource+"Id")
		})
	}
	mux.ServeHTTP(discardedAnswer{}, r)
	return operation, application, id
}

// discardedAnswer is a ResponseWriter for requests of which only the route matters.
type discardedAnswer struct{}

func (discardedAnswer) Header() http.Header         { return http.Header{} }
func (discardedAnswer) Write(p []byte) (int, error) { return len(p), nil }
func (discardedAnswer) WriteHeader(int)             {}

// addBodies adds what an answer's body may be beside the documented.
func addBodies(f *testing.F, bodies ...string) {
	f.Helper()
	for _, body := range append(bodies,
		"", " ", "null", "{}", "{", "[]", "5", `"x"`, "{}{}", "{} x", "\xef\xbb\xbf{}", "<html>502</html>",
		`{"id":5}`, `{"ID":"x"}`, `{"id":"a","id":"b"}`, `{"id":"\ud800"}`, "{\"id\":\"\xff\"}",
		`{"_links":{"self":null}}`, `{"_embedded":{"a":null,"b":[1, {}]}}`, `{"creationDate":""}`,
		`{"creationDate":"0001-01-01T00:00:00Z"}`, `{"creationDate":"0000-01-01T00:00:00.1-23:59"}`,
		`{"success":true}`, `{"success":false}`, strings.Repeat("[", 20_000), strings.Repeat(`{"a":`, 20_000),
	) {
		f.Add([]byte(body))
	}
}

// fuzzAnswer checks that any body of an answer of success becomes either a result, which keeps it in Raw, or a
// DecodeError, which keeps it in Body.
func fuzzAnswer[T any](
	f *testing.F, get func(*testing.T, *losant.Client) (*T, error), raw func(*T) *json.RawMessage,
) {
	f.Helper()
	client, mock := newMocked(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		mock.forget()
		record(mock, respond(http.StatusOK, string(body)))
		result, err := get(t, client)
		if err != nil {
			require.Nil(t, result)
			var undecodable *losant.DecodeError
			require.ErrorAs(t, err, &undecodable)
			require.Equal(t, http.StatusOK, undecodable.StatusCode)
			require.Equal(t, string(body[:min(len(body), 64<<10)]), string(undecodable.Body))
			require.NotEmpty(t, undecodable.Error())
			return
		}
		require.Equal(t, string(body), string(*raw(result)))
		require.Equal(t, "{", string(bytes.TrimLeft(body, " \t\r\n")[:1]), "only an object is the documented answer")

		// What was decoded has a JSON form that means the same.
		var back T
		require.NoError(t, json.Unmarshal([]byte(encode(t, result)), &back))
		*raw(&back) = *raw(result)
		requireSame(t, reflect.ValueOf(*result), reflect.ValueOf(back))
	})
}

// requireSame compares results by what they mean: dates as instants, and embedded JSON without its white space.
func requireSame(t *testing.T, a, b reflect.Value) {
	t.Helper()
	switch a.Interface().(type) {
	case time.Time:
		require.True(t, a.Interface().(time.Time).Equal(b.Interface().(time.Time)))
		return
	case map[string]json.RawMessage:
		require.Equal(t, encode(t, a.Interface()), encode(t, b.Interface()))
		return
	}
	if a.Kind() != reflect.Struct {
		require.Equal(t, a.Interface(), b.Interface())
		return
	}
	for i := range a.NumField() {
		requireSame(t, a.Field(i), b.Field(i))
	}
}

func FuzzExperienceUserAnswer(f *testing.F) {
	addBodies(f, userDocument)
	fuzzAnswer(f, func(t *testing.T, c *losant.Client) (*losant.ExperienceUser, error) {
		return c.ExperienceUser.Get(t.Context(), applicationID, userID)
	}, func(u *losant.ExperienceUser) *json.RawMessage { return &u.Raw })
}

func FuzzExperienceGroupAnswer(f *testing.F) {
	addBodies(f, groupDocument, `{"directDeviceCount":0,"totalDeviceCount":1e400}`)
	fuzzAnswer(f, func(t *testing.T, c *losant.Client) (*losant.ExperienceGroup, error) {
		return c.ExperienceGroup.Get(t.Context(), applicationID, groupID)
	}, func(g *losant.ExperienceGroup) *json.RawMessage { return &g.Raw })
}

func FuzzSuccessAnswer(f *testing.F) {
	addBodies(f, `{"success":"true"}`, `{"success":1}`, `{"success":null}`)
	fuzzAnswer(f, func(t *testing.T, c *losant.Client) (*losant.Success, error) {
		success, err := c.ExperienceUser.Delete(t.Context(), applicationID, userID)
		if err == nil {
			require.True(t, success.Success)
		}
		return success, err
	}, func(s *losant.Success) *json.RawMessage { return &s.Raw })
}

// FuzzErrorAnswer: whatever comes with a status other than success, the error has the status and the body.
func FuzzErrorAnswer(f *testing.F) {
	bodies := []string{
		`{"type":"NotFound","message":"Application was not found"}`, `{"code":"InvalidContent","message":"Invalid JSON"}`,
		"", "null", "[]", "{", `{"type":5,"message":{}}`, `{"type":null}`, "<html>\xff", strings.Repeat("x", 70_000),
		strings.Repeat("é", 300), strings.Repeat("[", 20_000), "\x00%!s(MISSING)%d",
	}
	for i, status := range []uint16{300, 301, 304, 400, 401, 403, 404, 405, 409, 413, 429, 500, 502, 503, 504, 599, 999} {
		f.Add(status, []byte(bodies[i%len(bodies)]))
	}
	for _, body := range bodies {
		f.Add(uint16(400), []byte(body))
	}
	client, mock := newMocked(f, losant.WithMaxAttempts(1))
	calls := callsOf(client)
	f.Fuzz(func(t *testing.T, seed uint16, body []byte) {
		status := 300 + int(seed)%700
		if seed >= 300 && seed < 1000 {
			status = int(seed)
		}
		record(mock, respond(status, string(body)))
		for operation, call := range calls {
			mock.forget()
			result, err := call(t.Context(), applicationID, userID)
			require.Nil(t, result)
			require.Error(t, err)
			require.Equal(t, typeOfError(status), fmt.Sprintf("%T", err))
			var apiErr *losant.APIError
			require.ErrorAs(t, err, &apiErr)
			require.Equal(t, status, apiErr.StatusCode)
			require.Equal(t, operation, apiErr.Operation)
			require.Equal(t, string(body[:min(len(body), 64<<10)]), string(apiErr.Body))
			require.Equal(t, 1, mock.sent())
			require.Contains(t, err.Error(), operation)
		}
	})
}

// typeOfError returns the type of the error that a status becomes.
func typeOfError(status int) string {
	switch status {
	case http.StatusBadRequest:
		return "*losant.BadRequestError"
	case http.StatusUnauthorized:
		return "*losant.UnauthorizedError"
	case http.StatusForbidden:
		return "*losant.ForbiddenError"
	case http.StatusNotFound:
		return "*losant.NotFoundError"
	case http.StatusTooManyRequests:
		return "*losant.RateLimitError"
	default:
		return "*losant.APIError"
	}
}

// FuzzPatchRoundTrip: a patch means the same after its JSON has been read back.
func FuzzPatchRoundTrip(f *testing.F) {
	for _, patch := range []any{fullUserPatch(), fullGroupPatch()} {
		f.Add([]byte(encode(f, patch)))
	}
	for _, document := range []string{
		"{}", `{"email":"","userTags":{},"experienceGroupIds":[]}`, `{"firstName":null,"userTags":null,"tokenCutoff":null}`,
		`{"parentId":null,"deviceQueryJson":""}`, `{"deviceTags":[null,{},{"key":""}]}`, `{"userTags":{"":null}}`,
		`{"tokenCutoff":"2026-02-03T04:05:06.7+02:00"}`, `{"tokenCutoff":"0001-01-01T00:00:00Z"}`, `{"name":"\ud800<&>"}`,
	} {
		f.Add([]byte(document))
	}
	f.Fuzz(func(t *testing.T, document []byte) {
		var user losant.ExperienceUserPatch
		if json.Unmarshal(document, &user) == nil {
			var back losant.ExperienceUserPatch
			require.NoError(t, json.Unmarshal([]byte(encode(t, user)), &back))
			require.Equal(t, user.TokenCutoff == nil, back.TokenCutoff == nil)
			if user.TokenCutoff != nil {
				require.WithinDuration(t, *user.TokenCutoff, *back.TokenCutoff, 0)
				back.TokenCutoff = user.TokenCutoff // zones of the same offset may differ
			}
			require.Equal(t, user, back)
		}
		var group losant.ExperienceGroupPatch
		if json.Unmarshal(document, &group) == nil {
			var back losant.ExperienceGroupPatch
			require.NoError(t, json.Unmarshal([]byte(encode(t, group)), &back))
			require.Equal(t, group, back)
		}
	})
}

// FuzzPatchValidation: the local check refuses the fields that the documented constraints refuse, and no others.
func FuzzPatchValidation(f *testing.F) {
	f.Add("ada@example.com", uint16(1), "k", "v", userID, uint16(1), int64(0), int32(0))
	f.Add("a@", uint16(512), strings.Repeat("k", 255), "\U0001F600", strings.ToUpper(userID), uint16(1000), int64(-1<<36),
		int32(3600))
	f.Add("a", uint16(32768), strings.Repeat("k", 256), strings.Repeat("v", 256), userID+"0", uint16(1001), int64(1<<39),
		int32(-1))
	f.Add("\U0001F600", uint16(4), "bad key", "", userID[1:]+"\n", uint16(101), int64(253402300800), int32(24*3600))
	f.Add("\xff@", uint16(1), "\xff", "\xff", "\xff", uint16(1), int64(-62167219201), int32(59))
	f.Add("@\u0085\u00a0\ufeff\u180e", uint16(1), "__proto__", "\u0000", "", uint16(0), int64(1), int32(-24*3600+60))
	limits := loadConstraints(f)
	f.Fuzz(func(
		t *testing.T, text string, times uint16, key, value, id string, count uint16, second int64, offset int32,
	) {
		const most = 40_000 // above every limit
		text = strings.Repeat(text, min(int(times), most/max(1, len(text))))
		key = strings.ToValidUTF8(key, "\ufffd") // as in JSON, so that both sides name the tag alike
		tags := map[string]string{key: value}
		ids := slices.Repeat([]string{id}, int(count)%1003)
		deviceTags := slices.Repeat([]losant.DeviceTag{{Key: key, Value: value}}, int(count)%103)
		cutoff := time.Unix(second%(1<<40), 0).In(time.FixedZone("", int(offset)))
		for _, patch := range []validatable{
			losant.ExperienceUserPatch{
				Email: &text, FirstName: &text, LastName: &value, Password: &text, TokenCutoff: &cutoff,
				UserTags: tags, ExperienceGroupIDs: ids,
			},
			losant.ExperienceGroupPatch{
				Name: &text, Description: &text, ExperienceUserIDs: ids, ExperienceEndpointIDs: []string{id}, GroupTags: tags,
				DeviceIDs: []string{userID, id}, DeviceTags: deviceTags, DeviceQueryJSON: losant.Value(text),
				ParentID: losant.Value(id),
			},
		} {
			require.Equal(t, limits.violated(t, patch), refusedFields(t, patch))
		}
	})
}

// FuzzToken: whatever the token holds, a 403 names the scopes that are needed, and those of the token where it is one.
func FuzzToken(f *testing.F) {
	for _, token := range []string{
		"", "x", "..", "a.b.c", "a.b.c.d", secretToken,
		jwt(`{"alg":"HS256"}`, `{"scope":["all.User.read","device.*"]}`),
		jwt(`{"alg":"HS256"}`, `{"scope":"all.User"}`),
		jwt(`{"alg":"none"}`, `{"scope":[1,null,{}]}`),
		jwt(`{"alg":5}`, `{"scope":["a"],"exp":"x","aud":7}`),
		jwt(`{}`, `{"exp":1e400,"nbf":-1,"scope":["a"]}`),
		jwt(`null`, `null`), jwt(`[]`, `[]`), jwt("", ""),
	} {
		f.Add(token)
	}
	client, mock := newStaged(f, []ending{respond(http.StatusForbidden, `{"type":"Forbidden"}`)})
	operations := losant.Operations()
	get := slices.IndexFunc(operations, func(o losant.Operation) bool { return o.Name == "experienceUser.get" })
	f.Fuzz(func(t *testing.T, token string) {
		mock.forget()
		_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID, losant.WithToken(token))
		require.Error(t, err)
		if mock.sent() == 0 {
			var refused *losant.ValidationError
			require.ErrorAs(t, err, &refused)
			return
		}
		var forbidden *losant.ForbiddenError
		require.ErrorAs(t, err, &forbidden)
		require.Equal(t, operations[get].Scopes, forbidden.RequiredScopes)
		if strings.Count(token, ".") != 2 {
			require.Nil(t, forbidden.GrantedScopes, "it is no JWT")
		}
		require.NotEmpty(t, err.Error())
	})
}
