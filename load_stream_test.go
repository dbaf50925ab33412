//go:build load

package losant_test

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// cutAfter is how many events a stream has until it is cut, unless it is not.
const cutAfter = 5

// feed is what a worker reports, and what a stream brings of it.
type feed struct {
	shelf

	stream string // the operation
	open   func(context.Context, []losant.CallOption) iter.Seq2[doc, error]
	steps  []step // the first one reports
	whole  int    // events that come of a stream that is cut, which may be in the middle of the last

	mu      sync.Mutex
	come    [][]string // the texts of events, by connection
	ends    []error    // of connections
	arrived chan struct{}
}

// feeds are one of each kind.
func (w *worker) feeds() []*feed {
	type opts = []losant.CallOption
	const beat = time.Minute // of a stream that has nothing to say
	c, device := w.client, "/applications/"+w.plant+"/devices/"+w.device
	states := w.feed("device.stateStream", device+"/state", func(ctx context.Context, o opts) iter.Seq2[doc, error] {
		o = append(o, losant.DeviceStateStreamParams{KeepAliveInterval: beat})
		return docsOf(c.Device.StateStream(ctx, w.plant, w.device, o...))
	})
	states.steps = w.onStates(&states.shelf)
	commands := w.feed("device.commandStream", device+"/command", func(ctx context.Context, o opts) iter.Seq2[doc, error] {
		o = append(o, losant.DeviceCommandStreamParams{KeepAliveInterval: beat})
		return docsOf(c.Device.CommandStream(ctx, w.plant, w.device, o...))
	})
	commands.steps = w.onCommands(&commands.shelf)
	commands.whole--
	messages := w.feed("application.mqttSubscriptionStream", "", func(ctx context.Context, o opts) iter.Seq2[doc, error] {
		o = append(o, losant.ApplicationMQTTSubscriptionStreamParams{KeepAliveInterval: beat})
		return docsOf(c.Application.MQTTSubscriptionStream(ctx, w.plant, "a/+", o...))
	})
	messages.steps = []step{messages.report("application.mqttPublishMessage", func(c call, text string) error {
		message := losant.MQTTPublishBody{Topic: "a/b", Message: text}
		_, err := w.client.Application.MQTTPublishMessage(c, w.plant, message, c.opts...)
		return err
	})}
	return []*feed{states, commands, messages}
}

// feed makes a feed of a stream, and of the path where the server shows what was reported.
func (w *worker) feed(
	stream, path string, open func(context.Context, []losant.CallOption) iter.Seq2[doc, error],
) *feed {
	if path != "" {
		path += "?limit=1000&start=1"
	}
	return &feed{shelf: shelf{worker: w, item: stream, path: path}, stream: stream, open: open, whole: cutAfter}
}

// report is a step that adds an event.
func (s *shelf) report(action string, send func(c call, text string) error) step {
	return step{action, once, nil, func(c call) error {
		text := s.text()
		return s.settle(send(c, text), s.with(doc{text: text})...)
	}}
}

func (w *worker) onStates(s *shelf) []step {
	device, data := w.client.Device, w.client.Data
	return []step{
		s.report("device.sendState", func(c call, text string) error {
			state := losant.DeviceState{Time: w.timeOf(text), Data: map[string]any{"name": text}}
			_, err := device.SendState(c, w.plant, w.device, losant.DeviceStateOrStates{state}, c.opts...)
			return err
		}),
		{"device.getState", reads, nil, func(c call) error {
			all := losant.DeviceGetStateParams{Limit: 1000, Start: losant.At(time.UnixMilli(1))}
			states, err := device.GetState(c, w.plant, w.device, append(c.opts, all)...)
			return s.iterate(docsOf(elements(states, err)), s.docs)
		}},
		{"device.getCompositeState", reads, nil, func(c call) error {
			composite, err := device.GetCompositeState(c, w.plant, w.device, c.opts...)
			s.answered(err, composite["name"].Value, s.last())
			return s.settle(err, s.docs...)
		}},
		{"data.lastValueQuery", reads, nil, func(c call) error {
			query := losant.LastValueQuery{Attribute: losant.Ptr("name"), DeviceIDs: []string{w.device}}
			values, err := data.LastValueQuery(c, w.plant, query, c.opts...)
			s.answered(err, values[w.device].Data["name"], s.last())
			return s.settle(err, s.docs...)
		}},
		{"data.timeSeriesQuery", reads, nil, func(c call) error {
			series, err := data.TimeSeriesQuery(c, w.plant, losant.TimeSeriesQuery{
				Start: losant.At(time.UnixMilli(1)), Attributes: []string{"name"}, DeviceIDs: []string{w.device}, Aggregation: "LAST",
			}, c.opts...)
			if points := pointsOf(series, w.device); len(points) > 0 {
				s.answered(err, points[0].Data["name"], s.last())
			}
			return s.settle(err, s.docs...)
		}},
	}
}

func pointsOf(series *losant.TimeSeriesData, device string) []losant.DataPoint {
	if series == nil {
		return nil
	}
	return series.Devices[device].Points
}

