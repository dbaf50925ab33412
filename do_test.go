package losant_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

func TestDoOnTheWire(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		request losant.Request
		options []losant.CallOption
		url     string
		body    string
	}{
		"plain": {
			losant.Request{Method: http.MethodGet, Path: "/new/thing"},
			nil,
			production + "/new/thing?" + defaultQuery, "",
		},
		"a query beside the client's": {
			losant.Request{Method: http.MethodGet, Path: "/a", Query: url.Values{"b": {"1", "2 3"}, "_links": {"false"}}},
			[]losant.CallOption{losant.WithQuery("c", "4"), losant.WithQuery("b", "5")},
			production + "/a?_actions=false&_embedded=true&c=4&_links=false&b=1&b=2+3", "",
		},
		"escapes stay": {
			losant.Request{Method: http.MethodGet, Path: "/a%2Fb/c d/é/%41"},
			nil,
			production + "/a%2Fb/c%20d/%C3%A9/%41?" + defaultQuery, "",
		},
		"a body": {
			losant.Request{Method: http.MethodPost, Path: "/a", Body: map[string]any{"b": []int{1}}},
			nil,
			production + "/a?" + defaultQuery, `{"b":[1]}`,
		},
		"a body that is JSON": {
			losant.Request{Method: http.MethodPut, Path: "/a", Body: json.RawMessage(`null`)},
			nil,
			production + "/a?" + defaultQuery, `null`,
		},
		"a body of this package": {
			losant.Request{Method: http.MethodPatch, Path: userPath, Body: losant.ExperienceUserPatch{FirstName: losant.Ptr("Ada")}},
			nil,
			production + userPath + "?" + defaultQuery, `{"firstName":"Ada"}`,
		},
		"an empty query": {
			losant.Request{Method: http.MethodPost, Path: "/a", Body: losant.Query(nil)},
			nil,
			production + "/a?" + defaultQuery, `{}`,
		},
		"a body that is nil": {
			losant.Request{Method: http.MethodPost, Path: "/a", Body: (*losant.ExperienceUserPatch)(nil)},
			nil,
			production + "/a?" + defaultQuery, "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, transport := newMocked(t)
			requests := record(transport, respond(http.StatusOK, `{"x":1}`))
			var out struct{ X int }

			require.NoError(t, client.Do(t.Context(), row.request, &out, row.options...))

			request := requests.only(t)
			assert.Equal(t, row.request.Method, request.Method)
			assert.Equal(t, row.url, request.URL.String())
			assert.Equal(t, row.body, request.body)
			assert.Equal(t, "Bearer "+secretToken, request.Header.Get("Authorization"))
			assert.Equal(t, "^1.30.0", request.Header.Get("Accept-Version"))
			assert.Equal(t, 1, out.X)
		})
	}
}

func TestDoKeepsThePrefixOfTheBaseURL(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t, losant.WithBaseURL("https://example.com/a%2fb"))
	requests := record(transport, respond(http.StatusOK, `{}`))

	require.NoError(t, client.Do(t.Context(), losant.Request{Method: http.MethodGet, Path: "/c d"}, nil))

	assert.Equal(t, "/a%2fb/c%20d", requests.only(t).URL.EscapedPath())
}

