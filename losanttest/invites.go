package losanttest

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Invites to orgs, and to the orgs of instances. Who is invited answers with the token of the invite, which is its id here,
// since no email is sent; or as the account of that email.

const (
	orgInvite         = "orgInvite"
	instanceOrgInvite = "instanceOrgInvite"
)

// inviteLifetime is how long an invite can be answered.
const inviteLifetime = 7 * 7 * 24 * time.Hour

// bearInvite says since when somebody is invited, and until when.
func bearInvite(_ *Server, _ *call, d *document, given map[string]any) {
	d.setNew("inviteDate", dateText(now()))
	d.setNew("ttl", float64(inviteLifetime.Milliseconds()))
	d.setNew("disallowTransfer", false)
	if email, ok := given["email"].(string); ok {
		d.body["email"] = email
	}
}

// hasExpired reports whether an invite is too old to be answered.
func hasExpired(d *document) bool {
	since, _ := timeOf(d.value("inviteDate"))
	return now().After(since.Add(time.Duration(sortKey(d.value("ttl")).number) * time.Millisecond))
}

func showInvite(_ *Server, _ *call, d *document, entity map[string]any) {
	entity["hasExpired"] = hasExpired(d)
}

// orgInvites are the invites to an org, as an answer shows them.
func (s *Server) orgInvites(org *document) []any {
	invites := []any{}
	for _, d := range s.store.at(place{orgInvite, org.id}).documents() {
		shown := maps.Clone(d.body)
		shown["hasExpired"] = hasExpired(d)
		invites = append(invites, shown)
	}
	return invites
}

func pendingInvites(s *Server, c *call) (any, *apiError) {
	return s.withOrg(c, func(org *document) (any, *apiError) { return s.orgInvites(org), nil })
}

// inviteMember invites somebody to an org. Nobody is invited twice.
func inviteMember(s *Server, c *call) (any, *apiError) {
	return s.withOrg(c, func(org *document) (any, *apiError) {
		body, _ := plain(c.object()).(map[string]any)
		all := s.store.make(place{orgInvite, org.id})
		if len(all.having("email", body["email"])) > 0 {
			return nil, alreadyExists("Invite for " + c.object().text("email"))
		}
		s.store.created++
		d := &document{
			kind: orgInvite, id: newID(), number: s.store.created, ids: map[string]string{"orgId": org.id}, body: body,
		}
		d.body["id"] = d.id
		bearInvite(s, c, d, body)
		all.put(d)
		return s.orgInvites(org), nil
	})
}

func revokeInvite(s *Server, c *call) (any, *apiError) {
	return s.withOrg(c, func(org *document) (any, *apiError) {
		all := s.store.at(place{orgInvite, org.id})
		if all == nil || all.byID[c.text("inviteId")] == nil {
			return nil, notFound(title(orgInvite))
		}
		all.remove(c.text("inviteId"))
		return s.orgInvites(org), nil
	})
}

// createInstanceInvite invites somebody to an org of an instance; all invites of the org are the answer.
func createInstanceInvite(s *Server, c *call) (any, *apiError) {
	k := theAPI().kinds[instanceOrgInvite]
	if _, err := s.create(k, c); err != nil {
		return nil, err
	}
	return s.list(k, c)
}

// resendInvite sends an invite again, with other roles.
func resendInvite(s *Server, c *call) (any, *apiError) {
	k := theAPI().kinds[instanceOrgInvite]
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	d, err := s.store.find(k, c.ids)
	if err != nil {
		return nil, err
	}
	changes, _ := plain(c.object()).(map[string]any)
	changes["inviteDate"] = dateText(now())
	if d, err = s.store.patch(k, c, d, changes); err != nil {
		return nil, err
	}
	return s.entity(c, k, d), nil
}

// invitesThat are the invites of all orgs that fulfil a condition, in the order of their creation.
func (st *store) invitesThat(holds func(*document) bool) (found []*document) {
	for p, all := range st.collections {
		if p.kind != orgInvite && p.kind != instanceOrgInvite {
			continue
		}
		for _, d := range all.documents() {
			if holds(d) {
				found = append(found, d)
			}
		}
	}
	slices.SortFunc(found, func(a, b *document) int { return cmp.Compare(a.number, b.number) })
	return found
}

// invitingOrg is the org of an invite.
func (st *store) invitingOrg(invite *document) (*kind, *document) {
	k := theAPI().kinds["org"]
	if invite.kind == instanceOrgInvite {
		k = theAPI().kinds["instanceOrg"]
	}
	org, err := st.find(k, invite.ids)
	if err != nil {
		return k, &document{body: map[string]any{}} // an invite goes with its org
	}
	return k, org
}

