package losant

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/losant-go/losant/internal/printable"
	"github.com/losant-go/losant/internal/rest"
)

// What errors.Is finds in an error for the answers that callers most often tell apart.
var (
	ErrBadRequest   = errors.New("losant: bad request")  // status 400
	ErrUnauthorized = errors.New("losant: unauthorized") // status 401
	ErrForbidden    = errors.New("losant: forbidden")    // status 403
	ErrNotFound     = errors.New("losant: not found")    // status 404
	ErrRateLimited  = errors.New("losant: rate limited") // status 429
)

// The values of [APIError.Type] that are known. Losant may answer others.
const (
	TypeAlreadyExists         = "AlreadyExists"         // what must be unique is taken
	TypeBadDigest             = "BadDigest"             // the body is not that of the header Content-MD5
	TypeError                 = "Error"                 // the server failed
	TypeForbidden             = "Forbidden"             // there is no token, or it lacks the scope
	TypeInvalidContent        = "InvalidContent"        // the body is not JSON
	TypeMethodNotAllowed      = "MethodNotAllowed"      // there is no such route
	TypeNotFound              = "NotFound"              // there is no such resource
	TypeRequestEntityTooLarge = "RequestEntityTooLarge" // the body is too large
	TypeUnauthorized          = "Unauthorized"          // the token is not valid, or has expired
	TypeUnsupportedMediaType  = "UnsupportedMediaType"  // the body has an unknown encoding
	TypeValidation            = "Validation"            // the request breaks the schema
)

// Applied says whether a request that failed may have changed something.
type Applied uint8

const (
	// MaybeApplied is when nobody can tell: the request may have taken effect, in this attempt or in an earlier one.
	MaybeApplied Applied = iota
	// NotApplied is when the request certainly changed nothing: it was not sent, Losant refused it, or it only reads.
	NotApplied
)

// String is "may have been applied" or "not applied".
func (a Applied) String() string {
	if a == NotApplied {
		return "not applied"
	}
	return "may have been applied"
}

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
	// Type is Losant's own name of the error, such as TypeValidation. Empty when the body has none.
	Type string
	// Message is Losant's own text. Empty when the body has none.
	Message string
	Header  http.Header
	// Body is the body as received, but unpacked, at most 64 KiB of it.
	Body []byte
	// Attempts is the number of attempts, this answer's included.
	Attempts int
	// Applied is whether the request may have changed something, all attempts considered.
	Applied Applied
}

// Error is the operation, the status, Losant's type and message or else the beginning of the body, and the request.
func (e *APIError) Error() string { return e.text("") }

// Is reports whether target is the sentinel of the status, such as [ErrNotFound].
func (e *APIError) Is(target error) bool {
	if e == nil {
		return false
	}
	switch target {
	case ErrBadRequest:
		return e.StatusCode == http.StatusBadRequest
	case ErrUnauthorized:
		return e.StatusCode == http.StatusUnauthorized
	case ErrForbidden:
		return e.StatusCode == http.StatusForbidden
	case ErrNotFound:
		return e.StatusCode == http.StatusNotFound
	case ErrRateLimited:
		return e.StatusCode == http.StatusTooManyRequests
	}
	return false
}

// unknownError is the text of errors that nobody filled in, made for a test.
const unknownError = "losant: unknown error"

