package losant

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// APIError is an answer other than success. Every error that Losant answered can be reached as one, whatever its more
// particular type:
//
//	var apiErr *losant.APIError
//	if errors.As(err, &apiErr) { ... apiErr.StatusCode ... }
type APIError struct {
	Operation  string // what was called: "experienceUser.get"
	Method     string // "GET"
	Path       string // the path with its ids, without the query
	StatusCode int
	// Type is Losant's own name of the error: "Validation", "NotFound". Empty when the body has none.
	Type string
	// Message is Losant's own text. Empty when the body has none.
	Message string
	Header  http.Header
	// Body is the body as received, but unpacked, at most 64 KiB of it.
	Body []byte
	// Attempts is the number of attempts, this answer's included.
	Attempts int
}

// Error is the operation, the status, Losant's type and message or else the beginning of the body, and the request.
func (e *APIError) Error() string { return e.text("") }

// text is the error's text with a remark behind what Losant said.
func (e *APIError) text(remark string) string {
	if e == nil { // inside an error that somebody made for a test
		return "losant: unknown error"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "losant: %s: %d", e.Operation, e.StatusCode)
	switch {
	case e.Type != "" && e.Message != "":
		b.WriteString(" " + e.Type + ": " + e.Message)
	case e.Type != "" || e.Message != "":
		b.WriteString(" " + e.Type + e.Message)
	case len(e.Body) > 0:
		fmt.Fprintf(&b, " %s: %q", http.StatusText(e.StatusCode), excerpt(e.Body))
	default:
		b.WriteString(" " + http.StatusText(e.StatusCode))
	}
	if location := e.Header.Get("Location"); location != "" {
		fmt.Fprintf(&b, ": redirects are not followed: Location %q", location)
	}
	b.WriteString(remark)
	fmt.Fprintf(&b, " (%s %s", e.Method, e.Path)
	if e.Attempts > 1 {
		fmt.Fprintf(&b, ", %d attempts", e.Attempts)
	}
	b.WriteString(")")
	return b.String()
}

// excerpt returns the first characters of a body: enough to tell who wrote it.
func excerpt(body []byte) string {
	const most = 200
	text := strings.Join(strings.Fields(string(body[:min(len(body), 4*most)])), " ")
	if len(text) <= most {
		return text
	}
	end := most
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// BadRequestError is status 400: the request was malformed. Losant documents it for every operation.
type BadRequestError struct{ *APIError }

// Unwrap returns the APIError.
func (e *BadRequestError) Unwrap() error { return e.APIError }

// NotFoundError is status 404: the application, the user or the group does not exist. Losant documents it for every
// operation.
type NotFoundError struct{ *APIError }

// Unwrap returns the APIError.
func (e *NotFoundError) Unwrap() error { return e.APIError }

// UnauthorizedError is status 401: the token is not valid, or has expired.
type UnauthorizedError struct{ *APIError }

// Unwrap returns the APIError.
func (e *UnauthorizedError) Unwrap() error { return e.APIError }

// ForbiddenError is status 403: the token does not hold a scope that the operation needs.
type ForbiddenError struct {
	*APIError
	// RequiredScopes are the scopes of which the operation needs one.
	RequiredScopes []Scope
	// GrantedScopes are the scopes that the token of this attempt holds. Nil when the token could not be read.
	GrantedScopes []Scope
}

// Unwrap returns the APIError.
func (e *ForbiddenError) Unwrap() error { return e.APIError }

// Error names the scopes beside what the APIError says.
func (e *ForbiddenError) Error() string {
	remark := "; needs one of the scopes " + list(e.RequiredScopes)
	if e.GrantedScopes != nil {
		remark += "; the token holds " + list(e.GrantedScopes)
	}
	return e.text(remark)
}

func list(scopes []Scope) string {
	if len(scopes) == 0 {
		return "none"
	}
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(scopes), " ", ", "), "[]")
}

// RateLimitError is status 429: too many requests.
type RateLimitError struct {
	*APIError
	// RetryAfter is how long Losant asks to wait. Zero when it did not say.
	RetryAfter time.Duration
}

// Unwrap returns the APIError.
func (e *RateLimitError) Unwrap() error { return e.APIError }

// DecodeError is a 2xx answer that is not what is documented: not a JSON object, a property of the wrong type, a
// Delete without "success": true, an answer of more than 16 MiB, or one that was cut or corrupted in transit. The
// request may well have been applied.
type DecodeError struct {
	*APIError
	// Err is what is wrong with the answer.
	Err error
}

// Unwrap returns the APIError and Err.
func (e *DecodeError) Unwrap() []error { return []error{e.APIError, e.Err} }

// Error says what is wrong with the answer beside what the APIError says.
func (e *DecodeError) Error() string {
	return e.text(fmt.Sprintf("; not the documented answer: %v", e.Err))
}

// TransportError is a request without an answer: the connection failed, the attempts timed out, the context ended or
// the token source failed.
type TransportError struct {
	Operation string // what was called: "experienceUser.get"
	Method    string // "GET"
	Path      string // the path with its ids, without the query
	// Attempts is the number of attempts. Zero when the context had ended before the first.
	Attempts int
	// Err is the cause; the error of the context when that ended.
	Err error
}

// Error is the operation, the cause and the request.
func (e *TransportError) Error() string {
	attempts := ""
	if e.Attempts > 1 {
		attempts = fmt.Sprintf(", %d attempts", e.Attempts)
	}
	return fmt.Sprintf("losant: %s: no answer: %v (%s %s%s)", e.Operation, e.Err, e.Method, e.Path, attempts)
}

// Unwrap returns the cause.
func (e *TransportError) Unwrap() error { return e.Err }

// failure is the error for a request whose last attempt was a.
func (r *request) failure(a answer) error {
	if a.status == 0 {
		return &TransportError{
			Operation: r.operation.Name, Method: r.operation.Method, Path: r.path(), Attempts: a.attempts, Err: a.err,
		}
	}
	api := r.apiError(a)
	switch a.status {
	case http.StatusBadRequest:
		return &BadRequestError{api}
	case http.StatusUnauthorized:
		return &UnauthorizedError{api}
	case http.StatusForbidden:
		token := strings.TrimPrefix(a.authorization, scheme)
		return &ForbiddenError{api, slices.Clone(r.operation.Scopes), grantedScopes(token)}
	case http.StatusNotFound:
		return &NotFoundError{api}
	case http.StatusTooManyRequests:
		return &RateLimitError{api, a.retryAfter}
	}
	if isSuccess(a.status) {
		return &DecodeError{api, a.err}
	}
	return api
}

func (r *request) apiError(a answer) *APIError {
	// Losant's framework writes {type, message}, the server below it {code, message}. Where the body is something else,
	// the fields stay empty and Body has it.
	var body struct {
		Type    string `json:"type"`
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	received := a.body[:min(len(a.body), maxErrorBody)]
	_ = json.Unmarshal(received, &body)
	if body.Type == "" {
		body.Type = body.Code
	}
	return &APIError{
		Operation: r.operation.Name, Method: r.operation.Method, Path: r.path(),
		StatusCode: a.status, Type: body.Type, Message: body.Message,
		Header: a.header, Attempts: a.attempts,
		Body: bytes.Clone(received), // and not a part of up to 16 MiB
	}
}
