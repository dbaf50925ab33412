package losanttest

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

// schema is a node of the JSON schemas that Losant publishes, with the keywords that they use. What is zero restricts
// nothing.
type schema struct {
	types     []jsonType
	format    *format
	pattern   *regexp.Regexp
	minLength int
	maxLength int
	items     *schema
	maxItems  int
	oneOf     []schema

	// Of an object: closed ones allow only what properties names and keys matches.
	closed     bool
	required   []string
	properties []property
	keys       *regexp.Regexp
	values     *schema // of the properties that keys matches
}

type property struct {
	name   string
	schema schema
}

type format struct {
	name  string
	valid func(string) bool
}

type jsonType string

const (
	typeNull    jsonType = "null"
	typeBoolean jsonType = "boolean"
	typeNumber  jsonType = "number"
	typeString  jsonType = "string"
	typeArray   jsonType = "array"
	typeObject  jsonType = "object"
)

var (
	idPattern  = regexp.MustCompile(`^[0-9A-Fa-f]{24}$`)
	tagPattern = regexp.MustCompile(`^[0-9A-Za-z_-]{1,255}$`)

	email    = &format{"email", isEmail}
	dateTime = &format{"date-time", dateTimePattern.MatchString}
)

// bodySchemas are the schemas of the bodies, by the operations that take one. The order of the properties decides which
// of several errors is the first.
var bodySchemas = map[string]property{
	"experienceGroup.patch": {"experienceGroup", closedObject(
		property{"name", text(1, 255)},
		property{"description", text(0, 32767)},
		property{"experienceUserIds", array(id(), 1000)},
		property{"experienceEndpointIds", array(id(), 1000)},
		property{"groupTags", tags()},
		property{"deviceIds", array(id(), 1000)},
		property{"deviceTags", array(closedObject(
			property{"key", schema{types: []jsonType{typeString}, pattern: tagPattern}},
			property{"value", text(1, 255)},
		), 100)},
		property{"deviceQueryJson", schema{types: []jsonType{typeString, typeNull}, maxLength: 8192}},
		property{"parentId", schema{oneOf: []schema{id(), {types: []jsonType{typeNull}}}}},
	)},
	"experienceUser.patch": {"experienceUser", closedObject(
		property{"email", schema{types: []jsonType{typeString}, format: email, maxLength: 1024}},
		property{"firstName", text(0, 1024)},
		property{"lastName", text(0, 1024)},
		property{"password", text(8, 2048)},
		property{"tokenCutoff", schema{types: []jsonType{typeString}, format: dateTime}},
		property{"userTags", tags()},
		property{"experienceGroupIds", array(id(), 1000)},
	)},
}

// querySchemas are the schemas of the query parameters, by the operations that take some.
var querySchemas = map[string][]property{
	"experienceGroup.get": {
		{directDeviceCount, text(0, 0)},
		{totalDeviceCount, text(0, 0)},
	},
}

func text(minLength, maxLength int) schema {
	return schema{types: []jsonType{typeString}, minLength: minLength, maxLength: maxLength}
}

func id() schema { return schema{types: []jsonType{typeString}, pattern: idPattern} }

func array(items schema, maxItems int) schema {
	return schema{types: []jsonType{typeArray}, items: &items, maxItems: maxItems}
}

func tags() schema {
	value := text(1, 255)
	return schema{types: []jsonType{typeObject}, closed: true, keys: tagPattern, values: &value}
}

func closedObject(properties ...property) schema {
	return schema{types: []jsonType{typeObject}, closed: true, properties: properties}
}

// check returns the first rule that a value breaks, in the words and the order of Losant's validator; "" when it breaks
// none.
func (s *schema) check(field string, value any) string {
	if len(s.types) > 0 && !slices.Contains(s.types, typeOf(value)) {
		return field + " is the wrong type"
	}
	if len(s.oneOf) > 0 && !s.matchesOne(value) {
		return field + " no (or more than one) schemas match"
	}
	switch value := value.(type) {
	case string:
		return s.checkString(field, value)
	case []any:
		return s.checkArray(field, value)
	case *object:
		return s.checkObject(field, value)
	default:
		return ""
	}
}

func (s *schema) matchesOne(value any) bool {
	matches := 0
	for i := range s.oneOf {
		if s.oneOf[i].check("", value) == "" {
			matches++
		}
	}
	return matches == 1
}

func (s *schema) checkString(field, value string) string {
	switch length := utf16Length(value); {
	case s.format != nil && !s.format.valid(value):
		return field + " must be " + s.format.name + " format"
	case s.pattern != nil && !s.pattern.MatchString(value):
		return field + " pattern mismatch"
	case s.maxLength > 0 && length > s.maxLength:
		return field + " has longer length than allowed"
	case length < s.minLength:
		return field + " has less length than allowed"
	default:
		return ""
	}
}

func (s *schema) checkArray(field string, value []any) string {
	if s.items != nil {
		for i, item := range value {
			if problem := s.items.check(fmt.Sprintf("%s.%d", field, i), item); problem != "" {
				return problem
			}
		}
	}
	if s.maxItems > 0 && len(value) > s.maxItems {
		return field + " has more items than allowed"
	}
	return ""
}

func (s *schema) checkObject(field string, value *object) string {
	for _, name := range s.required {
		if _, ok := value.get(name); !ok {
			return join(field, name) + " is required"
		}
	}
	if s.closed && slices.ContainsFunc(value.names, s.isAdditional) {
		return field + " has additional properties"
	}
	if s.values != nil {
		for i, name := range value.inOrder() {
			// The validator counts the properties and shows the name of its own variable instead of the property's.
			if problem := s.values.check(fmt.Sprintf("%s[keys4.%d]", field, i), value.values[name]); problem != "" {
				return problem
			}
		}
	}
	for i := range s.properties {
		p := &s.properties[i]
		if v, ok := value.get(p.name); ok {
			if problem := p.schema.check(join(field, p.name), v); problem != "" {
				return problem
			}
		}
	}
	return ""
}

func (s *schema) isAdditional(name string) bool {
	if s.keys != nil {
		return !s.keys.MatchString(name)
	}
	return !slices.ContainsFunc(s.properties, func(p property) bool { return p.name == name })
}

func join(field, name string) string {
	if field == "" {
		return name
	}
	return field + "." + name
}

func typeOf(value any) jsonType {
	switch value.(type) {
	case nil:
		return typeNull
	case bool:
		return typeBoolean
	case json.Number:
		return typeNumber
	case string:
		return typeString
	case []any:
		return typeArray
	default:
		return typeObject
	}
}

// utf16Length is the length of a string in JavaScript.
func utf16Length(s string) (n int) {
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// isEmail reports what the framework takes for an email: an @ and none of JavaScript's white space.
func isEmail(s string) bool {
	const whiteSpace = "\t\n\v\f\r \u00a0\u1680" +
		"\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
	return strings.Contains(s, "@") && !strings.ContainsAny(s, whiteSpace)
}
