package losanttest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

const absentID = "0123456789abcdef01234567"

func TestPatchUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	client := f.client(t)
	cutoff := date(t, "2020-02-29T12:00:00.25+02:00")
	got, err := client.ExperienceUser.Patch(t.Context(), f.app, f.user.ID, losant.ExperienceUserPatch{
		Email: losant.Ptr("grace@example.com"), FirstName: losant.Ptr("Grace"), LastName: losant.Ptr("Hopper"),
		TokenCutoff: &cutoff, UserTags: map[string]string{"rank": "admiral", "ship": "none"},
	})
	require.NoError(t, err)
	assert.Equal(t, "Grace", got.FirstName)

	u := f.mustUser(t, f.user.ID)
	assert.Equal(t, "grace@example.com", u.Email)
	assert.Equal(t, "Grace", u.FirstName)
	assert.Equal(t, "Hopper", u.LastName)
	assert.Equal(t, date(t, "2020-02-29T10:00:00.25Z"), u.TokenCutoff)
	assert.Equal(t, map[string]string{"rank": "admiral", "ship": "none"}, u.UserTags)
	assert.Equal(t, f.user.CreationDate, u.CreationDate)
	assert.Equal(t, f.user.PasswordLastUpdated, u.PasswordLastUpdated)
	assert.True(t, u.LastUpdated.After(f.user.LastUpdated))
	got.Hypermedia, got.Raw = losant.Hypermedia{}, nil
	assert.Equal(t, u, *got, "the answer is the state")

	_, err = client.ExperienceUser.Patch(t.Context(), f.app, f.user.ID, losant.ExperienceUserPatch{
		FirstName: losant.Ptr(""), UserTags: map[string]string{"rank": "captain"},
	})
	require.NoError(t, err)
	u = f.mustUser(t, f.user.ID)
	assert.Empty(t, u.FirstName)
	assert.Equal(t, "Hopper", u.LastName)
	assert.Equal(t, map[string]string{"rank": "captain"}, u.UserTags, "a map is replaced")

	_, err = client.ExperienceUser.Patch(t.Context(), f.app, f.user.ID,
		losant.ExperienceUserPatch{UserTags: map[string]string{}})
	require.NoError(t, err)
	assert.Nil(t, f.mustUser(t, f.user.ID).UserTags)
}

func TestPatchGroup(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	client := f.client(t)
	parent := f.AddGroup(f.app, losant.ExperienceGroup{})
	got, err := client.ExperienceGroup.Patch(t.Context(), f.app, f.group.ID, losant.ExperienceGroupPatch{
		Name: losant.Ptr("People"), Description: losant.Ptr("All of them"),
		ExperienceUserIDs: []string{f.user.ID}, ExperienceEndpointIDs: []string{absentID}, DeviceIDs: []string{absentID},
		GroupTags: map[string]string{"k": "v"}, DeviceTags: []losant.DeviceTag{{Key: "a"}, {Value: "b"}},
		DeviceQueryJSON: losant.Value(`{"name":"x"}`), ParentID: losant.Value(parent.ID),
	})
	require.NoError(t, err)

	g := f.mustGroup(t, f.group.ID)
	assert.Equal(t, "People", g.Name)
	assert.Equal(t, "All of them", g.Description)
	assert.Equal(t, []string{f.user.ID}, g.ExperienceUserIDs)
	assert.Equal(t, []string{absentID}, g.ExperienceEndpointIDs)
	assert.Equal(t, []string{absentID}, g.DeviceIDs)
	assert.Equal(t, map[string]string{"k": "v"}, g.GroupTags)
	assert.Equal(t, []losant.DeviceTag{{Key: "a"}, {Value: "b"}}, g.DeviceTags)
	assert.JSONEq(t, `{"name":"x"}`, g.DeviceQueryJSON)
	assert.Equal(t, parent.ID, g.ParentID)
	assert.Equal(t, []string{parent.ID}, g.AncestorIDs)
	assert.Equal(t, f.group.CreationDate, g.CreationDate)
	assert.True(t, g.LastUpdated.After(f.group.LastUpdated))
	got.Hypermedia, got.Raw = losant.Hypermedia{}, nil
	assert.Equal(t, g, *got, "the answer is the state")

	_, err = client.ExperienceGroup.Patch(t.Context(), f.app, f.group.ID, losant.ExperienceGroupPatch{
		Description: losant.Ptr(""), ExperienceUserIDs: []string{}, ExperienceEndpointIDs: []string{}, DeviceIDs: []string{},
		GroupTags: map[string]string{}, DeviceTags: []losant.DeviceTag{},
		DeviceQueryJSON: losant.Null[string](), ParentID: losant.Null[string](),
	})
	require.NoError(t, err)
	want := f.group
	cleared := f.mustGroup(t, f.group.ID)
	want.Name, want.LastUpdated = "People", cleared.LastUpdated
	assert.Equal(t, want, cleared)
}

