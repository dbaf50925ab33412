package losanttest

import (
	"cmp"
	"slices"
	"time"
)

// reports are what a device has reported, and the commands that were sent to it.
type reports struct {
	states     []state   // by time
	commands   []command // by time
	connection map[string]any
	log        []connection // by time
}

// state is a report of a device. There can be many of them: it is kept small.
type state struct {
	at          int64 // ms since the epoch
	data        []datum
	meta        any
	flowVersion string
}

type datum struct {
	attribute string
	value     any
}

type command struct {
	at      int64
	name    string
	payload any
}

// connection is an entry of the log of a device, which came or went.
type connection struct {
	at   int64 // ms since the epoch
	body map[string]any
}

// reportsOf are the reports of a device, to add to.
func (st *store) reportsOf(deviceID string) *reports {
	r := st.reports[deviceID]
	if r == nil {
		r = &reports{}
		st.reports[deviceID] = r
	}
	return r
}

// insertByTime keeps the order of the times. What comes later goes behind what has the same time.
func insertByTime[T any](all []T, one T, at func(T) int64) []T {
	i := len(all)
	for i > 0 && at(all[i-1]) > at(one) {
		i--
	}
	return slices.Insert(all, i, one)
}

func (s state) time() int64   { return s.at }
func (c command) time() int64 { return c.at }

func (c connection) time() int64 { return c.at }

// newState reads a state that has passed its schema.
func newState(body *object) state {
	s := state{at: millisecondsIn(body.values["time"]), meta: plain(body.values["meta"])}
	s.flowVersion, _ = body.values["flowVersion"].(string)
	data, _ := body.values["data"].(*object)
	for _, name := range data.names {
		s.data = append(s.data, datum{name, data.values[name]})
	}
	return s
}

// millisecondsIn is the time that a body gives, as a text, a number or {"$date": ...}; now when it gives none.
func millisecondsIn(value any) int64 {
	if date, ok := timeIn(plain(value)); ok {
		return date.UnixMilli()
	}
	return now().UnixMilli()
}

// body is a state as an answer shows it.
func (s state) body() map[string]any {
	body := map[string]any{"time": dateText(time.UnixMilli(s.at)), "data": s.values()}
	if s.meta != nil {
		body["meta"] = s.meta
	}
	if s.flowVersion != "" {
		body["flowVersion"] = s.flowVersion
	}
	return body
}

func (s state) values() map[string]any {
	values := make(map[string]any, len(s.data))
	for _, d := range s.data {
		values[d.attribute] = d.value
	}
	return values
}

func (c command) body() map[string]any {
	body := map[string]any{"time": dateText(time.UnixMilli(c.at)), "name": c.name}
	if c.payload != nil {
		body["payload"] = c.payload
	}
	return body
}

// window is a range of times, with both of its ends in it.
type window struct{ start, end int64 }

// between is the window of the parameters start, end, duration and since: an end of 0 is now, a negative time is relative to
// now. A duration counts only where there is no start.
func between(text func(name string) string) window {
	w := window{end: now().UnixMilli()}
	if end, ok := parseMilliseconds(text("end")); ok {
		w.end = relative(end)
	}
	start, hasStart := parseMilliseconds(text("start"))
	duration, hasDuration := parseMilliseconds(text("duration"))
	since, hasSince := parseMilliseconds(text("since"))
	switch {
	case hasStart:
		w.start = relative(start)
	case hasDuration:
		w.start = w.end - duration
	case hasSince:
		w.start = relative(since)
	}
	return w
}

// relative is a time that may be given relative to now.
func relative(ms int64) int64 {
	if ms > 0 {
		return ms
	}
	return now().UnixMilli() + ms
}

// in are the elements whose time is in the window.
func in[T any](w window, all []T, at func(T) int64) []T {
	compare := func(one T, ms int64) int { return cmp.Compare(at(one), ms) }
	first, _ := slices.BinarySearchFunc(all, w.start, compare)
	last, _ := slices.BinarySearchFunc(all, w.end+1, compare)
	return all[first:max(first, last)]
}

// latest picks at most limit elements, the latest first unless asked otherwise.
func latest[T any](all []T, limit int, descending bool) []T {
	picked := slices.Clone(all)
	if descending {
		slices.Reverse(picked)
	}
	return picked[:min(limit, len(picked))]
}

// composite is the last value of each attribute in a window, and its time.
func (r *reports) composite(w window, wanted func(attribute string) bool) map[string]any {
	values := map[string]any{}
	if r == nil {
		return values
	}
	for _, s := range in(w, r.states, state.time) {
		for _, d := range s.data {
			if wanted(d.attribute) {
				values[d.attribute] = map[string]any{"time": dateText(time.UnixMilli(s.at)), "value": d.value}
			}
		}
	}
	return values
}
