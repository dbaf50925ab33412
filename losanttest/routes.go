package losanttest

import (
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/losant-go/losant"
)

// The names of parameters that are not in the paths of the operations.
const (
	accessTokenParam  = "accessToken"
	directDeviceCount = "includeDirectDeviceCount"
	totalDeviceCount  = "includeTotalDeviceCount"
)

// maxParam is the length of the longest part of a path that the router takes for a parameter.
const maxParam = 100

// route is an operation and how this server performs it.
type route struct {
	losant.Operation

	segments []string // of the path
	params   schema
	act      func(*call) (any, *apiError)
}

// newRoutes joins the table of operations with what they do here.
func (s *Server) newRoutes() []route {
	acts := map[string]func(*call) (any, *apiError){
		"experienceGroup.delete": s.deleteGroup,
		"experienceGroup.get":    s.getGroup,
		"experienceGroup.patch":  s.patchGroup,
		"experienceUser.delete":  s.deleteUser,
		"experienceUser.get":     s.getUser,
		"experienceUser.patch":   s.patchUser,
	}
	var routes []route
	for _, op := range losant.Operations() {
		routes = append(routes, route{
			Operation: op, segments: strings.Split(op.Path, "/"), params: paramsSchema(op), act: acts[op.Name],
		})
	}
	return routes
}

// paramsSchema describes all parameters of an operation, in the order in which the framework checks them.
func paramsSchema(op losant.Operation) schema {
	params := schema{properties: []property{{accessTokenParam, text(0, 0)}}}
	for segment := range strings.SplitSeq(op.Path, "/") {
		if name, ok := paramName(segment); ok {
			params.properties = append(params.properties, property{name, id()})
		}
	}
	params.properties = append(params.properties, querySchemas[op.Name]...)
	if body, ok := bodySchemas[op.Name]; ok {
		params.properties = append(params.properties, body)
		params.required = []string{body.name} // what is in the path is always there
	}
	return params
}

// paramName returns the name of a {parameter} in a path.
func paramName(segment string) (string, bool) {
	name, opened := strings.CutPrefix(segment, "{")
	name, closed := strings.CutSuffix(name, "}")
	return name, opened && closed
}

// match finds the route of a request and the parameters in its path. It does not clean the path and does not redirect.
func (s *Server) match(method, path string) (*route, map[string]string) {
	segments := strings.Split(strings.TrimSuffix(path, "/"), "/")
	for i, segment := range segments {
		segments[i], _ = url.PathUnescape(segment) // path is escaped well
	}
	for i := range s.routes {
		if r := &s.routes[i]; r.Method == method {
			if ids, ok := r.match(segments); ok {
				return r, ids
			}
		}
	}
	return nil, nil
}

func (r *route) match(segments []string) (map[string]string, bool) {
	if len(segments) != len(r.segments) {
		return nil, false
	}
	ids := map[string]string{}
	for i, segment := range segments {
		if name, ok := paramName(r.segments[i]); ok && isParam(segment) {
			ids[name] = segment
		} else if segment != r.segments[i] {
			return nil, false
		}
	}
	return ids, true
}

// isParam reports whether the router takes a part of a path for a parameter. What is in it is for the schema to say.
func isParam(segment string) bool {
	return segment != "" && utf8.ValidString(segment) && utf16Length(segment) <= maxParam
}

// href is the path of the route with its parameters.
func (r *route) href(ids map[string]string) string {
	segments := make([]string, len(r.segments))
	for i, segment := range r.segments {
		segments[i] = segment
		if name, ok := paramName(segment); ok {
			segments[i] = url.PathEscape(ids[name])
		}
	}
	return strings.Join(segments, "/")
}