func TestEmptyPatchMovesNothingButItsDate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.sendOK(t, asAdmin("PATCH", "{user}", "{}"))
	f.sendOK(t, asAdmin("PATCH", "{group}", "{}"))
	u, g := f.mustUser(t, f.user.ID), f.mustGroup(t, f.group.ID)
	assert.True(t, u.LastUpdated.After(f.user.LastUpdated))
	assert.True(t, g.LastUpdated.After(f.group.LastUpdated))
	u.LastUpdated, g.LastUpdated = f.user.LastUpdated, f.group.LastUpdated
	assert.Equal(t, f.user, u)
	assert.Equal(t, f.group, g)
}

func TestAnIDGivenTwiceIsKeptOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const a, b = "0000000000000000000000aa", "0000000000000000000000ab"
	for property, other := range map[string]string{"deviceIds": "experienceEndpointIds", "experienceEndpointIds": "deviceIds"} {
		group := f.sendOK(t, asAdmin("PATCH", "{group}",
			`{"`+property+`":["`+b+`","`+a+`","`+b+`","`+a+`"],"`+other+`":[]}`))
		assert.Equal(t, []any{b, a}, group[property])
		assert.NotContains(t, group, other)
	}
}

func TestPasswordMovesItsDate(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.sendOK(t, asAdmin("PATCH", "{user}", `{"password":"correct horse"}`))
	u := f.mustUser(t, f.user.ID)
	assert.True(t, u.PasswordLastUpdated.After(f.user.PasswordLastUpdated))
	assert.Equal(t, u.PasswordLastUpdated, u.LastUpdated)

	ahead := f.AddUser(f.app, losant.ExperienceUser{PasswordLastUpdated: date(t, "2999-01-01T00:00:00Z")})
	f.sendOK(t, asAdmin("PATCH", f.experience+"/users/"+ahead.ID, `{"password":"correct horse"}`))
	assert.Equal(t, date(t, "2999-01-01T00:00:00.001Z"), f.mustUser(t, ahead.ID).PasswordLastUpdated)
}

func TestRefusedPatchChangesNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.AddUser(f.app, losant.ExperienceUser{Email: "taken@example.com"})
	for _, body := range []string{
		`{"firstName":"x","email":"taken@example.com"}`,
		`{"firstName":"x","tokenCutoff":"2020-00-99T00:00:00Z"}`,
		`{"firstName":"x","lastName":null}`,
	} {
		resp, _ := f.send(t, asAdmin("PATCH", "{user}", body))
		assert.Equal(t, http.StatusBadRequest, resp.StatusCode)
	}
	resp, _ := f.send(t, asAdmin("PATCH", "{group}", `{"name":"x","parentId":"`+absentID+`"}`))
	assert.Equal(t, http.StatusBadRequest, resp.StatusCode)
	assert.Equal(t, f.user, f.mustUser(t, f.user.ID))
	assert.Equal(t, f.group, f.mustGroup(t, f.group.ID))
}

func TestEmailIsUnique(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	other := f.AddUser(f.app, losant.ExperienceUser{})
	otherPath := f.experience + "/users/" + other.ID
	taken := func(path string) {
		t.Helper()
		f.fails(t, asAdmin("PATCH", path, `{"email":"ada@example.com"}`),
			http.StatusBadRequest, "AlreadyExists", `Email address "ada@example.com" already exists`)
	}
	taken(otherPath)
	f.sendOK(t, asAdmin("PATCH", "{user}", `{"email":"ada@example.com"}`)) // its own

	// A changed email is free for others, and so is that of a deleted user.
	f.sendOK(t, asAdmin("PATCH", "{user}", `{"email":"countess@example.com"}`))
	f.sendOK(t, asAdmin("PATCH", otherPath, `{"email":"ada@example.com"}`))
	taken("{user}")
	f.sendOK(t, asAdmin("DELETE", otherPath, ""))
	f.sendOK(t, asAdmin("PATCH", "{user}", `{"email":"ada@example.com"}`))

	// Another application has its own emails.
	elsewhere := f.AddApplication()
	assert.Equal(t, "ada@example.com", f.AddUser(elsewhere, losant.ExperienceUser{Email: "ada@example.com"}).Email)
}

