package rest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"mime"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// onBoth runs a test with a server of HTTP/1.1 and one of HTTP/2, and a client of it.
func onBoth(t *testing.T, handler http.HandlerFunc, test func(t *testing.T, client *Client, base url.URL)) {
	t.Helper()
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, protocol, r.Proto)
				handler(w, r)
			}))
			server.Config.ErrorLog = log.New(io.Discard, "", 0) // of handshakes that nobody needs any more
			server.EnableHTTP2 = protocol == "HTTP/2.0"
			if server.EnableHTTP2 {
				server.StartTLS()
			} else {
				server.Start()
			}
			t.Cleanup(server.Close)
			client, err := NewClient(nil)
			require.NoError(t, err)
			t.Cleanup(client.CloseIdleConnections)
			if server.EnableHTTP2 {
				trusted, ok := server.Client().Transport.(*http.Transport)
				require.True(t, ok)
				client.Own().TLSClientConfig.RootCAs = trusted.TLSClientConfig.RootCAs
			}
			base, err := url.Parse(server.URL)
			require.NoError(t, err)
			test(t, client, *base)
		})
	}
}

// upload is a request that sends a form.
func upload(base url.URL, form *Form) *Request {
	request := newRequest(Once)
	request.Method, request.URL, request.Body = http.MethodPost, base, form
	return request
}

func newForm(t *testing.T, content io.Reader) *Form {
	t.Helper()
	form, err := NewForm([]Part{{Name: "file", FileName: "a.txt", Content: content}})
	require.NoError(t, err)
	return form
}

// readForm reads a form as net/http does: the values and the contents of its parts by their names.
func readForm(t *testing.T, r *http.Request) map[string]string {
	t.Helper()
	parts := map[string]string{}
	reader, err := r.MultipartReader()
	for err == nil {
		var part *multipart.Part
		if part, err = reader.NextPart(); err == nil {
			var content []byte
			content, err = io.ReadAll(part)
			parts[part.FormName()] = string(content)
		}
	}
	assert.ErrorIs(t, err, io.EOF)
	return parts
}

func TestFormOnTheWire(t *testing.T) {
	t.Parallel()
	form, err := NewForm([]Part{
		{Name: "bundle", FileName: "a \"b\"\r\nc\\d.zip", ContentType: "application/zip", Content: strings.NewReader("content")},
		{Name: "e\r\nmail", Value: "ada@example.com"},
		{Name: "empty", FileName: "empty", Content: strings.NewReader("")},
	})
	require.NoError(t, err)
	opened, err := form.Open(t.Context())
	require.NoError(t, err)

	text, err := io.ReadAll(opened)

	require.NoError(t, err)
	require.NoError(t, opened.Close())
	assert.EqualValues(t, len(text), form.Length())
	kind, params, err := mime.ParseMediaType(form.ContentType())
	require.NoError(t, err)
	assert.Equal(t, "multipart/form-data", kind)
	assert.Equal(t, strings.ReplaceAll(`--BOUNDARY
Content-Disposition: form-data; name="bundle"; filename="a \"b\"%0D%0Ac\\d.zip"
Content-Type: application/zip

content
--BOUNDARY
Content-Disposition: form-data; name="e%0D%0Amail"

ada@example.com
--BOUNDARY
Content-Disposition: form-data; name="empty"; filename="empty"


--BOUNDARY--
`, "\n", "\r\n"), strings.ReplaceAll(string(text), params["boundary"], "BOUNDARY"))
}

func TestFormLength(t *testing.T) {
	t.Parallel()
	stood := strings.NewReader("0123456789")
	_, err := stood.Seek(4, io.SeekStart)
	require.NoError(t, err)
	file, err := os.Create(t.TempDir() + "/file")
	require.NoError(t, err)
	t.Cleanup(func() { _ = file.Close() })
	_, err = file.WriteString("0123456789")
	require.NoError(t, err)
	_, err = file.Seek(9, io.SeekStart)
	require.NoError(t, err)
	pipe, end, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { _ = pipe.Close() })
	require.NoError(t, end.Close())
	frame := newForm(t, strings.NewReader("")).Length()
	for name, row := range map[string]struct {
		content io.Reader
		length  int64
		repeats bool
	}{
		"a seeker that has been read from":     {stood, 6, true},
		"a file that has been read from":       {file, 1, true},
		"a seeker beyond its end":              {seekedTo(t, 12), 0, true},
		"a buffer":                             {bytes.NewBufferString("0123"), 4, false},
		"a reader":                             {iotest.OneByteReader(strings.NewReader("0123")), -1, false},
		"a pipe, which is a file all the same": {pipe, -1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			form := newForm(t, row.content)
			want := int64(-1)
			if row.length >= 0 {
				want = frame + row.length
			}
			assert.Equal(t, want, form.Length())
			assert.Equal(t, row.repeats, form.CanRepeat())
			opened, err := form.Open(t.Context())
			require.NoError(t, err)
			n, err := io.Copy(io.Discard, opened)
			require.NoError(t, err)
			if row.length >= 0 {
				assert.Equal(t, form.Length(), n)
			}
			form.Release()
		})
	}
}

