//go:debug x509usefallbackroots=1

// Package transports_test tries the client with transports of other people: recorders, loggers, tracers, and those that
// repeat requests themselves. It asks how many requests a server saw, what the call ended with, and whether what the
// error says of its effect is true.
package transports_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	"github.com/hashicorp/go-retryablehttp"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/logging"
	"github.com/icholy/digest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"gopkg.in/dnaeon/go-vcr.v4/pkg/recorder"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/wiretest"
)

// All servers are on loopback, and of one authority. The tests wait for the next attempt most of their time.
func TestMain(m *testing.M) {
	wiretest.Trust()
	flag.Parse()
	if err := flag.Set("test.parallel", "64"); err != nil {
		panic(err)
	}
	m.Run()
}

const (
	applicationID = "575ec8687ae143cd83dc4a97"
	userID        = "575ed78e7ae143cd83dc4aab"

	user    = `{"id":"` + userID + `","email":"ada@example.com","success":true}` // and a success, for all three methods
	missing = `{"type":"NotFound","message":"Experience user was not found"}`
	busy    = `{"type":"Error","message":"Not now"}`
)

// attempts is what calls are limited to.
const attempts = 2

var methods = []string{http.MethodGet, http.MethodPatch, http.MethodDelete}

// call calls the operation of a method on a user.
func call(ctx context.Context, client *losant.Client, method string, opts ...losant.CallOption) error {
	var err error
	switch method {
	case http.MethodGet:
		_, err = client.ExperienceUser.Get(ctx, applicationID, userID, opts...)
	case http.MethodPatch:
		patch := losant.ExperienceUserPatch{FirstName: losant.Ptr("Ada")}
		_, err = client.ExperienceUser.Patch(ctx, applicationID, userID, patch, opts...)
	case http.MethodDelete:
		_, err = client.ExperienceUser.Delete(ctx, applicationID, userID, opts...)
	}
	return err
}

// transport is one of somebody else's.
type transport struct {
	name string
	wrap func(*testing.T, http.RoundTripper) http.RoundTripper
	// sends is how often it sends a request that fails in a way that it knows, and hides whether it then hides the answer.
	sends int
	hides bool
}

var transports = []transport{
	{"none", func(_ *testing.T, next http.RoundTripper) http.RoundTripper { return next }, 1, false},
	{"go-vcr", recording, 1, false},
	{"terraform's log", func(_ *testing.T, next http.RoundTripper) http.RoundTripper {
		return logging.NewLoggingHTTPTransport(next)
	}, 1, false},
	{"otelhttp", func(_ *testing.T, next http.RoundTripper) http.RoundTripper { return otelhttp.NewTransport(next) }, 1, false},
	authenticating,
	{"retryablehttp", func(_ *testing.T, next http.RoundTripper) http.RoundTripper {
		return retrying(next, nil)
	}, 2, true},
	{"retryablehttp that passes answers on", func(_ *testing.T, next http.RoundTripper) http.RoundTripper {
		return retrying(next, retryablehttp.PassthroughErrorHandler)
	}, 2, false},
}

var authenticating = transport{"digest", func(_ *testing.T, next http.RoundTripper) http.RoundTripper {
	return &digest.Transport{Username: "ada", Password: "secret", Transport: next}
}, 1, false}

func recording(t *testing.T, next http.RoundTripper) http.RoundTripper {
	t.Helper()
	vcr, err := recorder.New(filepath.Join(t.TempDir(), "cassette"),
		recorder.WithMode(recorder.ModeRecordOnly), recorder.WithRealTransport(next))
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, vcr.Stop()) })
	return vcr
}

// retrying is what the StandardClient of a retryablehttp.Client has for a transport.
func retrying(next http.RoundTripper, last retryablehttp.ErrorHandler) http.RoundTripper {
	client := retryablehttp.NewClient()
	client.HTTPClient = &http.Client{Transport: next}
	client.RetryMax = 1
	client.RetryWaitMin, client.RetryWaitMax = time.Millisecond, time.Millisecond
	client.ErrorHandler = last
	client.Logger = nil
	return client.StandardClient().Transport
}

