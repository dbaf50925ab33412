package main

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/examples/internal/demo"
	"github.com/losant-go/losant/examples/internal/programtest"
)

func TestMain(m *testing.M) { programtest.Main(m, main) }

// running is the program as a process that has said that it serves.
type running struct {
	contents

	command *exec.Cmd
	stdout  *bufio.Reader
}

func start(t *testing.T, args ...string) running {
	t.Helper()
	r := running{command: programtest.Command(t, nil, append([]string{"-addr", "127.0.0.1:0"}, args...)...)}
	stdout, err := r.command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, r.command.Start())
	r.stdout = bufio.NewReader(stdout)
	line, err := r.stdout.ReadBytes('\n')
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(line, &r.contents))
	return r
}

func (r running) client(t *testing.T, token string) *losant.Client {
	t.Helper()
	client, err := losant.NewClient(r.Tokens[token], losant.WithBaseURL(r.URL))
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// write writes a seed file.
func write(t *testing.T, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "seed.json")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestDemo(t *testing.T) {
	t.Parallel()
	server := start(t)

	application := server.Applications["demo"]
	assert.Equal(t, []user{{demo.AdaID, "ada@example.com"}, {demo.GraceID, "grace@example.com"}}, application.Users)
	assert.Equal(t, []group{{demo.OperatorsID, "Operators"}, {demo.NightsID, "Nights"}}, application.Groups)

	ctx := t.Context()
	_, err := server.client(t, "expired").ExperienceUser.Get(ctx, application.ID, demo.AdaID)
	require.ErrorIs(t, err, losant.ErrUnauthorized)
	_, err = server.client(t, "read").ExperienceUser.Get(ctx, application.ID, demo.AdaID)
	require.NoError(t, err)
	_, err = server.client(t, "read").ExperienceUser.Delete(ctx, application.ID, demo.AdaID)
	require.ErrorIs(t, err, losant.ErrForbidden)
	client := server.client(t, "all")
	_, err = client.ExperienceUser.Delete(ctx, application.ID, demo.AdaID)
	require.NoError(t, err)
	_, err = client.ExperienceUser.Get(ctx, application.ID, demo.AdaID)
	require.ErrorIs(t, err, losant.ErrNotFound)
	nights, err := client.ExperienceGroup.Get(ctx, application.ID, demo.NightsID)
	require.NoError(t, err)
	assert.Equal(t, demo.OperatorsID, nights.ParentID)
}

func TestSeedFile(t *testing.T) {
	t.Parallel()
	server := start(t, "-seed", write(t, `{
		"applications": {
			"plant": {
				"users": [{"id": "58b9d782cbfafe1be675744d", "email": "ada@example.com", "userTags": {"a": "1"}}, {}],
				"groups": [
					{"id": "58b9d794cbfafe1be675744f", "name": "Operators",
						"experienceUserIds": ["58b9d782cbfafe1be675744d"]},
					{"parentId": "58b9d794cbfafe1be675744f"}
				]
			},
			"office": {}
		},
		"tokens": {"deleter": ["experienceUser.delete"]}
	}`))

	require.Len(t, server.Applications, 2)
	assert.NotEmpty(t, server.Applications["office"].ID)
	plant := server.Applications["plant"]
	require.Len(t, plant.Users, 2)
	require.Len(t, plant.Groups, 2)
	assert.NotEmpty(t, plant.Users[1].Email, "made up")
	ctx := t.Context()
	ada, err := server.client(t, "read").ExperienceUser.Get(ctx, plant.ID, demo.AdaID)
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"a": "1"}, ada.UserTags)
	assert.Equal(t, "Operators", ada.ExperienceGroups[0].Name)
	child, err := server.client(t, "read").ExperienceGroup.Get(ctx, plant.ID, plant.Groups[1].ID)
	require.NoError(t, err)
	assert.Equal(t, []string{demo.OperatorsID}, child.AncestorIDs)

	_, err = server.client(t, "deleter").ExperienceUser.Get(ctx, plant.ID, demo.AdaID)
	require.ErrorIs(t, err, losant.ErrForbidden)
	_, err = server.client(t, "deleter").ExperienceUser.Delete(ctx, plant.ID, demo.AdaID)
	assert.NoError(t, err)
}

