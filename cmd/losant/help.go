package main

import (
	_ "embed"
	"flag"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/losant-go/losant/internal/api"
)

const usage = `losant calls any action of the Losant API.

    losant RESOURCE.ACTION [FLAGS]

    losant -demo devices.get -o table    on a Losant API inside the program, which needs no token
    losant devices.get -applicationId ID -filterField name -filter 'pump*'
    losant device.patch -applicationId ID -deviceId ID -body '{"name": "Pump 1"}'

    losant help devices                  the actions of a resource
    losant help devices.get              what an action does, what it takes, and an example
    losant help TOPIC                    body, each, exit, flags, lists, output, secrets, streams,
                                         uploads, values

Names are those of Losant's documentation. The environment variable LOSANT_API_TOKEN is the token,
LOSANT_API_URL the URL of the API, https://api.losant.com if it is not set.

The resources:

`

//go:embed topics.md
var topics string

// topic is the text on what all actions have in common, by the name of a section; empty when there is none.
func topic(name string) string {
	_, text, _ := strings.Cut(topics, "## "+name+"\n\n")
	text, _, _ = strings.Cut(text, "\n## ")
	return text
}

// topicNames are the names of all texts.
func topicNames() (names []string) {
	for line := range strings.Lines(topics) {
		if name, ok := strings.CutPrefix(line, "## "); ok {
			names = append(names, strings.TrimSpace(name))
		}
	}
	return names
}

// help lists the resources.
func (c *catalogue) help() string {
	var b strings.Builder
	b.WriteString(usage)
	line := "   "
	for _, name := range c.resources() {
		if len(line)+len(name) > 100 {
			b.WriteString(line + "\n")
			line = "   "
		}
		line += " " + name
	}
	return b.String() + line + "\n"
}

