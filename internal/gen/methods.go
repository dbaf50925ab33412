package main

import (
	"fmt"
	"strings"
)

// method is a method of a service.
type method struct {
	action  *action
	Name    string
	Comment string
	result  string // "(*Device, error)"
	call    string // the function that carries it out
	extra   string // an argument of that one
}

// Methods are the methods of an action: one, and one for all pages of a list.
func (a *action) Methods() []method {
	one := method{action: a, Name: a.Method(), Comment: a.Comment(), result: "(" + a.Result + ", error)"}
	element := strings.TrimPrefix(a.Result, "*")
	switch {
	case a.Event != "":
		one.call, one.result = "stream["+element+"]", "iter.Seq2["+a.Result+", error]"
	case a.slice:
		one.call = "callValue[" + element + "]"
	default:
		one.call = "call[" + element + "]"
	}
	if a.paging == "" {
		return []method{one}
	}
	all := method{
		action: a, Name: a.allName(), Comment: a.allComment(), extra: a.paging,
		result: "iter.Seq2[*" + a.element + ", error]", call: "items[" + a.element + "]",
	}
	if a.maps {
		all.result, all.call = "iter.Seq2["+a.element+", error]", "itemValues["+a.element+"]"
	}
	return []method{one, all}
}

// allName is the name of the method for all pages.
func (a *action) allName() string {
	if a.Name == "get" {
		return "All"
	}
	return a.Method() + "All"
}

// Usage is how the method is called.
func (m method) Usage() string { return "client." + m.action.Service() + "." + m.Name }

// Signature is the method from its name to the result.
func (m method) Signature() string {
	a := m.action
	list := []string{"ctx context.Context"}
	for i, arg := range a.arguments {
		if i+1 < len(a.arguments) && a.arguments[i+1].goType == arg.goType {
			list = append(list, arg.name)
		} else {
			list = append(list, arg.name+" "+arg.goType)
		}
	}
	list = append(list, "opts ...CallOption")
	arguments := strings.Join(list, ", ")
	const shape = "func (s *%sService) %s(%s) %s {"
	one := fmt.Sprintf(shape, a.Service(), m.Name, arguments, m.result)
	if len(one) <= columns {
		return one
	}
	return fmt.Sprintf(shape, a.Service(), m.Name, "\n\t"+arguments+",\n", m.result)
}

// Call is the expression that carries out the method.
func (m method) Call() string {
	parts := m.action.parts()
	inside := "ctx, (*service)(s), &" + m.action.Operation() + ", arguments{"
	end := "}, opts)"
	if m.extra != "" {
		end = "}, " + m.extra + ", opts)"
	}
	one := inside + strings.Join(parts, ", ") + end
	switch {
	case tab+len("return "+m.call+"("+one) <= columns:
		return m.call + "(" + one
	case 2*tab+len(one) <= columns:
		return m.call + "(\n\t\t" + one
	default:
		return m.call + "(" + inside + "\n\t\t" + strings.Join(parts, ",\n\t\t") + ",\n\t" + end
	}
}

// parts are the fields of the arguments.
func (a *action) parts() (parts []string) {
	var ids []string
	for _, arg := range a.arguments[:a.pathLength()] {
		ids = append(ids, arg.name)
	}
	if ids != nil {
		parts = append(parts, "ids: ids{"+strings.Join(ids, ", ")+"}")
	}
	if a.required != nil {
		var adds []string
		for _, p := range a.required {
			adds = append(adds, p.Encode(p.argument))
		}
		parts = append(parts, "required: func(q *parameters) { "+strings.Join(adds, "; ")+" }")
	}
	if a.body != "" {
		parts = append(parts, "body: "+a.body)
	}
	if a.Form != nil {
		parts = append(parts, "form: form")
	}
	return parts
}

func (a *action) pathLength() int { return strings.Count(a.Path, "{") }
