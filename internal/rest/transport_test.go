package rest

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/wiretest"
)

func TestTheTransportIsMadeForManyCallsToOneHost(t *testing.T) {
	t.Parallel()
	transport := NewTransport()
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
	assert.Positive(t, transport.ExpectContinueTimeout)
	assert.GreaterOrEqual(t, transport.TLSClientConfig.MinVersion, uint16(tls.VersionTLS12))
}

// A transport of the caller's may send requests of its own through the client's.
func TestARequestOfSomebodyElseIsOverWhenItsBodyIsClosed(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			_, _ = io.WriteString(w, "body")
			return
		}
		conn, _, err := http.NewResponseController(w).Hijack()
		if assert.NoError(t, err) {
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n")
			_, _ = io.CopyN(conn, conn, 4)
			assert.NoError(t, conn.Close())
		}
	}))
	t.Cleanup(server.Close)
	own := NewTransport()
	t.Cleanup(own.CloseIdleConnections)
	send := func(header http.Header) *http.Response {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
		require.NoError(t, err)
		request.Header = header
		response, err := observed{own}.RoundTrip(request)
		require.NoError(t, err)
		return response
	}

	response := send(http.Header{})
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	assert.Equal(t, "body", string(body))
	require.NoError(t, response.Request.Context().Err())
	require.NoError(t, response.Body.Close())
	require.ErrorIs(t, response.Request.Context().Err(), context.Canceled)

	response = send(http.Header{"Connection": {"Upgrade"}, "Upgrade": {"echo"}}) //nolint:bodyclose // conn is
	conn, ok := response.Body.(io.ReadWriteCloser)
	require.True(t, ok, "after a switch of protocols, the body is the connection")
	_, err = io.WriteString(conn, "echo")
	require.NoError(t, err)
	echo, err := io.ReadAll(conn)
	require.NoError(t, err)
	assert.Equal(t, "echo", string(echo))
	require.NoError(t, conn.Close())
}

func TestDialling(t *testing.T) {
	t.Parallel()
	d := dialer()
	assert.Positive(t, d.Timeout)
	assert.LessOrEqual(t, d.Timeout, 10*time.Second, "or a dead address takes all of an attempt")
	assert.Positive(t, d.KeepAlive, "or a dead connection is not found")

	conn, err := dial(t.Context(), "tcp", strings.TrimPrefix(wiretest.Nobody, "http://"))

	require.Error(t, err)
	assert.True(t, isUnsent(err), err)
	assert.Nil(t, conn)
}

func TestAWriteThatFailsDoesNotWaitWhenAllHasBeenRead(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		require.NoError(t, far.Close())
		conn := &patientConn{Conn: near, noMore: make(chan struct{})}
		for range 2 { // which is said once
			_, err := conn.Read(make([]byte, 1))
			require.ErrorIs(t, err, io.EOF)
		}
		start := time.Now()

		_, err := conn.Write([]byte("a"))

		require.ErrorIs(t, err, io.ErrClosedPipe)
		assert.Zero(t, time.Since(start))
		require.NoError(t, conn.Close())
	})
}

func TestProxiesLetThroughWith200Only(t *testing.T) {
	t.Parallel()
	require.NoError(t, proxyResponse(t.Context(), nil, nil, &http.Response{StatusCode: http.StatusOK}))
	for _, status := range []int{199, 201, 204, 302, 407, 502} {
		err := proxyResponse(t.Context(), nil, nil, &http.Response{StatusCode: status})
		assert.Equal(t, &ProxyError{status}, err)
	}
	require.EqualError(t, &ProxyError{407}, "the proxy refused the connection: 407 Proxy Authentication Required")
}

func TestWhatNetHTTPSendsAgain(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		method, field string
		want          bool
	}{
		{http.MethodGet, "", true},
		{http.MethodHead, "", true},
		{http.MethodOptions, "", true},
		{http.MethodTrace, "", true},
		{http.MethodPost, "", false},
		{http.MethodPatch, "", false},
		{http.MethodDelete, "", false},
		{http.MethodPut, "", false},
		{http.MethodPost, "Idempotency-Key", true},
		{http.MethodPatch, "X-Idempotency-Key", true},
	} {
		request := &http.Request{Method: row.method, Header: http.Header{row.field: nil}}
		assert.Equal(t, row.want, isIdempotent(request), "%s %s", row.method, row.field)
	}
}

