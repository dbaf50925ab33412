package losant

import (
	"bufio"
	"compress/gzip"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// faulty is a server on loopback that misbehaves as its test says. At the end of the test no connection may be left.
type faulty struct {
	t       *testing.T
	serve   func(*peer)
	tls     *tls.Config // nil for plain HTTP
	address string
	running sync.WaitGroup // of the listener and its connections

	mu       sync.Mutex
	listener net.Listener

	connections, requests atomic.Int64
}

// peer is the server's end of one connection.
type peer struct {
	net.Conn
	in     *bufio.Reader
	server *faulty
	number int64 // of the connection, from 1
}

func newFaulty(t *testing.T, config *tls.Config, serve func(*peer)) *faulty {
	t.Helper()
	f := &faulty{t: t, serve: serve, tls: config}
	f.address = "127.0.0.1:0"
	f.open()
	f.address = f.listener.Addr().String()
	t.Cleanup(f.end)
	return f
}

func (f *faulty) url() string {
	if f.tls != nil {
		return "https://" + f.address
	}
	return "http://" + f.address
}

// open accepts connections, also again after shut.
func (f *faulty) open() {
	listener, err := new(net.ListenConfig).Listen(f.t.Context(), "tcp", f.address)
	if err != nil {
		f.t.Errorf("the server cannot listen: %v", err)
		return
	}
	f.mu.Lock()
	f.listener = listener
	f.mu.Unlock()
	f.running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			number := f.connections.Add(1)
			f.running.Go(func() { f.handle(conn, number) })
		}
	})
}

// shut refuses connections from now on.
func (f *faulty) shut() {
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = f.listener.Close()
}

// end waits until the client has closed every connection.
func (f *faulty) end() {
	f.shut()
	f.running.Wait()
}

func (f *faulty) handle(conn net.Conn, number int64) {
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	p := &peer{Conn: conn, server: f, number: number}
	if f.tls != nil {
		p.Conn = tls.Server(conn, f.tls)
	}
	p.in = bufio.NewReader(p.Conn)
	f.serve(p)
	// The client has to close its end, whatever happened.
	if _, err := io.Copy(io.Discard, p.in); errors.Is(err, os.ErrDeadlineExceeded) {
		f.t.Errorf("connection %d is left open", number)
	}
}

// read reads a whole request. It is false when there is none.
func (p *peer) read() bool {
	request, err := http.ReadRequest(p.in)
	if err != nil {
		return false
	}
	if _, err = io.Copy(io.Discard, request.Body); err != nil {
		return false
	}
	p.server.requests.Add(1)
	return true
}

func (p *peer) write(text string) { _, _ = io.WriteString(p.Conn, text) }

// reset ends the connection with a TCP reset.
func (p *peer) reset() {
	if tcp, ok := p.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = p.Close()
}

func (p *peer) hangUp() { _ = p.Close() }

// answer answers requests until there are no more.
func (p *peer) answer() {
	for p.read() {
		p.write(wholeAnswer(http.StatusOK, ""))
	}
}

func wholeAnswer(status int, header string) string {
	body := goodAnswer
	if status == http.StatusNotFound {
		body = nothingFound
	}
	return fmt.Sprintf("HTTP/1.1 %d %s\r\n%sContent-Length: %d\r\n\r\n%s",
		status, http.StatusText(status), header, len(body), body)
}

// twice is what calls over sockets are limited to: one wait in real time shows as much as two.
func twice() Option { return WithMaxAttempts(2) }

// expectAttempts checks what an error and a Response say of a call.
func expectAttempts(t *testing.T, want int, err error, response Response) {
	t.Helper()
	assert.Equal(t, want, response.Attempts)
	var (
		api       *APIError
		transport *TransportError
	)
	switch {
	case errors.As(err, &api):
		assert.Equal(t, want, api.Attempts)
	case errors.As(err, &transport):
		assert.Equal(t, want, transport.Attempts)
	default:
		require.NoError(t, err)
	}
}

