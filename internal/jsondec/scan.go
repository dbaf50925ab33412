package jsondec

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep arrays and objects may be in each other, as in encoding/json.
const maxDepth = 10_000

// run is the decoding of one document. Its methods report false where the document is not what they expect.
type run struct {
	decoder *Decoder
	data    []byte
	pos     int // of the next byte
	depth   int
	scratch []byte  // the last string that is not in data as it is
	memory  *memory // nil if the document is too small
	// The last day that a time had, and its begin as Unix time.
	day       [10]byte
	dayBegins int64
}

// next skips white space, and returns the byte behind it, which it does not consume: 0 at the end.
func (r *run) next() byte {
	data, i := r.data, r.pos
	for i < len(data) {
		c := data[i]
		if c > ' ' {
			r.pos = i
			return c
		}
		if c != ' ' && c != '\n' && c != '\t' && c != '\r' {
			break
		}
		i++
	}
	r.pos = i
	return 0
}

// word consumes true, false or null.
func (r *run) word(word string) bool {
	if !bytes.HasPrefix(r.data[r.pos:], []byte(word)) {
		return false
	}
	r.pos += len(word)
	return true
}

// open consumes the first byte of an array or object. There is more in it unless it ends at once.
func (r *run) open(end byte) (more, ok bool) {
	r.depth++
	if r.depth > maxDepth {
		return false, false
	}
	r.pos++
	if r.next() == end {
		r.close()
		return false, true
	}
	return true, true
}

func (r *run) close() {
	r.pos++
	r.depth--
}

// more consumes what follows an element: a comma, or the end.
func (r *run) more(end byte) (more, ok bool) {
	switch r.next() {
	case ',':
		r.pos++
		return true, true
	case end:
		r.close()
		return false, true
	default:
		return false, false
	}
}

// name consumes the name of a property, and the colon behind it. It is valid until the next string.
func (r *run) name() (name []byte, ok bool) {
	if r.next() != '"' {
		return nil, false
	}
	name, ok = r.text()
	return name, ok && r.colon()
}

func (r *run) colon() bool {
	if r.next() != ':' {
		return false
	}
	r.pos++
	return true
}

// is consumes the name of a property, and the colon behind it, if they are next. The name is one that JSON has as it is.
func (r *run) is(name string) bool {
	if r.next() != '"' {
		return false
	}
	start := r.pos + 1
	end := start + len(name)
	if end >= len(r.data) || r.data[end] != '"' || string(r.data[start:end]) != name {
		return false
	}
	before := r.pos
	r.pos = end + 1
	if !r.colon() {
		r.pos = before
		return false
	}
	return true
}

// text consumes a string, which begins at the next byte. It is valid until the next string.
func (r *run) text() (text []byte, ok bool) {
	data, start := r.data, r.pos+1
	i := start
	for ; i+8 <= len(data); i += 8 {
		if stop := stops(binary.LittleEndian.Uint64(data[i:])); stop != 0 {
			i += bits.TrailingZeros64(stop) / 8
			if data[i] == '"' {
				r.pos = i + 1
				return data[start:i], true
			}
			break
		}
	}
	end, plain := r.span(i)
	switch {
	case end < 0:
		return nil, false
	case plain:
		return data[start:end], true
	default:
		r.scratch = unescape(r.scratch[:0], data[start:end])
		return r.scratch, true
	}
}

// stops looks at 8 bytes at once. A byte stops a string of plain text if it is a quote, a backslash, a control character
// or no ASCII: of the first that does, the highest bit is set in the result, and no bit of those before it.
func stops(w uint64) uint64 {
	const (
		ones  = 0x0101010101010101
		highs = 0x8080808080808080
	)
	quote, backslash := w^ones*'"', w^ones*'\\' // in which those bytes are 0
	return ((quote-ones)&^quote | (backslash-ones)&^backslash | (w - ones*' ') | w) & highs
}

// span consumes the rest of a string from i on, and returns where its text ends, -1 if it is no string. It is plain when
// it means what it is: it has no escapes, and is valid UTF-8.
func (r *run) span(i int) (end int, plain bool) {
	data := r.data
	for plain = true; i < len(data); {
		switch c := data[i]; {
		case c == '"':
			r.pos = i + 1
			return i, plain
		case c == '\\':
			n := escapeLength(data[i:])
			if n == 0 {
				r.pos = i
				return -1, false
			}
			i += n
			plain = false
		case c < ' ':
			r.pos = i
			return -1, false
		case c < utf8.RuneSelf:
			i++
			for ; i+8 <= len(data); i += 8 {
				if stop := stops(binary.LittleEndian.Uint64(data[i:])); stop != 0 {
					i += bits.TrailingZeros64(stop) / 8
					break
				}
			}
		default:
			char, size := utf8.DecodeRune(data[i:])
			i += size
			plain = plain && (char != utf8.RuneError || size > 1)
		}
	}
	r.pos = i
	return -1, false
}

// escapeLength is the length of the escape at the beginning of s, 0 if there is none.
func escapeLength(s []byte) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	}
	if codeUnit(s) < 0 {
		return 0
	}
	return len(`\u0000`)
}

// codeUnit is the value of an escape like \u00e9, -1 for anything else.
func codeUnit(s []byte) rune {
	if len(s) < len(`\u0000`) || s[0] != '\\' || s[1] != 'u' {
		return -1
	}
	var unit rune
	for _, c := range s[2:6] {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return -1
		}
		unit = unit<<4 | rune(c)
	}
	return unit
}

// unescape appends what the text of a string means. Half of a surrogate pair, and what is no UTF-8, is U+FFFD.
func unescape(to, s []byte) []byte {
	for len(s) > 0 {
		switch c := s[0]; {
		case c == '\\' && s[1] == 'u':
			unit := codeUnit(s)
			s = s[6:]
			if utf16.IsSurrogate(unit) {
				if unit = utf16.DecodeRune(unit, codeUnit(s)); unit != utf8.RuneError {
					s = s[6:]
				}
			}
			to = utf8.AppendRune(to, unit)
		case c == '\\':
			to = append(to, escaped(s[1]))
			s = s[2:]
		case c < utf8.RuneSelf:
			to = append(to, c)
			s = s[1:]
		default:
			char, size := utf8.DecodeRune(s)
			to = utf8.AppendRune(to, char)
			s = s[size:]
		}
	}
	return to
}

// escaped is what a byte behind a backslash means.
func escaped(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	default:
		return c
	}
}

// source consumes a value, and returns it as it is.
func (r *run) source() (source []byte, ok bool) {
	r.next()
	start := r.pos
	ok = r.skip()
	return r.data[start:r.pos], ok
}

// skip consumes a value.
func (r *run) skip() bool {
	switch r.next() {
	case '"':
		end, _ := r.span(r.pos + 1)
		return end >= 0
	case '{':
		more, ok := r.open('}')
		for more && ok {
			if _, ok = r.name(); !ok || !r.skip() {
				return false
			}
			more, ok = r.more('}')
		}
		return ok
	case '[':
		more, ok := r.open(']')
		for more && ok {
			if !r.skip() {
				return false
			}
			more, ok = r.more(']')
		}
		return ok
	case 't':
		return r.word("true")
	case 'f':
		return r.word("false")
	case 'n':
		return r.word("null")
	default:
		_, ok := r.decimal()
		return ok
	}
}
