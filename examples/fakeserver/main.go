// Fakeserver is losanttest, the Losant API for tests, as a process: for tests in other languages and Docker Compose.
//
//	go run ./examples/fakeserver
//	go run ./examples/fakeserver -addr 0.0.0.0:8080 -seed seed.json >losant.json
//
// Once it serves it prints one line on stdout, a JSON object with what a test needs:
//
//	{
//	  "url": "http://127.0.0.1:8080",
//	  "applications": {
//	    "demo": {
//	      "id": "...",
//	      "users": [{"id": "58b9d782cbfafe1be675744d", "email": "ada@example.com"}, ...],
//	      "groups": [{"id": "58b9d794cbfafe1be675744f", "name": "Operators"}, ...]
//	    }
//	  },
//	  "tokens": {"all": "...", "read": "...", "expired": "..."}
//	}
//
// A seed file names applications, with what is in them as Losant's API answers it, each list by the name of its resource:
// devices, dataTables, applicationKeys and so on; a list may be the whole answer of the API, with its "items". Users and
// groups are those of the experience. What an application has besides lists is its own. Lists that are in no application
// stand beside "applications" (orgs, instances), and what is deeper than an application in "documents". Accounts can log
// in, and tokens have scopes:
//
//	{
//	  "applications": {
//	    "plant": {
//	      "id": "575ec8687ae143cd83dc4a97",
//	      "users":   [{"id": "58b9d782cbfafe1be675744d", "email": "ada@example.com", "firstName": "Ada"}],
//	      "groups":  [{"name": "Operators", "experienceUserIds": ["58b9d782cbfafe1be675744d"]}],
//	      "devices": [{"id": "575ecf887ae143cd83dc4aa2", "name": "Pump"}],
//	      "dataTables": [{"id": "596e6ce831761df4231708f1", "name": "T", "columns": []}]
//	    }
//	  },
//	  "orgs": [{"name": "Org"}],
//	  "documents": [
//	    {"add": "flowVersions.post", "ids": ["APPLICATION", "FLOW"], "document": {"version": "v1"}}
//	  ],
//	  "accounts": [{"email": "ada@example.com", "password": "a secret"}],
//	  "tokens": {"deleter": ["experienceUser.delete"]}
//	}
//
// Everything may be left out; ids, names and dates are then made up. A group comes behind its parent, a device too. What is
// read-only in an answer may stay there. Ids that the file does not give and the tokens differ from run to run: read them
// from the output, where "added" has the documents of each list, with the secrets of access keys and the tokens that only
// their creation shows. Tokens are valid for a day.
//
// With -record FILE, each request adds a line to the file, a JSON object with method, path, query, body and status, without
// headers.
//
// As a Docker Compose service, with this repository in ./losant-go:
//
//	losant:
//	  image: golang:1.26
//	  working_dir: /src
//	  volumes: ["./losant-go:/src", "losant:/out"]
//	  command: sh -c "go run ./examples/fakeserver -addr 0.0.0.0:8080 >/out/losant.json"
//
// SIGTERM and SIGINT end it, with exit status 0; it is 1 when it cannot start. A Go client that reaches it by another
// name than localhost, such as that of a Compose service, needs losant.WithInsecureHTTP. Tests in Go need no process:
// they call losanttest.NewServer.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/losant-go/losant/losanttest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "fakeserver:", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("fakeserver", flag.ContinueOnError)
	address := flags.String("addr", "127.0.0.1:8080", "`ADDRESS` to listen on; port 0 takes a free one")
	source := flags.String("seed", "demo", "what to start with: demo, or a JSON `FILE`")
	record := flags.String("record", "", "a `FILE` to which each request adds a line of JSON")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is neither a flag nor the value of one", flags.Arg(0))
	}

	start, err := readSeed(*source)
	if err != nil {
		return fmt.Errorf("-seed %s: %w", *source, err)
	}
	server := losanttest.NewServer()
	defer server.Close()
	contents, err := start.plant(server)
	if err != nil {
		return fmt.Errorf("-seed %s: %w", *source, err)
	}
	handler := http.Handler(proxyTo(server))
	if *record != "" {
		file, err := os.OpenFile(*record, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer file.Close() //nolint:errcheck // each line has been written
		handler = &recorder{handler: handler, out: file}
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", *address)
	if err != nil {
		return err
	}
	contents.URL = urlOf(listener.Addr())
	// Whoever connects from now on is served: the listener queues what comes before Serve.
	if err := json.NewEncoder(out).Encode(contents); err != nil {
		return errors.Join(err, listener.Close())
	}
	return serve(ctx, listener, handler)
}

// urlOf is the URL of a server that listens on addr, as seen from this machine.
func urlOf(addr net.Addr) string {
	tcp, ok := addr.(*net.TCPAddr)
	if ok && tcp.IP.IsUnspecified() {
		return fmt.Sprintf("http://127.0.0.1:%d", tcp.Port)
	}
	return "http://" + addr.String()
}

// proxyTo hands requests on to a server of losanttest, which listens on loopback and on no port of our choice.
func proxyTo(server *losanttest.Server) http.Handler {
	target, err := url.Parse(server.URL)
	if err != nil {
		panic(err) // losanttest documents what it is
	}
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host                 // links lead to where the client sees the server
			r.Out.URL.RawQuery = r.In.URL.RawQuery // as it came, even if it cannot be parsed
		},
		Transport: &http.Transport{
			DisableCompression:  true, // what the client did not ask for
			MaxIdleConnsPerHost: 100,
		},
	}
}

// serve serves until ctx ends, and lets requests that are running finish, within reason.
func serve(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	patience, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	if err := server.Shutdown(patience); err != nil {
		return server.Close()
	}
	return nil
}
