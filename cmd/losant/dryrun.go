package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

var errDryRun = errors.New("nothing is sent in a dry run")

// hidden stands in place of what is secret.
const hidden = "(hidden)"

// transport is an http.RoundTripper.
type transport func(*http.Request) (*http.Response, error)

func (t transport) RoundTrip(r *http.Request) (*http.Response, error) { return t(r) }

// showRequests is a transport that prints requests in place of sending them.
func (c *command) showRequests(http.RoundTripper) http.RoundTripper {
	return transport(func(r *http.Request) (*http.Response, error) {
		text, err := c.shownRequest(r)
		if err != nil {
			return nil, err
		}
		if err := c.print(text); err != nil {
			return nil, &unwritten{err}
		}
		return nil, errDryRun
	})
}

// shown is the error of a call: in a dry run, it is that of the output, if any.
func (c *command) shown(err error) error {
	var output *unwritten
	switch {
	case errors.Is(err, errDryRun):
		return nil
	case errors.As(err, &output):
		return output
	}
	return err
}

// shownRequest is a request as it goes over the wire, but for what is secret.
func (c *command) shownRequest(r *http.Request) (string, error) {
	var b strings.Builder
	target := *r.URL
	target.RawQuery = c.shownQuery(target.RawQuery)
	fmt.Fprintf(&b, "%s %s\n", r.Method, &target)
	header := r.Header.Clone()
	if header.Get("Authorization") != "" {
		header.Set("Authorization", "Bearer "+hidden)
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		fmt.Fprintf(&b, "%s: %s\n", name, strings.Join(header[name], ", "))
	}
	if r.Body == nil {
		return b.String() + "\n", nil
	}
	defer func() { _ = r.Body.Close() }()
	b.WriteString("\n")
	kind, parameters, _ := mime.ParseMediaType(header.Get("Content-Type"))
	if kind == "multipart/form-data" {
		err := showForm(&b, multipart.NewReader(r.Body, parameters["boundary"]))
		return b.String(), err
	}
	body, err := io.ReadAll(r.Body)
	b.WriteString(c.shownBody(body) + "\n")
	return b.String(), err
}

// shownQuery is a query without the values that are secret.
func (c *command) shownQuery(query string) string {
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, _, _ := strings.Cut(pair, "=")
		for _, a := range c.action.arguments {
			if a.note.Secret && url.QueryEscape(a.Name) == name {
				pairs[i] = name + "=" + hidden
			}
		}
	}
	return strings.Join(pairs, "&")
}

// shownBody is a body, indented, without the values that are secret.
func (c *command) shownBody(body []byte) string {
	_, secret := c.action.catalogue.names(c.action.Body.Schema)
	value, err := parseJSON(body)
	if err != nil {
		return hidden // it has just been encoded
	}
	found := false
	visit(value, func(name string, value any) any {
		if secret[name] {
			found = true
			return hidden
		}
		return value
	})
	text := string(body)
	if found {
		text, _ = encode(value) // it has just been decoded
	}
	var b bytes.Buffer
	_ = json.Indent(&b, []byte(text), "", "  ")
	return b.String() + "\n"
}

// showForm writes the parts of a form, and of a file how long it is.
func showForm(b *strings.Builder, form *multipart.Reader) error {
	for {
		part, err := form.NextPart()
		if errors.Is(err, io.EOF) {
			b.WriteString("\n")
			return nil
		}
		if err != nil {
			return err
		}
		if part.FileName() != "" {
			n, err := io.Copy(io.Discard, part)
			if err != nil {
				return err
			}
			fmt.Fprintf(b, "%s: file %q, %d bytes\n", part.FormName(), part.FileName(), n)
			continue
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "%s: %s\n", part.FormName(), text)
	}
}
