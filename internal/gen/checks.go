package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// statements are the Go statements that check a value. The expression check is the checker of the object around it.
type statements struct {
	lines []string
	loops int // around them
}

func (s *statements) add(format string, args ...any) {
	s.lines = append(s.lines, fmt.Sprintf(format, args...))
}

// block adds the statements of inner in a block, unless there are none.
func (s *statements) block(head string, inner func(*statements)) {
	in := statements{loops: s.loops}
	if inner(&in); len(in.lines) > 0 {
		s.add("%s {", head)
		s.lines = append(append(s.lines, in.lines...), "}")
	}
}

// Checks are the statements of the type's check method. There are none when nothing can be wrong.
func (g *goType) Checks() []string {
	if g.checks == nil {
		g.checks = &statements{}
		if g.form == inBody {
			g.checks.typ(g, g.Receiver(), "check")
		}
	}
	return g.checks.lines
}

// typ adds the checks of a value of a declared type.
func (s *statements) typ(g *goType, value, check string) {
	switch {
	case g.under != nil:
		s.value(g.under, value, check, `""`)
	case len(g.Variants) > 0:
		s.kinds(g, value, check)
	default:
		for _, f := range g.fields {
			s.field(f, value+"."+f.Name(), check)
		}
		s.choice(g, value, check)
	}
}

// kinds adds the checks of a union.
func (s *statements) kinds(g *goType, value, check string) {
	given := make([]string, len(g.Variants))
	for i, v := range g.Variants {
		given[i] = fmt.Sprintf("%s.%s != nil", value, v.Name)
	}
	s.add("%s.oneKind(%s)", check, strings.Join(given, ", "))
	for i, v := range g.Variants {
		if len(v.decl.final().Checks()) > 0 {
			s.add("if %s {", given[i])
			s.add("%s.%s.check(%s)", value, v.Name, check)
			s.add("}")
		}
	}
}

// field adds the checks of a field. What is not sent is not checked.
func (s *statements) field(f *field, value, check string) {
	name := strconv.Quote(f.Property)
	isNullable := strings.HasPrefix(f.Type(), "Nullable[")
	switch {
	case f.typ.isScalar() && isNullable:
		s.scalar(f.typ, value+".pointer()", check, name)
	case f.typ.isScalar() && f.IsPointer():
		s.scalar(f.typ, value, check, name)
	case isNullable:
		s.block("if value, ok := "+value+".Get(); ok", func(in *statements) { in.value(f.typ, "value", check, name) })
	case f.required, f.isReference() && f.typ.kind != anythingKind && !f.typ.needsElements():
		if f.required && f.isReference() && f.typ.kind != handKind { // a nil Query is sent as {}
			s.add("%s.given(%s, %s != nil)", check, name, value)
		}
		s.value(f.typ, value, check, name)
	default:
		s.block("if "+f.isSent(value), func(in *statements) { in.value(f.typ, value, check, name) })
	}
}

// value adds the checks of a value, or of one that a pointer to a struct leads to.
func (s *statements) value(t *typ, value, check, name string) {
	switch t.kind {
	case objectKind:
		s.object(t, value, check, name)
	case listKind:
		s.list(t, value, check, name)
	case dictKind:
		s.dict(t, value, check, name)
	case anythingKind:
		if scalars, nullable := t.isAnyScalar(); scalars {
			s.add("%s.scalar(%s, %s, %t)", check, name, value, nullable)
		}
		if texts := t.texts(); len(texts) > 0 {
			s.block("if text, ok := asText("+value+"); ok", func(in *statements) {
				in.scalar(&typ{kind: textKind, flat: texts}, "&text", check, name)
			})
		}
	default:
		s.scalar(t, "&"+value, check, name)
	}
}

func (s *statements) object(t *typ, value, check, name string) {
	inner := check
	if name != `""` {
		inner = fmt.Sprintf("%s.field(%s)", check, name)
	}
	declared := t.decl.final()
	if t.decl == declared || t.decl.schema == declared.schema {
		if len(declared.Checks()) > 0 {
			s.add("%s.check(%s)", value, inner)
		}
		return
	}
	own := statements{loops: s.loops} // it is another shape of that type, and has rules of its own
	if own.typ(t.decl, value, "part"); len(own.lines) > 0 {
		s.add("part := %s", inner)
		s.lines = append(s.lines, own.lines...)
	}
}

func (s *statements) list(t *typ, value, check, name string) {
	schema := cmp.Or(arrayOf(t.schema), t.schema)
	if schema.MinItems != nil || schema.MaxItems != nil {
		s.add("%s.count(%s, %q, len(%s), %s, %s)", check, name, elements(name), value,
			limit(schema.MinItems, "0"), limit(schema.MaxItems, "unlimited"))
	}
	if schema.UniqueItems && t.elem.kind == textKind && t.elem.name == "" {
		s.add("%s.unique(%s, %s)", check, name, value)
	}
	i := "ijkl"[s.loops : s.loops+1]
	s.loops++
	s.block(fmt.Sprintf("for %s := range %s", i, value), func(in *statements) {
		in.value(t.elem, value+"["+i+"]", fmt.Sprintf("%s.element(%s, %s)", check, name, i), `""`)
	})
	s.loops--
}

