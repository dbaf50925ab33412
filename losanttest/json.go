package losanttest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
)

// The values of a parsed JSON text are nil, bool, json.Number, string, []any and *object.

// object is a JSON object that knows the order of its properties, because error messages count them.
type object struct {
	names  []string
	values map[string]any
}

// set gives a property its value. As in JavaScript, a property that is set again keeps its place.
func (o *object) set(name string, value any) {
	if o.values == nil {
		o.values = map[string]any{}
	}
	if _, ok := o.values[name]; !ok {
		o.names = append(o.names, name)
	}
	o.values[name] = value
}

func (o *object) get(name string) (any, bool) {
	value, ok := o.values[name]
	return value, ok
}

// text is a member that is a text; "" for others.
func (o *object) text(name string) string {
	text, _ := o.values[name].(string)
	return text
}

// numberText is a member that is a number, as a text; "" for others.
func (o *object) numberText(name string) string {
	n, _ := o.values[name].(json.Number)
	return n.String()
}

// inOrder returns the names in the order of JavaScript's Object.keys: array indexes first, by number, then the others as
// they came.
func (o *object) inOrder() []string {
	var indexes, others []string
	for _, name := range o.names {
		if isArrayIndex(name) {
			indexes = append(indexes, name)
		} else {
			others = append(others, name)
		}
	}
	// Without zeros in front, the shorter number is the smaller one.
	slices.SortFunc(indexes, func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
	return append(indexes, others...)
}

// isArrayIndex reports whether JavaScript takes the name of a property for a number.
func isArrayIndex(name string) bool {
	n, err := strconv.ParseUint(name, 10, 32)
	return err == nil && n < math.MaxUint32 && strconv.FormatUint(n, 10) == name
}

// parseJSON parses a JSON text.
func parseJSON(text []byte) (any, error) {
	var raw json.RawMessage
	if err := json.Unmarshal(text, &raw); err != nil { // too deep is an error as well
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return nextValue(decoder), nil
}

// nextValue reads a value from a text that is known to be valid, so there is no error to look for.
func nextValue(decoder *json.Decoder) any {
	token, _ := decoder.Token()
	switch token {
	case json.Delim('['):
		array := []any{}
		for decoder.More() {
			array = append(array, nextValue(decoder))
		}
		_, _ = decoder.Token() // the closing bracket
		return array
	case json.Delim('{'):
		o := &object{}
		for decoder.More() {
			name, _ := decoder.Token()
			o.set(name.(string), nextValue(decoder))
		}
		_, _ = decoder.Token() // the closing brace
		return o
	default:
		return token
	}
}

// jsonText is a parsed value as JavaScript writes it.
func jsonText(value any) string {
	switch value := value.(type) {
	case json.Number:
		text, err := json.Marshal(number(value))
		if err != nil {
			return "null" // as JavaScript has it for infinity
		}
		return string(text)
	case []any:
		items := make([]string, len(value))
		for i, item := range value {
			items[i] = jsonText(item)
		}
		return "[" + strings.Join(items, ",") + "]"
	case *object:
		members := make([]string, 0, len(value.names))
		for _, name := range value.inOrder() {
			members = append(members, jsonText(name)+":"+jsonText(value.values[name]))
		}
		return "{" + strings.Join(members, ",") + "}"
	default: // nil, bool and string, which all have a text
		return string(jsonAnswer(0, value).body)
	}
}

// plain returns a parsed value with maps instead of objects. It shares nothing with it.
func plain(value any) any {
	switch value := value.(type) {
	case *object:
		m := make(map[string]any, len(value.names))
		for name, member := range value.values {
			m[name] = plain(member)
		}
		return m
	case []any:
		items := make([]any, len(value))
		for i, item := range value {
			items[i] = plain(item)
		}
		return items
	default:
		return value
	}
}

// isID reports whether a text is an id, which has 24 hexadecimal digits.
func isID(text string) bool {
	return len(text) == 24 && strings.Trim(text, "0123456789ABCDEFabcdef") == ""
}
