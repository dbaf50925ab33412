package losanttest

import "maps"

// What is done with documents of all kinds.

// actOn performs an action of a kind of document; nil is returned for one that it has not.
func actOn(k *kind, a *action) func(*Server, *call) (any, *apiError) {
	switch {
	case a.Resource == k.list && a.Name == "get":
		return func(s *Server, c *call) (any, *apiError) { return s.list(k, c) }
	case a.Resource == k.list && a.Name == "post":
		return func(s *Server, c *call) (any, *apiError) { return s.create(k, c) }
	case a.Resource != k.item || len(a.segments) != len(k.segments):
		return nil
	case a.Name == "get":
		return func(s *Server, c *call) (any, *apiError) { return s.show(k, c) }
	case a.Name == "patch":
		return func(s *Server, c *call) (any, *apiError) { return s.change(k, c) }
	case a.Name == "delete":
		return func(s *Server, c *call) (any, *apiError) { return s.destroy(k, c) }
	default:
		return nil
	}
}

func (s *Server) show(k *kind, c *call) (any, *apiError) {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	d, err := s.store.find(k, c.ids)
	if err != nil {
		return nil, err
	}
	return s.entity(c, k, d), nil
}

func (s *Server) create(k *kind, c *call) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	if err := s.store.findParents(k, c.ids); err != nil {
		return nil, err
	}
	body, _ := plain(c.object()).(map[string]any)
	delete(body, "id")
	d, err := s.insert(k, c, c.ids, body)
	if err != nil {
		return nil, err
	}
	entity := s.entity(c, k, d)
	maps.Copy(entity, d.once)
	return entity, nil
}

func (s *Server) change(k *kind, c *call) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	d, err := s.store.find(k, c.ids)
	if err != nil {
		return nil, err
	}
	body, _ := plain(c.object()).(map[string]any)
	if d, err = s.store.patch(k, c, d, body); err != nil {
		return nil, err
	}
	return s.entity(c, k, d), nil
}

func (s *Server) destroy(k *kind, c *call) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	d, err := s.store.find(k, c.ids)
	if err != nil {
		return nil, err
	}
	s.store.remove(k, d)
	return successBody{true}, nil
}

// entity is a document as an answer shows it.
func (s *Server) entity(c *call, k *kind, d *document) map[string]any {
	entity := maps.Clone(d.body)
	if c.isOn("excludeConnectionInfo") {
		delete(entity, "connectionInfo")
	}
	if k.rule().shown != nil {
		k.rule().shown(s, c, d, entity)
	}
	h := s.hypermedia(c, k.item, d.ids)
	entity["_type"] = h.Type
	if h.Links != nil {
		entity["_links"] = h.Links
	}
	if h.Actions != nil {
		entity["_actions"] = h.Actions
	}
	return entity
}
