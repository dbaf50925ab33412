package main

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// parts calls each with the schemas that a schema is directly made of, and where they stand.
func parts(s *api.Schema, place string, each func(place string, part *api.Schema)) {
	for _, p := range s.Properties {
		each(place+"."+p.Name, p.Schema)
	}
	for _, p := range s.PatternProperties {
		each(place+"{}", p.Schema)
	}
	if s.Additional != nil {
		each(place+"{*}", s.Additional)
	}
	if s.Items != nil {
		each(place+"[]", s.Items)
	}
	for _, alternatives := range [][]*api.Schema{s.OneOf, s.AnyOf} {
		for i, alternative := range alternatives {
			each(place+mark(alternatives, i), alternative)
		}
	}
}

// each calls visit with a schema and all that is in it.
func each(s *api.Schema, place string, visit func(place string, part *api.Schema)) {
	visit(place, s)
	parts(s, place, func(place string, part *api.Schema) { each(part, place, visit) })
}

// mark tells an alternative from the others: by the value of its discriminator, or by its index. The only one that is not
// null needs no mark.
func mark(alternatives []*api.Schema, i int) string {
	if choices(alternatives) < 2 || isNull(alternatives[i]) {
		return ""
	}
	own := discriminator(alternatives[i])
	for j, other := range alternatives {
		if own == "" || j != i && discriminator(other) == own {
			return "|" + strconv.Itoa(i)
		}
	}
	return "|" + own
}

// discriminator is the one value of the first property that has only one.
func discriminator(s *api.Schema) string {
	for _, p := range s.Properties {
		if len(p.Schema.Enum) == 1 {
			return fmt.Sprint(p.Schema.Enum[0])
		}
	}
	return ""
}

func isNull(s *api.Schema) bool { return len(s.Type) == 1 && s.Type[0] == "null" }

// choices is the number of alternatives but for null.
func choices(alternatives []*api.Schema) (n int) {
	for _, alternative := range alternatives {
		if !isNull(alternative) {
			n++
		}
	}
	return n
}

// isShape reports whether a schema is stored under a name: an object with properties, or a choice with an object in it.
func isShape(s *api.Schema) bool {
	return len(s.Properties) > 0 || isChoice(s.OneOf) || isChoice(s.AnyOf)
}

func isChoice(alternatives []*api.Schema) bool {
	return choices(alternatives) > 1 && slices.ContainsFunc(alternatives, func(s *api.Schema) bool {
		return isShape(s) || s.Items != nil && isShape(s.Items)
	})
}

// forms finds a home for each shape.
type forms struct {
	resources map[string]bool
	homes     map[string]string      // the names that shapes are stored under, by key
	stored    map[string]*api.Schema // by name
	open      []spot                 // where shapes occur that have not been looked at
}

// spot is a schema where it stands.
type spot struct {
	place  string
	schema *api.Schema
}

// normalForm stores each shape once, and refers to it wherever else it occurs: under the place that is pinned, or the name of
// a schema that equals it, or the first of its places that are not inside of shapes stored elsewhere.
func normalForm(schemas map[string]*api.Schema, actions []api.Action, pinned map[string]string) map[string]*api.Schema {
	f := &forms{resources: map[string]bool{}, homes: map[string]string{}, stored: map[string]*api.Schema{}}
	for _, a := range actions {
		f.resources[a.Resource] = true
	}
	names := slices.SortedFunc(maps.Keys(schemas), f.compare)
	for _, name := range names {
		each(schemas[name], name, func(place string, part *api.Schema) {
			if pinned[place] != "" && isShape(part) {
				f.homes[keyOf(part)] = place
			}
		})
	}
	for _, name := range names {
		f.settle(spot{name, schemas[name]})
	}
	for len(f.open) > 0 {
		slices.SortFunc(f.open, func(a, b spot) int { return f.compare(b.place, a.place) })
		last := len(f.open) - 1
		next := f.open[last]
		f.open = f.open[:last]
		f.settle(next)
	}
	return f.stored
}

// settle stores a schema if it is at home, and puts a reference in its place if it is part of another.
func (f *forms) settle(at spot) {
	home := at.place
	if isShape(at.schema) {
		key := keyOf(at.schema)
		home = cmp.Or(f.homes[key], home)
		f.homes[key] = home
	}
	if f.stored[home] == nil {
		f.stored[home] = copied(at.schema)
		f.find(f.stored[home], home)
	}
	*at.schema = api.Schema{Ref: home}
	if home != at.place && !strings.ContainsAny(at.place, signs) {
		f.stored[at.place] = at.schema
	}
}

// find notes where the shapes in a schema occur.
func (f *forms) find(s *api.Schema, place string) {
	parts(s, place, func(place string, part *api.Schema) {
		if isShape(part) {
			f.open = append(f.open, spot{place, part})
		} else {
			f.find(part, place)
		}
	})
}

// keyOf is the same for schemas that say the same.
func keyOf(s *api.Schema) string {
	key, _ := marshal(s) // there is nothing in it that JSON lacks
	return string(key)
}

// signs part the steps of a place.
const signs = ".[{|"

// compare orders places: those in the schema of a resource first, then by depth and name.
func (f *forms) compare(a, b string) int {
	rank := func(place string) (n int) {
		if !f.resources[rootOf(place)] {
			n = 100
		}
		for _, sign := range signs {
			n += strings.Count(place, string(sign))
		}
		return n
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}

func copied(s *api.Schema) *api.Schema {
	c := *s
	return &c
}