func TestFaultsOfAConnection(t *testing.T) {
	t.Parallel()
	const (
		headers = "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n"
		half    = headers + "\r\n" + `{"success"`
	)
	packed := string(Gzipped(t, gzip.BestCompression, goodAnswer))
	cut := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s",
		len(packed), packed[:len(packed)-9])
	for _, row := range []struct {
		name     string
		serve    func(*peer)
		answered bool // the status was: a DecodeError
		unread   bool // the server has seen no request
	}{
		// It has got some of the request, or else the reset might come before the client knows that it is connected.
		{name: "reset before the request was read", unread: true, serve: func(p *peer) {
			_, _ = p.in.Peek(1)
			p.reset()
		}},
		{name: "reset after the request", serve: func(p *peer) { p.read(); p.reset() }},
		{name: "end after the request", serve: func(p *peer) { p.read(); p.hangUp() }},
		{name: "reset in the headers", serve: func(p *peer) { p.read(); p.write(headers); p.reset() }},
		{name: "end in the headers", serve: func(p *peer) { p.read(); p.write(headers); p.hangUp() }},
		{name: "end in the body", answered: true, serve: func(p *peer) { p.read(); p.write(half); p.hangUp() }},
		{name: "end in a gzipped body", answered: true, serve: func(p *peer) { p.read(); p.write(cut); p.hangUp() }},
	} {
		for _, method := range allMethods {
			t.Run(row.name+"/"+method, func(t *testing.T) {
				t.Parallel()
				server := newFaulty(t, nil, row.serve)
				client := dialling(t, server.url(), twice())
				attempts, requests := 2, 2
				if method == http.MethodPatch { // it may have been applied
					attempts, requests = 1, 1
				}
				if row.unread {
					requests = 0
				}
				var response Response

				err := use(t.Context(), client, method, WithResponse(&response))

				var (
					decode    *DecodeError
					transport *TransportError
				)
				assert.Equal(t, row.answered, errors.As(err, &decode), err)
				assert.Equal(t, !row.answered, errors.As(err, &transport), err)
				expectAttempts(t, attempts, err, response)
				client.CloseIdleConnections()
				server.end()
				assert.EqualValues(t, requests, server.requests.Load())
				assert.EqualValues(t, attempts, server.connections.Load(), "a broken connection is not used again")
			})
		}
	}
}

// These wait for time-outs, and so talk through a pipe, around which time can be faked.
func TestAnswersThatDoNotEnd(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		sent     string
		answered bool // the status was: a DecodeError
	}{
		{name: "nothing"},
		{name: "headers", sent: "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n"},
		{name: "body", sent: "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{", answered: true},
		{name: "chunks", sent: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", answered: true},
	} {
		for _, method := range allMethods {
			t.Run(row.name+"/"+method, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					server := &faulty{t: t, serve: func(p *peer) { p.read(); p.write(row.sent) }}
					transport := newTransport()
					transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
						near, far := net.Pipe()
						number := server.connections.Add(1)
						server.running.Go(func() { server.handle(far, number) })
						return near, nil
					}
					client := dialling(t, "http://127.0.0.1", through(transport))
					attempts := 3
					if method == http.MethodPatch {
						attempts = 1
					}
					var response Response
					start := time.Now()

					err := use(t.Context(), client, method, WithTimeout(2*time.Second), WithResponse(&response))

					var (
						decode *DecodeError
						lost   *TransportError
					)
					assert.Equal(t, row.answered, errors.As(err, &decode), err)
					assert.Equal(t, !row.answered, errors.As(err, &lost), err)
					require.ErrorIs(t, err, context.DeadlineExceeded)
					assert.Contains(t, err.Error(), "the attempt took longer than 2s")
					assert.GreaterOrEqual(t, time.Since(start), time.Duration(attempts)*2*time.Second)
					expectAttempts(t, attempts, err, response)
					server.running.Wait()
					assert.EqualValues(t, attempts, server.requests.Load())
					assert.EqualValues(t, attempts, server.connections.Load())
				})
			})
		}
	}
}

