package losant

// The tests of this file are about requests that somebody else than the SDK sends again: net/http, or a transport of the
// caller's.

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func h2Config(t *testing.T, ca *authority) *tls.Config {
	t.Helper()
	return &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"},
		Certificates: []tls.Certificate{ca.issue(t, time.Now().Add(time.Hour))},
	}
}

// appliedOf is what an error says of whether the request was applied.
func appliedOf(t *testing.T, err error) Applied {
	t.Helper()
	var (
		api       *APIError
		transport *TransportError
	)
	switch {
	case errors.As(err, &api):
		return api.Applied
	case errors.As(err, &transport):
		return transport.Applied
	}
	require.Fail(t, "no error of an answer or its lack", "%v", err)
	return MaybeApplied
}

// Every idle connection is one on which net/http may send a request again.
func TestIdleConnectionsDoNotMultiplyARequest(t *testing.T) {
	t.Parallel()
	const idle = 6
	for _, method := range allMethods {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			var arrived sync.WaitGroup
			arrived.Add(idle)
			server := newFaulty(t, nil, func(p *peer) {
				if p.number <= idle {
					p.read()
					arrived.Done()
					arrived.Wait() // so that each call has a connection of its own
					p.write(wholeAnswer(http.StatusOK, ""))
				}
				p.read()
				p.reset()
			})
			client := dialling(t, server.url(), WithMaxAttempts(1))
			var calls sync.WaitGroup
			for range idle {
				calls.Go(func() { assert.NoError(t, use(t.Context(), client, http.MethodGet)) })
			}
			calls.Wait()
			var response Response

			err := use(t.Context(), client, method, WithResponse(&response))

			require.Error(t, err)
			assert.Equal(t, 1, response.Attempts)
			if method == http.MethodGet {
				assert.Equal(t, NotApplied, appliedOf(t, err))
				assert.EqualValues(t, idle+2, server.requests.Load(), "once more, by net/http")
				return
			}
			assert.Equal(t, MaybeApplied, appliedOf(t, err))
			assert.EqualValues(t, idle+1, server.requests.Load())
		})
	}
}

const codeProtocol = 0x1

// net/http takes these for a server that has not seen the request, and sends it again for as long as they come.
func TestHTTP2DoesNotMultiplyARequest(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	config := h2Config(t, ca)
	for name, end := range map[string]func(*peer, uint32){
		"PROTOCOL_ERROR":      func(p *peer, stream uint32) { p.resetStream(stream, codeProtocol) },
		"REFUSED_STREAM":      func(p *peer, stream uint32) { p.resetStream(stream, codeRefusedStream) },
		"GOAWAY of no stream": func(p *peer, _ uint32) { p.goAway(0) },
	} {
		for _, method := range allMethods {
			for _, warm := range []bool{false, true} {
				t.Run(fmt.Sprint(name, "/", method, "/warm=", warm), func(t *testing.T) {
					t.Parallel()
					var ending atomic.Bool
					over := make(chan struct{}) // a stream that was stopped can outlive the call for a moment
					server := newFaulty(t, config, func(p *peer) {
						go func() {
							<-over
							p.hangUp()
						}()
						p.streams(func(stream uint32) {
							if ending.Load() {
								end(p, stream)
							} else {
								p.answerStream(stream)
							}
						})
					})
					client := diallingTLS(t, server.url(), ca.certificate, WithMaxAttempts(1))
					before := 0
					if warm {
						require.NoError(t, use(t.Context(), client, http.MethodGet))
						before = 1
					}
					ending.Store(true)

					err := use(t.Context(), client, method)
					close(over)

					require.Error(t, err)
					most := before + 2
					if method == http.MethodPatch {
						most = before + 1
					}
					assert.Equal(t, method == http.MethodGet, appliedOf(t, err) == NotApplied, err)
					assert.LessOrEqual(t, server.requests.Load(), int64(most))
					assert.LessOrEqual(t, server.connections.Load(), int64(most))
				})
			}
		}
	}
}

