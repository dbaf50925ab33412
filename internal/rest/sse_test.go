package rest

import (
	"bytes"
	"cmp"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readEvents reads a stream to its end.
func readEvents(r io.Reader) (events []Event, reader *eventReader, err error) {
	reader = newEventReader(r)
	for {
		event, err := reader.next()
		if err != nil {
			return events, reader, err
		}
		events = append(events, event)
	}
}

func event(name, data string) Event { return Event{Name: name, Data: []byte(data)} }

func TestEventReader(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		stream string
		want   []Event
		id     string
		retry  time.Duration
	}{
		"nothing":                  {stream: ""},
		"as Losant sends it":       {stream: ":\n\nevent: deviceState\ndata: {\"a\":1}\n\n:\n\n", want: []Event{event("deviceState", `{"a":1}`)}},
		"no name":                  {stream: "data: a\n\n", want: []Event{event("message", "a")}},
		"a name is of one event":   {stream: "event: x\ndata: a\n\ndata: b\n\n", want: []Event{event("x", "a"), event("message", "b")}},
		"an empty name":            {stream: "event: x\nevent:\ndata: b\n\n", want: []Event{event("message", "b")}},
		"a name without data":      {stream: "event: x\n\ndata: b\n\n", want: []Event{event("message", "b")}},
		"several lines":            {stream: "data: a\ndata: b\ndata\ndata:\n\n", want: []Event{event("message", "a\nb\n\n")}},
		"empty data":               {stream: "data\n\n", want: []Event{event("message", "")}},
		"one space is taken off":   {stream: "data:a\n\ndata:  b\n\n", want: []Event{event("message", "a"), event("message", " b")}},
		"CRLF":                     {stream: "event: x\r\ndata: a\r\ndata: b\r\n\r\ndata: c\r\n\r\n", want: []Event{event("x", "a\nb"), event("message", "c")}},
		"CR":                       {stream: "event: x\rdata: a\r\rdata: b\r\r", want: []Event{event("x", "a"), event("message", "b")}},
		"all ends of lines":        {stream: "data: a\r\ndata: b\rdata: c\n\r\n", want: []Event{event("message", "a\nb\nc")}},
		"comments":                 {stream: ": hello\ndata: a\n:data: b\n\n", want: []Event{event("message", "a")}},
		"unknown fields":           {stream: "datum: a\ndata: b\nDATA: c\n data: d\n\n", want: []Event{event("message", "b")}},
		"a byte order mark":        {stream: "\uFEFFdata: a\n\n\uFEFFdata: b\n\n", want: []Event{event("message", "a")}},
		"an event without its end": {stream: "data: a\n\ndata: b\n", want: []Event{event("message", "a")}},
		"a line without its end":   {stream: "data: a\n\ndata: b", want: []Event{event("message", "a")}},
		"an id":                    {stream: "id: 7\ndata: a\n\ndata: b\n\n", want: []Event{event("message", "a"), event("message", "b")}, id: "7"},
		"an id without data":       {stream: "id: 7\n\n", id: "7"},
		"an id that is taken back": {stream: "id: 7\n\nid\n\n"},
		"an id with DEL":           {stream: "id: 7\n\nid: 8\x7f\n\n", id: "7"},
		"an id with TAB":           {stream: "id: 7\t8\n\n", id: "7\t8"},
		"an id with NUL":           {stream: "id: 7\n\nid: 8\x00\n\n", id: "7"},
		"a time to wait":           {stream: "retry: 1500\n\n", retry: 1500 * time.Millisecond},
		"not a time to wait":       {stream: "retry: 15\nretry: 1.5\nretry: -1\nretry: 99999999999\nretry\n\n", retry: 15 * time.Millisecond},
		"a colon in the data":      {stream: "data: a: b\n\n", want: []Event{event("message", "a: b")}},
		"not UTF-8":                {stream: "data: \xff\n\n", want: []Event{event("message", "\xff")}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for how, cut := range map[string]func(io.Reader) io.Reader{
				"whole":        func(r io.Reader) io.Reader { return r },
				"byte by byte": iotest.OneByteReader,
				"end at once":  iotest.DataErrReader,
			} {
				events, reader, err := readEvents(cut(strings.NewReader(row.stream)))

				require.ErrorIs(t, err, io.EOF, how)
				assert.Len(t, events, len(row.want), how)
				for i := range min(len(row.want), len(events)) {
					assert.Equal(t, row.want[i].Name, events[i].Name, how)
					assert.Equal(t, string(row.want[i].Data), string(events[i].Data), how)
				}
				assert.Equal(t, row.id, reader.id, how)
				assert.Equal(t, row.retry, reader.retry, how)
				assert.Equal(t, row.stream != "", reader.heard, how)
			}
		})
	}
}

