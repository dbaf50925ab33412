package losant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// patch is the body of a request, or nil.
type patch interface {
	violations() []Violation
}

// call carries out one operation, from the arguments of a service method to one result or one error.
func call[T any](
	ctx context.Context, c *core, row int, ids []string, body patch, opts []CallOption,
) (*T, error) {
	if c == nil {
		return nil, invalid(operations[row].Name, []Violation{{"client", "must be made with NewClient"}})
	}
	started := time.Now()
	r, err := c.prepare(ctx, &operations[row], ids, body, opts)
	var a answer
	if err == nil {
		a, err = c.send(ctx, &r)
	}
	out := new(T)
	if err == nil {
		err = r.decode(a, out)
	}
	if r.report != nil {
		r.report(Response{StatusCode: a.status, Header: a.header, Attempts: a.attempts, Duration: time.Since(started)})
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// request is what all attempts of one call have in common.
type request struct {
	settings
	operation *Operation
	target    target
	body      []byte
}

// target is where a request goes.
type target struct {
	base  *url.URL
	path  string // with that of base
	query string // encoded
}

func (t target) url() url.URL {
	u := *t.base
	u.Path = t.path
	if u.RawPath != "" { // an escaped prefix; ids need no escaping
		u.RawPath += t.path[len(t.base.Path):]
	}
	u.RawQuery = t.query
	return u
}

// prepare builds the request, or refuses to: nothing has been sent, nor the token source been asked, when it returns
// an error.
func (c *core) prepare(
	ctx context.Context, o *Operation, ids []string, body patch, opts []CallOption,
) (request, error) {
	settings, violations := adjusted(c.defaults(), opts)
	r := request{settings: settings, operation: o}
	violations = append(violations, r.locate(c.base, ids)...)
	if body != nil && r.validate {
		violations = append(violations, body.violations()...)
	}
	if ctx == nil {
		violations = append(violations, Violation{"ctx", "must not be nil"})
	}
	if body != nil && len(violations) == 0 {
		var err error
		if r.body, err = json.Marshal(body); err != nil {
			resource, _, _ := strings.Cut(o.Name, ".")
			violations = append(violations, Violation{resource, "cannot be encoded: " + err.Error()})
		}
	}
	if err := invalid(o.Name, violations); err != nil {
		return r, err
	}
	if err := ctx.Err(); err != nil {
		return r, r.failure(answer{err: err})
	}
	return r, nil
}

// adjusted applies the options of a call to a copy of the client's settings.
func adjusted(s settings, opts []CallOption) (_ settings, violations []Violation) {
	if len(opts) == 0 {
		return s, nil
	}
	own := s.clone()
	for _, o := range opts {
		if o == nil {
			violations = append(violations, Violation{"option", "must not be nil"})
		} else {
			violations = append(violations, o.adjust(&own)...)
		}
	}
	return own, violations
}

// locate makes the target: it puts ids in the place of the parameters of the operation's path, in their order.
func (r *request) locate(base *url.URL, ids []string) (violations []Violation) {
	var path strings.Builder
	path.Grow(len(base.Path) + len(r.operation.Path) + len(ids)*idLength)
	path.WriteString(base.Path)
	template := r.operation.Path
	for _, id := range ids {
		literal, rest, _ := strings.Cut(template, "{")
		name, rest, _ := strings.Cut(rest, "}")
		violations = append(violations, violated(name, mustBeWord(id, maxParameter))...)
		path.WriteString(literal)
		path.WriteString(id)
		template = rest
	}
	path.WriteString(template)
	r.target = target{base, path.String(), r.query.encoded}
	return violations
}

// path is the path of the request, with the prefix of the base URL, without the query.
func (r *request) path() string {
	u := r.target.url()
	return u.EscapedPath()
}

// answer is what came of an attempt.
type answer struct {
	status        int // 0 when there was no answer
	header        http.Header
	body          []byte
	err           error  // why there was no answer, or why there is less of its body than promised
	authorization string // that the attempt was made with
	retryAfter    time.Duration
	verdict       verdict
	attempts      int  // up to this one
	replayed      bool // net/http sent the request again, over another connection
	gone          bool // the resource was deleted by an earlier attempt, or by what was sent before a replay
}

// succeeded reports whether the answer is one of success, and complete.
func (a answer) succeeded() bool { return isSuccess(a.status) && a.err == nil }

func isSuccess(status int) bool { return status >= 200 && status <= 299 }

// attempt sends the request once.
func (c *core) attempt(ctx context.Context, r *request, number int) answer {
	started := time.Now()
	a := c.exchange(ctx, r)
	a.attempts = number
	if c.logger != nil {
		c.log(ctx, r, a, time.Since(started))
	}
	return a
}

// exchange sends the request once and reads the answer.
func (c *core) exchange(caller context.Context, r *request) answer {
	ctx, cancel := r.limit(caller)
	defer cancel()
	authorization, err := r.credential(ctx)
	if err != nil {
		return answer{err: r.explain(caller, ctx, err)}
	}
	sent := &shipment{
		Context: ctx, operation: r.operation, target: r.target, authorization: authorization, body: r.body,
	}
	response, err := c.ship(r.header, sent) //nolint:contextcheck // the shipment is the context
	if err != nil {
		a := answer{err: r.explain(caller, ctx, err)}
		if caller.Err() == nil {
			a.verdict = judgeError(err, sent)
		}
		return a
	}
	defer func() { _ = response.Body.Close() }()
	a := c.read(caller, ctx, r, response, authorization)
	a.replayed = sent.written.Load() > 1
	return a
}

// read reads the answer of an exchange.
func (c *core) read(
	caller, ctx context.Context, r *request, response *http.Response, authorization string,
) answer {
	body, err := c.readBody(response)
	if err != nil {
		err = r.explain(caller, ctx, err)
	} else if len(body) > maxBody {
		err = errTooLarge
	}
	showLocation(response.Header)
	a := answer{
		status: response.StatusCode, header: response.Header, body: body, err: err, authorization: authorization,
		retryAfter: parseRetryAfter(response.Header.Get("Retry-After")),
	}
	if caller.Err() == nil || !isSuccess(a.status) {
		a.verdict = judge(a.status, a.err)
	}
	return a
}

// decode decodes an answer of success.
func (r *request) decode(a answer, out any) error {
	if s, ok := out.(*Success); ok && a.gone {
		s.Success = true
		return nil
	}
	if err := decode(a.status, a.body, out); err != nil {
		a.err = err
		return r.failure(a)
	}
	return nil
}

// limit returns the context of one attempt.
func (r *request) limit(ctx context.Context) (context.Context, context.CancelFunc) {
	if r.timeout == 0 {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, r.timeout)
}

// explain returns the cause of an error, without the URL that net/http puts around it, since its query may hold
// secrets. When the time of the caller or of the attempt is over, the error says so, and is the context's too.
func (r *request) explain(caller, attempt context.Context, err error) error {
	for {
		wrapper, ok := err.(*url.Error) //nolint:errorlint // only the outermost: what is inside others is theirs
		if !ok {
			break
		}
		err = wrapper.Err // there are several, if a transport has a client of its own
	}
	over := caller.Err()
	if over == nil && attempt.Err() != nil {
		over = attempt.Err()
		err = fmt.Errorf("the attempt took longer than %v: %w", r.timeout, err)
	}
	if over != nil && !errors.Is(err, over) {
		err = fmt.Errorf("%w: %w", over, err)
	}
	return err
}

// log writes the record of one attempt.
func (c *core) log(ctx context.Context, r *request, a answer, took time.Duration) {
	level := slog.LevelWarn
	if a.succeeded() {
		level = slog.LevelInfo
	}
	attrs := []slog.Attr{
		slog.String("operation", r.operation.Name), slog.String("method", r.operation.Method),
		slog.String("path", r.path()), slog.Int("status", a.status),
		slog.Int("attempt", a.attempts), slog.Duration("duration", took),
	}
	if a.err != nil {
		attrs = append(attrs, slog.String("error", a.err.Error()))
	}
	c.logger.LogAttrs(ctx, level, "losant request", attrs...)
}
