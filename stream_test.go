package losant_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/wiretest"
	"github.com/losant-go/losant/losanttest"
)

// conversing returns a client whose connections are answered in memory, each by the next of the answers, and the last one
// for ever.
func conversing(t *testing.T, answers []func(net.Conn, *http.Request), opts ...losant.Option) *losant.Client {
	t.Helper()
	var dialled atomic.Int64
	return piped(t, func(conn net.Conn) {
		defer func() { _ = conn.Close() }()
		answer := answers[min(int(dialled.Add(1)), len(answers))-1]
		if request, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
			answer(conn, request)
		}
	}, append([]losant.Option{losant.WithBaseURL("http://127.0.0.1")}, opts...)...)
}

// says writes to a connection, and closes it.
func says(texts ...string) func(net.Conn, *http.Request) {
	return func(conn net.Conn, _ *http.Request) { _, _ = io.WriteString(conn, strings.Join(texts, "")) }
}

const eventStream = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: null\r\n\r\n"

// aState is an event of device.stateStream.
func aState(n int) string {
	return fmt.Sprintf("event: deviceState\ndata: {\"data\":{\"n\":%d}}\n\n", n)
}

// statesOf follows a stream of states until it ends, or so many have come.
func statesOf(ctx context.Context, client *losant.Client, most int, opts ...losant.CallOption) (states []any, errs []error) {
	for state, err := range client.Device.StateStream(ctx, applicationID, userID, opts...) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if states = append(states, state.Data["n"]); len(states) == most {
			break
		}
	}
	return states, errs
}

func TestStreamYieldsWhatIsReported(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "/applications/"+applicationID+"/devices/"+userID+"/stateStream", r.URL.Path)
		assert.Equal(t, "keepAliveInterval=30", r.URL.RawQuery)
		assert.Equal(t, "text/event-stream", r.Header.Get("Accept"))
		assert.Equal(t, "identity", r.Header.Get("Accept-Encoding"))
		assert.Equal(t, "Bearer "+secretToken, r.Header.Get("Authorization"))
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("Content-Encoding", "null")
		_, _ = io.WriteString(w, ":\n\n"+aState(1)+"event: other\ndata: not JSON\n\ndata: {}\n\n"+aState(2))
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	}, func(t *testing.T, client *losant.Client) {
		var states []any
		for state, err := range client.Device.StateStream(
			t.Context(), applicationID, userID, losant.DeviceStateStreamParams{KeepAliveInterval: 30 * time.Second}) {
			require.NoError(t, err)
			if states = append(states, state.Data["n"]); len(states) == 2 {
				break
			}
		}
		assert.Equal(t, []any{1.0, 2.0}, states)
	})
}

func TestStreamsAtAServer(t *testing.T) {
	t.Parallel()
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	application := server.AddApplication()
	client, err := server.NewClient()
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	device, err := client.Devices.Post(t.Context(), application, losant.DevicePost{
		Name: "pump", Attributes: []losant.DeviceAttributePost{{Name: "n", DataType: losant.AttributeDataTypeNumber}},
	})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	var reporting sync.WaitGroup
	defer reporting.Wait()
	defer cancel()
	reporting.Go(func() { // a stream has what is reported while it is open: that is not said when
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for ctx.Err() == nil {
			_, _ = client.Device.SendState(ctx, application, device.ID, losant.DeviceStateOrStates{{Data: map[string]any{"n": 7}}})
			_, _ = client.Device.SendCommand(ctx, application, device.ID, losant.DeviceCommand{Name: "go"})
			<-tick.C
		}
	})
	for state, err := range client.Device.StateStream(ctx, application, device.ID) {
		require.NoError(t, err)
		assert.EqualValues(t, 7, state.Data["n"])
		break
	}
	for command, err := range client.Device.CommandStream(ctx, application, device.ID) {
		require.NoError(t, err)
		assert.Equal(t, "go", command.Name)
		break
	}
	for _, err := range client.Device.StateStream(ctx, application, userID) {
		require.ErrorIs(t, err, losant.ErrNotFound)
	}
}