// The first copy of a Delete may have been applied; what the second one is answered cannot change that.
func TestDoubtAboutAReplacedCopyIsNotForgotten(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	var stage atomic.Int64
	server := newFaulty(t, h2Config(t, ca), func(p *peer) {
		p.streams(func(stream uint32) {
			switch stage.Add(1) {
			case 1: // applied, and
				p.resetStream(stream, codeProtocol)
			case 2:
				p.frame(frameHeaders, flagEndHeaders|flagEndStream, stream, "\x08\x03503")
			default:
				p.frame(frameHeaders, flagEndHeaders, stream, statusNotFound)
				p.frame(frameData, flagEndStream, stream, nothingFound)
			}
		})
	})
	client := diallingTLS(t, server.url(), ca.certificate)
	var response Response

	err := use(t.Context(), client, http.MethodDelete, WithResponse(&response))

	require.NoError(t, err)
	assert.Equal(t, http.StatusNotFound, response.StatusCode)
	assert.EqualValues(t, 3, server.requests.Load())
}

// unwritable is a connection on which, after the first request, nothing can be written: the server has closed it, and
// net/http has not noticed.
type unwritable struct {
	net.Conn
	writes atomic.Int64
}

func (u *unwritable) Write(p []byte) (int, error) {
	if u.writes.Add(1) > 1 {
		return 0, syscall.EPIPE
	}
	return u.Conn.Write(p)
}

func TestWhatWasNotWrittenIsNotDoubtful(t *testing.T) {
	t.Parallel()
	for _, method := range allMethods {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			server := newFaulty(t, nil, func(p *peer) {
				for p.read() {
					if p.number == 1 {
						p.write(wholeAnswer(http.StatusOK, ""))
					} else {
						p.write(wholeAnswer(http.StatusNotFound, ""))
					}
				}
			})
			client := dialling(t, server.url())
			transport := ownTransport(t, client)
			dial := transport.DialContext
			var dialled atomic.Int64
			transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dial(ctx, network, address)
				if dialled.Add(1) == 1 && err == nil {
					return &unwritable{Conn: conn}, nil
				}
				return conn, err
			}
			require.NoError(t, use(t.Context(), client, http.MethodGet))

			err := use(t.Context(), client, method)

			var missing *NotFoundError
			require.ErrorAs(t, err, &missing, "it is the only answer, and to the only request that was written")
			assert.Equal(t, 1, missing.Attempts)
			assert.Equal(t, NotApplied, missing.Applied)
			assert.EqualValues(t, 1+1, server.requests.Load())
		})
	}
}

// wrapping is a transport of the caller's.
type wrapping func(*http.Request) (*http.Response, error)

func (w wrapping) RoundTrip(request *http.Request) (*http.Response, error) { return w(request) }

func around(wrap func(next http.RoundTripper, request *http.Request) (*http.Response, error)) Option {
	return WithTransport(func(next http.RoundTripper) http.RoundTripper {
		return wrapping(func(request *http.Request) (*http.Response, error) { return wrap(next, request) })
	})
}

// dumping shows the request to a log, which net/http does by sending it to nowhere.
func dumping(next http.RoundTripper, request *http.Request) (*http.Response, error) {
	if _, err := httputil.DumpRequestOut(request, true); err != nil {
		return nil, err
	}
	return next.RoundTrip(request)
}

// sidestepping makes a request of its own before each, and does not mind how it ends.
func sidestepping(address string) Option {
	return around(func(next http.RoundTripper, request *http.Request) (*http.Response, error) {
		side, err := http.NewRequestWithContext(request.Context(), http.MethodGet, address, nil)
		if err != nil {
			return nil, err
		}
		if response, err := next.RoundTrip(side); err == nil {
			_, _ = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
		}
		return next.RoundTrip(request)
	})
}

// resending sends a request again, once, whatever it was answered.
func resending(next http.RoundTripper, request *http.Request) (*http.Response, error) {
	var again io.ReadCloser
	if request.Body != nil {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return nil, err
		}
		again = io.NopCloser(bytes.NewReader(body))
		request = request.Clone(request.Context())
		request.Body = io.NopCloser(bytes.NewReader(body))
	}
	response, err := next.RoundTrip(request)
	if err == nil {
		_ = response.Body.Close()
	}
	second := request.Clone(request.Context())
	second.Body = again
	return next.RoundTrip(second)
}

// nobody is an address where nobody listens.
func nobody(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close())
	return "http://" + listener.Addr().String()
}

