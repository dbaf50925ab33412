package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/losant-go/losant/internal/api"
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
	if facts := f.facts(); f.form == inBody && facts != "" {
		switch {
		case text == "":
			text = facts
		case !strings.ContainsAny(text, "0123456789") && !strings.Contains(facts, "hexadecimal"):
			text += " " + strings.NewReplacer("\x00is ", "It is ", "\x00are ", "They are ", "\x00has ", "It has ").Replace("\x00"+facts)
		}
	}
	if text == "" {
		return ""
	}
	return comment(1, f.Name()+" "+text)
}

// facts are the rules of the property as a sentence without its name in front, "is 1 to 255 characters", with its period.
func (f *field) facts() string {
	rules := f.typ.facts(f.Property)
	null := ""
	if f.typ.nullable && f.typ.kind != anythingKind {
		null = fmt.Sprintf("Null[%s]()", f.typ)
	}
	if len(rules) == 0 {
		return ""
	}
	verb := "is "
	if f.typ.kind == listKind || f.typ.kind == dictKind {
		verb = "are "
	}
	switch {
	case strings.HasPrefix(rules[0], "keys "), strings.HasPrefix(rules[0], "values "):
		verb = "has "
	}
	text := verb + strings.Join(rules, "; ")
	switch {
	case null != "" && f.patch:
		text += "; " + null + " clears it"
	case null != "":
		text += ", or " + null
	}
	return text + "."
}

// facts are what a value has to be.
func (t *typ) facts(property string) (rules []string) {
	switch {
	case t.kind == textKind && t.name == "":
		return textFacts(t.alternatives())
	case t.kind.isNumber():
		return numberFacts(t.alternatives()[0])
	case t.kind == listKind:
		s := t.schema
		if many := arrayOf(s); many != nil {
			s = many
		}
		if count := span(s.MinItems, s.MaxItems, elements(property)); count != "" {
			rules = append(rules, count)
		}
		if t.elem.kind == textKind && t.elem.name == "" && elements(property) != "ids" {
			if each := textFacts(t.elem.alternatives()); len(each) > 0 {
				rules = append(rules, "each "+strings.Join(each, ", "))
			}
		}
	case t.kind == dictKind && len(t.schema.PatternProperties) > 0:
		p := t.schema.PatternProperties[0]
		if rule := patterns[p.Pattern]; rule.doc != "" && t.schema.Closed {
			rules = append(rules, "keys of "+rule.doc)
		}
		if t.elem.kind == textKind {
			if each := textFacts(t.elem.alternatives()); len(each) > 0 {
				rules = append(rules, "values of "+each[0])
			}
		}
	}
	return rules
}

func textFacts(all []*api.Schema) (rules []string) {
	if values := enumeration(all); len(values) > 0 {
		if len(values) > 10 {
			return nil
		}
		quoted := make([]string, len(values))
		for i, v := range values {
			quoted[i] = fmt.Sprintf("%q", v)
		}
		return []string{enumerate(quoted, "or")}
	}
	var kinds []string
	for _, a := range all {
		switch {
		case a.Pattern != "":
			kinds = append(kinds, patterns[a.Pattern].doc)
		case a.Format != "":
			kinds = append(kinds, formatRules[a.Format].doc)
		case len(a.Enum) > 0:
			kinds = append(kinds, strings.ReplaceAll(literals(a.Enum), `""`, "empty"))
		}
	}
	if len(kinds) > 0 {
		rules = append(rules, enumerate(slices.Compact(kinds), "or"))
	}
	if length := span(all[0].MinLength, all[0].MaxLength, "characters"); length != "" && len(all) == 1 {
		rules = append(rules, length)
	}
	return rules
}

func numberFacts(s *api.Schema) []string {
	switch {
	case len(s.Enum) > 0:
		return []string{strings.ReplaceAll(literals(s.Enum), ", ", " or ")}
	case s.Minimum != nil && s.Maximum != nil:
		return []string{bound(s.Minimum, "") + " to " + bound(s.Maximum, "")}
	case s.Minimum != nil:
		return []string{"at least " + bound(s.Minimum, "")}
	case s.Maximum != nil:
		return []string{"at most " + bound(s.Maximum, "")}
	}
	return nil
}

// span is a range of lengths in words, "" for any.
func span(least, most *int, of string) string {
	switch {
	case least != nil && *least > 0 && most != nil:
		return fmt.Sprintf("%d to %d %s", *least, *most, of)
	case most != nil:
		return fmt.Sprintf("at most %d %s", *most, of)
	case least != nil && *least > 0:
		return fmt.Sprintf("at least %d %s", *least, of)
	}
	return ""
}
