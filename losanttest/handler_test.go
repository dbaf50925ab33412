package losanttest_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

func TestEveryOperationIsServed(t *testing.T) {
	t.Parallel()
	for _, op := range losant.Operations() {
		if !strings.HasPrefix(op.Name, "experienceUser.") && !strings.HasPrefix(op.Name, "experienceGroup.") {
			continue
		}
		t.Run(op.Name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			path := strings.NewReplacer("{applicationId}", f.app,
				"{experienceUserId}", f.user.ID, "{experienceGroupId}", f.group.ID).Replace(op.Path)
			f.sendOK(t, asAdmin(op.Method, path, "{}"))
			assert.Equal(t, op.Name, f.Requests()[0].Operation)
			for _, scope := range op.Scopes {
				f := newFixture(t)
				path := strings.NewReplacer("{applicationId}", f.app,
					"{experienceUserId}", f.user.ID, "{experienceGroupId}", f.group.ID).Replace(op.Path)
				r := asAdmin(op.Method, path, "{}")
				r.auth = "Bearer " + f.Token("nothing", scope)
				f.sendOK(t, r)
			}
		})
	}
}

// JSON is read as soon as the route is known.
func TestInvalidJSON(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]request{
		"patch":          {method: "PATCH", path: "{user}", body: "{"},
		"delete":         {method: "DELETE", path: "{user}", body: `{"a":}`},
		"wrong id":       {method: "PATCH", path: "{user}x", body: "{}x"},
		"another type":   {method: "POST", path: "/applications", body: "nul"},
		"white space":    {method: "PATCH", path: "{user}", body: " \n"},
		"byte order":     {method: "PATCH", path: "{user}", body: "\ufeff{}"},
		"trailing comma": {method: "PATCH", path: "{user}", body: `{"firstName":"a",}`},
		"leading zero":   {method: "PATCH", path: "{user}", body: `{"firstName":01}`},
		"bottomless":     {method: "PATCH", path: "{user}", body: strings.Repeat("[", 1<<20)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			r.contentType = "application/json"
			resp, body := f.send(t, r)
			assert.Equal(t, http.StatusBadRequest, resp.StatusCode)
			var got map[string]string
			require.NoError(t, json.Unmarshal([]byte(body), &got))
			assert.Len(t, got, 2)
			assert.Equal(t, "InvalidContent", got["code"])
			assert.Regexp(t, "^Invalid JSON: .", got["message"])
		})
	}
}

func TestBodyOfGetIsIgnored(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.sendOK(t, asAdmin("GET", "{user}", "{"))
}

func TestHeadIsNotAllowed(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	resp, body := f.send(t, asAdmin("HEAD", "{user}", ""))
	assert.Equal(t, http.StatusMethodNotAllowed, resp.StatusCode)
	assert.Empty(t, body)
}

// A page in a browser may use the server.
func TestCORS(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, path := range []string{"{user}", "/nothing"} {
		resp, body := f.send(t, request{method: "OPTIONS", path: path})
		assert.Equal(t, http.StatusNoContent, resp.StatusCode)
		assert.Empty(t, body)
		assert.Equal(t, "*", resp.Header.Get("Access-Control-Allow-Origin"))
		assert.Contains(t, resp.Header.Get("Access-Control-Allow-Methods"), "PATCH")
		assert.Contains(t, resp.Header.Get("Access-Control-Allow-Headers"), "Authorization")
	}
	resp, _ := f.send(t, asAdmin("GET", "{user}", ""))
	assert.Equal(t, "*", resp.Header.Get("Access-Control-Allow-Origin"))
	assert.Empty(t, resp.Header.Get("Access-Control-Allow-Methods"))
	resp, _ = f.send(t, request{method: "GET", path: "/nothing"})
	assert.Equal(t, "*", resp.Header.Get("Access-Control-Allow-Origin"))
}

func TestOptionsOfTheServer(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	req := f.build(t, request{method: "OPTIONS", path: "/"})
	req.URL.Opaque = "*"
	resp, err := f.http.Do(req)
	require.NoError(t, err)
	defer closeBody(t, resp)
	assert.Equal(t, http.StatusNoContent, resp.StatusCode)
}

