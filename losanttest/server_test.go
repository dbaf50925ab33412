package losanttest_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

func TestURL(t *testing.T) {
	t.Parallel()
	server := losanttest.NewServer()
	defer server.Close()
	assert.Regexp(t, `^http://127\.0\.0\.1:\d+$`, server.URL)
}

func TestClose(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.sendOK(t, asAdmin("GET", "{user}", ""))
	f.Close()
	f.Close()
	resp, err := f.http.Do(f.build(t, asAdmin("GET", "{user}", "")))
	if err == nil {
		closeBody(t, resp)
	}
	require.Error(t, err)
}

func TestNewClient(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	client := f.client(t)
	assert.Equal(t, f.URL, client.BaseURL())
	user, err := client.ExperienceUser.Get(t.Context(), f.app, f.user.ID)
	require.NoError(t, err)
	user.Hypermedia, user.Raw = losant.Hypermedia{}, nil
	assert.Equal(t, f.user, *user)

	reader := f.client(t, losant.WithToken(f.Token(losant.ScopeAllApplicationRead)), losant.WithLosantDomain("example.com"))
	_, err = reader.ExperienceUser.Delete(t.Context(), f.app, f.user.ID)
	var forbidden *losant.ForbiddenError
	require.ErrorAs(t, err, &forbidden)
	assert.Equal(t, []losant.Scope{"all.Application.read"}, forbidden.GrantedScopes)

	_, err = f.NewClient(losant.WithBaseURL("not a URL"))
	require.Error(t, err)
}

func TestAddFillsIn(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	id := regexp.MustCompile(`^[0-9a-f]{24}$`)
	assert.Regexp(t, id, f.app)
	assert.NotEqual(t, f.app, f.AddApplication())

	u, v := f.AddUser(f.app, losant.ExperienceUser{}), f.AddUser(f.app, losant.ExperienceUser{})
	assert.Regexp(t, id, u.ID)
	assert.Equal(t, u.ID, u.ExperienceUserID)
	assert.Equal(t, f.app, u.ApplicationID)
	assert.Contains(t, u.Email, "@")
	assert.NotEqual(t, u.Email, v.Email)
	assert.False(t, u.CreationDate.IsZero())
	assert.False(t, u.LastUpdated.IsZero())
	assert.False(t, u.PasswordLastUpdated.IsZero())
	assert.True(t, u.LastLogin.IsZero())
	assert.True(t, u.TokenCutoff.IsZero())
	assert.Equal(t, u, f.mustUser(t, u.ID))

	g := f.AddGroup(f.app, losant.ExperienceGroup{})
	assert.Regexp(t, id, g.ID)
	assert.Equal(t, g.ID, g.ExperienceGroupID)
	assert.Equal(t, f.app, g.ApplicationID)
	assert.NotEmpty(t, g.Name)
	assert.False(t, g.CreationDate.IsZero())
	assert.False(t, g.LastUpdated.IsZero())
	assert.Equal(t, g, f.mustGroup(t, g.ID))
}

