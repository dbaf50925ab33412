package rest

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// piped is a client whose connections are answered in memory, each by the next of the answers, and the last one for
// ever. It is for bubbles of synctest.
func piped(t *testing.T, answers ...func(net.Conn, *http.Request)) *Client {
	t.Helper()
	client, err := NewClient(nil)
	require.NoError(t, err)
	var dialled atomic.Int64
	client.Own().DialContext = func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		t.Cleanup(func() { _ = far.Close() }) // for transports that do not heed their context
		answer := answers[min(int(dialled.Add(1)), len(answers))-1]
		go func() {
			defer func() { _ = far.Close() }()
			request, err := http.ReadRequest(bufio.NewReader(far))
			if err == nil {
				answer(far, request)
			}
		}()
		return near, nil
	}
	return client
}

const eventStream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: null\r\n\r\n"

// says writes, and closes the connection.
func says(text ...string) func(net.Conn, *http.Request) {
	return func(conn net.Conn, _ *http.Request) { _, _ = io.WriteString(conn, strings.Join(text, "")) }
}

// hangs writes, and then says nothing until the client closes the connection.
func hangs(text ...string) func(net.Conn, *http.Request) {
	return func(conn net.Conn, request *http.Request) {
		says(text...)(conn, request)
		_, _ = io.Copy(io.Discard, conn)
	}
}

// follow follows a stream until it ends, or as many events have come as are wanted.
func follow(
	ctx context.Context, client *Client, request *Request, want int,
) (events []string, gaps []Outcome, o Outcome) {
	s := Subscription{KeepAlive: 2 * time.Second, Gap: func(o Outcome) { gaps = append(gaps, o) }}
	o = client.Stream(ctx, request, s, func(e Event) bool {
		events = append(events, e.Name+"="+string(e.Data))
		return len(events) != want
	})
	return events, gaps, o
}

func streamOf(attempts int) *Request {
	request := newRequest(Read)
	request.Method, request.URL.Scheme, request.MaxAttempts = http.MethodGet, "http", attempts
	return request
}

func TestStreamIsOpenedAgain(t *testing.T) {
	t.Parallel()
	const one, two = "event: a\ndata: 1\n\n", "event: a\ndata: 2\n\n"
	unavailable := says("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n")
	for name, row := range map[string]struct {
		answers []func(net.Conn, *http.Request)
		want    []string
		gap     string        // what the only gap is reported as
		least   time.Duration // that it takes
		most    time.Duration
	}{
		"after a clean end": {
			[]func(net.Conn, *http.Request){says(eventStream, one), says(eventStream, two)},
			[]string{"a=1", "a=2"},
			"the stream ended", 0, firstBackoff,
		},
		"after an end in an event": {
			[]func(net.Conn, *http.Request){says(eventStream, one, "data: lo"), says(eventStream, two)},
			[]string{"a=1", "a=2"},
			"the stream ended", 0, firstBackoff,
		},
		"after an end in a chunk": {
			[]func(net.Conn, *http.Request){
				says(strings.TrimSuffix(eventStream, "\r\n"), "Transfer-Encoding: chunked\r\n\r\n12\r\n", one, "\r\n12\r\ndata: "),
				says(eventStream, two),
			},
			[]string{"a=1", "a=2"},
			"unexpected EOF", 0, firstBackoff,
		},
		"after an end that was answered with nothing": {
			[]func(net.Conn, *http.Request){says(), says(eventStream, two)},
			[]string{"a=2"},
			"EOF", 0, firstBackoff,
		},
		"after a status": {
			[]func(net.Conn, *http.Request){unavailable, says(eventStream, two)},
			[]string{"a=2"},
			"<nil>", 7 * time.Second, 7*time.Second + firstBackoff,
		},
		"after silence": {
			[]func(net.Conn, *http.Request){hangs(eventStream, one), says(eventStream, two)},
			[]string{"a=1", "a=2"},
			"the stream was silent for 6s", 6 * time.Second, 6*time.Second + firstBackoff,
		},
		"after silence from the beginning": {
			[]func(net.Conn, *http.Request){hangs(), says(eventStream, two)},
			[]string{"a=2"},
			"the stream was silent for 36s", 36 * time.Second, 36*time.Second + firstBackoff,
		},
		"after the longest time that anybody may ask for": {
			[]func(net.Conn, *http.Request){
				says("HTTP/1.1 429 Slow\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n"), says(eventStream, two),
			},
			[]string{"a=2"},
			"<nil>", maxWait, maxWait,
		},
		"after the time that the server wants": {
			[]func(net.Conn, *http.Request){says(eventStream, one, "retry: 5000\n\n"), says(eventStream, two)},
			[]string{"a=1", "a=2"},
			"the stream ended", 5 * time.Second, 5 * time.Second,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := piped(t, row.answers...)
				defer client.CloseIdleConnections()
				start := time.Now()

				events, gaps, o := follow(t.Context(), client, streamOf(3), len(row.want))

				assert.Equal(t, row.want, events)
				require.Len(t, gaps, 1)
				assert.Contains(t, fmt.Sprint(gaps[0].Err), row.gap)
				assert.Equal(t, 1, gaps[0].Attempts)
				assert.False(t, gaps[0].Succeeded())
				assert.GreaterOrEqual(t, time.Since(start), row.least)
				assert.LessOrEqual(t, time.Since(start), row.most)
				require.NoError(t, o.Err)
				assert.Equal(t, 2, o.Attempts)
				assert.Equal(t, http.StatusOK, o.StatusCode)
			})
		})
	}
}

