package losanttest

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"net/http"
	"net/textproto"
	"strconv"
	"strings"
)

// answer is what goes back to the client.
type answer struct {
	status      int
	body        []byte
	contentType string  // application/json, when it is empty
	stream      *stream // instead of the body
}

func jsonAnswer(status int, body any) answer {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(body); err != nil {
		panic(fmt.Sprintf("losanttest: encoding an answer: %v", err))
	}
	return answer{status: status, body: bytes.TrimSuffix(text.Bytes(), []byte("\n"))}
}

// send writes an answer, with what the fault does to it.
func (s *Server) send(w http.ResponseWriter, r *http.Request, a answer, fault Fault) {
	header := w.Header()
	allowOrigin(header, r)
	if a.stream != nil {
		s.sendStream(w, r, a.stream, fault)
		return
	}
	if len(a.body) > 0 {
		header.Set("Content-Type", cmp.Or(a.contentType, "application/json"))
	}
	for name, values := range fault.Header {
		header[textproto.CanonicalMIMEHeaderKey(name)] = values
	}
	body := a.body
	if len(body) > 0 && acceptsGzip(r.Header) && header.Get("Content-Encoding") == "" {
		header.Set("Content-Encoding", "gzip")
		body = s.gzip(body)
	}
	if header.Get("Content-Length") == "" {
		header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	if !fault.Truncate {
		w.WriteHeader(a.status)
		_, _ = w.Write(body) // a client that has gone away misses nothing
		return
	}
	if len(body) == 0 {
		drop(w)
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(body[:len(body)/2])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

func (s *Server) gzip(body []byte) []byte {
	var compressed bytes.Buffer
	writer, ok := s.gzips.Get().(*gzip.Writer)
	if !ok {
		writer = gzip.NewWriter(nil)
	}
	defer s.gzips.Put(writer)
	writer.Reset(&compressed)
	_, _ = writer.Write(body) // to memory: no error
	_ = writer.Close()
	return compressed.Bytes()
}

func acceptsGzip(header http.Header) bool {
	for coding := range strings.SplitSeq(strings.Join(header.Values("Accept-Encoding"), ","), ",") {
		name, quality, _ := strings.Cut(coding, ";")
		if strings.EqualFold(strings.TrimSpace(name), "gzip") {
			return strings.TrimSpace(quality) != "q=0"
		}
	}
	return false
}
