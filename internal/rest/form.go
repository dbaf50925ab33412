package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"
	"sync"
	"time"
)

// Part is a part of a form: text, or a file if it has Content.
type Part struct {
	Name  string
	Value string
	// FileName and ContentType are what a file is sent as. An empty ContentType is not sent.
	FileName, ContentType string
	Content               io.Reader
}

// Form is the multipart form of one call. Its files are read while they are sent: none is ever in memory as a whole.
type Form struct {
	parts    []Part
	contents []content // of the files among the parts, in their order
	boundary string
	length   int64 // -1 when it is not known

	mu   sync.Mutex
	last *formReader
}

// content is what is known of a file before it is read.
type content struct {
	seeker io.Seeker // nil for what can be read only once
	start  int64     // where it stood
	length int64     // -1 when it is not known
}

// NewForm returns a form of parts. Content that is an [io.Seeker] is read from where it stands, in each attempt anew. All
// other content can be sent only once.
func NewForm(parts []Part) (*Form, error) {
	f := &Form{parts: parts, boundary: multipart.NewWriter(nil).Boundary()}
	known := true
	for _, p := range parts {
		if p.Content == nil {
			continue
		}
		c, err := inspect(p.Content)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.Name, err)
		}
		f.contents = append(f.contents, c)
		known = known && c.length >= 0
		f.length += c.length
	}
	var rest tally
	if err := f.write(&rest, func(io.Writer, Part, content) error { return nil }); err != nil {
		return nil, err
	}
	f.length += int64(rest)
	if !known {
		f.length = -1
	}
	return f, nil
}

// inspect finds out how much there is to read.
func inspect(r io.Reader) (content, error) {
	if seeker, ok := r.(io.Seeker); ok {
		if start, err := seeker.Seek(0, io.SeekCurrent); err == nil { // and not a pipe that is an *os.File
			end, err := seeker.Seek(0, io.SeekEnd)
			if err == nil {
				_, err = seeker.Seek(start, io.SeekStart)
			}
			return content{seeker, start, max(0, end-start)}, err
		}
	}
	if sized, ok := r.(interface{ Len() int }); ok {
		return content{length: int64(sized.Len())}, nil
	}
	return content{length: -1}, nil
}

// tally counts what is written to it.
type tally int64

func (c *tally) Write(p []byte) (int, error) {
	*c += tally(len(p))
	return len(p), nil
}

// Length is the number of bytes, -1 when it is not known.
func (f *Form) Length() int64 { return f.length }

// ContentType is multipart/form-data, with the boundary.
func (f *Form) ContentType() string { return "multipart/form-data; boundary=" + f.boundary }

// CanRepeat reports whether all content can be read again.
func (f *Form) CanRepeat() bool {
	for _, c := range f.contents {
		if c.seeker == nil {
			return false
		}
	}
	return true
}

var (
	errContentUsed = errors.New("the content has been read, and is not an io.Seeker")
	errContentBusy = errors.New("the content is still being read for an earlier attempt")
)

// Open returns a reader of the form, and ends the one before.
func (f *Form) Open(ctx context.Context) (io.ReadCloser, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last != nil {
		if !f.CanRepeat() {
			return nil, errContentUsed
		}
		if !f.last.stop() {
			return nil, errContentBusy
		}
	}
	for _, c := range f.contents {
		if c.seeker == nil {
			continue
		}
		if _, err := c.seeker.Seek(c.start, io.SeekStart); err != nil {
			return nil, err
		}
	}
	pipe, w := io.Pipe()
	f.last = &formReader{PipeReader: pipe, done: make(chan struct{})}
	f.last.write = func() { _ = w.CloseWithError(f.write(w, copyContent)) }
	context.AfterFunc(ctx, func() { _ = w.CloseWithError(ended(ctx)) })
	return f.last, nil
}

// Release ends the reader that Open has returned, so that no content is read when the call is over.
func (f *Form) Release() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.last != nil {
		f.last.stop()
	}
}

// write writes the form, and each content by put.
func (f *Form) write(w io.Writer, put func(io.Writer, Part, content) error) error {
	form := multipart.NewWriter(w)
	if err := form.SetBoundary(f.boundary); err != nil {
		return err
	}
	contents := f.contents
	for _, p := range f.parts {
		part, err := form.CreatePart(p.header())
		if err != nil {
			return err
		}
		if p.Content == nil {
			if _, err := io.WriteString(part, p.Value); err != nil {
				return err
			}
			continue
		}
		if err := put(part, p, contents[0]); err != nil {
			return fmt.Errorf("%s: %w", p.Name, err)
		}
		contents = contents[1:]
	}
	return form.Close()
}

// quoted escapes a name as net/http does, but for the ends of lines, which Go 1.25 leaves as they are.
var quoted = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "%0D", "\n", "%0A")

// header is the header of a part.
func (p *Part) header() textproto.MIMEHeader {
	disposition := `form-data; name="` + quoted.Replace(p.Name) + `"`
	if p.Content != nil {
		disposition += `; filename="` + quoted.Replace(p.FileName) + `"`
	}
	header := textproto.MIMEHeader{"Content-Disposition": {disposition}}
	if p.ContentType != "" {
		header["Content-Type"] = []string{p.ContentType}
	}
	return header
}

// copyContent copies content: as much of it as was promised, if a length was.
func copyContent(w io.Writer, p Part, c content) error {
	if c.length < 0 {
		_, err := io.Copy(w, p.Content)
		return err
	}
	n, err := io.CopyN(w, p.Content, c.length)
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%w: the content had %d bytes, and ends after %d", io.ErrUnexpectedEOF, c.length, n)
	}
	return err
}

// formReader reads a form as a goroutine writes it, which begins at the first Read. The content may block where the
// transport must not: it waits for the reader before it gives up a request.
type formReader struct {
	*io.PipeReader
	write func()
	begin sync.Once
	done  chan struct{} // closed when write has returned
}

func (r *formReader) Read(p []byte) (int, error) {
	r.begin.Do(func() {
		go func() {
			defer close(r.done)
			r.write()
		}()
	})
	return r.PipeReader.Read(p)
}

// stop makes the goroutine end, and reports whether it has: it cannot while the content blocks.
func (r *formReader) stop() bool {
	_ = r.Close()
	r.begin.Do(func() { close(r.done) })
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-r.done:
		return true
	case <-timer.C:
		return false
	}
}
