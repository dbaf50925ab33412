package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/examples/internal/programtest"
	"github.com/losant-go/losant/losanttest"
)

const (
	applicationID = "58b9d743cbfafe1be6757400"
	adaID         = "58b9d782cbfafe1be675744d" // of the demo, too
	graceID       = "58b9d782cbfafe1be675744e"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // main has its own
	programtest.Main(m, main)
}

// process is the program as its users run it.
type process struct {
	*exec.Cmd

	url string
	log <-chan string // what it has logged, when it has ended
}

// start starts the program on a free port.
func start(t *testing.T, env []string, args ...string) process {
	t.Helper()
	command := programtest.Command(t, env, append(args, "-addr", "127.0.0.1:0")...)
	stderr, err := command.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	lines := bufio.NewReader(stderr)
	first, err := lines.ReadString('\n')
	require.NoError(t, err)
	match := regexp.MustCompile(`msg=listening url=(\S+)`).FindStringSubmatch(first)
	require.NotNil(t, match, first)
	log := make(chan string, 1)
	go func() {
		rest, err := io.ReadAll(lines)
		assert.NoError(t, err)
		log <- string(rest)
	}()
	return process{command, match[1], log}
}

// send sends a request and returns the status of the answer.
func (p process) send(t *testing.T, method, path, body string) (status int) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, p.url+path, strings.NewReader(body))
	require.NoError(t, err)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	return response.StatusCode
}

// stop stops the program as an operator does, and returns what it has logged.
func (p process) stop(t *testing.T) (log string) {
	t.Helper()
	require.NoError(t, p.Process.Signal(syscall.SIGTERM))
	log = <-p.log
	require.NoError(t, p.Wait(), "exit status 0")
	return log
}

func TestProgram(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "-demo")
	assert.Equal(t, http.StatusOK, p.send(t, "GET", "/healthz", ""))
	assert.Equal(t, http.StatusOK, p.send(t, "DELETE", "/people/"+adaID, ""))
	assert.Equal(t, http.StatusNotFound, p.send(t, "DELETE", "/people/"+adaID, ""))
	assert.Equal(t, http.StatusOK, p.send(t, "POST", "/off-boardings", `{"ids": ["`+graceID+`"]}`))
	assert.Equal(t, http.StatusOK, p.send(t, "GET", "/metrics", ""))
	assert.Equal(t, http.StatusMethodNotAllowed, p.send(t, "GET", "/people/"+adaID, ""))

	log := p.stop(t)
	assert.Contains(t, log, "level=INFO msg=off-boarding id="+adaID+" status=200 ")
	assert.Contains(t, log, "level=WARN msg=off-boarding id="+adaID+" status=404 ")
	assert.Contains(t, log, "losant.operation=experienceUser.patch", "each attempt of the SDK")
	assert.Contains(t, log, "msg=stopped\n")
}

func TestLongIDsAndTheLog(t *testing.T) {
	t.Parallel()
	p := start(t, nil, "-demo")
	long := func(id string, length int) string { return `{"ids": ["` + strings.Repeat(id, length) + `"]}` }
	assert.Equal(t, http.StatusBadRequest, p.send(t, "DELETE", "/people/"+strings.Repeat("a", 15_000), ""))
	assert.Equal(t, http.StatusRequestHeaderFieldsTooLarge,
		p.send(t, "DELETE", "/people/"+strings.Repeat("a", 900_000), ""))
	assert.Equal(t, http.StatusMultiStatus, p.send(t, "POST", "/off-boardings", long("ä", 30_000)))
	assert.Equal(t, http.StatusMultiStatus, p.send(t, "POST", "/off-boardings", long(`\n`, 30_000)))

	log := p.stop(t)
	assert.Contains(t, log, "msg=off-boarding id="+strings.Repeat("a", 100)+" status=400 ")
	for line := range strings.Lines(log) {
		assert.Less(t, len(line), 1000, line)
	}
}