// text is the error's text with a remark behind what Losant said.
func (e *APIError) text(remark string) string {
	if e == nil {
		return unknownError
	}
	var b strings.Builder
	fmt.Fprintf(&b, "losant: %s: %d", e.Operation, e.StatusCode)
	switch {
	case e.Type != "" && e.Message != "":
		b.WriteString(" " + printable.Text(e.Type) + ": " + printable.Text(e.Message))
	case e.Type != "" || e.Message != "":
		b.WriteString(" " + printable.Text(e.Type+e.Message))
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

// The types below are APIErrors of one kind. Each has methods of its own, since those of an APIError that is embedded
// panic on a nil pointer.

// BadRequestError is status 400: the request was malformed. Losant's message names the first thing that is wrong.
type BadRequestError struct{ *APIError }

// Error is that of the APIError.
func (e *BadRequestError) Error() string { return textOf(e.Unwrap()) }

// Is reports whether target is [ErrBadRequest].
func (e *BadRequestError) Is(target error) bool { return target == ErrBadRequest }

// Unwrap returns the APIError.
func (e *BadRequestError) Unwrap() error {
	if e == nil {
		return nil
	}
	return orNil(e.APIError)
}

// NotFoundError is status 404: what a part of the path names does not exist. Losant's message says which part.
type NotFoundError struct{ *APIError }

// Error is that of the APIError.
func (e *NotFoundError) Error() string { return textOf(e.Unwrap()) }

// Is reports whether target is [ErrNotFound].
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// Unwrap returns the APIError.
func (e *NotFoundError) Unwrap() error {
	if e == nil {
		return nil
	}
	return orNil(e.APIError)
}

// UnauthorizedError is status 401: the token is not valid, or has expired.
type UnauthorizedError struct{ *APIError }

// Error is that of the APIError.
func (e *UnauthorizedError) Error() string { return textOf(e.Unwrap()) }

// Is reports whether target is [ErrUnauthorized].
func (e *UnauthorizedError) Is(target error) bool { return target == ErrUnauthorized }

// Unwrap returns the APIError.
func (e *UnauthorizedError) Unwrap() error {
	if e == nil {
		return nil
	}
	return orNil(e.APIError)
}

// ForbiddenError is status 403: the token does not hold a scope that the operation needs.
type ForbiddenError struct {
	*APIError
	// RequiredScopes are the scopes of which the operation needs one.
	RequiredScopes []Scope
	// GrantedScopes are the scopes that the token of this attempt holds. Nil when the token could not be read.
	GrantedScopes []Scope
}

// Error names the scopes beside what the APIError says.
func (e *ForbiddenError) Error() string {
	if e == nil {
		return unknownError
	}
	remark := ""
	if len(e.RequiredScopes) > 0 {
		remark = "; needs one of the scopes " + list(e.RequiredScopes)
	}
	if e.GrantedScopes != nil {
		remark += "; the token holds " + list(e.GrantedScopes)
	}
	return e.text(remark)
}

// Is reports whether target is [ErrForbidden].
func (e *ForbiddenError) Is(target error) bool { return target == ErrForbidden }

// Unwrap returns the APIError.
func (e *ForbiddenError) Unwrap() error {
	if e == nil {
		return nil
	}
	return orNil(e.APIError)
}

func list(scopes []Scope) string {
	if len(scopes) == 0 {
		return "none"
	}
	return printable.Text(strings.Trim(strings.ReplaceAll(fmt.Sprint(scopes), " ", ", "), "[]"))
}

// RateLimitError is status 429: too many requests.
type RateLimitError struct {
	*APIError
	// RetryAfter is how long Losant asks to wait. Zero when it did not say.
	RetryAfter time.Duration
}

// Error is that of the APIError.
func (e *RateLimitError) Error() string { return textOf(e.Unwrap()) }

// Is reports whether target is [ErrRateLimited].
func (e *RateLimitError) Is(target error) bool { return target == ErrRateLimited }

// Unwrap returns the APIError.
func (e *RateLimitError) Unwrap() error {
	if e == nil {
		return nil
	}
	return orNil(e.APIError)
}

// DecodeError is a 2xx answer that is not what is documented: not JSON of the right kind, a property of the wrong type, a
// [Success] without "success": true, an answer of more than 16 MiB (32 MiB for a time series or rows), or one that was cut
// or corrupted in transit. The request may well have been applied.
type DecodeError struct {
	*APIError
	// Err is what is wrong with the answer.
	Err error
}

// Error says what is wrong with the answer beside what the APIError says.
func (e *DecodeError) Error() string {
	if e == nil {
		return unknownError
	}
	return e.text(printable.Text(fmt.Sprintf("; not the documented answer: %v", e.Err)))
}

// Is reports false: no sentinel is a DecodeError's own.
func (e *DecodeError) Is(error) bool { return false }

// Unwrap returns the APIError and Err.
func (e *DecodeError) Unwrap() []error {
	if e == nil {
		return nil
	}
	return slices.DeleteFunc([]error{orNil(e.APIError), e.Err}, func(err error) bool { return err == nil })
}

// orNil returns no error for no APIError: a nil pointer in an error would be one.
func orNil(e *APIError) error {
	if e == nil {
		return nil
	}
	return e
}

// textOf is the text of an error, also of none.
func textOf(err error) string {
	if err == nil {
		return unknownError
	}
	return err.Error()
}

// TransportError is a request without an answer: the connection failed, the attempts timed out, the context ended or
// the token source failed.
type TransportError struct {
	Operation string // what was called: "experienceUser.get"
	Method    string // "GET"
	Path      string // the path with its ids, without the query
	// Attempts is the number of attempts. Zero when the context had ended before the first.
	Attempts int
	// Applied is whether the request may have changed something, all attempts considered.
	Applied Applied
	// Err is the cause; the error of the context when that ended.
	Err error
}

// Error is the operation, the cause and the request.
func (e *TransportError) Error() string {
	if e == nil {
		return unknownError
	}
	attempts := ""
	if e.Attempts > 1 {
		attempts = fmt.Sprintf(", %d attempts", e.Attempts)
	}
	cause := printable.Text(fmt.Sprint(e.Err))
	return fmt.Sprintf("losant: %s: no answer: %s (%s %s%s)", e.Operation, cause, e.Method, e.Path, attempts)
}

// Unwrap returns the cause.
func (e *TransportError) Unwrap() error {
	if e == nil {
		return nil
	}
	return e.Err
}

// failure is the error for a request that did not succeed.
func (o *Operation) failure(r *rest.Request, outcome *rest.Outcome) error {
	if failed, ok := outcome.Err.(*loginError); ok && !outcome.MaybeApplied { //nolint:errorlint // and nothing around it
		return failed.error
	}
	err := o.typed(r, outcome)
	if outcome.Answered && outcome.Err != nil && !isSuccess(outcome.StatusCode) {
		err = fmt.Errorf("%w (%w while its body was read)", err, outcome.Err)
	}
	if outcome.Interrupted != nil {
		err = fmt.Errorf("%w (%w while waiting to try again)", err, outcome.Interrupted)
	}
	return err
}

func isSuccess(status int) bool { return status >= 200 && status <= 299 }

// typed is the error of the status, or of the lack of one.
func (o *Operation) typed(r *rest.Request, outcome *rest.Outcome) error {
	applied := NotApplied
	if outcome.MaybeApplied {
		applied = MaybeApplied
	}
	if !outcome.Answered {
		return &TransportError{
			Operation: o.Name, Method: o.Method, Path: r.URL.EscapedPath(),
			Attempts: outcome.Attempts, Applied: applied, Err: outcome.Err,
		}
	}
	api := o.apiError(r, outcome)
	api.Applied = applied
	switch outcome.StatusCode {
	case http.StatusBadRequest:
		return &BadRequestError{api}
	case http.StatusUnauthorized:
		return &UnauthorizedError{api}
	case http.StatusForbidden:
		token := strings.TrimPrefix(outcome.Authorization, scheme)
		return &ForbiddenError{api, slices.Clone(o.scopes()), grantedScopes(token)}
	case http.StatusNotFound:
		return &NotFoundError{api}
	case http.StatusTooManyRequests:
		return &RateLimitError{api, outcome.RetryAfter}
	}
	if isSuccess(outcome.StatusCode) {
		return &DecodeError{api, outcome.Err}
	}
	return api
}

func (o *Operation) apiError(r *rest.Request, outcome *rest.Outcome) *APIError {
	// Losant's framework writes {type, message}, the server below it {code, message}. Where the body is something else,
	// the fields stay empty and Body has it.
	var body struct {
		Type    string `json:"type"`
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	received := outcome.Body[:min(len(outcome.Body), rest.MaxErrorBody)]
	_ = json.Unmarshal(received, &body)
	if body.Type == "" {
		body.Type = body.Code
	}
	return &APIError{
		Operation: o.Name, Method: o.Method, Path: r.URL.EscapedPath(),
		StatusCode: outcome.StatusCode, Type: body.Type, Message: body.Message,
		Header: outcome.Header, Attempts: outcome.Attempts,
		Body: bytes.Clone(received), // and not a part of up to 16 MiB
	}
}

// isNotFound reports whether it is Losant that does not find what was asked for, and not somebody on the way.
func isNotFound(err error) bool {
	var missing *NotFoundError
	return errors.As(err, &missing) && missing.Type == TypeNotFound
}
