package main

import (
	"slices"
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
	assert.Equal(t, "pumpStateOrStates|0", schemas["pumpState"].Ref)
}

// The names of parts.
func TestPlaces(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		schemas map[string]*api.Schema
		want    []string
	}{
		{"in the schema of a resource", map[string]*api.Schema{
			"aPatch": object("part", object("id", str)), "pump": object("z", object("id", str), "other", str),
		}, []string{"aPatch", "pump", "pump.z"}},
		{"as high as possible", map[string]*api.Schema{
			"a": object("list", &api.Schema{Items: object("id", str)}), "b": object("part", object("id", str)),
		}, []string{"a", "b", "b.part"}},
		{"inside the shape that has its home elsewhere", map[string]*api.Schema{
			"a": object("y", object("z", object("a", str))), "pump": object("other", object("z", object("a", str)), "more", str),
		}, []string{"a", "pump", "pump.other", "pump.other.z"}},
		{"alternatives by what they say", map[string]*api.Schema{
			"pump": {OneOf: []*api.Schema{object("type", one("x")), object("type", one("y"))}},
		}, []string{"pump", "pump|x", "pump|y"}},
		{"alternatives that say the same", map[string]*api.Schema{
			"pump": {AnyOf: []*api.Schema{object("type", one("x")), object("type", one("x"), "id", str), object("type", one("y"))}},
		}, []string{"pump", "pump|0", "pump|1", "pump|y"}},
		{"what may also be null", map[string]*api.Schema{
			"pump": object("owner", &api.Schema{OneOf: []*api.Schema{{Type: []string{"null"}}, object("id", str)}}),
		}, []string{"pump", "pump.owner"}},
		{"maps", map[string]*api.Schema{
			"pump": {PatternProperties: []api.PatternProperty{{Pattern: "^.$", Schema: object("id", str)}}, Additional: object("name", str)},
		}, []string{"pump", "pump{*}", "pump{}"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			assert.Equal(t, test.want, sorted(normalForm(test.schemas, []api.Action{{Resource: "pump"}}, nil)))
		})
	}
}

var str = &api.Schema{Type: []string{"string"}}

func one(value string) *api.Schema { return &api.Schema{Enum: []any{value}} }

// object has properties, each a name and a schema.
func object(properties ...any) *api.Schema {
	s := &api.Schema{Type: []string{"object"}}
	for pair := range slices.Chunk(properties, 2) {
		s.Properties = append(s.Properties, api.Property{Name: pair[0].(string), Schema: pair[1].(*api.Schema)})
	}
	return s
}
