package losanttest

import (
	"slices"
	"strconv"
	"time"
)

// What is counted of applications: of one, or of all that somebody owns.

// owners are the resources whose applications are counted, and counters the actions of each of them.
var (
	owners   = []string{"application", "instance", "instanceOrg", "instanceSandbox", "me", "notebook", "org"}
	counters = map[string]func(*Server, *call) (any, *apiError){
		"deviceCounts":           countDevices,
		"notebookMinuteCounts":   notebookMinutes,
		"payloadCounts":          payloadCounts,
		"payloadCountsBreakdown": payloadBreakdown,
	}
)

// counted are the applications whose devices, states and commands a call counts.
func (st *store) counted(c *call) ([]*document, *apiError) {
	owned := func(owner func(d *document) bool) []*document {
		return slices.DeleteFunc(slices.Clone(st.at(theAPI().kinds["application"].place(nil)).documents()),
			func(d *document) bool { return !owner(d) })
	}
	k := theAPI().kinds[c.action.Resource]
	if c.action.Resource == "me" {
		a, err := st.account(c)
		if err != nil {
			return nil, err
		}
		return owned(func(d *document) bool { return d.text("ownerId") == a.id }), nil
	}
	of, err := st.find(k, c.ids)
	switch {
	case err != nil:
		return nil, err
	case k.item == "application":
		return []*document{of}, nil
	case k.item == "instance":
		orgs := st.at(place{"instanceOrg", of.id})
		return owned(func(d *document) bool { return orgs != nil && orgs.byID[d.text("ownerId")] != nil }), nil
	default:
		return owned(func(d *document) bool { return d.text("ownerId") == of.id }), nil
	}
}

// counting calls f with the applications that a call counts, while nobody else uses the store.
func (s *Server) counting(c *call, f func(apps []*document) any) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	apps, err := s.store.counted(c)
	if err != nil {
		return nil, err
	}
	return f(apps), nil
}

// lastMonth is the range of counts whose start is not given.
const lastMonth = 30 * 24 * time.Hour

// countWindow is the range that a call counts: the last thirty days, unless it says otherwise.
func countWindow(c *call) window {
	return between(func(name string) string {
		if text := c.option(name); text != "" || name != "start" {
			return text
		}
		return strconv.FormatInt(-lastMonth.Milliseconds(), 10)
	})
}

// countDevices counts the devices of each day.
func countDevices(s *Server, c *call) (any, *apiError) {
	return s.counting(c, func(apps []*document) any {
		var born, gone moments
		for _, app := range apps {
			for _, kind := range []string{"device", deleted("device")} {
				for _, d := range s.store.at(place{kind, app.id}).documents() {
					if at, ok := timeOf(d.value("creationDate")); ok {
						born = append(born, at.UnixMilli())
					}
					if at, ok := timeOf(d.value("deletedAt")); ok {
						gone = append(gone, at.UnixMilli())
					}
				}
			}
		}
		slices.Sort(born)
		slices.Sort(gone)
		return countWindow(c).counts(24*time.Hour, func(w window) map[string]any {
			return map[string]any{
				"created": born.in(w), "deleted": gone.in(w), "total": born.before(w.end+1) - gone.before(w.end+1),
			}
		})
	})
}

// moments are times in ms since the epoch, in their order.
type moments []int64

// before is how many moments are before a time.
func (m moments) before(ms int64) int {
	n, _ := slices.BinarySearch(m, ms)
	return n
}

func (m moments) in(w window) int { return max(m.before(w.end+1)-m.before(w.start), 0) }

// maxCounts is how many parts a range is counted in.
const maxCounts = 10_000

// counts are the parts of a range, with what is counted of each. The parts begin at whole days or hours.
func (w window) counts(resolution time.Duration, count func(part window) map[string]any) map[string]any {
	start, end := time.UnixMilli(w.start).UTC(), time.UnixMilli(w.end).UTC()
	list := []any{}
	for at := start.Truncate(resolution); !at.After(end) && len(list) < maxCounts; at = at.Add(resolution) {
		one := count(window{at.UnixMilli(), at.Add(resolution).UnixMilli() - 1})
		one["date"] = dateText(at)
		list = append(list, one)
	}
	return map[string]any{"start": dateText(start), "end": dateText(end), "counts": list}
}

// payloads say when devices have sent and got something, by its kind.
type payloads map[string]moments

// payloadsOf are those of devices.
func (st *store) payloadsOf(devices []*document) payloads {
	p := payloads{}
	for _, d := range devices {
		r := st.reports[d.id]
		if r == nil {
			continue
		}
		for _, one := range r.states {
			p["deviceState"] = append(p["deviceState"], one.at)
		}
		for _, one := range r.commands {
			p["deviceCommand"] = append(p["deviceCommand"], one.at)
		}
		for _, one := range r.log {
			kind := "deviceDisconnect"
			if one.body["connected"] == 1 {
				kind = "deviceConnect"
			}
			p[kind] = append(p[kind], one.at)
		}
	}
	for _, moments := range p {
		slices.Sort(moments)
	}
	return p
}

// payloadsOfAll are those of the devices of applications.
func (st *store) payloadsOfAll(apps []*document) payloads {
	var devices []*document
	for _, app := range apps {
		devices = append(devices, st.at(place{"device", app.id}).documents()...)
	}
	return st.payloadsOf(devices)
}

// in counts the payloads in a range; kinds without any are left out.
func (p payloads) in(w window) map[string]int {
	counts := map[string]int{}
	for kind, moments := range p {
		if n := moments.in(w); n > 0 {
			counts[kind] = n
		}
	}
	return counts
}

// breakdown counts the payloads of each part of a range.
func (p payloads) breakdown(c *call) map[string]any {
	return countWindow(c).counts(time.Duration(c.number("resolution"))*time.Millisecond, func(part window) map[string]any {
		n := 0
		for _, moments := range p {
			n += moments.in(part)
		}
		return map[string]any{"value": n}
	})
}

// payloadCounts counts what devices have sent and got, by kind and by who sent it: here, all of it came by REST.
func payloadCounts(s *Server, c *call) (any, *apiError) {
	return s.counting(c, func(apps []*document) any {
		stats := map[string]any{}
		for kind, n := range s.store.payloadsOfAll(apps).in(countWindow(c)) {
			stats[kind] = map[string]any{"device.rest": n}
		}
		return stats
	})
}

func payloadBreakdown(s *Server, c *call) (any, *apiError) {
	return s.counting(c, func(apps []*document) any { return s.store.payloadsOfAll(apps).breakdown(c) })
}

func devicePayloadCounts(s *Server, c *call) (any, *apiError) {
	return s.withDevice(c, func(d *document) any { return s.store.payloadsOf([]*document{d}).in(countWindow(c)) })
}

func devicePayloadBreakdown(s *Server, c *call) (any, *apiError) {
	return s.withDevice(c, func(d *document) any { return s.store.payloadsOf([]*document{d}).breakdown(c) })
}

// notebookMinutes counts the runs of notebooks of each day: none, since no notebook runs here.
func notebookMinutes(s *Server, c *call) (any, *apiError) {
	return s.counting(c, func([]*document) any {
		return countWindow(c).counts(24*time.Hour, func(window) map[string]any {
			return map[string]any{"minutes": 0, "completed": 0, "canceled": 0, "errored": 0, "timeout": 0}
		})
	})
}