func TestAddKeepsWhatIsGiven(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	dates := date(t, "2016-06-13T04:00:00.123Z")
	g := losant.ExperienceGroup{
		ID: "ABCDEFabcdef012345678901", Name: "n", Description: "d", ExperienceUserIDs: []string{f.user.ID},
		ExperienceEndpointIDs: []string{absentID}, GroupTags: map[string]string{"k": "v"}, DeviceIDs: []string{absentID},
		DeviceTags: []losant.DeviceTag{{Key: "k"}}, DeviceQueryJSON: "{}", ParentID: f.group.ID,
		CreationDate: dates, LastUpdated: dates,
	}
	want := g
	want.ExperienceGroupID, want.ApplicationID, want.AncestorIDs = g.ID, f.app, []string{f.group.ID}
	assert.Equal(t, want, f.AddGroup(f.app, g))

	u := losant.ExperienceUser{
		ExperienceUserID: "ABCDEFabcdef012345678902", Email: "a@b", FirstName: "f", LastName: "l", AvatarURL: "a",
		CreationDate: dates, LastUpdated: dates, PasswordLastUpdated: dates, LastLogin: dates, TokenCutoff: dates,
		UserTags: map[string]string{"k": "v"}, ExperienceGroups: []losant.ExperienceGroupRef{{ID: g.ID}},
	}
	added := u
	added.ID, added.ApplicationID = u.ExperienceUserID, f.app
	added.ExperienceGroups = []losant.ExperienceGroupRef{{ID: g.ID, Name: "n", ParentID: f.group.ID}}
	assert.Equal(t, added, f.AddUser(f.app, u))
	assert.Equal(t, []string{f.user.ID, added.ID}, f.mustGroup(t, g.ID).ExperienceUserIDs)

	// What belongs to answers is not kept.
	u.ID, u.ExperienceUserID, u.Email, u.Raw, u.Type = "", "", "", []byte("{}"), "x"
	other := f.AddUser(f.app, u)
	assert.Nil(t, other.Raw)
	assert.Zero(t, other.Hypermedia)
}

func TestStateIsCopied(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	g := losant.ExperienceGroup{
		GroupTags: map[string]string{"k": "v"}, DeviceIDs: []string{absentID}, ExperienceEndpointIDs: []string{absentID},
		DeviceTags: []losant.DeviceTag{{Key: "k"}}, ExperienceUserIDs: []string{f.user.ID},
	}
	added := f.AddGroup(f.app, g)
	u := losant.ExperienceUser{UserTags: map[string]string{"k": "v"}}
	addedUser := f.AddUser(f.app, u)
	for _, spoilt := range []losant.ExperienceGroup{g, added, f.mustGroup(t, added.ID)} {
		spoilt.GroupTags["k"], spoilt.DeviceIDs[0], spoilt.ExperienceEndpointIDs[0] = "x", "x", "x"
		spoilt.DeviceTags[0].Key, spoilt.ExperienceUserIDs[0] = "x", "x"
	}
	for _, spoilt := range []losant.ExperienceUser{u, addedUser, f.mustUser(t, addedUser.ID)} {
		spoilt.UserTags["k"] = "x"
	}
	assert.Equal(t, map[string]string{"k": "v"}, f.mustGroup(t, added.ID).GroupTags)
	assert.Equal(t, absentID, f.mustGroup(t, added.ID).DeviceIDs[0])
	assert.Equal(t, absentID, f.mustGroup(t, added.ID).ExperienceEndpointIDs[0])
	assert.Equal(t, "k", f.mustGroup(t, added.ID).DeviceTags[0].Key)
	assert.Equal(t, []string{f.user.ID}, f.mustGroup(t, added.ID).ExperienceUserIDs)
	assert.Equal(t, map[string]string{"k": "v"}, f.mustUser(t, addedUser.ID).UserTags)
}

func TestAddUserPanics(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	panics := func(app string, u losant.ExperienceUser, message string) {
		t.Helper()
		assert.PanicsWithValue(t, "losanttest: AddUser: "+message, func() { f.AddUser(app, u) })
	}
	panics("x", losant.ExperienceUser{}, `applicationID is not an application of this server: "x"`)
	panics(f.app, losant.ExperienceUser{ID: "x"}, `experienceUser.id is not 24 hexadecimal digits: "x"`)
	panics(f.app, losant.ExperienceUser{ID: f.user.ID}, `experienceUser.id is taken: "`+f.user.ID+`"`)
	panics(f.app, losant.ExperienceUser{Email: f.user.Email}, `Email address "ada@example.com" already exists`)
	panics(f.app, losant.ExperienceUser{Email: "x"}, "experienceUser.email must be email format")
	panics(f.app, losant.ExperienceUser{FirstName: strings.Repeat("x", 1025)},
		"experienceUser.firstName has longer length than allowed")
	panics(f.app, losant.ExperienceUser{UserTags: map[string]string{"a b": "x"}},
		"experienceUser.userTags has additional properties")
	panics(f.app, losant.ExperienceUser{
		ExperienceGroups: []losant.ExperienceGroupRef{{ID: f.group.ID}}, Email: f.user.Email,
	}, `Email address "ada@example.com" already exists`)
	assert.Nil(t, f.mustGroup(t, f.group.ID).ExperienceUserIDs, "nothing is left of what was refused")
}

