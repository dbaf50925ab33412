package main

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// rule is what a pattern of the description means.
type rule struct {
	check   string // the function of package losant that says what is wrong with a text
	doc     string // what the text is
	longest int    // what matches; 0 for any length
	empty   bool   // whether the empty text matches
}

// patterns are the rules of all patterns. What is matched by other means than Go's regular expressions, which know no
// look-ahead and are slow to compile, is matched by hand.
var patterns = map[string]rule{
	`^[A-Fa-f\d]{24}$`:                    {check: "mustBeID", doc: "24 hexadecimal digits", longest: 24},
	`^[0-9a-zA-Z_-]{1,255}$`:              {check: "mustBeKey", doc: "1 to 255 characters of 0-9 A-Z a-z _ -", longest: 255},
	`.*{{.+}}.*`:                          {check: "mustBeTemplate", doc: "a template"},
	`^(?!\.{1,2}$)[0-9a-zA-Z_.-]{1,255}$`: {check: "mustBeFileName", doc: "1 to 255 characters of 0-9 A-Z a-z _ . -", longest: 255},
	`^[0-9a-z-]*$`:                        {check: "mustBeSlug", doc: "characters of 0-9 a-z -", empty: true},
	`^[A-Za-z0-9_-]+$`:                    {check: "mustBeBase64URL", doc: "characters of 0-9 A-Z a-z _ -"},
	`^(0|([1-9]\d*))\.(0|([1-9]\d*))\.(0|([1-9]\d*))$`: {check: "mustBeVersion", doc: "a version such as 1.30.0"},
	`^(?=.*[A-Z])(?=.*[^A-Za-z0-9])(?=.*[0-9])(?=.*[a-z]).{12,}$`: {
		check: "mustBePassword",
		doc:   "12 characters or more, with a capital and a small letter, a digit and another character",
	},
	`^data:image/(jpg|jpeg|png|svg\+xml);base64,[0-9a-zA-Z+/=]*$`: {
		check: "mustBeImage", doc: "a data URL of a JPEG, PNG or SVG image in base64",
	},
}

// keyRules are the rules of the names in maps. ".*" and "^.*$" rule nothing.
var keyRules = map[string]string{
	`^[0-9a-zA-Z_-]{1,255}$`: "mustBeKey", `^[A-Fa-f\d]{24}$`: "mustBeID", `^.{1,255}$`: "mustBeHeader",
}

// formatRules are the rules of the formats that texts have.
var formatRules = map[string]rule{
	"email":     {check: "mustBeEmail", doc: "an e-mail address"},
	"date-time": {check: "mustBeDate", doc: "a date and time"},
	"uri":       {check: "mustBeURL", doc: "a URL"},
}

// constraint is what a scalar has to obey: the method of checker that asks for it, its arguments behind the value, and the same
// in words.
type constraint struct{ method, args, doc string }

// constraints are those of a scalar, in the order in which they are checked.
func (t *typ) constraints() []constraint {
	switch t.kind {
	case textKind:
		return textConstraints(t.alternatives())
	case momentKind:
		return []constraint{{method: "time"}}
	case instantKind:
		return []constraint{{method: "instant"}}
	case integerKind, longKind, numberKind:
		method := map[kind]string{integerKind: "integer", longKind: "long", numberKind: "number"}[t.kind]
		return numberConstraints(method, t.alternatives()[0])
	}
	return nil
}

func textConstraints(all []*api.Schema) (found []constraint) {
	if values := enumeration(all); len(values) > 0 {
		doc := ""
		if len(values) <= 10 {
			doc = enumerate(strings.Split(literals(values), ", "), "or")
		}
		return []constraint{{"oneOf", ", " + literals(values), doc}}
	}
	if shortest, longest := lengths(all); shortest > 0 || longest != "unlimited" {
		doc := ""
		if len(all) == 1 {
			doc = span(all[0].MinLength, all[0].MaxLength, "characters")
		}
		found = append(found, constraint{"length", fmt.Sprintf(", %d, %s", shortest, longest), doc})
	}
	rules, docs := "", []string(nil)
	for _, a := range all {
		rule := cmp.Or(patterns[a.Pattern], formatRules[a.Format])
		if len(a.Enum) > 0 {
			rule.check, rule.doc = "mustBe("+literals(a.Enum)+")", strings.ReplaceAll(literals(a.Enum), `""`, "empty")
		}
		if rule.check == "" {
			return found // any text will do
		}
		rules, docs = rules+", "+rule.check, append(docs, rule.doc)
	}
	return append(found, constraint{"must", rules, enumerate(slices.Compact(docs), "or")})
}

func numberConstraints(method string, s *api.Schema) []constraint {
	switch {
	case len(s.Enum) > 0:
		return []constraint{{method + "Of", ", " + literals(s.Enum), enumerate(strings.Split(literals(s.Enum), ", "), "or")}}
	case s.Minimum != nil || s.Maximum != nil:
		args := ", " + limit(s.Minimum, "-unlimited") + ", " + limit(s.Maximum, "unlimited")
		return []constraint{{method, args, between(limit(s.Minimum, ""), limit(s.Maximum, ""), "")}}
	}
	return nil
}

// enumeration are the values of a choice between values only.
func enumeration(all []*api.Schema) (values []any) {
	for _, a := range all {
		if len(a.Enum) == 0 {
			return nil
		}
		for _, v := range a.Enum {
			if v != nil && !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
	}
	return values
}

// lengths are the least and the greatest length of all alternatives, unlimited for none.
func lengths(all []*api.Schema) (shortest int, longest string) {
	shortest, most := unlimited, 0
	for _, a := range all {
		own := unlimited
		switch {
		case len(a.Enum) > 0:
			own = 0
			for _, v := range a.Enum {
				own = max(own, len(fmt.Sprint(v)))
			}
		case a.MaxLength != nil:
			own = *a.MaxLength
		case len(all) > 1 && patterns[a.Pattern].longest > 0:
			own = patterns[a.Pattern].longest
		}
		most = max(most, own)
		if a.MinLength == nil {
			shortest = 0
		} else {
			shortest = min(shortest, *a.MinLength)
		}
	}
	if most == unlimited {
		return shortest, "unlimited"
	}
	return shortest, strconv.Itoa(most)
}

const unlimited = math.MaxInt

// limit is a number as Go writes it.
func limit[T int | float64](n *T, otherwise string) string {
	if n == nil {
		return otherwise
	}
	return strconv.FormatFloat(float64(*n), 'f', -1, 64)
}

// between is a range in words, "" for any.
func between(least, most, of string) string {
	text := ""
	switch {
	case least == most && most != "":
		text = most
	case least != "" && most != "":
		text = least + " to " + most
	case most != "":
		text = "at most " + most
	case least != "":
		text = "at least " + least
	default:
		return ""
	}
	return strings.TrimSpace(text + " " + of)
}

// span is a range of lengths in words, "" for any.
func span(least, most *int, of string) string {
	if least != nil && *least == 0 {
		least = nil
	}
	switch {
	case most != nil && *most == 0:
		return "empty"
	case most != nil && *most == 1:
		of = singular(of)
	}
	return between(limit(least, ""), limit(most, ""), of)
}

// literals are values as Go writes them.
func literals(values []any) string {
	var all []string
	for _, v := range values {
		switch v := v.(type) {
		case string:
			all = append(all, strconv.Quote(v))
		case float64:
			all = append(all, strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
	return strings.Join(all, ", ")
}