func TestStreamEnds(t *testing.T) {
	t.Parallel()
	const one = "data: 1\n\n"
	status := func(line string) func(net.Conn, *http.Request) {
		return says("HTTP/1.1 " + line + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
	}
	for name, row := range map[string]struct {
		answers  []func(net.Conn, *http.Request)
		attempts int // that are allowed to bring nothing
		made     int
		status   int // of an answer, 0 for none
		err      string
	}{
		"when it is refused":       {[]func(net.Conn, *http.Request){status("404 Not Found")}, 3, 1, 404, ""},
		"when it is refused again": {[]func(net.Conn, *http.Request){says(eventStream, one), status("401 Unauthorized")}, 3, 2, 401, ""},
		"when all attempts fail":   {[]func(net.Conn, *http.Request){status("500 Oh")}, 3, 3, 500, ""},
		"when all attempts bring nothing": {
			[]func(net.Conn, *http.Request){says(eventStream)}, 3, 3, 0, "the stream ended",
		},
		"only when they do so in a row": {
			[]func(net.Conn, *http.Request){
				says(eventStream), says(eventStream, one), says(eventStream), status("502 Oh"), says(eventStream, ":\n"),
				status("500 Oh"), says(eventStream, one), status("500 Oh"), says(),
				status("504 Oh"),
			}, 3, 10, 504, "",
		},
		"when a single one may bring nothing": {
			[]func(net.Conn, *http.Request){says(eventStream, one), says(eventStream, one), says(eventStream)}, 1, 3, 0, "the stream ended",
		},
		"when it is no stream": {
			[]func(net.Conn, *http.Request){status("200 OK")}, 3, 1, 200, `not a stream of events, but "application/json"`,
		},
		"when it is packed": {
			[]func(net.Conn, *http.Request){says(strings.Replace(eventStream, "null", "gzip", 1))}, 3, 1, 200, `encoded with "gzip"`,
		},
		"when an event is too large": {
			[]func(net.Conn, *http.Request){says(eventStream, one, "data: ", strings.Repeat("a", maxEvent+1))}, 3, 1, 200, "larger than 16 MiB",
		},
		"when it has to wait too long": {
			[]func(net.Conn, *http.Request){says("HTTP/1.1 429 Slow\r\nRetry-After: 31\r\nContent-Length: 0\r\n\r\n")}, 3, 1, 429, "",
		},
		"when the certificate is of somebody else": {
			[]func(net.Conn, *http.Request){func(net.Conn, *http.Request) {}}, 3, 1, 0, "no such certificate",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := piped(t, row.answers...)
				if strings.Contains(row.err, "certificate") {
					client = NewClientThrough(&http.Client{Transport: transportFunc(func(*http.Request) (*http.Response, error) {
						return nil, &net.OpError{Op: "remote error", Err: errors.New(row.err)}
					})})
				}
				defer client.CloseIdleConnections()

				_, gaps, o := follow(t.Context(), client, streamOf(row.attempts), -1)

				assert.Equal(t, row.made, o.Attempts)
				assert.Len(t, gaps, row.made-1)
				assert.Equal(t, row.status != 0, o.Answered)
				if row.status != 0 {
					assert.Equal(t, row.status, o.StatusCode)
				}
				if row.err == "" {
					require.NoError(t, o.Err)
				} else {
					require.ErrorContains(t, o.Err, row.err)
				}
				assert.False(t, o.Succeeded())
				assert.False(t, o.MaybeApplied)
			})
		})
	}
}

