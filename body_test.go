package losant

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jarcoal/httpmock"
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

func TestAnAnswerThatAGivenTransportHasNotUnpackedIsUnpacked(t *testing.T) {
	t.Parallel()
	packed := Gzipped(t, gzip.BestCompression, goodAnswer)
	header := http.Header{"Content-Encoding": {"gzip"}}
	transport := httpmock.NewMockTransport()
	transport.RegisterNoResponder(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(bytes.NewReader(packed))}, nil
	})
	client := dialling(t, "https://example.com", through(transport))
	require.NoError(t, use(t.Context(), client, http.MethodDelete))
	assert.Contains(t, header, "Content-Encoding", "it is the transport's")
}

func TestClientsUnpackManyAnswersAtOnce(t *testing.T) {
	t.Parallel()
	server := newCounting(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(Gzipped(t, gzip.BestSpeed, `{"id":"`+r.URL.Path+strings.Repeat("0", len(r.URL.Path)*100)+`"}`))
	}, (*httptest.Server).Start)
	client := dialling(t, server.URL)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			id := strings.Repeat("a", 1+i%32)
			user, err := client.ExperienceUser.Get(t.Context(), anApplication, id)
			if assert.NoError(t, err) {
				assert.Equal(t, "/applications/"+anApplication+"/experience/users/"+id, strings.TrimRight(user.ID, "0"))
			}
		})
	}
	wg.Wait()
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
		kept     string // of the body
	}{
		{name: "nothing", body: nil, attempts: 1, means: "not a JSON object", kept: ""},
		{name: "text", body: []byte("out of service"), attempts: 1, means: "not a JSON object", kept: "out of service"},
		{name: "no header", body: packed[:3], attempts: 2, means: "unexpected EOF", kept: string(packed[:3])},
		{name: "wrong header", body: change(2), attempts: 1, means: "invalid header", kept: string(change(2))},
		{name: "no end", body: packed[:end], attempts: 2, means: "unexpected EOF", kept: text},
		{name: "cut", body: packed[:end-100], attempts: 2, means: "unexpected EOF", kept: text[:len(text)-95]},
		{name: "wrong checksum", body: change(end), attempts: 1, means: "invalid checksum", kept: text},
		{name: "wrong length", body: change(len(packed) - 1), attempts: 1, means: "invalid checksum", kept: text},
		{name: "no deflate", body: change(10), attempts: 1, means: "corrupt input", kept: ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			server := newPacked(t, http.StatusOK, row.body)
			var decode *DecodeError
			require.ErrorAs(t, use(t.Context(), dialling(t, server.URL, twice()), http.MethodDelete), &decode)
			assert.Equal(t, row.attempts, decode.Attempts)
			require.ErrorContains(t, decode, row.means)
			assert.Equal(t, row.kept, string(decode.Body))

			server = newPacked(t, http.StatusNotFound, row.body)
			var missing *NotFoundError
			require.ErrorAs(t, use(t.Context(), dialling(t, server.URL), http.MethodDelete), &missing)
			assert.Equal(t, row.kept, string(missing.Body))
		})
	}
}

func TestAnAnswerThatIsOnlyLabelledGzipIsTakenAsItIs(t *testing.T) {
	t.Parallel()
	text := goodAnswer + strings.Repeat(" ", 100<<10)
	server := newPacked(t, http.StatusOK, []byte(text))
	success, err := dialling(t, server.URL).ExperienceUser.Delete(t.Context(), anApplication, aUser)
	require.NoError(t, err)
	assert.Equal(t, text, string(success.Raw))
}

func TestABodyOfKnownLengthIsCopiedOnce(t *testing.T) {
	t.Parallel()
	text := goodAnswer + strings.Repeat("0123456789abcdef", 1<<12)
	for name, response := range map[string]*http.Response{
		"plain": {ContentLength: int64(len(text)), Body: io.NopCloser(strings.NewReader(text))},
		"packed": {
			ContentLength: -1,
			Header:        http.Header{"Content-Encoding": {"gzip"}},
			Body:          io.NopCloser(bytes.NewReader(Gzipped(t, gzip.HuffmanOnly, text))),
		},
	} {
		response.StatusCode = http.StatusOK
		body, err := new(core).readBody(response)
		require.NoError(t, err)
		assert.Equal(t, len(text)+1, cap(body), "%s: the buffer that it began with", name)
		assert.Equal(t, text, string(body), name)
	}
}

func TestBuffersDoNotBeginLargerThanWhatCanCome(t *testing.T) {
	t.Parallel()
	packed := append(make([]byte, 96), 0xff, 0xff, 0xff, 0xff)
	assert.EqualValues(t, 64*100, promised(packed))
	assert.Zero(t, promised(nil))
	body, err := readAll(strings.NewReader(""), math.MaxInt64, 1000)
	require.NoError(t, err)
	assert.Equal(t, 1001, cap(body))
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
		// 17 files hold more than 16 MiB. The rest is what buffers take in ahead.
		assert.Less(t, read.Load(), int64(17*len(mebibyte)+128<<10))
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
