package rest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What has a GetBody, net/http may send again by itself.
func TestWhoMaySendABodyAgain(t *testing.T) {
	t.Parallel()
	form := func() *Form { return newForm(t, bytes.NewBufferString("content")) }
	for _, row := range []struct {
		class    Class
		body     Body
		own      bool
		mayAgain bool
	}{
		{Once, JSON("{}"), true, true}, // which is watched
		{Once, JSON("{}"), false, false},
		{Read, JSON("{}"), true, true},
		{Read, JSON("{}"), false, true},
		{Repeatable, JSON("{}"), false, true},
		{Delete, JSON("{}"), false, true},
		{Once, form(), true, false},
		{Read, form(), false, false},
		{Read, nil, true, false},
	} {
		t.Run(fmt.Sprintf("%d %T %t", row.class, row.body, row.own), func(t *testing.T) {
			t.Parallel()
			request := newRequest(row.class)
			request.Body = row.body
			a := &attempt{Request: request, url: request.URL}

			require.NoError(t, a.build(t.Context(), row.own))

			assert.Equal(t, row.mayAgain, a.outgoing.GetBody != nil)
			if row.mayAgain {
				body, err := a.outgoing.GetBody()
				require.NoError(t, err)
				text, err := io.ReadAll(body)
				require.NoError(t, err)
				assert.Equal(t, "{}", string(text))
			}
		})
	}
}

func TestWhatEndedAnAttempt(t *testing.T) {
	t.Parallel()
	var (
		errCause = errors.New("the user left")
		errWire  = errors.New("the cable was cut")
	)
	type contexts struct{ caller, attempt context.Context }
	cancelled := func(cause error) context.Context {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(cause)
		return ctx
	}
	late, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	t.Cleanup(cancel)
	lateWithCause, cancel := context.WithDeadlineCause(t.Context(), time.Unix(0, 0), fmt.Errorf("too late: %w", context.DeadlineExceeded))
	t.Cleanup(cancel)
	for name, row := range map[string]struct {
		contexts
		err  error
		want string
		is   []error
		not  []error
	}{
		"nothing": {contexts{t.Context(), t.Context()}, errWire, "the cable was cut", []error{errWire}, []error{context.Canceled}},
		"the caller": {
			contexts{cancelled(nil), t.Context()}, errWire, "context canceled: the cable was cut", []error{errWire, context.Canceled}, nil,
		},
		"the caller, and it says so": {
			contexts{cancelled(nil), t.Context()}, context.Canceled, "context canceled", []error{context.Canceled}, nil,
		},
		"the caller, with a cause": {
			contexts{cancelled(errCause), t.Context()},
			errWire, "context canceled: the user left: the cable was cut",
			[]error{errWire, context.Canceled, errCause},
			nil,
		},
		"the caller, with a cause, and it is half of it": {
			contexts{cancelled(errCause), t.Context()},
			context.Canceled, "context canceled: the user left",
			[]error{context.Canceled, errCause},
			nil,
		},
		"the caller, with a cause, and it is all of it": {
			contexts{cancelled(errCause), t.Context()},
			fmt.Errorf("dial: %w: %w", context.Canceled, errCause),
			"dial: context canceled: the user left",
			[]error{context.Canceled, errCause},
			nil,
		},
		"the caller's time": {
			contexts{lateWithCause, t.Context()},
			errWire, "too late: context deadline exceeded: the cable was cut",
			[]error{errWire, context.DeadlineExceeded},
			nil,
		},
		"its time": {
			contexts{t.Context(), late},
			errWire, "context deadline exceeded: the attempt took longer than 7s: the cable was cut",
			[]error{errWire, context.DeadlineExceeded},
			[]error{context.Canceled},
		},
		"no progress": {
			contexts{t.Context(), cancelled(errNoProgress)},
			context.Canceled,
			"the attempt made no progress for 7s: context deadline exceeded",
			[]error{context.DeadlineExceeded},
			[]error{context.Canceled},
		},
		"the transport": {
			contexts{t.Context(), cancelled(nil)}, context.Canceled, errStopped.Error(), []error{errStopped}, []error{context.Canceled},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := (&Request{Timeout: 7 * time.Second}).explain(row.caller, row.attempt, row.err)

			require.EqualError(t, err, row.want)
			for _, is := range row.is {
				require.ErrorIs(t, err, is)
			}
			for _, not := range row.not {
				require.NotErrorIs(t, err, not)
			}
		})
	}
}

func TestNoErrorHasTheURL(t *testing.T) {
	t.Parallel()
	errWire := errors.New("the cable was cut")
	wrapped := &url.Error{Op: "Get", URL: "https://example.com/?secret", Err: &url.Error{Op: "Get", URL: "https://secret", Err: errWire}}

	require.EqualError(t, withoutURL(wrapped), "the cable was cut")
	inside := fmt.Errorf("a transport: %w", wrapped)
	assert.Equal(t, inside, withoutURL(inside), "what others say is theirs")
}

// A transport that does not heed its context may answer a stream that nobody waits for any more.
func TestAStreamThatComesTooLateIsClosed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var closed atomic.Int64
		client := NewClientThrough(&http.Client{Transport: transportFunc(func(*http.Request) (*http.Response, error) {
			time.Sleep(time.Hour)
			return &http.Response{
				StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {"text/event-stream"}},
				Body: watchedBody{strings.NewReader("data: 1\n\n"), &closed},
			}, nil
		})})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()

		_, _, o := follow(ctx, client, streamOf(1), 1)

		require.ErrorIs(t, o.Err, context.DeadlineExceeded)
		time.Sleep(2 * time.Hour)
		assert.EqualValues(t, 1, closed.Load())
	})
}

func TestATransportThatReturnsNothingHasFailed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := NewClientThrough(&http.Client{Transport: transportFunc(func(*http.Request) (*http.Response, error) {
			return nil, nil //nolint:nilnil // which it must not
		})})

		o := client.Do(t.Context(), newRequest(Once))

		require.ErrorContains(t, o.Err, "nil")
		assert.False(t, o.Answered)
		assert.True(t, o.MaybeApplied)
		assert.Equal(t, 1, o.Attempts)
	})
}
