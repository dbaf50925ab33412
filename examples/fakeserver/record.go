package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"sync"
)

// recorder writes a line for each request that its handler answers.
type recorder struct {
	handler http.Handler

	mu  sync.Mutex
	out io.Writer
}

// line is a request as it is recorded.
type line struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Query  string `json:"query,omitempty"`
	Body   any    `json:"body,omitempty"` // JSON, or a text
	Status int    `json:"status"`
}

// ServeHTTP records a request when it has been answered.
func (r *recorder) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return // the client went away
	}
	request.Body = io.NopCloser(bytes.NewReader(body))
	one := line{Method: request.Method, Path: request.URL.EscapedPath(), Query: request.URL.RawQuery}
	switch {
	case json.Valid(body):
		one.Body = json.RawMessage(body)
	case len(body) > 0:
		one.Body = string(body)
	}
	status := &statusWriter{ResponseWriter: w}
	defer func() {
		one.Status = status.status // 0, when the connection was cut
		r.write(one)
	}()
	r.handler.ServeHTTP(status, request)
}

func (r *recorder) write(one line) {
	r.mu.Lock()
	defer r.mu.Unlock()
	encoder := json.NewEncoder(r.out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(one); err != nil {
		return // a full disk is no reason not to answer
	}
}

// statusWriter notes the status of an answer.
type statusWriter struct {
	http.ResponseWriter

	status int
}

// WriteHeader notes the status.
func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets a stream be flushed.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
