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
