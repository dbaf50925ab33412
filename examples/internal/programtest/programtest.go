// Package programtest runs an example as a process, as its users do.
package programtest

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"testing"

	"github.com/stretchr/testify/require"
)

// variable tells a test binary that it is to be the program.
const variable = "RUN_AS_PROGRAM"

// Result is what became of a process.
type Result struct {
	Stdout, Stderr string
	Status         int
}

// Main runs the tests or, in a process that [Command] made, the program: the test binary has both in it. It is for
// TestMain.
func Main(m *testing.M, main func()) {
	if os.Getenv(variable) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// Command is the program, ready to start. It sees no environment of the test's but env, and ends with the test.
func Command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := os.Executable()
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), path, args...) //nolint:gosec // the program under test
	command.Env = append([]string{
		variable + "=yes",
		"GOCOVERDIR=" + t.TempDir(), // without it, go test -cover writes to stderr
		"GORACE=atexit_sleep_ms=0",  // without it, go test -race takes a second for each process
	}, env...)
	return command
}

// Run runs the program to its end. A nil stdin is the null device.
func Run(t *testing.T, stdin io.Reader, env []string, args ...string) Result {
	t.Helper()
	var stdout, stderr bytes.Buffer
	command := Command(t, env, args...)
	command.Stdin, command.Stdout, command.Stderr = stdin, &stdout, &stderr
	err := command.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return Result{Stdout: stdout.String(), Stderr: stderr.String(), Status: command.ProcessState.ExitCode()}
}
