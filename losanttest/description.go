package losanttest

import (
	"fmt"
	"strings"
	"sync"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/api"
)

// description is what the server knows of the API.
type description struct {
	index     *api.Index
	actions   map[string]*action // by ID
	routes    map[string]*branch // by method
	resources map[string]*resource
	kinds     map[string]*kind // by the resources of their items and of their lists
}

// action is an action of the API, made ready to be served.
type action struct {
	*api.Action

	id       string
	segments []string // of the path
	scopes   map[losant.Scope]bool
	params   func() *schema // which is compiled when it is first called
}

// resource is a resource and its actions, in the order of their names.
type resource struct {
	segments []string // of the shortest path of its actions
	actions  []*action
}

// theAPI is read when a server gets its first request, not when the program starts.
var theAPI = sync.OnceValue(func() *description {
	index, err := api.LoadIndex()
	if err != nil {
		panic(fmt.Sprintf("losanttest: %v", err)) // the file is part of the package
	}
	d := &description{
		index: index, actions: map[string]*action{}, routes: map[string]*branch{},
		resources: map[string]*resource{},
	}
	for i := range index.Actions {
		a := d.newAction(&index.Actions[i])
		d.actions[a.id] = a
		d.route(a)
		d.add(a)
	}
	d.kinds = newKinds(d)
	return d
})

func (d *description) newAction(of *api.Action) *action {
	a := &action{Action: of, id: of.ID(), segments: strings.Split(of.Path, "/"), scopes: map[losant.Scope]bool{}}
	for _, scope := range d.index.ScopesOf(of) {
		a.scopes[losant.Scope(scope)] = true
	}
	a.params = sync.OnceValue(func() *schema { return d.compiler().params(of) })
	return a
}

func (d *description) add(a *action) {
	r := d.resources[a.Resource]
	if r == nil {
		r = &resource{segments: a.segments}
		d.resources[a.Resource] = r
	}
	if len(a.segments) < len(r.segments) {
		r.segments = a.segments
	}
	r.actions = append(r.actions, a)
}

func (d *description) compiler() *compiler {
	return &compiler{schemas: d.schema, inside: map[string]bool{}}
}

// schema is a schema of the description, which has to be there.
func (d *description) schema(name string) *api.Schema {
	s, err := d.index.Schema(name)
	if err != nil || s == nil {
		panic(fmt.Sprintf("losanttest: schema %q: %v", name, err))
	}
	return s
}

// body returns the schema of an action's body.
func (a *action) body() *schema {
	for _, p := range a.params().properties {
		if a.Body != nil && p.name == a.Body.Name {
			return p.schema
		}
	}
	return &schema{}
}

// href is a path with its parameters.
func href(path []string, ids map[string]string) string {
	segments := make([]string, len(path))
	for i, segment := range path {
		segments[i] = segment
		if name, ok := paramName(segment); ok {
			segments[i] = pathEscape(ids[name])
		}
	}
	return strings.Join(segments, "/")
}