func TestStreamTellsEachGap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		client := conversing(t, []func(net.Conn, *http.Request){
			says(eventStream, aState(1)),
			says("HTTP/1.1 503 No\r\nContent-Length: 20\r\n\r\n", `{"type":"Error"}    `),
			says(),
			says(eventStream, aState(2)),
		}, losant.WithLogger(slog.New(slog.NewJSONHandler(&log, nil))))
		var (
			gaps     []error
			response losant.Response
		)

		states, errs := statesOf(t.Context(), client, 2,
			losant.WithReconnect(func(err error) { gaps = append(gaps, err) }), losant.WithResponse(&response))

		assert.Empty(t, errs)
		assert.Equal(t, []any{1.0, 2.0}, states)
		require.Len(t, gaps, 3)
		var (
			lost *losant.TransportError
			api  *losant.APIError
		)
		require.ErrorAs(t, gaps[0], &lost)
		require.EqualError(t, gaps[0], "losant: device.stateStream: no answer: the stream ended (GET "+lost.Path+")")
		require.ErrorAs(t, gaps[1], &api)
		assert.Equal(t, http.StatusServiceUnavailable, api.StatusCode)
		assert.Equal(t, losant.NotApplied, api.Applied)
		require.ErrorAs(t, gaps[2], &lost)
		assert.Equal(t, 3, lost.Attempts)
		assert.Equal(t, 4, response.Attempts)
		assert.Equal(t, http.StatusOK, response.StatusCode)
		assert.Equal(t, "text/event-stream", response.Header.Get("Content-Type"))

		var messages []string
		for line := range strings.Lines(log.String()) {
			var record struct {
				Level     string `json:"level"`
				Message   string `json:"msg"`
				Operation string `json:"operation"`
				Status    int    `json:"status"`
				Attempt   int    `json:"attempt"`
				Error     string `json:"error"`
			}
			require.NoError(t, json.Unmarshal([]byte(line), &record))
			assert.Equal(t, "device.stateStream", record.Operation)
			if record.Message == "losant stream interrupted" {
				assert.Equal(t, "WARN", record.Level)
			}
			if record.Message == "losant stream interrupted" && record.Status != http.StatusServiceUnavailable {
				assert.NotEmpty(t, record.Error, line)
			}
			messages = append(messages, fmt.Sprint(record.Message, " ", record.Status, " ", record.Attempt))
		}
		assert.Equal(t, []string{
			"losant request 200 1", "losant stream interrupted 200 1",
			"losant request 503 2", "losant stream interrupted 503 2",
			"losant request 0 3", "losant stream interrupted 0 3",
			"losant request 200 4",
		}, messages)
	})
}

func TestAnEventThatDoesNotDecodeIsAnErrorOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, data := range []string{`[]`, `{"data":5}`, `no JSON`, ``, `null`} {
		synctest.Test(t, func(t *testing.T) {
			client := conversing(t, []func(net.Conn, *http.Request){
				says(eventStream, aState(1), "event: deviceState\ndata: "+data+"\n\n", aState(2)),
			})

			states, errs := statesOf(t.Context(), client, 2)

			assert.Equal(t, []any{1.0, 2.0}, states)
			require.Len(t, errs, 1)
			var decode *losant.DecodeError
			require.ErrorAs(t, errs[0], &decode)
			assert.Equal(t, data, string(decode.Body))
			assert.Equal(t, "device.stateStream", decode.Operation)
		})
	}
}

// Three intervals, and half a minute for the connection: 2 s is Losant's default, also for what is no interval.
func TestAStreamIsSilentForThreeOfItsIntervals(t *testing.T) {
	t.Parallel()
	for interval, limit := range map[string]string{"": "36s", "3": "39s", "0": "36s", "-1": "36s", "a": "36s"} {
		synctest.Test(t, func(t *testing.T) {
			silent := func(conn net.Conn, _ *http.Request) { _, _ = io.Copy(io.Discard, conn) }
			opts := []losant.CallOption{losant.WithMaxAttempts(1)}
			if interval != "" {
				opts = append(opts, losant.WithQuery("keepAliveInterval", interval))
			}

			_, errs := statesOf(t.Context(), conversing(t, []func(net.Conn, *http.Request){silent}), -1, opts...)

			require.Len(t, errs, 1)
			require.ErrorContains(t, errs[0], "the stream was silent for "+limit, interval)
		})
	}
}

