package losanttest_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/api"
	"github.com/losant-go/losant/internal/odd"
)

// every token of these scopes opens every action.
func every(f *fixture) string {
	return f.Token("all.Application", "all.Organization", "all.User", "all.Instance", "only.User", "only.Organization")
}

// ownState are the lists whose items are no documents like others; they have tests of their own.
var ownState = []string{
	"dataTableRows", "deviceAttributes", "experienceGroups", "experienceUsers", "files", "instanceMembers",
	"instanceOrgInvites", "instanceOrgMembers",
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

// Every list that has a post, and whose items have a path of their own, keeps what it is given.
func TestEveryKindOfDocument(t *testing.T) {
	t.Parallel()
	d, err := api.Load()
	require.NoError(t, err)
	actions := map[string]*api.Action{}
	byPath := map[string]string{} // the resource of an item, by its path
	for i := range d.Actions {
		a := &d.Actions[i]
		actions[a.ID()] = a
		if a.Name == "get" && strings.HasSuffix(a.Path, "}") {
			byPath[a.Path[:strings.LastIndex(a.Path, "/")]] = a.Resource
		}
	}
	tested := 0
	for list := range maps.Values(actions) {
		item := byPath[list.Path]
		post := actions[list.Resource+".post"]
		if list.Name != "get" || item == "" || post == nil || slices.Contains(ownState, list.Resource) {
			continue
		}
		tested++
		t.Run(item, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			get, patch, remove := actions[item+".get"], actions[item+".patch"], actions[item+".delete"]
			collection := w.path(list.Path, nil)
			_, before := w.call(t, "GET", collection, "")

			status, made := w.call(t, "POST", collection, odd.Right(d, post).Body)
			require.Equal(t, post.Answers[0].Status, status, "%v", made)
			id, _ := made["id"].(string)
			require.Len(t, id, 24)
			assert.Equal(t, item, made["_type"])
			params := pathParameter.FindAllString(get.Path, -1)
			path := w.path(get.Path, map[string]string{strings.Trim(params[len(params)-1], "{}"): id})
			assert.Equal(t, map[string]any{"self": map[string]any{"href": path}}, made["_links"])

			status, got := w.call(t, "GET", path, "")
			require.Equal(t, http.StatusOK, status, "%v", got)
			for name := range got {
				assert.Equal(t, made[name], got[name], name)
			}
			status, listed := w.call(t, "GET", collection, "")
			require.Equal(t, http.StatusOK, status, "%v", listed)
			items, _ := listed["items"].([]any)
			require.Len(t, items, len(before["items"].([]any))+1)
			assert.Contains(t, items, any(got))
			assert.InDelta(t, float64(len(items)), listed["count"], 0)

			if patch != nil {
				status, patched := w.call(t, "PATCH", path, odd.Right(d, patch).Body)
				require.Equal(t, patch.Answers[0].Status, status, "%v", patched)
				assert.Equal(t, id, patched["id"])
				if got["lastUpdated"] != nil {
					assert.Greater(t, patched["lastUpdated"], got["lastUpdated"])
				}
			}
			status, gone := w.call(t, remove.Method, path, "")
			require.Equal(t, http.StatusOK, status, "%v", gone)
			assert.Equal(t, map[string]any{"success": true}, gone)
			for _, method := range []string{"GET", "DELETE"} {
				status, missing := w.call(t, method, path, "")
				assert.Equal(t, http.StatusNotFound, status)
				assert.Equal(t, "NotFound", missing["type"])
				assert.Regexp(t, "^[A-Z][a-z ]+ was not found$", missing["message"])
			}
			_, after := w.call(t, "GET", collection, "")
			assert.Equal(t, before, after)

			// What is above it has to be there.
			for name := range w.ids {
				other := w.path(get.Path, map[string]string{name: absentID, strings.Trim(params[len(params)-1], "{}"): id})
				if other != path {
					status, missing := w.call(t, "GET", other, "")
					assert.Equal(t, http.StatusNotFound, status, "%v", missing)
				}
			}
		})
	}
	assert.Equal(t, 31, tested)
}

