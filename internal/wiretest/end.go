package wiretest

import (
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
)

// End is what becomes of one request. Over HTTP/1.1 it begins before the request is read.
type End func(*Exchange)

// Exchange is one request and what is answered to it.
type Exchange struct {
	Request Request // empty until it was read
	raw     net.Conn
	// wire is the side of the protocol.
	wire interface {
		read(*Exchange) bool
		write(text string)
		answer(status int, body string, header http.Header)
		cut(status int, body string)
		hold()
		resetStream(code Code)
		goAway(last uint32, code Code)
	}
}

// Read reads the whole request, if nobody has yet. It is false when the client did not send one.
func (x *Exchange) Read() bool { return x.wire.read(x) }

// Answer answers with a status, a body, and the names and values of headers.
func Answer(status int, body string, headers ...string) End {
	header := http.Header{}
	for pair := range slices.Chunk(headers, 2) {
		header.Add(pair[0], pair[1])
	}
	return func(x *Exchange) {
		if x.Read() {
			x.wire.answer(status, body, header)
		}
	}
}

// Cut answers with a status and the beginning of a body, and ends there.
func Cut(status int, body string) End {
	return func(x *Exchange) {
		if x.Read() {
			x.wire.cut(status, body)
		}
	}
}

// Silence does not answer.
func Silence(x *Exchange) {
	if x.Read() {
		x.wire.hold()
	}
}

// HangUp reads the request and closes the connection.
func HangUp(x *Exchange) {
	if x.Read() {
		_ = x.raw.Close()
	}
}

// Reset reads the request and resets the connection.
func Reset(x *Exchange) {
	if x.Read() {
		ResetUnread(x)
	}
}

// ResetUnread resets the connection of a request that has begun.
func ResetUnread(x *Exchange) {
	if tcp, ok := x.raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = x.raw.Close()
}

// Raw writes text, which need not be HTTP/1.1, and keeps the connection open.
func Raw(format string, args ...any) End {
	return func(x *Exchange) {
		if x.Read() {
			x.wire.write(fmt.Sprintf(format, args...))
			x.wire.hold()
		}
	}
}

// ResetStream ends the stream of HTTP/2 that the request came by.
func ResetStream(code Code) End {
	return func(x *Exchange) { x.wire.resetStream(code) }
}

// GoAway says that of the streams of HTTP/2 those after last were not looked at.
func GoAway(last uint32, code Code) End {
	return func(x *Exchange) { x.wire.goAway(last, code) }
}

// All are several ends of one request.
func All(ends ...End) End {
	return func(x *Exchange) {
		for _, end := range ends {
			end(x)
		}
	}
}

// Together holds requests back until there are n, so that over HTTP/1.1 each has a connection of its own.
func Together(n int, end End) End {
	var all sync.WaitGroup
	all.Add(n)
	return func(x *Exchange) {
		if x.Read() {
			all.Done()
			all.Wait()
			end(x)
		}
	}
}
