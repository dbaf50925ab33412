// Package jsondectest tells apart the documents of which internal/jsondec and encoding/json make the same, so that tests can
// hold the one against the other.
package jsondectest

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Names are the properties of a type and of the types in it.
func Names(t reflect.Type) []string {
	names := map[string]bool{"$date": true}
	collect(t, names, map[reflect.Type]bool{})
	return slices.Sorted(maps.Keys(names))
}

func collect(t reflect.Type, names map[string]bool, seen map[reflect.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		collect(t.Elem(), names, seen)
	case reflect.Struct:
		for i := range t.NumField() {
			field := t.Field(i)
			if name, _, _ := strings.Cut(field.Tag.Get("json"), ","); name != "" && name != "-" {
				names[name] = true
			}
			collect(field.Type, names, seen)
		}
	}
}

// Differs reports whether the two decode a document in different ways because that is what internal/jsondec is for: an
// object of it has a name twice, or one that differs only in case from a name that a type has.
func Differs(document []byte, names []string) bool {
	w := walk{json.NewDecoder(bytes.NewReader(document)), names}
	return w.value()
}

type walk struct {
	decoder *json.Decoder
	names   []string
}

// value reads a value, and reports whether it differs. A document that is no JSON does not, from there on.
func (w walk) value() bool {
	token, err := w.decoder.Token()
	if err != nil || token != json.Delim('{') && token != json.Delim('[') {
		return false
	}
	seen := map[string]bool{}
	for w.decoder.More() {
		if token == json.Delim('{') {
			key, err := w.decoder.Token()
			name, ok := key.(string)
			if err != nil || !ok {
				return false
			}
			if seen[name] || w.isFolded(name) {
				return true
			}
			seen[name] = true
		}
		before := w.decoder.InputOffset()
		if w.value() {
			return true
		}
		if w.decoder.InputOffset() == before {
			return false // no JSON
		}
	}
	_, _ = w.decoder.Token()
	return false
}

func (w walk) isFolded(name string) bool {
	return slices.ContainsFunc(w.names, func(known string) bool { return known != name && strings.EqualFold(known, name) })
}
