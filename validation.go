package losant

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// ValidationError is bad input that was refused before anything was sent. It names every violation, and never shows a
// value.
type ValidationError struct {
	// Operation is what was refused: "experienceUser.patch", or "NewClient".
	Operation string
	// Violations are the broken rules, at least one.
	Violations []Violation
}

// Violation is one broken rule.
type Violation struct {
	// Field is the parameter, the property or the option: `experienceUser.userTags["bad key"]`, "applicationId",
	// "WithTimeout".
	Field string
	// Problem is the rule that the field breaks: "must be at most 1024 characters".
	Problem string
}

// Error lists the violations.
func (e *ValidationError) Error() string {
	if e == nil {
		return unknownError
	}
	var text strings.Builder
	text.WriteString("losant: " + e.Operation + ": invalid input: ")
	for i, v := range e.Violations {
		if i > 0 {
			text.WriteString("; ")
		}
		text.WriteString(v.Field + " " + v.Problem)
	}
	return text.String()
}

// invalid returns the violations as an error, nil when there are none.
func invalid(operation string, violations []Violation) error {
	if len(violations) == 0 {
		return nil
	}
	return &ValidationError{Operation: operation, Violations: violations}
}

// violated returns the violation of a field that has a problem, and none for one that has not.
func violated(field, problem string) []Violation {
	if problem == "" {
		return nil
	}
	return []Violation{{field, problem}}
}

const (
	maxParameter = 100 // the server has no route for longer ids
	maxKey       = 255
	maxUserText  = 1024
	idLength     = 24
	unlimited    = 1 << 30 // of a length or a number of elements, longer than any body
)

// checker checks a part of a body, in which fields are named as on the wire. Lengths are in characters; JSON Schema counts
// code points and Losant's server UTF-16 code units, so a length is refused only when it is out of bounds both ways.
type checker struct {
	body  *checked
	depth int // of the part: how many steps lead to it
}

// checked is a body, and what is wrong with it. It holds the steps of all its parts, since they are checked one after the
// other and each is named only when something is wrong with it.
type checked struct {
	steps [16]step // the deepest body has 8
	found []Violation
}

// step leads to a field, or to an element of it.
type step struct {
	name string
	nth  int // from 1; 0 for the field itself
}

// field is the checker of an object in a field.
func (c checker) field(name string) checker { return c.enter(step{name: name}) }

// element is the checker of an element of a list.
func (c checker) element(name string, i int) checker { return c.enter(step{name, i + 1}) }

func (c checker) enter(s step) checker {
	c.body.steps[c.depth] = s
	c.depth++
	return c
}

// refuse adds the violation of a field that has a problem; "" is the part itself.
func (c checker) refuse(field, problem string) {
	if problem == "" {
		return
	}
	var path []byte
	for _, s := range c.body.steps[:c.depth] {
		path = appendName(path, s.name)
		if s.nth > 0 {
			path = fmt.Appendf(path, "[%d]", s.nth-1)
		}
	}
	path = appendName(path, field)
	c.body.found = append(c.body.found, Violation{Field: string(path), Problem: problem})
}

func appendName(path []byte, name string) []byte {
	if len(path) > 0 && name != "" && name[0] != '[' {
		path = append(path, '.')
	}
	return append(path, name...)
}

// inOrder puts the violations that were found since there were n in order.
func (c checker) inOrder(n int) {
	slices.SortFunc(c.body.found[n:], func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Problem, b.Problem))
	})
}

// given refuses nil, which would be sent as null.
func (c checker) given(field string, given bool) {
	if !given {
		c.refuse(field, "must not be nil")
	}
}

func (c checker) length(field string, value *string, shortest, longest int) {
	if value != nil {
		c.refuse(field, mustBeOfLength(*value, shortest, longest))
	}
}

