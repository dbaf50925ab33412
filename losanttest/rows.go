package losanttest

import (
	"maps"
	"slices"
	"strconv"
	"strings"
)

// rowPlace is where the rows of a data table are.
func rowPlace(ids map[string]string) place {
	return place{"dataTableRow", ids["applicationId"] + "/" + ids["dataTableId"]}
}

// withTable calls f with the data table of a call, while nobody else uses the store.
func (s *Server) withTable(c *call, f func(table *document) (any, *apiError)) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	table, err := s.store.find(theAPI().kinds["dataTable"], c.ids)
	if err != nil {
		return nil, err
	}
	return f(table)
}

// column is a column of a data table.
type column struct {
	name, dataType, constraint string
	defaultValue               any
}

func columnsOf(table *document) (columns []column) {
	list, _ := table.value("columns").([]any)
	for _, item := range list {
		o, ok := item.(map[string]any)
		if !ok {
			continue
		}
		text := func(name string) string { text, _ := o[name].(string); return text }
		columns = append(columns, column{text("name"), text("dataType"), text("constraint"), o["defaultValue"]})
	}
	return columns
}

// rowBody is what a row keeps of a body: the values of the columns, or their default values. It refuses what the columns do
// not take.
func (st *store) rowBody(c *call, table *document, id string, given *object) (map[string]any, *apiError) {
	body := map[string]any{}
	for _, col := range columnsOf(table) {
		value := given.values[col.name]
		if value == nil {
			value = col.defaultValue
		}
		switch {
		case value == nil && col.constraint != "optional":
			return nil, invalid("dataTableRow." + col.name + " is required")
		case value == nil:
			continue
		case !jsonType(col.dataType).has(value):
			return nil, invalid("dataTableRow." + col.name + " is the wrong type")
		case col.constraint == "unique" && st.at(rowPlace(c.ids)).hasOther(id, col.name, value):
			return nil, alreadyExists("Data table row with " + col.name + " " + jsonText(value))
		}
		body[col.name] = value
	}
	return body, nil
}

func (st *store) insertRow(c *call, body map[string]any) *document {
	st.created++
	date := dateText(now())
	row := &document{id: newID(), number: st.created, ids: maps.Clone(c.ids), body: body}
	row.ids["rowId"] = row.id
	row.body["id"], row.body["createdAt"], row.body["updatedAt"] = row.id, date, date
	st.make(rowPlace(c.ids)).put(row)
	return row
}

// createRows adds a row, or all rows of a list or none.
func createRows(s *Server, c *call) (any, *apiError) {
	return s.withTable(c, func(table *document) (any, *apiError) {
		list, isList := c.body.([]any)
		if !isList {
			body, err := s.store.rowBody(c, table, "", c.object())
			if err != nil {
				return nil, err
			}
			return s.store.insertRow(c, body).body, nil
		}
		var rows []*document
		for _, item := range list {
			o, _ := item.(*object)
			body, err := s.store.rowBody(c, table, "", o)
			if err != nil {
				for _, row := range rows {
					s.store.at(rowPlace(c.ids)).remove(row.id)
				}
				return nil, err
			}
			rows = append(rows, s.store.insertRow(c, body))
		}
		ids := make([]any, len(rows))
		for i, row := range rows {
			ids[i] = row.id
		}
		return map[string]any{"createdAt": dateText(now()), "count": len(rows), "rowIds": ids}, nil
	})
}

// listRows lists the rows that match the query in the body, when there is one.
func listRows(s *Server, c *call) (any, *apiError) {
	return s.withTable(c, func(*document) (any, *apiError) {
		l := c.listing(field)
		if c.action.Body != nil {
			l.matches = compileQuery(c.object(), field).matches
		}
		page, total := l.page(s.store.at(rowPlace(c.ids)).documents())
		items := make([]any, len(page))
		for i, row := range page {
			items[i] = c.included(row.body)
		}
		body := s.listBody(c, "dataTableRows", listedBy(c.action), items, total)
		if c.action.Body != nil {
			body["query"] = plain(c.object())
		}
		return body, nil
	})
}

// included are the fields of a row that are asked for: all, when includeFields is not given.
func (c *call) included(row map[string]any) map[string]any {
	names := c.text("includeFields")
	if names == "" {
		return row
	}
	fields := map[string]any{}
	for name := range strings.SplitSeq(names, ",") {
		if value, ok := row[name]; ok {
			fields[name] = value
		}
	}
	return fields
}

