package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// columns is how wide a line of Go may be, and tab how wide a tab in it is.
const columns, tab = 120, 4

// comment is text as a comment, wrapped, which is the line behind it. Lines of text are paragraphs, and those that begin
// with a tab code. indent is how far the comment is indented.
func comment(indent int, text string) string {
	var b strings.Builder
	for i, paragraph := range strings.Split(strings.TrimSpace(text), "\n") {
		if i > 0 {
			b.WriteString("//\n")
		}
		if strings.HasPrefix(paragraph, "\t") {
			b.WriteString("//" + paragraph + "\n")
			continue
		}
		for _, line := range wrapped(paragraph, columns-tab*indent-len("// ")) {
			b.WriteString("// " + line + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
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
func enumerate[T any](values []T, and string) string {
	var b strings.Builder
	for i, value := range values {
		switch {
		case i == 0:
		case i == len(values)-1:
			b.WriteString(" " + and + " ")
		default:
			b.WriteString(", ")
		}
		fmt.Fprint(&b, value)
	}
	return b.String()
}

// vocabulary are the names of Losant's that texts speak of.
type vocabulary struct {
	actions map[string]*api.Action // by ID
	names   map[string]bool        // of parameters and properties
}

func newVocabulary(d *api.Description) vocabulary {
	v := vocabulary{map[string]*api.Action{}, map[string]bool{}}
	for i := range d.Actions {
		a := &d.Actions[i]
		v.actions[a.ID()] = a
		for _, p := range a.Parameters {
			v.names[p.Name] = true
		}
	}
	for _, s := range d.Schemas {
		for _, p := range s.Properties {
			v.names[p.Name] = true
		}
	}
	return v
}

var (
	actionID  = regexp.MustCompile(`"[^"]*"|\b[a-z]\w*\.[a-z]\w*\b`)
	camelCase = regexp.MustCompile(`"[^"]*"|\b[a-z]+[A-Z]\w*\b`)
)

// inGo is a text with the names that actions, parameters and properties have in Go. What is quoted is a value.
func (v vocabulary) inGo(text string) string {
	text = actionID.ReplaceAllStringFunc(text, func(id string) string {
		a := v.actions[id]
		if a == nil {
			return id
		}
		return "[" + goName(a.Resource) + "Service." + goName(a.Name) + "]"
	})
	return camelCase.ReplaceAllStringFunc(text, func(name string) string {
		if !v.names[name] {
			return name
		}
		return goName(name)
	})
}

// lowered is a sentence that follows the name of what it is about: "Lists ..." is "lists ...".
func lowered(sentence string) string {
	if sentence == "" {
		return ""
	}
	return strings.ToLower(sentence[:1]) + sentence[1:]
}

// packages are what generated files import, by the name that they use. Those of this module come behind the others.
var packages = []struct{ name, path string }{
	{"context", "context"},
	{"json", "encoding/json"},
	{"fmt", "fmt"},
	{"iter", "iter"},
	{"slog", "log/slog"},
	{"math", "math"},
	{"http", "net/http"},
	{"time", "time"},
	{"rest", "github.com/losant-go/losant/internal/rest"},
}

var lineComment = regexp.MustCompile(`(?m)^\s*//.*$`)

// importing puts what a file imports behind its package clause.
func importing(source string) string {
	code := lineComment.ReplaceAllString(source, "")
	imports := ""
	for _, p := range packages {
		if regexp.MustCompile(`\b` + p.name + `\.[A-Z]`).MatchString(code) {
			if strings.Contains(p.path, ".") {
				imports += "\n"
			}
			imports += fmt.Sprintf("\t%q\n", p.path)
		}
	}
	if imports == "" {
		return source
	}
	const clause = "package losant\n"
	return strings.Replace(source, clause, clause+"\nimport (\n"+imports+")\n", 1)
}
