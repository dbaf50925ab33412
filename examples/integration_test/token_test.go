package integration_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// A token with the scopes of production shows that they are enough.
func TestAssignWithTheScopesItHas(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	var token string
	client, err := w.NewClient(losant.WithTokenSource(func(context.Context) (string, error) { return token, nil }))
	require.NoError(t, err)
	code := shifts{client, w.shifts.applicationID}

	token = w.Token(losant.ScopeExperienceUserGet, losant.ScopeExperienceUserPatch)
	require.NoError(t, code.Assign(ctx, w.ada.ID, w.night.ID))

	// And that each of them is needed.
	token = w.Token(losant.ScopeExperienceUserGet)
	var forbidden *losant.ForbiddenError
	require.ErrorAs(t, code.Assign(ctx, w.ada.ID, w.night.ID), &forbidden)
	assert.Contains(t, forbidden.RequiredScopes, losant.ScopeExperienceUserPatch)
	assert.Equal(t, []losant.Scope{losant.ScopeExperienceUserGet}, forbidden.GrantedScopes)
}

func TestAssignWithAnExpiredToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client, err := w.NewClient(losant.WithToken(w.ExpiredToken()))
	require.NoError(t, err)

	err = shifts{client, w.shifts.applicationID}.Assign(t.Context(), w.ada.ID, w.night.ID)

	var unauthorized *losant.UnauthorizedError
	require.ErrorAs(t, err, &unauthorized)
	assert.Equal(t, "Access token has expired", unauthorized.Message)
	assert.Empty(t, w.members(w.night))
}