func TestSilenceIsNotTheConsumers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := piped(t, func(conn net.Conn, _ *http.Request) {
			says(eventStream)(conn, nil)
			for range 100 {
				time.Sleep(2 * time.Second)
				says(":\n")(conn, nil)
			}
			says("data: 1\n\ndata: 2\n\n")(conn, nil)
			_, _ = io.Copy(io.Discard, conn)
		})
		var events int

		o := client.Stream(t.Context(), streamOf(1), Subscription{KeepAlive: 2 * time.Second}, func(Event) bool {
			events++
			time.Sleep(time.Hour)
			return events < 2
		})

		require.NoError(t, o.Err)
		assert.Equal(t, 1, o.Attempts)
		assert.Equal(t, 2, events)
	})
}

func TestNoOtherTimeLimitHoldsForStreams(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := piped(t, func(conn net.Conn, _ *http.Request) {
			time.Sleep(5 * time.Minute)
			says(eventStream, "data: 1\n\n")(conn, nil)
			time.Sleep(5 * time.Minute)
			says("data: 2\n\n")(conn, nil)
		})
		request := streamOf(1)
		request.Timeout = time.Second
		var events int

		o := client.Stream(t.Context(), request, Subscription{KeepAlive: 2 * time.Minute}, func(Event) bool {
			events++
			return events < 2
		})

		require.NoError(t, o.Err)
		assert.Equal(t, 2, events)
	})
}

func TestStreamEndsWithItsContext(t *testing.T) {
	t.Parallel()
	errEnough := errors.New("enough")
	for name, row := range map[string]struct {
		answer func(net.Conn, *http.Request)
		gaps   int
	}{
		"before the header":           {hangs(), 0},
		"while it waits for events":   {hangs(eventStream, "data: 1\n\n"), 0},
		"while it waits to try again": {says(eventStream, "data: 1\n\nretry: 29000\n\n"), 1},
	} {
		for how, through := range map[string]func(http.RoundTripper) http.RoundTripper{
			"own":     nil,
			"wrapped": func(next http.RoundTripper) http.RoundTripper { return transportFunc(next.RoundTrip) },
			"deaf": func(next http.RoundTripper) http.RoundTripper {
				return transportFunc(func(r *http.Request) (*http.Response, error) {
					return next.RoundTrip(r.WithContext(context.WithoutCancel(r.Context())))
				})
			},
		} {
			t.Run(name+", "+how, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					client := piped(t, row.answer)
					if through != nil {
						dial := client.Own().DialContext
						var err error
						client, err = NewClient(through)
						require.NoError(t, err)
						client.Own().DialContext = dial
					}
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(5*time.Second, func() { cancel(errEnough) })
					start := time.Now()

					_, gaps, o := follow(ctx, client, streamOf(3), -1)

					assert.Len(t, gaps, row.gaps, "the end is no gap")
					require.ErrorIs(t, errors.Join(o.Err, o.Interrupted), errEnough)
					require.ErrorIs(t, errors.Join(o.Err, o.Interrupted), context.Canceled)
					assert.Less(t, time.Since(start), 6*time.Second)
				})
			})
		}
	}
}

func TestStreamIsNotOpenedWhenItsContextHasEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()

	_, _, o := follow(ctx, nil, streamOf(3), -1)

	require.ErrorIs(t, o.Err, context.Canceled)
	assert.Zero(t, o.Attempts)
}

func TestNoEventComesAfterTheEndOfTheContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := piped(t, hangs(eventStream, "data: 1\n\ndata: 2\n\n"))
		ctx, cancel := context.WithCancel(t.Context())
		events := 0

		o := client.Stream(ctx, streamOf(3), Subscription{KeepAlive: time.Second}, func(Event) bool {
			events++
			cancel()
			return true
		})

		require.ErrorIs(t, o.Err, context.Canceled)
		assert.Equal(t, 1, events)
	})
}

func TestStreamHeaders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent []http.Header
		answers := []string{"id: 7\ndata: 1\n\n", "data: 2\n\n", "id\ndata: 3\n\n", "data: 4\n\n"}
		client := piped(t, func(conn net.Conn, r *http.Request) {
			sent = append(sent, r.Header)
			says(eventStream, answers[len(sent)-1])(conn, nil)
		})
		request := streamOf(3)
		request.Header = http.Header{"Accept": {"application/json"}, "X-Own": {"a"}}

		_, _, _ = follow(t.Context(), client, request, len(answers))

		require.Len(t, sent, 4)
		for i, id := range []string{"", "7", "7", ""} {
			assert.Equal(t, "text/event-stream", sent[i].Get("Accept"))
			assert.Equal(t, "identity", sent[i].Get("Accept-Encoding"))
			assert.Equal(t, "a", sent[i].Get("X-Own"))
			assert.Equal(t, id, sent[i].Get("Last-Event-Id"), i)
		}
		assert.Equal(t, http.Header{"Accept": {"application/json"}, "X-Own": {"a"}}, request.Header)
	})
}