// What only operators can mend, only operators are told.
func TestTokenThatMayNotDelete(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	token := a.Token(losant.ScopeExperienceUserPatch)
	p := start(t, []string{
		"LOSANT_API_URL=" + a.URL, "LOSANT_API_TOKEN=" + token, "LOSANT_APPLICATION_ID=" + a.applicationID,
	})
	assert.Equal(t, http.StatusBadGateway, p.send(t, "DELETE", "/people/"+adaID, ""))

	log := p.stop(t)
	assert.Contains(t, log, "level=ERROR msg=off-boarding id="+adaID+" status=502 ")
	assert.Contains(t, log, "the token holds experienceUser.patch")
	assert.NotContains(t, log, token)
}

func TestSecondSignalWaitsForNobody(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.Inject(losanttest.Fault{Delay: time.Hour})
	p := start(t, []string{
		"LOSANT_API_URL=" + a.URL, "LOSANT_API_TOKEN=" + a.Token(), "LOSANT_APPLICATION_ID=" + a.applicationID,
	}, "-grace", "1h")
	request, err := http.NewRequestWithContext(t.Context(), http.MethodDelete, p.url+"/people/"+adaID, http.NoBody)
	require.NoError(t, err)
	go func() {
		if response, err := http.DefaultClient.Do(request); err == nil {
			_ = response.Body.Close()
		}
	}()
	require.Eventually(t, func() bool { return len(a.Requests()) > 0 }, time.Minute, time.Millisecond)
	ended := func() bool {
		_ = p.Process.Signal(syscall.SIGTERM)
		return len(p.log) > 0
	}
	require.Eventually(t, ended, time.Minute, 10*time.Millisecond)
	assert.Error(t, p.Wait(), "it was killed")
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	good := []string{"LOSANT_API_TOKEN=a.token", "LOSANT_APPLICATION_ID=" + applicationID}
	for name, test := range map[string]struct {
		args, env []string
		status    int
		text      string
	}{
		"nothing":          {env: good, status: 1, text: "nowhere"},
		"nothing, demo":    {args: []string{"-demo"}, status: 1, text: "nowhere"},
		"nothing, most":    {args: []string{"-concurrency", "256", "-grace", "0"}, env: good, status: 1, text: "nowhere"},
		"help":             {args: []string{"-h"}, status: 0, text: "-demo"},
		"unknown flag":     {args: []string{"-force"}, env: good, status: 2, text: "-force"},
		"argument":         {args: []string{"-demo", "all"}, status: 2, text: "all"},
		"hidden -demo":     {args: []string{"all", "-demo"}, env: good, status: 2, text: "all"},
		"-demo behind --":  {args: []string{"--", "-demo"}, env: good, status: 2, text: "-demo"},
		"no timeout":       {args: []string{"-timeout", "0"}, env: good, status: 2, text: "-timeout"},
		"negative timeout": {args: []string{"-timeout", "-1s"}, env: good, status: 2, text: "-timeout"},
		"negative grace":   {args: []string{"-grace", "-5s"}, env: good, status: 2, text: "-grace"},
		"no concurrency":   {args: []string{"-concurrency", "0"}, env: good, status: 2, text: "-concurrency"},
		"too concurrent":   {args: []string{"-concurrency", "257"}, env: good, status: 2, text: "-concurrency"},
		"no configuration": {status: 2, text: "LOSANT_APPLICATION_ID"},
		"no application":   {env: good[:1], status: 2, text: "LOSANT_APPLICATION_ID"},
		"long application": {env: []string{good[0], good[1] + "00"}, status: 2, text: "LOSANT_APPLICATION_ID"},
		"odd application":  {env: []string{good[0], good[1] + "0"}, status: 2, text: "LOSANT_APPLICATION_ID"},
		"no token":         {env: good[1:], status: 2, text: "token must not be empty"},
		"bad URL":          {env: append(good, "LOSANT_API_URL=http://a.test"), status: 2, text: "WithBaseURL must be https"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Where it cannot listen, it does not hang when it finds nothing wrong.
			result := programtest.Run(t, nil, test.env, append([]string{"-addr", "nowhere"}, test.args...)...)
			assert.Equal(t, test.status, result.Status)
			assert.Contains(t, result.Stderr, test.text)
			assert.NotContains(t, result.Stderr, "msg=listening")
		})
	}
}

