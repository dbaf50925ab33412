package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/losant-go/losant/benchmarks/contenders"
)

// job is what a client process is to do.
type job struct {
	Client     string `json:"client"`
	Action     string `json:"action"`
	URL        string `json:"url"`
	Path       string `json:"path"`  // of the resource, for clients that do not know it
	Token      string `json:"token"` // likewise
	Goroutines int    `json:"goroutines"`
	Calls      int    `json:"calls"`
}

// outcome is how it went. The first call, which is not counted, has opened a connection.
type outcome struct {
	Elapsed time.Duration `json:"elapsed"`
	CPU     time.Duration `json:"cpu"` // of the process, user and system
	P50     time.Duration `json:"p50"`
	P99     time.Duration `json:"p99"`
}

// load does one job.
func load(in io.Reader, out io.Writer) error {
	var j job
	if err := json.NewDecoder(in).Decode(&j); err != nil {
		return err
	}
	at := slices.IndexFunc(contenders.All(), func(c contenders.Contender) bool { return c.Name == j.Client })
	if at < 0 {
		return fmt.Errorf("there is no client %q", j.Client)
	}
	call := contenders.All()[at].New(j.URL, nil)[j.Action]
	if call == nil || j.Calls < 1 || j.Goroutines < 1 {
		return fmt.Errorf("cannot do %+v", j)
	}
	result, err := j.do(context.Background(), call)
	if err != nil {
		return fmt.Errorf("%s %s: %w", j.Client, j.Action, err)
	}
	return json.NewEncoder(out).Encode(result)
}

func (j job) do(ctx context.Context, call contenders.Call) (outcome, error) {
	if err := call(ctx); err != nil {
		return outcome{}, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var (
		workers   sync.WaitGroup
		next      atomic.Int64
		latencies = make([]time.Duration, j.Calls)
	)
	spent, err := cpuTime()
	if err != nil {
		return outcome{}, err
	}
	started := time.Now()
	for range j.Goroutines {
		workers.Go(func() {
			for n := next.Add(1); n <= int64(j.Calls) && ctx.Err() == nil; n = next.Add(1) {
				began := time.Now()
				if err := call(ctx); err != nil {
					cancel(err)
				}
				latencies[n-1] = time.Since(began)
			}
		})
	}
	workers.Wait()
	elapsed := time.Since(started)
	total, err := cpuTime()
	if err != nil || ctx.Err() != nil {
		return outcome{}, cmp.Or(context.Cause(ctx), err)
	}
	slices.Sort(latencies)
	return outcome{
		Elapsed: elapsed,
		CPU:     total - spent,
		P50:     latencies[j.Calls*50/100],
		P99:     latencies[j.Calls*99/100],
	}, nil
}
