package losanttest

import (
	"slices"
	"strings"
)

// Actions on all documents of an application that match a query.

// matching are the documents of a kind that match a query; no query is matched by all.
func (st *store) matching(k *kind, c *call, q *object) ([]*document, *apiError) {
	if err := st.findParents(k, c.ids); err != nil {
		return nil, err
	}
	return st.filtered(k, k.place(c.ids), q), nil
}

// filtered are the documents at a place that match a query; no query is matched by all.
func (st *store) filtered(k *kind, p place, q *object) []*document {
	all := slices.Clone(st.at(p).documents())
	if q == nil {
		return all
	}
	compiled := compileQuery(q, st.fieldsOf(k))
	return slices.DeleteFunc(all, func(d *document) bool { return !compiled.matches(d) })
}

// bulk calls f with the documents that the query in a call matches, while nobody else uses the store.
func (s *Server) bulk(item string, c *call, q *object, f func(k *kind, all []*document) (any, *apiError)) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	k := theAPI().kinds[item]
	all, err := s.store.matching(k, c, q)
	if err != nil {
		return nil, err
	}
	return f(k, all)
}

// parameterQuery is the query in the parameter query; nil when it is not given.
func (c *call) parameterQuery() *object {
	q, _ := c.params.values["query"].(*object)
	return q
}

// deleteMatching deletes all documents of a kind that match the query in a body.
func deleteMatching(item string) func(*Server, *call) (any, *apiError) {
	return func(s *Server, c *call) (any, *apiError) {
		q, _ := c.object().values["query"].(*object)
		return s.bulk(item, c, q, func(k *kind, all []*document) (any, *apiError) {
			for _, d := range all {
				s.store.remove(k, d)
			}
			return map[string]any{"removed": len(all), "failed": 0}, nil
		})
	}
}

func deleteEvents(s *Server, c *call) (any, *apiError) {
	return s.bulk("event", c, c.object(), func(k *kind, all []*document) (any, *apiError) {
		for _, d := range all {
			s.store.remove(k, d)
		}
		return map[string]any{"removed": len(all)}, nil
	})
}

// patchEvents changes all events that match: the query or, without one, the filter and the state.
func patchEvents(s *Server, c *call) (any, *apiError) {
	q := c.parameterQuery()
	return s.bulk("event", c, q, func(k *kind, all []*document) (any, *apiError) {
		matches := glob(c.text("filter"))
		for _, d := range all {
			if q == nil && c.text("state") != "" && d.text("state") != c.text("state") ||
				q == nil && c.text("filterField") != "" && c.text("filter") != "" && !matches(d.text(c.text("filterField"))) {
				continue
			}
			patch, _ := plain(c.object()).(map[string]any)
			if _, err := s.store.patch(k, c, d, patch); err != nil {
				return nil, err
			}
		}
		return successBody{true}, nil
	})
}

// severities are the levels of events, the worst first.
var severities = []string{"critical", "error", "warning", "info"}

// worstEvent shows the latest of the new events of the worst level, and how many are new.
func worstEvent(s *Server, c *call) (any, *apiError) {
	q := c.parameterQuery()
	return s.bulk("event", c, q, func(k *kind, all []*document) (any, *apiError) {
		matches := glob(c.text("filter"))
		all = slices.DeleteFunc(all, func(d *document) bool {
			return d.text("state") != "new" || q == nil && c.text("filter") != "" && !matches(d.text("subject"))
		})
		body := map[string]any{"newCount": len(all)}
		for _, level := range severities {
			var worst *document
			for _, d := range all {
				if d.text("level") == level && (worst == nil || d.text("creationDate") >= worst.text("creationDate")) {
					worst = d
				}
			}
			if worst != nil {
				body["event"] = s.entity(c, k, worst)
				break
			}
		}
		return body, nil
	})
}

// maxNames is how many names the following answers hold.
const maxNames = 1000

// namesThat are the distinct texts that begin with what a call asks for, without regard to case, in their order.
func (c *call) namesThat(all []string) []string {
	start := strings.ToLower(c.text("startsWith"))
	names := slices.DeleteFunc(all, func(name string) bool { return !strings.HasPrefix(strings.ToLower(name), start) })
	slices.Sort(names)
	names = slices.Compact(names)
	return append([]string{}, names[:min(len(names), maxNames)]...)
}

func tagKeys(s *Server, c *call) (any, *apiError) {
	return s.bulk("device", c, c.parameterQuery(), func(_ *kind, all []*document) (any, *apiError) {
		var keys []string
		for _, d := range all {
			for _, t := range d.tags {
				keys = append(keys, t.key)
			}
		}
		return map[string]any{"tagKeys": c.namesThat(keys)}, nil
	})
}

func tagValues(s *Server, c *call) (any, *apiError) {
	return s.bulk("device", c, c.parameterQuery(), func(_ *kind, all []*document) (any, *apiError) {
		var values []string
		for _, d := range all {
			for _, t := range d.tags {
				if t.key == c.text("key") {
					values = append(values, t.value)
				}
			}
		}
		return map[string]any{"tagKey": c.text("key"), "tagValues": c.namesThat(values)}, nil
	})
}

func attributeNames(s *Server, c *call) (any, *apiError) {
	types := c.params.values["dataType"]
	return s.bulk("device", c, c.parameterQuery(), func(_ *kind, all []*document) (any, *apiError) {
		var names []string
		for _, d := range all {
			for _, item := range attributesOf(d) {
				attribute, _ := item.(map[string]any)
				name, _ := attribute["name"].(string)
				if types == nil || anyOf(types, func(t any) bool { return t == attribute["dataType"] }) {
					names = append(names, name)
				}
			}
		}
		return map[string]any{"attributeNames": c.namesThat(names)}, nil
	})
}

func deviceNames(s *Server, c *call) (any, *apiError) {
	return s.bulk("device", c, c.parameterQuery(), func(_ *kind, all []*document) (any, *apiError) {
		start := strings.ToLower(c.text("startsWith"))
		l := listing{of: field, sortField: "name", limit: maxNames}
		l.matches = func(d *document) bool { return strings.HasPrefix(strings.ToLower(d.text("name")), start) }
		page, _ := l.page(all)
		summary := []any{}
		for _, d := range page {
			summary = append(summary, map[string]any{"id": d.id, "name": d.body["name"], "deviceClass": d.body["deviceClass"]})
		}
		return map[string]any{"deviceSummary": summary}, nil
	})
}
