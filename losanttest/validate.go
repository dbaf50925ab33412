package losanttest

import (
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
)

// violation is a rule that a value breaks.
type violation struct {
	field   string // what leads to it from the value that was checked: ".name", ".0", "[keys1.0]"
	message string
}

// Error is how Losant words it.
func (v *violation) Error() string { return strings.TrimPrefix(v.field, ".") + " " + v.message }

// at returns the violation as seen from the value around, which has it at step.
func (v *violation) at(step string) *violation {
	if v != nil {
		v.field = step + v.field
	}
	return v
}

func broken(message string) *violation { return &violation{message: message} }

// check returns the first rule that a value breaks, in the order and the words of Losant's validator; nil when it breaks
// none. The value is one of parseJSON's.
func (s *schema) check(value any) *violation {
	if len(s.types) > 0 && !slices.ContainsFunc(s.types, func(t jsonType) bool { return t.has(value) }) {
		return broken("is the wrong type")
	}
	return cmp.Or(
		s.checkFormat(value),
		s.checkRequired(value),
		s.checkUnique(value),
		s.checkEnum(value),
		s.checkAdditional(value),
		s.checkItems(value),
		s.checkPatterns(value),
		s.checkPattern(value),
		s.checkAlternatives(value),
		s.checkCounts(value),
		s.checkLength(value),
		s.checkRange(value),
		s.checkProperties(value),
	)
}

// has reports whether a value is of a type.
func (t jsonType) has(value any) bool {
	switch value := value.(type) {
	case nil:
		return t == typeNull
	case bool:
		return t == typeBoolean
	case string:
		return t == typeString
	case []any:
		return t == typeArray
	case json.Number:
		n := number(value)
		return t == typeNumber && !math.IsInf(n, 0) || t == typeInteger && n == math.Floor(n)
	default:
		return t == typeObject
	}
}

// number is a number of JavaScript: one that is too large is infinite.
func number(n json.Number) float64 {
	f, _ := strconv.ParseFloat(n.String(), 64)
	return f
}

// isLonger reports whether a text has more characters than allowed, in which case the checks of its form are not made: the
// check of its length will fail.
func (s *schema) isLonger(text string) bool {
	return s.maxLength != nil && utf16Length(text) > *s.maxLength
}

func (s *schema) checkFormat(value any) *violation {
	text, ok := value.(string)
	if !ok || s.format == nil || s.format.short && s.isLonger(text) || s.format.valid(text) {
		return nil
	}
	return broken("must be " + s.format.name + " format")
}

func (s *schema) checkRequired(value any) *violation {
	o, ok := value.(*object)
	if !ok {
		return nil
	}
	for _, name := range s.required {
		if _, ok := o.get(name); !ok {
			return broken("is required").at(step(name))
		}
	}
	return nil
}

// checkUnique compares as many elements as are allowed. An object equals a string that is its text.
func (s *schema) checkUnique(value any) *violation {
	array, ok := value.([]any)
	if !ok || !s.uniqueItems {
		return nil
	}
	if s.maxItems != nil && *s.maxItems > 0 {
		array = array[:min(len(array), *s.maxItems)]
	}
	seen := map[any]bool{}
	for _, item := range array {
		key := item
		switch item := item.(type) {
		case json.Number:
			key = number(item)
		case nil, []any, *object:
			key = jsonText(item)
		}
		if seen[key] {
			return broken("must be unique")
		}
		seen[key] = true
	}
	return nil
}

func (s *schema) checkEnum(value any) *violation {
	if n, ok := value.(json.Number); ok {
		value = number(n)
	}
	if len(s.enum) == 0 || isScalar(value) && slices.Contains(s.enum, value) {
		return nil
	}
	return broken("must be an enum value")
}

func isScalar(value any) bool {
	switch value.(type) {
	case []any, *object:
		return false
	default:
		return true
	}
}

