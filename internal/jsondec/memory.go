package jsondec

import (
	"bytes"
	"encoding/binary"
)

// memory is what a document has had so far, from which follows what may come: the same again.
type memory struct {
	texts   []knownText
	shapes  []shape  // of structs and lists, by the number of their plan
	objects [8]shape // of objects in any, by their depth
}

// knownText is a string that has come before.
type knownText struct {
	text  string
	value any // text, once it has been wanted as any
}

// shape is what the object before had, or how long the list before was.
type shape struct {
	names  []string // as they are in the document
	fields []*field // by the same number, nil for unknown names
	length int
}

const (
	// smallDocument has little to repeat.
	smallDocument = 2 << 10
	// longText is not looked up: it comes once.
	longText = 32
)

// remember starts the memory of a document that is worth it.
func (r *run) remember(p *plan) {
	if len(r.data) <= smallDocument {
		return
	}
	size := 64
	for size < 1024 && size < len(r.data)/256 {
		size *= 2
	}
	r.memory = &memory{texts: make([]knownText, size), shapes: make([]shape, p.count)}
}

// shape returns that of the values of a plan, nil if nothing is remembered.
func (r *run) shape(p *plan) *shape {
	if r.memory == nil {
		return nil
	}
	return &r.memory.shapes[p.number]
}

// shapeHere returns that of objects of this depth, nil if nothing is remembered.
func (r *run) shapeHere() *shape {
	if r.memory == nil {
		return nil
	}
	return &r.memory.objects[r.depth%len(r.memory.objects)]
}

// string returns a string of b.
func (r *run) string(b []byte) string {
	known := r.known(b)
	if known == nil {
		return string(b)
	}
	return known.text
}

// boxed returns a string of b, as any.
func (r *run) boxed(b []byte) any {
	known := r.known(b)
	if known == nil {
		return string(b)
	}
	if known.value == nil {
		known.value = known.text
	}
	return known.value
}

// known returns the entry of a string, nil for those that have none. An entry gives way to the next that needs its place.
func (r *run) known(b []byte) *knownText {
	if r.memory == nil || len(b) == 0 || len(b) > longText {
		return nil
	}
	var h uint64
	if len(b) < 8 {
		for _, c := range b {
			h = h<<8 | uint64(c)
		}
	} else {
		h = binary.LittleEndian.Uint64(b)*0x9E3779B97F4A7C15 ^ binary.LittleEndian.Uint64(b[len(b)-8:])
	}
	h = (h ^ uint64(len(b))) * 0x9E3779B97F4A7C15
	known := &r.memory.texts[uint(h>>40)%uint(len(r.memory.texts))]
	if known.text != string(b) {
		*known = knownText{text: string(b)}
	}
	return known
}

// expect remembers that the property number i had a name, and how that is written. A name that needs escapes is not
// expected again.
func (s *shape) expect(i int, source []byte, name string, f *field) {
	if s == nil || i > len(s.names) || !bytes.HasPrefix(source[1:], append([]byte(name), '"')) {
		return
	}
	if i == len(s.names) {
		s.names, s.fields = append(s.names, name), append(s.fields, f)
	} else {
		s.names[i], s.fields[i] = name, f
	}
}
