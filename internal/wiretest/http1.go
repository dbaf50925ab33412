package wiretest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// http1 is a connection of HTTP/1.1.
type http1 struct {
	server *Server
	raw    net.Conn
	in     *bufio.Reader
	number int
	held   bool // nothing follows
}

// serveHTTP1 gives requests their ends until one of them is the last of the connection.
func (s *Server) serveHTTP1(raw net.Conn, number int) error {
	c := &http1{server: s, raw: raw, in: bufio.NewReader(raw), number: number}
	for !c.held {
		if _, err := c.in.Peek(1); err != nil {
			return err
		}
		x := &Exchange{raw: raw, wire: c}
		s.next()(x)
		c.held = c.held || x.Request.Method == "" // what was not read is in the way
	}
	return nil
}

func (c *http1) read(x *Exchange) bool {
	if x.Request.Method != "" {
		return true
	}
	request, err := http.ReadRequest(c.in)
	if err != nil {
		return false
	}
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return false
	}
	x.Request = Request{request.Method, request.RequestURI, request.Header, string(body), c.number}
	c.server.add(x.Request)
	return true
}

func (c *http1) write(text string) { _, _ = io.WriteString(c.raw, text) }

func (c *http1) answer(status int, body string, header http.Header) {
	var fields strings.Builder
	_ = header.Write(&fields)
	c.write(fmt.Sprintf("%s%sContent-Length: %d\r\n\r\n%s", statusLine(status), fields.String(), len(body), body))
}

func (c *http1) cut(status int, body string) {
	c.write(fmt.Sprintf("%sContent-Length: %d\r\n\r\n%s", statusLine(status), len(body)+1, body))
	_ = c.raw.Close()
}

func statusLine(status int) string {
	return fmt.Sprintf("HTTP/1.1 %03d %s\r\n", status, http.StatusText(status))
}

func (c *http1) hold() { c.held = true }

func (c *http1) resetStream(Code) { c.server.t.Error("HTTP/1.1 has no streams") }

func (c *http1) goAway(uint32, Code) { c.server.t.Error("HTTP/1.1 has no GOAWAY") }