func TestDevices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	devices := "/applications/" + w.app + "/devices"
	status, made := w.call(t, "POST", devices, `{"name":"Pump","tags":[{"key":"floor","value":"8"}],
		"attributes":[{"name":"voltage","dataType":"number"}],"parentId":"`+w.ids["deviceId"]+`"}`)
	require.Equal(t, http.StatusCreated, status, "%v", made)
	assert.Equal(t, "standalone", made["deviceClass"])
	assert.Equal(t, w.app, made["applicationId"])
	assert.Equal(t, made["id"], made["deviceId"])
	assert.Equal(t, []any{map[string]any{"key": "floor", "value": "8"}}, made["tags"])
	path := devices + "/" + made["id"].(string)

	// A list in a patch takes the place of the one before, null clears.
	_, patched := w.call(t, "PATCH", path, `{"tags":[],"description":"A pump","parentId":null}`)
	assert.Equal(t, []any{}, patched["tags"])
	assert.Equal(t, "A pump", patched["description"])
	assert.Contains(t, patched, "parentId")
	assert.Nil(t, patched["parentId"])
	assert.Equal(t, made["attributes"], patched["attributes"])
	assert.Equal(t, made["creationDate"], patched["creationDate"])

	for _, parent := range []string{absentID, made["id"].(string)} {
		status, refused := w.call(t, "PATCH", path, `{"parentId":"`+parent+`"}`)
		assert.Equal(t, http.StatusBadRequest, status)
		assert.Equal(t, "device.parentId is not another device of the application", refused["message"])
	}
	_, child := w.call(t, "POST", devices, `{"name":"Child","parentId":"`+made["id"].(string)+`"}`)
	status, refused := w.call(t, "PATCH", path, `{"parentId":"`+child["id"].(string)+`"}`)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Equal(t, "device.parentId is the device itself or one of its descendants", refused["message"])
}

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

func TestLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.AddApplication()
	devices := "/applications/" + app + "/devices"
	ids := map[string]string{}
	add := func(name string, document map[string]any) {
		document["name"] = name
		ids[name] = w.Add("devices.post", []string{app}, document)["id"].(string)
	}
	tags := func(pairs ...string) []any {
		list := []any{}
		for pair := range slices.Chunk(pairs, 2) {
			list = append(list, map[string]any{"key": pair[0], "value": pair[1]})
		}
		return list
	}
	add("pump 2", map[string]any{"tags": tags("floor", "8", "kind", "pump"), "creationDate": "2024-01-02T00:00:00.000Z"})
	add("Pump 1", map[string]any{"tags": tags("floor", "9"), "creationDate": "2024-01-03T00:00:00.000Z", "deviceClass": "gateway"})
	add("lamp", map[string]any{
		"parentId": ids["Pump 1"], "creationDate": "2024-01-01T00:00:00.000Z", "description": "A lamp*",
		"attributes": []any{map[string]any{"name": "on", "dataType": "boolean"}},
	})
	add("lamp shade", map[string]any{"parentId": ids["lamp"], "creationDate": "2024-01-04T00:00:00.000Z", "tags": tags("floor", "8")})

	for query, want := range map[string][]string{
		"":                       {"Pump 1", "lamp", "lamp shade", "pump 2"},
		"sortDirection=desc":     {"pump 2", "lamp shade", "lamp", "Pump 1"},
		"sortField=creationDate": {"lamp", "pump 2", "Pump 1", "lamp shade"},
		"perPage=3":              {"Pump 1", "lamp", "lamp shade"},
		"perPage=3&page=1":       {"pump 2"},
		"perPage=3&page=2":       {},
		"perPage=0":              {},
		"perPage=-1":             {"Pump 1", "lamp", "lamp shade", "pump 2"},
		"perPage=9223372036854775807&page=9223372036854775807": {},
		"perPage=x&page=x":                                          {"Pump 1", "lamp", "lamp shade", "pump 2"},
		"filterField=name&filter=pump*":                             {"Pump 1", "pump 2"},
		"filterField=name&filter=*P*":                               {"Pump 1", "lamp", "lamp shade", "pump 2"},
		"filterField=name&filter=l*p*s*e":                           {"lamp shade"},
		"filterField=name&filter=lamp":                              {"lamp"},
		"filterField=name&filter=":                                  {"Pump 1", "lamp", "lamp shade", "pump 2"},
		"deviceClass=gateway":                                       {"Pump 1"},
		"deviceClass=gateway&deviceClass=standalone":                {"Pump 1", "lamp", "lamp shade", "pump 2"},
		"deviceClass[]=standalone":                                  {"lamp", "lamp shade", "pump 2"},
		"parentId=" + ids["lamp"]:                                   {"lamp shade"},
		"tagFilter[0][key]=floor":                                   {"Pump 1", "lamp shade", "pump 2"},
		"tagFilter[0][key]=floor&tagFilter[0][value]=8":             {"lamp shade", "pump 2"},
		"tagFilter[0][value]=8&tagFilter[1][key]=kind":              {"pump 2"},
		`query={"name":"lamp"}`:                                     {"lamp"},
		`query={"name":"LAMP"}`:                                     {},
		`query={"name":{"$eq":"LAMP","$ci":true}}`:                  {"lamp"},
		`query={"name":{"$ne":"lamp"}}`:                             {"Pump 1", "lamp shade", "pump 2"},
		`query={"name":{"$gt":"lamp"}}`:                             {"lamp shade", "pump 2"},
		`query={"name":{"$gte":"lamp","$lt":"pump"}}`:               {"lamp", "lamp shade"},
		`query={"name":{"$lte":"lamp"}}`:                            {"Pump 1", "lamp"},
		`query={"name":{"$in":["lamp","pump 2"]}}`:                  {"lamp", "pump 2"},
		`query={"name":{"$nin":["lamp","pump 2"]}}`:                 {"Pump 1", "lamp shade"},
		`query={"name":{"$startsWith":"pump"}}`:                     {"pump 2"},
		`query={"name":{"$startsWith":"pump","$ci":true}}`:          {"Pump 1", "pump 2"},
		`query={"name":{"$endsWith":"e"}}`:                          {"lamp shade"},
		`query={"name":{"$contains":"amp s"}}`:                      {"lamp shade"},
		`query={"$or":[{"name":"lamp"},{"deviceClass":"gateway"}]}`: {"Pump 1", "lamp"},
		`query={"$and":[{"name":{"$startsWith":"lamp"}},{"parentId":"` + ids["lamp"] + `"}]}`: {"lamp shade"},
		`query={"$nor":[{"name":"lamp"},{"deviceClass":"gateway"}]}`:                          {"lamp shade", "pump 2"},
		`query={"parentId":null}`:                                                        {"Pump 1", "pump 2"},
		`query={"parentId":{"$ne":null}}`:                                                {"lamp", "lamp shade"},
		`query={"ancestorId":"` + ids["Pump 1"] + `"}`:                                   {"lamp", "lamp shade"},
		`query={"attributeName":"on"}`:                                                   {"lamp"},
		`query={"creationDate":{"$gt":"2024-01-02T00:00:00.000Z"}}`:                      {"Pump 1", "lamp shade"},
		`query={"creationDate":{"$gte":"2024-01-02T01:00:00+01:00"}}`:                    {"Pump 1", "lamp shade", "pump 2"},
		`query={"creationDate":{"$lt":1704153600000}}`:                                   {"lamp"},
		`query={"tags":null}`:                                                            {"lamp"},
		`query={"tags":{"$tagKey":"floor"}}`:                                             {"Pump 1", "lamp shade", "pump 2"},
		`query={"tags":{"$tagKey":"floor","$tagValue":"9"}}`:                             {"Pump 1"},
		`query={"tags":{"$tagValue":{"$in":["9","pump"]}}}`:                              {"Pump 1", "pump 2"},
		`query={"tags":{"floor":"8"}}`:                                                   {"lamp shade", "pump 2"},
		`query={"tags":{"floor":"8","kind":null}}`:                                       {"lamp shade"},
		`query={"tags":{"$ne":{"$tagKey":"floor"}}}`:                                     {"lamp"},
		`query={"tags":{"$eq":{"floor":"9"}}}`:                                           {"Pump 1"},
		`query={"$and":[{"creationDate":{"$gt":{"$date":"2024-01-03T00:00:00.000Z"}}}]}`: {"lamp shade"},
		`query={}&filterField=name&filter=lamp`:                                          {"Pump 1", "lamp", "lamp shade", "pump 2"},
	} {
		assert.Equal(t, want, w.names(t, devices, query), query)
	}

	_, listed := w.call(t, "GET", devices+"?filterField=name&filter=pump*&perPage=1&page=1&_links=false&_actions=false&sortDirection=desc", "")
	delete(listed, "items")
	assert.Equal(t, map[string]any{
		"_type": "devices", "applicationId": app, "count": 1.0, "totalCount": 2.0, "perPage": 1.0, "page": 1.0,
		"filterField": "name", "filter": "pump*", "sortField": "name", "sortDirection": "desc",
	}, listed)
}

