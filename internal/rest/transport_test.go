package rest

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
