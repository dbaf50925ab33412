package main

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Doc is the doc comment of the type.
func (g *goType) Doc() string {
	text := g.Name + " " + g.origin() + "."
	if len(g.Variants) > 0 {
		text += " One of its fields is set."
	}
	if g.Secrets() != "" {
		text += " Under fmt, and as an attribute of slog, it shows no secret; encoding/json encodes it whole."
	}
	return comment(0, text)
}

// origin says what the type is in Losant's documentation, or what it is a part of.
func (g *goType) origin() string {
	schema := fmt.Sprintf("Losant's schema %q", g.losant)
	answered := g.model.answers[g.losant]
	switch {
	case g.of != nil && len(g.variant.values) == 1:
		return fmt.Sprintf("is a %s of the kind %q", g.of.final().Name, g.variant.values[0])
	case g.of != nil:
		return "is a kind of " + g.of.final().Name
	case g.Operation() != "":
		return "is the body of " + g.Operation() + " (" + schema + ")"
	case g.form == inAnswer && len(answered) > 0:
		return "is the answer to " + some(answered, "actions") + " (" + schema + ")"
	case len(g.holders) == 0:
		return "is " + schema
	case rootOf(g.losant) == g.losant:
		return g.place() + " (" + schema + ")"
	}
	return g.place()
}

// place says which fields have the type, that which it is named after first.
func (g *goType) place() string {
	slices.SortStableFunc(g.holders, func(a, b holder) int { return cmp.Compare(fmt.Sprint(b.first), fmt.Sprint(a.first)) })
	var names []string
	for _, h := range g.holders {
		names = append(names, h.name)
	}
	verb := map[kind]string{listKind: "is an element of ", dictKind: "is a value of "}[g.holders[0].typ.kind]
	return cmp.Or(verb, "is the type of ") + some(names, "fields")
}

// some lists names, and of many the first two.
func some(names []string, of string) string {
	if len(names) > 3 {
		names = append(slices.Clone(names[:2]), fmt.Sprintf("%d more %s", len(names)-2, of))
	}
	return enumerate(names, "and")
}

// Doc is the doc comment of the field: what the overlay says, and what the facts do. "" is none.
func (f *field) Doc() string {
	text := f.note
	verb, facts := f.facts()
	switch {
	case f.form == inAnswer || facts == "":
	case text == "":
		text = verb + " " + facts
	case !strings.ContainsAny(text, "0123456789") && !strings.Contains(facts, "hexadecimal") && !saysAll(text, facts):
		subject := "It"
		switch {
		case verb == "has" && strings.HasPrefix(text, "are "):
			subject, verb = "They", "have"
		case verb == "are":
			subject = "They"
		}
		text += " " + subject + " " + verb + " " + facts
	}
	if text == "" {
		return ""
	}
	return comment(1, f.Name()+" "+text)
}

var quotedValue = regexp.MustCompile(`"\w+"`)

// saysAll reports whether a text has all values that facts list.
func saysAll(text, facts string) bool {
	values := quotedValue.FindAllString(facts, -1)
	return values != nil && !slices.ContainsFunc(values, func(value string) bool { return !strings.Contains(text, value) })
}

// facts are the rules of the property, "1 to 255 characters", with a period, and the verb in front of them.
func (f *field) facts() (verb, text string) {
	rules := f.typ.facts(f.Property)
	if len(rules) == 0 {
		return "", ""
	}
	verb = "is"
	switch {
	case strings.HasPrefix(rules[0], "keys "), strings.HasPrefix(rules[0], "values "):
		verb = "has"
	case f.typ.kind == listKind || f.typ.kind == dictKind:
		verb = "are"
	}
	text = strings.Join(rules, "; ")
	null := fmt.Sprintf("Null[%s]()", f.typ)
	switch {
	case !f.typ.nullable || f.typ.kind == anythingKind || strings.Contains(f.note, "null"):
	case f.patch:
		text += "; " + null + " clears it"
	default:
		text += ", or " + null
	}
	return verb, text + "."
}

// facts are what a value has to be.
func (t *typ) facts(property string) (rules []string) {
	switch {
	case t.kind == listKind:
		s := cmp.Or(arrayOf(t.schema), t.schema)
		rules = append(rules, span(s.MinItems, s.MaxItems, elements(property)))
		if each := t.elem.facts(""); t.elem.kind == textKind && len(each) > 0 && elements(property) != "ids" {
			rules = append(rules, "each "+strings.Join(each, ", "))
		}
	case t.kind == dictKind && len(t.schema.PatternProperties) > 0:
		p := t.schema.PatternProperties[0]
		if rule := patterns[p.Pattern]; rule.doc != "" && t.schema.Closed {
			rules = append(rules, "keys of "+rule.doc)
		}
		if each := t.elem.facts(""); t.elem.kind == textKind && len(each) > 0 {
			rules = append(rules, "values of "+each[0])
		}
	case t.name == "":
		for _, c := range t.constraints() {
			rules = append(rules, c.doc)
		}
		if len(rules) == 2 {
			rules = []string{ofLength(rules[0], rules[1])}
		}
	}
	return slices.DeleteFunc(rules, func(rule string) bool { return rule == "" })
}

// ofLength is what a text has to be, and how long: "a URL of at most 1024 characters".
func ofLength(length, what string) string {
	switch _, alphabet, ok := strings.Cut(what, "characters of "); {
	case length == "" || what == "":
		return length + what
	case strings.Contains(what, " characters or more, "):
		return length + what[strings.Index(what, ", "):]
	case ok && strings.HasPrefix(what, "characters of "):
		return length + " of " + alphabet
	case strings.HasPrefix(what, "a ") || strings.HasPrefix(what, "an "):
		return what + " of " + length
	}
	return what + "; " + length
}
