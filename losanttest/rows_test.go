package losanttest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDataTables(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	tables := "/applications/" + w.app + "/data-tables"
	table := w.post(t, tables, `{"name":"T","columns":[
		{"name":"k","dataType":"string","constraint":"unique"},{"name":"n","dataType":"number","constraint":"required","defaultValue":7},
		{"name":"b","dataType":"boolean","constraint":"optional"}]}`)
	path := tables + "/" + table["id"].(string)
	rows := path + "/rows"
	row := w.post(t, rows, `{"k":"a","n":1,"other":5}`)
	id := row["id"].(string)
	assert.Equal(t, []any{"a", 1.0, nil}, []any{row["k"], row["n"], row["other"]})
	assert.Equal(t, row["createdAt"], row["updatedAt"])
	many := w.post(t, rows, `[{"k":"b"},{"k":"c","n":3,"b":true}]`)
	assert.InDelta(t, 2.0, many["count"], 0)
	assert.Len(t, many["rowIds"], 2)
	for body, want := range map[string][2]string{
		`{"n":1}`:               {"Validation", "dataTableRow.k is required"},
		`{"k":5}`:               {"Validation", "dataTableRow.k is the wrong type"},
		`{"k":"a"}`:             {"AlreadyExists", `Data table row with k "a" already exists`},
		`[{"k":"x"},{"k":"x"}]`: {"AlreadyExists", `Data table row with k "x" already exists`},
	} {
		status, refused := w.call(t, "POST", rows, body)
		assert.Equal(t, http.StatusBadRequest, status)
		assert.Equal(t, want, [2]string{refused["type"].(string), refused["message"].(string)})
	}
	cells := func(method, path, body string) string {
		t.Helper()
		status, listed := w.call(t, method, path, body)
		require.Equal(t, http.StatusOK, status, "%v", listed)
		var keys []string
		for _, item := range listed["items"].([]any) {
			row := item.(map[string]any)
			keys = append(keys, fmt.Sprint(row["k"], "=", row["n"]))
		}
		return fmt.Sprint(strings.Join(keys, " "), " of ", listed["totalCount"])
	}
	assert.Equal(t, "a=1 b=7 c=3 of 3", cells("GET", rows, ""))
	assert.Equal(t, "b=7 c=3 of 3", cells("GET", rows+"?sortColumn=n&sortDirection=desc&limit=2", ""))
	assert.Equal(t, "a=1 of 3", cells("GET", rows+"?sortColumn=n&sortDirection=desc&limit=2&offset=2", ""))
	assert.Equal(t, "b=<nil> of 3", cells("GET", rows+"?includeFields=k&limit=1&offset=1", ""))
	assert.Equal(t, "b=7 c=3 of 2", cells("POST", rows+"/query", `{"n":{"$gt":1}}`))
	assert.Equal(t, "c=3 of 1", cells("POST", rows+"/query", `{"$and":[{"n":{"$gt":1}},{"b":true}]}`))

	_, patched := w.call(t, "PATCH", rows+"/"+id, `{"n":2,"b":false}`)
	assert.Equal(t, []any{"a", 2.0, false}, []any{patched["k"], patched["n"], patched["b"]})
	assert.Greater(t, patched["updatedAt"], row["updatedAt"])
	_, patched = w.call(t, "PATCH", rows+"/"+id, `{"b":null}`)
	assert.NotContains(t, patched, "b")
	_, got := w.call(t, "GET", rows+"/"+id, "")
	assert.Equal(t, patched, got)

	changed := w.post(t, path+"/column", `{"name":"s","dataType":"string","constraint":"optional","defaultValue":"z"}`)
	assert.Len(t, changed["columns"], 4)
	_, got = w.call(t, "GET", rows+"/"+id, "")
	assert.Equal(t, "z", got["s"])
	status, refused := w.call(t, "POST", path+"/column", `{"name":"s","dataType":"string","constraint":"optional"}`)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Equal(t, "AlreadyExists", refused["type"])
	_, changed = w.call(t, "DELETE", path+"/column?columnName=s", "")
	assert.Len(t, changed["columns"], 3)
	_, got = w.call(t, "GET", rows+"/"+id, "")
	assert.NotContains(t, got, "s")

	assert.InDelta(t, 1.0, w.post(t, rows+"/delete?limit=1", `{"n":{"$gte":2}}`)["removed"], 0)
	assert.Equal(t, "b=7 c=3 of 2", cells("GET", rows, ""))
	w.post(t, rows, `{"k":"d","n":0}`)
	assert.InDelta(t, 2.0, w.post(t, rows+"/delete", `{"n":{"$gt":0}}`)["removed"], 0)
	assert.Equal(t, "d=0 of 1", cells("GET", rows, ""))
	status, _ = w.call(t, "DELETE", rows+"/"+id, "")
	assert.Equal(t, http.StatusNotFound, status)
	w.post(t, rows+"/truncate", "")
	assert.Equal(t, " of 0", cells("GET", rows, ""))
	status, _ = w.call(t, "DELETE", path, "")
	require.Equal(t, http.StatusOK, status)
	status, missing := w.call(t, "GET", rows, "")
	assert.Equal(t, http.StatusNotFound, status)
	assert.Equal(t, "Data table was not found", missing["message"])
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