func seekedTo(t *testing.T, position int64) io.Reader {
	t.Helper()
	r := strings.NewReader("0123456789")
	_, err := r.Seek(position, io.SeekStart)
	require.NoError(t, err)
	return r
}

// brokenSeeker can say where it stands, and no more.
type brokenSeeker struct{ io.Reader }

var errSeek = errors.New("no seeking here")

func (brokenSeeker) Seek(_ int64, whence int) (int64, error) {
	if whence == io.SeekCurrent {
		return 0, nil
	}
	return 0, errSeek
}

func TestContentThatMayHaveMovedIsRefused(t *testing.T) {
	t.Parallel()
	_, err := NewForm([]Part{{Name: "file", Content: brokenSeeker{strings.NewReader("a")}}})

	require.ErrorIs(t, err, errSeek)
	assert.ErrorContains(t, err, "file: ")
}

func TestFormOfSeveralFiles(t *testing.T) {
	t.Parallel()
	known := func() io.Reader { return strings.NewReader("0123") }
	unknown := func() io.Reader { return iotest.OneByteReader(strings.NewReader("4567")) }
	for _, contents := range [][]io.Reader{{known(), unknown()}, {unknown(), known()}, {unknown(), unknown()}} {
		form, err := NewForm([]Part{{Name: "a", Content: contents[0]}, {Name: "b", Content: contents[1]}})
		require.NoError(t, err)
		assert.EqualValues(t, -1, form.Length())
		assert.False(t, form.CanRepeat())
	}
	form, err := NewForm([]Part{{Name: "a", Content: known()}, {Name: "b", Content: known()}})
	require.NoError(t, err)
	n, err := io.Copy(io.Discard, open(t, form))
	require.NoError(t, err)
	assert.Equal(t, n, form.Length())
	assert.True(t, form.CanRepeat())
}

func TestContentStaysWhereItStoodUntilItIsSent(t *testing.T) {
	t.Parallel()
	content := strings.NewReader("0123456789")
	_, err := content.Seek(4, io.SeekStart)
	require.NoError(t, err)

	newForm(t, content)

	rest, err := io.ReadAll(content)
	require.NoError(t, err)
	assert.Equal(t, "456789", string(rest))
}

// open opens a form.
func open(t *testing.T, form *Form) io.ReadCloser {
	t.Helper()
	opened, err := form.Open(t.Context())
	require.NoError(t, err)
	return opened
}

func TestOpeningAFormEndsTheReaderBefore(t *testing.T) {
	t.Parallel()
	form := newForm(t, strings.NewReader(strings.Repeat("a", 1<<20)))
	first := open(t, form)
	_, err := io.CopyN(io.Discard, first, 1000)
	require.NoError(t, err)

	second := open(t, form)

	_, err = io.Copy(io.Discard, first)
	require.ErrorIs(t, err, io.ErrClosedPipe)
	n, err := io.Copy(io.Discard, second)
	require.NoError(t, err)
	assert.Equal(t, form.Length(), n)
}

func TestContentThatCannotBeReadAgainIsNot(t *testing.T) {
	t.Parallel()
	form := newForm(t, bytes.NewBufferString("content"))
	open(t, form)

	_, err := form.Open(t.Context())

	require.ErrorIs(t, err, errContentUsed)
}

// seeker is content that can be sought as a function does.
type seeker struct {
	io.Reader
	seek func(offset int64, whence int) (int64, error)
}

func (s seeker) Seek(offset int64, whence int) (int64, error) { return s.seek(offset, whence) }

func TestContentThatDoesNotGoBackIsNotSent(t *testing.T) {
	t.Parallel()
	text := strings.NewReader("content")
	content := seeker{text, text.Seek}
	seek := func(offset int64, whence int) (int64, error) { return content.seek(offset, whence) }
	form := newForm(t, seeker{text, seek})
	content.seek = brokenSeeker{}.Seek

	_, err := form.Open(t.Context())

	require.ErrorIs(t, err, errSeek)
}