// api is a Losant API with an application of two people, who are in one group.
type api struct {
	*losanttest.Server

	applicationID, groupID string
}

func newAPI(t *testing.T) api {
	t.Helper()
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	a := api{Server: server, applicationID: server.AddApplication()}
	server.AddUser(a.applicationID, losant.ExperienceUser{ID: adaID})
	server.AddUser(a.applicationID, losant.ExperienceUser{ID: graceID})
	a.groupID = server.AddGroup(a.applicationID, losant.ExperienceGroup{
		ExperienceUserIDs: []string{adaID, graceID},
	}).ID
	return a
}

// service is the service, with the scopes that its documentation says it needs.
func (a api) service(t *testing.T) http.Handler {
	t.Helper()
	token := a.Token(losant.ScopeExperienceUserPatch, losant.ScopeExperienceUserDelete)
	s, err := newService(a.URL, token, a.applicationID, time.Minute, 4)
	require.NoError(t, err)
	return s.handler()
}

func (a api) exists(id string) bool {
	_, exists := a.User(a.applicationID, id)
	return exists
}

// operations are the operations that were called, in order.
func (a api) operations() (names []string) {
	for _, request := range a.Requests() {
		names = append(names, strings.TrimPrefix(request.Operation, "experienceUser."))
	}
	return names
}

// ask sends a request to a handler.
func ask(t *testing.T, handler http.Handler, method, path, body string) *httptest.ResponseRecorder {
	t.Helper()
	return askWith(t, handler, method, path, body, "Content-Type", "application/json; charset=utf-8")
}

// askWith is ask with another header.
func askWith(
	t *testing.T, handler http.Handler, method, path, body, header, value string,
) *httptest.ResponseRecorder {
	t.Helper()
	answer := httptest.NewRecorder()
	request := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	request.Header.Set(header, value)
	handler.ServeHTTP(answer, request)
	return answer
}

func TestOnePerson(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	before := time.Now()
	answer := ask(t, a.service(t), "DELETE", "/people/"+adaID, "")

	assert.Equal(t, http.StatusOK, answer.Code)
	assert.Equal(t, "application/json", answer.Header().Get("Content-Type"))
	assert.JSONEq(t, `{"id": "`+adaID+`", "status": 200}`, answer.Body.String())
	assert.False(t, a.exists(adaID))
	assert.True(t, a.exists(graceID))
	group, _ := a.Group(a.applicationID, a.groupID)
	assert.Equal(t, []string{graceID}, group.ExperienceUserIDs)

	require.Equal(t, []string{"patch", "delete"}, a.operations(), "access ends first")
	patch := a.Requests()[0]
	var sent struct {
		TokenCutoff        time.Time `json:"tokenCutoff"`
		ExperienceGroupIDs []string  `json:"experienceGroupIds"`
	}
	require.NoError(t, json.Unmarshal(patch.Body, &sent))
	assert.WithinRange(t, sent.TokenCutoff, before, time.Now())
	assert.Equal(t, []string{}, sent.ExperienceGroupIDs, "sent, and empty")
	assert.True(t, strings.HasPrefix(patch.Header.Get("User-Agent"), "offboarding/"))
}

