package losanttest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestAccounts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.person(t, "ada@example.com")
	assert.Empty(t, ada.gets(t, "GET", "/me/recentItems?itemType=device&parentId="+w.app, "").(map[string]any)["items"])
	item := func(id string) string {
		return `{"itemType":"device","parentId":"` + w.app + `","itemId":"` + id + `"}`
	}
	second := w.Add("devices.post", []string{w.app}, map[string]any{"name": "Second"})["id"].(string)
	for _, id := range []string{w.ids["deviceId"], second, w.ids["deviceId"], absentID} {
		ada.gets(t, "POST", "/me/recentItems", item(id))
	}
	recent := ada.gets(t, "GET", "/me/recentItems?itemType=device&parentId="+w.app, "").(map[string]any)
	assert.Equal(t, []any{
		map[string]any{"id": w.ids["deviceId"], "name": "Lamp"}, map[string]any{"id": second, "name": "Second"},
	}, recent["items"])
	assert.Equal(t, "device", recent["itemType"])
	orgs := ada.gets(t, "POST", "/me/recentItems", `{"itemType":"organization","itemId":"`+w.ids["orgId"]+`"}`).(map[string]any)
	assert.Equal(t, []any{map[string]any{"id": w.ids["orgId"], "name": "Org"}}, orgs["items"])

	status, _ := ada.does(t, "PATCH", "/me/changePassword", `{"password":"wrong secret","newPassword":"Abcdefghi-0123"}`)
	assert.Equal(t, http.StatusBadRequest, status)
	changed := ada.gets(t, "PATCH", "/me/changePassword", `{"password":"a secret","newPassword":"Abcdefghi-0123"}`).(map[string]any)
	assert.Equal(t, ada.id, changed["userId"])
	ada.gets(t, "GET", "/me", "") // the old token goes on
	ended := *ada
	ada.token = ada.gets(t, "PATCH", "/me/changePassword",
		`{"password":"Abcdefghi-0123","newPassword":"Bbcdefghi-0123","invalidateExistingTokens":true}`).(map[string]any)["token"].(string)
	status, refused := ended.does(t, "GET", "/me", "")
	assert.Equal(t, []any{http.StatusUnauthorized, "Invalid access token"}, []any{status, refused.(map[string]any)["message"]})
	ada.gets(t, "GET", "/me", "")
	ada.token = ada.login(t, "Bbcdefghi-0123")
	ada.gets(t, "PATCH", "/me/disconnectGithub", "")
	assert.Equal(t, map[string]any{"success": true}, ada.gets(t, "POST", "/me/verify-email", ""))

	for _, wrong := range []string{
		`{"email":"ada@example.com","password":"wrong secret"}`, `{"email":"bob@example.com","password":"Bbcdefghi-0123"}`,
	} {
		status, _ = ada.does(t, "POST", "/me/delete", wrong)
		assert.Equal(t, http.StatusBadRequest, status)
	}
	ada.gets(t, "POST", "/me/delete", `{"email":"ada@example.com","password":"Bbcdefghi-0123"}`)
	status, _ = ada.does(t, "GET", "/me", "")
	assert.Equal(t, http.StatusNotFound, status)
	resp, _ := w.send(t, request{method: "GET", path: "/auth/ssoDomain", query: "email=ada@example.com"})
	assert.Equal(t, http.StatusNoContent, resp.StatusCode)
}
