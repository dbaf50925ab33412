// Package encoders_test hands patches to packages of other people that compare and encode values.
package encoders_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	jsoniter "github.com/json-iterator/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

const groupID = "575ed78e7ae143cd83dc4aae"

func TestPatchesAreCompared(t *testing.T) {
	t.Parallel()
	parents := map[string]losant.Nullable[string]{
		"unset": {}, "null": losant.Null[string](), "empty": losant.Value(""), "set": losant.Value(groupID),
	}
	for one, a := range parents {
		for other, b := range parents {
			diff := cmp.Diff(losant.ExperienceGroupPatch{ParentID: a}, losant.ExperienceGroupPatch{ParentID: b})
			assert.Equal(t, one == other, diff == "", "%s and %s: %s", one, other, diff)
		}
	}
}

func TestParamsAreCompared(t *testing.T) {
	t.Parallel()
	now := losant.AuditLogsGetParams{Start: losant.Now()}
	assert.Empty(t, cmp.Diff(now, losant.AuditLogsGetParams{Start: losant.Now()}))
	assert.NotEmpty(t, cmp.Diff(now, losant.AuditLogsGetParams{}))
}

// json-iterator knows no omitzero. It must not send null, which moves a group to the root, for what is not set.
func TestAnEncoderWithoutOmitzeroSendsNoNull(t *testing.T) {
	t.Parallel()
	for want, patch := range map[string]any{
		`{}`:                             losant.ExperienceGroupPatch{},
		`{"name":"Floor 8"}`:             losant.ExperienceGroupPatch{Name: losant.Ptr("Floor 8")},
		`{"parentId":null}`:              losant.ExperienceGroupPatch{ParentID: losant.Null[string]()},
		`{"parentId":"` + groupID + `"}`: &losant.ExperienceGroupPatch{ParentID: losant.Value(groupID)},
		`{"userTags":{}}`:                losant.ExperienceUserPatch{UserTags: map[string]string{}},
		`[{"key":"a"}]`:                  losant.ApplicationGlobalPatch{{Key: "a"}},
		`[{},{"description":""}]`: []losant.ExperienceGroupPatch{
			{}, {Description: losant.Ptr("")},
		},
	} {
		for name, api := range map[string]jsoniter.API{
			"default": jsoniter.ConfigDefault, "fastest": jsoniter.ConfigFastest,
			"compatible": jsoniter.ConfigCompatibleWithStandardLibrary,
		} {
			text, err := api.Marshal(patch)
			require.NoError(t, err)
			assert.JSONEq(t, want, string(text), name)
		}
	}
}