// must refuses a text that none of the rules allows.
func (c checker) must(field string, value *string, rules ...func(string) string) {
	if value == nil {
		return
	}
	var problems []string
	for _, rule := range rules {
		problem := rule(*value)
		if problem == "" {
			return
		}
		problems = append(problems, problem)
	}
	c.refuse(field, strings.Join(problems, " or "))
}

func (c checker) oneOf(field string, value *string, values ...string) {
	if value != nil && !slices.Contains(values, *value) {
		c.refuse(field, "must be one of "+strings.Join(values, ", "))
	}
}

func (c checker) integer(field string, value *int, least, most float64) {
	if value != nil {
		c.refuse(field, mustBeBetween(float64(*value), least, most))
	}
}

func (c checker) long(field string, value *int64, least, most float64) {
	if value != nil {
		c.refuse(field, mustBeBetween(float64(*value), least, most))
	}
}

func (c checker) number(field string, value *float64, least, most float64) {
	if value != nil {
		c.refuse(field, mustBeBetween(*value, least, most))
	}
}

func (c checker) integerOf(field string, value *int, values ...int) {
	if value != nil && !slices.Contains(values, *value) {
		c.refuse(field, "must be one of "+strings.Trim(fmt.Sprint(values), "[]"))
	}
}

// time refuses what RFC 3339 has no text for.
func (c checker) time(field string, value *time.Time) {
	if value == nil {
		return
	}
	if year := value.Year(); year < 0 || year > 9999 {
		c.refuse(field, "must be in the years 0 to 9999")
	}
	if _, offset := value.Zone(); offset%60 != 0 || offset <= -24*60*60 || offset >= 24*60*60 {
		c.refuse(field, "must have a zone offset of whole minutes, less than a day")
	}
}

func (c checker) instant(field string, value *Instant) { c.refuse(field, value.problem()) }

// asText is a value that is a text, also of a named type.
func asText(value any) (text string, ok bool) {
	v := reflect.ValueOf(value)
	return v.String(), v.Kind() == reflect.String
}

// scalar refuses what is no text, number or boolean, nor nil where that is allowed.
func (c checker) scalar(field string, value any, nullable bool) {
	c.refuse(field, mustBeScalar(value, nullable))
}

func (c checker) count(field, of string, n, least, most int) {
	switch {
	case n < least:
		c.refuse(field, fmt.Sprintf("must be at least %d %s", least, of))
	case n > most:
		c.refuse(field, fmt.Sprintf("must be at most %d %s", most, of))
	}
}

func (c checker) unique(field string, values []string) {
	for i, value := range values {
		if slices.Contains(values[:i], value) {
			c.refuse(fmt.Sprintf("%s[%d]", field, i), "must not be there twice")
		}
	}
}

// keys refuses names in a map that break a rule, nil for none.
func (c checker) key(field, key string, rule func(string) string) {
	if rule == nil {
		return
	}
	if problem := rule(key); problem != "" {
		c.refuse(entry(field, key), "must have a key of "+strings.TrimPrefix(problem, "must be "))
	}
}

func sortedKeys(values map[string]any) []string { return slices.Sorted(maps.Keys(values)) }

func entry(field, key string) string { return fmt.Sprintf("%s[%q]", field, key) }

// keys refuses the names of a map that break a rule, nil for none.
func (c checker) keys(field string, values map[string]any, rule func(string) string) {
	defer c.inOrder(len(c.body.found))
	for key := range values {
		c.key(field, key, rule)
	}
}

// scalars is keys for a map of texts, numbers and booleans.
func (c checker) scalars(field string, values map[string]any, rule func(string) string, nullable bool) {
	defer c.inOrder(len(c.body.found))
	for key, value := range values {
		c.key(field, key, rule)
		if problem := mustBeScalar(value, nullable); problem != "" {
			c.refuse(entry(field, key), problem)
		}
	}
}

