package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// kind is what a Go type is made of.
type kind int

const (
	anythingKind kind = iota // scalars of any type
	textKind
	integerKind
	longKind // 64 bits on every machine, as milliseconds need
	numberKind
	booleanKind
	momentKind
	rawKind
	listKind
	dictKind
	objectKind
	handKind // a type that package losant has already
)

func (k kind) isNumber() bool { return k == integerKind || k == longKind || k == numberKind }

var goNames = map[kind]string{
	anythingKind: "any", textKind: "string", integerKind: "int", longKind: "int64", numberKind: "float64", booleanKind: "bool", momentKind: "time.Time",
	rawKind: "json.RawMessage",
}

// overlayKinds are the types that the overlay may give a property, besides the names of types made by hand.
var overlayKinds = map[string]kind{
	"any": anythingKind, "int": integerKind, "int64": longKind, "float": numberKind, "raw": rawKind, "time": momentKind, "string": textKind,
}

// typ is the Go type of a place.
type typ struct {
	kind     kind
	name     string // of an enumeration, or of a type made by hand
	elem     *typ   // of a list or a dict
	decl     *goType
	schema   *api.Schema   // what the value has to obey
	flat     []*api.Schema // the alternatives of a choice between scalars
	nullable bool
	pointer  bool // where absence means something also in an answer
	flexible bool // a time that may also be a number or an object
}

func (t *typ) String() string {
	switch {
	case t.kind == listKind:
		return "[]" + t.elem.String()
	case t.kind == dictKind:
		return "map[string]" + t.elem.String()
	case t.kind == objectKind:
		return t.decl.final().name
	case t.name != "":
		return t.name
	}
	return goNames[t.kind]
}

// goType is a type to declare.
type goType struct {
	losant string  // its name in the description
	place  string  // where it was met first
	suffix string  // "Post" or "Patch", if it was met in such a schema first
	of     *goType // the union that it is a kind of
	kind   string
	values []string // that tell it apart in the union
	form   form
	root   bool // a whole body or answer
	schema *api.Schema

	fields   []*field   // of a struct
	variants []*variant // of a union
	tags     []string   // the properties that tell the variants of a union apart
	under    *typ       // of a slice or a map

	wanted string // the name it asks for
	name   string
	same   *goType // that is declared instead

	model  *model
	checks *statements
}

func (g *goType) final() *goType {
	for g.same != nil {
		g = g.same
	}
	return g
}

// field is a property.
type field struct {
	property string
	typ      *typ
	required bool
	plain    bool // although optional in a body: its zero value is refused anyway, and so need not be sent
	form     form
	secrets  []string // the properties that no formatting may show: this one, or some in it
	note     string
}

// Name is the name of the field in Go.
func (f *field) Name() string { return goName(f.property) }

// variant is one of the alternatives of a union.
type variant struct {
	name   string
	values []string // of the properties that tell it apart; several that it may have are joined by "|"
	fixed  string   // the properties with one value, as JSON
	decl   *goType
}

// Name is the name of the field in Go.
func (v *variant) Name() string { return v.name }

// place is where a schema stands: in a part, as a property or as an element.
type place struct {
	part     string
	property string
}

func (p place) String() string {
	if p.property == "" || strings.HasPrefix(p.property, "[") || strings.HasPrefix(p.property, "{") {
		return p.part + p.property
	}
	return p.part + "." + p.property
}

// in is the place within p: "[]" for an element, "{}" for a value of a map.
func (p place) in(step string) place { return place{p.part, p.property + step} }

// declareRoot declares the type of a schema that is a whole body or answer, also if it is no object.
func (m *model) declareRoot(u use) {
	m.current = u.schema
	t := m.typeOf(&api.Schema{Ref: u.schema}, u.form, place{})
	switch {
	case t.kind == objectKind:
		t.decl.root = true
	case u.form == inAnswer || m.bodyOf(u.schema) != nil:
		m.uses[u] = &goType{model: m, losant: u.schema, form: u.form, root: true, schema: m.deref(m.description.Schemas[u.schema]), under: t}
	}
}

// declare returns the type of an object, or of a choice between objects.
func (m *model) declare(name string, s *api.Schema, f form, at place) *goType {
	u := use{name, f}
	if g := m.uses[u]; g != nil {
		return g
	}
	g := &goType{model: m, losant: name, form: f, place: at.String(), suffix: suffix(m.current), schema: s}
	m.uses[u] = g
	alternatives := objects(m, s)
	switch tags := discriminators(m, alternatives); {
	case len(alternatives) == 0:
		g.fields = m.fieldsOf(g, s)
	case len(tags) > 0:
		g.tags = tags
		for i, a := range alternatives {
			g.variants = append(g.variants, m.variantOf(g, i, a))
		}
	default:
		g.fields = m.mergedFields(g, alternatives)
	}
	return g
}

