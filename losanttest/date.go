package losanttest

import (
	"regexp"
	"strconv"
	"time"
)

// dateTimePattern is the form of a date-time. It does not keep the numbers in their bounds; parseDate does.
var dateTimePattern = regexp.MustCompile(
	`^(\d{4})-(0\d|1[0-2])-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))$`)

// parseDate reads a text of the form of dateTimePattern as JavaScript does: to the millisecond, with days past the end of
// the month running into the next and 24:00:00 as the next midnight. It is false for what JavaScript has no date for, and
// for a year that four digits cannot tell.
func parseDate(s string) (time.Time, bool) {
	m := dateTimePattern.FindStringSubmatch(s)
	number := func(i int) int {
		n, _ := strconv.Atoi(m[i]) // digits, or nothing: 0
		return n
	}
	year, month, day := number(1), number(2), number(3)
	hour, minute, second := number(4), number(5), number(6)
	millisecond, _ := strconv.Atoi((m[7] + "000")[:3])
	zone := time.Duration(number(9))*time.Hour + time.Duration(number(10))*time.Minute
	if m[8] == "-" {
		zone = -zone
	}
	midnight := hour == 24 && minute == 0 && second == 0 && millisecond == 0
	if month < 1 || day < 1 || day > 31 || hour > 23 && !midnight || minute > 59 || second > 59 ||
		number(9) > 23 || number(10) > 59 {
		return time.Time{}, false
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, millisecond*1e6, time.UTC).Add(-zone)
	return t, t.Year() >= 0 && t.Year() <= 9999
}

// now is the time with the precision of Losant's dates.
func now() time.Time { return time.Now().UTC().Truncate(time.Millisecond) }

// after is now, or just after the latest of the dates when that is not past: a change always moves the dates that tell of
// it.
func after(dates ...time.Time) time.Time {
	next := now()
	for _, date := range dates {
		if !next.After(date) {
			next = date.Add(time.Millisecond)
		}
	}
	return next
}

// dateText is how Losant writes a date, "" for none.
func dateText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// afterText is after for a date as Losant writes it.
func afterText(date string) time.Time {
	was, _ := time.Parse(time.RFC3339Nano, date) // the zero time, when it is none
	return after(was)
}
