package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// fakeUsers is a fake of the interface that the service declares. A nil function succeeds.
type fakeUsers struct {
	patch  func(ctx context.Context, id string, patch losant.ExperienceUserPatch) error
	delete func(ctx context.Context, id string) error
}

func (f fakeUsers) Patch(
	ctx context.Context, _, id string, patch losant.ExperienceUserPatch, _ ...losant.CallOption,
) (*losant.ExperienceUser, error) {
	if f.patch != nil {
		if err := f.patch(ctx, id, patch); err != nil {
			return nil, err
		}
	}
	return &losant.ExperienceUser{ID: id}, nil
}

func (f fakeUsers) Delete(ctx context.Context, _, id string, _ ...losant.CallOption) (*losant.Success, error) {
	if f.delete != nil {
		if err := f.delete(ctx, id); err != nil {
			return nil, err
		}
	}
	return &losant.Success{Success: true}, nil
}

const applicationID = "58b9d743cbfafe1be6757400"

func errNotFound(message string) error {
	return &losant.NotFoundError{APIError: &losant.APIError{StatusCode: 404, Type: "NotFound", Message: message}}
}

func TestPersonLosesAccessBeforeItIsDeleted(t *testing.T) {
	t.Parallel()
	var calls []string
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	o := newOffboarder(fakeUsers{
		patch: func(_ context.Context, id string, patch losant.ExperienceUserPatch) error {
			calls = append(calls, fmt.Sprintf("patch %s %v", id, patch))
			return nil
		},
		delete: func(_ context.Context, id string) error {
			calls = append(calls, "delete "+id)
			return nil
		},
	}, applicationID, 1)
	o.now = func() time.Time { return now }

	require.NoError(t, o.person(t.Context(), "ada"))
	assert.Equal(t, []string{
		`patch ada losant.ExperienceUserPatch{"tokenCutoff":"2026-01-02T03:04:05Z","experienceGroupIds":[]}`,
		"delete ada",
	}, calls)
}

func TestPersonIsNotDeletedWhileAccessLasts(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	o := newOffboarder(fakeUsers{
		patch:  func(context.Context, string, losant.ExperienceUserPatch) error { return refused },
		delete: func(context.Context, string) error { t.Error("deleted"); return nil },
	}, applicationID, 1)

	assert.ErrorIs(t, o.person(t.Context(), "ada"), refused)
}

func TestPersonWhoIsGone(t *testing.T) {
	t.Parallel()
	gone := errNotFound("Experience user was not found")

	t.Run("to begin with", func(t *testing.T) {
		t.Parallel()
		o := newOffboarder(fakeUsers{
			patch: func(context.Context, string, losant.ExperienceUserPatch) error { return gone },
		}, applicationID, 1)
		assert.ErrorIs(t, o.person(t.Context(), "ada"), gone, "a wrong id must not look like success")
	})
	t.Run("since access was ended", func(t *testing.T) {
		t.Parallel()
		o := newOffboarder(fakeUsers{
			delete: func(context.Context, string) error { return gone },
		}, applicationID, 1)
		assert.NoError(t, o.person(t.Context(), "ada"))
	})
	t.Run("but not if the delete fails otherwise", func(t *testing.T) {
		t.Parallel()
		refused := errors.New("refused")
		o := newOffboarder(fakeUsers{
			delete: func(context.Context, string) error { return refused },
		}, applicationID, 1)
		assert.ErrorIs(t, o.person(t.Context(), "ada"), refused)
	})
}

func TestPeopleDoNotStopEachOther(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	o := newOffboarder(fakeUsers{
		delete: func(ctx context.Context, id string) error {
			if id == "bob" {
				return refused
			}
			return ctx.Err()
		},
	}, applicationID, 1) // one after the other: Bob comes before Grace

	results := o.people(t.Context(), []string{"ada", "bob", "grace"})
	require.Len(t, results, 3)
	require.NoError(t, results[0])
	require.ErrorIs(t, results[1], refused)
	require.NoError(t, results[2])
}

// The bound holds for all requests together.
func TestConcurrencyIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const bound = 3
		var running atomic.Int64
		var most int64
		release := make(chan struct{})
		o := newOffboarder(fakeUsers{
			patch: func(context.Context, string, losant.ExperienceUserPatch) error {
				running.Add(1)
				<-release
				running.Add(-1)
				return nil
			},
		}, applicationID, bound)
		for range 2 {
			go o.people(t.Context(), []string{"a", "b", "c", "d", "e"})
		}
		for range 10 {
			synctest.Wait() // until nobody can go on without being released
			most = max(most, running.Load())
			release <- struct{}{}
		}
		assert.EqualValues(t, bound, most)
	})
}

func TestNothingIsBegunAfterTheEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	entered, release := make(chan struct{}), make(chan struct{})
	o := newOffboarder(fakeUsers{
		patch: func(context.Context, string, losant.ExperienceUserPatch) error {
			close(entered) // panics if anybody comes second
			<-release
			return nil
		},
	}, applicationID, 1)
	first := make(chan error)
	go func() { first <- o.person(ctx, "ada") }()
	<-entered
	cancel()
	require.ErrorIs(t, o.person(ctx, "grace"), context.Canceled, "there is no room, and no time to wait for it")
	close(release)
	assert.NoError(t, <-first)
}
