package losanttest

import (
	"slices"
	"strings"
)

// withApplication calls f with the application of a call, while nobody else uses the store.
func (s *Server) withApplication(c *call, f func(k *kind, app *document) (any, *apiError)) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	k := theAPI().kinds["application"]
	app, err := s.store.find(k, c.ids)
	if err != nil {
		return nil, err
	}
	return f(k, app)
}

// readmePlace is where the readme of an application is.
func readmePlace(app *document) place { return place{"readme of application", app.id} }

// getReadme shows the readme of an application, which is empty in the beginning.
func getReadme(s *Server, c *call) (any, *apiError) {
	return s.withApplication(c, func(_ *kind, app *document) (any, *apiError) {
		if all := s.store.at(readmePlace(app)); all != nil {
			return all.byID[app.id].body, nil
		}
		return map[string]any{"applicationId": app.id, "content": ""}, nil
	})
}

func patchReadme(s *Server, c *call) (any, *apiError) {
	return s.withApplication(c, func(_ *kind, app *document) (any, *apiError) {
		body := map[string]any{
			"applicationId": app.id, "content": c.object().text("content"), "lastUpdated": dateText(now()),
			"lastUpdatedByType": "user",
		}
		if c.claims.Subject != "" {
			body["lastUpdatedById"] = c.claims.Subject
		}
		s.store.make(readmePlace(app)).put(&document{id: app.id, body: body})
		return body, nil
	})
}

// patchGlobals changes globals of an application by their keys: null takes one away.
func patchGlobals(s *Server, c *call) (any, *apiError) {
	return s.withApplication(c, func(k *kind, app *document) (any, *apiError) {
		globals := orNone(app.body["globals"])
		for _, item := range orNone(plain(c.body)) {
			global, _ := item.(map[string]any)
			globals = without(globals, "key", global["key"])
			if global["json"] != nil {
				globals = append(globals, global)
			}
		}
		app, err := s.store.patch(k, c, app, map[string]any{"globals": globals})
		if err != nil {
			return nil, err
		}
		return s.entity(c, k, app), nil
	})
}

// searched are the resources of an application that a search looks through.
var searched = []string{
	"applicationApiToken", "credential", "dashboard", "dataTable", "deviceRecipe", "device", "experienceDomain", "event",
	"experienceEndpoint", "experienceGroup", "experienceSlug", "experienceUser", "experienceVersion", "experienceView",
	"file", "flow", "integration", "notebook", "resourceJob", "webhook",
}

// nameOf is what a search looks at: the name of a document, or what stands for it.
func nameOf(d *document) string {
	for _, name := range []string{"name", "domainName", "slug", "version", "subject", "route", "email"} {
		if text := d.text(name); text != "" {
			return text
		}
	}
	return ""
}

// search finds resources of an application by a part of their names.
func search(s *Server, c *call) (any, *apiError) {
	return s.withApplication(c, func(_ *kind, app *document) (any, *apiError) {
		wanted := strings.ToLower(c.text("filter"))
		found := []any{}
		for _, resource := range searched {
			for _, d := range s.store.searchable(resource, app) {
				if strings.Contains(strings.ToLower(nameOf(d)), wanted) {
					found = append(found, finding(resource, d))
				}
			}
		}
		return found, nil
	})
}

// searchable are the documents of a resource in an application.
func (st *store) searchable(resource string, app *document) (all []*document) {
	switch experience := st.applications[app.id]; resource {
	case "dashboard":
		resource = "applicationDashboard"
	case "experienceUser":
		for id, u := range experience.users {
			all = append(all, &document{id: id, body: map[string]any{"email": u.Email}})
		}
	case "experienceGroup":
		for id, g := range experience.groups {
			all = append(all, &document{id: id, body: map[string]any{"name": g.Name}})
		}
	}
	all = append(all, st.at(place{resource, app.id}).documents()...)
	slices.SortStableFunc(all, func(a, b *document) int { return strings.Compare(nameOf(a), nameOf(b)) })
	return all
}

// finding is a document as a search shows it.
func finding(resource string, d *document) map[string]any {
	shown := map[string]any{"_type": resource, "id": d.id, "name": nameOf(d)}
	for _, name := range []string{"version", "viewType", "flowClass", "deviceClass"} {
		if value, ok := d.body[name]; ok {
			shown[name] = value
		}
	}
	metadata := map[string]any{}
	for name, property := range map[string]string{
		"descriptor": "description", "parentDirectory": "parentDirectory", "contentType": "contentType",
	} {
		if value, ok := d.body[property]; ok {
			metadata[name] = value
		}
	}
	if len(metadata) > 0 {
		shown["metadata"] = metadata
	}
	return shown
}

// uniqueKeywords are the keywords of all templates, each once.
func uniqueKeywords(s *Server, _ *call) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	keywords := []string{}
	for _, d := range s.store.at(theAPI().kinds["applicationTemplate"].place(nil)).documents() {
		for _, keyword := range orNone(d.body["keywords"]) {
			if text, ok := keyword.(string); ok {
				keywords = append(keywords, text)
			}
		}
	}
	slices.Sort(keywords)
	return map[string]any{"keywords": slices.Compact(keywords)}, nil
}

// ssoDomain says how the users of a domain log in: nobody does by SSO here.
func ssoDomain(*Server, *call) (any, *apiError) { return answer{status: 204}, nil }
