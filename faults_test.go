package losant_test

import (
	"compress/gzip"
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/wiretest"
)

func TestFaultsOfAConnection(t *testing.T) {
	t.Parallel()
	const headers = "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n"
	http1, http2 := wiretest.NewServer, wiretest.NewHTTP2Server
	packed := string(gzipped(t, gzip.BestCompression, successAnswer))
	cut := wiretest.Raw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n%s",
		len(packed), packed[:len(packed)-9])
	for _, row := range []struct {
		name     string
		start    func(testing.TB, ...wiretest.End) *wiretest.Server
		end      wiretest.End
		answered bool // the status was: a DecodeError
		unread   bool // the server has seen no request
	}{
		{name: "reset before the request was read", start: http1, end: wiretest.ResetUnread, unread: true},
		{name: "reset after the request", start: http1, end: wiretest.Reset},
		{name: "end after the request", start: http1, end: wiretest.HangUp},
		{name: "reset in the headers", start: http1, end: wiretest.All(wiretest.Raw(headers), wiretest.Reset)},
		{name: "end in the headers", start: http1, end: wiretest.All(wiretest.Raw(headers), wiretest.HangUp)},
		{name: "end in the body", start: http1, end: wiretest.Cut(200, `{"success"`), answered: true},
		{name: "end in a gzipped body", start: http1, end: wiretest.All(cut, wiretest.HangUp), answered: true},
		{name: "RST_STREAM", start: http2, end: wiretest.ResetStream(wiretest.InternalError)},
		{name: "RST_STREAM in the body", start: http2, end: wiretest.Cut(200, `{"success"`), answered: true},
		{name: "end of an HTTP/2 connection", start: http2, end: wiretest.HangUp},
	} {
		for _, method := range allMethods {
			t.Run(row.name+"/"+method, func(t *testing.T) {
				t.Parallel()
				server := row.start(t, row.end)
				client := newWired(t, server, twice())
				attempts, requests := 2, 2
				if method == http.MethodPatch { // it may have been applied
					attempts, requests = 1, 1
				}
				if row.unread {
					requests = 0
				}
				var response losant.Response

				err := callUser(t.Context(), client, method, losant.WithResponse(&response))

				assert.Equal(t, row.answered, can[*losant.DecodeError](err), err)
				assert.Equal(t, !row.answered, can[*losant.TransportError](err), err)
				assert.Equal(t, attempts, attemptsOf(err))
				assert.Equal(t, attempts, response.Attempts)
				assert.Equal(t, method != http.MethodGet, appliedOf(t, err) == losant.MaybeApplied)
				assert.Equal(t, requests, server.Count())
				if !strings.HasPrefix(row.name, "RST_STREAM") { // that ends no connection
					assert.Equal(t, attempts, server.Connections(), "a broken connection is not used again")
				}
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
			read := make(chan struct{}, 2)
			server := wiretest.NewServer(t, wiretest.All(wiretest.Raw("HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"),
				func(*wiretest.Exchange) { <-read }, wiretest.Reset))
			client := newWired(t, server, twice(), losant.WithTransport(func(next http.RoundTripper) http.RoundTripper {
				return roundTripper(func(request *http.Request) (*http.Response, error) {
					response, err := next.RoundTrip(request)
					read <- struct{}{}
					return response, err
				})
			}))

			err := callUser(t.Context(), client, method)

			var decode *losant.DecodeError
			require.ErrorAs(t, err, &decode)
			assert.Equal(t, http.StatusOK, decode.StatusCode)
			attempts := 2
			if method == http.MethodPatch {
				attempts = 1
			}
			assert.Equal(t, attempts, decode.Attempts)
			assert.Equal(t, attempts, server.Count())
		})
	}
}

