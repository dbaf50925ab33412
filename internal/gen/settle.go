package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// group are the types that ask for the same name.
type group struct {
	members []*goType
	settled bool
}

// settleNames gives each type its name. Types that ask for the same one become one where they have the same fields: all
// answers (the union of their fields), and a request and an answer that need no pointers. A request that differs from the
// answer of that name has "Post" or "Patch" behind it.
func (m *model) settleNames() error {
	all := slices.SortedFunc(maps.Keys(m.uses), func(a, b use) int {
		return cmp.Or(cmp.Compare(a.form, b.form), strings.Compare(a.schema, b.schema))
	})
	for _, u := range all {
		g := m.uses[u]
		g.wanted = m.wantedName(g)
		g.name = g.wanted
		if m.groups[g.name] == nil {
			m.groups[g.name] = &group{}
		}
		m.groups[g.name].members = append(m.groups[g.name].members, g)
	}
	for _, name := range slices.Sorted(maps.Keys(m.groups)) {
		if err := m.settle(name); err != nil {
			return err
		}
	}
	taken := map[string]*goType{}
	for _, u := range all {
		g := m.uses[u]
		if g.same != nil {
			continue
		}
		if other := taken[g.name]; other != nil {
			return fmt.Errorf("%s and %s are both %s: the overlay has to name one", other.losant, g.losant, g.name)
		}
		taken[g.name] = g
	}
	for _, name := range slices.Sorted(maps.Keys(taken)) {
		m.types = append(m.types, taken[name])
	}
	return nil
}

// wantedName is the name that a type would have if no other had it.
func (m *model) wantedName(g *goType) string {
	if name := m.overlay.Types[g.losant]; name != "" {
		return name
	}
	if g.of != nil {
		return m.wantedName(g.of) + g.kind
	}
	if rootOf(g.losant) != g.losant {
		return m.partName(g.losant)
	}
	if body := m.uses[use{g.losant, inBody}]; g.form == inAnswer && body != nil && body.root && !m.isShared(g.losant) {
		if g.root {
			return goName(g.losant) + "Answer"
		}
		return m.partName(g.place)
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

// isShared reports whether a schema is the same type in requests and in answers.
func (m *model) isShared(schema string) bool {
	answer := m.uses[use{schema, inAnswer}]
	return answer.schema != nil && m.isPlain(schema, answer.schema) && (!answer.root || m.isEvent(schema))
}

// settle settles the types of one name, and first those that they are made of.
func (m *model) settle(name string) error {
	g := m.groups[name]
	if g.settled {
		return nil
	}
	g.settled = true
	for _, member := range g.members {
		for _, part := range member.parts() {
			if err := m.settle(part.wanted); err != nil {
				return err
			}
		}
	}
	var answer *goType
	var bodies []*goType
	for _, member := range g.members {
		if member.form == inBody {
			bodies = addBody(bodies, member)
			continue
		}
		if answer == nil {
			answer = member
			continue
		}
		if err := answer.merge(member); err != nil {
			return err
		}
	}
	switch {
	case answer == nil && len(bodies) == 1:
	case len(bodies) == 1 && bodies[0].signature() == answer.signature() && (!answer.root || m.isEvent(answer.losant)):
		answer.same = bodies[0]
	default:
		for _, b := range bodies {
			if !b.root {
				b.name += cmp.Or(b.suffix, "Input")
			}
		}
	}
	return nil
}

// addBody adds a type of a request, unless one like it is there.
func addBody(bodies []*goType, b *goType) []*goType {
	for _, other := range bodies {
		if !b.root && other.signature() == b.signature() {
			b.same, other.suffix = other, max(other.suffix, b.suffix) // what creates and changes is named after what creates
			other.loosen(b)
			return bodies
		}
	}
	return append(bodies, b)
}

// loosen makes optional what is so in another shape of the same type.
func (g *goType) loosen(other *goType) {
	for i, f := range g.fields {
		f.required = f.required && other.fields[i].required
	}
}

// parts are the types that a type is made of.
func (g *goType) parts() (parts []*goType) {
	add := func(t *typ) {
		for t.elem != nil {
			t = t.elem
		}
		if t.kind == objectKind {
			parts = append(parts, t.decl)
		}
	}
	for _, f := range g.fields {
		add(f.typ)
	}
	for _, v := range g.variants {
		parts = append(parts, v.decl)
	}
	if g.under != nil {
		add(g.under)
	}
	return parts
}

// signature is what has to be the same for two types to be one.
func (g *goType) signature() string {
	var all []string
	for _, f := range g.fields {
		all = append(all, f.property+" "+f.goType(g.form))
	}
	for _, v := range g.variants {
		all = append(all, v.name+" "+v.decl.final().name)
	}
	slices.Sort(all)
	if g.under != nil {
		all = append(all, g.under.String())
	}
	return strings.Join(all, "\n")
}

// merge adds the fields of another answer that g lacks.
func (g *goType) merge(other *goType) error {
	isStruct := func(g *goType) bool { return g.under == nil && len(g.variants) == 0 }
	if !isStruct(g) || !isStruct(other) {
		if g.signature() != other.signature() {
			return fmt.Errorf("%s and %s are both %s: the overlay has to name one", g.losant, other.losant, g.name)
		}
	}
	for _, f := range other.fields {
		i := slices.IndexFunc(g.fields, func(own *field) bool { return own.property == f.property })
		if i < 0 {
			g.fields = append(g.fields, f)
			continue
		}
		if g.fields[i].goType(inAnswer) != f.goType(inAnswer) {
			return fmt.Errorf("%s and %s are both %s, but %s is %s in one and %s in the other: the overlay has to name one",
				g.losant, other.losant, g.name, f.property, g.fields[i].goType(inAnswer), f.goType(inAnswer))
		}
		g.fields[i].required = g.fields[i].required && f.required
	}
	other.same = g
	g.root = g.root || other.root
	return nil
}

// goType is the type of the field.
func (f *field) goType(form form) string {
	t := f.typ.String()
	isReference := f.typ.kind == listKind || f.typ.kind == dictKind || f.typ.kind == rawKind || f.typ.kind == anythingKind ||
		f.typ.kind == handKind
	switch {
	case form == inAnswer && (f.typ.pointer || f.typ.nullable && f.typ.kind == objectKind):
		return "*" + t
	case form == inAnswer || f.plain:
		return t
	case f.typ.nullable && f.typ.kind != anythingKind:
		return "Nullable[" + t + "]"
	case f.required || isReference:
		return t
	}
	return "*" + t
}

// tag is the tag of the field.
func (f *field) tag(form form) string {
	switch t := f.goType(form); {
	case form == inAnswer, !f.required && !strings.HasPrefix(t, "*"):
		return "`json:\"" + f.property + ",omitzero\"`"
	case f.required:
		return "`json:\"" + f.property + "\"`"
	}
	return "`json:\"" + f.property + ",omitempty\"`"
}

// enumAt is the named string type of the values at a place, "" for plain text.
func (m *model) enumAt(at place) string {
	for _, name := range slices.Sorted(maps.Keys(m.overlay.Enums)) {
		of := m.overlay.Enums[name].Of
		if slices.Contains(of, at.part+"."+at.property) || slices.Contains(of, at.property) {
			return name
		}
	}
	return ""
}
