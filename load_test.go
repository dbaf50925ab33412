//go:build load

package losant_test

import (
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

const (
	loadRounds  = 8
	loadWorkers = 64
	loadCalls   = 400 // of each worker in a round, at least
)

// Under load and faults, every call ends in a result or a typed error, what an error says of its effect is true, and no
// answer, no event and no state is one that the calls before cannot have led to. The worker who calls owns all that it
// changes, so that it knows what is there. What it does is in load_steps_test.go, how it knows in load_model_test.go and
// load_stream_test.go.
func TestLoad(t *testing.T) { //nolint:paralleltest // it looks for goroutines that are left
	total := &tally{calls: map[string]int{}, classes: map[class]int{}, errors: map[string]int{}}
	for round := range uint64(loadRounds) {
		runRound(t, round, total)
	}
	t.Log(total)
	assert.GreaterOrEqual(t, total.sum(), 200_000)
	assert.GreaterOrEqual(t, len(total.calls), 40, "actions")
	assert.Len(t, total.classes, 3)
	assert.LessOrEqual(t, total.refused, total.refusals, "streams that brought nothing, and the faults that lead to that")
}

// A round has a server of its own, since a server keeps every request.
func runRound(t *testing.T, number uint64, total *tally) {
	t.Helper()
	server := losanttest.NewServer()
	defer server.Close()
	before := goleak.IgnoreCurrent()
	plain := &http.Client{Transport: &http.Transport{}}
	clients := newClients(t, server, total)
	var working sync.WaitGroup
	for i := range loadWorkers {
		w := &worker{
			t: t, name: fmt.Sprintf("round %d, worker %d", number, i), tally: total,
			server: server, plain: plain, client: clients[i%len(clients)],
			dice: rand.New(rand.NewPCG(number, uint64(i))), //nolint:gosec // dice that fall alike each time
		}
		working.Go(func() { w.work(i / len(clients)) }) // so that each client follows each stream
	}
	working.Wait()
	for _, client := range clients {
		client.CloseIdleConnections()
	}
	plain.CloseIdleConnections()
	require.NoError(t, left(before), "round %d", number)
	t.Logf("round %d: %d calls", number, total.sum())
}

// left reports goroutines that are left after a while. Each connection has some on both of its ends.
func left(before goleak.Option) (err error) {
	for range 10 {
		if err = goleak.Find(before); err == nil {
			return nil
		}
	}
	return err
}

// work does as many calls as a worker of a round has to, and then compares all that is there with what it knows.
func (w *worker) work(number int) {
	w.settleIn()
	steps, shelves := w.documents()
	steps = append(steps, w.logins()...)
	feeds := w.feeds()
	for _, f := range feeds {
		steps = append(steps, f.steps...)
	}
	followed := feeds[number%len(feeds)]
	for range 8 { // more of what makes the stream go on
		steps = append(steps, followed.steps[0])
	}
	stop := followed.follow()
	for i := 0; i < loadCalls && !w.failed; {
		if s := oneOf(w.dice, steps); s.ready == nil || s.ready() {
			w.call(&s)
			i++
		}
	}
	followed.catchUp()
	stop()
	for _, s := range shelves {
		s.audit()
	}
	for _, f := range feeds {
		f.audit()
	}
}

// newClients returns clients that the workers share: one with a token, one behind a transport of somebody else's, one that
// logs in.
func newClients(t *testing.T, server *losanttest.Server, total *tally) []*losant.Client {
	t.Helper()
	credentials := losant.UserCredentials{Email: "ada@example.com", Password: "a password"}
	server.AddAccount(credentials.Email, credentials.Password)
	patient := losant.WithTimeout(time.Hour) // what is given up too early has its effect later
	watched := losant.WithTransport(func(next http.RoundTripper) http.RoundTripper { return &witness{next, t, total} })
	plain, err := server.NewClient(patient)
	require.NoError(t, err)
	behind, err := server.NewClient(patient, watched)
	require.NoError(t, err)
	loggedIn, err := losant.NewClient("", patient, losant.WithBaseURL(server.URL), losant.WithUserLogin(credentials))
	require.NoError(t, err)
	return []*losant.Client{plain, behind, loggedIn}
}

// witness is a transport that sees when a call that must not be applied twice is sent again.
type witness struct {
	next  http.RoundTripper
	t     *testing.T
	tally *tally
}

// witnessed is what a witness knows of a call.
type witnessed struct{ once, sent, turnedAway bool }

type witnessedKey struct{}

func (w *witness) RoundTrip(request *http.Request) (*http.Response, error) {
	call, ok := request.Context().Value(witnessedKey{}).(*witnessed)
	if ok && call.once && call.sent && !call.turnedAway {
		w.tally.add(func() { w.tally.wrong++ })
		w.t.Errorf("%s %s is sent again, though it may have been applied", request.Method, request.URL)
	}
	response, err := w.next.RoundTrip(request)
	if ok {
		call.sent, call.turnedAway = true, err == nil && isTurnedAway(response.StatusCode)
	}
	return response, err
}

func isTurnedAway(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable || status == http.StatusUnauthorized
}

// faultHeader marks the answers that are faults.
const faultHeader = "X-Fault"

// faults are what the calls of an operation may meet.
var loadFaults = []losanttest.Fault{
	{Status: http.StatusServiceUnavailable},
	{Status: http.StatusServiceUnavailable, Header: http.Header{"Retry-After": {"0"}}},
	{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"0"}}},
	{Status: http.StatusUnauthorized},
	{Status: http.StatusBadGateway, Body: "<html>"},
	{Status: http.StatusInternalServerError, AfterApplying: true},
	{Status: http.StatusOK, Body: "<html>", AfterApplying: true},
	{Drop: true},
	{Drop: true, AfterApplying: true},
	{Truncate: true},
	{Truncate: true, AfterApplying: true},
	{Delay: time.Millisecond},
}

