package rest

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync"
	"time"
)

// NewTransport returns the transport of a client that was not given one.
func NewTransport() *http.Transport {
	const idle = 256
	return &http.Transport{
		Proxy:                  nextConnection,
		OnProxyConnectResponse: proxyResponse,
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		MaxIdleConns:           idle,
		MaxIdleConnsPerHost:    idle, // all of them may go to the one host there is
		IdleConnTimeout:        90 * time.Second,
		ExpectContinueTimeout:  time.Second,
		ForceAttemptHTTP2:      true, // a transport with a TLS configuration of its own speaks HTTP/1.1 otherwise
		HTTP2: &http.HTTP2Config{ // a dead connection is found in half a minute, not by a call that hangs on it
			SendPingTimeout: 15 * time.Second,
			PingTimeout:     15 * time.Second,
		},
	}
}

func dialer() *net.Dialer {
	return &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}
}

// dial opens a connection.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := dialer().DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &patientConn{Conn: conn, noMore: make(chan struct{})}, nil
}

// patientConn is a connection that the peer may close as soon as it has answered, without having read the whole request.
// Then writing fails while the answer is still to be read, and net/http would return whichever it sees first. So an error
// of writing waits until nothing more can be read.
type patientConn struct {
	net.Conn

	once   sync.Once
	noMore chan struct{} // closed when nothing more can be read
}

func (c *patientConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil {
		c.once.Do(func() { close(c.noMore) })
	}
	return n, err
}

func (c *patientConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err != nil {
		timer := time.NewTimer(time.Second) // nobody may be reading
		defer timer.Stop()
		select {
		case <-c.noMore:
		case <-timer.C:
		}
	}
	return n, err
}

func (c *patientConn) Close() error {
	c.once.Do(func() { close(c.noMore) })
	return c.Conn.Close()
}

// ProxyError is a proxy that refused a tunnel to the server.
type ProxyError struct{ StatusCode int }

// Error names the status.
func (e *ProxyError) Error() string {
	return fmt.Sprintf("the proxy refused the connection: %d %s", e.StatusCode, http.StatusText(e.StatusCode))
}

// proxyResponse makes an error of a type of what net/http has only the text of.
func proxyResponse(_ context.Context, _ *url.URL, _ *http.Request, response *http.Response) error {
	if response.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyError{response.StatusCode}
}

// observed is the SDK's own transport. What it sees of an attempt is certain: nothing of the caller's is between it and
// the connections.
type observed struct{ *http.Transport }

// RoundTrip sends a request, and notes for its attempt whether that may have been applied. A transport of the caller's may
// send other requests through it, such as one for a token, or an attempt that it has made unrecognizable: they are only
// kept from being sent again and again.
func (t observed) RoundTrip(request *http.Request) (*http.Response, error) {
	s := &sending{class: Once, idempotent: isIdempotent(request)}
	if s.idempotent {
		s.class = Read
	}
	a := attemptOf(request)
	if a == nil || !a.isSentAs(request) {
		return t.sendUnknown(request, s)
	}
	s.class, s.cancel = a.Class, a.limit.cancel
	a.sendings.begin()
	response, err := t.send(request, s)
	a.sendings.end(s, response, err)
	return response, err
}

// isSentAs reports whether a request is that of the attempt, though perhaps by way of a gateway that has a prefix.
func (a *attempt) isSentAs(request *http.Request) bool {
	return request.Method == a.Method && strings.HasSuffix(request.URL.Path, a.URL.Path)
}

// sendUnknown sends a request that is not known as that of an attempt, which could be ended. It has an end of its own.
func (t observed) sendUnknown(request *http.Request, s *sending) (*http.Response, error) {
	ctx, cancel := context.WithCancel(request.Context())
	s.cancel = cancel
	response, err := t.send(request.WithContext(ctx), s)
	if err != nil {
		cancel()
		return nil, err
	}
	if response.StatusCode != http.StatusSwitchingProtocols { // its body is the connection
		response.Body = endingBody{response.Body, cancel}
	}
	return response, nil
}

// endingBody is a body that ends its context when it is closed.
type endingBody struct {
	io.ReadCloser
	end context.CancelFunc
}

func (b endingBody) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}