func TestDates(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"2020-06-13T04:00:00.000Z":      "2020-06-13T04:00:00.000Z",
		"2020-06-13t04:00:00.12z":       "2020-06-13T04:00:00.120Z",
		"2020-06-13 04:00:00.123999Z":   "2020-06-13T04:00:00.123Z",
		"2020-06-13T04:00:00+05:30":     "2020-06-12T22:30:00.000Z",
		"2020-06-13T04:00:00-23:59":     "2020-06-14T03:59:00.000Z",
		"2021-02-29T00:00:00Z":          "2021-03-01T00:00:00.000Z",
		"2020-12-31T24:00:00Z":          "2021-01-01T00:00:00.000Z",
		"0001-06-13T04:00:00Z":          "0001-06-13T04:00:00.000Z",
		"0000-01-01T00:00:00Z":          "0000-01-01T00:00:00.000Z",
		"9999-12-31T23:59:59.9999Z":     "9999-12-31T23:59:59.999Z",
		"2020-00-99T00:00:00Z":          "",
		"2020-00-01T00:00:00Z":          "",
		"2020-01-00T00:00:00Z":          "",
		"2020-01-32T00:00:00Z":          "",
		"2020-01-01T25:00:00Z":          "",
		"2020-01-01T24:00:01Z":          "",
		"2020-01-01T24:01:00Z":          "",
		"2020-01-01T24:00:00.001Z":      "",
		"2020-01-01T00:60:00Z":          "",
		"2020-01-01T00:00:60Z":          "",
		"2020-01-01T00:00:00+24:00":     "",
		"2020-01-01T00:00:00+00:60":     "",
		"9999-12-31T23:59:59.999-00:01": "",
		"0000-01-01T00:00:00+00:01":     "",
	} {
		t.Run(text, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			patch := asAdmin("PATCH", "{user}", `{"tokenCutoff":"`+text+`"}`)
			if want == "" {
				f.fails(t, patch, http.StatusBadRequest, "Validation", "experienceUser.tokenCutoff must be date-time format")
				return
			}
			assert.Equal(t, want, f.sendOK(t, patch)["tokenCutoff"])
		})
	}
}

func TestMembershipShowsOnBothSides(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	client := f.client(t)
	second := f.AddGroup(f.app, losant.ExperienceGroup{Name: "Second", ParentID: f.group.ID})
	other := f.AddUser(f.app, losant.ExperienceUser{})
	ref := losant.ExperienceGroupRef{ID: f.group.ID, Name: "Engineers"}
	secondRef := losant.ExperienceGroupRef{ID: second.ID, Name: "Second", ParentID: f.group.ID}
	patchUser := func(groups ...string) *losant.ExperienceUser {
		t.Helper()
		u, err := client.ExperienceUser.Patch(t.Context(), f.app, f.user.ID,
			losant.ExperienceUserPatch{ExperienceGroupIDs: append([]string{}, groups...)})
		require.NoError(t, err)
		return u
	}
	patchGroup := func(users ...string) *losant.ExperienceGroup {
		t.Helper()
		g, err := client.ExperienceGroup.Patch(t.Context(), f.app, f.group.ID,
			losant.ExperienceGroupPatch{ExperienceUserIDs: append([]string{}, users...)})
		require.NoError(t, err)
		return g
	}

	// From the user's side; an id given twice counts once, the order is that of the patch.
	assert.Equal(t, []losant.ExperienceGroupRef{secondRef, ref},
		patchUser(second.ID, f.group.ID, second.ID).ExperienceGroups)
	assert.Equal(t, []string{f.user.ID}, f.mustGroup(t, f.group.ID).ExperienceUserIDs)
	assert.Equal(t, []string{f.user.ID}, f.mustGroup(t, second.ID).ExperienceUserIDs)
	assert.Equal(t, f.group.LastUpdated, f.mustGroup(t, f.group.ID).LastUpdated, "the group was not patched")

	f.sendOK(t, asAdmin("PATCH", f.experience+"/groups/"+second.ID, `{"experienceUserIds":["`+f.user.ID+`"]}`))
	assert.Equal(t, []losant.ExperienceGroupRef{secondRef, ref}, f.mustUser(t, f.user.ID).ExperienceGroups,
		"who stays a member keeps its place")

	// From the group's side, which leaves the other groups of its users alone.
	assert.Equal(t, []string{other.ID, f.user.ID}, patchGroup(other.ID, f.user.ID).ExperienceUserIDs)
	assert.Equal(t, []losant.ExperienceGroupRef{secondRef, ref}, f.mustUser(t, f.user.ID).ExperienceGroups)
	assert.Equal(t, []string{other.ID}, patchGroup(other.ID).ExperienceUserIDs)
	assert.Equal(t, []losant.ExperienceGroupRef{secondRef}, f.mustUser(t, f.user.ID).ExperienceGroups)
	assert.Equal(t, []losant.ExperienceGroupRef{ref}, f.mustUser(t, other.ID).ExperienceGroups)

	// Leaving.
	assert.Nil(t, patchUser().ExperienceGroups)
	assert.Nil(t, f.mustGroup(t, second.ID).ExperienceUserIDs)
	assert.Nil(t, patchGroup().ExperienceUserIDs)
	assert.Nil(t, f.mustUser(t, other.ID).ExperienceGroups)

	// What does not exist cannot be joined.
	assert.Equal(t, []losant.ExperienceGroupRef{ref}, patchUser(absentID, f.group.ID).ExperienceGroups)
	assert.Equal(t, []string{other.ID}, patchGroup(other.ID, absentID).ExperienceUserIDs)
}

