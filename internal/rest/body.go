package rest

import (
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
)

const (
	// MaxBody is how much of an answer of success is read, unless the request says otherwise.
	MaxBody = 16 << 20
	// MaxErrorBody is how much of any other answer is read.
	MaxErrorBody = 64 << 10
)

// tooLargeError is an answer that is larger than a number of bytes.
type tooLargeError int64

func (e tooLargeError) Error() string { return fmt.Sprintf("the answer is larger than %d MiB", e>>20) }

// readBody reads the body of an answer to its end. Of an answer of success, it stops at a byte more than most; of
// another one at all that is allowed.
func readBody(response *http.Response, most int64) ([]byte, error) {
	if response.StatusCode >= 100 && response.StatusCode <= 199 {
		return nil, nil // after a switch of protocols, the rest of the connection
	}
	if !isSuccess(response.StatusCode) {
		return readAll(response.Body, response.ContentLength, MaxErrorBody)
	}
	body, err := readAll(response.Body, response.ContentLength, most+1)
	if err == nil && int64(len(body)) > most {
		err = tooLargeError(most)
	}
	return body, err
}

// readAll reads to the end, but not more than most bytes. A length is what is promised, -1 when that is not known. A body
// of up to 64 KiB that keeps its promise needs one buffer; beyond, memory is for what has come, not for what may.
func readAll(r io.Reader, length, most int64) ([]byte, error) {
	const trusted = 64 << 10
	if length < 0 {
		length = bytes.MinRead
	}
	length = min(length, most)
	// One byte more than promised, so that the end is seen without growing.
	body := make([]byte, 0, min(length, trusted)+1)
	for {
		n, err := r.Read(body[len(body):min(int64(cap(body)), most)])
		body = body[:len(body)+n]
		size := int64(len(body))
		switch {
		case err == io.EOF:
			return body, nil
		case err != nil || size == most:
			return body, err
		case size == int64(cap(body)):
			more := min(size, most-size)
			if size < length {
				more = min(more, length+1-size)
			}
			body = slices.Grow(body, int(more))
		}
	}
}

// isUnusable reports errors of a body that came to its end and is no use, as opposed to one that was cut.
func isUnusable(err error) bool {
	var (
		large   tooLargeError
		corrupt flate.CorruptInputError
	)
	return errors.As(err, &large) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, gzip.ErrChecksum) ||
		errors.As(err, &corrupt)
}