func (s *schema) checkAdditional(value any) *violation {
	o, ok := value.(*object)
	if !ok || s.additionalKeys == "" {
		return nil
	}
	for i, name := range o.inOrder() {
		if s.known[name] || slices.ContainsFunc(s.patterns, func(p patternProperty) bool { return p.name.matches(name) }) {
			continue
		}
		if s.closed {
			return broken("has additional properties")
		}
		if v := s.additional.check(o.values[name]); v != nil {
			return v.at(keyStep(s.additionalKeys, i))
		}
	}
	return nil
}

func (s *schema) checkItems(value any) *violation {
	array, ok := value.([]any)
	if !ok || s.items == nil {
		return nil
	}
	for i, item := range array {
		if v := s.items.check(item); v != nil {
			return v.at("." + strconv.Itoa(i))
		}
	}
	return nil
}

func (s *schema) checkPatterns(value any) *violation {
	o, ok := value.(*object)
	if !ok || len(s.patterns) == 0 {
		return nil
	}
	for i, name := range o.inOrder() {
		for _, p := range s.patterns {
			if !p.name.matches(name) {
				continue
			}
			if v := p.schema.check(o.values[name]); v != nil {
				return v.at(keyStep(s.patternKeys, i))
			}
		}
	}
	return nil
}

func (s *schema) checkPattern(value any) *violation {
	text, ok := value.(string)
	if !ok || s.pattern == nil || s.isLonger(text) || s.pattern.matches(text) {
		return nil
	}
	return broken("pattern mismatch")
}

func (s *schema) checkAlternatives(value any) *violation {
	matches := func(alternative *schema) bool { return alternative.check(value) == nil }
	if len(s.anyOf) > 0 && !slices.ContainsFunc(s.anyOf, matches) {
		return broken("no schemas match")
	}
	passes := 0
	for _, alternative := range s.oneOf {
		if matches(alternative) {
			passes++
		}
	}
	if len(s.oneOf) > 0 && passes != 1 {
		return broken("no (or more than one) schemas match")
	}
	return nil
}

// checkCounts checks the number of properties or of items.
func (s *schema) checkCounts(value any) *violation {
	switch value := value.(type) {
	case *object:
		return bounds(len(value.names), s.minProperties, s.maxProperties, "properties")
	case []any:
		return bounds(len(value), s.minItems, s.maxItems, "items")
	default:
		return nil
	}
}

func bounds(n int, least, most *int, what string) *violation {
	switch {
	case most != nil && n > *most:
		return broken("has more " + what + " than allowed")
	case least != nil && n < *least:
		return broken("has less " + what + " than allowed")
	default:
		return nil
	}
}

func (s *schema) checkLength(value any) *violation {
	text, ok := value.(string)
	switch {
	case !ok:
		return nil
	case s.isLonger(text):
		return broken("has longer length than allowed")
	case s.minLength != nil && utf16Length(text) < *s.minLength:
		return broken("has less length than allowed")
	default:
		return nil
	}
}

func (s *schema) checkRange(value any) *violation {
	n, ok := value.(json.Number)
	switch {
	case !ok:
		return nil
	case s.minimum != nil && number(n) < *s.minimum:
		return broken("is less than minimum")
	case s.maximum != nil && number(n) > *s.maximum:
		return broken("is more than maximum")
	default:
		return nil
	}
}

func (s *schema) checkProperties(value any) *violation {
	o, ok := value.(*object)
	if !ok {
		return nil
	}
	for _, p := range s.properties {
		if v, ok := o.get(p.name); ok {
			if v := p.schema.check(v); v != nil {
				return v.at(step(p.name))
			}
		}
	}
	return nil
}

// step is how a message names a property.
func step(name string) string {
	if strings.ContainsFunc(name, func(r rune) bool {
		return r != '$' && r != '_' && (r < '0' || r > '9' && r < 'A' || r > 'Z' && r < 'a' || r > 'z')
	}) {
		return "[" + strconv.Quote(name) + "]"
	}
	return "." + name
}

// keyStep is how a message names a property that it has no name for.
func keyStep(keys string, i int) string { return "[" + keys + "." + strconv.Itoa(i) + "]" }

// utf16Length is the length of a string in JavaScript.
func utf16Length(s string) (n int) {
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
