package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// correct applies the corrections of an overlay, in their order.
func (n *node) correct(corrections []api.Correction) error {
	var all []error
	for _, c := range corrections {
		if err := n.correctOne(c); err != nil {
			all = append(all, fmt.Errorf("correction of %s: %w", c.At, err))
		}
	}
	return errors.Join(all...)
}

func (n *node) correctOne(c api.Correction) error {
	switch {
	case c.Flatten:
		return n.flatten(c.At)
	case c.Move != "":
		return n.move(c.Move, c.At)
	default:
		value, err := parse(c.Value)
		if err != nil {
			return err
		}
		if old := n.find(c.At); old != nil && old.String() == value.String() {
			return errors.New("it stands there already")
		}
		return n.set(c.At, value)
	}
}

// move puts the value at one path to another. Where that lies inside the value, the value is wrapped.
func (n *node) move(from, to string) error {
	old := n.find(from)
	if old == nil {
		return fmt.Errorf("%s is not there", from)
	}
	value := *old
	if strings.HasPrefix(to, from+"/") {
		*old = node{object: true}
	} else {
		n.remove(from)
	}
	return n.set(to, &value)
}

// flatten puts the elements of an array, which stands in an array, in its place.
func (n *node) flatten(path string) error {
	above, step := split(path)
	parent, i := n.find(above), -1
	if parent != nil && parent.isArray() {
		i, _ = strconv.Atoi(step)
	}
	if i < 0 || i >= len(parent.nodes) || !parent.nodes[i].isArray() {
		return errors.New("no list in a list")
	}
	parent.nodes = slices.Replace(parent.nodes, i, i+1, parent.nodes[i].nodes...)
	return nil
}
