package losanttest

import (
	"cmp"
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // what S3 calls the ETag of a file
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The contents of files are not at the API, but in a storage that takes signed forms, as S3 does. Here it is a path of the
// same server.

const storagePath = "/storage"

// isStorage reports whether a path is one of the storage.
func isStorage(path string) bool {
	return path == storagePath || strings.HasPrefix(path, storagePath+"/")
}

// storageKey names a content in the storage.
func storageKey(d *document) string { return d.kind + "/" + d.ids["applicationId"] + "/" + d.id }

func (c *call) storageURL(d *document) string { return c.base + storagePath + "/" + storageKey(d) }

// signedURL is a link to a content that lasts for some seconds.
func (s *Server) signedURL(c *call, d *document, seconds int) string {
	expires := strconv.FormatInt(time.Now().Unix()+int64(seconds), 10)
	query := url.Values{"expires": {expires}, "signature": {s.signature(storageKey(d), expires)}}
	return c.storageURL(d) + "?" + query.Encode()
}

func (s *Server) signature(parts ...string) string {
	mac := hmac.New(sha256.New, s.key)
	_, _ = mac.Write([]byte(strings.Join(parts, "\n")))
	return hex.EncodeToString(mac.Sum(nil))
}

// uploadForm is the form that the storage takes with the content of a file.
func (s *Server) uploadForm(c *call, d *document) map[string]any {
	fields := map[string]any{"key": storageKey(d), "bucket": "losanttest", "X-Amz-Signature": s.signature(storageKey(d))}
	if contentType := d.text("contentType"); contentType != "" {
		fields["Content-Type"] = contentType
	}
	return map[string]any{"url": c.base + storagePath, "fields": fields}
}

// storageAnswer answers a request to the storage: a form with a content, or a Get of one.
func (s *Server) storageAnswer(c *call) answer {
	switch c.Method {
	case http.MethodPost:
		return s.storeContent(c)
	case http.MethodGet:
		return s.fetchContent(c)
	default:
		return storageError(http.StatusMethodNotAllowed, "MethodNotAllowed", "The method is not allowed")
	}
}

// contentPlace is where the contents of files are, by the ids of the files.
func contentPlace(d *document) place { return place{"content of " + d.kind, d.ids["applicationId"]} }

// stored is the file of a key.
func (st *store) stored(key string) (*kind, *document) {
	parts := strings.Split(key, "/")
	if len(parts) != 3 || parts[0] != "file" && parts[0] != "privateFile" {
		return nil, nil
	}
	all := st.at(place{parts[0], parts[1]})
	if all == nil {
		return nil, nil
	}
	return theAPI().kinds[parts[0]], all.byID[parts[2]]
}

// storeContent takes the content of a file from a form that uploadForm has signed.
func (s *Server) storeContent(c *call) answer {
	if err := c.readBody(); err != nil {
		return storageError(err.status, "MalformedPOSTRequest", err.Message)
	}
	form := c.object()
	field := func(name string) string { text, _ := form.values[name].(string); return text }
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	k, d := s.store.stored(field("key"))
	content, ok := c.files["file"]
	switch {
	case d == nil || !same(field("X-Amz-Signature"), s.signature(field("key"))):
		return storageError(http.StatusForbidden, "AccessDenied", "Access Denied")
	case !ok:
		return storageError(http.StatusBadRequest, "InvalidArgument", "POST requires exactly one file upload per request.")
	}
	if _, err := s.store.keepContent(k, d, content, field("Content-Type")); err != nil {
		return storageError(err.status, err.Type, err.Message)
	}
	return answer{status: http.StatusNoContent}
}

// keepContent gives a file its content, which makes it complete.
func (st *store) keepContent(k *kind, d *document, content []byte, contentType string) (*document, *apiError) {
	st.make(contentPlace(d)).put(&document{id: d.id, body: map[string]any{"content": content}})
	sum := md5.Sum(content) //nolint:gosec // as above
	changes := map[string]any{
		"status": fileCompleted, "fileSize": len(content), "s3etag": `"` + hex.EncodeToString(sum[:]) + `"`,
	}
	if contentType != "" {
		changes["contentType"] = contentType
	}
	return st.patch(k, nil, d, changes)
}

// fetchContent answers with the content of a file; that of a private one needs a link of signedURL that has not expired.
func (s *Server) fetchContent(c *call) answer {
	key := strings.TrimPrefix(c.Path, storagePath+"/")
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	_, d := s.store.stored(key)
	if d == nil {
		return storageError(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	}
	expires := c.Query.Get("expires")
	if d.kind == "privateFile" {
		at, err := strconv.ParseInt(expires, 10, 64)
		if err != nil || time.Now().Unix() >= at || !same(c.Query.Get("signature"), s.signature(key, expires)) {
			return storageError(http.StatusForbidden, "AccessDenied", "Access Denied")
		}
	}
	stored := s.store.make(contentPlace(d)).byID[d.id]
	if stored == nil {
		return storageError(http.StatusNotFound, "NoSuchKey", "The specified key does not exist.")
	}
	content, _ := stored.body["content"].([]byte)
	return answer{status: http.StatusOK, body: content, contentType: cmp.Or(d.text("contentType"), "application/octet-stream")}
}

// storageError words an error as S3 does.
func storageError(status int, code, message string) answer {
	text, _ := xml.Marshal(struct {
		XMLName xml.Name `xml:"Error"`
		Code    string   `xml:"Code"`
		Message string   `xml:"Message"`
	}{Code: code, Message: message})
	return answer{status: status, body: append([]byte(xml.Header), text...), contentType: "application/xml"}
}
