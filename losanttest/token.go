package losanttest

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/losant-go/losant"
)

const (
	issuer        = "api.losant.com"
	tokenLifetime = 24 * time.Hour
)

// Token returns an API token for this server that holds the given scopes, all.Application when there are none. It is
// valid for a day.
func (s *Server) Token(scopes ...losant.Scope) string {
	return s.sign(time.Now(), scopes)
}

// ExpiredToken returns a token like Token's that has expired.
func (s *Server) ExpiredToken(scopes ...losant.Scope) string {
	return s.sign(time.Now().Add(-2*tokenLifetime), scopes)
}

func (s *Server) sign(issued time.Time, scopes []losant.Scope) string {
	if len(scopes) == 0 {
		scopes = []losant.Scope{losant.ScopeAllApplication}
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"iss":   issuer,
		"scope": scopes,
		"iat":   issued.Unix(),
		"exp":   issued.Add(tokenLifetime).Unix(),
	}).SignedString(s.key)
	if err != nil {
		panic(fmt.Sprintf("losanttest: signing a token: %v", err))
	}
	return token
}

// scopesOf authenticates a token. Only a claim that is an array grants scopes.
func (s *Server) scopesOf(token string) (map[losant.Scope]bool, *apiError) {
	var claims jwt.MapClaims
	_, err := jwt.ParseWithClaims(token, &claims, func(*jwt.Token) (any, error) { return s.key, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Name}), jwt.WithIssuer(issuer))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return nil, unauthorized("Access token has expired")
	case err != nil:
		return nil, unauthorized("Invalid access token")
	}
	granted := map[losant.Scope]bool{}
	list, _ := claims["scope"].([]any)
	for _, scope := range list {
		if name, ok := scope.(string); ok {
			granted[losant.Scope(name)] = true
		}
	}
	return granted, nil
}

// accessToken is the token of a request: a string, a list when a query parameter brings several, and nil when there is
// none. The query comes before the header.
func accessToken(query url.Values, header http.Header) any {
	for _, name := range []string{"access_token", "jwt"} {
		if token := queryParam(query, name); token != nil && token != "" {
			return token
		}
	}
	scheme, credentials, _ := strings.Cut(header.Get("Authorization"), " ")
	if strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "JWT") {
		token, _, _ := strings.Cut(credentials, " ")
		return token
	}
	return nil
}
