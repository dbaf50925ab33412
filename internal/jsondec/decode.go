// Package jsondec turns the JSON of an answer into Go values.
//
// # Why not encoding/json
//
// It decodes a large answer at a quarter of the speed at which JSON.parse does, which Losant's own client uses, or less: it
// looks at each byte twice, and allocates for the name of each property. It also takes a name that differs in case, and
// decodes a property that comes twice into what the first one left. Modules that are faster rest on package unsafe or on
// assembly. docs/performance.md has the figures.
//
// # How it works
//
// One pass over the document checks its syntax and fills the values. What a type needs is found out once, by reflection,
// and kept as a plan. Documents repeat themselves, and this package makes use of it: an object is expected to have the
// names of the one before, in their order, and a list its length; short strings that come again are not made again.
// Expectations are checked, so that they change the speed and nothing else. No code here is unsafe.
//
// No value points into the document. Each string has memory of its own, which it shares with equal strings only.
//
// # What is the same as in encoding/json
//
// Everything that is not below: numbers, null, escapes, U+FFFD in the place of invalid UTF-8, json.Unmarshaler,
// encoding.TextUnmarshaler, at most 10,000 levels. Types that the answers of the API do not have, such as arrays, are left
// to encoding/json. A document that cannot be decoded is given to encoding/json, too, whose error is the result: the
// text and the position are what users of encoding/json know.
//
// # What differs
//
//   - Names match exactly.
//   - Of several properties with one name, the last counts, as if the others were not there.
//   - 5.0 and 5e2 are whole numbers.
//   - Slices, maps and pointers are new, whatever the variable held before.
package jsondec

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"sync"
)

// Decoder decodes documents. It remembers the types it has seen, and can be used by several goroutines at once.
type Decoder struct {
	// Special is asked about each type with an UnmarshalJSON, of which it is given a pointer. It returns how to do
	// without that method, or nil.
	Special func(v any) *Special

	plans sync.Map // from a reflect.Type to its *plan
}

// Special is what the UnmarshalJSON of a type does besides what encoding/json would do without it.
type Special struct {
	// Moments are the properties of a struct that are a time.Time, or a pointer to one, and come as text, as milliseconds
	// since the epoch, or as an object whose $date is one of these.
	Moments []string
	// NoKeys are the names that do not become keys of a map.
	NoKeys []string
	// Kind returns what a value is to be decoded into, in the place of v, which points to a value of the type.
	Kind func(v any, source []byte) any
}

// Unmarshal decodes a document into the value that v points to. What Decode cannot decode is left to encoding/json: the
// error is its own.
func (d *Decoder) Unmarshal(document []byte, v any) error {
	if d.Decode(document, v) {
		return nil
	}
	return Lenient(document, v)
}

// Decode is Unmarshal without an explanation. If it reports false, the value that v points to is in no defined state.
func (d *Decoder) Decode(document []byte, v any) bool {
	target := reflect.ValueOf(v)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return false
	}
	r := run{decoder: d, data: document}
	return r.document(d.plan(target.Type().Elem()), target.Elem())
}

// Lenient is json.Unmarshal, for which 5.0 is a whole number, too.
func Lenient(document []byte, v any) error {
	err := json.Unmarshal(document, v)
	var mismatch *json.UnmarshalTypeError
	if errors.As(err, &mismatch) && strings.HasPrefix(mismatch.Value, "number ") {
		return json.Unmarshal(withoutFractions(document), v)
	}
	return err
}
