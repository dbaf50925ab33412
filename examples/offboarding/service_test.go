package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// ask sends a request to a handler.
func ask(t *testing.T, handler http.Handler, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body)))
	return answer
}

// newFake returns the service on top of a fake.
func newFake(users users, log io.Writer) http.Handler {
	return newService(newOffboarder(users, applicationID, 2), time.Minute, http.NotFoundHandler(),
		slog.New(slog.NewTextHandler(log, nil)))
}

func TestDeletePerson(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	answer := ask(t, newFake(fakeUsers{}, &log), "DELETE", "/people/ada", "")

	assert.Equal(t, http.StatusOK, answer.Code)
	assert.Equal(t, "application/json", answer.Header().Get("Content-Type"))
	assert.JSONEq(t, `{"id": "ada", "status": 200}`, answer.Body.String())
	assert.Contains(t, log.String(), "level=INFO msg=off-boarded id=ada")
}

func TestRequestsHaveATimeout(t *testing.T) {
	t.Parallel()
	handler := newFake(fakeUsers{
		patch: func(ctx context.Context, _ string, _ losant.ExperienceUserPatch) error {
			deadline, ok := ctx.Deadline()
			assert.True(t, ok)
			assert.WithinDuration(t, time.Now().Add(time.Minute), deadline, 30*time.Second)
			return nil
		},
	}, io.Discard)

	assert.Equal(t, http.StatusOK, ask(t, handler, "DELETE", "/people/ada", "").Code)
	assert.Equal(t, http.StatusOK, ask(t, handler, "POST", "/off-boardings", `{"ids": ["ada"]}`).Code)
}

func TestFailures(t *testing.T) {
	t.Parallel()
	api := func(status int) *losant.APIError { return &losant.APIError{StatusCode: status, Message: "no"} }
	for name, test := range map[string]struct {
		err        error
		status     int
		message    string
		retryAfter string
		level      string
	}{
		"invalid id": {
			err: &losant.ValidationError{Violations: []losant.Violation{
				{Field: "experienceUserId", Problem: "must be short"},
			}},
			status: 400, message: "people are named by id, not by email; the id must be short", level: "INFO",
		},
		"400": {err: &losant.BadRequestError{APIError: api(400)}, status: 400, message: "no", level: "WARN"},
		"401": {
			err:    &losant.UnauthorizedError{APIError: api(401)},
			status: 502, message: "Losant refuses this service", level: "ERROR",
		},
		"403": {
			err: &losant.ForbiddenError{
				APIError: api(403), RequiredScopes: []losant.Scope{losant.ScopeExperienceUserDelete},
			},
			status: 502, message: "Losant refuses this service", level: "ERROR",
		},
		"404": {
			err:    errNotFound("Experience user was not found"),
			status: 404, message: "there is no such person", level: "INFO",
		},
		"404 of the application": {
			err:    errNotFound("Application was not found"),
			status: 502, message: "the service is misconfigured", level: "ERROR",
		},
		"429": {
			err:    &losant.RateLimitError{APIError: api(429), RetryAfter: 1500 * time.Millisecond},
			status: 503, message: "Losant is busy: try again later", retryAfter: "2", level: "WARN",
		},
		"429 that does not say when": {
			err:    &losant.RateLimitError{APIError: api(429)},
			status: 503, message: "Losant is busy: try again later", retryAfter: "10", level: "WARN",
		},
		"503": {
			err: api(503), status: 503, message: "Losant is busy: try again later", retryAfter: "10", level: "WARN",
		},
		"500": {err: api(500), status: 502, message: "Losant failed: try again", level: "ERROR"},
		"undecodable": {
			err:    &losant.DecodeError{APIError: api(200), Err: errors.New("not JSON")},
			status: 502, message: "Losant failed: try again", level: "ERROR",
		},
		"unreachable": {
			err:    &losant.TransportError{Err: errors.New("connection refused")},
			status: 502, message: "Losant failed: try again", level: "ERROR",
		},
		"timed out": {
			err:    &losant.TransportError{Err: fmt.Errorf("waiting: %w", context.DeadlineExceeded)},
			status: 504, message: "Losant took too long: try again", level: "WARN",
		},
		"interrupted": {
			err:    &losant.TransportError{Err: context.Canceled},
			status: 503, message: "interrupted: try again", level: "WARN",
		},
		"anything else": {err: errors.New("a bug"), status: 500, message: "internal error", level: "ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log bytes.Buffer
			handler := newFake(fakeUsers{
				patch: func(context.Context, string, losant.ExperienceUserPatch) error { return test.err },
			}, &log)

			answer := ask(t, handler, "DELETE", "/people/ada", "")
			assert.Equal(t, test.status, answer.Code)
			one := fmt.Sprintf(`{"id": "ada", "status": %d, "error": %q}`, test.status, test.message)
			assert.JSONEq(t, one, answer.Body.String())
			assert.Equal(t, test.retryAfter, answer.Header().Get("Retry-After"))
			assert.Contains(t, log.String(), "level="+test.level+` msg="not off-boarded" id=ada status=`)
			assert.Contains(t, log.String(), `error="ending access: `, "the log has the cause")

			answer = ask(t, handler, "POST", "/off-boardings", `{"ids": ["ada"]}`)
			assert.Equal(t, http.StatusMultiStatus, answer.Code)
			assert.JSONEq(t, `{"people": [`+one+`]}`, answer.Body.String())
			assert.Equal(t, test.retryAfter, answer.Header().Get("Retry-After"))
		})
	}
}

