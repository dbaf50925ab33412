package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// table is a data table with rows, which the server answers in pages of two.
func table(t *testing.T, s *losanttest.Server, app string, rows ...map[string]any) (id string) {
	t.Helper()
	columns := []map[string]any{}
	for name, kind := range map[string]string{"pump": "string", "flow": "number", "on": "boolean"} {
		columns = append(columns, map[string]any{"name": name, "dataType": kind, "constraint": "optional"})
	}
	id, _ = s.Add("dataTables.post", []string{app}, map[string]any{"name": "Readings", "columns": columns})["id"].(string)
	for _, row := range rows {
		s.Add("dataTableRows.post", []string{app, id}, row)
	}
	return id
}

func TestAll(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	for i := range 5 {
		s.Add("devices.post", []string{app}, map[string]any{"name": fmt.Sprintf("Pump %d", i)})
	}
	r := sh.run(t.Context(), "devices.get", "-applicationId", app, "-all", "-perPage", "2").succeeds(t)
	assert.Empty(t, r.stderr)
	lines := strings.Split(strings.TrimSpace(r.stdout), "\n")
	require.Len(t, lines, 5)
	for i, line := range lines {
		var device struct {
			Name string `json:"name"`
		}
		require.NoError(t, json.Unmarshal([]byte(line), &device))
		assert.Equal(t, fmt.Sprintf("Pump %d", i), device.Name)
	}
	assert.Len(t, s.Requests(), 3)

	// What has come is printed, and how much it is.
	s.Inject(losanttest.Fault{Operation: "devices.get"})
	s.Inject(losanttest.Fault{Operation: "devices.get", Status: 403})
	r = sh.run(t.Context(), "devices.get", "-applicationId", app, "-all", "-perPage", "2")
	assert.Equal(t, statusRefused, r.status)
	assert.Equal(t, 2, strings.Count(r.stdout, "\n"))
	assert.Contains(t, r.stderr, "losant: after 2 of 5 rows: devices.get: 403")
}

// Each list of the description has a method for all pages.
func TestEveryListHasAll(t *testing.T) {
	t.Parallel()
	all := catalogueOf(t)
	c := &command{program: &program{}, settings: &settings{}, client: &losant.Client{}}
	lists := 0
	for _, id := range all.ids() {
		a, err := all.action(id)
		require.NoError(t, err)
		if a.lists() {
			lists++
			c.action = a
			assert.True(t, c.method(c.pagesMethod()).IsValid(), id)
		}
	}
	assert.Equal(t, 45, lists)
}

