package main

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/losant-go/losant/internal/api"
)

// The patterns of parameters.
const (
	idPattern   = `^[A-Fa-f\d]{24}$`
	wordPattern = `^[0-9a-zA-Z_-]{1,255}$`
)

// patternRules are the rules of parameters, by their pattern.
var patternRules = map[string]string{idPattern: ".id()", `^([A-Fa-f\d]{24}|)$`: ".idOrEmpty()", wordPattern: ".word()"}

// parameterKinds are the types that the overlay, or else the description, gives to a parameter: the Go type, the method of
// parameters that sends it, and whether that has rules.
var parameterKinds = map[string]struct {
	goType, method string
	ruled          bool
}{
	"":          {"string", "text", true},
	"*duration": {"*time.Duration", "optionalDuration", false},
	"*string":   {"*string", "optional", true},
	"array":     {"[]string", "tree", false},
	"bool":      {"bool", "bool", false},
	"duration":  {"time.Duration", "duration", true},
	"file":      {"Upload", "file", false},
	"instant":   {"Instant", "instant", false},
	"int":       {"int", "int", false},
	"query":     {"Query", "query", false},
	"string":    {"string", "text", true},
	"strings":   {"[]string", "list", false},
	"time":      {"time.Time", "time", false},
}

// units are those that a duration may be sent in.
var units = map[string]string{"ms": "time.Millisecond", "s": "time.Second"}

// parameter is a parameter of the query, or a part of a form, as Go has it.
type parameter struct {
	api.Parameter
	Note     api.ParameterNote
	GoName   string
	Argument string
	Type     string
	method   string // of parameters, which sends it
	rule     string // the call that checks what is sent, "" for none
	named    bool   // the type is a string of its own
	tree     *typ   // of a parameter that has a schema
}

func (m *model) newParameter(a *api.Action, p api.Parameter) parameter {
	note, _ := m.overlay.Parameter(a, p.Name)
	note.Doc = m.inGo(note.Doc)
	q := parameter{Parameter: p, Note: note, GoName: goName(p.Name), Argument: m.argument(p.Name)}
	enum := cmp.Or(m.enums[a.ID()+"?"+p.Name], m.enums["?"+p.Name])
	name := cmp.Or(note.Type, p.Type)
	if note.Pointer {
		name = "*" + name
	}
	kind, ok := parameterKinds[name]
	switch q.Type, q.method = kind.goType, kind.method; {
	case note.Type == "" && p.Schema != "" && p.In == api.InForm:
		q.Type, q.method = "*"+m.bodyType(p.Schema), "json"
	case note.Type == "" && p.Schema != "":
		q.tree = m.typeOf(&api.Schema{Ref: p.Schema}, inBody, place{})
		if q.tree.kind == listKind && q.tree.elem.kind == textKind {
			q.tree.elem.name = enum
		}
		q.Type, q.method = q.tree.String(), "tree"
	case !ok:
		m.fail("%s: the parameter %s has the type %q, which is unknown", a.ID(), p.Name, name)
	case name == "bool" && fmt.Sprint(p.Default) == "true":
		m.fail("%s: the parameter %s: its default is true, so that false could not be sent", a.ID(), p.Name)
	case name == "strings" && p.Type == "array":
		q.method = "tree"
	case kind.method == "text" && enum != "":
		q.Type, q.named = enum, true
	}
	if p.In == api.InPath {
		return q
	}
	rules := q.rules()
	if len(rules) > 1 || len(rules) == 1 && (rules[0] == "" || !kind.ruled) {
		m.fail("%s: the parameter %s: a %s cannot keep the rules %s", a.ID(), p.Name, q.Type, rules)
	}
	q.rule = strings.Join(rules, "")
	return q
}

// rules are the calls that check what is sent. That of an unknown pattern is empty.
func (p parameter) rules() (all []string) {
	if p.Pattern != "" {
		all = append(all, patternRules[p.Pattern])
	}
	if p.MinLength != nil || p.MaxLength != nil {
		all = append(all, fmt.Sprintf(".length(%s, %s)", limit(p.MinLength, "0"), limit(p.MaxLength, "unlimited")))
	}
	if p.Enum != nil {
		all = append(all, ".oneOf("+quoted(texts(p.Enum))+")")
	}
	return all
}

// texts are values as they are sent.
func texts(values []any) (all []string) {
	for _, v := range values {
		all = append(all, fmt.Sprint(v))
	}
	return all
}

// Encode is the statement that adds the parameter to the query.
func (p parameter) Encode(value string) string {
	if p.named {
		value = "string(" + value + ")"
	}
	if p.Note.Unit != "" {
		value += ", " + units[p.Note.Unit]
	}
	if p.method == "file" {
		value += ", " + strconv.FormatBool(p.Required)
	}
	return fmt.Sprintf("q.%s(%q, %s)%s", p.method, p.Name, value, p.rule)
}

// checks are the statements that check the parameters that have a schema. What is empty is not sent.
func checks(all []parameter) []string {
	s := &statements{}
	for _, p := range all {
		switch value, name := "p."+p.GoName, strconv.Quote(p.Name); {
		case p.method == "json":
			s.add("if %s != nil {\n%s.check(check.field(%s))\n}", value, value, name)
		case p.tree == nil:
		case p.tree.kind == listKind:
			s.block("if len("+value+") > 0", func(in *statements) { in.value(p.tree, value, "check", name) })
		default:
			s.value(p.tree, value, "check", name)
		}
	}
	return s.lines
}

// saysDefault finds in a text what a parameter is by default.
var saysDefault = regexp.MustCompile(`\bdefault\b|\bwhen (zero|empty|nil)\b`)

// Doc is what the field says: what people know, then the facts.
func (p parameter) Doc() string {
	text := p.GoName + " " + p.Note.Doc
	var values []string
	for _, value := range p.Enum {
		values = append(values, p.shown(value))
	}
	switch {
	case len(values) == 1:
		text += " It can only be " + values[0] + "."
	case values != nil:
		text += " One of " + enumerate(values, "or") + "."
	}
	if p.Default != nil && fmt.Sprint(p.Default) != "0" && p.Note.Type != "bool" && !saysDefault.MatchString(p.Note.Doc) {
		text += " The default is " + p.shown(p.Default) + "."
	}
	if p.Deprecated && !strings.Contains(text, "deprecated") {
		text += " It is deprecated."
	}
	return text
}

// shown is a value of the parameter as Go has it: Losant writes durations as numbers.
func (p parameter) shown(value any) string {
	text := fmt.Sprint(value)
	if p.Type == "string" || p.named {
		return strconv.Quote(text)
	}
	number, err := strconv.ParseFloat(text, 64)
	if err != nil || p.Note.Type != "duration" {
		return text
	}
	unit := time.Millisecond
	if p.Note.Unit == "s" {
		unit = time.Second
	}
	return strings.NewReplacer("h0m0s", "h", "m0s", "m").Replace((time.Duration(number) * unit).String())
}
