package losant_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/wiretest"
)

// Nobody but the SDK repeats a request, and it counts each time it does.

// warm makes a client have idle connections to a server.
func warm(t *testing.T, client *losant.Client, server *wiretest.Server, connections int) {
	t.Helper()
	if connections == 0 {
		return
	}
	server.Then(wiretest.Together(connections, wiretest.Answer(http.StatusOK, userAnswer)))
	var calls sync.WaitGroup
	for range connections {
		calls.Go(func() { assert.NoError(t, callUser(t.Context(), client, http.MethodGet)) })
	}
	calls.Wait()
}

// sendings are calls of every class, with and without a body. Those that are sent once change something that a second
// request would change again.
var sendings = []struct {
	name string
	once bool
	call func(context.Context, *losant.Client, ...losant.CallOption) error
}{
	{"Get", false, func(ctx context.Context, c *losant.Client, opts ...losant.CallOption) error {
		return callUser(ctx, c, http.MethodGet, opts...)
	}},
	{"Patch", true, func(ctx context.Context, c *losant.Client, opts ...losant.CallOption) error {
		return callUser(ctx, c, http.MethodPatch, opts...)
	}},
	{"Delete", false, func(ctx context.Context, c *losant.Client, opts ...losant.CallOption) error {
		return callUser(ctx, c, http.MethodDelete, opts...)
	}},
	{"GET that starts a job", true, func(ctx context.Context, c *losant.Client, opts ...losant.CallOption) error {
		_, err := c.Application.ArchiveData(ctx, applicationID, time.Now(), opts...)
		return err
	}},
	{"DELETE of data", true, func(ctx context.Context, c *losant.Client, opts ...losant.CallOption) error {
		_, err := c.Device.RemoveData(ctx, applicationID, userID, opts...)
		return err
	}},
	{"POST that reads", false, func(ctx context.Context, c *losant.Client, opts ...losant.CallOption) error {
		_, err := c.Data.TimeSeriesQuery(ctx, applicationID, losant.TimeSeriesQuery{}, opts...)
		return err
	}},
	{"POST that creates", true, func(ctx context.Context, c *losant.Client, opts ...losant.CallOption) error {
		_, err := c.Devices.Post(ctx, applicationID, losant.DevicePost{Name: "pump"}, opts...)
		return err
	}},
}

func TestAnAttemptIsOneRequestUnlessItChangesNothing(t *testing.T) {
	t.Parallel()
	const keyed = "end of idle connections, with a key that lets net/http send again"
	http1, http2 := wiretest.NewServer, wiretest.NewHTTP2Server
	for _, row := range []struct {
		name  string
		start func(testing.TB, ...wiretest.End) *wiretest.Server
		idle  int // connections
		end   wiretest.End
	}{
		{"reset on idle connections", http1, 8, wiretest.Reset},
		{"end of idle connections", http1, 8, wiretest.HangUp},
		{keyed, http1, 8, wiretest.HangUp},
		{"reset of a new connection", http1, 0, wiretest.Reset},
		{"PROTOCOL_ERROR", http2, 1, wiretest.ResetStream(wiretest.ProtocolError)},
		{"PROTOCOL_ERROR on a new connection", http2, 0, wiretest.ResetStream(wiretest.ProtocolError)},
		{"REFUSED_STREAM", http2, 1, wiretest.ResetStream(wiretest.RefusedStream)},
		{"INTERNAL_ERROR", http2, 1, wiretest.ResetStream(wiretest.InternalError)},
		{"GOAWAY", http2, 1, wiretest.GoAway(0, wiretest.NoError)},
		{"GOAWAY on a new connection", http2, 0, wiretest.GoAway(0, wiretest.NoError)},
		{"GOAWAY and end", http2, 1, wiretest.All(wiretest.GoAway(0, wiretest.NoError), wiretest.HangUp)},
		{"end of an HTTP/2 connection", http2, 1, wiretest.HangUp},
	} {
		for name, after := range map[string][]wiretest.End{
			"once": {wiretest.Answer(http.StatusOK, successAnswer)}, "always": nil,
		} {
			for _, sending := range sendings {
				t.Run(row.name+" "+name+"/"+sending.name, func(t *testing.T) {
					t.Parallel()
					server := row.start(t)
					opts := []losant.Option{twice(), losant.WithTimeout(10 * time.Second), losant.WithoutValidation()}
					if row.name == keyed {
						opts = append(opts, losant.WithHeader("Idempotency-Key", "1"))
					}
					client := newWired(t, server, opts...)
					warm(t, client, server, row.idle)
					server.Then(append([]wiretest.End{row.end}, after...)...)
					var response losant.Response

					err := sending.call(t.Context(), client, losant.WithResponse(&response))

					requests := server.Count() - row.idle
					switch {
					case sending.once:
						require.ErrorAs(t, err, new(*losant.TransportError))
						assert.Equal(t, 1, requests)
						assert.Equal(t, 1, response.Attempts)
						assert.Equal(t, 1, attemptsOf(err))
						assert.Equal(t, losant.MaybeApplied, appliedOf(t, err))
					case after != nil:
						require.NoError(t, err)
						assert.Equal(t, 2, requests)
					default:
						require.ErrorAs(t, err, new(*losant.TransportError))
						assert.Equal(t, 2, response.Attempts)
						assert.GreaterOrEqual(t, requests, 2)
						assert.LessOrEqual(t, requests, 2*2, "net/http may send what changes nothing once more")
					}
				})
			}
		}
	}
}

