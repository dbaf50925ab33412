package main

import (
	"flag"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/losant-go/losant/internal/api"
)

// settings are the flags that every action has.
type settings struct {
	help, demo, all, yes, dryRun, again, guard bool
	links, actions, embedded                   bool
	output, columns, each, failed, domain      string
	parallel                                   int
	timeout                                    time.Duration
}

// flags are the flags of the settings. They may stand before the action and behind it.
func (s *settings) flags() *flag.FlagSet {
	f := flag.NewFlagSet("losant", flag.ContinueOnError)
	f.SetOutput(io.Discard) // errors are explained in one place
	f.BoolVar(&s.help, "h", false, "print the help of the action")
	f.BoolVar(&s.help, "help", false, "print the help of the action")
	f.BoolVar(&s.demo, "demo", false, "act on a Losant API inside the program, which forgets everything when it ends")
	f.BoolVar(&s.dryRun, "dry-run", false, "show the request, without the token, in place of sending it")
	f.StringVar(&s.output, "o", "", "`FORMAT` of the output: json, jsonl, table or csv")
	f.StringVar(&s.columns, "columns", "", "`NAMES` of the columns of a table or of CSV, with commas between them")
	f.BoolVar(&s.guard, "guard", false, "keep spreadsheets from running cells of CSV: ' before those that begin with = + - or @")
	f.BoolVar(&s.all, "all", false, "page through the whole list")
	f.StringVar(&s.each, "each", "", "call once for each line of a CSV `FILE`, whose columns are {placeholders}")
	f.IntVar(&s.parallel, "parallel", 4, "`NUMBER` of calls of -each at a time")
	f.StringVar(&s.failed, "failed", "", "`FILE` for the lines of -each that failed (default NAME.failed.csv)")
	f.BoolVar(&s.again, "again", false, "send lines of -each again that may have been applied before")
	f.BoolVar(&s.yes, "yes", false, "delete without asking")
	f.DurationVar(&s.timeout, "timeout", 30*time.Second, "`TIME` that an attempt may take")
	f.StringVar(&s.domain, "losantdomain", "", "`DOMAIN` of the request; rarely needed")
	f.BoolVar(&s.links, "_links", false, "ask for the links of hypermedia")
	f.BoolVar(&s.actions, "_actions", false, "ask for the actions of hypermedia")
	f.BoolVar(&s.embedded, "_embedded", false, "ask for what is embedded")
	return f
}

// argument is a flag for a parameter of an action.
type argument struct {
	api.Parameter
	note   api.ParameterNote
	owner  *action
	goType reflect.Type
	field  reflect.StructField // of the params or the form
	given  []string
}

func (a *argument) String() string { return "" }

// Set keeps the text: what it means depends on the line of -each, and an error here would print a secret.
func (a *argument) Set(text string) error {
	a.given = append(a.given, text)
	return nil
}

// IsBoolFlag tells package flag that the flag needs no value.
func (a *argument) IsBoolFlag() bool { return a.goType.Kind() == reflect.Bool }

// required reports whether the action cannot be called without it.
func (a *argument) required() bool { return a.Required || a.In == api.InPath }

// isList reports whether the flag may be given several times.
func (a *argument) isList() bool {
	return a.goType.Kind() == reflect.Slice && a.goType.Elem().Kind() == reflect.String
}

// parse reads flags up to the first argument that is none, and returns the rest. Of a flag that does not exist, it names the
// nearest ones.
func parse(f *flag.FlagSet, args []string) (rest []string, err error) {
	seen := map[string]bool{}
	for i := 0; i < len(args); i++ {
		name, _, hasValue := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(args[i], "-"), "-"), "=")
		if !strings.HasPrefix(args[i], "-") || name == "" {
			break
		}
		defined := f.Lookup(name)
		if defined == nil {
			return nil, usagef("there is no flag -%s%s", name, suggestion(name, flagNames(f)))
		}
		if a, ok := defined.Value.(*argument); seen[name] && (!ok || !a.isList()) {
			return nil, usagef("-%s is given twice", name)
		}
		seen[name] = true
		if b, ok := defined.Value.(interface{ IsBoolFlag() bool }); !hasValue && (!ok || !b.IsBoolFlag()) {
			i++
		}
	}
	if err := f.Parse(args); err != nil {
		return nil, usageError{err}
	}
	return f.Args(), nil
}

