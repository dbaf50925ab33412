package losant_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	losantapi "github.com/losant-go/losant/internal/api"
)

// composer makes JSON documents that obey the schemas of the description.
type composer struct {
	t       *testing.T
	api     *losantapi.Description
	random  *rand.Rand
	full    bool // every property, or some
	turn    int  // which alternative of a choice a full document has
	counter int
	depth   int

	most   int  // alternatives of a choice, so far
	sites  int  // where a rule could be broken, so far
	checks bool // whether a check looks at the document, which leaves JSON alone
	target int  // the one to break, from 1; 0 for none

	overlay *losantapi.Overlay // for planting secrets: says what is one
	planted int
}

// anEntry is the name of an entry in maps, which suits the patterns of all.
const anEntry = "0123456789abcdef01234567"

// breaks reports whether this is the rule to break.
func (c *composer) breaks() bool {
	c.sites++
	return c.sites == c.target
}

const secretWord = "hush-hush"

// plant puts secrets in the place of the texts in the value of a property that holds one.
func (c *composer) plant(part, property string, value any) any {
	if c.overlay == nil {
		return value
	}
	note := c.overlay.Properties[property]
	if own, ok := c.overlay.Properties[part+"."+property]; ok && own.Secret != nil {
		note = own
	}
	if note.Secret == nil || !*note.Secret {
		return value
	}
	switch value := value.(type) {
	case string:
		c.planted++
		return secretWord
	case map[string]any:
		for key, v := range value {
			value[key] = c.plant(part, property, v)
		}
	}
	return value
}

// compose makes a document of a schema.
func (c *composer) compose(s *losantapi.Schema, property string) any {
	part := ""
	for s.Ref != "" {
		part = s.Ref
		if strings.HasPrefix(s.Ref, "advanced") {
			return map[string]any{"$or": []any{map[string]any{}}}
		}
		s = c.api.Schemas[s.Ref]
	}
	c.depth++
	defer func() { c.depth-- }()
	if choice := slices.Concat(s.OneOf, s.AnyOf); len(choice) > 0 {
		return c.choose(s, part, choice, property)
	}
	if len(s.Enum) > 0 {
		values := s.Enum
		if c.breaks() {
			if _, ok := values[0].(float64); ok {
				return 77.0
			}
			return "nope"
		}
		if c.full { // what is zero is not sent
			values = slices.DeleteFunc(slices.Clone(values), func(v any) bool { return v == nil || v == "" || v == 0.0 })
		}
		if c.checks {
			return values[0]
		}
		return values[c.pick(len(values))]
	}
	types := slices.DeleteFunc(slices.Clone(s.Type), func(t string) bool { return c.full && t == "null" })
	if len(types) == 0 {
		return c.anything()
	}
	switch types[c.pick(len(types))] {
	case "object":
		return c.object(s, part)
	case "array":
		return c.array(s, property)
	case "string":
		return c.text(s)
	case "integer", "number":
		return c.number(s)
	case "boolean":
		return c.full || c.random.IntN(2) == 0
	}
	return nil
}

func (c *composer) of(s *losantapi.Schema) *losantapi.Schema {
	for s.Ref != "" {
		s = c.api.Schemas[s.Ref]
	}
	return s
}

// pick chooses one of n: a full document takes turns.
func (c *composer) pick(n int) int {
	if c.full {
		return c.turn % n
	}
	return c.random.IntN(n)
}

func (c *composer) anything() any {
	c.counter++
	return fmt.Sprintf("any %d", c.counter)
}

// choose takes an alternative. What it only requires is added to the object that it is a choice of.
func (c *composer) choose(s *losantapi.Schema, part string, choice []*losantapi.Schema, property string) any {
	if isDate(c.api, choice) {
		return c.date()
	}
	if c.full {
		choice = slices.DeleteFunc(slices.Clone(choice), func(a *losantapi.Schema) bool {
			return slices.Equal(a.Type, []string{"null"}) || slices.Equal(a.Enum, []any{""})
		})
	}
	mayBeText := func(a *losantapi.Schema) bool {
		return slices.Contains(c.of(a).Type, "string") || len(c.of(a).Type) == 0 && len(c.of(a).Enum)+len(c.of(a).OneOf) > 0
	}
	if c.checks && slices.ContainsFunc(choice, mayBeText) {
		choice = slices.DeleteFunc(slices.Clone(choice), func(a *losantapi.Schema) bool { // what may be a text or an object is any
			return len(c.of(a).Properties) > 0
		})
	}
	c.most = max(c.most, len(choice))
	chosen := choice[c.pick(len(choice))]
	if len(s.Properties) == 0 {
		return c.compose(chosen, property)
	}
	for chosen.Ref != "" {
		chosen = c.api.Schemas[chosen.Ref]
	}
	plain := *s
	plain.OneOf, plain.AnyOf = nil, nil
	object := c.object(&plain, part)
	for _, a := range choice {
		for a.Ref != "" {
			a = c.api.Schemas[a.Ref]
		}
		for _, name := range a.Required {
			if len(s.OneOf) > 0 {
				delete(object, name)
			}
		}
	}
	for _, p := range s.Properties {
		if slices.Contains(chosen.Required, p.Name) {
			object[p.Name] = c.compose(p.Schema, p.Name)
		}
	}
	return object
}

