package losant

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// newPacked serves one body as gzip.
func newPacked(t *testing.T, status int, body []byte) *served {
	t.Helper()
	return newCounting(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}, (*httptest.Server).Start)
}

// eachTransport runs a test with a client that has its own transport, and with one that was given net/http's.
func eachTransport(t *testing.T, test func(t *testing.T, client func(url string) (*Client, *http.Transport))) {
	t.Helper()
	t.Run("own", func(t *testing.T) {
		t.Parallel()
		test(t, func(url string) (*Client, *http.Transport) {
			client := dialling(t, url, WithTimeout(0))
			return client, ownTransport(t, client)
		})
	})
	t.Run("given", func(t *testing.T) {
		t.Parallel()
		test(t, func(url string) (*Client, *http.Transport) {
			transport := &http.Transport{}
			return dialling(t, url, WithTimeout(0), through(transport)), transport
		})
	})
}

func TestAnswersAreAskedForPackedAndUnpacked(t *testing.T) {
	t.Parallel()
	eachTransport(t, func(t *testing.T, client func(string) (*Client, *http.Transport)) {
		t.Helper()
		packed := Gzipped(t, gzip.BestCompression, goodAnswer)
		for name, body := range map[string][]byte{
			"one file": packed, "two files": append(Gzipped(t, gzip.BestCompression, "   "), packed...),
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				server := newCounting(t, func(w http.ResponseWriter, r *http.Request) {
					assert.Equal(t, []string{"gzip"}, r.Header["Accept-Encoding"])
					w.Header().Set("Content-Encoding", "GZIP")
					w.Header().Set("Content-Length", strconv.Itoa(len(body)))
					_, _ = w.Write(body)
				}, (*httptest.Server).Start)
				var response Response
				c, _ := client(server.URL)

				success, err := c.ExperienceUser.Delete(t.Context(), anApplication, aUser, WithResponse(&response))

				require.NoError(t, err)
				assert.Equal(t, goodAnswer, strings.TrimSpace(string(success.Raw)))
				assert.NotContains(t, response.Header, "Content-Encoding")
				assert.NotContains(t, response.Header, "Content-Length")
			})
		}
	})
}

func TestAGivenTransportDecidesOnCompression(t *testing.T) {
	t.Parallel()
	server := newCounting(t, func(w http.ResponseWriter, r *http.Request) {
		assert.NotContains(t, r.Header, "Accept-Encoding")
		_, _ = io.WriteString(w, goodAnswer)
	}, (*httptest.Server).Start)
	client := dialling(t, server.URL, through(&http.Transport{DisableCompression: true}))
	require.NoError(t, use(t.Context(), client, http.MethodGet))
}

func TestPackedAnswersThatCannotBeUnpacked(t *testing.T) {
	t.Parallel()
	text := goodAnswer + strings.Repeat(" ", 1000)
	packed := Gzipped(t, gzip.NoCompression, text)
	end := len(packed) - 8 // a checksum and the length are behind it
	change := func(at int) []byte {
		changed := bytes.Clone(packed)
		changed[at] ^= 0xff
		return changed
	}
	for _, row := range []struct {
		name     string
		body     []byte
		attempts int // two when it may be that only the end is missing
		means    string
	}{
		{name: "text", body: []byte("out of service"), attempts: 1, means: "invalid header"},
		{name: "no header", body: packed[:3], attempts: 2, means: "unexpected EOF"},
		{name: "wrong header", body: change(2), attempts: 1, means: "invalid header"},
		{name: "no end", body: packed[:end], attempts: 2, means: "unexpected EOF"},
		{name: "cut", body: packed[:end-100], attempts: 2, means: "unexpected EOF"},
		{name: "wrong checksum", body: change(end), attempts: 1, means: "invalid checksum"},
		{name: "wrong length", body: change(len(packed) - 1), attempts: 1, means: "invalid checksum"},
		{name: "no deflate", body: change(10), attempts: 1, means: "corrupt input"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			server := newPacked(t, http.StatusOK, row.body)
			var decode *DecodeError
			require.ErrorAs(t, use(t.Context(), dialling(t, server.URL, twice()), http.MethodDelete), &decode)
			assert.Equal(t, row.attempts, decode.Attempts)
			require.ErrorContains(t, decode, row.means)

			server = newPacked(t, http.StatusNotFound, row.body)
			var missing *NotFoundError
			require.ErrorAs(t, use(t.Context(), dialling(t, server.URL), http.MethodDelete), &missing)
		})
	}
}

