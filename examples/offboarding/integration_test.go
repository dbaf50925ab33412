package main

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/examples/internal/demo"
	"github.com/losant-go/losant/losanttest"
)

// system is the whole service, as main builds it, on a Losant API of its own.
type system struct {
	http.Handler
	losant        *losanttest.Server
	applicationID string
	log           *lockedBuffer
}

// newSystem starts a system. The token holds what the documentation of the service says that it needs; change may
// change the configuration.
func newSystem(t *testing.T, change func(*config, *losanttest.Server)) system {
	t.Helper()
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	s := system{losant: server, applicationID: demo.Seed(server), log: &lockedBuffer{}}
	c := config{
		concurrency: 4, timeout: time.Minute,
		token: server.Token(losant.ScopeExperienceUserPatch, losant.ScopeExperienceUserDelete),
		url:   server.URL, applicationID: s.applicationID,
	}
	if change != nil {
		change(&c, server)
	}
	var err error
	s.Handler, err = c.newHandler(slog.New(slog.NewTextHandler(s.log, nil)))
	require.NoError(t, err)
	return s
}

func (s system) exists(id string) bool {
	_, exists := s.losant.User(s.applicationID, id)
	return exists
}

// operations are the operations that the Losant API was asked for, in order.
func (s system) operations() (names []string) {
	for _, request := range s.losant.Requests() {
		names = append(names, strings.TrimPrefix(request.Operation, "experienceUser."))
	}
	return names
}

// lockedBuffer is a bytes.Buffer that many goroutines may write to.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestPersonIsOffboarded(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	before := time.Now()
	answer := ask(t, s, "DELETE", "/people/"+demo.AdaID, "")

	assert.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.False(t, s.exists(demo.AdaID))
	assert.True(t, s.exists(demo.GraceID))
	operators, _ := s.losant.Group(s.applicationID, demo.OperatorsID)
	assert.Equal(t, []string{demo.GraceID}, operators.ExperienceUserIDs)

	assert.Equal(t, []string{"patch", "delete"}, s.operations())
	patch := s.losant.Requests()[0]
	var sent struct {
		TokenCutoff        time.Time
		ExperienceGroupIDs []string `json:"experienceGroupIds"`
	}
	decodeJSON(t, patch.Body, &sent)
	assert.WithinRange(t, sent.TokenCutoff, before, time.Now())
	assert.Equal(t, []string{}, sent.ExperienceGroupIDs, "sent, and empty")
	assert.True(t, strings.HasPrefix(patch.Header.Get("User-Agent"), "offboarding/"))
}

func TestPersonWhoIsNotThere(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	require.Equal(t, http.StatusOK, ask(t, s, "DELETE", "/people/"+demo.AdaID, "").Code)

	again := ask(t, s, "DELETE", "/people/"+demo.AdaID, "")
	assert.Equal(t, http.StatusNotFound, again.Code)
	assert.JSONEq(t, `{"id": "`+demo.AdaID+`", "status": 404, "error": "there is no such person"}`, again.Body.String())
}

func TestIDsOfNobody(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	for _, path := range []string{"..%2f..", "a%2Fb", strings.Repeat("a", 101)} {
		answer := ask(t, s, "DELETE", "/people/"+path, "")
		assert.Equal(t, http.StatusBadRequest, answer.Code)
		assert.Contains(t, answer.Body.String(), "the id must be 1 to 100 characters")
	}
	assert.Empty(t, s.losant.Requests())

	answer := ask(t, s, "DELETE", "/people/ada", "") // the SDK lets it through, Losant does not
	assert.Equal(t, http.StatusBadRequest, answer.Code)
	assert.Contains(t, answer.Body.String(), "experienceUserId pattern mismatch")
}

// Losant is busy for a moment: the SDK tries again, and the service's callers do not notice.
func TestBusyForAMoment(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	s.losant.Inject(losanttest.Fault{Operation: "experienceUser.patch", Status: http.StatusServiceUnavailable})
	answer := ask(t, s, "DELETE", "/people/"+demo.AdaID, "")

	assert.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.False(t, s.exists(demo.AdaID))
	assert.Equal(t, []string{"patch", "patch", "delete"}, s.operations())

	assert.Contains(t, s.log.String(), "losant.operation=experienceUser.patch", "operators see it in the log")
	assert.Contains(t, s.log.String(), "losant.status=503")
	metrics := ask(t, s, "GET", "/metrics", "").Body.String()
	assert.Contains(t, metrics, `losant_request_duration_seconds_count{method="PATCH",status="200"} 1`)
	assert.Contains(t, metrics, `losant_request_duration_seconds_count{method="PATCH",status="503"} 1`)
	assert.Contains(t, metrics, `losant_request_duration_seconds_count{method="DELETE",status="200"} 1`)
}

// The user is deleted, but the answer is lost. The SDK asks again and takes the 404 for what it is.
func TestLostAnswerOfTheDelete(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	s.losant.Inject(losanttest.Fault{Operation: "experienceUser.delete", Truncate: true, AfterApplying: true})
	answer := ask(t, s, "DELETE", "/people/"+demo.AdaID, "")

	assert.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.False(t, s.exists(demo.AdaID))
	assert.Equal(t, []string{"patch", "delete", "delete"}, s.operations())
}

