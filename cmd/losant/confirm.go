package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
)

// confirm asks before something is deleted. Where nobody can answer, -yes has to.
func (c *command) confirm(ctx context.Context, calls int) error {
	if !c.action.destroys() || c.yes || c.dryRun {
		return nil
	}
	if !c.isTerminal(c.stdin) || !c.isTerminal(c.stderr) {
		return usagef("%s cannot be undone: run it again with -yes, or with -dry-run to see what it would send", c.action.ID())
	}
	question := fmt.Sprintf("%s: %s Go on? [y/N] ", c.action.ID(), c.action.note.Summary)
	if calls > 1 {
		question = fmt.Sprintf("%s, %d times: %s Go on? [y/N] ", c.action.ID(), calls, c.action.note.Summary)
	}
	_, _ = io.WriteString(c.stderr, question)
	answer := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(c.stdin).ReadString('\n') // none is a no
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case yes := <-answer:
		if yes == "y" || yes == "yes" {
			return nil
		}
		return usagef("nothing was sent")
	case <-ctx.Done():
		_, _ = io.WriteString(c.stderr, "\n")
		return &statusError{statusNoAnswer, "interrupted: nothing was sent"}
	}
}