func TestAResetInTheBodyIsALostAnswer(t *testing.T) {
	t.Parallel()
	for _, method := range allMethods {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			// The reset has to wait until the client has read the headers, or it may overtake them.
			headersRead := make(chan struct{})
			server := newFaulty(t, nil, func(p *peer) {
				p.read()
				p.write("HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{")
				<-headersRead
				p.reset()
			})
			client := dialling(t, server.url(), through(announcing{newTransport(), headersRead}), twice())
			attempts := 2
			if method == http.MethodPatch {
				attempts = 1
			}
			var response Response

			err := use(t.Context(), client, method, WithResponse(&response))

			var decode *DecodeError
			require.ErrorAs(t, err, &decode)
			assert.Equal(t, http.StatusOK, response.StatusCode)
			expectAttempts(t, attempts, err, response)
			assert.EqualValues(t, attempts, server.requests.Load())
		})
	}
}

// announcing tells of every answer.
type announcing struct {
	http.RoundTripper
	answered chan<- struct{}
}

func (a announcing) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := a.RoundTripper.RoundTrip(request)
	a.answered <- struct{}{}
	return response, err
}

func TestStormsOfRefusals(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusTooManyRequests, http.StatusServiceUnavailable} {
		for name, header := range map[string]string{"at will": "", "at once": "Retry-After: 0\r\n"} {
			for _, method := range allMethods {
				t.Run(fmt.Sprint(status, " ", name, "/", method), func(t *testing.T) {
					t.Parallel()
					var storm atomic.Int64
					storm.Store(1)
					server := newFaulty(t, nil, func(p *peer) {
						for p.read() {
							if storm.Add(-1) < 0 {
								p.write(wholeAnswer(http.StatusOK, ""))
							} else {
								p.write(wholeAnswer(status, header))
							}
						}
					})
					client := dialling(t, server.url(), twice())
					var response Response

					require.NoError(t, use(t.Context(), client, method, WithResponse(&response)), "it is over in time")
					assert.Equal(t, 2, response.Attempts)
					storm.Store(1000)
					err := use(t.Context(), client, method, WithResponse(&response))

					var api *APIError
					require.ErrorAs(t, err, &api, "it is not")
					assert.Equal(t, status, api.StatusCode)
					expectAttempts(t, 2, err, response)
					assert.EqualValues(t, 4, server.requests.Load())
					assert.EqualValues(t, 1, server.connections.Load(), "an answer that was read leaves the connection usable")
				})
			}
		}
	}
}

// reopen makes a transport bring the server back when it has refused a connection.
func reopen(server *faulty, transport *http.Transport) {
	dial := transport.DialContext
	var once sync.Once
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			once.Do(server.open)
		}
		return conn, err
	}
}

// leaving is a connection that tells of its end.
type leaving struct {
	net.Conn
	closed func()
}

func (l leaving) Close() error {
	defer l.closed()
	return l.Conn.Close()
}

func TestAServerMayRestart(t *testing.T) {
	t.Parallel()
	for _, method := range allMethods {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			down, noticed := make(chan struct{}), make(chan struct{}, 2) // there are two connections
			server := newFaulty(t, nil, func(p *peer) {
				if p.number > 1 {
					p.answer()
					return
				}
				p.read()
				p.write(wholeAnswer(http.StatusOK, ""))
				<-down
				p.server.shut()
				p.hangUp()
			})
			client := dialling(t, server.url())
			transport := ownTransport(t, client)
			reopen(server, transport)
			dial := transport.DialContext
			transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dial(ctx, network, address)
				if err != nil {
					return nil, err
				}
				return leaving{conn, sync.OnceFunc(func() { noticed <- struct{}{} })}, nil
			}
			require.NoError(t, use(t.Context(), client, method))
			close(down)
			<-noticed // otherwise the request might still go to the connection that is ending
			var response Response

			err := use(t.Context(), client, method, WithResponse(&response))

			require.NoError(t, err)
			assert.Equal(t, 2, response.Attempts, "the first finds nobody")
			assert.EqualValues(t, 1+1, server.requests.Load())
			assert.EqualValues(t, 2, server.connections.Load())
		})
	}
}

