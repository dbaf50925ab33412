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
	c := &checker{overlay: o, known: knownNames(d)}
	for i := range d.Actions {
		c.action(&d.Actions[i])
	}
	for _, name := range sorted(d.Schemas) {
		c.schema(name, d.Schemas[name])
	}
	for _, resource := range slices.Compact(resources(d)) {
		if o.Resources[resource] == "" {
			c.fail("resource %s has no sentence", resource)
		}
	}
	c.parameters("parameter", o.Parameters)
	c.gone("action", sorted(o.Actions))
	c.gone("resource", sorted(o.Resources))
	c.gone("property", sorted(o.Properties))
	c.gone("part", sorted(o.Types))
	c.gone("argument", sorted(o.Arguments))
	for _, place := range sorted(o.Properties) {
		if t := o.Properties[place].Type; !slices.Contains(propertyTypes, t) {
			c.fail("property %s is of type %q", place, t)
		}
	}
	enums := map[string]string{} // by place
	for _, name := range sorted(o.Enums) {
		if len(o.Enums[name].Of) == 0 {
			c.fail("enum %s stands nowhere", name)
		}
		for _, place := range o.Enums[name].Of {
			if !c.names(place) && len(valuesAt(d, place)) == 0 {
				c.fail("there is no enum at %s", place)
			}
			if other := enums[place]; other != "" {
				c.fail("%s is both %s and %s", place, other, name)
			}
			enums[place] = name
		}
	}
	return errors.Join(c.errors...)
}

// resources are the resources of all actions, sorted.
func resources(d *api.Description) (all []string) {
	for _, a := range d.Actions {
		all = append(all, a.Resource)
	}
	return slices.Sorted(slices.Values(all))
}

type checker struct {
	overlay *api.Overlay
	known   map[string]bool
	errors  []error
}

// knownNames are the names in a description, each behind what it is the name of: "action devices.get".
func knownNames(d *api.Description) map[string]bool {
	known := map[string]bool{}
	for _, a := range d.Actions {
		known["action "+a.ID()], known["resource "+a.Resource] = true, true
		for _, p := range a.Parameters {
			known["argument "+p.Name] = true
			if p.In != api.InPath {
				known["parameter "+p.Name], known["parameter of "+a.ID()+" "+p.Name] = true, true
			}
		}
		if a.Body != nil {
			known["argument "+a.Body.Name] = true
		}
	}
	for name, s := range d.Schemas {
		known["part "+name] = true
		for _, p := range s.Properties {
			known["property "+p.Name], known["property "+name+"."+p.Name] = true, true
		}
	}
	return known
}

func (c *checker) fail(format string, args ...any) {
	c.errors = append(c.errors, fmt.Errorf("overlay.json: "+format, args...))
}

// gone fails for each name that the description does not have.
func (c *checker) gone(kind string, names []string) {
	for _, name := range names {
		if !c.known[kind+" "+name] {
			c.fail("there is no %s %s", kind, name)
		}
	}
}

// names reports whether properties have a name.
func (c *checker) names(property string) bool {
	return !strings.Contains(property, ".") && c.known["property "+property]
}

var classes = []string{"read", "delete", "once"}

func (c *checker) action(a *api.Action) {
	id := a.ID()
	switch note, ok := c.overlay.Actions[id]; {
	case !ok:
		c.fail("action %s is missing", id)
	case note.Summary == "":
		c.fail("action %s has no summary", id)
	case !slices.Contains(classes, note.Class):
		c.fail("action %s is of class %q, not %s", id, note.Class, strings.Join(classes, ", "))
	}
	for _, p := range a.Parameters {
		if note, _ := c.overlay.Parameter(a, p.Name); note.Doc == "" && p.In != api.InPath {
			c.fail("parameter %s of %s has no doc", p.Name, id)
		}
	}
	c.parameters("parameter of "+id, c.overlay.Actions[id].Parameters)
}

func (c *checker) parameters(kind string, notes map[string]api.ParameterNote) {
	c.gone(kind, sorted(notes))
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
	secretive     = regexp.MustCompile(`(?i)token|secret|password|key`)
	propertyTypes = []string{"", "int", "*int", "int64", "json.RawMessage", "time.Time", "Instant", "Query"}
)

func (c *checker) schema(name string, s *api.Schema) {
	for _, p := range s.Properties {
		if secretive.MatchString(p.Name) && c.overlay.Property(name, p.Name).Secret == nil {
			c.fail("nobody has decided whether %s.%s is a secret", name, p.Name)
		}
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
