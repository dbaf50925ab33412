package main

import (
	"context"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
)

// readInput reads what flags take from files and from stdin.
func (c *command) readInput(ctx context.Context) error {
	sources := map[string]*string{}
	if c.action.Body != nil && c.body != "" {
		sources["body"] = &c.body
	}
	onStdin := ""
	for _, a := range c.action.arguments {
		for i := range a.given {
			switch {
			case a.note.Secret, a.kind() == "json":
				sources[a.Name] = &a.given[i]
			case a.Type == "file" && a.given[i] == "-":
				onStdin = a.Name
			}
		}
	}
	inline := c.body
	for _, name := range slices.Sorted(maps.Keys(sources)) {
		source := sources[name]
		if *source == "-" {
			if onStdin != "" || c.each == "-" {
				return usagef("-%s takes stdin, which something else takes already", name)
			}
			onStdin = name
		}
		text, err := c.read(ctx, *source)
		if err != nil {
			return usagef("-%s: %w", name, err)
		}
		*source = text
	}
	if inline == "-" || strings.HasPrefix(inline, "@") {
		return nil
	}
	return c.checkInlineBody()
}

// read reads a file that is named with an @, stdin for -, and takes all else as it is.
func (c *command) read(ctx context.Context, source string) (string, error) {
	path, isFile := strings.CutPrefix(source, "@")
	if !isFile && source != "-" {
		return source, nil
	}
	in := c.stdin
	if isFile {
		file, err := os.Open(path) //nolint:gosec // the user names it
		if err != nil {
			return "", err
		}
		defer func() { _ = file.Close() }() // it has only been read
		in = file
	}
	text, err := readAll(ctx, in)
	return strings.TrimRight(string(text), "\r\n"), err
}

// readAll is io.ReadAll, which an interrupt ends.
func readAll(ctx context.Context, in io.Reader) ([]byte, error) {
	type result struct {
		text []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := io.ReadAll(in)
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done():
		return nil, &statusError{statusNoAnswer, "interrupted: nothing was sent"}
	}
}

// checkInlineBody refuses a body on the command line that has a secret in it.
func (c *command) checkInlineBody() error {
	if c.body == "" {
		return nil
	}
	_, secret := c.action.catalogue.names(c.action.Body.Schema)
	value, err := parseJSON([]byte(blank(c.body, c.each != "")))
	if err != nil {
		return nil //nolint:nilerr // the error is for the call, which says more
	}
	var found error
	visit(value, func(name string, value any) any {
		if secret[name] && value != nil && value != "" {
			found = usagef("-body: %s is a secret, and others can see the command line: give the body as @FILE, or as - on stdin", name)
		}
		return value
	})
	return found
}

// bodyValue is the body of one call.
func (c *command) bodyValue(row *row) (reflect.Value, error) {
	v := reflect.New(c.action.body).Elem()
	if c.body == "" {
		return v, nil
	}
	text, err := row.fill(c.body, true)
	if err == nil {
		err = c.action.catalogue.decode([]byte(text), v, c.action.Body.Schema)
	}
	if err != nil {
		return v, usagef("-body %w", err)
	}
	return v, nil
}