func TestManyPeople(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	answer := ask(t, a.service(t), "POST", "/off-boardings",
		` {"ids" : ["`+graceID+`", "`+adaID+`",`+"\n"+` "`+graceID+`"]} `)

	assert.Equal(t, http.StatusOK, answer.Code, answer.Body)
	assert.JSONEq(t, `{"people": [{"id": "`+adaID+`", "status": 200}, {"id": "`+graceID+`", "status": 200}]}`,
		answer.Body.String(), "sorted, each once")
	assert.False(t, a.exists(adaID))
	assert.False(t, a.exists(graceID))
}

func TestOneOfManyFails(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	ids := []string{adaID, graceID}
	for range 20 {
		ids = append(ids, a.AddUser(a.applicationID, losant.ExperienceUser{}).ID)
	}
	a.Inject(losanttest.Fault{Operation: "experienceUser.delete", Status: http.StatusConflict}) // one of them meets it
	answer := ask(t, a.service(t), "POST", "/off-boardings", `{"ids": ["`+strings.Join(ids, `", "`)+`"]}`)

	assert.Equal(t, http.StatusMultiStatus, answer.Code)
	var body struct {
		People []outcome `json:"people"`
	}
	require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &body))
	require.Len(t, body.People, len(ids))
	failed := 0
	for _, person := range body.People {
		assert.Contains(t, ids, person.ID)
		assert.Equal(t, person.Status != http.StatusOK, a.exists(person.ID))
		if person.Status != http.StatusOK {
			assert.Equal(t, http.StatusBadGateway, person.Status)
			failed++
		}
	}
	assert.Equal(t, 1, failed, "the others are off-boarded")
}

// listOf is a body with n different ids.
func listOf(n int) string {
	var ids []string
	for i := range n {
		ids = append(ids, fmt.Sprintf(`"%024d"`, i))
	}
	return `{"ids": [` + strings.Join(ids, ",") + `]}`
}

func TestRefusedRequests(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	service := a.service(t)
	ada := `{"ids": ["` + adaID + `"]}`
	for name, test := range map[string]struct {
		header, value, body string
		status              int
		text                string
	}{
		"no body":           {body: "", status: 400, text: "JSON input"},
		"not JSON":          {body: "ada", status: 400, text: "invalid character"},
		"half of one":       {body: ada[:10], status: 400, text: "JSON input"},
		"null":              {body: "null", status: 400, text: "nothing else"},
		"none":              {body: listOf(0), status: 400, text: "1 to 1000 ids"},
		"too many":          {body: listOf(maxBatch + 1), status: 400, text: "1 to 1000 ids"},
		"array":             {body: `["` + adaID + `"]`, status: 400, text: "array"},
		"number":            {body: `{"ids": [1]}`, status: 400, text: "number"},
		"null among them":   {body: `{"ids": ["` + adaID + `", null]}`, status: 400, text: "nothing else"},
		"second value":      {body: ada + `{"ids": ["` + graceID + `"]}`, status: 400, text: "after top-level value"},
		"second line":       {body: ada + "\n" + ada, status: 400, text: "after top-level value"},
		"stray bracket":     {body: ada + "]", status: 400, text: "after top-level value"},
		"unknown property":  {body: `{"ids": ["` + adaID + `"], "more": ["a"]}`, status: 400, text: "nothing else"},
		"property twice":    {body: `{"ids": ["a"], "ids": ["` + adaID + `"]}`, status: 400, text: "nothing else"},
		"in other capitals": {body: `{"IDs": ["` + adaID + `"]}`, status: 400, text: "nothing else"},
		"not UTF-8":         {body: `{"ids": ["` + adaID + "\xff" + `"]}`, status: 400, text: "nothing else"},
		"too large":         {body: ada + strings.Repeat(" ", maxBody), status: 413, text: "too large"},
		"too large at once": {body: `{"ids": ["` + strings.Repeat("a", maxBody) + `"]}`, status: 413, text: "too large"},

		"text":         {header: "Content-Type", value: "text/plain", body: ada, status: 415, text: "application/json"},
		"form of curl": {header: "Content-Type", value: "application/x-www-form-urlencoded", body: ada, status: 415},
		"no type":      {header: "Content-Type", value: "", body: ada, status: 415, text: "application/json"},
		"other site":   {header: "Sec-Fetch-Site", value: "cross-site", body: ada, status: 403},
		"other origin": {header: "Origin", value: "https://elsewhere.example", body: ada, status: 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			header, value := test.header, test.value
			if header == "" {
				header, value = "Content-Type", "application/json"
			}
			answer := askWith(t, service, "POST", "/off-boardings", test.body, header, value)
			assert.Equal(t, test.status, answer.Code)
			assert.Contains(t, answer.Body.String(), test.text)
		})
	}
	t.Run("other site that deletes", func(t *testing.T) {
		t.Parallel()
		answer := askWith(t, service, "DELETE", "/people/"+adaID, "", "Sec-Fetch-Site", "cross-site")
		assert.Equal(t, http.StatusForbidden, answer.Code)
	})
	t.Cleanup(func() { assert.Empty(t, a.Requests()) })
}