func TestOffboardPeople(t *testing.T) {
	t.Parallel()
	handler := newFake(fakeUsers{
		patch: func(_ context.Context, id string, _ losant.ExperienceUserPatch) error {
			if id == "bob" {
				return errNotFound("Experience user was not found")
			}
			return nil
		},
	}, io.Discard)

	answer := ask(t, handler, "POST", "/off-boardings", `{"ids": ["grace", "ada", "grace"]}`)
	assert.Equal(t, http.StatusOK, answer.Code)
	assert.JSONEq(t, `{"people": [{"id": "grace", "status": 200}, {"id": "ada", "status": 200}]}`, answer.Body.String(),
		"in the order given, each once")

	answer = ask(t, handler, "POST", "/off-boardings", `{"ids": ["ada", "bob"]}`)
	assert.Equal(t, http.StatusMultiStatus, answer.Code)
	assert.JSONEq(t, `{"people": [{"id": "ada", "status": 200},
		{"id": "bob", "status": 404, "error": "there is no such person"}]}`, answer.Body.String())
}

func TestBadBatches(t *testing.T) {
	t.Parallel()
	handler := newFake(fakeUsers{
		patch: func(context.Context, string, losant.ExperienceUserPatch) error { t.Error("called"); return nil },
	}, io.Discard)
	ids := func(n int) string { // of four characters each, all different
		var list []string
		for i := range n {
			list = append(list, fmt.Sprintf(`"%04d"`, i))
		}
		return `{"ids": [` + strings.Join(list, ", ") + `]}`
	}
	for name, test := range map[string]struct {
		body   string
		status int
		text   string
	}{
		"no body":          {body: "", status: 400, text: "EOF"},
		"not JSON":         {body: "ada", status: 400, text: "invalid character"},
		"unknown property": {body: `{"ids": ["ada"], "force": true}`, status: 400, text: `unknown field \"force\"`},
		"none":             {body: ids(0), status: 400, text: "1 to 1000 ids"},
		"too many":         {body: ids(1001), status: 400, text: "1 to 1000 ids"},
		"too large":        {body: `{"ids": ["` + strings.Repeat("a", maxBody) + `"]}`, status: 413, text: "too large"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			answer := ask(t, handler, "POST", "/off-boardings", test.body)
			assert.Equal(t, test.status, answer.Code)
			assert.Contains(t, answer.Body.String(), test.text)
		})
	}
	t.Run("as many as possible", func(t *testing.T) {
		t.Parallel()
		answer := ask(t, newFake(fakeUsers{}, io.Discard), "POST", "/off-boardings", ids(1000))
		assert.Equal(t, http.StatusOK, answer.Code)
	})
}

func TestHealthDoesNotAskLosant(t *testing.T) {
	t.Parallel()
	handler := newFake(nil, io.Discard) // a call would panic
	answer := ask(t, handler, "GET", "/healthz", "")
	require.Equal(t, http.StatusOK, answer.Code)
	assert.JSONEq(t, `{"status": 200}`, answer.Body.String())
}
