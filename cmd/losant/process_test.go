//go:build unix

package main

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asProgram tells a test binary that it is to be the program: the test binary has both in it.
const asProgram = "RUN_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(start())
	}
	os.Exit(m.Run())
}

// process is the program as its users run it.
func process(t *testing.T, env map[string]string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := os.Executable()
	require.NoError(t, err)
	c := exec.CommandContext(t.Context(), path, args...) //nolint:gosec // the program under test
	c.Env = []string{
		asProgram + "=yes",
		"GOCOVERDIR=" + t.TempDir(), // without it, go test -cover writes to stderr
		"GORACE=atexit_sleep_ms=0",  // without it, go test -race takes a second for each process
	}
	for name, value := range env {
		c.Env = append(c.Env, name+"="+value)
	}
	return c
}

// Ctrl-C ends the program while it waits for stdin, which nothing else would do.
func TestSignalEndsTheWaitForStdin(t *testing.T) {
	t.Parallel()
	_, sh, app := server(t)
	c := process(t, sh.env, "devices.post", "-applicationId", app, "-body", "-")
	stdin, err := c.StdinPipe()
	require.NoError(t, err)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	require.NoError(t, c.Start())
	// More than a pipe holds: when it has gone, the program is reading.
	_, err = stdin.Write(bytes.Repeat([]byte(" "), 1<<20))
	require.NoError(t, err)
	require.NoError(t, c.Process.Signal(os.Interrupt))
	_ = c.Wait()
	assert.Equal(t, statusNoAnswer, c.ProcessState.ExitCode())
	assert.Equal(t, "losant: -body: interrupted: nothing was sent\n", stderr.String())
}

// A reader that has seen enough ends the program without a word; what has been done is said all the same.
func TestClosedPipe(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	s.Add("devices.post", []string{app}, map[string]any{"name": "Valve"})
	id, _ := s.Add("devices.post", []string{app}, map[string]any{"name": "Pump"})["id"].(string)
	for want, args := range map[string][]string{
		"": {"devices.get", "-applicationId", app, "-all"},
		"losant: device.delete was done, but its answer could not be written: ": {
			"device.delete", "-applicationId", app, "-deviceId", id, "-yes",
		},
	} {
		r, w, err := os.Pipe()
		require.NoError(t, err)
		require.NoError(t, r.Close())
		c := process(t, sh.env, args...)
		var stderr bytes.Buffer
		c.Stdout, c.Stderr = w, &stderr
		_ = c.Run()
		require.NoError(t, w.Close())
		if want == "" {
			assert.Empty(t, stderr.String())
		}
		assert.True(t, strings.HasPrefix(stderr.String(), want), stderr.String())
		assert.Equal(t, statusRefused, c.ProcessState.ExitCode())
	}
}

// A stream that is interrupted ends well, and each event has been there at once.
func TestSignalEndsAStream(t *testing.T) {
	t.Parallel()
	s, sh, app := server(t)
	id, _ := s.Add("devices.post", []string{app}, map[string]any{"name": "Pump"})["id"].(string)
	c := process(t, sh.env, "device.stateStream", "-applicationId", app, "-deviceId", id)
	stdout, err := c.StdoutPipe()
	require.NoError(t, err)
	var stderr bytes.Buffer
	c.Stderr = &stderr
	require.NoError(t, c.Start())
	seen := make(chan struct{})
	go func() {
		_, _ = bufio.NewReader(stdout).ReadString('\n')
		close(seen)
		_, _ = io.Copy(io.Discard, stdout)
	}()
	for open := true; open; {
		sh.run(t.Context(), "device.sendState", "-applicationId", app, "-deviceId", id, "-body", `{"data": {"flow": 4.5}}`)
		select {
		case <-seen:
			open = false
		default:
		}
	}
	require.NoError(t, c.Process.Signal(syscall.SIGTERM))
	_ = c.Wait()
	assert.Equal(t, statusDone, c.ProcessState.ExitCode(), stderr.String())
	assert.Regexp(t, `^losant: interrupted after \d+ events\n$`, stderr.String())
}

func TestIsTerminal(t *testing.T) {
	t.Parallel()
	null, err := os.Open(os.DevNull)
	require.NoError(t, err)
	defer func() { _ = null.Close() }()
	assert.False(t, isTerminal(null), "the null device is nobody")
	assert.False(t, isTerminal(&bytes.Buffer{}))
	file, err := os.Create(t.TempDir() + "/file")
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	assert.False(t, isTerminal(file))
}
