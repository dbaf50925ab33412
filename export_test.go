package losant

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/rest"
)

// What the tests inside the package share with those outside.

func newTransport() *http.Transport { return rest.NewTransport() }

// OwnTransport returns the transport of a client that was not given one, to be set up before its first call.
func OwnTransport(c *Client) *http.Transport { return c.core.rest.Own() }

// Gzipped packs text.
func Gzipped(tb testing.TB, level int, text string) []byte {
	tb.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, level)
	require.NoError(tb, err)
	_, err = io.WriteString(w, text)
	require.NoError(tb, err)
	require.NoError(tb, w.Close())
	return b.Bytes()
}