func isDate(d *losantapi.Description, choice []*losantapi.Schema) bool {
	return slices.ContainsFunc(choice, func(a *losantapi.Schema) bool {
		for a.Ref != "" {
			a = d.Schemas[a.Ref]
		}
		return len(a.Properties) == 1 && a.Properties[0].Name == "$date"
	})
}

func (c *composer) object(s *losantapi.Schema, part string) map[string]any {
	object := map[string]any{}
	for _, p := range s.Properties {
		if p.Required && c.breaks() {
			continue
		}
		if c.full || p.Required || c.depth < 4 && c.random.IntN(2) == 0 {
			if (!c.full || c.checks) && isRaw(p.Name) && slices.Equal(c.of(p.Schema).Type, []string{"array"}) {
				object[p.Name] = []any{}
				continue
			}
			object[p.Name] = c.plant(part, p.Name, c.compose(p.Schema, p.Name))
		}
	}
	for _, p := range s.PatternProperties {
		if c.full || c.random.IntN(2) == 0 {
			name := anEntry
			if c.breaks() {
				name = "no name for a key"
			}
			object[name] = c.compose(p.Schema, "")
		}
	}
	return object
}

func (c *composer) array(s *losantapi.Schema, property string) any {
	items := s.Items
	if items == nil {
		items = &losantapi.Schema{}
	}
	least, n := 0, 2
	if s.MinItems != nil {
		least = *s.MinItems
	}
	switch {
	case c.checks:
		n = 1
	case !c.full:
		n = c.random.IntN(3)
	}
	n = max(least, n)
	if s.MaxItems != nil {
		n = min(n, *s.MaxItems)
	}
	if s.MaxItems != nil && c.breaks() {
		n = *s.MaxItems + 1
	} else if s.MaxItems != nil && c.breaks() {
		n = *s.MaxItems
	}
	if s.MinItems != nil && c.breaks() {
		n = *s.MinItems - 1
	}
	list := []any{}
	if n > 2 { // all alike: what is in them has been looked at
		return slices.Repeat([]any{c.compose(items, property)}, n)
	}
	if s.UniqueItems && c.breaks() {
		return slices.Repeat([]any{c.compose(items, property)}, 2)
	}
	for range n {
		if element := c.compose(items, property); !s.UniqueItems || !slices.Contains(list, element) {
			list = append(list, element)
		}
	}
	return list
}

func (c *composer) text(s *losantapi.Schema) string {
	text := c.validText(s)
	switch {
	case s.MaxLength != nil && c.breaks():
		return pad(text, *s.MaxLength+1)
	case s.MaxLength != nil && c.breaks():
		return pad(text, *s.MaxLength)
	case s.MinLength != nil && c.breaks():
		return text[:*s.MinLength-1]
	case s.Pattern != "" && c.breaks():
		return text + "!"
	case s.Pattern != "" && c.breaks():
		return pad(text, 255)
	case s.Pattern != "" && c.breaks():
		return pad(text, 256)
	case s.Pattern+s.Format != "" && c.breaks():
		return "."
	}
	return text
}

func (c *composer) validText(s *losantapi.Schema) string {
	c.counter++
	text := fmt.Sprintf("t%d", c.counter)
	switch s.Format {
	case "date-time":
		return c.date()
	case "email":
		text += "@example.com"
	case "uri":
		text = "https://example.com/" + text
	}
	switch s.Pattern {
	case `^[A-Fa-f\d]{24}$`:
		return fmt.Sprintf("%024x", c.counter)
	case `.*{{.+}}.*`:
		return "a {{" + text + "}}"
	case `^(0|([1-9]\d*))\.(0|([1-9]\d*))\.(0|([1-9]\d*))$`:
		return fmt.Sprintf("1.%d.0", c.counter)
	case `^(?=.*[A-Z])(?=.*[^A-Za-z0-9])(?=.*[0-9])(?=.*[a-z]).{12,}$`:
		return "Correct-horse-" + text
	case `^data:image/(jpg|jpeg|png|svg\+xml);base64,[0-9a-zA-Z+/=]*$`:
		return "data:image/png;base64," + text
	}
	if s.MinLength != nil {
		text = pad(text, *s.MinLength)
	}
	if s.MaxLength != nil && len(text) > *s.MaxLength {
		text = text[len(text)-*s.MaxLength:]
	}
	return text
}

// pad makes a text longer, which leaves what it is.
func pad(text string, n int) string {
	return text[:len(text)/2] + strings.Repeat("x", max(0, n-len(text))) + text[len(text)/2:]
}