func (t observed) send(request *http.Request, s *sending) (*http.Response, error) {
	s.trace.GotConn = s.gotConn
	// What the caller's own transports trace and send has another context than this.
	ctx := httptrace.WithClientTrace(context.WithValue(request.Context(), sendingKey{}, s), &s.trace)
	traced := request.WithContext(ctx)
	if request.GetBody != nil {
		traced.GetBody = func() (io.ReadCloser, error) {
			if err := s.next(); err != nil {
				return nil, err
			}
			return request.GetBody()
		}
	}
	response, err := t.Transport.RoundTrip(traced)
	if err != nil {
		err = s.explain(err)
	}
	return response, err
}

// isIdempotent reports requests that net/http sends again, over HTTP/1, though they may have been applied.
func isIdempotent(request *http.Request) bool {
	switch request.Method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace:
		return true
	}
	_, key := request.Header["Idempotency-Key"]
	_, extended := request.Header["X-Idempotency-Key"]
	return key || extended
}

// sending is a request on its way through net/http, which may send it over one connection after the other.
type sending struct {
	class      Class
	idempotent bool
	cancel     func() // ends it
	trace      httptrace.ClientTrace

	mu          sync.Mutex
	connections int
	http2       bool // the last connection
	written     bool // something may have been written to a connection
	doubt       bool // and then to another one
	stopped     bool
}

type sendingKey struct{}

// errStopped is what a sending ends with that net/http would have sent again.
var errStopped = errors.New("the connection was lost, and the request is not sent over another one")

// maxConnections is how many connections one sending may reach: the second one is for a first that had turned stale.
const maxConnections = 2

// nextConnection is the Proxy of the transport: net/http asks it before each connection that it chooses, and gives up if
// it returns an error. That makes it, and GetBody, the places to stop a request that net/http is about to send again.
func nextConnection(request *http.Request) (*url.URL, error) {
	if s, ok := request.Context().Value(sendingKey{}).(*sending); ok {
		if err := s.next(); err != nil {
			return nil, err
		}
	}
	return http.ProxyFromEnvironment(request)
}

// next is called before the request is sent, each time.
func (s *sending) next() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.http2 && !s.idempotent {
		s.written = false // or else net/http would not try again
	}
	return s.allow()
}

// allow returns an error if the request must not reach another connection.
func (s *sending) allow() error {
	if s.connections == maxConnections || s.class == Once && s.written {
		s.stopped = true
		return errStopped
	}
	return nil
}

// gotConn is called when the request has got a connection, before anything is written. Over HTTP/2, a request without a
// body may come here again with nobody having been asked.
func (s *sending) gotConn(info httptrace.GotConnInfo) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.allow() != nil {
		s.cancel()
		return
	}
	s.doubt = s.doubt || s.written
	s.connections++
	s.written = true
	s.http2 = isHTTP2(info.Conn)
}

func isHTTP2(conn net.Conn) bool {
	secure, ok := conn.(interface{ ConnectionState() tls.ConnectionState })
	return ok && secure.ConnectionState().NegotiatedProtocol == "h2"
}

// explain returns the error of a sending: errStopped, if that is what it was.
func (s *sending) explain(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped && !errors.Is(err, errStopped) {
		return errStopped
	}
	return err
}

// sendings are what the SDK's own transport has seen of one attempt: more than one if a transport of the caller's sends
// the request again. The zero value is for attempts that go through a given transport.
type sendings struct {
	mu      sync.Mutex
	running int
	seen    bool
	last    error // what the last one failed with
	maybe   bool  // the last one may have been applied
	doubt   bool  // an earlier one may have been
}

func (s *sendings) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running++
}

func (s *sendings) end(one *sending, response *http.Response, err error) {
	one.mu.Lock()
	defer one.mu.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.running--
	s.doubt = s.doubt || s.maybe || one.doubt
	s.seen, s.last = true, err
	s.maybe = one.written
	if err == nil {
		s.maybe = !isRefusal(response.StatusCode)
	}
}

// doubted reports whether an earlier sending than the one that was answered may have been applied.
func (s *sendings) doubted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.doubt || s.running > 0
}

// judgeError reports what is known of an attempt that ended with an error: whether an earlier sending may have been
// applied, and whether provably none was.
func (s *sendings) judgeError(err error) (doubt, unapplied bool) {
	doubt = s.doubted()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen && errors.Is(err, s.last) { // and not what a transport of the caller's met elsewhere
		return doubt, !doubt && !s.maybe
	}
	return doubt, !doubt && !s.maybe && isUnsent(err)
}
