package losant

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
)

const (
	maxBody      = 16 << 20 // of an answer of success, unpacked
	maxErrorBody = 64 << 10 // of any other answer
)

var errTooLarge = errors.New("the answer is larger than 16 MiB")

// readBody reads the body of an answer to its end, and unpacks it. It stops at a byte more than is allowed, or, of an
// error, at all that is.
func (c *core) readBody(response *http.Response) ([]byte, error) {
	most := int64(maxErrorBody)
	if isSuccess(response.StatusCode) {
		most = maxBody + 1
	}
	if strings.EqualFold(response.Header.Get("Content-Encoding"), "gzip") {
		return c.unpack(response, most)
	}
	return readAll(response.Body, response.ContentLength, most)
}

// unpacker unpacks one answer after the other.
type unpacker struct {
	gzip.Reader
	in *bufio.Reader
}

// unpack reads a gzipped body. net/http would, too, but not into one buffer: a gzip file ends with the size that it has
// unpacked, which is known beforehand once the whole file is there, as it is for most answers.
func (c *core) unpack(response *http.Response, most int64) ([]byte, error) {
	const (
		piece = 64 << 10
		magic = "\x1f\x8b" // begins every gzip file
	)
	packed, err := readAll(response.Body, response.ContentLength, piece) // the error comes again behind what was read
	length := int64(-1)
	if err == nil && len(packed) < piece {
		length = promised(packed)
	}
	u, reused := c.unpackers.Get().(*unpacker)
	if !reused {
		u = &unpacker{in: bufio.NewReader(nil)}
	}
	defer c.unpackers.Put(u)
	defer u.in.Reset(nil) // keep nothing of the answer
	u.in.Reset(io.MultiReader(bytes.NewReader(packed), response.Body))
	if !bytes.HasPrefix(packed, []byte(magic)) { // somebody has unpacked it and left the label
		return readAll(u.in, response.ContentLength, most)
	}
	if err := u.Reset(u.in); err != nil {
		return packed, err
	}
	response.Header = response.Header.Clone() // a given transport may have it from elsewhere
	response.Header.Del("Content-Encoding")
	response.Header.Del("Content-Length")
	return readAll(u, length, most)
}

// promised is the size that a gzip file says it has unpacked, as far as it can be trusted.
func promised(packed []byte) int64 {
	const trust = 64 // times larger: what is smaller than that needs a few buffers more
	var size [4]byte
	copy(size[:], packed[max(0, len(packed)-len(size)):])
	return min(int64(binary.LittleEndian.Uint32(size[:])), trust*int64(len(packed)))
}

// readAll reads to the end, but not more than most bytes. It needs one buffer if length is right, and -1 is for a length
// that is not known.
func readAll(r io.Reader, length, most int64) ([]byte, error) {
	if length < 0 {
		length = bytes.MinRead
	}
	// One byte more than promised, so that the end is seen without growing.
	body := make([]byte, 0, min(length, most)+1)
	for {
		n, err := r.Read(body[len(body):min(int64(cap(body)), most)])
		body = body[:len(body)+n]
		switch {
		case err == io.EOF:
			return body, nil
		case err != nil || int64(len(body)) == most:
			return body, err
		case len(body) == cap(body):
			body = slices.Grow(body, int(min(int64(len(body)), most-int64(len(body)))))
		}
	}
}

// isUnusable reports errors of a body that came to its end and is no use, as opposed to one that was cut.
func isUnusable(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, errTooLarge) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) ||
		errors.As(err, &corrupt)
}