func TestAFormEndsWithItsContext(t *testing.T) {
	t.Parallel()
	errEnough := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	opened, err := newForm(t, endless{}).Open(ctx)
	require.NoError(t, err)
	_, err = io.CopyN(io.Discard, opened, 1000)
	require.NoError(t, err)

	cancel(errEnough)

	_, err = io.Copy(io.Discard, opened)
	require.ErrorIs(t, err, errEnough, "and not like one that was sent to its end")
	require.ErrorIs(t, err, context.Canceled)
}

// In a bubble, a goroutine that is left behind is an error.
func TestAReleasedFormIsNotRead(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]int64{"before": 0, "while": 1000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				form := newForm(t, strings.NewReader(strings.Repeat("a", 1<<20)))
				opened := open(t, form)
				_, err := io.CopyN(io.Discard, opened, read)
				require.NoError(t, err)
				start := time.Now()

				form.Release()

				assert.Zero(t, time.Since(start), "nothing blocks")
				_, err = opened.Read(make([]byte, 1))
				require.ErrorIs(t, err, io.ErrClosedPipe)
			})
		})
	}
}

func TestContentThatBlocksIsNotReadASecondTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		text := strings.NewReader("content")
		release := make(chan struct{})
		form := newForm(t, seeker{stuck{release}, text.Seek})
		opened := open(t, form)
		go func() { _, _ = io.Copy(io.Discard, opened) }()
		synctest.Wait()
		start := time.Now()

		_, err := form.Open(t.Context())

		require.ErrorIs(t, err, errContentBusy)
		assert.Equal(t, grace, time.Since(start))
		close(release)
		synctest.Wait()
		open(t, form)
	})
}

func TestUploadsAreRepeatedIfTheContentIsASeeker(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		content  func() io.Reader
		attempts int
	}{
		{"a seeker", func() io.Reader { return seekedTo(t, 4) }, 2},
		{"a buffer", func() io.Reader { return bytes.NewBufferString("456789") }, 1},
		{"a reader", func() io.Reader { return iotest.HalfReader(strings.NewReader("456789")) }, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, map[string]string{"file": "456789"}, readForm(t, r))
				w.WriteHeader(http.StatusServiceUnavailable)
			}, func(t *testing.T, client *Client, base url.URL) {
				request := upload(base, newForm(t, row.content()))
				request.MaxAttempts = 2

				o := client.Do(t.Context(), request)

				assert.Equal(t, http.StatusServiceUnavailable, o.StatusCode, o.Err)
				assert.Equal(t, row.attempts, o.Attempts)
				assert.False(t, o.MaybeApplied)
			})
		})
	}
}

func TestContentThatFailsEndsTheCall(t *testing.T) {
	t.Parallel()
	errDisk := errors.New("the disk is gone")
	var began atomic.Int64
	onBoth(t, func(_ http.ResponseWriter, r *http.Request) {
		began.Add(1)
		_, err := io.Copy(io.Discard, r.Body)
		assert.Error(t, err, "a part of a form must not look like a whole one")
	}, func(t *testing.T, client *Client, base url.URL) {
		content := struct {
			io.Reader
			io.Seeker
		}{io.MultiReader(io.LimitReader(endless{}, 1<<20), iotest.ErrReader(errDisk)), strings.NewReader(strings.Repeat("a", 2<<20))}

		o := client.Do(t.Context(), upload(base, newForm(t, content)))

		require.ErrorIs(t, o.Err, errDisk)
		require.ErrorContains(t, o.Err, "file: ")
		assert.Equal(t, 1, o.Attempts)
	})
}

func TestContentIsAsLongAsWasPromised(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ content, promised, want string }{
		"grown":  {"0123456789", "0123", "0123"},
		"shrunk": {"0123", "0123456789", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onBoth(t, func(w http.ResponseWriter, r *http.Request) {
				if row.want != "" {
					assert.Equal(t, map[string]string{"file": row.want}, readForm(t, r))
				} else {
					_, err := io.Copy(io.Discard, r.Body)
					assert.Error(t, err)
				}
				w.WriteHeader(http.StatusCreated)
			}, func(t *testing.T, client *Client, base url.URL) {
				content := struct {
					io.Reader
					io.Seeker
				}{strings.NewReader(row.content), strings.NewReader(row.promised)}

				o := client.Do(t.Context(), upload(base, newForm(t, content)))

				if row.want != "" {
					require.NoError(t, o.Err)
					assert.Equal(t, http.StatusCreated, o.StatusCode)
					return
				}
				require.ErrorIs(t, o.Err, io.ErrUnexpectedEOF)
				assert.ErrorContains(t, o.Err, "had 10 bytes, and ends after 4")
			})
		})
	}
}

