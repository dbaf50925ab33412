package losanttest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLogins(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	userID := w.AddAccount("ada@example.com", "a secret")
	assert.Panics(t, func() { w.AddAccount("ada@example.com", "another") })
	assert.Panics(t, func() { w.AddAccount("nobody", "another") })

	login := func(path, body string) (int, map[string]any) {
		t.Helper()
		resp, text := w.send(t, request{method: "POST", path: path, body: body, contentType: "application/json"})
		var decoded map[string]any
		require.NoError(t, json.Unmarshal([]byte(text), &decoded))
		return resp.StatusCode, decoded
	}
	for _, body := range []string{
		`{"email":"ada@example.com","password":"wrong secret"}`, `{"email":"bob@example.com","password":"a secret"}`,
	} {
		status, refused := login("/auth/user", body)
		assert.Equal(t, http.StatusUnauthorized, status)
		assert.Equal(t, "Unauthorized", refused["type"])
	}
	status, user := login("/auth/user", `{"email":"ada@example.com","password":"a secret","requestedScopes":["all.User.read"]}`)
	require.Equal(t, http.StatusOK, status, "%v", user)
	assert.Equal(t, userID, user["userId"])
	as := func(token any) request {
		return request{method: "GET", path: "/me", auth: fmt.Sprint("Bearer ", token)}
	}
	me := w.sendOK(t, as(user["token"]))
	assert.Equal(t, "ada@example.com", me["email"])
	rename := as(user["token"])
	rename.method, rename.contentType, rename.body = "PATCH", "application/json", `{"firstName":"Ada"}`
	w.fails(t, rename, http.StatusForbidden, "Forbidden", "Access is forbidden")
	_, user = login("/auth/user", `{"email":"ada@example.com","password":"a secret"}`)
	rename.auth = fmt.Sprint("Bearer ", user["token"])
	assert.Equal(t, "Ada", w.sendOK(t, rename)["firstName"])
	refresh := as(user["token"])
	refresh.path = "/me/refreshToken"
	assert.Equal(t, "Ada", w.sendOK(t, as(w.sendOK(t, refresh)["token"]))["firstName"])

	device := w.ids["deviceId"]
	key := w.Add("applicationKeys.post", []string{w.app}, map[string]any{})
	elsewhere := w.Add("applicationKeys.post", []string{w.AddApplication()}, map[string]any{})
	others := w.Add("applicationKeys.post", []string{w.app}, map[string]any{"deviceIds": []any{absentID}})
	credentials := func(device string, key map[string]any, secret any) string {
		return fmt.Sprintf(`{"deviceId":%q,"key":%q,"secret":%q}`, device, key["key"], secret)
	}
	for _, body := range []string{
		credentials(device, key, "wrong secret"), credentials(absentID, key, key["secret"]),
		credentials(device, elsewhere, elsewhere["secret"]), credentials(device, others, others["secret"]),
	} {
		status, refused := login("/auth/device", body)
		assert.Equal(t, http.StatusUnauthorized, status)
		assert.Equal(t, "Unauthorized", refused["type"])
	}
	status, authed := login("/auth/device", credentials(device, key, key["secret"]))
	require.Equal(t, http.StatusOK, status, "%v", authed)
	assert.Equal(t, []any{device, w.app, "standalone"}, []any{authed["deviceId"], authed["applicationId"], authed["deviceClass"]})
	own := as(authed["token"])
	own.path = "/applications/" + w.app + "/devices/" + device
	assert.Equal(t, "Lamp", w.sendOK(t, own)["name"])
	own.method = "DELETE"
	w.fails(t, own, http.StatusForbidden, "Forbidden", "Access is forbidden")
	status, _ = w.call(t, "PATCH", "/applications/"+w.app+"/keys/"+key["id"].(string), `{"status":"inactive"}`)
	require.Equal(t, http.StatusOK, status)
	status, _ = login("/auth/device", credentials(device, key, key["secret"]))
	assert.Equal(t, http.StatusUnauthorized, status)
}

func TestAPITokensOpenTheServer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	status, made := w.call(t, "POST", "/applications/"+w.app+"/tokens", `{"name":"a","scope":["devices.get"]}`)
	require.Equal(t, http.StatusCreated, status)
	r := request{method: "GET", path: "/applications/{app}/devices", auth: fmt.Sprint("Bearer ", made["token"])}
	w.sendOK(t, r)
	r.path = "/applications/{app}/flows"
	w.fails(t, r, http.StatusForbidden, "Forbidden", "Access is forbidden")
}
