package main

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/api"
)

// What the overlay lacks, and what it says of nothing, fails with its name.
func TestCheckFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		change func(o *api.Overlay)
		want   string
	}{
		{func(o *api.Overlay) { delete(o.Actions, "pump.get") }, "action pump.get is missing"},
		{func(o *api.Overlay) { o.Actions["pump.get"] = api.ActionNote{Class: "read"} }, "action pump.get has no summary"},
		{func(o *api.Overlay) { o.Actions["pump.get"] = api.ActionNote{Summary: "Returns a pump."} }, `action pump.get is of class "", not read, delete, once`},
		{func(o *api.Overlay) { o.Actions["pump.start"] = o.Actions["pump.get"] }, "there is no action pump.start"},
		{func(o *api.Overlay) { delete(o.Resources, "pump") }, "resource pump has no sentence"},
		{func(o *api.Overlay) { o.Resources["valve"] = "A valve." }, "there is no resource valve"},
		{func(o *api.Overlay) { delete(o.Parameters, "tagFilter") }, "parameter tagFilter of pumps.get has no doc"},
		{func(o *api.Overlay) { o.Parameters["valve"] = api.ParameterNote{Doc: "is a valve."} }, "there is no parameter valve"},
		{func(o *api.Overlay) { o.Parameters["pumpId"] = api.ParameterNote{Doc: "is a pump."} }, "there is no parameter pumpId"},
		{func(o *api.Overlay) { o.Parameters["page"] = api.ParameterNote{Doc: "is a page.", Type: "uint"} }, `parameter page is of type "uint"`},
		{func(o *api.Overlay) { o.Parameters["resolution"] = api.ParameterNote{Doc: "is one.", Type: "duration"} }, `parameter resolution is of type "duration" with the unit ""`},
		{func(o *api.Overlay) { o.Parameters["page"] = api.ParameterNote{Doc: "is a page.", Unit: "s"} }, `parameter page is of type "" with the unit "s"`},
		{func(o *api.Overlay) {
			o.Actions["pump.getState"].Parameters["page"] = api.ParameterNote{Doc: "is a page."}
		}, "there is no parameter of pump.getState page"},
		{func(o *api.Overlay) { delete(o.Properties, "accessToken") }, "nobody has decided whether pumpPost.accessToken is a secret"},
		{func(o *api.Overlay) { o.Properties["token"] = api.PropertyNote{Doc: "is a token."} }, "nobody has decided whether loggedIn.token is a secret"},
		{func(o *api.Overlay) { o.Properties["valve"] = api.PropertyNote{Doc: "is a valve."} }, "there is no property valve"},
		{func(o *api.Overlay) { o.Properties["pump.key"] = api.PropertyNote{Doc: "is a key."} }, "there is no property pump.key"},
		{func(o *api.Overlay) { o.Properties["port"] = api.PropertyNote{Type: "uint"} }, `property port is of type "uint"`},
		{func(o *api.Overlay) { o.Types["pump.valve"] = "Valve" }, "there is no part pump.valve"},
		{func(o *api.Overlay) { o.Arguments["valve"] = "pumpValve" }, "there is no argument valve"},
		{func(o *api.Overlay) { o.Enums["PumpClass"] = api.EnumNote{} }, "enum PumpClass stands nowhere"},
		{func(o *api.Overlay) { o.Enums["Class"] = api.EnumNote{Of: []string{"pump.pumpClass"}} }, "pump.pumpClass is both Class and PumpClass"},
		{func(o *api.Overlay) { o.Enums["PumpClass"] = api.EnumNote{Of: []string{"pump.name"}} }, "there is no enum at pump.name"},
		{func(o *api.Overlay) { o.Enums["PumpClass"] = api.EnumNote{Of: []string{"pump.valve"}} }, "there is no enum at pump.valve"},
		{func(o *api.Overlay) { o.Enums["PumpClass"] = api.EnumNote{Of: []string{"pump.pumpClass[]"}} }, "there is no enum at pump.pumpClass[]"},
		{func(o *api.Overlay) { o.Enums["PumpClass"] = api.EnumNote{Of: []string{"?filter"}} }, "there is no enum at ?filter"},
		{func(o *api.Overlay) { o.Enums["PumpClass"] = api.EnumNote{Of: []string{"pump.get?sortField"}} }, "there is no enum at pump.get?sortField"},
	} {
		t.Run(test.want, func(t *testing.T) {
			t.Parallel()
			o := readOverlay(t)
			d, err := importDescription(folder, o)
			require.NoError(t, err)
			require.NoError(t, check(d, o))
			test.change(o)
			require.EqualError(t, check(d, o), "overlay.json: "+test.want)
		})
	}
}

// What the overlay may also say.
func TestCheck(t *testing.T) {
	t.Parallel()
	o := readOverlay(t)
	d, err := importDescription(folder, o)
	require.NoError(t, err)
	o.Enums["SortField"] = api.EnumNote{Of: []string{"?sortField", "pumps.get?filterField"}}
	o.Properties["pump.tags[].key"] = api.PropertyNote{Doc: "is a key."}
	require.NoError(t, check(d, o))
}

func TestCheckOfTheTree(t *testing.T) {
	t.Parallel()
	d, err := api.Load()
	require.NoError(t, err)
	o, err := api.LoadOverlay()
	require.NoError(t, err)
	require.NoError(t, check(d, o))
}