// texts is keys for a map of texts of some length.
func (c checker) texts(field string, values map[string]string, rule func(string) string, shortest, longest int) {
	defer c.inOrder(len(c.body.found))
	for key, value := range values {
		c.key(field, key, rule)
		if problem := mustBeOfLength(value, shortest, longest); problem != "" {
			c.refuse(entry(field, key), problem)
		}
	}
}

// exactlyOne refuses a choice of which none or more than one is given.
func (c checker) exactlyOne(choice string, given ...bool) {
	if n := countTrue(given); n != 1 {
		c.refuse("", "must have either "+choice)
	}
}

// atLeastOne refuses a choice of which none is given.
func (c checker) atLeastOne(choice string, given ...bool) {
	if countTrue(given) == 0 {
		c.refuse("", "must have "+choice)
	}
}

// oneKind refuses a union of which none or several are given.
func (c checker) oneKind(given ...bool) {
	switch countTrue(given) {
	case 0:
		c.refuse("", "must be of a known kind")
	case 1:
	default:
		c.refuse("", "must be of one kind, not of several")
	}
}

func countTrue(all []bool) (n int) {
	for _, b := range all {
		if b {
			n++
		}
	}
	return n
}

// The functions below say what is wrong with a value, "" when nothing is.

func mustBeOfLength(value string, shortest, longest int) string {
	switch {
	case !utf8.ValidString(value):
		return "must be valid UTF-8" // encoding/json would send something else
	case utf16Length(value) < shortest:
		return "must be at least " + characters(shortest)
	case utf8.RuneCountInString(value) > longest:
		return "must be at most " + characters(longest)
	}
	return ""
}

func mustBeScalar(value any, nullable bool) string {
	switch value.(type) {
	case nil:
		if nullable {
			return ""
		}
	case string, bool, float64, int, json.Number:
		return ""
	default:
		switch reflect.TypeOf(value).Kind() {
		case reflect.Map, reflect.Slice, reflect.Array, reflect.Struct, reflect.Pointer:
		default:
			return ""
		}
	}
	return "must be a text, a number or a boolean"
}

func mustBeBetween(value, least, most float64) string {
	switch {
	case value < least:
		return "must be at least " + strconv.FormatFloat(least, 'f', -1, 64)
	case value > most:
		return "must be at most " + strconv.FormatFloat(most, 'f', -1, 64)
	}
	return ""
}

func mustBeID(id string) string {
	if len(id) == idLength && all(id, isHex) {
		return ""
	}
	return fmt.Sprintf("must be %d hexadecimal digits", idLength)
}

func mustBeKey(s string) string { return mustBeWord(s, maxKey) }

func mustBeHeader(s string) string {
	if n := utf8.RuneCountInString(s); s != "" && n <= maxKey && !strings.ContainsAny(s, lineEnds) {
		return ""
	}
	return "must be 1 to 255 characters"
}

func mustBeFileName(s string) string {
	ok := func(r rune) bool { return isAlphanumeric(r) || r == '_' || r == '-' || r == '.' }
	if s != "" && s != "." && s != ".." && len(s) <= maxKey && all(s, ok) {
		return ""
	}
	return "must be 1 to 255 characters of 0-9 A-Z a-z _ . -, and not . or .."
}

func mustBeSlug(s string) string {
	if all(s, func(r rune) bool { return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r == '-' }) {
		return ""
	}
	return "must be characters of 0-9 a-z -"
}

func mustBeBase64URL(s string) string {
	if s != "" && all(s, func(r rune) bool { return isAlphanumeric(r) || r == '_' || r == '-' }) {
		return ""
	}
	return "must be characters of 0-9 A-Z a-z _ -"
}

// mustBeTemplate looks for two braces that open, something, and two that close, in one line.
func mustBeTemplate(s string) string {
	for line := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(lineEnds, r) }) {
		if _, inner, ok := strings.Cut(line, "{{"); ok && strings.LastIndex(inner, "}}") > 0 {
			return ""
		}
	}
	return "must be a template"
}