func TestDoRefuses(t *testing.T) {
	t.Parallel()
	for _, path := range []string{
		"", "a", "https://example.com/a", "//example.com/a", "/a?b=c", "/a#b", "/a/../b", "/..", "/./a", "/a/.", "/%2e%2e/a",
		"/%2E./a", "/a/%2e", "/a%2f..%2fb", `/a\..\b`, "/a%5c..%5cb", "/%zz", "..", "?a",
	} {
		expectRefused(t, losant.Request{Method: http.MethodGet, Path: path}, nil, "Path")
	}
	for _, method := range []string{"", "get", "CONNECT", "TRACE", "A B", "GET\r\nX: y"} {
		expectRefused(t, losant.Request{Method: method, Path: "/a"}, nil, "Method")
	}
	get := losant.Request{Method: http.MethodGet, Path: "/a"}
	for _, out := range []any{1, "text", struct{}{}, map[string]any{}, (*int)(nil), json.RawMessage{}} {
		expectRefused(t, get, out, "out")
	}
	expectRefused(t, losant.Request{Method: http.MethodPost, Path: "/a", Body: func() {}}, nil, "Do")
	expectRefused(t, get, nil, "DevicesGetParams", losant.DevicesGetParams{})
	expectRefused(t, get, nil, "option", nil)
	expectRefused(t, losant.Request{Method: http.MethodPatch, Path: "/a", Body: losant.ExperienceUserPatch{Email: losant.Ptr("no")}},
		nil, "experienceUser.email")
	require.NoError(t, doNothing(t, losant.Request{Method: http.MethodGet, Path: "/a.b/...c/%2e%2ed"}, nil))
}

// doNothing makes a request that is answered with {}.
func doNothing(t *testing.T, request losant.Request, out any, opts ...losant.CallOption) error {
	t.Helper()
	client, transport := newMocked(t)
	record(transport, respond(http.StatusOK, "{}"))
	return client.Do(t.Context(), request, out, opts...)
}

func expectRefused(t *testing.T, request losant.Request, out any, field string, opts ...losant.CallOption) {
	t.Helper()
	err := doNothing(t, request, out, opts...)
	var invalid *losant.ValidationError
	require.ErrorAs(t, err, &invalid, "%v", request)
	assert.Equal(t, "Do", invalid.Operation)
	require.Len(t, invalid.Violations, 1, "%v", err)
	assert.Equal(t, field, invalid.Violations[0].Field, "%v", request)
}

func TestDoNeedsAClient(t *testing.T) {
	t.Parallel()
	for _, client := range []*losant.Client{nil, {}} {
		var invalid *losant.ValidationError
		require.ErrorAs(t, client.Do(t.Context(), losant.Request{Method: http.MethodGet, Path: "/a"}, nil), &invalid)
		assert.Equal(t, []losant.Violation{{Field: "client", Problem: "must be made with NewClient"}}, invalid.Violations)
	}
	client, _ := newMocked(t)
	var noContext context.Context
	require.ErrorContains(t, client.Do(noContext, losant.Request{Method: http.MethodGet, Path: "/a"}, nil), "ctx must not be nil")
}

func TestDoDecodes(t *testing.T) {
	t.Parallel()
	do := func(status int, body, method string, out any) error {
		client, transport := newMocked(t)
		record(transport, respond(status, body))
		return client.Do(t.Context(), losant.Request{Method: method, Path: "/a"}, out)
	}
	var (
		raw     json.RawMessage
		value   any
		list    []int
		count   int
		user    losant.ExperienceUser
		success losant.Success
		answer  losant.DevicesDeleteAnswer
	)
	require.NoError(t, do(200, `{"a":[1]}`, "GET", &raw))
	assert.JSONEq(t, `{"a":[1]}`, string(raw))
	require.NoError(t, do(200, `"text"`, "GET", &value))
	assert.Equal(t, "text", value)
	require.NoError(t, do(200, `[1,2.0]`, "GET", &list))
	assert.Equal(t, []int{1, 2}, list)
	require.NoError(t, do(200, `5.0`, "GET", &count))
	assert.Equal(t, 5, count)
	require.NoError(t, do(200, userAnswer, "GET", &user))
	assert.Equal(t, "ada@example.com", user.Email)
	assert.JSONEq(t, userAnswer, string(user.Raw))
	require.NoError(t, do(200, successAnswer, "DELETE", &success))
	assert.True(t, success.Success)
	require.NoError(t, do(202, `{"jobId":"7"}`, "POST", &answer))
	assert.Equal(t, "7", answer.JobEnqueuedResult.JobID)
	require.NoError(t, do(200, `<html>`, "GET", nil), "nobody wants to know")

	raw = json.RawMessage("before")
	require.NoError(t, do(204, "", "POST", &raw))
	require.NoError(t, do(200, "", "HEAD", &raw))
	require.NoError(t, do(204, "", "POST", &user))
	assert.Equal(t, "before", string(raw))
	for body, out := range map[string]any{
		"<html>": &raw, "": &value, "[": &list, `"5"`: &count, "null": &user, "[]": &user, "{}": new(losant.Success),
	} {
		var decode *losant.DecodeError
		require.ErrorAs(t, do(200, body, "GET", out), &decode, "%s", body)
		assert.Equal(t, body, string(decode.Body))
		assert.Equal(t, "Do", decode.Operation)
	}
}

