package losanttest

import (
	"context"
	"net/http"
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
	if fault.AfterApplying {
		applied = s.answer(c)
	}
	s.wait(r.Context(), fault.Delay)
	if fault.Drop {
		drop(w)
	}
	result, instead := fault.answer()
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
	result, err := s.handle(c)
	if err != nil {
		return err.answer()
	}
	return jsonAnswer(http.StatusOK, result)
}

// handle takes a request through the steps of Losant's framework. Their order is part of what the server promises.
func (s *Server) handle(c *call) (any, *apiError) {
	if len(c.Body) > maxBody {
		return nil, tooLarge()
	}
	if err := c.parseBody(); err != nil {
		return nil, err
	}
	if c.route == nil {
		return nil, notAllowed(c.Method)
	}
	params := c.params()
	if problem := c.route.params.check("", params); problem != "" {
		return nil, invalid(problem)
	}
	if token, _ := params.values[accessTokenParam].(string); token != "" {
		granted, err := s.scopesOf(token)
		if err != nil {
			return nil, err
		}
		c.granted = granted
	}
	if !c.mayCall(c.route) {
		return nil, forbidden()
	}
	return c.route.act(c)
}
