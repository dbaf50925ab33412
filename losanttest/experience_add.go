package losanttest

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/losant-go/losant"
)

// What a test adds goes the way of a patch: brought into the shape of one, checked against its schema and applied.

func (st *store) addUser(applicationID string, u losant.ExperienceUser) (losant.ExperienceUser, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	a, ok := st.applications[applicationID]
	if !ok {
		return losant.ExperienceUser{}, unknownApplication(applicationID)
	}

	id := cmp.Or(u.ID, u.ExperienceUserID, newID())
	groupIDs := make([]string, len(u.ExperienceGroups))
	for i, g := range u.ExperienceGroups {
		groupIDs[i] = g.ID
	}
	patch := &object{}
	patch.set("email", cmp.Or(u.Email, "user-"+id+"@example.com"))
	patch.set("firstName", u.FirstName)
	patch.set("lastName", u.LastName)
	patch.set("userTags", tagsValue(u.UserTags))
	patch.set("experienceGroupIds", textsValue(groupIDs))
	if err := checkSeed("experienceUser", id, a.groupsOf(id) != nil, patch); err != nil {
		return losant.ExperienceUser{}, err
	}

	added := &user{ExperienceUser: losant.ExperienceUser{
		ID: id, ExperienceUserID: id, ApplicationID: applicationID, AvatarURL: u.AvatarURL,
	}}
	if err := a.patchUser(added, patch); err != nil {
		return losant.ExperienceUser{}, err
	}
	added.CreationDate = dateOrNow(u.CreationDate)
	added.LastUpdated = dateOrNow(u.LastUpdated)
	added.PasswordLastUpdated = dateOrNow(u.PasswordLastUpdated)
	added.LastLogin = wireDate(u.LastLogin)
	added.TokenCutoff = wireDate(u.TokenCutoff)
	a.users[id] = added
	return a.copyUser(added), nil
}

func (st *store) addGroup(applicationID string, g losant.ExperienceGroup) (losant.ExperienceGroup, error) {
	st.mu.Lock()
	defer st.mu.Unlock()
	a, ok := st.applications[applicationID]
	if !ok {
		return losant.ExperienceGroup{}, unknownApplication(applicationID)
	}

	id := cmp.Or(g.ID, g.ExperienceGroupID, newID())
	patch := &object{}
	patch.set("name", cmp.Or(g.Name, "Group "+id))
	patch.set("description", g.Description)
	patch.set("experienceUserIds", textsValue(g.ExperienceUserIDs))
	patch.set("experienceEndpointIds", textsValue(g.ExperienceEndpointIDs))
	patch.set("groupTags", tagsValue(g.GroupTags))
	patch.set("deviceIds", textsValue(g.DeviceIDs))
	patch.set("deviceTags", deviceTagsValue(g.DeviceTags))
	patch.set("deviceQueryJson", g.DeviceQueryJSON)
	if g.ParentID != "" {
		patch.set("parentId", g.ParentID)
	}
	if err := checkSeed("experienceGroup", id, a.membersOf(id) != nil, patch); err != nil {
		return losant.ExperienceGroup{}, err
	}

	added := &group{ExperienceGroup: losant.ExperienceGroup{
		ID: id, ExperienceGroupID: id, ApplicationID: applicationID,
	}}
	if err := a.patchGroup(added, patch); err != nil {
		return losant.ExperienceGroup{}, err
	}
	added.CreationDate = dateOrNow(g.CreationDate)
	added.LastUpdated = dateOrNow(g.LastUpdated)
	a.groups[id] = added
	return a.copyGroup(added), nil
}

// checkSeed checks what a test adds against the schema of the resource's patch.
func checkSeed(resource, id string, taken bool, patch *object) error {
	switch body := theAPI().actions[resource+".patch"].body(); {
	case !isID(id):
		return fmt.Errorf("%s.id is not 24 hexadecimal digits: %q", resource, id)
	case taken:
		return fmt.Errorf("%s.id is taken: %q", resource, id)
	default:
		if v := body.check(patch); v != nil {
			return errors.New(v.at(step(resource)).Error())
		}
		return nil
	}
}

func unknownApplication(applicationID string) error {
	return fmt.Errorf("applicationID is not an application of this server: %q", applicationID)
}

// wireDate is a date as answers carry it.
func wireDate(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

func dateOrNow(t time.Time) time.Time {
	if t.IsZero() {
		return now()
	}
	return wireDate(t)
}

func textsValue(texts []string) []any {
	values := make([]any, len(texts))
	for i, text := range texts {
		values[i] = text
	}
	return values
}

func tagsValue(tags map[string]string) *object {
	o := &object{}
	for key, value := range tags {
		o.set(key, value)
	}
	return o
}

func deviceTagsValue(tags []losant.DeviceTag) []any {
	values := make([]any, len(tags))
	for i, tag := range tags {
		o := &object{}
		if tag.Key != "" {
			o.set("key", tag.Key)
		}
		if tag.Value != "" {
			o.set("value", tag.Value)
		}
		values[i] = o
	}
	return values
}
