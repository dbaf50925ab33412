package losanttest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestEdgeDeployments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/applications/" + w.app + "/edge/deployments"
	tagged := w.Add("devices.post", []string{w.app}, map[string]any{
		"name": "Tagged", "tags": []any{map[string]any{"key": "k", "value": "v"}},
	})["id"].(string)
	flow, lamp := w.ids["flowId"], w.ids["deviceId"]
	call := func(action, body string) {
		t.Helper()
		status, answer := w.call(t, "POST", path+action, body)
		require.Equal(t, http.StatusCreated, status, "%v", answer)
	}
	desired := func(query string) map[any]any {
		t.Helper()
		_, listed := w.call(t, "GET", path+"?"+query, "")
		versions := map[any]any{}
		for _, item := range listed["items"].([]any) {
			d := item.(map[string]any)
			versions[d["deviceName"]] = d["desiredVersion"]
		}
		return versions
	}
	call("/release", `{"flowId":"`+flow+`","version":"v1","deviceIds":["`+lamp+`"],"deviceTags":[{"key":"k"}]}`)
	call("/release", `{"flowId":"`+flow+`","version":"v2","deviceIds":["`+lamp+`"]}`)
	assert.Equal(t, map[any]any{"Lamp": "v2", "Tagged": "v1"}, desired(""))
	assert.Equal(t, map[any]any{"Tagged": "v1"}, desired("version=v1"))
	assert.Equal(t, map[any]any{"Lamp": "v2"}, desired("deviceId="+lamp+"&flowId="+flow))
	_, listed := w.call(t, "GET", path+"?deviceId="+lamp, "")
	one := listed["items"].([]any)[0].(map[string]any)
	assert.Equal(t, map[string]any{"flowName": "Flow", "currentVersion": nil}, only(one, "flowName", "currentVersion"))
	log := one["logs"].([]any)
	require.Len(t, log, 2)
	assert.Equal(t, map[string]any{"changeType": "desired", "previousValue": "v1", "newValue": "v2"}, only(log[1], "changeType", "previousValue", "newValue"))

	call("/replace", `{"flowId":"`+flow+`","oldVersion":"v1","newVersion":"v3"}`)
	assert.Equal(t, map[any]any{"Lamp": "v2", "Tagged": "v3"}, desired(""))
	call("/remove", `{"flowId":null,"deviceId":"`+tagged+`"}`)
	assert.Equal(t, map[any]any{"Lamp": "v2", "Tagged": nil}, desired(""))
	assert.Equal(t, map[any]any{"Lamp": "v2"}, desired("filterEmpty=true"))
	status, refused := w.call(t, "POST", path+"/release", `{"flowId":"`+absentID+`","version":"v1","deviceIds":["`+lamp+`"]}`)
	assert.Equal(t, http.StatusNotFound, status)
	assert.Equal(t, "Flow was not found", refused["message"])
}

func TestEmbeddedDeployments(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	path := "/applications/" + w.app + "/embedded/deployments"
	flow, lamp := w.ids["flowId"], w.ids["deviceId"]
	other := w.Add("flows.post", []string{w.app}, map[string]any{"name": "Other", "flowClass": "embedded"})["id"].(string)
	call := func(action, body string) {
		t.Helper()
		status, answer := w.call(t, "POST", path+action, body)
		require.Equal(t, http.StatusCreated, status, "%v", answer)
	}
	bundle := func(query string) map[string]any {
		t.Helper()
		_, listed := w.call(t, "GET", path+"?"+query, "")
		versions := map[string]any{}
		for _, item := range listed["items"].([]any) {
			for _, flow := range item.(map[string]any)["flows"].(map[string]any) {
				f := flow.(map[string]any)
				versions[f["flowName"].(string)] = f["desiredVersion"]
			}
		}
		return versions
	}
	for id, version := range map[string]string{flow: "v1", other: "v2"} {
		call("/release", `{"flowId":"`+id+`","version":"`+version+`","deviceIds":["`+lamp+`"]}`)
	}
	assert.Equal(t, map[string]any{"Flow": "v1", "Other": "v2"}, bundle("deviceId="+lamp))
	assert.NotEmpty(t, bundle("version=v2"))
	assert.Empty(t, bundle("version=v3"))
	call("/replace", `{"flowId":"`+other+`","oldVersion":"v2","newVersion":"v3"}`)
	assert.Equal(t, map[string]any{"Flow": "v1", "Other": "v3"}, bundle("flowId="+other))
	call("/remove", `{"flowId":"`+flow+`","deviceId":null}`)
	assert.Equal(t, map[string]any{"Other": "v3"}, bundle(""))
	assert.Empty(t, bundle("flowId="+flow))
	call("/release", `{"flowId":"`+other+`","version":null,"deviceIds":["`+lamp+`"]}`)
	assert.Empty(t, bundle(""))
	_, listed := w.call(t, "GET", path, "")
	one := listed["items"].([]any)[0].(map[string]any)
	assert.Len(t, one["logs"], 5)
	assert.Equal(t, "5", one["desiredBundleVersion"])
}
