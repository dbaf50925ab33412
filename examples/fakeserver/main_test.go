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
		"unknown list": {
			[]string{"-seed", write(t, `{"applications": {"a": {"visitors": [{"name": "Ada"}]}}}`)},
			"visitors.post: nothing can be added so",
		},
		"no list": {[]string{"-seed", write(t, `{"orgs": {}}`)}, "orgs is no list of documents"},
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

// Lists of any resource can be added, answers of the API among them, and are served to a page in a browser too.
func TestEverySeed(t *testing.T) {
	t.Parallel()
	record := filepath.Join(t.TempDir(), "requests.jsonl")
	server := start(t, "-record", record, "-seed", write(t, `{
		"applications": {"plant": {
			"id": "575ec8687ae143cd83dc4a97", "description": "Pumps", "globals": [{"key": "k", "json": "1"}],
			"users": [{"email": "ada@example.com", "_links": {}, "_actions": {}, "fromTheFuture": 1}],
			"applicationKeys": [{"key": "k", "secret": "s"}],
			"devices": [{"id": "575ecf887ae143cd83dc4aa2", "name": "Pump", "_type": "device", "connectionInfo": {"connected": 1}}],
			"flows": {"items": [{"id": "575ed18f7ae143cd83dc4aa6", "name": "Flow"}], "count": 1, "_type": "flows", "_links": {}}
		}},
		"orgs": [{"name": "Org"}],
		"documents": [{"add": "flowVersions.post", "ids": ["575ec8687ae143cd83dc4a97", "575ed18f7ae143cd83dc4aa6"],
			"document": {"version": "v1"}}],
		"accounts": [{"email": "ada@example.com", "password": "a secret"}],
		"tokens": {"devices": ["devices.get"]}
	}`))
	plant := server.Applications["plant"]
	assert.Equal(t, "575ec8687ae143cd83dc4a97", plant.ID)
	assert.Equal(t, "s", plant.Added["applicationKeys"][0]["secret"])
	assert.Equal(t, "Flow", plant.Added["flows"][0]["name"])
	assert.Equal(t, "Org", server.Added["orgs"][0]["name"])
	assert.Equal(t, "v1", server.Added["flowVersions.post"][0]["version"])
	assert.Len(t, server.Accounts["ada@example.com"], 24)

	send := func(method, path, token, body string) (status int, header http.Header, text string) {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, strings.NewReader(body))
		require.NoError(t, err)
		request.Header.Set("Authorization", "Bearer "+server.Tokens[token])
		request.Header.Set("Content-Type", "application/json")
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		answer, err := io.ReadAll(response.Body)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
		return response.StatusCode, response.Header, string(answer)
	}
	status, header, list := send("GET", "/applications/"+plant.ID+"/devices?filter=p*&filterField=name", "devices", "")
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, list, `"name":"Pump"`)
	assert.Equal(t, "*", header.Get("Access-Control-Allow-Origin"))
	status, _, _ = send("OPTIONS", "/applications", "devices", "")
	assert.Equal(t, http.StatusNoContent, status)
	_, _, login := send("POST", "/auth/user", "", `{"email": "ada@example.com", "password": "a secret"}`)
	assert.Contains(t, login, `"token"`)
	send("POST", "/auth/user", "", "no JSON")

	file, err := os.ReadFile(record) //nolint:gosec // of this test
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(file)), "\n")
	for i, want := range []string{
		`{"method":"GET","path":"/applications/575ec8687ae143cd83dc4a97/devices","query":"filter=p*&filterField=name","status":200}`,
		`{"method":"OPTIONS","path":"/applications","status":204}`,
		`{"method":"POST","path":"/auth/user","body":{"email":"ada@example.com","password":"a secret"},"status":200}`,
		`{"method":"POST","path":"/auth/user","body":"no JSON","status":400}`,
	} {
		require.Greater(t, len(lines), i)
		assert.JSONEq(t, want, lines[i])
	}
	assert.Len(t, lines, 4)
}
