// Command mutate is the test of the tests: it makes small mistakes in the code written by hand, one at a time in a copy of
// the tree, and names those which no test notices.
//
//	go run ./internal/mutate -n 300 -seed 1
//
// A mistake that cannot be noticed has its reason in missed.txt. It exits with 1 if there is one without a reason.
package main

import (
	"bytes"
	"context"
	_ "embed"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// missed are the mistakes that no test can notice, or should: a line with the mistake, and an indented one with the reason.
//
//go:embed missed.txt
var missed string

// judges are the commands that have to notice a mistake in the files of a folder, the quickest first.
var judges = map[string][]string{
	"internal/rest": {"go test FLAGS ./internal/rest", "go test FLAGS ."},
	"internal/gen": {
		"go test FLAGS ./internal/gen",
		"go run ./internal/gen && git diff --exit-code -- . ':!internal/gen'",
		`test -z "$LOSANT_DESCRIPTION" || go test -tags official FLAGS ./internal/gen`, // with make official's folder
	},
	".": {"go test FLAGS ."},
}

const (
	testFlags = "-vet=off -failfast -count=1 -timeout 5m"
	limit     = 10 * time.Minute // of a judge that a mistake keeps from coming to an end
)

func main() {
	number := flag.Int("n", 300, "the number of mistakes; some of them do not compile")
	seed := flag.Uint64("seed", 1, "chooses which")
	workers := flag.Int("workers", 2, "how many to try at once, each in a copy of the tree")
	only := flag.String("only", "", "a regular expression: only mistakes whose name it matches")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	unnoticed, err := run(ctx, os.Stdout, *number, *seed, *workers, regexp.MustCompile(*only))
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, "mutate:", err)
		os.Exit(2)
	case unnoticed > 0:
		os.Exit(1)
	}
}

// run tries the mistakes and returns how many went unnoticed without a reason.
func run(ctx context.Context, out io.Writer, number int, seed uint64, workers int, only *regexp.Regexp) (int, error) {
	sample, err := choose(number, seed, only)
	if err != nil {
		return 0, err
	}
	queue := make(chan mutation)
	tally := tally{out: out}
	var group sync.WaitGroup
	errs := make([]error, workers)
	for i := range workers {
		group.Go(func() { errs[i] = work(ctx, queue, &tally) })
	}
	for _, m := range sample {
		select {
		case queue <- m:
		case <-ctx.Done():
		}
	}
	close(queue)
	group.Wait()
	fmt.Fprintf(out, "%d mistakes: %d noticed, %d missed for a reason, %d missed; %d did not compile\n",
		tally.tried(), tally.noticed, tally.reasoned, tally.missed, tally.broken)
	for _, err := range errs {
		if err != nil && ctx.Err() == nil {
			return 0, err
		}
	}
	return tally.missed, nil
}

// choose returns a sample of the mistakes that can be made, from each folder as many as from the others.
func choose(number int, seed uint64, only *regexp.Regexp) ([]mutation, error) {
	var sample []mutation
	folders := slices.Sorted(maps.Keys(judges))
	for i, folder := range folders {
		all, err := candidates(folder)
		if err != nil {
			return nil, err
		}
		all = slices.DeleteFunc(all, func(m mutation) bool { return !only.MatchString(m.String()) })
		random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a sample that can be had again
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		share := (number + len(folders) - 1 - i) / len(folders)
		sample = append(sample, all[:min(share, len(all))]...)
	}
	return sample, nil
}

// candidates returns the mistakes that can be made in the code of a folder that is written by hand.
func candidates(folder string) ([]mutation, error) {
	var all []mutation
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		source, err := os.ReadFile(name) //nolint:gosec // of this tree
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(name, "_test.go") || bytes.HasPrefix(source, []byte("// Code generated")) {
			continue
		}
		some, err := mutations(name, source)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b mutation) int { return strings.Compare(a.String(), b.String()) })
	return all, nil
}

// tally counts what became of the mistakes.
type tally struct {
	out io.Writer

	sync.Mutex
	noticed, reasoned, missed, broken int
}

func (t *tally) tried() int {
	t.Lock()
	defer t.Unlock()
	return t.noticed + t.reasoned + t.missed
}

func (t *tally) add(m mutation, o outcome, took time.Duration) {
	t.Lock()
	defer t.Unlock()
	switch {
	case o == broken:
		t.broken++
		return
	case o == noticed:
		t.noticed++
	case strings.Contains(missed, m.String()+"\n"):
		t.reasoned++
		o = "missed for a reason"
	default:
		t.missed++
	}
	fmt.Fprintf(t.out, "%4ds %s: %s\n", int(took.Seconds()), o, m)
}

type outcome string

const (
	broken    outcome = "does not compile"
	noticed   outcome = "noticed"
	unnoticed outcome = "MISSED"
)

// work tries mistakes from the queue in a copy of the tree of its own.
func work(ctx context.Context, queue <-chan mutation, tally *tally) error {
	copied, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(copied) }()
	if output, err := exec.CommandContext(ctx, "git", "clone", "-q", ".", copied).CombinedOutput(); err != nil { //nolint:gosec // a folder of its own
		return fmt.Errorf("git clone: %w: %s", err, output)
	}
	for m := range queue {
		started := time.Now()
		o, err := try(ctx, copied, m)
		if err != nil {
			for range queue {
			}
			return err
		}
		tally.add(m, o, time.Since(started))
	}
	return nil
}

// try makes one mistake in the copy, asks the judges, and takes it back.
func try(ctx context.Context, copied string, m mutation) (outcome, error) {
	path := filepath.Join(copied, m.file)
	source, err := os.ReadFile(path) //nolint:gosec // in the copy
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(path, m.apply(source), 0o600); err != nil { //nolint:gosec // in the copy
		return "", err
	}
	defer func() { _ = exec.Command("git", "-C", copied, "checkout", "-q", ".").Run() }() //nolint:gosec,noctx // also when interrupted
	folder := filepath.Dir(m.file)
	if shell(ctx, copied, "go build ./"+folder) != nil {
		return broken, ctx.Err()
	}
	for _, judge := range judges[folder] {
		if shell(ctx, copied, strings.Replace(judge, "FLAGS", testFlags, 1)) != nil {
			return noticed, ctx.Err()
		}
	}
	return unnoticed, ctx.Err()
}

func shell(ctx context.Context, folder, command string) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	c := exec.CommandContext(ctx, "sh", "-c", command) //nolint:gosec // one of the judges
	c.Dir, c.WaitDelay = folder, time.Second
	return c.Run()
}