func TestOnlyAGetIsReplayedOnAStaleConnection(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*peer){"ended": (*peer).hangUp, "reset": (*peer).reset} {
		for _, method := range allMethods {
			t.Run(name+"/"+method, func(t *testing.T) {
				t.Parallel()
				server := newFaulty(t, nil, func(p *peer) {
					if p.number > 1 {
						p.answer()
						return
					}
					p.read()
					p.write(wholeAnswer(http.StatusOK, ""))
					p.read() // and at this moment
					end(p)
				})
				client := dialling(t, server.url(), WithMaxAttempts(1))
				require.NoError(t, use(t.Context(), client, http.MethodGet))
				var response Response

				err := use(t.Context(), client, method, WithResponse(&response))

				assert.Equal(t, 1, response.Attempts)
				if method == http.MethodGet {
					require.NoError(t, err)
					assert.EqualValues(t, 1+2, server.requests.Load(), "net/http sends it again, on another connection")
					return
				}
				var lost *TransportError
				require.ErrorAs(t, err, &lost)
				assert.Equal(t, MaybeApplied, lost.Applied)
				assert.EqualValues(t, 1+1, server.requests.Load())
			})
		}
	}
}

// What was written to the stale connection may have been applied before it ended.
func TestADeleteThatFindsNothingAfterAStaleConnectionHasReachedItsGoal(t *testing.T) {
	t.Parallel()
	server := newFaulty(t, nil, func(p *peer) {
		p.read()
		if p.number > 1 {
			p.write(wholeAnswer(http.StatusNotFound, ""))
			return
		}
		p.write(wholeAnswer(http.StatusOK, ""))
		p.read()
		p.hangUp()
	})
	client := dialling(t, server.url())
	require.NoError(t, use(t.Context(), client, http.MethodGet))
	var response Response

	err := use(t.Context(), client, http.MethodDelete, WithResponse(&response))

	require.NoError(t, err)
	assert.Equal(t, http.StatusNotFound, response.StatusCode)
	assert.Equal(t, 2, response.Attempts)
	assert.EqualValues(t, 1+2, server.requests.Load(), "once on each connection")
}

// HTTP/2 replays only what was provably not applied, and other requests under the same context are not the Delete.
func TestADeleteThatFindsNothingAtFirstIsNotFound(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"},
		Certificates: []tls.Certificate{ca.issue(t, time.Now().Add(time.Hour))},
	}
	refusing := newFaulty(t, config, func(p *peer) {
		p.streams(func(stream uint32) {
			if p.number == 1 && stream == 1 {
				p.resetStream(stream, codeRefusedStream)
				return
			}
			p.frame(frameHeaders, flagEndHeaders|flagEndStream, stream, statusNotFound)
		})
	})
	plain := newFaulty(t, nil, func(p *peer) {
		p.read()
		p.write(wholeAnswer(http.StatusNotFound, ""))
	})
	for name, client := range map[string]*Client{
		"a refused stream": dialling(t, refusing.url(), through(trusting(ca.certificate))),
		"a transport that asks elsewhere first": dialling(t, plain.url(),
			WithHTTPClient(&http.Client{Transport: asking{&http.Transport{DisableKeepAlives: true}, plain.url()}})),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var response Response

			err := use(t.Context(), client, http.MethodDelete, WithResponse(&response))

			var notFound *NotFoundError
			require.ErrorAs(t, err, &notFound)
			assert.Equal(t, 1, response.Attempts)
		})
	}
}

// asking is a transport that makes a request of its own before each.
type asking struct {
	next http.RoundTripper
	url  string
}

func (a asking) RoundTrip(request *http.Request) (*http.Response, error) {
	first, err := http.NewRequestWithContext(request.Context(), http.MethodGet, a.url, nil)
	if err != nil {
		return nil, err
	}
	response, err := a.next.RoundTrip(first)
	if err != nil {
		return nil, err
	}
	if err := response.Body.Close(); err != nil {
		return nil, err
	}
	return a.next.RoundTrip(request)
}

