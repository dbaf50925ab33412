package losant

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/go-resty/resty/v2"
)

// newExecutor returns the resty client that sends the requests of one Client through a copy of hc. All that resty does
// beyond that is switched off: cookies, redirects, retries, logging, and bodies and headers of its own.
func newExecutor(hc http.Client) *resty.Client {
	hc.Transport = outermost{cmp.Or(hc.Transport, http.DefaultTransport)}
	hc.Jar = nil // the API has no cookies, and a jar would carry them from one token to another
	executor := resty.NewWithClient(&hc).SetLogger(silent{}).SetDisableWarn(true).SetPreRequestHook(load)
	// Last, because resty has setters that write it.
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return executor
}

// shipment is what goes out with one attempt and what is known of its way. It travels as the context of a request that
// resty makes: an empty GET of nowhere, which load makes the real one. resty gives every other method a body and a
// Content-Type of its own, parses a URL twice, and keeps what it sees: bodies, with the passwords in them, stay in its
// buffers.
type shipment struct {
	context.Context
	operation     *Operation
	target        target
	header        http.Header
	authorization string
	body          []byte

	// How far it got, unless it is a Get, which may be sent again whatever became of it.
	dialled   atomic.Bool
	connected atomic.Bool
	written   atomic.Int32 // how often, if it is a Delete over HTTP/1: more than once when net/http replayed it
}

type shipmentKey struct{}

// Value hands the shipment to load. All else, the end of the context too, is that of the context inside: this is why
// net/http can follow it without a goroutine.
func (s *shipment) Value(key any) any {
	if key == (shipmentKey{}) {
		return s
	}
	return s.Context.Value(key)
}

// Format hides the token and the body from whoever prints the context of a request.
func (s *shipment) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, "losant.shipment") }

// followed returns the context under which net/http tells s how far it got.
func (s *shipment) followed() context.Context {
	if s.operation.Method == http.MethodGet {
		return s
	}
	trace := &httptrace.ClientTrace{
		GetConn: func(string) { s.dialled.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { s.connected.Store(true) },
	}
	if s.operation.Method == http.MethodDelete {
		trace.WroteHeaderField = s.wrote
	}
	return httptrace.WithClientTrace(s, trace)
}

// wrote counts one header field for the whole request. Over HTTP/2 its name is in lower case, and is not counted:
// there net/http replays only what was provably not applied.
func (s *shipment) wrote(name string, _ []string) {
	if name == headerVersion {
		s.written.Add(1)
	}
}

// ship sends one attempt. The caller closes the body of the response.
func (c *core) ship(header http.Header, s *shipment) (*http.Response, error) {
	attempt, reused := c.attempts.Get().(*resty.Request)
	if !reused {
		attempt = c.executor.R().SetDoNotParseResponse(true)
	}
	attempt.SetContext(s.followed()).Header = header // resty sends a copy
	response, err := attempt.Execute(http.MethodGet, "losant:")
	attempt.SetContext(context.Background())
	attempt.Header, attempt.RawRequest = nil, nil // keep nothing of it
	c.attempts.Put(attempt)
	if err != nil {
		return nil, err
	}
	return response.RawResponse, nil
}

// load makes the request that resty has made the one to send. Its header comes last, in RoundTrip: http.Client would
// copy it for redirects, which are not followed. Until then the request has that of the executor, which is empty.
func load(executor *resty.Client, raw *http.Request) error {
	s, _ := raw.Context().Value(shipmentKey{}).(*shipment)
	raw.Method = s.operation.Method
	*raw.URL = s.target.url()
	s.header, raw.Header = raw.Header, executor.Header
	s.header["Authorization"][0] = s.authorization
	if raw.Method != http.MethodGet {
		if _, given := s.header[headerIdempotency]; !given {
			// Without a value it is not sent, and lets net/http replay the request on a stale connection, as it does a Get.
			s.header[headerIdempotency] = nil
		}
	}
	if s.body == nil {
		return nil
	}
	s.header["Content-Type"] = []string{"application/json"}
	raw.ContentLength = int64(len(s.body))
	raw.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(s.body)), nil }
	raw.Body, _ = raw.GetBody()
	return nil
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
		DisableCompression:    true, // by net/http, which makes a header more for every request: NewClient asks for it
		ExpectContinueTimeout: time.Second,
		ForceAttemptHTTP2:     true, // a transport with a TLS configuration of its own speaks HTTP/1.1 otherwise
		HTTP2: &http.HTTP2Config{ // a dead connection is found in half a minute, not by a call that hangs on it
			SendPingTimeout: 15 * time.Second,
			PingTimeout:     15 * time.Second,
		},
	}
}

// outermost is the transport that http.Client calls. It keeps from http.Client what that would copy, and a Location that
// it would spoil: when it cannot parse the Location of a redirect, it returns an error, and the answer is lost.
type outermost struct{ http.RoundTripper }

// hiddenLocation is where http.Client does not look.
const hiddenLocation = "Unparsed-Location"

// RoundTrip puts the header and the host into the request, and hides a Location that cannot be parsed from
// http.Client.
func (o outermost) RoundTrip(request *http.Request) (*http.Response, error) {
	if s, ok := request.Context().Value(shipmentKey{}).(*shipment); ok {
		request.Header, request.Host = s.header, request.URL.Host
	}
	response, err := o.RoundTripper.RoundTrip(request)
	if err != nil || response == nil || !isRedirect(response.StatusCode) {
		return response, err
	}
	if _, err := response.Location(); err != nil && !errors.Is(err, http.ErrNoLocation) {
		response.Header[hiddenLocation] = response.Header["Location"]
		delete(response.Header, "Location")
	}
	return response, nil
}

// isRedirect reports the statuses of which http.Client looks at the Location, and some more.
func isRedirect(status int) bool { return status >= 300 && status <= 399 }

// showLocation undoes what RoundTrip hid.
func showLocation(header http.Header) {
	if location, hidden := header[hiddenLocation]; hidden {
		header["Location"] = location
		delete(header, hiddenLocation)
	}
}

// CloseIdleConnections passes the call on to a transport that has connections.
func (o outermost) CloseIdleConnections() {
	(&http.Client{Transport: o.RoundTripper}).CloseIdleConnections()
}

// silent is a resty logger that logs nothing.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}
