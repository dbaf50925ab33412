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
	formats = []string{"", "date-time", "email", "uri"}
	// dropped are keywords for readers, and two that JSON Schema does not know and Losant's server ignores.
	dropped = []string{"$schema", "title", "description", "min", "max"}
	// same are the keywords that package api has, too.
	same = []string{
		"type", "enum", "format", "pattern", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "uniqueItems",
		"required", "minProperties", "maxProperties", "default",
	}
)

// schema reads a JSON Schema. Any keyword that is not known is a failure.
func (r *reader) schema(place string, n *node) *api.Schema {
	if !n.object {
		r.fail(place, "%s is no schema", n)
		return &api.Schema{}
	}
	plain := &node{object: true}
	for i, keyword := range n.names {
		value := n.nodes[i]
		if keyword == "type" && !value.isArray() {
			value = &node{nodes: []*node{value}}
		}
		if slices.Contains(same, keyword) {
			plain.names, plain.nodes = append(plain.names, keyword), append(plain.nodes, value)
		}
	}
	s := decode[api.Schema](r, place, plain)
	for i, keyword := range n.names {
		r.keyword(&s, place, keyword, n.nodes[i])
	}
	if s.Ref != "" && len(n.names) > 1 {
		r.fail(place, "a reference stands alone")
	}
	if !slices.Contains(formats, s.Format) {
		r.fail(place, "the format %q is not understood", s.Format)
	}
	for _, t := range s.Type {
		if !slices.Contains(types, t) {
			r.fail(place, "the type %q is not understood", t)
		}
	}
	for i := range s.Properties {
		s.Properties[i].Required = slices.Contains(s.Required, s.Properties[i].Name)
	}
	return &s
}

// keyword reads what package api says in another way.
func (r *reader) keyword(s *api.Schema, place, keyword string, n *node) {
	at := place + "/" + keyword
	switch keyword {
	case "$ref":
		name, ok := strings.CutPrefix(decode[string](r, at, n), "#/definitions/")
		if s.Ref = name; !ok {
			r.fail(at, "%s is not understood", n)
		}
	case "items":
		s.Items = r.schema(place+"[]", n)
	case "properties":
		r.members(at, n, func(name string, n *node) {
			s.Properties = append(s.Properties, api.Property{Name: name, Schema: r.schema(place+"."+name, n)})
		})
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
	case "oneOf":
		s.OneOf = r.alternatives(place, at, n)
	case "anyOf":
		s.AnyOf = r.alternatives(place, at, n)
	default:
		if !slices.Contains(same, keyword) && !slices.Contains(dropped, keyword) {
			r.fail(at, "keyword is not understood")
		}
		if n.String() == "null" && keyword != "default" {
			r.fail(at, "null is not understood")
		}
	}
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
