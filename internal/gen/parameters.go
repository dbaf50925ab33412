package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// notOffered are parameters that change the type of the answer.
var notOffered = []string{"attributesAsObject", "tagsAsObject"}

// The patterns of parameters, and the rules for them.
const (
	idPattern        = `^[A-Fa-f\d]{24}$`
	idOrEmptyPattern = `^([A-Fa-f\d]{24}|)$`
	wordPattern      = `^[0-9a-zA-Z_-]{1,255}$`
)

// parameter is a parameter of the query as Go has it.
type parameter struct {
	api.Parameter
	Note     api.ParameterNote
	GoName   string
	Type     string
	argument string
	method   string // of parameters, which sends it
	named    bool   // the type is a string of its own
	tree     *typ   // of a parameter that has a schema
}

func newParameter(m *model, a *api.Action, p api.Parameter) (parameter, error) {
	note, _ := m.overlay.Parameter(a, p.Name)
	note.Doc = m.vocabulary.inGo(note.Doc)
	q := parameter{Parameter: p, Note: note, GoName: goName(p.Name), argument: m.argument(p.Name)}
	kind := note.Type
	switch {
	case kind != "" || p.Schema != "":
	case p.Type == "array":
		kind = "strings"
	case p.Type == "file":
		kind = "file"
	default:
		kind = "string"
	}
	goTypes := map[string]struct{ goType, method string }{
		"":         {"", "tree"},
		"bool":     {"bool", "bool"},
		"duration": {"time.Duration", "duration"},
		"file":     {"Upload", "file"},
		"instant":  {"Instant", "instant"},
		"int":      {"int", "int"},
		"query":    {"Query", "query"},
		"string":   {"string", "text"},
		"strings":  {"[]string", "list"},
		"time":     {"time.Time", "time"},
	}
	t, ok := goTypes[kind]
	if !ok {
		return parameter{}, fmt.Errorf("the overlay has the type %q, which is unknown", kind)
	}
	q.Type, q.method = t.goType, t.method
	switch {
	case note.Pointer && kind == "string":
		q.Type, q.method = "*string", "optional"
	case note.Pointer && kind == "duration":
		q.Type, q.method = "*time.Duration", "optionalDuration"
	case note.Pointer:
		return parameter{}, fmt.Errorf("the type %s cannot be a pointer", q.Type)
	case kind == "strings" && p.Type == "array":
		q.method = "tree"
	case kind == "bool" && fmt.Sprint(p.Default) == "true":
		return parameter{}, fmt.Errorf("its default is true, so that false could not be sent")
	}
	enum := cmp.Or(m.enums[a.ID()+"?"+p.Name], m.enums["?"+p.Name])
	switch {
	case kind == "" && p.In == api.InForm:
		q.Type, q.method = "*"+m.bodyType(p.Schema), "json"
	case kind == "":
		q.tree = m.typeOf(&api.Schema{Ref: p.Schema}, inBody, place{})
		if q.tree.kind == listKind && q.tree.elem.kind == textKind {
			q.tree.elem.name = enum
		}
		q.Type = q.tree.String()
	case kind == "string" && enum != "":
		q.Type, q.named = enum, true
	}
	_, err := q.rule()
	return q, err
}

// Encode is the statement that adds the parameter to the query.
func (p parameter) Encode(value string) string {
	if p.named {
		value = "string(" + value + ")"
	}
	if p.Note.Unit != "" {
		value += ", " + map[string]string{"ms": "time.Millisecond", "s": "time.Second"}[p.Note.Unit]
	}
	if p.method == "file" {
		value += ", " + strconv.FormatBool(p.Required)
	}
	rule, _ := p.rule()
	return fmt.Sprintf("q.%s(%q, %s)%s", p.method, p.Name, value, rule)
}

// Checks are the statements that check a parameter that has a schema. What is empty is not sent.
func (p parameter) Checks() []string {
	s, value, name := &statements{}, "p."+p.GoName, strconv.Quote(p.Name)
	switch {
	case p.method == "json":
		s.block("if "+value+" != nil", func(in *statements) { in.add("%s.check(check.field(%s))", value, name) })
	case p.tree == nil:
	case p.tree.kind == listKind:
		s.block("if len("+value+") > 0", func(in *statements) { in.value(p.tree, value, "check", name) })
	default:
		s.value(p.tree, value, "check", name)
	}
	return s.lines
}

// ruled are the methods of parameters whose texts can be checked.
var ruled = []string{"text", "optional", "duration"}

// rule is the call that checks what is sent, "" for none.
func (p parameter) rule() (string, error) {
	var rules []string
	if p.Pattern != "" {
		rule, ok := map[string]string{idPattern: ".id()", idOrEmptyPattern: ".idOrEmpty()", wordPattern: ".word()"}[p.Pattern]
		if !ok {
			return "", fmt.Errorf("no rule knows the pattern %s", p.Pattern)
		}
		rules = append(rules, rule)
	}
	if p.MinLength != nil || p.MaxLength != nil {
		rules = append(rules, fmt.Sprintf(".length(%s, %s)", limit(p.MinLength, "0"), limit(p.MaxLength, "unlimited")))
	}
	if p.Enum != nil {
		quoted := make([]string, len(p.Enum))
		for i, value := range p.Enum {
			quoted[i] = strconv.Quote(fmt.Sprint(value))
		}
		rules = append(rules, ".oneOf("+strings.Join(quoted, ", ")+")")
	}
	switch {
	case len(rules) == 0:
		return "", nil
	case len(rules) > 1 || !slices.Contains(ruled, p.method):
		return "", fmt.Errorf("a %s cannot keep the rules %s", p.Type, rules)
	}
	return rules[0], nil
}
