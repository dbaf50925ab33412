package main

import (
	"cmp"
	"slices"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// kind is what a Go type is made of. For what needs no more to be said, it is the type.
type kind string

const (
	anythingKind kind = "any" // scalars of any type
	textKind     kind = "string"
	integerKind  kind = "int"
	longKind     kind = "int64" // 64 bits on every machine, as milliseconds need
	numberKind   kind = "float64"
	booleanKind  kind = "bool"
	momentKind   kind = "time.Time"
	instantKind  kind = "Instant" // a time that may be relative to now
	rawKind      kind = "json.RawMessage"
	listKind     kind = "[]"
	dictKind     kind = "map[string]"
	objectKind   kind = "struct"
	handKind     kind = "by hand" // a type that package losant has already
)

// jsonKinds are the kinds of the JSON types.
var jsonKinds = map[string]kind{
	"string": textKind, "integer": integerKind, "number": numberKind, "boolean": booleanKind, "array": listKind, "object": dictKind,
}

func (k kind) isNumber() bool { return k == integerKind || k == longKind || k == numberKind }

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
	decided  bool // by the overlay
}

func (t *typ) String() string {
	switch {
	case t.elem != nil:
		return string(t.kind) + t.elem.String()
	case t.decl != nil:
		return t.decl.final().Name
	case t.name != "":
		return t.name
	}
	return string(t.kind)
}

// inner is the type of what lists and dicts are made of in the end.
func (t *typ) inner() *typ {
	for t.elem != nil {
		t = t.elem
	}
	return t
}

// alternatives are what the value may be, null aside.
func (t *typ) alternatives() []*api.Schema {
	if len(t.flat) == 0 {
		return []*api.Schema{t.schema}
	}
	return t.flat
}

// place is where a schema stands: in a part, as a property or as an element.
type place struct {
	part     string
	property string
}

func (p place) String() string {
	if p.property == "" || strings.ContainsAny(p.property[:1], "[{") {
		return p.part + p.property
	}
	return p.part + "." + p.property
}

// in is the place within p: "[]" for an element, "{}" for a value of a map.
func (p place) in(step string) place { return place{p.part, p.property + step} }

// typeOf is the Go type of what a schema describes.
func (m *model) typeOf(ref *api.Schema, f form, at place) *typ {
	s := m.deref(ref)
	t := &typ{schema: s}
	if name := m.overlay.Types[ref.Ref]; byHand[name] {
		t.kind, t.name = handKind, name
		return t
	}
	if m.decide(t, at) {
		return t
	}
	name, inner := at.String(), at
	if ref.Ref != "" {
		if m.open[ref.Ref] && m.uses[use{ref.Ref, f}] == nil {
			m.fail("%s is made of itself, and no object", ref.Ref)
			return &typ{kind: anythingKind, schema: s}
		}
		m.open[ref.Ref] = true
		defer delete(m.open, ref.Ref)
		name, inner = ref.Ref, place{part: ref.Ref}
	}
	types, nullable := m.withoutNull(s)
	objects := m.objects(s)
	switch {
	case len(objects) == 1 && nullable && len(s.Properties) == 0:
		t = m.typeOf(objects[0], f, at)
	case len(objects) > 0, len(s.Properties) > 0 && (f == inBody || len(s.PatternProperties) == 0):
		t.kind = objectKind
		t.decl = m.declare(&goType{model: m, losant: name, form: f, schema: s}, objects)
	case len(s.Type) == 0 && len(alternatives(s)) > 0:
		m.choose(t, f, at)
	case len(types) == 1:
		m.simple(t, jsonKinds[types[0]], f, inner)
	default:
		t.kind = anythingKind
	}
	if t.kind == textKind {
		t.name = cmp.Or(m.enums[at.part+"."+at.property], m.enums[at.property])
	}
	t.nullable = nullable
	return t
}

// decide sets the type that the overlay gives to a property. A number is given to numbers only, since the note may be for
// all properties of that name.
func (m *model) decide(t *typ, at place) bool {
	wanted, pointer := strings.CutPrefix(m.overlay.Property(at.part, at.property).Type, "*")
	k := kind(wanted)
	switch {
	case wanted == "":
		return false
	case byHand[wanted]:
		if slices.Contains(t.schema.Type, "object") {
			t.kind, t.name = handKind, wanted
		}
		return t.name != ""
	case k.isNumber() && len(t.schema.Type) > 0 && !slices.ContainsFunc(t.schema.Type, func(t string) bool { return jsonKinds[t].isNumber() }):
		return false
	}
	_, t.nullable = m.withoutNull(t.schema)
	t.kind, t.flat, t.pointer, t.decided = k, notNull(m.Description, t.schema), pointer, true
	return true
}

// simple sets the type of a schema of one JSON type.
func (m *model) simple(t *typ, k kind, f form, at place) {
	s := t.schema
	t.kind = k
	switch k {
	case textKind:
		if s.Format == "date-time" {
			t.kind = momentKind
		}
	case listKind:
		t.elem = &typ{kind: anythingKind, schema: &api.Schema{}}
		if s.Items != nil {
			t.elem = m.typeOf(s.Items, f, at.in("[]"))
		}
	case dictKind:
		t.elem = m.valueType(s, f, at)
	}
}