// Requests arrive as they were sent, odd ones too.
func TestOddRequests(t *testing.T) {
	t.Parallel()
	server := start(t)
	base := "/applications/" + server.Applications["demo"].ID + "/experience"
	for _, test := range []struct {
		method, path string
		status       int
		text         string
	}{
		{"GET", base + "/users/" + demo.AdaID + "?access_token=" + server.Tokens["read"], 200, "Ada"},
		{"GET", base + "/users/" + demo.AdaID + "?access_token=a;b", 401, "Invalid access token"},
		{"GET", base + "/users/..", 400, "experienceUserId pattern mismatch"},
		{"GET", base + "/users/%2e%2e", 400, "experienceUserId pattern mismatch"},
		{"GET", base + "/users/a%2Fb", 400, "experienceUserId pattern mismatch"},
		{"PUT", base + "/users/" + demo.AdaID, 405, "PUT is not allowed"},
	} {
		request, err := http.NewRequestWithContext(t.Context(), test.method, server.URL+test.path, http.NoBody)
		require.NoError(t, err)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		body, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		assert.Equal(t, test.status, response.StatusCode, test.path)
		assert.Contains(t, string(body), test.text, test.path)
	}
}

func TestSignals(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(signal.String(), func(t *testing.T) {
			t.Parallel()
			server := start(t)
			require.NoError(t, server.command.Process.Signal(signal))
			rest, err := io.ReadAll(server.stdout)
			require.NoError(t, err)
			assert.Empty(t, rest, "one line is all there is")
			assert.NoError(t, server.command.Wait(), "exit status 0")
		})
	}
}

func TestCannotStart(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	taken, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { _ = taken.Close() })
	for name, test := range map[string]struct {
		args []string
		text string
	}{
		"unknown flag":   {[]string{"-force"}, "-force"},
		"stray argument": {[]string{"demo"}, `"demo" is neither`},
		"address taken":  {[]string{"-addr", taken.Addr().String()}, "address already in use"},
		"no such file":   {[]string{"-seed", "nowhere.json"}, "-seed nowhere.json: open"},
		"not JSON":       {[]string{"-seed", write(t, `{`)}, "unexpected EOF"},
		"two values":     {[]string{"-seed", write(t, `{} {}`)}, "more than one JSON value"},
		"unknown property": {
			[]string{"-seed", write(t, `{"applications": {"a": {"users": [{"name": "Ada"}]}}}`)},
			`unknown field "name"`,
		},
		"against the rules": {
			[]string{"-seed", write(t, `{"applications": {"a": {"users": [{"email": "ada"}]}}}`)},
			"experienceUser.email must be email format",
		},
		"token without scopes": {
			[]string{"-seed", write(t, `{"tokens": {"none": []}}`)},
			`the token "none" has no scopes`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			result := programtest.Run(t, nil, nil, append([]string{"-addr", "127.0.0.1:0"}, test.args...)...)
			assert.Equal(t, 1, result.Status)
			assert.Empty(t, result.Stdout)
			assert.Contains(t, result.Stderr, test.text)
		})
	}
	assert.Zero(t, programtest.Run(t, nil, nil, "-h").Status)
}

func TestURL(t *testing.T) {
	t.Parallel()
	for address, url := range map[string]string{
		"0.0.0.0:80":   "http://127.0.0.1:80",
		"[::]:80":      "http://127.0.0.1:80",
		"127.0.0.2:80": "http://127.0.0.2:80",
		"[::1]:80":     "http://[::1]:80",
	} {
		tcp, err := net.ResolveTCPAddr("tcp", address)
		require.NoError(t, err)
		assert.Equal(t, url, urlOf(tcp), strings.Trim(address, "[]"))
	}
}
