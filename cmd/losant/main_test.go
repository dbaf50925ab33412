package main

import (
	"bytes"
	"context"
	"flag"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/losanttest"
)

var update = flag.Bool("update", false, "write what is compared with instead of comparing with it")

// shell is where a test runs the program.
type shell struct {
	env       map[string]string
	stdin     io.Reader
	stdout    io.Writer // nil for the result
	terminals []any     // the streams that a person sits at: "stdin", "stdout", "stderr"
	now       func() time.Time
}

// result is what became of the program.
type result struct {
	stdout, stderr string
	status         int
}

func (s shell) run(ctx context.Context, args ...string) result {
	var stdout, stderr bytes.Buffer
	p := &program{
		getenv: func(name string) string { return s.env[name] },
		stdin:  s.stdin, stdout: s.stdout, stderr: &stderr, now: s.now,
	}
	if p.stdin == nil {
		p.stdin = strings.NewReader("")
	}
	if p.stdout == nil {
		p.stdout = &stdout
	}
	if p.now == nil {
		p.now = time.Now
	}
	p.isTerminal = func(stream any) bool {
		name := map[any]any{p.stdin: "stdin", p.stdout: "stdout", p.stderr: "stderr"}[stream]
		return slices.Contains(s.terminals, name)
	}
	status := p.run(ctx, args)
	return result{stdout.String(), stderr.String(), status}
}

// server is a Losant API with an application, and a shell that knows it.
func server(t *testing.T) (s *losanttest.Server, sh shell, app string) {
	t.Helper()
	s = losanttest.NewServer()
	t.Cleanup(s.Close)
	app = s.AddApplication()
	return s, shell{env: map[string]string{tokenVariable: s.Token(), urlVariable: s.URL}}, app
}

// succeeds requires a status of 0.
func (r result) succeeds(t *testing.T) result {
	t.Helper()
	require.Zero(t, r.status, r.stderr)
	return r
}

// fails requires a status, nothing on stdout, and a single line on stderr.
func (r result) fails(t *testing.T, status int, text string) {
	t.Helper()
	assert.Equal(t, status, r.status, r.stderr)
	assert.Empty(t, r.stdout)
	assert.Contains(t, r.stderr, text)
	assert.Equal(t, 1, strings.Count(r.stderr, "\n"), r.stderr)
	assert.True(t, strings.HasPrefix(r.stderr, "losant: "), r.stderr)
}

func catalogueOf(t *testing.T) *catalogue {
	t.Helper()
	all, err := load()
	require.NoError(t, err)
	return all
}

func write(t *testing.T, file, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file) //nolint:gosec // a file of the test
	require.NoError(t, err)
	return string(text)
}
