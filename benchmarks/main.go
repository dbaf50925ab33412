// Command benchmarks measures the SDK over loopback beside net/http by hand and resty as its README shows it, and turns
// the figures into docs/performance.md and its chart.
//
//	go run . > results.txt              # what go test -bench prints; for benchstat -col /client
//	go run . -peers > results.txt       # with the official JavaScript client, after npm ci in peers
//	go run . report results.txt ../docs # the table in docs/performance.md, and docs/performance.svg
//
// The server is a process of its own, and so is every client of every round, which makes their CPU separable. In a
// round all clients do the same number of calls one after the other. The machine may be faster or slower in the next
// one: what is compared are the ratios within a round, and what is reported is their median.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"time"
)

// The roles of the processes that the program starts of itself.
const (
	roleServer = "serve"
	roleLoad   = "load"
	roleReport = "report"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "benchmarks:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	role := ""
	if len(args) > 0 {
		role = args[0]
	}
	switch role {
	case roleServer:
		return serve(os.Stdin, os.Stdout)
	case roleLoad:
		return load(os.Stdin, os.Stdout)
	case roleReport:
		if len(args) != 3 {
			return errors.New("report needs the file with the results and the folder with performance.md")
		}
		return report(args[1], args[2])
	}

	var plan plan
	flags := flag.NewFlagSet("benchmarks", flag.ContinueOnError)
	flags.IntVar(&plan.rounds, "rounds", 5, "how often each comparison is made")
	flags.IntVar(&plan.calls, "calls", 50_000, "calls of each client in each round")
	flags.StringVar(&plan.only, "only", "", "measure only what has this in its name, such as Get/user/http=1")
	flags.BoolVar(&plan.peers, "peers", false, "also measure the official JavaScript client")
	limit := flags.Duration("limit", time.Hour, "give up after this time")
	if err := flags.Parse(args); err != nil || flags.NArg() > 0 {
		return errors.Join(err, errors.New("see -help"))
	}
	ctx, cancel := context.WithTimeout(context.Background(), *limit)
	defer cancel()
	return plan.measure(ctx, os.Stdout)
}
