package jsondec

import (
	"math"
	"reflect"
	"strconv"
	"time"
)

// date decodes a time as time.Time does.
func (r *run) date(v reflect.Value) bool {
	t := v.Addr().Interface().(*time.Time)
	if r.utc(t) {
		return true
	}
	source, ok := r.source()
	return ok && t.UnmarshalJSON(source) == nil
}

// moment decodes a time in any of the forms of [Special.Moments].
func (r *run) moment(v reflect.Value) bool {
	if v.Kind() != reflect.Pointer {
		v.SetZero()
		return r.anyForm(v.Addr().Interface().(*time.Time))
	}
	t := new(time.Time)
	ok := r.anyForm(t)
	if t.IsZero() {
		v.SetZero()
	} else {
		v.Set(reflect.ValueOf(t))
	}
	return ok
}

func (r *run) anyForm(t *time.Time) bool {
	return r.utc(t) || r.next() == '{' && r.dollarDate(t) || r.textOrNumber(t)
}

// dollarDate decodes {"$date": ...}.
func (r *run) dollarDate(t *time.Time) bool {
	found := false
	more, ok := r.open('}')
	for more && ok {
		name, isName := r.name()
		switch {
		case !isName:
			return false
		case string(name) == "$date":
			found = true
			*t = time.Time{}
			ok = r.textOrNumber(t)
		default:
			ok = r.skip()
		}
		if !ok {
			return false
		}
		more, ok = r.more('}')
	}
	return ok && found
}

// textOrNumber decodes a time as text, or as milliseconds since the epoch.
func (r *run) textOrNumber(t *time.Time) bool {
	source, ok := r.source()
	if !ok {
		return false
	}
	if milliseconds, err := strconv.ParseFloat(string(source), 64); err == nil {
		*t = time.UnixMilli(int64(milliseconds)).UTC()
		return true
	}
	return t.UnmarshalJSON(source) == nil
}

// utc consumes a time as Losant writes it: with milliseconds and in UTC. Whether a month has a 29th is not decided here.
func (r *run) utc(t *time.Time) bool {
	const form = `"2006-01-02T15:04:05.000Z"`
	if r.next() != '"' || len(r.data)-r.pos < len(form) {
		return false
	}
	s := r.data[r.pos : r.pos+len(form)]
	if s[5] != '-' || s[8] != '-' || s[11] != 'T' || s[14] != ':' || s[17] != ':' || s[20] != '.' || s[24] != 'Z' ||
		s[25] != '"' {
		return false
	}
	hour, minute, second := two(s[12:]), two(s[15:]), two(s[18:])
	milli := 10*two(s[21:]) + int(s[23]) - '0'
	if uint(hour) > 23 || uint(minute) > 59 || uint(second) > 59 || milli < 0 || !isDigit(s[23]) {
		return false
	}
	midnight, ok := r.midnight([10]byte(s[1:11]))
	if !ok {
		return false
	}
	*t = time.Unix(midnight+int64(3600*hour+60*minute+second), int64(milli)*int64(time.Millisecond)).UTC()
	r.pos += len(form)
	return true
}

// midnight is the Unix time at which a day begins. Often it is the day of the time before.
func (r *run) midnight(day [10]byte) (unix int64, ok bool) {
	if day == r.day {
		return r.dayBegins, true
	}
	year, month, date := 100*two(day[0:])+two(day[2:]), two(day[5:]), two(day[8:])
	if year < 0 || month < 1 || month > 12 || date < 1 || date > 28 {
		return 0, false
	}
	r.day, r.dayBegins = day, time.Date(year, time.Month(month), date, 0, 0, 0, 0, time.UTC).Unix()
	return r.dayBegins, true
}

// two is a number of two digits, far below zero if one of them is none.
func two(s []byte) int {
	tens, ones := s[0]-'0', s[1]-'0'
	if tens > 9 || ones > 9 {
		return math.MinInt16
	}
	return 10*int(tens) + int(ones)
}
