package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/losant-go/losant/benchmarks/contenders"
)

// endpoints is what the server process tells about itself, as the first line of its output.
type endpoints struct {
	HTTP1       string `json:"http1"`
	HTTP2       string `json:"http2"`
	Certificate string `json:"certificate"` // of HTTP2, as PEM
}

// serve answers like the API until in ends: HTTP/1.1 in clear, and HTTP/2 over TLS. To every line of in it answers
// with the number of connections that were opened since the line before.
func serve(in io.Reader, out io.Writer) error {
	var opened atomic.Int64
	plain, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	defer func() { _ = plain.Close() }()
	go accept(plain, &opened)
	encrypted := httptest.NewUnstartedServer(api())
	encrypted.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	encrypted.EnableHTTP2 = true
	encrypted.StartTLS()
	defer encrypted.Close()

	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: encrypted.Certificate().Raw})
	err = json.NewEncoder(out).Encode(endpoints{"http://" + plain.Addr().String(), encrypted.URL, string(certificate)})
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		if _, err := fmt.Fprintln(out, opened.Swap(0)); err != nil {
			return err
		}
	}
	return lines.Err()
}

// accept serves the connections of HTTP/1.1, without net/http: the cores are the clients' too, and it takes twice as much
// of them.
func accept(listener net.Listener, opened *atomic.Int64) {
	answers := map[string][]byte{}
	for _, action := range contenders.Actions() {
		method, _, _ := strings.Cut(action, "/")
		answer := contenders.Answer(action)
		answers[strings.ToUpper(method)+" "+contenders.Path(action)] = fmt.Appendf(nil, "HTTP/1.1 200 OK\r\n"+
			"Content-Type: application/json\r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\nContent-Length: %d\r\n\r\n%s",
			len(answer), answer)
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		opened.Add(1)
		go func() {
			_ = converse(conn, answers)
			_ = conn.Close()
		}()
	}
}

// converse answers the requests of one connection until it ends. It reads what the clients here send: a query in every
// URL, short headers, and bodies with a length.
func converse(conn net.Conn, answers map[string][]byte) error {
	in := bufio.NewReader(conn)
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		action, _, _ := bytes.Cut(line, []byte("?"))
		answer, known := answers[string(action)]
		if !known {
			_, err := io.WriteString(conn, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
			return err
		}
		length := 0
		for len(bytes.TrimSpace(line)) > 0 {
			if line, err = in.ReadSlice('\n'); err != nil {
				return err
			}
			name, value, _ := bytes.Cut(line, []byte(": "))
			if bytes.EqualFold(name, []byte("Content-Length")) {
				if length, err = strconv.Atoi(string(bytes.TrimSpace(value))); err != nil {
					return err
				}
			}
		}
		if _, err := in.Discard(length); err != nil {
			return err
		}
		if _, err := conn.Write(answer); err != nil {
			return err
		}
	}
}

// api answers over HTTP/2.
func api() http.Handler {
	mux := http.NewServeMux()
	for _, action := range contenders.Actions() {
		method, _, _ := strings.Cut(action, "/")
		answer := []byte(contenders.Answer(action))
		mux.HandleFunc(strings.ToUpper(method)+" "+contenders.Path(action), func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.Copy(io.Discard, r.Body)
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(answer)
		})
	}
	return mux
}

// server is a running server process.
type server struct {
	endpoints
	in  io.WriteCloser
	out *bufio.Reader
}

// startServer starts the server process. It ends when stop is called, or this process ends.
func startServer(ctx context.Context, program string) (s *server, stop func(), err error) {
	command := exec.CommandContext(ctx, program, roleServer)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := command.Start(); err != nil {
		return nil, nil, err
	}
	s = &server{in: in, out: bufio.NewReader(out)}
	stop = func() {
		_ = in.Close()
		_ = command.Wait()
	}
	line, err := s.out.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &s.endpoints)
	}
	if err != nil {
		stop()
		return nil, nil, fmt.Errorf("the server did not start: %w", err)
	}
	return s, stop, nil
}

// opened returns the number of connections that were opened since it was last asked.
func (s *server) opened() (connections int, err error) {
	if _, err := fmt.Fprintln(s.in); err != nil {
		return 0, err
	}
	_, err = fmt.Fscanln(s.out, &connections)
	return connections, err
}
