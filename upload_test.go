package losant_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

func TestFormsOnTheWire(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	requests := record(transport, respond(http.StatusCreated, `{"application":{}}`))

	_, err := client.Applications.Import(t.Context(), losant.ApplicationsImportForm{
		ImportBundle:   losant.Upload{Name: "a \"b\".zip", ContentType: "application/zip", Content: strings.NewReader("content")},
		OwnerType:      "organization",
		IncludeDevices: true,
		Options:        &losant.ImportNewApplicationOptions{ImportURL: losant.Ptr("https://example.com/a.zip")},
	})

	require.NoError(t, err)
	request := requests.only(t)
	_, params, err := mime.ParseMediaType(request.Header.Get("Content-Type"))
	require.NoError(t, err)
	assert.Equal(t, strings.ReplaceAll(`--BOUNDARY
Content-Disposition: form-data; name="importBundle"; filename="a \"b\".zip"
Content-Type: application/zip

content
--BOUNDARY
Content-Disposition: form-data; name="ownerType"

organization
--BOUNDARY
Content-Disposition: form-data; name="includeDevices"

true
--BOUNDARY
Content-Disposition: form-data; name="options"

{"importUrl":"https://example.com/a.zip"}
--BOUNDARY--
`, "\n", "\r\n"), strings.ReplaceAll(request.body, params["boundary"], "BOUNDARY"))
	assert.EqualValues(t, len(request.body), request.ContentLength)
}

func TestAFileWithoutANameHasThatOfItsPart(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	requests := record(transport, respond(http.StatusOK, `{}`))

	_, err := client.Notebook.Upload(t.Context(), applicationID, userID, losant.NotebookUploadForm{
		JupyterFile: losant.Upload{Content: bytes.NewBufferString("{}")},
	})

	require.NoError(t, err)
	assert.Contains(t, requests.only(t).body,
		"Content-Disposition: form-data; name=\"jupyterFile\"; filename=\"jupyterFile\"\r\n\r\n{}\r\n")
}

func TestFormsAreChecked(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	requests := record(transport, respond(http.StatusOK, `{}`))
	imports := func(form losant.ApplicationsImportForm) error {
		_, err := client.Applications.Import(t.Context(), form)
		return err
	}
	upload := func(file losant.Upload) error {
		_, err := client.File.Upload(t.Context(), applicationID, userID, losant.FileUploadForm{File: file})
		return err
	}
	for field, err := range map[string]error{
		"ownerId":           imports(losant.ApplicationsImportForm{OwnerID: "1"}),
		"ownerType":         imports(losant.ApplicationsImportForm{OwnerType: "nobody"}),
		"importBundle":      imports(losant.ApplicationsImportForm{ImportBundle: losant.Upload{Name: "a.zip"}}),
		"options.importUrl": imports(losant.ApplicationsImportForm{Options: &losant.ImportNewApplicationOptions{ImportURL: losant.Ptr("a b")}}),
		"file":              upload(losant.Upload{}),
		"file.Name":         upload(losant.Upload{Name: "a\x00b", Content: strings.NewReader("")}),
		"file.ContentType":  upload(losant.Upload{ContentType: "a\r\nb: c", Content: strings.NewReader("")}),
		"form":              upload(losant.Upload{Content: unseekable{}}),
	} {
		var invalid *losant.ValidationError
		require.ErrorAs(t, err, &invalid, field)
		require.Len(t, invalid.Violations, 1)
		assert.Equal(t, field, invalid.Violations[0].Field)
	}
	assert.Empty(t, requests.all())
}

// unseekable says where it stands, and fails to go elsewhere.
type unseekable struct{ io.Reader }

func (unseekable) Seek(_ int64, whence int) (int64, error) {
	if whence == io.SeekCurrent {
		return 0, nil
	}
	return 0, errors.New("no seeking here")
}

