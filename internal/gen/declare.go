package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// goType is a type to declare.
type goType struct {
	Name   string
	model  *model
	losant string // its name in the description
	form   form
	root   bool // a whole body or answer
	schema *api.Schema
	wanted string  // the name it asks for
	suffix string  // "Post" or "Patch", if it was met in such a schema first
	same   *goType // that is declared instead

	fields   []*field   // of a struct
	Variants []*variant // of a union
	tags     []string   // the properties that tell the variants of a union apart
	under    *typ       // of a slice or a map

	of      *goType // the union that it is a variant of
	variant *variant

	holders []holder // what it is a part of
	visited bool     // by isPlain
	checks  *statements
}

func (g *goType) final() *goType {
	for g.same != nil {
		g = g.same
	}
	return g
}

// holder is a type that has another one: in a field, or as elements.
type holder struct {
	name  string // "Device.Tags"
	first bool   // what it is named after
	typ   *typ
}

// field is a property.
type field struct {
	Property string
	typ      *typ
	form     form
	required bool
	plain    bool     // no pointer, although optional in a body
	patch    bool     // of what changes a resource
	secrets  []string // the properties that no formatting may show: this one, or some in it
	note     string
}

// Name is the name of the field in Go.
func (f *field) Name() string { return goName(f.Property) }

// variant is one of the alternatives of a union.
type variant struct {
	Name   string
	values []string // of the properties that tell it apart; several that it may have are joined by "|"
	fixed  []string // the properties with one value, which the union says, and that value
	decl   *goType
}

// declareRoot declares the type of a schema that is a whole body or answer, also if it is no object.
func (m *model) declareRoot(u use) {
	m.suffix = suffix(u.schema)
	t := m.typeOf(&api.Schema{Ref: u.schema}, u.form, place{})
	if t.kind == objectKind || u.form == inBody && m.bodies[u.schema] == nil {
		return
	}
	g := &goType{model: m, losant: u.schema, form: u.form, root: true, schema: m.deref(m.Schemas[u.schema]), under: t}
	m.uses[u], g.wanted = g, m.wantedName(g)
	m.settle(g)
}

// declare makes a type of an object, or of a choice between objects.
func (m *model) declare(g *goType, alternatives []*api.Schema) *goType {
	u := use{g.losant, g.form}
	if known := m.uses[u]; known != nil {
		return known
	}
	m.uses[u] = g
	g.root = slices.Contains(m.roots, u)
	g.wanted, g.suffix = m.wantedName(g), m.suffix
	g.tags = m.discriminators(alternatives)
	switch {
	case len(alternatives) == 0:
		g.fields = m.fieldsOf(g, g.losant, g.schema)
	case len(g.tags) > 0:
		for i, a := range alternatives {
			g.Variants = append(g.Variants, m.variantOf(g, i, a))
		}
		m.align(g)
	default:
		g.fields = m.mergedFields(g, alternatives)
	}
	m.settle(g)
	return g
}

// discriminators are the properties whose values tell all alternatives apart: the first that does, or else all together.
func (m *model) discriminators(alternatives []*api.Schema) (all []string) {
	if len(alternatives) < 2 {
		return nil
	}
	for _, p := range m.deref(alternatives[0]).Properties {
		everywhere := !slices.ContainsFunc(alternatives, func(a *api.Schema) bool { return len(m.valuesOf(a, p.Name)) == 0 })
		switch {
		case everywhere && m.tellApart(alternatives, []string{p.Name}):
			return []string{p.Name}
		case everywhere:
			all = append(all, p.Name)
		}
	}
	if m.tellApart(alternatives, all) {
		return all
	}
	return nil
}

func (m *model) tellApart(alternatives []*api.Schema, properties []string) bool {
	var all []string
	for _, a := range alternatives {
		all = append(all, m.tuples(a, properties)...)
	}
	n := len(all)
	slices.Sort(all)
	return len(slices.Compact(all)) == n
}

// valuesOf are the texts that a required property may be.
func (m *model) valuesOf(s *api.Schema, property string) (values []string) {
	for _, p := range m.deref(s).Properties {
		if p.Name == property && p.Required {
			for _, v := range m.deref(p.Schema).Enum {
				if text, ok := v.(string); ok {
					values = append(values, text)
				}
			}
		}
	}
	return values
}

// tuples are the combinations of the values of properties, each joined by a space.
func (m *model) tuples(s *api.Schema, properties []string) []string {
	all := []string{""}
	for _, p := range properties {
		var longer []string
		for _, start := range all {
			for _, v := range m.valuesOf(s, p) {
				longer = append(longer, strings.TrimSpace(start+" "+v))
			}
		}
		all = longer
	}
	return all
}

func (m *model) variantOf(g *goType, i int, s *api.Schema) *variant {
	v := &variant{values: m.tuples(s, g.tags)}
	for _, tag := range g.tags {
		values := m.valuesOf(s, tag)
		v.Name += goName(strings.Join(values, " or "))
		if len(values) == 1 {
			v.fixed = append(v.fixed, fmt.Sprintf("%q:%q", tag, values[0]))
		}
	}
	v.decl = m.declare(&goType{
		model: m, losant: cmp.Or(s.Ref, fmt.Sprintf("%s|%d", g.losant, i)), form: g.form, schema: m.deref(s), of: g, variant: v,
	}, nil)
	return v
}

// align makes the variants of a union that no answer has alike: none is plain if one is not.
func (m *model) align(g *goType) {
	if g.form == inAnswer || m.uses[use{g.losant, inAnswer}] != nil {
		return
	}
	var all []*field
	for _, v := range g.Variants {
		all = append(all, v.decl.fields...)
	}
	plain := !slices.ContainsFunc(all, func(f *field) bool { return !f.plain })
	for _, f := range all {
		f.plain = plain
	}
}

// fieldsOf are the properties of a part as fields of a type.
func (m *model) fieldsOf(g *goType, part string, s *api.Schema) (fields []*field) {
	for _, p := range s.Properties {
		if g.of != nil && slices.Contains(g.of.tags, p.Name) && len(m.valuesOf(s, p.Name)) == 1 {
			continue
		}
		note := m.overlay.Property(part, p.Name)
		f := &field{
			Property: p.Name, form: g.form, patch: m.suffix == "Patch", required: p.Required, typ: m.typeOf(p.Schema, g.form, place{part, p.Name}),
			note: m.inGo(note.Doc),
		}
		if note.Secret != nil && *note.Secret {
			f.secrets = []string{p.Name}
		}
		if f.typ.kind == rawKind {
			f.secrets = append(f.secrets, m.secretsIn(p.Schema, map[string]bool{})...)
		}
		fields = append(fields, f)
	}
	return fields
}

// secretsIn are the secret properties of what stays JSON.
func (m *model) secretsIn(s *api.Schema, seen map[string]bool) (names []string) {
	part := s.Ref
	if part != "" && seen[part] {
		return nil
	}
	seen[part] = true
	s = m.deref(s)
	for _, p := range s.Properties {
		if secret := m.overlay.Property(part, p.Name).Secret; secret != nil && *secret {
			names = append(names, p.Name)
		}
	}
	parts(s, "", func(_ string, inner *api.Schema) { names = append(names, m.secretsIn(inner, seen)...) })
	return names
}

// mergedFields are the properties of all alternatives, required where all require them.
func (m *model) mergedFields(g *goType, alternatives []*api.Schema) (fields []*field) {
	for _, a := range alternatives {
		for _, f := range m.fieldsOf(g, cmp.Or(a.Ref, g.losant), m.deref(a)) {
			if fieldNamed(fields, f.Property) == nil {
				f.required = !slices.ContainsFunc(alternatives, func(a *api.Schema) bool {
					return !slices.Contains(m.deref(a).Required, f.Property)
				})
				fields = append(fields, f)
			}
		}
	}
	return fields
}

func fieldNamed(fields []*field, property string) *field {
	for _, f := range fields {
		if f.Property == property {
			return f
		}
	}
	return nil
}

// isPlain reports whether a struct needs no pointers in a request.
func (g *goType) isPlain() bool {
	if g.visited { // it is a part of itself
		return true
	}
	g.visited = true
	defer func() { g.visited = false }()
	return len(g.model.objects(g.schema)) == 0 &&
		!slices.ContainsFunc(g.fields, func(f *field) bool { return !f.typ.isPlain(f.required) })
}

// wantedName is the name that a type would have if no other had it.
func (m *model) wantedName(g *goType) string {
	switch name := m.overlay.Types[g.losant]; {
	case name != "":
		return name
	case g.of != nil:
		return g.of.wanted + g.variant.Name
	case rootOf(g.losant) != g.losant:
		return m.partName(g.losant)
	case g.form == inAnswer && m.bodies[g.losant] != nil && !g.root:
		return partName(g.losant)
	case g.form == inAnswer && m.bodies[g.losant] != nil && !m.isEvent(g.losant):
		return goName(g.losant) + "Answer"
	}
	return goName(g.losant)
}

// partName is the name of a part of a schema, which begins with that of the longest part of it that the overlay names.
func (m *model) partName(part string) string {
	for i := len(part) - 1; i > 0; i-- {
		if name := m.overlay.Types[part[:i]]; name != "" {
			return name + stepsName(part[i:])
		}
	}
	return partName(part)
}
