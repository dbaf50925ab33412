// Package interop_test tries this code against code of Losant's own: its official JavaScript client, the framework that
// its API runs on, and its JSON schemas.
package interop_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/interop/internal/seed"
	"github.com/losant-go/losant/losanttest"
)

// world is an application on some server, and what it takes to call it.
type world struct {
	URL string `json:"url"`
	seed.Application
	Tokens map[string]string `json:"tokens"`
}

// newWorlds returns n applications on losanttest, and the same n on Losant's framework.
func newWorlds(t *testing.T, n int) (ours, theirs []world) {
	t.Helper()
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	apps := make([]seed.Application, n)
	for i := range apps {
		apps[i] = seed.Add(server)
	}
	url, theirTokens := startFramework(t, apps)
	ourTokens := seed.Tokens(server.Token, server.ExpiredToken)
	for _, app := range apps {
		ours = append(ours, world{server.URL, app, ourTokens})
		theirs = append(theirs, world{url, app, theirTokens})
	}
	return ours, theirs
}

// startFramework runs Losant's framework until the test ends.
func startFramework(t *testing.T, apps []seed.Application) (url string, tokens map[string]string) {
	t.Helper()
	const secret, issuer = "a secret that only these tests know", "api.losant.com"
	signer := func(expires time.Time) func(...losant.Scope) string {
		return func(scopes ...losant.Scope) string {
			claims := jwt.MapClaims{"iss": issuer, "scope": scopes, "exp": expires.Unix()}
			token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(secret))
			require.NoError(t, err)
			return token
		}
	}
	p := startNode(t, "framework.js", "JWT_SECRET="+secret, "JWT_ALGO=HS256", "JWT_ISSUER="+issuer)
	p.write(t, apps)
	var ready struct{ URL string }
	p.read(t, &ready)
	return ready.URL, seed.Tokens(signer(time.Now().Add(time.Hour)), signer(time.Now().Add(-time.Hour)))
}

// process is a program that talks in lines of JSON.
type process struct {
	in  io.WriteCloser
	out *json.Decoder
}

func startNode(t *testing.T, script string, env ...string) *process {
	t.Helper()
	if _, err := os.Stat("node_modules"); err != nil {
		t.Fatal("interop/node_modules is missing: run make interop")
	}
	return start(t, env, "node", script)
}

// start runs a program that ends when its stdin does, which is when the test ends.
func start(t *testing.T, env []string, name string, args ...string) *process {
	t.Helper()
	ctx, kill := context.WithCancel(context.WithoutCancel(t.Context()))
	command := exec.CommandContext(ctx, name, args...) //nolint:gosec // only programs of this directory
	command.Env = append(os.Environ(), env...)
	command.Stderr = t.Output()
	in, err := command.StdinPipe()
	require.NoError(t, err)
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		defer kill()
		defer time.AfterFunc(10*time.Second, kill).Stop() // for one that does not end by itself
		assert.NoError(t, in.Close())
		assert.NoError(t, command.Wait())
	})
	return &process{in, json.NewDecoder(out)}
}

func (p *process) write(t *testing.T, line any) {
	t.Helper()
	require.NoError(t, json.NewEncoder(p.in).Encode(line))
}

func (p *process) read(t *testing.T, line any) {
	t.Helper()
	require.NoError(t, p.out.Decode(line))
}

// outcome is what came of a call, in the same form whoever made it and whichever server answered.
type outcome struct {
	Status        int
	Type, Message string
	Body          any // of a success
}

// succeeded is the outcome of a call with status 200, without what two servers cannot have in common.
func (w world) succeeded(t *testing.T, body []byte) outcome {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal(bytes.ReplaceAll(body, []byte(w.ID), []byte("APPLICATION")), &value), "%s", body)
	if entity, ok := value.(map[string]any); ok {
		for _, date := range []string{"lastUpdated", "passwordLastUpdated"} {
			if text, ok := entity[date].(string); ok && text != seed.Date.Format("2006-01-02T15:04:05.000Z") {
				entity[date] = "later"
			}
		}
		actions, _ := entity["_actions"].(map[string]any)
		for _, action := range actions {
			// The framework means to list the parameters of an action, and lists their numbers.
			delete(action.(map[string]any), "params")
		}
	}
	return outcome{Status: http.StatusOK, Body: value}
}