func TestA404IsSuccessOnlyIfADeleteMayHaveBeenAppliedBefore(t *testing.T) {
	t.Parallel()
	const gateway = "HTTP/1.1 404 Not Found\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>"
	missing := wholeAnswer(http.StatusNotFound, "")
	status := func(code int) string { return wholeAnswer(code, "Retry-After: 0\r\n") }
	for _, row := range []struct {
		name    string
		wrap    func(http.RoundTripper, *http.Request) (*http.Response, error)
		answers []string // to one request after the other; "" is none
		success bool
	}{
		{name: "at once", answers: []string{missing}},
		{name: "dumped", wrap: dumping, answers: []string{missing}},
		{name: "after 401", wrap: resending, answers: []string{status(401), missing}},
		{name: "after 429", wrap: resending, answers: []string{status(429), missing}},
		{name: "after 503", wrap: resending, answers: []string{status(503), missing}},
		{name: "after 200", wrap: resending, answers: []string{status(200), missing}, success: true},
		{name: "after 502", wrap: resending, answers: []string{status(502), missing}, success: true},
		{name: "after no answer", wrap: resending, answers: []string{"", missing}, success: true},
		{name: "502, and then the SDK's own", answers: []string{status(502), missing}, success: true},
		{name: "503, and then the SDK's own", answers: []string{status(503), missing}},
		{name: "502, and the 404 of a gateway", answers: []string{status(502), gateway}},
		{name: "the 404 of a gateway after 200", wrap: resending, answers: []string{status(200), gateway}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var next atomic.Int64
			server := newFaulty(t, nil, func(p *peer) {
				for p.read() {
					answer := row.answers[min(int(next.Add(1)), len(row.answers))-1]
					if answer == "" {
						p.hangUp()
						return
					}
					p.write(answer)
				}
			})
			var opts []Option
			if row.wrap != nil {
				opts = append(opts, around(row.wrap))
			}

			err := use(t.Context(), dialling(t, server.url(), opts...), http.MethodDelete)

			if row.success {
				require.NoError(t, err)
				return
			}
			var missing *NotFoundError
			require.ErrorAs(t, err, &missing)
			doubtful := row.answers[0] == status(502) || row.answers[0] == status(200)
			assert.Equal(t, doubtful, missing.Applied == MaybeApplied)
		})
	}
}

func TestASideRequestIsNotTheRequest(t *testing.T) {
	t.Parallel()
	for _, method := range allMethods {
		t.Run(method+" that finds nothing", func(t *testing.T) {
			t.Parallel()
			side := newFaulty(t, nil, (*peer).answer)
			server := newFaulty(t, nil, func(p *peer) {
				for p.read() {
					p.write(wholeAnswer(http.StatusNotFound, ""))
				}
			})
			client := dialling(t, server.url(), sidestepping(side.url()))
			require.ErrorIs(t, use(t.Context(), client, method), ErrNotFound)
		})
		t.Run(method+" that is lost after a refused side request", func(t *testing.T) {
			t.Parallel()
			server := newFaulty(t, nil, func(p *peer) { p.read(); p.hangUp() })
			err := use(t.Context(), dialling(t, server.url(), twice(), sidestepping(nobody(t))), method)
			require.Error(t, err)
			attempts := int64(2)
			if method == http.MethodPatch {
				attempts = 1
			}
			assert.Equal(t, attempts, server.requests.Load())
			assert.Equal(t, method == http.MethodGet, appliedOf(t, err) == NotApplied)
		})
		t.Run(method+" that is refused after a side request that was answered", func(t *testing.T) {
			t.Parallel()
			side := newFaulty(t, nil, (*peer).answer)
			client := dialling(t, nobody(t), twice(), sidestepping(side.url()))
			err := use(t.Context(), client, method)
			var unsent *TransportError
			require.ErrorAs(t, err, &unsent)
			assert.Equal(t, 2, unsent.Attempts)
			assert.Equal(t, NotApplied, unsent.Applied)
		})
	}
}

func TestADumpIsNotTheRequest(t *testing.T) {
	t.Parallel()
	through := map[string]func() Option{
		"around the SDK's own": func() Option { return around(dumping) },
		"given": func() Option {
			return WithHTTPClient(&http.Client{Transport: wrapping(func(r *http.Request) (*http.Response, error) {
				return dumping(&http.Transport{DisableKeepAlives: true}, r)
			})})
		},
	}
	for name, option := range through {
		for _, method := range allMethods {
			t.Run(name+"/"+method, func(t *testing.T) {
				t.Parallel()
				var unsent *TransportError
				require.ErrorAs(t, use(t.Context(), dialling(t, nobody(t), twice(), option()), method), &unsent)
				require.ErrorIs(t, unsent, syscall.ECONNREFUSED)
				assert.Equal(t, 2, unsent.Attempts)
				assert.Equal(t, NotApplied, unsent.Applied)
			})
		}
	}
}

