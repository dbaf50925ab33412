package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/losant-go/losant/benchmarks/contenders"
)

// The official JavaScript client, by its name in peers/package.json: as it was published, and with the axios that its
// current release, 4.2.0, sends with.
const (
	peerPublished = "losant-rest"
	peerCurrent   = "losant-rest-axios1"
	peerScript    = "peers/losant-rest.js"
)

// plan is what to measure.
type plan struct {
	rounds int
	calls  int
	only   string
	peers  bool
}

// scenario is one comparison.
type scenario struct {
	action     string
	http       int
	goroutines int
}

// headline is the comparison that the targets are about.
var headline = scenario{"Get/user", 1, 64}

// headlineRounds is how many times as often it is made as the others.
const headlineRounds = 3

func (s scenario) String() string {
	return fmt.Sprintf("Loopback/%s/http=%d/goroutines=%d", s.action, s.http, s.goroutines)
}

// scenarios are the headline first, then the other actions, then HTTP/2.
func (p plan) scenarios() (all []scenario) {
	for _, action := range contenders.Actions() {
		all = append(all, scenario{action, 1, 64}, scenario{action, 1, 1})
	}
	all = append(all, scenario{"Get/user", 2, 64}, scenario{"Get/user", 2, 1})
	var wanted []scenario
	for _, s := range all {
		if strings.Contains(s.String(), p.only) {
			wanted = append(wanted, s)
		}
	}
	return wanted
}

// clients are the names of those that take part, in the order of a round. Every round begins with another one, so that
// none has a place of its own.
func (p plan) clients(s scenario, round int) (names []string) {
	for _, c := range contenders.All() {
		names = append(names, c.Name)
	}
	if p.peers && s == headline {
		names = append(names, peerPublished, peerCurrent)
	}
	first := round % len(names)
	return slices.Concat(names[first:], names[:first])
}

// measure carries out the plan and writes a line for every client of every round, in the format of go test -bench.
func (p plan) measure(ctx context.Context, out io.Writer) error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	server, stop, err := startServer(ctx, program)
	if err != nil {
		return err
	}
	defer stop()
	folder, err := os.MkdirTemp("", "losant-benchmarks")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	certificate := filepath.Join(folder, "certificate.pem")
	if err := os.WriteFile(certificate, []byte(server.Certificate), 0o600); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "pkg: github.com/losant-go/losant/benchmarks\ngo: %s\ncpus: %d\ndate: %s\n",
		runtime.Version(), runtime.NumCPU(), time.Now().Format(time.DateOnly))
	if err != nil {
		return err
	}
	for _, s := range p.scenarios() {
		rounds := p.rounds
		if s == headline {
			rounds *= headlineRounds
		}
		for round := range rounds {
			fmt.Fprintf(os.Stderr, "%v, round %d of %d\n", s, round+1, rounds)
			for _, client := range p.clients(s, round) {
				line, err := p.round(ctx, program, server, certificate, s, client)
				if err != nil {
					return err
				}
				if _, err := fmt.Fprintln(out, line); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// round lets one client do its calls in a process of its own, and returns the result line.
func (p plan) round(
	ctx context.Context, program string, server *server, certificate string, s scenario, client string,
) (string, error) {
	const limit = 5 * time.Minute
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	command := exec.CommandContext(ctx, program, roleLoad)
	if client == peerPublished || client == peerCurrent {
		command = exec.CommandContext(ctx, "node", peerScript)
	}
	j := job{
		Client: client, Action: s.action, URL: server.HTTP1, Path: contenders.Path(s.action), Token: contenders.Token,
		Goroutines: s.goroutines, Calls: p.calls,
	}
	if s.http == 2 {
		j.URL = server.HTTP2
	}
	input, err := json.Marshal(j)
	if err != nil {
		return "", err
	}
	command.Stdin = bytes.NewReader(input)
	command.Stderr = os.Stderr
	command.Env = append(os.Environ(), "SSL_CERT_FILE="+certificate) // trusts the server, with every client as it is
	if _, err := server.opened(); err != nil {
		return "", err
	}
	output, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("%v: %s: %w", s, client, err)
	}
	connections, err := server.opened()
	if err != nil {
		return "", err
	}
	var r outcome
	if err := json.Unmarshal(output, &r); err != nil {
		return "", fmt.Errorf("%v: %s: %w", s, client, err)
	}
	calls := float64(p.calls)
	return fmt.Sprintf("Benchmark%v/client=%s-%d\t%d\t%.0f ns/op\t%.0f calls/s\t%.0f cpu-ns/op"+
		"\t%d conns\t%d p50-ns\t%d p99-ns",
		s, client, runtime.GOMAXPROCS(0), p.calls, float64(r.Elapsed)/calls, calls/r.Elapsed.Seconds(),
		float64(r.CPU)/calls, connections, r.P50, r.P99), nil
}
