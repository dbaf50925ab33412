package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/api"
)

// The environment variables, as Losant's own tools call them.
const (
	tokenVariable = "LOSANT_API_TOKEN"
	urlVariable   = "LOSANT_API_URL"
)

// command is an action with what it is called with.
type command struct {
	*program
	*settings
	action *action
	body   string // the flag, then the text of the body
	client *losant.Client
}

// run reads the flags behind the action, and does what they say.
func (c *command) run(ctx context.Context, given *flag.FlagSet, args []string) error {
	flags := c.flags(given)
	rest, err := parse(flags, args)
	switch {
	case err != nil:
		return fmt.Errorf("%w; losant help %s lists the flags", err, c.action.ID())
	case c.help:
		return c.print(c.action.help())
	case len(rest) > 0:
		return usagef("%q is neither a flag nor the value of one; losant help %s lists the flags", rest[0], c.action.ID())
	}
	return c.named(c.start(ctx))
}

// start makes the client, and calls the action.
func (c *command) start(ctx context.Context) error {
	for _, step := range []func() error{c.check, c.complete, c.checkSecrets} {
		if err := step(); err != nil {
			return err
		}
	}
	client, end, err := c.connect()
	if err != nil {
		return err
	}
	defer end()
	c.client = client
	if err := c.readInput(ctx); err != nil {
		return err
	}
	if c.each != "" {
		return c.runEach(ctx)
	}
	if err := c.confirm(ctx, 1); err != nil {
		return err
	}
	return c.runOnce(ctx)
}

// named is an error in which what is wrong has the names that it has here.
func (c *command) named(err error) error {
	var invalid *losant.ValidationError
	if !errors.As(err, &invalid) {
		return err
	}
	names := map[string]string{
		"token": tokenVariable, "WithBaseURL": urlVariable, "WithTimeout": "-timeout", "WithLosantDomain": "-losantdomain",
	}
	for _, a := range c.action.arguments {
		names[a.Name] = "-" + a.Name
	}
	problems := make([]string, len(invalid.Violations))
	for i, v := range invalid.Violations {
		end := strings.IndexAny(v.Field+".", ".[")
		name, ok := names[v.Field[:end]]
		if !ok {
			name = "-body: " + v.Field[:end]
		}
		problems[i] = name + v.Field[end:] + " " + strings.TrimSuffix(v.Problem, ", unless WithInsecureHTTP is given")
	}
	return usagef("%s", strings.Join(problems, "; "))
}

// flags are those of the settings, and those of the action.
func (c *command) flags(given *flag.FlagSet) *flag.FlagSet {
	f := flag.NewFlagSet(c.action.ID(), flag.ContinueOnError)
	f.SetOutput(io.Discard)
	given.VisitAll(func(g *flag.Flag) { f.Var(g.Value, g.Name, g.Usage) })
	for _, a := range c.action.arguments {
		f.Var(a, a.Name, a.note.Doc)
	}
	if c.action.Body != nil {
		f.StringVar(&c.body, "body", "", "`JSON` of the body, or @FILE, or - for stdin")
	}
	return f
}

// connect makes the client: for the API that the environment names, or one of the demo.
func (c *command) connect() (client *losant.Client, end func(), err error) {
	options := []losant.Option{
		losant.WithUserAgent("losant-cli"), losant.WithTimeout(c.timeout), losant.WithLosantDomain(c.domain),
		losant.WithLinks(c.links), losant.WithActions(c.actions), losant.WithEmbedded(c.embedded),
	}
	if c.dryRun {
		options = append(options, losant.WithTransport(c.showRequests), losant.WithMaxAttempts(1))
	}
	if c.demo {
		return c.startDemo(options)
	}
	token := c.getenv(tokenVariable)
	switch {
	case token == "" && c.action.NoToken:
		options = append(options, losant.WithoutToken())
	case token == "" && c.dryRun:
		token = "none"
	case token == "":
		return nil, nil, usagef("%s is not set: put an API token into it, or give -demo to try without one", tokenVariable)
	}
	if url := c.getenv(urlVariable); url != "" {
		options = append(options, losant.WithBaseURL(url))
	}
	client, err = losant.NewClient(token, options...)
	return client, func() {}, err
}

