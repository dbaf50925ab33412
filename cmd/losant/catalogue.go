package main

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/api"
)

// catalogue is the description of the API, and what people say about it.
type catalogue struct {
	*api.Index
	notes *api.Overlay
}

// load reads the catalogue, once in a process.
var load = sync.OnceValues(func() (*catalogue, error) {
	notes := make(chan error, 1)
	c := &catalogue{}
	go func() { // beside the larger half
		var err error
		c.notes, err = api.LoadOverlay()
		notes <- err
	}()
	index, err := api.LoadIndex()
	c.Index = index
	return c, errors.Join(err, <-notes)
})

// action is an action with the method of the SDK that calls it.
type action struct {
	*api.Action
	note      api.ActionNote
	catalogue *catalogue
	arguments []*argument

	service    string       // the name of a field of losant.Services
	method     string       // of the service
	params     reflect.Type // of the optional parameters; nil for none
	body, form reflect.Type // nil for none
}

// action finds an action by its documented name.
func (c *catalogue) action(id string) (*action, error) {
	i := slices.IndexFunc(c.Actions, func(a api.Action) bool { return a.ID() == id })
	switch {
	case slices.Contains(c.resources(), id):
		return nil, usagef("%s is a resource; losant help %[1]s lists its actions", id)
	case i < 0:
		return nil, usagef("there is no action %q%s; losant help lists them", id, suggestion(id, c.ids()))
	}
	a := &action{Action: &c.Actions[i], note: c.notes.Actions[id], catalogue: c}
	a.bind()
	return a, nil
}

func (c *catalogue) ids() []string {
	ids := make([]string, len(c.Actions))
	for i := range c.Actions {
		ids[i] = c.Actions[i].ID()
	}
	return ids
}

// bind finds the method of the action, and the Go types of what it takes. The arguments of a method are the ids of the
// path, the required parameters, and the body or the form.
func (a *action) bind() {
	service, _ := reflect.TypeFor[losant.Services]().FieldByNameFunc(sameAs(a.Resource))
	a.service = service.Name
	var method reflect.Method
	for i := range service.Type.NumMethod() {
		if m := service.Type.Method(i); strings.EqualFold(m.Name, a.Name) {
			a.method, method = m.Name, m
		}
	}
	if p, ok := everyParams[a.ID()]; ok {
		a.params = reflect.TypeOf(p)
	}
	next := 2 // behind the receiver and the context
	for _, p := range a.Parameters {
		arg := &argument{Parameter: p, owner: a}
		if p.In != api.InPath { // of which the notes do not speak
			arg.note, _ = a.catalogue.notes.Parameter(a.Action, p.Name)
		}
		switch {
		case p.In == api.InPath, p.In == api.InQuery && p.Required:
			arg.goType = method.Type.In(next)
			next++
		case p.In == api.InForm:
			a.form = method.Type.In(method.Type.NumIn() - 2) // before the options
			arg.field, _ = a.form.FieldByNameFunc(sameAs(p.Name))
			arg.goType = arg.field.Type
		case a.offers(p.Name):
			arg.field, _ = a.params.FieldByNameFunc(sameAs(p.Name))
			arg.goType = arg.field.Type
		default:
			continue
		}
		a.arguments = append(a.arguments, arg)
	}
	if a.Body != nil {
		a.body = method.Type.In(next)
	}
}

// offers reports whether the SDK has a parameter. It has none for what changes the shape of the answer.
func (a *action) offers(parameter string) bool {
	if a.params == nil {
		return false
	}
	_, ok := a.params.FieldByNameFunc(sameAs(parameter))
	return ok
}

// sameAs reports whether a name in Go is one of Losant's, which differ in capitals only.
func sameAs(losants string) func(string) bool {
	return func(name string) bool { return strings.EqualFold(name, losants) }
}

// lists reports whether the answer is a page of a list, so that -all can ask for the others.
func (a *action) lists() bool {
	return slices.ContainsFunc(a.Parameters, func(p api.Parameter) bool {
		return p.In == api.InQuery && (p.Name == "page" || p.Name == "offset" || p.Name == "startingAfterId")
	})
}

// streams reports whether the action answers events without an end.
func (a *action) streams() bool {
	return slices.ContainsFunc(a.Answers, func(answer api.Answer) bool { return answer.Events != nil })
}

// isGiven reports whether a flag is given.
func (a *action) isGiven(name string) bool {
	return slices.ContainsFunc(a.arguments, func(arg *argument) bool { return arg.Name == name && len(arg.given) > 0 })
}

// destroys reports whether the action takes something away.
func (a *action) destroys() bool {
	for _, verb := range []string{"delete", "remove", "truncate"} {
		if strings.HasPrefix(a.Name, verb) {
			return true
		}
	}
	return a.Method == "DELETE"
}

// answer is the schema of the answer of success; nil when it has none.
func (a *action) answer() *api.Schema {
	for _, answer := range a.Answers {
		if answer.Status < 300 && answer.Schema != "" {
			return a.catalogue.resolve(&api.Schema{Ref: answer.Schema})
		}
	}
	return nil
}

// resolve follows the references of a schema.
func (c *catalogue) resolve(s *api.Schema) *api.Schema {
	for s != nil && s.Ref != "" {
		s, _ = c.Schema(s.Ref) // which the tests of the description read
	}
	return s
}

// walk visits all properties below a schema, each once, with the note that people made on it.
func (c *catalogue) walk(name string, visit func(api.Property, api.PropertyNote)) {
	seen := map[string]bool{}
	var in func(name string, s *api.Schema)
	in = func(name string, s *api.Schema) {
		if s == nil {
			return
		}
		if s.Ref != "" {
			if seen[s.Ref] {
				return
			}
			seen[s.Ref] = true
			in(s.Ref, c.resolve(s))
			return
		}
		for _, p := range s.Properties {
			visit(p, c.notes.Property(name, p.Name))
			in(name+"."+p.Name, p.Schema)
		}
		for _, p := range s.PatternProperties {
			in(name+"{}", p.Schema)
		}
		in(name+"[]", s.Items)
		in(name+"{*}", s.Additional)
		for _, alternative := range slices.Concat(s.OneOf, s.AnyOf) {
			in(name, alternative)
		}
	}
	in("", &api.Schema{Ref: name})
}

// names are the names of all properties that a body has somewhere, and those among them that are secret.
func (c *catalogue) names(schema string) (all []string, secret map[string]bool) {
	secret = map[string]bool{}
	c.walk(schema, func(p api.Property, note api.PropertyNote) {
		all = append(all, p.Name)
		if note.Secret != nil && *note.Secret {
			secret[p.Name] = true
		}
	})
	return all, secret
}