func TestInterruptOfAll(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	for i := range 5 {
		s.Add("devices.post", []string{app}, map[string]any{"name": fmt.Sprintf("Pump %d", i)})
	}
	s.Inject(losanttest.Fault{Operation: "devices.get"})
	s.Inject(losanttest.Fault{Operation: "devices.get", Delay: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	written := &notified{line: make(chan struct{}, 10)}
	sh.stdout = written
	go func() {
		<-written.line
		cancel()
	}()
	r := sh.run(ctx, "devices.get", "-applicationId", app, "-all", "-perPage", "2")
	assert.Equal(t, statusNoAnswer, r.status)
	assert.Equal(t, "losant: interrupted after 2 of 5 rows\n", r.stderr)
	assert.Equal(t, 2, strings.Count(written.String(), "\n"))
}

// notified is a stdout that tells of each write.
type notified struct {
	strings.Builder
	line chan struct{}
}

func (n *notified) Write(p []byte) (int, error) {
	n.line <- struct{}{}
	return n.Builder.Write(p)
}

func TestProgress(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	for i := range 5 {
		s.Add("devices.post", []string{app}, map[string]any{"name": fmt.Sprintf("Pump %d", i)})
	}
	var ticks time.Duration
	sh.now = func() time.Time { // each look at the clock is half a second later
		ticks += 500 * time.Millisecond
		return time.UnixMilli(0).Add(ticks)
	}
	all := []string{"devices.get", "-applicationId", app, "-all", "-perPage", "2"}
	assert.Empty(t, sh.run(t.Context(), all...).succeeds(t).stderr, "there is no bar but on a terminal")
	sh.terminals = []any{"stderr", "stdout"}
	assert.Empty(t, sh.run(t.Context(), all...).succeeds(t).stderr, "nor where it would get between the rows")

	sh.terminals = []any{"stderr"}
	ticks = 0
	r := sh.run(t.Context(), all...).succeeds(t)
	assert.Equal(t, strings.Join([]string{
		"[========            ] 40% of 5: 2 rows, 4 a second, 1s left",
		"[================    ] 80% of 5: 4 rows, 4 a second, 0s left",
		"[====================] 100% of 5: 5 rows, 3 a second, 0s left",
		"losant: 5 rows in 2s, 2 a second\n",
	}, "|"), strings.TrimPrefix(strings.ReplaceAll(strings.ReplaceAll(r.stderr, "\r\x1b[K", "|"), "|losant", "|losant"), "|"))
	assert.NotContains(t, r.stdout, "\x1b")
	assert.Equal(t, "1,234,567", grouped(1234567))
	assert.Equal(t, "123", grouped(123))
}

func TestCSV(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	id := table(t, s, app,
		map[string]any{"pump": "=1+1", "flow": -4.5},
		map[string]any{"pump": "a \"b\",\nc", "on": true}, // a column that the first page does not have
		map[string]any{"flow": 1e21})
	get := []string{"dataTableRows.get", "-applicationId", app, "-dataTableId", id, "-o", "csv"}
	for _, more := range [][]string{{"-all", "-limit", "1"}, nil} {
		r := sh.run(t.Context(), append(get, more...)...).succeeds(t)
		lines, err := csv.NewReader(strings.NewReader(r.stdout)).ReadAll()
		require.NoError(t, err)
		require.Len(t, lines, 4)
		assert.Equal(t, []string{"id", "createdAt", "updatedAt"}, lines[0][:3], "in Losant's order")
		assert.ElementsMatch(t, []string{"pump", "flow", "on"}, lines[0][3:])
		cell := func(line int, name string) string {
			for i, column := range lines[0] {
				if column == name {
					return lines[line][i]
				}
			}
			return "none"
		}
		assert.Equal(t, "=1+1", cell(1, "pump"), "exact")
		assert.Equal(t, "-4.5", cell(1, "flow"))
		assert.Equal(t, "a \"b\",\nc", cell(2, "pump"))
		assert.Equal(t, "true", cell(2, "on"))
		assert.Empty(t, cell(3, "pump"))
	}
	r := sh.run(t.Context(), append(get, "-all", "-columns", "flow,pump,none", "-guard")...).succeeds(t)
	assert.Equal(t, "losant: no row has a column \"none\" (did you mean on?)\n", r.stderr)
	assert.Equal(t, "flow,pump,none\n-4.5,'=1+1,\n,\"a \"\"b\"\",\nc\",\n1e+21,,\n", r.stdout)
	r = sh.run(t.Context(), append(get, "-columns", "pump")...).succeeds(t)
	lines, err := csv.NewReader(strings.NewReader(r.stdout)).ReadAll()
	require.NoError(t, err)
	assert.Len(t, lines, 4, "an empty cell is a line, too")
}

// The columns of CSV do not depend on what is in the list.
func TestCSVHasTheSameColumnsEachTime(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	get := []string{"devices.get", "-applicationId", app, "-o", "csv"}
	empty := sh.run(t.Context(), get...).succeeds(t).stdout
	s.Add("devices.post", []string{app}, map[string]any{"name": "Pump", "tags": []any{map[string]any{"key": "a", "value": "b"}}})
	one := sh.run(t.Context(), append(get, "-all")...).succeeds(t).stdout
	header, row, _ := strings.Cut(one, "\n")
	assert.Equal(t, empty, header+"\n")
	assert.Contains(t, header, "id,deviceId,applicationId,creationDate,lastUpdated,")
	assert.Contains(t, row, `"[{""key"":""a"",""value"":""b""}]"`, "what is no text is JSON")
	assert.NotContains(t, header, "_")
	linked := sh.run(t.Context(), append(get, "-_links")...).succeeds(t).stdout
	assert.Contains(t, linked, "_links")
}

func TestTable(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	id := table(t, s, app,
		map[string]any{"pump": "日本\x1b[2J", "flow": 1}, map[string]any{"pump": strings.Repeat("x", 50), "flow": 22})
	get := []string{"dataTableRows.get", "-applicationId", app, "-dataTableId", id, "-o", "table"}
	r := sh.run(t.Context(), append(get, "-columns", "pump,flow")...).succeeds(t)
	assert.Equal(t, strings.Join([]string{
		"pump" + strings.Repeat(" ", 38) + "flow",
		`日本\x1b[2J` + strings.Repeat(" ", 31) + "1",
		strings.Repeat("x", 39) + "…  22",
		"",
	}, "\n"), r.stdout)

	r = sh.run(t.Context(), get...).succeeds(t)
	assert.NotContains(t, r.stdout, "on", "empty columns are left out")
	s.Add("devices.post", []string{app}, map[string]any{"name": "Pump"})
	r = sh.run(t.Context(), "devices.get", "-applicationId", app, "-o", "table").succeeds(t)
	header, _, _ := strings.Cut(r.stdout, "\n")
	assert.Equal(t, []string{"id", "creationDate", "lastUpdated", "name", "tags", "attributes", "deviceClass"}, strings.Fields(header))

	r = sh.run(t.Context(), "dataTable.get", "-applicationId", app, "-dataTableId", id, "-o", "table").succeeds(t)
	assert.Regexp(t, `(?m)^name {2,}Readings$`, r.stdout, "one answer has a property in each line")
	r = sh.run(t.Context(), "devices.get", "-applicationId", app, "-filterField", "name", "-filter", "none", "-o", "table").succeeds(t)
	assert.Empty(t, r.stdout)

	silent := s.Add("devices.post", []string{app}, map[string]any{"name": "Silent"})["id"].(string)
	for _, format := range []string{"table", "csv"} {
		r = sh.run(t.Context(), "device.getCompositeState", "-applicationId", app, "-deviceId", silent, "-o", format).succeeds(t)
		assert.Empty(t, r.stdout, "a device that has not reported has no attributes")
	}
}

// Answers that are no objects have lines, too.
func TestAnswersOfEachShape(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	id := s.Add("devices.post", []string{app}, map[string]any{"name": "Pump"})["id"].(string)
	r := sh.run(t.Context(), "device.getState", "-applicationId", app, "-deviceId", id).succeeds(t)
	assert.Equal(t, "[]\n", r.stdout)
	for _, flow := range []string{"1", "2"} {
		sh.run(t.Context(), "device.sendState", "-applicationId", app, "-deviceId", id, "-body", `{"data": {"flow": `+flow+`}}`).
			succeeds(t)
	}
	states := []string{"device.getState", "-applicationId", app, "-deviceId", id, "-limit", "2", "-o"}
	r = sh.run(t.Context(), append(states, "csv", "-columns", "data")...).succeeds(t)
	assert.Equal(t, "data\n\"{\"\"flow\"\":2}\"\n\"{\"\"flow\"\":1}\"\n", r.stdout)
	assert.Equal(t, 2, strings.Count(sh.run(t.Context(), append(states, "jsonl")...).succeeds(t).stdout, "\n"))

	text, err := newRecord(json.RawMessage(`"site"`))
	require.NoError(t, err)
	assert.Equal(t, "site", text.cell("value"))
	items, isList := itemsOf(json.RawMessage(`{"items": {"a": 1}}`))
	assert.False(t, isList)
	assert.Len(t, items, 1)
}