// runOnce calls the action, and prints what it answers.
func (c *command) runOnce(ctx context.Context) error {
	in, err := c.input(nil)
	if err != nil {
		return err
	}
	defer in.close()
	out := bufio.NewWriter(c.stdout)
	p := c.newPrinter(out)
	switch {
	case c.action.streams():
		return c.follow(ctx, in, p, out)
	case c.all && !c.dryRun:
		return c.page(ctx, in, p, out)
	}
	answer, err := c.call(ctx, in)
	if err != nil {
		return err
	}
	if err = p.answer(answer); err == nil {
		err = c.finish(p)
	}
	if err != nil {
		return c.unwritten(err)
	}
	return nil
}

// unwritten is the error for a call whose answer could not be written: what it has done is done.
func (c *command) unwritten(err error) error {
	if c.action.note.Class == "read" {
		return fmt.Errorf("the answer could not be written: %w", err)
	}
	return &statusError{statusRefused, fmt.Sprintf(
		"%s was done, but its answer could not be written: %v", c.action.ID(), err)}
}

// input is what one call is given.
type input struct {
	arguments []reflect.Value // of the method, without the context and options
	options   []losant.CallOption
	files     []*os.File
}

func (in *input) close() {
	for _, f := range in.files {
		_ = f.Close() // it has only been read
	}
}

// input makes the arguments of the method of the flags. A row is a line of -each; nil for none.
func (c *command) input(row *row) (in *input, err error) {
	in = &input{}
	defer func() {
		if err != nil {
			in.close()
		}
	}()
	var params, form reflect.Value
	if c.action.params != nil {
		params = reflect.New(c.action.params).Elem()
	}
	if c.action.form != nil {
		form = reflect.New(c.action.form).Elem()
	}
	for _, a := range c.action.arguments {
		if len(a.given) == 0 {
			continue
		}
		value, err := c.valueOf(a, row, in)
		switch {
		case err != nil:
			return in, err
		case a.In == api.InForm:
			form.FieldByIndex(a.field.Index).Set(value)
		case a.required():
			in.arguments = append(in.arguments, value)
		default:
			params.FieldByIndex(a.field.Index).Set(value)
		}
	}
	if params.IsValid() {
		in.options = append(in.options, params.Interface().(losant.CallOption))
	}
	if c.action.body != nil {
		body, err := c.bodyValue(row)
		if err != nil {
			return in, err
		}
		in.arguments = append(in.arguments, body)
	}
	if form.IsValid() {
		in.arguments = append(in.arguments, form)
	}
	return in, nil
}

// valueOf is the value of a flag for a line of -each. Of a file, it is the opened file.
func (c *command) valueOf(a *argument, row *row, in *input) (reflect.Value, error) {
	texts := make([]string, len(a.given))
	for i, text := range a.given {
		var err error
		if texts[i], err = row.fill(text, a.kind() == "json"); err != nil {
			return reflect.Value{}, usagef("-%s: %w", a.Name, err)
		}
	}
	if a.Type != "file" {
		return a.value(texts)
	}
	if texts[0] == "-" {
		return reflect.ValueOf(losant.Upload{Name: a.Name, Content: c.stdin}), nil
	}
	file, err := os.Open(texts[0])
	if err != nil {
		return reflect.Value{}, usagef("-%s: %w", a.Name, err)
	}
	in.files = append(in.files, file)
	return reflect.ValueOf(losant.Upload{Name: filepath.Base(texts[0]), Content: file}), nil
}

// method is a method of the client, by the name that it has behind that of the action.
func (c *command) method(name string) reflect.Value {
	service := reflect.ValueOf(c.client.Services).FieldByName(c.action.service)
	return service.MethodByName(name)
}

// invoke calls a method of the client.
func (c *command) invoke(
	ctx context.Context, method string, in *input, more ...losant.CallOption,
) []reflect.Value {
	arguments := append([]reflect.Value{reflect.ValueOf(ctx)}, in.arguments...)
	for _, o := range append(in.options, more...) {
		arguments = append(arguments, reflect.ValueOf(o))
	}
	return c.method(method).Call(arguments)
}

// call calls the action once, and returns the whole answer.
func (c *command) call(ctx context.Context, in *input) (json.RawMessage, error) {
	var response losant.Response
	results := c.invoke(ctx, c.action.method, in, losant.WithResponse(&response))
	if err, _ := results[1].Interface().(error); err != nil {
		return nil, c.shown(err)
	}
	return raw(&response, results[0].Interface())
}

// raw is the whole of what a call answered.
func raw(response *losant.Response, result any) (json.RawMessage, error) {
	if response.StatusCode < 300 {
		return response.Body, nil // empty when there is none
	}
	return json.Marshal(result) // a Delete that found its work done has no answer of its own
}
