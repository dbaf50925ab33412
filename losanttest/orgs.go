package losanttest

import (
	"maps"
	"slices"
)

// bearOrg makes the account that creates an org its first member.
func bearOrg(s *Server, c *call, d *document, _ map[string]any) {
	d.setNew("members", []any{})
	if c == nil {
		return
	}
	if a, err := s.store.account(c); err == nil {
		d.body["members"] = []any{a.member(map[string]any{"userId": a.id, "email": a.body["email"], "role": "admin"})}
	}
}

// member adds to a member of an org what is known of the account.
func (a *account) member(body map[string]any) map[string]any {
	for _, name := range []string{"firstName", "lastName", "avatarUrl", "twoFactorAuthEnabled"} {
		if value, ok := a.body[name]; ok {
			body[name] = value
		}
	}
	return body
}

// withOrg calls f with the org of a call, while nobody else uses the store.
func (s *Server) withOrg(c *call, f func(org *document) (any, *apiError)) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	org, err := s.store.find(theAPI().kinds["org"], c.ids)
	if err != nil {
		return nil, err
	}
	return f(org)
}

// members are the members of an org, and where among them a user is; -1 for nowhere.
func members(org *document, userID string) (list []any, at int) {
	list, _ = org.value("members").([]any)
	return list, slices.IndexFunc(list, func(item any) bool {
		m, ok := item.(map[string]any)
		return ok && m["userId"] == any(userID)
	})
}

// setMember makes somebody a member of an org, in the place of what the member was before.
func (st *store) setMember(c *call, org *document, member map[string]any) *document {
	userID, _ := member["userId"].(string)
	list, at := members(org, userID)
	list = slices.Clone(list)
	if at < 0 {
		list = append(list, member)
	} else {
		list[at] = member
	}
	return st.setMembers(c, org, list)
}

func (st *store) setMembers(c *call, org *document, list []any) *document {
	changed, err := st.patch(theAPI().kinds["org"], c, org, map[string]any{"members": list})
	if err != nil {
		return org // no rule refuses members
	}
	return changed
}

// modifyMember changes the roles of a member.
func modifyMember(s *Server, c *call) (any, *apiError) {
	return s.withOrg(c, func(org *document) (any, *apiError) {
		changes, _ := plain(c.object()).(map[string]any)
		list, at := members(org, c.object().text("userId"))
		if at < 0 {
			return nil, notFound("Member")
		}
		before, _ := list[at].(map[string]any)
		member := maps.Clone(before)
		maps.Copy(member, changes)
		return s.entity(c, theAPI().kinds["org"], s.store.setMember(c, org, member)), nil
	})
}

func removeMember(s *Server, c *call) (any, *apiError) {
	return s.withOrg(c, func(org *document) (any, *apiError) {
		list, at := members(org, c.text("userId"))
		if at < 0 {
			return nil, notFound("Member")
		}
		org = s.store.setMembers(c, org, slices.Delete(slices.Clone(list), at, at+1))
		return s.entity(c, theAPI().kinds["org"], org), nil
	})
}

// transferMine gives applications and dashboards of the account of a call to somebody else.
func transferMine(s *Server, c *call) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	a, err := s.store.account(c)
	if err != nil {
		return nil, err
	}
	return s.transfer(c, "user", a.id)
}

// transferOfOrg gives applications and dashboards of an org to somebody else.
func transferOfOrg(s *Server, c *call) (any, *apiError) {
	return s.withOrg(c, func(org *document) (any, *apiError) { return s.transfer(c, "organization", org.id) })
}

// transfer changes the owner of what a body names. What is not the owner's refuses all of it when the body is strict, and is
// left out otherwise.
func (s *Server) transfer(c *call, ownerType, ownerID string) (any, *apiError) {
	body := c.object()
	var all []*document
	for item, name := range map[string]string{"application": "applicationIds", "dashboard": "dashboardIds"} {
		for _, id := range orNone(body.values[name]) {
			text, _ := id.(string)
			d, err := s.store.find(theAPI().kinds[item], map[string]string{item + "Id": text})
			if err == nil && d.text("ownerType") == ownerType && d.text("ownerId") == ownerID {
				all = append(all, d)
			} else if body.values["strict"] == true {
				return nil, notFound(title(item))
			}
		}
	}
	if body.text("destinationType") == "organization" {
		if _, err := s.store.find(theAPI().kinds["org"], map[string]string{"orgId": body.text("destinationId")}); err != nil {
			return nil, err
		}
	}
	owner := map[string]any{"ownerType": body.text("destinationType"), "ownerId": body.text("destinationId")}
	for _, d := range all {
		if _, err := s.store.patch(theAPI().kinds[d.kind], c, d, owner); err != nil {
			return nil, err
		}
	}
	return successBody{true}, nil
}

// orNone is a value that is a list; anything else is an empty one.
func orNone(value any) []any {
	list, _ := value.([]any)
	return list
}