func TestStreamAuthorizesEachTimeAndOnceMoreAfterA401(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		answers := map[string]string{"1": "one", "2": "two"}
		token := 1
		client := piped(t, func(conn net.Conn, r *http.Request) {
			if data, ok := answers[r.Header.Get("Authorization")]; ok {
				says(eventStream, "data: ", data, "\n\n")(conn, nil)
				delete(answers, r.Header.Get("Authorization")) // it has expired
			} else {
				says("HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n")(conn, nil)
			}
		})
		request := streamOf(2)
		request.Authorize = func(context.Context) (string, error) { return fmt.Sprint(token), nil }
		request.Refused = func(refused string) bool {
			assert.Equal(t, fmt.Sprint(token), refused)
			token++
			return true
		}

		events, gaps, o := follow(t.Context(), client, request, -1)

		assert.Equal(t, []string{"message=one", "message=two"}, events)
		assert.Equal(t, http.StatusUnauthorized, o.StatusCode)
		assert.Equal(t, 5, o.Attempts) // one, 401, two, 401, 401 with a third token
		assert.Len(t, gaps, 4)
		assert.Equal(t, 3, token)
	})
}

func TestStreamReportsEachOpening(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := piped(t, says("HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n"), func(conn net.Conn, _ *http.Request) {
			time.Sleep(3 * time.Second)
			says(eventStream, "data: 1\n\n")(conn, nil)
		})
		request := streamOf(3)
		var seen []string
		request.Report = func(_ context.Context, o Outcome, took time.Duration) {
			seen = append(seen, fmt.Sprint(o.Attempts, " ", o.StatusCode, " ", took))
		}

		_, _, _ = follow(t.Context(), client, request, 1)

		assert.Equal(t, []string{"1 500 0s", "2 200 3s"}, seen)
	})
}

func TestWaitsBetweenOpeningsGrow(t *testing.T) {
	t.Parallel()
	const openings = 40
	synctest.Test(t, func(t *testing.T) {
		client := piped(t, says())
		start := time.Now()

		_, _, o := follow(t.Context(), client, streamOf(openings), -1)

		assert.Equal(t, openings, o.Attempts)
		assert.Greater(t, time.Since(start), openings*3*firstBackoff)
	})
}

func TestWhatIsTakenForAStreamOfEvents(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		contentType, encoding string
		fine                  bool
	}{
		{"text/event-stream", "", true},
		{"Text/Event-Stream ; charset=utf-8", "", true},
		{"text/event-stream", "identity", true},
		{"text/event-stream", "Identity", true},
		{"text/event-stream", "null", true},
		{"text/event-stream", "gzip", false},
		{"text/event-streams", "", false},
		{"text/plain; text/event-stream", "", false},
		{"", "", false},
	} {
		err := mustBeEvents(http.Header{"Content-Type": {row.contentType}, "Content-Encoding": {row.encoding}})
		assert.Equal(t, row.fine, err == nil, "%s %s: %v", row.contentType, row.encoding, err)
	}
}

func TestWhoBreaksOffClosesTheConnectionAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start, closed := time.Now(), make(chan time.Duration, 1)
		client := piped(t, func(conn net.Conn, r *http.Request) {
			hangs(eventStream, "data: 1\n\n")(conn, r)
			closed <- time.Since(start)
		})

		_, _, _ = follow(t.Context(), client, streamOf(1), 1)

		assert.Zero(t, <-closed)
	})
}

// watchedBody is a body that knows whether it was closed.
type watchedBody struct {
	io.Reader
	closed *atomic.Int64
}

func (b watchedBody) Close() error {
	b.closed.Add(1)
	return nil
}

func TestStreamClosesTheAnswerOfAnyTransport(t *testing.T) {
	t.Parallel()
	for contentType, want := range map[string]int{"text/event-stream": 1, "application/json": -1} {
		var opened, closed atomic.Int64
		client := NewClientThrough(&http.Client{Transport: transportFunc(func(*http.Request) (*http.Response, error) {
			opened.Add(1)
			return &http.Response{
				StatusCode: http.StatusOK, Header: http.Header{"Content-Type": {contentType}},
				Body: watchedBody{strings.NewReader("data: 1\n\n"), &closed},
			}, nil
		})})

		_, _, _ = follow(t.Context(), client, streamOf(1), want)

		assert.EqualValues(t, 1, opened.Load())
		assert.EqualValues(t, 1, closed.Load(), contentType)
	}
}

