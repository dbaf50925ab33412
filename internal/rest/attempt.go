package rest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"
)

// attempt is a request on its way, and what has become known of it.
type attempt struct {
	*Request

	limit         limit
	outgoing      http.Request
	url           url.URL     // of outgoing
	authorization [1]string   // in its header
	header        http.Header // of an answer whose Location is hidden from http.Client
	received      atomic.Pointer[http.Response]
	sendings      sendings
}

type attemptKey struct{}

// attemptOf returns the attempt that a request belongs to, nil if there is none.
func attemptOf(request *http.Request) *attempt {
	a, _ := request.Context().Value(attemptKey{}).(*attempt)
	return a
}

// attempt sends the request once, and reports it.
func (c *Client) attempt(caller context.Context, r *Request, number int) Outcome {
	started := time.Now()
	ctx, limit := r.limit(caller)
	defer limit.end() // also what the transport has begun under it
	o := c.exchange(ctx, limit, r)
	o.Attempts = number
	if o.Err != nil {
		o.transient = o.transient && caller.Err() == nil
		o.Err = r.explain(caller, ctx, o.Err)
	}
	if r.Report != nil {
		r.Report(caller, o, time.Since(started))
	}
	return o
}

// limit is what ends an attempt.
type limit struct {
	cancel context.CancelFunc
	timer  *time.Timer // that starts anew when more of the body is sent; nil for none
	time   time.Duration
}

// errNoProgress is what an attempt that sends a form ends with when its time is up.
var errNoProgress = errors.New("no progress")

// limit returns the context of one attempt. While a form is sent, its time does not pass: how long that takes is a matter
// of its size.
func (r *Request) limit(ctx context.Context) (context.Context, limit) {
	l := limit{time: r.Timeout}
	if _, isForm := r.Body.(*Form); isForm && r.Timeout > 0 {
		ctx, cancel := context.WithCancelCause(ctx)
		l.cancel = func() { cancel(nil) }
		l.timer = time.AfterFunc(r.Timeout, func() { cancel(errNoProgress) })
		return ctx, l
	}
	if r.Timeout > 0 {
		ctx, l.cancel = context.WithTimeout(ctx, r.Timeout)
	} else {
		ctx, l.cancel = context.WithCancel(ctx)
	}
	return ctx, l
}

// end ends the attempt.
func (l limit) end() {
	l.cancel()
	if l.timer != nil {
		l.timer.Stop()
	}
}

// measured returns a body that starts the time anew each time the transport wants more of it.
func (l limit) measured(body io.ReadCloser) io.ReadCloser {
	if l.timer == nil {
		return body
	}
	return measuredBody{body, l}
}

type measuredBody struct {
	io.ReadCloser
	limit limit
}

func (b measuredBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.limit.timer.Reset(b.limit.time)
	return n, err
}

// exchange sends the request once, and reads the answer.
func (c *Client) exchange(ctx context.Context, limit limit, r *Request) Outcome {
	authorization, err := r.Authorize(ctx)
	if err != nil {
		return Outcome{Err: err, unapplied: true}
	}
	a := &attempt{Request: r, limit: limit, url: r.URL, authorization: [1]string{authorization}}
	ctx = context.WithValue(ctx, attemptKey{}, a)
	if err := a.build(ctx, c.own != nil); err != nil {
		return Outcome{Err: err, unapplied: true}
	}
	o := c.roundTrip(ctx, a)
	o.Authorization = authorization
	return o
}

// build makes the HTTP request of the attempt.
func (a *attempt) build(ctx context.Context, observed bool) error {
	header := a.Header.Clone()
	if a.authorization[0] != "" {
		header["Authorization"] = a.authorization[:]
	}
	a.outgoing = *(&http.Request{
		Method: a.Method, URL: &a.url, Host: a.url.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}).WithContext(ctx)
	if a.Body == nil {
		return nil
	}
	body, err := a.open(ctx)
	if err != nil {
		return err
	}
	header["Content-Type"] = []string{a.Body.ContentType()}
	a.outgoing.Body, a.outgoing.ContentLength = body, a.Body.Length()
	if a.Body.CanRepeat() && (observed || a.Class != Once) {
		// It is what lets net/http send a body again by itself. In a given transport nobody sees whether that is safe.
		a.outgoing.GetBody = func() (io.ReadCloser, error) { return a.open(ctx) }
	}
	return nil
}