func TestTheLastErrorOfAStream(t *testing.T) {
	t.Parallel()
	errEnough := errors.New("enough")
	for name, row := range map[string]struct {
		answers []func(net.Conn, *http.Request)
		expect  error
		as      any
	}{
		"404": {
			[]func(net.Conn, *http.Request){says("HTTP/1.1 404 No\r\nContent-Length: 2\r\n\r\n{}")},
			losant.ErrNotFound, new(*losant.NotFoundError),
		},
		"401 on reopening": {
			[]func(net.Conn, *http.Request){says(eventStream, aState(1)), says("HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\n{}")},
			losant.ErrUnauthorized, new(*losant.UnauthorizedError),
		},
		"500 again and again": {
			[]func(net.Conn, *http.Request){says(eventStream, aState(1)), says("HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\n{}")},
			nil, new(*losant.APIError),
		},
		"silence": {
			[]func(net.Conn, *http.Request){func(conn net.Conn, _ *http.Request) { _, _ = io.Copy(io.Discard, conn) }},
			nil, new(*losant.TransportError),
		},
		"no stream": {
			[]func(net.Conn, *http.Request){says("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")},
			nil, new(*losant.DecodeError),
		},
		"the context": {
			[]func(net.Conn, *http.Request){says(eventStream, aState(1))}, errEnough, new(*losant.TransportError),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := conversing(t, row.answers)
				ctx, cancel := context.WithCancelCause(t.Context())
				defer cancel(nil)
				time.AfterFunc(time.Hour, func() { cancel(errEnough) })

				_, errs := statesOf(ctx, client, -1)

				require.Len(t, errs, 1)
				require.ErrorAs(t, errs[0], row.as)
				if row.expect != nil {
					require.ErrorIs(t, errs[0], row.expect)
				}
			})
		})
	}
}

func TestEveryStreamHasItsEvents(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client := conversing(t, []func(net.Conn, *http.Request){
			says(eventStream, "event: deviceCommand\ndata: {\"name\":\"go\"}\n\n", "event: mqttMessage\ndata: {\"topic\":\"a\"}\n\n"),
		})
		for command, err := range client.Device.CommandStream(t.Context(), applicationID, userID) {
			require.NoError(t, err)
			assert.Equal(t, "go", command.Name)
			break
		}
		for message, err := range client.Application.MQTTSubscriptionStream(t.Context(), applicationID, "a/#") {
			require.NoError(t, err)
			assert.Equal(t, "a", message.Topic)
			break
		}
	})
}

func TestStreamsHaveNoHypermedia(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var uri string
		client := conversing(t, []func(net.Conn, *http.Request){func(conn net.Conn, r *http.Request) {
			uri = r.RequestURI
			says(eventStream, "event: mqttMessage\ndata: {}\n\n")(conn, r)
		}})
		for _, err := range client.Application.MQTTSubscriptionStream(
			t.Context(), applicationID, "a b/#", losant.WithLinks(true), losant.WithQuery("x", "y")) {
			require.NoError(t, err)
			break
		}
		assert.Equal(t, "/applications/"+applicationID+"/mqttSubscriptionStream?x=y&topic=a+b%2F%23", uri)
	})
}