// net/http, or else the SDK, sends a Delete again that may have been applied. What the next copy is answered does not
// change that.
func TestDoubtAboutACopyThatWasReplacedIsNotForgotten(t *testing.T) {
	t.Parallel()
	lost, missing := wiretest.ResetStream(wiretest.ProtocolError), wiretest.Answer(http.StatusNotFound, missingUser)
	busy := wiretest.Answer(http.StatusServiceUnavailable, "")
	for _, row := range []struct {
		name    string
		ends    []wiretest.End
		deleted bool
	}{
		{"404", []wiretest.End{lost, missing}, true},
		{"503, 404", []wiretest.End{lost, busy, missing}, true},
		{"503", []wiretest.End{lost, busy}, false},
		{"HTML", []wiretest.End{lost, wiretest.Answer(http.StatusNotFound, "<html>")}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client := newWired(t, wiretest.NewHTTP2Server(t, row.ends...))

			err := callUser(t.Context(), client, http.MethodDelete)

			if row.deleted {
				require.NoError(t, err)
			} else {
				assert.Equal(t, losant.MaybeApplied, appliedOf(t, err))
			}
		})
	}
}

// Nobody sees what is written in a given transport. So net/http is given no means to send a body again.
func TestAGivenTransportDoesNotSendABodyAgain(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]wiretest.End{
		"PROTOCOL_ERROR": wiretest.ResetStream(wiretest.ProtocolError),
		"REFUSED_STREAM": wiretest.ResetStream(wiretest.RefusedStream),
		"GOAWAY":         wiretest.GoAway(0, wiretest.NoError),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := wiretest.NewHTTP2Server(t, end)
			client := newWired(t, server, given(&http.Transport{ForceAttemptHTTP2: true}))

			err := callUser(t.Context(), client, http.MethodPatch)

			require.ErrorAs(t, err, new(*losant.TransportError))
			assert.Equal(t, losant.MaybeApplied, appliedOf(t, err))
			assert.Equal(t, 1, server.Count())
		})
	}
}

// When a server closes an idle connection, a request that is on its way there may or may not have been written. Where
// it was not, it goes out over another one, and what is answered there is the only answer.
func TestARequestThatMeetsAClosingConnection(t *testing.T) {
	t.Parallel()
	const rounds = 200
	ending := wiretest.All(wiretest.Answer(http.StatusOK, userAnswer), wiretest.HangUp)
	for method, last := range map[string]wiretest.End{
		http.MethodDelete: wiretest.Answer(http.StatusNotFound, missingUser),
		http.MethodPatch:  wiretest.Answer(http.StatusOK, userAnswer),
	} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			server := wiretest.NewServer(t)
			client := newWired(t, server, losant.WithMaxAttempts(1))
			for range rounds {
				server.Then(ending, last)
				require.NoError(t, callUser(t.Context(), client, http.MethodGet))
				before := server.Count()

				err := callUser(t.Context(), client, method)

				switch sent := server.Count() - before; {
				case sent == 0: // it was lost on the way to the one that closed
					require.ErrorAs(t, err, new(*losant.TransportError))
				case method == http.MethodDelete:
					require.Equal(t, 1, sent)
					require.ErrorAs(t, err, new(*losant.NotFoundError), "it was the only answer")
				default:
					require.Equal(t, 1, sent)
					require.NoError(t, err)
				}
			}
		})
	}
}

// unwritable is a connection to which nothing can be written after the first request: the server has closed it, and
// net/http has not noticed.
type unwritable struct {
	net.Conn
	writes atomic.Int64
}