var protocols = map[string]func(testing.TB, ...wiretest.End) *wiretest.Server{
	"HTTP/1.1": wiretest.NewServer, "HTTP/2": wiretest.NewHTTP2Server,
}

// through returns a client of a server that sends through a transport around its own, or through a client with one.
func through(
	t *testing.T, server *wiretest.Server, tr transport, given bool, opts ...losant.Option,
) *losant.Client {
	t.Helper()
	own := losant.WithTransport(func(next http.RoundTripper) http.RoundTripper { return tr.wrap(t, next) })
	closeIdle := func() {}
	if given {
		base := &http.Transport{ForceAttemptHTTP2: true}
		closeIdle = base.CloseIdleConnections
		own = losant.WithHTTPClient(&http.Client{Transport: tr.wrap(t, base)})
	}
	client, err := losant.NewClient("token", append([]losant.Option{
		losant.WithBaseURL(server.URL()), losant.WithMaxAttempts(attempts), own,
	}, opts...)...)
	require.NoError(t, err)
	t.Cleanup(func() {
		server.Close(func() {
			client.CloseIdleConnections()
			closeIdle()
		})
	})
	return client
}

// outcome is what became of a call.
type outcome struct {
	requests, attempts int
	status             int // of the error, 0 for none
	applied            losant.Applied
	success            bool
}

func outcomeOf(t *testing.T, server *wiretest.Server, response losant.Response, err error) outcome {
	t.Helper()
	o := outcome{requests: server.Count(), attempts: response.Attempts, success: err == nil}
	var (
		api       *losant.APIError
		transport *losant.TransportError
	)
	switch {
	case errors.As(err, &api):
		o.status, o.applied = api.StatusCode, api.Applied
	case errors.As(err, &transport):
		o.applied = transport.Applied
	case err != nil:
		t.Errorf("an error of no type: %v", err)
	}
	return o
}

// fault is what a server does to a call.
type fault struct {
	name string
	ends []wiretest.End // nil when connections are refused
	want func(method string, tr transport, given bool) outcome
}

// unless returns MaybeApplied, unless the method changes nothing.
func unless(method string) losant.Applied {
	if method == http.MethodGet {
		return losant.NotApplied
	}
	return losant.MaybeApplied
}

var faults = []fault{
	{"no fault", []wiretest.End{wiretest.Answer(200, user)}, func(string, transport, bool) outcome {
		return outcome{requests: 1, attempts: 1, success: true}
	}},
	{"404", []wiretest.End{wiretest.Answer(404, missing)}, func(string, transport, bool) outcome {
		return outcome{requests: 1, attempts: 1, status: 404, applied: losant.NotApplied}
	}},
	{"refused", nil, func(method string, tr transport, given bool) outcome {
		if given && tr.hides { // what it wraps proves nothing
			return outcome{attempts: triesOf(method), applied: unless(method)}
		}
		return outcome{attempts: attempts, applied: losant.NotApplied}
	}},
	{"429", []wiretest.End{wiretest.Answer(429, busy)}, func(method string, tr transport, _ bool) outcome {
		return turnedAway(429, method, tr)
	}},
	{"503", []wiretest.End{wiretest.Answer(503, busy)}, func(method string, tr transport, _ bool) outcome {
		return turnedAway(503, method, tr)
	}},
	{"lost answers", []wiretest.End{wiretest.HangUp}, func(method string, tr transport, _ bool) outcome {
		n := triesOf(method)
		return outcome{requests: n * tr.sends, attempts: n, applied: unless(method)}
	}},
	{"a lost answer, then 404", []wiretest.End{wiretest.HangUp, wiretest.Answer(404, missing)}, afterLoss(404)},
	{"a lost answer, then success", []wiretest.End{wiretest.HangUp, wiretest.Answer(200, user)}, afterLoss(200)},
	{"500, then 404", []wiretest.End{wiretest.Answer(500, busy), wiretest.Answer(404, missing)}, after500},
}

