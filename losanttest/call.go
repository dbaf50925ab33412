package losanttest

import (
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/losant-go/losant"
)

// maxBody bounds the bodies of requests. Without tags, which Losant does not bound, the largest valid patch takes less
// than an eighth of it.
const maxBody = 4 << 20

// call is a request on its way through the steps.
type call struct {
	Request

	route   *route            // nil when none matches
	ids     map[string]string // the parameters in the path
	json    any               // the body's value
	granted map[losant.Scope]bool
}

// receive reads a request and finds its route.
func (s *Server) receive(r *http.Request) (*call, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxBody+1))
	if err != nil {
		return nil, err
	}
	c := &call{Request: Request{
		Method: r.Method, Path: r.URL.EscapedPath(), Query: parseQuery(r.URL.RawQuery), Header: r.Header,
	}}
	if len(body) > 0 {
		c.Body = body
	}
	if c.route, c.ids = s.match(c.Method, c.Path); c.route != nil {
		c.Operation = c.route.Name
	}
	return c, nil
}

// hasBody reports whether there is a body that Losant's server reads. Without a type, or with that of any bytes, it does
// not.
func (c *call) hasBody() bool {
	contentType := mediaType(c.Header)
	return len(c.Body) > 0 && contentType != "" && contentType != "application/octet-stream"
}

// parseBody reads a JSON body, of every method that can have one. A body of another type stays the text it is.
func (c *call) parseBody() *apiError {
	if !c.hasBody() || c.Method == http.MethodGet || c.Method == http.MethodHead {
		return nil
	}
	if !isJSON(mediaType(c.Header)) {
		c.json = string(c.Body)
		return nil
	}
	value, err := parseJSON(c.Body)
	if err != nil {
		return invalidJSON(err)
	}
	c.json = value
	return nil
}

// mediaType is the type of a body, without its parameters.
func mediaType(header http.Header) string {
	mediaType, _, _ := strings.Cut(strings.ToLower(header.Get("Content-Type")), ";")
	return strings.TrimSpace(mediaType)
}

func isJSON(mediaType string) bool {
	return mediaType == "application/json" ||
		strings.HasPrefix(mediaType, "application/") && strings.HasSuffix(mediaType, "+json")
}

// params are the parameters of a call, as its route's schema describes them.
func (c *call) params() *object {
	params := &object{}
	if token := accessToken(c.Query, c.Header); token != nil {
		params.set(accessTokenParam, token)
	}
	for name, value := range c.ids {
		params.set(name, value)
	}
	for _, p := range querySchemas[c.Operation] {
		if value := queryParam(c.Query, p.name); value != nil {
			params.set(p.name, value)
		}
	}
	if body, ok := bodySchemas[c.Operation]; ok && c.hasBody() {
		params.set(body.name, c.json)
	}
	return params
}

// mayCall reports whether the token of the call opens an operation.
func (c *call) mayCall(r *route) bool {
	return slices.ContainsFunc(r.Scopes, func(scope losant.Scope) bool { return c.granted[scope] })
}

// parseQuery reads a query as Losant's framework does: nothing is an error, and what is not escaped well stays as it is.
func parseQuery(query string) url.Values {
	values := url.Values{}
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(pair, "="); pair != "" {
			values.Add(unescape(name), unescape(value))
		}
	}
	return values
}

func unescape(s string) string {
	if unescaped, err := url.QueryUnescape(s); err == nil {
		return unescaped
	}
	return s
}

// queryParam is the value of a query parameter: a string, an array when it is given several times, nil when it is not
// given.
func queryParam(query url.Values, name string) any {
	switch values := query[name]; len(values) {
	case 0:
		return nil
	case 1:
		return values[0]
	default:
		return textsValue(values)
	}
}

// isTrue is how the framework reads a switch.
func isTrue(value any) bool { return value == "true" || value == "1" || value == "yes" }
