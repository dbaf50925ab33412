package jsondec

import (
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"
)

// plan is how values of a type are decoded.
type plan struct {
	kind   kind
	typ    reflect.Type
	elem   *plan                          // of a pointer, a list or a dictionary
	noKeys []string                       // of a dictionary
	into   func(v any, source []byte) any // of a union
	fields fields                         // of a struct
	number int                            // among the plans of a document
	count  int                            // of the plans of a document
}

// kind is what a plan is for.
type kind uint8

const (
	// Kinds for which null is nothing special.
	foreign kind = iota // whatever encoding/json decodes
	own                 // a type with an UnmarshalJSON
	union               // a type that Special has the Kind of
	date                // time.Time
	moment              // time.Time or a pointer to one, as Special has it
	raw                 // json.RawMessage
	// Kinds that null leaves as they are.
	text    // string
	boolean // bool
	integer // int and its sizes
	float   // float64
	object  // struct
	// Kinds for which null is nil.
	anything   // any
	pointer    // *elem
	list       // []elem
	stringMap  // map[string]string
	anyMap     // map[string]any
	dictionary // map[string]elem
)

// isNilForNull reports whether null is nil for the kind.
func (k kind) isNilForNull() bool { return k >= anything }

// fields are the fields of a struct by their names: a hash table, at most half full.
type fields struct {
	slots []*field
	count int
}

// field is a field of a struct, or of one that is embedded in it.
type field struct {
	name   string
	number int // in the struct
	index  []int
	plan   *plan
}

func newFields(all []*field) fields {
	size := 1
	for size <= 2*len(all) {
		size *= 2
	}
	f := fields{make([]*field, size), len(all)}
	for i, field := range all {
		field.number = i
		*f.slot([]byte(field.name)) = field
	}
	return f
}

// find returns the field of a name, nil for none.
func (f *fields) find(name []byte) *field { return *f.slot(name) }

// slot is where the field of a name is, or would be.
func (f *fields) slot(name []byte) **field {
	last := uint(len(f.slots) - 1)
	for i := hash(name); ; i++ {
		if slot := &f.slots[i&last]; *slot == nil || (*slot).name == string(name) {
			return slot
		}
	}
}

// hash is of the length and three bytes, which tell most names of a struct apart.
func hash(name []byte) uint {
	n := len(name)
	if n == 0 {
		return 0
	}
	return uint(n) + 7*uint(name[0]) + 31*uint(name[n/2]) + 127*uint(name[n-1])
}

// in returns the field in a struct.
func (f *field) in(v reflect.Value) reflect.Value {
	if len(f.index) == 1 {
		return v.Field(f.index[0])
	}
	return v.FieldByIndex(f.index)
}

var (
	timeType        = reflect.TypeFor[time.Time]()
	rawType         = reflect.TypeFor[json.RawMessage]()
	numberType      = reflect.TypeFor[json.Number]()
	stringMapType   = reflect.TypeFor[map[string]string]()
	anyMapType      = reflect.TypeFor[map[string]any]()
	unmarshaler     = reflect.TypeFor[json.Unmarshaler]()
	textUnmarshaler = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// implements reports whether a pointer to a value of the type has the methods of an interface.
func implements(t, methods reflect.Type) bool { return reflect.PointerTo(t).Implements(methods) }

// plan returns the plan of a type.
func (d *Decoder) plan(t reflect.Type) *plan {
	if known, ok := d.plans.Load(t); ok {
		return known.(*plan)
	}
	p := planner{d, map[reflect.Type]*plan{}}
	p.plan(t)
	for t, made := range p.made { // only now are they complete
		made.count = len(p.made)
		d.plans.LoadOrStore(t, made)
	}
	return p.made[t]
}

// planner makes the plans of a document: of a type and the types in it. A type may be in itself.
type planner struct {
	decoder *Decoder
	made    map[reflect.Type]*plan
}

func (p planner) plan(t reflect.Type) *plan {
	if made, ok := p.made[t]; ok {
		return made
	}
	made := &plan{typ: t, number: len(p.made)}
	p.made[t] = made
	switch special := p.special(t); {
	case t == timeType:
		made.kind = date
	case t == rawType:
		made.kind = raw
	case special != nil && special.Kind != nil:
		made.kind, made.into = union, special.Kind
	case special != nil:
		p.fill(made)
		made.adjust(special)
	case t.Kind() != reflect.Pointer && implements(t, unmarshaler):
		made.kind = own
	case t.Kind() != reflect.Pointer && implements(t, textUnmarshaler), t == numberType:
		made.kind = foreign
	default:
		p.fill(made)
	}
	return made
}

func (p planner) special(t reflect.Type) *Special {
	if p.decoder.Special == nil || t.Kind() == reflect.Pointer || !implements(t, unmarshaler) {
		return nil
	}
	return p.decoder.Special(reflect.New(t).Interface())
}

// adjust makes the plan of a type without its UnmarshalJSON do what that does.
func (p *plan) adjust(s *Special) {
	p.noKeys = s.NoKeys
	for _, name := range s.Moments {
		f := p.fields.find([]byte(name))
		f.plan = &plan{kind: moment, typ: f.plan.typ}
	}
}

// fill completes the plan of a type by what it is made of. What is not known stays foreign.
func (p planner) fill(made *plan) {
	switch t := made.typ; t.Kind() {
	case reflect.String:
		made.kind = text
	case reflect.Bool:
		made.kind = boolean
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		made.kind = integer
	case reflect.Float64:
		made.kind = float
	case reflect.Interface:
		if t.NumMethod() == 0 {
			made.kind = anything
		}
	case reflect.Pointer:
		made.kind, made.elem = pointer, p.plan(t.Elem())
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			made.kind, made.elem = list, p.plan(t.Elem())
		}
	case reflect.Map:
		p.fillMap(made)
	case reflect.Struct:
		if all, ok := p.fields(t); ok {
			made.kind, made.fields = object, newFields(all)
		}
	}
}

func (p planner) fillMap(made *plan) {
	t := made.typ
	switch {
	case t.Key().Kind() != reflect.String || implements(t.Key(), textUnmarshaler):
		// foreign
	case t.ConvertibleTo(stringMapType):
		made.kind = stringMap
	case t.ConvertibleTo(anyMapType):
		made.kind = anyMap
	default:
		made.kind, made.elem = dictionary, p.plan(t.Elem())
	}
}

// fields returns the fields of a struct, if they are as those of this module: with a name in the tag, which is that of
// another field only if one of the two is in an embedded struct. It is then that of the outer one.
func (p planner) fields(t reflect.Type) (all []*field, ok bool) {
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Tag.Get("json") == "-" || !f.IsExported() && !f.Anonymous:
			continue
		case f.Anonymous && name == "":
			if f.Type.Kind() != reflect.Struct || implements(f.Type, unmarshaler) || implements(f.Type, textUnmarshaler) {
				return nil, false
			}
			continue
		case name == "" || f.Anonymous || slices.Contains(strings.Split(options, ","), "string"):
			return nil, false
		}
		same := slices.IndexFunc(all, func(f *field) bool { return f.name == name })
		switch {
		case same < 0:
			all = append(all, &field{name: name, index: f.Index, plan: p.plan(f.Type)})
		case len(all[same].index) == len(f.Index):
			return nil, false
		case len(all[same].index) > len(f.Index):
			all[same] = &field{name: name, index: f.Index, plan: p.plan(f.Type)}
		}
	}
	return all, true
}
