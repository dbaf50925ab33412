package interop_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tmaxmax/go-sse"

	"github.com/losant-go/losant"
)

const (
	someApplication = "575ec8687ae143cd83dc4a97"
	someDevice      = "575ecf887ae143cd83dc4aa2"
)

// eventServer is a server of events that is not ours. It ends the first stream after two states, and has two more for who
// says which was the last.
type eventServer struct {
	url  string
	seen func(n int)                   // is told of each state
	ids  func() (first, second string) // Last-Event-ID of two openings
}

func startBetterSSE(t *testing.T) eventServer {
	t.Helper()
	p := startNode(t, "events.js")
	var ready struct{ URL string }
	p.read(t, &ready)
	return eventServer{ready.URL, func(int) {}, func() (first, second string) {
		p.read(t, &first)
		p.read(t, &second)
		return first, second
	}}
}

func startGoSSE(t *testing.T) eventServer {
	t.Helper()
	replayer, err := sse.NewFiniteReplayer(10, true)
	require.NoError(t, err)
	events := &sse.Server{Provider: &sse.Joe{Replayer: replayer}}
	publish := func(name, data string) {
		message := &sse.Message{Type: sse.Type(name), Retry: 10 * time.Millisecond}
		message.AppendComment("a sign of life")
		message.AppendData(data)
		assert.NoError(t, events.Publish(message))
	}
	publishState := func(n int) {
		publish("deviceState", fmt.Sprintf("{\n  \"data\": {\"n\": %d,\n\"text\": \"ä\u2028\\n\"}\n}", n))
	}
	publish("other", "for somebody else")
	publishState(1)
	publishState(2)
	var ids []string
	two := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ids = append(ids, r.Header.Get("Last-Event-Id"))
		if len(ids) > 1 {
			events.ServeHTTP(w, r)
			return
		}
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		go func() {
			defer cancel()
			select {
			case <-two:
			case <-ctx.Done():
			}
		}()
		r.Header.Set("Last-Event-Id", "0") // or else it would have nothing of what has been
		events.ServeHTTP(w, r.WithContext(ctx))
		publishState(3)
		publishState(4)
	}))
	t.Cleanup(func() {
		server.Close()
		assert.NoError(t, events.Shutdown(context.WithoutCancel(t.Context())))
	})
	return eventServer{server.URL, func(n int) {
		if n == 2 {
			close(two)
		}
	}, func() (first, second string) { return ids[0], ids[1] }}
}

func TestStreamsOfServersOfOthers(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*testing.T) eventServer{"better-sse": startBetterSSE, "go-sse": startGoSSE} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := start(t)
			client, err := losant.NewClient("token", losant.WithBaseURL(server.url))
			require.NoError(t, err)
			t.Cleanup(client.CloseIdleConnections)
			var (
				numbers []any
				gaps    []error
			)
			for state, err := range client.Device.StateStream(t.Context(), someApplication, someDevice,
				losant.WithReconnect(func(err error) { gaps = append(gaps, err) })) {
				require.NoError(t, err)
				assert.Equal(t, "ä\u2028\n", state.Data["text"])
				numbers = append(numbers, state.Data["n"])
				server.seen(len(numbers))
				if len(numbers) == 4 {
					break
				}
			}

			assert.Equal(t, []any{1.0, 2.0, 3.0, 4.0}, numbers)
			require.Len(t, gaps, 1)
			require.ErrorContains(t, gaps[0], "the stream ended")
			first, second := server.ids()
			assert.Empty(t, first)
			assert.Equal(t, "2", second)
		})
	}
}