func TestContentThatBlocksDoesNotHoldTheCall(t *testing.T) {
	t.Parallel()
	onBoth(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
	}, func(t *testing.T, client *Client, base url.URL) {
		content, w := io.Pipe()
		defer func() { _ = w.Close() }()
		ctx, cancel := context.WithCancelCause(t.Context())
		stop := errors.New("stop")
		go func() {
			_, _ = w.Write([]byte("the beginning"))
			cancel(stop)
		}()

		o := client.Do(ctx, upload(base, newForm(t, content)))

		require.ErrorIs(t, o.Err, stop)
		require.ErrorIs(t, o.Err, context.Canceled)
	})
}

// witness tells whether it is read when that is over.
type witness struct {
	io.ReadSeeker
	over, late atomic.Bool
}

func (w *witness) Read(p []byte) (int, error) {
	if w.over.Load() {
		w.late.Store(true)
	}
	return w.ReadSeeker.Read(p)
}

func TestNoContentIsReadWhenTheCallIsOver(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden) // without having read
	}, func(t *testing.T, client *Client, base url.URL) {
		for range 20 {
			content := &witness{ReadSeeker: strings.NewReader(strings.Repeat("a", 8<<20))}
			form := newForm(t, content)

			o := client.Do(t.Context(), upload(base, form))
			content.over.Store(true)

			assert.Equal(t, http.StatusForbidden, o.StatusCode, o.Err)
			_, err := form.last.Read(make([]byte, 1))
			require.Error(t, err)
			assert.False(t, content.late.Load())
		}
	})
}

// endless is content that does not end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

// A server that refuses a body before it has read it may answer and close the connection while the client is still
// writing: the kernel then resets it.
func TestAnEarlyAnswerIsReadThoughTheConnectionIsReset(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it ends with the test
	require.NoError(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				_, _ = http.ReadRequest(bufio.NewReader(conn))
				_, _ = io.WriteString(conn, "HTTP/1.1 413 Payload Too Large\r\nContent-Length: 2\r\n\r\n{}")
				_ = conn.Close()
			}()
		}
	}()
	client, err := NewClient(nil)
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	base := url.URL{Scheme: "http", Host: listener.Addr().String(), Path: "/"}
	for range 50 {
		o := client.Do(t.Context(), upload(base, newForm(t, endless{})))

		require.NoError(t, o.Err)
		assert.Equal(t, http.StatusRequestEntityTooLarge, o.StatusCode)
		assert.Equal(t, "{}", string(o.Body))
		assert.False(t, o.MaybeApplied)
	}
}

func TestAnEarlyAnswerIsRead(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
	}, func(t *testing.T, client *Client, base url.URL) {
		for range 10 {
			o := client.Do(t.Context(), upload(base, newForm(t, endless{})))

			require.NoError(t, o.Err)
			assert.Equal(t, http.StatusRequestEntityTooLarge, o.StatusCode)
		}
	})
}

func TestAWriteThatFailsWaitsForASecondWhenNobodyReads(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		require.NoError(t, far.Close())
		conn := &patientConn{Conn: near, noMore: make(chan struct{})}
		start := time.Now()

		_, err := conn.Write([]byte("a"))

		require.ErrorIs(t, err, io.ErrClosedPipe)
		assert.Equal(t, time.Second, time.Since(start))
		require.NoError(t, conn.Close())
		_, err = conn.Write([]byte("a"))
		require.Error(t, err)
		assert.Equal(t, time.Second, time.Since(start), "a closed connection waits for nothing")
	})
}

