package losant_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

func TestExperienceUserActionsOnTheWire(t *testing.T) {
	t.Parallel()
	for _, a := range userActions {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			a.expectWire(t)
		})
	}
}

func TestExperienceUserActionsOverHTTP(t *testing.T) {
	t.Parallel()
	for _, a := range userActions {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			a.expectOverHTTP(t)
		})
	}
}

func TestExperienceUserPatchTellsUnsetFromClearFromValue(t *testing.T) {
	t.Parallel()
	type patch = losant.ExperienceUserPatch
	cutoff := time.Date(2026, 8, 1, 12, 30, 0, 500e6, time.UTC)
	covered := map[string]bool{}
	for _, c := range []struct {
		name  string
		patch patch
		body  string
	}{
		{"nothing", patch{}, `{}`},
		{"email", patch{Email: losant.Ptr("ada@example.com")}, `{"email":"ada@example.com"}`},
		{"email cleared", patch{Email: losant.Ptr("")}, `{"email":""}`},
		{"first name", patch{FirstName: losant.Ptr("Ada")}, `{"firstName":"Ada"}`},
		{"first name cleared", patch{FirstName: losant.Ptr("")}, `{"firstName":""}`},
		{"last name", patch{LastName: losant.Ptr("Lovelace")}, `{"lastName":"Lovelace"}`},
		{"last name cleared", patch{LastName: losant.Ptr("")}, `{"lastName":""}`},
		{"password", patch{Password: losant.Ptr("12345678")}, `{"password":"12345678"}`},
		{"password cleared", patch{Password: losant.Ptr("")}, `{"password":""}`},
		{"token cutoff", patch{TokenCutoff: &cutoff}, `{"tokenCutoff":"2026-08-01T12:30:00.5Z"}`},
		{"token cutoff zero", patch{TokenCutoff: &time.Time{}}, `{"tokenCutoff":"0001-01-01T00:00:00Z"}`},
		{"tags", patch{UserTags: map[string]string{"k": "v"}}, `{"userTags":{"k":"v"}}`},
		{"tags cleared", patch{UserTags: map[string]string{}}, `{"userTags":{}}`},
		{"groups", patch{ExperienceGroupIDs: []string{groupID}}, `{"experienceGroupIds":["` + groupID + `"]}`},
		{"groups cleared", patch{ExperienceGroupIDs: []string{}}, `{"experienceGroupIds":[]}`},
	} {
		noteFields(covered, c.patch)
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client, transport := newMocked(t)
			requests := record(transport, httpmock.NewStringResponder(http.StatusOK, userAnswer))

			_, err := client.ExperienceUser.Patch(t.Context(), applicationID, userID, c.patch, losant.WithoutValidation())

			require.NoError(t, err)
			assert.JSONEq(t, c.body, requests.only(t).body)
		})
	}
	expectAllFields(t, covered, patch{})
}
