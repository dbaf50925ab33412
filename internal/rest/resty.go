package rest

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"github.com/go-resty/resty/v2"
)

// Client sends requests over one pool of connections.
type Client struct {
	resty   *resty.Client
	own     *http.Transport // nil if the transport is given
	foreign bool            // other code than this package's and net/http's is on the way
	budget  budget
	pool    sync.Pool // of *resty.Request: each has half a dozen maps that stay empty
}

// NewClient returns a client with a transport of its own, in the wrapping of wrap if that is not nil.
func NewClient(wrap func(http.RoundTripper) http.RoundTripper) (*Client, error) {
	own := NewTransport()
	var transport http.RoundTripper = observed{own}
	if wrap != nil {
		if transport = wrap(transport); transport == nil {
			return nil, errors.New("must not return nil")
		}
	}
	return &Client{resty: newResty(http.Client{Transport: transport}), own: own, foreign: wrap != nil}, nil
}

// NewClientThrough returns a client that sends through a copy of hc.
func NewClientThrough(hc *http.Client) *Client {
	_, plain := hc.Transport.(*http.Transport)
	return &Client{resty: newResty(*hc), foreign: !plain}
}

// Own returns the client's own transport, nil if it was given one.
func (c *Client) Own() *http.Transport { return c.own }

// CloseIdleConnections closes the connections that no request is using.
func (c *Client) CloseIdleConnections() {
	if c.own != nil { // what is around it may not know how
		c.own.CloseIdleConnections()
		return
	}
	c.resty.GetClient().CloseIdleConnections()
}

// newResty returns a resty client that sends what it is given through hc, and does nothing else: no cookies, redirects,
// retries and logs.
func newResty(hc http.Client) *resty.Client {
	hc.Transport = unfollowed{hc.Transport}
	hc.Jar = nil // it would carry cookies from one token to another
	executor := resty.NewWithClient(&hc).SetLogger(silent{}).SetPreRequestHook(replace)
	// Last, because resty has setters that write it.
	hc.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return executor
}

// send sends a request of an attempt. The caller closes the body of the response.
func (c *Client) send(request *http.Request) (*http.Response, error) {
	carrier, pooled := c.pool.Get().(*resty.Request)
	if !pooled {
		carrier = c.resty.R().SetDoNotParseResponse(true)
	}
	response, err := carrier.SetContext(request.Context()).Execute(http.MethodGet, placeholder)
	carrier.SetContext(context.Background()).RawRequest = nil //nolint:contextcheck // keep nothing of this one
	c.pool.Put(carrier)
	if err != nil {
		return nil, err
	}
	return response.RawResponse, nil
}

// placeholder is the URL of the request that resty makes, and that replace takes the place of.
const placeholder = "rest:"

// replace puts the request of the attempt in the place of the one that resty has made: that would have a body and a
// Content-Type of resty's own, and leave a copy of the body in a pool.
func replace(_ *resty.Client, made *http.Request) error {
	*made = attemptOf(made).outgoing
	return nil
}

// unfollowed is a transport of redirects that http.Client does not follow. It would still look where they lead, and
// return an error instead of the answer if it cannot read that.
type unfollowed struct{ next http.RoundTripper }

func (u unfollowed) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := u.transport().RoundTrip(request)
	a := attemptOf(request)
	if err != nil || response == nil || response.Header.Get("Location") == "" || a == nil {
		return response, err
	}
	a.header = response.Header
	hidden := *response // what the transport returned is the transport's
	hidden.Header = response.Header.Clone()
	hidden.Header.Del("Location")
	return &hidden, nil
}

// transport is http.DefaultTransport of this very moment if there is no other, as with any http.Client.
func (u unfollowed) transport() http.RoundTripper {
	if u.next == nil {
		return http.DefaultTransport
	}
	return u.next
}

// CloseIdleConnections passes the call on to a transport that has connections.
func (u unfollowed) CloseIdleConnections() {
	(&http.Client{Transport: u.transport()}).CloseIdleConnections()
}

// silent is a resty logger that logs nothing.
type silent struct{}

func (silent) Errorf(string, ...any) {}
func (silent) Warnf(string, ...any)  {}
func (silent) Debugf(string, ...any) {}
