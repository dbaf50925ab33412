package main

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// printer writes what calls answer, in the format that the user asked for.
type printer struct {
	out     *bufio.Writer
	format  string
	columns []string // those asked for
	guard   bool
	ordered []string        // the columns that the answer is documented to have, in Losant's order
	seen    map[string]bool // columns that a row has
	repeats map[string]bool // values that a table need not repeat
	links   bool            // hypermedia has been asked for
	single  bool            // there is one row, and it is no element of a list
	records []record        // that wait until the columns are known
	begun   bool            // the line with the names of the columns has been written
}

func (c *command) newPrinter(out *bufio.Writer) *printer {
	p := &printer{
		out: out, format: c.output, guard: c.guard, links: c.links || c.actions || c.embedded,
		ordered: c.action.columns(), seen: map[string]bool{}, repeats: map[string]bool{},
	}
	if c.columns != "" {
		p.columns = strings.Split(c.columns, ",")
	}
	switch {
	case c.dryRun: // which prints no answers
		p.format = "json"
	case p.format == "" && (c.all || c.action.streams() || c.each != ""):
		p.format = "jsonl"
	}
	p.format = cmp.Or(p.format, "json")
	for _, a := range c.action.arguments {
		if a.In == api.InPath && len(a.given) > 0 {
			p.repeats[a.given[0]] = c.action.lists()
		}
	}
	return p
}

// columns are the properties that the answer has, or the elements of the list that it is.
func (a *action) columns() (names []string) {
	s := a.answer()
	for s != nil {
		i := slices.IndexFunc(s.Properties, func(p api.Property) bool { return p.Name == "items" })
		if i >= 0 {
			s = a.catalogue.resolve(s.Properties[i].Schema)
		}
		if s.Items == nil {
			break
		}
		s = a.catalogue.resolve(s.Items)
	}
	if s != nil {
		for _, p := range s.Properties {
			names = append(names, p.Name)
		}
	}
	return names
}

// answer writes a whole answer. That of an action without one is empty.
func (p *printer) answer(answer json.RawMessage) error {
	if len(answer) == 0 {
		return nil
	}
	if p.format == "json" {
		var b bytes.Buffer
		if err := json.Indent(&b, answer, "", "  "); err != nil {
			return err
		}
		b.WriteByte('\n')
		_, err := b.WriteTo(p.out)
		return err
	}
	items, isList := itemsOf(answer)
	p.single = !isList
	for _, item := range items {
		if err := p.item(item); err != nil {
			return err
		}
	}
	return nil
}

// itemsOf are the elements of a list, or the answer itself if it is none.
func itemsOf(answer json.RawMessage) (items []json.RawMessage, isList bool) {
	var list struct {
		Items []json.RawMessage `json:"items"`
	}
	if json.Unmarshal(answer, &list.Items) == nil {
		return list.Items, true
	}
	if json.Unmarshal(answer, &list) == nil && list.Items != nil {
		return list.Items, true
	}
	return []json.RawMessage{answer}, false
}

// item writes an element of a list, or an event.
func (p *printer) item(item json.RawMessage) error {
	if p.format != "table" && p.format != "csv" {
		var b bytes.Buffer
		if err := json.Compact(&b, item); err != nil {
			return err
		}
		b.WriteByte('\n')
		_, err := b.WriteTo(p.out)
		return err
	}
	r, err := newRecord(item)
	if err != nil {
		return err
	}
	for _, name := range r.names {
		p.seen[name] = true
	}
	if p.format == "csv" && p.columns != nil {
		return p.writeCSV(r)
	}
	p.records = append(p.records, r)
	return nil
}

// end writes what could not be written before all was known.
func (p *printer) end() error {
	switch {
	case p.format == "table":
		return p.writeTable()
	case p.format == "csv" && p.columns == nil:
		p.columns = p.allColumns()
		if len(p.columns) == 0 {
			return nil
		}
		for _, r := range p.records {
			if err := p.writeCSV(r); err != nil {
				return err
			}
		}
	}
	if p.format == "csv" {
		return p.begin()
	}
	return nil
}

// finish writes the rest of the output. A column that was asked for, and that no row has, may be a mistake.
func (c *command) finish(p *printer) error {
	for _, name := range p.columns {
		if !p.seen[name] && !slices.Contains(p.ordered, name) && len(p.seen) > 0 {
			c.say(fmt.Sprintf("no row has a column %q%s", name, suggestion(name, slices.Concat(p.ordered, slices.Sorted(maps.Keys(p.seen))))))
		}
	}
	if err := p.end(); err != nil {
		return err
	}
	return p.out.Flush()
}

// allColumns are the documented columns, and behind them those that came besides.
func (p *printer) allColumns() []string {
	columns, known := slices.Clone(p.ordered), map[string]bool{}
	for _, name := range columns {
		known[name] = true
	}
	for _, r := range p.records {
		for _, name := range r.names {
			if !known[name] && (p.links || !strings.HasPrefix(name, "_")) {
				known[name] = true
				columns = append(columns, name)
			}
		}
	}
	return columns
}

// record is a JSON object, with its properties in their order.
type record struct {
	names  []string
	values map[string]json.RawMessage
}

// newRecord reads an object. What is none is the value of a column "value".
func newRecord(text json.RawMessage) (record, error) {
	r := record{values: map[string]json.RawMessage{}}
	d := json.NewDecoder(bytes.NewReader(text))
	if start, err := d.Token(); err != nil || start != json.Delim('{') {
		return record{[]string{"value"}, map[string]json.RawMessage{"value": text}}, err
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return r, err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return r, err
		}
		r.names = append(r.names, name.(string))
		r.values[name.(string)] = value
	}
	return r, nil
}

// cell is a value as it stands in a table or in CSV: a text as it is, null and what is not there as nothing, all else as
// JSON.
func (r record) cell(name string) string {
	value, ok := r.values[name]
	if !ok || string(value) == "null" {
		return ""
	}
	var text string
	if json.Unmarshal(value, &text) == nil {
		return text
	}
	var b bytes.Buffer
	_ = json.Compact(&b, value) // it has been decoded
	return b.String()
}
