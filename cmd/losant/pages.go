package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"

	"github.com/losant-go/losant"
)

// page prints all elements of a list, page for page.
func (c *command) page(ctx context.Context, in *input, p *printer, out *bufio.Writer) error {
	bar := c.newProgress("rows")
	err := c.pages(ctx, in, func(items []json.RawMessage, total int) error {
		for _, item := range items {
			if err := p.item(item); err != nil {
				return &unwritten{err}
			}
		}
		bar.add(len(items), total)
		if err := out.Flush(); err != nil {
			return &unwritten{err}
		}
		return nil
	})
	bar.clear()
	if !errors.As(err, new(*unwritten)) {
		if wrong := c.finish(p); wrong != nil {
			err = &unwritten{wrong}
		}
	}
	switch {
	case err == nil:
		bar.summary(c.program)
		return nil
	case ctx.Err() != nil:
		return &statusError{statusNoAnswer, "interrupted after " + bar.count()}
	case bar.done > 0 && !errors.As(err, new(*unwritten)):
		return &statusError{statusOf(err), fmt.Sprintf("after %s: %s", bar.count(), explain(err))}
	}
	return err
}

// unwritten is an error of the output.
type unwritten struct{ error }

func (e *unwritten) Error() string { return "the output could not be written: " + e.error.Error() }

func (e *unwritten) Unwrap() error { return e.error }

// pages calls show with the elements of each page, and how many there are on all of them, 0 when that is not known. It reads
// them from the body, and not from what the method yields: that would lose the order of properties.
func (c *command) pages(
	ctx context.Context, in *input, show func(items []json.RawMessage, total int) error,
) error {
	var response losant.Response
	left := 0 // elements of the page that are to be yielded
	for _, err := range c.invoke(ctx, c.pagesMethod(), in, losant.WithResponse(&response))[0].Seq2() {
		if err, _ := err.Interface().(error); err != nil {
			return err
		}
		if left > 0 {
			left--
			continue
		}
		var page struct {
			Items []json.RawMessage `json:"items"`
			Total int               `json:"totalCount"`
		}
		if err := json.Unmarshal(response.Body, &page); err != nil {
			return err
		}
		left = len(page.Items) - 1
		if err := show(page.Items, page.Total); err != nil {
			return err
		}
	}
	return nil
}

// pagesMethod is the method for all pages of a list.
func (c *command) pagesMethod() string {
	if c.action.method == "Get" {
		return "All"
	}
	return c.action.method + "All"
}

// follow prints the events of a stream, each at once, until it is interrupted.
func (c *command) follow(ctx context.Context, in *input, p *printer, out *bufio.Writer) error {
	n := 0
	err := c.events(ctx, in, func(event any, err error) error {
		if err != nil {
			c.say("an event is left out: " + explain(err))
			return nil
		}
		text, err := json.Marshal(event)
		if err == nil {
			err = p.item(text)
		}
		if err == nil {
			err = out.Flush()
		}
		if err != nil {
			return &unwritten{err}
		}
		n++
		return nil
	})
	if ctx.Err() == nil {
		return c.shown(err)
	}
	c.say(fmt.Sprintf("interrupted after %d events", n)) // which is how a stream ends
	return nil
}

// events calls show with each event of a stream, or with what is wrong with one.
func (c *command) events(ctx context.Context, in *input, show func(event any, err error) error) error {
	reconnect := losant.WithReconnect(func(err error) {
		c.say("the stream broke, and is opened again; what happens until then is lost: " + explain(err))
	})
	for event, failure := range c.invoke(ctx, c.action.method, in, reconnect)[0].Seq2() {
		err, _ := failure.Interface().(error)
		if err != nil && !errors.As(err, new(*losant.DecodeError)) {
			return err
		}
		if err := show(value(event), err); err != nil {
			return err
		}
	}
	return nil
}

// value is what a reflect.Value holds; nil for a nil pointer.
func value(v reflect.Value) any {
	if v.Kind() == reflect.Pointer && v.IsNil() {
		return nil
	}
	return v.Interface()
}
