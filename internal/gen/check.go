package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// check holds an overlay against a description: everything that people have to say is said, and about what is there.
func check(d *api.Description, o *api.Overlay) error {
	c := &checker{
		description: d, overlay: o,
		actions: map[string]*api.Action{}, resources: map[string]bool{}, parameters: map[string]bool{}, arguments: map[string]bool{},
		properties: map[string]*api.Schema{}, names: map[string]bool{},
	}
	c.index()
	c.checkActions()
	c.checkParameters()
	c.checkProperties()
	c.checkNames()
	return errors.Join(c.errors...)
}

type checker struct {
	description *api.Description
	overlay     *api.Overlay
	actions     map[string]*api.Action
	resources   map[string]bool
	parameters  map[string]bool // of queries and forms
	arguments   map[string]bool
	properties  map[string]*api.Schema // by "schema.name"
	names       map[string]bool        // of properties
	errors      []error
}

func (c *checker) fail(format string, args ...any) {
	c.errors = append(c.errors, fmt.Errorf("overlay.json: "+format, args...))
}

func (c *checker) index() {
	for i := range c.description.Actions {
		a := &c.description.Actions[i]
		c.actions[a.ID()], c.resources[a.Resource] = a, true
		for _, p := range a.Parameters {
			c.arguments[p.Name] = true
			c.parameters[p.Name] = c.parameters[p.Name] || p.In != api.InPath
		}
		if a.Body != nil {
			c.arguments[a.Body.Name] = true
		}
	}
	for schema, s := range c.description.Schemas {
		for _, p := range s.Properties {
			c.properties[schema+"."+p.Name], c.names[p.Name] = p.Schema, true
		}
	}
}

var classes = []string{"read", "delete", "once"}

func (c *checker) checkActions() {
	for _, id := range sorted(c.actions) {
		note, ok := c.overlay.Actions[id]
		if !ok {
			c.fail("action %s is missing", id)
			continue
		}
		if note.Summary == "" {
			c.fail("action %s has no summary", id)
		}
		if !slices.Contains(classes, note.Class) {
			c.fail("action %s is of class %q, not %s", id, note.Class, strings.Join(classes, ", "))
		}
	}
	c.gone("action", sorted(c.overlay.Actions), func(id string) bool { return c.actions[id] != nil })
	for _, resource := range sorted(c.resources) {
		if c.overlay.Resources[resource] == "" {
			c.fail("resource %s has no sentence", resource)
		}
	}
	c.gone("resource", sorted(c.overlay.Resources), func(resource string) bool { return c.resources[resource] })
}

// gone fails for each name that the description does not have.
func (c *checker) gone(kind string, names []string, has func(name string) bool) {
	for _, name := range names {
		if !has(name) {
			c.fail("there is no %s %s", kind, name)
		}
	}
}

func (c *checker) checkParameters() {
	for _, id := range sorted(c.actions) {
		a, own := c.actions[id], map[string]bool{}
		for _, p := range a.Parameters {
			own[p.Name] = p.In != api.InPath
			if note, _ := c.overlay.Parameter(a, p.Name); own[p.Name] && note.Doc == "" {
				c.fail("parameter %s of %s has no doc", p.Name, id)
			}
		}
		c.checkNotes("parameter of "+id, c.overlay.Actions[id].Parameters, own)
	}
	c.checkNotes("parameter", c.overlay.Parameters, c.parameters)
}

func (c *checker) checkNotes(kind string, notes map[string]api.ParameterNote, has map[string]bool) {
	c.gone(kind, sorted(notes), func(name string) bool { return has[name] })
	for _, name := range sorted(notes) {
		note := notes[name]
		if _, ok := parameterKinds[note.Type]; !ok {
			c.fail("%s %s is of type %q", kind, name, note.Type)
		}
		if (note.Type == "duration") != (units[note.Unit] != "") {
			c.fail("%s %s is of type %q with the unit %q", kind, name, note.Type, note.Unit)
		}
	}
}

var (
	secretive       = regexp.MustCompile(`(?i)token|secret|password|key`)
	propertyGoTypes = []string{"", "int", "*int", "int64", "json.RawMessage", "time.Time", "Instant", "Query"}
)

func (c *checker) checkProperties() {
	for _, schema := range sorted(c.description.Schemas) {
		for _, p := range c.description.Schemas[schema].Properties {
			if secretive.MatchString(p.Name) && c.overlay.Property(schema, p.Name).Secret == nil {
				c.fail("nobody has decided whether %s.%s is a secret", schema, p.Name)
			}
		}
	}
	c.gone("property", sorted(c.overlay.Properties), func(place string) bool { return c.names[place] || c.properties[place] != nil })
	for _, place := range sorted(c.overlay.Properties) {
		if t := c.overlay.Properties[place].Type; !slices.Contains(propertyGoTypes, t) {
			c.fail("property %s is of type %q", place, t)
		}
	}
}

func (c *checker) checkNames() {
	c.gone("part", sorted(c.overlay.Types), func(part string) bool { return c.description.Schemas[part] != nil })
	c.gone("argument", sorted(c.overlay.Arguments), func(name string) bool { return c.arguments[name] })
	for _, name := range sorted(c.overlay.Enums) {
		if len(c.overlay.Enums[name].Of) == 0 {
			c.fail("enum %s stands nowhere", name)
		}
		c.gone("enum at", c.overlay.Enums[name].Of, func(place string) bool {
			return c.names[place] || len(valuesAt(c.description, place)) > 0
		})
	}
}

// valuesAt are the values of the enumeration at a place, as EnumNote has it; none if there is none.
func valuesAt(d *api.Description, place string) []any {
	place, isElement := strings.CutSuffix(place, "[]")
	s := deref(d, schemaAt(d, place))
	switch {
	case s.Items != nil && (isElement || strings.Contains(place, "?")):
		s = s.Items
	case isElement:
		return nil
	}
	all := append([]*api.Schema{s}, notNull(d, s)...)
	return enumeration(slices.DeleteFunc(all, func(s *api.Schema) bool { return len(s.Enum) == 0 }))
}

// schemaAt is the schema of the parameter or property at a place; one that says nothing if there is none.
func schemaAt(d *api.Description, place string) *api.Schema {
	id, parameter, ok := strings.Cut(place, "?")
	for _, a := range d.Actions {
		for _, p := range a.Parameters {
			if ok && (id == "" || id == a.ID()) && p.Name == parameter && p.In != api.InPath {
				return &api.Schema{Ref: p.Schema, Enum: p.Enum}
			}
		}
	}
	i := max(0, strings.LastIndex(place, "."))
	if s := d.Schemas[place[:i]]; s != nil {
		for _, p := range s.Properties {
			if p.Name == place[i+1:] {
				return p.Schema
			}
		}
	}
	return &api.Schema{}
}

func sorted[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