// triesOf is the number of attempts of a request that may have been applied.
func triesOf(method string) int {
	if method == http.MethodPatch {
		return 1
	}
	return attempts
}

// turnedAway is the outcome when every request is answered with a status that says that it was not applied.
func turnedAway(status int, method string, tr transport) outcome {
	if tr.hides { // from the SDK, too
		n := triesOf(method)
		return outcome{requests: n * tr.sends, attempts: n, applied: unless(method)}
	}
	return outcome{requests: attempts * tr.sends, attempts: attempts, status: status, applied: losant.NotApplied}
}

func afterLoss(status int) func(string, transport, bool) outcome {
	return func(method string, tr transport, given bool) outcome {
		if method == http.MethodPatch && tr.sends == 1 {
			return outcome{requests: 1, attempts: 1, applied: losant.MaybeApplied}
		}
		o := outcome{requests: 2, attempts: 2 / tr.sends}
		switch {
		case status == 200 || method == http.MethodDelete && (!given || tr.sends == 1):
			o.success = true
		case method == http.MethodPatch && !given:
			o.status, o.applied = status, losant.MaybeApplied
		default: // a given transport that has hidden the first answer cannot be seen through
			o.status, o.applied = status, losant.NotApplied
		}
		return o
	}
}

func after500(method string, tr transport, given bool) outcome {
	if method == http.MethodPatch && tr.sends == 1 {
		return outcome{requests: 1, attempts: 1, status: 500, applied: losant.MaybeApplied}
	}
	return afterLoss(404)(method, tr, given)
}

func TestFaultsThroughTransportsOfOthers(t *testing.T) {
	t.Parallel()
	for _, tr := range transports {
		for protocol, start := range protocols {
			for _, given := range []bool{false, true} {
				for _, f := range faults {
					for _, method := range methods {
						name := fmt.Sprintf("%s/%s/given=%t/%s/%s", tr.name, protocol, given, f.name, method)
						t.Run(name, func(t *testing.T) {
							t.Parallel()
							server := start(t, f.ends...)
							var opts []losant.Option
							if f.ends == nil {
								opts = append(opts, losant.WithBaseURL(wiretest.Nobody))
							}
							client := through(t, server, tr, given, opts...)
							var response losant.Response

							err := call(t.Context(), client, method, losant.WithResponse(&response))

							assert.Equal(t, f.want(method, tr, given), outcomeOf(t, server, response, err), err)
						})
					}
				}
			}
		}
	}
}

// net/http sends a stream again that ends like this, as often as it does.
func TestStreamsThatAreTurnedAway(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]wiretest.End{
		"PROTOCOL_ERROR": wiretest.ResetStream(wiretest.ProtocolError),
		"REFUSED_STREAM": wiretest.ResetStream(wiretest.RefusedStream),
		"GOAWAY":         wiretest.GoAway(0, wiretest.NoError),
	} {
		for _, tr := range transports {
			for _, method := range methods {
				t.Run(name+"/"+tr.name+"/"+method, func(t *testing.T) {
					t.Parallel()
					server := wiretest.NewHTTP2Server(t, end)
					client := through(t, server, tr, false)
					var response losant.Response

					err := call(t.Context(), client, method, losant.WithResponse(&response), losant.WithTimeout(5*time.Second))

					o := outcomeOf(t, server, response, err)
					assert.Equal(t, triesOf(method), o.attempts)
					assert.Equal(t, unless(method), o.applied)
					require.NotErrorIs(t, err, context.Canceled, "nobody has cancelled the call")
					assert.NotContains(t, err.Error(), "took longer")
					most := 2 * triesOf(method) * tr.sends
					if method == http.MethodPatch {
						most = tr.sends
					}
					assert.LessOrEqual(t, o.requests, most)
				})
			}
		}
	}
}

