package main

import (
	"bufio"
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
	"strings"
	"sync/atomic"

	"github.com/losant-go/losant/internal/contenders"
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
	count := func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	plain, encrypted := httptest.NewUnstartedServer(api()), httptest.NewUnstartedServer(api())
	plain.Config.ConnState, encrypted.Config.ConnState = count, count
	plain.Start()
	defer plain.Close()
	encrypted.EnableHTTP2 = true
	encrypted.StartTLS()
	defer encrypted.Close()

	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: encrypted.Certificate().Raw})
	err := json.NewEncoder(out).Encode(endpoints{plain.URL, encrypted.URL, string(certificate)})
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

// api answers the six actions, and spends as little as it can on it.
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