func TestLargeBodies(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const limit = 4 << 20
	fits := `{"firstName":"x"}` + strings.Repeat(" ", limit-len(`{"firstName":"x"}`))
	f.sendOK(t, asAdmin("PATCH", "{user}", fits))
	f.fails(t, asAdmin("PATCH", "{user}", fits+" "), http.StatusRequestEntityTooLarge, "RequestEntityTooLarge",
		"Request body size exceeds 4194304 bytes")
}

func TestCompression(t *testing.T) {
	t.Parallel()
	for accept, compressed := range map[string]bool{
		"":                            false,
		"gzip":                        true,
		"deflate, GZIP;q=0.5":         true,
		"gzip;q=0":                    false,
		"br":                          false,
		"gzip, compress, deflate, br": true,
	} {
		t.Run(accept, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			req := f.build(t, asAdmin("GET", "{user}", ""))
			req.Header.Set("Accept-Encoding", accept)
			resp, err := f.http.Do(req)
			require.NoError(t, err)
			defer closeBody(t, resp)
			body := io.Reader(resp.Body)
			if compressed {
				assert.Equal(t, "gzip", resp.Header.Get("Content-Encoding"))
				body, err = gzip.NewReader(resp.Body)
				require.NoError(t, err)
			}
			var user map[string]any
			require.NoError(t, json.NewDecoder(body).Decode(&user))
			assert.Equal(t, f.user.ID, user["id"])
		})
	}
}

func TestHypermedia(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	action := func(path, method string) any { return map[string]any{"href": path, "method": method} }

	user := f.sendOK(t, asAdmin("GET", "{user}/", ""))
	assert.Equal(t, "experienceUser", user["_type"])
	assert.Equal(t, map[string]any{"self": map[string]any{"href": f.userPath}}, user["_links"])
	assert.Equal(t, map[string]any{
		"delete": action(f.userPath, "DELETE"), "get": action(f.userPath, "GET"), "patch": action(f.userPath, "PATCH"),
	}, user["_actions"])
	assert.NotContains(t, user, "_embedded")

	r := request{method: "GET", path: "{group}", auth: "Bearer {scope:all.User.read}"}
	group := f.sendOK(t, r)
	assert.Equal(t, "experienceGroup", group["_type"])
	assert.Equal(t, map[string]any{"self": map[string]any{"href": f.groupPath}}, group["_links"])
	assert.Equal(t, map[string]any{"get": action(f.groupPath, "GET")}, group["_actions"])
}

func TestHypermediaSwitches(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]struct{ actions, links bool }{
		"":                              {true, true},
		"_actions=true&_links=1":        {true, true},
		"_actions=yes&_links=":          {true, true},
		"_actions=false&_links=0":       {false, false},
		"_actions=True&_links=TRUE":     {false, false},
		"_links=no":                     {true, false},
		"_actions=true&_actions=true":   {false, true},
		"_actions=true;x&_links=%zz":    {false, false},
		"&&_actions=%66alse&_embedded=": {false, true},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			for _, method := range []string{"GET", "PATCH"} {
				r := asAdmin(method, "{group}", "{}")
				r.query = query
				group := f.sendOK(t, r)
				assert.Equal(t, "experienceGroup", group["_type"])
				assert.Equal(t, want.actions, group["_actions"] != nil)
				assert.Equal(t, want.links, group["_links"] != nil)
			}
		})
	}
}

func TestSuccessHasNothingElse(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, path := range []string{"{user}", "{group}"} {
		_, body := f.send(t, asAdmin("DELETE", path, ""))
		assert.JSONEq(t, `{"success":true}`, body)
	}
}

