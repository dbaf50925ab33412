package jsondec

import (
	"encoding/json"
	"reflect"
	"slices"
)

// document decodes all of the document.
func (r *run) document(p *plan, v reflect.Value) bool {
	r.remember(p)
	return r.value(p, v) && r.next() == 0 && r.pos == len(r.data)
}

// value decodes one value.
func (r *run) value(p *plan, v reflect.Value) bool {
	c := r.next()
	if c == 'n' && p.kind >= text {
		return r.null(p, v)
	}
	switch p.kind {
	case own:
		return r.own(v.Addr().Interface().(json.Unmarshaler))
	case union:
		source, ok := r.source()
		return ok && r.decoder.Decode(source, p.into(v.Addr().Interface(), source))
	case date:
		return r.date(v)
	case moment:
		return r.moment(v)
	case raw:
		source, ok := r.source()
		*v.Addr().Interface().(*json.RawMessage) = slices.Clone(source)
		return ok
	case text:
		if c != '"' {
			return false
		}
		b, ok := r.text()
		v.SetString(r.string(b))
		return ok
	case boolean:
		v.SetBool(c == 't')
		return c == 't' && r.word("true") || c == 'f' && r.word("false")
	case integer:
		n, ok := r.decimal()
		if !ok {
			return false
		}
		i, ok := n.int()
		v.SetInt(i)
		return ok && !v.OverflowInt(i)
	case float:
		f, ok := r.float()
		v.SetFloat(f)
		return ok
	case anything:
		x, ok := r.any()
		*v.Addr().Interface().(*any) = x
		return ok
	case pointer:
		v.Set(reflect.New(p.elem.typ))
		return r.value(p.elem, v.Elem())
	case list:
		return c == '[' && r.list(p, v)
	case object:
		return c == '{' && r.object(p, v)
	case stringMap, anyMap, dictionary:
		return c == '{' && r.dictionary(p, v)
	default:
		source, ok := r.source()
		return ok && Lenient(source, v.Addr().Interface()) == nil
	}
}

// own decodes what has an UnmarshalJSON.
func (r *run) own(v json.Unmarshaler) bool {
	source, ok := r.source()
	return ok && (v.UnmarshalJSON(source) == nil || Lenient(source, v) == nil)
}

func (r *run) null(p *plan, v reflect.Value) bool {
	switch {
	case p.noKeys != nil:
		v.Set(reflect.MakeMap(p.typ))
	case p.kind.isNilForNull():
		v.SetZero()
	}
	return r.word("null")
}

// list decodes an array into a slice.
func (r *run) list(p *plan, v reflect.Value) bool {
	more, ok := r.open(']')
	if !more {
		v.Set(reflect.MakeSlice(p.typ, 0, 0))
		return ok
	}
	s := r.shape(p)
	expected := 0
	if s != nil {
		expected = s.length
	}
	v.SetZero()
	n := 0
	for start := r.pos; more && ok; n++ {
		if n == v.Cap() {
			v.Grow(r.growth(n, expected, start))
		}
		v.SetLen(n + 1)
		if !r.value(p.elem, v.Index(n)) {
			return false
		}
		more, ok = r.more(']')
	}
	if s != nil {
		s.length = n
	}
	return ok
}

// growth is for how many more elements a list of n needs memory. It began at start, and the one before had the expected
// length. A long list is taken to be what is left of the document, but not to be more than four times as long as yet.
func (r *run) growth(n, expected, start int) int {
	const few, many = 4, 64
	switch {
	case n == 0 && expected > 0:
		return expected
	case n < many:
		return max(few, n)
	default:
		size := (r.pos-start)/n + 1
		rest := (len(r.data) - r.pos) / size
		return min(rest+rest/16+1, 3*n)
	}
}

// object decodes an object into a struct.
func (r *run) object(p *plan, v reflect.Value) bool {
	var few [1]uint64
	seen := few[:]
	if p.fields.count > 64 {
		seen = make([]uint64, p.fields.count/64+1)
	}
	s := r.shape(p)
	more, ok := r.open('}')
	for i := 0; more && ok; i++ {
		var f *field
		if s != nil && i < len(s.names) && r.is(s.names[i]) {
			f = s.fields[i]
		} else {
			r.next()
			start := r.pos
			name, ok := r.name()
			if !ok {
				return false
			}
			if f = p.fields.find(name); f != nil {
				s.expect(i, r.data[start:r.pos], f.name, f)
			} else if s != nil {
				s.expect(i, r.data[start:r.pos], string(name), nil)
			}
		}
		if f == nil {
			if !r.skip() {
				return false
			}
			more, ok = r.more('}')
			continue
		}
		field := f.in(v)
		word, bit := &seen[f.number/64], uint64(1)<<(f.number%64)
		if *word&bit != 0 {
			field.SetZero()
		}
		*word |= bit
		if !r.value(f.plan, field) {
			return false
		}
		more, ok = r.more('}')
	}
	return ok
}

func (r *run) dictionary(p *plan, v reflect.Value) bool {
	switch p.kind {
	case anyMap:
		m, ok := r.anyMap()
		if p.typ == anyMapType {
			*v.Addr().Interface().(*map[string]any) = m
		} else {
			v.Set(reflect.ValueOf(m).Convert(p.typ))
		}
		return ok
	case stringMap:
		m, ok := r.stringMap()
		v.Set(reflect.ValueOf(m).Convert(p.typ))
		return ok
	}
	var m reflect.Value
	key, elem := reflect.New(p.typ.Key()).Elem(), reflect.New(p.elem.typ).Elem()
	more, ok := r.open('}')
	for start := r.pos; more && ok; {
		name, isName := r.name()
		switch {
		case !isName:
			return false
		case slices.Contains(p.noKeys, string(name)):
			ok = r.skip()
		default:
			key.SetString(r.string(name))
			elem.SetZero()
			ok = r.value(p.elem, elem)
			if !m.IsValid() {
				m = reflect.MakeMapWithSize(p.typ, r.entries(start))
			}
			m.SetMapIndex(key, elem)
		}
		if ok {
			more, ok = r.more('}')
		}
	}
	if !m.IsValid() {
		m = reflect.MakeMap(p.typ)
	}
	v.Set(m)
	return ok
}

// entries is how many entries a map may have of which the first began at start, if all are like that one. Very short ones
// are not counted on: the memory for them would be a multiple of the document.
func (r *run) entries(start int) int {
	const short = 64
	return 1 + (len(r.data)-r.pos)/max(short, r.pos-start)
}
