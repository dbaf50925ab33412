package losanttest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Who creates an org is its first member, and invites others.
func TestOrgsAndTheirInvites(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.person(t, "ada@example.com"), w.person(t, "bob@example.com")
	org := ada.gets(t, "POST", "/orgs", `{"name":"Ours","mfaMode":"required"}`).(map[string]any)
	members := org["members"].([]any)
	require.Len(t, members, 1)
	assert.Equal(t, map[string]any{"userId": ada.id, "email": ada.email, "role": "admin"}, only(members[0], "userId", "email", "role"))
	invites := "/orgs/" + org["id"].(string) + "/invites"

	ada.gets(t, "POST", invites, `{"email":"bob@example.com","role":"view","applicationRoles":[{"resourceId":"`+w.app+`","role":"collaborate"}]}`)
	listed := ada.gets(t, "POST", invites, `{"email":"eve@example.com","role":"edit"}`).([]any)
	require.Len(t, listed, 2)
	assert.Equal(t, listed, ada.gets(t, "GET", invites, ""))
	assert.Equal(t, map[string]any{"email": "bob@example.com", "role": "view", "hasExpired": false}, only(listed[0], "email", "role", "hasExpired"))
	status, refused := ada.does(t, "POST", invites, `{"email":"eve@example.com","role":"edit"}`)
	assert.Equal(t, []any{http.StatusBadRequest, "AlreadyExists"}, []any{status, refused.(map[string]any)["type"]})

	// Bob sees his invite, and only his, and accepts it.
	mine := bob.gets(t, "GET", "/me/invites", "").([]any)
	require.Len(t, mine, 1)
	assert.Equal(t, map[string]any{"orgName": "Ours", "role": "view", "expired": false, "requiresMFA": true},
		only(mine[0], "orgName", "role", "expired", "requiresMFA"))
	bobs := "/me/invites/" + mine[0].(map[string]any)["id"].(string)
	assert.Equal(t, mine[0], bob.gets(t, "GET", bobs, ""))
	status, _ = ada.does(t, "GET", bobs, "")
	assert.Equal(t, http.StatusNotFound, status)
	assert.Equal(t, map[string]any{"result": "accepted", "orgId": org["id"]}, bob.gets(t, "POST", bobs, `{"action":"accept"}`))
	assert.Empty(t, bob.gets(t, "GET", "/me/invites", ""))
	members = ada.gets(t, "GET", "/orgs/"+org["id"].(string), "").(map[string]any)["members"].([]any)
	require.Len(t, members, 2)
	assert.Equal(t, map[string]any{"userId": bob.id, "role": "view"}, only(members[1], "userId", "role"))
	assert.NotEmpty(t, members[1].(map[string]any)["applicationRoles"])

	// What is left is revoked.
	eves := ada.gets(t, "GET", invites, "").([]any)
	require.Len(t, eves, 1)
	revoke := invites + "?inviteId=" + eves[0].(map[string]any)["id"].(string)
	assert.Empty(t, ada.gets(t, "DELETE", revoke, ""))
	status, refused = ada.does(t, "DELETE", revoke, "")
	assert.Equal(t, []any{http.StatusNotFound, "Org invite was not found"}, []any{status, refused.(map[string]any)["message"]})

	// Who rejects or dismisses an invite is no member.
	for action, result := range map[string]string{"reject": "rejected", "dismiss": "dismissed"} {
		eve := w.person(t, action+"@example.com")
		ada.gets(t, "POST", invites, `{"email":"`+eve.email+`","role":"edit"}`)
		hers := eve.gets(t, "GET", "/me/invites", "").([]any)[0].(map[string]any)["id"].(string)
		answer := eve.gets(t, "POST", "/me/invites/"+hers, `{"action":"`+action+`"}`)
		assert.Equal(t, map[string]any{"result": result, "orgId": org["id"]}, answer)
		assert.Len(t, ada.gets(t, "GET", "/orgs/"+org["id"].(string), "").(map[string]any)["members"], 2)
	}

	// Members change their roles and go.
	member := "/orgs/" + org["id"].(string) + "/member"
	changed := ada.gets(t, "PATCH", member, `{"userId":"`+bob.id+`","role":"edit"}`).(map[string]any)
	assert.Equal(t, "edit", changed["members"].([]any)[1].(map[string]any)["role"])
	left := ada.gets(t, "DELETE", member+"?userId="+bob.id, "").(map[string]any)
	assert.Len(t, left["members"], 1)
	for _, gone := range []func() (int, any){
		func() (int, any) { return ada.does(t, "DELETE", member+"?userId="+bob.id, "") },
		func() (int, any) { return ada.does(t, "PATCH", member, `{"userId":"`+bob.id+`","role":"edit"}`) },
	} {
		status, refused = gone()
		assert.Equal(t, []any{http.StatusNotFound, "Member was not found"}, []any{status, refused.(map[string]any)["message"]})
	}
}