func TestUploadsAreSentAgainOnlyIfTheyCanBe(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		content  io.Reader
		end      ending
		attempts int
		applied  losant.Applied
	}{
		"a seeker that was not taken":    {strings.NewReader("content"), answers(http.StatusServiceUnavailable), 3, losant.NotApplied},
		"a reader that was not taken":    {iotest.HalfReader(strings.NewReader("content")), answers(http.StatusServiceUnavailable), 1, losant.NotApplied},
		"a seeker that may have arrived": {strings.NewReader("content"), answers(http.StatusBadGateway), 1, losant.MaybeApplied},
		"a seeker without an answer":     {strings.NewReader("content"), fails(io.ErrUnexpectedEOF), 1, losant.MaybeApplied},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sent := 0
				client, err := losant.NewClient(secretToken, losant.WithHTTPClient(&http.Client{
					Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
						sent++
						body, err := bodyOf(request)
						require.NoError(t, err)
						assert.Contains(t, body, "\r\n\r\ncontent\r\n")
						return row.end(request)
					}),
				}))
				require.NoError(t, err)

				_, err = client.File.Upload(t.Context(), applicationID, userID, losant.FileUploadForm{File: losant.Upload{Content: row.content}})

				assert.Equal(t, row.attempts, sent)
				var (
					api  *losant.APIError
					lost *losant.TransportError
				)
				if errors.As(err, &api) {
					assert.Equal(t, row.applied, api.Applied)
				} else {
					require.ErrorAs(t, err, &lost)
					assert.Equal(t, row.applied, lost.Applied)
				}
			})
		})
	}
}

func TestAnUploadOnSockets(t *testing.T) {
	t.Parallel()
	errDisk := errors.New("the disk is gone")
	var attempts atomic.Int64
	onBoth(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Query().Get("case") {
		case "echo":
			if attempts.Add(1)%2 == 1 {
				w.WriteHeader(http.StatusServiceUnavailable)
				return
			}
			if assert.NoError(t, r.ParseMultipartForm(1<<20)) {
				file, header, err := r.FormFile("file")
				assert.NoError(t, err)
				content, err := io.ReadAll(file)
				assert.NoError(t, err)
				assert.Equal(t, "a.txt", header.Filename)
				assert.Len(t, content, 3<<20)
				_, _ = io.WriteString(w, `{"name":"a.txt"}`)
			}
		case "early":
			w.WriteHeader(http.StatusRequestEntityTooLarge)
			_, _ = io.WriteString(w, `{"type":"RequestEntityTooLarge"}`)
		default:
			_, _ = io.Copy(io.Discard, r.Body)
		}
	}, func(t *testing.T, client *losant.Client) {
		upload := func(what string, content io.Reader) (*losant.File, error) {
			return client.File.Upload(t.Context(), applicationID, userID,
				losant.FileUploadForm{File: losant.Upload{Name: "a.txt", Content: content}}, losant.WithQuery("case", what))
		}

		file, err := upload("echo", bytes.NewReader(make([]byte, 3<<20)))
		require.NoError(t, err)
		assert.Equal(t, "a.txt", file.Name)

		_, err = upload("early", io.LimitReader(zeros{}, 1<<30))
		var api *losant.APIError
		require.ErrorAs(t, err, &api)
		assert.Equal(t, http.StatusRequestEntityTooLarge, api.StatusCode)
		assert.Equal(t, losant.TypeRequestEntityTooLarge, api.Type)
		assert.Equal(t, losant.NotApplied, api.Applied)

		_, err = upload("read", io.MultiReader(io.LimitReader(zeros{}, 1<<20), iotest.ErrReader(errDisk)))
		require.ErrorIs(t, err, errDisk)
		var lost *losant.TransportError
		require.ErrorAs(t, err, &lost)
		assert.Equal(t, 1, lost.Attempts)
	})
}

// uploads are all that sends a file.
func uploads(ctx context.Context, client *losant.Client, file losant.Upload) map[string]error {
	_, imports := client.Application.Import(ctx, applicationID, losant.ApplicationImportForm{ImportBundle: file})
	_, importsNew := client.Applications.Import(ctx, losant.ApplicationsImportForm{ImportBundle: file})
	_, uploads := client.File.Upload(ctx, applicationID, fileID, losant.FileUploadForm{File: file})
	_, uploadsPrivate := client.PrivateFile.Upload(ctx, applicationID, fileID, losant.PrivateFileUploadForm{PrivateFile: file})
	_, runs := client.Notebook.Upload(ctx, applicationID, fileID, losant.NotebookUploadForm{JupyterFile: file})
	return map[string]error{
		"application.import": imports, "applications.import": importsNew, "file.upload": uploads,
		"privateFile.upload": uploadsPrivate, "notebook.upload": runs,
		"UploadFile": client.UploadFile(ctx, losant.FileUploadPostResponseUpload{URL: "https://storage.example.com/"}, file),
	}
}

