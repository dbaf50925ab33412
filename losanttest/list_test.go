package losanttest_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

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
