package losanttest

import (
	"net/url"
	"strings"
)

// hypermedia is what the framework adds to the answer of a call.
func (s *Server) hypermedia(c *call) hypermedia {
	resource, _, _ := strings.Cut(c.Operation, ".")
	h := hypermedia{Type: resource}
	if isOn(c.Query, "_links") {
		h.Links = map[string]linkBody{"self": {Href: c.route.href(c.ids)}}
	}
	if isOn(c.Query, "_actions") {
		h.Actions = map[string]actionBody{}
		for i := range s.routes {
			r := &s.routes[i]
			if of, action, _ := strings.Cut(r.Name, "."); of == resource && c.mayCall(r) {
				h.Actions[action] = actionBody{Href: r.href(c.ids), Method: r.Method}
			}
		}
	}
	return h
}

// isOn reports whether a part of the hypermedia is wanted, which is so unless a request says otherwise.
func isOn(query url.Values, name string) bool {
	value := queryParam(query, name)
	return value == nil || value == "" || isTrue(value)
}

func (s *Server) getUser(c *call) (any, *apiError) {
	u, err := s.store.user(c.ids["applicationId"], c.ids["experienceUserId"])
	if err != nil {
		return nil, err
	}
	return newUserBody(u, s.hypermedia(c)), nil
}

func (s *Server) patchUser(c *call) (any, *apiError) {
	u, err := s.store.patchUser(c.ids["applicationId"], c.ids["experienceUserId"], c.json.(*object))
	if err != nil {
		return nil, err
	}
	return newUserBody(u, s.hypermedia(c)), nil
}

func (s *Server) deleteUser(c *call) (any, *apiError) {
	return successBody{true}, s.store.deleteUser(c.ids["applicationId"], c.ids["experienceUserId"])
}

func (s *Server) getGroup(c *call) (any, *apiError) {
	g, err := s.store.group(c.ids["applicationId"], c.ids["experienceGroupId"], deviceCounts{
		direct: isTrue(queryParam(c.Query, directDeviceCount)),
		total:  isTrue(queryParam(c.Query, totalDeviceCount)),
	})
	if err != nil {
		return nil, err
	}
	return newGroupBody(g, s.hypermedia(c)), nil
}

func (s *Server) patchGroup(c *call) (any, *apiError) {
	g, err := s.store.patchGroup(c.ids["applicationId"], c.ids["experienceGroupId"], c.json.(*object))
	if err != nil {
		return nil, err
	}
	return newGroupBody(g, s.hypermedia(c)), nil
}

func (s *Server) deleteGroup(c *call) (any, *apiError) {
	return successBody{true}, s.store.deleteGroup(c.ids["applicationId"], c.ids["experienceGroupId"])
}
