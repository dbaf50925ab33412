package losanttest

import (
	"net/http"

	"github.com/golang-jwt/jwt/v5"

	"github.com/losant-go/losant/internal/api"
)

// Sign returns a token with any claims, signed with the key of the server.
func (s *Server) Sign(method jwt.SigningMethod, claims jwt.Claims) (string, error) {
	return jwt.NewWithClaims(method, claims).SignedString(s.key)
}

// ServeHTTP handles a request without the network.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.serve(w, r) }

// ParseQS reads a query as the framework does.
func ParseQS(query string) any { return plain(parseQS(query)) }

// MatchPattern reports whether a text matches an expression of JavaScript.
func MatchPattern(expression, text string) bool { return compilePattern(expression).matches(text) }

// Check returns what a JSON text breaks of a schema of the description; "" when it breaks nothing.
func Check(s *api.Schema, text string) string {
	value, err := parseJSON([]byte(text))
	if err != nil {
		return err.Error()
	}
	v := theAPI().compiler().compile(s).check(value)
	if v == nil {
		return ""
	}
	return v.at(".x").Error()
}

// ReportAll makes every device of an application report the states of a JSON array.
func (s *Server) ReportAll(applicationID, states string) {
	list, err := parseJSON([]byte(states))
	if err != nil {
		panic(err)
	}
	k := theAPI().kinds["device"]
	for _, d := range s.store.at(k.place(map[string]string{"applicationId": applicationID})).documents() {
		for _, one := range list.([]any) {
			s.report(d, newState(one.(*object)))
		}
	}
}
