package losanttest

import (
	"regexp"
	"strings"
)

// format is a format of texts.
type format struct {
	name  string
	valid func(string) bool
	// short is set where a text that is longer than allowed is not looked at.
	short bool
}

var formats = map[string]*format{
	"date-time": {name: "date-time", valid: dateTimePattern.MatchString, short: true},
	"email":     {name: "email", valid: isEmail},
	"uri":       {name: "uri", valid: isURI, short: true},
}

// whiteSpace is that of JavaScript.
const whiteSpace = "\t\n\v\f\r \u00a0\u1680" +
	"\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"

// isEmail reports what the framework takes for an email: an @ and no white space.
func isEmail(s string) bool {
	return strings.Contains(s, "@") && !strings.ContainsAny(s, whiteSpace)
}

var schemePattern = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9+.-]*:`)

// isURI reports what the framework takes for a URI: a scheme, a colon and no white space.
func isURI(s string) bool {
	return schemePattern.MatchString(s) && !strings.ContainsAny(s, whiteSpace)
}
