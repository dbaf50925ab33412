package losanttest

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/losant-go/losant"
)

// Server is a Losant API on loopback. It is safe for concurrent use.
//
// The methods that begin with Add panic when what they are given breaks a rule, with a message that names it: that is a
// mistake in the test that calls them.
type Server struct {
	// URL is the base URL, http://127.0.0.1:PORT, without a slash at its end.
	URL string

	store    store
	journal  journal
	handlers handlers
	hub      hub
	key      []byte    // signs the tokens
	gzips    sync.Pool // of *gzip.Writer
	closed   chan struct{}
	close    func()
}

// NewServer starts a server that has no application yet. The caller closes it. It panics when loopback has no port left,
// as net/http/httptest does.
func NewServer() *Server {
	listener, err := listen()
	if err != nil {
		panic(fmt.Sprintf("losanttest: NewServer: %v", err))
	}
	s := &Server{
		URL:    "http://" + listener.Addr().String(),
		store:  newStore(),
		key:    make([]byte, 32),
		closed: make(chan struct{}),
	}
	_, _ = rand.Read(s.key) // never fails

	server := &http.Server{
		Handler:                      http.HandlerFunc(s.serve),
		ReadHeaderTimeout:            time.Minute,
		ErrorLog:                     log.New(io.Discard, "", 0),
		DisableGeneralOptionsHandler: true, // OPTIONS * is as unknown as any other route
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(listener) // until it is closed
	}()
	s.close = sync.OnceFunc(func() {
		close(s.closed)
		_ = server.Close()
		<-served
	})
	return s
}

func listen() (net.Listener, error) {
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp4", "127.0.0.1:0")
	if err != nil {
		return config.Listen(context.Background(), "tcp6", "[::1]:0")
	}
	return listener, nil
}

// Close shuts the server down. Connections and calls that are still open end at once, delayed ones too. Closing a closed
// server does nothing.
func (s *Server) Close() { s.close() }

// NewClient returns a client for this server, with a token that holds all.Application. The options come after that and
// win.
func (s *Server) NewClient(opts ...losant.Option) (*losant.Client, error) {
	return losant.NewClient(s.Token(), append([]losant.Option{losant.WithBaseURL(s.URL)}, opts...)...)
}

// AddApplication adds an application and returns its id.
func (s *Server) AddApplication() (applicationID string) {
	return s.Add("applications.post", nil, map[string]any{"name": "Application"})["id"].(string)
}

// AddUser adds a user to an application and returns it as it is now. What is zero is filled in: the id, an email of its
// own, the dates of creation and of the last changes. A given id is kept. Of ExperienceGroups the ids count: the user
// becomes a member of those groups that exist.
//
// It panics when the application is unknown, the id malformed or taken, the email taken, or when a property breaks the
// rules of Losant's schema.
func (s *Server) AddUser(applicationID string, u losant.ExperienceUser) losant.ExperienceUser {
	added, err := s.store.addUser(applicationID, u)
	if err != nil {
		panic(fmt.Sprintf("losanttest: AddUser: %v", err))
	}
	return added
}

// AddGroup adds a group to an application and returns it as it is now. What is zero is filled in: the id, a name, the
// dates of creation and of the last change. A given id is kept. Those users of ExperienceUserIDs that exist become
// members, and the group of ParentID, which must exist, its parent. AncestorIDs follow from the parent.
//
// It panics when the application is unknown, the id malformed or taken, the parent unknown, or when a property breaks the
// rules of Losant's schema.
func (s *Server) AddGroup(applicationID string, g losant.ExperienceGroup) losant.ExperienceGroup {
	added, err := s.store.addGroup(applicationID, g)
	if err != nil {
		panic(fmt.Sprintf("losanttest: AddGroup: %v", err))
	}
	return added
}

// User returns a user as it is now, and whether there is one. The result is the caller's own; it has no hypermedia and
// no Raw, which belong to answers.
func (s *Server) User(applicationID, experienceUserID string) (losant.ExperienceUser, bool) {
	u, err := s.store.user(applicationID, experienceUserID)
	return u, err == nil
}

// Group returns a group as it is now, and whether there is one. The result is the caller's own; it has no hypermedia, no
// device counts and no Raw, which belong to answers.
func (s *Server) Group(applicationID, experienceGroupID string) (losant.ExperienceGroup, bool) {
	g, err := s.store.group(applicationID, experienceGroupID, deviceCounts{})
	return g, err == nil
}

// Requests returns the requests that arrived, in order of their arrival: all of them, those that were refused and those
// that met a fault too. They are kept as long as the server is. The result is the caller's own.
func (s *Server) Requests() []Request { return s.journal.all() }

// Streams returns how many streams of events are open. What happens from then on reaches them. A client cannot tell by
// itself: the headers of a stream come with its first event, or with its first sign of life.
func (s *Server) Streams() int { return s.hub.open() }

// Inject makes the next calls meet a fault; [Fault] says which and how. Faults wait in a queue: a call meets the first
// one that is meant for its operation, and only that one.
//
// It panics when f has an operation that does not exist, a negative Times or Delay, or a Status that is neither 0 nor 200
// to 999.
func (s *Server) Inject(f Fault) {
	if problem := s.check(f); problem != "" {
		panic("losanttest: Inject: " + problem)
	}
	s.journal.inject(f)
}
