package wiretest

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"
)

// Proxy passes connections on to a server as they are, until it cuts them. At the end of the test it waits until the client
// has closed every connection.
type Proxy struct {
	t        testing.TB
	listener net.Listener
	server   string
	refuses  func(number int) bool
	running  sync.WaitGroup // of the listener and its connections

	mu     sync.Mutex
	open   map[net.Conn]struct{}
	number int // of the last connection, from 1
}

// NewProxy starts a proxy for the server at an address. It closes at once the connections whose numbers it refuses.
func NewProxy(t testing.TB, server string, refuses func(number int) bool) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it ends with the test, not with a context
	must(err)
	p := &Proxy{t: t, listener: listener, server: server, refuses: refuses, open: map[net.Conn]struct{}{}}
	p.running.Go(p.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		p.running.Wait()
	})
	return p
}

// Address is where the proxy listens.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Connections is the number of connections that were accepted.
func (p *Proxy) Connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.number
}

// Cut ends the connections that are open: every other time with a reset.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for conn := range p.open {
		if tcp, ok := conn.(*net.TCPConn); ok && p.number%2 == 0 {
			_ = tcp.SetLinger(0)
		}
		_ = conn.Close()
	}
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		p.number++
		refused := p.refuses(p.number)
		p.open[client] = struct{}{}
		p.mu.Unlock()
		p.running.Go(func() {
			if !refused {
				p.pass(client)
			}
			p.mu.Lock()
			delete(p.open, client)
			p.mu.Unlock()
			_ = client.Close()
		})
	}
}

// pass passes a connection on until one of its ends is closed.
func (p *Proxy) pass(client net.Conn) {
	server, err := net.Dial("tcp", p.server) //nolint:noctx // it is on loopback
	if err != nil {
		p.t.Error(err)
		return
	}
	_ = client.SetDeadline(time.Now().Add(patience))
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(client, server)
		_ = client.Close()
	})
	if _, err := io.Copy(server, client); errors.Is(err, os.ErrDeadlineExceeded) {
		p.t.Error("a connection is left open")
	}
	_ = server.Close()
	back.Wait()
}
