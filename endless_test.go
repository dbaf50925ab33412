package losant_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/wiretest"
)

// A call ends when its time is over, whatever the server, the transport and the token source do, and it hurts nobody.

// inTime makes a call that must not hang.
func inTime(t *testing.T, call func() error) error {
	t.Helper()
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		return err
	case <-time.After(10 * time.Second):
		require.FailNow(t, "the call does not end")
		return nil
	}
}

// givens are options of a client with a transport of its own, and of one that was given another.
var givens = map[string][]losant.Option{
	"own": nil, "given": {losant.WithHTTPClient(&http.Client{Transport: &http.Transport{}})},
}

func TestAnswersWithoutAnEndOnTheWire(t *testing.T) {
	t.Parallel()
	const (
		ok    = "HTTP/1.1 200 OK\r\n"
		early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
	)
	for name, end := range map[string]wiretest.End{
		"interim answers":              wiretest.Raw("HTTP/1.1 100 Continue\r\n\r\n" + early + early),
		"nothing":                      wiretest.Silence,
		"part of a header":             wiretest.Raw(ok + "X-A"),
		"a header":                     wiretest.Raw(ok + "\r\n"),
		"part of a body":               wiretest.Raw(ok + "Content-Length: 16\r\n\r\n{"),
		"chunks":                       wiretest.Raw(ok + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"),
		"part of the body of an error": wiretest.Raw("HTTP/1.1 500 A\r\nContent-Length: 16\r\n\r\n{"),
		"part of the body of a 3xx":    wiretest.Raw("HTTP/1.1 307 A\r\nLocation: /\r\nContent-Length: 16\r\n\r\n{"),
	} {
		for given, opts := range givens {
			for _, cancelled := range []bool{false, true} { // by the caller, or else limited by WithTimeout
				t.Run(row(name+", "+given, "cancelled", cancelled), func(t *testing.T) {
					t.Parallel()
					answered := make(chan struct{}, len(allMethods))
					server := wiretest.NewServer(t, wiretest.All(end, func(*wiretest.Exchange) { answered <- struct{}{} }))
					client := newWired(t, server, append(opts[:len(opts):len(opts)], losant.WithMaxAttempts(1))...)
					limit, want := losant.WithTimeout(50*time.Millisecond), context.DeadlineExceeded
					if cancelled {
						limit, want = losant.WithTimeout(0), context.Canceled
					}
					for _, method := range allMethods {
						ctx, cancel := context.WithCancel(t.Context())
						if cancelled {
							go func() {
								<-answered
								cancel()
							}()
						}

						err := inTime(t, func() error { return callUser(ctx, client, method, limit) })

						cancel()
						require.ErrorIs(t, err, want, method)
						assert.Equal(t, 1, attemptsOf(err), method)
					}
				})
			}
		}
	}
}

// The server keeps the connection open, and speaks another protocol from now on.
func TestASwitchOfProtocolsIsAnAnswer(t *testing.T) {
	t.Parallel()
	const switching = "HTTP/1.1 101 Switching Protocols\r\n"
	for name, end := range map[string]wiretest.End{
		"no more":       wiretest.Raw(switching + "\r\n"),
		"to a protocol": wiretest.Raw(switching + "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n"),
		"with a length": wiretest.Raw(switching + "Content-Length: 16\r\n\r\n"),
		"and text":      wiretest.Raw(switching + "\r\nhello"),
	} {
		for given, opts := range givens {
			for _, method := range allMethods {
				t.Run(name+"/"+given+"/"+method, func(t *testing.T) {
					t.Parallel()
					server := wiretest.NewServer(t, end) // at its end it reports connections that are left open
					client := newWired(t, server, append(opts[:len(opts):len(opts)], losant.WithTimeout(0))...)

					err := inTime(t, func() error { return callUser(t.Context(), client, method) })

					var api *losant.APIError
					require.ErrorAs(t, err, &api)
					assert.Equal(t, http.StatusSwitchingProtocols, api.StatusCode)
					assert.Equal(t, 1, api.Attempts)
					assert.Equal(t, method == http.MethodGet, api.Applied == losant.NotApplied)
				})
			}
		}
	}
}

// grace is how long the end of an attempt may take: what does not heed its context cannot be told from what is about to.
const grace = time.Second / 4

// row is the name of a subtest: what it is about, and whether a switch is on.
func row(name, feature string, on bool) string {
	if on {
		name += ", " + feature
	}
	return name
}

// deaf are transports and bodies that do not notice when a context ends. They wait until they are released.
func deaf(released <-chan struct{}) map[string]ending {
	wait := readerFunc(func([]byte) (int, error) {
		<-released
		return 0, io.EOF
	})
	trickle := readerFunc(func(p []byte) (int, error) {
		select {
		case <-released:
			return 0, io.EOF
		case <-time.After(time.Second):
			return copy(p, " "), nil
		}
	})
	answer := func(status int, body func() io.ReadCloser) ending {
		return func(request *http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode: status, Header: http.Header{}, Body: body(), Request: request, ContentLength: -1,
			}, nil
		}
	}
	return map[string]ending{
		"a body that waits": answer(200, func() io.ReadCloser { return io.NopCloser(wait) }),
		"a body that waits until it is closed": answer(200, func() io.ReadCloser {
			reading, writing := io.Pipe()
			go func() {
				<-released
				_ = writing.Close()
			}()
			return reading
		}),
		"a body that trickles":          answer(200, func() io.ReadCloser { return io.NopCloser(trickle) }),
		"the body of an error, waiting": answer(500, func() io.ReadCloser { return io.NopCloser(wait) }),
		"a protocol switched to":        answer(101, func() io.ReadCloser { return io.NopCloser(wait) }),
	}
}