// Devices are found by the experience groups that hold them, and by the users of these.
func TestDevicesOfExperienceGroups(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	group := w.AddGroup(w.app, losant.ExperienceGroup{
		DeviceIDs: []string{w.ids["deviceId"]}, ExperienceUserIDs: []string{w.user.ID},
	})
	w.Add("devices.post", []string{w.app}, map[string]any{"name": "Other"})
	devices := "/applications/" + w.app + "/devices"
	for query, want := range map[string][]string{
		`{"experienceGroupId":"` + group.ID + `"}`:         {"Lamp"},
		`{"experienceGroupId":{"$ne":"` + group.ID + `"}}`: {"Other"},
		`{"experienceUserId":"` + w.user.ID + `"}`:         {"Lamp"},
		`{"experienceUserId":null}`:                        {"Other"},
		`{"experienceGroupId":"` + w.group.ID + `"}`:       {},
	} {
		assert.Equal(t, want, w.names(t, devices, "query="+query), query)
	}
}

// A page at the beginning of a long list is what a sort of the whole list begins with.
func TestPagesOfLongLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app := w.AddApplication()
	var want []string
	for i := range 200 {
		name := fmt.Sprintf("%03d", i*77%200)
		w.Add("devices.post", []string{app}, map[string]any{"name": name})
		want = append(want, name)
	}
	slices.Sort(want)
	devices := "/applications/" + app + "/devices"
	for page := range 20 {
		got := w.names(t, devices, fmt.Sprintf("perPage=10&page=%d", page))
		assert.Equal(t, want[page*10:page*10+10], got)
	}
	slices.Reverse(want)
	assert.Equal(t, want[:7], w.names(t, devices, "perPage=7&sortDirection=desc"))
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

// Lists of dashboards, applications and templates have parameters of their own.
func TestParametersOfLists(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Add("applications.post", nil, map[string]any{"name": "Owned", "orgId": w.ids["orgId"]})
	assert.Equal(t, []string{"Owned"}, w.names(t, "/applications", "orgId="+w.ids["orgId"]))
	assert.Equal(t, []string{"Application", "Owned"}, w.names(t, "/applications", ""))
	w.Add("applicationTemplates.post", nil, map[string]any{"name": "A", "keywords": []any{"gps", "aws"}, "categoryId": "c"})
	w.Add("applicationTemplates.post", nil, map[string]any{"name": "B", "keywords": []any{"mqtt"}})
	assert.Equal(t, []string{"A"}, w.names(t, "/applicationTemplates", "keywords=aws,x"))
	assert.Equal(t, []string{"A", "B"}, w.names(t, "/applicationTemplates", "keywords=aws,mqtt"))
	flows := "/applications/" + w.app + "/flows"
	w.Add("flows.post", []string{w.app}, map[string]any{"name": "Edge", "flowClass": "edge"})
	assert.Equal(t, []string{"Flow"}, w.names(t, flows, ""))
	assert.Equal(t, []string{"Edge"}, w.names(t, flows, "flowClass=edge"))
	devices := "/applications/" + w.app + "/devices"
	w.Add("devices.post", []string{w.app}, map[string]any{"name": "Below", "parentId": w.ids["deviceId"]})
	assert.Equal(t, []string{"Lamp"}, w.names(t, devices, "parentId=null"))
}