// inject makes the next calls of an operation meet a fault, which has a mark.
func (w *worker) inject(operation string, times int, f losanttest.Fault) {
	f.Operation, f.Times, f.Header = operation, times, maps.Clone(f.Header)
	if f.Header == nil {
		f.Header = http.Header{}
	}
	f.Header.Set(faultHeader, "1")
	w.server.Inject(f)
	w.tally.add(func() {
		w.tally.faults += times
		if f.Events == 0 && (operation == "" || strings.HasSuffix(operation, "Stream")) {
			w.tally.refusals += times
		}
	})
}

func oneOf[T any](dice *rand.Rand, from []T) T { return from[dice.IntN(len(from))] }

// kindOf is how an error is counted; expected is whether a fault may lead to it. Whoever owns what it calls never asks for
// what is not there, unless it was itself that deleted it, and the answer was lost.
func kindOf(err error, class class) (kind string, expected bool) {
	var (
		api       *losant.APIError
		transport *losant.TransportError
	)
	switch {
	case errors.As(err, &api):
		status := api.StatusCode
		gone := status == http.StatusNotFound && class == deletes && api.Applied == losant.MaybeApplied
		return fmt.Sprint("status ", status), gone || isTurnedAway(status) || status/100 != 4
	case errors.As(err, &transport):
		return "transport", true
	}
	return fmt.Sprintf("%T", err), false
}

// claimOf is what an error says of the effect of its call.
func claimOf(err error) losant.Applied {
	_, claim := known(err)
	return claim
}

// tally counts what all workers do.
type tally struct {
	mu      sync.Mutex
	calls   map[string]int // by action
	classes map[class]int
	errors  map[string]int
	faults  int
	unsure  int // errors that say that the call may have been applied
	events  int
	gaps    int
	wrong   int

	refusals, refused int // faults that may keep a stream from being opened, and connections that brought nothing
}

func (c *tally) add(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

func (c *tally) sum() (calls int) {
	for _, n := range c.calls {
		calls += n
	}
	return calls
}

func (c *tally) String() string {
	var kinds []string
	failed := 0
	for _, kind := range slices.Sorted(maps.Keys(c.errors)) {
		kinds = append(kinds, fmt.Sprintf("%s: %d", kind, c.errors[kind]))
		failed += c.errors[kind]
	}
	return fmt.Sprintf("%d calls of %d actions %v: %d results, %d errors (%s), of which %d may have been applied; "+
		"%d faults; %d events of streams, %d gaps; %d wrong answers",
		c.sum(), len(c.calls), c.classes, c.sum()-failed, failed, strings.Join(kinds, ", "), c.unsure,
		c.faults, c.events, c.gaps, c.wrong)
}
