package main

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// service is a resource as Go has it.
type service struct {
	Resource string
	Name     string // Device, for the field of Client and, with Service behind it, the type
	About    string
	Actions  []*action
}

// action is an action as Go has it. The templates have the rest from the description.
type action struct {
	*api.Action
	Note      api.ActionNote
	Service   string
	Method    string
	Operation string   // the variable
	Own       []string // scopes of the resource
	Scopes    []string // all of them
	Last      string   // what the last parameter of the path is
	Required  []parameter
	Params    []parameter
	Form      []parameter
	BodyName  string    // of the argument
	OwnBody   string    // the name of the body where that is not the usual one of its type
	Result    string    // *Device
	Answers   []success // when there are several
	Event     string    // the name of the events of a stream

	arguments []argument
	call      string // the function of package losant that carries the action out
	paging    string // how the list is asked for another page, "" for what is no list of pages
	element   string // of the list
	maps      bool   // the elements are maps
}

// argument is a parameter of a method.
type argument struct{ name, goType string }

// success is one of several documented successes.
type success struct {
	Status int
	Type   string // "" when there is no body
}

// StatusName is the constant of net/http.
func (s success) StatusName() string {
	return "http.Status" + strings.ReplaceAll(http.StatusText(s.Status), " ", "")
}

func newServices(m *model) (services []*service) {
	for i := range m.Actions {
		a := newAction(m, &m.Actions[i])
		if n := len(services); n == 0 || services[n-1].Resource != a.Resource {
			services = append(services, &service{
				Resource: a.Resource, Name: a.Service, About: m.inGo(m.overlay.Resources[a.Resource]),
			})
		}
		s := services[len(services)-1]
		s.Actions = append(s.Actions, a)
	}
	return services
}

func newAction(m *model, d *api.Action) *action {
	note := m.overlay.Actions[d.ID()]
	note.Summary, note.Note = m.inGo(note.Summary), m.inGo(note.Note)
	a := &action{
		Action: d, Note: note, Service: goName(d.Resource), Method: goName(d.Name),
		Operation: argumentName(d.Resource) + goName(d.Name), Scopes: m.ScopesOf(d),
	}
	a.Own = slices.DeleteFunc(slices.Clone(a.Scopes), func(scope string) bool {
		return slices.Contains(m.Scopes[d.Scopes], scope)
	})
	a.addParameters(m)
	a.addAnswers(m)
	a.addPages(m)
	return a
}

// notOffered are parameters that change the type of the answer.
var notOffered = []string{"attributesAsObject", "tagsAsObject"}

// lastParts are what the last parameter of a path may be, by its pattern. All others are IDs.
var lastParts = map[string]string{idPattern: "", wordPattern: "aWord", "": "aName"}

func (a *action) addParameters(m *model) {
	for _, p := range a.Parameters {
		switch q := m.newParameter(a.Action, p); {
		case p.In == api.InPath:
			last, ok := lastParts[p.Pattern]
			if !ok || a.Last != "" {
				m.fail("%s: in the path, the parameter %s has the pattern %q, or stands behind a name", a.ID(), p.Name, p.Pattern)
			}
			a.Last = last
			a.arguments = append(a.arguments, argument{q.Argument, "string"})
		case slices.Contains(notOffered, p.Name):
		case p.In == api.InForm:
			a.Form = append(a.Form, q)
		case p.Required:
			a.Required = append(a.Required, q)
			a.arguments = append(a.arguments, argument{q.Argument, q.Type})
		default:
			a.Params = append(a.Params, q)
		}
	}
	if a.Body != nil {
		a.BodyName = m.argument(a.Body.Name)
		if a.Name == "patch" {
			a.BodyName = "patch"
		}
		if usual := m.bodies[a.Body.Schema].Body.Name; usual != a.Body.Name {
			a.OwnBody = a.Body.Name
		}
		a.arguments = append(a.arguments, argument{a.BodyName, m.bodyType(a.Body.Schema)})
	}
	if a.Form != nil {
		a.arguments = append(a.arguments, argument{"form", a.FormType()})
	}
}

// argument is the name of the argument for a parameter.
func (m *model) argument(name string) string {
	return cmp.Or(m.overlay.Arguments[name], argumentName(name))
}

func (a *action) addAnswers(m *model) {
	var all []success
	isCollection := false
	for _, answer := range a.Action.Answers {
		switch {
		case answer.Status > 299:
		case len(answer.Events) > 1:
			m.fail("%s: a stream has several events", a.ID())
		case answer.Events != nil:
			for event, schema := range answer.Events {
				a.Event, all = event, append(all, success{Type: m.answerType(schema)})
			}
		case answer.Schema == "":
			all = append(all, success{Status: answer.Status})
		default:
			all = append(all, success{answer.Status, m.answerType(answer.Schema)})
			isCollection = m.isCollection(answer.Schema)
		}
	}
	switch {
	case len(all) > 1:
		a.Answers, a.Result, a.call = all, "*"+a.AnswerType(), "call"
	case len(all) == 0 || all[0].Type == "":
		m.fail("%s: no success is documented that has a body", a.ID())
	case a.Event != "":
		a.Result, a.call = "*"+all[0].Type, "stream"
	case isCollection:
		a.Result, a.call = all[0].Type, "callValue"
	default:
		a.Result, a.call = "*"+all[0].Type, "call"
	}
	if a.Note.Class == "delete" && a.Result != "*Success" {
		m.fail("%s: it is of the class delete, and answers %s, not *Success", a.ID(), a.Result)
	}
}

