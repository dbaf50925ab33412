// Package printable escapes what others have written, so that it spoils no line of a log, a table or a terminal.
package printable

import (
	"strconv"
	"strings"
	"unicode"
)

// Text is a text with its control characters escaped, those that change the direction of writing among them, and ends of
// lines.
func Text(text string) string {
	if !strings.ContainsFunc(text, isUnprintable) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if isUnprintable(r) {
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func isUnprintable(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp)
}