func TestAddGroupPanics(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	panics := func(app string, g losant.ExperienceGroup, message string) {
		t.Helper()
		assert.PanicsWithValue(t, "losanttest: AddGroup: "+message, func() { f.AddGroup(app, g) })
	}
	panics(absentID, losant.ExperienceGroup{}, `applicationID is not an application of this server: "`+absentID+`"`)
	panics(f.app, losant.ExperienceGroup{ExperienceGroupID: "x"}, `experienceGroup.id is not 24 hexadecimal digits: "x"`)
	panics(f.app, losant.ExperienceGroup{ID: f.group.ID}, `experienceGroup.id is taken: "`+f.group.ID+`"`)
	panics(f.app, losant.ExperienceGroup{Name: strings.Repeat("x", 256)},
		"experienceGroup.name has longer length than allowed")
	panics(f.app, losant.ExperienceGroup{DeviceTags: []losant.DeviceTag{{Key: "a b"}}},
		"experienceGroup.deviceTags.0.key pattern mismatch")
	panics(f.app, losant.ExperienceGroup{ExperienceUserIDs: []string{f.user.ID}, ParentID: absentID},
		"experienceGroup.parentId is not a group of the application")
	panics(f.app, losant.ExperienceGroup{ParentID: "x"}, "experienceGroup.parentId no (or more than one) schemas match")
	panics(f.app, losant.ExperienceGroup{ParentID: absentID}, "experienceGroup.parentId is not a group of the application")
	panics(f.app, losant.ExperienceGroup{ID: absentID, ParentID: absentID},
		"experienceGroup.parentId is not a group of the application")
	assert.Nil(t, f.mustUser(t, f.user.ID).ExperienceGroups, "nothing is left of what was refused")
}

func TestMembersThatAreNotThereJoinNothing(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	u := f.AddUser(f.app, losant.ExperienceUser{
		ExperienceGroups: []losant.ExperienceGroupRef{{ID: absentID}, {ID: f.group.ID}},
	})
	g := f.AddGroup(f.app, losant.ExperienceGroup{ExperienceUserIDs: []string{absentID, u.ID}})

	u = f.mustUser(t, u.ID)

	assert.Equal(t, []string{u.ID}, g.ExperienceUserIDs)
	assert.Equal(t, []losant.ExperienceGroupRef{{ID: f.group.ID, Name: f.group.Name}, {ID: g.ID, Name: g.Name}},
		u.ExperienceGroups)
}

func TestUserAndGroupThatAreNotThere(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, app := range []string{f.app, absentID} {
		u, ok := f.User(app, absentID)
		assert.False(t, ok)
		assert.Zero(t, u)
		g, ok := f.Group(app, absentID)
		assert.False(t, ok)
		assert.Zero(t, g)
	}
}