func TestAReadThatIsLeftBehindWritesNowhere(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		release := make(chan struct{})
		buffer := []byte("before")
		time.AfterFunc(time.Second, cancel)

		n, err := awaitedReader{ctx, io.MultiReader(stuck{release}, strings.NewReader("behind"))}.Read(buffer)
		close(release)
		synctest.Wait()

		assert.Zero(t, n)
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, "before", string(buffer))
	})
}

// A day of a stream that a proxy cuts every few seconds: as many events as were sent while it was open, and a
// connection at a time.
func TestADayOfAStreamThatIsCut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var sent, open, connections atomic.Int64
		client := piped(t, func(conn net.Conn, _ *http.Request) {
			assert.EqualValues(t, 1, open.Add(1))
			defer open.Add(-1)
			number := connections.Add(1)
			says(eventStream)(conn, nil)
			for second := range 4 + number%9 {
				time.Sleep(time.Second)
				if second%2 == 0 {
					says(":\n\n")(conn, nil)
				} else if _, err := fmt.Fprintf(conn, "event: a\r\ndata: %d\r\n\r\n", sent.Load()); err == nil {
					sent.Add(1)
				}
			}
			if number%2 == 0 {
				says("data: lost")(conn, nil)
			}
		})
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
		defer cancel()

		events, gaps, o := follow(ctx, client, streamOf(3), -1)

		broken := int(connections.Load())
		if o.Interrupted == nil { // the day did not end in a gap, but in an open stream
			broken--
		}
		require.ErrorIs(t, cmp.Or(o.Interrupted, o.Err), context.DeadlineExceeded)
		assert.Greater(t, connections.Load(), int64(8000))
		assert.Equal(t, broken, len(gaps)) //nolint:testifylint // Len would print thousands of them
		assert.InDelta(t, sent.Load(), len(events), 1)
		time.Sleep(time.Minute) // until the server has seen it
		assert.Zero(t, open.Load())
		for i, e := range events {
			if want := fmt.Sprintf("a=%d", i); e != want {
				require.Equal(t, want, e)
			}
		}
	})
}

func TestStreamOnSockets(t *testing.T) {
	t.Parallel()
	var closed atomic.Int64
	var openings [3]atomic.Int64 // by the version of HTTP, since both run at once
	long := strings.Repeat("x", 1<<20)
	onBoth(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		switch r.URL.Path {
		case "/reset":
			if openings[r.ProtoMajor].Add(1)%2 == 1 {
				_, _ = io.WriteString(w, "data: 1\n\ndata: lost")
				_ = http.NewResponseController(w).Flush()
				panic(http.ErrAbortHandler)
			}
			_, _ = io.WriteString(w, "data: 2\n\n")
		case "/long":
			_, _ = io.WriteString(w, "data: "+long+"\r\ndata: end\r\n\r\n")
		case "/open":
			_, _ = io.WriteString(w, "data: 1\n\n")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
			closed.Add(1)
		}
	}, func(t *testing.T, client *Client, base url.URL) {
		request := func(path string) *Request {
			r := streamOf(3)
			r.URL = base
			r.URL.Path = path
			return r
		}

		events, gaps, o := follow(t.Context(), client, request("/reset"), 2)
		require.NoError(t, o.Err)
		assert.Equal(t, []string{"message=1", "message=2"}, events)
		require.Len(t, gaps, 1)
		require.Error(t, gaps[0].Err)

		events, _, _ = follow(t.Context(), client, request("/long"), 1)
		assert.True(t, len(events) == 1 && events[0] == "message="+long+"\nend")

		before := closed.Load()
		events, _, _ = follow(t.Context(), client, request("/open"), 1)
		assert.Equal(t, []string{"message=1"}, events)
		assert.Eventually(t, func() bool { return closed.Load() > before }, 10*time.Second, time.Millisecond,
			"who breaks off closes the connection")
	})
}

func TestWhatCameIsTheCallersOwn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := piped(t, hangs(eventStream, "data: 1\n\ndata: 2\n\n"))
		var all [][]byte

		client.Stream(t.Context(), streamOf(1), Subscription{KeepAlive: time.Second}, func(e Event) bool {
			all = append(all, e.Data)
			return len(all) < 2
		})

		assert.Equal(t, "1 2", string(bytes.Join(all, []byte(" "))))
	})
}
