// Package odd makes requests to Losant's API that a client could send, but should not: for each action, one that is right,
// and many that are wrong in one place.
package odd

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// maker makes values of the schemas of a description.
type maker struct {
	description *api.Description
	inside      map[string]bool // the schemas that are being walked
}

func (m *maker) resolve(s *api.Schema) *api.Schema {
	for s.Ref != "" {
		s = m.description.Schemas[s.Ref]
	}
	return s
}

// matching are texts that match the patterns of the API.
var matching = map[string]string{
	`^[A-Fa-f\d]{24}$`:      "575ec8687ae143cd83dc4a97",
	`^([A-Fa-f\d]{24}|)$`:   "575ec8687ae143cd83dc4a97",
	`.*{{.+}}.*`:            "{{a}}",
	`^[A-Za-z0-9_-]+$`:      "a",
	`^[0-9a-z-]*$`:          "a",
	`^[0-9a-zA-Z_-]{1,255}`: "a",
	`^(?=.*[A-Z])(?=.*[^A-Za-z0-9])(?=.*[0-9])(?=.*[a-z]).{12,}$`:        "Abcdefghi-0123",
	`^(0|([1-9]\d*))\.(0|([1-9]\d*))\.(0|([1-9]\d*))$`:                   "1.0.0",
	`^data:image/(jpg|jpeg|png|svg\+xml);base64,[0-9a-zA-Z+/=]*$`:        "data:image/png;base64,",
	`^(0|([1-9]\d*))\.(0|([1-9]\d*))\.(0|([1-9]\d*))(-[0-9A-Za-z-.]+)?$`: "1.0.0",
	`^[0-9a-zA-Z_-]{1,255}$`:                                             "a",
}

// sample is the smallest value that a schema takes, as far as it can be told.
func (m *maker) sample(s *api.Schema) any {
	s = m.resolve(s)
	switch {
	case len(s.Enum) > 0:
		return s.Enum[0]
	case len(s.Properties) > 0:
		return m.sampleObject(s)
	case len(s.OneOf) > 0:
		return m.sample(s.OneOf[0])
	case len(s.AnyOf) > 0:
		return m.sample(s.AnyOf[0])
	case len(s.Type) == 0:
		return "anything"
	}
	switch s.Type[0] {
	case "string":
		return sampleText(s)
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
				array = append(array, m.sample(s.Items))
			}
		}
		return array
	case "object":
		return m.sampleObject(s)
	default:
		return nil
	}
}

func (m *maker) sampleObject(s *api.Schema) map[string]any {
	o := map[string]any{}
	required := slices.Clone(s.Required)
	for _, alternatives := range [][]*api.Schema{s.OneOf, s.AnyOf} {
		if len(alternatives) > 0 { // which say what is required besides
			required = append(required, m.resolve(alternatives[0]).Required...)
		}
	}
	for _, name := range required {
		o[name] = "anything"
	}
	for _, p := range s.Properties {
		if slices.Contains(required, p.Name) {
			o[p.Name] = m.sample(p.Schema)
		}
	}
	if s.MinProperties != nil && len(o) < *s.MinProperties {
		for _, p := range s.Properties[:min(len(s.Properties), *s.MinProperties)] {
			o[p.Name] = m.sample(p.Schema)
		}
		for _, p := range s.PatternProperties {
			o["a"] = m.sample(p.Schema)
		}
	}
	return o
}

func sampleText(s *api.Schema) string {
	switch {
	case s.Pattern != "":
		if text, ok := matching[s.Pattern]; ok && len(text) >= least(s) {
			return text
		}
		return strings.Repeat("a", least(s))
	case s.Format == "email":
		return "a@b"
	case s.Format == "date-time":
		return "2024-02-29T12:30:00.000Z"
	case s.Format == "uri":
		return "https://example.com"
	default:
		return strings.Repeat("a", least(s))
	}
}

// least is the length of the shortest text that is not empty.
func least(s *api.Schema) int {
	if s.MinLength == nil {
		return 1
	}
	return max(1, *s.MinLength)
}

// text is a value as JSON. A json.RawMessage is what it is.
func text(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(data)
}
