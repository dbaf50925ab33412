package losant

import (
	"bytes"
	"cmp"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/go-resty/resty/v2"
)

const (
	maxBody      = 16 << 20 // of an answer of success, decompressed
	maxErrorBody = 64 << 10 // of any other answer
)

// newExecutor returns the resty client that sends the requests of one Client through a copy of hc. All that resty does
// beyond that is switched off: cookies, redirects, retries, logging, and the headers and bodies of its own.
func newExecutor(hc http.Client) *resty.Client {
	hc.Transport = plain{cmp.Or(hc.Transport, http.DefaultTransport)}
	executor := resty.NewWithClient(&hc).
		SetLogger(silent{}).
		SetDisableWarn(true).
		SetPreRequestHook(func(_ *resty.Client, raw *http.Request) error {
			outgoing(raw)
			return nil
		})
	// Last, because resty has setters that write it.
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return executor
}

// newTransport returns the transport of a Client that was not given an http.Client.
func newTransport() *http.Transport {
	const idle = 256
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   10 * time.Second,
		MaxIdleConns:          idle,
		MaxIdleConnsPerHost:   idle, // all of them may go to the one host there is
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
		ForceAttemptHTTP2:     true, // a transport with a TLS configuration of its own speaks HTTP/1.1 otherwise
		HTTP2: &http.HTTP2Config{ // a dead connection is found in half a minute, not by a call that hangs on it
			SendPingTimeout: 15 * time.Second,
			PingTimeout:     15 * time.Second,
		},
	}
}

// plain hands every answer to the client as it is. Without it, http.Client turns a redirect whose Location it cannot
// parse into an error, and the answer is lost.
type plain struct{ http.RoundTripper }

// hiddenLocation is where http.Client does not look.
const hiddenLocation = "Unparsed-Location"

// RoundTrip hides a Location that cannot be parsed from http.Client.
func (p plain) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := p.RoundTripper.RoundTrip(request)
	if err != nil {
		return response, err
	}
	if _, err := response.Location(); err != nil && !errors.Is(err, http.ErrNoLocation) {
		response.Header[hiddenLocation] = response.Header["Location"]
		delete(response.Header, "Location")
	}
	return response, nil
}

// showLocation undoes what RoundTrip hid.
func showLocation(header http.Header) {
	if location, hidden := header[hiddenLocation]; hidden {
		header["Location"] = location
		delete(header, hiddenLocation)
	}
}

// CloseIdleConnections passes the call on to a transport that has connections.
func (p plain) CloseIdleConnections() {
	(&http.Client{Transport: p.RoundTripper}).CloseIdleConnections()
}

// silent is a resty logger that logs nothing.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}

// wire is what an attempt puts on the wire besides method and URL. It travels in the context of its request.
type wire struct {
	header http.Header
	body   []byte
}

type wireKey struct{}

// outgoing gives the request the header and the body of its attempt, in place of what resty put together: resty keeps
// bodies, with the passwords in them, in a pool of its own, and adds a Content-Type to a DELETE that has no content.
func outgoing(raw *http.Request) {
	w, _ := raw.Context().Value(wireKey{}).(*wire)
	raw.Header = w.header
	raw.Body, raw.GetBody, raw.ContentLength = http.NoBody, nil, 0
	if w.body != nil {
		raw.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(w.body)), nil }
		raw.Body, _ = raw.GetBody()
		raw.ContentLength = int64(len(w.body))
	}
}

// readBody reads an answer to its end, or one byte past limit.
func readBody(response *http.Response, limit int64) ([]byte, error) {
	var body bytes.Buffer
	if response.ContentLength > 0 {
		body.Grow(int(min(response.ContentLength, limit)) + bytes.MinRead)
	}
	_, err := body.ReadFrom(io.LimitReader(response.Body, limit+1))
	return body.Bytes(), err
}