// valueType is the type of the values of a map: any, if one of the known properties is of another type than all others.
func (m *model) valueType(s *api.Schema, f form, at place) *typ {
	elem := &typ{kind: anythingKind, schema: &api.Schema{}}
	for _, values := range valueSchemas(s) {
		elem = m.typeOf(values, f, at.in("{}"))
		for _, p := range s.Properties {
			if m.typeOf(p.Schema, f, place{at.part, p.Name}).String() != elem.String() {
				return &typ{kind: anythingKind, schema: &api.Schema{}}
			}
		}
	}
	return elem
}

// valueSchemas are the schemas of the values of a map.
func valueSchemas(s *api.Schema) (all []*api.Schema) {
	for _, p := range s.PatternProperties {
		all = append(all, p.Schema)
	}
	if s.Additional != nil {
		all = append(all, s.Additional)
	}
	return all
}

// choose sets the type of a choice between schemas of different JSON types.
func (m *model) choose(t *typ, f form, at place) {
	t.kind = anythingKind
	rest := notNull(m.Description, t.schema)
	array := slices.IndexFunc(rest, func(a *api.Schema) bool { return isOnly(a, "array") })
	switch {
	case len(rest) == 1:
		*t = *m.typeOf(rest[0], f, at)
	case !slices.ContainsFunc(rest, func(a *api.Schema) bool { return !isOnly(a, "string") }):
		t.kind, t.flat = textKind, rest
	case slices.ContainsFunc(rest, func(a *api.Schema) bool { return len(a.Properties) == 1 && a.Properties[0].Name == "$date" }):
		t.kind, t.flexible = momentKind, true
	case array >= 0 && len(rest) == 2:
		one, many := m.typeOf(alternatives(t.schema)[1-array], f, at), m.typeOf(alternatives(t.schema)[array], f, at)
		if many.elem.String() == one.String() {
			*t = *many
		}
	default:
		t.flat = rest
	}
}

func isOnly(s *api.Schema, jsonType string) bool { return len(s.Type) == 1 && s.Type[0] == jsonType }

func alternatives(s *api.Schema) []*api.Schema { return slices.Concat(s.OneOf, s.AnyOf) }

// withoutNull are the types of a schema that are not null, and whether that is one.
func (m *model) withoutNull(s *api.Schema) (types []string, nullable bool) {
	isNull := func(a *api.Schema) bool { return isOnly(m.deref(a), "null") }
	types = slices.DeleteFunc(slices.Clone(s.Type), func(t string) bool { return t == "null" })
	return types, len(types) < len(s.Type) || slices.ContainsFunc(alternatives(s), isNull)
}

// notNull are all alternatives of a choice but null, and those of the choices in it.
func notNull(d *api.Description, s *api.Schema) (all []*api.Schema) {
	for _, a := range alternatives(s) {
		a = deref(d, a)
		switch {
		case isOnly(a, "null"):
		case len(a.Type) == 0 && len(alternatives(a)) > 0:
			all = append(all, notNull(d, a)...)
		default:
			all = append(all, a)
		}
	}
	return all
}

// deref is the schema that a reference leads to.
func deref(d *api.Description, s *api.Schema) *api.Schema {
	for s.Ref != "" {
		s = d.Schemas[s.Ref]
	}
	return s
}

func (m *model) deref(s *api.Schema) *api.Schema { return deref(m.Description, s) }

// objects are the alternatives of a choice between objects, null aside; nil for anything else. Alternatives that only say
// what is required are none.
func (m *model) objects(s *api.Schema) (found []*api.Schema) {
	for _, a := range alternatives(s) {
		o := m.deref(a)
		switch {
		case isOnly(o, "null"):
		case !slices.Contains(o.Type, "object") || len(o.Properties) == 0:
			return nil
		default:
			found = append(found, a)
		}
	}
	return found
}

// isPlain reports whether a value of a request needs no pointer: where it is optional, its zero value is refused anyway, and
// so need not be sent.
func (t *typ) isPlain(required bool) bool {
	switch {
	case t.decided && !t.kind.isNumber(), t.kind == handKind:
		return true
	case t.nullable:
		return false
	}
	switch t.kind {
	case textKind:
		return required || len(t.flat) > 0 || refusesEmpty(t.schema)
	case integerKind, longKind, numberKind:
		return required || t.schema.Minimum != nil && *t.schema.Minimum > 0
	case booleanKind:
		return required
	case objectKind:
		return required && t.decl.isPlain()
	case listKind:
		return t.elem.isPlain(true)
	}
	return true
}

// refusesEmpty reports whether an empty text breaks the rules of a schema.
func refusesEmpty(s *api.Schema) bool {
	return s.MinLength != nil && *s.MinLength > 0 || s.Format == "email" ||
		len(s.Enum) > 0 && !slices.Contains(s.Enum, any("")) || s.Pattern != "" && !patterns[s.Pattern].empty
}
