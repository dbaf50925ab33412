package losant

// The tests of this file and of faults_test.go are inside the package to give its own transport, which cannot be
// configured, the certificates of their servers.

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	anApplication = "575ec8687ae143cd83dc4a97"
	aUser         = "575ed78e7ae143cd83dc4aab"
	goodAnswer    = `{"success":true}` // to every operation
	nothingFound  = `{"type":"NotFound","message":"Experience user was not found"}`
)

var allMethods = []string{http.MethodGet, http.MethodPatch, http.MethodDelete}

// dialling returns a client of the server at url.
func dialling(t *testing.T, url string, opts ...Option) *Client {
	t.Helper()
	client, err := NewClient("token", append([]Option{WithBaseURL(url)}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// through makes a client use a transport.
func through(transport http.RoundTripper) Option {
	return WithHTTPClient(&http.Client{Transport: transport})
}

// ownTransport returns the transport of a client that was not given one.
func ownTransport(t *testing.T, c *Client) *http.Transport {
	t.Helper()
	transport := OwnTransport(c)
	require.NotNil(t, transport)
	return transport
}

// diallingTLS returns a client of the server at url that trusts a certificate.
func diallingTLS(t *testing.T, url string, certificate *x509.Certificate, opts ...Option) *Client {
	t.Helper()
	client := dialling(t, url, opts...)
	ownTransport(t, client).TLSClientConfig.RootCAs = trusting(certificate).TLSClientConfig.RootCAs
	return client
}

// trusting returns the transport that clients have, but for the certificates it trusts.
func trusting(certificate *x509.Certificate) *http.Transport {
	transport := newTransport()
	transport.TLSClientConfig.RootCAs = x509.NewCertPool()
	transport.TLSClientConfig.RootCAs.AddCert(certificate)
	return transport
}

// use calls the operation of a method on a user.
func use(ctx context.Context, c *Client, method string, opts ...CallOption) error {
	var err error
	switch method {
	case http.MethodGet:
		_, err = c.ExperienceUser.Get(ctx, anApplication, aUser, opts...)
	case http.MethodPatch:
		_, err = c.ExperienceUser.Patch(ctx, anApplication, aUser, ExperienceUserPatch{FirstName: Ptr("Ada")}, opts...)
	case http.MethodDelete:
		_, err = c.ExperienceUser.Delete(ctx, anApplication, aUser, opts...)
	}
	return err
}

// served is a test server that counts its connections.
type served struct {
	*httptest.Server
	opened, closed atomic.Int64
	allClosed      chan struct{} // gets a value when the last connection closes
}

func newCounting(t *testing.T, handler http.HandlerFunc, start func(*httptest.Server)) *served {
	t.Helper()
	s := &served{Server: httptest.NewUnstartedServer(handler), allClosed: make(chan struct{}, 1000)}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			s.opened.Add(1)
		case http.StateClosed:
			if s.closed.Add(1) == s.opened.Load() {
				s.allClosed <- struct{}{}
			}
		}
	}
	start(s.Server)
	t.Cleanup(s.Close)
	return s
}

func TestTheTransportIsMadeForManyCallsToOneHost(t *testing.T) {
	t.Parallel()
	transport := newTransport()
	assert.GreaterOrEqual(t, transport.MaxIdleConnsPerHost, 128)
	assert.GreaterOrEqual(t, transport.MaxIdleConns, transport.MaxIdleConnsPerHost)
	assert.Zero(t, transport.MaxConnsPerHost, "no call waits for another")
	assert.False(t, transport.DisableKeepAlives)
	assert.False(t, transport.DisableCompression)
	assert.True(t, transport.ForceAttemptHTTP2)
	assert.Positive(t, transport.HTTP2.SendPingTimeout)
	assert.Positive(t, transport.HTTP2.PingTimeout)
	assert.Positive(t, transport.TLSHandshakeTimeout)
	assert.Positive(t, transport.IdleConnTimeout)
	assert.GreaterOrEqual(t, transport.TLSClientConfig.MinVersion, uint16(tls.VersionTLS12))
}

func TestCookiesAreNeitherKeptNorSent(t *testing.T) {
	t.Parallel()
	server := newCounting(t, func(w http.ResponseWriter, r *http.Request) {
		assert.NotContains(t, r.Header, "Cookie")
		w.Header().Set("Set-Cookie", "session=1; Path=/")
		_, _ = io.WriteString(w, goodAnswer)
	}, (*httptest.Server).Start)
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	host, err := url.Parse(server.URL)
	require.NoError(t, err)
	client := dialling(t, server.URL, WithHTTPClient(&http.Client{Transport: newTransport(), Jar: jar}))
	for range 3 {
		require.NoError(t, use(t.Context(), client, http.MethodGet))
	}
	assert.Empty(t, jar.Cookies(host))
	jar.SetCookies(host, []*http.Cookie{{Name: "own", Value: "1"}}) //nolint:gosec // the server is plain HTTP
	require.NoError(t, use(t.Context(), client, http.MethodGet), "what the jar holds is not sent")
}

func TestTLSIs12OrLater(t *testing.T) {
	t.Parallel()
	for version, want := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			t.Parallel()
			server := newCounting(t, func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, version, r.TLS.Version)
				_, _ = io.WriteString(w, goodAnswer)
			}, func(s *httptest.Server) {
				s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: version} //nolint:gosec // the server is old
				s.StartTLS()
			})
			client := dialling(t, server.URL, through(trusting(server.Certificate())))

			err := use(t.Context(), client, http.MethodGet)

			if want {
				require.NoError(t, err)
				return
			}
			var transport *TransportError
			require.ErrorAs(t, err, &transport)
			assert.Equal(t, 1, transport.Attempts)
			assert.EqualValues(t, 1, server.opened.Load())
		})
	}
}