func TestDoHasTheErrorsOfAMethod(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	record(transport, respond(http.StatusForbidden, `{"type":"Forbidden","message":"Access is forbidden"}`))
	var response losant.Response

	err := client.Do(t.Context(), losant.Request{Method: http.MethodGet, Path: "/new/thing"}, nil, losant.WithResponse(&response))

	var forbidden *losant.ForbiddenError
	require.ErrorAs(t, err, &forbidden)
	require.EqualError(t, err, "losant: Do: 403 Forbidden: Access is forbidden (GET /new/thing)")
	assert.Equal(t, http.StatusForbidden, response.StatusCode)
	assert.NotEmpty(t, response.Body)
}

func TestDoRepeats(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		request  losant.Request
		attempts int
		applied  losant.Applied
	}{
		"a request that may not be repeated":   {losant.Request{Method: http.MethodGet}, 1, losant.MaybeApplied},
		"one that reads":                       {losant.Request{Method: http.MethodGet, Repeat: true}, 3, losant.NotApplied},
		"one that reads a header":              {losant.Request{Method: http.MethodHead, Repeat: true}, 3, losant.NotApplied},
		"one that may be carried out twice":    {losant.Request{Method: http.MethodPut, Repeat: true}, 3, losant.MaybeApplied},
		"one that deletes, and that twice":     {losant.Request{Method: http.MethodDelete, Repeat: true}, 3, losant.MaybeApplied},
		"one that deletes, and that only once": {losant.Request{Method: http.MethodDelete}, 1, losant.MaybeApplied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, stage := newStaged(t, []ending{fails(io.ErrUnexpectedEOF)})
				row.request.Path = "/a"

				err := client.Do(t.Context(), row.request, nil)

				var lost *losant.TransportError
				require.ErrorAs(t, err, &lost)
				assert.Equal(t, row.attempts, stage.sent())
				assert.Equal(t, row.applied, lost.Applied)
			})
		})
	}
}

// A 404 after a lost answer may be that of a request that has succeeded. A method for one resource knows; Do does not.
func TestDoDoesNotTakeNotFoundForSuccess(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, _ := newStaged(t, []ending{fails(io.ErrUnexpectedEOF), respond(http.StatusNotFound, `{"type":"NotFound","message":"Experience user was not found"}`)})
		var success losant.Success

		err := client.Do(t.Context(), losant.Request{Method: http.MethodDelete, Path: userPath, Repeat: true}, &success)

		require.ErrorIs(t, err, losant.ErrNotFound)
		var api *losant.APIError
		require.ErrorAs(t, err, &api)
		assert.Equal(t, losant.MaybeApplied, api.Applied)
		assert.False(t, success.Success)
	})
}

// A body may hold secrets; a query, too.
func TestARequestShowsItsMethodAndPath(t *testing.T) {
	t.Parallel()
	request := losant.Request{
		Method: http.MethodPost, Path: "/applications", Query: url.Values{"key": {"secret"}}, Body: "secret",
	}
	for _, text := range []string{fmt.Sprint(request), fmt.Sprintf("%#v", request), request.LogValue().String()} {
		assert.Equal(t, "losant.Request(POST /applications)", text)
	}
}