// The token of an invite, which would come by email, is its id.
func TestInvitesByToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.person(t, "ada@example.com")
	invites := w.path("/orgs/{orgId}/invites", nil)
	public := func(method, path, body string) (int, map[string]any) {
		t.Helper()
		r := request{method: method, path: path, body: body, contentType: "application/json"}
		resp, text := w.send(t, r)
		var decoded map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &decoded), text)
		return resp.StatusCode, decoded
	}
	for accept, members := range []int{0, 1} {
		token := ada.gets(t, "POST", invites, `{"email":"ada@example.com","role":"view"}`).([]any)[0].(map[string]any)["id"].(string)
		status, info := public("GET", "/invites?email=ada@example.com&token="+token, "")
		assert.Equal(t, http.StatusOK, status)
		assert.Equal(t, map[string]any{"orgName": "Org", "email": "ada@example.com", "role": "view"}, only(info, "orgName", "email", "role"))
		status, _ = public("GET", "/invites?email=bob@example.com&token="+token, "")
		assert.Equal(t, http.StatusNotFound, status)
		answer := fmt.Sprintf(`{"email":"ada@example.com","token":%q,"accept":%v}`, token, accept == 1)
		status, result := public("POST", "/invites", answer)
		require.Equal(t, http.StatusOK, status, "%v", result)
		assert.Equal(t, map[string]any{"accepted": accept == 1, "orgId": w.ids["orgId"]}, result)
		status, _ = public("POST", "/invites", answer)
		assert.Equal(t, http.StatusNotFound, status)
		_, org := w.call(t, "GET", w.path("/orgs/{orgId}", nil), "")
		assert.Len(t, org["members"], members)
	}
	ada.gets(t, "POST", invites, `{"email":"nobody@example.com","role":"view"}`)
	token := ada.gets(t, "GET", invites, "").([]any)[0].(map[string]any)["id"].(string)
	status, refused := public("POST", "/invites", fmt.Sprintf(`{"email":"nobody@example.com","token":%q,"accept":true}`, token))
	assert.Equal(t, http.StatusNotFound, status)
	assert.Equal(t, "User was not found", refused["message"])
}

func TestInvitesOfInstanceOrgs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.ids["orgId"] = w.ids["instanceOrgId"]
	ada := w.person(t, "ada@example.com")
	invites := w.path("/instances/{instanceId}/orgs/{orgId}/invites", nil)
	w.post(t, invites, `{"email":"bob@example.com","role":"edit"}`)
	made := w.post(t, invites, `{"email":"ada@example.com","role":"view"}`)
	assert.InDelta(t, 2.0, made["count"], 0)
	_, listed := w.call(t, "GET", invites+"?filterField=role&filter=view", "")
	items := listed["items"].([]any)
	require.Len(t, items, 1)
	one := invites + "/" + items[0].(map[string]any)["id"].(string)
	_, got := w.call(t, "GET", one, "")
	assert.Equal(t, map[string]any{"email": "ada@example.com", "role": "view", "hasExpired": false}, only(got, "email", "role", "hasExpired"))
	status, again := w.call(t, "POST", one, `{"role":"admin"}`)
	require.Equal(t, http.StatusCreated, status, "%v", again)
	assert.Equal(t, "admin", again["role"])

	mine := ada.gets(t, "GET", "/me/invites", "").([]any)
	require.Len(t, mine, 1)
	result := ada.gets(t, "POST", "/me/invites/"+mine[0].(map[string]any)["id"].(string), `{"action":"accept"}`)
	assert.Equal(t, map[string]any{"result": "accepted", "orgId": w.ids["orgId"]}, result)
	_, member := w.call(t, "GET", w.path("/instances/{instanceId}/orgs/{orgId}/members/", nil)+ada.id, "")
	assert.Equal(t, map[string]any{"email": "ada@example.com", "role": "admin"}, only(member, "email", "role"))

	// An old invite cannot be answered.
	old := w.Add("instanceOrgInvites.post", []string{w.ids["instanceId"], w.ids["orgId"]}, map[string]any{
		"email": "ada@example.com", "role": "view", "inviteDate": "2020-01-01T00:00:00.000Z",
	})
	_, got = w.call(t, "GET", invites+"/"+old["id"].(string), "")
	assert.Equal(t, true, got["hasExpired"])
	status, refused := ada.does(t, "POST", "/me/invites/"+old["id"].(string), `{"action":"reject"}`)
	assert.Equal(t, []any{http.StatusGone, "Org invite has expired"}, []any{status, refused.(map[string]any)["message"]})
	status, gone := w.call(t, "DELETE", invites+"/"+old["id"].(string), "")
	assert.Equal(t, []any{http.StatusOK, map[string]any{"success": true}}, []any{status, gone})
}

