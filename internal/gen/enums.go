package main

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// enum is a named string type.
type enum struct {
	Name   string
	doc    string
	of     []string
	Values []enumValue
}

type enumValue struct{ Name, Value string }

// Doc is the doc comment.
func (e *enum) Doc() string {
	return comment(0, e.Name+" "+e.doc+" An answer may have a value that is not known here, and [WithoutValidation] sends one.")
}

// enums are the named string types of the overlay.
func (m *model) enums() (all []*enum, err error) {
	for _, name := range slices.Sorted(maps.Keys(m.overlay.Enums)) {
		note := m.overlay.Enums[name]
		values := m.valuesAt(note.Of[0])
		if len(values) == 0 {
			return nil, fmt.Errorf("the enum %s: there are no values at %s", name, note.Of[0])
		}
		e := &enum{Name: name, doc: note.Doc, of: note.Of}
		for _, v := range values {
			if text, ok := v.(string); ok && text != "" {
				e.Values = append(e.Values, enumValue{name + goName(text), text})
			}
		}
		all = append(all, e)
	}
	return all, nil
}

// valuesAt are the values of the enumeration at a place, "schema.property" or "schema.property[]".
func (m *model) valuesAt(at string) []any {
	part, property, ok := cutLast(strings.TrimSuffix(at, "[]"), ".")
	if s := m.description.Schemas[part]; ok && s != nil {
		for _, p := range m.deref(s).Properties {
			if p.Name != property {
				continue
			}
			s := m.deref(p.Schema)
			if strings.HasSuffix(at, "[]") {
				s = m.deref(s.Items)
			}
			return enumeration(append([]*api.Schema{}, slices.DeleteFunc(m.flatOrSelf(s), func(a *api.Schema) bool {
				return len(a.Enum) == 0
			})...))
		}
	}
	return nil
}

func (m *model) flatOrSelf(s *api.Schema) []*api.Schema {
	if all := m.flat(s); len(all) > 0 {
		return all
	}
	return []*api.Schema{s}
}

func cutLast(s, separator string) (before, after string, found bool) {
	i := strings.LastIndex(s, separator)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(separator):], true
}

func keys(m map[string]bool) iter.Seq[string] { return maps.Keys(m) }

// answersOf are the actions that answer with a schema.
func (m *model) answersOf(schema string) (names []string) {
	for i := range m.description.Actions {
		a := &m.description.Actions[i]
		for _, answer := range a.Answers {
			if answer.Schema == schema && answer.Status < 300 {
				names = append(names, a.ID())
			}
		}
	}
	return names
}
