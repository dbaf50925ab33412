package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// row is a line of the file of -each.
type row struct {
	columns []string
	cells   []string
}

// placeholder is {name}: what a cell is put in place of. It is no JSON outside of strings.
var placeholder = regexp.MustCompile(`\{([\pL\pN_][\pL\pN_ .-]*)\}`)

// isPlaceholder reports whether a text is nothing but a placeholder.
func isPlaceholder(text string) bool {
	return placeholder.FindString(text) == text
}

// fill puts the cells of a row in place of the placeholders. In JSON, a cell in a string is escaped, and one that stands for
// itself has to be JSON. {{name}}, which is Losant's own template, stays as it is. Without a row, all does.
func (r *row) fill(text string, isJSON bool) (string, error) {
	if r == nil {
		return text, nil
	}
	return substitute(text, isJSON, func(name string, inString bool) (string, error) {
		i := slices.Index(r.columns, name)
		switch {
		case i < 0:
			return "", fmt.Errorf("there is no column %q%s", name, suggestion(name, r.columns))
		case !isJSON:
			return r.cells[i], nil
		case inString:
			return escaped(r.cells[i]), nil
		case !json.Valid([]byte(r.cells[i])):
			return "", fmt.Errorf("{%s} stands outside of a string: its cell has to be JSON, and %q is none", name, r.cells[i])
		}
		return r.cells[i], nil
	})
}

// blank is a text with nothing in place of its placeholders.
func blank(text string, isTemplate bool) string {
	if !isTemplate {
		return text
	}
	blank, _ := substitute(text, true, func(_ string, inString bool) (string, error) {
		if inString {
			return "", nil
		}
		return "null", nil
	})
	return blank
}

func substitute(text string, isJSON bool, by func(name string, inString bool) (string, error)) (string, error) {
	var b strings.Builder
	var problems []error
	end := 0
	for _, at := range placeholder.FindAllStringSubmatchIndex(text, -1) {
		if at[0] > 0 && text[at[0]-1] == '{' {
			continue
		}
		b.WriteString(text[end:at[0]])
		cell, err := by(text[at[2]:at[3]], isJSON && endsInString(text[:at[0]]))
		if err != nil {
			problems = append(problems, err)
		}
		b.WriteString(cell)
		end = at[1]
	}
	b.WriteString(text[end:])
	return b.String(), errors.Join(problems...)
}

// endsInString reports whether the beginning of a JSON text ends inside a string.
func endsInString(text string) (inside bool) {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '"':
			inside = !inside
		case text[i] == '\\' && inside:
			i++
		}
	}
	return inside
}

// escaped is a text as it stands between the quotes of a JSON string.
func escaped(text string) string {
	quoted, _ := encode(text) // a string can always be encoded
	return strings.TrimSuffix(strings.TrimPrefix(quoted, `"`), `"`)
}
