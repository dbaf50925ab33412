package main

import (
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/examples/internal/demo"
	"github.com/losant-go/losant/examples/internal/programtest"
	"github.com/losant-go/losant/losanttest"
)

var program = programtest.Script{Name: "experience_user", ID: demo.AdaID}

func TestMain(m *testing.M) { programtest.Main(m, main) }

func TestGet(t *testing.T) {
	t.Parallel()
	a := program.NewAPI(t)
	result := a.Run(t, "", "get", "-domain", "example.com")

	assert.Zero(t, result.Status)
	assert.Empty(t, result.Stderr)
	client, err := a.NewClient()
	require.NoError(t, err)
	request := a.Requests()[0]
	user, err := client.ExperienceUser.Get(t.Context(), a.ApplicationID, demo.AdaID)
	require.NoError(t, err)
	assert.JSONEq(t, string(user.Raw), result.Stdout)
	assert.True(t, strings.HasPrefix(result.Stdout, "{\n  \""), "it is indented")
	assert.Equal(t, "experienceUser.get", request.Operation)
	assert.Equal(t, "example.com", request.Header.Get("losantdomain"))
}

func TestPatch(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		flags       []string
		stdin, body string
	}{
		"texts": {
			flags: []string{"-email", "augusta@example.com", "-first-name", "Augusta", "-last-name", ""},
			body:  `{"email": "augusta@example.com", "firstName": "Augusta", "lastName": ""}`,
		},
		"collections": {
			flags: []string{"-tag", "a=1", "-tag", "b=x=y", "-group", demo.NightsID, "-group", demo.OperatorsID},
			body: `{"userTags": {"a": "1", "b": "x=y"},
				"experienceGroupIds": ["` + demo.NightsID + `", "` + demo.OperatorsID + `"]}`,
		},
		"cleared": {
			flags: []string{"-clear", "first-name", "-clear", "last-name", "-clear", "tags", "-clear", "groups"},
			body:  `{"firstName": "", "lastName": "", "userTags": {}, "experienceGroupIds": []}`,
		},
		"date": {
			flags: []string{"-token-cutoff", "2026-01-02T03:04:05+01:00"},
			body:  `{"tokenCutoff": "2026-01-02T03:04:05+01:00"}`,
		},
		"password": {
			flags: []string{"-password", "-"}, stdin: "correct horse\r\nnot this\n",
			body: `{"password": "correct horse"}`,
		},
		"password without a line break": {
			flags: []string{"-password", "-"}, stdin: "correct horse",
			body: `{"password": "correct horse"}`,
		},
		"document": {
			flags: []string{"-json", "-"}, stdin: `{"firstName": "Augusta", "userTags": {}, "experienceGroupIds": []}`,
			body: `{"firstName": "Augusta", "userTags": {}, "experienceGroupIds": []}`,
		},
		"empty document": {flags: []string{"-json", "-"}, stdin: ` {} `, body: `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := program.NewAPI(t)
			result := a.Run(t, test.stdin, "patch", test.flags...)

			require.Zero(t, result.Status, result.Stderr)
			assert.Empty(t, result.Stderr)
			assert.Contains(t, result.Stdout, `"experienceUserId": "`+demo.AdaID+`"`)
			require.Len(t, a.Requests(), 1)
			assert.JSONEq(t, test.body, string(a.Requests()[0].Body))
		})
	}
}

func TestPatchTokenCutoffNow(t *testing.T) {
	t.Parallel()
	a := program.NewAPI(t)
	before := time.Now().Truncate(time.Millisecond)
	result := a.Run(t, "", "patch", "-token-cutoff", "now")

	require.Zero(t, result.Status, result.Stderr)
	user, _ := a.User(a.ApplicationID, demo.AdaID)
	assert.WithinRange(t, user.TokenCutoff, before, time.Now())
}

func TestDelete(t *testing.T) {
	t.Parallel()
	a := program.NewAPI(t)
	result := a.Run(t, "", "delete")

	assert.Zero(t, result.Status)
	assert.Empty(t, result.Stderr)
	assert.Equal(t, "{\n  \"success\": true\n}\n", result.Stdout)
	_, exists := a.User(a.ApplicationID, demo.AdaID)
	assert.False(t, exists)
}

func TestDeleteWhoseAnswerIsLost(t *testing.T) {
	t.Parallel()
	a := program.NewAPI(t)
	a.Inject(losanttest.Fault{Drop: true, AfterApplying: true})
	result := a.Run(t, "", "delete")

	assert.Zero(t, result.Status, result.Stderr)
	assert.JSONEq(t, `{"success": true}`, result.Stdout)
}

func TestDeleteAsksForYesAtATerminal(t *testing.T) {
	t.Parallel()
	// It stands in for a terminal: a character device, and not the null device.
	terminal, err := os.Open("/dev/zero")
	require.NoError(t, err)
	t.Cleanup(func() { _ = terminal.Close() })
	a := program.NewAPI(t)
	args := []string{"delete", "-application", a.ApplicationID, "-id", demo.AdaID}

	program.Failed(t, programtest.Run(t, terminal, a.Env(a.Token()), args...), 2,
		"delete cannot be undone: run it again with -yes")
	assert.Empty(t, a.Requests())

	result := programtest.Run(t, terminal, a.Env(a.Token()), append(args, "-yes")...)
	assert.Zero(t, result.Status, result.Stderr)
	assert.Len(t, a.Requests(), 1)
}

// Schedulers give their programs the null device, which is a character device like a terminal.
func TestDeleteDoesNotAskTheNullDevice(t *testing.T) {
	t.Parallel()
	a := program.NewAPI(t)
	result := programtest.Run(t, nil, a.Env(a.Token()), "delete", "-application", a.ApplicationID, "-id", demo.AdaID)

	assert.Zero(t, result.Status, result.Stderr)
}

func TestDemo(t *testing.T) {
	t.Parallel()
	run := func(args ...string) programtest.Result { return programtest.Run(t, nil, nil, args...) }

	help := run("-h")
	assert.Zero(t, help.Status)
	assert.Empty(t, help.Stdout, "stdout is for JSON")
	for _, id := range []string{demo.AdaID, demo.GraceID, demo.OperatorsID, demo.NightsID} {
		assert.Contains(t, help.Stderr, id)
	}

	assert.Contains(t, run("get", "-demo").Stdout, `"email": "ada@example.com"`)
	assert.Contains(t, run("get", "-demo", "-id", demo.GraceID).Stdout, `"email": "grace@example.com"`)
	assert.Contains(t, run("patch", "-demo", "-first-name", "Augusta").Stdout, `"firstName": "Augusta"`)
	assert.JSONEq(t, `{"success": true}`, run("delete", "-demo").Stdout)
	notFound := run("get", "-demo", "-id", demo.NightsID)
	assert.Equal(t, 3, notFound.Status)
	assert.Empty(t, notFound.Stdout)
}

func TestHelpOfCommands(t *testing.T) {
	t.Parallel()
	for command, flags := range map[string][]string{
		"get": {"-application ID", "-id ID", "-domain DOMAIN", "-demo"},
		"patch": {
			"-first-name NAME", "-tag KEY=VALUE", "-password -", "-json -", "first-name, last-name, tags, groups",
		},
		"delete": {"-yes"},
	} {
		result := programtest.Run(t, nil, nil, command, "-h")
		assert.Zero(t, result.Status)
		assert.Empty(t, result.Stdout)
		for _, flag := range flags {
			assert.Contains(t, result.Stderr, flag)
		}
	}
}

func TestWrongUsage(t *testing.T) {
	t.Parallel()
	a := program.NewAPI(t)
	const noCommand = "a command is missing: give get, patch or delete, or -h to read about them"
	target := []string{"-application", a.ApplicationID, "-id", demo.AdaID}
	get, patch := with([]string{"get"}, target...), with([]string{"patch"}, target...)
	document := with(patch, "-json", "-")
	env := a.Env("a.token")
	for name, test := range map[string]struct {
		args  []string
		env   []string
		stdin string
		line  string
	}{
		"no command":      {line: noCommand},
		"unknown command": {args: []string{"put"}, line: `there is no command "put": give get, patch or delete`},
		"unknown flag": {
			args: with(get, "-force"),
			line: "flag provided but not defined: -force; experience_user get -h lists the flags",
		},
		"flag of another command": {
			args: with(get, "-yes"),
			line: "flag provided but not defined: -yes; experience_user get -h lists the flags",
		},
		"flag without a value": {
			args: []string{"get", "-id"},
			line: "flag needs an argument: -id; experience_user get -h lists the flags",
		},
		"stray argument": {
			args: with(get, "ada"),
			line: `"ada" is neither a flag nor the value of one; experience_user get -h lists the flags`,
		},
		"no application": {
			args: []string{"get", "-id", demo.AdaID},
			line: "-application is missing: give the id of the application, or -demo to try without one",
		},
		"no id": {
			args: []string{"get", "-application", a.ApplicationID},
			line: "-id is missing: give the id of what to act on",
		},
		"application of the demo": {
			args: []string{"get", "-demo", "-application", a.ApplicationID},
			line: "-demo has an application of its own: leave out -application",
		},
		"no token": {
			args: get, env: []string{"LOSANT_API_URL=" + a.URL},
			line: "LOSANT_API_TOKEN is not set: put an API token into it, or give -demo to try without one",
		},
		"bad token": {
			args: get, env: a.Env("two words"),
			line: "LOSANT_API_TOKEN must be printable ASCII without spaces",
		},
		"bad URL": {
			args: get, env: []string{"LOSANT_API_TOKEN=a.token", "LOSANT_API_URL=api.losant.com"},
			line: "LOSANT_API_URL must be an absolute http or https URL",
		},
		"bad ids, all of them": {
			args: []string{"get", "-application", "..", "-id", "a/b"},
			line: "-application must be 1 to 100 characters of 0-9 A-Z a-z _ -; " +
				"-id must be 1 to 100 characters of 0-9 A-Z a-z _ -",
		},
		"bad domain": {args: with(get, "-domain", "a\nb"), line: "-domain must not contain control characters"},

		"nothing to change": {
			args: patch,
			line: "there is nothing to change: give -json -, or one of the flags that patch -h lists",
		},
		"violations, all of them": {
			args: with(patch, "-email", "ada", "-tag", "a b=c", "-group", "operators"),
			line: `-email must contain an @ and no white space; ` +
				`-tag["a b"] must have a key of 1 to 255 characters of 0-9 A-Z a-z _ -; ` +
				`-group[0] must be 24 hexadecimal digits`,
		},
		"tag without a value": {
			args: with(patch, "-tag", "floor"),
			line: `invalid value "floor" for flag -tag: must be key=value; experience_user patch -h lists the flags`,
		},
		"tag given twice": {
			args: with(patch, "-tag", "a=1", "-tag", "a=2"),
			line: `invalid value "a=2" for flag -tag: gives a key for the second time; ` +
				`experience_user patch -h lists the flags`,
		},
		"bad date": {
			args: with(patch, "-token-cutoff", "today"),
			line: `invalid value "today" for flag -token-cutoff: must be now, or a date like 2026-01-02T15:04:05Z; ` +
				`experience_user patch -h lists the flags`,
		},
		"clear of what cannot be cleared": {
			args: with(patch, "-clear", "email"),
			line: `-clear "email" is not one of first-name, last-name, tags, groups`,
		},
		"clear and set": {
			args: with(patch, "-clear", "tags", "-tag", "a=1"),
			line: "-clear tags contradicts -tag: leave one of them out",
		},
		"password on the command line": {
			args: with(patch, "-password", "correct horse"),
			line: "-password takes only -, and reads stdin: others can see the command line",
		},
		"no password on stdin": {
			args: with(patch, "-password", "-"),
			line: "-password finds nothing on stdin: write it there (EOF)",
		},
		"short password": {
			args: with(patch, "-password", "-"), stdin: "horse",
			line: "-password must be at least 8 characters",
		},

		"document from a file": {
			args: with(patch, "-json", "patch.json"),
			line: "-json takes only -, and reads stdin: experience_user patch ... -json - <FILE",
		},
		"document and flags": {
			args: with(document, "-clear", "tags"), stdin: "{}",
			line: "-json is the whole patch: leave out -clear",
		},
		"no document": {args: document, line: "-json: there is nothing on stdin; " + seeProperties},
		"not JSON":    {args: document, stdin: "{", line: "-json: unexpected EOF; " + seeProperties},
		"not UTF-8": {
			args: document, stdin: "{\"firstName\": \"\xff\"}",
			line: "-json: the document is not valid UTF-8",
		},
		"an array": {
			args: document, stdin: "[]",
			line: "-json: the document is not a JSON object; " + seeProperties,
		},
		"null":         {args: document, stdin: "null", line: "-json: the document is not a JSON object"},
		"two patches":  {args: document, stdin: "{}{}", line: "-json: there is more on stdin than one JSON object"},
		"unknown name": {args: document, stdin: `{"id": "x"}`, line: `-json: unknown property "id"; ` + seeProperties},
		"other capitals": {
			args: document, stdin: `{"firstname": "Augusta"}`,
			line: `-json: unknown property "firstname"; ` + seeProperties,
		},
		"wrong type": {
			args: document, stdin: `{"firstName": 5}`,
			line: "-json: firstName has a JSON number where it takes none; " + seeProperties,
		},
		"null for a field that takes none": {
			args: document, stdin: `{"firstName": null}`,
			line: `-json: "firstName" cannot be null: leave it out, or empty it with "", [] or {}`,
		},
		"null inside": {
			args: document, stdin: `{"userTags": {"a": null}}`,
			line: `-json: "userTags" cannot have null in it`,
		},
		"violations of a document": {
			args: document, stdin: `{"email": "ada", "userTags": {"a b": "c"}}`,
			line: `experienceUser.email must contain an @ and no white space; ` +
				`experienceUser.userTags["a b"] must have a key of 1 to 255 characters of 0-9 A-Z a-z _ -`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if test.env == nil {
				test.env = env
			}
			program.Failed(t, programtest.Run(t, strings.NewReader(test.stdin), test.env, test.args...), 2, test.line)
		})
	}
	t.Cleanup(func() { assert.Empty(t, a.Requests(), "nothing is sent") })
}

func with(args []string, more ...string) []string { return slices.Concat(args, more) }

const seeProperties = "patch -h lists the properties beside their flags"

func TestRefused(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		command string
		flags   []string
		fault   losanttest.Fault
		status  int
		line    string // without the request's path
	}{
		"400": {
			command: "patch", flags: []string{"-email", "grace@example.com"}, status: 1,
			line: "experienceUser.patch: 400 AlreadyExists: " +
				`Email address "grace@example.com" already exists (PATCH PATH). ` +
				"Correct what it names and run the command again",
		},
		"404": {
			command: "get", flags: []string{"-id", demo.OperatorsID}, status: 3,
			line: "experienceUser.get: 404 NotFound: Experience user was not found (GET PATH). " +
				"Check -application and -id",
		},
		"404 of the application": {
			command: "delete", flags: []string{"-application", demo.OperatorsID}, status: 3,
			line: "experienceUser.delete: 404 NotFound: Application was not found (DELETE PATH). " +
				"Check -application and -id",
		},
		"405": {
			command: "get", status: 1,
			fault: losanttest.Fault{Status: http.StatusMethodNotAllowed, Body: "no\n\x1b[31msuch\tthing"},
			line: `experienceUser.get: 405 Method Not Allowed: "no \x1b[31msuch thing" (GET PATH). ` +
				"Check LOSANT_API_URL",
		},
		"several lines": {
			command: "get", status: 1,
			fault: losanttest.Fault{
				Status: http.StatusConflict, Body: `{"message": "first\nsecond\u001b[31m\u0085third"}`,
			},
			line: `experienceUser.get: 409 first\nsecond\x1b[31m\u0085third (GET PATH). Check LOSANT_API_URL`,
		},
		"429": {
			command: "get", status: 1,
			fault: losanttest.Fault{
				Status: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {"60"}}, Body: "slow down",
			},
			line: `experienceUser.get: 429 Too Many Requests: "slow down" (GET PATH). Run the command again in 1m0s`,
		},
		"500": {
			command: "patch", flags: []string{"-clear", "tags"}, status: 1,
			fault: losanttest.Fault{
				Status: http.StatusInternalServerError, Body: `{"type": "Error", "message": "oops"}`,
			},
			line: "experienceUser.patch: 500 Error: oops (PATCH PATH). " +
				"Run the command again later, and run get to see whether the command had its effect",
		},
		"not Losant": {
			command: "get", fault: losanttest.Fault{Status: http.StatusOK, Body: "<html>"}, status: 1,
			line: "experienceUser.get: 200 OK: \"<html>\"; not the documented answer: " +
				"the answer is not a JSON object (GET PATH). Check LOSANT_API_URL",
		},
		"not Losant, and perhaps done": {
			command: "delete", fault: losanttest.Fault{Status: http.StatusOK, Body: "<html>"}, status: 1,
			line: "experienceUser.delete: 200 OK: \"<html>\"; not the documented answer: " +
				"the answer is not a JSON object (DELETE PATH). " +
				"Check LOSANT_API_URL, and run get to see whether the command had its effect",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := program.NewAPI(t)
			if test.fault.Status != 0 {
				a.Inject(test.fault)
			}
			result := a.Run(t, "", test.command, test.flags...)
			line := strings.ReplaceAll(test.line, "PATH", a.Requests()[0].Path)
			program.Failed(t, result, test.status, line)
		})
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	a := program.NewAPI(t)
	path := "/applications/" + a.ApplicationID + "/experience/users/" + demo.AdaID

	program.Failed(t, a.RunWith(t, a.ExpiredToken(), "", "get"), 1,
		"experienceUser.get: 401 Unauthorized: Access token has expired (GET "+path+"). "+
			"Put a new token into LOSANT_API_TOKEN")

	forbidden := a.RunWith(t, a.Token(losant.ScopeExperienceUserGet), "", "delete")
	assert.Equal(t, 1, forbidden.Status)
	assert.Empty(t, forbidden.Stdout)
	assert.Equal(t, 1, strings.Count(forbidden.Stderr, "\n"))
	assert.Regexp(t, `403 Forbidden: .* needs one of the scopes .*experienceUser\.delete; `+
		`the token holds experienceUser\.get .*Put a token that holds one of these scopes into LOSANT_API_TOKEN\n$`,
		forbidden.Stderr)
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	listener, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	require.NoError(t, listener.Close()) // nobody listens there any more
	env := []string{"LOSANT_API_TOKEN=a.token", "LOSANT_API_URL=http://" + listener.Addr().String()}
	result := programtest.Run(t, nil, env, "get", "-application", demo.OperatorsID, "-id", demo.AdaID)

	assert.Equal(t, 1, result.Status)
	assert.Empty(t, result.Stdout)
	assert.Equal(t, 1, strings.Count(result.Stderr, "\n"))
	assert.Regexp(t, `^experience_user: experienceUser\.get: no answer: .*connection refused .*`+
		`Check the network and LOSANT_API_URL\n$`, result.Stderr)
}

func TestInterrupt(t *testing.T) {
	t.Parallel()
	a := program.NewAPI(t)
	a.Inject(losanttest.Fault{Delay: time.Hour})
	var stderr strings.Builder
	command := programtest.Command(t, a.Env(a.Token()), "get", "-application", a.ApplicationID, "-id", demo.AdaID)
	command.Stderr = &stderr
	require.NoError(t, command.Start())
	arrived := func() bool { return len(a.Requests()) > 0 }
	require.Eventually(t, arrived, time.Minute, time.Millisecond)
	require.NoError(t, command.Process.Signal(syscall.SIGINT))

	require.Error(t, command.Wait())
	assert.Equal(t, 1, command.ProcessState.ExitCode())
	assert.Equal(t, 1, strings.Count(stderr.String(), "\n"))
	assert.Contains(t, stderr.String(), "It was interrupted: run it again\n")
}

// Neither the token nor a password is ever printed.
func TestSecrets(t *testing.T) {
	t.Parallel()
	a := program.NewAPI(t)
	token := a.Token()
	const password = "correct horse battery staple"
	for _, result := range []programtest.Result{
		a.RunWith(t, token, "", "get"),
		a.RunWith(t, token, "", "get", "-h"),
		a.RunWith(t, token, "", "get", "-id", "x"),
		a.RunWith(t, token, "", "get", "-id", demo.NightsID),
		a.RunWith(t, token, password, "patch", "-password", "-"),
		a.RunWith(t, token, password, "patch", "-password", "-", "-email", "ada"),
		a.RunWith(t, token, "", "patch", "-password", password),
		a.RunWith(t, token, `{"password": "`+password+`"}`, "patch", "-json", "-"),
		a.RunWith(t, token, `{"password": ["`+password+`"]}`, "patch", "-json", "-"),
	} {
		assert.NotContains(t, result.Stdout+result.Stderr, token)
		assert.NotContains(t, result.Stdout+result.Stderr, password)
	}
}
