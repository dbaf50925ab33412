package main

import (
	"cmp"
	"errors"
	"fmt"
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
	*api.Description
	overlay  *api.Overlay
	known    map[string]bool // the names of the description
	nouns    map[string]bool
	bodies   map[string]*api.Action // the first action with a body, by the schema of that
	answers  map[string][]string    // the actions that answer with a schema
	roots    []use                  // the schemas that actions speak of
	enums    map[string]string      // the named string types, by the places they stand at
	uses     map[use]*goType
	open     map[string]bool      // the schemas whose types are being made
	families map[string][]*goType // the types that ask for the same name, those that became another one aside
	types    []*goType            // what is declared, by name
	services []*service
	suffix   string // of the root that is being declared
	problems []error
}

// byHand are the types that package losant has already.
var byHand = map[string]bool{"Query": true, "Success": true}

func newModel(d *api.Description, o *api.Overlay) (*model, error) {
	m := &model{
		Description: d, overlay: o, known: knownNames(d), nouns: nouns(d),
		bodies: map[string]*api.Action{}, answers: map[string][]string{}, enums: map[string]string{},
		uses: map[use]*goType{}, open: map[string]bool{}, families: map[string][]*goType{},
	}
	for name, enum := range o.Enums {
		for _, place := range enum.Of {
			m.enums[place] = name
		}
	}
	m.findRoots()
	m.checkRules()
	for _, u := range m.roots {
		m.declareRoot(u)
	}
	m.nameTypes()
	m.findHolders()
	m.services = newServices(m)
	return m, errors.Join(m.problems...)
}

func (m *model) fail(format string, args ...any) {
	m.problems = append(m.problems, fmt.Errorf(format, args...))
}

// nouns are the resources, those of a list aside that have a resource for a single element.
func nouns(d *api.Description) map[string]bool {
	all := map[string]bool{}
	for _, resource := range resources(d) {
		all[resource] = true
	}
	maps.DeleteFunc(all, func(resource string, _ bool) bool { return singular(resource) != resource && all[singular(resource)] })
	return all
}

// nounOf is the noun that a resource or a schema belongs to, the longest that its name begins with; "" for none.
func (m *model) nounOf(name string) string {
	all := words(rootOf(name))
	for n := len(all); n > 0; n-- {
		start := strings.Join(all[:n], "")
		for _, noun := range []string{start, singular(start)} {
			if m.nouns[noun] {
				return noun
			}
		}
	}
	return ""
}

// findRoots finds the schemas that actions speak of: answers, then what creates, then what changes. A part that several
// have is documented where it is met first.
func (m *model) findRoots() {
	roots := map[use]bool{}
	add := func(schema string, f form) {
		if schema != "" && !byHand[m.overlay.Types[schema]] {
			roots[use{schema, f}] = true
		}
	}
	for i := range m.Actions {
		a := &m.Actions[i]
		if a.Body != nil {
			add(a.Body.Schema, inBody)
			m.bodies[a.Body.Schema] = cmp.Or(m.bodies[a.Body.Schema], a)
		}
		for _, p := range a.Parameters {
			add(p.Schema, inBody)
		}
		for _, answer := range a.Answers {
			if answer.Status < 300 {
				add(answer.Schema, inAnswer)
				m.answers[answer.Schema] = append(m.answers[answer.Schema], a.ID())
			}
			for _, event := range answer.Events {
				add(event, inAnswer)
			}
		}
	}
	m.roots = slices.SortedFunc(maps.Keys(roots), func(a, b use) int {
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

// checkRules makes a problem of each pattern and format that no rule knows.
func (m *model) checkRules() {
	for _, name := range sorted(m.Schemas) {
		each(m.Schemas[name], name, func(place string, s *api.Schema) {
			if s.Pattern != "" && patterns[s.Pattern].check == "" {
				m.fail("%s: no rule knows the pattern %s", place, s.Pattern)
			}
			if s.Format != "" && formatRules[s.Format].check == "" {
				m.fail("%s: no rule knows the format %s", place, s.Format)
			}
		})
	}
}

// bodyType is the Go type of the body, or of the parameter, that a schema describes.
func (m *model) bodyType(schema string) string { return m.nameOf(use{schema, inBody}) }

// answerType is the Go type of the answer that a schema describes.
func (m *model) answerType(schema string) string { return m.nameOf(use{schema, inAnswer}) }

func (m *model) nameOf(u use) string {
	if g := m.uses[u]; g != nil {
		return g.final().Name
	}
	return m.typeOf(&api.Schema{Ref: u.schema}, u.form, place{}).String()
}

// isCollection reports whether the answer that a schema describes is a slice or a map, which methods return as such, not
// as a pointer.
func (m *model) isCollection(schema string) bool {
	g := m.uses[use{schema, inAnswer}]
	return g != nil && g.under != nil
}
