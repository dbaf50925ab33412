package rest

import (
	"bytes"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestABodyThatKeepsItsPromiseNeedsOneBuffer(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 300, 64 << 10} {
		text := strings.Repeat("x", size)
		body, err := readAll(strings.NewReader(text), int64(size), MaxBody)
		require.NoError(t, err)
		assert.Equal(t, text, string(body))
		assert.Equal(t, size+1, cap(body), "the buffer that it began with")
	}
}

// A server may promise much and send little, to many calls at once.
func TestAPromiseTakesNoMemory(t *testing.T) {
	t.Parallel()
	for _, length := range []int64{MaxBody, math.MaxInt64} {
		body, err := readAll(iotest.ErrReader(io.ErrUnexpectedEOF), length, MaxBody)
		require.ErrorIs(t, err, io.ErrUnexpectedEOF)
		assert.LessOrEqual(t, cap(body), 64<<10+1)
	}
}

func TestReadAll(t *testing.T) {
	t.Parallel()
	const most = 200 << 10
	text := bytes.Repeat([]byte("0123456789abcdef"), 1<<14) // 256 KiB
	for _, size := range []int{0, 1, 511, 512, 513, 64 << 10, 64<<10 + 1, 100_000, most - 1, most, most + 1, len(text)} {
		for _, length := range []int{-1, 0, size / 2, size, size + 1, 2 * size, math.MaxInt} {
			for name, reader := range map[string]io.Reader{
				"whole": bytes.NewReader(text[:size]), "in halves": iotest.HalfReader(bytes.NewReader(text[:size])),
				"end with data": iotest.DataErrReader(bytes.NewReader(text[:size])),
			} {
				body, err := readAll(reader, int64(length), most)
				require.NoError(t, err, name)
				require.True(t, bytes.Equal(text[:min(size, most)], body), "%s: %d bytes, %d promised", name, size, length)
			}
		}
	}
}

func TestWhatIsReadOfABody(t *testing.T) {
	t.Parallel()
	for status, most := range map[int]int{
		101: 0, 200: MaxBody + 1, 299: MaxBody + 1, 300: MaxErrorBody, 404: MaxErrorBody, 500: MaxErrorBody, 0: MaxErrorBody,
	} {
		var read counter
		endless := struct {
			io.Reader
			io.Closer
		}{io.TeeReader(zeros{}, &read), io.NopCloser(nil)}
		body, err := readBody(&http.Response{StatusCode: status, ContentLength: -1, Body: endless}, MaxBody)
		assert.Equal(t, isSuccess(status), isUnusable(err), status)
		assert.Len(t, body, most, status)
		assert.LessOrEqual(t, int(read), most, status)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

type counter int

func (c *counter) Write(p []byte) (int, error) {
	*c += counter(len(p))
	return len(p), nil
}
