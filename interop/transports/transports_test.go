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
	"strings"
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
	if err := flag.Set("test.parallel", "32"); err != nil {
		panic(err)
	}
	startProxies()
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

// act is a call, by what it means to send its request a second time.
type act struct {
	name    string
	reads   bool
	deletes bool
	call    func(context.Context, *losant.Client, ...losant.CallOption) error
}

var acts = []act{
	{"a GET", true, false, func(ctx context.Context, client *losant.Client, opts ...losant.CallOption) error {
		_, err := client.ExperienceUser.Get(ctx, applicationID, userID, opts...)
		return err
	}},
	{"a POST that reads", true, false, func(ctx context.Context, client *losant.Client, opts ...losant.CallOption) error {
		_, err := client.DataTableRows.Query(ctx, applicationID, userID, losant.Query{"name": "Ada"}, opts...)
		return err
	}},
	{"a DELETE", false, true, func(ctx context.Context, client *losant.Client, opts ...losant.CallOption) error {
		_, err := client.ExperienceUser.Delete(ctx, applicationID, userID, opts...)
		return err
	}},
	{"a PATCH", false, false, patch},
	{"a POST", false, false, func(ctx context.Context, client *losant.Client, opts ...losant.CallOption) error {
		_, err := client.Devices.Post(ctx, applicationID, losant.DevicePost{Name: "pump"}, opts...)
		return err
	}},
}

func patch(ctx context.Context, client *losant.Client, opts ...losant.CallOption) error {
	_, err := client.ExperienceUser.Patch(ctx, applicationID, userID,
		losant.ExperienceUserPatch{FirstName: losant.Ptr("Ada")}, opts...)
	return err
}

// tries is the number of attempts of a request that may have been applied.
func (a act) tries() int {
	if a.reads || a.deletes {
		return attempts
	}
	return 1
}

// once reports whether the request must not be applied twice.
func (a act) once() bool { return a.tries() == 1 }

// claim is what the error of a request that may have been applied says.
func (a act) claim() losant.Applied {
	if a.reads {
		return losant.NotApplied
	}
	return losant.MaybeApplied
}

// transport is one of somebody else's.
type transport struct {
	name string
	wrap func(*testing.T, http.RoundTripper) http.RoundTripper
	// sends is how often it sends a request that fails in a way that it knows, and hides whether it then hides the answer.
	sends int
	hides bool
	proxy proxy // that it leads through
}

var transports = []transport{
	{name: "none", wrap: func(_ *testing.T, next http.RoundTripper) http.RoundTripper { return next }, sends: 1},
	{name: "go-vcr", wrap: recording, sends: 1},
	{name: "terraform's log", wrap: func(_ *testing.T, next http.RoundTripper) http.RoundTripper {
		return logging.NewLoggingHTTPTransport(next)
	}, sends: 1},
	{name: "otelhttp", wrap: func(_ *testing.T, next http.RoundTripper) http.RoundTripper {
		return otelhttp.NewTransport(next)
	}, sends: 1},
	authenticating,
	{name: "retryablehttp", wrap: func(_ *testing.T, next http.RoundTripper) http.RoundTripper {
		return retrying(next, nil)
	}, sends: 2, hides: true},
	{name: "retryablehttp that passes answers on", wrap: func(_ *testing.T, next http.RoundTripper) http.RoundTripper {
		return retrying(next, retryablehttp.PassthroughErrorHandler)
	}, sends: 2},
	{name: "an HTTP/1 proxy", wrap: overHTTP1, sends: 1, proxy: http1Proxy},
	{name: "an HTTP/2 proxy", wrap: overHTTP2, sends: 1, proxy: http2Proxy},
}

var authenticating = transport{name: "digest", wrap: func(_ *testing.T, next http.RoundTripper) http.RoundTripper {
	return &digest.Transport{Username: "ada", Password: "secret", Transport: next}
}, sends: 1}

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

// protocol is how a server is spoken to.
type protocol struct {
	name  string
	start func(testing.TB, ...wiretest.End) *wiretest.Server
}

var protocols = []protocol{{"HTTP/1.1", wiretest.NewServer}, {"HTTP/2", wiretest.NewHTTP2Server}}

// way is how a call gets to a server: through a transport around the SDK's own, or through a given client with one.
type way struct {
	transport
	protocol

	given bool
}

// ways are all that there are.
func ways() (all []way) {
	for _, tr := range transports {
		for _, p := range protocols {
			all = append(all, way{tr, p, true})
			if tr.proxy != http2Proxy { // which net/http has no way to
				all = append(all, way{tr, p, false})
			}
		}
	}
	return all
}

