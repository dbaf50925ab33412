package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"
)

// decode decodes JSON into a type of the SDK. It refuses what would be lost on the way: properties that the type does not
// have, letter by letter, properties that come twice, and null where a property takes none.
func (c *catalogue) decode(text []byte, into reflect.Value, schema string) error {
	given, err := parseJSON(text)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into.Addr().Interface()); err != nil {
		return problem(err)
	}
	encoded, err := json.Marshal(into.Interface())
	if err != nil {
		return err
	}
	kept, err := parseJSON(encoded)
	if err != nil {
		return err
	}
	var names []string
	if schema != "" {
		names, _ = c.names(schema)
	}
	l := losses{names: names}
	l.compare("", given, kept)
	return l.err()
}

// parseJSON reads a JSON value, and refuses one that says something twice.
func parseJSON(text []byte) (any, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("is not valid UTF-8")
	}
	if err := json.Unmarshal(text, new(any)); err != nil {
		return nil, fmt.Errorf("is no JSON: %w", err)
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return nextValue(d)
}

func nextValue(d *json.Decoder) (any, error) {
	token, err := d.Token()
	object, array := map[string]any{}, []any{}
	for token == json.Delim('{') && d.More() {
		name, _ := d.Token() // all of it is valid
		key, _ := name.(string)
		if _, twice := object[key]; twice {
			return nil, fmt.Errorf("has the property %q twice in an object", key)
		}
		if object[key], err = nextValue(d); err != nil {
			return nil, err
		}
	}
	for token == json.Delim('[') && d.More() {
		element, err := nextValue(d)
		if err != nil {
			return nil, err
		}
		array = append(array, element)
	}
	switch token {
	case json.Delim('{'):
		_, err = d.Token()
		return object, err
	case json.Delim('['):
		_, err = d.Token()
		return array, err
	}
	return token, err
}

// visit replaces the value of each property in a JSON value by what f makes of it.
func visit(value any, f func(name string, value any) any) {
	switch value := value.(type) {
	case []any:
		for _, element := range value {
			visit(element, f)
		}
	case map[string]any:
		for name := range value {
			value[name] = f(name, value[name])
			visit(value[name], f)
		}
	}
}

// problem is an error of encoding/json in the words of JSON.
func problem(err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return errors.New(strings.TrimPrefix(err.Error(), "json: "))
	}
	kind, _, _ := strings.Cut(wrong.Value, " ") // what may follow is the value
	if wrong.Field == "" {
		return fmt.Errorf("cannot be a JSON %s here", kind)
	}
	return fmt.Errorf("%s cannot be a JSON %s here", wrong.Field, kind)
}

// losses are the parts of a JSON value that a type does not keep.
type losses struct {
	names   []string // of all properties that there are
	unknown []string // properties
	others  []string // what else is wrong
}

func (l *losses) compare(path string, given, kept any) {
	switch given := given.(type) {
	case map[string]any:
		kept, ok := kept.(map[string]any)
		if !ok {
			return // it was read as a value of its own, such as a {"$date"}
		}
		for _, name := range slices.Sorted(maps.Keys(given)) {
			below := strings.TrimPrefix(path+"."+name, ".")
			again, ok := kept[name]
			if !ok {
				l.lose(below, name, given[name])
				continue
			}
			l.compare(below, given[name], again)
		}
	case []any:
		array, ok := kept.([]any)
		if !ok && len(given) == 1 { // one of what may be many
			array = []any{kept}
		}
		for i := range given {
			if i < len(array) {
				l.compare(fmt.Sprintf("%s[%d]", path, i), given[i], array[i])
			}
		}
	case nil:
		if kept != nil {
			l.others = append(l.others, path+" cannot be null")
		}
	}
}

func (l *losses) lose(path, name string, value any) {
	switch {
	case !slices.Contains(l.names, name):
		l.unknown = append(l.unknown, path)
	case value == nil:
		l.others = append(l.others, path+" cannot be null: leave it out")
	case isEmpty(value):
		l.others = append(l.others, path+" is empty, which is not sent there: leave it out")
	default:
		l.unknown = append(l.unknown, path)
	}
}

func isEmpty(value any) bool {
	switch value := value.(type) {
	case []any:
		return len(value) == 0
	case map[string]any:
		return len(value) == 0
	}
	return value == "" || value == false || value == json.Number("0")
}

func (l *losses) err() error {
	if len(l.unknown) == 1 {
		name := l.unknown[0][strings.LastIndexByte(l.unknown[0], '.')+1:]
		others := slices.DeleteFunc(l.names, func(known string) bool { return known == name })
		l.others = append(l.others, "has no property "+l.unknown[0]+suggestion(name, others))
	} else if len(l.unknown) > 1 {
		l.others = append(l.others, fmt.Sprintf("has no properties %s: without them, it can be sent (jq 'del(.%s)')",
			strings.Join(l.unknown, ", "), strings.Join(l.unknown, ", .")))
	}
	if len(l.others) == 0 {
		return nil
	}
	return errors.New(strings.Join(l.others, "; "))
}

// encode is json.Marshal without the escapes for HTML.
func encode(value any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(value)
	return strings.TrimSuffix(b.String(), "\n"), err
}
