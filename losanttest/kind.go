package losanttest

import (
	"slices"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// kind is a kind of document: what a resource such as "device" is, and the list of it, "devices".
type kind struct {
	item, list string
	segments   []string // of the path of an item
	idParam    string   // the name of its last one, "deviceId"

	properties map[string]*api.Schema // of the item in an answer
	listed     map[string]bool        // the properties of the list in an answer
	parents    []*kind                // which have to be there, the outermost first
}

// strangers are resources of the shape of a kind that are none: their state is that of another resource.
var strangers = []string{
	"dataTableRow", "deviceAttribute", "experienceGroup", "experienceUser",
}

// newKinds finds the kinds in the description, by the resources of their items and their lists.
func newKinds(d *description) map[string]*kind {
	kinds := map[string]*kind{}
	paths := map[string]*kind{}
	for name, r := range d.resources {
		get := d.actions[name+".get"]
		if get == nil || slices.Contains(strangers, name) {
			continue
		}
		id, isItem := paramName(get.segments[len(get.segments)-1])
		if !isItem {
			continue
		}
		k := &kind{item: name, segments: get.segments, idParam: id, properties: d.properties(get)}
		path := strings.Join(get.segments[:len(get.segments)-1], "/")
		if name == "file" {
			path += "s" // a file is at /file/ID, the list at /files
		}
		for list, candidate := range d.resources {
			if strings.Join(candidate.segments, "/") == path && d.actions[list+".get"] != nil {
				k.list, k.listed = list, map[string]bool{}
				for property := range d.properties(d.actions[list+".get"]) {
					k.listed[property] = true
				}
				kinds[list] = k
			}
		}
		kinds[name] = k
		paths[strings.Join(r.segments, "/")] = k
	}
	for _, k := range kinds {
		k.parents = nil
		for i := range k.segments[:len(k.segments)-1] {
			// The audit logs of an instance are at /instance/ID, the instance is at /instances/ID.
			path := strings.Replace(strings.Join(k.segments[:i+1], "/"), "/instance/", "/instances/", 1)
			if parent := paths[path]; parent != nil {
				k.parents = append(k.parents, parent)
			}
		}
	}
	return kinds
}

// properties are those of the body of an action's first answer, in all of its alternatives.
func (d *description) properties(a *action) map[string]*api.Schema {
	properties := map[string]*api.Schema{}
	if len(a.Answers) > 0 && a.Answers[0].Schema != "" {
		d.addProperties(properties, &api.Schema{Ref: a.Answers[0].Schema})
	}
	return properties
}

func (d *description) addProperties(properties map[string]*api.Schema, s *api.Schema) {
	s = d.resolve(s)
	for _, p := range s.Properties {
		properties[p.Name] = p.Schema
	}
	for _, alternative := range slices.Concat(s.OneOf, s.AnyOf) {
		d.addProperties(properties, alternative)
	}
}

func (d *description) resolve(s *api.Schema) *api.Schema {
	for s.Ref != "" {
		s = d.schema(s.Ref)
	}
	return s
}

// place is where the documents of a kind are that have the same parents: an application's devices, for one.
type place struct {
	kind   string
	parent string // the ids of the path but the last
}

func (k *kind) place(ids map[string]string) place {
	var parent []string
	for _, segment := range k.segments[:len(k.segments)-1] {
		if name, ok := paramName(segment); ok {
			parent = append(parent, ids[name])
		}
	}
	return place{k.item, strings.Join(parent, "/")}
}

// idName is the property that holds the id besides id: "deviceId".
func (k *kind) idName() string { return k.item + "Id" }

// takesNull reports whether an answer may hold null for a property.
func (k *kind) takesNull(property string) bool {
	s := k.properties[property]
	if s == nil {
		return false
	}
	s = theAPI().resolve(s)
	return slices.Contains(s.Type, string(typeNull)) || slices.ContainsFunc(slices.Concat(s.OneOf, s.AnyOf), func(s *api.Schema) bool {
		return slices.Contains(s.Type, string(typeNull))
	})
}

// rule is what makes the kind different from others.
func (k *kind) rule() rule { return rules[k.item] }