func TestAnAttemptEndsThoughABodyDoesNot(t *testing.T) {
	t.Parallel()
	for name := range deaf(nil) {
		for _, whole := range []bool{false, true} {
			for _, method := range allMethods {
				t.Run(row(name, "context", whole)+"/"+method, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						released, release := context.WithTimeout(t.Context(), time.Hour)
						defer release()
						client, err := losant.NewClient(secretToken,
							losant.WithHTTPClient(&http.Client{Transport: roundTripper(deaf(released.Done())[name])}))
						require.NoError(t, err)
						ctx, timeout := t.Context(), 2*time.Second
						if whole {
							var cancel context.CancelFunc
							ctx, cancel = context.WithTimeout(ctx, timeout)
							defer cancel()
							timeout = 0
						}
						start := time.Now()

						err = callUser(ctx, client, method, losant.WithTimeout(timeout), losant.WithMaxAttempts(1))

						require.Error(t, err)
						assert.Equal(t, 1, attemptsOf(err))
						if name != "a protocol switched to" {
							require.ErrorIs(t, err, context.DeadlineExceeded)
						}
						assert.LessOrEqual(t, time.Since(start), 2*time.Second+grace)
					})
				})
			}
		}
	}
}

func TestAnAttemptEndsThoughTheTokenSourceDoesNot(t *testing.T) {
	t.Parallel()
	for _, whole := range []bool{false, true} {
		t.Run(row("limited", "context", whole), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				released, release := context.WithTimeout(t.Context(), time.Hour)
				defer release()
				client, stage := newStaged(t, []ending{answers(200)},
					losant.WithTokenSource(func(context.Context) (string, error) {
						<-released.Done()
						return secretToken, nil
					}))
				ctx, timeout := t.Context(), 2*time.Second
				if whole {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, timeout)
					defer cancel()
					timeout = 0
				}
				start := time.Now()

				err := callUser(ctx, client, http.MethodPatch, losant.WithTimeout(timeout))

				require.ErrorIs(t, err, context.DeadlineExceeded)
				require.ErrorAs(t, err, new(*losant.TransportError))
				assert.LessOrEqual(t, time.Since(start), 2*time.Second+grace)
				assert.Equal(t, losant.NotApplied, appliedOf(t, err))
				assert.Zero(t, stage.sent())
			})
		})
	}
}

func TestTheCauseOfAnEndedContextIsInTheError(t *testing.T) {
	t.Parallel()
	cause := errors.New("the user left")
	const after = 5 * time.Second // the call begins
	source := losant.WithTokenSource(func(ctx context.Context) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	})
	for _, row := range []struct {
		name   string
		ending ending
		after  time.Duration
		opts   []losant.Option
		status int
		unsent bool // as far as is known
	}{
		{name: "before the call", ending: answers(200), unsent: true},
		{name: "in the token source", ending: answers(200), after: after, opts: []losant.Option{source}, unsent: true},
		{name: "before the answer", ending: hangs, after: after},
		{name: "within an answer", ending: stalls(200), after: after, status: 200},
		{name: "within a 404", ending: stalls(404), after: after, status: 404, unsent: true},
		{name: "within a 429", ending: stalls(429), after: after, status: 429, unsent: true},
		{name: "within a 502", ending: stalls(502), after: after, status: 502},
		{name: "while waiting", ending: answers(503, "Retry-After", "9"), after: after, status: 503, unsent: true},
	} {
		for want, ended := range map[error]func(context.Context) context.Context{
			context.Canceled: func(ctx context.Context) context.Context {
				ctx, cancel := context.WithCancelCause(ctx)
				time.AfterFunc(row.after, func() { cancel(cause) })
				return ctx
			},
			context.DeadlineExceeded: func(ctx context.Context) context.Context {
				ctx, cancel := context.WithTimeoutCause(ctx, row.after, cause)
				context.AfterFunc(ctx, cancel)
				return ctx
			},
		} {
			if row.name == "while waiting" && errors.Is(want, context.DeadlineExceeded) {
				continue // a wait beyond it is not begun
			}
			for _, method := range allMethods {
				t.Run(row.name+"/"+want.Error()+"/"+method, func(t *testing.T) {
					t.Parallel()
					synctest.Test(t, func(t *testing.T) {
						client, _ := newStaged(t, []ending{row.ending}, row.opts...)
						ctx := ended(t.Context())
						if row.after == 0 {
							<-ctx.Done()
						}
						start := time.Now()
						var response losant.Response

						err := callUser(ctx, client, method, losant.WithResponse(&response))

						require.ErrorIs(t, err, want)
						require.ErrorIs(t, err, cause)
						assert.Equal(t, 1, strings.Count(err.Error(), cause.Error()), err)
						assert.Equal(t, row.after, time.Since(start))
						assert.Equal(t, row.status, response.StatusCode)
						assert.Equal(t, row.status != 0, can[*losant.APIError](err))
						assert.Equal(t, row.unsent || method == http.MethodGet, appliedOf(t, err) == losant.NotApplied)
					})
				})
			}
		}
	}
}

