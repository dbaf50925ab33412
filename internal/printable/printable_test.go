package printable_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/losant-go/losant/internal/printable"
)

func TestText(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                   "",
		"Grüße, 世界 \"x\" \\": "Grüße, 世界 \"x\" \\",
		"a\nb\tc\x00\x7f":    `a\nb\tc\x00\x7f`,
		"\x1b[31mred":        `\x1b[31mred`,
		"\u202edesrever":     `\u202edesrever`,
		"a\u2028b\u2029c":    `a\u2028b\u2029c`,
		"no \xff UTF-8\r":    "no \ufffd UTF-8\\r",
	} {
		assert.Equal(t, want, printable.Text(text))
	}
}