func TestAsManyPeopleAsPossible(t *testing.T) {
	t.Parallel()
	answer := ask(t, newFake(t, 8, done).handler(), "POST", "/off-boardings", listOf(maxBatch))
	assert.Equal(t, http.StatusOK, answer.Code)
	assert.Equal(t, maxBatch, strings.Count(answer.Body.String(), `"status":200`))
}

// The user is deleted, but the answer is lost. The SDK asks again and takes the 404 for what it is.
func TestLostAnswerOfTheDelete(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	a.Inject(losanttest.Fault{Operation: "experienceUser.delete", Truncate: true, AfterApplying: true})

	assert.Equal(t, http.StatusOK, ask(t, a.service(t), "DELETE", "/people/"+adaID, "").Code)
	assert.False(t, a.exists(adaID))
	assert.Equal(t, []string{"patch", "delete", "delete"}, a.operations())
}

// The SDK does not repeat a Patch that may have been applied. The service's caller does, and all is well.
func TestLostAnswerOfThePatch(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	service := a.service(t)
	a.Inject(losanttest.Fault{Operation: "experienceUser.patch", Truncate: true, AfterApplying: true})

	assert.Equal(t, http.StatusBadGateway, ask(t, service, "DELETE", "/people/"+adaID, "").Code)
	assert.Equal(t, []string{"patch"}, a.operations())
	assert.Equal(t, http.StatusOK, ask(t, service, "DELETE", "/people/"+adaID, "").Code)
	assert.False(t, a.exists(adaID))
}

// newFake is the service on a transport instead of a Losant API.
func newFake(t *testing.T, concurrency int, f roundTripper) *service {
	t.Helper()
	client, err := losant.NewClient("a.token", losant.WithHTTPClient(&http.Client{Transport: f}))
	require.NoError(t, err)
	return &service{
		client: client, applicationID: applicationID, timeout: 2 * time.Minute,
		slots: make(chan struct{}, concurrency),
	}
}

// reply is an answer of Losant.
func reply(status int, body string) *http.Response {
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}},
		Body: io.NopCloser(strings.NewReader(body)),
	}
}

// done is a Losant API that does all that it is asked to.
func done(*http.Request) (*http.Response, error) {
	return reply(http.StatusOK, `{"success": true}`), nil
}

