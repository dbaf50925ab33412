package losant

import (
	"context"
	"iter"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/losant-go/losant/internal/rest"
)

// defaultKeepAlive is how often Losant says something on a stream that has nothing to say, unless it is told otherwise.
const defaultKeepAlive = 2 * time.Second

// stream is an iterator over the events of a stream.
func stream[T any](
	ctx context.Context, s *service, o *Operation, args arguments, opts []CallOption,
) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		s.stream(ctx, o, args, opts, func() any { return new(T) }, func(event any, err error) bool {
			decoded, _ := event.(*T)
			return yield(decoded, err)
		})
	}
}

// stream is stream without its type. It yields what newEvent has made, or an error. Only the error of a single event is not
// the last.
func (s *service) stream(
	ctx context.Context, o *Operation, args arguments, opts []CallOption,
	newEvent func() any, yield func(event any, err error) bool,
) {
	if s == nil || s.core == nil {
		yield(nil, invalid(o.Name, []Violation{{"client", "must be made with NewClient"}}))
		return
	}
	started := time.Now()
	settings, violations := adjusted(s.core.defaults(), opts)
	settings.query = settings.query.without(isHypermedia)
	request, err := s.core.prepare(ctx, o, &settings, args, violations)
	var outcome rest.Outcome
	defer func() { settings.tell(&outcome, started) }()
	if err != nil {
		yield(nil, err)
		return
	}
	stopped := false
	outcome = s.core.rest.Stream(ctx, request, rest.Subscription{
		KeepAlive: keepAlive(&request.URL),
		Gap:       func(outcome rest.Outcome) { s.gap(ctx, o, &settings, request, &outcome) },
	}, func(e rest.Event) bool {
		if e.Name != o.event {
			return true
		}
		event := newEvent()
		if err := decode(http.StatusOK, e.Data, event); err != nil {
			odd := rest.Outcome{Answered: true, StatusCode: http.StatusOK, Body: e.Data, Err: err}
			stopped = !yield(nil, o.failure(request, &odd))
		} else {
			stopped = !yield(event, nil)
		}
		return !stopped
	})
	if !stopped {
		yield(nil, o.failure(request, &outcome))
	}
}

// isHypermedia reports the parameters that no stream has.
func isHypermedia(name string) bool {
	return name == "_actions" || name == "_links" || name == "_embedded"
}

// keepAlive is how often a stream gives a sign of life.
func keepAlive(target *url.URL) time.Duration {
	seconds, err := strconv.Atoi(target.Query().Get("keepAliveInterval"))
	if err != nil || seconds <= 0 {
		return defaultKeepAlive
	}
	return time.Duration(seconds) * time.Second
}

// gap tells that a stream has broken and is about to be opened again.
func (s *service) gap(ctx context.Context, o *Operation, settings *settings, r *rest.Request, outcome *rest.Outcome) {
	if s.core.logger != nil {
		attrs := []slog.Attr{
			slog.String("operation", o.Name), slog.String("path", r.URL.EscapedPath()),
			slog.Int("status", outcome.StatusCode), slog.Int("attempt", outcome.Attempts),
		}
		if outcome.Err != nil {
			attrs = append(attrs, slog.String("error", loggable(outcome.Err)))
		}
		s.core.logger.LogAttrs(ctx, slog.LevelWarn, "losant stream interrupted", attrs...)
	}
	if settings.reconnect != nil {
		settings.reconnect(o.failure(r, outcome))
	}
}
