package interop_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/api"
	"github.com/losant-go/losant/internal/odd"
	"github.com/losant-go/losant/losanttest"
)

// checked is a server that answers requests which pass all its checks with the operation that they reach.
type checked struct {
	url  string
	sign func(expires time.Time, scopes ...losant.Scope) string
}

func TestEveryActionChecksTheSame(t *testing.T) {
	t.Parallel()
	d, err := api.Load()
	require.NoError(t, err)
	theirs, ours := checkedFramework(t), checkedServer(t, d)
	var sent, differ atomic.Int64
	t.Run("actions", func(t *testing.T) {
		for i := range d.Actions {
			a := &d.Actions[i]
			t.Run(a.ID(), func(t *testing.T) {
				t.Parallel()
				for _, r := range odd.Requests(d, a) {
					sent.Add(1)
					want, got := theirs.answer(t, r), ours.answer(t, r)
					if reason := differs(r, want, got); reason != "" {
						differ.Add(1)
						continue
					}
					if !assert.Equal(t, want, got, "%s: %s %s %v %.500s", r.Name, r.Method, r.Path, r.Header, r.Body) {
						return
					}
				}
			})
		}
	})
	t.Logf("%d requests, %d of them answered differently for a reason", sent.Load(), differ.Load())
	assert.GreaterOrEqual(t, sent.Load(), int64(15000))
}

func checkedServer(t *testing.T, d *api.Description) checked {
	t.Helper()
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	for i := range d.Actions {
		operation := d.Actions[i].ID()
		server.Handle(operation, func(losanttest.Request) (int, any) {
			return http.StatusOK, map[string]string{"reached": operation}
		})
	}
	return checked{server.URL, func(expires time.Time, scopes ...losant.Scope) string {
		if expires.Before(time.Now()) {
			return server.ExpiredToken(scopes...)
		}
		return server.Token(scopes...)
	}}
}

func checkedFramework(t *testing.T) checked {
	t.Helper()
	const secret, issuer = "a secret that only these tests know", "api.losant.com"
	p := startNode(t, "framework.js", "JWT_SECRET="+secret, "JWT_ALGO=HS256", "JWT_ISSUER="+issuer)
	p.write(t, nil)
	var ready struct{ URL string }
	p.read(t, &ready)
	return checked{ready.URL, func(expires time.Time, scopes ...losant.Scope) string {
		claims := jwt.MapClaims{"iss": issuer, "scope": scopes, "exp": expires.Unix()}
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(secret))
		require.NoError(t, err)
		return token
	}}
}

func (c checked) token(name string) string {
	later, earlier := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	const every = losant.Scope("all.User")
	switch name {
	case "none":
		return ""
	case "garbage":
		return "garbage"
	case "expired":
		return c.sign(earlier, every)
	case "good":
		return c.sign(later, every, "all.Application", "all.Organization", "all.Instance", "only.User", "only.Organization")
	default:
		return c.sign(later, losant.Scope(name))
	}
}

func (c checked) answer(t *testing.T, r odd.Request) outcome {
	t.Helper()
	return send(t, c.url, c.token(r.Token), r)
}

// send sends a request as it is written.
func send(t *testing.T, server, token string, r odd.Request) outcome {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), r.Method, server, strings.NewReader(r.Body))
	require.NoError(t, err)
	request.URL = &url.URL{Scheme: "http", Host: request.Host, Opaque: r.Path}
	if strings.HasPrefix(r.Path, "//") {
		request.URL.Opaque = "http://" + request.Host + r.Path
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for name, value := range r.Header {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	defer func() { assert.NoError(t, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	if response.StatusCode == http.StatusOK {
		var value any
		require.NoError(t, json.Unmarshal(body, &value), "%s", body)
		return outcome{Status: http.StatusOK, Body: value}
	}
	return failed(response.StatusCode, body)
}

// differs says why the two servers answer a request differently, "" when they should not.
func differs(r odd.Request, want, got outcome) string {
	if assert.ObjectsAreEqual(want, got) {
		return ""
	}
	switch {
	case want.Status == http.StatusInternalServerError && strings.HasPrefix(r.Header["Content-Type"], "text/"):
		return "the framework fails on a table that is none"
	}
	return ""
}
