package programtest

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/losant-go/losant/examples/internal/demo"
	"github.com/losant-go/losant/losanttest"
)

// Script is a program that acts on one resource of an application.
type Script struct {
	Name string // that its errors begin with
	ID   string // of the demo's resource that it acts on, unless a flag says otherwise
}

// API is a Losant API with the demo's application.
type API struct {
	*losanttest.Server

	ApplicationID string
	script        *Script
}

// NewAPI starts an API for the script. It ends with the test.
func (s *Script) NewAPI(t *testing.T) API {
	t.Helper()
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	return API{server, demo.Seed(server), s}
}

// Env is the environment that leads to the API.
func (a API) Env(token string) []string {
	return []string{"LOSANT_API_URL=" + a.URL, "LOSANT_API_TOKEN=" + token}
}

// Run runs a command of the script on its resource, with a token that may do everything. Later flags win.
func (a API) Run(t *testing.T, stdin, command string, flags ...string) Result {
	t.Helper()
	return a.RunWith(t, a.Token(), stdin, command, flags...)
}

// RunWith is Run with a token of the caller's choice.
func (a API) RunWith(t *testing.T, token, stdin, command string, flags ...string) Result {
	t.Helper()
	args := append([]string{command, "-application", a.ApplicationID, "-id", a.script.ID}, flags...)
	return Run(t, strings.NewReader(stdin), a.Env(token), args...)
}

// Failed checks that a run failed as scripts do: a status, one line on stderr and nothing on stdout.
func (s *Script) Failed(t *testing.T, result Result, status int, line string) {
	t.Helper()
	assert.Equal(t, status, result.Status)
	assert.Empty(t, result.Stdout)
	assert.Equal(t, s.Name+": "+line+"\n", result.Stderr)
}
