package main

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"
	"text/template"

	"github.com/losant-go/losant/internal/api"
)

// isLater reports whether an action has an operation, but no method yet: uploads and streams.
func isLater(a *api.Action) bool {
	return slices.ContainsFunc(a.Parameters, func(p api.Parameter) bool { return p.In == api.InForm }) ||
		slices.ContainsFunc(a.Answers, func(answer api.Answer) bool { return answer.Events != nil })
}

//go:embed templates/actions.tmpl
var actionsTemplate string

var actionTemplates = template.Must(template.New("").Funcs(template.FuncMap{
	"comment": comment, "listItem": listItem, "scopeName": scopeName,
}).Parse(actionsTemplate))

// actionFiles are the files of the services, by name: device.go, and those that name them all.
func actionFiles(m *model) (map[string]string, error) {
	services, err := newServices(m)
	if err != nil {
		return nil, err
	}
	files := map[string]string{}
	write := func(file, name string, data any) error {
		var source strings.Builder
		if err := actionTemplates.ExecuteTemplate(&source, name, data); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		files[file] = source.String()
		return nil
	}
	for noun, some := range byNoun(m, services) {
		file := fileName(noun) + ".go"
		if err := write(file, "noun", some); err != nil {
			return nil, err
		}
		files[file] = importing(files[file])
	}
	all := newIndex(m, services)
	for file, name := range map[string]string{
		"services.go": "services", "operations.go": "operations", "doc.go": "doc", "docs/actions.md": "list",
		"every_params_test.go": "every",
	} {
		if err := write(file, name, all); err != nil {
			return nil, err
		}
	}
	return files, nil
}

// byNoun are the services by their noun: device and devices are one.
func byNoun(m *model, services []*service) map[string][]*service {
	nouns := map[string][]*service{}
	for _, s := range services {
		noun := m.nounOf(s.Resource)
		nouns[noun] = append(nouns[noun], s)
	}
	return nouns
}

// index is what the files say that name everything.
type index struct {
	Services []*service
	Nouns    []noun
	Lists    []scopeList
	General  []string // scopes of no resource
	Version  string
}

// noun is the services of one file.
type noun struct {
	Name     string
	Services []*service
}

// scopeList is a list of scopes that actions share.
type scopeList struct {
	Name    string
	Example string // the action that it is named after
	Scopes  []string
}

func newIndex(m *model, services []*service) index {
	x := index{Services: services, Version: m.description.Version}
	general := map[string]bool{}
	for _, name := range slices.Sorted(maps.Keys(m.description.Scopes)) {
		scopes := m.description.Scopes[name]
		x.Lists = append(x.Lists, scopeList{scopeListName(name), name, scopes})
		for _, scope := range scopes {
			general[scope] = true
		}
	}
	x.General = slices.Sorted(maps.Keys(general))
	nouns := byNoun(m, services)
	for _, name := range slices.Sorted(maps.Keys(nouns)) {
		x.Nouns = append(x.Nouns, noun{name, nouns[name]})
	}
	return x
}

func scopeListName(name string) string { return "scopesOf" + goName(name) }

// scopeName is the constant of a scope: "devices.*" is ScopeDevicesAll.
func scopeName(scope string) string {
	return "Scope" + goName(strings.ReplaceAll(scope, "*", "all"))
}

// service is a resource as Go has it.
type service struct {
	Resource string
	Name     string // Device, for the field of Client and, with Service behind it, the type
	Doc      string
	Actions  []*action
}

// Methods are the actions that have a method.
func (s *service) Methods() []*action {
	return slices.DeleteFunc(slices.Clone(s.Actions), func(a *action) bool { return a.Later })
}

// Scopes are the scopes of the resource.
func (s *service) Scopes() []string {
	own := map[string]bool{}
	for _, a := range s.Actions {
		for _, scope := range a.Own {
			own[scope] = true
		}
	}
	return slices.Sorted(maps.Keys(own))
}

func newServices(m *model) (services []*service, err error) {
	for i := range m.description.Actions {
		a, err := newAction(m, &m.description.Actions[i])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.description.Actions[i].ID(), err)
		}
		n := len(services)
		if n == 0 || services[n-1].Resource != a.Resource {
			services = append(services, &service{
				Resource: a.Resource, Name: goName(a.Resource), Doc: m.vocabulary.inGo(m.overlay.Resources[a.Resource]),
			})
			n++
		}
		services[n-1].Actions = append(services[n-1].Actions, a)
	}
	return services, nil
}

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
	Later  bool

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
		Action: description, Note: note, Scopes: m.description.ScopesOf(description),
		Later: isLater(description),
	}
	for _, scope := range a.Scopes {
		if !slices.Contains(m.description.Scopes[description.Scopes], scope) {
			a.Own = append(a.Own, scope)
		}
	}
	for _, add := range []func(*model) error{a.addPath, a.addQuery, a.addBody, a.addAnswer} {
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

// Checks are the statements that check the params that have a schema.
func (a *action) Checks() (lines []string) {
	for _, p := range a.Params {
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
		} else if !a.Later {
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

func (a *action) addAnswer(m *model) error {
	var all []success
	for _, s := range a.Answers {
		switch {
		case s.Status < 200 || s.Status > 299 || s.Events != nil:
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
	case len(all) == 0 && a.Later:
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

// argument is the name of the argument for a parameter.
func (m *model) argument(name string) string {
	if own, ok := m.overlay.Arguments[name]; ok {
		return own
	}
	return argumentName(name)
}

// Signature is the method from its name to the result.
func (a *action) Signature() string {
	list := []string{"ctx context.Context"}
	for i, arg := range a.arguments {
		if i+1 < len(a.arguments) && a.arguments[i+1].goType == arg.goType {
			list = append(list, arg.name)
		} else {
			list = append(list, arg.name+" "+arg.goType)
		}
	}
	list = append(list, "opts ...CallOption")
	arguments := strings.Join(list, ", ")
	const shape = "func (s *%sService) %s(%s) (%s, error) {"
	one := fmt.Sprintf(shape, a.Service(), a.Method(), arguments, a.Result)
	if len(one) <= columns {
		return one
	}
	return fmt.Sprintf(shape, a.Service(), a.Method(), "\n\t"+arguments+",\n", a.Result)
}

// Call is the expression that carries out the method.
func (a *action) Call() string {
	call := "call[" + strings.TrimPrefix(a.Result, "*") + "]"
	if a.slice {
		call = "callValue[" + a.Result + "]"
	}
	var parts, ids []string
	for _, arg := range a.arguments[:a.pathLength()] {
		ids = append(ids, arg.name)
	}
	if ids != nil {
		parts = append(parts, "ids: ids{"+strings.Join(ids, ", ")+"}")
	}
	if a.required != nil {
		var adds []string
		for _, p := range a.required {
			adds = append(adds, p.Encode(p.argument))
		}
		parts = append(parts, "required: func(q *parameters) { "+strings.Join(adds, "; ")+" }")
	}
	if a.body != "" {
		parts = append(parts, "body: "+a.body)
	}
	const tab = 4
	inside := "ctx, (*service)(s), &" + a.Operation() + ", arguments{"
	one := inside + strings.Join(parts, ", ") + "}, opts)"
	switch {
	case tab+len("return "+call+"("+one) <= columns:
		return call + "(" + one
	case 2*tab+len(one) <= columns:
		return call + "(\n\t\t" + one
	default:
		return call + "(" + inside + "\n\t\t" + strings.Join(parts, ",\n\t\t") + ",\n\t}, opts)"
	}
}

func (a *action) pathLength() int { return strings.Count(a.Path, "{") }
