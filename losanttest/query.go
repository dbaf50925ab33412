package losanttest

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"
)

// query is an advanced query: all of its conditions have to hold.
type query []func(*document) bool

// fieldOf is the value of a field of a document. A list of texts is that of any of them.
type fieldOf func(d *document, name string) any

// compileQuery makes a query ready. Fields are what of says they are. What the query holds has passed its schema, but for what
// is below $and, $or and $nor: there, what is no condition holds for nothing.
func compileQuery(o *object, of fieldOf) query {
	var q query
	for _, name := range o.inOrder() {
		value := o.values[name]
		switch name {
		case "$and", "$or", "$nor":
			q = append(q, junction(name, value, of))
		case "tags", "eventTags", "userTags", "groupTags", "attributeTags":
			holds := tagCondition(value)
			q = append(q, func(d *document) bool { return holds(d.tagsIn(name)) })
		default:
			holds := condition(value)
			q = append(q, func(d *document) bool { return holds(of(d, name)) })
		}
	}
	return q
}

// field is a property of the document.
func field(d *document, name string) any { return d.value(name) }

func (q query) matches(d *document) bool {
	for _, holds := range q {
		if !holds(d) {
			return false
		}
	}
	return true
}

func junction(operator string, value any, of fieldOf) func(*document) bool {
	list, _ := value.([]any)
	var parts []query
	for _, item := range list {
		if o, ok := item.(*object); ok {
			parts = append(parts, compileQuery(o, of))
		}
	}
	some := func(d *document) bool {
		return slices.ContainsFunc(parts, func(q query) bool { return q.matches(d) })
	}
	switch operator {
	case "$or":
		return some
	case "$nor":
		return func(d *document) bool { return !some(d) }
	default:
		return func(d *document) bool {
			return !slices.ContainsFunc(parts, func(q query) bool { return !q.matches(d) })
		}
	}
}

// condition is what a query says of a field: a value that it equals, or operators that all hold.
func condition(value any) func(any) bool {
	o, ok := value.(*object)
	if !ok || isDate(o) {
		return func(field any) bool { return anyOf(field, func(v any) bool { return equal(v, value, false) }) }
	}
	ignoreCase := o.values["$ci"] == true
	var all []func(any) bool
	for _, name := range o.inOrder() {
		if name != "$ci" {
			all = append(all, operator(name, o.values[name], ignoreCase))
		}
	}
	return func(field any) bool {
		return !slices.ContainsFunc(all, func(holds func(any) bool) bool { return !holds(field) })
	}
}

// isDate reports whether a value is a date, {"$date": ...}.
func isDate(o *object) bool {
	_, ok := o.get("$date")
	return ok && len(o.names) == 1
}

func operator(name string, operand any, ignoreCase bool) func(field any) bool {
	some := func(holds func(any) bool) func(any) bool {
		return func(field any) bool { return anyOf(field, holds) }
	}
	none := func(holds func(any) bool) func(any) bool {
		return func(field any) bool { return !anyOf(field, holds) }
	}
	equals := func(v any) bool { return equal(v, operand, ignoreCase) }
	isIn := func(v any) bool {
		list, _ := operand.([]any)
		return slices.ContainsFunc(list, func(item any) bool { return equal(v, item, ignoreCase) })
	}
	compares := func(holds func(order int) bool) func(any) bool {
		return some(func(v any) bool {
			order, ok := order(v, operand, ignoreCase)
			return ok && holds(order)
		})
	}
	texts := func(holds func(text, part string) bool) func(any) bool {
		return some(func(v any) bool {
			text, isText := v.(string)
			part, _ := operand.(string)
			if ignoreCase {
				text, part = strings.ToLower(text), strings.ToLower(part)
			}
			return isText && holds(text, part)
		})
	}
	switch name {
	case "$eq":
		return some(equals)
	case "$ne":
		return none(equals)
	case "$in":
		return some(isIn)
	case "$nin":
		return none(isIn)
	case "$gt":
		return compares(func(order int) bool { return order > 0 })
	case "$gte":
		return compares(func(order int) bool { return order >= 0 })
	case "$lt":
		return compares(func(order int) bool { return order < 0 })
	case "$lte":
		return compares(func(order int) bool { return order <= 0 })
	case "$startsWith":
		return texts(strings.HasPrefix)
	case "$endsWith":
		return texts(strings.HasSuffix)
	case "$contains":
		return texts(strings.Contains)
	default:
		return func(any) bool { return false }
	}
}

// anyOf reports whether something holds for a value, or for one of a list. An empty list is no value.
func anyOf(value any, holds func(any) bool) bool {
	switch value := value.(type) {
	case []string:
		return len(value) == 0 && holds(nil) || slices.ContainsFunc(value, func(s string) bool { return holds(s) })
	case []any:
		return len(value) == 0 && holds(nil) || slices.ContainsFunc(value, holds)
	default:
		return holds(value)
	}
}

func equal(value, operand any, ignoreCase bool) bool {
	if operand == nil || value == nil {
		return value == nil && operand == nil
	}
	order, ok := order(value, operand, ignoreCase)
	return ok && order == 0
}

// order compares a value with an operand, when they can be compared: numbers, texts, truth values, and dates with what may
// stand for one.
func order(value, operand any, ignoreCase bool) (int, bool) {
	if o, ok := operand.(*object); ok {
		date, isTime := timeOf(o.values["$date"])
		was, ok := timeOf(value)
		return was.Compare(date), ok && isTime
	}
	a, b := sortKey(value), sortKey(operand)
	if ignoreCase {
		a.text, b.text = strings.ToLower(a.text), strings.ToLower(b.text)
	}
	if a.rank != b.rank || a.rank == rankText && !ignoreCase {
		was, isTime := timeOf(value)
		date, ok := timeOf(operand)
		if isTime && ok && (a.rank == rankText || b.rank == rankText) {
			return was.Compare(date), true
		}
	}
	return a.compare(b), a.rank == b.rank && a.rank > 0 && a.rank < rankOther
}

// timeOf is the time that a text, or a number of milliseconds, stands for.
func timeOf(value any) (time.Time, bool) {
	switch value := value.(type) {
	case string:
		if len(value) < len("2006-01-02T15:04:05Z") || !dateTimePattern.MatchString(value) {
			return time.Time{}, false
		}
		return parseDate(value)
	case json.Number:
		ms := number(value)
		return time.UnixMilli(int64(ms)).UTC(), math.Abs(ms) <= maxTime
	default:
		return time.Time{}, false
	}
}
