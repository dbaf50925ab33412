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

//go:embed templates/actions.tmpl
var actionsTemplate string

var actionTemplates = template.Must(template.New("").Funcs(template.FuncMap{
	"comment": comment, "indexed": indexed, "scopeName": scopeName, "scopeListName": scopeListName,
	"checks": checks,
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
	all := index{m.Description, services, byNoun(m, services)}
	for noun, some := range all.Nouns {
		file := fileName(noun) + ".go"
		if err := write(file, "noun", some); err != nil {
			return nil, err
		}
		files[file] = importing(files[file])
	}
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
	*api.Description
	Services []*service
	Nouns    map[string][]*service
}

// General are the scopes of no resource.
func (x index) General() []string {
	general := map[string]bool{}
	for _, list := range x.Scopes {
		for _, scope := range list {
			general[scope] = true
		}
	}
	return slices.Sorted(maps.Keys(general))
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
	for i := range m.Actions {
		a, err := newAction(m, &m.Actions[i])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", m.Actions[i].ID(), err)
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
