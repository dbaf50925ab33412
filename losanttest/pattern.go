package losanttest

import (
	"regexp"
	"strings"
)

// pattern is a regular expression of JavaScript.
type pattern struct {
	ahead []lookAhead // what begins the expression, which Go's have no word for
	rest  *regexp.Regexp
}

// lookAhead is what the text has, or has not, to match from its beginning.
type lookAhead struct {
	expression *regexp.Regexp
	negative   bool
}

// compilePattern compiles an expression. Look-aheads are known at its beginning, behind a ^.
func compilePattern(expression string) *pattern {
	p := &pattern{}
	rest, anchored := strings.CutPrefix(expression, "^")
	for anchored && (strings.HasPrefix(rest, "(?=") || strings.HasPrefix(rest, "(?!")) {
		end := groupEnd(rest)
		p.ahead = append(p.ahead, lookAhead{
			expression: regexp.MustCompile("^(?:" + goExpression(rest[3:end]) + ")"), negative: rest[2] == '!',
		})
		rest = rest[end+1:]
	}
	if anchored {
		rest = "^(?:" + rest + ")"
	}
	p.rest = regexp.MustCompile(goExpression(rest))
	return p
}

// groupEnd is the index of the parenthesis that closes the group which begins the expression.
func groupEnd(expression string) int {
	depth := 0
	for i := 0; i < len(expression); i++ {
		switch expression[i] {
		case '\\':
			i++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(expression) - 1
}

// goExpression translates the one thing that means something else in Go: a dot, which stands for no line end of four.
func goExpression(expression string) string {
	var b strings.Builder
	inClass := false
	for i := 0; i < len(expression); i++ {
		switch c := expression[i]; {
		case c == '\\' && i+1 < len(expression):
			b.WriteString(expression[i : i+2])
			i++
		case c == '.' && !inClass:
			b.WriteString(`[^\n\r\x{2028}\x{2029}]`)
		default:
			inClass = c == '[' || inClass && c != ']'
			b.WriteByte(c)
		}
	}
	return b.String()
}

// matches reports whether a text matches somewhere, each of its UTF-16 code units counting as a character.
func (p *pattern) matches(text string) bool {
	text = codeUnits(text)
	for _, ahead := range p.ahead {
		if ahead.expression.MatchString(text) == ahead.negative {
			return false
		}
	}
	return p.rest.MatchString(text)
}

// codeUnits replaces each character that is two code units in JavaScript by two of private use, which no expression here
// names.
func codeUnits(text string) string {
	isWide := func(r rune) bool { return r > 0xffff }
	if strings.IndexFunc(text, isWide) < 0 {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if isWide(r) {
			b.WriteString("\ue000\ue000")
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