func TestFailures(t *testing.T) {
	t.Parallel()
	answers := func(status int, body string) roundTripper {
		return func(*http.Request) (*http.Response, error) { return reply(status, body), nil }
	}
	notFound := answers(404, `{"type": "NotFound"}`)
	for name, test := range map[string]struct {
		id      string
		patched roundTripper // by itself until it is nil
		deleted roundTripper
		want    outcome
		header  string // Retry-After
	}{
		"nothing":   {want: outcome{Status: 200}},
		"bad id":    {id: "ada@example.com", want: outcome{Status: 400, Error: "people are named by their ids"}},
		"long id":   {id: strings.Repeat("a", 101), want: outcome{Status: 400, Error: "people are named by their ids"}},
		"path":      {id: "..%2f..", want: outcome{Status: 400, Error: "people are named by their ids"}},
		"400":       {patched: answers(400, `{"type": "Validation"}`), want: outcome{Status: 400, Error: "people are"}},
		"401":       {patched: answers(401, `{}`), want: outcome{Status: 502, Error: "refuses this service"}},
		"403":       {patched: answers(403, `{}`), want: outcome{Status: 502, Error: "refuses this service"}},
		"404":       {patched: notFound, want: outcome{Status: 404, Error: "no such person"}},
		"429":       {patched: answers(429, `{}`), want: outcome{Status: 503, Error: "Losant is busy"}},
		"500":       {patched: answers(500, `{}`), want: outcome{Status: 502, Error: "Losant fails"}},
		"not JSON":  {patched: answers(200, `<html>`), want: outcome{Status: 502, Error: "Losant fails"}},
		"no answer": {patched: fails(errors.New("broken pipe")), want: outcome{Status: 502, Error: "Losant fails"}},
		"hangs":     {patched: hang, want: outcome{Status: 504, Error: "Losant took too long"}},

		"400 of a gateway": {patched: answers(400, `<html>`), want: outcome{Status: 502, Error: "Losant fails"}},
		"404 of a gateway": {patched: answers(404, `<html>`), want: outcome{Status: 502, Error: "Losant fails"}},
		"429 with a date": {
			patched: func(*http.Request) (*http.Response, error) {
				time.Sleep(300 * time.Millisecond)
				r := reply(429, `{}`)
				r.Header.Set("Retry-After", time.Now().Add(90*time.Second).UTC().Format(http.TimeFormat))
				return r, nil
			},
			want: outcome{Status: 503, Error: "Losant is busy", RetryAfter: 90}, header: "90",
		},

		"patched, 404":              {deleted: notFound, want: outcome{Status: 200}},
		"patched, 404 of a gateway": {deleted: answers(404, `<html>`), want: outcome{Status: 502, Error: "Losant fails"}},
		"patched, 403":              {deleted: answers(403, `{}`), want: outcome{Status: 502, Error: "refuses this"}},
		"patched, 500":              {deleted: answers(500, `{}`), want: outcome{Status: 502, Error: "Losant fails"}},
		"patched, hangs":            {deleted: hang, want: outcome{Status: 504, Error: "Losant took too long"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := newFake(t, 1, func(r *http.Request) (*http.Response, error) {
					switch {
					case r.Method == http.MethodPatch && test.patched != nil:
						return test.patched(r)
					case r.Method == http.MethodDelete && test.patched != nil:
						t.Error("deleted while access lasts")
					case r.Method == http.MethodDelete && test.deleted != nil:
						return test.deleted(r)
					}
					return done(r)
				})
				if test.id == "" {
					test.id = adaID
				}
				answer := ask(t, s.handler(), "DELETE", "/people/"+test.id, "")

				var got outcome
				require.NoError(t, json.Unmarshal(answer.Body.Bytes(), &got))
				assert.Equal(t, test.want.Status, answer.Code)
				assert.Equal(t, test.want.Status, got.Status)
				assert.Contains(t, got.Error, test.want.Error)
				assert.Equal(t, test.want.Error == "", got.Error == "", got.Error)
				assert.Equal(t, test.want.RetryAfter, got.RetryAfter)
				assert.Equal(t, test.header, answer.Header().Get("Retry-After"))
			})
		})
	}
}

func fails(err error) roundTripper {
	return func(*http.Request) (*http.Response, error) { return nil, err }
}

