package losanttest

type hypermedia struct {
	Type    string                `json:"_type"`
	Links   map[string]linkBody   `json:"_links,omitempty"`
	Actions map[string]actionBody `json:"_actions,omitempty"`
}

type linkBody struct {
	Href string `json:"href"`
}

type actionBody struct {
	Href   string `json:"href"`
	Method string `json:"method"`
}

type successBody struct {
	Success bool `json:"success"`
}

// hypermedia is what the framework adds to an entity of a resource, which the ids lead to.
func (s *Server) hypermedia(c *call, resource string, ids map[string]string) hypermedia {
	h := hypermedia{Type: resource}
	r := theAPI().resources[resource]
	if c.wants("_links") {
		h.Links = map[string]linkBody{"self": {Href: href(r.segments, ids)}}
	}
	if c.wants("_actions") {
		h.Actions = map[string]actionBody{}
		for _, a := range r.actions {
			if c.mayCall(a) {
				h.Actions[a.Name] = actionBody{Href: href(a.segments, ids), Method: a.Method}
			}
		}
	}
	return h
}

// wants reports whether a part of the hypermedia is wanted, which is so unless a request says otherwise.
func (c *call) wants(name string) bool {
	value, ok := c.query.get(name)
	return !ok || value == any("") || isTrue(value)
}
