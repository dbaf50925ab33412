// Offboarding is an HTTP service for people who leave: it ends the access of an experience user, and deletes it.
//
//	LOSANT_API_TOKEN=... go run ./examples/offboarding -application ID
//	curl -X DELETE localhost:8080/people/58b9d782cbfafe1be675744d
//
// It answers 204 when the person is off-boarded, 404 when there is no such person, 400 for what is no id, 503 and 504 when it
// is worth trying again, and 502 for what only its operators can mend; its log says what that is. The token needs the scopes
// experienceUser.patch and experienceUser.delete, and nothing more. The service does not know its callers: put it behind
// what does.
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
	"strconv"
	"syscall"
	"time"

	"github.com/losant-go/losant"
)

const (
	atOnce  = 8                // people, in all requests together
	timeout = time.Minute      // of a request
	grace   = 20 * time.Second // for requests that are running on SIGTERM
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	applicationID := flag.String("application", "", "`ID` of the application that the token in LOSANT_API_TOKEN is for")
	address := flag.String("addr", "127.0.0.1:8080", "`ADDRESS` to listen on")
	flag.Parse()
	client, err := losant.NewClient(os.Getenv("LOSANT_API_TOKEN"), losant.WithLogger(slog.Default()),
		losant.WithBaseURL(cmp.Or(os.Getenv("LOSANT_API_URL"), "https://api.losant.com")))
	listener, failure := new(net.ListenConfig).Listen(ctx, "tcp", *address)
	if err = cmp.Or(err, failure); err == nil {
		slog.Info("listening", "url", "http://"+listener.Addr().String())
		err = run(ctx, client, *applicationID, listener)
	}
	if err != nil {
		slog.Error("the service failed", "error", err)
		os.Exit(1)
	}
}

// run serves until ctx ends, and then until the last request is answered.
func run(ctx context.Context, client *losant.Client, applicationID string, listener net.Listener) error {
	server := &http.Server{
		Handler:     handler(client, applicationID),
		ReadTimeout: 5 * time.Second, WriteTimeout: timeout + 5*time.Second, MaxHeaderBytes: 16 << 10,
	}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	select {
	case err := <-served:
		return err
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	return server.Shutdown(last)
}

func handler(client *losant.Client, applicationID string) http.Handler {
	slots := make(chan struct{}, atOnce)
	mux := http.NewServeMux()
	mux.HandleFunc("DELETE /people/{id}", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), timeout)
		defer cancel()
		select {
		case slots <- struct{}{}:
			defer func() { <-slots }()
			answer(ctx, w, offboard(ctx, client, applicationID, r.PathValue("id")))
		case <-ctx.Done():
			answer(ctx, w, ctx.Err())
		}
	})
	return http.NewCrossOriginProtection().Handler(mux) // the pages of other sites cannot make a browser use it
}

// offboard ends access with the first of two calls, so that nobody keeps it when the second one fails. It may be repeated,
// and has to be after an error: the SDK does not repeat a Patch that may have been applied. Who is not there to begin with
// is an error: the wrong id, or the wrong application, must not look like success.
func offboard(ctx context.Context, client *losant.Client, applicationID, id string) error {
	_, err := client.ExperienceUser.Patch(ctx, applicationID, id, losant.ExperienceUserPatch{
		TokenCutoff:        losant.Ptr(time.Now()), // voids all tokens
		ExperienceGroupIDs: []string{},             // none, where nil would leave them as they are
	})
	if err != nil {
		return fmt.Errorf("ending access: %w", err)
	}
	if _, err := client.ExperienceUser.Delete(ctx, applicationID, id); err != nil && typeOf(err) != losant.TypeNotFound {
		return fmt.Errorf("deleting, after access was ended: %w", err)
	}
	return nil
}

// typeOf is Losant's own name of an error. A 404 of a gateway on the way has none, and says nothing about people.
func typeOf(err error) string {
	var refused *losant.APIError
	if errors.As(err, &refused) {
		return refused.Type
	}
	return ""
}

// answer tells errors apart by who can do something about them: the caller, time, or the operators.
func answer(ctx context.Context, w http.ResponseWriter, err error) {
	var limited *losant.RateLimitError
	switch {
	case err == nil:
		w.WriteHeader(http.StatusNoContent)
	case errors.As(err, new(*losant.ValidationError)), typeOf(err) == losant.TypeValidation:
		http.Error(w, "an id has 24 hexadecimal digits", http.StatusBadRequest)
	case typeOf(err) == losant.TypeNotFound:
		http.Error(w, "there is no such person", http.StatusNotFound)
	case errors.As(err, &limited):
		w.Header().Set("Retry-After", strconv.Itoa(int(limited.RetryAfter.Seconds())+1))
		http.Error(w, "Losant is busy", http.StatusServiceUnavailable)
	case errors.Is(err, context.DeadlineExceeded):
		http.Error(w, "Losant took too long", http.StatusGatewayTimeout)
	default:
		slog.ErrorContext(ctx, "off-boarding", "error", err)
		http.Error(w, "Losant fails, or refuses this service", http.StatusBadGateway)
	}
}
