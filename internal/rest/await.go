package rest

import (
	"context"
	"runtime"
	"time"
)

// grace is how long code that heeds its context may take to come back when that ends.
const grace = 100 * time.Millisecond

// Await runs f, which is code of somebody else under ctx, and returns what it returns. If f has not come back shortly
// after the end of ctx, Await leaves it behind, and returns why ctx ended. What f panics with, the caller gets.
func Await[T any](ctx context.Context, f func() T) (T, error) {
	if ctx.Done() == nil {
		return f(), nil
	}
	done := make(chan result[T], 1)
	go func() {
		var r result[T]
		defer func() {
			if !r.returned {
				r.panicked = recover()
			}
			done <- r
		}()
		r.value = f()
		r.returned = true
	}()
	select {
	case r := <-done:
		return r.get(), nil
	case <-ctx.Done():
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case r := <-done:
		return r.get(), nil
	case <-timer.C:
		var none T
		return none, ended(ctx)
	}
}

// result is how a function ended: by a return, with a panic, or with runtime.Goexit, as tests do that fail.
type result[T any] struct {
	value    T
	returned bool
	panicked any
}

// get ends as the function did.
func (r *result[T]) get() T {
	switch {
	case r.returned:
	case r.panicked != nil:
		panic(r.panicked)
	default:
		runtime.Goexit()
	}
	return r.value
}