//nolint:paralleltest // it counts what the whole process allocates
func TestAnUploadIsNeverInMemory(t *testing.T) {
	const size = 200 << 20
	for _, known := range []bool{true, false} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n, err := io.CopyBuffer(struct{ io.Writer }{io.Discard}, r.Body, make([]byte, 64<<10))
			assert.NoError(t, err)
			assert.Greater(t, n, int64(size))
			w.WriteHeader(http.StatusOK)
		}))
		client, err := NewClient(nil)
		require.NoError(t, err)
		base, err := url.Parse(server.URL)
		require.NoError(t, err)
		content := io.LimitReader(endless{}, size)
		if known {
			content = io.NewSectionReader(endlessAt{}, 0, size)
		}
		form := newForm(t, content)
		assert.Equal(t, known, form.Length() > 0)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)

		o := client.Do(t.Context(), upload(*base, form))

		runtime.ReadMemStats(&after)
		require.NoError(t, o.Err)
		assert.Equal(t, http.StatusOK, o.StatusCode)
		assert.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
		client.CloseIdleConnections()
		server.Close()
	}
}

type endlessAt struct{}

func (endlessAt) ReadAt(p []byte, _ int64) (int, error) { return len(p), nil }

// The time limit is 30 s, and everything happens 20 s after what came before.
func TestTheTimeThatAFormTakesIsNotLimited(t *testing.T) {
	t.Parallel()
	const size, step, interval, limit = 1 << 20, 64 << 10, 20 * time.Second, 30 * time.Second
	// reads reads so many bytes of a body.
	reads := func(r *http.Request, bytes int64) {
		for ; bytes > 0; bytes -= step {
			time.Sleep(interval)
			_, _ = io.CopyN(io.Discard, r.Body, min(step, bytes))
		}
	}
	for name, row := range map[string]struct {
		body     Body
		answer   func(net.Conn, *http.Request)
		progress time.Duration // until when there is some, at least
		err      string
	}{
		"all of it is read, and answered": {
			newForm(t, strings.NewReader(strings.Repeat("a", size))),
			func(conn net.Conn, r *http.Request) {
				reads(r, r.ContentLength)
				time.Sleep(interval)
				says("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")(conn, r)
			}, size / step * interval, "",
		},
		"its length is not known": {
			newForm(t, iotest.HalfReader(strings.NewReader(strings.Repeat("a", size)))),
			func(conn net.Conn, r *http.Request) {
				reads(r, size)
				_, _ = io.Copy(io.Discard, r.Body)
				says("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")(conn, r)
			}, size / step * interval, "",
		},
		"it is read, and not answered": {
			newForm(t, strings.NewReader(strings.Repeat("a", size))),
			func(conn net.Conn, r *http.Request) {
				reads(r, r.ContentLength)
				hangs()(conn, r)
			}, size / step * interval, "the attempt made no progress for 30s",
		},
		"it is read no further": {
			newForm(t, strings.NewReader(strings.Repeat("a", size))),
			func(_ net.Conn, r *http.Request) {
				reads(r, size/2)
				time.Sleep(time.Hour)
			}, size / 2 / step * interval, "the attempt made no progress for 30s",
		},
		"its content does not go on": {
			newForm(t, io.MultiReader(io.LimitReader(endless{}, size), asleep{})),
			func(_ net.Conn, r *http.Request) {
				reads(r, size)
				_, _ = io.Copy(io.Discard, r.Body)
			}, size / step * interval, "the attempt made no progress for 30s",
		},
		"it is no form": {
			JSON(strings.Repeat("a", size)),
			func(_ net.Conn, r *http.Request) {
				reads(r, r.ContentLength)
			}, 0, "the attempt took longer than 30s",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client := piped(t, row.answer)
				request := newRequest(Once)
				request.Method, request.URL.Scheme, request.Body, request.Timeout = http.MethodPost, "http", row.body, limit
				start := time.Now()

				o := client.Do(t.Context(), request)

				took := time.Since(start)
				client.CloseIdleConnections()
				time.Sleep(2 * time.Hour) // until the server and the content have seen it
				assert.GreaterOrEqual(t, took, row.progress)
				assert.Equal(t, 1, o.Attempts)
				if row.err == "" {
					require.NoError(t, o.Err)
					assert.Equal(t, http.StatusCreated, o.StatusCode)
					return
				}
				require.ErrorContains(t, o.Err, row.err)
				require.ErrorIs(t, o.Err, context.DeadlineExceeded)
				require.NotErrorIs(t, o.Err, context.Canceled, "nobody has cancelled it")
				assert.LessOrEqual(t, took, row.progress+interval+limit+grace)
				assert.True(t, o.MaybeApplied)
			})
		})
	}
}

// asleep is content that comes in an hour.
type asleep struct{}

func (asleep) Read([]byte) (int, error) {
	time.Sleep(time.Hour)
	return 0, io.EOF
}
