package losanttest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// every token of these scopes opens every action.
func every(f *fixture) string {
	return f.Token("all.Application", "all.Organization", "all.User", "all.Instance", "only.User", "only.Organization")
}

// world is a server with one document that each path leads to.
type world struct {
	*fixture
	ids map[string]string // by the names of the parameters of paths
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{newFixture(t), map[string]string{}}
	add := func(name, operation string, ids []string, document map[string]any) string {
		id, ok := w.Add(operation, ids, document)["id"].(string)
		require.True(t, ok)
		w.ids[name] = id
		return id
	}
	w.ids["applicationId"] = w.app
	add("deviceId", "devices.post", []string{w.app}, map[string]any{"name": "Lamp"})
	add("dataTableId", "dataTables.post", []string{w.app}, map[string]any{"name": "Rows"})
	add("flowId", "flows.post", []string{w.app}, map[string]any{"name": "Flow"})
	add("orgId", "orgs.post", nil, map[string]any{"name": "Org"})
	instance := add("instanceId", "instances.post", nil, map[string]any{"name": "Instance"})
	w.ids["instanceOrgId"] = w.Add("instanceOrgs.post", []string{instance}, map[string]any{"name": "Org"})["id"].(string)
	return w
}

// path fills the parameters of a path in.
func (w *world) path(path string, ids map[string]string) string {
	return pathParameter.ReplaceAllStringFunc(path, func(found string) string {
		name := strings.Trim(found, "{}")
		if id, ok := ids[name]; ok {
			return id
		}
		return w.ids[name]
	})
}

func (w *world) call(t *testing.T, method, path, body string) (int, map[string]any) {
	t.Helper()
	r := request{method: method, path: path, body: body, auth: "Bearer " + every(w.fixture)}
	if body != "" {
		r.contentType = "application/json"
	}
	resp, text := w.send(t, r)
	var decoded map[string]any
	require.NoError(t, json.Unmarshal([]byte(text), &decoded), text)
	return resp.StatusCode, decoded
}

// list calls an action that answers with an array.
func (w *world) list(t *testing.T, path string) []any {
	t.Helper()
	resp, body := w.send(t, request{method: "GET", path: path, auth: "Bearer " + every(w.fixture)})
	require.Equal(t, http.StatusOK, resp.StatusCode, body)
	var decoded []any
	require.NoError(t, json.Unmarshal([]byte(body), &decoded))
	return decoded
}

func (w *world) post(t *testing.T, path, body string) map[string]any {
	t.Helper()
	status, answer := w.call(t, "POST", path, body)
	require.Less(t, status, 300, "%v", answer)
	return answer
}

// compact is a value as JSON without the dates' common beginning.
func compact(t *testing.T, value any) string {
	t.Helper()
	text, err := json.Marshal(value)
	require.NoError(t, err)
	return strings.NewReplacer("2024-01-01T00:", "", ".000Z", "").Replace(string(text))
}

// at is a time of the first hour of 2024.
func at(minute int) string { return fmt.Sprintf("2024-01-01T00:%02d:00.000Z", minute) }

// names are those of the items of a list.
func (w *world) names(t *testing.T, path, query string) []string {
	t.Helper()
	if query != "" {
		path += "?" + strings.NewReplacer(`"`, "%22", "{", "%7B", "}", "%7D", " ", "%20", "$", "%24", "+", "%2B").Replace(query)
	}
	status, listed := w.call(t, "GET", path, "")
	require.Equal(t, http.StatusOK, status, "%v", listed)
	names := []string{}
	for _, item := range listed["items"].([]any) {
		names = append(names, item.(map[string]any)["name"].(string))
	}
	return names
}

// person is an account that has logged in.
type person struct {
	*world
	id, email, token string
}

func (w *world) person(t *testing.T, email string) *person {
	t.Helper()
	p := &person{world: w, id: w.AddAccount(email, "a secret"), email: email}
	p.token = p.login(t, "a secret")
	return p
}

func (p *person) login(t *testing.T, password string) string {
	t.Helper()
	body := fmt.Sprintf(`{"email":%q,"password":%q}`, p.email, password)
	token, ok := p.sendOK(t, request{method: "POST", path: "/auth/user", body: body, contentType: "application/json"})["token"].(string)
	require.True(t, ok)
	return token
}

// does calls an action with the token of the person.
func (p *person) does(t *testing.T, method, path, body string) (int, any) {
	t.Helper()
	r := request{method: method, path: path, body: body, auth: "Bearer " + p.token}
	if body != "" {
		r.contentType = "application/json"
	}
	resp, text := p.send(t, r)
	var decoded any
	require.NoError(t, json.Unmarshal([]byte(text), &decoded), text)
	return resp.StatusCode, decoded
}

// gets calls an action that must succeed.
func (p *person) gets(t *testing.T, method, path, body string) any {
	t.Helper()
	status, answer := p.does(t, method, path, body)
	require.Less(t, status, 300, "%v", answer)
	return answer
}

// only are some members of an object.
func only(object any, names ...string) map[string]any {
	o, _ := object.(map[string]any)
	some := map[string]any{}
	for _, name := range names {
		if value, ok := o[name]; ok {
			some[name] = value
		}
	}
	return some
}

// members are the members of a name of all objects of a list.
func members(list []any, name string) (all []any) {
	for _, item := range list {
		all = append(all, item.(map[string]any)[name])
	}
	return all
}
