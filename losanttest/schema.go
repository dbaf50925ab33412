package losanttest

import (
	"strconv"

	"github.com/losant-go/losant/internal/api"
)

// schema is a node of a JSON schema with the keywords that Losant uses, made ready to check values. What is zero restricts
// nothing.
type schema struct {
	types     []jsonType
	format    *format
	pattern   *pattern
	minLength *int
	maxLength *int
	minimum   *float64
	maximum   *float64
	enum      []any // string, float64, bool or nil

	items       *schema
	minItems    *int
	maxItems    *int
	uniqueItems bool

	required   []string
	properties []property
	known      map[string]bool // the names of properties
	// patterns are the schemas of properties whose names match.
	patterns      []patternProperty
	additional    *schema // of the properties that are neither known nor match
	closed        bool    // they are not allowed
	minProperties *int
	maxProperties *int

	anyOf []*schema
	oneOf []*schema

	// additionalKeys and patternKeys are how messages call the names of the properties that additional and patterns check:
	// Losant's validator shows a variable of its own there, and numbers these variables.
	additionalKeys string
	patternKeys    string
}

type property struct {
	name   string
	schema *schema
}

type patternProperty struct {
	name   *pattern
	schema *schema
}

type jsonType string

const (
	typeNull    jsonType = "null"
	typeBoolean jsonType = "boolean"
	typeInteger jsonType = "integer"
	typeNumber  jsonType = "number"
	typeString  jsonType = "string"
	typeArray   jsonType = "array"
	typeObject  jsonType = "object"
)

// compiler makes the schemas of one call ready. Their order is that of Losant's validator, so that the numbers in keys are
// its numbers too.
type compiler struct {
	schemas func(name string) *api.Schema
	keys    int
	inside  map[string]bool // the schemas that are being compiled
}

// named compiles the schema of a name. Within itself it restricts nothing: Losant's schemas of queries refer to themselves,
// and its validator does not find what they refer to.
func (c *compiler) named(name string) *schema {
	if c.inside[name] {
		return &schema{}
	}
	c.inside[name] = true
	defer delete(c.inside, name)
	return c.compile(c.schemas(name))
}

func (c *compiler) compile(s *api.Schema) *schema {
	if s.Ref != "" {
		return c.named(s.Ref)
	}
	n := &schema{
		format: formats[s.Format], minLength: s.MinLength, maxLength: s.MaxLength, minimum: s.Minimum, maximum: s.Maximum,
		enum: s.Enum, minItems: s.MinItems, maxItems: s.MaxItems, uniqueItems: s.UniqueItems,
		required: s.Required, closed: s.Closed, minProperties: s.MinProperties, maxProperties: s.MaxProperties,
	}
	for _, t := range s.Type {
		n.types = append(n.types, jsonType(t))
	}
	if s.Pattern != "" {
		n.pattern = compilePattern(s.Pattern)
	}
	if s.Closed || s.Additional != nil {
		n.additionalKeys = c.nextKeys()
	}
	if s.Additional != nil {
		n.additional = c.compile(s.Additional)
	}
	if s.Items != nil {
		n.items = c.compile(s.Items)
	}
	if len(s.PatternProperties) > 0 {
		n.patternKeys = c.nextKeys()
	}
	for _, p := range s.PatternProperties {
		n.patterns = append(n.patterns, patternProperty{compilePattern(p.Pattern), c.compile(p.Schema)})
	}
	for _, alternative := range s.AnyOf {
		n.anyOf = append(n.anyOf, c.compile(alternative))
	}
	for _, alternative := range s.OneOf {
		n.oneOf = append(n.oneOf, c.compile(alternative))
	}
	for _, p := range s.Properties {
		n.add(p.Name, c.compile(p.Schema))
	}
	return n
}

func (c *compiler) nextKeys() string {
	c.keys++
	return "keys" + strconv.Itoa(c.keys)
}

// add adds a property.
func (s *schema) add(name string, of *schema) {
	if s.known == nil {
		s.known = map[string]bool{}
	}
	s.known[name] = true
	s.properties = append(s.properties, property{name, of})
}

// params describes all parameters of an action, in the order in which the framework checks them: the token, what is in the
// path, and the others, among which the body stands where Losant has it.
func (c *compiler) params(a *api.Action) *schema {
	params := &schema{types: []jsonType{typeObject}, closed: true, additionalKeys: c.nextKeys()}
	params.add(accessTokenParam, &schema{types: []jsonType{typeString}})
	addBody := func() {
		params.add(a.Body.Name, c.named(a.Body.Schema))
		if a.Body.Required {
			params.required = append(params.required, a.Body.Name)
		}
	}
	bodyIsDue := a.Body != nil
	for i := range a.Parameters {
		p := &a.Parameters[i]
		if bodyIsDue && p.In != api.InPath && !a.Body.Last {
			addBody()
			bodyIsDue = false
		}
		params.add(p.Name, c.param(p))
		if p.Required {
			params.required = append(params.required, p.Name)
		}
	}
	if bodyIsDue {
		addBody()
	}
	return params
}

func (c *compiler) param(p *api.Parameter) *schema {
	switch {
	case p.Schema != "":
		return c.named(p.Schema)
	case p.Type == typeFile:
		return &schema{types: []jsonType{typeObject}}
	}
	s := &schema{minLength: p.MinLength, maxLength: p.MaxLength, enum: p.Enum}
	if p.Type != "" {
		s.types = []jsonType{jsonType(p.Type)}
	}
	if p.Pattern != "" {
		s.pattern = compilePattern(p.Pattern)
	}
	return s
}
