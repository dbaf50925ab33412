// Offboarding is an HTTP service that ends the access of people who leave: it voids the tokens of an experience user,
// takes the user out of all groups and deletes it.
//
//	go run ./examples/offboarding -demo
//
//	curl -X DELETE localhost:8080/people/58b9d782cbfafe1be675744d
//	curl --json '{"ids": ["58b9d782cbfafe1be675744d", "58b9d782cbfafe1be675744e"]}' localhost:8080/off-boardings
//	curl localhost:8080/healthz
//	curl localhost:8080/metrics
//
// Without -demo, which acts on a Losant API inside the program, it takes LOSANT_API_TOKEN, LOSANT_APPLICATION_ID and,
// if it is not Losant's own, LOSANT_API_URL. The token needs the scopes experienceUser.patch and experienceUser.delete,
// nothing more. The exit status is 0 after SIGTERM, 1 when the service fails and 2 for wrong usage.
//
// The service does not know its own callers: put it behind what does. It listens on loopback unless -addr says
// otherwise.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"expvar"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"math"
	"mime"
	"net"
	"net/http"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

const (
	maxBatch = 1000
	maxBody  = 64 << 10        // twice what so many ids take
	patience = 5 * time.Second // with callers who are slow to send, or to read
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal does not wait for anybody
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stderr, nil)))

	flags := flag.NewFlagSet("offboarding", flag.ExitOnError)
	address := flags.String("addr", "127.0.0.1:8080", "`ADDRESS` to listen on")
	concurrency := flags.Int("concurrency", 8, "how many people to off-board at once, in all requests together")
	timeout := flags.Duration("timeout", 2*time.Minute, "the longest that a request may take")
	grace := flags.Duration("grace", 20*time.Second, "how long requests may go on after SIGTERM")
	demo := flags.Bool("demo", false, "act on a Losant API inside the program")
	_ = flags.Parse(os.Args[1:]) // it exits
	url, token := os.Getenv("LOSANT_API_URL"), os.Getenv("LOSANT_API_TOKEN")
	applicationID := os.Getenv("LOSANT_APPLICATION_ID")
	if *demo {
		url, token, applicationID = startDemo()
	}

	s, err := newService(url, token, applicationID, *timeout, *concurrency)
	switch {
	case flags.NArg() > 0: // what is behind it was not read, be it -demo
		err = fmt.Errorf("%q is neither a flag nor the value of one", flags.Arg(0))
	case *grace < 0:
		err = errors.New("-grace must not be negative")
	}
	if err != nil {
		slog.Error("wrong usage", "error", err)
		os.Exit(2)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", *address)
	if err == nil {
		slog.Info("listening", "url", "http://"+listener.Addr().String())
		err = serve(ctx, listener, s.handler(), *grace)
	}
	if err != nil {
		slog.Error("the service failed", "error", err)
		os.Exit(1)
	}
	slog.Info("stopped")
}

// startDemo starts a Losant API with an application of two people. It ends with the program.
func startDemo() (url, token, applicationID string) {
	server := losanttest.NewServer()
	applicationID = server.AddApplication()
	server.AddUser(applicationID, losant.ExperienceUser{ID: "58b9d782cbfafe1be675744d", FirstName: "Ada"})
	server.AddUser(applicationID, losant.ExperienceUser{ID: "58b9d782cbfafe1be675744e", FirstName: "Grace"})
	return server.URL, server.Token(), applicationID
}

// service off-boards people from one application.
type service struct {
	client        *losant.Client
	applicationID string
	timeout       time.Duration // of a request
	slots         chan struct{} // one for each person that may be worked on at once
	requests      expvar.Map    // to Losant
}

// newService refuses what callers of the service could not mend.
func newService(url, token, applicationID string, timeout time.Duration, concurrency int) (*service, error) {
	id, err := hex.DecodeString(applicationID)
	switch {
	case err != nil || len(id) != 12:
		return nil, errors.New("LOSANT_APPLICATION_ID must be 24 hexadecimal digits")
	case timeout <= 0:
		return nil, errors.New("-timeout must be more than 0")
	case concurrency < 1 || concurrency > 256:
		return nil, errors.New("-concurrency must be 1 to 256: the SDK keeps so many connections")
	}
	s := &service{applicationID: applicationID, timeout: timeout, slots: make(chan struct{}, concurrency)}
	s.client, err = losant.NewClient(token,
		losant.WithBaseURL(cmp.Or(url, "https://api.losant.com")),
		losant.WithTransport(s.counting),
		losant.WithUserAgent("offboarding/1.0"),
		losant.WithLogger(slog.Default().WithGroup("losant")),
	)
	return s, err
}

