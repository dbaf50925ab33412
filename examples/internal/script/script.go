// Package script is what the command-line examples have in common: commands and their flags, exit statuses, JSON on
// stdout, errors in one line, and the demo.
package script

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/losant-go/losant"
)

// Program is a command-line program with the commands get, patch and delete for one resource of an application.
type Program[Patch any] struct {
	// Name is the name of the program.
	Name string
	// Resource is what Losant calls the resource: "experienceUser".
	Resource string
	// DemoID is the id that -demo acts on unless -id says otherwise.
	DemoID string

	// Fields binds the flags of patch to the fields of p.
	Fields func(f *Fields, p *Patch)

	// Get, Patch and Delete call the API, and return the JSON to print.
	Get    Call
	Patch  PatchCall[Patch]
	Delete Call
}

// Call is one call of the API, and returns the JSON to print.
type Call func(ctx context.Context, c *losant.Client, applicationID, id string) (json.RawMessage, error)

// PatchCall is a Call with a patch.
type PatchCall[Patch any] func(
	ctx context.Context, c *losant.Client, applicationID, id string, patch Patch,
) (json.RawMessage, error)

// Run runs the program that its process was started as, and returns the exit status. An interrupt ends the call.
func Run[Patch any](p Program[Patch]) (status int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	names := names{"applicationId": "-application", p.Resource + "Id": "-id"}
	answer, err := p.run(ctx, os.Args[1:], names)
	if err == nil {
		err = printJSON(os.Stdout, answer)
	}
	if err == nil || errors.Is(err, flag.ErrHelp) {
		return statusDone
	}
	fmt.Fprintln(os.Stderr, oneLine(p.Name+": "+explain(err, names)))
	return statusOf(err)
}

// run does what the arguments say.
func (p Program[Patch]) run(ctx context.Context, args []string, names names) (json.RawMessage, error) {
	if len(args) == 0 {
		return nil, usageErrorf("a command is missing: give get, patch or delete, or -h to read about them")
	}
	command, args := args[0], args[1:]
	flags := flag.NewFlagSet(command, flag.ContinueOnError)
	flags.SetOutput(io.Discard) // its texts have several lines
	target := newTarget(flags, p.DemoID)
	var prepare func() (Call, error) // after the flags have been parsed
	switch command {
	case "get":
		prepare = func() (Call, error) { return p.Get, nil }
	case "patch":
		prepare = p.preparePatch(flags, names)
	case "delete":
		prepare = p.prepareDelete(flags)
	case "-h", "-help", "--help", "help":
		p.help()
		return nil, flag.ErrHelp
	default:
		return nil, usageErrorf("there is no command %q: give get, patch or delete", command)
	}

	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		p.helpCommand(flags)
		return nil, err
	case err != nil:
		return nil, usageErrorf("%w; %s %s -h lists the flags", err, p.Name, command)
	case flags.NArg() > 0:
		return nil, usageErrorf("%q is neither a flag nor the value of one; %s %s -h lists the flags",
			flags.Arg(0), p.Name, command)
	}
	if err := target.check(); err != nil {
		return nil, err
	}
	call, err := prepare()
	if err != nil {
		return nil, err
	}
	client, closeClient, err := target.client(names)
	if err != nil {
		return nil, err
	}
	defer closeClient()
	return call(ctx, client, target.application, target.id)
}

// preparePatch adds the flags of patch. The function it returns makes a patch of them, and the call that sends it.
func (p Program[Patch]) preparePatch(flags *flag.FlagSet, names names) func() (Call, error) {
	var patch Patch
	fields := &Fields{flags: flags, resource: p.Resource, names: names}
	p.Fields(fields, &patch)
	fields.addClear()
	source := flags.String("json", "", "read the whole patch as JSON from stdin, when given `-`; instead of flags")
	return func() (Call, error) {
		var err error
		switch {
		case *source == "":
			err = fields.finish(os.Stdin)
		case *source != "-":
			err = usageErrorf("-json takes only -, and reads stdin: %s patch ... -json - <FILE", p.Name)
		case len(fields.given()) > 0:
			err = usageErrorf("-json is the whole patch: leave out %s", fields.given()[0])
		default:
			err = decodePatch(os.Stdin, &patch)
			fields.forget()
		}
		return func(ctx context.Context, c *losant.Client, applicationID, id string) (json.RawMessage, error) {
			return p.Patch(ctx, c, applicationID, id, patch)
		}, err
	}
}

// prepareDelete adds the flag of delete.
func (p Program[Patch]) prepareDelete(flags *flag.FlagSet) func() (Call, error) {
	yes := flags.Bool("yes", false, "delete without being asked to confirm; needed only when stdin is a terminal")
	return func() (Call, error) {
		if !*yes && isTerminal(os.Stdin) {
			return nil, usageErrorf("delete cannot be undone: run it again with -yes")
		}
		return p.Delete, nil
	}
}

// isTerminal reports whether somebody may sit at the other end of f. The null device, which cron and systemd give their
// programs, is a character device too.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// printJSON prints the answer as Losant gave it, indented.
func printJSON(out io.Writer, answer json.RawMessage) error {
	var text bytes.Buffer
	if err := json.Indent(&text, answer, "", "  "); err != nil {
		return err
	}
	text.WriteByte('\n')
	_, err := text.WriteTo(out)
	return err
}
