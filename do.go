package losant

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/losant-go/losant/internal/jsondec"
	"github.com/losant-go/losant/internal/rest"
)

// Request is a request to the API that no method covers. See [Client.Do].
type Request struct {
	// Method is the HTTP method, such as http.MethodGet.
	Method string
	// Path is the path below the base URL, percent-encoded where it has to be: "/applications/575ec8687ae143cd83dc4a97".
	Path string
	// Query are the query parameters. They take the place of the client's of the same names.
	Query url.Values
	// Body is encoded as JSON. A nil Body sends none.
	Body any
	// Repeat says that the request may be carried out twice: it is sent again whenever its answer is missing, like a Get.
	// Without it, a request is only sent again if it was provably not applied, like a Patch.
	Repeat bool
}

// Format prints losant.Request(METHOD PATH) under every verb: the query and the body may hold secrets.
func (r Request) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, r.name()) }

// LogValue is losant.Request(METHOD PATH).
func (r Request) LogValue() slog.Value { return slog.StringValue(r.name()) }

func (r Request) name() string { return "losant.Request(" + r.Method + " " + r.Path + ")" }

// Do sends a request that no method covers, with all that a method has: the token, the retries, the limits, the options
// and the errors, in which the operation is called "Do". The body of a successful answer is decoded into out, which may be
// nil, a pointer to a [json.RawMessage], or a pointer to anything that JSON decodes into, the types of this package
// included. An answer without a body (204, or to HEAD) leaves out as it is.
//
// It refuses, with a [*ValidationError], a Path that is not absolute, that has a query or a fragment, names a host, or has
// dot segments, escaped ones too: they would lead elsewhere.
func (c *Client) Do(ctx context.Context, r Request, out any, opts ...CallOption) error {
	o := &Operation{Name: "Do", Method: r.Method, class: r.class(), noToken: true}
	raw := &rawCall{r, out}
	return c.service().do(ctx, o, arguments{target: raw.target, body: r.body()}, opts, raw)
}

// class says what it means to send the request twice.
func (r *Request) class() rest.Class {
	switch {
	case !r.Repeat:
		return rest.Once
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		return rest.Read
	default:
		return rest.Repeatable
	}
}

// body is the Body for a call: with its rules, if it has any.
func (r *Request) body() body {
	if isNil(r.Body) {
		return nil
	}
	if own, ok := r.Body.(body); ok {
		return own
	}
	return unchecked{r.Body}
}

// unchecked is a body without rules.
type unchecked struct{ value any }

func (unchecked) violations(string) []Violation { return nil }

// isNil reports nil, and nil pointers.
func isNil(value any) bool {
	v := reflect.ValueOf(value)
	return !v.IsValid() || v.Kind() == reflect.Pointer && v.IsNil()
}

// rawCall is a raw request, and what its answer is decoded into.
type rawCall struct {
	Request
	out any
}

// methods are those of a REST API. CONNECT is none: its path is a host.
var methods = [...]string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// target is the URL of the request. query are the parameters of the client and of options.
func (r *rawCall) target(c *core, query query) (u url.URL, violations []Violation) {
	if !slices.Contains(methods[:], r.Method) {
		violations = append(violations, Violation{"Method", "must be one of " + strings.Join(methods[:], ", ")})
	}
	path, problem := parsePath(r.Path)
	violations = append(violations, violated("Path", problem)...)
	if r.out != nil && (isNil(r.out) || reflect.TypeOf(r.out).Kind() != reflect.Pointer) {
		violations = append(violations, Violation{"out", "must be a pointer, or nil"})
	}
	u = *c.base
	u.RawPath = c.base.EscapedPath() + escapeRest(r.Path)
	u.Path += path
	u.RawQuery = query.without(r.Query.Has).encoded
	if len(r.Query) > 0 {
		u.RawQuery = strings.TrimPrefix(u.RawQuery+"&"+r.Query.Encode(), "&")
	}
	return u, violations
}

// parsePath returns the path without its escapes, or why it is refused.
func parsePath(escaped string) (path, problem string) {
	path, err := url.PathUnescape(escaped)
	switch {
	case !strings.HasPrefix(escaped, "/"):
		return "", "must be absolute, below the base URL"
	case strings.HasPrefix(escaped, "//"):
		return "", "must not name a host"
	case strings.ContainsAny(escaped, "?#"):
		return "", "must not have a query or a fragment"
	case err != nil:
		return "", "must be percent-encoded"
	}
	for segment := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '/' || r == '\\' }) {
		if segment == "." || segment == ".." {
			return "", "must not have the segments . and .."
		}
	}
	return path, ""
}

func (r *rawCall) answered(status int, body []byte) error {
	switch result := r.out.(type) {
	case nil:
		return nil
	case interface {
		answered(status int, body []byte) error
	}:
		return result.answered(status, body)
	case interface{ setRaw(body []byte) }:
		if !r.isEmpty(status, body) {
			return decode(status, body, result)
		}
	default:
		if !r.isEmpty(status, body) {
			return jsondec.Lenient(body, result)
		}
	}
	return nil
}

// isEmpty reports an answer that has no body, and need not have one.
func (r *rawCall) isEmpty(status int, body []byte) bool {
	return (status == http.StatusNoContent || r.Method == http.MethodHead) && len(bytes.TrimSpace(body)) == 0
}
