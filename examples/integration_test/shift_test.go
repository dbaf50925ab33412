package integration_test

import (
	"context"
	"fmt"
	"slices"

	"github.com/losant-go/losant"
)

// shifts is the code under test, as it could be in a service: it keeps people in the groups of their shifts.
type shifts struct {
	client        *losant.Client
	applicationID string
}

// Assign puts a user into the group of a shift, and leaves the other groups of the user as they are.
func (s shifts) Assign(ctx context.Context, userID, groupID string) error {
	user, err := s.client.ExperienceUser.Get(ctx, s.applicationID, userID)
	if err != nil {
		return fmt.Errorf("assigning a shift: %w", err)
	}
	groupIDs := []string{groupID}
	for _, group := range user.ExperienceGroups {
		groupIDs = append(groupIDs, group.ID)
	}
	slices.Sort(groupIDs)
	_, err = s.client.ExperienceUser.Patch(ctx, s.applicationID, userID, losant.ExperienceUserPatch{
		ExperienceGroupIDs: slices.Compact(groupIDs),
	})
	if err != nil {
		return fmt.Errorf("assigning a shift: %w", err)
	}
	return nil
}

// Close ends a shift: everybody leaves its group, and the group is deleted.
func (s shifts) Close(ctx context.Context, groupID string) error {
	_, err := s.client.ExperienceGroup.Patch(ctx, s.applicationID, groupID, losant.ExperienceGroupPatch{
		ExperienceUserIDs: []string{},
	})
	if err != nil {
		return fmt.Errorf("emptying a shift: %w", err)
	}
	if _, err := s.client.ExperienceGroup.Delete(ctx, s.applicationID, groupID); err != nil {
		return fmt.Errorf("deleting an empty shift: %w", err)
	}
	return nil
}
