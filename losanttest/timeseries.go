package losanttest

import (
	"encoding/json"
	"math"
	"slices"
	"time"
)

// point is a value of an attribute at a time.
type point struct {
	at    int64
	value any
}

// lastValue answers with the last value of an attribute, of each chosen device that has one; without an attribute, with the
// last state.
func lastValue(s *Server, c *call) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	devices, err := s.store.chosen(c)
	if err != nil {
		return nil, err
	}
	attribute, _ := c.object().values["attribute"].(string)
	body := map[string]any{}
	for _, d := range devices {
		r := s.store.reports[d.id]
		if r == nil {
			continue
		}
		for _, one := range slices.Backward(r.states) {
			values := one.values()
			if value, ok := values[attribute]; ok {
				values = map[string]any{attribute: value}
			} else if attribute != "" {
				continue
			}
			body[d.id] = map[string]any{"time": dateText(time.UnixMilli(one.at)), "data": values}
			break
		}
	}
	return body, nil
}

// series is a query for values over time.
type series struct {
	window
	resolution  int64 // ms; 0 for one value of all the time
	aggregation string
	wanted      any // the value whose time is counted
	attributes  []string
	limit       int // 0 for all
	descending  bool
}

// timeSeries answers with the values of the chosen devices, aggregated over parts of the time.
func timeSeries(s *Server, c *call) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	devices, err := s.store.chosen(c)
	if err != nil {
		return nil, err
	}
	q := newSeries(c.object())
	body := map[string]any{}
	for _, d := range devices {
		tags := map[string][]string{}
		for _, t := range d.tags {
			tags[t.key] = append(tags[t.key], t.value)
		}
		body[d.id] = map[string]any{"name": d.body["name"], "tags": tags, "points": q.points(s.store.reports[d.id])}
	}
	return q.body(c.object(), body), nil
}

func newSeries(o *object) series {
	q := series{aggregation: "LAST"}
	text := o.numberText
	q.window = between(text)
	q.resolution, _ = parseMilliseconds(text("resolution"))
	q.resolution = max(q.resolution, 0)
	switch a := o.values["aggregation"].(type) {
	case string:
		q.aggregation = a
	case *object:
		q.aggregation, _ = a.values["type"].(string)
		if options, ok := a.values["options"].(*object); ok {
			q.wanted = options.values["value"]
		}
	}
	if list, ok := o.values["attributes"].([]any); ok {
		q.attributes = texts(list)
	}
	if limit := sortKey(o.values["limit"]).number; limit >= 1 {
		q.limit = int(min(limit, math.MaxInt32))
	}
	q.descending = o.values["order"] == any("desc")
	return q
}

// body is the answer, which repeats the query.
func (q *series) body(o *object, devices map[string]any) map[string]any {
	body := map[string]any{
		"start": dateText(time.UnixMilli(q.start)), "end": dateText(time.UnixMilli(q.end)), "resolution": nil, "limit": nil,
		"aggregation": q.aggregation, "order": "asc", "devices": devices,
	}
	if q.resolution > 0 {
		body["resolution"] = q.resolution
	}
	if q.limit > 0 {
		body["limit"] = q.limit
	}
	if q.descending {
		body["order"] = "desc"
	}
	if a, ok := o.values["aggregation"].(*object); ok {
		body["aggregation"] = plain(a)
	}
	return body
}

// points are the values of a device, by time. A part of the time in which an attribute has no value lacks it; one without
// any value is left out.
func (q *series) points(r *reports) []any {
	points := []any{}
	if r == nil {
		return points
	}
	byTime := map[int64]map[string]any{}
	for attribute, all := range q.columns(r) {
		q.aggregate(all, func(at int64, value any) {
			if byTime[at] == nil {
				byTime[at] = map[string]any{}
			}
			byTime[at][attribute] = value
		})
	}
	times := make([]int64, 0, len(byTime))
	for at := range byTime {
		times = append(times, at)
	}
	slices.Sort(times)
	if q.descending {
		slices.Reverse(times)
	}
	if q.limit > 0 {
		times = times[:min(q.limit, len(times))]
	}
	for _, at := range times {
		points = append(points, map[string]any{"time": dateText(time.UnixMilli(at)), "data": byTime[at]})
	}
	return points
}