// deleteRows deletes rows that match a query, as many as a limit allows.
func deleteRows(s *Server, c *call) (any, *apiError) {
	return s.withTable(c, func(*document) (any, *apiError) {
		q := compileQuery(c.object(), field)
		removed, limit := 0, c.number("limit")
		for _, row := range slices.Clone(s.store.at(rowPlace(c.ids)).documents()) {
			if removed < limit && q.matches(row) {
				s.store.at(rowPlace(c.ids)).remove(row.id)
				removed++
			}
		}
		return map[string]any{"removed": removed}, nil
	})
}

func truncateRows(s *Server, c *call) (any, *apiError) {
	return s.withTable(c, func(*document) (any, *apiError) {
		delete(s.store.collections, rowPlace(c.ids))
		return successBody{true}, nil
	})
}

// withRow calls f with the row of a call and its data table.
func (s *Server) withRow(c *call, f func(table, row *document) (any, *apiError)) (any, *apiError) {
	return s.withTable(c, func(table *document) (any, *apiError) {
		if rows := s.store.at(rowPlace(c.ids)); rows != nil && rows.byID[c.ids["rowId"]] != nil {
			return f(table, rows.byID[c.ids["rowId"]])
		}
		return nil, notFound(title("dataTableRow"))
	})
}

func getRow(s *Server, c *call) (any, *apiError) {
	return s.withRow(c, func(_, row *document) (any, *apiError) { return c.included(row.body), nil })
}

// patchRow changes the cells that a body names.
func patchRow(s *Server, c *call) (any, *apiError) {
	return s.withRow(c, func(table, row *document) (any, *apiError) {
		merged := &object{}
		for _, col := range columnsOf(table) {
			if value := row.value(col.name); value != nil {
				merged.set(col.name, value)
			}
			if value, ok := c.object().get(col.name); ok {
				merged.set(col.name, value)
			}
		}
		body, err := s.store.rowBody(c, table, row.id, merged)
		if err != nil {
			return nil, err
		}
		body["id"], body["createdAt"] = row.id, row.body["createdAt"]
		body["updatedAt"] = dateText(afterText(row.text("updatedAt")))
		changed := *row
		changed.body = body
		s.store.at(rowPlace(c.ids)).put(&changed)
		return body, nil
	})
}

func deleteRow(s *Server, c *call) (any, *apiError) {
	return s.withRow(c, func(_, row *document) (any, *apiError) {
		s.store.at(rowPlace(c.ids)).remove(row.id)
		return successBody{true}, nil
	})
}

// addColumn adds a column to a data table; its rows get the default value.
func addColumn(s *Server, c *call) (any, *apiError) {
	return s.withTable(c, func(table *document) (any, *apiError) {
		col, _ := plain(c.object()).(map[string]any)
		name, _ := col["name"].(string)
		list, _ := table.value("columns").([]any)
		if slices.Contains(namesOf(list), name) {
			return nil, alreadyExists("Column " + strconv.Quote(name))
		}
		if value := col["defaultValue"]; value != nil {
			for _, row := range slices.Clone(s.store.at(rowPlace(c.ids)).documents()) {
				s.store.at(rowPlace(c.ids)).put(row.with(map[string]any{name: value}))
			}
		}
		return s.changeColumns(c, table, append(slices.Clone(list), any(col)))
	})
}

// removeColumn takes a column and its cells away.
func removeColumn(s *Server, c *call) (any, *apiError) {
	return s.withTable(c, func(table *document) (any, *apiError) {
		name := c.text("columnName")
		list, _ := table.value("columns").([]any)
		at := slices.Index(namesOf(list), name)
		if at < 0 {
			return nil, notFound("Column")
		}
		for _, row := range slices.Clone(s.store.at(rowPlace(c.ids)).documents()) {
			changed := row.with(nil)
			delete(changed.body, name)
			s.store.at(rowPlace(c.ids)).put(changed)
		}
		return s.changeColumns(c, table, slices.Delete(slices.Clone(list), at, at+1))
	})
}

func (s *Server) changeColumns(c *call, table *document, columns []any) (any, *apiError) {
	k := theAPI().kinds["dataTable"]
	changed, err := s.store.patch(k, c, table, map[string]any{"columns": columns})
	if err != nil {
		return nil, err
	}
	return s.entity(c, k, changed), nil
}
