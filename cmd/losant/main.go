// Losant calls any action of the Losant API from a shell.
//
//	go run ./cmd/losant -demo devices.get -o table
//
//	export LOSANT_API_TOKEN=...
//	go run ./cmd/losant devices.get -applicationId ID -filterField name -filter 'pump*'
//
// losant help says what there is; docs/cli.md has all of it. Scripts that branch on the exit status install the program
// first (go install github.com/losant-go/losant/cmd/losant@latest): go run itself exits with 1 whatever went wrong.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

//go:generate go test -run ^TestDocumentation$ . -update

func main() {
	os.Exit(start())
}

// start runs the program that its process was started as. The first interrupt ends what is going on, the second one the
// process.
func start() (status int) {
	surviveBrokenPipes()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop)
	p := &program{
		getenv: os.Getenv, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, isTerminal: isTerminal,
		now: time.Now,
	}
	return p.run(ctx, os.Args[1:])
}

// program is what the command has of the world around it.
type program struct {
	getenv         func(string) string
	stdin          io.Reader
	stdout, stderr io.Writer
	// isTerminal reports whether a person is at the other end of stdin, stdout or stderr.
	isTerminal func(stream any) bool
	now        func() time.Time
}

// run does what the arguments say, and returns the exit status.
func (p *program) run(ctx context.Context, args []string) (status int) {
	err := p.do(ctx, args)
	if text := explain(err); text != "" {
		p.say(text)
	}
	return statusOf(err)
}

func (p *program) do(ctx context.Context, args []string) error {
	var s settings
	flags := s.flags()
	args, err := parse(flags, args)
	if err != nil {
		return err
	}
	all, err := load()
	if err != nil {
		return err
	}
	switch {
	case len(args) == 0 && s.help:
		return p.print(all.help())
	case len(args) == 0:
		_, _ = io.WriteString(p.stderr, all.help())
		return &statusError{statusUsage, ""}
	case args[0] == "help":
		return p.showHelp(all, args[1:])
	}
	a, err := all.action(args[0])
	if err != nil {
		return err
	}
	c := &command{program: p, settings: &s, action: a}
	return c.run(ctx, flags, args[1:])
}

// print writes what the user asked for.
func (p *program) print(text string) error {
	_, err := io.WriteString(p.stdout, text)
	return err
}

// say writes a line for the user that is no part of the output.
func (p *program) say(text string) {
	_, _ = io.WriteString(p.stderr, "losant: "+oneLine(text)+"\n")
}

// isTerminal reports whether somebody may sit at the other end of a stream. The null device, which cron and systemd give
// their programs, is a character device, too.
func isTerminal(stream any) bool {
	file, ok := stream.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}
