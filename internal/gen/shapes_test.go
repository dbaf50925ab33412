package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/api"
)

// A part stands where the overlay names it, else under the schema that equals it, else where it is closest to its resource.
func TestHomes(t *testing.T) {
	t.Parallel()
	homes := func(pinned string) map[string]*api.Schema {
		o := readOverlay(t)
		clear(o.Types)
		o.Types[pinned] = "Pinned"
		d, err := importDescription(folder, o)
		require.NoError(t, err)
		return d.Schemas
	}
	element := func(s *api.Schema, property string) *api.Schema {
		for _, p := range s.Properties {
			if p.Name == property {
				return p.Schema
			}
		}
		return nil
	}

	schemas := homes("")
	assert.Equal(t, "pump.tags[]", element(schemas["pumpPost"], "tags").Items.Ref)
	assert.NotContains(t, schemas, "pumpPost.tags[]")
	assert.Contains(t, schemas, "pump.gear|belt")
	assert.Equal(t, "pump", element(schemas["pumps"], "items").Items.Ref)
	assert.Equal(t, "deleted", schemas["restored"].Ref)
	assert.NotContains(t, schemas, "forgotten", "no action uses it")

	schemas = homes("pumpPost.tags[]")
	assert.Equal(t, "pumpPost.tags[]", element(schemas["pump"], "tags").Items.Ref)
	assert.NotContains(t, schemas, "pump.tags[]")

	schemas = homes("pumpStateOrStates|0")
	assert.Equal(t, "pumpStateOrStates|0", schemas["pumpStateOrStates"].OneOf[1].Items.Ref, "though a schema equals it")
	assert.Equal(t, schemas["pumpState"], schemas["pumpStateOrStates|0"])
}