func TestAnUploadTakesAsLongAsItNeeds(t *testing.T) {
	t.Parallel()
	answer := func(request *http.Request) (*http.Response, error) {
		if request.URL.Path == "/applications/import" {
			return answers(http.StatusCreated)(request)
		}
		return answers(http.StatusOK)(request)
	}
	for name, row := range map[string]struct {
		pause  time.Duration // before each piece of a form, and before the answer
		option losant.Option
		stops  bool
	}{
		"that goes on":        {29 * time.Second, losant.WithMaxAttempts(1), false},
		"that stands still":   {31 * time.Second, losant.WithMaxAttempts(1), true},
		"with a limit":        {4 * time.Second, losant.WithTimeout(5 * time.Second), false},
		"beyond a limit":      {6 * time.Second, losant.WithTimeout(5 * time.Second), true},
		"that nothing limits": {time.Hour, losant.WithTimeout(0), false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, err := losant.NewClient(secretToken, row.option, given(roundTripper(func(request *http.Request) (*http.Response, error) {
					for piece := make([]byte, 16<<10); ; {
						select {
						case <-time.After(row.pause):
						case <-request.Context().Done():
							return nil, request.Context().Err()
						}
						if _, err := request.Body.Read(piece); err != nil {
							return answer(request)
						}
					}
				})))
				require.NoError(t, err)

				for operation, err := range uploads(t.Context(), client, losant.Upload{Content: bytes.NewReader(make([]byte, 1<<20))}) {
					if !row.stops {
						require.NoError(t, err, operation)
						continue
					}
					require.ErrorIs(t, err, context.DeadlineExceeded, operation)
					require.NotErrorIs(t, err, context.Canceled, operation)
					require.ErrorAs(t, err, new(*losant.TransportError), operation)
				}
			})
		})
	}
}

// zeros does not end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func TestUploadFile(t *testing.T) {
	t.Parallel()
	var query, host string
	storage := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, host = r.URL.RawQuery, r.Host
		for _, name := range []string{"Authorization", "Losantdomain", "Accept-Version"} {
			assert.NotContains(t, r.Header, name)
		}
		assert.Contains(t, r.Header.Get("User-Agent"), "losant-go/")
		assert.Positive(t, r.ContentLength, "a storage needs to know the length")
		reader, err := r.MultipartReader()
		if !assert.NoError(t, err) {
			return
		}
		var parts []string
		for {
			part, err := reader.NextPart()
			if err != nil {
				break
			}
			content, err := io.ReadAll(part)
			assert.NoError(t, err)
			parts = append(parts, part.FormName()+"="+string(content))
			assert.Equal(t, part.FormName() == "file", part.FileName() == "a.txt")
		}
		assert.Equal(t, []string{"key=apps/a.txt", "policy=p", "x-\"\\\tä=\r\n\x00\"ä", "zone=", "file=content"}, parts)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(storage.Close)
	client, err := losant.NewClient(secretToken, losant.WithLosantDomain("example.com"))
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	var response losant.Response

	err = client.UploadFile(t.Context(), losant.FileUploadPostResponseUpload{
		URL:    storage.URL + "/bucket?x=1",
		Fields: map[string]string{"policy": "p", "zone": "", "key": "apps/a.txt", "x-\"\\\tä": "\r\n\x00\"ä"},
	}, losant.Upload{Name: "a.txt", Content: strings.NewReader("content")}, losant.WithResponse(&response))

	require.NoError(t, err)
	assert.Equal(t, "x=1", query)
	assert.Equal(t, strings.TrimPrefix(storage.URL, "http://"), host)
	assert.Equal(t, http.StatusNoContent, response.StatusCode)
}