// Bodies that are tables and bytes are what the framework makes of them.
func TestBodiesOfOtherTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	table := w.Add("dataTables.post", []string{w.app}, map[string]any{"name": "T", "columns": []any{
		map[string]any{"name": "k", "dataType": "string", "constraint": "unique"},
	}})
	rows := "/applications/" + w.app + "/data-tables/" + table["id"].(string) + "/rows"
	for contentType, body := range map[string]string{"text/csv": "k,x\na,1\nb,2\n", "text/tsv": "k\tx\nc\t1\nd\t2\n"} {
		r := asAdmin("POST", rows, body)
		r.contentType = contentType
		resp, text := w.send(t, r)
		assert.Equal(t, http.StatusCreated, resp.StatusCode, text)
	}
	_, listed := w.call(t, "GET", rows, "")
	assert.InDelta(t, 4.0, listed["count"], 0)
	broken := asAdmin("POST", rows, "k\n\"")
	broken.contentType = "text/csv"
	resp, _ := w.send(t, broken)
	assert.Equal(t, http.StatusBadRequest, resp.StatusCode)
	row := listed["items"].([]any)[0].(map[string]any)["id"].(string)
	status, gone := w.call(t, "DELETE", rows+"/"+row, "")
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, map[string]any{"success": true}, gone)
	added := w.Add("dataTableRows.post", []string{w.app, table["id"].(string)}, map[string]any{"k": "z"})
	_, shown := w.call(t, "GET", rows+"/"+added["id"].(string), "")
	assert.Equal(t, "z", shown["k"])
}

// Names that are documented to be one's own are.
func TestUniqueProperties(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for list, body := range map[string]string{
		"experience/versions": `{"version":"v1"}`, "experience/slugs": `{"slug":"slug1"}`,
		"experience/domains": `{"domainName":"domain1.example.com"}`, "flows/" + w.ids["flowId"] + "/versions": `{"version":"v1"}`,
	} {
		path := "/applications/" + w.app + "/" + list
		status, first := w.call(t, "POST", path, body)
		require.Equal(t, http.StatusCreated, status, "%v", first)
		status, refused := w.call(t, "POST", path, body)
		assert.Equal(t, http.StatusBadRequest, status)
		assert.Equal(t, "AlreadyExists", refused["type"])
		status, other := w.call(t, "POST", path, strings.Replace(body, "1", "2", 1))
		assert.Equal(t, http.StatusCreated, status, "%v", other)
	}
	// Versions have a name besides their id.
	status, version := w.call(t, "GET", "/applications/"+w.app+"/experience/versions/v2", "")
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "v2", version["version"])
}

func TestDeletingAnApplicationDeletesWhatIsInIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/applications/" + w.app
	status, _ := w.call(t, "DELETE", path, "")
	require.Equal(t, http.StatusOK, status)
	for _, below := range []string{"", "/devices", "/devices/" + w.ids["deviceId"], "/experience/users/" + w.user.ID} {
		status, missing := w.call(t, "GET", path+below, "")
		assert.Equal(t, http.StatusNotFound, status)
		assert.Equal(t, "Application was not found", missing["message"])
	}
	assert.Panics(t, func() { w.Add("devices.post", []string{w.app}, map[string]any{"name": "a"}) })

	// What comes back under the same id is empty.
	w.Add("applications.post", nil, map[string]any{"id": w.app, "name": "Again"})
	assert.Empty(t, w.names(t, path+"/devices", ""))
	assert.Empty(t, w.names(t, path+"/experience/groups", ""))
}

