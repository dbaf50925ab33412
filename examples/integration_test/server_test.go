package integration_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// world is a Losant API and what is in it. Each test makes its own: a server is cheap, and what no
// other test can touch needs no cleaning up.
type world struct {
	*losanttest.Server
	shifts       shifts
	ada          losant.ExperienceUser
	early, night losant.ExperienceGroup
}

// newWorld starts a server that ends with the test. In it, Ada works the early shift.
func newWorld(t *testing.T, opts ...losant.Option) world {
	t.Helper()
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	client, err := server.NewClient(opts...)
	require.NoError(t, err)

	// What a test does not care about is left out: the server fills in ids, names and dates.
	applicationID := server.AddApplication()
	w := world{Server: server, shifts: shifts{client, applicationID}}
	w.ada = server.AddUser(applicationID, losant.ExperienceUser{FirstName: "Ada"})
	w.early = server.AddGroup(applicationID, losant.ExperienceGroup{
		Name: "Early", ExperienceUserIDs: []string{w.ada.ID},
	})
	w.night = server.AddGroup(applicationID, losant.ExperienceGroup{Name: "Night"})
	return w
}

// members are the users who are in a group now. A test looks at the state itself: one that asks the client under test
// would not see what that gets wrong both ways.
func (w world) members(group losant.ExperienceGroup) []string {
	now, _ := w.Group(w.shifts.applicationID, group.ID)
	return now.ExperienceUserIDs
}

func TestAssign(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	require.NoError(t, w.shifts.Assign(t.Context(), w.ada.ID, w.night.ID))

	assert.Equal(t, []string{w.ada.ID}, w.members(w.night))
	assert.Equal(t, []string{w.ada.ID}, w.members(w.early), "still there")
}

func TestClose(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	require.NoError(t, w.shifts.Close(t.Context(), w.early.ID))

	_, exists := w.Group(w.shifts.applicationID, w.early.ID)
	assert.False(t, exists)
	ada, exists := w.User(w.shifts.applicationID, w.ada.ID)
	assert.True(t, exists)
	assert.Empty(t, ada.ExperienceGroups)
}

func TestAssignNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	err := w.shifts.Assign(t.Context(), w.night.ID, w.night.ID) // the id of a group

	var notFound *losant.NotFoundError
	require.ErrorAs(t, err, &notFound)
	assert.Equal(t, "Experience user was not found", notFound.Message, "the texts are Losant's own")
}