func TestTheCapOfAnAnswerCountsWhatIsUnpacked(t *testing.T) {
	t.Parallel()
	eachTransport(t, func(t *testing.T, client func(string) (*Client, *http.Transport)) {
		t.Helper()
		for name, size := range map[string]int{"small": 16, "16 MiB": 16 << 20, "one byte more": 16<<20 + 1} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				text := goodAnswer + strings.Repeat(" ", size-len(goodAnswer))
				server := newPacked(t, 200, Gzipped(t, gzip.NoCompression, text)) // longer than text, and quick to unpack
				c, _ := client(server.URL)

				success, err := c.ExperienceUser.Delete(t.Context(), anApplication, aUser)

				if size <= 16<<20 {
					require.NoError(t, err)
					assert.True(t, text == string(success.Raw), "a difference would be too long to print") //nolint:testifylint // so
					return
				}
				var decode *DecodeError
				require.ErrorAs(t, err, &decode)
				require.ErrorContains(t, err, "larger than 16 MiB")
				assert.Equal(t, 200, decode.StatusCode)
				assert.Equal(t, 1, decode.Attempts)
				assert.Len(t, decode.Body, 64<<10)
			})
		}
	})
}

// counting counts what is read from a connection.
type counting struct {
	net.Conn
	read *atomic.Int64
}

func (c counting) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Add(int64(n))
	return n, err
}

func TestABombIsNotUnpacked(t *testing.T) {
	t.Parallel()
	eachTransport(t, func(t *testing.T, client func(string) (*Client, *http.Transport)) {
		t.Helper()
		mebibyte := Gzipped(t, gzip.BestCompression, strings.Repeat(" ", 1<<20)) // gzip files can be put one behind the other
		server := newCounting(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			for { // until the client has had enough
				if _, err := w.Write(mebibyte); err != nil {
					return
				}
			}
		}, (*httptest.Server).Start)
		c, transport := client(server.URL)
		var read atomic.Int64
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			return counting{conn, &read}, err
		}

		err := use(t.Context(), c, http.MethodGet)

		var decode *DecodeError
		require.ErrorAs(t, err, &decode)
		assert.Equal(t, 1, decode.Attempts)
		require.ErrorContains(t, err, "larger than 16 MiB")
		// 17 files hold more than 16 MiB, and are 20 KiB. The rest is what net/http takes in ahead, or while it closes.
		assert.Less(t, read.Load(), int64(1<<20))
	})
}

// tallied counts what is read from the bodies of answers.
type tallied struct {
	http.RoundTripper
	read *atomic.Int64
}

func (c tallied) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := c.RoundTripper.RoundTrip(request)
	if err == nil {
		response.Body = struct {
			io.Reader
			io.Closer
		}{io.TeeReader(response.Body, writerFunc(func(p []byte) { c.read.Add(int64(len(p))) })), response.Body}
	}
	return response, err
}

type writerFunc func([]byte)

func (f writerFunc) Write(p []byte) (int, error) {
	f(p)
	return len(p), nil
}

func TestOfAnErrorAtMost64KiBAreRead(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"less": 64<<10 - 1, "64 KiB": 64 << 10, "more": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Repeat("abcdefgh", size/8+1)[:size]
			server := newCounting(t, func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(http.StatusConflict)
				_, _ = io.WriteString(w, text)
			}, (*httptest.Server).Start)
			var read atomic.Int64
			client := dialling(t, server.URL, through(tallied{newTransport(), &read}))

			err := use(t.Context(), client, http.MethodPatch)

			var api *APIError
			require.ErrorAs(t, err, &api)
			assert.Equal(t, text[:min(size, 64<<10)], string(api.Body))
			assert.LessOrEqual(t, read.Load(), int64(64<<10))
		})
		t.Run(name+", packed", func(t *testing.T) {
			t.Parallel()
			text := strings.Repeat("abcdefgh", size/8+1)[:size]
			for _, level := range []int{gzip.NoCompression, gzip.BestCompression} {
				server := newPacked(t, http.StatusConflict, Gzipped(t, level, text))
				var api *APIError
				require.ErrorAs(t, use(t.Context(), dialling(t, server.URL), http.MethodPatch), &api)
				assert.Equal(t, text[:min(size, 64<<10)], string(api.Body))
				assert.NotContains(t, api.Error(), "unpacked")
			}
		})
	}
}
