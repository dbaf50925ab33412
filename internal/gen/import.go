package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// importDescription reads the description in a folder, corrected as the overlay says, in normal form.
func importDescription(folder fs.FS, o *api.Overlay) (*api.Description, error) {
	raw, err := readFolder(folder)
	if err != nil {
		return nil, err
	}
	if err := raw.correct(o.Corrections); err != nil {
		return nil, err
	}
	r := &reader{schemas: map[string]*api.Schema{}}
	d := &api.Description{Version: o.Version}
	d.Actions, d.Scopes = r.actions(raw.find("actions"))
	r.used(raw.find("schemas"), d.Actions)
	if len(r.errors) > 0 {
		return nil, errors.Join(r.errors...)
	}
	d.Schemas = normalForm(r.schemas, d.Actions, o.Types)
	return d, nil
}

// readFolder reads a folder into one value: {"actions": {ID: ...}, "schemas": {NAME: ...}}.
func readFolder(folder fs.FS) (*node, error) {
	actions, schemas := &node{object: true}, &node{object: true}
	lines, err := fs.ReadFile(folder, "actions.jsonl")
	if err != nil {
		return nil, err
	}
	for i, line := range bytes.Split(bytes.TrimSpace(lines), []byte("\n")) {
		action, err := parse(line)
		if err != nil {
			return nil, fmt.Errorf("actions.jsonl:%d: %w", i+1, err)
		}
		id := textOf(action, "resource") + "." + textOf(action, "action")
		if actions.find(id) != nil {
			return nil, fmt.Errorf("actions.jsonl:%d: %s for the second time", i+1, id)
		}
		actions.names, actions.nodes = append(actions.names, id), append(actions.nodes, action)
	}
	files, err := fs.Glob(folder, "schemas/*.json")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		data, err := fs.ReadFile(folder, file)
		if err != nil {
			return nil, err
		}
		schema, err := parse(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		name := strings.TrimSuffix(path.Base(file), ".json")
		schemas.names, schemas.nodes = append(schemas.names, name), append(schemas.nodes, schema)
	}
	return &node{object: true, names: []string{"actions", "schemas"}, nodes: []*node{actions, schemas}}, nil
}

// textOf is a member of an object that is a string; "" if there is none.
func textOf(n *node, name string) string {
	member := n.find(name)
	if member == nil {
		return ""
	}
	return strings.Trim(member.String(), `"`)
}

// importFolder is losant.json as it follows from a folder and an overlay that says all there is to say.
func importFolder(folder fs.FS, o *api.Overlay) ([]byte, error) {
	d, err := importDescription(folder, o)
	if err != nil {
		return nil, err
	}
	if err := check(d, o); err != nil {
		return nil, err
	}
	return write(d)
}

// write is the description as it stands in the tree: one line a property or so, always the same.
func write(d *api.Description) ([]byte, error) {
	data, err := marshal(d)
	if err != nil {
		return nil, err
	}
	n, err := parse(data)
	if err != nil {
		return nil, err
	}
	return append(n.layout(nil, 0, 0), '\n'), nil
}
