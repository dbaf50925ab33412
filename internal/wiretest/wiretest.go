// Package wiretest is a server for tests of what a client makes of connections that misbehave. It listens on loopback,
// speaks HTTP/1.1 or HTTP/2, counts all that reaches it, and gives each request the next of the ends that its test has
// for it.
package wiretest

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"
)

// patience is how long a connection may last. A client that leaves one open fails its test.
const patience = 20 * time.Second

// Server gives each request, in the order in which they begin, the next of its ends, and the last one for ever. At the
// end of the test it waits until the client has closed every connection.
type Server struct {
	t        testing.TB
	secure   *tls.Config // nil for HTTP/1.1 in the clear
	listener net.Listener
	running  sync.WaitGroup // of the listener and its connections

	mu          sync.Mutex
	ends        []End
	requests    []Request
	connections int
}

// Request is one that was read to its end. Of HTTP/2 the headers are not decoded: Method, URI and Header are empty.
type Request struct {
	Method, URI string
	Header      http.Header
	Body        string
	Connection  int // the number, from 1, of the one it came by
}

// NewServer starts a server of HTTP/1.1.
func NewServer(t testing.TB, ends ...End) *Server {
	t.Helper()
	return start(t, nil, ends)
}

// NewHTTP2Server starts a server of HTTP/2, over TLS, with a certificate that [Authority] has issued.
func NewHTTP2Server(t testing.TB, ends ...End) *Server {
	t.Helper()
	return NewCertifiedServer(t, Authority().Issue(time.Now().Add(time.Hour)), ends...)
}

// NewCertifiedServer starts a server of HTTP/2 with a certificate.
func NewCertifiedServer(t testing.TB, certificate tls.Certificate, ends ...End) *Server {
	t.Helper()
	return start(t, &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"}, Certificates: []tls.Certificate{certificate},
	}, ends)
}

func start(t testing.TB, secure *tls.Config, ends []End) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it ends with Close, not with a context
	must(err)
	s := &Server{t: t, secure: secure, listener: listener, ends: ends}
	s.running.Go(s.accept)
	t.Cleanup(func() { s.Close(nil) })
	return s
}

func (s *Server) accept() {
	for {
		conn, err := s.listener.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		s.connections++
		number := s.connections
		s.mu.Unlock()
		s.running.Go(func() { s.serve(conn, number) })
	}
}

// Nobody is where nobody listens. The address of a server that was closed may soon be another one's.
const Nobody = "http://127.0.0.1:1"

// URL is where the server listens.
func (s *Server) URL() string {
	scheme := "http://"
	if s.secure != nil {
		scheme = "https://"
	}
	return scheme + s.listener.Addr().String()
}

// Close refuses connections, and waits until the client has closed those that are open. closeIdle, which may be nil,
// makes it do so. It is called again and again, since a connection may not be idle yet when a call has ended.
func (s *Server) Close(closeIdle func()) {
	_ = s.listener.Close()
	closed := make(chan struct{})
	go func() {
		s.running.Wait()
		close(closed)
	}()
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for {
		if closeIdle != nil {
			closeIdle()
		}
		select {
		case <-closed:
			return
		case <-again.C:
		}
	}
}

// Then changes the ends of the requests that are still to begin.
func (s *Server) Then(ends ...End) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.ends = ends
}

// Requests are those that were read so far.
func (s *Server) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Request(nil), s.requests...)
}

// Count is the number of requests that were read so far.
func (s *Server) Count() int { return len(s.Requests()) }

// Connections is the number of connections that were accepted.
func (s *Server) Connections() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.connections
}

func (s *Server) serve(raw net.Conn, number int) {
	defer func() { _ = raw.Close() }()
	_ = raw.SetDeadline(time.Now().Add(patience))
	var err error
	if s.secure != nil {
		err = s.serveHTTP2(raw, number)
	} else {
		err = s.serveHTTP1(raw, number)
	}
	if err == nil { // no more ends: the client has to close its side
		_, err = io.Copy(io.Discard, raw)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		s.t.Errorf("connection %d is left open", number)
	}
}

// next is the end of the request that begins.
func (s *Server) next() End {
	s.mu.Lock()
	defer s.mu.Unlock()
	end := s.ends[0]
	if len(s.ends) > 1 {
		s.ends = s.ends[1:]
	}
	return end
}

func (s *Server) add(request Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = append(s.requests, request)
}
