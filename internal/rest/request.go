// Package rest sends the requests of a REST client, and sends them again where that can do no harm. It knows nothing of
// the API that is called.
//
// It reads in one direction: a [Request] goes into the loop of attempts (retry.go, budget.go); each attempt (attempt.go)
// goes through resty (resty.go) to the transport (transport.go), and comes back as a body (body.go) and an [Outcome]. A
// stream of events (stream.go, sse.go) is a loop of its own around the same attempts. What is sent is text, or a form that
// is read while it is sent (form.go).
package rest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"time"
)

// Class says what it means to send a request a second time.
type Class uint8

const (
	// Once is a request that must not be applied twice: it is sent again only if it was provably not applied.
	Once Class = iota
	// Read is a request that changes nothing.
	Read
	// Repeatable is a request that changes something, and may be applied twice.
	Repeatable
	// Delete is a Repeatable one that removes one thing by its name: the second time it finds nothing, and that is all.
	Delete
)

// Request is what the attempts of one call have in common. They do not write to it.
type Request struct {
	Method string
	URL    url.URL
	Header http.Header // without Authorization and Content-Type
	Body   Body        // nil for none
	Class  Class
	// MaxBody is how much of an answer of success is read; 0 is the usual [MaxBody].
	MaxBody int64
	// MaxAttempts is at least 1.
	MaxAttempts int
	// Timeout limits each attempt, but for the time in which a form is sent; 0 is no limit.
	Timeout time.Duration
	// Authorize returns the Authorization header of the next attempt, "" for none.
	Authorize func(context.Context) (string, error)
	// Refused is told of an Authorization header that was answered with 401, and says whether there may be another one. It
	// is told once; nil is for never.
	Refused func(authorization string) bool
	// Report is told of every attempt, unless it is nil.
	Report func(context.Context, Outcome, time.Duration)

	streamed bool // an answer of success is left to be read
}

// Body is the body of a request. Each attempt opens it anew.
type Body interface {
	// Open returns a reader of the body. It ends with ctx, and with the next call of Open.
	Open(ctx context.Context) (io.ReadCloser, error)
	// Length is the number of bytes, -1 when it is not known.
	Length() int64
	ContentType() string
	// CanRepeat reports whether Open may be called more than once.
	CanRepeat() bool
	// Release ends what Open has returned. It is called when the last attempt is over.
	Release()
}

// JSON is a body that is encoded already.
type JSON []byte

// Open returns a reader of the text.
func (b JSON) Open(context.Context) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(b)), nil
}

// Length is that of the text.
func (b JSON) Length() int64 { return int64(len(b)) }

// ContentType is application/json.
func (JSON) ContentType() string { return "application/json" }

// CanRepeat is true.
func (JSON) CanRepeat() bool { return true }

// Release does nothing.
func (JSON) Release() {}

// Outcome is what became of a request: the last answer, or why there is none, and what is known of all attempts.
type Outcome struct {
	// Answered reports whether the last attempt got an answer, at least its status and its header.
	Answered   bool
	StatusCode int
	Header     http.Header // the transport's: not to be written to
	Body       []byte
	// Err is why there is no answer, or why less of its body than was promised.
	Err error
	// Interrupted is the end of the context when it came while waiting for the next attempt.
	Interrupted error
	// RetryAfter is the wait that the answer asks for.
	RetryAfter time.Duration
	// Authorization is the header that the last attempt was made with.
	Authorization string
	// Attempts counts them. It is 0 when the context had ended before the first.
	Attempts int
	// Doubt is whether an earlier sending than the one that was answered may have been applied.
	Doubt bool
	// MaybeApplied is whether any sending may have changed something.
	MaybeApplied bool

	unapplied bool          // the last attempt was provably not applied
	transient bool          // another attempt may end otherwise
	stream    io.ReadCloser // the body, when the request asked for one to read
}

// Succeeded reports whether there is a whole answer of success.
func (o *Outcome) Succeeded() bool { return o.Answered && o.Err == nil && isSuccess(o.StatusCode) }

func isSuccess(status int) bool { return status >= 200 && status <= 299 }