func TestWhichRequestIsThatOfAnAttempt(t *testing.T) {
	t.Parallel()
	a := &attempt{Request: &Request{Method: http.MethodPatch, URL: url.URL{Path: "/a/b"}}}
	for _, row := range []struct {
		method, path string
		want         bool
	}{
		{http.MethodPatch, "/a/b", true},
		{http.MethodPatch, "/gateway/a/b", true},
		{http.MethodPatch, "/a/b/c", false},
		{http.MethodPatch, "/", false},
		{http.MethodPost, "/a/b", false}, // for a token, perhaps
	} {
		request := &http.Request{Method: row.method, URL: &url.URL{Path: row.path}}
		assert.Equal(t, row.want, a.isSentAs(request), "%s %s", row.method, row.path)
	}
}

// The steps are those of net/http on the way of one request: n, it asks for another connection, or for the body again; c, it
// has got a connection.
func TestHowOftenASendingMayBeSent(t *testing.T) {
	t.Parallel()
	type sent struct {
		connections    int
		doubt, stopped bool
	}
	for name, row := range map[string]struct {
		class      Class
		idempotent bool
		http2      bool
		steps      string
		want       sent
	}{
		"once":                              {Once, false, false, "nc", sent{1, false, false}},
		"once, nothing was written":         {Once, false, false, "ncnc", sent{2, false, false}},
		"once, and again":                   {Once, false, false, "ncncnc", sent{2, false, true}},
		"once, HTTP/2, asked again":         {Once, false, true, "ncnc", sent{1, false, true}},
		"once, HTTP/2, not asked":           {Once, false, true, "ncc", sent{1, false, true}},
		"read":                              {Read, true, false, "nc", sent{1, false, false}},
		"read, on a stale connection":       {Read, true, false, "ncnc", sent{2, true, false}},
		"read, again and again":             {Read, true, false, "ncncnc", sent{2, true, true}},
		"read, HTTP/2, not asked":           {Read, true, true, "nccc", sent{2, true, true}},
		"delete, nothing was written":       {Delete, false, false, "ncnc", sent{2, false, false}},
		"delete, HTTP/2":                    {Delete, false, true, "ncnc", sent{2, true, false}},
		"a patch with a key is sent again":  {Once, true, false, "ncnc", sent{1, false, true}},
		"asked twice before there is a one": {Once, false, false, "nnc", sent{1, false, false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cancelled := false
			s := &sending{class: row.class, idempotent: row.idempotent, cancel: func() { cancelled = true }}
			near, far := net.Pipe()
			t.Cleanup(func() { assert.NoError(t, errors.Join(near.Close(), far.Close())) })
			conn := near
			if row.http2 {
				conn = negotiated{near}
			}
			stopped := false
			for _, step := range row.steps {
				switch {
				case stopped: // net/http has given up
				case step == 'n':
					stopped = s.next() != nil
				default:
					s.gotConn(httptrace.GotConnInfo{Conn: conn})
					stopped = cancelled
				}
			}
			assert.Equal(t, row.want, sent{s.connections, s.doubt, stopped})
			wire := errors.New("the cable was cut")
			if want := s.explain(wire); stopped {
				require.ErrorIs(t, want, errStopped)
			} else {
				require.ErrorIs(t, want, wire)
			}
		})
	}
}

// negotiated is a connection of HTTP/2.
type negotiated struct{ net.Conn }

func (negotiated) ConnectionState() tls.ConnectionState {
	return tls.ConnectionState{NegotiatedProtocol: "h2"}
}

// net/http sends a read again when its connection turns out to be stale. It may do so once, and with nothing else.
func TestARequestOfSomebodyElseMayHaveASecondConnection(t *testing.T) {
	t.Parallel()
	for method, again := range map[string]bool{http.MethodGet: true, http.MethodPost: false} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			server := wiretest.NewServer(t, wiretest.Answer(200, "a"), wiretest.Reset, wiretest.Answer(200, "b"))
			own := NewTransport()
			t.Cleanup(func() { server.Close(own.CloseIdleConnections) })
			send := func() (string, error) {
				request, err := http.NewRequestWithContext(t.Context(), method, server.URL(), http.NoBody)
				require.NoError(t, err)
				response, err := observed{own}.RoundTrip(request)
				if err != nil {
					return "", err
				}
				body, err := io.ReadAll(response.Body)
				return string(body), errors.Join(err, response.Body.Close())
			}
			body, err := send()
			require.NoError(t, err)
			assert.Equal(t, "a", body)

			body, err = send()

			if again {
				require.NoError(t, err)
				assert.Equal(t, "b", body)
				assert.Equal(t, 3, server.Count())
			} else {
				require.Error(t, err)
				assert.Equal(t, 2, server.Count())
			}
		})
	}
}