func (w *worker) onCommands(s *shelf) []step {
	device := w.client.Device
	return []step{
		s.report("device.sendCommand", func(c call, text string) error {
			command := losant.DeviceCommand{Time: w.timeOf(text), Name: text}
			_, err := device.SendCommand(c, w.plant, w.device, command, c.opts...)
			return err
		}),
		s.report("devices.sendCommand", func(c call, text string) error {
			command := losant.MultiDeviceCommand{Time: losant.Ptr(w.timeOf(text)), Name: text, DeviceIDs: []string{w.device}}
			_, err := w.client.Devices.SendCommand(c, w.plant, command, c.opts...)
			return err
		}),
		{"device.getCommand", reads, nil, func(c call) error {
			all := losant.DeviceGetCommandParams{Limit: 1000, Start: losant.At(time.UnixMilli(1))}
			commands, err := device.GetCommand(c, w.plant, w.device, append(c.opts, all)...)
			return s.iterate(docsOf(elements(commands, err)), s.docs)
		}},
	}
}

// timeOf is when something was reported, by its text.
func (w *worker) timeOf(text string) time.Time {
	n, _ := strconv.Atoi(text)
	return w.started.Add(time.Duration(n-10_000) * time.Second)
}

// last is the text of the last document, nil when there is none.
func (s *shelf) last() any {
	if len(s.docs) == 0 {
		return nil
	}
	return s.docs[len(s.docs)-1].text
}

// elements are those of an answer that is a list.
func elements[T any](all []T, err error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		if err != nil {
			yield(*new(T), err)
			return
		}
		for _, one := range all {
			if !yield(one, nil) {
				return
			}
		}
	}
}

// follow reads the stream, which meets faults, until it is stopped.
func (f *feed) follow() (stop func()) {
	cut := losanttest.Fault{Events: cutAfter, Truncate: f.whole < cutAfter}
	faults := []losanttest.Fault{cut, cut, {Drop: true}, {Status: http.StatusServiceUnavailable}}
	for range 8 {
		f.inject(f.stream, 1, oneOf(f.dice, faults))
	}
	f.come, f.arrived = [][]string{nil}, make(chan struct{}, 1)
	ctx, cancel := context.WithCancel(f.t.Context())
	var following sync.WaitGroup
	following.Go(func() {
		opts := []losant.CallOption{losant.WithMaxAttempts(1000), losant.WithReconnect(f.ended)}
		for d, err := range f.open(ctx, opts) {
			if err != nil {
				f.ended(err)
			} else {
				f.brought(d.text)
			}
		}
	})
	return func() {
		cancel()
		following.Wait()
	}
}

func (f *feed) brought(text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.come[len(f.come)-1] = append(f.come[len(f.come)-1], text)
	select {
	case f.arrived <- struct{}{}:
	default:
	}
}

func (f *feed) ended(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.ends, f.come = append(f.ends, err), append(f.come, nil)
}

// catchUp reports until the stream brings what was reported last.
func (f *feed) catchUp() {
	if f.failed {
		return
	}
	for started := time.Now(); time.Since(started) < 5*time.Minute; {
		f.call(&f.steps[0])
		for late := time.After(100 * time.Millisecond); late != nil; {
			if f.latest() == f.last() {
				return
			}
			select {
			case <-f.arrived:
			case <-late:
				late = nil
			}
		}
	}
	f.wrong("%s brings nothing any more", f.stream)
}

// latest is the text of the last event that has come over this connection, nil when there is none.
func (f *feed) latest() any {
	f.mu.Lock()
	defer f.mu.Unlock()
	if texts := f.come[len(f.come)-1]; len(texts) > 0 {
		return texts[len(texts)-1]
	}
	return nil
}

// audit compares what has come with what was reported, when all is over.
func (f *feed) audit() {
	f.shelf.audit()
	before := ""
	for i, texts := range f.come {
		broken := i < len(f.ends)-1 // and not just over
		if broken && len(texts) != 0 && len(texts) != f.whole {
			f.wrong("%s: of a connection came %v, and %d events were sent", f.stream, texts, f.whole)
		}
		for j, text := range texts {
			switch {
			case text <= before:
				f.wrong("%s: after %s came %s", f.stream, before, text)
			case !slices.Contains(slices.Concat(f.docs, f.lost), doc{text: text}):
				f.wrong("%s: %s came, which was not applied", f.stream, text)
			case j > 0 && slices.ContainsFunc(f.docs, func(d doc) bool { return before < d.text && d.text < text }):
				f.wrong("%s: after %s came %s of %v", f.stream, before, text, f.docs)
			}
			before = text
		}
		f.tally.add(func() {
			f.tally.events += len(texts)
			if broken {
				f.tally.gaps++
			}
			if broken && len(texts) == 0 {
				f.tally.refused++
			}
		})
	}
	for i, err := range f.ends {
		if _, expected := kindOf(err, reads); !expected || errors.Is(err, context.Canceled) != (i == len(f.ends)-1) {
			f.wrong("%s: connection %d ends with %v", f.stream, i, err)
		}
	}
}
