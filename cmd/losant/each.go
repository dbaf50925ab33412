package main

import (
	"bufio"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"github.com/losant-go/losant"
)

// The columns that a file of failed lines has besides.
const (
	errorColumn   = "_error"
	appliedColumn = "_applied"
	mayBe         = "maybe"
)

// batch is the calls of -each.
type batch struct {
	*command
	columns []string
	rows    [][]string
	failed  [][]string // rows, with what is in the columns of failed lines
	worst   int        // exit status of all
	done    int
	stopped atomic.Bool // no more lines are sent
}

// outcome is what became of a call.
type outcome struct {
	cells  []string
	answer json.RawMessage
	err    error
}

// errNotSent is of a line that an interrupt, or an output that cannot be written, was faster than.
var errNotSent = &statusError{statusNoAnswer, "not sent"}

// runEach calls the action once for each line of a CSV file.
func (c *command) runEach(ctx context.Context) error {
	b := &batch{command: c}
	file, err := b.failedFile()
	if err != nil {
		return err
	}
	if err := b.read(ctx); err != nil {
		return err
	}
	if err := b.check(); err != nil {
		return err
	}
	if err := c.confirm(ctx, len(b.rows)); err != nil {
		return err
	}
	if c.dryRun {
		c.parallel = 1 // so that requests are shown in order
	}
	keep, err := b.keeper(file)
	if err != nil {
		return err
	}
	bar := c.newProgress("calls")
	written := b.print(b.calls(ctx), bar)
	bar.clear()
	if err := keep(); err != nil {
		return err
	}
	return b.result(ctx, written, file)
}

