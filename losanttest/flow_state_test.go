package losanttest_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStorageOfWorkflows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	storage := w.path("/applications/{applicationId}/flows/{flowId}/storage", nil)
	_, entries := w.call(t, "GET", storage, "")
	assert.Empty(t, entries)
	for _, entry := range []string{`{"key":"a b","value":{"x":[1]}}`, `{"key":"c","value":"d"}`, `{"key":"e","value":1}`, `{"key":"e"}`} {
		status, answer := w.call(t, "PATCH", storage, entry)
		require.Equal(t, http.StatusOK, status, "%v", answer)
	}
	_, entries = w.call(t, "GET", storage, "")
	assert.Equal(t, map[string]any{"a b": map[string]any{"x": []any{1.0}}, "c": "d"}, entries)
	_, metadata := w.call(t, "GET", storage+"-metadata", "")
	assert.Equal(t, map[string]any{"keysCount": 2.0, "memoryUsed": float64(len(`{"a b":{"x":[1]},"c":"d"}`))}, metadata)
	_, entries = w.call(t, "DELETE", storage, "")
	assert.Empty(t, entries)
	_, entries = w.call(t, "GET", storage, "")
	assert.Empty(t, entries)
}

func TestVersionsOfWorkflows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	flows := "/applications/" + w.app + "/flows"
	other := w.post(t, flows, `{"name":"Other"}`)["id"].(string)
	for _, flow := range []string{w.ids["flowId"], other} {
		w.post(t, flows+"/"+flow+"/versions", `{"version":"v1"}`)
	}
	w.post(t, flows+"/"+other+"/versions", `{"version":"v2"}`)
	named := func(query string) []any {
		t.Helper()
		_, listed := w.call(t, "GET", flows+"/version?"+query, "")
		items, _ := listed["items"].([]any)
		return members(items, "flowId")
	}
	assert.Equal(t, []any{w.ids["flowId"], other}, named("version=v1"))
	assert.Equal(t, []any{other, w.ids["flowId"]}, named("version=v1&sortDirection=desc"))
	assert.Equal(t, []any{other}, named("version=v2"))
	assert.Equal(t, []any{w.ids["flowId"]}, named("version=v1&filterField=name&filter=fl*"))
	assert.Empty(t, named("version=v1&flowClass=edge"))
	assert.Equal(t, []any{w.ids["flowId"], other}, named("version=develop"))

	status, answer := w.call(t, "POST", flows+"/"+other+"/versions/delete", `{"query":{"version":"v1"}}`)
	require.Equal(t, http.StatusOK, status, "%v", answer)
	assert.Equal(t, map[string]any{"removed": 1.0, "failed": 0.0}, answer)
	assert.Equal(t, []any{w.ids["flowId"]}, named("version=v1"))
}
