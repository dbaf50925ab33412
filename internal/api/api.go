// Package api holds the description that everything generated is made from: the facts of Losant's API (losant.json) and
// what people decided about them (overlay.json).
//
// losant.json is written by `go run ./internal/gen import DIR` and never by hand. DIR is the description of an API version
// in a neutral format:
//
//   - actions.jsonl has one JSON object a line and action: resource, action (its name), method, path, scopes (all that open
//     it), auth ("token" or "none"), deny_oauth_tokens, stream (whether it answers server-sent events), params, and answers by
//     status. A parameter has name, in ("path", "query", "multipart" or "body"), required, deprecated, type, schema (a
//     name), pattern, enum, default, minLength and maxLength. An answer has a schema, or the schemas of its events by their
//     names. summary, go, and a parameter's description and example are for readers: they are dropped.
//   - schemas/NAME.json is a JSON Schema (draft 7). "#/definitions/NAME" refers to another one.
//
// The import applies the corrections of the overlay, drops every sentence, fails on what it does not understand, and
// brings the schemas in a normal form: each object and each choice between objects is stored once, under a name, and
// referred to.
package api

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
)

//go:embed losant.json
var description []byte

// Description is the API as Losant describes it, without its sentences.
type Description struct {
	// Version is that of the API, "1.30.0".
	Version string `json:"version"`
	// Scopes are lists of scopes that many actions share, by a name that Action.Scopes refers to.
	Scopes map[string][]string `json:"scopes"`
	// Actions are ordered by resource and name.
	Actions []Action `json:"actions"`
	// Schemas are the schemas that have a name: those of Losant that an action uses, and the parts of them that are objects
	// or choose between objects, each distinct one once. A part is named after the place it has its home at:
	// "device.tags[]". There, "[]" is an element of an array, "{}" the value under a name that matches a pattern, "{*}" that
	// under any other name, and "|graph" an alternative: the one whose discriminator says "graph", or the one of that index.
	// A schema of Losant that equals another one refers to it.
	Schemas map[string]*Schema `json:"schemas"`
}

// Action is one action of a resource.
type Action struct {
	Resource string `json:"resource"`
	Name     string `json:"name"`
	Method   string `json:"method"`
	// Path has the path parameters in braces.
	Path string `json:"path"`
	// Scopes is the name of a list in Description.Scopes: that of the first action which has it. Description.ScopesOf adds
	// those of the resource itself.
	Scopes string `json:"scopes,omitempty"`
	// Scope is the action's own scope where that is not RESOURCE.NAME.
	Scope string `json:"scope,omitempty"`
	// NoToken is set for an action that anybody may call.
	NoToken bool `json:"noToken,omitempty"`
	// NoOAuth is set for an action that refuses OAuth tokens.
	NoOAuth bool `json:"noOAuth,omitempty"`
	// Parameters are the path parameters in the order of the path, then the query and the form in Losant's order.
	Parameters []Parameter `json:"parameters,omitempty"`
	// Body is the JSON body; nil when the action has none.
	Body *Body `json:"body,omitempty"`
	// Answers are ordered by status.
	Answers []Answer `json:"answers"`
}

// ID is resource and name, "devices.get".
func (a *Action) ID() string { return a.Resource + "." + a.Name }

// Where a parameter goes.
const (
	InPath  = "path"
	InQuery = "query"
	InForm  = "form"
)

// Parameter is a value that goes into the path, the query or a multipart form.
type Parameter struct {
	Name     string `json:"name"`
	In       string `json:"in"`
	Required bool   `json:"required,omitempty"`
	// Type is what Losant writes: "string" for most, also where it means a number; "file", "object" or "array".
	Type string `json:"type,omitempty"`
	// Schema is the name of the schema of an object.
	Schema    string `json:"schema,omitempty"`
	Pattern   string `json:"pattern,omitempty"`
	Enum      []any  `json:"enum,omitempty"`
	Default   any    `json:"default,omitempty"`
	MinLength *int   `json:"minLength,omitempty"`
	MaxLength *int   `json:"maxLength,omitempty"`
	// Deprecated is set where Losant advises against it.
	Deprecated bool `json:"deprecated,omitempty"`
}

