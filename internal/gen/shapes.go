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
	pinned    map[string]string // by place
	keys      map[*api.Schema]string
	shapes    map[string]*api.Schema // one of each, by key
	depths    map[string]int         // how many shapes are nested in one
	places    map[string][]string    // where a shape occurs, but for the inside of shapes that have their home elsewhere
	homes     map[string]string      // the name that a shape is stored under
}

// normalForm stores each shape once, under the name of a schema that equals it or of its best place.
func normalForm(schemas map[string]*api.Schema, actions []api.Action, pinned map[string]string) (map[string]*api.Schema, error) {
	f := &forms{
		resources: map[string]bool{}, pinned: pinned, keys: map[*api.Schema]string{}, shapes: map[string]*api.Schema{},
		depths: map[string]int{}, places: map[string][]string{}, homes: map[string]string{},
	}
	for i := range actions {
		f.resources[actions[i].Resource] = true
	}
	names := slices.SortedFunc(maps.Keys(schemas), f.compare)
	for _, name := range names {
		if _, err := f.measure(schemas[name]); err != nil {
			return nil, err
		}
	}
	all := f.settle(schemas, names)
	for _, s := range all {
		f.refer(s)
	}
	return all, nil
}

// measure takes the keys of all shapes in a schema, and returns how many are nested in each other.
func (f *forms) measure(s *api.Schema) (depth int, err error) {
	parts(s, "", func(_ string, part *api.Schema) {
		d, e := f.measure(part)
		depth, err = max(depth, d), cmp.Or(err, e)
	})
	if err != nil || !isShape(s) {
		return depth, err
	}
	key, err := marshal(s)
	f.keys[s], f.shapes[string(key)], f.depths[string(key)] = string(key), s, depth
	return depth + 1, err
}

// settle decides the homes and returns what is stored there. Shapes come after those that they are nested in, so that all
// their places are known.
func (f *forms) settle(schemas map[string]*api.Schema, names []string) map[string]*api.Schema {
	all := map[string]*api.Schema{}
	for _, name := range names {
		s := schemas[name]
		key, ok := f.keys[s]
		switch home := f.homes[key]; {
		case ok && home != "":
			all[name] = &api.Schema{Ref: home}
			continue
		case ok:
			f.homes[key] = name
		}
		all[name] = copied(s)
		f.find(s, name)
	}
	for _, key := range slices.SortedFunc(maps.Keys(f.shapes), func(a, b string) int {
		return cmp.Or(cmp.Compare(f.depths[b], f.depths[a]), cmp.Compare(a, b))
	}) {
		slices.SortFunc(f.places[key], f.compare)
		home := f.homes[key]
		if i := slices.IndexFunc(f.places[key], func(place string) bool { return f.pinned[place] != "" }); i >= 0 {
			home = f.places[key][i]
		} else if home == "" {
			home = f.places[key][0]
		}
		f.homes[key] = home
		if all[home] == nil {
			all[home] = copied(f.shapes[key])
			f.find(f.shapes[key], home)
		}
	}
	return all
}

// find notes the places of the shapes in a schema.
func (f *forms) find(s *api.Schema, place string) {
	parts(s, place, func(place string, part *api.Schema) {
		if key, ok := f.keys[part]; ok {
			f.places[key] = append(f.places[key], place)
		} else {
			f.find(part, place)
		}
	})
}

// compare orders places: those in the schema of a resource first, then by depth and name.
func (f *forms) compare(a, b string) int {
	rank := func(place string) (n int) {
		end := strings.IndexAny(place+".", ".[{|")
		if !f.resources[place[:end]] {
			n = 100
		}
		for _, sign := range ".[{|" {
			n += strings.Count(place, string(sign))
		}
		return n
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
}

// refer puts references in the place of all shapes in a schema.
func (f *forms) refer(s *api.Schema) {
	parts(s, "", func(_ string, part *api.Schema) {
		if key, ok := f.keys[part]; ok {
			*part = api.Schema{Ref: f.homes[key]}
		} else {
			f.refer(part)
		}
	})
}

func copied(s *api.Schema) *api.Schema {
	c := *s
	return &c
}