// objects are the alternatives of a choice between objects, null aside; nil for anything else. Alternatives that only say
// what is required are none.
func objects(m *model, s *api.Schema) (found []*api.Schema) {
	for _, a := range alternatives(s) {
		o := m.deref(a)
		switch {
		case slices.Equal(o.Type, []string{"null"}):
		case !slices.Contains(o.Type, "object") || len(o.Properties) == 0:
			return nil
		default:
			found = append(found, a)
		}
	}
	return found
}

func alternatives(s *api.Schema) []*api.Schema {
	if len(s.OneOf) > 0 {
		return s.OneOf
	}
	return s.AnyOf
}

// discriminators are the properties whose values tell all alternatives apart: one, or two together.
func discriminators(m *model, alternatives []*api.Schema) []string {
	if len(alternatives) < 2 {
		return nil
	}
	var candidates []string
	for _, p := range m.deref(alternatives[0]).Properties {
		everywhere := !slices.ContainsFunc(alternatives, func(a *api.Schema) bool {
			return len(m.valuesOf(a, p.Name)) == 0
		})
		if everywhere {
			candidates = append(candidates, p.Name)
		}
	}
	apart := func(names ...string) bool {
		seen := map[string]bool{}
		for _, a := range alternatives {
			for _, v := range m.tuples(a, names) {
				if seen[v] {
					return false
				}
				seen[v] = true
			}
		}
		return true
	}
	for _, c := range candidates {
		if apart(c) {
			return []string{c}
		}
	}
	for i, a := range candidates {
		for _, b := range candidates[i+1:] {
			if apart(a, b) {
				return []string{a, b}
			}
		}
	}
	return nil
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
	part := cmp.Or(s.Ref, fmt.Sprintf("%s|%d", g.losant, i))
	v := &variant{values: m.tuples(s, g.tags), decl: m.declare(part, m.deref(s), g.form, place{part: g.losant})}
	for _, tag := range g.tags {
		values := m.valuesOf(s, tag)
		v.name += goName(strings.Join(values, " or "))
		if len(values) == 1 { // the union says it
			v.fixed += fmt.Sprintf(",%q:%q", tag, values[0])
			v.decl.fields = slices.DeleteFunc(v.decl.fields, func(f *field) bool { return f.property == tag })
		}
	}
	v.decl.of, v.decl.kind, v.decl.values = g, v.name, v.values
	return v
}

