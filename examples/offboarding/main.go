// Offboarding is an HTTP service that ends the access of people who leave: it voids the tokens of an experience user,
// takes the user out of all groups and deletes it.
//
//	go run ./examples/offboarding -demo
//
//	curl -X DELETE localhost:8080/people/58b9d782cbfafe1be675744d
//	curl -d '{"ids": ["58b9d782cbfafe1be675744d", "58b9d782cbfafe1be675744e"]}' localhost:8080/off-boardings
//	curl localhost:8080/healthz
//	curl localhost:8080/metrics
//
// Without -demo, which acts on a Losant API inside the program, it takes LOSANT_API_TOKEN, LOSANT_APPLICATION_ID and,
// if it is not Losant's own, LOSANT_API_URL. The token needs the scopes experienceUser.patch and experienceUser.delete,
// nothing more.
//
// People are named by their ids: the part of Losant's API that this SDK covers cannot look a user up by email. The
// service does not know its own callers: put it behind what does. It listens on loopback unless -addr says otherwise.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"regexp"
	"syscall"
	"time"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/examples/internal/demo"
	"github.com/losant-go/losant/losanttest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	err := run(ctx, os.Args[1:], log)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		log.Error("the service failed", "error", err)
		os.Exit(1)
	}
}

// config is what the service is told from outside.
type config struct {
	address                   string
	concurrency               int
	timeout, grace            time.Duration
	token, url, applicationID string
}

// run serves until ctx ends.
func run(ctx context.Context, args []string, log *slog.Logger) error {
	var c config
	flags := flag.NewFlagSet("offboarding", flag.ContinueOnError)
	flags.StringVar(&c.address, "addr", "127.0.0.1:8080", "`ADDRESS` to listen on")
	flags.IntVar(&c.concurrency, "concurrency", 8, "how many people to off-board at once, in all requests together")
	flags.DurationVar(&c.timeout, "timeout", 2*time.Minute, "the longest that a request may take")
	flags.DurationVar(&c.grace, "grace", 20*time.Second, "how long requests may go on after SIGTERM")
	withDemo := flags.Bool("demo", false, "act on a Losant API inside the program")
	if err := flags.Parse(args); err != nil {
		return err
	}
	c.token, c.url = os.Getenv("LOSANT_API_TOKEN"), os.Getenv("LOSANT_API_URL")
	c.applicationID = os.Getenv("LOSANT_APPLICATION_ID")
	if *withDemo {
		server := losanttest.NewServer()
		defer server.Close()
		c.token, c.url, c.applicationID = server.Token(), server.URL, demo.Seed(server)
		log.Info("the demo has two people", "Ada", demo.AdaID, "Grace", demo.GraceID)
	}

	handler, err := c.newHandler(log)
	if err != nil {
		return err
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", c.address)
	if err != nil {
		return err
	}
	log.Info("listening", "url", "http://"+listener.Addr().String())
	err = serve(ctx, listener, handler, c.grace)
	log.Info("stopped", "error", err)
	return err
}

// newHandler builds the service: Losant's client on top of the metrics, off-boarding on top of the client.
func (c config) newHandler(log *slog.Logger) (http.Handler, error) {
	// Whoever calls the service cannot mend a wrong configuration: it fails here, and not with the first request.
	if !regexp.MustCompile(`^[0-9A-Fa-f]{24}$`).MatchString(c.applicationID) {
		return nil, errors.New("LOSANT_APPLICATION_ID must be 24 hexadecimal digits")
	}
	if c.concurrency < 1 {
		return nil, fmt.Errorf("-concurrency must be at least 1, not %d", c.concurrency)
	}
	metrics := newMetrics(newTransport(c.concurrency))
	client, err := losant.NewClient(c.token,
		losant.WithBaseURL(cmp.Or(c.url, "https://api.losant.com")),
		losant.WithHTTPClient(&http.Client{Transport: metrics}),
		losant.WithUserAgent("offboarding/1.0"),
		losant.WithTimeout(10*time.Second), // each attempt; a request as a whole has c.timeout
		losant.WithLogger(log.WithGroup("losant")),
	)
	if err != nil {
		return nil, err
	}
	o := newOffboarder(client.ExperienceUser, c.applicationID, c.concurrency)
	return newService(o, c.timeout, metrics, log), nil
}

// newTransport returns a transport that keeps a connection for each call that may run at once. The default keeps two.
func newTransport(concurrency int) http.RoundTripper {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = concurrency
	return transport
}

// serve serves until ctx ends, then lets requests that are running finish. Those that need longer than grace are cut
// off; callers may repeat them.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, grace time.Duration) error {
	running, cutOff := context.WithCancel(context.WithoutCancel(ctx)) // requests outlive ctx
	defer cutOff()
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		BaseContext:       func(net.Listener) context.Context { return running },
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}

	patience, cancel := context.WithTimeout(running, grace)
	defer cancel()
	if err := server.Shutdown(patience); err != nil {
		return errors.Join(fmt.Errorf("requests were cut off after %v: %w", grace, err), server.Close())
	}
	return nil
}
