package losanttest

import (
	"errors"
	"fmt"
	"net/http"
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
	return s.sign(time.Now(), claims{Scope: orAll(scopes)})
}

// OAuthToken returns a token like Token's as an OAuth client gets it: a few actions refuse it.
func (s *Server) OAuthToken(scopes ...losant.Scope) string {
	return s.sign(time.Now(), claims{Scope: orAll(scopes), OAuth: true})
}

// ExpiredToken returns a token like Token's that has expired.
func (s *Server) ExpiredToken(scopes ...losant.Scope) string {
	return s.sign(time.Now().Add(-2*tokenLifetime), claims{Scope: orAll(scopes)})
}

func orAll(scopes []losant.Scope) []losant.Scope {
	if len(scopes) == 0 {
		return []losant.Scope{losant.ScopeAllApplication}
	}
	return scopes
}

// sign returns a token that was issued at some time.
func (s *Server) sign(issued time.Time, c claims) string {
	c.Issuer, c.IssuedAt = issuer, jwt.NewNumericDate(issued)
	if c.ExpiresAt == nil {
		c.ExpiresAt = jwt.NewNumericDate(issued.Add(tokenLifetime))
	}
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, c).SignedString(s.key)
	if err != nil {
		panic(fmt.Sprintf("losanttest: signing a token: %v", err))
	}
	return token
}

// claims are what a token says.
type claims struct {
	jwt.RegisteredClaims

	// Scope is a list of scopes; of anything else, nothing is granted.
	Scope any `json:"scope"`
	// OAuth is set for a token that an OAuth client got.
	OAuth bool `json:"oauth,omitempty"`
	// Generation says which of the tokens of an account end together.
	Generation int `json:"generation,omitempty"`
}

// authenticate reads the token of a call, when there is one.
func (s *Server) authenticate(c *call) *apiError {
	token := c.text(accessTokenParam)
	if token == "" {
		return nil
	}
	_, err := jwt.ParseWithClaims(token, &c.claims, func(*jwt.Token) (any, error) { return s.key, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodHS256.Name}), jwt.WithIssuer(issuer))
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		return unauthorized("Access token has expired")
	case err != nil || s.store.hasEnded(&c.claims):
		return unauthorized("Invalid access token")
	}
	c.granted = map[losant.Scope]bool{}
	list, _ := c.claims.Scope.([]any)
	for _, scope := range list {
		if name, ok := scope.(string); ok {
			c.granted[losant.Scope(name)] = true
		}
	}
	return nil
}

// accessToken is the token of a request: a string, something else when query parameters bring that, and nil when there is
// none. The query comes before the header.
func accessToken(query *object, header http.Header) any {
	for _, name := range []string{"access_token", "jwt"} {
		if token, ok := query.get(name); ok && token != any("") {
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