func (w way) String() string {
	return fmt.Sprintf("%s/%s/given=%t", w.transport.name, w.protocol.name, w.given)
}

// isForwarded reports whether a proxy gets requests, and not just bytes. It answers 502 for a server that does not answer.
func (w way) isForwarded() bool { return w.proxy == http1Proxy && w.protocol.name == "HTTP/1.1" }

// client returns a client of a server.
func (w way) client(t *testing.T, server *wiretest.Server, opts ...losant.Option) *losant.Client {
	t.Helper()
	own := losant.WithTransport(func(next http.RoundTripper) http.RoundTripper { return w.wrap(t, next) })
	closeIdle := func() {}
	if w.given {
		base := &http.Transport{ForceAttemptHTTP2: true}
		closeIdle = base.CloseIdleConnections
		own = losant.WithHTTPClient(&http.Client{Transport: w.wrap(t, base)})
	}
	client, err := losant.NewClient("token", append([]losant.Option{
		losant.WithBaseURL(w.proxy.nameIn(server.URL())), losant.WithInsecureHTTP(), losant.WithMaxAttempts(attempts), own,
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
	want func(act, way) outcome
}

var faults = []fault{
	{"no fault", []wiretest.End{wiretest.Answer(200, user)}, func(act, way) outcome {
		return outcome{requests: 1, attempts: 1, success: true}
	}},
	{"404", []wiretest.End{wiretest.Answer(404, missing)}, func(act, way) outcome {
		return outcome{requests: 1, attempts: 1, status: 404, applied: losant.NotApplied}
	}},
	{"refused", nil, refused},
	{"429", []wiretest.End{wiretest.Answer(429, busy)}, func(a act, w way) outcome { return turnedAway(429, a, w) }},
	{"503", []wiretest.End{wiretest.Answer(503, busy)}, func(a act, w way) outcome { return turnedAway(503, a, w) }},
	{"lost answers", []wiretest.End{wiretest.HangUp}, lost},
	{"a lost answer, then 404", []wiretest.End{wiretest.HangUp, wiretest.Answer(404, missing)}, func(a act, w way) outcome {
		return lostOnce(404, a, w)
	}},
	{"a lost answer, then success", []wiretest.End{wiretest.HangUp, wiretest.Answer(200, user)}, func(a act, w way) outcome {
		return lostOnce(200, a, w)
	}},
	{"500, then 404", []wiretest.End{wiretest.Answer(500, busy), wiretest.Answer(404, missing)}, func(a act, w way) outcome {
		if a.once() && w.sends == 1 {
			return outcome{requests: 1, attempts: 1, status: 500, applied: losant.MaybeApplied}
		}
		return lostOnce(404, a, w)
	}},
}

// refused is the outcome when nobody listens. Not everybody says so in a way that proves that nothing was sent.
func refused(a act, w way) outcome {
	switch {
	case w.isForwarded():
		return outcome{attempts: a.tries(), status: 502, applied: a.claim()}
	case w.given && (w.hides || w.proxy == http1Proxy):
		return outcome{attempts: a.tries(), applied: a.claim()}
	default:
		return outcome{attempts: attempts, applied: losant.NotApplied}
	}
}

// turnedAway is the outcome when every request is answered with a status that says that it was not applied.
func turnedAway(status int, a act, w way) outcome {
	if w.hides { // from the SDK, too
		return outcome{requests: a.tries() * w.sends, attempts: a.tries(), applied: a.claim()}
	}
	return outcome{requests: attempts * w.sends, attempts: attempts, status: status, applied: losant.NotApplied}
}

// lost is the outcome when no answer comes.
func lost(a act, w way) outcome {
	o := outcome{requests: a.tries() * w.sends, attempts: a.tries(), applied: a.claim()}
	if w.isForwarded() {
		o.status = 502
	}
	return o
}

// lostOnce is the outcome when the first answer does not come, and the second is this one.
func lostOnce(status int, a act, w way) outcome {
	if a.once() && w.sends == 1 {
		return lost(a, w)
	}
	o := outcome{requests: 2, attempts: 2 / w.sends}
	switch {
	case status == 200 || a.deletes && (!w.given || w.sends == 1):
		o.success = true
	case a.once() && !w.given:
		o.status, o.applied = status, losant.MaybeApplied
	default: // a given transport that has hidden the first answer cannot be seen through
		o.status, o.applied = status, losant.NotApplied
	}
	return o
}

func TestFaultsThroughTransportsOfOthers(t *testing.T) {
	t.Parallel()
	for _, w := range ways() {
		for _, f := range faults {
			for _, a := range acts {
				t.Run(fmt.Sprint(w, "/", f.name, "/", a.name), func(t *testing.T) {
					t.Parallel()
					server := w.start(t, f.ends...)
					var opts []losant.Option
					if f.ends == nil {
						opts = append(opts, losant.WithBaseURL(w.proxy.nameIn(nobodyInPlaceOf(server))))
					}
					client := w.client(t, server, opts...)
					var response losant.Response

					err := a.call(t.Context(), client, losant.WithResponse(&response))

					if !assert.Equal(t, f.want(a, w), outcomeOf(t, server, response, err), err) {
						t.Logf("requests: %+v", server.Requests())
					}
				})
			}
		}
	}
}

// nobodyInPlaceOf is where nobody listens who speaks the protocol of a server.
func nobodyInPlaceOf(server *wiretest.Server) string {
	scheme, _, _ := strings.Cut(server.URL(), ":")
	_, address, _ := strings.Cut(wiretest.Nobody, ":")
	return scheme + ":" + address
}

// net/http sends a stream again that ends like this, as often as it does.
func TestStreamsThatAreTurnedAway(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]wiretest.End{
		"PROTOCOL_ERROR": wiretest.ResetStream(wiretest.ProtocolError),
		"REFUSED_STREAM": wiretest.ResetStream(wiretest.RefusedStream),
		"GOAWAY":         wiretest.GoAway(0, wiretest.NoError),
	} {
		for _, w := range ways() {
			if w.given || w.protocol.name != "HTTP/2" {
				continue
			}
			for _, a := range acts {
				t.Run(fmt.Sprint(name, "/", w, "/", a.name), func(t *testing.T) {
					t.Parallel()
					server := w.start(t, end)
					client := w.client(t, server)
					var response losant.Response

					err := a.call(t.Context(), client, losant.WithResponse(&response), losant.WithTimeout(15*time.Second))

					o := outcomeOf(t, server, response, err)
					assert.Equal(t, a.tries(), o.attempts)
					assert.Equal(t, a.claim(), o.applied)
					require.NotErrorIs(t, err, context.Canceled, "nobody has cancelled the call")
					assert.NotContains(t, err.Error(), "took longer")
					most := 2 * a.tries() * w.sends
					if a.once() {
						most = w.sends
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
	for _, p := range protocols {
		for _, a := range acts {
			for status, want := range map[int]outcome{
				200: {requests: 2, attempts: 1, success: true},
				404: {requests: 2, attempts: 1, status: 404, applied: losant.NotApplied},
				400: {requests: 2, attempts: 1, status: 400, applied: losant.NotApplied},
			} {
				t.Run(fmt.Sprint(p.name, "/", a.name, "/", status), func(t *testing.T) {
					t.Parallel()
					body := map[int]string{200: user, 404: missing, 400: busy}[status]
					server := p.start(t, wiretest.Answer(401, busy, "WWW-Authenticate", challenge), wiretest.Answer(status, body))
					client := way{authenticating, p, false}.client(t, server)
					var response losant.Response

					err := a.call(t.Context(), client, losant.WithResponse(&response))

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
		for _, a := range acts {
			var response losant.Response
			err := a.call(t.Context(), client, losant.WithResponse(&response))
			log = append(log, fmt.Sprint(a.name, response.StatusCode, response.Attempts, err))
		}
		require.NoError(t, vcr.Stop())
		return log
	}

	recorded := play(recorder.ModeRecordOnly)
	requests := server.Count()
	replayed := play(recorder.ModeReplayOnly)

	assert.Equal(t, recorded, replayed)
	assert.Equal(t, len(acts)+1, requests)
	assert.Equal(t, requests, server.Count())
}

func TestATraceHasOneSpanForEachAttempt(t *testing.T) {
	t.Parallel()
	for _, p := range protocols {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			exporter := tracetest.NewInMemoryExporter()
			provider := trace.NewTracerProvider(trace.WithSyncer(exporter))
			server := p.start(t, wiretest.Answer(503, busy), wiretest.Answer(200, user))
			traced := transport{wrap: func(_ *testing.T, next http.RoundTripper) http.RoundTripper {
				return otelhttp.NewTransport(next, otelhttp.WithTracerProvider(provider))
			}}
			client := way{traced, p, false}.client(t, server)
			ctx, whole := provider.Tracer("test").Start(t.Context(), "the call")

			require.NoError(t, patch(ctx, client))

			whole.End()
			spans := exporter.GetSpans()
			require.Len(t, spans, attempts+1)
			for _, span := range spans[:attempts] {
				assert.Equal(t, whole.SpanContext().SpanID(), span.Parent.SpanID())
			}
		})
	}
}