// The SDK does not repeat a Patch that may have been applied. The service's caller does, and all is well.
func TestLostAnswerOfThePatch(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	s.losant.Inject(losanttest.Fault{Operation: "experienceUser.patch", Truncate: true, AfterApplying: true})

	answer := ask(t, s, "DELETE", "/people/"+demo.AdaID, "")
	assert.Equal(t, http.StatusBadGateway, answer.Code)
	assert.Equal(t, []string{"patch"}, s.operations())
	ada, _ := s.losant.User(s.applicationID, demo.AdaID)
	assert.False(t, ada.TokenCutoff.IsZero(), "access has ended")

	assert.Equal(t, http.StatusOK, ask(t, s, "DELETE", "/people/"+demo.AdaID, "").Code)
	assert.False(t, s.exists(demo.AdaID))
}

func TestOneOfManyFails(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	ids := []string{demo.AdaID, demo.GraceID}
	for range 20 {
		ids = append(ids, s.losant.AddUser(s.applicationID, losant.ExperienceUser{}).ID)
	}
	// It meets one of them. Which, is a matter of luck.
	s.losant.Inject(losanttest.Fault{Operation: "experienceUser.delete", Status: http.StatusConflict})
	answer := ask(t, s, "POST", "/off-boardings", `{"ids": ["`+strings.Join(ids, `", "`)+`"]}`)

	assert.Equal(t, http.StatusMultiStatus, answer.Code)
	var body struct{ People []outcome }
	decodeJSON(t, answer.Body.Bytes(), &body)
	require.Len(t, body.People, len(ids))
	failed := 0
	for i, person := range body.People {
		assert.Equal(t, ids[i], person.ID)
		assert.Equal(t, person.Status != http.StatusOK, s.exists(person.ID))
		if person.Status != http.StatusOK {
			assert.Equal(t, http.StatusBadGateway, person.Status)
			failed++
		}
	}
	assert.Equal(t, 1, failed, "the others are off-boarded")
}

func TestTokenThatMayNotDelete(t *testing.T) {
	t.Parallel()
	var token string
	s := newSystem(t, func(c *config, server *losanttest.Server) {
		token = server.Token(losant.ScopeExperienceUserPatch)
		c.token = token
	})
	answer := ask(t, s, "DELETE", "/people/"+demo.AdaID, "")

	assert.Equal(t, http.StatusBadGateway, answer.Code)
	assert.Contains(t, answer.Body.String(), "Losant refuses this service")
	assert.NotContains(t, answer.Body.String(), "scope", "callers cannot do anything about it")
	assert.Contains(t, s.log.String(), "level=ERROR")
	assert.Contains(t, s.log.String(), "the token holds experienceUser.patch", "operators can")
	assert.NotContains(t, s.log.String(), token)
}

func TestWrongApplication(t *testing.T) {
	t.Parallel()
	s := newSystem(t, func(c *config, _ *losanttest.Server) { c.applicationID = applicationID })
	answer := ask(t, s, "DELETE", "/people/"+demo.AdaID, "")

	assert.Equal(t, http.StatusBadGateway, answer.Code, "not 404, which callers take for gone")
	assert.Contains(t, s.log.String(), "Application was not found")
}

func TestTooManyRequests(t *testing.T) {
	t.Parallel()
	s := newSystem(t, nil)
	s.losant.Inject(losanttest.Fault{
		Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"90"}}, // longer than the SDK waits
	})
	answer := ask(t, s, "DELETE", "/people/"+demo.AdaID, "")

	assert.Equal(t, http.StatusServiceUnavailable, answer.Code)
	assert.Equal(t, "90", answer.Header().Get("Retry-After"))
}

func TestLosantIsSlow(t *testing.T) {
	t.Parallel()
	s := newSystem(t, func(c *config, _ *losanttest.Server) { c.timeout = 50 * time.Millisecond })
	s.losant.Inject(losanttest.Fault{Delay: time.Hour})
	answer := ask(t, s, "DELETE", "/people/"+demo.AdaID, "")

	assert.Equal(t, http.StatusGatewayTimeout, answer.Code)
	assert.True(t, s.exists(demo.AdaID))
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
	good := config{concurrency: 1, timeout: time.Minute, token: "a.token", applicationID: applicationID}
	for name, test := range map[string]struct {
		change func(*config)
		text   string
	}{
		"no application":  {func(c *config) { c.applicationID = "" }, "LOSANT_APPLICATION_ID"},
		"bad application": {func(c *config) { c.applicationID += "0" }, "LOSANT_APPLICATION_ID"},
		"no token":        {func(c *config) { c.token = "" }, "token must not be empty"},
		"bad URL":         {func(c *config) { c.url = "http://api.losant.com" }, "WithBaseURL must be https"},
		"no concurrency":  {func(c *config) { c.concurrency = 0 }, "-concurrency"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := good
			test.change(&c)
			_, err := c.newHandler(slog.New(slog.DiscardHandler))
			assert.ErrorContains(t, err, test.text)
		})
	}
	_, err := good.newHandler(slog.New(slog.DiscardHandler))
	assert.NoError(t, err)
}
