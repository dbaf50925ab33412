package rest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"time"
)

const (
	// silentIntervals is how many signs of life may fail to come.
	silentIntervals = 3
	// connectTime is what the first of them may take longer, for the connection and whatever the server does.
	connectTime = 30 * time.Second
)

const headerLastID = "Last-Event-Id"

var errStreamEnded = errors.New("the stream ended")

// Subscription is what a stream needs beside its request.
type Subscription struct {
	// KeepAlive is how often the server says something when there is nothing to say.
	KeepAlive time.Duration
	// Gap is told why the stream broke each time before it is opened again. It may be nil.
	Gap func(Outcome)
}

// Stream calls yield with each event until that returns false, and opens the stream again when it breaks. It returns why
// it has given up: the context has ended, the server has refused, or as many attempts in a row as the request may have
// brought nothing, not even a sign of life. Then nothing of this comes from the budget for retries: a stream is a single
// request at a time, and waits longer and longer. What yield has refused returns the outcome of the last opening.
//
// The time limit of the request does not hold. Instead, a stream is dead when three intervals have passed without a sign
// of life while somebody was waiting for one.
func (c *Client) Stream(ctx context.Context, r *Request, s Subscription, yield func(Event) bool) Outcome {
	if err := ended(ctx); err != nil {
		return Outcome{Err: err}
	}
	opening := *r
	opening.streamed = true
	opening.Header = maps.Clone(r.Header)
	opening.Header["Accept"] = []string{"text/event-stream"}
	opening.Header["Accept-Encoding"] = []string{"identity"} // an event must not wait in a compressor
	failures, renewed := 0, false
	for attempts := 1; ; attempts++ {
		o, b := c.open(ctx, &opening, s.KeepAlive, attempts, yield)
		if failures++; b.heard {
			failures, renewed = 0, false
		}
		opening.Header.Set(headerLastID, b.id)
		if b.id == "" {
			opening.Header.Del(headerLastID)
		}
		wait := max(backoff(max(1, failures)), o.RetryAfter, b.retry)
		if !renewed && opening.renews(&o) {
			renewed, wait = true, 0
		}
		if !o.transient || failures >= r.MaxAttempts || wait > maxWait {
			return o
		}
		if s.Gap != nil {
			s.Gap(o)
		}
		if o.Interrupted = sleep(ctx, wait); o.Interrupted != nil {
			return o
		}
	}
}

// brought is what one connection of a stream has brought.
type brought struct {
	heard bool // there was a sign of life
	id    string
	retry time.Duration
}

// open opens the stream once, and passes its events on until it breaks. Of a stream that has, the outcome is that it was
// not answered; of one that is not wanted any more, what it was answered.
func (c *Client) open(
	caller context.Context, r *Request, keepAlive time.Duration, number int, yield func(Event) bool,
) (o Outcome, b brought) {
	started := time.Now()
	b.id = r.Header.Get(headerLastID)
	ctx, cancel := context.WithCancelCause(caller)
	defer cancel(nil)
	silence := &silence{cancel: cancel, limit: silentIntervals * keepAlive}
	silence.await(silence.limit + connectTime)
	o = c.exchange(ctx, limit{cancel: func() { cancel(nil) }}, r)
	silence.over()
	o.Attempts = number
	if o.stream != nil {
		defer func() {
			cancel(nil) // first: net/http would wait for what is left of the answer
			_ = o.stream.Close()
		}()
		o.Err = mustBeEvents(o.Header)
	}
	o.explain(caller, ctx)
	if r.Report != nil {
		r.Report(caller, o, time.Since(started))
	}
	if !o.Succeeded() {
		return o, b
	}
	var body io.Reader = o.stream
	if c.foreign {
		body = awaitedReader{ctx, body}
	}
	events := newEventReader(listener{body, silence})
	events.id = b.id
	for {
		event, err := events.next()
		b = brought{heard: events.heard, id: events.id, retry: events.retry}
		if err = cmp.Or(ended(caller), err); err != nil {
			o.breakOff(err)
			o.explain(caller, ctx)
			return o, b
		}
		if !yield(event) {
			return o, b
		}
	}
}

// breakOff makes the outcome that of a stream that was answered, and broke.
func (o *Outcome) breakOff(err error) {
	if errors.Is(err, io.EOF) {
		err = errStreamEnded
	}
	o.Err, o.Answered = err, errors.Is(err, errEventTooLarge) // it would come again
	o.transient = !o.Answered
}

// mustBeEvents returns an error if what follows a header cannot be events.
func mustBeEvents(header http.Header) error {
	contentType, _, _ := strings.Cut(header.Get("Content-Type"), ";")
	if !strings.EqualFold(strings.TrimSpace(contentType), "text/event-stream") {
		return fmt.Errorf("the answer is not a stream of events, but %q", header.Get("Content-Type"))
	}
	// "null" is what Losant's framework says when it does not compress.
	switch encoding := strings.ToLower(header.Get("Content-Encoding")); encoding {
	case "", "identity", "null":
		return nil
	default:
		return fmt.Errorf("the answer is encoded with %q, which was not asked for", encoding)
	}
}

// explain replaces the error of a stream by what it comes from: the end of the caller's context, or silence.
func (o *Outcome) explain(caller, ctx context.Context) {
	if o.Err == nil {
		return
	}
	if over := ended(caller); over != nil {
		o.Err, o.transient = over, false
		return
	}
	var silent *silenceError
	if errors.As(context.Cause(ctx), &silent) {
		o.Err, o.transient = silent, true
	}
}

// silence is the time without a sign of life. It runs only while somebody waits for one: a consumer may be slow.
type silence struct {
	cancel context.CancelCauseFunc
	limit  time.Duration
	timer  *time.Timer
}

// await starts the time.
func (s *silence) await(limit time.Duration) {
	s.timer = time.AfterFunc(limit, func() { s.cancel(&silenceError{limit}) })
}

// over stops it.
func (s *silence) over() { s.timer.Stop() }

type silenceError struct{ limit time.Duration }

func (e *silenceError) Error() string {
	return fmt.Sprintf("the stream was silent for %v", e.limit)
}

// listener reads a stream, and keeps the time while it waits for it.
type listener struct {
	io.Reader
	silence *silence
}

func (l listener) Read(p []byte) (int, error) {
	l.silence.await(l.silence.limit)
	defer l.silence.over()
	return l.Reader.Read(p)
}

// awaitedReader reads what comes through code of the caller's. That may hang.
type awaitedReader struct {
	ctx context.Context // a Read has none of its own
	r   io.Reader
}

func (r awaitedReader) Read(p []byte) (int, error) {
	type result struct {
		data []byte
		err  error
	}
	got, err := Await(r.ctx, func() result {
		data := make([]byte, len(p)) // of its own, because it may be left behind
		n, err := r.r.Read(data)
		return result{data[:n], err}
	})
	return copy(p, got.data), cmp.Or(err, got.err)
}
