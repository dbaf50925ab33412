//go:build unix

package benchmarks

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const goroutines = 64

// action is what is measured of a client.
type action struct {
	name string
	call func(client, context.Context) (any, error)
}

func actions() []action {
	return []action{
		{"Get", func(c client, ctx context.Context) (any, error) { return c.get(ctx) }},
		{"SendState", func(c client, ctx context.Context) (any, error) { return c.sendState(ctx) }},
	}
}

// BenchmarkLoopback compares the clients over the loopback interface, with calls of many goroutines at once. The server
// is a process of its own, so that the CPU time of this one is the clients'. They take turns in an order of chance: none
// has a place of its own.
func BenchmarkLoopback(b *testing.B) {
	server := startServer(b)
	for _, c := range []struct {
		protocol int
		url      string
		actions  []action
	}{
		{1, server.HTTP1, actions()},
		{2, server.HTTP2, actions()[:1]},
	} {
		for _, action := range c.actions {
			name := fmt.Sprintf("%s/http=%d/goroutines=%d/client=", action.name, c.protocol, goroutines)
			inAnyOrder(contenders(), func(contender contender) {
				b.Run(name+contender.name, func(b *testing.B) {
					client := contender.dial(c.url)
					defer client.CloseIdleConnections()
					server.measure(b, func(ctx context.Context) error {
						_, err := action.call(client, ctx)
						return err
					})
				})
			})
		}
	}
	if _, err := os.Stat("peers/node_modules"); err != nil {
		b.Log("without the JavaScript client: run npm ci in peers")
		return
	}
	inAnyOrder([]string{"losant-rest", "losant-rest-axios1"}, func(peer string) {
		b.Run(fmt.Sprintf("Get/http=1/goroutines=%d/client=%s", goroutines, peer), func(b *testing.B) {
			server.measurePeer(b, peer)
		})
	})
}

func inAnyOrder[T any](all []T, do func(T)) {
	for _, i := range rand.Perm(len(all)) { //nolint:gosec // no secret
		do(all[i])
	}
}

// measure makes b.N calls and reports what they cost. One more, which does not count, opens the first connection: many
// first calls at once would each open one over HTTP/2, of which net/http keeps one.
func (s *server) measure(b *testing.B, call func(context.Context) error) {
	b.Helper()
	s.opened(b)
	require.NoError(b, call(b.Context()))
	b.SetParallelism(max(1, goroutines/runtime.GOMAXPROCS(0)))
	b.ReportAllocs()
	before := cpuTime(b)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := call(b.Context()); err != nil {
				b.Error(err)
				return
			}
		}
	})
	s.report(b, b.Elapsed(), cpuTime(b)-before)
}

// measurePeer lets a process of Node.js make b.N calls with Losant's JavaScript client, in one of its versions.
func (s *server) measurePeer(b *testing.B, peer string) {
	b.Helper()
	s.opened(b)
	//nolint:gosec // a program of this folder
	node := exec.CommandContext(b.Context(), "node", "losant-rest.js", peer, s.HTTP1, userPath, token,
		strconv.Itoa(b.N), strconv.Itoa(goroutines))
	node.Dir, node.Stderr = "peers", os.Stderr
	output, err := node.Output()
	require.NoError(b, err)
	var spent struct {
		Elapsed time.Duration `json:"elapsed"`
		CPU     time.Duration `json:"cpu"`
	}
	require.NoError(b, json.Unmarshal(output, &spent))
	s.report(b, spent.Elapsed, spent.CPU)
}

func (s *server) report(b *testing.B, elapsed, cpu time.Duration) {
	b.Helper()
	calls := float64(b.N)
	b.ReportMetric(float64(elapsed)/calls, "ns/op")
	b.ReportMetric(calls/elapsed.Seconds(), "calls/s")
	b.ReportMetric(float64(cpu)/calls, "cpu-ns/op")
	b.ReportMetric(float64(s.opened(b)), "conns")
}

// cpuTime is what this process has used, in user and system mode.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
