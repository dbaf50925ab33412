package integration_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// Tables of tests run in parallel too, each test with a world of its own.
func TestAssignToGroups(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		group  func(world) losant.ExperienceGroup
		groups int
	}{
		"a new one":           {func(w world) losant.ExperienceGroup { return w.night }, 2},
		"one she is in":       {func(w world) losant.ExperienceGroup { return w.early }, 1},
		"one that is unknown": {func(world) losant.ExperienceGroup { return losant.ExperienceGroup{ID: unknownID} }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)

			require.NoError(t, w.shifts.Assign(t.Context(), w.ada.ID, test.group(w).ID))

			ada, _ := w.User(w.shifts.applicationID, w.ada.ID)
			assert.Len(t, ada.ExperienceGroups, test.groups)
		})
	}
}

const unknownID = "58b9d794cbfafe1be6757499"

// One client and one server serve many goroutines.
func TestAssignManyAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	const people = 50
	var ids []string
	for range people {
		ids = append(ids, w.AddUser(w.shifts.applicationID, losant.ExperienceUser{}).ID)
	}

	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() { assert.NoError(t, w.shifts.Assign(t.Context(), id, w.night.ID)) })
	}
	all.Wait()

	assert.ElementsMatch(t, ids, w.members(w.night))
	assert.Len(t, w.Requests(), 2*people, "a get and a patch each")
}
