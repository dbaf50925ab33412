package integration_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// Losant is busy for a moment, in the middle of the work. The SDK tries again.
func TestCloseWhileLosantIsBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Inject(losanttest.Fault{Operation: "experienceGroup.delete", Status: http.StatusServiceUnavailable})

	require.NoError(t, w.shifts.Close(t.Context(), w.early.ID))

	assert.Len(t, w.Requests(), 3, "patch, delete, delete again")
}

// Losant fails for good in the middle of the work: the test says what is left behind.
func TestCloseThatFailsHalfway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, losant.WithMaxAttempts(1)) // no waiting for attempts that fail as well
	w.Inject(losanttest.Fault{Operation: "experienceGroup.delete", Status: http.StatusInternalServerError})

	err := w.shifts.Close(t.Context(), w.early.ID)

	var apiErr *losant.APIError
	require.ErrorAs(t, err, &apiErr)
	assert.Equal(t, http.StatusInternalServerError, apiErr.StatusCode)
	assert.Empty(t, w.members(w.early))
	_, exists := w.Group(w.shifts.applicationID, w.early.ID)
	assert.True(t, exists, "the group is empty, but it is there")
	assert.NoError(t, w.shifts.Close(t.Context(), w.early.ID), "and the next try deletes it")
}

// The group is deleted, but the connection breaks before the answer is here.
func TestCloseWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Inject(losanttest.Fault{Operation: "experienceGroup.delete", Truncate: true, AfterApplying: true})

	assert.NoError(t, w.shifts.Close(t.Context(), w.early.ID), "the SDK knows what the 404 of its second delete means")
}

// Losant does not answer, and the caller's patience ends.
func TestAssignWhileLosantHangs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Inject(losanttest.Fault{Operation: "experienceUser.patch", Delay: time.Hour})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()

	err := w.shifts.Assign(ctx, w.ada.ID, w.night.ID)

	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Empty(t, w.members(w.night))
}