func TestHTTP2CallsShareOneConnection(t *testing.T) {
	t.Parallel()
	packed := Gzipped(t, gzip.BestCompression, goodAnswer)
	server := newCounting(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "HTTP/2.0", r.Proto)
		assert.Equal(t, "gzip", r.Header.Get("Accept-Encoding"))
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed)
	}, func(s *httptest.Server) {
		s.EnableHTTP2 = true
		s.StartTLS()
	})
	client := diallingTLS(t, server.URL, server.Certificate())
	require.NoError(t, use(t.Context(), client, http.MethodGet))
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() { assert.NoError(t, use(t.Context(), client, allMethods[i%3])) })
	}
	wg.Wait()
	assert.EqualValues(t, 1, server.opened.Load())
}

func TestADeadHTTP2ConnectionIsFoundInHalfAMinute(t *testing.T) {
	t.Parallel()
	certificate := newAuthority(t).issue(t, time.Now().Add(time.Hour))
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"}, Certificates: []tls.Certificate{certificate},
	}
	synctest.Test(t, func(t *testing.T) {
		transport := trusting(certificate.Leaf)
		transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			go func() { // the server reads on for ever, and says nothing
				server := tls.Server(far, config)
				_, _ = io.Copy(io.Discard, server)
				_ = server.Close()
			}()
			return near, nil
		}
		client := dialling(t, "https://127.0.0.1", through(transport), WithTimeout(0), WithMaxAttempts(1))
		start := time.Now()

		err := use(t.Context(), client, http.MethodGet)

		var lost *TransportError
		require.ErrorAs(t, err, &lost)
		assert.LessOrEqual(t, time.Since(start), 30*time.Second, err)
		assert.Greater(t, time.Since(start), 10*time.Second, err)
	})
}

func TestAHandshakeThatHangsIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, method := range allMethods {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				transport := newTransport()
				transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
					near, far := net.Pipe()
					go func() { _, _ = io.Copy(io.Discard, far) }()
					return near, nil
				}
				client := dialling(t, "https://127.0.0.1", through(transport))

				err := use(t.Context(), client, method)

				var unsent *TransportError
				require.ErrorAs(t, err, &unsent)
				assert.Contains(t, err.Error(), "TLS handshake timeout")
				assert.Equal(t, 3, unsent.Attempts)
			})
		})
	}
}

func TestConnectionsAreReusedByManyGoroutines(t *testing.T) {
	t.Parallel()
	const goroutines, calls = 128, 25
	var arrived atomic.Int64
	all := make(chan struct{})
	server := newCounting(t, func(w http.ResponseWriter, _ *http.Request) {
		// The first call of each waits for those of the others: while dials are in flight, net/http may begin more of them
		// than there are calls.
		if arrived.Add(1) == goroutines {
			close(all)
		}
		<-all
		_, _ = io.WriteString(w, goodAnswer)
	}, (*httptest.Server).Start)
	client := dialling(t, server.URL)
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for i := range calls {
				assert.NoError(t, use(t.Context(), client, allMethods[i%3]))
			}
		})
	}
	wg.Wait()
	// A busy machine makes net/http give up some of them: it waits only so long for a write to end.
	assert.LessOrEqual(t, server.opened.Load(), int64(goroutines*2))
}

func TestAThousandCallsAtOnce(t *testing.T) {
	t.Parallel()
	server := newCounting(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"id":"`+path.Base(r.URL.Path)+`"}`) //nolint:gosec // no browser reads it
	}, (*httptest.Server).Start)
	client := dialling(t, server.URL)
	var calls sync.WaitGroup
	start := make(chan struct{})
	for i := range 1000 {
		calls.Go(func() {
			id := fmt.Sprintf("%024x", i)
			<-start
			user, err := client.ExperienceUser.Get(t.Context(), anApplication, id)
			if assert.NoError(t, err) {
				assert.Equal(t, id, user.ID, "each call gets its own answer")
			}
		})
	}
	close(start)
	calls.Wait()
}

func TestOneConnectionServesEveryKindOfAnswerUntilItIsClosed(t *testing.T) {
	t.Parallel()
	answers := []struct {
		status int
		body   string
	}{
		{200, goodAnswer},
		{204, ""},
		{200, "<html>"},
		{400, `{"type":"Validation","message":"no"}`},
		{404, ""},
		{500, strings.Repeat("x", 64<<10)},
		{307, "moved"},
		{200, goodAnswer + strings.Repeat(" ", 100_000)},
	}
	next := 0
	server := newCounting(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(answers[next].status)
		_, _ = io.WriteString(w, answers[next].body)
	}, (*httptest.Server).Start)
	client := dialling(t, server.URL, WithMaxAttempts(1))
	for next = range answers {
		for _, method := range allMethods {
			_ = use(t.Context(), client, method)
		}
	}
	assert.EqualValues(t, 1, server.opened.Load())
	assert.Zero(t, server.closed.Load())

	client.CloseIdleConnections()

	select {
	case <-server.allClosed:
	case <-time.After(10 * time.Second):
		t.Error("the connection is still open")
	}
}
