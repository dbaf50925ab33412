package losanttest

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Queries and forms are read as npm's qs does, which Losant's framework uses: "a[b][]=c" is {"a": {"b": ["c"]}}. What comes
// several times is an array.
const (
	maxParameters = 1000
	maxDepth      = 5
	// maxArray is the number of elements that make an array; more of them make an object.
	maxArray = 20
)

// hole is an element of an array that nothing has been given for.
type hole struct{}

// inherited are the names of properties that every object of JavaScript has: qs does not take them for parameters.
var inherited = []string{
	"__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__", "__proto__", "constructor",
	"hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString", "valueOf",
}

var unescapeBrackets = strings.NewReplacer("%5B", "[", "%5b", "[", "%5D", "]", "%5d", "]")

// parseQS reads a query. Nothing is an error, and what is not escaped well stays as it is.
func parseQS(query string) *object {
	parameters := &object{}
	parts := strings.Split(unescapeBrackets.Replace(query), "&")
	for _, part := range parts[:min(len(parts), maxParameters)] {
		name, value := cutParameter(part)
		if before, given := parameters.get(name); given {
			parameters.set(name, combine(before, value))
		} else {
			parameters.set(name, value)
		}
	}
	result := any(&object{})
	for _, name := range parameters.inOrder() {
		if path := splitName(name); len(path) > 0 {
			result = merge(result, nest(path, parameters.values[name]))
		}
	}
	return compact(result).(*object)
}

func cutParameter(part string) (name string, value any) {
	equals := strings.Index(part, "]=") + 1
	if equals == 0 {
		equals = strings.Index(part, "=")
	}
	if equals < 0 {
		return unescape(part), ""
	}
	return unescape(part[:equals]), unescape(part[equals+1:])
}

func unescape(s string) string {
	if unescaped, err := url.QueryUnescape(s); err == nil {
		return unescaped
	}
	return strings.ReplaceAll(s, "+", " ")
}

// splitName splits "a[b][]" into "a", "[b]" and "[]"; nil for a name that cannot be one. What is too deep is one step.
func splitName(name string) (path []string) {
	first := strings.Index(name, "[")
	if first < 0 {
		first = len(name)
	}
	if first > 0 {
		path = append(path, name[:first])
	}
	for open, depth := first, 0; open < len(name); depth++ {
		end := closing(name[open:])
		if end < 0 || depth == maxDepth {
			path = append(path, "["+name[open:]+"]")
			break
		}
		path = append(path, name[open:open+end+1])
		next := strings.Index(name[open+end:], "[")
		if next < 0 {
			break
		}
		open += end + next
	}
	for _, step := range path {
		if slices.Contains(inherited, unbracket(step)) {
			return nil
		}
	}
	return path
}

// closing is the index of the bracket that closes the one at the beginning, -1 when none does.
func closing(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

func unbracket(step string) string {
	if strings.HasPrefix(step, "[") && strings.HasSuffix(step, "]") {
		return step[1 : len(step)-1]
	}
	return step
}

// nest puts a value at the end of a path.
func nest(path []string, value any) any {
	for _, step := range slices.Backward(path) {
		name := unbracket(step)
		index, err := strconv.Atoi(name)
		switch {
		case step == "[]":
			if _, isObject := value.(*object); !isObject || !isOverflow(value) {
				value = combine([]any{}, value)
			}
		case err == nil && name != step && strconv.Itoa(index) == name && index >= 0 && index < maxArray:
			array := make([]any, index+1)
			for i := range array {
				array[i] = hole{}
			}
			array[index] = value
			value = array
		default:
			o := &object{}
			o.set(name, value)
			value = o
		}
	}
	return value
}

// isOverflow reports whether a value is an array that has become an object.
func isOverflow(value any) bool {
	o, ok := value.(*object)
	return ok && len(o.names) > maxArray && isArrayIndex(o.names[0])
}

// combine puts values in one array.
func combine(a, b any) any {
	if isOverflow(a) {
		o := a.(*object)
		o.set(strconv.Itoa(len(o.names)), b)
		return o
	}
	array := append(elements(a), elements(b)...)
	if len(array) > maxArray {
		return indexed(array)
	}
	return array
}

func elements(value any) []any {
	if array, ok := value.([]any); ok {
		return slices.Clone(array)
	}
	return []any{value}
}

// indexed is an array as an object.
func indexed(array []any) *object {
	o := &object{}
	for i, item := range array {
		if item != any(hole{}) {
			o.set(strconv.Itoa(i), item)
		}
	}
	return o
}

// merge brings two values of one name together.
func merge(target, source any) any {
	switch source := source.(type) {
	case string:
		if source == "" {
			return target
		}
		return combine(target, source)
	case []any:
		switch target := target.(type) {
		case []any:
			return mergeArrays(target, source)
		case *object:
			return mergeObjects(target, indexed(source))
		}
	case *object:
		switch target := target.(type) {
		case []any:
			return mergeObjects(indexed(target), source)
		case *object:
			return mergeObjects(target, source)
		}
	}
	return combine(target, source)
}

func mergeArrays(target, source []any) any {
	for i, item := range source {
		switch {
		case item == any(hole{}):
		case i >= len(target):
			for len(target) < i {
				target = append(target, hole{})
			}
			target = append(target, item)
		case target[i] == any(hole{}):
			target[i] = item
		case isScalar(target[i]) || isScalar(item):
			target = append(target, item)
		default:
			target[i] = merge(target[i], item)
		}
	}
	if len(target) > maxArray {
		return indexed(target)
	}
	return target
}

func mergeObjects(target, source *object) *object {
	for _, name := range source.inOrder() {
		value := source.values[name]
		if before, ok := target.get(name); ok {
			value = merge(before, value)
		}
		target.set(name, value)
	}
	return target
}

// compact drops the holes.
func compact(value any) any {
	switch value := value.(type) {
	case []any:
		array := slices.DeleteFunc(value, func(item any) bool { return item == any(hole{}) })
		for i := range array {
			array[i] = compact(array[i])
		}
		return array
	case *object:
		for name, member := range value.values {
			value.values[name] = compact(member)
		}
	}
	return value
}
