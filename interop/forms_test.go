package interop_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// part is a part of a form as somebody has read it: a value, or a file.
type part struct {
	Name, Value    string
	Filename, Type string
	Sum            string // SHA-256 of a file
}

// formReader is a server that reads forms, and is not ours.
type formReader struct {
	url  string
	read func() []part // of the last form
}

// startFormReaders starts all servers that read forms.
func startFormReaders(t *testing.T) map[string]formReader {
	t.Helper()
	p := startNode(t, "forms.js")
	var ready struct{ URL string }
	p.read(t, &ready)
	readers := map[string]formReader{"mime/multipart": startGoForms(t)}
	for _, name := range []string{"busboy", "formidable", "multer"} {
		readers[name] = formReader{ready.URL + "/" + name, func() []part {
			var line struct {
				Parts []part
				Error string
			}
			p.read(t, &line)
			assert.Empty(t, line.Error, name)
			return line.Parts
		}}
	}
	return readers
}

func startGoForms(t *testing.T) formReader {
	t.Helper()
	forms := make(chan []part, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var parts []part
		form, err := r.MultipartReader()
		for err == nil {
			next, problem := form.NextPart()
			if err = problem; err != nil {
				break
			}
			p := part{Name: next.FormName(), Filename: next.FileName(), Type: next.Header.Get("Content-Type")}
			content, problem := io.ReadAll(next)
			if err = problem; p.Filename == "" {
				p.Value = string(content)
			} else {
				p.Sum = sum(content)
			}
			parts = append(parts, p)
		}
		assert.ErrorIs(t, err, io.EOF)
		forms <- parts
		if r.URL.Path == "/applications/import" {
			w.WriteHeader(http.StatusCreated)
		}
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(server.Close)
	return formReader{server.URL, func() []part { return <-forms }}
}

// zip is content that no text is: with each byte, and what might end a line or a part.
func zip() []byte {
	content := []byte("PK\r\n--\r\n\r\n--boundary--\r\n")
	for b := range 256 {
		content = append(content, byte(b))
	}
	return bytes.Repeat(content, 500)
}

// inEachReader runs a test with a client of each server that reads forms.
func inEachReader(t *testing.T, test func(t *testing.T, name string, server formReader, client *losant.Client)) {
	t.Helper()
	for name, server := range startFormReaders(t) {
		client, err := losant.NewClient("token", losant.WithBaseURL(server.url))
		require.NoError(t, err)
		t.Cleanup(client.CloseIdleConnections)
		test(t, name, server, client)
	}
}

func sum(content []byte) string { return fmt.Sprintf("%x", sha256.Sum256(content)) }

func TestUploadsAreReadByServersOfOthers(t *testing.T) {
	t.Parallel()
	const text = "a@example.com"
	file := func(name string) part {
		return part{Name: name, Filename: "bundle.zip", Type: "application/zip", Sum: sum(zip())}
	}
	inEachReader(t, func(t *testing.T, reader string, server formReader, client *losant.Client) {
		ctx := t.Context()
		bundle := func() losant.Upload {
			return losant.Upload{Name: "bundle.zip", ContentType: "application/zip", Content: bytes.NewReader(zip())}
		}
		for operation, row := range map[string]struct {
			send func() error
			want []part
		}{
			"application.import": {func() error {
				_, err := client.Application.Import(ctx, someApplication, losant.ApplicationImportForm{
					ImportBundle: bundle(), Email: text, Options: &losant.ImportIntoApplicationOptions{},
				})
				return err
			}, []part{file("importBundle"), {Name: "email", Value: text}, {Name: "options", Value: "{}"}}},
			"applications.import": {func() error {
				_, err := client.Applications.Import(ctx, losant.ApplicationsImportForm{
					ImportBundle: bundle(), OwnerID: someDevice, IncludeDevices: true, IncludeFiles: true,
				})
				return err
			}, []part{
				file("importBundle"),
				{Name: "ownerId", Value: someDevice},
				{Name: "includeDevices", Value: "true"},
				{Name: "includeFiles", Value: "true"},
			}},
			"file.upload": {func() error {
				_, err := client.File.Upload(ctx, someApplication, someDevice, losant.FileUploadForm{File: bundle()})
				return err
			}, []part{file("file")}},
			"privateFile.upload": {func() error {
				_, err := client.PrivateFile.Upload(ctx, someApplication, someDevice, losant.PrivateFileUploadForm{PrivateFile: bundle()})
				return err
			}, []part{file("privateFile")}},
			"notebook.upload": {func() error {
				_, err := client.Notebook.Upload(ctx, someApplication, someDevice, losant.NotebookUploadForm{JupyterFile: bundle()})
				return err
			}, []part{file("jupyterFile")}},
			"UploadFile": {func() error {
				return client.UploadFile(ctx, losant.FileUploadPostResponseUpload{
					URL: server.url + "/bucket", Fields: map[string]string{"policy": "eyJ=", "key": "ä/\r\n\"\\ 日", "acl": ""},
				}, bundle())
			}, []part{
				{Name: "acl"}, {Name: "key", Value: "ä/\r\n\"\\ 日"}, {Name: "policy", Value: "eyJ="}, file("file"), // the file is the last
			}},
		} {
			require.NoError(t, row.send(), "%s, %s", reader, operation)
			assert.Equal(t, row.want, server.read(), "%s, %s", reader, operation)
		}
	})
}

func TestNamesOfFilesAreReadByServersOfOthers(t *testing.T) {
	t.Parallel()
	// formidable takes what follows the last backslash, since there were browsers that sent a path.
	formidable := map[string]string{`a "b".zip`: `".zip`, `a\b.zip`: "b.zip"}
	inEachReader(t, func(t *testing.T, reader string, server formReader, client *losant.Client) {
		for _, name := range []string{
			"a.zip", "ä 日本 🙂.zip", "a; b=c, d.zip", "100%.zip", "a\tb.zip", `a "b".zip`, `a\b.zip`, "'a'.zip", " a .zip", "a",
		} {
			upload := losant.Upload{Name: name, Content: bytes.NewReader(zip())}
			_, err := client.File.Upload(t.Context(), someApplication, someDevice, losant.FileUploadForm{File: upload})
			require.NoError(t, err)
			parts := server.read()
			require.Len(t, parts, 1)
			want := name
			if read, odd := formidable[name]; odd && reader == "formidable" {
				want = read
			}
			assert.Equal(t, want, parts[0].Filename, reader)
			assert.Equal(t, sum(zip()), parts[0].Sum)
		}
		for _, name := range []string{"a\r\nb.zip", "a\x00b.zip"} {
			upload := losant.Upload{Name: name, Content: bytes.NewReader(zip())}
			_, err := client.File.Upload(t.Context(), someApplication, someDevice, losant.FileUploadForm{File: upload})
			require.ErrorAs(t, err, new(*losant.ValidationError))
		}
	})
}
