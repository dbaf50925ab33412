package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/api"
)

// Two shapes that ask for one name are one type only if they are alike.
func TestTypesOfOneName(t *testing.T) {
	t.Parallel()
	o := readOverlay(t)
	o.Types["pump.owner.address"] = "PumpStates"
	_, err := newModel(pumps(t), o)
	require.ErrorContains(t, err, "the overlay has to name one")
}

// A schema may refer to itself: an object has a pointer then, and all else fails.
func TestSchemasOfThemselves(t *testing.T) {
	t.Parallel()
	withPart := func(part *api.Schema) (*model, error) {
		d := pumps(t)
		d.Schemas["pumpPost.part"] = part
		post := d.Schemas["pumpPost"]
		post.Properties = append(post.Properties, api.Property{Name: "part", Schema: &api.Schema{Ref: "pumpPost.part"}})
		return newModel(d, readOverlay(t))
	}
	itself := &api.Schema{Ref: "pumpPost.part"}

	m, err := withPart(object("next", itself, "others", &api.Schema{Type: []string{"array"}, Items: itself}))
	require.NoError(t, err)
	part := m.uses[use{"pumpPost.part", inBody}]
	require.Equal(t, "*PumpPart", part.fields[0].Type())
	require.Equal(t, "[]PumpPart", part.fields[1].Type())

	for _, s := range []*api.Schema{
		{Type: []string{"array"}, Items: itself},
		{Type: []string{"object"}, Additional: itself},
	} {
		_, err := withPart(s)
		require.ErrorContains(t, err, "pumpPost.part is made of itself, and no object")
	}
}

// What no rule knows is no rule that is left out.
func TestPatternsThatNoRuleKnows(t *testing.T) {
	t.Parallel()
	d := pumps(t)
	for i := range d.Schemas["pumpPost"].Properties {
		if p := &d.Schemas["pumpPost"].Properties[i]; p.Name == "name" {
			p.Schema = &api.Schema{Type: []string{"string"}, Pattern: "^(a|b)+$"}
		}
	}
	_, err := newModel(d, readOverlay(t))
	require.ErrorContains(t, err, "no rule knows the pattern ^(a|b)+$")
}
