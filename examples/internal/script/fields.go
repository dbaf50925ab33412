package script

import (
	"bufio"
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/losant-go/losant"
)

// Fields are the flags of patch. Each sets a field of the patch, and knows the property it becomes on the wire.
type Fields struct {
	flags    *flag.FlagSet
	resource string
	names    names
	own      []string // the flags of this Fields
	clears   []clearing
	cleared  []string
	secrets  []secret
}

// clearing is a name that -clear takes.
type clearing struct {
	name, flag string // flag sets the same field
	clear      func()
}

// secret is the use of a flag whose value is not to be on the command line.
type secret struct {
	flag, value string
	field       **string
}

// Text is a flag for a text; "" clears it.
func (f *Fields) Text(name, property, usage string, field **string) {
	f.bind(name, property, usage, func(value string) error {
		*field = &value
		return nil
	})
}

// Secret is a flag for a text that is read from stdin. Any other value than - is refused: every user of the machine can
// read the arguments of every process, and shells keep them in their history.
func (f *Fields) Secret(name, property, usage string, field **string) {
	f.bind(name, property, usage, func(value string) error {
		// Checked later: package flag would print the value in its error.
		f.secrets = append(f.secrets, secret{name, value, field})
		return nil
	})
}

// Time is a flag for a date.
func (f *Fields) Time(name, property, usage string, field **time.Time) {
	f.bind(name, property, usage, func(value string) error {
		if value == "now" {
			*field = losant.Ptr(time.Now().UTC())
			return nil
		}
		date, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return errors.New("must be now, or a date like 2026-01-02T15:04:05Z")
		}
		*field = &date
		return nil
	})
}

// Nullable is a flag for a text that also takes null, as none.
func (f *Fields) Nullable(name, property, usage string, field *losant.Nullable[string]) {
	f.bind(name, property, usage, func(value string) error {
		*field = losant.Value(value)
		if value == "none" {
			*field = losant.Null[string]()
		}
		return nil
	})
}

// List is a flag that is repeated.
func (f *Fields) List(name, property, usage string, field *[]string) {
	f.bind(name, property, usage, func(value string) error {
		*field = append(*field, value)
		return nil
	})
}

// Tags is a flag that is repeated, with a key=value each time.
func (f *Fields) Tags(name, property, usage string, field *map[string]string) {
	f.bind(name, property, usage, func(pair string) error {
		key, value, ok := strings.Cut(pair, "=")
		if !ok {
			return errors.New("must be key=value")
		}
		if _, twice := (*field)[key]; twice {
			return errors.New("gives a key for the second time")
		}
		if *field == nil {
			*field = map[string]string{}
		}
		(*field)[key] = value
		return nil
	})
}

// DeviceTags is Tags for device tags, of which key and value are optional and keys may repeat.
func (f *Fields) DeviceTags(name, property, usage string, field *[]losant.DeviceTag) {
	f.bind(name, property, usage, func(pair string) error {
		key, value, ok := strings.Cut(pair, "=")
		if !ok || pair == "=" {
			return errors.New("must be key=value, key= or =value")
		}
		*field = append(*field, losant.DeviceTag{Key: key, Value: value})
		return nil
	})
}

// Clear lets -clear take a name; flag is the flag that sets the same field.
func (f *Fields) Clear(name, flag string, clearField func()) {
	f.clears = append(f.clears, clearing{name, flag, clearField})
}

func (f *Fields) bind(name, property, usage string, set func(string) error) {
	f.own = append(f.own, name)
	f.names[f.resource+"."+property] = "-" + name
	f.flags.Func(name, usage, set)
}

func (f *Fields) addClear() {
	f.own = append(f.own, "clear")
	f.flags.Func("clear", "empty `FIELD`: "+f.clearable()+"; may be repeated", func(name string) error {
		f.cleared = append(f.cleared, name)
		return nil
	})
}

func (f *Fields) clearable() string {
	var all []string
	for _, c := range f.clears {
		all = append(all, c.name)
	}
	return strings.Join(all, ", ")
}

// given are the flags on the command line, each with its hyphen.
func (f *Fields) given() (flags []string) {
	f.flags.Visit(func(given *flag.Flag) {
		if slices.Contains(f.own, given.Name) {
			flags = append(flags, "-"+given.Name)
		}
	})
	return flags
}

// forget makes errors name properties, not flags.
func (f *Fields) forget() {
	for property := range f.names {
		if strings.HasPrefix(property, f.resource+".") {
			delete(f.names, property)
		}
	}
}

// finish does what is left to do when all flags are known.
func (f *Fields) finish(stdin io.Reader) error {
	given := f.given()
	if len(given) == 0 {
		return usageErrorf("there is nothing to change: give -json -, or one of the flags that patch -h lists")
	}
	for _, name := range f.cleared {
		i := slices.IndexFunc(f.clears, func(c clearing) bool { return c.name == name })
		if i < 0 {
			return usageErrorf("-clear %q is not one of %s", name, f.clearable())
		}
		if c := f.clears[i]; slices.Contains(given, "-"+c.flag) {
			return usageErrorf("-clear %s contradicts -%s: leave one of them out", name, c.flag)
		}
		f.clears[i].clear()
	}
	for _, s := range f.secrets {
		if s.value != "-" {
			return usageErrorf("-%s takes only -, and reads stdin: others can see the command line", s.flag)
		}
		line, err := bufio.NewReader(stdin).ReadString('\n')
		if line == "" {
			return usageErrorf("-%s finds nothing on stdin: write it there (%w)", s.flag, err)
		}
		*s.field = losant.Ptr(strings.TrimRight(line, "\r\n"))
	}
	return nil
}
