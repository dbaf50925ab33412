package losanttest

import "slices"

// getLogEntries lists when a device came and went.
func getLogEntries(s *Server, c *call) (any, *apiError) {
	return s.withDevice(c, func(d *document) any {
		entries := []any{}
		if r := s.store.reports[d.id]; r != nil {
			for _, one := range latest(in(between(c.text), r.log, connection.time), c.number("limit"), c.isDescending()) {
				entries = append(entries, one.body)
			}
		}
		return entries
	})
}

// removal says which data of a device goes.
type removal struct {
	window     window
	attributes []any // nil for all
	// What stays:
	connections, commands bool
}

// from takes data away. A state without any attribute left goes as a whole.
func (w removal) from(r *reports) {
	if r == nil {
		return
	}
	covers := func(ms int64) bool { return w.window.start <= ms && ms <= w.window.end }
	kept := make([]state, 0, len(r.states))
	for _, one := range r.states {
		if covers(one.at) {
			one.data = slices.DeleteFunc(slices.Clone(one.data), func(d datum) bool {
				return w.attributes == nil || slices.Contains(w.attributes, any(d.attribute))
			})
		}
		if !covers(one.at) || len(one.data) > 0 {
			kept = append(kept, one)
		}
	}
	r.states = kept
	if !w.commands {
		r.commands = slices.DeleteFunc(r.commands, func(one command) bool { return covers(one.at) })
	}
	if !w.connections {
		r.log = slices.DeleteFunc(r.log, func(one connection) bool { return covers(one.at) })
	}
}

// done is the answer to a call whose job is done already.
func done() map[string]any {
	return map[string]any{"success": true, "jobQueued": true, "jobId": newID()}
}

// removeData takes the data of a device away.
func removeData(s *Server, c *call) (any, *apiError) {
	return s.withDevice(c, func(d *document) any {
		removal{window: between(c.option)}.from(s.store.reports[d.id])
		return done()
	})
}

// removeDataOfDevices takes the data of all devices away that match a query.
func removeDataOfDevices(s *Server, c *call) (any, *apiError) {
	body := c.object()
	q, _ := body.values["query"].(*object)
	return s.bulk("device", c, q, func(_ *kind, all []*document) (any, *apiError) {
		w := removal{
			window:      between(body.numberText),
			connections: body.values["keepConnectionHistory"] == true, commands: body.values["keepCommandHistory"] == true,
		}
		w.attributes, _ = body.values["attributes"].([]any)
		for _, d := range all {
			w.from(s.store.reports[d.id])
		}
		return done(), nil
	})
}
