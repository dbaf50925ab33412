package losanttest

import (
	"slices"

	"github.com/losant-go/losant"
)

// The lists of experience users and groups, and what is added to them.

func createUser(s *Server, c *call) (any, *apiError) {
	u, err := s.store.createUser(c.ids["applicationId"], c.object())
	if err != nil {
		return nil, err
	}
	return newUserBody(u, s.hypermedia(c, "experienceUser", with(c.ids, "experienceUserId", u.ID))), nil
}

func createGroup(s *Server, c *call) (any, *apiError) {
	g, err := s.store.createGroup(c.ids["applicationId"], c.object())
	if err != nil {
		return nil, err
	}
	return newGroupBody(g, s.hypermedia(c, "experienceGroup", with(c.ids, "experienceGroupId", g.ID))), nil
}

// with returns ids and one more.
func with(ids map[string]string, name, id string) map[string]string {
	more := map[string]string{name: id}
	for name, id := range ids {
		more[name] = id
	}
	return more
}

func (st *store) createUser(applicationID string, body *object) (losant.ExperienceUser, *apiError) {
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.application(applicationID)
	if err != nil {
		return losant.ExperienceUser{}, err
	}
	id, date := newID(), now()
	u := &user{ExperienceUser: losant.ExperienceUser{ID: id, ExperienceUserID: id, ApplicationID: applicationID}}
	a.users[id] = u // which the groups look for
	if err := a.patchUser(u, body); err != nil {
		delete(a.users, id)
		return losant.ExperienceUser{}, err
	}
	u.CreationDate, u.LastUpdated, u.PasswordLastUpdated = date, date, date
	return a.copyUser(u), nil
}

func (st *store) createGroup(applicationID string, body *object) (losant.ExperienceGroup, *apiError) {
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.application(applicationID)
	if err != nil {
		return losant.ExperienceGroup{}, err
	}
	id, date := newID(), now()
	g := &group{ExperienceGroup: losant.ExperienceGroup{ID: id, ExperienceGroupID: id, ApplicationID: applicationID}}
	a.groups[id] = g // which the users look for
	if err := a.patchGroup(g, body); err != nil {
		delete(a.groups, id)
		return losant.ExperienceGroup{}, err
	}
	g.CreationDate, g.LastUpdated = date, date
	return a.copyGroup(g), nil
}

func listUsers(s *Server, c *call) (any, *apiError) {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	a, err := s.store.application(c.ids["applicationId"])
	if err != nil {
		return nil, err
	}
	var all []*document
	for id, u := range a.users {
		if !a.isMember(u, c) {
			continue
		}
		body := newUserBody(a.copyUser(u), s.hypermedia(c, "experienceUser", with(c.ids, "experienceUserId", id)))
		all = append(all, bodyDocument(id, body))
	}
	return s.listOf(c, all)
}

// isMember reports whether a user is in the group that a call asks for: "any" and "none" are groups too, and the ancestors
// of a group when the call says so. An advanced query takes the place of that.
func (a *application) isMember(u *user, c *call) bool {
	groupID := c.text("experienceGroupId")
	ids := u.groups.ids()
	switch {
	case groupID == "" || c.parameterQuery() != nil:
		return true
	case groupID == "any":
		return len(ids) > 0
	case groupID == "none":
		return len(ids) == 0
	case slices.Contains(ids, groupID):
		return true
	case !c.isOn("includeAncestorGroups") || a.groups[groupID] == nil:
		return false
	default:
		return slices.ContainsFunc(a.ancestors(groupID), func(id string) bool { return slices.Contains(ids, id) })
	}
}

func listGroups(s *Server, c *call) (any, *apiError) {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	a, err := s.store.application(c.ids["applicationId"])
	if err != nil {
		return nil, err
	}
	var all []*document
	for id, g := range a.groups {
		body := newGroupBody(a.copyGroup(g), s.hypermedia(c, "experienceGroup", with(c.ids, "experienceGroupId", id)))
		all = append(all, bodyDocument(id, body))
	}
	return s.listOf(c, all)
}

// bodyDocument is the body of an answer as a document.
func bodyDocument(id string, body any) *document {
	o, err := toObject(body)
	if err != nil {
		panic(err) // bodies are objects
	}
	m, _ := plain(o).(map[string]any)
	return &document{id: id, body: m}
}

// listOf answers with a page of documents.
func (s *Server) listOf(c *call, all []*document) (any, *apiError) {
	l := c.listing(fieldOfExperience)
	page, total := l.page(all)
	items := make([]any, len(page))
	for i, d := range page {
		items[i] = d.body
	}
	return s.listBody(c, c.action.Resource, listedBy(c.action), items, total), nil
}

// fieldOfExperience is a field of a user or a group in a query.
func fieldOfExperience(d *document, name string) any {
	switch name {
	case "experienceGroupId":
		var ids []string
		groups, _ := d.value("experienceGroups").([]any)
		for _, item := range groups {
			if o, ok := item.(map[string]any); ok {
				id, _ := o["id"].(string)
				ids = append(ids, id)
			}
		}
		return ids
	case "ancestorId":
		return d.value("ancestorIds")
	case "experienceEndpointId", "experienceUserId":
		return d.value(name + "s")
	default:
		return d.value(name)
	}
}

// deleteExperience empties an experience, but for what a call says to keep.
func deleteExperience(s *Server, c *call) (any, *apiError) {
	st := &s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	a, err := st.application(c.ids["applicationId"])
	if err != nil {
		return nil, err
	}
	if !c.isOn("keepUsers") {
		for _, u := range a.users {
			relate(u.ID, &u.groups, nil, a.membersOf)
		}
		a.users, a.emails = map[string]*user{}, map[string]string{}
	}
	if !c.isOn("keepGroups") {
		for _, g := range a.groups {
			relate(g.ID, &g.members, nil, a.groupsOf)
		}
		a.groups = map[string]*group{}
	}
	for item, keep := range map[string]bool{
		"experienceSlug": c.isOn("keepSlugs"), "experienceDomain": c.isOn("keepDomains"),
		"experienceVersion": !c.isOn("removeVersions"), "experienceView": c.isOn("keepViews"),
		"experienceEndpoint": c.isOn("keepEndpoints"),
	} {
		if !keep {
			delete(st.collections, theAPI().kinds[item].place(c.ids))
		}
	}
	return successBody{true}, nil
}
