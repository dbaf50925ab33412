package losant_test

import (
	"compress/gzip"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
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

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/wiretest"
)

func TestCookiesAreNeitherKeptNorSent(t *testing.T) {
	t.Parallel()
	server := newServed(t, func(w http.ResponseWriter, r *http.Request) {
		assert.NotContains(t, r.Header, "Cookie")
		w.Header().Set("Set-Cookie", "session=1; Path=/")
		_, _ = io.WriteString(w, successAnswer)
	})
	jar, err := cookiejar.New(nil)
	require.NoError(t, err)
	host, err := url.Parse(server.URL)
	require.NoError(t, err)
	client := server.client(t, losant.WithHTTPClient(&http.Client{Transport: &http.Transport{}, Jar: jar}))
	for range 3 {
		require.NoError(t, callUser(t.Context(), client, http.MethodGet))
	}
	assert.Empty(t, jar.Cookies(host))
	jar.SetCookies(host, []*http.Cookie{{Name: "own", Value: "1"}}) //nolint:gosec // the server is plain HTTP
	require.NoError(t, callUser(t.Context(), client, http.MethodGet), "what the jar holds is not sent")
}

func TestTLSIs12OrLater(t *testing.T) {
	t.Parallel()
	for version, want := range map[uint16]bool{tls.VersionTLS11: false, tls.VersionTLS12: true, tls.VersionTLS13: true} {
		t.Run(tls.VersionName(version), func(t *testing.T) {
			t.Parallel()
			server := newServedTLS(t, func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, version, r.TLS.Version)
				_, _ = io.WriteString(w, successAnswer)
			}, version)

			err := callUser(t.Context(), server.client(t), http.MethodGet)

			if want {
				require.NoError(t, err)
				return
			}
			require.ErrorAs(t, err, new(*losant.TransportError))
			assert.Equal(t, 1, attemptsOf(err))
			assert.EqualValues(t, 1, server.opened.Load())
		})
	}
}

func TestHTTP2CallsShareOneConnection(t *testing.T) {
	t.Parallel()
	file := gzipped(t, gzip.BestCompression, successAnswer)
	server := newServedTLS(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "HTTP/2.0", r.Proto)
		assert.Equal(t, "gzip", r.Header.Get("Accept-Encoding"))
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(file)
	}, tls.VersionTLS13)
	client := server.client(t)
	require.NoError(t, callUser(t.Context(), client, http.MethodGet))
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() { assert.NoError(t, callUser(t.Context(), client, allMethods[i%3])) })
	}
	wg.Wait()
	assert.EqualValues(t, 1, server.opened.Load())
}

// piped returns a client of a server at the other end of a pipe, around which time can be faked.
func piped(t *testing.T, serve func(net.Conn), opts ...losant.Option) *losant.Client {
	t.Helper()
	client, err := losant.NewClient(secretToken, append([]losant.Option{losant.WithBaseURL("https://127.0.0.1")}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	losant.OwnTransport(client).DialContext = func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go serve(far)
		return near, nil
	}
	return client
}

func TestADeadHTTP2ConnectionIsFoundInHalfAMinute(t *testing.T) {
	t.Parallel()
	config := &tls.Config{
		MinVersion: tls.VersionTLS12, NextProtos: []string{"h2"},
		Certificates: []tls.Certificate{wiretest.Authority().Issue(time.Now().Add(time.Hour))},
	}
	synctest.Test(t, func(t *testing.T) {
		client := piped(t, func(conn net.Conn) { // it reads on for ever, and says nothing
			server := tls.Server(conn, config)
			_, _ = io.Copy(io.Discard, server)
			_ = server.Close()
		}, losant.WithTimeout(0), losant.WithMaxAttempts(1))
		start := time.Now()

		err := callUser(t.Context(), client, http.MethodGet)

		require.ErrorAs(t, err, new(*losant.TransportError))
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
				client := piped(t, func(conn net.Conn) { _, _ = io.Copy(io.Discard, conn) })

				err := callUser(t.Context(), client, method)

				require.ErrorAs(t, err, new(*losant.TransportError))
				require.ErrorContains(t, err, "TLS handshake timeout")
				assert.Equal(t, 3, attemptsOf(err))
				assert.Equal(t, losant.NotApplied, appliedOf(t, err))
			})
		})
	}
}

func TestConnectionsAreReusedByManyGoroutines(t *testing.T) {
	t.Parallel()
	const goroutines, calls = 128, 25
	var arrived atomic.Int64
	all := make(chan struct{})
	server := newServed(t, func(w http.ResponseWriter, _ *http.Request) {
		// The first call of each waits for those of the others: while dials are in flight, net/http may begin more of them
		// than there are calls.
		if arrived.Add(1) == goroutines {
			close(all)
		}
		<-all
		_, _ = io.WriteString(w, successAnswer)
	})
	client := server.client(t)
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for i := range calls {
				assert.NoError(t, callUser(t.Context(), client, allMethods[i%3]))
			}
		})
	}
	wg.Wait()
	// A busy machine makes net/http give up some of them: it waits only so long for a write to end.
	assert.LessOrEqual(t, server.opened.Load(), int64(goroutines*2))
}

func TestAThousandCallsAtOnce(t *testing.T) {
	t.Parallel()
	server := newServed(t, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, `{"id":"`+path.Base(r.URL.Path)+`"}`) //nolint:gosec // no browser reads it
	})
	client := server.client(t)
	var calls sync.WaitGroup
	start := make(chan struct{})
	for i := range 1000 {
		calls.Go(func() {
			id := fmt.Sprintf("%024x", i)
			<-start
			user, err := client.ExperienceUser.Get(t.Context(), applicationID, id)
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
		{200, successAnswer},
		{204, ""},
		{200, "<html>"},
		{400, `{"type":"Validation","message":"no"}`},
		{404, ""},
		{429, `{"message":"later"}`},
		{503, "<html>"},
		{500, strings.Repeat("x", 64<<10)},
		{307, "moved"},
		{200, successAnswer + strings.Repeat(" ", 100_000)},
	}
	next := 0
	server := newServed(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(answers[next].status)
		_, _ = io.WriteString(w, answers[next].body)
	})
	client := server.client(t, losant.WithMaxAttempts(1))
	for next = range answers {
		for _, method := range allMethods {
			_ = callUser(t.Context(), client, method)
		}
	}
	assert.EqualValues(t, 1, server.opened.Load())
	assert.Zero(t, server.closed.Load())

	client.CloseIdleConnections()

	assert.Zero(t, server.left())
}