// dialled changes the dials of a client's own transport: those that refuse says are refused, and closed is called when a
// connection was closed.
func dialled(client *losant.Client, refuse func() bool, closed func()) {
	transport := losant.OwnTransport(client)
	dial := transport.DialContext
	transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if refuse() {
			return nil, &net.OpError{Op: "dial", Net: network, Err: syscall.ECONNREFUSED}
		}
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return leaving{conn, sync.OnceFunc(closed)}, nil
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
			server := wiretest.NewServer(t,
				wiretest.All(wiretest.Answer(200, successAnswer), func(x *wiretest.Exchange) {
					<-down
					wiretest.HangUp(x)
				}),
				wiretest.Answer(200, successAnswer))
			client := newWired(t, server)
			dials := 0
			dialled(client, func() bool {
				dials++
				return dials == 2
			}, func() { noticed <- struct{}{} })
			require.NoError(t, callUser(t.Context(), client, method))
			close(down)
			<-noticed // otherwise the request might still go to the connection that is ending
			var response losant.Response

			err := callUser(t.Context(), client, method, losant.WithResponse(&response))

			require.NoError(t, err)
			assert.Equal(t, 2, response.Attempts, "the first finds nobody")
			assert.Equal(t, 1+1, server.Count())
			assert.Equal(t, 3, dials)
		})
	}
}

// The error is that of a dial, but the request had been written before: net/http was about to send it again.
func TestAFailedDialDoesNotHideThatTheRequestWasSentBefore(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(testing.TB, ...wiretest.End) *wiretest.Server{
		"HTTP/1.1": wiretest.NewServer, "HTTP/2": wiretest.NewHTTP2Server,
	} {
		for _, method := range allMethods {
			t.Run(name+"/"+method, func(t *testing.T) {
				t.Parallel()
				server := start(t)
				client := newWired(t, server)
				dials := 0
				dialled(client, func() bool {
					dials++
					return dials == 2
				}, func() {})
				warm(t, client, server, 1)
				lost := wiretest.HangUp
				if name == "HTTP/2" {
					lost = wiretest.ResetStream(wiretest.ProtocolError)
				}
				server.Then(lost, wiretest.Answer(404, missingUser))

				err := callUser(t.Context(), client, method)

				switch method {
				case http.MethodPatch:
					require.ErrorAs(t, err, new(*losant.TransportError))
					assert.Equal(t, 1, attemptsOf(err))
					assert.Equal(t, losant.MaybeApplied, appliedOf(t, err))
					assert.Equal(t, 1+1, server.Count(), "never two effects")
				case http.MethodDelete:
					require.NoError(t, err, "the first one had done it")
				default:
					require.ErrorIs(t, err, losant.ErrNotFound)
				}
			})
		}
	}
}

func TestAnExpiredCertificateIsNotTriedAgain(t *testing.T) {
	t.Parallel()
	for _, method := range allMethods {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			server := wiretest.NewCertifiedServer(t, wiretest.Authority().Issue(time.Now().Add(-time.Hour)))

			err := callUser(t.Context(), newWired(t, server), method)

			var invalid x509.CertificateInvalidError
			require.ErrorAs(t, err, &invalid)
			assert.Equal(t, x509.Expired, invalid.Reason)
			assert.Equal(t, 1, attemptsOf(err))
			assert.Equal(t, losant.NotApplied, appliedOf(t, err))
			assert.Equal(t, 1, server.Connections())
			assert.Zero(t, server.Count())
		})
	}
}

func TestAHandshakeThatIsCutIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, method := range allMethods {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			server := wiretest.NewServer(t, wiretest.ResetUnread)
			client := newWired(t, server, losant.WithBaseURL(strings.Replace(server.URL(), "http:", "https:", 1)), twice())

			err := callUser(t.Context(), client, method)

			require.ErrorAs(t, err, new(*losant.TransportError))
			assert.Equal(t, 2, attemptsOf(err), "nothing had been written")
			assert.Equal(t, losant.NotApplied, appliedOf(t, err))
			assert.Equal(t, 2, server.Connections())
		})
	}
}
