package main

import (
	"strings"

	"github.com/losant-go/losant/internal/api"
	"github.com/losant-go/losant/internal/sample"
)

// samples are values for the examples in help, by the pattern or the format that they keep.
var samples = map[string]string{
	`^[A-Fa-f\d]{24}$`: "575ec8687ae143cd83dc4a97",
	`^(?=.*[A-Z])(?=.*[^A-Za-z0-9])(?=.*[0-9])(?=.*[a-z]).{12,}$`: "Correct-horse-7",
	"email":     "ada@example.com",
	"date-time": "2026-01-02T15:04:05Z",
	"uri":       "https://example.com",
	`^data:image/(jpg|jpeg|png|svg\+xml);base64,[0-9a-zA-Z+/=]*$`: "data:image/png;base64,",
}

// sample is a value for a flag.
func (a *argument) sample() string {
	switch kind := a.kind(); {
	case a.In == api.InPath && demoIDs[a.Name] != "":
		return demoIDs[a.Name]
	case len(a.Enum) > 0:
		return list(a.Enum[:1])
	case kind == "id":
		return samples[`^[A-Fa-f\d]{24}$`]
	case kind == "path":
		return "notes.txt"
	case kind == "@file":
		return "@secret.txt"
	case kind == "time":
		return "2026-01-02"
	case a.Name == "email":
		return samples["email"]
	}
	return "pump"
}

// sampleBody is a body for an example: in full, unless there is a secret in it.
func (a *action) sampleBody() string {
	value := a.catalogue.sample(a.bodySchema())
	text, _ := encode(value) // it is JSON
	_, secret := a.catalogue.names(a.Body.Schema)
	found := false
	visit(value, func(name string, value any) any {
		found = found || secret[name]
		return value
	})
	if found {
		return "@body.json"
	}
	return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
}

func (a *action) bodySchema() *api.Schema {
	return a.catalogue.resolve(&api.Schema{Ref: a.Body.Schema})
}

// sample is a small value that a schema takes.
func (c *catalogue) sample(s *api.Schema) any {
	return (&sample.Maker{Resolve: c.resolve, Text: sampleText, Besides: firstName}).Value(s)
}

// firstName is the first property that is a name, so that an example is not empty.
func firstName(s *api.Schema) []string {
	for _, p := range s.Properties {
		if strings.HasSuffix(strings.ToLower(p.Name), "name") {
			return []string{p.Name}
		}
	}
	return nil
}

func sampleText(s *api.Schema) string {
	text := "pump"
	switch {
	case samples[s.Pattern] != "" && s.Pattern != "":
		text = samples[s.Pattern]
	case samples[s.Format] != "" && s.Format != "":
		text = samples[s.Format]
	case strings.Contains(s.Pattern, `\.`):
		text = "1.0.0"
	}
	if s.MinLength != nil && len(text) < *s.MinLength {
		text += strings.Repeat("p", *s.MinLength-len(text))
	}
	return text
}
