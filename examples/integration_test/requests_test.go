package integration_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// The server records what arrives: for what the state does not show, such as headers and the order of calls.
func TestCloseEmptiesBeforeItDeletes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, losant.WithLosantDomain("example.com"))

	require.NoError(t, w.shifts.Close(t.Context(), w.early.ID))

	requests := w.Requests()
	require.Len(t, requests, 2)
	empty, remove := requests[0], requests[1]
	assert.Equal(t, "experienceGroup.patch", empty.Operation)
	assert.JSONEq(t, `{"experienceUserIds": []}`, string(empty.Body), "empty, not left out")
	assert.Equal(t, "experienceGroup.delete", remove.Operation)
	assert.Empty(t, remove.Body)
	for _, request := range requests {
		assert.Equal(t, "/applications/"+w.shifts.applicationID+"/experience/groups/"+w.early.ID, request.Path)
		assert.Equal(t, "example.com", request.Header.Get("losantdomain"))
	}
}

// What is refused before it is sent leaves no request behind.
func TestAssignSendsNoBadID(t *testing.T) {
	t.Parallel()
	w := newWorld(t)

	err := w.shifts.Assign(t.Context(), "../groups/"+w.night.ID, w.night.ID)

	var invalid *losant.ValidationError
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, "experienceUserId", invalid.Violations[0].Field)
	assert.Empty(t, w.Requests())
}
