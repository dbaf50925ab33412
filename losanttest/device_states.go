package losanttest

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What devices are told and tell.

// withDevice calls f with the device of a call, while nobody else uses the store.
func (s *Server) withDevice(c *call, f func(*document) any) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	d, err := s.store.find(theAPI().kinds["device"], c.ids)
	if err != nil {
		return nil, err
	}
	return f(d), nil
}

func sendState(s *Server, c *call) (any, *apiError) {
	return s.withDevice(c, func(d *document) any {
		bodies, isList := c.body.([]any)
		if !isList {
			bodies = []any{c.body}
		}
		for _, body := range bodies {
			if o, ok := body.(*object); ok {
				s.report(d, newState(o))
			}
		}
		return successBody{true}
	})
}

// report keeps a state, and tells those who listen.
func (s *Server) report(d *document, one state) {
	r := s.store.reportsOf(d.id)
	r.states = insertByTime(r.states, one, state.time)
	s.hub.publish(topic{"deviceState", d.id}, one.body)
}

func getState(s *Server, c *call) (any, *apiError) {
	return s.withDevice(c, func(d *document) any {
		bodies := []any{}
		if r := s.store.reports[d.id]; r != nil {
			for _, one := range latest(in(between(c.text), r.states, state.time), c.number("limit"), c.isDescending()) {
				bodies = append(bodies, one.body())
			}
		}
		return bodies
	})
}

func (c *call) isDescending() bool { return c.option("sortDirection") == "desc" }

func sendCommand(s *Server, c *call) (any, *apiError) {
	return s.withDevice(c, func(d *document) any {
		s.command(d, c.object())
		return successBody{true}
	})
}

// command keeps a command for a device, and tells those who listen.
func (s *Server) command(d *document, body *object) {
	one := command{at: millisecondsIn(body.values["time"]), payload: plain(body.values["payload"])}
	one.name, _ = body.values["name"].(string)
	r := s.store.reportsOf(d.id)
	r.commands = insertByTime(r.commands, one, command.time)
	s.hub.publish(topic{"deviceCommand", d.id}, one.body)
}

func getCommand(s *Server, c *call) (any, *apiError) {
	return s.withDevice(c, func(d *document) any {
		bodies := []any{}
		if r := s.store.reports[d.id]; r != nil {
			for _, one := range latest(in(between(c.text), r.commands, command.time), c.number("limit"), c.isDescending()) {
				bodies = append(bodies, one.body())
			}
		}
		return bodies
	})
}

func getCompositeState(s *Server, c *call) (any, *apiError) {
	return s.withDevice(c, func(d *document) any {
		return s.store.reports[d.id].composite(between(c.text), c.wantsAttribute())
	})
}

// wantsAttribute is what the parameter attributes asks for: all, when it is not given.
func (c *call) wantsAttribute() func(string) bool {
	names := c.text("attributes")
	if names == "" {
		return func(string) bool { return true }
	}
	wanted := strings.Split(names, ",")
	return func(name string) bool { return slices.Contains(wanted, name) }
}

// getCompositeStates lists the composite states of devices.
func getCompositeStates(s *Server, c *call) (any, *apiError) {
	k := theAPI().kinds["device"]
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	if err := s.store.findParents(k, c.ids); err != nil {
		return nil, err
	}
	l := c.listing(s.store.fieldOfDevice)
	page, total := l.page(s.store.at(k.place(c.ids)).documents())
	items := make([]any, len(page))
	for i, d := range page {
		items[i] = map[string]any{
			"id": d.id, "name": d.body["name"],
			"compositeState": s.store.reports[d.id].composite(between(c.text), c.wantsAttribute()),
		}
	}
	return s.listBody(c, "devices", listedBy(c.action), items, total), nil
}

// setConnectionStatus notes that a device has come or gone.
func setConnectionStatus(s *Server, c *call) (any, *apiError) {
	return s.withDevice(c, func(d *document) any {
		body, _ := plain(c.object()).(map[string]any)
		status, _ := body["status"].(string)
		connected, date := 0, body["disconnectedAt"]
		if status == "connected" {
			connected, date = 1, body["connectedAt"]
		}
		ms := millisecondsIn(date)
		at := dateText(time.UnixMilli(ms))
		r := s.store.reportsOf(d.id)
		entry := map[string]any{"connected": connected, "time": at}
		for _, name := range []string{"disconnectReason", "messagesFromClient", "messagesToClient", "ipAddress"} {
			if value, ok := body[name]; ok {
				entry[name] = value
			}
		}
		r.log = insertByTime(r.log, connection{ms, entry}, connection.time)
		r.connection = map[string]any{"connectionStatus": status, status + "At": at}
		s.store.make(theAPI().kinds["device"].place(d.ids)).put(d.with(map[string]any{
			"connectionInfo": map[string]any{"time": at, "connected": connected},
		}))
		return successBody{true}
	})
}

// sendCommands sends a command to all devices that the body names by their ids, their tags or a query.
func sendCommands(s *Server, c *call) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	devices, err := s.store.chosen(c)
	if err != nil {
		return nil, err
	}
	for _, d := range devices {
		s.command(d, c.object())
	}
	return successBody{true}, nil
}

// chosen are the devices of an application that deviceIds, deviceTags or deviceQuery in a body choose: those that one of
// them does. A body with none of them chooses none.
func (st *store) chosen(c *call) ([]*document, *apiError) {
	k := theAPI().kinds["device"]
	if err := st.findParents(k, c.ids); err != nil {
		return nil, err
	}
	body := c.object()
	ids, _ := body.values["deviceIds"].([]any)
	tags := tagsOf(plain(body.values["deviceTags"]))
	wanted := map[string]bool{}
	for _, id := range ids {
		if text, ok := id.(string); ok {
			wanted[text] = true
		}
	}
	var q query
	deviceQuery, hasQuery := body.values["deviceQuery"].(*object)
	if hasQuery {
		q = compileQuery(deviceQuery, st.fieldOfDevice)
	}
	var devices []*document
	for _, d := range st.at(k.place(c.ids)).documents() {
		hasTag := len(tags) > 0 && slices.ContainsFunc(d.tags, func(t tag) bool {
			return slices.ContainsFunc(tags, t.fits)
		})
		if wanted[d.id] || hasTag || hasQuery && q.matches(d) {
			devices = append(devices, d)
		}
	}
	return devices, nil
}

// fits reports whether a tag is what another one asks for, which may have no key or no value.
func (t tag) fits(asked tag) bool {
	return (asked.key == "" || asked.key == t.key) && (asked.value == "" || asked.value == t.value)
}

// maxTime is the last millisecond that JavaScript has a date for.
const maxTime = 8.64e15

// parseMilliseconds reads a parameter that is a time or a duration; an empty one is none.
func parseMilliseconds(text string) (int64, bool) {
	ms, err := strconv.ParseFloat(text, 64)
	if err != nil || !(math.Abs(ms) <= maxTime) {
		return 0, false
	}
	return int64(ms), true
}