// A proxy that cuts a stream every few events, in the middle of one, and lets it wait for the next: all comes over real
// sockets, but in a bubble, whose clock stands still while anybody waits for a socket, and skips the waits between two
// openings.
func TestStreamThroughAProxyThatCutsIt(t *testing.T) {
	t.Parallel()
	const cuts = 150
	withBoth(t, func(t *testing.T, start func(http.HandlerFunc) *served) {
		var (
			proxy    *wiretest.Proxy
			mu       sync.Mutex
			happened int   // events, whether somebody saw them or not
			sent     []any // while the stream was open
			seen     = make(chan any)
		)
		server := start(func(w http.ResponseWriter, r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			w.Header().Set("Content-Type", "text/event-stream")
			burst := proxy.Connections()%5 + 1
			for range burst {
				happened++
				sent = append(sent, float64(happened))
				_, _ = io.WriteString(w, ":\n\n"+aState(happened))
			}
			_ = http.NewResponseController(w).Flush()
			for _, n := range sent[len(sent)-burst:] {
				select {
				case got := <-seen:
					assert.Equal(t, n, got)
				case <-r.Context().Done():
				case <-time.After(10 * time.Second):
					assert.Fail(t, "an event was lost")
				}
			}
			happened += burst // while it is not
			_, _ = io.WriteString(w, strings.TrimSuffix(aState(happened), "\n"))
			_ = http.NewResponseController(w).Flush()
			proxy.Cut()
		})
		proxy = wiretest.NewProxy(t, server.Listener.Addr().String(), func(number int) bool { return number%10 == 3 })

		synctest.Test(t, func(t *testing.T) {
			client := server.client(t, losant.WithBaseURL(strings.Replace(server.URL, server.Listener.Addr().String(), proxy.Address(), 1)))
			var (
				states []any
				gaps   []error
			)
			began := time.Now()
			for state, err := range client.Device.StateStream(t.Context(), applicationID, userID,
				losant.WithReconnect(func(err error) { gaps = append(gaps, err) })) {
				require.NoError(t, err)
				states = append(states, state.Data["n"])
				if len(gaps) == cuts {
					break
				}
				seen <- state.Data["n"]
			}
			proxy.Cut() // net/http may wait for more before it closes the connection, and the clock stands still
			mu.Lock()
			defer mu.Unlock()
			assert.Equal(t, sent[:len(states)], states)
			assert.Equal(t, cuts+1, proxy.Connections())
			for _, err := range gaps {
				require.ErrorAs(t, err, new(*losant.TransportError))
			}
			assert.Greater(t, time.Since(began), cuts*10*time.Millisecond, "there were waits")
		})
	})
}

func TestStreamLogsInAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		logIns, openings := 0, 0
		client, err := losant.NewClient("", losant.WithUserLogin(userCredentials()), losant.WithHTTPClient(&http.Client{
			Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
				if request.URL.Path == "/auth/user" {
					logIns++
					return respond(http.StatusOK, fmt.Sprintf(`{"token":"token-%d"}`, logIns))(request)
				}
				if openings++; openings == 2 {
					return respond(http.StatusUnauthorized, `{}`)(request)
				}
				assert.Equal(t, fmt.Sprintf("Bearer token-%d", logIns), request.Header.Get("Authorization"))
				return respond(http.StatusOK, aState(openings), "Content-Type", "text/event-stream")(request)
			}),
		}))
		require.NoError(t, err)

		states, errs := statesOf(t.Context(), client, 2)

		assert.Empty(t, errs)
		assert.Equal(t, []any{1.0, 3.0}, states)
		assert.Equal(t, 2, logIns)
	})
}

// FuzzStream: whatever a server says, the loop ends, and with one error that is the last.
func FuzzStream(f *testing.F) {
	f.Add([]byte(aState(1)))
	f.Add([]byte("event: deviceState\ndata: []\n\n:\r\rid: 7\n"))
	f.Add([]byte("retry: 99999\n\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		synctest.Test(t, func(t *testing.T) {
			openings := 0
			client, err := losant.NewClient(secretToken, losant.WithHTTPClient(&http.Client{
				Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
					if openings++; openings > 1 {
						return respond(http.StatusNotFound, "")(request)
					}
					return respond(http.StatusOK, string(stream), "Content-Type", "text/event-stream")(request)
				}),
			}))
			require.NoError(t, err)
			var last error
			for state, err := range client.Device.StateStream(t.Context(), applicationID, userID) {
				assert.Equal(t, err != nil, state == nil)
				last = err
			}
			require.Error(t, last)
		})
	})
}
