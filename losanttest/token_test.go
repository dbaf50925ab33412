package losanttest_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

func TestTokenClaims(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	claims := func(token string) jwt.MapClaims {
		t.Helper()
		var claims jwt.MapClaims
		parsed, _, err := jwt.NewParser().ParseUnverified(token, &claims)
		require.NoError(t, err)
		assert.Equal(t, "HS256", parsed.Method.Alg())
		return claims
	}
	now := float64(time.Now().Unix())

	all := claims(f.Token())
	assert.Equal(t, "api.losant.com", all["iss"])
	assert.Equal(t, []any{"all.Application"}, all["scope"])
	assert.InDelta(t, now, all["iat"], 60)
	assert.Greater(t, all["exp"], now)

	some := claims(f.Token(losant.ScopeExperienceUserGet, "device.get"))
	assert.Equal(t, []any{"experienceUser.get", "device.get"}, some["scope"])

	expired := claims(f.ExpiredToken(losant.ScopeAllUser))
	assert.Equal(t, []any{"all.User"}, expired["scope"])
	assert.Less(t, expired["exp"], now)
}

func TestTokensOfOthers(t *testing.T) {
	t.Parallel()
	other := losanttest.NewServer()
	t.Cleanup(other.Close)
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{
		"iss": "api.losant.com", "scope": []string{"all.Application"},
	}).SignedString(jwt.UnsafeAllowNoneSignatureType)
	require.NoError(t, err)
	for name, token := range map[string]string{"another server": other.Token(), "no signature": unsigned} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			f.fails(t, request{method: "GET", path: "{user}", auth: "Bearer " + token},
				http.StatusUnauthorized, "Unauthorized", "Invalid access token")
		})
	}
}

func TestClaims(t *testing.T) {
	t.Parallel()
	const issuer = "api.losant.com"
	scope := []any{"all.Application"}
	tomorrow, yesterday := time.Now().Add(24*time.Hour).Unix(), time.Now().Add(-24*time.Hour).Unix()
	for name, test := range map[string]struct {
		claims  jwt.MapClaims
		status  int
		message string
	}{
		"no expiry":        {jwt.MapClaims{"iss": issuer, "scope": scope}, http.StatusOK, ""},
		"among others":     {jwt.MapClaims{"iss": issuer, "scope": []any{5, nil, "x", "all.User"}}, http.StatusOK, ""},
		"no scope":         {jwt.MapClaims{"iss": issuer}, http.StatusForbidden, "Access is forbidden"},
		"scope as text":    {jwt.MapClaims{"iss": issuer, "scope": "all.Application"}, http.StatusForbidden, "Access is forbidden"},
		"another issuer":   {jwt.MapClaims{"iss": "x", "scope": scope}, http.StatusUnauthorized, "Invalid access token"},
		"not yet":          {jwt.MapClaims{"iss": issuer, "scope": scope, "nbf": tomorrow}, http.StatusUnauthorized, "Invalid access token"},
		"no longer":        {jwt.MapClaims{"iss": issuer, "scope": scope, "exp": yesterday}, http.StatusUnauthorized, "Access token has expired"},
		"expiry is a text": {jwt.MapClaims{"iss": issuer, "scope": scope, "exp": "x"}, http.StatusUnauthorized, "Invalid access token"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			token, err := f.Sign(jwt.SigningMethodHS256, test.claims)
			require.NoError(t, err)
			resp, body := f.send(t, request{method: "GET", path: "{user}", auth: "Bearer " + token})
			assert.Equal(t, test.status, resp.StatusCode)
			assert.Contains(t, body, test.message)
		})
	}
}