// open opens the body.
func (a *attempt) open(ctx context.Context) (io.ReadCloser, error) {
	body, err := a.Body.Open(ctx)
	if err != nil {
		return nil, err
	}
	return a.limit.measured(body), nil
}

// roundTrip takes an attempt through the transport. Code of the caller's on the way may hang; the attempt ends all the
// same.
func (c *Client) roundTrip(ctx context.Context, a *attempt) Outcome {
	if !c.foreign {
		return c.sendAndRead(ctx, a)
	}
	o, err := Await(ctx, func() Outcome { return c.sendAndRead(ctx, a) })
	if err == nil {
		return o
	}
	o = Outcome{Err: err, transient: true}
	if response := a.received.Load(); response != nil { //nolint:bodyclose // sendAndRead does, when it can
		a.answer(&o, response)
		o.unapplied = false // the header is there, but what else the transport does is open
	}
	return o
}

func (c *Client) sendAndRead(ctx context.Context, a *attempt) (o Outcome) {
	response, err := c.send(&a.outgoing)
	if err != nil {
		o.Err = withoutURL(err)
		o.Doubt, o.unapplied = a.sendings.judgeError(o.Err)
		o.transient = !isPermanent(o.Err)
		return o
	}
	a.received.Store(response)
	if a.streamed && isSuccess(response.StatusCode) && ended(ctx) == nil {
		o.stream = response.Body
	} else {
		defer func() { _ = response.Body.Close() }()
		o.Body, o.Err = readBody(response, cmp.Or(a.MaxBody, MaxBody))
	}
	a.answer(&o, response)
	return o
}

// answer fills in what the header of a response says.
func (a *attempt) answer(o *Outcome, response *http.Response) {
	o.Answered, o.StatusCode, o.Header = true, response.StatusCode, response.Header
	if a.header != nil {
		o.Header = a.header
	}
	o.RetryAfter = retryAfter(o.Header)
	o.Doubt = a.sendings.doubted()
	o.unapplied = !o.Doubt && isRefusal(o.StatusCode)
	o.transient = isTransient(o.StatusCode) || isSuccess(o.StatusCode) && o.Err != nil && !isUnusable(o.Err)
}

// explain returns an error with what ended the attempt, if that was a context: the caller's, or the time of the attempt.
func (r *Request) explain(caller, attempt context.Context, err error) error {
	over, ctx := ended(caller), caller
	switch {
	case over != nil:
	case errors.Is(context.Cause(attempt), errNoProgress):
		return fmt.Errorf("the attempt made no progress for %v: %w", r.Timeout, context.DeadlineExceeded)
	case errors.Is(attempt.Err(), context.DeadlineExceeded):
		over, ctx = attempt.Err(), attempt
		err = fmt.Errorf("the attempt took longer than %v: %w", r.Timeout, err)
	case attempt.Err() != nil: // a sending was stopped, whatever a transport of the caller's makes of that
		return errStopped
	}
	switch {
	case over == nil || errors.Is(err, ctx.Err()) && errors.Is(err, context.Cause(ctx)):
		return err
	case errors.Is(over, err):
		return over
	default:
		return fmt.Errorf("%w: %w", over, err)
	}
}

// withoutURL takes off what http.Client puts around an error: a URL, whose query may hold secrets.
func withoutURL(err error) error {
	for {
		wrapper, ok := err.(*url.Error) //nolint:errorlint // only the outermost: what is inside others is theirs
		if !ok {
			return err
		}
		err = wrapper.Err // there are several, if a transport has a client of its own
	}
}

// ended returns why a context is over, nil while it is not: its error, and its cause if that is another one.
func ended(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	if cause := context.Cause(ctx); !errors.Is(err, cause) {
		return &endedError{err, cause}
	}
	return err
}

// endedError is the end of a context that was given a cause.
type endedError struct{ err, cause error }

func (e *endedError) Error() string {
	if errors.Is(e.cause, e.err) {
		return e.cause.Error()
	}
	return e.err.Error() + ": " + e.cause.Error()
}

func (e *endedError) Unwrap() []error { return []error{e.err, e.cause} }