// The first request is answered with a challenge, and the second has the answer to it.
func TestDigestAuthentication(t *testing.T) {
	t.Parallel()
	const challenge = `Digest realm="api", nonce="1", qop="auth", algorithm=MD5`
	for protocol, start := range protocols {
		for _, method := range methods {
			for status, want := range map[int]outcome{
				200: {requests: 2, attempts: 1, success: true},
				404: {requests: 2, attempts: 1, status: 404, applied: losant.NotApplied},
				400: {requests: 2, attempts: 1, status: 400, applied: losant.NotApplied},
			} {
				t.Run(fmt.Sprint(protocol, "/", method, "/", status), func(t *testing.T) {
					t.Parallel()
					body := map[int]string{200: user, 404: missing, 400: busy}[status]
					server := start(t, wiretest.Answer(401, busy, "WWW-Authenticate", challenge), wiretest.Answer(status, body))
					client := through(t, server, authenticating, false)
					var response losant.Response

					err := call(t.Context(), client, method, losant.WithResponse(&response))

					assert.Equal(t, want, outcomeOf(t, server, response, err), err)
					requests := server.Requests()
					assert.Equal(t, requests[0].Body, requests[1].Body)
				})
			}
		}
	}
}

// What was recorded with a server is answered without one.
func TestRecordAndReplay(t *testing.T) {
	t.Parallel()
	cassette := filepath.Join(t.TempDir(), "cassette")
	server := wiretest.NewServer(t, wiretest.Answer(200, user), wiretest.Answer(503, busy, "Retry-After", "0"),
		wiretest.Answer(200, user))
	base := &http.Transport{}
	t.Cleanup(func() { server.Close(base.CloseIdleConnections) })
	play := func(mode recorder.Mode) (log []string) {
		vcr, err := recorder.New(cassette, recorder.WithMode(mode), recorder.WithRealTransport(base),
			recorder.WithSkipRequestLatency(true))
		require.NoError(t, err)
		client, err := losant.NewClient("token", losant.WithBaseURL(server.URL()),
			losant.WithHTTPClient(vcr.GetDefaultClient()))
		require.NoError(t, err)
		for _, method := range methods {
			var response losant.Response
			err := call(t.Context(), client, method, losant.WithResponse(&response))
			log = append(log, fmt.Sprint(method, response.StatusCode, response.Attempts, err))
		}
		require.NoError(t, vcr.Stop())
		return log
	}

	recorded := play(recorder.ModeRecordOnly)
	requests := server.Count()
	replayed := play(recorder.ModeReplayOnly)

	assert.Equal(t, recorded, replayed)
	assert.Equal(t, 4, requests)
	assert.Equal(t, 4, server.Count())
}

func TestATraceHasOneSpanForEachAttempt(t *testing.T) {
	t.Parallel()
	for protocol, start := range protocols {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			exporter := tracetest.NewInMemoryExporter()
			provider := trace.NewTracerProvider(trace.WithSyncer(exporter))
			server := start(t, wiretest.Answer(503, busy), wiretest.Answer(200, user))
			client := through(t, server, transport{wrap: func(_ *testing.T, next http.RoundTripper) http.RoundTripper {
				return otelhttp.NewTransport(next, otelhttp.WithTracerProvider(provider))
			}}, false)
			ctx, whole := provider.Tracer("test").Start(t.Context(), "the call")

			require.NoError(t, call(ctx, client, http.MethodPatch))

			whole.End()
			spans := exporter.GetSpans()
			require.Len(t, spans, attempts+1)
			for _, span := range spans[:attempts] {
				assert.Equal(t, whole.SpanContext().SpanID(), span.Parent.SpanID())
			}
		})
	}
}
