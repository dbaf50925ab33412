package losant_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// packed answers with a body that is labelled gzip.
func packed(status int, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(status)
		_, _ = w.Write(body)
	}
}

// eachTransport runs a test with a client that has its own transport, and with one that was given net/http's.
func eachTransport(t *testing.T, test func(t *testing.T, client func(*served) (*losant.Client, *http.Transport))) {
	t.Helper()
	t.Run("own", func(t *testing.T) {
		t.Parallel()
		test(t, func(server *served) (*losant.Client, *http.Transport) {
			client := server.client(t, losant.WithTimeout(0))
			return client, losant.OwnTransport(client)
		})
	})
	t.Run("given", func(t *testing.T) {
		t.Parallel()
		test(t, func(server *served) (*losant.Client, *http.Transport) {
			transport := &http.Transport{}
			return server.client(t, losant.WithTimeout(0), given(transport)), transport
		})
	})
}

func deleteUser(t *testing.T, client *losant.Client, opts ...losant.CallOption) (*losant.Success, error) {
	t.Helper()
	return client.ExperienceUser.Delete(t.Context(), applicationID, userID, opts...)
}

func TestAnswersAreAskedForPackedAndUnpacked(t *testing.T) {
	t.Parallel()
	eachTransport(t, func(t *testing.T, client func(*served) (*losant.Client, *http.Transport)) {
		t.Helper()
		file := gzipped(t, gzip.BestCompression, successAnswer)
		for name, body := range map[string][]byte{
			"one file": file, "two files": append(gzipped(t, gzip.BestCompression, "   "), file...),
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				c, _ := client(newServed(t, func(w http.ResponseWriter, r *http.Request) {
					assert.Equal(t, []string{"gzip"}, r.Header["Accept-Encoding"])
					w.Header().Set("Content-Encoding", "GZIP")
					w.Header().Set("Content-Length", strconv.Itoa(len(body)))
					_, _ = w.Write(body)
				}))
				var response losant.Response

				success, err := deleteUser(t, c, losant.WithResponse(&response))

				require.NoError(t, err)
				assert.Equal(t, successAnswer, strings.TrimSpace(string(success.Raw)))
				assert.Equal(t, []byte(success.Raw), response.Body)
				assert.NotContains(t, response.Header, "Content-Encoding")
				assert.NotContains(t, response.Header, "Content-Length")
			})
		}
	})
}

func TestAGivenTransportDecidesOnCompression(t *testing.T) {
	t.Parallel()
	client := newServed(t, func(w http.ResponseWriter, r *http.Request) {
		assert.NotContains(t, r.Header, "Accept-Encoding")
		_, _ = io.WriteString(w, successAnswer)
	}).client(t, given(&http.Transport{DisableCompression: true}))
	require.NoError(t, callUser(t.Context(), client, http.MethodGet))
}

func TestPackedAnswersThatCannotBeUnpacked(t *testing.T) {
	t.Parallel()
	text := successAnswer + strings.Repeat(" ", 1000)
	file := gzipped(t, gzip.NoCompression, text)
	end := len(file) - 8 // a checksum and the length are behind it
	change := func(at int) []byte {
		changed := bytes.Clone(file)
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
		{name: "no header", body: file[:3], attempts: 2, means: "unexpected EOF"},
		{name: "wrong header", body: change(2), attempts: 1, means: "invalid header"},
		{name: "no end", body: file[:end], attempts: 2, means: "unexpected EOF"},
		{name: "cut", body: file[:end-100], attempts: 2, means: "unexpected EOF"},
		{name: "wrong checksum", body: change(end), attempts: 1, means: "invalid checksum"},
		{name: "wrong length", body: change(len(file) - 1), attempts: 1, means: "invalid checksum"},
		{name: "no deflate", body: change(10), attempts: 1, means: "corrupt input"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client := newServed(t, packed(http.StatusOK, row.body)).client(t, twice())
			var decode *losant.DecodeError
			require.ErrorAs(t, callUser(t.Context(), client, http.MethodDelete), &decode)
			assert.Equal(t, row.attempts, decode.Attempts)
			require.ErrorContains(t, decode, row.means)

			client = newServed(t, packed(http.StatusNotFound, row.body)).client(t)
			require.ErrorIs(t, callUser(t.Context(), client, http.MethodDelete), losant.ErrNotFound)
		})
	}
}