func flagNames(f *flag.FlagSet) (names []string) {
	f.VisitAll(func(defined *flag.Flag) { names = append(names, "-"+defined.Name) })
	return names
}

// check refuses settings that contradict each other or the action.
func (c *command) check() error {
	formats := []string{"json", "jsonl", "table", "csv"}
	switch {
	case c.output != "" && !slices.Contains(formats, c.output):
		return usagef("-o must be one of %s", strings.Join(formats, ", "))
	case c.all && !c.action.lists():
		return usagef("-all: %s does not answer a list in pages", c.action.ID())
	case c.all && c.output == "json":
		return usagef("-all gives no single JSON document: leave out -o json, or give -o jsonl, table or csv")
	case c.action.streams() && c.output != "" && c.output != "jsonl":
		return usagef("-o: a stream gives a line of JSON for each event")
	case c.each != "" && (c.all || c.action.streams()):
		return usagef("-each is for calls with a single answer: %s gives many", c.action.ID())
	case c.each == "" && (c.failed != "" || c.again):
		return usagef("-failed and -again are for -each")
	case c.parallel < 1:
		return usagef("-parallel must be at least 1")
	case c.columns != "" && c.output != "table" && c.output != "csv":
		return usagef("-columns is for -o table and -o csv")
	case c.guard && c.output != "csv":
		return usagef("-guard is for -o csv")
	case c.body != "" && c.action.Body == nil:
		return usagef("-body: %s takes none", c.action.ID())
	}
	return nil
}

// checkSecrets refuses secrets on the command line, which every user of the machine can read, and which shells keep.
func (c *command) checkSecrets() error {
	for _, a := range c.action.arguments {
		for _, text := range a.given {
			fromElsewhere := text == "-" || strings.HasPrefix(text, "@") || c.each != "" && isPlaceholder(text)
			if a.note.Secret && !fromElsewhere {
				return usagef("-%s is a secret, and others can see the command line: give it as @FILE, or as - on stdin", a.Name)
			}
		}
	}
	return nil
}

// complete fills in what follows from other flags, and names those that have to be given and are not.
func (c *command) complete() error {
	var names []string
	for _, a := range c.action.arguments {
		if len(a.given) > 0 {
			continue
		}
		switch id := demoIDs[a.Name]; {
		case a.Name == "filterField" && c.action.isGiven("filter"):
			field, err := a.onlyField()
			if err != nil {
				return err
			}
			a.given = []string{field}
		case c.demo && a.required() && id != "":
			a.given = []string{id}
		case a.required():
			names = append(names, "-"+a.Name)
		}
	}
	if c.action.Body != nil && c.action.Body.Required && c.body == "" {
		names = append(names, "-body")
	}
	if len(names) == 0 {
		return nil
	}
	return usagef("%s needs %s; losant help %[1]s has an example", c.action.ID(), strings.Join(names, " and "))
}

// onlyField is the field that -filter means where nothing else says so: without one, the API would not filter at all.
func (a *argument) onlyField() (string, error) {
	switch {
	case slices.Contains(a.Enum, any("name")):
		return "name", nil
	case len(a.Enum) == 1:
		return fmt.Sprint(a.Enum[0]), nil
	}
	return "", usagef("-filter needs -filterField, one of %s", list(a.Enum))
}

// usage is a line of help about a flag, "-name TYPE".
func (a *argument) usage() string {
	if a.IsBoolFlag() {
		return "-" + a.Name
	}
	return fmt.Sprintf("-%s %s", a.Name, strings.ToUpper(a.kind()))
}
