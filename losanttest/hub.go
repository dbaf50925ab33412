package losanttest

import "sync"

// topic is what a stream is about: events of a name that concern something, a device for one.
type topic struct{ event, about string }

// maxBacklog is how many events wait for a client that does not read. With more of them, its stream ends.
const maxBacklog = 1 << 14

// hub brings events to the streams that are open.
type hub struct {
	mu          sync.Mutex
	subscribers map[topic]map[*subscriber]bool
}

// subscriber is an open stream. Its channel is closed when it has fallen behind.
type subscriber struct {
	topic  topic
	wants  func(data any) bool // nil for all events of the topic
	events chan any
}

func (h *hub) subscribe(t topic, wants func(data any) bool) *subscriber {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := &subscriber{topic: t, wants: wants, events: make(chan any, maxBacklog)}
	if h.subscribers == nil {
		h.subscribers = map[topic]map[*subscriber]bool{}
	}
	if h.subscribers[t] == nil {
		h.subscribers[t] = map[*subscriber]bool{}
	}
	h.subscribers[t][s] = true
	return s
}

func (h *hub) unsubscribe(s *subscriber) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.subscribers[s.topic], s)
	if len(h.subscribers[s.topic]) == 0 {
		delete(h.subscribers, s.topic)
	}
}

// open is how many streams are open.
func (h *hub) open() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, subscribers := range h.subscribers {
		n += len(subscribers)
	}
	return n
}

// publish sends an event to those who listen; it is made only when somebody does.
func (h *hub) publish(t topic, event func() map[string]any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.subscribers[t]) == 0 {
		return
	}
	data := any(event())
	for s := range h.subscribers[t] {
		if s.wants != nil && !s.wants(data) {
			continue
		}
		select {
		case s.events <- data:
		default:
			close(s.events)
			delete(h.subscribers[t], s)
		}
	}
}
