package losanttest

import (
	"maps"
	"slices"

	"github.com/losant-go/losant"
)

// The state of experience users and groups, and the rules that keep it consistent.

type application struct {
	id     string
	users  map[string]*user
	groups map[string]*group
	emails map[string]string // the id of the user, by email
}

// user is a user without its ExperienceGroups, which follow from groups.
type user struct {
	losant.ExperienceUser
	groups idSet
}

// group is a group without its ExperienceUserIDs and AncestorIDs, which follow from members and ParentID.
type group struct {
	losant.ExperienceGroup
	members  idSet
	children idSet
}

// deviceCounts says which counts are wanted.
type deviceCounts struct{ direct, total bool }

func (st *store) application(applicationID string) (*application, *apiError) {
	if a, ok := st.applications[applicationID]; ok {
		return a, nil
	}
	return nil, notFound("Application")
}

func (st *store) findUser(applicationID, id string) (*application, *user, *apiError) {
	a, err := st.application(applicationID)
	if err != nil {
		return nil, nil, err
	}
	if u, ok := a.users[id]; ok {
		return a, u, nil
	}
	return nil, nil, notFound("Experience user")
}

func (st *store) findGroup(applicationID, id string) (*application, *group, *apiError) {
	a, err := st.application(applicationID)
	if err != nil {
		return nil, nil, err
	}
	if g, ok := a.groups[id]; ok {
		return a, g, nil
	}
	return nil, nil, notFound("Experience group")
}

func (st *store) user(applicationID, id string) (losant.ExperienceUser, *apiError) {
	st.mu.RLock()
	defer st.mu.RUnlock()
	a, u, err := st.findUser(applicationID, id)
	if err != nil {
		return losant.ExperienceUser{}, err
	}
	return a.copyUser(u), nil
}

func (st *store) group(applicationID, id string, wanted deviceCounts) (losant.ExperienceGroup, *apiError) {
	st.mu.RLock()
	defer st.mu.RUnlock()
	a, g, err := st.findGroup(applicationID, id)
	if err != nil {
		return losant.ExperienceGroup{}, err
	}
	result := a.copyGroup(g)
	if wanted.direct {
		result.DirectDeviceCount = losant.Ptr(len(distinct(g.DeviceIDs)))
	}
	if wanted.total {
		result.TotalDeviceCount = losant.Ptr(len(a.devicesBelow(g)))
	}
	return result, nil
}

func (st *store) patchUser(applicationID, id string, patch *object) (losant.ExperienceUser, *apiError) {
	st.mu.Lock()
	defer st.mu.Unlock()
	a, u, err := st.findUser(applicationID, id)
	if err == nil {
		err = a.patchUser(u, patch)
	}
	if err != nil {
		return losant.ExperienceUser{}, err
	}
	return a.copyUser(u), nil
}

func (st *store) patchGroup(applicationID, id string, patch *object) (losant.ExperienceGroup, *apiError) {
	st.mu.Lock()
	defer st.mu.Unlock()
	a, g, err := st.findGroup(applicationID, id)
	if err == nil {
		err = a.patchGroup(g, patch)
	}
	if err != nil {
		return losant.ExperienceGroup{}, err
	}
	return a.copyGroup(g), nil
}

func (st *store) deleteUser(applicationID, id string) *apiError {
	st.mu.Lock()
	defer st.mu.Unlock()
	a, u, err := st.findUser(applicationID, id)
	if err != nil {
		return err
	}
	relate(id, &u.groups, nil, a.membersOf)
	delete(a.emails, u.Email)
	delete(a.users, id)
	return nil
}

func (st *store) deleteGroup(applicationID, id string) *apiError {
	st.mu.Lock()
	defer st.mu.Unlock()
	a, g, err := st.findGroup(applicationID, id)
	if err != nil {
		return err
	}
	relate(id, &g.members, nil, a.groupsOf)
	for _, child := range g.children.ids() {
		a.move(a.groups[child], "")
	}
	a.move(g, "")
	delete(a.groups, id)
	return nil
}

// patchUser applies a valid patch as a whole or, with an error, not at all.
func (a *application) patchUser(u *user, patch *object) *apiError {
	email, cutoff := u.Email, u.TokenCutoff
	setText(&email, patch, "email")
	if owner, taken := a.emails[email]; taken && owner != u.ID {
		return emailExists(email)
	}
	if date, ok := patch.get("tokenCutoff"); ok {
		if cutoff, ok = parseDate(date.(string)); !ok {
			return invalid("experienceUser.tokenCutoff must be date-time format")
		}
	}

	delete(a.emails, u.Email)
	a.emails[email] = u.ID
	u.Email, u.TokenCutoff = email, cutoff
	setText(&u.FirstName, patch, "firstName")
	setText(&u.LastName, patch, "lastName")
	setTags(&u.UserTags, patch, "userTags")
	if ids, ok := patch.get("experienceGroupIds"); ok {
		relate(u.ID, &u.groups, texts(ids), a.membersOf)
	}
	if _, ok := patch.get("password"); ok { // which is not kept: nobody logs in here
		u.PasswordLastUpdated = after(u.LastUpdated, u.PasswordLastUpdated)
		u.LastUpdated = u.PasswordLastUpdated
	} else {
		u.LastUpdated = after(u.LastUpdated)
	}
	return nil
}

