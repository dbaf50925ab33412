package losanttest

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// listing is what a request asks of a list.
type listing struct {
	matches       func(*document) bool
	of            fieldOf
	sortField     string
	descending    bool
	offset, limit int
}

// list answers with a page of the documents of a kind.
func (s *Server) list(k *kind, c *call) (any, *apiError) {
	s.store.mu.Lock() // compacting is writing
	defer s.store.mu.Unlock()
	if err := s.store.findParents(k, c.ids); err != nil {
		return nil, err
	}
	l := c.listing(s.store.fieldsOf(k))
	l.matches = both(l.matches, special(k, c))
	from := k.place(c.ids)
	if c.isOn("queryDeleted") {
		from.kind = deleted(from.kind)
	}
	page, total := l.page(s.store.at(from).documents())
	items := make([]any, len(page))
	for i, d := range page {
		items[i] = s.entity(c, k, d)
	}
	return s.listBody(c, k.list, k.listed, items, total), nil
}

// listBody is a list as an answer shows it: its items and what was asked for.
func (s *Server) listBody(c *call, resource string, listed map[string]bool, items []any, total int) map[string]any {
	body := map[string]any{}
	for i := range c.action.Parameters {
		p := &c.action.Parameters[i]
		if value := c.echo(p); value != nil && listed[p.Name] {
			body[p.Name] = value
		}
	}
	for name, value := range map[string]any{"items": items, "count": len(items), "totalCount": total} {
		if listed[name] {
			body[name] = value
		}
	}
	h := s.hypermedia(c, resource, c.ids)
	body["_type"] = h.Type
	if h.Links != nil {
		body["_links"] = h.Links
	}
	if h.Actions != nil {
		body["_actions"] = h.Actions
	}
	return body
}

// numeric are the parameters that are numbers.
var numeric = []string{"page", "perPage", "limit", "offset"}

// echo is a parameter as the answer repeats it: as it was given, or by default.
func (c *call) echo(p *api.Parameter) any {
	switch {
	case slices.Contains(numeric, p.Name):
		return c.number(p.Name)
	case p.In == api.InPath:
		return c.ids[p.Name]
	}
	value, given := c.params.get(p.Name)
	switch {
	case given && value != any(""):
		return plain(value)
	case p.Default != nil && (p.Name == "sortField" || p.Name == "sortDirection"):
		return p.Default
	default:
		return nil
	}
}

// maxNumber bounds numbers, so that a page of any size begins somewhere.
const maxNumber = 1 << 30

// number is a parameter that is a whole number which is not negative: its default, when it is not given or is none.
func (c *call) number(name string) int {
	if n, err := strconv.Atoi(c.text(name)); err == nil && n >= 0 {
		return min(n, maxNumber)
	}
	switch n := c.byDefault(name).(type) {
	case float64:
		return int(n)
	case string: // one limit is described so
		whole, _ := strconv.Atoi(n)
		return whole
	}
	return 0
}

// option is a parameter that is a text: its default, when it is not given.
func (c *call) option(name string) string {
	if text := c.text(name); text != "" {
		return text
	}
	text, _ := c.byDefault(name).(string)
	return text
}

func (c *call) byDefault(name string) any {
	for i := range c.action.Parameters {
		if c.action.Parameters[i].Name == name {
			return c.action.Parameters[i].Default
		}
	}
	return nil
}

// listing reads the parameters of a list. An advanced query takes the place of the filter.
func (c *call) listing(of fieldOf) listing {
	l := listing{
		sortField: c.option("sortField"), descending: strings.EqualFold(c.option("sortDirection"), "desc"),
		limit: -1, of: of,
	}
	if l.sortField == "" {
		l.sortField = c.option("sortColumn")
	}
	switch {
	case c.has("perPage"):
		l.limit = c.number("perPage")
		l.offset = c.number("page") * l.limit
	case c.has("limit"):
		l.limit, l.offset = c.number("limit"), c.number("offset")
	}
	if query, ok := c.params.values["query"].(*object); ok {
		l.matches = compileQuery(query, of).matches
	} else if field, filter := c.text("filterField"), c.text("filter"); field != "" && filter != "" {
		matches := glob(filter)
		l.matches = func(d *document) bool { return matches(d.text(field)) }
	}
	return l
}