func TestRequests(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Inject(losanttest.Fault{Operation: "experienceGroup.delete", Drop: true})
	f.send(t, asAdmin("PATCH", "{user}", `{"firstName":"Ada"}`).withQuery("_links=a%20b&_links=&x"))
	f.send(t, request{method: "PUT", path: "{user}", body: "text", contentType: "text/plain"})
	f.send(t, request{method: "GET", path: "/a%2Fb/"})
	f.breaks(t, asAdmin("DELETE", "{group}", ""))

	got := f.Requests()
	require.Len(t, got, 4)
	assert.Equal(t, "experienceUser.patch", got[0].Operation)
	assert.Equal(t, "PATCH", got[0].Method)
	assert.Equal(t, f.userPath, got[0].Path)
	assert.Equal(t, url.Values{"_links": {"a b", ""}, "x": {""}}, got[0].Query)
	assert.Equal(t, "application/json", got[0].Header.Get("Content-Type"))
	assert.JSONEq(t, `{"firstName":"Ada"}`, string(got[0].Body))
	assert.Empty(t, got[1].Operation)
	assert.Equal(t, "PUT", got[1].Method)
	assert.Equal(t, "text", string(got[1].Body))
	assert.Equal(t, "/a%2Fb/", got[2].Path)
	assert.Nil(t, got[2].Body)
	assert.Equal(t, "experienceGroup.delete", got[3].Operation)

	// The test may do with them what it likes.
	got[0].Query.Set("_links", "x")
	got[0].Query["x"][0] = "x"
	got[0].Header.Set("Content-Type", "x")
	got[0].Body[0] = 'x'
	again := f.Requests()[0]
	assert.Equal(t, url.Values{"_links": {"a b", ""}, "x": {""}}, again.Query)
	assert.Equal(t, "application/json", again.Header.Get("Content-Type"))
	assert.JSONEq(t, `{"firstName":"Ada"}`, string(again.Body))
}

// Many clients change one application; in the end both sides of the membership agree, and so do all indexes.
func TestConcurrency(t *testing.T) {
	t.Parallel()
	const workers, rounds = 16, 30
	f := newFixture(t)
	client := f.client(t)
	groups := []string{f.group.ID}
	for range 3 {
		groups = append(groups, f.AddGroup(f.app, losant.ExperienceGroup{}).ID)
	}
	users := make([]string, workers)
	for i := range users {
		users[i] = f.AddUser(f.app, losant.ExperienceUser{}).ID
	}
	var work sync.WaitGroup
	for w := range workers {
		work.Go(func() {
			for i := range rounds {
				if err := changeAll(t.Context(), client, f.app, users, groups, w, i); err != nil {
					t.Error(err)
				}
				f.Inject(losanttest.Fault{Operation: "experienceUser.delete", Status: http.StatusServiceUnavailable})
				f.AddUser(f.app, losant.ExperienceUser{})
			}
			f.Requests()
		})
	}
	work.Wait()

	members := map[string][]string{}
	for _, id := range append(users, f.user.ID) {
		for _, g := range f.mustUser(t, id).ExperienceGroups {
			members[g.ID] = append(members[g.ID], id)
		}
	}
	for _, id := range groups {
		assert.ElementsMatch(t, members[id], f.mustGroup(t, id).ExperienceUserIDs)
	}
	assert.Len(t, f.Requests(), workers*rounds*4)
}

// changeAll is a round of worker w.
func changeAll(ctx context.Context, client *losant.Client, app string, users, groups []string, w, round int) error {
	_, userErr := client.ExperienceUser.Patch(ctx, app, users[w], losant.ExperienceUserPatch{
		Email:              losant.Ptr(fmt.Sprintf("%d-%d@example.com", w, round%2)),
		ExperienceGroupIDs: []string{groups[round%len(groups)], groups[w%len(groups)]},
	})
	_, groupErr := client.ExperienceGroup.Patch(ctx, app, groups[(w+round)%len(groups)],
		losant.ExperienceGroupPatch{ExperienceUserIDs: []string{users[w], users[round%len(users)]}})
	// Two groups that each become the parent of the other: what would be a cycle is refused.
	_, parentErr := client.ExperienceGroup.Patch(ctx, app, groups[w%2],
		losant.ExperienceGroupPatch{ParentID: losant.Value(groups[1-w%2])})
	var refused *losant.BadRequestError
	if errors.As(parentErr, &refused) {
		parentErr = nil
	}
	_, getErr := client.ExperienceGroup.Get(ctx, app, groups[round%len(groups)], losant.ExperienceGroupGetParams{IncludeTotalDeviceCount: true})
	return errors.Join(userErr, groupErr, parentErr, getErr)
}