func (m *model) fieldsOf(g *goType, s *api.Schema) (fields []*field) {
	plain := g.form == inBody && m.isPlain(g.losant, s) && (m.bodyOf(g.losant) == nil || m.uses[use{g.losant, inAnswer}] != nil)
	for i := range s.Properties {
		p := &s.Properties[i]
		at := place{g.losant, p.Name}
		note := m.note(at)
		f := &field{
			property: p.Name, required: p.Required, plain: plain, typ: m.typeOf(p.Schema, g.form, at),
			note: m.vocabulary.inGo(note.Doc),
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
	if seen[part] && part != "" {
		return nil
	}
	seen[part] = true
	s = m.deref(s)
	for _, inner := range slices.Concat(s.OneOf, s.AnyOf, m.valueSchemas(s), []*api.Schema{s.Items}) {
		if inner != nil {
			names = append(names, m.secretsIn(inner, seen)...)
		}
	}
	for _, p := range s.Properties {
		if secret := m.note(place{part, p.Name}).Secret; secret != nil && *secret {
			names = append(names, p.Name)
		}
		names = append(names, m.secretsIn(p.Schema, seen)...)
	}
	return names
}

// mergedFields are the properties of all alternatives, required where all require them.
func (m *model) mergedFields(g *goType, alternatives []*api.Schema) (fields []*field) {
	for _, a := range alternatives {
		own := *g
		if a.Ref != "" {
			own.losant = a.Ref
		}
		for _, f := range m.fieldsOf(&own, m.deref(a)) {
			if !slices.ContainsFunc(fields, func(o *field) bool { return o.property == f.property }) {
				f.required = !slices.ContainsFunc(alternatives, func(a *api.Schema) bool {
					return !requires(m.deref(a), f.property)
				})
				f.plain = false
				fields = append(fields, f)
			}
		}
	}
	return fields
}

func requires(s *api.Schema, property string) bool {
	return slices.ContainsFunc(s.Properties, func(p api.Property) bool { return p.Name == property && p.Required })
}

// note is what the overlay says of a property: of this one, or else of all of that name.
func (m *model) note(at place) api.PropertyNote {
	note, general := m.overlay.Properties[at.part+"."+at.property], m.overlay.Properties[at.property]
	if note.Secret == nil {
		note.Secret = general.Secret
	}
	return api.PropertyNote{
		Doc: cmp.Or(note.Doc, general.Doc), Type: cmp.Or(note.Type, general.Type), Secret: note.Secret,
	}
}

// typeOf is the Go type of what a schema describes.
func (m *model) typeOf(s *api.Schema, f form, at place) *typ {
	if hand := m.overlay.Types[s.Ref]; s.Ref != "" && byHand[hand] {
		return &typ{kind: handKind, name: hand, schema: s}
	}
	t := &typ{schema: s}
	name := s.Ref
	s = m.deref(s)
	t.schema = s
	if wanted := m.note(at).Type; at.property != "" && wanted != "" {
		wanted, t.pointer = strings.CutPrefix(wanted, "*")
		kind, known := overlayKinds[wanted]
		switch {
		case !known && slices.Contains(s.Type, "object"):
			t.kind, t.name = handKind, wanted
			return t
		case known && (!kind.isNumber() || len(s.Type) == 0 || slices.Contains(s.Type, "number") || slices.Contains(s.Type, "integer")):
			_, t.nullable = m.withoutNull(s)
			t.kind, t.flat = kind, m.notNull(s)
			return t
		}
	}
	inner := place{part: name}
	if name == "" {
		name, inner = at.String(), at
	}
	switch types, nullable := m.withoutNull(s); {
	case len(objects(m, s)) == 1 && nullable && len(s.Properties) == 0:
		only := m.typeOf(objects(m, s)[0], f, at)
		only.nullable = true
		return only
	case len(objects(m, s)) > 0, len(s.Properties) > 0 && !m.isDict(s, f, name):
		t.kind, t.decl, t.nullable = objectKind, m.declare(name, s, f, at), nullable
	case len(alternatives(s)) > 0 && len(s.Type) == 0:
		m.chooseFor(t, s, f, at)
	case len(types) == 1:
		m.simple(t, types[0], f, inner)
		t.nullable = nullable
		if types[0] == "string" && at.property != "" {
			t.name = m.enumAt(at)
		}
	}
	return t
}

// withoutNull are the types of a schema that are not null, and whether that is one.
func (m *model) withoutNull(s *api.Schema) (types []string, nullable bool) {
	for _, t := range s.Type {
		if t == "null" {
			nullable = true
		} else {
			types = append(types, t)
		}
	}
	for _, a := range alternatives(s) {
		nullable = nullable || slices.Equal(m.deref(a).Type, []string{"null"})
	}
	return types, nullable
}

// isDict reports whether an object is kept as a map: it has names of its own beside the known ones.
func (m *model) isDict(s *api.Schema, f form, name string) bool {
	return len(s.PatternProperties) > 0 && len(s.Properties) > 0 && f == inAnswer || len(s.Properties) == 0 && name != ""
}

// simple is the type of a schema of one JSON type.
func (m *model) simple(t *typ, jsonType string, f form, at place) {
	s := t.schema
	switch jsonType {
	case "string":
		t.kind = textKind
		m.mustKnow(s)
		if s.Format == "date-time" {
			t.kind = momentKind
		}
	case "integer":
		t.kind = integerKind
	case "number":
		t.kind = numberKind
	case "boolean":
		t.kind = booleanKind
	case "array":
		items := s.Items
		if items == nil {
			items = &api.Schema{}
		}
		t.kind, t.elem = listKind, m.typeOf(items, f, at.in("[]"))
	case "object":
		t.kind, t.elem = dictKind, &typ{}
		if len(s.Properties) > 0 {
			if !m.sameValues(s, f, at) {
				return
			}
		}
		for _, values := range m.valueSchemas(s) {
			t.elem = m.typeOf(values, f, at.in("{}"))
		}
	}
}

// mustKnow makes a problem of a pattern or a format that no rule knows.
func (m *model) mustKnow(s *api.Schema) {
	if s.Pattern != "" && patterns[s.Pattern].check == "" {
		m.problems = append(m.problems, fmt.Errorf("no rule knows the pattern %s", s.Pattern))
	}
	if s.Format != "" && formatRules[s.Format].check == "" {
		m.problems = append(m.problems, fmt.Errorf("no rule knows the format %s", s.Format))
	}
}

// valueSchemas are the schemas of the values of a map.
func (m *model) valueSchemas(s *api.Schema) (all []*api.Schema) {
	for _, p := range s.PatternProperties {
		all = append(all, p.Schema)
	}
	if s.Additional != nil {
		all = append(all, s.Additional)
	}
	return all
}

// sameValues reports whether the known properties of a map are of the type of all its others.
func (m *model) sameValues(s *api.Schema, f form, at place) bool {
	for _, values := range m.valueSchemas(s) {
		for _, p := range s.Properties {
			if m.typeOf(p.Schema, f, place{at.part, p.Name}).String() != m.typeOf(values, f, at).String() {
				return false
			}
		}
	}
	return true
}

// chooseFor sets the type of a choice between schemas of different JSON types.
func (m *model) chooseFor(t *typ, s *api.Schema, f form, at place) {
	rest := m.notNull(s)
	_, t.nullable = m.withoutNull(s)
	only := func(jsonType string) bool {
		return !slices.ContainsFunc(rest, func(a *api.Schema) bool { return !slices.Equal(a.Type, []string{jsonType}) })
	}
	isDate := func(a *api.Schema) bool { return len(a.Properties) == 1 && a.Properties[0].Name == "$date" }
	array := slices.IndexFunc(rest, func(a *api.Schema) bool { return slices.Equal(a.Type, []string{"array"}) })
	switch {
	case len(rest) == 1:
		nullable := t.nullable
		*t = *m.typeOf(rest[0], f, at)
		t.nullable = nullable
	case only("string"):
		t.kind, t.flat = textKind, rest
		for _, a := range rest {
			m.mustKnow(a)
		}
	case slices.ContainsFunc(rest, isDate):
		t.kind, t.flexible = momentKind, true
	case array >= 0 && len(rest) == 2:
		one, many := m.typeOf(m.unref(s, 1-array), f, at), m.typeOf(m.unref(s, array), f, at)
		if many.elem.String() == one.String() {
			*t = *many
		}
	default:
		t.flat = rest
	}
}

// unref is an alternative as it stands, with its reference.
func (m *model) unref(s *api.Schema, i int) *api.Schema { return alternatives(s)[i] }

// notNull are all alternatives of a choice but null.
func (m *model) notNull(s *api.Schema) []*api.Schema {
	return slices.DeleteFunc(m.flat(s), func(a *api.Schema) bool { return slices.Equal(a.Type, []string{"null"}) })
}

// flat are all alternatives of a choice, and of the choices in it.
func (m *model) flat(s *api.Schema) (all []*api.Schema) {
	for _, a := range alternatives(s) {
		a = m.deref(a)
		if len(a.Type) == 0 && len(alternatives(a)) > 0 {
			all = append(all, m.flat(a)...)
		} else {
			all = append(all, a)
		}
	}
	return all
}

// isPlain reports whether a shape of a request needs no pointers: what is optional may not be zero.
func (m *model) isPlain(part string, s *api.Schema) bool {
	if m.visiting[part] { // it is a part of itself
		return true
	}
	m.visiting[part] = true
	defer delete(m.visiting, part)
	return !slices.ContainsFunc(s.Properties, func(p api.Property) bool {
		return !m.isPlainProperty(p.Schema, p.Required, place{part, p.Name})
	})
}

func (m *model) isPlainProperty(s *api.Schema, required bool, at place) bool {
	if m.note(at).Type != "" || byHand[m.overlay.Types[s.Ref]] {
		return true
	}
	part := cmp.Or(s.Ref, at.String())
	s = m.deref(s)
	types, nullable := m.withoutNull(s)
	switch {
	case nullable || len(objects(m, s)) > 0:
		return false
	case len(types) != 1:
		return true // a date or scalars of any type
	}
	switch types[0] {
	case "string":
		return required || refusesEmpty(s)
	case "integer", "number":
		return required || s.Minimum != nil && *s.Minimum > 0
	case "boolean":
		return required
	case "object":
		return len(s.Properties) == 0 || required && m.isPlain(part, s)
	}
	return s.Items == nil || m.isPlainProperty(s.Items, true, at.in("[]"))
}

// refusesEmpty reports whether an empty text breaks the rules of a schema.
func refusesEmpty(s *api.Schema) bool {
	return s.MinLength != nil && *s.MinLength > 0 || s.Format == "date-time" || s.Format == "email" ||
		len(s.Enum) > 0 && !slices.Contains(s.Enum, any("")) || s.Pattern != "" && !patterns[s.Pattern].empty
}
