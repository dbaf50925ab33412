package losanttest_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// fetch gets what a link of a file leads to.
func (w *world) fetch(t *testing.T, link string) (status int, contentType, content string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
	require.NoError(t, err)
	resp, err := w.http.Do(req)
	require.NoError(t, err)
	defer closeBody(t, resp)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, resp.Header.Get("Content-Type"), string(body)
}

// A file is posted, its content sent to the storage that the answer names, and read by its link.
func TestFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.client(t)
	posted, err := client.Files.Post(t.Context(), w.app, losant.FilePost{
		Name: "a.csv", Type: losant.FileTypeFile, ContentType: losant.Ptr("text/csv"), ParentDirectory: losant.Ptr("reports"),
	})
	require.NoError(t, err)
	assert.Equal(t, losant.FileStatusPending, posted.Status)
	assert.Equal(t, "/reports/", posted.ParentDirectory)
	assert.Empty(t, posted.URL)
	status, _, _ := w.fetch(t, w.URL+"/storage/file/"+w.app+"/"+posted.ID)
	assert.Equal(t, http.StatusNotFound, status)

	content := strings.NewReader("a,b\n1,2\n")
	require.NoError(t, client.UploadFile(t.Context(), posted.Upload, losant.Upload{Content: content}))
	file, err := client.File.Get(t.Context(), w.app, posted.ID)
	require.NoError(t, err)
	assert.Equal(t, losant.FileStatusCompleted, file.Status)
	assert.Equal(t, 8, file.FileSize)
	status, contentType, got := w.fetch(t, file.URL)
	assert.Equal(t, []any{http.StatusOK, "text/csv", "a,b\n1,2\n"}, []any{status, contentType, got})

	// A new content takes the place of the old one.
	again, err := client.File.Patch(t.Context(), w.app, posted.ID, losant.FilePatch{ContentType: losant.Ptr("text/plain")})
	require.NoError(t, err)
	assert.Equal(t, losant.FileStatusPending, again.Status)
	require.NoError(t, client.UploadFile(t.Context(), again.Upload, losant.Upload{Content: strings.NewReader("new")}))
	status, contentType, got = w.fetch(t, file.URL)
	assert.Equal(t, []any{http.StatusOK, "text/plain", "new"}, []any{status, contentType, got})
	uploaded, err := client.File.Upload(t.Context(), w.app, posted.ID, losant.FileUploadForm{
		File: losant.Upload{Name: "b", Content: strings.NewReader("newer")},
	})
	require.NoError(t, err)
	assert.Equal(t, 5, uploaded.FileSize)
	_, _, got = w.fetch(t, file.URL)
	assert.Equal(t, "newer", got)

	_, err = client.File.Delete(t.Context(), w.app, posted.ID)
	require.NoError(t, err)
	status, _, _ = w.fetch(t, file.URL)
	assert.Equal(t, http.StatusNotFound, status)
	_, err = client.File.Get(t.Context(), w.app, posted.ID)
	require.ErrorIs(t, err, losant.ErrNotFound)
}

// A private file is read by a signed link only, and a form has to be signed.
func TestPrivateFiles(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	client := w.client(t)
	posted, err := client.PrivateFiles.Post(t.Context(), w.app, losant.FilePost{Name: "a", Type: losant.FileTypeFile})
	require.NoError(t, err)
	forged := posted.Upload
	forged.Fields = map[string]string{"key": forged.Fields["key"], "X-Amz-Signature": "forged"}
	err = client.UploadFile(t.Context(), forged, losant.Upload{Content: strings.NewReader("x")})
	var refused *losant.APIError
	require.ErrorAs(t, err, &refused)
	assert.Equal(t, []any{http.StatusForbidden, "AccessDenied"}, []any{refused.StatusCode, refused.Type})
	require.NoError(t, client.UploadFile(t.Context(), posted.Upload, losant.Upload{Content: bytes.NewReader([]byte("secret"))}))

	file, err := client.PrivateFile.Get(t.Context(), w.app, posted.ID)
	require.NoError(t, err)
	_, _, got := w.fetch(t, file.URL)
	assert.Equal(t, "secret", got)
	bare, _, _ := strings.Cut(file.URL, "?")
	for _, link := range []string{bare, strings.Replace(file.URL, "expires=", "expires=9", 1), bare + "?expires=1&signature=x"} {
		status, _, body := w.fetch(t, link)
		assert.Equal(t, http.StatusForbidden, status, link)
		assert.Contains(t, body, "<Code>AccessDenied</Code>")
	}
	path := fmt.Sprintf("/applications/%s/privateFiles", w.app)
	_, shown := w.call(t, "GET", path+"/"+posted.ID+"?urlTTL=0", "")
	assert.NotContains(t, shown, "url")
	listed, err := client.PrivateFiles.Get(t.Context(), w.app)
	require.NoError(t, err)
	require.Len(t, listed.Items, 1)
	assert.NotEmpty(t, listed.Items[0].URL)
}

func TestDirectories(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for list, item := range map[string]string{"files": "file", "privateFiles": "privateFiles"} {
		path, one := "/applications/"+w.app+"/"+list, "/applications/"+w.app+"/"+item+"/"
		top := w.post(t, path, `{"name":"top","type":"directory"}`)
		assert.Equal(t, "completed", top["status"])
		assert.NotContains(t, top, "upload")
		w.post(t, path, `{"name":"sub","type":"directory","parentDirectory":"/top"}`)
		w.post(t, path, `{"name":"a","type":"file","parentDirectory":"/top/sub/"}`)
		b := w.post(t, path, `{"name":"b","type":"file"}`)
		status, refused := w.call(t, "POST", path, `{"name":"a","type":"file","parentDirectory":"top/sub"}`)
		assert.Equal(t, http.StatusBadRequest, status)
		assert.Equal(t, "AlreadyExists", refused["type"])

		assert.Equal(t, []string{"a", "b", "sub", "top"}, w.names(t, path, "sortField=name"))
		assert.Equal(t, []string{"b", "top"}, w.names(t, path, "sortField=name&directory=/"))
		assert.Equal(t, []string{"a"}, w.names(t, path, "directory=top/sub"))
		assert.Equal(t, []string{"a", "b"}, w.names(t, path, "sortField=name&status=pending&type=file"))
		for directory, exists := range map[string]bool{"/": true, "top": true, "/top/sub/": true, "/sub/": false} {
			_, listed := w.call(t, "GET", path+"?directory="+directory, "")
			assert.Equal(t, exists, listed["parentExists"], directory)
		}

		status, moved := w.call(t, "POST", one+top["id"].(string)+"/move?name=new", "")
		require.Equal(t, http.StatusCreated, status, "%v", moved)
		assert.Equal(t, "new", moved["name"])
		assert.Equal(t, []string{"a"}, w.names(t, path, "directory=/new/sub"))
		status, refused = w.call(t, "POST", one+top["id"].(string)+"/move?parentDirectory=/new/sub", "")
		assert.Equal(t, http.StatusBadRequest, status, "%v", refused)
		status, moved = w.call(t, "POST", one+b["id"].(string)+"/move?parentDirectory=/new", "")
		require.Equal(t, http.StatusCreated, status, "%v", moved)
		assert.Equal(t, []string{"b", "sub"}, w.names(t, path, "sortField=name&directory=/new"))

		w.call(t, "DELETE", one+top["id"].(string), "")
		assert.Empty(t, w.names(t, path, ""))
		_, root := w.call(t, "GET", path+"?directory=/", "")
		assert.Equal(t, true, root["parentExists"])
	}
}
