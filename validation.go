package losant

import (
	"cmp"
	"fmt"
	"slices"
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

// The documented limits. Lengths are in characters; JSON Schema counts code points and Losant's server UTF-16 code
// units, so a length is refused only when it is out of bounds both ways.
const (
	maxParameter   = 100 // the server has no route for longer ids
	maxUserText    = 1024
	minPassword    = 8
	maxPassword    = 2048
	maxTag         = 255
	maxIDs         = 1000
	maxName        = 255
	maxDescription = 32767
	maxDeviceTags  = 100
	maxDeviceQuery = 8192
	idLength       = 24
)

// Validate checks the patch against the documented constraints, as experienceUser.patch does before it sends anything.
// The error is a [*ValidationError] or nil.
func (p ExperienceUserPatch) Validate() error {
	return invalid(experienceUserPatch.Name, p.violations())
}

// Validate checks the patch against the documented constraints, as experienceGroup.patch does before it sends anything.
// The error is a [*ValidationError] or nil.
func (p ExperienceGroupPatch) Validate() error {
	return invalid(experienceGroupPatch.Name, p.violations())
}

func (p ExperienceUserPatch) violations() []Violation {
	c := check{in: "experienceUser"}
	c.text("email", p.Email, 0, maxUserText)
	c.email("email", p.Email)
	c.text("firstName", p.FirstName, 0, maxUserText)
	c.text("lastName", p.LastName, 0, maxUserText)
	c.text("password", p.Password, minPassword, maxPassword)
	c.time("tokenCutoff", p.TokenCutoff)
	c.tags("userTags", p.UserTags)
	c.ids("experienceGroupIds", p.ExperienceGroupIDs)
	return c.found
}

func (p ExperienceGroupPatch) violations() []Violation {
	c := check{in: "experienceGroup"}
	c.text("name", p.Name, 1, maxName)
	c.text("description", p.Description, 0, maxDescription)
	c.ids("experienceUserIds", p.ExperienceUserIDs)
	c.ids("experienceEndpointIds", p.ExperienceEndpointIDs)
	c.tags("groupTags", p.GroupTags)
	c.ids("deviceIds", p.DeviceIDs)
	c.deviceTags("deviceTags", p.DeviceTags)
	if query, ok := p.DeviceQueryJSON.Get(); ok {
		c.refuse("deviceQueryJson", mustBeOfLength(query, 0, maxDeviceQuery))
	}
	if id, ok := p.ParentID.Get(); ok {
		c.refuse("parentId", mustBeID(id))
	}
	return c.found
}

// check collects the violations of one patch, in which fields are named as on the wire.
type check struct {
	in    string
	found []Violation
}

// refuse adds the violation of a field that has a problem.
func (c *check) refuse(field, problem string) {
	if problem != "" {
		c.found = append(c.found, Violation{Field: c.in + "." + field, Problem: problem})
	}
}

// refusePart is refuse for an element of a collection. It makes the name only when it is needed.
func (c *check) refusePart(field string, i int, property, problem string) {
	if problem != "" {
		c.refuse(fmt.Sprintf("%s[%d]%s", field, i, property), problem)
	}
}

func (c *check) text(field string, value *string, shortest, longest int) {
	if value != nil {
		c.refuse(field, mustBeOfLength(*value, shortest, longest))
	}
}

func (c *check) email(field string, value *string) {
	if value != nil && (!strings.Contains(*value, "@") || strings.ContainsFunc(*value, isSpace)) {
		c.refuse(field, "must contain an @ and no white space")
	}
}

// time refuses what RFC 3339 has no text for.
func (c *check) time(field string, value *time.Time) {
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

func (c *check) tags(field string, tags map[string]string) {
	earlier := len(c.found)
	for key, value := range tags {
		if !isWord(key, maxTag) {
			c.refuse(fmt.Sprintf("%s[%q]", field, key), "must have a key of "+wordRule(maxTag))
		}
		if problem := mustBeOfLength(value, 1, maxTag); problem != "" {
			c.refuse(fmt.Sprintf("%s[%q]", field, key), problem)
		}
	}
	slices.SortFunc(c.found[earlier:], func(a, b Violation) int {
		return cmp.Or(cmp.Compare(a.Field, b.Field), cmp.Compare(a.Problem, b.Problem))
	})
}

func (c *check) deviceTags(field string, tags []DeviceTag) {
	c.refuse(field, mustBeAtMost(len(tags), maxDeviceTags, "tags"))
	for i, tag := range tags {
		if tag.Key != "" {
			c.refusePart(field, i, ".key", mustBeWord(tag.Key, maxTag))
		}
		c.refusePart(field, i, ".value", mustBeOfLength(tag.Value, 0, maxTag))
	}
}

func (c *check) ids(field string, ids []string) {
	c.refuse(field, mustBeAtMost(len(ids), maxIDs, "ids"))
	for i, id := range ids {
		c.refusePart(field, i, "", mustBeID(id))
	}
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

func mustBeAtMost(n, most int, of string) string {
	if n <= most {
		return ""
	}
	return fmt.Sprintf("must be at most %d %s", most, of)
}

func mustBeID(id string) string {
	if len(id) == idLength && all(id, isHex) {
		return ""
	}
	return fmt.Sprintf("must be %d hexadecimal digits", idLength)
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
