package losanttest

import (
	"strings"
	"unicode"
)

// title is how messages name a resource: "experienceUser" is "Experience user".
func title(resource string) string {
	var b strings.Builder
	for i, r := range resource {
		switch {
		case i == 0:
			b.WriteRune(unicode.ToUpper(r))
		case unicode.IsUpper(r):
			b.WriteRune(' ')
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
