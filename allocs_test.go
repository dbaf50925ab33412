//go:build !race

// The race detector makes sync.Pool forget at random, and so the count of allocations a matter of luck.

package losant_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/contenders"
)

// The allocations that a call in memory may make, those of the transport included.
const (
	maxGetAllocs   = 41
	maxPatchAllocs = 54
)

//nolint:paralleltest // testing.AllocsPerRun counts the allocations of the whole process
func TestAllocationsOfACall(t *testing.T) {
	patch := losant.ExperienceUserPatch{
		Password: losant.Ptr("aNewPassword"),
		UserTags: map[string]string{"customKey": "newCustomValue"},
	}
	client := newCannedClient(t, newCanned(contenders.Answer("Get/user")))
	for _, c := range []struct {
		name string
		most float64
		call func() error
	}{
		{"Get", maxGetAllocs, func() error {
			_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID)
			return err
		}},
		{"Patch", maxPatchAllocs, func() error {
			_, err := client.ExperienceUser.Patch(t.Context(), applicationID, userID, patch)
			return err
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.NoError(t, c.call())
			assert.LessOrEqual(t, testing.AllocsPerRun(1000, func() { _ = c.call() }), c.most)
		})
	}
}