func TestRefsFollowTheGroup(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.sendOK(t, asAdmin("PATCH", "{user}", `{"experienceGroupIds":["`+f.group.ID+`"]}`))
	parent := f.AddGroup(f.app, losant.ExperienceGroup{})
	f.sendOK(t, asAdmin("PATCH", "{group}", `{"name":"Renamed","parentId":"`+parent.ID+`"}`))
	assert.Equal(t, []losant.ExperienceGroupRef{{ID: f.group.ID, Name: "Renamed", ParentID: parent.ID}},
		f.mustUser(t, f.user.ID).ExperienceGroups)
}

func TestDeleteUser(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.sendOK(t, asAdmin("PATCH", "{user}", `{"experienceGroupIds":["`+f.group.ID+`"]}`))
	f.sendOK(t, asAdmin("DELETE", "{user}", ""))
	assert.Nil(t, f.mustGroup(t, f.group.ID).ExperienceUserIDs)
	_, ok := f.User(f.app, f.user.ID)
	assert.False(t, ok)
	f.fails(t, asAdmin("DELETE", "{user}", ""), http.StatusNotFound, "NotFound", "Experience user was not found")
	f.AddUser(f.app, losant.ExperienceUser{ID: f.user.ID, Email: f.user.Email}) // both are free again
}

func TestDeleteGroup(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	parent := f.AddGroup(f.app, losant.ExperienceGroup{})
	child := f.AddGroup(f.app, losant.ExperienceGroup{ParentID: f.group.ID})
	grandchild := f.AddGroup(f.app, losant.ExperienceGroup{ParentID: child.ID, DeviceIDs: []string{absentID}})
	f.sendOK(t, asAdmin("PATCH", "{group}", `{"experienceUserIds":["`+f.user.ID+`"],"parentId":"`+parent.ID+`"}`))
	f.sendOK(t, asAdmin("DELETE", "{group}", ""))

	_, ok := f.Group(f.app, f.group.ID)
	assert.False(t, ok)
	assert.Nil(t, f.mustUser(t, f.user.ID).ExperienceGroups, "the user is there, without the group")
	assert.Equal(t, child, f.withoutParent(t, child), "the child is at the root")
	assert.Equal(t, []string{child.ID}, f.mustGroup(t, grandchild.ID).AncestorIDs)
	counted, err := f.client(t).ExperienceGroup.Get(t.Context(), f.app, parent.ID, losant.ExperienceGroupGetParams{IncludeTotalDeviceCount: true})
	require.NoError(t, err)
	assert.Equal(t, 0, *counted.TotalDeviceCount)
	f.fails(t, asAdmin("DELETE", "{group}", ""), http.StatusNotFound, "NotFound", "Experience group was not found")
}

