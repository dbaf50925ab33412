package losanttest

import (
	"fmt"
	"sync"
)

// handler answers calls of an operation in the place of this package.
type handler func(Request) (status int, body any)

// handlers are those that a test has given, by operation.
type handlers struct {
	mu  sync.RWMutex
	all map[string]handler
}

func (h *handlers) of(operation string) handler {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.all[operation]
}

func (h *handlers) set(operation string, f handler) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.all == nil {
		h.all = map[string]handler{}
	}
	h.all[operation] = f
}

// Handle makes a function answer the calls of an operation, such as "data.export", in the place of the server. It is called
// for requests that have passed all checks but that of the resource: parameters and body are valid, the token opens the
// operation. The body of the answer is encoded as JSON; nil is none. Requests may come at the same time.
//
// A nil function takes the one before it away. Handle panics when there is no such operation.
func (s *Server) Handle(operation string, handler func(Request) (status int, body any)) {
	if theAPI().actions[operation] == nil {
		panic(fmt.Sprintf("losanttest: Handle: there is no operation %q", operation))
	}
	s.handlers.set(operation, handler)
}