// A transport that gives up after several tries ends with the error of the last one.
func TestWhatATransportOfTheCallersWrapsProvesNothing(t *testing.T) {
	t.Parallel()
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	for name, err := range map[string]error{
		"wrapped": fmt.Errorf("giving up after 5 attempts: %w", refused), "joined": errors.Join(io.EOF, refused),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int64
			client := dialling(t, "https://example.com", through(wrapping(func(*http.Request) (*http.Response, error) {
				requests.Add(1)
				return nil, err
			})))
			var lost *TransportError
			require.ErrorAs(t, use(t.Context(), client, http.MethodPatch), &lost)
			assert.Equal(t, MaybeApplied, lost.Applied)
			assert.EqualValues(t, 1, requests.Load())
		})
	}
}

func TestARequestHasNoIdempotencyKeyOfTheClients(t *testing.T) {
	t.Parallel()
	for _, method := range allMethods {
		client := dialling(t, "https://example.com", through(wrapping(func(r *http.Request) (*http.Response, error) {
			for name, values := range r.Header {
				assert.NotEmpty(t, values, name)
			}
			assert.NotContains(t, r.Header, "Idempotency-Key")
			return nil, errors.New("enough")
		})), WithMaxAttempts(1))
		require.Error(t, use(t.Context(), client, method))
	}
}

// A key makes net/http take a Patch for one that it may send again.
func TestAnIdempotencyKeyDoesNotMakeAPatchGoOutTwice(t *testing.T) {
	t.Parallel()
	server := newFaulty(t, nil, func(p *peer) {
		p.read()
		if p.number == 1 {
			p.write(wholeAnswer(http.StatusOK, ""))
			p.read()
		}
		p.hangUp()
	})
	client := dialling(t, server.url(), WithHeader("Idempotency-Key", "1"))
	require.NoError(t, use(t.Context(), client, http.MethodGet))

	err := use(t.Context(), client, http.MethodPatch)

	require.Error(t, err)
	assert.Equal(t, MaybeApplied, appliedOf(t, err))
	assert.EqualValues(t, 1+1, server.requests.Load())
}

func TestAProxyThatRefusesIsAskedOnce(t *testing.T) {
	t.Parallel()
	for _, method := range allMethods {
		for _, given := range []bool{false, true} {
			t.Run(fmt.Sprint(method, "/given=", given), func(t *testing.T) {
				t.Parallel()
				proxy := newFaulty(t, nil, func(p *peer) {
					for p.read() {
						p.write("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
					}
				})
				address, err := url.Parse(proxy.url())
				require.NoError(t, err)
				client := dialling(t, "https://api.losant.com")
				if given {
					client = dialling(t, "https://api.losant.com", through(&http.Transport{Proxy: http.ProxyURL(address)}))
				} else {
					ownTransport(t, client).Proxy = http.ProxyURL(address)
				}

				err = use(t.Context(), client, method)

				var unsent *TransportError
				require.ErrorAs(t, err, &unsent)
				require.ErrorContains(t, err, "Proxy Authentication Required")
				assert.Equal(t, NotApplied, unsent.Applied)
				assert.EqualValues(t, 1, proxy.requests.Load())
			})
		}
	}
}

func TestASwitchOfProtocolsIsAnAnswer(t *testing.T) {
	t.Parallel()
	for _, method := range allMethods {
		for name, option := range map[string]func() Option{
			"own": func() Option { return WithMaxAttempts(3) }, "given": func() Option { return through(newTransport()) },
		} {
			t.Run(method+"/"+name, func(t *testing.T) {
				t.Parallel()
				server := newFaulty(t, nil, func(p *peer) {
					p.read()
					p.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
				})
				var api *APIError
				require.ErrorAs(t, use(t.Context(), dialling(t, server.url(), option()), method), &api)
				assert.Equal(t, http.StatusSwitchingProtocols, api.StatusCode)
				assert.Equal(t, 1, api.Attempts)
			})
		}
	}
}