func TestAnEventDoesNotWaitForWhatFollows(t *testing.T) {
	t.Parallel()
	for _, end := range []string{"\n", "\r", "\r\n"} {
		r, w := io.Pipe()
		go func() {
			_, _ = io.WriteString(w, "data: a"+end+end)
			<-t.Context().Done() // nothing follows
		}()
		got, err := newEventReader(r).next()

		require.NoError(t, err)
		assert.Equal(t, "a", string(got.Data))
		require.NoError(t, w.Close())
	}
}

func TestLongLines(t *testing.T) {
	t.Parallel()
	for _, length := range []int{4095, 4096, 4097, 1 << 20, maxEvent} {
		data := strings.Repeat("a", length)

		events, _, err := readEvents(strings.NewReader("data: " + data + "\r\n\r\ndata: b\n\n"))

		require.ErrorIs(t, err, io.EOF)
		require.Len(t, events, 2)
		assert.True(t, string(events[0].Data) == data, length) //nolint:testifylint // or else it prints a line of 16 MiB
		assert.Equal(t, "b", string(events[1].Data))
	}
	for name, stream := range map[string]io.Reader{
		"a line":        strings.NewReader("data: " + strings.Repeat("a", maxEvent+1) + "\n\n"),
		"several lines": strings.NewReader(strings.Repeat("data: "+strings.Repeat("a", 1<<20)+"\n", 17)),
		"no end":        endless{},
	} {
		_, _, err := readEvents(stream)

		assert.ErrorIs(t, err, errEventTooLarge, name)
	}
}

// FuzzEventReader holds the reader against one that does what the HTML standard says with the whole text at once.
func FuzzEventReader(f *testing.F) {
	for _, seed := range []string{
		"", ":\n\nevent: a\ndata: 1\n\n", "data: a\r\ndata: b\r\n\r\n", "\uFEFFdata\r\rid: 7\nretry: 5\n\n", "data: a\n\ndata: b",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, stream []byte) {
		want := readWhole(string(stream))
		for _, r := range []io.Reader{bytes.NewReader(stream), iotest.OneByteReader(bytes.NewReader(stream))} {
			events, _, err := readEvents(r)

			require.ErrorIs(t, err, io.EOF)
			require.Len(t, events, len(want))
			for i := range want {
				assert.Equal(t, want[i].Name, events[i].Name)
				assert.Equal(t, string(want[i].Data), string(events[i].Data))
			}
		}
	})
}

// readWhole reads events from a text.
func readWhole(stream string) (events []Event) {
	stream = strings.TrimPrefix(stream, "\uFEFF")
	stream = strings.ReplaceAll(strings.ReplaceAll(stream, "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(stream, "\n")
	var data []string
	name := ""
	for _, line := range lines[:len(lines)-1] {
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			if data != nil {
				events = append(events, event(cmp.Or(name, "message"), strings.Join(data, "\n")))
			}
			data, name = nil, ""
		case field == "data":
			data = append(data, value)
		case field == "event":
			name = value
		}
	}
	return events
}
