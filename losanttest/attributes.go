package losanttest

import (
	"maps"
	"slices"
	"strconv"
)

// The attributes of a device are one of its properties; these actions change it element by element.

func attributesOf(d *document) []any {
	list, _ := d.value("attributes").([]any)
	return list
}

// withAttribute calls f with the device of a call and the place of the attribute in its list.
func (s *Server) withAttribute(c *call, f func(d *document, at int) (any, *apiError)) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	d, err := s.store.find(theAPI().kinds["device"], c.ids)
	if err != nil {
		return nil, err
	}
	at := slices.Index(namesOf(d.value("attributes")), c.ids["name"])
	if at < 0 {
		return nil, notFound(title("deviceAttribute"))
	}
	return f(d, at)
}

// attribute is an attribute as an answer shows it.
func (s *Server) attribute(c *call, d *document, at int) map[string]any {
	body, _ := attributesOf(d)[at].(map[string]any)
	name, _ := body["name"].(string)
	ids := map[string]string{"applicationId": d.ids["applicationId"], "deviceId": d.id, "name": name}
	shown := maps.Clone(body)
	shown["applicationId"], shown["deviceId"] = ids["applicationId"], d.id
	return s.entity(c, &kind{item: "deviceAttribute"}, &document{ids: ids, body: shown})
}

func (s *Server) setAttributes(c *call, d *document, list []any) (*document, *apiError) {
	return s.store.patch(theAPI().kinds["device"], c, d, map[string]any{"attributes": list})
}

func getAttribute(s *Server, c *call) (any, *apiError) {
	return s.withAttribute(c, func(d *document, at int) (any, *apiError) { return s.attribute(c, d, at), nil })
}

func patchAttribute(s *Server, c *call) (any, *apiError) {
	return s.withAttribute(c, func(d *document, at int) (any, *apiError) {
		list := slices.Clone(attributesOf(d))
		before, _ := list[at].(map[string]any)
		patch, _ := plain(c.object()).(map[string]any)
		changed := maps.Clone(before)
		maps.Copy(changed, patch)
		maps.DeleteFunc(changed, func(_ string, value any) bool { return value == nil })
		list[at] = changed
		d, err := s.setAttributes(c, d, list)
		if err != nil {
			return nil, err
		}
		return s.attribute(c, d, at), nil
	})
}

func deleteAttribute(s *Server, c *call) (any, *apiError) {
	return s.withAttribute(c, func(d *document, at int) (any, *apiError) {
		_, err := s.setAttributes(c, d, slices.Delete(slices.Clone(attributesOf(d)), at, at+1))
		return successBody{true}, err
	})
}

func createAttribute(s *Server, c *call) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	d, err := s.store.find(theAPI().kinds["device"], c.ids)
	if err != nil {
		return nil, err
	}
	body, _ := plain(c.object()).(map[string]any)
	name, _ := body["name"].(string)
	if slices.Contains(namesOf(d.value("attributes")), name) {
		return nil, alreadyExists("Device attribute " + strconv.Quote(name))
	}
	if d, err = s.setAttributes(c, d, append(slices.Clone(attributesOf(d)), body)); err != nil {
		return nil, err
	}
	return s.attribute(c, d, len(attributesOf(d))-1), nil
}

func listAttributes(s *Server, c *call) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	d, err := s.store.find(theAPI().kinds["device"], c.ids)
	if err != nil {
		return nil, err
	}
	all := make([]*document, len(attributesOf(d)))
	for i := range all {
		shown := s.attribute(c, d, i)
		all[i] = &document{number: int64(i), body: shown}
	}
	l := c.listing(field)
	page, total := l.page(all)
	items := make([]any, len(page))
	for i, attribute := range page {
		items[i] = attribute.body
	}
	return s.listBody(c, "deviceAttributes", listedBy(c.action), items, total), nil
}

// listedBy are the properties of the list that an action answers with.
func listedBy(a *action) map[string]bool {
	listed := map[string]bool{}
	for name := range theAPI().properties(a) {
		listed[name] = true
	}
	return listed
}
