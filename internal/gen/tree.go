package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// node is a JSON value whose objects keep their order: a scalar, an object or an array.
type node struct {
	scalar json.RawMessage
	object bool
	names  []string // of an object, beside nodes
	nodes  []*node
}

// parse reads one JSON value.
func parse(data []byte) (*node, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	n, err := parseNext(decoder)
	if err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return n, nil
}

func parseNext(decoder *json.Decoder) (*node, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, err
	}
	delimiter, ok := token.(json.Delim)
	if !ok {
		scalar, err := marshal(token)
		return &node{scalar: scalar}, err
	}
	n := &node{object: delimiter == '{'}
	for decoder.More() {
		if n.object {
			name, err := decoder.Token()
			if err != nil {
				return nil, err
			}
			if slices.Contains(n.names, name.(string)) {
				return nil, fmt.Errorf("%q twice in an object", name)
			}
			n.names = append(n.names, name.(string))
		}
		child, err := parseNext(decoder)
		if err != nil {
			return nil, err
		}
		n.nodes = append(n.nodes, child)
	}
	_, err = decoder.Token()
	return n, err
}

// marshal is json.Marshal without the escapes for HTML.
func marshal(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

func (n *node) isArray() bool { return n.scalar == nil && !n.object }

func (n *node) String() string { return string(n.compact(nil)) }

// compact appends the value on one line.
func (n *node) compact(b []byte) []byte {
	if n.scalar != nil {
		return append(b, n.scalar...)
	}
	b = append(b, n.brackets()[0])
	for i, child := range n.nodes {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = child.compact(n.name(b, i))
	}
	return append(b, n.brackets()[1])
}

// layout appends the value on one line if it fits there, or else with a line for each of its parts, so that versions can be
// compared. indent is how many levels deep it stands, lead how much of its line is taken.
func (n *node) layout(b []byte, indent, lead int) []byte {
	const width = 120
	start := len(b)
	if b = n.compact(b); n.scalar != nil || len(n.nodes) == 0 || lead+len(b)-start < width {
		return b
	}
	b = append(b[:start], n.brackets()[0])
	for i, child := range n.nodes {
		b = append(append(b, '\n'), strings.Repeat(" ", indent+1)...)
		line := len(b)
		b = n.name(b, i)
		b = child.layout(b, indent+1, indent+1+len(b)-line)
		if i < len(n.nodes)-1 {
			b = append(b, ',')
		}
	}
	b = append(append(b, '\n'), strings.Repeat(" ", indent)...)
	return append(b, n.brackets()[1])
}

func (n *node) brackets() string {
	if n.object {
		return "{}"
	}
	return "[]"
}

func (n *node) name(b []byte, i int) []byte {
	if n.object {
		name, _ := marshal(n.names[i]) // a string
		b = append(append(b, name...), ": "...)
	}
	return b
}

// index is where the step of a path leads to: a name in an object; in an array, an index or the name of an element.
func (n *node) index(step string) int {
	step = strings.ReplaceAll(step, "~1", "/")
	if n.object {
		return slices.Index(n.names, step)
	}
	if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(n.nodes) {
		return i
	}
	return slices.IndexFunc(n.nodes, func(element *node) bool {
		i := slices.Index(element.names, "name")
		return i >= 0 && element.nodes[i].String() == strconv.Quote(step)
	})
}

// find returns the value at a path, and nil where there is none.
func (n *node) find(path string) *node {
	for step := range strings.SplitSeq(path, "/") {
		i := n.index(step)
		if i < 0 {
			return nil
		}
		n = n.nodes[i]
	}
	return n
}

// split cuts the last step off a path.
func split(path string) (parent, step string) {
	i := strings.LastIndexByte(path, '/')
	return path[:max(i, 0)], path[i+1:]
}

// set puts a value at a path, whose parent there must be.
func (n *node) set(path string, value *node) error {
	if old := n.find(path); old != nil {
		*old = *value
		return nil
	}
	above, step := split(path)
	parent := n.find(above)
	if parent == nil || !parent.object {
		return fmt.Errorf("%s is not there", above)
	}
	parent.names = append(parent.names, strings.ReplaceAll(step, "~1", "/"))
	parent.nodes = append(parent.nodes, value)
	return nil
}

// remove takes the value at a path out of its object or array.
func (n *node) remove(path string) {
	above, step := split(path)
	parent := n.find(above)
	i := parent.index(step)
	if parent.object {
		parent.names = slices.Delete(parent.names, i, i+1)
	}
	parent.nodes = slices.Delete(parent.nodes, i, i+1)
}