// A server may promise what it never sends.
func TestMemoryIsTakenForWhatCameNotForWhatIsPromised(t *testing.T) {
	t.Parallel()
	const most = 64 << 10
	for name, header := range map[string]http.Header{
		"plain": {}, "gzip": {"Content-Encoding": {"gzip"}},
	} {
		for _, status := range []int{200, 404} {
			t.Run(row(name, "an error", status == 404), func(t *testing.T) {
				t.Parallel()
				came, largest := 0, 0
				body := readerFunc(func(p []byte) (int, error) {
					if came == 0 {
						p = p[:copy(p, "\x1f\x8b")]
					}
					largest = max(largest, len(p)-2*came)
					if came += len(p); came > 1<<20 {
						return 0, io.ErrUnexpectedEOF
					}
					return len(p), nil
				})
				client, err := losant.NewClient(secretToken, losant.WithMaxAttempts(1),
					losant.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
						return &http.Response{
							StatusCode: status, Header: header, Body: io.NopCloser(body), ContentLength: 16 << 20, Request: r,
						}, nil
					})}))
				require.NoError(t, err)

				require.Error(t, callUser(t.Context(), client, http.MethodGet))

				assert.LessOrEqual(t, largest, most, "room beyond three times what has come")
			})
		}
	}
}

// Answers may come from a cache, and be given to several callers at once.
func TestNothingThatATransportReturnedIsWrittenTo(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		status int
		header http.Header
		body   string
	}{
		"success":          {200, http.Header{"X-A": {"1", "2"}}, successAnswer},
		"redirect":         {307, http.Header{"Location": {"/elsewhere"}}, ""},
		"redirect nowhere": {302, http.Header{"Location": {"http://%zz/", "/elsewhere"}}, ""},
		"redirect with a header that looks like another": {
			302, http.Header{"Location": {"/elsewhere"}, "Unparsed-Location": {"/wrong"}}, "",
		},
		"error":        {404, http.Header{"X-A": {"1"}}, missingUser},
		"to try again": {503, http.Header{"Retry-After": {"0"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header := row.header.Clone()
			var (
				mu   sync.Mutex
				made []*http.Response
			)
			client, err := losant.NewClient(secretToken, losant.WithMaxAttempts(1),
				losant.WithHTTPClient(&http.Client{Transport: roundTripper(func(r *http.Request) (*http.Response, error) {
					response := &http.Response{
						StatusCode: row.status, Header: header, Trailer: header, ContentLength: int64(len(row.body)),
						Body: io.NopCloser(strings.NewReader(row.body)), Request: r,
					}
					mu.Lock()
					defer mu.Unlock()
					made = append(made, response)
					return response, nil
				})}))
			require.NoError(t, err)
			var calls sync.WaitGroup
			for i := range 30 {
				calls.Go(func() {
					var response losant.Response
					err := callUser(t.Context(), client, allMethods[i%3], losant.WithResponse(&response))
					assert.Equal(t, row.status != 200, err != nil, err)
					assert.Equal(t, row.header["Location"], response.Header["Location"])
					assert.Equal(t, row.header["Unparsed-Location"], response.Header["Unparsed-Location"])
					if location := row.header.Get("Location"); location != "" {
						assert.ErrorContains(t, err, `Location "`+location+`"`)
					}
				})
			}
			calls.Wait()
			assert.Equal(t, row.header, header)
			for _, response := range made {
				assert.Equal(t, row.status, response.StatusCode)
				assert.EqualValues(t, len(row.body), response.ContentLength)
				assert.False(t, response.Uncompressed)
			}
		})
	}
}