// Name is the name of the field.
func (s success) Name() string {
	if s.Type == "Success" {
		return "Done"
	}
	return s.Type
}

// pagings are the ways to ask for another page, by the parameter that does.
var pagings = map[string]string{"page": "byPage", "offset": "byOffset", "startingAfterId": "byLastID"}

func (a *action) addPages(m *model) {
	for _, p := range a.Params {
		a.paging = cmp.Or(pagings[p.Name], a.paging)
	}
	if a.paging == "" {
		return
	}
	for _, answer := range a.Action.Answers {
		if answer.Status != http.StatusOK {
			continue
		}
		for _, p := range m.deref(&api.Schema{Ref: answer.Schema}).Properties {
			if items := m.deref(p.Schema).Items; p.Name == "items" && items != nil && items.Ref != "" {
				a.element, a.maps = m.answerType(items.Ref), m.isCollection(items.Ref)
			}
		}
	}
	if a.element == "" {
		m.fail("%s: it has pages, but no items", a.ID())
	}
}

// ParamsType is the type of the optional parameters, "" for none.
func (a *action) ParamsType() string {
	if len(a.Params) == 0 {
		return ""
	}
	return a.Service + a.Method + "Params"
}

func (a *action) FormType() string   { return a.Service + a.Method + "Form" }
func (a *action) AnswerType() string { return a.Service + a.Method + "Answer" }

// Verb is the constant of the method of HTTP.
func (a *action) Verb() string { return "http.Method" + goName(strings.ToLower(a.Action.Method)) }

// Class is the constant of the repeat class.
func (a *action) Class() string { return "rest." + goName(a.Note.Class) }

// SecretParams are the params that no formatting may show.
func (a *action) SecretParams() []parameter {
	return slices.DeleteFunc(slices.Clone(a.Params), func(p parameter) bool { return !p.Note.Secret })
}

// Sought are the things that the parameters of the path identify: "experience user" for experienceUserId.
func (a *action) Sought() (things []string) {
	for _, p := range a.Parameters {
		if p.In != api.InPath {
			continue
		}
		name := p.Name
		if name == "name" {
			name = a.Resource
		}
		thing := strings.ToLower(strings.Join(words(strings.TrimSuffix(strings.TrimSuffix(name, "OrName"), "Id")), " ")) + " "
		things = append(things, strings.TrimSpace(strings.NewReplacer("org ", "organization ", "api ", "API ").Replace(thing)))
	}
	return things
}

// method is a method of a service.
type method struct {
	*action
	Name   string
	Result string // "(*Device, error)"
	Call   string // the function that carries it out
	Extra  string // an argument of that one
}

// Methods are the methods of an action: one, and one for all pages of a list.
func (a *action) Methods() []method {
	one := method{action: a, Name: a.Method, Result: "(" + a.Result + ", error)", Call: a.call + "[" + strings.TrimPrefix(a.Result, "*") + "]"}
	if a.Event != "" {
		one.Result = "iter.Seq2[" + a.Result + ", error]"
	}
	if a.paging == "" {
		return []method{one}
	}
	all := method{
		action: a, Name: a.Method + "All", Extra: a.paging + ", ",
		Result: "iter.Seq2[*" + a.element + ", error]", Call: "items[" + a.element + "]",
	}
	if a.Name == "get" {
		all.Name = "All"
	}
	if a.maps {
		all.Result, all.Call = "iter.Seq2["+a.element+", error]", "itemValues["+a.element+"]"
	}
	return []method{one, all}
}

// Arguments are those of the method, between the context and the options.
func (a *action) Arguments() string {
	list := ""
	for i, arg := range a.arguments {
		list += arg.name
		if i+1 == len(a.arguments) || a.arguments[i+1].goType != arg.goType {
			list += " " + arg.goType
		}
		list += ", "
	}
	return list
}

// IDs are the arguments that stand in the path.
func (a *action) IDs() string {
	var ids []string
	for _, arg := range a.arguments[:strings.Count(a.Path, "{")] {
		ids = append(ids, arg.name)
	}
	return strings.Join(ids, ", ")
}

// Scopes are the scopes of the resource.
func (s *service) Scopes() []string {
	var own []string
	for _, a := range s.Actions {
		own = append(own, a.Own...)
	}
	return slices.Compact(slices.Sorted(slices.Values(own)))
}

// index is what the files say that name everything.
type index struct {
	*api.Description
	Services []*service
	Nouns    map[string][]*service // device and devices are one
}

// General are the scopes of no resource.
func (x index) General() []string {
	all := slices.Concat(slices.Collect(maps.Values(x.Scopes))...)
	return slices.Compact(slices.Sorted(slices.Values(all)))
}
