package losanttest

import (
	"net/http"

	"github.com/golang-jwt/jwt/v5"
)

// Sign returns a token with any claims, signed with the key of the server.
func (s *Server) Sign(method jwt.SigningMethod, claims jwt.Claims) (string, error) {
	return jwt.NewWithClaims(method, claims).SignedString(s.key)
}

// ServeHTTP handles a request without the network.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.serve(w, r) }
