package losanttest

import (
	"bytes"
	"compress/gzip"
	"crypto/md5" //nolint:gosec // what the header Content-MD5 holds
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"
	"strconv"
	"strings"
)

// maxBody bounds the bodies of requests, maxForm those of forms with files. Without tags, which Losant does not bound, the
// largest valid patch takes less than an eighth of maxBody.
const (
	maxBody = 4 << 20
	maxForm = 10 << 20
)

// jsonType matches the types of bodies that are JSON, besides application/json.
var jsonContent = regexp.MustCompile(`^application/[a-zA-Z.]+\+json`)

const multipartForm = "multipart/form-data"

// mediaType is the type of a body, without its parameters. No type is that of any bytes.
func mediaType(header http.Header) string {
	mediaType, _, _ := strings.Cut(strings.ToLower(header.Get("Content-Type")), ";")
	if mediaType == "" {
		return "application/octet-stream"
	}
	return mediaType
}

// readBody makes a value of the body, as Losant's framework does for its type. There is none when its length is said to be
// 0, and any bytes are not read at all; a type that the framework does not know leaves the bytes.
func (c *call) readBody() *apiError {
	contentType := mediaType(c.Header)
	none := len(c.Body) == 0 && c.Header.Get("Content-Length") == "0"
	if none || contentType == "application/octet-stream" || c.Method == http.MethodGet {
		return nil
	}
	if limit := c.limit(contentType); len(c.Body) > limit {
		return tooLarge(limit)
	}
	if contentType == multipartForm {
		return c.readForm()
	}
	body, err := c.unpack()
	if err != nil {
		return err
	}
	c.body, err = value(body, contentType)
	return err
}

func (c *call) limit(contentType string) int {
	if contentType == multipartForm {
		return maxForm
	}
	return maxBody
}

// unpack returns the bytes of the body, without their encoding, when their digest is the one that was sent.
func (c *call) unpack() ([]byte, *apiError) {
	body := c.Body
	switch encoding := c.Header.Values("Content-Encoding"); {
	case len(encoding) == 0:
	case encoding[0] != "gzip":
		return nil, unsupportedEncoding()
	default:
		unpacked, err := gunzip(body)
		if err != nil {
			return nil, badRequest(err.Error())
		}
		if len(unpacked) > maxBody {
			return nil, tooLarge(maxBody)
		}
		body = unpacked
	}
	if sent := c.Header.Get("Content-MD5"); sent != "" && len(body) > 0 {
		sum := md5.Sum(c.Body) //nolint:gosec // as above
		if digest := base64.StdEncoding.EncodeToString(sum[:]); digest != sent {
			return nil, badDigest(sent, digest)
		}
	}
	return body, nil
}

func gunzip(packed []byte) ([]byte, error) {
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(reader, maxBody+1))
}

// value is what the framework makes of a body of a type.
func value(body []byte, contentType string) (any, *apiError) {
	text := string([]rune(string(body))) // each byte that is no UTF-8 becomes a character
	switch {
	case contentType == "application/json" && text == "":
		return "", nil
	case contentType == "application/json" || jsonContent.MatchString(contentType):
		value, err := parseJSON([]byte(text))
		if err != nil {
			return nil, invalidJSON(err)
		}
		return value, nil
	case contentType == "application/x-www-form-urlencoded" && text != "":
		return parseQS(text), nil
	case contentType == "text/csv" || contentType == "text/tsv" || contentType == "text/tab-separated-values":
		return table(text, contentType)
	case contentType == "application/x-www-form-urlencoded" || strings.HasPrefix(contentType, "text/"):
		return text, nil
	default:
		return bytesValue(body), nil
	}
}

// bytesValue is what bytes are to the validator: an object with a number for each of them. A thousand of them break the
// same rules as more.
func bytesValue(body []byte) *object {
	o := &object{}
	for i, b := range body[:min(len(body), 1000)] {
		o.set(strconv.Itoa(i), json.Number(strconv.Itoa(int(b))))
	}
	return o
}

// table is a text of lines and columns as an array of objects.
func table(text, contentType string) (any, *apiError) {
	if text == "" {
		return "", nil
	}
	reader := csv.NewReader(strings.NewReader(text))
	if contentType == "text/tsv" {
		reader.Comma = '\t'
	}
	lines, err := reader.ReadAll()
	if err != nil || len(lines) == 0 {
		return nil, badRequest("Invalid table")
	}
	rows := []any{}
	for i, line := range lines[1:] {
		row := &object{}
		for column, name := range lines[0] {
			row.set(name, line[column])
		}
		row.set("index", json.Number(strconv.Itoa(i)))
		rows = append(rows, row)
	}
	return rows, nil
}

// readForm reads a form: its fields are the body.
func (c *call) readForm() *apiError {
	if len(c.Body) == 0 {
		c.body = &object{}
		return nil
	}
	_, parameters, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	boundary := parameters["boundary"]
	if err != nil || boundary == "" {
		return badRequest("bad content-type header, no multipart boundary")
	}
	fields := &object{}
	c.files = map[string][]byte{}
	reader := multipart.NewReader(bytes.NewReader(c.Body), boundary)
	for {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return badRequest(fmt.Sprintf("reading a form: %v", err))
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return badRequest(fmt.Sprintf("reading a form: %v", err))
		}
		if part.FileName() != "" {
			c.files[part.FormName()] = content
		} else {
			fields.set(part.FormName(), string(content))
		}
	}
	c.body = fields
	return nil
}