// elements is what the elements of a list are called: "ids" for the property "deviceIds".
func elements(property string) string {
	all := words(property)
	if len(all) == 0 || !strings.HasSuffix(all[len(all)-1], "s") {
		return "elements"
	}
	return strings.ToLower(all[len(all)-1])
}

// arrayOf is the array among the alternatives of a schema, nil for none.
func arrayOf(s *api.Schema) *api.Schema {
	for _, a := range alternatives(s) {
		if isOnly(a, "array") {
			return a
		}
	}
	return nil
}

func (s *statements) dict(t *typ, value, check, name string) {
	if len(t.schema.PatternProperties) == 0 {
		return
	}
	p := t.schema.PatternProperties[0]
	rule := keyRules[p.Pattern]
	if !t.schema.Closed || rule == "" {
		rule = "nil"
	}
	scalars, nullable := false, false
	if t.elem.kind == anythingKind {
		scalars, nullable = t.elem.isAnyScalar()
	}
	switch {
	case t.elem.kind == textKind:
		s.add("%s.texts(%s, %s, %s, %s, %s)", check, name, value, rule,
			limit(p.Schema.MinLength, "0"), limit(p.Schema.MaxLength, "unlimited"))
	case scalars:
		s.add("%s.scalars(%s, %s, %s, %t)", check, name, value, rule, nullable)
	case rule != "nil":
		s.add("%s.keys(%s, %s, %s)", check, name, value, rule)
	}
	if t.elem.kind == anythingKind && len(t.elem.texts()) > 0 {
		s.block("for _, key := range sortedKeys("+value+")", func(in *statements) {
			in.value(t.elem, value+"[key]", check, "entry("+name+", key)")
		})
	}
}

// texts are the texts among what a value of any type may be.
func (t *typ) texts() (all []*api.Schema) {
	for _, a := range t.flat {
		if isOnly(a, "string") {
			all = append(all, a)
		}
	}
	return all
}

// needsElements reports whether a list may not be empty.
func (t *typ) needsElements() bool {
	return t.kind == listKind && cmp.Or(arrayOf(t.schema), t.schema).MinItems != nil
}

// isScalar reports whether a pointer to the value is what its checks take.
func (t *typ) isScalar() bool {
	switch t.kind {
	case textKind, integerKind, longKind, numberKind, momentKind, instantKind, booleanKind:
		return true
	}
	return false
}

// isAnyScalar reports whether a value of any type has to be a text, a number or a boolean, or else null.
func (t *typ) isAnyScalar() (scalars, nullable bool) {
	types := t.schema.Type
	if len(types) < 2 || slices.Contains(types, "object") || slices.Contains(types, "array") {
		return false, false
	}
	return true, slices.Contains(types, "null")
}

// isReference reports whether the field is nil when it is not there, and no pointer.
func (f *field) isReference() bool {
	switch f.typ.kind {
	case listKind, dictKind, rawKind, handKind:
		return true
	case anythingKind:
		_, nullable := f.typ.isAnyScalar()
		return !f.required || len(f.typ.schema.Type) > 0 && !nullable
	}
	return false
}

// isSent is the expression that says whether an optional field is sent.
func (f *field) isSent(value string) string {
	switch t := f.Type(); {
	case strings.HasPrefix(t, "Nullable["), f.typ.kind == instantKind, f.typ.kind == momentKind && !f.IsPointer():
		return "!" + value + ".IsZero()"
	case strings.HasPrefix(t, "*"), f.isReference():
		return value + " != nil"
	case f.typ.kind == textKind:
		return value + ` != ""`
	}
	return value + " != 0"
}

// scalar adds the checks of a text, a number or a time, to which value is a pointer.
func (s *statements) scalar(t *typ, value, check, name string) {
	if t.kind == textKind && t.name != "" {
		value = "(*string)(" + value + ")"
	}
	for _, c := range t.constraints() {
		s.add("%s.%s(%s, %s%s)", check, c.method, name, value, c.args)
	}
}

// choice adds the check of a choice between what is required: alternatives that only require, or those whose properties
// the type has all.
func (s *statements) choice(g *goType, value, check string) {
	var conditions, names []string
	for _, a := range alternatives(g.schema) {
		if a = g.model.deref(a); isOnly(a, "null") {
			return
		}
		var all []string
		for _, property := range a.Required {
			f := fieldNamed(g.fields, property)
			if f == nil {
				return
			}
			if !f.required {
				all = append(all, f.isSent(value+"."+f.Name()))
			}
		}
		if len(all) == 0 {
			return
		}
		conditions = append(conditions, strings.Join(all, " && "))
		names = append(names, strings.Join(a.Required, " and "))
	}
	if len(conditions) < 2 {
		return
	}
	method := "exactlyOne"
	if len(g.schema.AnyOf) > 0 {
		method = "atLeastOne"
	}
	s.add("%s.%s(%q, %s)", check, method, strings.Join(names, ", or "), strings.Join(conditions, ", "))
}
