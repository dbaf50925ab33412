package rest

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestAwaitLeavesBehindWhatDoesNotHeedItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("the user left")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(cause) })
		release := make(chan struct{})
		start := time.Now()

		_, err := Await(ctx, func() int { <-release; return 1 })

		require.ErrorIs(t, err, context.Canceled)
		require.ErrorIs(t, err, cause)
		assert.Equal(t, time.Second+grace, time.Since(start))
		close(release)
	})
}

func TestAwaitWaitsForWhatHeedsItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		for range 100 { // and not only by chance
			value, err := Await(ctx, func() int { <-ctx.Done(); return 1 })
			require.NoError(t, err)
			require.Equal(t, 1, value)
		}
		assert.Equal(t, time.Second, time.Since(start))
	})
}

func TestAwaitEndsAsTheFunctionDoes(t *testing.T) {
	t.Parallel()
	value, err := Await(t.Context(), func() string { return "value" })
	require.NoError(t, err)
	assert.Equal(t, "value", value)
	assert.PanicsWithValue(t, "boom", func() {
		_, _ = Await(t.Context(), func() int { panic("boom") })
	})
	exited := make(chan bool)
	go func() {
		returned := false
		defer func() { exited <- !returned }()
		_, _ = Await(t.Context(), func() int { runtime.Goexit(); return 1 })
		returned = true
	}()
	assert.True(t, <-exited)
}