// withoutParent checks that a group is at the root and returns it as it was below its parent.
func (f *fixture) withoutParent(t testing.TB, was losant.ExperienceGroup) losant.ExperienceGroup {
	t.Helper()
	g := f.mustGroup(t, was.ID)
	assert.Empty(t, g.ParentID)
	assert.Nil(t, g.AncestorIDs)
	g.ParentID, g.AncestorIDs = was.ParentID, was.AncestorIDs
	return g
}

func TestParents(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	middle := f.AddGroup(f.app, losant.ExperienceGroup{ParentID: f.group.ID})
	leaf := f.AddGroup(f.app, losant.ExperienceGroup{ParentID: middle.ID})
	assert.Equal(t, []string{f.group.ID, middle.ID}, leaf.AncestorIDs, "topmost first")

	patch := func(g losant.ExperienceGroup, parent string) request {
		return asAdmin("PATCH", f.experience+"/groups/"+g.ID, `{"parentId":"`+parent+`"}`)
	}
	const cycle = "experienceGroup.parentId is the group itself or one of its descendants"
	f.fails(t, patch(f.group, f.group.ID), http.StatusBadRequest, "Validation", cycle)
	f.fails(t, patch(f.group, middle.ID), http.StatusBadRequest, "Validation", cycle)
	f.fails(t, patch(f.group, leaf.ID), http.StatusBadRequest, "Validation", cycle)
	elsewhere := f.AddGroup(f.AddApplication(), losant.ExperienceGroup{})
	for _, id := range []string{absentID, f.user.ID, elsewhere.ID} {
		f.fails(t, patch(leaf, id), http.StatusBadRequest, "Validation",
			"experienceGroup.parentId is not a group of the application")
	}

	// A move takes the descendants along, and what was a cycle before is none then.
	top := f.AddGroup(f.app, losant.ExperienceGroup{})
	f.sendOK(t, patch(middle, top.ID))
	f.sendOK(t, patch(middle, top.ID))
	assert.Equal(t, []string{top.ID, middle.ID}, f.mustGroup(t, leaf.ID).AncestorIDs)
	f.sendOK(t, patch(f.group, leaf.ID))
	assert.Equal(t, []string{top.ID, middle.ID, leaf.ID}, f.mustGroup(t, f.group.ID).AncestorIDs)
}

func TestDeviceCounts(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	client := f.client(t)
	id := func(digit string) string { return strings.Repeat(digit, 24) }
	root := f.AddGroup(f.app, losant.ExperienceGroup{
		DeviceIDs: []string{id("1"), id("2"), id("1")}, DeviceTags: []losant.DeviceTag{{Key: "k"}}, DeviceQueryJSON: "{}",
	})
	child := f.AddGroup(f.app, losant.ExperienceGroup{ParentID: root.ID, DeviceIDs: []string{id("2"), id("3")}})
	f.AddGroup(f.app, losant.ExperienceGroup{ParentID: child.ID, DeviceIDs: []string{id("4")}})

	got, err := client.ExperienceGroup.Get(t.Context(), f.app, root.ID,
		losant.ExperienceGroupGetParams{IncludeDirectDeviceCount: true, IncludeTotalDeviceCount: true})
	require.NoError(t, err)
	assert.Equal(t, 2, *got.DirectDeviceCount)
	assert.Equal(t, 4, *got.TotalDeviceCount)

	got, err = client.ExperienceGroup.Get(t.Context(), f.app, child.ID, losant.ExperienceGroupGetParams{IncludeTotalDeviceCount: true})
	require.NoError(t, err)
	assert.Nil(t, got.DirectDeviceCount)
	assert.Equal(t, 3, *got.TotalDeviceCount)

	// Only Get counts, and only for what the framework takes as true.
	for query, counted := range map[string]bool{"true": true, "1": true, "yes": true, "True": false, "on": false, "": false} {
		r := asAdmin("GET", "{group}", "").withQuery("includeDirectDeviceCount=" + query)
		count, ok := f.sendOK(t, r)["directDeviceCount"]
		assert.Equal(t, counted, ok, query)
		if counted {
			assert.InDelta(t, 0, count, 0)
		}
	}
	r := asAdmin("PATCH", "{group}", "{}").withQuery("includeDirectDeviceCount=true")
	assert.NotContains(t, f.sendOK(t, r), "directDeviceCount")
	assert.Nil(t, f.mustGroup(t, f.group.ID).DirectDeviceCount)
}
