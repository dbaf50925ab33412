// Package odd makes requests to Losant's API that a client could send, but should not: for each action, one that is right,
// and many that are wrong in one place.
package odd

import (
	"encoding/json"
	"strings"

	"github.com/losant-go/losant/internal/api"
	"github.com/losant-go/losant/internal/sample"
)

// maker makes values of the schemas of a description.
type maker struct {
	sample.Maker

	description *api.Description
	inside      map[string]bool // the schemas that are being walked
}

func newMaker(d *api.Description) *maker {
	m := &maker{description: d, inside: map[string]bool{}}
	m.Maker = sample.Maker{Resolve: m.resolve, Text: sampleText, Besides: func(*api.Schema) []string { return nil }}
	return m
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