// The complete answers, property by property.
func TestProperties(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	parent := f.AddGroup(f.app, losant.ExperienceGroup{
		ID: "0000000000000000000000aa", Name: "All", CreationDate: date(t, "2016-06-13T04:00:00.5Z"),
		LastUpdated: date(t, "2016-06-13T05:00:00+01:00"),
	})
	group := f.AddGroup(f.app, losant.ExperienceGroup{
		ID: "0000000000000000000000ab", Name: "Some", Description: "<some> of them",
		CreationDate: date(t, "2016-06-13T04:00:00Z"), LastUpdated: date(t, "2016-06-13T04:00:00.123456Z"),
		ExperienceEndpointIDs: []string{"0000000000000000000000e1"}, GroupTags: map[string]string{"k": "v"},
		DeviceIDs:  []string{"0000000000000000000000d1"},
		DeviceTags: []losant.DeviceTag{{Key: "k", Value: "v"}, {Key: "k"}, {Value: "v"}, {}}, DeviceQueryJSON: "{}",
		ParentID: parent.ID,
	})
	user := f.AddUser(f.app, losant.ExperienceUser{
		ID: "0000000000000000000000ac", Email: "bob@example.com", FirstName: "Bob", LastName: "Builder",
		AvatarURL: "https://example.com/a.png", UserTags: map[string]string{"k": "v"},
		CreationDate: date(t, "2016-06-13T04:00:00.1Z"), LastUpdated: date(t, "2016-06-13T04:00:00.2Z"),
		PasswordLastUpdated: date(t, "2016-06-13T04:00:00.3Z"), LastLogin: date(t, "2016-06-13T04:00:00.4Z"),
		TokenCutoff:      date(t, "2016-06-13T04:00:00.5Z"),
		ExperienceGroups: []losant.ExperienceGroupRef{{ID: group.ID}, {ID: parent.ID}},
	})

	base := "/applications/" + f.app + "/experience"
	_, body := f.send(t, asAdmin("GET", base+"/groups/"+parent.ID, "").withQuery("_actions=0&_links=0"))
	assert.JSONEq(t, `{
		"_type": "experienceGroup", "id": "0000000000000000000000aa", "experienceGroupId": "0000000000000000000000aa",
		"applicationId": "`+f.app+`", "name": "All", "experienceUserIds": ["0000000000000000000000ac"],
		"creationDate": "2016-06-13T04:00:00.500Z", "lastUpdated": "2016-06-13T04:00:00.000Z"
	}`, body)

	_, body = f.send(t, asAdmin("GET", base+"/groups/"+group.ID, "").withQuery("_actions=0&_links=0"))
	assert.JSONEq(t, `{
		"_type": "experienceGroup", "id": "0000000000000000000000ab", "experienceGroupId": "0000000000000000000000ab",
		"applicationId": "`+f.app+`", "name": "Some", "description": "<some> of them",
		"creationDate": "2016-06-13T04:00:00.000Z", "lastUpdated": "2016-06-13T04:00:00.123Z",
		"experienceUserIds": ["0000000000000000000000ac"], "experienceEndpointIds": ["0000000000000000000000e1"],
		"groupTags": {"k": "v"}, "deviceIds": ["0000000000000000000000d1"],
		"deviceTags": [{"key": "k", "value": "v"}, {"key": "k"}, {"value": "v"}, {}], "deviceQueryJson": "{}",
		"parentId": "0000000000000000000000aa", "ancestorIds": ["0000000000000000000000aa"]
	}`, body)
	assert.Contains(t, body, "<some>")

	_, body = f.send(t, asAdmin("GET", base+"/users/"+user.ID, "").withQuery("_actions=0&_links=0"))
	assert.JSONEq(t, `{
		"_type": "experienceUser", "id": "0000000000000000000000ac", "experienceUserId": "0000000000000000000000ac",
		"applicationId": "`+f.app+`", "email": "bob@example.com", "firstName": "Bob", "lastName": "Builder",
		"avatarUrl": "https://example.com/a.png", "userTags": {"k": "v"},
		"creationDate": "2016-06-13T04:00:00.100Z", "lastUpdated": "2016-06-13T04:00:00.200Z",
		"passwordLastUpdated": "2016-06-13T04:00:00.300Z", "lastLogin": "2016-06-13T04:00:00.400Z",
		"tokenCutoff": "2016-06-13T04:00:00.500Z",
		"experienceGroups": [
			{"id": "0000000000000000000000ab", "name": "Some", "parentId": "0000000000000000000000aa"},
			{"id": "0000000000000000000000aa", "name": "All", "parentId": null}
		]
	}`, body)
}

// Nothing is null and nothing empty but what the schema says.
func TestPropertiesWithoutValue(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	assert.ElementsMatch(t, []string{
		"_type", "_links", "_actions", "id", "experienceUserId", "applicationId", "email",
		"creationDate", "lastUpdated", "passwordLastUpdated",
	}, keys(f.sendOK(t, asAdmin("GET", "{user}", ""))))
	assert.ElementsMatch(t, []string{
		"_type", "_links", "_actions", "id", "experienceGroupId", "applicationId", "name", "creationDate", "lastUpdated",
	}, keys(f.sendOK(t, asAdmin("GET", "{group}", ""))))
}
