package losant

import (
	"bytes"
	"cmp"
	"compress/flate"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
)

const (
	maxBody      = 16 << 20 // of an answer of success, unpacked
	maxErrorBody = 64 << 10 // of any other answer
)

var (
	errTooLarge = errors.New("the answer is larger than 16 MiB")
	errCorrupt  = errors.New("the answer cannot be unpacked")
)

// readBody reads the body of an answer, and unpacks it. net/http would, but it cannot tell how large the answer will be,
// or a cut answer from a corrupt one.
func (c *core) readBody(response *http.Response) ([]byte, error) {
	most := int64(maxErrorBody)
	if isSuccess(response.StatusCode) {
		most = maxBody + 1 // to see that there is more
	}
	if !strings.EqualFold(response.Header.Get("Content-Encoding"), "gzip") {
		return readAll(response.Body, response.ContentLength, most)
	}
	const overhead = 64 // gzip adds at most a 64th to what it cannot make smaller
	packed, cut := readAll(response.Body, response.ContentLength, most+most/overhead)
	body, err := c.unpack(response, packed, most)
	return body, cmp.Or(cut, err)
}

// unpack returns what the gzip file of an answer holds, but not more than most bytes of it, and takes what says so out of
// the header, as net/http does. What is no gzip file it leaves as it is: it is what the server said.
func (c *core) unpack(response *http.Response, packed []byte, most int64) ([]byte, error) {
	unpacker, reused := c.unpackers.Get().(*gzip.Reader)
	if !reused {
		unpacker = new(gzip.Reader)
	}
	defer func() {
		_ = unpacker.Reset(strings.NewReader("")) // keep nothing of it
		c.unpackers.Put(unpacker)
	}()
	if err := unpacker.Reset(bytes.NewReader(packed)); err != nil {
		return packed, fmt.Errorf("%w: %w", errCorrupt, err)
	}
	response.Header = response.Header.Clone() // a given transport may have it from elsewhere
	response.Header.Del("Content-Encoding")
	response.Header.Del("Content-Length")
	body, err := readAll(unpacker, promised(packed), most)
	if err != nil {
		err = fmt.Errorf("%w: %w", errCorrupt, err)
	}
	return body, err
}

// promised is the size that a gzip file says it has unpacked, as far as that can be.
func promised(packed []byte) int64 {
	const best = 1032 // times smaller is what deflate can make of anything
	return min(int64(binary.LittleEndian.Uint32(packed[len(packed)-4:])), best*int64(len(packed)))
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
			body = slices.Grow(body, len(body))
		}
	}
}

// isUnusable reports errors of a body that came to its end and is no use, as opposed to one that was cut. Those of gzip
// come from transports that unpack by themselves.
func isUnusable(err error) bool {
	var corrupt flate.CorruptInputError
	return errors.Is(err, errTooLarge) || errors.Is(err, errCorrupt) || errors.Is(err, gzip.ErrHeader) ||
		errors.Is(err, gzip.ErrChecksum) || errors.As(err, &corrupt)
}