// The request was written to a stale connection, and the replay finds the server gone. The error is that of the dial,
// but something has been sent.
func TestAFailedDialDoesNotHideThatTheRequestWasSentBefore(t *testing.T) {
	t.Parallel()
	for _, method := range allMethods {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			server := newFaulty(t, nil, func(p *peer) {
				switch {
				case p.number == 1:
					p.read()
					p.write(wholeAnswer(http.StatusOK, ""))
					p.read()
					p.server.shut()
					p.hangUp()
				case method == http.MethodDelete: // the first one has done it
					p.read()
					p.write(wholeAnswer(http.StatusNotFound, ""))
				default:
					p.answer()
				}
			})
			client := dialling(t, server.url())
			reopen(server, ownTransport(t, client))
			require.NoError(t, use(t.Context(), client, http.MethodGet))
			var response Response

			err := use(t.Context(), client, method, WithResponse(&response))

			if method != http.MethodPatch {
				require.NoError(t, err)
				return
			}
			var transport *TransportError
			require.ErrorAs(t, err, &transport)
			expectAttempts(t, 1, err, response)
			assert.EqualValues(t, 1+1, server.requests.Load(), "never two effects")
		})
	}
}

// authority issues certificates for loopback.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	encoded, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	require.NoError(t, err)
	certificate, err := x509.ParseCertificate(encoded)
	require.NoError(t, err)
	return &authority{certificate, key}
}

func (a *authority) issue(t *testing.T, notAfter time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	encoded, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: big.NewInt(2), NotAfter: notAfter, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}, a.certificate, &key.PublicKey, a.key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(encoded)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{encoded}, PrivateKey: key, Leaf: leaf}
}

// h2Config is that of a server that speaks HTTP/2 only.
func h2Config(t *testing.T, ca *authority) *tls.Config {
	t.Helper()
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"},
		Certificates: []tls.Certificate{ca.issue(t, time.Now().Add(time.Hour))},
	}
}

func TestAnExpiredCertificateIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	expired := ca.issue(t, time.Now().Add(-time.Hour))
	for _, method := range allMethods {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{expired}}
			server := newFaulty(t, config, (*peer).answer)
			client := dialling(t, server.url(), through(trusting(ca.certificate)))
			var response Response

			err := use(t.Context(), client, method, WithResponse(&response))

			var invalid x509.CertificateInvalidError
			require.ErrorAs(t, err, &invalid)
			assert.Equal(t, x509.Expired, invalid.Reason)
			expectAttempts(t, 1, err, response)
			assert.EqualValues(t, 1, server.connections.Load())
			assert.Zero(t, server.requests.Load())
		})
	}
}

func TestAHandshakeThatIsCutIsTriedAgain(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	good := ca.issue(t, time.Now().Add(time.Hour))
	for _, method := range allMethods {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			config := &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{good}}
			server := newFaulty(t, config, func(p *peer) {
				if p.number == 1 {
					p.hangUp()
				}
				p.answer()
			})
			client := diallingTLS(t, server.url(), ca.certificate)
			var response Response

			err := use(t.Context(), client, method, WithResponse(&response))

			require.NoError(t, err, "nothing had been written")
			assert.Equal(t, 2, response.Attempts)
			assert.EqualValues(t, 1, server.requests.Load())
		})
	}
}

// What little of HTTP/2 a server needs to misbehave.
const (
	frameData     = 0x0
	frameHeaders  = 0x1
	frameReset    = 0x3
	frameSettings = 0x4
	framePing     = 0x6
	frameGoAway   = 0x7

	flagAck        = 0x1
	flagEndStream  = 0x1
	flagEndHeaders = 0x4

	codeNone          = 0x0
	codeInternal      = 0x2
	codeRefusedStream = 0x7

	statusOK       = "\x88" // HPACK's short form of ":status: 200"
	statusNotFound = "\x8d" // and of ":status: 404"
)

// frame writes a frame.
func (p *peer) frame(kind, flags byte, stream uint32, payload string) {
	header := []byte{0, 0, byte(len(payload)), kind, flags} //nolint:gosec // payloads are short
	p.write(string(binary.BigEndian.AppendUint32(header, stream)) + payload)
}

