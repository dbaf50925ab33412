package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/losant-go/losant"
)

// users is what off-boarding needs of the SDK. *losant.ExperienceUserService has it, and so has a fake in tests.
type users interface {
	Patch(ctx context.Context, applicationID, experienceUserID string, patch losant.ExperienceUserPatch,
		opts ...losant.CallOption) (*losant.ExperienceUser, error)
	Delete(ctx context.Context, applicationID, experienceUserID string,
		opts ...losant.CallOption) (*losant.Success, error)
}

// offboarder ends the access of people to one application.
type offboarder struct {
	users         users
	applicationID string
	now           func() time.Time
	slots         chan struct{} // one for each person that may be worked on at once
}

func newOffboarder(users users, applicationID string, concurrency int) *offboarder {
	return &offboarder{users, applicationID, time.Now, make(chan struct{}, concurrency)}
}

// person voids the tokens of a user, takes it out of all groups and deletes it. Access ends with the first of the two
// calls, so nobody keeps it when the second fails.
//
// All of it may be repeated, and has to be after an error: the SDK does not repeat a Patch whose answer was lost. A
// user whom somebody else deletes after the Patch is off-boarded. One who is not there to begin with is an error, a
// [*losant.NotFoundError], because off-boarding the wrong id must not look like success.
func (o *offboarder) person(ctx context.Context, id string) error {
	select {
	case o.slots <- struct{}{}:
		defer func() { <-o.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}

	_, err := o.users.Patch(ctx, o.applicationID, id, losant.ExperienceUserPatch{
		TokenCutoff:        losant.Ptr(o.now()),
		ExperienceGroupIDs: []string{}, // none, where nil would leave them as they are
	})
	if err != nil {
		return fmt.Errorf("ending access: %w", err)
	}
	_, err = o.users.Delete(ctx, o.applicationID, id)
	var notFound *losant.NotFoundError
	if err != nil && !errors.As(err, &notFound) {
		return fmt.Errorf("deleting, after access was ended: %w", err)
	}
	return nil
}

// people off-boards many, and returns an error or nil for each. One who fails does not stop the others: each of them
// has access to lose.
func (o *offboarder) people(ctx context.Context, ids []string) []error {
	results := make([]error, len(ids))
	var group errgroup.Group     // without a context: errgroup would end that with the first error
	group.SetLimit(cap(o.slots)) // more goroutines would only wait for a slot
	for i, id := range ids {
		group.Go(func() error {
			results[i] = o.person(ctx, id)
			return nil
		})
	}
	_ = group.Wait() // the errors are in results
	return results
}
