package wiretest

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
)

// Code is an error code of HTTP/2.
type Code uint32

// The codes that servers send when nothing is wrong with a request.
const (
	NoError       Code = 0x0
	ProtocolError Code = 0x1
	InternalError Code = 0x2
	RefusedStream Code = 0x7
)

// What little of HTTP/2 a server needs to misbehave. Headers of requests are not decoded.
const (
	preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

	frameData     = 0x0
	frameHeaders  = 0x1
	frameReset    = 0x3
	frameSettings = 0x4
	framePing     = 0x6
	frameGoAway   = 0x7

	flagAck        = 0x1
	flagEndStream  = 0x1
	flagEndHeaders = 0x4
)

// http2 is a connection of HTTP/2.
type http2 struct {
	server *Server
	raw    net.Conn
	secure net.Conn
	in     *bufio.Reader
	number int

	writing sync.Mutex
}

// stream is a request's part of a connection.
type stream struct {
	*http2
	id uint32
}

// frame is a frame as it was read.
type frame struct {
	kind, flags byte
	stream      uint32
	payload     []byte
}

// serveHTTP2 gives requests their ends until the client closes the connection.
func (s *Server) serveHTTP2(raw net.Conn, number int) error {
	secure := tls.Server(raw, s.secure)
	c := &http2{server: s, raw: raw, secure: secure, in: bufio.NewReader(secure), number: number}
	if _, err := c.in.Discard(len(preface)); err != nil {
		return err
	}
	c.frame(frameSettings, 0, 0, nil)
	var ending sync.WaitGroup
	defer ending.Wait()
	bodies := map[uint32]*bytes.Buffer{}
	for {
		f, err := c.next()
		if err != nil {
			return err
		}
		switch f.kind {
		case frameSettings, framePing:
			if f.flags&flagAck == 0 {
				c.acknowledge(f)
			}
			continue
		case frameHeaders:
			bodies[f.stream] = new(bytes.Buffer)
		case frameData:
			_, _ = bodies[f.stream].Write(f.payload)
		default:
			continue
		}
		if f.flags&flagEndStream != 0 {
			request := Request{Body: bodies[f.stream].String(), Connection: number}
			s.add(request)
			end := s.next()
			ending.Go(func() { end(&Exchange{Request: request, raw: raw, wire: stream{c, f.stream}}) })
		}
	}
}

// next reads a frame.
func (c *http2) next() (frame, error) {
	header := make([]byte, 9)
	if _, err := io.ReadFull(c.in, header); err != nil {
		return frame{}, err
	}
	payload := make([]byte, int(header[0])<<16|int(header[1])<<8|int(header[2]))
	_, err := io.ReadFull(c.in, payload)
	return frame{header[3], header[4], binary.BigEndian.Uint32(header[5:]), payload}, err
}

// acknowledge answers SETTINGS and PING.
func (c *http2) acknowledge(f frame) {
	if f.kind == frameSettings {
		f.payload = nil
	}
	c.frame(f.kind, flagAck, 0, f.payload)
}

// frame writes a frame. That it fails is for the client to see.
func (c *http2) frame(kind, flags byte, stream uint32, payload []byte) {
	c.writing.Lock()
	defer c.writing.Unlock()
	header := []byte{0, byte(len(payload) >> 8), byte(len(payload)), kind, flags} //nolint:gosec // payloads are short
	_, _ = c.secure.Write(append(binary.BigEndian.AppendUint32(header, stream), payload...))
}

func (s stream) read(*Exchange) bool { return true }

func (s stream) write(string) { s.server.t.Error("HTTP/2 has no text") }

func (s stream) answer(status int, body string, header http.Header) {
	s.headers(status, header)
	s.frame(frameData, flagEndStream, s.id, []byte(body))
}

func (s stream) cut(status int, body string) {
	s.headers(status, nil)
	s.frame(frameData, 0, s.id, []byte(body))
	s.resetStream(InternalError)
}

// headers writes fields that no table of HPACK is needed for: names and values as they are, but for the name :status.
func (s stream) headers(status int, header http.Header) {
	const literal, statusName = "\x00", "\x08"
	text := func(s string) string { return fmt.Sprintf("%c", len(s)) + s } // a length below 127 is one byte
	block := statusName + text(fmt.Sprint(status))
	for name, values := range header {
		for _, value := range values {
			block += literal + text(strings.ToLower(name)) + text(value)
		}
	}
	s.frame(frameHeaders, flagEndHeaders, s.id, []byte(block))
}

func (s stream) hold() {}

func (s stream) resetStream(code Code) {
	s.frame(frameReset, 0, s.id, binary.BigEndian.AppendUint32(nil, uint32(code)))
}

func (s stream) goAway(last uint32, code Code) {
	s.frame(frameGoAway, 0, 0, binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, last), uint32(code)))
}