// patchGroup applies a valid patch as a whole or, with an error, not at all.
func (a *application) patchGroup(g *group, patch *object) *apiError {
	parentID := g.ParentID
	setText(&parentID, patch, "parentId")
	if parentID != g.ParentID {
		if err := a.checkParent(g, parentID); err != nil {
			return err
		}
	}

	a.move(g, parentID)
	setText(&g.Name, patch, "name")
	setText(&g.Description, patch, "description")
	if ids, ok := patch.get("experienceUserIds"); ok {
		relate(g.ID, &g.members, texts(ids), a.groupsOf)
	}
	setIDs(&g.ExperienceEndpointIDs, patch, "experienceEndpointIds")
	setTags(&g.GroupTags, patch, "groupTags")
	setIDs(&g.DeviceIDs, patch, "deviceIds")
	setDeviceTags(&g.DeviceTags, patch, "deviceTags")
	setText(&g.DeviceQueryJSON, patch, "deviceQueryJson")
	g.LastUpdated = after(g.LastUpdated)
	return nil
}

// checkParent refuses a parent that does not exist, and one that would make the group its own ancestor.
func (a *application) checkParent(g *group, parentID string) *apiError {
	if parentID == "" {
		return nil
	}
	if _, ok := a.groups[parentID]; !ok {
		return invalid("experienceGroup.parentId is not a group of the application")
	}
	if parentID == g.ID || slices.Contains(a.ancestors(parentID), g.ID) {
		return invalid("experienceGroup.parentId is the group itself or one of its descendants")
	}
	return nil
}

// move gives a group another parent, "" for none.
func (a *application) move(g *group, parentID string) {
	if parentID == g.ParentID {
		return
	}
	if parent, ok := a.groups[g.ParentID]; ok {
		parent.children.remove(g.ID)
	}
	if parent, ok := a.groups[parentID]; ok {
		parent.children.add(g.ID)
	}
	g.ParentID = parentID
}

// ancestors returns the ids of the groups above a group, the topmost first.
func (a *application) ancestors(groupID string) []string {
	var ids []string
	for parentID := a.groups[groupID].ParentID; parentID != ""; parentID = a.groups[parentID].ParentID {
		ids = append(ids, parentID)
	}
	slices.Reverse(ids)
	return ids
}

// devicesBelow returns the devices of a group and its descendants.
func (a *application) devicesBelow(g *group) map[string]bool {
	devices := map[string]bool{}
	for todo := []*group{g}; len(todo) > 0; {
		next := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		maps.Copy(devices, distinct(next.DeviceIDs))
		for _, child := range next.children.ids() {
			todo = append(todo, a.groups[child])
		}
	}
	return devices
}

// membersOf is the side of the membership that the group keeps, nil for a group that does not exist.
func (a *application) membersOf(groupID string) *idSet {
	if g, ok := a.groups[groupID]; ok {
		return &g.members
	}
	return nil
}

// groupsOf is the side of the membership that the user keeps, nil for a user that does not exist.
func (a *application) groupsOf(userID string) *idSet {
	if u, ok := a.users[userID]; ok {
		return &u.groups
	}
	return nil
}

// relate makes ids the whole of set, one side of the membership of owner, and keeps the other sides in step. Ids that do
// not exist are left out. The cost is that of the ids before and after.
func relate(owner string, set *idSet, ids []string, otherSide func(id string) *idSet) {
	stay := distinct(ids)
	for _, id := range set.ids() {
		set.remove(id)
		if !stay[id] {
			otherSide(id).remove(owner)
		}
	}
	for _, id := range ids {
		if other := otherSide(id); other != nil {
			set.add(id)
			other.add(owner)
		}
	}
}

// copyUser returns the user with what follows from its groups; the result shares nothing with it.
func (a *application) copyUser(u *user) losant.ExperienceUser {
	result := u.ExperienceUser
	result.UserTags = maps.Clone(u.UserTags)
	for _, id := range u.groups.ids() {
		g := a.groups[id]
		result.ExperienceGroups = append(result.ExperienceGroups,
			losant.ExperienceGroupRef{ID: id, Name: g.Name, ParentID: g.ParentID})
	}
	return result
}

// copyGroup returns the group with what follows from its members and parent; the result shares nothing with it.
func (a *application) copyGroup(g *group) losant.ExperienceGroup {
	result := g.ExperienceGroup
	result.ExperienceUserIDs = g.members.ids()
	result.ExperienceEndpointIDs = slices.Clone(g.ExperienceEndpointIDs)
	result.GroupTags = maps.Clone(g.GroupTags)
	result.DeviceIDs = slices.Clone(g.DeviceIDs)
	result.DeviceTags = slices.Clone(g.DeviceTags)
	result.AncestorIDs = a.ancestors(g.ID)
	return result
}

func distinct(ids []string) map[string]bool {
	set := make(map[string]bool, len(ids))
	for _, id := range ids {
		set[id] = true
	}
	return set
}