func hang(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// The bound holds for all requests together.
func TestConcurrencyIsBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const bound = 3
		var running, most atomic.Int64
		s := newFake(t, bound, func(r *http.Request) (*http.Response, error) {
			most.Store(max(most.Load(), running.Add(1)))
			defer running.Add(-1)
			time.Sleep(time.Second)
			return done(r)
		})
		began := time.Now()
		var all sync.WaitGroup
		for range 2 {
			all.Go(func() { s.offboard(t.Context(), "a", "b", "c", "d", "e", "f") })
		}
		all.Wait()
		assert.EqualValues(t, bound, most.Load())
		assert.Equal(t, 8*time.Second, time.Since(began), "12 people, 3 at once, 2 calls each")
	})
}

// Whoever waits for a slot waits no longer than a request may take.
func TestNoSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newFake(t, 1, nil) // a call would panic
		s.slots <- struct{}{}
		began := time.Now()
		for _, person := range s.offboard(t.Context(), adaID, graceID) {
			assert.Equal(t, http.StatusGatewayTimeout, person.Status)
		}
		assert.Equal(t, s.timeout, time.Since(began))
	})
}

// All connections that -concurrency needs are used again.
func TestConnectionsAreKept(t *testing.T) {
	t.Parallel()
	const people = 64
	var opened atomic.Int64
	var together sync.WaitGroup // nobody is answered until all have asked
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPatch {
			together.Done()
			together.Wait()
		}
		_, _ = io.WriteString(w, `{"success": true}`)
	}))
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			opened.Add(1)
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	s, err := newService(server.URL, "a.token", applicationID, time.Minute, people)
	require.NoError(t, err)
	t.Cleanup(s.client.CloseIdleConnections)
	for range 3 {
		together.Add(people)
		for _, person := range s.offboard(t.Context(), slices.Repeat([]string{adaID}, people)...) {
			assert.Equal(t, http.StatusOK, person.Status)
		}
	}
	assert.Less(t, opened.Load(), int64(2*people), "few more than the first time")
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newFake(t, 1, nil)
		transport := s.counting(roundTripper(func(r *http.Request) (*http.Response, error) {
			time.Sleep(1500 * time.Millisecond)
			if r.Method == http.MethodPatch {
				return nil, errors.New("no answer")
			}
			return done(r)
		}))
		for _, method := range []string{"PATCH", "DELETE", "DELETE"} {
			request, err := http.NewRequestWithContext(t.Context(), method, "http://api.test/", http.NoBody)
			require.NoError(t, err)
			if response, err := transport.RoundTrip(request); err == nil {
				require.NoError(t, response.Body.Close())
			}
		}
		answer := ask(t, s.handler(), "GET", "/metrics", "")
		assert.Equal(t, "text/plain; version=0.0.4", answer.Header().Get("Content-Type"))
		assert.Equal(t, `losant_request_duration_seconds_count{method="DELETE",status="200"} 2
losant_request_duration_seconds_count{method="PATCH",status="0"} 1
losant_request_duration_seconds_sum{method="DELETE",status="200"} 3
losant_request_duration_seconds_sum{method="PATCH",status="0"} 1.5
`, answer.Body.String())
	})
}

// Retries show.
func TestMetricsOfABusyMoment(t *testing.T) {
	t.Parallel()
	a := newAPI(t)
	service := a.service(t)
	a.Inject(losanttest.Fault{Operation: "experienceUser.patch", Status: http.StatusServiceUnavailable})

	assert.Equal(t, http.StatusOK, ask(t, service, "DELETE", "/people/"+adaID, "").Code)
	metrics := ask(t, service, "GET", "/metrics", "").Body.String()
	assert.Contains(t, metrics, `losant_request_duration_seconds_count{method="PATCH",status="503"} 1`)
	assert.Contains(t, metrics, `losant_request_duration_seconds_count{method="PATCH",status="200"} 1`)
}

