package losanttest

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// stream is an answer that goes on: server-sent events. Its headers go out with the first of them, or with the first sign
// of life.
type stream struct {
	subscriber *subscriber
	keepAlive  time.Duration
}

// defaultKeepAlive is the time between two signs of life of a stream, unless a request asks for another one.
const defaultKeepAlive = 2 * time.Second

func stateStream(s *Server, c *call) (any, *apiError) {
	return s.withDevice(c, func(d *document) any { return s.stream(c, topic{"deviceState", d.id}, nil) })
}

func commandStream(s *Server, c *call) (any, *apiError) {
	return s.withDevice(c, func(d *document) any { return s.stream(c, topic{"deviceCommand", d.id}, nil) })
}

// messageStream streams the messages of an application's topics that match a filter.
func messageStream(s *Server, c *call) (any, *apiError) {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	app, err := s.store.find(theAPI().kinds["application"], c.ids)
	if err != nil {
		return nil, err
	}
	filter := c.text("topic")
	return s.stream(c, topic{"mqttMessage", app.id}, func(data any) bool {
		message, _ := data.(map[string]any)
		name, _ := message["topic"].(string)
		return filter == "" || matchesTopic(strings.Split(filter, "/"), strings.Split(name, "/"))
	}), nil
}

// publishMessage sends a message to those who listen to its topic.
func publishMessage(s *Server, c *call) (any, *apiError) {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	app, err := s.store.find(theAPI().kinds["application"], c.ids)
	if err != nil {
		return nil, err
	}
	s.hub.publish(topic{"mqttMessage", app.id}, func() map[string]any {
		message, _ := plain(c.object()).(map[string]any)
		return message
	})
	return successBody{true}, nil
}

// matchesTopic reports whether a topic of MQTT matches a filter: + is any level, # all that follow.
func matchesTopic(filter, name []string) bool {
	for i, level := range filter {
		switch {
		case level == "#":
			return true
		case i >= len(name) || level != "+" && level != name[i]:
			return false
		}
	}
	return len(filter) == len(name)
}

func (s *Server) stream(c *call, t topic, wants func(any) bool) answer {
	keepAlive := defaultKeepAlive
	if seconds, err := strconv.ParseFloat(c.text("keepAliveInterval"), 64); err == nil && seconds > 0 && seconds < 1e6 {
		keepAlive = max(time.Duration(seconds*float64(time.Second)), time.Millisecond)
	}
	return answer{status: http.StatusOK, stream: &stream{s.hub.subscribe(t, wants), keepAlive}}
}

// sendStream sends events until the client goes away, the server is closed, or a fault ends it.
func (s *Server) sendStream(w http.ResponseWriter, r *http.Request, st *stream, fault Fault) {
	defer s.hub.unsubscribe(st.subscriber)
	header := w.Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-cache")
	controller := http.NewResponseController(w)
	ticker := time.NewTicker(st.keepAlive)
	defer ticker.Stop()
	for sent := 0; fault.Events == 0 || sent < fault.Events; {
		var text string
		select {
		case <-r.Context().Done():
			return
		case <-s.closed:
			panic(http.ErrAbortHandler)
		case <-ticker.C:
			if fault.Silent {
				continue
			}
			text = ":\n\n"
		case data, ok := <-st.subscriber.events:
			if !ok {
				return
			}
			if fault.Silent {
				continue
			}
			text = fmt.Sprintf("event: %s\ndata: %s\n\n", st.subscriber.topic.event, jsonAnswer(0, data).body)
			sent++
			ticker.Reset(st.keepAlive)
			if fault.Truncate && sent == fault.Events {
				text = text[:len(text)/2]
			}
		}
		if _, err := w.Write([]byte(text)); err != nil || controller.Flush() != nil {
			return
		}
	}
	if fault.Truncate {
		panic(http.ErrAbortHandler)
	}
}
