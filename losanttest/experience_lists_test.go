package losanttest_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

func TestExperienceLists(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	w := &world{f, nil}
	users, groups := f.experience+"/users", f.experience+"/groups"
	child := w.post(t, groups, `{"name":"Child","parentId":"`+f.group.ID+`","experienceUserIds":["`+f.user.ID+`"]}`)
	assert.Equal(t, "experienceGroup", child["_type"])
	assert.Equal(t, []any{f.group.ID}, child["ancestorIds"])
	bob := w.post(t, users, `{"email":"bob@example.com","password":"12345678","userTags":{"floor":"8"},"experienceGroupIds":["`+f.group.ID+`"]}`)
	assert.NotContains(t, bob, "password")
	assert.Equal(t, bob["creationDate"], bob["passwordLastUpdated"])
	_, shown := w.call(t, "GET", users+"/"+bob["id"].(string), "")
	assert.Equal(t, bob, shown)
	status, refused := w.call(t, "POST", users, `{"email":"bob@example.com","password":"12345678"}`)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Equal(t, `Email address "bob@example.com" already exists`, refused["message"])
	w.post(t, users, `{"email":"cy@example.com","password":"12345678","firstName":"Cy"}`)

	emails := func(query string) string {
		t.Helper()
		status, listed := w.call(t, "GET", users+"?"+strings.NewReplacer(`"`, "%22", "{", "%7B", "}", "%7D", "$", "%24").Replace(query), "")
		require.Equal(t, http.StatusOK, status, "%v", listed)
		var all []string
		for _, item := range listed["items"].([]any) {
			all = append(all, strings.TrimSuffix(item.(map[string]any)["email"].(string), "@example.com"))
		}
		return strings.Join(all, " ")
	}
	for query, want := range map[string]string{
		"": "ada bob cy", "sortDirection=desc&perPage=2": "cy bob", "filterField=email&filter=*B*": "bob",
		"experienceGroupId=" + child["id"].(string): "ada", "experienceGroupId=any": "ada bob", "experienceGroupId=none": "cy",
		"experienceGroupId=" + child["id"].(string) + "&includeAncestorGroups=true": "ada bob",
		`query={"userTags":{"floor":"8"}}`:                                          "bob", `query={"experienceGroupId":"` + f.group.ID + `"}`: "bob",
		`query={"experienceGroupId":null}`: "cy", `query={"firstName":{"$startsWith":"c","$ci":true}}`: "cy",
	} {
		assert.Equal(t, want, emails(query), query)
	}
	assert.Equal(t, []string{"Child", "Engineers"}, w.names(t, groups, ""))
	assert.Equal(t, []string{"Child"}, w.names(t, groups, `query={"ancestorId":"`+f.group.ID+`"}`))
	assert.Equal(t, []string{"Child"}, w.names(t, groups, `query={"experienceUserId":"`+f.user.ID+`"}`))

	status, _ = w.call(t, "DELETE", f.experience+"?keepGroups=true", "")
	assert.Equal(t, http.StatusOK, status)
	assert.Empty(t, emails(""))
	assert.Equal(t, []string{"Child", "Engineers"}, w.names(t, groups, ""))
	assert.Empty(t, f.mustGroup(t, f.group.ID).ExperienceUserIDs)
	f.AddUser(f.app, losant.ExperienceUser{Email: "ada@example.com"})
	status, _ = w.call(t, "DELETE", f.experience, "")
	assert.Equal(t, http.StatusOK, status)
	assert.Empty(t, w.names(t, groups, ""))
}