func TestTransfers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.person(t, "ada@example.com"), w.person(t, "bob@example.com")
	app := ada.gets(t, "POST", "/applications", `{"name":"Hers"}`).(map[string]any)["id"].(string)
	board := ada.gets(t, "POST", "/dashboards", `{"name":"Hers"}`).(map[string]any)["id"].(string)
	owner := func(path string) map[string]any {
		t.Helper()
		_, d := w.call(t, "GET", path, "")
		return only(d, "ownerType", "ownerId")
	}
	ofOrg := map[string]any{"ownerType": "organization", "ownerId": w.ids["orgId"]}
	body := `{"destinationType":"organization","destinationId":"` + w.ids["orgId"] + `","applicationIds":["` + app + `"],"dashboardIds":["` + board + `"]`
	status, _ := bob.does(t, "PATCH", "/me/transferResources", body+`,"strict":true}`)
	assert.Equal(t, http.StatusNotFound, status) // they are not his
	bob.gets(t, "PATCH", "/me/transferResources", body+`}`)
	assert.Equal(t, map[string]any{"ownerType": "user", "ownerId": ada.id}, owner("/applications/"+app))
	ada.gets(t, "PATCH", "/me/transferResources", body+`,"strict":true}`)
	assert.Equal(t, ofOrg, owner("/applications/"+app))
	assert.Equal(t, ofOrg, owner("/dashboards/"+board))
	assert.Empty(t, ada.gets(t, "GET", "/applications?orgId=", "").(map[string]any)["items"])

	status, _ = w.call(t, "PATCH", w.path("/orgs/{orgId}/transferResources", nil),
		`{"destinationType":"user","destinationId":"`+bob.id+`","applicationIds":["`+app+`"]}`)
	assert.Equal(t, http.StatusOK, status)
	assert.Len(t, bob.gets(t, "GET", "/applications?orgId=", "").(map[string]any)["items"], 1)
}

// Members are known by the ids of their accounts.
func TestMembers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.AddAccount("ada@example.com", "a secret")
	w.ids["orgId"] = w.ids["instanceOrgId"]
	for _, path := range []string{"/instances/{instanceId}/members", "/instances/{instanceId}/orgs/{orgId}/members"} {
		members := w.path(path, nil)
		made := w.post(t, members, `{"email":"ada@example.com","role":"view"}`)
		assert.Equal(t, []any{ada, "ada@example.com", "view"}, []any{made["userId"], made["email"], made["role"]})
		assert.NotContains(t, made, "id")
		status, refused := w.call(t, "POST", members, `{"userId":"`+ada+`","role":"view"}`)
		assert.Equal(t, http.StatusBadRequest, status)
		assert.Equal(t, "AlreadyExists", refused["type"])
		w.post(t, members, `{"email":"bob@example.com","role":"view"}`)
		status, patched := w.call(t, "PATCH", members+"/"+ada, `{"role":"admin"}`)
		require.Equal(t, http.StatusOK, status, "%v", patched)
		_, listed := w.call(t, "GET", members+"?filterField=role&filter=admin", "")
		items, _ := listed["items"].([]any)
		require.Len(t, items, 1)
		assert.Equal(t, ada, items[0].(map[string]any)["userId"])
		status, _ = w.call(t, "DELETE", members+"/"+ada, "")
		assert.Equal(t, http.StatusOK, status)
		status, missing := w.call(t, "GET", members+"/"+ada, "")
		assert.Equal(t, http.StatusNotFound, status)
		assert.Equal(t, "NotFound", missing["type"])
	}
}
