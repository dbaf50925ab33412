package api

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func load(t *testing.T) *Description {
	t.Helper()
	d, err := Load()
	require.NoError(t, err)
	return d
}

func action(t *testing.T, d *Description, id string) *Action {
	t.Helper()
	for i := range d.Actions {
		if d.Actions[i].ID() == id {
			return &d.Actions[i]
		}
	}
	require.Fail(t, "no action "+id)
	return nil
}

// The API as a whole, in numbers that only a new version of it changes.
func TestLoad(t *testing.T) {
	t.Parallel()
	d := load(t)
	assert.Equal(t, "1.30.0", d.Version)
	resources, parameters, streams, open := map[string]bool{}, map[string]int{}, 0, 0
	for i := range d.Actions {
		a := &d.Actions[i]
		resources[a.Resource] = true
		for _, p := range a.Parameters {
			parameters[p.In]++
		}
		if a.Body != nil {
			parameters["body"]++
		}
		if a.NoToken {
			open++
		}
		for _, answer := range a.Answers {
			streams += len(answer.Events)
		}
	}
	schemas := 0
	for name := range d.Schemas {
		if !strings.ContainsAny(name, ".[{|") {
			schemas++
		}
	}
	assert.Len(t, d.Actions, 375)
	assert.Equal(t, 302, schemas)
	assert.Len(t, resources, 99)
	assert.Equal(t, map[string]int{InPath: 533, InQuery: 643, InForm: 14, "body": 143}, parameters)
	assert.Equal(t, 3, streams)
	assert.Equal(t, 9, open)
}

// Every name of a schema leads to one, and every schema is in use.
func TestReferences(t *testing.T) {
	t.Parallel()
	d := load(t)
	used := map[string]bool{}
	var visit func(s *Schema)
	use := func(name string) {
		require.Contains(t, d.Schemas, name)
		if !used[name] {
			used[name] = true
			visit(d.Schemas[name])
		}
	}
	visit = func(s *Schema) {
		if s == nil {
			return
		}
		if s.Ref != "" {
			assert.Equal(t, &Schema{Ref: s.Ref}, s, "a reference stands alone")
			use(s.Ref)
		}
		visit(s.Items)
		visit(s.Additional)
		for _, p := range s.Properties {
			visit(p.Schema)
		}
		for _, p := range s.PatternProperties {
			visit(p.Schema)
		}
		for _, alternative := range append(s.OneOf, s.AnyOf...) {
			visit(alternative)
		}
	}
	for i := range d.Actions {
		a := &d.Actions[i]
		for _, p := range a.Parameters {
			if p.Schema != "" {
				use(p.Schema)
			}
		}
		if a.Body != nil {
			use(a.Body.Schema)
		}
		for _, answer := range a.Answers {
			if answer.Schema != "" {
				use(answer.Schema)
			}
			for _, event := range answer.Events {
				use(event)
			}
		}
		if !a.NoToken {
			assert.Contains(t, d.Scopes, a.Scopes, a.ID())
		}
	}
	assert.Len(t, used, len(d.Schemas))
}

func TestRequired(t *testing.T) {
	t.Parallel()
	required := map[string]bool{}
	for _, p := range load(t).Schemas["device.tags[]"].Properties {
		required[p.Name] = p.Required
	}
	assert.Equal(t, map[string]bool{"key": true, "value": true}, required)
	for _, p := range load(t).Schemas["device"].Properties {
		assert.False(t, p.Required, p.Name)
	}
}

func TestScopesOf(t *testing.T) {
	t.Parallel()
	d := load(t)
	assert.Equal(t, []string{
		"all.Application", "all.Application.bounded", "all.Application.cli", "all.Organization", "all.Organization.bounded", "all.User",
		"all.User.bounded", "all.User.cli", "application.*", "application.patch",
	}, d.ScopesOf(action(t, d, "application.readmePatch")), "the scope of another action")
	assert.Equal(t, []string{
		"all.User", "all.User.bounded", "all.User.read", "me.*", "me.get", "only.User", "only.User.bounded", "only.User.read",
	}, d.ScopesOf(action(t, d, "me.get")))
	assert.Empty(t, d.ScopesOf(action(t, d, "auth.authenticateUser")))
}
