package main

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/template"

	"github.com/losant-go/losant/internal/api"
)

//go:embed templates/schemas.tmpl
var schemasText string

var schemasTemplate = template.Must(template.New("schemas").Parse(schemasText))

// schemaFile is a file of types.
type schemaFile struct {
	Imports []string
	Enums   []*enum
	Types   []*goType
}

// schemaFiles are the files of the types, by name: device_schemas.go.
func schemaFiles(m *model) (map[string]string, error) {
	byName := map[string]*schemaFile{}
	file := func(losant string) *schemaFile {
		name := fileName(m.nounOf(losant)) + "_schemas.go"
		if name == "_schemas.go" {
			name = "shared_schemas.go"
		}
		if byName[name] == nil {
			byName[name] = &schemaFile{}
		}
		return byName[name]
	}
	for _, name := range sorted(m.overlay.Enums) {
		e := m.enum(name, m.overlay.Enums[name])
		f := file(e.place)
		f.Enums = append(f.Enums, e)
	}
	for _, g := range m.types {
		f := file(g.losant)
		f.Types = append(f.Types, g)
	}
	files := map[string]string{}
	for name, f := range byName {
		var b strings.Builder
		if err := schemasTemplate.Execute(&b, f); err != nil {
			return nil, err
		}
		files[name] = importing("package losant\n" + b.String())
	}
	files["generated_types_test.go"] = m.typesTest()
	return files, nil
}

// enum is a named string type.
type enum struct {
	Name, Doc string
	place     string // where it stands first
	Values    []enumValue
}

type enumValue struct{ Name, Value string }

func (m *model) enum(name string, note api.EnumNote) *enum {
	e := &enum{Name: name, place: note.Of[0], Doc: comment(0, name+" "+note.Doc+
		" An answer may have a value that is not known here, and [WithoutValidation] sends one.")}
	for _, v := range valuesAt(m.Description, note.Of[0]) {
		if text, ok := v.(string); ok && text != "" {
			e.Values = append(e.Values, enumValue{name + goName(text), text})
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

// Body is the body of an action that the type is, nil for none, and the ID of the first such action.
func (g *goType) body() *api.Action {
	if g.form == inBody && g.root {
		return g.model.bodies[g.losant]
	}
	return nil
}

// Operation is the first action whose body the type is, "" for none.
func (g *goType) Operation() string {
	if a := g.body(); a != nil {
		return a.ID()
	}
	return ""
}

// Body is the name of the body of that action.
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
	g.secrets(found, map[*goType]bool{})
	return quoted(sorted(found))
}

func (g *goType) secrets(found map[string]bool, seen map[*goType]bool) {
	if seen[g] {
		return
	}
	seen[g] = true
	for _, f := range g.fields {
		for _, name := range f.secrets {
			found[name] = true
		}
	}
	for _, part := range g.parts() {
		part.final().secrets(found, seen)
	}
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

// typesTest is a test file with a value of the type of each schema that is a whole body or answer.
func (m *model) typesTest() string {
	var b strings.Builder
	b.WriteString("package losant_test\n\nimport \"github.com/losant-go/losant\"\n")
	for f, name := range []string{inAnswer: "answerTypes", inBody: "bodyTypes"} {
		fmt.Fprintf(&b, "\n// %s make a value of the type of each schema.\nvar %s = map[string]func() any{\n", name, name)
		for _, u := range m.roots {
			if g := m.uses[u]; u.form == form(f) && g != nil && (u.form == inAnswer || m.bodies[u.schema] != nil) {
				fmt.Fprintf(&b, "%q: func() any { return new(losant.%s) },\n", u.schema, g.final().Name)
			}
		}
		b.WriteString("}\n")
	}
	return b.String()
}