// has reports whether the action of the call has a parameter.
func (c *call) has(name string) bool {
	return slices.ContainsFunc(c.action.Parameters, func(p api.Parameter) bool { return p.Name == name })
}

// both joins conditions, of which nil is none.
func both(a, b func(*document) bool) func(*document) bool {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	default:
		return func(d *document) bool { return a(d) && b(d) }
	}
}

// page picks the documents of a page, and says how many match.
func (l *listing) page(all []*document) (page []*document, total int) {
	sorted := make([]sortable, 0, len(all))
	for _, d := range all {
		if d != nil && (l.matches == nil || l.matches(d)) {
			sorted = append(sorted, sortable{d, sortKey(l.of(d, l.sortField))})
		}
	}
	total = len(sorted)
	end := total
	if l.limit >= 0 {
		end = min(total, l.offset+l.limit)
	}
	compare := func(a, b sortable) int {
		order := a.key.compare(b.key)
		if l.descending {
			order = -order
		}
		return cmp.Or(order, cmp.Compare(a.document.number, b.document.number), strings.Compare(a.document.id, b.document.id))
	}
	smallest(sorted, end, compare)
	for _, s := range sorted[min(l.offset, end):end] {
		page = append(page, s.document)
	}
	return page, total
}

type sortable struct {
	document *document
	key      key
}

// smallest sorts the n smallest elements to the front. A page at the beginning of a long list needs no more.
func smallest(all []sortable, n int, compare func(a, b sortable) int) {
	if n > len(all)/8 {
		slices.SortFunc(all, compare)
		return
	}
	if n == 0 {
		return
	}
	front := all[:n]
	slices.SortFunc(front, compare)
	for i := n; i < len(all); i++ {
		if compare(all[i], front[n-1]) >= 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(front, all[i], compare)
		smaller := all[i]
		all[i] = front[n-1]
		copy(front[at+1:], front[at:n-1])
		front[at] = smaller
	}
}

// key is a value to sort by: nothing comes before numbers, and these before texts.
type key struct {
	rank   int
	number float64
	text   string
}

// The ranks of values.
const (
	rankTruth = iota + 1
	rankNumber
	rankText
	rankOther
)

func sortKey(value any) key {
	switch value := value.(type) {
	case nil:
		return key{}
	case bool:
		if value {
			return key{rank: rankTruth, number: 1}
		}
		return key{rank: rankTruth}
	case json.Number:
		return key{rank: rankNumber, number: number(value)}
	case float64:
		return key{rank: rankNumber, number: value}
	case int:
		return key{rank: rankNumber, number: float64(value)}
	case string:
		return key{rank: rankText, text: value}
	default:
		return key{rank: rankOther}
	}
}

func (k key) compare(other key) int {
	return cmp.Or(cmp.Compare(k.rank, other.rank), cmp.Compare(k.number, other.number), strings.Compare(k.text, other.text))
}

// glob returns whether a text matches a filter in which a star stands for any text, without regard to case.
func glob(filter string) func(text string) bool {
	parts := strings.Split(strings.ToLower(filter), "*")
	first, last := parts[0], parts[len(parts)-1]
	return func(text string) bool {
		text = strings.ToLower(text)
		if len(parts) == 1 {
			return text == first
		}
		if len(text) < len(first)+len(last) || !strings.HasPrefix(text, first) || !strings.HasSuffix(text, last) {
			return false
		}
		text = text[len(first) : len(text)-len(last)]
		for _, part := range parts[1 : len(parts)-1] {
			_, after, found := strings.Cut(text, part)
			if !found {
				return false
			}
			text = after
		}
		return true
	}
}