// date is one of milliseconds that end in no zero, which encoding/json would leave out.
func (c *composer) date() string {
	c.counter++
	return fmt.Sprintf("2024-02-03T04:%02d:06.%02d1Z", c.counter/100%60, c.counter%100)
}

func (c *composer) number(s *losantapi.Schema) any {
	c.counter++
	least := 1.0
	if s.Minimum != nil {
		least = max(least, *s.Minimum)
	}
	if s.Minimum != nil && c.breaks() {
		return *s.Minimum - 1
	}
	if s.Maximum != nil && c.breaks() {
		return *s.Maximum + 1
	}
	if s.Maximum != nil && c.breaks() {
		return *s.Maximum
	}
	n := least + float64(c.counter%50)
	if s.Maximum != nil {
		n = min(n, *s.Maximum)
	}
	return n
}

// newJudge returns the schemas of the description as a library of JSON Schema has them, which knows nothing of this
// package. E-mail addresses and URLs are what Losant's server takes for one.
func newJudge(t *testing.T, d *losantapi.Description) func(name string) *jsonschema.Schema {
	t.Helper()
	definitions := map[string]any{}
	for n, s := range d.Schemas {
		definitions[n] = jsonSchema(s)
	}
	compiler := jsonschema.NewCompiler()
	compiler.DefaultDraft(jsonschema.Draft7)
	compiler.UseRegexpEngine(officialRegexp)
	compiler.AssertFormat()
	compiler.RegisterFormat(&jsonschema.Format{Name: "email", Validate: matches(`^[^\s@]*@\S*$`)})
	compiler.RegisterFormat(&jsonschema.Format{Name: "uri", Validate: matches(`^[A-Za-z][A-Za-z0-9+.-]*:\S*$`)})
	require.NoError(t, compiler.AddResource("losant.json", map[string]any{"definitions": definitions}))
	return func(name string) *jsonschema.Schema {
		schema, err := compiler.Compile("losant.json#/definitions/" + escaped(name))
		require.NoError(t, err)
		return schema
	}
}

// matches is the check of a format that is a pattern.
func matches(pattern string) func(any) error {
	form := regexp.MustCompile(pattern)
	return func(v any) error {
		if text, ok := v.(string); ok && !form.MatchString(text) {
			return fmt.Errorf("%q is not %s", text, pattern)
		}
		return nil
	}
}

func escaped(name string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "%", "%25", "{", "%7B", "}", "%7D", "[", "%5B", "]", "%5D", "|", "%7C", "*", "%2A").Replace(name)
}

// jsonSchema writes a schema of the description as JSON Schema does.
func jsonSchema(s *losantapi.Schema) map[string]any {
	if s.Ref != "" {
		return map[string]any{"$ref": "#/definitions/" + escaped(s.Ref)}
	}
	out := map[string]any{}
	set := func(key string, value any, is bool) {
		if is {
			out[key] = value
		}
	}
	set("type", strings2any(s.Type), len(s.Type) > 0)
	set("enum", s.Enum, len(s.Enum) > 0)
	set("format", s.Format, s.Format != "")
	set("pattern", s.Pattern, s.Pattern != "")
	for key, n := range map[string]*int{
		"minLength": s.MinLength, "maxLength": s.MaxLength, "minItems": s.MinItems, "maxItems": s.MaxItems,
		"minProperties": s.MinProperties, "maxProperties": s.MaxProperties,
	} {
		if n != nil {
			out[key] = json.Number(fmt.Sprint(*n))
		}
	}
	for key, n := range map[string]*float64{"minimum": s.Minimum, "maximum": s.Maximum} {
		if n != nil {
			out[key] = *n
		}
	}
	set("uniqueItems", true, s.UniqueItems)
	set("required", strings2any(s.Required), len(s.Required) > 0)
	if s.Items != nil {
		out["items"] = jsonSchema(s.Items)
	}
	properties, patterns := map[string]any{}, map[string]any{}
	for _, p := range s.Properties {
		properties[p.Name] = jsonSchema(p.Schema)
	}
	for _, p := range s.PatternProperties {
		patterns[p.Pattern] = jsonSchema(p.Schema)
	}
	set("properties", properties, len(properties) > 0)
	set("patternProperties", patterns, len(patterns) > 0)
	set("additionalProperties", false, s.Closed)
	if s.Additional != nil {
		out["additionalProperties"] = jsonSchema(s.Additional)
	}
	for key, choice := range map[string][]*losantapi.Schema{"oneOf": s.OneOf, "anyOf": s.AnyOf} {
		var all []any
		for _, a := range choice {
			all = append(all, jsonSchema(a))
		}
		set(key, all, len(all) > 0)
	}
	return out
}

func strings2any(all []string) []any {
	out := make([]any, len(all))
	for i, s := range all {
		out[i] = s
	}
	return out
}