// Body is the JSON body of a request.
type Body struct {
	Name     string `json:"name"`
	Schema   string `json:"schema"`
	Required bool   `json:"required,omitempty"`
	// Last is set where the body stands behind the query parameters in Losant's order, in which its server checks them.
	Last bool `json:"last,omitempty"`
}

// Answer is a documented answer.
type Answer struct {
	Status int `json:"status"`
	// Schema is the name of the schema of the body. Empty for an answer without one, or a stream.
	Schema string `json:"schema,omitempty"`
	// Events are the schemas of the events of a stream, by the name of the event.
	Events map[string]string `json:"events,omitempty"`
}

// Schema is the subset of JSON Schema (draft 7) that Losant uses. Ref excludes all else.
type Schema struct {
	// Ref is the name of a schema in Description.Schemas.
	Ref string `json:"ref,omitempty"`
	// Type are the JSON types that are allowed, in Losant's order; empty for any.
	Type []string `json:"type,omitempty"`
	Enum []any    `json:"enum,omitempty"`

	Format    string `json:"format,omitempty"`
	Pattern   string `json:"pattern,omitempty"`
	MinLength *int   `json:"minLength,omitempty"`
	MaxLength *int   `json:"maxLength,omitempty"`

	Minimum *float64 `json:"minimum,omitempty"`
	Maximum *float64 `json:"maximum,omitempty"`

	Items       *Schema `json:"items,omitempty"`
	MinItems    *int    `json:"minItems,omitempty"`
	MaxItems    *int    `json:"maxItems,omitempty"`
	UniqueItems bool    `json:"uniqueItems,omitempty"`

	// Properties are in Losant's order, in which its server checks them.
	Properties []Property `json:"properties,omitempty"`
	// Required are the names of required properties in the order in which Losant's server asks for them. Some are not in
	// Properties: alternatives that only require.
	Required []string `json:"required,omitempty"`
	// PatternProperties are the schemas of properties whose names match.
	PatternProperties []PatternProperty `json:"patternProperties,omitempty"`
	// Additional is the schema of all other properties. Without it they may be anything, or not be there if Closed.
	Additional    *Schema `json:"additional,omitempty"`
	Closed        bool    `json:"closed,omitempty"`
	MinProperties *int    `json:"minProperties,omitempty"`
	MaxProperties *int    `json:"maxProperties,omitempty"`

	OneOf []*Schema `json:"oneOf,omitempty"`
	AnyOf []*Schema `json:"anyOf,omitempty"`

	Default json.RawMessage `json:"default,omitempty"`
}

// Property is a property of an object.
type Property struct {
	Name   string  `json:"name"`
	Schema *Schema `json:"schema"`
	// Required repeats Schema.Required of the object that it is a property of.
	Required bool `json:"-"`
}

// PatternProperty is the schema of all properties whose names match a pattern.
type PatternProperty struct {
	Pattern string  `json:"pattern"`
	Schema  *Schema `json:"schema"`
}

// UnmarshalJSON sets Property.Required besides.
func (d *Description) UnmarshalJSON(data []byte) error {
	type plain Description
	if err := json.Unmarshal(data, (*plain)(d)); err != nil {
		return err
	}
	for _, s := range d.Schemas {
		s.setRequired()
	}
	return nil
}

func (s *Schema) setRequired() {
	for i := range s.Properties {
		p := &s.Properties[i]
		p.Required = slices.Contains(s.Required, p.Name)
	}
}

// ScopesOf returns all scopes that open an action, sorted. There are none for an action that needs no token.
func (d *Description) ScopesOf(a *Action) []string {
	if a.NoToken {
		return nil
	}
	own := a.Scope
	if own == "" {
		own = a.ID()
	}
	scopes := append(slices.Clone(d.Scopes[a.Scopes]), a.Resource+".*", own)
	slices.Sort(scopes)
	return scopes
}

// Load returns the description of the tree.
func Load() (*Description, error) {
	var d Description
	if err := json.Unmarshal(description, &d); err != nil {
		return nil, fmt.Errorf("losant.json: %w", err)
	}
	return &d, nil
}