func TestAdd(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	// An answer of the API can be added as it is, one of a later version too.
	added := f.Add("devices.post", []string{f.app}, json.RawMessage(`{
		"id": "575ecf887ae143cd83dc4aa2", "deviceId": "575ecf887ae143cd83dc4aa2", "applicationId": "575ec8687ae143cd83dc4a97",
		"creationDate": "2016-06-13T04:00:00.000Z", "lastUpdated": "2016-06-13T04:00:00.000Z", "name": "My Device",
		"_type": "device", "_links": {}, "_actions": {}, "_etag": "x", "fromTheFuture": [5]
	}`))
	assert.Equal(t, "575ecf887ae143cd83dc4aa2", added["id"])
	assert.Equal(t, f.app, added["applicationId"])
	assert.Equal(t, "2016-06-13T04:00:00.000Z", added["lastUpdated"])
	for _, name := range []string{"_type", "_links", "_etag", "fromTheFuture"} {
		assert.NotContains(t, added, name)
	}
	added["name"] = "changed"
	assert.Equal(t, "My Device", f.sendOK(t, asAdmin("GET", "/applications/{app}/devices/575ecf887ae143cd83dc4aa2", ""))["name"])

	key := f.Add("applicationKeys.post", []string{f.app}, map[string]any{})
	assert.NotEmpty(t, key["secret"])
	shown := f.sendOK(t, asAdmin("GET", "/applications/{app}/keys/"+key["id"].(string), ""))
	assert.Equal(t, key["key"], shown["key"])
	assert.NotContains(t, shown, "secret")
	own := f.Add("applicationKeys.post", []string{f.app}, map[string]any{"key": "k", "secret": "s"})
	assert.Equal(t, []any{"k", "s"}, []any{own["key"], own["secret"]})

	user := f.Add("experienceUsers.post", []string{f.app}, map[string]any{"email": "eve@example.com", "password": "12345678"})
	assert.Equal(t, "eve@example.com", f.mustUser(t, user["id"].(string)).Email)
	group := f.Add("experienceGroups.post", []string{f.app}, map[string]any{"name": "G", "experienceUserIds": []any{user["id"]}})
	assert.Equal(t, []string{user["id"].(string)}, f.mustGroup(t, group["id"].(string)).ExperienceUserIDs)

	for name, test := range map[string]struct {
		operation string
		ids       []string
		document  any
	}{
		"devices.get: nothing can be added so":                          {"devices.get", nil, nil},
		"nothing.post: nothing can be added so":                         {"nothing.post", nil, map[string]any{}},
		"devices.post: applicationId is missing from the ids":           {"devices.post", nil, map[string]any{"name": "a"}},
		"applications.post: 1 ids are given for the 0 of /applications": {"applications.post", []string{"x"}, map[string]any{"name": "a"}},
		"devices.post: device.name is required":                         {"devices.post", []string{f.app}, map[string]any{}},
		"devices.post: device.name is the wrong type":                   {"devices.post", []string{f.app}, map[string]any{"name": 5}},
		"devices.post: Application was not found":                       {"devices.post", []string{absentID}, map[string]any{"name": "a"}},
		`devices.post: id is taken: "575ecf887ae143cd83dc4aa2"`:         {"devices.post", []string{f.app}, map[string]any{"name": "a", "id": "575ecf887ae143cd83dc4aa2"}},
		`devices.post: id is not 24 hexadecimal digits: "x"`:            {"devices.post", []string{f.app}, map[string]any{"name": "a", "id": "x"}},
		"devices.post: int is no object":                                {"devices.post", []string{f.app}, 5},
	} {
		document := test.document
		if document == nil {
			document = map[string]any{}
		}
		assert.PanicsWithValue(t, "losanttest: Add: "+name, func() { f.Add(test.operation, test.ids, document) })
	}
}

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

func TestEvents(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	events := "/applications/" + w.app + "/events"
	status, event := w.call(t, "POST", events, `{"level":"info","subject":"Hot","deviceId":"`+w.ids["deviceId"]+`","creationDate":1704153600000}`)
	require.Equal(t, http.StatusCreated, status, "%v", event)
	assert.Equal(t, "new", event["state"])
	assert.Equal(t, "Lamp", event["deviceName"])
	assert.Equal(t, "2024-01-02T00:00:00.000Z", event["creationDate"])
	path := events + "/" + event["id"].(string)
	_, patched := w.call(t, "PATCH", path, `{"state":"acknowledged","comment":"Looking"}`)
	assert.Equal(t, "acknowledged", patched["state"])
	updates, _ := patched["updates"].([]any)
	require.Len(t, updates, 1)
	update, _ := updates[0].(map[string]any)
	assert.Equal(t, "Looking", update["comment"])
	assert.Equal(t, map[string]any{"old": "new", "new": "acknowledged"}, update["stateChange"])
	_, listed := w.call(t, "GET", events+"?state=new", "")
	assert.Empty(t, listed["items"])
	_, listed = w.call(t, "GET", events+"?state=acknowledged", "")
	assert.Len(t, listed["items"], 1)
}
