package transports_test

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/wiretest"
)

// proxy is one that asks for a password.
type proxy int

const (
	noProxy proxy = iota
	http1Proxy
	http2Proxy
)

// proxyURLs are where the proxies are, with the password.
var proxyURLs = map[proxy]*url.URL{}

// behindProxy is the name of the servers on loopback, for those who come through a proxy: nobody else knows it.
const behindProxy = "server.test"

// startProxies starts the proxies. The environment leads to that of HTTP/1: the SDK's own transport has no other way.
func startProxies() {
	one := httptest.NewServer(http.HandlerFunc(pass))
	two := httptest.NewUnstartedServer(http.HandlerFunc(pass))
	two.EnableHTTP2 = true
	two.TLS = &tls.Config{
		MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{wiretest.Authority().Issue(time.Now().Add(time.Hour))},
	}
	two.StartTLS()
	for p, server := range map[proxy]*httptest.Server{http1Proxy: one, http2Proxy: two} {
		parsed, err := url.Parse(server.URL)
		if err != nil {
			panic(err)
		}
		parsed.User = url.UserPassword("ada", "secret")
		proxyURLs[p] = parsed
	}
	way := proxyURLs[http1Proxy].String()
	for name, value := range map[string]string{"HTTP_PROXY": way, "HTTPS_PROXY": way, "NO_PROXY": "", "no_proxy": ""} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
}

// nameIn puts the name of the servers into a URL.
func (p proxy) nameIn(target string) string {
	if p == noProxy {
		return target
	}
	return strings.Replace(target, "127.0.0.1", behindProxy, 1)
}

// pass is what a proxy does: it forwards requests, and makes tunnels.
func pass(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Header.Get("Proxy-Authorization") != authorization(proxyURLs[http1Proxy].User):
		w.Header().Set("Proxy-Authenticate", `Basic realm="proxy"`)
		w.WriteHeader(http.StatusProxyAuthRequired)
	case r.Method == http.MethodConnect:
		tunnel(w, r)
	default:
		forward.ServeHTTP(w, r)
	}
}

func authorization(user *url.Userinfo) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user.String()))
}

// forward uses each connection once, so that it repeats nothing.
var forward = &httputil.ReverseProxy{
	Transport: &http.Transport{DisableKeepAlives: true, DisableCompression: true},
	ErrorLog:  log.New(io.Discard, "", 0),
	Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", onLoopback(r.In.Host), r.In.Host
	},
}

func onLoopback(address string) string { return strings.Replace(address, behindProxy, "127.0.0.1", 1) }

// tunnel passes bytes on until one of the two ends.
func tunnel(w http.ResponseWriter, r *http.Request) {
	server, err := new(net.Dialer).DialContext(r.Context(), "tcp", onLoopback(r.Host))
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer func() { _ = server.Close() }()
	var up io.Reader = r.Body
	down := io.Writer(flushed{w, http.NewResponseController(w)})
	w.WriteHeader(http.StatusOK)
	_, _ = down.Write(nil)
	if r.ProtoMajor == 1 {
		client, buffered, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer func() { _ = client.Close() }()
		up, down = buffered, client
	}
	go func() {
		_, _ = io.Copy(server, up)
		_ = server.Close()
	}()
	_, _ = io.Copy(down, server)
}

// flushed is an answer that goes out as it is written.
type flushed struct {
	w          io.Writer
	controller *http.ResponseController
}

func (f flushed) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	return n, errors.Join(err, f.controller.Flush())
}

func overHTTP1(_ *testing.T, next http.RoundTripper) http.RoundTripper {
	if base, isGiven := next.(*http.Transport); isGiven {
		base.Proxy = http.ProxyURL(proxyURLs[http1Proxy])
	}
	return next
}

func overHTTP2(_ *testing.T, next http.RoundTripper) http.RoundTripper {
	base, _ := next.(*http.Transport)
	base.DialContext = dialOverHTTP2
	return base
}

// tunnels are the connections to the HTTP/2 proxy.
var tunnels = &http.Transport{ForceAttemptHTTP2: true}

// dialOverHTTP2 makes a tunnel through the HTTP/2 proxy: a stream of a connection that others share.
func dialOverHTTP2(ctx context.Context, network, address string) (net.Conn, error) {
	up, writer := io.Pipe()
	to := proxyURLs[http2Proxy]
	request := (&http.Request{
		Method: http.MethodConnect, URL: &url.URL{Scheme: to.Scheme, Host: to.Host}, Host: address, Body: up, ContentLength: -1,
		Header: http.Header{"Proxy-Authorization": {authorization(to.User)}},
	}).WithContext(context.WithoutCancel(ctx))
	response, err := tunnels.RoundTrip(request)
	if err == nil && response.StatusCode != http.StatusOK {
		err = errors.Join(errors.New(response.Status), response.Body.Close(), up.Close())
	}
	if err != nil {
		return nil, &net.OpError{Op: "dial", Net: network, Err: err}
	}
	return &stream{PipeWriter: writer, down: response.Body}, nil
}

// stream is a connection made of the two directions of a stream. It has no deadlines.
type stream struct {
	*io.PipeWriter

	down io.ReadCloser
}

func (s *stream) Read(p []byte) (int, error) { return s.down.Read(p) }

func (s *stream) Close() error { return errors.Join(s.PipeWriter.Close(), s.down.Close()) }

func (*stream) LocalAddr() net.Addr { return &net.TCPAddr{} }

func (*stream) RemoteAddr() net.Addr { return &net.TCPAddr{} }

func (*stream) SetDeadline(time.Time) error { return nil }

func (*stream) SetReadDeadline(time.Time) error { return nil }

func (*stream) SetWriteDeadline(time.Time) error { return nil }

// A proxy that wants another password is asked once, and nothing reaches the server.
func TestAProxyThatWantsAnotherPassword(t *testing.T) {
	t.Parallel()
	wrong := *proxyURLs[http1Proxy]
	wrong.User = url.UserPassword("ada", "wrong")
	stranger := transport{proxy: http1Proxy, wrap: func(_ *testing.T, next http.RoundTripper) http.RoundTripper {
		base, _ := next.(*http.Transport)
		base.Proxy = http.ProxyURL(&wrong)
		return base
	}}
	for _, p := range protocols {
		for _, a := range acts {
			t.Run(fmt.Sprint(p.name, "/", a.name), func(t *testing.T) {
				t.Parallel()
				server := p.start(t, wiretest.Answer(200, user))
				w := way{stranger, p, true}
				client := w.client(t, server)
				var response losant.Response

				err := a.call(t.Context(), client, losant.WithResponse(&response))

				want := outcome{attempts: 1, applied: losant.NotApplied}
				if w.isForwarded() {
					want.status = http.StatusProxyAuthRequired
				}
				assert.Equal(t, want, outcomeOf(t, server, response, err), err)
			})
		}
	}
}
