package api

import (
	"encoding/json"
	"fmt"
)

// Index is the description for programs that need few of its schemas: they are read when they are asked for, which makes
// it several times faster to load than the whole.
type Index struct {
	// Description is the description without its schemas.
	Description

	schemas map[string][]byte
}

// LoadIndex returns an index of the description of the tree.
func LoadIndex() (*Index, error) {
	parts := members(description)
	x := &Index{schemas: members(parts["schemas"])}
	for name, part := range map[string]any{"version": &x.Version, "scopes": &x.Scopes, "actions": &x.Actions} {
		if err := json.Unmarshal(parts[name], part); err != nil {
			return nil, fmt.Errorf("losant.json: %s: %w", name, err)
		}
	}
	return x, nil
}

// Schema returns the schema of a name; nil when there is none.
func (x *Index) Schema(name string) (*Schema, error) {
	data, ok := x.schemas[name]
	if !ok {
		return nil, nil
	}
	var s Schema
	if err := json.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("losant.json: %s: %w", name, err)
	}
	s.setRequired()
	return &s, nil
}

// members splits the text of a JSON object, which has to be valid and without escapes in its names, into its members. It
// does not look at their values but for the brackets and quotes in them.
func members(object []byte) map[string][]byte {
	result := map[string][]byte{}
	depth, start, name := 0, -1, ""
	for i := 0; i < len(object); i++ {
		switch object[i] {
		case '"':
			end := stringEnd(object, i)
			if depth == 1 && start < 0 {
				name = string(object[i+1 : end])
			}
			i = end
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 && start >= 0 {
				result[name] = object[start:i]
			}
		case ':':
			if depth == 1 {
				start = i + 1
			}
		case ',':
			if depth == 1 {
				result[name], start = object[start:i], -1
			}
		}
	}
	return result
}

// stringEnd is the index of the quote that ends the string which begins at start.
func stringEnd(text []byte, start int) int {
	for i := start + 1; ; i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
}
