package benchmarks

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
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serveVariable makes of the test program a server.
const serveVariable = "LOSANT_BENCHMARKS_SERVE"

func TestMain(m *testing.M) {
	if os.Getenv(serveVariable) == "" {
		os.Exit(m.Run())
	}
	if err := serve(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// server is a running process that answers like the API.
type server struct {
	HTTP1       string `json:"http1"`
	HTTP2       string `json:"http2"`
	Certificate []byte `json:"certificate"` // of HTTP2, as PEM

	in  io.Writer
	out *json.Decoder
}

// startServer runs a server until the benchmark ends, whose certificate this process trusts.
func startServer(b *testing.B) *server {
	b.Helper()
	command := exec.CommandContext(context.WithoutCancel(b.Context()), os.Args[0]) //nolint:gosec // the program that runs
	command.Env = append(os.Environ(), serveVariable+"=1")
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	require.NoError(b, err)
	out, err := command.StdoutPipe()
	require.NoError(b, err)
	require.NoError(b, command.Start())
	b.Cleanup(func() {
		assert.NoError(b, in.Close())
		assert.NoError(b, command.Wait())
	})
	s := &server{in: in, out: json.NewDecoder(out)}
	require.NoError(b, s.out.Decode(s))
	certificate := filepath.Join(b.TempDir(), "certificate.pem")
	require.NoError(b, os.WriteFile(certificate, s.Certificate, 0o600))
	b.Setenv("SSL_CERT_FILE", certificate) // every client is as it comes, and so nothing of it is set
	return s
}

// opened returns how many connections the clients have opened since it was last asked.
func (s *server) opened(b *testing.B) (connections int) {
	b.Helper()
	_, err := fmt.Fprintln(s.in)
	require.NoError(b, err)
	require.NoError(b, s.out.Decode(&connections))
	return connections
}

// serve answers over HTTP/1.1 in clear and HTTP/2 over TLS until in ends, and each line of in with a count of the
// connections that were opened since the line before.
func serve(in io.Reader, out io.Writer) error {
	var opened atomic.Int64
	plain, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // until the process ends
	if err != nil {
		return err
	}
	go accept(plain, &opened)
	encrypted := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, answerTo(r)) //nolint:gosec // not to a browser
	}))
	encrypted.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	encrypted.EnableHTTP2 = true
	encrypted.StartTLS()

	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: encrypted.Certificate().Raw})
	answers := json.NewEncoder(out)
	err = answers.Encode(server{HTTP1: "http://" + plain.Addr().String(), HTTP2: encrypted.URL, Certificate: certificate})
	for lines := bufio.NewScanner(in); err == nil && lines.Scan(); {
		err = answers.Encode(opened.Swap(0))
	}
	return err
}

// accept serves the connections of HTTP/1.1. net/http's server would take twice as much of the cores, which are the
// clients' too.
func accept(listener net.Listener, opened *atomic.Int64) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		opened.Add(1)
		go func() {
			_ = converse(conn)
			_ = conn.Close()
		}()
	}
}

// converse answers the requests of one connection until it ends.
func converse(conn io.ReadWriter) error {
	in := bufio.NewReader(conn)
	for {
		request, err := http.ReadRequest(in)
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, request.Body); err != nil {
			return err
		}
		if strings.HasSuffix(request.URL.Path, "/stateStream") {
			return stream(conn)
		}
		answer := answerTo(request)
		if _, err := fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"+
			"Date: Mon, 02 Jan 2006 15:04:05 GMT\r\nContent-Length: %d\r\n\r\n%s", len(answer), answer); err != nil {
			return err
		}
	}
}

// The fleet that is listed.
const (
	fleet   = 100_000
	perPage = 1000
)

func answerTo(r *http.Request) string {
	switch {
	case strings.HasSuffix(r.URL.Path, "/state"):
		return `{"success":true}`
	case strings.HasSuffix(r.URL.Path, "/devices"):
		return page(r.URL.Query().Get("page"))
	case strings.Contains(r.URL.Path, "/file/"):
		return `{"id":"575ed78e7ae143cd83dc4aac","name":"large.bin","type":"file","status":"completed"}`
	default:
		return userAnswer
	}
}

const userAnswer = `{"id":"` + userID + `","experienceUserId":"` + userID + `","applicationId":"` + applicationID +
	`","creationDate":"2016-06-13T04:00:00.000Z","lastUpdated":"2016-06-13T04:00:00.000Z",` +
	`"email":"experienceuser@example.com","firstName":"Example","lastName":"Name",` +
	`"userTags":{"customKey":"customValue"}}`

// page is a page of the fleet: devices with two tags and three attributes.
func page(number string) string {
	var first int
	_, _ = fmt.Sscan(number, &first) // the first one has no number
	first *= perPage
	var items []string
	for i := first; i < min(first+perPage, fleet); i++ {
		id := fmt.Sprintf("575ed78e7ae143cd83d%05x", i)
		items = append(items, `{"id":"`+id+`","deviceId":"`+id+`","applicationId":"`+applicationID+`",`+
			`"creationDate":"2016-06-13T04:00:00.000Z","lastUpdated":"2016-06-13T04:00:00.000Z","name":"pump `+id+`",`+
			`"deviceClass":"standalone","tags":[{"key":"floor","value":"8"},{"key":"building","value":"north"}],`+
			`"attributes":[{"name":"voltage","dataType":"number"},{"name":"location","dataType":"gps"},`+
			`{"name":"on","dataType":"boolean"}]}`)
	}
	return fmt.Sprintf(`{"items":[%s],"count":%d,"totalCount":%d,"page":%d,"perPage":%d}`,
		strings.Join(items, ","), len(items), fleet, first/perPage, perPage)
}

// stream sends states until nobody reads them.
func stream(conn io.Writer) error {
	out := bufio.NewWriterSize(conn, 16<<10)
	_, err := io.WriteString(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
	for number := 0; err == nil; number++ {
		_, err = fmt.Fprintf(out, "event: deviceState\ndata: "+
			`{"time":{"$date":"2016-06-13T04:00:00.000Z"},"data":{"voltage":%d,"on":true}}`+"\n\n", number)
	}
	return err
}
