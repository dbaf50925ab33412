package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/api"
)

func TestTextsHaveTheNamesOfGoButForValues(t *testing.T) {
	t.Parallel()
	m := &model{known: knownNames(&api.Description{
		Actions: []api.Action{{Resource: "pump", Name: "get", Parameters: []api.Parameter{{Name: "siteId"}}}},
		Schemas: map[string]*api.Schema{"pump": {Properties: []api.Property{{Name: "pumpClass"}}}},
	})}

	assert.Equal(t, `PumpClass and SiteID, not "pumpClass" or otherName; see [PumpService.Get], not "pump.get"`,
		m.inGo(`pumpClass and siteId, not "pumpClass" or otherName; see pump.get, not "pump.get"`))
}

func TestWideLinesAreBrokenBehindCommas(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 50)
	source := "package p\n\n// " + strings.Repeat("word, ", 30) + "end\nvar all = []string{\"" +
		long + "\", \"" + long + ", not here\", \"" + long + "\", \"b\"}\n\nvar one = \"" + strings.Repeat("a,", 80) + "\"\n"

	code, err := formatted(source)

	require.NoError(t, err)
	want := strings.ReplaceAll(source, "\", \""+long, "\",\n\t\""+long)
	assert.Equal(t, want, string(code))
}
