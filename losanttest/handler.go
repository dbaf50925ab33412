package losanttest

import (
	"context"
	"net/http"
	"slices"
	"time"
)

// serve takes a request in, lets it meet the fault that waits for it, and answers.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	c, err := s.receive(r)
	if err != nil {
		panic(http.ErrAbortHandler) // the client went away before its request was complete
	}
	fault := s.journal.record(c.Request)

	var applied answer
	fault.AfterApplying = fault.AfterApplying && !c.isStream() // which has no effect
	if fault.AfterApplying {
		applied = s.answer(c)
	}
	s.wait(r.Context(), fault.Delay)
	if fault.Drop {
		drop(w)
	}
	result, instead := fault.answer(c)
	switch {
	case instead:
	case fault.AfterApplying:
		result = applied
	default:
		result = s.answer(c)
	}
	s.send(w, r, result, fault)
}

// drop ends the connection in the first line of an answer. Without any of it, a client may take the connection for one that
// was idle too long: net/http then sends a Get again by itself, and nobody sees the fault.
func drop(w http.ResponseWriter) {
	if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
		_, _ = conn.Write([]byte("HTTP/1.1 "))
		_ = conn.Close()
	}
	panic(http.ErrAbortHandler)
}

// wait lets a delay pass. It ends the call when the client goes away or the server is closed before that.
func (s *Server) wait(ctx context.Context, delay time.Duration) {
	if delay == 0 {
		return
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		panic(http.ErrAbortHandler)
	case <-s.closed:
		panic(http.ErrAbortHandler)
	}
}

func (s *Server) answer(c *call) answer {
	if c.Method == http.MethodOptions && isText(c.Path) {
		return answer{status: http.StatusNoContent}
	}
	if c.action == nil && isStorage(c.Path) {
		return s.storageAnswer(c)
	}
	result, err := s.handle(c)
	if err != nil {
		return err.answer()
	}
	if a, ok := result.(answer); ok {
		return a
	}
	return jsonAnswer(c.action.success(), result)
}

// success is the status of the first success that is documented for an action.
func (a *action) success() int {
	if len(a.Answers) == 0 {
		return http.StatusOK
	}
	return a.Answers[0].Status
}

// handle takes a request through the steps of Losant's framework. Their order is part of what the server promises.
func (s *Server) handle(c *call) (any, *apiError) {
	if c.action == nil {
		return nil, noRoute(c)
	}
	if err := c.readBody(); err != nil {
		return nil, err
	}
	if v := c.validate(); v != nil {
		return nil, invalid(v.Error())
	}
	if err := s.authenticate(c); err != nil {
		return nil, err
	}
	if !c.mayCall(c.action) {
		return nil, forbidden()
	}
	return s.act(c)
}

func (c *call) validate() *violation {
	if v := c.readParams(); v != nil {
		return v
	}
	return c.action.params().check(c.params)
}

// act performs the action: as a handler of the test does it, or as this package does.
func (s *Server) act(c *call) (any, *apiError) {
	if handler := s.handlers.of(c.Operation); handler != nil {
		status, body := handler(c.clone())
		if body == nil {
			return answer{status: status}, nil
		}
		return jsonAnswer(status, body), nil
	}
	if act := acts[c.Operation]; act != nil {
		return act(s, c)
	}
	if act := counters[c.action.Name]; act != nil && slices.Contains(owners, c.action.Resource) {
		return act(s, c)
	}
	if k := theAPI().kinds[c.action.Resource]; k != nil {
		if act := actOn(k, c.action); act != nil {
			return act(s, c)
		}
	}
	return nil, notImplemented(c.Operation)
}

// isStream reports whether the answer of a call is a stream of events.
func (c *call) isStream() bool {
	return c.action != nil && len(c.action.Answers) > 0 && len(c.action.Answers[0].Events) > 0
}
