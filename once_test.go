package losant

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/rest"
)

// bodiless are operations that start something and have no body. net/http takes the Get for one that it may send again over
// HTTP/1, and over HTTP/2 it takes both for that.
func bodiless() []*Operation {
	return []*Operation{
		{Name: "application.archiveData", Method: http.MethodGet, Path: "/archive", class: rest.Once},
		{Name: "device.removeData", Method: http.MethodDelete, Path: "/data", class: rest.Once},
	}
}

func start(t *testing.T, client *Client, o *Operation) error {
	t.Helper()
	_, err := call[Success](t.Context(), (*service)(client.ExperienceUser), o, arguments{}, nil)
	return err
}

func TestWhatStartsSomethingIsSentOnceOverIdleConnections(t *testing.T) {
	t.Parallel()
	const idle = 4
	for _, o := range bodiless() {
		t.Run(o.Method, func(t *testing.T) {
			t.Parallel()
			var arrived sync.WaitGroup
			arrived.Add(idle)
			server := newFaulty(t, nil, func(p *peer) {
				if p.number <= idle {
					p.read()
					arrived.Done()
					arrived.Wait()
					p.write(wholeAnswer(http.StatusOK, ""))
				}
				p.read()
				p.reset()
			})
			client := dialling(t, server.url())
			var calls sync.WaitGroup
			for range idle {
				calls.Go(func() { assert.NoError(t, use(t.Context(), client, http.MethodGet)) })
			}
			calls.Wait()

			err := start(t, client, o)

			var lost *TransportError
			require.ErrorAs(t, err, &lost)
			assert.Equal(t, MaybeApplied, lost.Applied)
			assert.Equal(t, 1, lost.Attempts)
			assert.EqualValues(t, idle+1, server.requests.Load())
		})
	}
}

func TestWhatStartsSomethingIsSentOnceOverHTTP2(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	config := h2Config(t, ca)
	for name, end := range map[string]func(*peer, uint32){
		"PROTOCOL_ERROR":      func(p *peer, stream uint32) { p.resetStream(stream, 0x1) },
		"REFUSED_STREAM":      func(p *peer, stream uint32) { p.resetStream(stream, codeRefusedStream) },
		"GOAWAY of no stream": func(p *peer, _ uint32) { p.goAway(0) },
	} {
		for _, o := range bodiless() {
			for _, warm := range []string{"warm", "cold"} {
				t.Run(name+"/"+o.Method+"/"+warm, func(t *testing.T) {
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
					client := diallingTLS(t, server.url(), ca.certificate)
					before := int64(0)
					if warm == "warm" {
						require.NoError(t, use(t.Context(), client, http.MethodGet))
						before = 1
					}
					ending.Store(true)

					err := start(t, client, o)
					close(over)

					var lost *TransportError
					require.ErrorAs(t, err, &lost)
					assert.Equal(t, MaybeApplied, lost.Applied)
					assert.Equal(t, before+1, server.requests.Load())
				})
			}
		}
	}
}

// In a given transport nobody sees what was written, so a Patch gives net/http no means to send it again.
func TestAGivenTransportDoesNotSendAPatchAgainOverHTTP2(t *testing.T) {
	t.Parallel()
	ca := newAuthority(t)
	for name, code := range map[string]uint32{"PROTOCOL_ERROR": 0x1, "REFUSED_STREAM": codeRefusedStream} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := newFaulty(t, h2Config(t, ca), func(p *peer) {
				p.streams(func(stream uint32) { p.resetStream(stream, code) })
			})
			client := dialling(t, server.url(), through(trusting(ca.certificate)))

			err := use(t.Context(), client, http.MethodPatch)

			var lost *TransportError
			require.ErrorAs(t, err, &lost)
			assert.Equal(t, MaybeApplied, lost.Applied)
			assert.EqualValues(t, 1, server.requests.Load())
		})
	}
}

// detouring is a transport that, when it reaches nobody, sends the request elsewhere.
type detouring struct{ next, elsewhere http.RoundTripper }

func (d detouring) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := d.next.RoundTrip(request)
	if err == nil {
		return response, nil
	}
	return d.elsewhere.RoundTrip(request)
}

func TestWhatTheClientsTransportDidNotSendMayHaveBeenSentElsewhere(t *testing.T) {
	t.Parallel()
	var requests atomic.Int64
	elsewhere := roundTripFunc(func(*http.Request) (*http.Response, error) {
		requests.Add(1)
		return nil, io.EOF
	})
	client := dialling(t, "http://127.0.0.1:1", WithTransport(func(next http.RoundTripper) http.RoundTripper {
		return detouring{next, elsewhere}
	}))
	ownTransport(t, client).DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}

	err := use(t.Context(), client, http.MethodPatch)

	var lost *TransportError
	require.ErrorAs(t, err, &lost)
	assert.Equal(t, MaybeApplied, lost.Applied)
	assert.EqualValues(t, 1, requests.Load())
}

type roundTripFunc func(*http.Request) (*http.Response, error)

func (f roundTripFunc) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }
