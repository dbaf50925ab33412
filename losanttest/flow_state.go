package losanttest

import "slices"

// What workflows keep, and their versions across an application. Workflows do not run here.

// withStorage calls f with the storage of the workflow of a call: its documents are the entries, by their keys.
func (s *Server) withStorage(c *call, f func(flow *document, entries *collection) any) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	flow, err := s.store.find(theAPI().kinds["flow"], c.ids)
	if err != nil {
		return nil, err
	}
	return f(flow, s.store.make(place{"storage of flow", c.ids["applicationId"] + "/" + flow.id})), nil
}

// entriesOf is a storage as an answer shows it.
func entriesOf(storage *collection) map[string]any {
	entries := map[string]any{}
	for _, d := range storage.documents() {
		entries[d.id] = d.body["value"]
	}
	return entries
}

func getStorage(s *Server, c *call) (any, *apiError) {
	return s.withStorage(c, func(_ *document, storage *collection) any { return entriesOf(storage) })
}

// setStorage sets an entry; an entry without a value is taken away.
func setStorage(s *Server, c *call) (any, *apiError) {
	return s.withStorage(c, func(_ *document, storage *collection) any {
		entry := c.object()
		if value := plain(entry.values["value"]); value != nil {
			storage.put(&document{id: entry.text("key"), body: map[string]any{"value": value}})
		} else {
			storage.remove(entry.text("key"))
		}
		return successBody{true}
	})
}

func clearStorage(s *Server, c *call) (any, *apiError) {
	return s.withStorage(c, func(_ *document, storage *collection) any {
		for _, d := range slices.Clone(storage.documents()) {
			storage.remove(d.id)
		}
		return entriesOf(storage)
	})
}

// storageMetadata says how many entries there are, and how long they are as JSON.
func storageMetadata(s *Server, c *call) (any, *apiError) {
	return s.withStorage(c, func(_ *document, storage *collection) any {
		entries := entriesOf(storage)
		return map[string]any{"keysCount": len(entries), "memoryUsed": len(jsonAnswer(0, entries).body)}
	})
}

// flowsByVersion lists the versions of a name of the workflows that a call asks for. "develop" is what each workflow itself is.
func flowsByVersion(s *Server, c *call) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	flows, versions := theAPI().kinds["flow"], theAPI().kinds["flowVersion"]
	if err := s.store.findParents(flows, c.ids); err != nil {
		return nil, err
	}
	version := func(flow *document) *document {
		if c.text("version") == developVersion {
			return asVersion(flow)
		}
		all := s.store.at(versions.place(flow.ids))
		if all == nil {
			return nil
		}
		return all.get(versions, c.text("version"))
	}
	l := c.listing(field)
	l.matches = both(both(l.matches, special(flows, c)), func(flow *document) bool { return version(flow) != nil })
	page, total := l.page(s.store.at(flows.place(c.ids)).documents())
	items := make([]any, len(page))
	for i, flow := range page {
		items[i] = s.entity(c, versions, version(flow))
	}
	return s.listBody(c, "flowVersions", listedBy(c.action), items, total), nil
}

// developVersion is the version of a workflow that is being worked on.
const developVersion = "develop"

// asVersion is a workflow as a version of itself.
func asVersion(flow *document) *document {
	d := *flow
	d.body = theAPI().kinds["flowVersion"].kept(flow.body)
	d.body["version"], d.body["flowVersionId"] = developVersion, flow.id
	d.ids = with(flow.ids, "flowVersionId", developVersion)
	return &d
}
