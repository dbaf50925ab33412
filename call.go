package losant

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/losant-go/losant/internal/rest"
)

// service is what the services of a Client share: each is one by another name.
type service struct{ core *core }

// arguments are what a method was given for the request.
type arguments struct {
	ids      ids
	required func(*parameters) // adds the required parameters of the query; nil for none
	body     body              // nil for none
	form     params            // nil for none
	turn     parameter         // a parameter of the query that asks for another page; the zero value for the first one
	// target is where the request goes, in place of what the operation and all of the above say; nil for there.
	target func(*core, query) (url.URL, []Violation)
}

// ids are the parameters of a path, in its order.
type ids [3]string

// body is the body of a request.
type body interface {
	// violations names the fields below the name of the body, "" for its usual one.
	violations(name string) []Violation
}

// call carries out one operation: from the arguments of a service method to one result or one error.
func call[T any](ctx context.Context, s *service, o *Operation, args arguments, opts []CallOption) (*T, error) {
	result := new(T)
	if err := s.do(ctx, o, args, opts, result); err != nil {
		return nil, err
	}
	return result, nil
}

// callValue is call for an answer that is a slice or a map.
func callValue[T any](
	ctx context.Context, s *service, o *Operation, args arguments, opts []CallOption,
) (result T, err error) {
	if err = s.do(ctx, o, args, opts, &result); err != nil {
		var none T
		return none, err
	}
	return result, nil
}

// do is call without its type: it fills result.
func (s *service) do(ctx context.Context, o *Operation, args arguments, opts []CallOption, result any) error {
	_, _, err := s.exchange(ctx, o, args, opts, result)
	return err
}

// exchange is do with what was sent, and what came of it.
func (s *service) exchange(
	ctx context.Context, o *Operation, args arguments, opts []CallOption, result any,
) (request *rest.Request, outcome rest.Outcome, err error) {
	if s == nil || s.core == nil {
		return nil, outcome, invalid(o.Name, []Violation{{"client", "must be made with NewClient"}})
	}
	started := time.Now()
	settings, violations := adjusted(s.core.defaults(), opts)
	request, err = s.core.prepare(ctx, o, &settings, args, violations)
	if err == nil {
		outcome = s.core.rest.Do(ctx, request)
		err = o.result(request, &outcome, result)
	}
	settings.tell(&outcome, started)
	return request, outcome, err
}

// tell fills the Response that the caller wants to see.
func (s *settings) tell(o *rest.Outcome, started time.Time) {
	if s.report != nil {
		s.report(Response{
			StatusCode: o.StatusCode, Header: o.Header, Body: o.Body, Attempts: o.Attempts, Duration: time.Since(started),
		})
	}
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
		} else if wrong := nilParams(o); wrong != nil {
			violations = append(violations, wrong...)
		} else {
			violations = append(violations, o.adjust(&own)...)
		}
	}
	return own, violations
}

// prepare makes the request, or refuses to: then nothing has been sent, nor the token source been asked.
func (c *core) prepare(
	ctx context.Context, o *Operation, s *settings, args arguments, violations []Violation,
) (*rest.Request, error) {
	query, wrong := s.parameters(o, args.required)
	violations = append(violations, wrong...)
	target, wrong := o.target(c.base, args.ids, args.turn.replaceIn(query), s.validate)
	if args.target != nil {
		target, wrong = args.target(c, s.query)
	}
	violations = append(violations, wrong...)
	if args.body != nil && s.validate {
		violations = append(violations, args.body.violations(o.body)...)
	}
	if ctx == nil {
		violations = append(violations, Violation{"ctx", "must not be nil"})
	}
	request := &rest.Request{
		Method: o.Method, URL: target, Header: s.header, Class: o.class, MaxBody: o.maxBody,
		MaxAttempts: s.maxAttempts, Timeout: s.timeout, Authorize: s.credential.authorize, Refused: s.credential.refused,
	}
	if request.Authorize == nil {
		if !o.noToken {
			violations = append(violations, Violation{"token", "is needed, and the client was made WithoutToken"})
		}
		request.Authorize = func(context.Context) (string, error) { return "", nil }
	}
	if args.body != nil && len(violations) == 0 {
		encoded, err := encode(args.body)
		if err != nil {
			resource, _, _ := strings.Cut(o.Name, ".")
			violations = append(violations, Violation{resource, "cannot be encoded: " + err.Error()})
		}
		request.Body = rest.JSON(encoded)
	}
	if args.form != nil {
		form, wrong := newForm(args.form, s.validate)
		violations = append(violations, wrong...)
		request.Body = form // not looked at if anything is wrong
	}
	if c.logger != nil {
		request.Report = func(ctx context.Context, outcome rest.Outcome, took time.Duration) {
			c.log(ctx, o.Name, request, &outcome, took)
		}
	}
	return request, invalid(o.Name, violations)
}