// Losant bounds these answers at 20 and 30 MB, and so above the usual cap.
func TestTimeSeriesAndRowsMayBeLarger(t *testing.T) {
	t.Parallel()
	const most = 32 << 20
	for name, size := range map[string]int{"32 MiB": most, "one byte more": most + 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := "{}" + strings.Repeat(" ", size-len("{}"))
			client := newServed(t, packed(http.StatusOK, gzipped(t, gzip.BestSpeed, text))).client(t)
			for operation, call := range map[string]func() error{
				"data.timeSeriesQuery": func() error {
					_, err := client.Data.TimeSeriesQuery(t.Context(), applicationID, losant.TimeSeriesQuery{})
					return err
				},
				"dataTableRows.get": func() error {
					_, err := client.DataTableRows.Get(t.Context(), applicationID, userID)
					return err
				},
				"dataTableRows.query": func() error {
					_, err := client.DataTableRows.Query(t.Context(), applicationID, userID, nil)
					return err
				},
			} {
				if err := call(); size <= most {
					require.NoError(t, err, operation)
				} else {
					require.ErrorContains(t, err, "larger than 32 MiB", operation)
				}
			}
		})
	}
}

func TestTheCapOfAnAnswerCountsWhatIsUnpacked(t *testing.T) {
	t.Parallel()
	eachTransport(t, func(t *testing.T, client func(*served) (*losant.Client, *http.Transport)) {
		t.Helper()
		for name, size := range map[string]int{"small": 16, "16 MiB": 16 << 20, "one byte more": 16<<20 + 1} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				text := successAnswer + strings.Repeat(" ", size-len(successAnswer))
				// Not packed is longer than text, and quick to unpack.
				c, _ := client(newServed(t, packed(http.StatusOK, gzipped(t, gzip.NoCompression, text))))

				success, err := deleteUser(t, c)

				if size <= 16<<20 {
					require.NoError(t, err)
					assert.True(t, text == string(success.Raw), "a difference would be too long to print") //nolint:testifylint // so
					return
				}
				var decode *losant.DecodeError
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
	eachTransport(t, func(t *testing.T, client func(*served) (*losant.Client, *http.Transport)) {
		t.Helper()
		mebibyte := gzipped(t, gzip.BestCompression, strings.Repeat(" ", 1<<20)) // gzip files can be put one behind the other
		c, transport := client(newServed(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			for { // until the client has had enough
				if _, err := w.Write(mebibyte); err != nil {
					return
				}
			}
		}))
		var read atomic.Int64
		transport.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := new(net.Dialer).DialContext(ctx, network, address)
			return counting{conn, &read}, err
		}

		err := callUser(t.Context(), c, http.MethodGet)

		var decode *losant.DecodeError
		require.ErrorAs(t, err, &decode)
		assert.Equal(t, 1, decode.Attempts)
		require.ErrorContains(t, err, "larger than 16 MiB")
		// 17 files hold more than 16 MiB, and are 20 KiB. The rest is what net/http takes in ahead, or while it closes.
		assert.Less(t, read.Load(), int64(1<<20))
	})
}

func TestOfAnErrorAtMost64KiBAreRead(t *testing.T) {
	t.Parallel()
	for name, size := range map[string]int{"less": 64<<10 - 1, "64 KiB": 64 << 10, "more": 1 << 20} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text := strings.Repeat("abcdefgh", size/8+1)[:size]
			left := strings.NewReader(text)
			client, _ := newStaged(t, []ending{answersReader(http.StatusConflict, func() io.Reader { return left })})

			err := callUser(t.Context(), client, http.MethodPatch)

			var api *losant.APIError
			require.ErrorAs(t, err, &api)
			assert.Equal(t, text[:min(size, 64<<10)], string(api.Body))
			assert.LessOrEqual(t, size-left.Len(), 64<<10)
		})
		t.Run(name+", packed", func(t *testing.T) {
			t.Parallel()
			text := strings.Repeat("abcdefgh", size/8+1)[:size]
			for _, level := range []int{gzip.NoCompression, gzip.BestCompression} {
				client := newServed(t, packed(http.StatusConflict, gzipped(t, level, text))).client(t)
				var api *losant.APIError
				require.ErrorAs(t, callUser(t.Context(), client, http.MethodPatch), &api)
				assert.Equal(t, text[:min(size, 64<<10)], string(api.Body))
				assert.NotContains(t, api.Error(), "unpacked")
			}
		})
	}
}
