package main

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// action is an action as Go has it. The template has the rest from the description.
type action struct {
	*api.Action
	Note   api.ActionNote
	Own    []string // scopes of the resource
	Scopes []string // all of them
	Answer *answer  // nil when one type says it all
	Last   string   // what the last parameter of the path is
	Result string   // *Device
	Params []parameter
	Form   []parameter
	Event  string // the name of the events of a stream

	paging  string // how the list is asked for another page, "" for what is no list of pages
	element string // of the list
	maps    bool   // the elements are maps

	arguments []argument
	required  []parameter
	body      string // the name of the argument
	slice     bool
}

// argument is a parameter of a method.
type argument struct{ name, goType string }

// answer is the type of several documented successes.
type answer struct {
	Name   string
	Fields []success
}

// success is one of several documented successes.
type success struct {
	Status     int
	Name, Type string // empty when there is no body
}

func (s success) StatusName() (string, error) {
	name, ok := map[int]string{200: "OK", 201: "Created", 202: "Accepted", 204: "NoContent"}[s.Status]
	if !ok {
		return "", fmt.Errorf("the status %d is not known", s.Status)
	}
	return "http.Status" + name, nil
}

func newAction(m *model, description *api.Action) (*action, error) {
	note := m.overlay.Actions[description.ID()]
	note.Summary, note.Note = m.vocabulary.inGo(note.Summary), m.vocabulary.inGo(note.Note)
	a := &action{
		Action: description, Note: note, Scopes: m.ScopesOf(description),
	}
	for _, scope := range a.Scopes {
		if !slices.Contains(m.Scopes[description.Scopes], scope) {
			a.Own = append(a.Own, scope)
		}
	}
	for _, add := range []func(*model) error{a.addPath, a.addQuery, a.addBody, a.addForm, a.addAnswer, a.addPages} {
		if err := add(m); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// Name of the method, the variable of the operation and the types of its own.
func (a *action) Method() string    { return goName(a.Name) }
func (a *action) Service() string   { return goName(a.Resource) }
func (a *action) Operation() string { return argumentName(a.Resource) + a.Method() }
func (a *action) ParamsType() string {
	if len(a.Params) == 0 {
		return ""
	}
	return a.Service() + a.Method() + "Params"
}

func (a *action) FormType() string { return a.Service() + a.Method() + "Form" }

func (a *action) HTTPMethod() string { return "http.Method" + goName(strings.ToLower(a.Action.Method)) }

// Class is the constant of the repeat class.
func (a *action) Class() (string, error) {
	class, ok := map[string]string{"read": "rest.Read", "delete": "rest.Delete", "once": "rest.Once"}[a.Note.Class]
	if !ok {
		return "", fmt.Errorf("no repeat class is called %q", a.Note.Class)
	}
	return class, nil
}

func (a *action) GeneralList() string { return scopeListName(a.Action.Scopes) }

// OwnScopes are the constants of the resource's own scopes.
func (a *action) OwnScopes() string {
	names := make([]string, len(a.Own))
	for i, scope := range a.Own {
		names[i] = scopeName(scope)
	}
	return strings.Join(names, ", ")
}

// checks are the statements that check the parameters that have a schema.
func checks(all []parameter) (lines []string) {
	for _, p := range all {
		lines = append(lines, p.Checks()...)
	}
	return lines
}

// SecretParams are the params that no formatting may show.
func (a *action) SecretParams() []parameter {
	return slices.DeleteFunc(slices.Clone(a.Params), func(p parameter) bool { return !p.Note.Secret })
}

func (a *action) addPath(m *model) error {
	for _, p := range a.Parameters {
		if p.In != api.InPath {
			continue
		}
		if a.Last != "" {
			return fmt.Errorf("behind a name, the path has the parameter %s", p.Name)
		}
		switch p.Pattern {
		case idPattern:
		case wordPattern:
			a.Last = "aWord"
		case "":
			a.Last = "aName"
		default:
			return fmt.Errorf("the parameter %s has the pattern %s, which no rule knows", p.Name, p.Pattern)
		}
		a.arguments = append(a.arguments, argument{m.argument(p.Name), "string"})
	}
	return nil
}

func (a *action) addQuery(m *model) error {
	for _, p := range a.Parameters {
		if p.In != api.InQuery || slices.Contains(notOffered, p.Name) {
			continue
		}
		q, err := newParameter(m, a.Action, p)
		if err != nil {
			return fmt.Errorf("the parameter %s: %w", p.Name, err)
		}
		if p.Required {
			a.required = append(a.required, q)
			a.arguments = append(a.arguments, argument{q.argument, q.Type})
		} else {
			a.Params = append(a.Params, q)
		}
	}
	return nil
}

func (a *action) addBody(m *model) error {
	if a.Body == nil {
		return nil
	}
	a.body = m.argument(a.Body.Name)
	if a.Name == "patch" {
		a.body = "patch"
	}
	a.arguments = append(a.arguments, argument{a.body, m.bodyType(a.Body.Schema)})
	return nil
}

func (a *action) addForm(m *model) error {
	for _, p := range a.Parameters {
		if p.In != api.InForm {
			continue
		}
		q, err := newParameter(m, a.Action, p)
		if err != nil {
			return fmt.Errorf("the part %s: %w", p.Name, err)
		}
		a.Form = append(a.Form, q)
	}
	if a.Form != nil {
		a.arguments = append(a.arguments, argument{"form", a.FormType()})
	}
	return nil
}

func (a *action) addAnswer(m *model) error {
	var all []success
	for _, s := range a.Answers {
		switch {
		case s.Status < 200 || s.Status > 299:
		case len(s.Events) > 1:
			return fmt.Errorf("a stream has several events")
		case s.Events != nil:
			for event, schema := range s.Events {
				a.Event, a.Result = event, "*"+m.answerType(schema)
			}
		case s.Schema == "":
			all = append(all, success{Status: s.Status})
		default:
			t := m.answerType(s.Schema)
			name := t
			if t == "Success" {
				name = "Done"
			}
			all = append(all, success{s.Status, name, t})
			a.slice = m.isCollection(s.Schema)
		}
	}
	switch {
	case len(all) > 1:
		a.Answer = &answer{a.Service() + a.Method() + "Answer", all}
		a.Result, a.slice = "*"+a.Answer.Name, false
	case a.Event != "":
	case len(all) == 0 || all[0].Type == "":
		return fmt.Errorf("no success is documented that has a body")
	case a.slice:
		a.Result = all[0].Type
	default:
		a.Result = "*" + all[0].Type
	}
	if a.Note.Class == "delete" && a.Result != "*Success" {
		return fmt.Errorf("it is of the class delete, and answers %s, not *Success", a.Result)
	}
	return nil
}

// pagings are the ways to ask for another page, by the parameter that does.
var pagings = map[string]string{"page": "byPage", "offset": "byOffset", "startingAfterId": "byLastID"}

func (a *action) addPages(m *model) error {
	for _, p := range a.Parameters {
		if p.In == api.InQuery && pagings[p.Name] != "" {
			a.paging = pagings[p.Name]
		}
	}
	if a.paging == "" {
		return nil
	}
	for _, answer := range a.Answers {
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
		return fmt.Errorf("it has pages, but no items")
	}
	return nil
}

// argument is the name of the argument for a parameter.
func (m *model) argument(name string) string {
	if own, ok := m.overlay.Arguments[name]; ok {
		return own
	}
	return argumentName(name)
}