func TestUploadFileIsNotSentAgainOnceItMayBeStored(t *testing.T) {
	t.Parallel()
	for status, attempts := range map[int]int{http.StatusInternalServerError: 1, http.StatusServiceUnavailable: 3} {
		t.Run(http.StatusText(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, transport := newStaged(t, []ending{answers(status)})

				err := client.UploadFile(t.Context(), losant.FileUploadPostResponseUpload{URL: "https://storage.example.com/"},
					losant.Upload{Content: strings.NewReader("content")})

				assert.Equal(t, attempts, transport.sent())
				assert.Equal(t, status == http.StatusInternalServerError, appliedOf(t, err) == losant.MaybeApplied)
			})
		})
	}
}

func TestUploadFileErrors(t *testing.T) {
	t.Parallel()
	to := losant.FileUploadPostResponseUpload{URL: "https://storage.example.com/bucket"}
	client, transport := newMocked(t)
	record(transport, respond(http.StatusForbidden,
		`<?xml version="1.0"?><Error><Code>EntityTooLarge</Code><Message>Your upload is too large</Message></Error>`))

	err := client.UploadFile(t.Context(), to, losant.Upload{Content: strings.NewReader("content")})

	api, ok := err.(*losant.APIError) //nolint:errorlint // the very type
	require.True(t, ok, "%T", err)
	require.ErrorIs(t, err, losant.ErrForbidden)
	assert.Equal(t, "EntityTooLarge", api.Type)
	require.EqualError(t, err, "losant: UploadFile: 403 EntityTooLarge: Your upload is too large (POST /bucket)")

	for field, call := range map[string]func() error{
		"URL": func() error {
			return client.UploadFile(t.Context(), losant.FileUploadPostResponseUpload{}, losant.Upload{Content: strings.NewReader("")})
		},
		"file": func() error {
			return client.UploadFile(t.Context(), to, losant.Upload{})
		},
		"file.Name": func() error {
			return client.UploadFile(t.Context(), to, losant.Upload{Name: "a\nb", Content: strings.NewReader("")})
		},
		"Fields": func() error {
			odd := to
			odd.Fields = map[string]string{"a": "", "b\r\nc": "", "d": ""}
			return client.UploadFile(t.Context(), odd, losant.Upload{Content: strings.NewReader("")})
		},
		"client": func() error {
			return (*losant.Client)(nil).UploadFile(t.Context(), to, losant.Upload{Content: strings.NewReader("")})
		},
		"ctx": func() error {
			var none context.Context
			return client.UploadFile(none, to, losant.Upload{Content: strings.NewReader("")})
		},
	} {
		var invalid *losant.ValidationError
		require.ErrorAs(t, call(), &invalid)
		assert.Equal(t, field, invalid.Violations[0].Field)
	}
	for _, url := range []string{"http://example.com/", "ftp://example.com", "https://user:secret@example.com/", "/bucket", ":"} {
		to.URL = url
		var invalid *losant.ValidationError
		require.ErrorAs(t, client.UploadFile(t.Context(), to, losant.Upload{Content: strings.NewReader("")}), &invalid)
		assert.NotContains(t, invalid.Error(), "secret")
	}
	to.URL = "https://storage.example.com/bucket"
	err = client.UploadFile(t.Context(), to, losant.Upload{Content: iotest.HalfReader(strings.NewReader("content"))})
	require.ErrorContains(t, err, "file must have a known length")
}

// The end of the context while waiting is part of the error, though the storage has answered.
func TestUploadFileIsInterrupted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, transport := newStaged(t, []ending{answers(http.StatusServiceUnavailable, "Retry-After", "5")})
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)

		err := client.UploadFile(ctx, losant.FileUploadPostResponseUpload{URL: "https://storage.example.com/"},
			losant.Upload{Content: strings.NewReader("content")})

		require.ErrorIs(t, err, context.Canceled)
		var api *losant.APIError
		require.ErrorAs(t, err, &api)
		assert.Equal(t, http.StatusServiceUnavailable, api.StatusCode)
		assert.Equal(t, 1, transport.sent())
	})
}