func (u *unwritable) Write(p []byte) (int, error) {
	if u.writes.Add(1) > 1 {
		return 0, syscall.EPIPE
	}
	return u.Conn.Write(p)
}

func TestWhatWasNotWrittenLeavesNoDoubt(t *testing.T) {
	t.Parallel()
	for _, method := range allMethods {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			server := wiretest.NewServer(t, wiretest.Answer(http.StatusOK, userAnswer),
				wiretest.Answer(http.StatusNotFound, missingUser))
			client := newWired(t, server)
			transport := losant.OwnTransport(client)
			dial := transport.DialContext
			transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := dial(ctx, network, address)
				if server.Count() == 0 && err == nil {
					return &unwritable{Conn: conn}, nil
				}
				return conn, err
			}
			require.NoError(t, callUser(t.Context(), client, http.MethodGet))

			err := callUser(t.Context(), client, method)

			require.ErrorIs(t, err, losant.ErrNotFound, "it is the only answer, and to the only request that was written")
			assert.Equal(t, 1, attemptsOf(err))
			assert.Equal(t, losant.NotApplied, appliedOf(t, err))
			assert.Equal(t, 1+1, server.Count())
			assert.Equal(t, 2, server.Connections())
		})
	}
}

// What transports of a caller's own do with a request, besides sending it.
var (
	// dumping writes the request, as it goes over the wire, to a log.
	dumping = func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			if _, err := httputil.DumpRequestOut(request, true); err != nil {
				return nil, err
			}
			return next.RoundTrip(request)
		})
	}
	// resending sends it once more whatever became of it.
	resending = func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			second := request.Clone(request.Context())
			if request.GetBody != nil {
				body, err := request.GetBody()
				if err != nil {
					return nil, err
				}
				second.Body = body
			}
			response, err := next.RoundTrip(request)
			if err == nil {
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
			}
			return next.RoundTrip(second)
		})
	}
)

// detouring sends a request that reaches nobody to somebody else, who does not answer.
func detouring(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		if response, err := next.RoundTrip(request); err == nil {
			return response, nil
		}
		return nil, io.EOF
	})
}

// asking makes a request of its own before each, by the same transport and under the same context.
func asking(url string) func(http.RoundTripper) http.RoundTripper {
	return func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			aside, err := http.NewRequestWithContext(request.Context(), http.MethodGet, url, nil)
			if err != nil {
				return nil, err
			}
			if response, err := next.RoundTrip(aside); err == nil {
				_, _ = io.Copy(io.Discard, response.Body)
				_ = response.Body.Close()
			}
			return next.RoundTrip(request)
		})
	}
}

