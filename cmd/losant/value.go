package main

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/losant-go/losant"
)

// kind is what the value of a flag is, in a word.
func (a *argument) kind() string {
	t := a.goType
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case a.note.Secret:
		return "@file"
	case a.Type == "file":
		return "path"
	case t == reflect.TypeFor[time.Duration]():
		return "duration"
	case t == reflect.TypeFor[time.Time](), t == reflect.TypeFor[losant.Instant]():
		return "time"
	case strings.Contains(a.Pattern, "{24}"):
		return "id"
	case a.isList():
		return "texts"
	case t.Kind() == reflect.String:
		return "text"
	case t.Kind() == reflect.Int:
		return "number"
	case t.Kind() == reflect.Bool:
		return "bool"
	}
	return "json"
}

// value makes what the method takes of the texts of a flag.
func (a *argument) value(texts []string) (reflect.Value, error) {
	v, err := a.convert(texts, a.goType)
	if err != nil {
		return v, usagef("-%s %w", a.Name, err)
	}
	return v, nil
}

func (a *argument) convert(texts []string, t reflect.Type) (v reflect.Value, err error) {
	v = reflect.New(t).Elem()
	text := texts[0]
	switch {
	case a.isList():
		for _, text := range texts {
			for element := range strings.SplitSeq(text, ",") {
				v = reflect.Append(v, reflect.ValueOf(element).Convert(t.Elem()))
			}
		}
		return v, nil
	case t.Kind() == reflect.Pointer && a.Schema == "":
		element, err := a.convert(texts, t.Elem())
		if err == nil {
			v.Set(reflect.New(t.Elem()))
			v.Elem().Set(element)
		}
		return v, err
	}
	var made any
	switch v.Interface().(type) {
	case time.Duration:
		made, err = duration(text, a.note.Unit)
	case time.Time:
		made, err = moment(text)
	case losant.Instant:
		made, err = instant(text)
	default:
		return v, a.scalar(text, v)
	}
	if err == nil {
		v.Set(reflect.ValueOf(made))
	}
	return v, err
}

// scalar sets v to a text, a number, a bool or JSON.
func (a *argument) scalar(text string, v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		v.SetString(text)
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return errors.New("must be a whole number")
		}
		v.SetInt(int64(n))
	case reflect.Bool:
		yes, err := strconv.ParseBool(text)
		if err != nil {
			return errors.New("must be true or false")
		}
		v.SetBool(yes)
	default:
		return a.owner.catalogue.decode([]byte(text), v, a.Schema)
	}
	return nil
}

// duration reads "90s", "1h30m", "7d", or a number in the unit of the API.
func duration(text, unit string) (time.Duration, error) {
	if _, err := strconv.ParseInt(text, 10, 64); err == nil {
		text += map[bool]string{true: "s", false: "ms"}[unit == "s"]
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseFloat(days, 64); err == nil {
			return time.Duration(n * float64(24*time.Hour)), nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return 0, errors.New("must be a duration such as 90s, 1h30m or 7d")
	}
	return d, nil
}

// moment reads a date, "now", or milliseconds since the epoch.
func moment(text string) (time.Time, error) {
	if text == "now" {
		return time.Now(), nil
	}
	if ms, err := strconv.ParseInt(text, 10, 64); err == nil && ms > 0 {
		return time.UnixMilli(ms), nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, errors.New("must be now, or a date such as 2026-01-02T15:04:05Z or 2026-01-02")
}

// instant reads a moment, or what is before now: "-1h".
func instant(text string) (losant.Instant, error) {
	if ago, ok := strings.CutPrefix(text, "-"); ok {
		d, err := duration(ago, "ms")
		if err != nil {
			return losant.Instant{}, fmt.Errorf("%w behind the -", err)
		}
		return losant.Ago(d), nil
	}
	if text == "now" || text == "0" {
		return losant.Now(), nil
	}
	t, err := moment(text)
	if err != nil {
		return losant.Instant{}, fmt.Errorf("%w, or so long before now: -1h", err)
	}
	return losant.At(t), nil
}