// streams calls serve with every request's stream.
func (p *peer) streams(serve func(stream uint32)) {
	if _, err := p.in.Discard(len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")); err != nil {
		return
	}
	p.frame(frameSettings, 0, 0, "")
	for {
		header := make([]byte, 9)
		if _, err := io.ReadFull(p.in, header); err != nil {
			return
		}
		payload := make([]byte, int(header[0])<<16|int(header[1])<<8|int(header[2]))
		if _, err := io.ReadFull(p.in, payload); err != nil {
			return
		}
		kind, flags := header[3], header[4]
		switch kind {
		case frameSettings, framePing:
			if flags&flagAck == 0 && kind == framePing {
				p.frame(kind, flagAck, 0, string(payload))
			} else if flags&flagAck == 0 {
				p.frame(kind, flagAck, 0, "")
			}
		case frameHeaders, frameData:
			if flags&flagEndStream != 0 {
				p.server.requests.Add(1)
				serve(binary.BigEndian.Uint32(header[5:]))
			}
		}
	}
}

func (p *peer) answerStream(stream uint32) {
	p.frame(frameHeaders, flagEndHeaders, stream, statusOK)
	p.frame(frameData, flagEndStream, stream, goodAnswer)
}

func (p *peer) resetStream(stream, code uint32) {
	p.frame(frameReset, 0, stream, string(binary.BigEndian.AppendUint32(nil, code)))
}

// goAway says which stream was the last one to be processed.
func (p *peer) goAway(last uint32) {
	payload := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, last), codeNone)
	p.frame(frameGoAway, 0, 0, string(payload))
}

func TestFaultsOfHTTP2(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"},
		Certificates: []tls.Certificate{ca.issue(t, time.Now().Add(time.Hour))},
	}
	for _, row := range []struct {
		name string
		// serve is called for every request but the first, which is answered.
		serve    func(p *peer, stream uint32)
		success  bool // of the first attempt, and the server has seen two requests
		answered bool // the status was: a DecodeError
		moves    bool // the second request needs a connection of its own
	}{
		{name: "GOAWAY before the request", success: true, moves: true, serve: func(p *peer, stream uint32) {
			if p.number == 1 {
				p.goAway(1)
				return
			}
			p.answerStream(stream)
		}},
		{name: "REFUSED_STREAM", success: true, serve: func(p *peer, stream uint32) {
			if stream == 3 {
				p.resetStream(stream, codeRefusedStream)
				return
			}
			p.answerStream(stream)
		}},
		{name: "GOAWAY after the request", moves: true, serve: func(p *peer, stream uint32) {
			p.goAway(stream)
			p.hangUp()
		}},
		{name: "end of the connection", moves: true, serve: func(p *peer, _ uint32) { p.hangUp() }},
		{name: "RST_STREAM", serve: func(p *peer, stream uint32) { p.resetStream(stream, codeInternal) }},
		{name: "RST_STREAM in the body", answered: true, serve: func(p *peer, stream uint32) {
			p.frame(frameHeaders, flagEndHeaders, stream, statusOK)
			p.frame(frameData, 0, stream, goodAnswer[:5])
			p.resetStream(stream, codeInternal)
		}},
	} {
		for _, method := range allMethods {
			t.Run(row.name+"/"+method, func(t *testing.T) {
				t.Parallel()
				server := newFaulty(t, config, func(p *peer) {
					p.streams(func(stream uint32) {
						if p.number == 1 && stream == 1 {
							p.answerStream(stream)
							return
						}
						row.serve(p, stream)
					})
				})
				client := diallingTLS(t, server.url(), ca.certificate, twice())
				require.NoError(t, use(t.Context(), client, http.MethodGet))
				attempts, requests := 2, int64(2)
				success := row.success && method != http.MethodPatch
				switch {
				case method == http.MethodPatch:
					attempts, requests = 1, 1
				case success: // sent again by net/http
					attempts, requests = 1, 2
				}
				var response Response

				err := use(t.Context(), client, method, WithResponse(&response))

				var (
					decode    *DecodeError
					transport *TransportError
				)
				assert.Equal(t, success, err == nil, err)
				assert.Equal(t, row.answered, errors.As(err, &decode), err)
				assert.Equal(t, !row.answered && !success, errors.As(err, &transport), err)
				expectAttempts(t, attempts, err, response)
				client.CloseIdleConnections()
				server.end() // it reports connections that are left open
				assert.Equal(t, 1+requests, server.requests.Load())
				connections := int64(1)
				if row.moves {
					connections = requests
				}
				assert.Equal(t, connections, server.connections.Load())
			})
		}
	}
}