// encode encodes a body. What has nothing in it is empty, and not null.
func encode(body body) (encoded []byte, err error) {
	if raw, ok := body.(unchecked); ok {
		return json.Marshal(raw.value)
	}
	if own, ok := body.(json.Marshaler); ok {
		encoded, err = own.MarshalJSON()
	} else {
		encoded, err = json.Marshal(body)
	}
	switch {
	case string(encoded) != "null":
		return encoded, err
	case reflect.TypeOf(body).Kind() == reflect.Slice:
		return []byte("[]"), nil
	default:
		return []byte("{}"), nil
	}
}

// target is the URL of the operation: ids take the place of the parameters of its path, in their order.
func (o *Operation) target(base *url.URL, ids ids, query string, validate bool) (u url.URL, violations []Violation) {
	var path, escaped strings.Builder
	path.Grow(len(o.Path) + len(ids)*idLength)
	template := o.Path
	for _, id := range ids {
		literal, rest, ok := strings.Cut(template, "{")
		if !ok {
			break
		}
		name, rest, _ := strings.Cut(rest, "}")
		path.WriteString(literal)
		if o.last == anID || strings.Contains(rest, "{") {
			violations = append(violations, violated(name, mustBeWord(id, maxParameter))...)
		} else {
			violations = append(violations, violated(name, o.mustBeName(id, validate))...)
			escaped.WriteString(path.String())
			escaped.WriteString(url.PathEscape(id))
			escaped.WriteString(rest)
		}
		path.WriteString(id)
		template = rest
	}
	path.WriteString(template)
	u = *base
	u.Path += path.String()
	switch {
	case escaped.Len() > 0:
		u.RawPath = base.EscapedPath() + escaped.String()
	case u.RawPath != "": // an escaped prefix; ids need no escaping
		u.RawPath += path.String()
	}
	u.RawQuery = query
	return u, violations
}

// mustBeName is the rule for the parameter of a path that is a name. A dot would name another resource, escaped or not.
func (o *Operation) mustBeName(name string, validate bool) string {
	switch {
	case name == "." || name == "..":
		return "must not be . or .."
	case o.last == aWord && validate:
		return mustBeWord(name, maxKey)
	default:
		return mustBeOfLength(name, 1, maxKey)
	}
}

// result fills result with what the request was answered, or returns the error that it came to.
func (o *Operation) result(request *rest.Request, outcome *rest.Outcome, result any) error {
	if !outcome.Succeeded() {
		err := o.failure(request, outcome)
		if gone, ok := result.(interface{ gone() }); ok && o.class == rest.Delete && outcome.Doubt && isNotFound(err) {
			gone.gone() // an earlier sending had done it
			return nil
		}
		return err
	}
	if err := decode(outcome.StatusCode, outcome.Body, result); err != nil {
		outcome.Err = err
		return o.failure(request, outcome)
	}
	return nil
}

// log writes the record of one attempt.
func (c *core) log(ctx context.Context, operation string, r *rest.Request, o *rest.Outcome, took time.Duration) {
	level := slog.LevelWarn
	if o.Succeeded() {
		level = slog.LevelInfo
	}
	attrs := []slog.Attr{
		slog.String("operation", operation), slog.String("method", r.Method),
		slog.String("path", r.URL.EscapedPath()), slog.Int("status", o.StatusCode),
		slog.Int("attempt", o.Attempts), slog.Duration("duration", took),
	}
	if o.Err != nil {
		attrs = append(attrs, slog.String("error", loggable(o.Err)))
	}
	c.logger.LogAttrs(ctx, level, "losant request", attrs...)
}

// loggable is the text of an error without what it quotes: when net/http cannot read an answer, that is a line of it.
func loggable(err error) string {
	text := err.Error()
	if start, _, malformed := strings.Cut(text, "malformed"); malformed {
		text = start + "malformed answer"
	}
	if start, _, quotes := strings.Cut(text, `"`); quotes {
		text = start + "…"
	}
	return text
}