// handler returns the routes. A visitor's browser cannot be made to use them by the pages of another site.
func (s *service) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("DELETE /people/{id}", s.deletePerson)
	mux.HandleFunc("POST /off-boardings", s.offboardPeople)
	mux.HandleFunc("GET /metrics", s.metrics)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, http.StatusOK, outcome{Status: http.StatusOK}) // whatever Losant does: a restart would not mend it
	})
	return http.NewCrossOriginProtection().Handler(mux)
}

// outcome is what became of one person.
type outcome struct {
	ID     string `json:"id,omitzero"`
	Status int    `json:"status"` // as of an HTTP answer; 200 when the person is off-boarded
	Error  string `json:"error,omitzero"`

	RetryAfter int `json:"retryAfter,omitzero"` // seconds, when Losant asks for them
}

// deletePerson off-boards one person.
func (s *service) deletePerson(w http.ResponseWriter, r *http.Request) {
	person := s.offboard(r.Context(), r.PathValue("id"))[0]
	if person.RetryAfter > 0 {
		w.Header().Set("Retry-After", strconv.Itoa(person.RetryAfter))
	}
	writeJSON(w, person.Status, person)
}

// offboardPeople off-boards many. It answers 200 when all of them are off-boarded and 207 when some are not; each has a
// status of its own.
func (s *service) offboardPeople(w http.ResponseWriter, r *http.Request) {
	ids, status, err := readIDs(w, r)
	if err != nil {
		writeJSON(w, status, outcome{Status: status, Error: err.Error()})
		return
	}
	people := s.offboard(r.Context(), ids...)
	if slices.ContainsFunc(people, func(o outcome) bool { return o.Status != http.StatusOK }) {
		status = http.StatusMultiStatus
	}
	writeJSON(w, status, map[string][]outcome{"people": people})
}

// readIDs reads {"ids": [...]}, sorts the ids and leaves out repetitions.
func readIDs(w http.ResponseWriter, r *http.Request) (ids []string, status int, err error) {
	if kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); kind != "application/json" {
		return nil, http.StatusUnsupportedMediaType, errors.New("the Content-Type must be application/json")
	}
	text, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if errors.As(err, new(*http.MaxBytesError)) {
		return nil, http.StatusRequestEntityTooLarge, err
	}
	var body struct {
		IDs []string `json:"ids"`
	}
	var given bytes.Buffer
	if err := cmp.Or(err, json.Compact(&given, text), json.Unmarshal(text, &body)); err != nil {
		return nil, http.StatusBadRequest, err
	}
	// Whoever is overlooked keeps access: what was understood must be all that was given.
	if understood, err := json.Marshal(body); err != nil || !bytes.Equal(understood, given.Bytes()) {
		return nil, http.StatusBadRequest, errors.New(`the body must be {"ids": [...]}, and nothing else`)
	}
	slices.Sort(body.IDs)
	ids = slices.Compact(body.IDs)
	if len(ids) == 0 || len(ids) > maxBatch {
		return nil, http.StatusBadRequest, fmt.Errorf("ids must be 1 to %d ids", maxBatch)
	}
	return ids, http.StatusOK, nil
}

// offboard off-boards people and returns what became of each. One who fails does not stop the others: each of them has
// access to lose.
func (s *service) offboard(ctx context.Context, ids ...string) []outcome {
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	people := make([]outcome, len(ids))
	var all sync.WaitGroup
	for i, id := range ids {
		all.Go(func() { people[i] = report(ctx, id, s.endAccess(ctx, id)) })
	}
	all.Wait()
	return people
}

// endAccess voids the tokens of a user, takes it out of all groups and deletes it. Access ends with the first of the
// two calls, so nobody keeps it when the second fails.
//
// All of it may be repeated, and has to be after an error: the SDK does not repeat a Patch that may have been applied.
// A user whom somebody else deletes after the Patch is off-boarded. One who is not there to begin with is an error,
// because off-boarding the wrong id, or from the wrong application, must not look like success.
func (s *service) endAccess(ctx context.Context, id string) error {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return ctx.Err()
	}
	_, err := s.client.ExperienceUser.Patch(ctx, s.applicationID, id, losant.ExperienceUserPatch{
		TokenCutoff:        losant.Ptr(time.Now()),
		ExperienceGroupIDs: []string{}, // none, where nil would leave them as they are
	})
	if err != nil {
		return fmt.Errorf("ending access: %w", err)
	}
	_, err = s.client.ExperienceUser.Delete(ctx, s.applicationID, id)
	if err != nil && typeOf(err) != losant.TypeNotFound {
		return fmt.Errorf("deleting, after access was ended: %w", err)
	}
	return nil
}

