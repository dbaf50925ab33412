package rest

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"io"
	"strconv"
	"time"
)

// Event is a server-sent event: its name, "message" if the server gave none, and its data.
type Event struct {
	Name string
	Data []byte // the caller's own
}

// maxEvent is how long a line of a stream may be, and the data of an event.
const maxEvent = 16 << 20

var errEventTooLarge = errors.New("an event is larger than 16 MiB")

// eventReader reads server-sent events as the HTML standard describes them.
type eventReader struct {
	lines lineReader
	id    string        // of the last event that had one
	retry time.Duration // what the server wants before the next connection
	heard bool          // a line has come, be it a comment
}

func newEventReader(r io.Reader) *eventReader {
	return &eventReader{lines: lineReader{r: bufio.NewReader(r)}}
}

// next returns the next event that has data. An event that the stream ends in is none.
func (e *eventReader) next() (Event, error) {
	var event Event
	some := false
	for {
		line, err := e.lines.next()
		if err != nil {
			return Event{}, err
		}
		if !e.heard {
			line = bytes.TrimPrefix(line, []byte("\uFEFF"))
			e.heard = true
		}
		if len(line) == 0 {
			if some {
				event.Name = cmp.Or(event.Name, "message")
				return event, nil
			}
			event.Name = ""
			continue
		}
		field, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimPrefix(value, []byte(" "))
		switch string(field) {
		case "data":
			if some {
				event.Data = append(event.Data, '\n')
			}
			if some = true; len(event.Data)+len(value) > maxEvent {
				return Event{}, errEventTooLarge
			}
			event.Data = append(event.Data, value...)
		case "event":
			event.Name = string(value)
		case "id":
			if isHeaderText(value) {
				e.id = string(value)
			}
		case "retry":
			if ms, err := strconv.ParseUint(string(value), 10, 32); err == nil {
				e.retry = time.Duration(ms) * time.Millisecond
			}
		}
	}
}

// isHeaderText reports whether a header can have the value.
func isHeaderText(value []byte) bool {
	return bytes.IndexFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == '\x7f' }) < 0
}

// lineReader reads lines that end with LF, CRLF or CR.
type lineReader struct {
	r      *bufio.Reader
	long   []byte // a line that does not fit in the buffer of r
	halved bool   // the last line ended with CR; LF may follow
}

// next returns a line without its end. It is valid until the next call. A line is returned when its end has come: after
// CR it does not wait for LF.
func (l *lineReader) next() ([]byte, error) {
	l.long = l.long[:0]
	for {
		if _, err := l.r.Peek(1); err != nil {
			return nil, err
		}
		chunk, _ := l.r.Peek(l.r.Buffered())
		if l.halved && chunk[0] == '\n' {
			chunk = chunk[1:]
			_, _ = l.r.Discard(1)
		}
		l.halved = false
		end := bytes.IndexAny(chunk, "\r\n")
		length := end
		if end < 0 {
			length = len(chunk)
		}
		if len(l.long)+length > maxEvent+len("data: ") {
			return nil, errEventTooLarge
		}
		if end < 0 {
			l.long = append(l.long, chunk...)
			_, _ = l.r.Discard(len(chunk))
			continue
		}
		l.halved = chunk[end] == '\r'
		line := chunk[:end]
		if len(l.long) > 0 {
			l.long = append(l.long, line...)
			line = l.long
		}
		_, _ = l.r.Discard(end + 1)
		return line, nil
	}
}