func TestHealthDoesNotAskLosant(t *testing.T) {
	t.Parallel()
	answer := ask(t, newFake(t, 1, nil).handler(), "GET", "/healthz", "") // a call would panic
	assert.Equal(t, http.StatusOK, answer.Code)
	assert.JSONEq(t, `{"status": 200}`, answer.Body.String())
}

// pipes is a net.Listener whose connections have no buffer: who does not read holds up who writes.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	if conn, open := <-p; open {
		return conn, nil
	}
	return nil, net.ErrClosed
}

func (p pipes) Close() error { close(p); return nil }
func (pipes) Addr() net.Addr { return &net.TCPAddr{} }

// send sends a request over a connection of its own.
func (p pipes) send(t *testing.T, request string) net.Conn {
	t.Helper()
	client, server := net.Pipe()
	t.Cleanup(func() { _ = client.Close() })
	p <- server
	_, err := io.WriteString(client, request)
	require.NoError(t, err)
	return client
}

// Stopping takes as long as the requests that are running, and never longer than grace and a little.
func TestStopping(t *testing.T) {
	t.Parallel()
	const (
		grace  = 20 * time.Second
		host   = " HTTP/1.1\r\nHost: localhost\r\n"
		remove = "DELETE /people/" + adaID + host + "\r\n"
		post   = "POST /off-boardings" + host + "Content-Type: application/json\r\nContent-Length: 99\r\n"
	)
	slow := func(r *http.Request) (*http.Response, error) {
		time.Sleep(7 * time.Second)
		return done(r)
	}
	for name, test := range map[string]struct {
		losant   roundTripper
		requests int
		request  string
		status   int // 0 if the client does not read
		takes    time.Duration
	}{
		"nothing is running":     {takes: 0},
		"a request is running":   {losant: slow, requests: 1, request: remove, status: 200, takes: 14 * time.Second},
		"a request runs on":      {losant: hang, requests: 1, request: remove, status: 503, takes: grace},
		"clients do not read":    {losant: done, requests: 20, request: remove, takes: patience},
		"nor the interruption":   {losant: hang, requests: 20, request: remove, takes: grace + patience},
		"nor the metrics":        {requests: 20, request: "GET /metrics" + host + "\r\n", takes: patience},
		"clients send no head":   {requests: 20, request: post, takes: patience},
		"nor more of their body": {requests: 20, request: post + "\r\n{", takes: 2 * patience},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				handler, listener, stopped := newFake(t, 100, test.losant).handler(), make(pipes), make(chan error, 1)
				go func() { stopped <- serve(ctx, listener, handler, grace) }()
				var clients []net.Conn
				for range test.requests {
					clients = append(clients, listener.send(t, test.request))
				}
				synctest.Wait()
				stop()
				began := time.Now()
				if test.status != 0 {
					response, err := http.ReadResponse(bufio.NewReader(clients[0]), nil)
					require.NoError(t, err)
					assert.Equal(t, test.status, response.StatusCode)
					require.NoError(t, response.Body.Close()) // having read it
				}
				require.NoError(t, <-stopped)
				const little = 2 * time.Second // in which net/http looks again, and lets a client hear that it was refused
				assert.WithinRange(t, time.Now(), began.Add(test.takes), began.Add(test.takes+little))
			})
		})
	}
}

// A proxy in front may keep its connections for a while.
func TestCallersKeepTheirConnections(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		handler, listener, stopped := newFake(t, 1, nil).handler(), make(pipes), make(chan error, 1)
		go func() { stopped <- serve(ctx, listener, handler, time.Second) }()
		const request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
		client := listener.send(t, request)
		answers := bufio.NewReader(client)
		for range 3 {
			response, err := http.ReadResponse(answers, nil)
			require.NoError(t, err)
			require.NoError(t, response.Body.Close())
			time.Sleep(time.Minute)
			_, err = io.WriteString(client, request)
			require.NoError(t, err)
		}
		stop()
		require.NoError(t, client.Close())
		require.NoError(t, <-stopped)
	})
}
