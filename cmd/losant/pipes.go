//go:build !js

package main

import (
	"os"
	"os/signal"
	"syscall"
)

// surviveBrokenPipes makes a write to a stdout that nobody reads an error, in place of the end of the process: stderr can
// still say what was done.
func surviveBrokenPipes() { signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE) }
