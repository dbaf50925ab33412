package main

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// file is a file to render.
type file struct {
	template string
	data     any
}

// schemas are the types of a file.
type schemas struct {
	Enums []*enum
	Types []*goType
}

// files are all files, by name.
func (m *model) files() map[string]file {
	all := index{m.Description, m.services, map[string][]*service{}}
	for _, s := range m.services {
		noun := m.nounOf(s.Resource)
		all.Nouns[noun] = append(all.Nouns[noun], s)
	}
	files := map[string]file{
		"services.go": {"services", all}, "operations.go": {"operations", all}, "doc.go": {"doc", all}, "docs/actions.md": {"list", all},
		"every_params_test.go": {"every", all}, "cmd/losant/params.go": {"command", all},
		"generated_types_test.go": {"types", m.rootTypes()},
	}
	for noun, services := range all.Nouns {
		files[fileName(noun)+".go"] = file{"noun", services}
	}
	in := func(losant string) *schemas {
		name := fileName(cmp.Or(m.nounOf(losant), "shared")) + "_schemas.go"
		if files[name].data == nil {
			files[name] = file{"schemas", &schemas{}}
		}
		return files[name].data.(*schemas)
	}
	for _, name := range sorted(m.overlay.Enums) {
		e := m.enum(name, m.overlay.Enums[name])
		s := in(e.place)
		s.Enums = append(s.Enums, e)
	}
	for _, g := range m.types {
		s := in(g.losant)
		s.Types = append(s.Types, g)
	}
	return files
}

// enum is a named string type.
type enum struct {
	Name, Doc string
	place     string // where it stands first
	Values    []enumValue
}

// shouted is a value in capitals that is no abbreviation, such as "STD_DEV".
var shouted = regexp.MustCompile(`^[A-Z_]+$`)

type enumValue struct{ Name, Value string }

func (m *model) enum(name string, note api.EnumNote) *enum {
	e := &enum{Name: name, place: note.Of[0], Doc: comment(0, name+" "+note.Doc+
		" An answer may have a value that is not known here, and [WithoutValidation] sends one.")}
	for _, v := range valuesAt(m.Description, note.Of[0]) {
		if text, ok := v.(string); ok && text != "" {
			word := text
			if shouted.MatchString(text) {
				word = strings.ToLower(text)
			}
			e.Values = append(e.Values, enumValue{name + goName(word), text})
		}
	}
	return e
}

// Receiver is the name of the receiver of its methods.
func (g *goType) Receiver() string {
	if strings.Contains("IJK", g.Name[:1]) { // i, j and k count
		return strings.ToLower(g.Name[:2])
	}
	return strings.ToLower(g.Name[:1])
}

// Fields are the fields of a struct, but those that Hypermedia has already.
func (g *goType) Fields() []*field {
	return slices.DeleteFunc(slices.Clone(g.fields), func(f *field) bool { return g.IsAnswer() && strings.HasPrefix(f.Property, "_") })
}

// Tags are the properties that tell the variants apart.
func (g *goType) Tags() string { return quoted(g.tags) }

// Under is what a slice or a map is made of.
func (g *goType) Under() string {
	if g.under == nil {
		return ""
	}
	return g.under.String()
}

// IsAnswer reports whether the type is that of a whole answer, but no event of a stream.
func (g *goType) IsAnswer() bool {
	return g.root && g.form == inAnswer && g.under == nil && !g.model.isEvent(g.losant)
}

// isEvent reports whether no answer but a stream has a schema.
func (m *model) isEvent(schema string) bool { return m.answers[schema] == nil }

// IsTypedMap reports whether the type is a map that hypermedia of the answer would not fit in.
func (g *goType) IsTypedMap() bool {
	return g.under != nil && g.form == inAnswer && g.under.kind == dictKind && g.under.elem.kind != anythingKind
}

// Element is the type of an element of a slice or a map.
func (g *goType) Element() string { return g.under.elem.String() }

// IsOneOrMany reports whether the type is a slice that may also be one element.
func (g *goType) IsOneOrMany() bool {
	return g.under != nil && g.under.kind == listKind && arrayOf(g.schema) != nil
}

// Flexible are the fields that take times in several forms.
func (g *goType) Flexible() []*field {
	return slices.DeleteFunc(g.Fields(), func(f *field) bool { return !f.typ.flexible })
}

// body is the first action whose body the type is, nil for none.
func (g *goType) body() *api.Action {
	if g.form == inBody && g.root {
		return g.model.bodies[g.losant]
	}
	return nil
}

// Operation is the ID of that action, "" for none.
func (g *goType) Operation() string {
	if a := g.body(); a != nil {
		return a.ID()
	}
	return ""
}

// Body is the name that it has there.
func (g *goType) Body() string { return g.body().Body.Name }

// EncodesItself reports whether the type is a whole body with fields that are sent only if they are set, or a list of
// things that have such fields.
func (g *goType) EncodesItself() bool {
	if g.body() == nil || len(g.Variants) > 0 || g.IsOneOrMany() {
		return false
	}
	part := g
	if g.under != nil && g.under.elem.decl != nil {
		part = g.under.elem.decl.final()
	}
	return slices.ContainsFunc(part.fields, func(f *field) bool { return strings.Contains(f.Tag(), ",omit") })
}

// Secrets are the properties, here and further inside, that no formatting may show, quoted.
func (g *goType) Secrets() string {
	found := map[string]bool{}
	g.reach(func(part *goType) {
		for _, f := range part.fields {
			for _, name := range f.secrets {
				found[name] = true
			}
		}
	}, map[*goType]bool{})
	return quoted(sorted(found))
}

// Type is the type of the variant.
func (v *variant) Type() string { return v.decl.final().Name }

// Cases are the values that tell the variant apart, quoted.
func (v *variant) Cases() string { return quoted(v.values) }

// Fixed are the properties with one value in the variant, and that value, as the beginning of a JSON object.
func (v *variant) Fixed() string { return strconv.Quote(strings.Join(v.fixed, ",")) }

func quoted(all []string) string {
	list := make([]string, len(all))
	for i, s := range all {
		list[i] = strconv.Quote(s)
	}
	return strings.Join(list, ", ")
}

// rootTypes are the names of the types of whole bodies and answers, by form and schema.
func (m *model) rootTypes() (all [2]map[string]string) {
	all = [2]map[string]string{{}, {}}
	for _, u := range m.roots {
		if g := m.uses[u]; g != nil && (u.form == inAnswer || m.bodies[u.schema] != nil) {
			all[u.form][u.schema] = g.final().Name
		}
	}
	return all
}