// lineEnds are the characters that "." does not match in the patterns of JavaScript.
const lineEnds = "\n\r\u2028\u2029"

func mustBeVersion(s string) string {
	parts := strings.Split(s, ".")
	for _, part := range parts {
		if part == "" || len(part) > 1 && part[0] == '0' || !all(part, func(r rune) bool { return r >= '0' && r <= '9' }) {
			parts = nil
		}
	}
	if len(parts) == 3 {
		return ""
	}
	return "must be a version such as 1.30.0"
}

func mustBeImage(s string) string {
	for _, kind := range []string{"jpg", "jpeg", "png", "svg+xml"} {
		image, ok := strings.CutPrefix(s, "data:image/"+kind+";base64,")
		if ok && all(image, func(r rune) bool { return isAlphanumeric(r) || strings.ContainsRune("+/=", r) }) {
			return ""
		}
	}
	return "must be a data URL of a JPEG, PNG or SVG image in base64"
}

// mustBePassword asks for 12 characters, among them a capital, a small letter, a digit and another one.
func mustBePassword(s string) string {
	has := func(ok func(rune) bool) bool { return strings.ContainsFunc(s, ok) }
	if utf16Length(s) >= 12 && has(func(r rune) bool { return r >= 'A' && r <= 'Z' }) &&
		has(func(r rune) bool { return r >= 'a' && r <= 'z' }) && has(func(r rune) bool { return r >= '0' && r <= '9' }) &&
		has(func(r rune) bool { return !isAlphanumeric(r) }) {
		return ""
	}
	return "must be 12 characters or more, with a capital and a small letter, a digit and another character"
}

func mustBeEmail(s string) string {
	if strings.Contains(s, "@") && !strings.ContainsFunc(s, isSpace) {
		return ""
	}
	return "must contain an @ and no white space"
}

func mustBeDate(s string) string {
	if _, err := time.Parse(time.RFC3339, s); err == nil {
		return ""
	}
	return "must be a date and time of RFC 3339"
}

func mustBeURL(s string) string {
	scheme, _, ok := strings.Cut(s, ":")
	if ok && scheme != "" && !strings.ContainsFunc(s, isSpace) &&
		all(scheme, func(r rune) bool { return isAlphanumeric(r) || strings.ContainsRune("+-.", r) }) {
		return ""
	}
	return "must be a URL with its scheme"
}

// mustBe is the rule for a text that is one of several.
func mustBe(values ...string) func(string) string {
	return func(s string) string {
		if slices.Contains(values, s) {
			return ""
		}
		return fmt.Sprintf("must be %q", values)
	}
}

// mustBeWord is the rule for ids in a path, where dots and slashes could name another resource, escaped or not. It is
// also that for the keys of tags.
func mustBeWord(s string, longest int) string {
	if isWord(s, longest) {
		return ""
	}
	return "must be " + wordRule(longest)
}

func isWord(s string, longest int) bool {
	return s != "" && len(s) <= longest && all(s, func(r rune) bool { return isAlphanumeric(r) || r == '_' || r == '-' })
}

func wordRule(longest int) string {
	return fmt.Sprintf("1 to %d characters of 0-9 A-Z a-z _ -", longest)
}

// all reports whether every character of s is an ok one.
func all(s string, ok func(rune) bool) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return !ok(r) })
}

func isAlphanumeric(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z'
}

func isHex(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'A' && r <= 'F' || r >= 'a' && r <= 'f'
}

// isSpace reports what JavaScript, in which Losant's server is written, calls white space.
func isSpace(r rune) bool {
	const nextLine, byteOrderMark = '\u0085', '\ufeff'
	return unicode.IsSpace(r) && r != nextLine || r == byteOrderMark
}

func utf16Length(s string) (n int) {
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

func characters(n int) string {
	if n == 1 {
		return "1 character"
	}
	return fmt.Sprintf("%d characters", n)
}
