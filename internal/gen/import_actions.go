package main

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// rawAction is a line of actions.jsonl. What is not read is there to be dropped.
type rawAction struct {
	Resource        string               `json:"resource"`
	Action          string               `json:"action"`
	Go              string               `json:"go"`
	Method          string               `json:"method"`
	Path            string               `json:"path"`
	Scopes          []string             `json:"scopes"`
	Auth            string               `json:"auth"`
	DenyOAuthTokens bool                 `json:"deny_oauth_tokens"`
	Stream          bool                 `json:"stream"`
	Summary         string               `json:"summary"`
	Params          []rawParameter       `json:"params"`
	Answers         map[string]rawAnswer `json:"answers"`
}

type rawParameter struct {
	api.Parameter
	Description string `json:"description"`
	Example     any    `json:"example"`
}

type rawAnswer struct {
	Schema string            `json:"schema"`
	Events map[string]string `json:"events"`
}

// actions reads the actions, and the lists of scopes that they share.
func (r *reader) actions(raw *node) (all []api.Action, scopes map[string][]string) {
	scopes = map[string][]string{}
	for _, id := range slices.Sorted(slices.Values(raw.names)) {
		line := decode[rawAction](r, id, raw.find(id))
		a := api.Action{Resource: line.Resource, Name: line.Action, Method: line.Method, Path: line.Path, NoOAuth: line.DenyOAuthTokens}
		if !slices.Contains([]string{"GET", "POST", "PATCH", "DELETE"}, a.Method) {
			r.fail(id, "method %q is not understood", a.Method)
		}
		r.access(&a, line, scopes)
		r.parameters(&a, line.Params)
		r.answers(&a, line)
		all = append(all, a)
	}
	return all, scopes
}

// access reads what opens an action: scopes that it shares with others, RESOURCE.*, and a scope of its own.
func (r *reader) access(a *api.Action, line rawAction, scopes map[string][]string) {
	a.NoToken = line.Auth == "none"
	if a.NoToken || line.Auth != "token" {
		if !a.NoToken || len(line.Scopes) > 0 {
			r.fail(a.ID(), "auth %q with the scopes %q is not understood", line.Auth, line.Scopes)
		}
		return
	}
	var own, shared []string
	for _, scope := range slices.Sorted(slices.Values(line.Scopes)) {
		if strings.HasPrefix(scope, a.Resource+".") {
			own = append(own, scope)
		} else {
			shared = append(shared, scope)
		}
	}
	if len(own) != 2 || own[0] != a.Resource+".*" {
		r.fail(a.ID(), "the scopes %q are not understood: %s.* and one more are meant to be there", own, a.Resource)
		return
	}
	if own[1] != a.ID() {
		a.Scope = own[1]
	}
	for name, list := range scopes {
		if slices.Equal(list, shared) {
			a.Scopes = name
			return
		}
	}
	a.Scopes = a.ID()
	scopes[a.Scopes] = shared
}

var (
	placeholder    = regexp.MustCompile(`\{(\w+)\}`)
	parameterTypes = []string{"", "string", "object", "array", "file"}
)

// parameters reads parameters and body.
func (r *reader) parameters(a *api.Action, raw []rawParameter) {
	path := map[string]api.Parameter{}
	var others []api.Parameter
	for _, line := range raw {
		p := line.Parameter
		if !slices.Contains(parameterTypes, p.Type) {
			r.fail(a.ID(), "type %q of %s is not understood", p.Type, p.Name)
		}
		switch p.In {
		case api.InPath:
			path[p.Name] = p
		case api.InQuery:
			others = append(others, p)
		case "multipart":
			p.In = api.InForm
			others = append(others, p)
		case "body":
			if a.Body != nil || p.Schema == "" {
				r.fail(a.ID(), "body %s: one with a schema is understood", p.Name)
			}
			a.Body = &api.Body{Name: p.Name, Schema: p.Schema, Required: p.Required, Last: len(others) > 0}
		default:
			r.fail(a.ID(), "place %q of %s is not understood", p.In, p.Name)
		}
	}
	for _, match := range placeholder.FindAllStringSubmatch(a.Path, -1) {
		p, ok := path[match[1]]
		if !ok {
			r.fail(a.ID(), "no parameter for %s in the path", match[0])
		}
		a.Parameters = append(a.Parameters, p)
		delete(path, match[1])
	}
	for _, name := range slices.Sorted(maps.Keys(path)) {
		r.fail(a.ID(), "%s is not in the path %s", name, a.Path)
	}
	a.Parameters = append(a.Parameters, others...)
}

// answers reads the documented answers.
func (r *reader) answers(a *api.Action, line rawAction) {
	events := false
	for code, answer := range line.Answers {
		status, err := strconv.Atoi(code)
		if err != nil {
			r.fail(a.ID(), "status %q is not understood", code)
		}
		a.Answers = append(a.Answers, api.Answer{Status: status, Schema: answer.Schema, Events: answer.Events})
		events = events || len(answer.Events) > 0
	}
	slices.SortFunc(a.Answers, func(x, y api.Answer) int { return cmp.Compare(x.Status, y.Status) })
	if events != line.Stream {
		r.fail(a.ID(), "stream is %t, and there are events: %t", line.Stream, events)
	}
}

// schemasOf calls each with every schema that an action names.
func schemasOf(a *api.Action, each func(name string)) {
	for _, p := range a.Parameters {
		if p.Schema != "" {
			each(p.Schema)
		}
	}
	if a.Body != nil {
		each(a.Body.Schema)
	}
	for _, answer := range a.Answers {
		if answer.Schema != "" {
			each(answer.Schema)
		}
		for _, event := range answer.Events {
			each(event)
		}
	}
}
