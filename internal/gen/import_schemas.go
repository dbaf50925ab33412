package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// reader turns the raw description into that of package api, and collects what it does not understand.
type reader struct {
	schemas map[string]*api.Schema
	errors  []error
}

func (r *reader) fail(place, format string, args ...any) {
	r.errors = append(r.errors, fmt.Errorf("%s: %s", place, fmt.Sprintf(format, args...)))
}

// decode reads a value that has to be a T, with no field that T lacks.
func decode[T any](r *reader, place string, n *node) (value T) {
	decoder := json.NewDecoder(bytes.NewReader(n.compact(nil)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&value); err != nil {
		r.fail(place, "%s", err)
	} else if n.String() == "null" {
		r.fail(place, "null is not understood")
	}
	return value
}

// used reads the schemas that the actions name, and those which these refer to.
func (r *reader) used(raw *node, actions []api.Action) {
	var read func(place, name string)
	read = func(place, name string) {
		if r.schemas[name] != nil {
			return
		}
		n := raw.find(name)
		if n == nil {
			r.fail(place, "schema %q is not there", name)
			return
		}
		s := &api.Schema{}
		r.schemas[name] = s
		*s = *r.schema(name, n)
		each(s, name, func(place string, part *api.Schema) {
			if part.Ref != "" {
				read(place, part.Ref)
			}
		})
	}
	for i := range actions {
		schemasOf(&actions[i], func(name string) { read(actions[i].ID(), name) })
	}
}

var (
	types   = []string{"array", "boolean", "integer", "null", "number", "object", "string"}
	formats = []string{"date-time", "email", "uri"}
)

// schema reads a JSON Schema. Sentences are dropped, and any keyword that is not known is a failure.
func (r *reader) schema(place string, n *node) *api.Schema {
	s := &api.Schema{}
	if !n.object {
		r.fail(place, "%s is no schema", n)
		return s
	}
	for i, keyword := range n.names {
		r.keyword(s, place, keyword, n.nodes[i])
	}
	if s.Ref != "" && len(n.names) > 1 {
		r.fail(place, "a reference stands alone")
	}
	for i := range s.Properties {
		s.Properties[i].Required = slices.Contains(s.Required, s.Properties[i].Name)
	}
	return s
}

func (r *reader) keyword(s *api.Schema, place, keyword string, n *node) {
	at := place + "/" + keyword
	switch keyword {
	case "$schema", "title", "description": // for readers
	case "min", "max": // no keywords of JSON Schema: Losant's server ignores them
	case "$ref":
		s.Ref = r.reference(at, n)
	case "type":
		s.Type = r.types(at, n)
	case "enum":
		s.Enum = decode[[]any](r, at, n)
	case "format":
		s.Format = decode[string](r, at, n)
		if !slices.Contains(formats, s.Format) {
			r.fail(at, "%q is not understood", s.Format)
		}
	case "pattern":
		s.Pattern = decode[string](r, at, n)
	case "minLength":
		s.MinLength = decode[*int](r, at, n)
	case "maxLength":
		s.MaxLength = decode[*int](r, at, n)
	case "minimum":
		s.Minimum = decode[*float64](r, at, n)
	case "maximum":
		s.Maximum = decode[*float64](r, at, n)
	case "items":
		s.Items = r.schema(place+"[]", n)
	case "minItems":
		s.MinItems = decode[*int](r, at, n)
	case "maxItems":
		s.MaxItems = decode[*int](r, at, n)
	case "uniqueItems":
		s.UniqueItems = decode[bool](r, at, n)
	case "properties":
		r.members(at, n, func(name string, n *node) {
			s.Properties = append(s.Properties, api.Property{Name: name, Schema: r.schema(place+"."+name, n)})
		})
	case "required":
		s.Required = decode[[]string](r, at, n)
	case "patternProperties":
		r.members(at, n, func(pattern string, n *node) {
			s.PatternProperties = append(s.PatternProperties, api.PatternProperty{Pattern: pattern, Schema: r.schema(place+"{}", n)})
		})
	case "additionalProperties":
		if n.object {
			s.Additional = r.schema(place+"{*}", n)
		} else {
			s.Closed = !decode[bool](r, at, n)
		}
	case "minProperties":
		s.MinProperties = decode[*int](r, at, n)
	case "maxProperties":
		s.MaxProperties = decode[*int](r, at, n)
	case "oneOf":
		s.OneOf = r.alternatives(place, at, n)
	case "anyOf":
		s.AnyOf = r.alternatives(place, at, n)
	case "default":
		s.Default = n.compact(nil)
	default:
		r.fail(at, "keyword is not understood")
	}
}

// reference is the name of the schema that a $ref means.
func (r *reader) reference(at string, n *node) string {
	name, ok := strings.CutPrefix(decode[string](r, at, n), "#/definitions/")
	if !ok {
		r.fail(at, "%s is not understood", n)
	}
	return name
}

func (r *reader) types(at string, n *node) (all []string) {
	if n.isArray() {
		all = decode[[]string](r, at, n)
	} else {
		all = []string{decode[string](r, at, n)}
	}
	for _, t := range all {
		if !slices.Contains(types, t) {
			r.fail(at, "%q is not understood", t)
		}
	}
	return all
}

func (r *reader) members(at string, n *node, member func(name string, n *node)) {
	if !n.object {
		r.fail(at, "%s is no object", n)
		return
	}
	for i, name := range n.names {
		member(name, n.nodes[i])
	}
}

func (r *reader) alternatives(place, at string, n *node) (all []*api.Schema) {
	if !n.isArray() {
		r.fail(at, "%s is no list", n)
	}
	for i, alternative := range n.nodes {
		all = append(all, r.schema(fmt.Sprintf("%s|%d", place, i), alternative))
	}
	return all
}
