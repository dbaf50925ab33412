//go:build load

package losant_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

const (
	loadRounds     = 10
	loadGoroutines = 64
	loadCalls      = 204_800 // 320 for each goroutine of a round
)

// Under load and faults, every call ends in a result or a typed error, and no answer and no state is one that the calls
// before cannot have led to. A worker has a user and a group of its own, so that it knows what it did to them.
func TestLoad(t *testing.T) {
	t.Parallel()
	var results, failures, faults atomic.Int64
	for round := range uint64(loadRounds) {
		server := losanttest.NewServer() // a new one, since a server keeps every request
		connections := &connections{oneLess: make(chan struct{}, 1)}
		client, err := server.NewClient(losant.WithHTTPClient(&http.Client{Transport: connections.transport()}))
		require.NoError(t, err)
		application := server.AddApplication()
		var working sync.WaitGroup
		for i := range uint64(loadGoroutines) {
			working.Go(func() {
				dice := rand.New(rand.NewPCG(round, i)) //nolint:gosec // dice that fall alike each time
				w := newWorker(server, client, application, dice)
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
						break
					}
				}
				w.compare(&w.user, w.user.state(), "at the end")
				w.compare(&w.group, w.group.state(), "at the end")
				if w.wrong != "" {
					t.Errorf("round %d, worker %d: %s", round, i, w.wrong)
				}
			})
		}
		working.Wait()
		client.CloseIdleConnections()
		assert.Zero(t, connections.left(), "round %d: connections are left open", round)
		server.Close()
	}
	t.Logf("%d calls: %d results, %d errors, %d faults", results.Load()+failures.Load(), results.Load(), failures.Load(),
		faults.Load())
}

// connections counts those that a client has open.
type connections struct {
	open    atomic.Int64
	oneLess chan struct{} // holds a value after one was closed
}

func (c *connections) transport() http.RoundTripper {
	dialer := new(net.Dialer)
	return &http.Transport{
		MaxIdleConnsPerHost: loadGoroutines,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			c.open.Add(1)
			return &connection{Conn: conn, all: c}, nil
		},
	}
}

// left waits for the connections to be closed: net/http closes broken ones in the background. It returns how many are
// not, when none has been for a while.
func (c *connections) left() int64 {
	for c.open.Load() > 0 {
		select {
		case <-c.oneLess:
		case <-time.After(10 * time.Second):
			return c.open.Load()
		}
	}
	return 0
}

type connection struct {
	net.Conn
	all    *connections
	closed atomic.Bool
}

func (c *connection) Close() error {
	if !c.closed.Swap(true) {
		c.all.open.Add(-1)
		select {
		case c.all.oneLess <- struct{}{}:
		default:
		}
	}
	return c.Conn.Close()
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
	state    func() []string // the texts that tell its version, as they are on the server
}

func newWorker(s *losanttest.Server, c *losant.Client, application string, dice *rand.Rand) *worker {
	w := &worker{server: s, client: c, application: application, dice: dice}
	w.user.state = func() []string {
		u, _ := s.User(application, w.user.id)
		return textsOfUser(&u)
	}
	w.group.state = func() []string {
		g, _ := s.Group(application, w.group.id)
		return textsOfGroup(&g)
	}
	w.addUser()
	w.addGroup()
	return w
}

func textsOfUser(u *losant.ExperienceUser) []string {
	return []string{u.FirstName, u.UserTags["version"]}
}

func textsOfGroup(g *losant.ExperienceGroup) []string {
	return []string{g.Description, g.GroupTags["version"]}
}

func (w *worker) addUser() {
	u := w.server.AddUser(w.application, losant.ExperienceUser{
		FirstName: "0", UserTags: map[string]string{"version": "0"},
	})
	w.user.id, w.user.versions = u.ID, []int{0}
}

func (w *worker) addGroup() {
	g := w.server.AddGroup(w.application, losant.ExperienceGroup{
		Description: "0", GroupTags: map[string]string{"version": "0"},
	})
	w.group.id, w.group.versions = g.ID, []int{0}
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
		return w.seen(&w.user, err, func() []string { return textsOfUser(u) })
	case n < 50:
		g, err := w.client.ExperienceGroup.Get(ctx, w.application, w.group.id)
		return w.seen(&w.group, err, func() []string { return textsOfGroup(g) })
	case n < 75:
		w.user.mayBecome(w.version)
		u, err := w.client.ExperienceUser.Patch(ctx, w.application, w.user.id, losant.ExperienceUserPatch{
			FirstName: &text, UserTags: tags,
		})
		return w.seen(&w.user, err, func() []string { return append(textsOfUser(u), text) })
	case n < 90:
		w.group.mayBecome(w.version)
		g, err := w.client.ExperienceGroup.Patch(ctx, w.application, w.group.id, losant.ExperienceGroupPatch{
			Description: &text, GroupTags: tags,
		})
		return w.seen(&w.group, err, func() []string { return append(textsOfGroup(g), text) })
	case n < 96:
		_, err := w.client.ExperienceUser.Delete(ctx, w.application, w.user.id)
		_, exists := w.server.User(w.application, w.user.id)
		return w.deleted(&w.user, err, exists, w.addUser)
	default:
		_, err := w.client.ExperienceGroup.Delete(ctx, w.application, w.group.id)
		_, exists := w.server.Group(w.application, w.group.id)
		return w.deleted(&w.group, err, exists, w.addGroup)
	}
}

func (s *subject) mayBecome(version int) { s.versions = append(s.versions, version) }

// seen compares an answer with the versions that are possible, or the state on the server, when there was an error.
func (w *worker) seen(s *subject, err error, answer func() []string) error {
	if err == nil {
		w.compare(s, answer(), "in an answer")
	} else {
		w.compare(s, s.state(), fmt.Sprintf("on the server, after the error %v,", err))
	}
	return err
}

// deleted adds a new resource in the place of one that is gone. One that is not is what it was.
func (w *worker) deleted(s *subject, err error, exists bool, add func()) error {
	switch {
	case err == nil && exists:
		w.wrong = "what was deleted exists: " + s.id
	case exists:
		w.compare(s, s.state(), fmt.Sprintf("on the server, after the error %v,", err))
	default:
		add()
	}
	return err
}

// compare sets wrong unless all texts are one version, and one that is possible.
func (w *worker) compare(s *subject, texts []string, where string) {
	version, err := strconv.Atoi(texts[0])
	if err != nil || len(slices.Compact(texts)) != 1 || !slices.Contains(s.versions, version) {
		w.wrong = fmt.Sprintf("version %q %s where %v are possible", texts, where, s.versions)
	}
	s.versions = []int{version}
}
