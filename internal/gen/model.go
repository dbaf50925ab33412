package main

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// form is the side that a shape is on. An optional property of a request is a pointer, since nil is not sent; that of an
// answer is plain, since its zero value says enough.
type form int

const (
	inAnswer form = iota
	inBody
)

// use is a schema of the description in one form.
type use struct {
	schema string
	form   form
}

// model is the description as Go has it.
type model struct {
	description *api.Description
	overlay     *api.Overlay
	nouns       map[string]bool
	uses        map[use]*goType
	current     string          // the schema whose parts are being declared
	visiting    map[string]bool // the parts that isPlain is about to look at
	problems    []error
	groups      map[string]*group // by the name that their members ask for
	types       []*goType         // what is declared, by name
	vocabulary  vocabulary
}

// byHand are the types that package losant has already.
var byHand = map[string]bool{"Query": true, "Success": true}

func newModel(d *api.Description, o *api.Overlay) (*model, error) {
	m := &model{
		description: d, overlay: o, nouns: nouns(d), uses: map[use]*goType{}, groups: map[string]*group{}, visiting: map[string]bool{},
		vocabulary: newVocabulary(d),
	}
	for _, u := range m.roots() {
		m.declareRoot(u)
	}
	return m, errors.Join(append(m.problems, m.settleNames())...)
}

func nouns(d *api.Description) map[string]bool {
	resources := map[string]bool{}
	for i := range d.Actions {
		resources[d.Actions[i].Resource] = true
	}
	nouns := map[string]bool{}
	for r := range resources {
		if resources[singular(r)] {
			r = singular(r)
		}
		nouns[r] = true
	}
	return nouns
}

// nounOf is the noun that a resource or a schema belongs to, the longest that its name begins with; "" for none.
func (m *model) nounOf(name string) (noun string) {
	all := words(name)
	for n := range m.nouns {
		own := words(n)
		if len(own) > len(all) || len(n) <= len(noun) {
			continue
		}
		start := strings.Join(all[:len(own)], "")
		if start == n || singular(start) == n {
			noun = n
		}
	}
	return noun
}

// bodyType is the Go type of the body, or of the parameter, that a schema describes.
func (m *model) bodyType(schema string) string { return m.nameOf(use{schema, inBody}) }

// answerType is the Go type of the answer that a schema describes.
func (m *model) answerType(schema string) string { return m.nameOf(use{schema, inAnswer}) }

func (m *model) nameOf(u use) string {
	if name := m.overlay.Types[u.schema]; byHand[name] {
		return name
	}
	if g := m.uses[u]; g != nil {
		return g.final().name
	}
	return m.typeOf(&api.Schema{Ref: u.schema}, u.form, place{}).String()
}

// isCollection reports whether the answer that a schema describes is a slice or a map, which methods return as such, not
// as a pointer.
func (m *model) isCollection(schema string) bool {
	g := m.uses[use{schema, inAnswer}]
	return g != nil && g.under != nil
}

// roots are the schemas that actions speak of: answers, then what creates, then what changes. A part that several have is
// named after the first.
func (m *model) roots() []use {
	seen := map[use]bool{}
	add := func(schema string, f form) {
		if schema != "" && !byHand[m.overlay.Types[schema]] {
			seen[use{schema, f}] = true
		}
	}
	for i := range m.description.Actions {
		a := &m.description.Actions[i]
		if a.Body != nil {
			add(a.Body.Schema, inBody)
		}
		for _, p := range a.Parameters {
			add(p.Schema, inBody)
		}
		for _, answer := range a.Answers {
			if answer.Status < 300 {
				add(answer.Schema, inAnswer)
				for _, event := range answer.Events {
					add(event, inAnswer)
				}
			}
		}
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b use) int {
		return cmp.Or(
			cmp.Compare(a.form, b.form),
			-strings.Compare(suffix(a.schema), suffix(b.schema)),
			strings.Compare(a.schema, b.schema))
	})
}

// suffix is "Post" or "Patch" for the name of a schema that ends so.
func suffix(schema string) string {
	for _, s := range []string{"Post", "Patch"} {
		if strings.HasSuffix(schema, s) {
			return s
		}
	}
	return ""
}

// bodyOf is the first action with that body, nil for a schema that is none.
func (m *model) bodyOf(schema string) *api.Action {
	for i := range m.description.Actions {
		if a := &m.description.Actions[i]; a.Body != nil && a.Body.Schema == schema {
			return a
		}
	}
	return nil
}

// isEvent reports whether a schema is that of a stream's events and of no other answer.
func (m *model) isEvent(schema string) bool {
	for _, a := range m.description.Actions {
		for _, answer := range a.Answers {
			if answer.Schema == schema {
				return false
			}
		}
	}
	return true
}

func (m *model) deref(s *api.Schema) *api.Schema {
	for s.Ref != "" {
		s = m.description.Schemas[s.Ref]
	}
	return s
}
