//go:build load

package losant_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

const (
	loadRounds     = 10
	loadGoroutines = 64
	loadCalls      = 200_000
)

// Under load and faults, every call ends in a result or a typed error, and no answer and no state is one that the calls
// before cannot have led to. A worker has a user and a group of its own, so that it knows what it did to them.
func TestLoad(t *testing.T) {
	t.Parallel()
	var results, failures, faults atomic.Int64
	for round := range uint64(loadRounds) {
		server := losanttest.NewServer() // a new one, since a server keeps every request
		client, err := server.NewClient()
		require.NoError(t, err)
		application := server.AddApplication()
		var working sync.WaitGroup
		for i := range uint64(loadGoroutines) {
			working.Go(func() {
				w := newWorker(server, client, application, rand.New(rand.NewPCG(round, i))) //nolint:gosec // dice that fall alike each time
				for range loadCalls / loadRounds / loadGoroutines {
					if w.dice.IntN(100) < 3 {
						server.Inject(w.fault())
						faults.Add(1)
					}
					if err := w.step(t.Context()); err == nil {
						results.Add(1)
					} else if failures.Add(1); !isTyped(err) {
						t.Errorf("round %d, worker %d: the error has no type: %v", round, i, err)
						return
					}
					if w.wrong != "" {
						t.Errorf("round %d, worker %d: %s", round, i, w.wrong)
						return
					}
				}
			})
		}
		working.Wait()
		client.CloseIdleConnections()
		server.Close()
	}
	t.Logf("%d calls: %d results, %d errors, %d faults", results.Load()+failures.Load(), results.Load(), failures.Load(),
		faults.Load())
}

func isTyped(err error) bool {
	var (
		api       *losant.APIError
		transport *losant.TransportError
	)
	return errors.As(err, &api) || errors.As(err, &transport)
}

// worker calls the API for a user and a group of its own, and keeps the versions that each can be in.
type worker struct {
	server      *losanttest.Server
	client      *losant.Client
	application string
	dice        *rand.Rand
	user, group subject
	version     int
	wrong       string
}

// subject is a resource and the versions it may be in: more than one after a patch of which nobody knows whether it was
// applied.
type subject struct {
	id       string
	versions []int
}

func newWorker(s *losanttest.Server, c *losant.Client, application string, dice *rand.Rand) *worker {
	w := &worker{server: s, client: c, application: application, dice: dice}
	w.addUser()
	g := s.AddGroup(application, losant.ExperienceGroup{Description: "0", GroupTags: map[string]string{"version": "0"}})
	w.group = subject{g.ID, []int{0}}
	return w
}

func (w *worker) addUser() {
	u := w.server.AddUser(w.application, losant.ExperienceUser{
		FirstName: "0", UserTags: map[string]string{"version": "0"},
	})
	w.user = subject{u.ID, []int{0}}
}

// fault is what some call will meet, of this worker or of another.
func (w *worker) fault() losanttest.Fault {
	faults := []losanttest.Fault{
		{Status: http.StatusServiceUnavailable},
		{Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"0"}}},
		{Status: http.StatusBadGateway, Body: "<html>"},
		{Status: http.StatusInternalServerError, AfterApplying: true},
		{Drop: true},
		{Drop: true, AfterApplying: true},
		{Truncate: true},
		{Truncate: true, AfterApplying: true},
		{Status: http.StatusOK, Body: "[]"},
		{Delay: time.Millisecond},
	}
	return faults[w.dice.IntN(len(faults))]
}

// step makes one call, and sets wrong when its result cannot be.
func (w *worker) step(ctx context.Context) error {
	w.version++
	text := strconv.Itoa(w.version)
	tags := map[string]string{"version": text}
	switch n := w.dice.IntN(100); {
	case n < 35:
		u, err := w.client.ExperienceUser.Get(ctx, w.application, w.user.id)
		return w.seen(&w.user, err, func() []string { return []string{u.FirstName, u.UserTags["version"]} })
	case n < 50:
		g, err := w.client.ExperienceGroup.Get(ctx, w.application, w.group.id)
		return w.seen(&w.group, err, func() []string { return []string{g.Description, g.GroupTags["version"]} })
	case n < 75:
		w.user.mayBecome(w.version)
		u, err := w.client.ExperienceUser.Patch(ctx, w.application, w.user.id, losant.ExperienceUserPatch{
			FirstName: &text, UserTags: tags,
		})
		return w.seen(&w.user, err, func() []string { return []string{u.FirstName, u.UserTags["version"], text} })
	case n < 90:
		w.group.mayBecome(w.version)
		g, err := w.client.ExperienceGroup.Patch(ctx, w.application, w.group.id, losant.ExperienceGroupPatch{
			Description: &text, GroupTags: tags,
		})
		return w.seen(&w.group, err, func() []string { return []string{g.Description, g.GroupTags["version"], text} })
	default:
		_, err := w.client.ExperienceUser.Delete(ctx, w.application, w.user.id)
		_, exists := w.server.User(w.application, w.user.id)
		if err == nil && exists {
			w.wrong = "a deleted user exists"
		}
		if !exists {
			w.addUser()
		}
		return err
	}
}

func (s *subject) mayBecome(version int) { s.versions = append(s.versions, version) }

// seen compares an answer with the versions that are possible. All texts of the answer have to be one of them. When there
// was an error, the state on the server has to be possible.
func (w *worker) seen(s *subject, err error, answer func() []string) error {
	var texts []string
	if err == nil {
		texts = answer()
	} else if s == &w.user {
		u, _ := w.server.User(w.application, s.id)
		texts = []string{u.FirstName, u.UserTags["version"]}
	} else {
		g, _ := w.server.Group(w.application, s.id)
		texts = []string{g.Description, g.GroupTags["version"]}
	}
	version, _ := strconv.Atoi(texts[0])
	if len(slices.Compact(texts)) != 1 || !slices.Contains(s.versions, version) {
		w.wrong = fmt.Sprintf("version %v where %v are possible, error %v", texts, s.versions, err)
	}
	s.versions = []int{version}
	return err
}