func TestWhatACallersTransportDoesIsNotTakenForTheRequest(t *testing.T) {
	t.Parallel()
	const (
		notFound = iota // the error is the only answer's, or comes after proofs that nothing was done
		deleted         // a copy may have done it
		unsent          // nothing was written
		doubtful        // the one copy, or one of them, may have been applied
	)
	missing := wiretest.Answer(http.StatusNotFound, missingUser)
	refuse := func(status int) wiretest.End { return wiretest.Answer(status, `{"type":"Refused"}`) }
	elsewhere := wiretest.NewServer(t, wiretest.Answer(http.StatusOK, "{}"))
	for _, row := range []struct {
		name     string
		wrap     func(http.RoundTripper) http.RoundTripper
		method   string
		ends     []wiretest.End // nil when connections are refused
		want     int
		attempts int
		requests int
	}{
		{"dump, 404", dumping, http.MethodDelete, []wiretest.End{missing}, notFound, 1, 1},
		{"dump, lost, 404", dumping, http.MethodDelete, []wiretest.End{wiretest.Reset, missing}, deleted, 2, 2},
		{"dump, lost", dumping, http.MethodPatch, []wiretest.End{wiretest.Reset}, doubtful, 1, 1},
		{"dump, refused", dumping, http.MethodPatch, nil, unsent, 2, 0},
		{"dump, refused", dumping, http.MethodDelete, nil, unsent, 2, 0},

		{"resend, 401, 404", resending, http.MethodDelete, []wiretest.End{refuse(401), missing}, notFound, 1, 2},
		{"resend, 429, 404", resending, http.MethodDelete, []wiretest.End{refuse(429), missing}, notFound, 1, 2},
		{"resend, 503, 404", resending, http.MethodDelete, []wiretest.End{refuse(503), missing}, notFound, 1, 2},
		{"resend, 500, 404", resending, http.MethodDelete, []wiretest.End{refuse(500), missing}, deleted, 1, 2},
		{"resend, lost, 404", resending, http.MethodDelete, []wiretest.End{wiretest.Reset, missing}, deleted, 1, 2},
		{
			"resend, lost, 503, 404", resending, http.MethodDelete,
			[]wiretest.End{wiretest.Reset, refuse(503), missing},
			deleted, 2, 4,
		},
		{"resend, lost, 503", resending, http.MethodPatch, []wiretest.End{wiretest.Reset, refuse(503)}, doubtful, 1, 2},
		{"resend, 200, 503", resending, http.MethodPatch, []wiretest.End{refuse(200), refuse(503)}, doubtful, 1, 2},
		{"resend, refused", resending, http.MethodPatch, nil, unsent, 2, 0},

		{"detour, refused", detouring, http.MethodPatch, nil, doubtful, 1, 0},

		{"request elsewhere, 404", asking(elsewhere.URL()), http.MethodDelete, []wiretest.End{missing}, notFound, 1, 1},
		{
			"request elsewhere, lost, 404", asking(elsewhere.URL()), http.MethodDelete,
			[]wiretest.End{wiretest.Reset, missing},
			deleted, 2, 2,
		},
		{"request elsewhere, lost", asking(elsewhere.URL()), http.MethodPatch, []wiretest.End{wiretest.Reset}, doubtful, 1, 1},
		{"request elsewhere, refused", asking(elsewhere.URL()), http.MethodPatch, nil, unsent, 2, 0},
		{"request of nobody, 404", asking(wiretest.Nobody), http.MethodDelete, []wiretest.End{missing}, notFound, 1, 1},
		{"request of nobody, lost", asking(wiretest.Nobody), http.MethodPatch, []wiretest.End{wiretest.Reset}, doubtful, 1, 1},
		{
			"request of nobody, lost, 404", asking(wiretest.Nobody), http.MethodDelete,
			[]wiretest.End{wiretest.Reset, missing},
			deleted, 2, 2,
		},
	} {
		t.Run(row.name+"/"+row.method, func(t *testing.T) {
			t.Parallel()
			server := wiretest.NewServer(t, row.ends...)
			opts := []losant.Option{twice(), losant.WithTransport(row.wrap)}
			if row.ends == nil {
				opts = append(opts, losant.WithBaseURL(wiretest.Nobody))
			}
			client := newWired(t, server, opts...)
			var response losant.Response

			err := callUser(t.Context(), client, row.method, losant.WithResponse(&response))

			switch row.want {
			case deleted:
				require.NoError(t, err)
			case notFound:
				require.ErrorAs(t, err, new(*losant.NotFoundError))
				assert.Equal(t, losant.NotApplied, appliedOf(t, err))
			case unsent:
				require.ErrorAs(t, err, new(*losant.TransportError))
				assert.Equal(t, losant.NotApplied, appliedOf(t, err))
			case doubtful:
				require.Error(t, err)
				assert.Equal(t, losant.MaybeApplied, appliedOf(t, err))
			}
			assert.Equal(t, row.attempts, response.Attempts)
			assert.Equal(t, row.requests, server.Count())
		})
	}
}

// What transports of a caller's own turn a request into, so that it is hard to recognize.
var (
	prefixing = func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			rewritten := request.Clone(request.Context())
			rewritten.URL.Path = "/gateway" + request.URL.Path
			return next.RoundTrip(rewritten)
		})
	}
	tunnelling = func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			rewritten := request.Clone(request.Context())
			if request.Method != http.MethodGet {
				rewritten.Method = http.MethodPost
				rewritten.Header.Set("X-Http-Method-Override", request.Method)
			}
			return next.RoundTrip(rewritten)
		})
	}
	detaching = func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			return next.RoundTrip(request.Clone(context.Background()))
		})
	}
)

