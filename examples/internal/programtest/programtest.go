// Package programtest builds an example and runs it as a process, as its users do.
package programtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// Program is the program of the package under test.
type Program struct {
	path string
	main func()
}

// Result is what became of a process.
type Result struct {
	Stdout, Stderr string
	Status         int
}

// Test builds the program, runs the tests and returns the status to exit with. It is for TestMain. The main function of
// the program is not called, but linked into the tests: go test then knows that results of an older program are stale.
func (p *Program) Test(m *testing.M, main func()) (status int) {
	p.main = main
	directory, err := os.MkdirTemp("", "example-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(directory) }()
	p.path = filepath.Join(directory, "program.exe") // the suffix is for Windows, and does no harm elsewhere
	//nolint:gosec // the one variable is the path that it has just made
	build := exec.CommandContext(context.Background(), "go", "build", "-o", p.path, ".")
	if output, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v: %s", err, output)
		return 1
	}
	return m.Run()
}

// Command is the program, ready to start. It sees no environment but env, and ends with the test.
func (p *Program) Command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	command := exec.CommandContext(t.Context(), p.path, args...) //nolint:gosec // the program under test
	command.Env = append([]string{}, env...)                     // nil would be the environment of the test
	return command
}

// Run runs the program to its end. A nil stdin is the null device.
func (p *Program) Run(t *testing.T, stdin io.Reader, env []string, args ...string) Result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command := p.Command(t, env, args...)
	command.Stdin, command.Stdout, command.Stderr = stdin, &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return Result{Stdout: stdout.String(), Stderr: stderr.String(), Status: command.ProcessState.ExitCode()}
}
