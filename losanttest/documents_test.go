package losanttest_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/api"
	"github.com/losant-go/losant/internal/odd"
)

// ownState are the lists whose items are no documents like others; they have tests of their own.
var ownState = []string{
	"dataTableRows", "deviceAttributes", "experienceGroups", "experienceUsers", "files", "instanceMembers",
	"instanceOrgInvites", "instanceOrgMembers",
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