// columns are the values of each attribute that is asked for: those in the window, and for TIMEATVALUE the one before.
func (q *series) columns(r *reports) map[string][]point {
	columns := map[string][]point{}
	w := q.window
	if q.aggregation == "TIMEATVALUE" {
		w.start = math.MinInt64
	}
	for _, s := range in(w, r.states, state.time) {
		for _, d := range s.data {
			if len(q.attributes) > 0 && !slices.Contains(q.attributes, d.attribute) {
				continue
			}
			columns[d.attribute] = append(columns[d.attribute], point{s.at, d.value})
		}
	}
	return columns
}

// aggregate calls each with the values to show and their times, which are those at which the parts of the time begin.
func (q *series) aggregate(all []point, each func(at int64, value any)) {
	switch q.aggregation {
	case "NONE":
		for _, p := range all {
			each(p.at, p.value)
		}
		return
	case "TIMEATVALUE":
		q.timesAtValue(all, each)
		return
	}
	for len(all) > 0 {
		begin := q.part(all[0].at)
		n := 1
		for n < len(all) && q.part(all[n].at) == begin {
			n++
		}
		if value := aggregated(q.aggregation, all[:n]); value != nil {
			each(begin, value)
		}
		all = all[n:]
	}
}

// part is the beginning of the part of the time that a time lies in.
func (q *series) part(at int64) int64 {
	if q.resolution == 0 {
		return q.start
	}
	return at - (at-q.start)%q.resolution
}

// timesAtValue counts the milliseconds for which an attribute had the wanted value, in each part of the time.
func (q *series) timesAtValue(all []point, each func(at int64, value any)) {
	spent := map[int64]int64{}
	var parts []int64
	for i, p := range all {
		until := min(q.end, now().UnixMilli())
		if i+1 < len(all) {
			until = all[i+1].at
		}
		if !sameValue(p.value, q.wanted) {
			continue
		}
		for from := max(p.at, q.start); from < until; {
			begin, end := q.part(from), until
			if q.resolution > 0 {
				end = min(until, begin+q.resolution)
			}
			if _, known := spent[begin]; !known {
				if len(parts) == maxParts {
					return
				}
				parts = append(parts, begin)
			}
			spent[begin] += end - from
			from = end
		}
	}
	for _, begin := range parts {
		each(begin, spent[begin])
	}
}

// maxParts bounds the parts of the time of one attribute.
const maxParts = 1 << 16

// sameValue compares a value with one of a query, which may be a text for any of them.
func sameValue(value, wanted any) bool {
	if text, ok := wanted.(string); ok && value != wanted {
		return text == jsonText(value)
	}
	return equal(value, wanted, false)
}

// aggregated is one value of several, nil when there is none: all but FIRST, LAST and COUNT are of numbers.
func aggregated(aggregation string, points []point) any {
	switch aggregation {
	case "FIRST":
		return points[0].value
	case "LAST":
		return points[len(points)-1].value
	case "COUNT":
		return len(points)
	}
	var numbers []float64
	for _, p := range points {
		if n, ok := p.value.(json.Number); ok {
			numbers = append(numbers, number(n))
		}
	}
	if len(numbers) == 0 {
		return nil
	}
	value := aggregatedNumber(aggregation, numbers)
	if math.IsInf(value, 0) || math.IsNaN(value) {
		return nil
	}
	return value
}

func aggregatedNumber(aggregation string, numbers []float64) float64 {
	sum := 0.0
	for _, n := range numbers {
		sum += n
	}
	mean := sum / float64(len(numbers))
	switch aggregation {
	case "MAX":
		return slices.Max(numbers)
	case "MIN":
		return slices.Min(numbers)
	case "SUM":
		return sum
	case "MEDIAN":
		slices.Sort(numbers)
		half := len(numbers) / 2
		if len(numbers)%2 == 1 {
			return numbers[half]
		}
		return (numbers[half-1] + numbers[half]) / 2
	case "STD_DEV":
		squares := 0.0
		for _, n := range numbers {
			squares += (n - mean) * (n - mean)
		}
		return math.Sqrt(squares / float64(len(numbers)))
	default:
		return mean
	}
}
