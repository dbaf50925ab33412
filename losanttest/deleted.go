package losanttest

import "maps"

// Devices and sandboxes that were deleted can be restored, with all that they have reported.

// deleted is the kind of place that deleted documents of a kind are at.
func deleted(kind string) string { return "deleted " + kind }

// moveToDeleted keeps a document that is deleted.
func moveToDeleted(st *store, d *document) {
	p := theAPI().kinds[d.kind].place(d.ids)
	p.kind = deleted(d.kind)
	gone := d.with(map[string]any{"deletedAt": dateText(now())})
	if st.collections[p] == nil {
		st.collections[p] = newCollection()
	}
	st.collections[p].put(gone)
}

// restore brings a deleted document back.
func (st *store) restore(k *kind, d *document) (*document, *apiError) {
	p := k.place(d.ids)
	back := *d
	back.body = maps.Clone(d.body)
	delete(back.body, "deletedAt")
	if other := st.at(p); other != nil && other.byID[d.id] != nil {
		return nil, alreadyExists(title(k.item) + ` "` + d.id + `"`)
	}
	if err := st.checkDocument(k, &back); err != nil {
		return nil, err
	}
	st.make(p).put(&back)
	st.at(place{deleted(k.item), p.parent}).remove(d.id)
	return &back, nil
}

// restoreDevices brings back all deleted devices that match a query.
func restoreDevices(s *Server, c *call) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	k := theAPI().kinds["device"]
	if err := s.store.findParents(k, c.ids); err != nil {
		return nil, err
	}
	q, _ := c.object().values["query"].(*object)
	restored, failed := 0, 0
	for _, d := range s.store.filtered(k, place{deleted(k.item), k.place(c.ids).parent}, q) {
		if _, err := s.store.restore(k, d); err != nil {
			failed++
		} else {
			restored++
		}
	}
	return map[string]any{"restored": restored, "failed": failed}, nil
}

// undelete brings a deleted sandbox back.
func undelete(s *Server, c *call) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	k := theAPI().kinds["instanceSandbox"]
	if err := s.store.findParents(k, c.ids); err != nil {
		return nil, err
	}
	gone := s.store.at(place{deleted(k.item), k.place(c.ids).parent})
	if gone == nil || gone.byID[c.ids[k.idParam]] == nil {
		return nil, notFound(title(k.item))
	}
	d, err := s.store.restore(k, gone.byID[c.ids[k.idParam]])
	if err != nil {
		return nil, err
	}
	return s.entity(c, k, d), nil
}