// typeOf is Losant's own name of an error. What a gateway on the way words, be it a 404, says nothing about people.
func typeOf(err error) string {
	var apiErr *losant.APIError
	if errors.As(err, &apiErr) {
		return apiErr.Type
	}
	return ""
}

// report logs what became of a person, and returns what the caller is told: what can be acted on. Errors are told apart
// by who can do something about them: the caller (4xx), the operators of this service (502) or time (503 and 504).
func report(ctx context.Context, id string, err error) outcome {
	o, level := outcome{ID: id}, slog.LevelWarn
	var limited *losant.RateLimitError
	switch {
	case err == nil:
		o.Status, level = http.StatusOK, slog.LevelInfo
	case errors.As(err, new(*losant.ValidationError)), typeOf(err) == losant.TypeValidation:
		o.Status, o.Error = http.StatusBadRequest, "people are named by their ids, of 24 hexadecimal digits"
	case typeOf(err) == losant.TypeNotFound:
		o.Status, o.Error = http.StatusNotFound, "Losant knows no such person, or no such application"
	case errors.As(err, &limited):
		o.Status, o.Error = http.StatusServiceUnavailable, "Losant is busy: try again later"
		o.RetryAfter = int(math.Ceil(limited.RetryAfter.Seconds()))
	case errors.Is(err, context.Canceled): // the caller has gone, or the service stops
		o.Status, o.Error = http.StatusServiceUnavailable, "interrupted: try again"
	case errors.Is(err, context.DeadlineExceeded):
		o.Status, o.Error = http.StatusGatewayTimeout, "Losant took too long: try again"
	default:
		o.Status, o.Error = http.StatusBadGateway, "Losant fails, or refuses this service: try again later"
		level = slog.LevelError
	}
	slog.Log(ctx, level, "off-boarding", "id", fmt.Sprintf("%.100s", id), "status", o.Status, "error", err)
	return o
}

// writeJSON answers. An error means that the caller has gone, or does not read, and nobody is left to tell.
func writeJSON(w http.ResponseWriter, status int, v any) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(patience))
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) //nolint:errchkjson // see above; the values of this service can be encoded
}

// serve serves until ctx ends, and then until the last request is answered. When grace is over, the contexts of those
// that are still running end, and their callers are told to try again.
func serve(ctx context.Context, listener net.Listener, handler http.Handler, grace time.Duration) error {
	running, interrupt := context.WithCancel(context.WithoutCancel(ctx))
	defer interrupt()
	server := &http.Server{
		Handler:        handler,
		BaseContext:    func(net.Listener) context.Context { return running },
		ReadTimeout:    patience,
		WriteTimeout:   patience, // writeJSON begins anew, when the work is done
		IdleTimeout:    2 * time.Minute,
		MaxHeaderBytes: 16 << 10,
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	time.AfterFunc(grace, interrupt)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace+2*patience)
	defer cancel()
	return server.Shutdown(last)
}

// roundTripper is an http.RoundTripper of one function.
type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip calls the function.
func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// counting returns a transport that counts what goes through it. Every attempt of a call counts, so retries show. Paths
// are no labels: they have ids in them, and there is no end of those.
func (s *service) counting(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		began := time.Now()
		response, err := next.RoundTrip(request)
		status := 0 // no answer
		if err == nil {
			status = response.StatusCode
		}
		labels := fmt.Sprintf(`{method=%q,status="%d"}`, request.Method, status)
		s.requests.Add("losant_request_duration_seconds_count"+labels, 1)
		s.requests.AddFloat("losant_request_duration_seconds_sum"+labels, time.Since(began).Seconds())
		return response, err
	})
}

// metrics tells what was counted, in the text format of Prometheus.
func (s *service) metrics(w http.ResponseWriter, _ *http.Request) {
	var text bytes.Buffer // a slow reader must not hold up requests
	s.requests.Do(func(series expvar.KeyValue) { fmt.Fprintln(&text, series.Key, series.Value) })
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	_, _ = text.WriteTo(w)
}
