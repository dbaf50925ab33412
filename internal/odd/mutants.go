package odd

import (
	"encoding/json"
	"maps"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// maxDepth is how deep in a body something is made wrong.
const maxDepth = 7

// raw is a value that encoding/json would not write.
func raw(text string) any { return json.RawMessage(text) }

// mutants are values around what a schema takes: at each of its limits and past it, of each type, with properties too many
// and too few.
func (m *maker) mutants(s *api.Schema, depth int) (all []any) {
	if s.Ref != "" {
		if m.inside[s.Ref] {
			return nil
		}
		m.inside[s.Ref] = true
		defer delete(m.inside, s.Ref)
		return m.mutants(m.description.Schemas[s.Ref], depth)
	}
	if depth == maxDepth {
		return []any{nil, 5}
	}
	all = append(all, m.Value(s), nil, true, 5, 0.5, -1, "", "a", "no such thing", []any{}, map[string]any{})
	all = append(all, texts(s)...)
	all = append(all, numbers(s)...)
	all = append(all, m.arrays(s, depth)...)
	all = append(all, m.objects(s, depth)...)
	for _, alternative := range append(append([]*api.Schema{}, s.OneOf...), s.AnyOf...) {
		all = append(all, m.mutants(alternative, depth+1)...)
	}
	return all
}

func texts(s *api.Schema) (all []any) {
	all = append(all, s.Enum...)
	long := func(n int) {
		if n >= 0 && n < 40000 {
			all = append(all, strings.Repeat("a", n), strings.Repeat("😀", n/2), strings.Repeat("😀", n/2+1))
		}
	}
	if s.MaxLength != nil {
		long(*s.MaxLength)
		long(*s.MaxLength + 1)
	}
	if s.MinLength != nil {
		long(*s.MinLength - 1)
		long(*s.MinLength)
	}
	if s.Pattern != "" {
		all = append(all, "a b", ".", "..", "é", "a\n", "575ec8687ae143cd83dc4a97\n", "{{}}", "{{x}}", "1.0", "\u2028", "{{\u2028}}",
			"Abcdefghi-0123", "abcdefghi-0123", "Ab\u2028cdefghi-0123", strings.Repeat("a", 255), strings.Repeat("a", 256))
	}
	if s.Format != "" {
		all = append(all, "@", " @", "a@b\u00a0", "a:", "a: ", "1:", "2024-02-29T12:30:00Z", "2024-02-30 99:99:99+99:99", "2024-13-29T12:30:00Z",
			"2024-02-29", strings.Repeat("@", 1025), "a:"+strings.Repeat("b", 1023))
	}
	return all
}

func numbers(s *api.Schema) (all []any) {
	if s.Minimum != nil {
		all = append(all, *s.Minimum, *s.Minimum-1, *s.Minimum-0.001)
	}
	if s.Maximum != nil {
		all = append(all, *s.Maximum, *s.Maximum+1, *s.Maximum+0.001)
	}
	for _, t := range s.Type {
		if t == "number" || t == "integer" {
			all = append(all, raw("1e999"), raw("-1e999"), raw("5.0"), raw("9007199254740993.5"), raw("-0"), raw("1E2"))
		}
	}
	return all
}

func (m *maker) arrays(s *api.Schema, depth int) (all []any) {
	if s.Items == nil {
		return nil
	}
	good := m.Value(s.Items)
	many := func(n int) {
		if n >= 0 && n <= 1001 {
			array := make([]any, n)
			for i := range array {
				array[i] = good
			}
			all = append(all, array)
		}
	}
	if s.MaxItems != nil {
		many(*s.MaxItems)
		many(*s.MaxItems + 1)
	}
	if s.MinItems != nil {
		many(*s.MinItems - 1)
	}
	if s.UniqueItems {
		many(2)
	}
	for _, mutant := range m.mutants(s.Items, depth+1) {
		all = append(all, []any{mutant})
	}
	return append(all, []any{good, nil}, []any{good, "a", 5})
}

func (m *maker) objects(s *api.Schema, depth int) (all []any) {
	isObject := false
	for _, t := range s.Type {
		isObject = isObject || t == "object"
	}
	if !isObject && len(s.Properties) == 0 && len(s.Required) == 0 {
		return nil
	}
	good := m.Object(s)
	with := func(name string, value any) {
		o := maps.Clone(good)
		o[name] = value
		all = append(all, o)
	}
	for _, name := range s.Required {
		o := maps.Clone(good)
		delete(o, name)
		all = append(all, o)
	}
	with("noSuchProperty", 1)
	with("__proto__", 1)
	for _, p := range s.PatternProperties {
		with("a b", "x")
		with(strings.Repeat("k", 256), "x")
		for _, mutant := range m.mutants(p.Schema, depth+1) {
			with("k", mutant)
			all[len(all)-1].(map[string]any)["10"] = m.Value(p.Schema)
		}
	}
	if s.Additional != nil {
		for _, mutant := range m.mutants(s.Additional, depth+1) {
			with("other", mutant)
		}
	}
	if s.MaxProperties != nil && *s.MaxProperties < 300 {
		o := maps.Clone(good)
		for i := range *s.MaxProperties + 1 {
			o["p"+strings.Repeat("x", i)] = 1
		}
		all = append(all, o)
	}
	for _, p := range s.Properties {
		for _, mutant := range m.mutants(p.Schema, depth+1) {
			with(p.Name, mutant)
		}
	}
	return all
}
