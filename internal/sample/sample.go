// Package sample makes small values that the schemas of the description take.
package sample

import (
	"math"
	"slices"

	"github.com/losant-go/losant/internal/api"
)

// Maker makes the values. All its functions are needed.
type Maker struct {
	// Resolve follows the reference that a schema may be.
	Resolve func(*api.Schema) *api.Schema
	// Text is a text that a schema takes.
	Text func(*api.Schema) string
	// Besides are properties that an object has although it requires none.
	Besides func(*api.Schema) []string
}

// anything is a value for what has no schema.
const anything = "anything"

// Value is the smallest value that a schema takes, as far as it can be told.
func (m *Maker) Value(s *api.Schema) any {
	s = m.Resolve(s)
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case len(s.Properties) > 0:
		return m.Object(s)
	case len(s.OneOf) > 0:
		return m.Value(s.OneOf[0])
	case len(s.AnyOf) > 0:
		return m.Value(s.AnyOf[0])
	case len(s.Type) == 0:
		return anything
	}
	switch s.Type[0] {
	case "string":
		return m.Text(s)
	case "number", "integer":
		if s.Minimum != nil {
			return *s.Minimum
		}
		if s.Maximum != nil {
			return math.Min(*s.Maximum, 1)
		}
		return 1
	case "boolean":
		return true
	case "array":
		array := []any{}
		if s.MinItems != nil {
			for range *s.MinItems {
				array = append(array, m.Value(s.Items))
			}
		}
		return array
	case "object":
		return m.Object(s)
	default:
		return nil
	}
}

// Object is an object with what a schema requires.
func (m *Maker) Object(s *api.Schema) map[string]any {
	o := map[string]any{}
	required := slices.Clone(s.Required)
	for _, alternatives := range [][]*api.Schema{s.OneOf, s.AnyOf} {
		if len(alternatives) > 0 { // which say what is required besides
			required = append(required, m.Resolve(alternatives[0]).Required...)
		}
	}
	if len(required) == 0 {
		required = m.Besides(s)
	}
	for _, name := range required {
		o[name] = anything
	}
	for _, p := range s.Properties {
		if slices.Contains(required, p.Name) {
			o[p.Name] = m.Value(p.Schema)
		}
	}
	if s.MinProperties != nil && len(o) < *s.MinProperties {
		for _, p := range s.Properties[:min(len(s.Properties), *s.MinProperties)] {
			o[p.Name] = m.Value(p.Schema)
		}
		for _, p := range s.PatternProperties {
			o["a"] = m.Value(p.Schema)
		}
	}
	return o
}
