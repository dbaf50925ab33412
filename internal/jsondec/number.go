package jsondec

import (
	"bytes"
	"math"
	"strconv"
)

// decimal is a number as it is written.
type decimal struct {
	source   []byte
	digits   uint64 // all of them as one number, if complete
	complete bool
	exponent int // the number is digits times ten to this power
	negative bool
	whole    bool // there is neither a fraction nor an exponent
}

// decimal consumes a number.
func (r *run) decimal() (n decimal, ok bool) {
	data, i := r.data, r.pos
	if i < len(data) && data[i] == '-' {
		n.negative = true
		i++
	}
	first := i
	for ; i < len(data) && isDigit(data[i]); i++ {
		n.digits = n.digits*10 + uint64(data[i]-'0')
	}
	count := i - first
	if count == 0 || count > 1 && data[first] == '0' {
		return n, false
	}
	n.whole = true
	if i < len(data) && data[i] == '.' {
		n.whole = false
		i++
		first = i
		for ; i < len(data) && isDigit(data[i]); i++ {
			n.digits = n.digits*10 + uint64(data[i]-'0')
		}
		n.exponent = first - i
		if i == first {
			return n, false
		}
		count += i - first
	}
	const most = 19 // digits that fit into 64 bits whatever they are
	n.complete = count <= most
	if i < len(data) && (data[i] == 'e' || data[i] == 'E') {
		n.whole = false
		exponent, length := exponent(data[i+1:])
		if length == 0 {
			return n, false
		}
		n.exponent += exponent
		i += 1 + length
	}
	n.source = data[r.pos:i]
	r.pos = i
	return n, true
}

// exponent is what s has behind the e of a number, and its length. It is right where it is small.
func exponent(s []byte) (exponent, length int) {
	negative := len(s) > 0 && s[0] == '-'
	first := 0
	if negative || len(s) > 0 && s[0] == '+' {
		first = 1
	}
	i := first
	for ; i < len(s) && isDigit(s[i]); i++ {
		const enough = 100_000_000
		exponent = min(exponent*10+int(s[i]-'0'), enough)
	}
	if i == first {
		return 0, 0
	}
	if negative {
		exponent = -exponent
	}
	return exponent, i
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// maxExact is the number up to which a float64 has all whole numbers.
const maxExact = 1 << 53

// powers are the powers of ten that a float64 has exactly.
var powers = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11,
	1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// float consumes a number, and returns the nearest float64.
func (r *run) float() (float64, bool) {
	if f, ok := r.simpleFloat(); ok {
		return f, true
	}
	n, ok := r.decimal()
	if !ok {
		return 0, false
	}
	return n.float()
}

// simpleFloat is float for numbers of few digits without an exponent. Anything else it does not consume.
func (r *run) simpleFloat() (float64, bool) {
	data, i := r.data, r.pos
	negative := i < len(data) && data[i] == '-'
	if negative {
		i++
	}
	first, point := i, 0
	digits := uint64(0)
	for ; i < len(data); i++ {
		c := data[i]
		if isDigit(c) {
			digits = digits*10 + uint64(c-'0')
			continue
		}
		if c != '.' || point > 0 || i == first {
			break
		}
		point = i + 1
	}
	const few = 15 // digits, and perhaps a point: the number is less than maxExact
	if i == first || i-first > few || point == i || data[first] == '0' && point != first+2 && i-first > 1 ||
		i < len(data) && data[i]|0x20 == 'e' {
		return 0, false
	}
	f := float64(digits)
	if point > 0 {
		f /= powers[i-point]
	}
	if negative {
		f = -f
	}
	r.pos = i
	return f, true
}

// float is the nearest float64, false if that is infinite.
func (n *decimal) float() (float64, bool) {
	if !n.complete || n.digits > maxExact || n.exponent <= -len(powers) || n.exponent >= len(powers) {
		f, err := strconv.ParseFloat(string(n.source), 64)
		return f, err == nil
	}
	// Both numbers are exact, so the result of one operation is the nearest.
	f := float64(n.digits)
	if n.exponent < 0 {
		f /= powers[-n.exponent]
	} else {
		f *= powers[n.exponent]
	}
	if n.negative {
		f = -f
	}
	return f, true
}

// int is the number as a whole one, false if it is none, or too large.
func (n *decimal) int() (int64, bool) {
	if !n.whole {
		f, ok := n.float()
		return int64(f), ok && isWhole(f)
	}
	i, err := strconv.ParseInt(string(n.source), 10, 64)
	return i, err == nil
}

// isWhole reports whether a float64 is a whole number that is not another one rounded.
func isWhole(f float64) bool { return f == math.Trunc(f) && math.Abs(f) <= maxExact }

// withoutFractions writes whole numbers that have a fraction or an exponent without one.
func withoutFractions(document []byte) []byte {
	const inNumber = "0123456789.eE+-"
	out := make([]byte, 0, len(document))
	for i := 0; i < len(document); {
		switch c := document[i]; {
		case c == '"':
			end := i + 1
			for end < len(document) && document[end] != '"' {
				if document[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, len(document))
			out, i = append(out, document[i:end]...), end
		case c == '-' || isDigit(c):
			number := document[i : i+len(document[i:])-len(bytes.TrimLeft(document[i:], inNumber))]
			i += len(number)
			if f, err := strconv.ParseFloat(string(number), 64); err == nil && isWhole(f) {
				number = strconv.AppendInt(nil, int64(f), 10)
			}
			out = append(out, number...)
		default:
			out, i = append(out, c), i+1
		}
	}
	return out
}
