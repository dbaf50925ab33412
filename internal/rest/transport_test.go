package rest

import (
	"crypto/tls"
	"testing"

	"github.com/stretchr/testify/assert"
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