// invited calls f with the invite of a token and an email.
func (s *Server) invited(token, email string, f func(invite *document) (any, *apiError)) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	found := s.store.invitesThat(func(d *document) bool { return d.id == token && d.text("email") == email })
	switch {
	case len(found) == 0:
		return nil, notFound(title(orgInvite))
	case hasExpired(found[0]):
		return nil, expired(title(orgInvite))
	default:
		return f(found[0])
	}
}

func getInvite(s *Server, c *call) (any, *apiError) {
	return s.invited(c.text("token"), c.text("email"), func(d *document) (any, *apiError) {
		_, org := s.store.invitingOrg(d)
		info := map[string]any{"orgName": org.body["name"]}
		for _, name := range []string{"email", "role", "inviteDate", "ttl", "disallowTransfer"} {
			info[name] = d.body[name]
		}
		return info, nil
	})
}

// answerInvite accepts or rejects an invite for the account of its email, which has to be there.
func answerInvite(s *Server, c *call) (any, *apiError) {
	body := c.object()
	return s.invited(body.text("token"), body.text("email"), func(d *document) (any, *apiError) {
		accepted := body.values["accept"] == true
		if a := s.store.accounts[d.text("email")]; accepted && a == nil {
			return nil, notFound("User")
		} else if accepted {
			s.accept(c, d, a)
		}
		_, org := s.store.invitingOrg(d)
		s.forget(d)
		return map[string]any{"accepted": accepted, "orgId": org.id}, nil
	})
}

// forget takes an invite away.
func (s *Server) forget(invite *document) {
	p := place{orgInvite, invite.ids["orgId"]}
	if invite.kind == instanceOrgInvite {
		p = theAPI().kinds[instanceOrgInvite].place(invite.ids)
	}
	s.store.at(p).remove(invite.id)
}

// accept makes an account a member of the org that an invite is to.
func (s *Server) accept(c *call, invite *document, a *account) {
	k, org := s.store.invitingOrg(invite)
	member := map[string]any{"userId": a.id, "email": invite.body["email"], "role": invite.body["role"]}
	if k.item == "instanceOrg" {
		_, _ = s.insert(theAPI().kinds["instanceOrgMember"], c, invite.ids, member) // who is one already stays one
		return
	}
	for _, name := range []string{"applicationRoles", "dashboardRoles"} {
		if roles, ok := invite.body[name]; ok {
			member[name] = roles
		}
	}
	s.store.setMember(c, org, a.member(member))
}

// withInvites calls f with the account of a call and the invites for it.
func (s *Server) withInvites(c *call, f func(a *account, invites []*document) (any, *apiError)) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	a, err := s.store.account(c)
	if err != nil {
		return nil, err
	}
	return f(a, s.store.invitesThat(func(d *document) bool { return d.text("email") == a.text("email") }))
}

// myInvite is an invite as the one who is invited sees it.
func (s *Server) myInvite(d *document) map[string]any {
	_, org := s.store.invitingOrg(d)
	return map[string]any{
		"id": d.id, "orgName": org.body["name"], "role": d.body["role"], "inviteDate": d.body["inviteDate"],
		"ttl": d.body["ttl"], "expired": hasExpired(d), "requiresMFA": org.text("mfaMode") == "required",
	}
}

func myInvites(s *Server, c *call) (any, *apiError) {
	return s.withInvites(c, func(_ *account, invites []*document) (any, *apiError) {
		shown := []any{}
		for _, d := range invites {
			shown = append(shown, s.myInvite(d))
		}
		return shown, nil
	})
}

// withMyInvite calls f with the invite of a call, which is one for its account.
func (s *Server) withMyInvite(c *call, f func(*account, *document) (any, *apiError)) (any, *apiError) {
	return s.withInvites(c, func(a *account, invites []*document) (any, *apiError) {
		at := slices.IndexFunc(invites, func(d *document) bool { return d.id == c.ids["inviteId"] })
		if at < 0 {
			return nil, notFound(title(orgInvite))
		}
		return f(a, invites[at])
	})
}

func myOneInvite(s *Server, c *call) (any, *apiError) {
	return s.withMyInvite(c, func(_ *account, d *document) (any, *apiError) { return s.myInvite(d), nil })
}

// respondToInvite accepts, rejects or dismisses an invite. In each case it is gone.
func respondToInvite(s *Server, c *call) (any, *apiError) {
	return s.withMyInvite(c, func(a *account, d *document) (any, *apiError) {
		if hasExpired(d) {
			return nil, expired(title(orgInvite))
		}
		action := c.object().text("action")
		if action == "accept" {
			s.accept(c, d, a)
		}
		_, org := s.store.invitingOrg(d)
		s.forget(d)
		result := map[string]string{"accept": "accepted", "reject": "rejected", "dismiss": "dismissed"}[action]
		return map[string]any{"result": result, "orgId": org.id}, nil
	})
}