func (c *catalogue) resources() (names []string) {
	for i := range c.Actions {
		if name := c.Actions[i].Resource; !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// showHelp prints what help there is on a topic, a resource or an action.
func (p *program) showHelp(all *catalogue, args []string) error {
	switch {
	case len(args) == 0:
		return p.print(all.help())
	case len(args) > 1:
		return usagef("help takes one word")
	case args[0] == "flags":
		return p.print(flagHelp())
	case slices.Contains(topicNames(), args[0]):
		return p.print(topic(args[0]))
	case strings.Contains(args[0], "."):
		a, err := all.action(args[0])
		if err != nil {
			return err
		}
		return p.print(a.help())
	}
	return p.printResource(all, args[0])
}

func (p *program) printResource(all *catalogue, name string) error {
	if !slices.Contains(all.resources(), name) {
		words := slices.Concat(all.resources(), topicNames(), []string{"flags"})
		return usagef("there is no resource %q%s; losant help lists them", name, suggestion(name, words))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n\n", name, all.notes.Resources[name])
	for i := range all.Actions {
		if a := &all.Actions[i]; a.Resource == name {
			fmt.Fprintf(&b, "    %-*s  %s\n", 36, a.ID(), all.notes.Actions[a.ID()].Summary)
		}
	}
	fmt.Fprintf(&b, "\nlosant help %s.ACTION has more on one.\n", name)
	return p.print(b.String())
}

// flagHelp lists the flags that all actions have.
func flagHelp() string {
	var b strings.Builder
	b.WriteString("The flags of all actions:\n")
	new(settings).flags().VisitAll(func(f *flag.Flag) {
		name, text := flag.UnquoteUsage(f)
		b.WriteString(entry("-"+f.Name+" "+name, text))
	})
	return b.String()
}

// help says what an action does, what it takes, and how it is called.
func (a *action) help() string {
	var b strings.Builder
	b.WriteString(wrap(a.ID()+": "+a.note.Summary, "", 100) + "\n")
	if a.note.Note != "" {
		b.WriteString(wrap(plain(a.note.Note), "", 100) + "\n")
	}
	fmt.Fprintf(&b, "\n    %s %s\n\nExample:\n\n    %s\n", a.Method, a.Path, a.example())
	a.helpArguments(&b)
	if a.Body != nil {
		a.helpBody(&b)
	}
	b.WriteString("\nThe flags of all actions: losant help flags.\n")
	return b.String()
}

func (a *action) helpArguments(b *strings.Builder) {
	for _, required := range []bool{true, false} {
		title := map[bool]string{true: "\nRequired:\n", false: "\nOptional:\n"}[required]
		for _, arg := range a.arguments {
			if arg.required() != required {
				continue
			}
			b.WriteString(title)
			title = ""
			b.WriteString(entry(arg.usage(), arg.about()))
		}
	}
}

// about says what a parameter is, what it may be, and what it is unless it is given.
func (a *argument) about() string {
	var parts []string
	if a.note.Doc != "" {
		parts = append(parts, a.inCommand(plain(a.note.Doc)))
	} else if a.In == api.InPath {
		parts = append(parts, place(a.Name))
	}
	if len(a.Enum) > 0 {
		parts = append(parts, "One of "+list(a.Enum)+".")
	}
	if a.Default != nil && !strings.Contains(a.note.Doc, " when zero") {
		parts = append(parts, fmt.Sprintf("Default: %v.", a.Default))
	}
	return strings.Join(parts, " ")
}

// inCommand says of a filter's field what holds here: complete fills it in, or asks for it.
func (a *argument) inCommand(text string) string {
	if a.Name != "filterField" {
		return text
	}
	without := "A filter needs it."
	if field, err := a.onlyField(); err == nil {
		without = "With a filter, " + field + " by default."
	}
	return strings.Replace(text, "When empty, nothing is filtered.", without, 1)
}

// goOnly is what the notes say for Go alone, and inShell and goNames put the rest in the terms of a shell.
var (
	goOnly  = regexp.MustCompile(`,? such as Ptr\((?:[^()]|\([^()]*\))*\)|: \[At\][^.;]*`)
	inShell = strings.NewReplacer(" when zero", " by default", " when nil", " by default", `Ptr("")`, `""`,
		"Nil lists all, the empty string ", `Without it, all are listed; "" lists `, "an empty slice", "[]", "an empty map", "{}",
		"an [Aggregation]", `a name, such as "MEAN"`)
	goNames = regexp.MustCompile(`\b(Filter|Limit|Start|End|Duration|Resolution)\b`)
)

// plain is a note as a sentence of its own.
func plain(note string) string {
	note = goNames.ReplaceAllStringFunc(inShell.Replace(goOnly.ReplaceAllString(note, "")), strings.ToLower)
	return upper(strings.TrimPrefix(strings.TrimPrefix(note, "is "), "are "))
}

// place says what a part of the path is: "ID of the device." for deviceId.
func place(name string) string {
	var words strings.Builder
	for _, r := range name {
		if unicode.IsUpper(r) {
			words.WriteByte(' ')
		}
		words.WriteRune(unicode.ToLower(r))
	}
	if of, ok := strings.CutSuffix(words.String(), " id"); ok {
		return "ID of the " + of + "."
	}
	return upper(words.String()) + "."
}

func list(values []any) string {
	texts := make([]string, len(values))
	for i, v := range values {
		texts[i] = fmt.Sprint(v)
		if v == "" {
			texts[i] = `""`
		}
	}
	return strings.Join(texts, ", ")
}

// helpBody lists the properties of the body.
func (a *action) helpBody(b *strings.Builder) {
	s := a.bodySchema()
	b.WriteString(entry("-body JSON", a.bodyKind()))
	if len(s.Properties) == 0 {
		return
	}
	b.WriteString("\nProperties of the body:\n")
	for _, p := range s.Properties {
		note := a.catalogue.notes.Property(a.Body.Schema, p.Name)
		text := plain(note.Doc)
		if rule := a.catalogue.rule(p.Schema); rule != "" {
			text = strings.TrimSpace(upper(rule) + ". " + text)
		}
		if p.Required {
			text = "Required. " + text
		}
		if note.Secret != nil && *note.Secret {
			text = "Secret. " + text
		}
		b.WriteString(entry(p.Name, text))
	}
}

func (a *action) bodyKind() string {
	text := "the body (" + a.Body.Schema + "), or @FILE, or - for stdin."
	if a.Body.Required {
		text += " Required."
	}
	return text
}

// rule says in a few words what a schema allows.
func (c *catalogue) rule(s *api.Schema) string {
	s = c.resolve(s)
	var parts []string
	kind := strings.Join(s.Type, " or ")
	if s.Items != nil {
		if of := c.resolve(s.Items); len(of.Type) > 0 {
			kind += " of " + strings.Join(of.Type, " or ")
		}
	}
	if s.Format != "" {
		kind = s.Format
	}
	if kind != "" {
		parts = append(parts, kind)
	}
	if len(s.Enum) > 0 {
		parts = append(parts, "one of "+list(s.Enum))
	}
	if s.MaxLength != nil {
		parts = append(parts, fmt.Sprintf("up to %d characters", *s.MaxLength))
	}
	if s.MaxItems != nil {
		parts = append(parts, fmt.Sprintf("up to %d elements", *s.MaxItems))
	}
	return strings.Join(parts, ", ")
}

// entry is a name, and what it means.
func entry(name, text string) string {
	const indent, column = "    ", 30
	name = strings.TrimSpace(name)
	if text == "" {
		return indent + name + "\n"
	}
	lines := wrap(upper(text), indent+strings.Repeat(" ", column), 120)
	if len(name) >= column-1 {
		return indent + name + "\n" + lines + "\n"
	}
	return indent + name + strings.Repeat(" ", column-len(name)) + strings.TrimLeft(lines, " ") + "\n"
}

// upper is a sentence with a capital at its beginning.
func upper(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// wrap breaks a text into lines.
func wrap(text, indent string, width int) string {
	var lines []string
	line := indent
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > width && strings.TrimSpace(line) != "" {
			lines = append(lines, line)
			line = indent
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	return strings.Join(append(lines, line), "\n")
}

// example is a call of the action that works, but for the ids.
func (a *action) example() string {
	words := []string{"losant", a.ID()}
	for _, arg := range a.arguments {
		if arg.required() {
			words = append(words, "-"+arg.Name, arg.sample())
		}
	}
	if a.Body != nil && (a.Body.Required || a.body.Kind() == reflect.Struct) {
		words = append(words, "-body", a.sampleBody())
	}
	if a.destroys() {
		words = append(words, "-yes")
	}
	return strings.Join(words, " ")
}
