package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// settle brings a type in the family of those that ask for the same name. It becomes one of them where it has the same
// fields: all answers do (with the union of their fields), and a request and an answer that need no pointers.
func (m *model) settle(g *goType) {
	plain := g.form == inBody && g.isPlain() && (m.bodies[g.losant] == nil || m.uses[use{g.losant, inAnswer}] != nil)
	for _, f := range g.fields {
		f.plain = plain
	}
	family := m.families[g.wanted]
	for i, other := range family {
		alike := g.signature() == other.signature()
		switch {
		case g.form == inAnswer && (other.root || !g.root):
			m.merge(other, g)
			return
		case g.form == inAnswer:
			m.merge(g, other)
		case alike && other.form == inBody && !g.root && other.isLooser(g):
			g.same = other
			return
		case alike && other.form == inBody && !g.root && g.isLooser(other): // named after what creates, checked like what changes
			g.suffix = cmp.Or(other.suffix, g.suffix)
		case !alike || other.form == inBody || other.IsAnswer():
			continue
		}
		g.Name, other.same, family[i] = other.Name, g, g
		return
	}
	g.Name = fmt.Sprint(g.wanted, len(family)) // until all are known
	m.families[g.wanted] = append(family, g)
}

// nameTypes gives each type its name. A request that differs from the answer, or from another request, of that name has
// "Post" or "Patch" behind it.
func (m *model) nameTypes() {
	taken := map[string]*goType{}
	for _, name := range sorted(m.families) {
		family := m.families[name]
		for _, g := range family {
			g.Name = name
			if len(family) > 1 && g.form == inBody && !g.root {
				g.Name += cmp.Or(g.suffix, "Input")
			}
			if other := taken[g.Name]; other != nil {
				m.fail("%s and %s are both %s: the overlay has to name one", other.losant, g.losant, g.Name)
			}
			taken[g.Name] = g
		}
	}
	for _, name := range sorted(taken) {
		m.types = append(m.types, taken[name])
	}
}

// findHolders finds what each type is a part of.
func (m *model) findHolders() {
	hold := func(name string, g *goType, t *typ) {
		if part := t.inner().decl; part != nil {
			part = part.final()
			part.holders = append(part.holders, holder{name, strings.HasPrefix(part.Name, g.Name), t})
		}
	}
	for _, g := range m.types {
		for _, f := range g.fields {
			hold(g.Name+"."+f.Name(), g, f.typ)
		}
		if g.under != nil {
			hold(g.Name, g, g.under)
		}
	}
}

// reach visits a type and all that it is made of.
func (g *goType) reach(visit func(*goType), seen map[*goType]bool) {
	if seen[g] {
		return
	}
	seen[g] = true
	visit(g)
	for _, part := range g.parts() {
		part.final().reach(visit, seen)
	}
}

// isLooser reports whether g requires nothing that another shape of the same fields does not.
func (g *goType) isLooser(other *goType) bool {
	return !slices.ContainsFunc(g.fields, func(f *field) bool { return f.required && !fieldNamed(other.fields, f.Property).required })
}

// parts are the types that a type is made of.
func (g *goType) parts() (parts []*goType) {
	add := func(t *typ) {
		if decl := t.inner().decl; decl != nil {
			parts = append(parts, decl)
		}
	}
	for _, f := range g.fields {
		add(f.typ)
	}
	for _, v := range g.Variants {
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
		all = append(all, f.Property+" "+f.Type())
	}
	for _, v := range g.Variants {
		all = append(all, v.Name+" "+v.Type())
	}
	slices.Sort(all)
	return strings.Join(append(all, g.Under()), "\n")
}

// merge makes an answer a part of g, which gets the fields that it lacks.
func (m *model) merge(g, other *goType) {
	isStruct := func(g *goType) bool { return g.under == nil && len(g.Variants) == 0 }
	if g.signature() != other.signature() && (!isStruct(g) || !isStruct(other)) {
		m.fail("%s and %s are both %s: the overlay has to name one", g.losant, other.losant, g.wanted)
	}
	for _, f := range other.fields {
		own := fieldNamed(g.fields, f.Property)
		switch {
		case own == nil:
			g.fields = append(g.fields, f)
		case own.Type() != f.Type():
			m.fail("%s and %s are both %s, but %s is %s in one and %s in the other: the overlay has to name one",
				g.losant, other.losant, g.wanted, f.Property, own.Type(), f.Type())
		default:
			own.required = own.required && f.required
		}
	}
	other.same = g
}

// Type is the type of the field.
func (f *field) Type() string {
	t := f.typ.String()
	switch {
	case f.form == inAnswer && (f.typ.pointer || f.typ.nullable && f.typ.kind == objectKind):
		return "*" + t
	case f.form == inAnswer || f.plain:
		return t
	case f.typ.nullable && f.typ.kind != anythingKind:
		return "Nullable[" + t + "]"
	case f.required || slices.Contains([]kind{listKind, dictKind, rawKind, anythingKind, instantKind, handKind}, f.typ.kind):
		return t
	}
	return "*" + t
}

// Tag is the tag of the field.
func (f *field) Tag() string {
	option := ""
	switch {
	case f.form == inAnswer, !f.required && !f.IsPointer():
		option = ",omitzero"
	case !f.required:
		option = ",omitempty"
	}
	return fmt.Sprintf("`json:%q`", f.Property+option)
}

// IsPointer reports whether the field is a pointer.
func (f *field) IsPointer() bool { return strings.HasPrefix(f.Type(), "*") }