// One attempt reaches two connections at the most, and with what must not be applied twice only one, whatever has become
// of it on its way to the client's own transport.
func TestARequestThatIsHardToRecognizeIsNotSentAgainAndAgain(t *testing.T) {
	t.Parallel()
	missing := wiretest.Answer(http.StatusNotFound, missingUser)
	for name, wrap := range map[string]func(http.RoundTripper) http.RoundTripper{
		"prefixing": prefixing, "tunnelling": tunnelling, "detaching": detaching,
	} {
		for _, row := range []struct {
			name  string
			start func(testing.TB, ...wiretest.End) *wiretest.Server
			idle  int
			end   wiretest.End
		}{
			{"reset on idle connections", wiretest.NewServer, 5, wiretest.Reset},
			{"PROTOCOL_ERROR", wiretest.NewHTTP2Server, 1, wiretest.ResetStream(wiretest.ProtocolError)},
			{"GOAWAY", wiretest.NewHTTP2Server, 1, wiretest.GoAway(0, wiretest.NoError)},
			{"REFUSED_STREAM", wiretest.NewHTTP2Server, 1, wiretest.ResetStream(wiretest.RefusedStream)},
		} {
			for _, method := range allMethods {
				t.Run(name+"/"+row.name+"/"+method, func(t *testing.T) {
					t.Parallel()
					server := row.start(t)
					client := newWired(t, server, losant.WithMaxAttempts(1), losant.WithTransport(wrap))
					warm(t, client, server, row.idle)
					server.Then(row.end)

					err := callUser(t.Context(), client, method)

					require.ErrorAs(t, err, new(*losant.TransportError))
					most, applied := 2, losant.MaybeApplied
					if method == http.MethodPatch {
						most = 1
					}
					if method == http.MethodGet {
						applied = losant.NotApplied
					}
					assert.LessOrEqual(t, server.Count()-row.idle, most)
					assert.Equal(t, applied, appliedOf(t, err))
				})
			}
			t.Run(name+"/"+row.name+", 404/"+http.MethodDelete, func(t *testing.T) {
				t.Parallel()
				server := row.start(t)
				client := newWired(t, server, losant.WithMaxAttempts(1), losant.WithTransport(wrap))
				warm(t, client, server, row.idle)
				server.Then(row.end, missing)

				if err := callUser(t.Context(), client, http.MethodDelete); err != nil {
					require.NotErrorIs(t, err, losant.ErrNotFound, "an earlier copy may have deleted it")
					assert.Equal(t, losant.MaybeApplied, appliedOf(t, err))
				}
			})
		}
	}
}

func TestTransportsOfACallersOwnSeeAnOrdinaryRequest(t *testing.T) {
	t.Parallel()
	var seen http.Header
	looking := func(next http.RoundTripper) http.RoundTripper {
		return roundTripper(func(request *http.Request) (*http.Response, error) {
			seen = request.Header.Clone()
			return next.RoundTrip(request)
		})
	}
	for name, option := range map[string]losant.Option{
		"own":   losant.WithTransport(looking),
		"given": losant.WithHTTPClient(&http.Client{Transport: looking(&http.Transport{DisableKeepAlives: true})}),
	} {
		server := wiretest.NewServer(t, wiretest.Answer(http.StatusOK, successAnswer))
		client := newWired(t, server, option)
		for _, method := range allMethods {
			require.NoError(t, callUser(t.Context(), client, method))
			for field, values := range seen {
				assert.NotEmpty(t, values, "%s %s: a field without a value: %s", name, method, field)
			}
			assert.NotContains(t, seen, "Idempotency-Key")
		}
	}
}

// A proxy that wants another password would lock the account, if it were asked again and again.
func TestAProxyThatRefusesIsAskedAgainOnlyIfThatCanHelp(t *testing.T) {
	t.Parallel()
	through := &http.Transport{Proxy: http.ProxyFromEnvironment}
	for _, row := range []struct {
		name   string
		opts   []losant.Option
		status int
		tries  int
	}{
		{"own", nil, http.StatusProxyAuthRequired, 1},
		{"own", nil, http.StatusForbidden, 1},
		{"own", nil, http.StatusServiceUnavailable, 2},
		{"given", []losant.Option{given(through)}, http.StatusProxyAuthRequired, 1},
	} {
		for _, method := range allMethods {
			t.Run(fmt.Sprint(row.name, "/", row.status, "/", method), func(t *testing.T) {
				t.Parallel()
				host := fmt.Sprintf("%d.%s.%s.example", row.status, row.name, method)
				client, err := losant.NewClient(secretToken,
					append([]losant.Option{losant.WithBaseURL("https://" + host), twice()}, row.opts...)...)
				require.NoError(t, err)

				err = callUser(t.Context(), client, method)

				require.ErrorAs(t, err, new(*losant.TransportError))
				require.ErrorContains(t, err, http.StatusText(row.status))
				assert.Equal(t, row.tries, attemptsOf(err))
				assert.Equal(t, row.tries, exit.count(host+":443"))
				assert.Equal(t, losant.NotApplied, appliedOf(t, err))
			})
		}
	}
}