// read reads the file of lines.
func (b *batch) read(ctx context.Context) error {
	source := "@" + b.each
	if b.each == "-" {
		source = "-"
	}
	text, err := b.command.read(ctx, source)
	if err != nil {
		return usagef("-each: %w", err)
	}
	if !utf8.ValidString(text) {
		return usagef("-each: %s is not valid UTF-8", b.each)
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil {
		return usagef("-each: %s: %w", b.each, err)
	}
	if len(lines) == 0 {
		return usagef("-each: %s has no line with the names of the columns", b.each)
	}
	b.columns, b.rows = lines[0], lines[1:]
	for i, name := range b.columns {
		if slices.Contains(b.columns[:i], name) {
			return usagef("-each: %s has the column %q twice", b.each, name)
		}
	}
	return b.checkApplied()
}

// checkApplied refuses to send lines again that may have been applied: only people can find that out.
func (b *batch) checkApplied() error {
	i := slices.Index(b.columns, appliedColumn)
	if i < 0 || b.again {
		return nil
	}
	n := 0
	for _, cells := range b.rows {
		if cells[i] == mayBe {
			n++
		}
	}
	if n > 0 {
		return usagef("-each: %d of the lines may have been applied (%s is %s). Look, and take out those that were; "+
			"-again sends the rest", n, appliedColumn, mayBe)
	}
	return nil
}

// check finds placeholders that no column is for, before anything is sent.
func (b *batch) check() error {
	texts := []string{b.body}
	for _, a := range b.action.arguments {
		texts = append(texts, a.given...)
	}
	for _, text := range texts {
		_, err := substitute(text, false, func(name string, _ bool) (string, error) {
			if !slices.Contains(b.columns, name) {
				return "", usagef("-each: %s has no column %q%s", b.each, name, suggestion(name, b.columns))
			}
			return "", nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// calls makes the calls, some at a time, and gives their outcomes in the order of the lines.
func (b *batch) calls(ctx context.Context) <-chan chan outcome {
	order := make(chan chan outcome, b.parallel-1) // and the one that is waited for
	go func() {
		defer close(order)
		for _, cells := range b.rows {
			one := make(chan outcome, 1)
			order <- one
			go func() { one <- b.one(ctx, cells) }()
		}
	}()
	return order
}

// one makes the call of a line.
func (b *batch) one(ctx context.Context, cells []string) outcome {
	if ctx.Err() != nil || b.stopped.Load() {
		return outcome{cells, nil, errNotSent}
	}
	in, err := b.input(&row{b.columns, cells})
	if err != nil {
		return outcome{cells, nil, err}
	}
	defer in.close()
	answer, err := b.call(ctx, in)
	return outcome{cells, answer, b.named(err)}
}

// print prints the answers, and keeps the lines that failed. It returns what went wrong with the output: then no more
// lines are sent.
func (b *batch) print(outcomes <-chan chan outcome, bar *progress) (wrong error) {
	out := bufio.NewWriter(b.stdout)
	p := b.newPrinter(out)
	for one := range outcomes {
		o := <-one
		if o.err != nil {
			b.fail(o)
		} else {
			b.done++
		}
		switch {
		case wrong != nil:
		case errors.As(o.err, new(*unwritten)): // of a dry run
			wrong = o.err
		case o.err == nil:
			wrong = errors.Join(p.answer(o.answer), out.Flush())
		}
		b.stopped.Store(wrong != nil)
		bar.add(1, len(b.rows))
	}
	if wrong == nil {
		wrong = b.finish(p)
	}
	return wrong
}

// fail keeps a line that failed.
func (b *batch) fail(o outcome) {
	b.worst = max(b.worst, statusOf(o.err))
	applied := ""
	var api *losant.APIError
	var transport *losant.TransportError
	if errors.As(o.err, &api) && api.Applied == losant.MaybeApplied ||
		errors.As(o.err, &transport) && transport.Applied == losant.MaybeApplied {
		applied = mayBe
	}
	b.failed = append(b.failed, append(slices.Clone(o.cells), oneLine(explain(o.err)), applied))
}

// failedFile is the name of the file for lines that failed. That of a file of failed lines is the file itself: what is done
// leaves it. Any other must not be there yet: it would have the lines of an earlier run.
func (b *batch) failedFile() (string, error) {
	const suffix = ".failed.csv"
	file := b.command.failed
	switch {
	case file != "":
	case b.each == "-":
		return "", usagef("-each reads stdin: give the -failed FILE for the lines that fail")
	case strings.HasSuffix(b.each, suffix):
		file = b.each
	default:
		file = strings.TrimSuffix(b.each, filepath.Ext(b.each)) + suffix
	}
	if _, err := os.Lstat(file); err == nil && file != b.each && !b.dryRun {
		return "", usagef("%s is there already, with lines that failed before: give it to -each, or delete it", file)
	}
	return file, nil
}

// keeper returns what writes the lines that failed as a file that -each takes; without any, there is none. It makes sure
// that this will be possible before anything is sent.
func (b *batch) keeper(path string) (keep func() error, err error) {
	if b.dryRun {
		return func() error { return nil }, nil
	}
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*") // which nobody else can read
	if err != nil {
		return nil, usagef("there is no place for lines that fail: %w", err)
	}
	return func() error {
		err := errors.Join(b.writeFailed(file), file.Close())
		switch {
		case err != nil:
			return err
		case len(b.failed) > 0:
			return os.Rename(file.Name(), path)
		case path == b.each:
			err = os.Remove(path)
		}
		return errors.Join(err, os.Remove(file.Name()))
	}, nil
}

func (b *batch) writeFailed(to io.Writer) error {
	w := csv.NewWriter(to)
	mine := func(name string) bool { return name == errorColumn || name == appliedColumn }
	keep := func(cells []string) (kept []string) { // all but what an earlier run has added
		for i, cell := range cells {
			if i >= len(b.columns) || !mine(b.columns[i]) {
				kept = append(kept, cell)
			}
		}
		return kept
	}
	lines := [][]string{append(keep(b.columns), errorColumn, appliedColumn)}
	for _, cells := range b.failed {
		lines = append(lines, keep(cells))
	}
	return w.WriteAll(lines)
}

// result is how all of it ended.
func (b *batch) result(ctx context.Context, written error, file string) error {
	text := fmt.Sprintf("%s of %s calls were done", grouped(b.done), grouped(len(b.rows)))
	if b.dryRun {
		text = fmt.Sprintf("%s of %s calls could be made", grouped(b.done), grouped(len(b.rows)))
	}
	if ctx.Err() != nil {
		text = "interrupted: " + text
	}
	if len(b.failed) > 0 {
		text += fmt.Sprintf(". The first that was not: %s", b.failed[0][len(b.columns)])
		if !b.dryRun {
			text += fmt.Sprintf(". Those that were not are in %s, for -each", file)
		}
	}
	switch {
	case written != nil && b.dryRun:
		return &unwritten{written}
	case written != nil:
		return &statusError{statusRefused, fmt.Sprintf("the output could not be written: %v: %s", written, text)}
	case b.worst != statusDone:
		return &statusError{b.worst, text}
	case !b.dryRun:
		b.say(text)
	}
	return nil
}
