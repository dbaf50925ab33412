package losanttest

import (
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/api"
)

// accessTokenParam is the name of the token among the parameters.
const accessTokenParam = "accessToken"

// typeFile is the type of parameters that are files.
const typeFile = "file"

// call is a request on its way through the steps.
type call struct {
	Request

	base    string            // the URL that the client sees the server at
	action  *action           // nil when none matches
	ids     map[string]string // the parameters in the path
	query   *object
	body    any               // what the body is; undefined when there is none
	files   map[string][]byte // of a form
	params  *object
	granted map[losant.Scope]bool
	claims  claims
}

// undefined is the value of what is not there.
type undefined struct{}

// receive reads a request and finds its action.
func (s *Server) receive(r *http.Request) (*call, error) {
	body, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
	if err != nil {
		return nil, err
	}
	c := &call{
		Request: Request{
			Method: r.Method, Path: r.URL.EscapedPath(), Query: parseQuery(r.URL.RawQuery), Header: r.Header,
		},
		base:  s.URL,
		query: parseQS(r.URL.RawQuery),
		body:  undefined{},
	}
	if r.Host != "" {
		c.base = "http://" + r.Host
	}
	if len(body) > 0 {
		c.Body = body
	}
	if c.action, c.ids = theAPI().match(c.Method, c.Path); c.action != nil {
		c.Operation = c.action.id
		c.Params = c.ids
	}
	return c, nil
}

// readParams collects the parameters of a call, as its action names them.
func (c *call) readParams() *violation {
	c.params = &object{}
	if token := accessToken(c.query, c.Header); token != nil {
		c.params.set(accessTokenParam, token)
	}
	for i := range c.action.Parameters {
		p := &c.action.Parameters[i]
		value := c.param(p)
		if p.Type == typeFile {
			if _, isFile := value.(*object); !isFile && (p.Required || value != any(undefined{})) {
				return broken("is not a valid file").at(step(p.Name))
			}
		}
		c.params.setDefined(p.Name, value)
	}
	if body := c.action.Body; body != nil {
		c.params.setDefined(body.Name, c.body)
	}
	return nil
}

func (o *object) setDefined(name string, value any) {
	if value != any(undefined{}) {
		o.set(name, value)
	}
}

// param is the value of a parameter, undefined when it is not given.
func (c *call) param(p *api.Parameter) any {
	var from *object
	switch p.In {
	case api.InPath:
		return c.ids[p.Name]
	case api.InQuery:
		from = c.query
	case api.InForm:
		if p.Type == typeFile {
			if _, ok := c.files[p.Name]; ok {
				return &object{}
			}
			return undefined{}
		}
		from, _ = c.body.(*object)
	}
	if from == nil {
		return undefined{}
	}
	value, ok := from.get(p.Name)
	if !ok {
		return undefined{}
	}
	return cast(p, value)
}

// cast reads the parameters that are no texts: objects are JSON, arrays are separated by commas. What is no JSON becomes a
// text, for the schema to refuse.
func cast(p *api.Parameter, value any) any {
	switch text, isText := value.(string); {
	case p.Type == string(typeObject) && value != any(""):
		parsed, err := parseJSON([]byte(javaScriptText(value)))
		if err != nil {
			return "error"
		}
		return parsed
	case p.Type == string(typeArray) && isText:
		var array []any
		for part := range strings.SplitSeq(text, ",") {
			array = append(array, part)
		}
		return array
	}
	return value
}

// javaScriptText is what JavaScript makes of a parameter that has to be a text.
func javaScriptText(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case []any:
		texts := make([]string, len(value))
		for i, item := range value {
			texts[i] = javaScriptText(item)
		}
		return strings.Join(texts, ",")
	default:
		return "[object Object]"
	}
}

// text is the value of a parameter that is a text, "" when it is not given.
func (c *call) text(name string) string {
	text, _ := c.params.values[name].(string)
	return text
}

// isOn is the value of a switch, which is off when it is not given.
func (c *call) isOn(name string) bool { return isTrue(c.text(name)) }

// object is the body of a call whose schema lets only objects pass; an empty one when there is none.
func (c *call) object() *object {
	if o, ok := c.body.(*object); ok {
		return o
	}
	return &object{}
}

// mayCall reports whether the token of the call opens an action.
func (c *call) mayCall(a *action) bool {
	if a.NoToken {
		return true
	}
	if a.NoOAuth && c.claims.OAuth {
		return false
	}
	for scope := range c.granted {
		if a.scopes[scope] {
			return true
		}
	}
	return false
}

// parseQuery reads a query for the journal, with names as they are.
func parseQuery(query string) url.Values {
	values := url.Values{}
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(pair, "="); pair != "" {
			values.Add(unescape(name), unescape(value))
		}
	}
	return values
}

// isTrue is how the framework reads a switch.
func isTrue(value any) bool { return value == "true" || value == "1" || value == "yes" }
