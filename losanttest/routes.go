package losanttest

import (
	"net/url"
	"strings"
	"unicode/utf8"
)

// maxParam is the length of the longest part of a path that the router takes for a parameter.
const maxParam = 100

// branch is where the paths of the actions of one method part.
type branch struct {
	fixed  map[string]*branch
	param  *branch // what a parameter leads to
	action *action // that ends here
}

// route adds an action to the routes.
func (d *description) route(a *action) {
	at := d.routes[a.Method]
	if at == nil {
		at = &branch{}
		d.routes[a.Method] = at
	}
	for _, segment := range a.segments {
		if _, ok := paramName(segment); ok {
			at = at.orNew(&at.param)
			continue
		}
		next := at.fixed[segment]
		if next == nil {
			next = &branch{}
			if at.fixed == nil {
				at.fixed = map[string]*branch{}
			}
			at.fixed[segment] = next
		}
		at = next
	}
	at.action = a
}

func (b *branch) orNew(next **branch) *branch {
	if *next == nil {
		*next = &branch{}
	}
	return *next
}

// paramName returns the name of a {parameter} in a path.
func paramName(segment string) (string, bool) {
	name, opened := strings.CutPrefix(segment, "{")
	name, closed := strings.CutSuffix(name, "}")
	return name, opened && closed
}

// match finds the action of a request and the parameters in its path. It neither cleans the path nor redirects; a slash at
// the end and what follows a semicolon do not count, and a path whose escapes are no text has no action.
func (d *description) match(method, path string) (*action, map[string]string) {
	if !isText(path) {
		return nil, nil
	}
	path, _, _ = strings.Cut(path, ";")
	segments := strings.Split(strings.TrimSuffix(path, "/"), "/")
	for i, segment := range segments {
		segments[i], _ = url.PathUnescape(segment) // path is escaped well
	}
	a := d.routes[method].find(segments)
	if a == nil {
		return nil, nil
	}
	ids := map[string]string{}
	for i, segment := range a.segments {
		if name, ok := paramName(segment); ok {
			ids[name] = segments[i]
		}
	}
	return a, ids
}

// find prefers what is fixed to a parameter. A parameter may be empty: what is in it is for the schema to say.
func (b *branch) find(segments []string) *action {
	switch {
	case b == nil:
		return nil
	case len(segments) == 0:
		return b.action
	}
	if a := b.fixed[segments[0]].find(segments[1:]); a != nil {
		return a
	}
	if utf16Length(segments[0]) > maxParam {
		return nil
	}
	return b.param.find(segments[1:])
}

// isText reports whether the escapes in a path make up characters.
func isText(path string) bool {
	unescaped, err := url.PathUnescape(path)
	return err == nil && utf8.ValidString(unescaped)
}

// pathEscape escapes a parameter for a path, as the framework does: all but what RFC 3986 never reserves.
func pathEscape(s string) string {
	const unreserved = "-._~"
	var b strings.Builder
	for i := range len(s) {
		c := s[i]
		if '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || strings.IndexByte(unreserved, c) >= 0 {
			b.WriteByte(c)
			continue
		}
		const hex = "0123456789ABCDEF"
		b.Write([]byte{'%', hex[c>>4], hex[c&15]})
	}
	return b.String()
}
