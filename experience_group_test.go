package losant_test

import (
	"net/http"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

func TestExperienceGroupActionsOnTheWire(t *testing.T) {
	t.Parallel()
	for _, a := range groupActions {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			a.expectWire(t)
		})
	}
}

func TestExperienceGroupActionsOverHTTP(t *testing.T) {
	t.Parallel()
	for _, a := range groupActions {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			a.expectOverHTTP(t)
		})
	}
}

func TestExperienceGroupPatchTellsUnsetFromClearFromValue(t *testing.T) {
	t.Parallel()
	type patch = losant.ExperienceGroupPatch
	covered := map[string]bool{}
	for _, c := range []struct {
		name  string
		patch patch
		body  string
	}{
		{"nothing", patch{}, `{}`},
		{"name", patch{Name: losant.Ptr("Floor 8")}, `{"name":"Floor 8"}`},
		{"name cleared", patch{Name: losant.Ptr("")}, `{"name":""}`},
		{"description", patch{Description: losant.Ptr("North")}, `{"description":"North"}`},
		{"description cleared", patch{Description: losant.Ptr("")}, `{"description":""}`},
		{"users", patch{ExperienceUserIDs: []string{userID}}, `{"experienceUserIds":["` + userID + `"]}`},
		{"users cleared", patch{ExperienceUserIDs: []string{}}, `{"experienceUserIds":[]}`},
		{"endpoints", patch{ExperienceEndpointIDs: []string{userID}}, `{"experienceEndpointIds":["` + userID + `"]}`},
		{"endpoints cleared", patch{ExperienceEndpointIDs: []string{}}, `{"experienceEndpointIds":[]}`},
		{"tags", patch{GroupTags: map[string]string{"k": "v"}}, `{"groupTags":{"k":"v"}}`},
		{"tags cleared", patch{GroupTags: map[string]string{}}, `{"groupTags":{}}`},
		{"devices", patch{DeviceIDs: []string{userID}}, `{"deviceIds":["` + userID + `"]}`},
		{"devices cleared", patch{DeviceIDs: []string{}}, `{"deviceIds":[]}`},
		{
			"device tags",
			patch{DeviceTags: []losant.DeviceTag{{Key: "k", Value: "v"}, {Key: "k"}, {Value: "v"}, {}}},
			`{"deviceTags":[{"key":"k","value":"v"},{"key":"k"},{"value":"v"},{}]}`,
		},
		{"device tags cleared", patch{DeviceTags: []losant.DeviceTag{}}, `{"deviceTags":[]}`},
		{"device query", patch{DeviceQueryJSON: losant.Value(`{"a":1}`)}, `{"deviceQueryJson":"{\"a\":1}"}`},
		{"device query cleared", patch{DeviceQueryJSON: losant.Value("")}, `{"deviceQueryJson":""}`},
		{"device query null", patch{DeviceQueryJSON: losant.Null[string]()}, `{"deviceQueryJson":null}`},
		{"parent", patch{ParentID: losant.Value(groupID)}, `{"parentId":"` + groupID + `"}`},
		{"parent cleared", patch{ParentID: losant.Value("")}, `{"parentId":""}`},
		{"parent null", patch{ParentID: losant.Null[string]()}, `{"parentId":null}`},
	} {
		noteFields(covered, c.patch)
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client, transport := newMocked(t)
			requests := record(transport, httpmock.NewStringResponder(http.StatusOK, groupAnswer))

			_, err := client.ExperienceGroup.Patch(t.Context(), applicationID, groupID, c.patch, losant.WithoutValidation())

			require.NoError(t, err)
			assert.JSONEq(t, c.body, requests.only(t).body)
		})
	}
	expectAllFields(t, covered, patch{})
}

func TestExperienceGroupGetAsksForDeviceCounts(t *testing.T) {
	t.Parallel()
	const direct, total = "&includeDirectDeviceCount=true", "&includeTotalDeviceCount=true"
	for query, opts := range map[string][]losant.CallOption{
		defaultQuery:                  nil,
		defaultQuery + direct:         {losant.ExperienceGroupGetParams{IncludeDirectDeviceCount: true}},
		defaultQuery + total:          {losant.ExperienceGroupGetParams{IncludeTotalDeviceCount: true}},
		defaultQuery + direct + total: {losant.ExperienceGroupGetParams{IncludeDirectDeviceCount: true, IncludeTotalDeviceCount: true}},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			client, transport := newMocked(t)
			requests := record(transport, httpmock.NewStringResponder(http.StatusOK, groupAnswer))

			_, err := client.ExperienceGroup.Get(t.Context(), applicationID, groupID, opts...)

			require.NoError(t, err)
			assert.Equal(t, query, requests.only(t).URL.RawQuery)
		})
	}
}
