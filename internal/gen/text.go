package main

import (
	"fmt"
	"regexp"
	"strings"
)

// columns is how wide a line of Go may be, and tab how wide a tab in it is.
const columns, tab = 120, 4

// comment is text as a comment, wrapped, which is the line behind it. Blank lines part paragraphs, and one that begins with a
// tab is code. indent is how far the comment is indented.
func comment(indent int, text string) string {
	var paragraphs []string
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		switch paragraph = strings.Trim(paragraph, "\n"); {
		case strings.HasPrefix(paragraph, "\t"):
			paragraphs = append(paragraphs, "//"+paragraph)
		case strings.TrimSpace(paragraph) != "":
			lines := wrapped(paragraph, columns-tab*indent-len("// "))
			paragraphs = append(paragraphs, "// "+strings.Join(lines, "\n// "))
		}
	}
	return strings.Join(paragraphs, "\n//\n")
}

// wrapped breaks a paragraph into lines.
func wrapped(paragraph string, width int) (lines []string) {
	line := ""
	for _, word := range strings.Fields(paragraph) {
		if line != "" && len(line)+1+len(word) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}

// enumerate lists values in a sentence: "a, b or c".
func enumerate(values []string, and string) string {
	last := len(values) - 1
	if last < 1 {
		return strings.Join(values, "")
	}
	return strings.Join(values[:last], ", ") + " " + and + " " + values[last]
}

var (
	actionID  = regexp.MustCompile(`"[^"]*"|\b[a-z]\w*\.[a-z]\w*\b`)
	camelCase = regexp.MustCompile(`"[^"]*"|\b[a-z]+[A-Z]\w*\b`)
)

// inGo is a text with the names that actions, parameters and properties have in Go. What is quoted is a value.
func (m *model) inGo(text string) string {
	text = actionID.ReplaceAllStringFunc(text, func(id string) string {
		resource, name, _ := strings.Cut(id, ".")
		if !m.known["action "+id] {
			return id
		}
		return "[" + goName(resource) + "Service." + goName(name) + "]"
	})
	return camelCase.ReplaceAllStringFunc(text, func(name string) string {
		if !m.known["property "+name] && !m.known["argument "+name] {
			return name
		}
		return goName(name)
	})
}

// lowered is a sentence that follows the name of what it is about: "Lists ..." is "lists ...".
func lowered(sentence string) string {
	return strings.ToLower(sentence[:1]) + sentence[1:]
}

// indexed is a line of the index: the services of a noun.
func indexed(services []*service) string {
	const mark, rest = "//   - ", "//     "
	var all []string
	for _, s := range services {
		var methods []string
		for _, a := range s.Actions {
			for _, m := range a.Methods() {
				methods = append(methods, m.Name)
			}
		}
		all = append(all, fmt.Sprintf("[%sService] (%s)", s.Name, strings.Join(methods, ", ")))
	}
	return mark + strings.Join(wrapped(strings.Join(all, ", "), columns-len(mark)), "\n"+rest)
}

func scopeListName(name string) string { return "scopesOf" + goName(name) }

// scopeName is the constant of a scope: "devices.*" is ScopeDevicesAll.
func scopeName(scope string) string { return "Scope" + goName(strings.ReplaceAll(scope, "*", "all")) }
