package interop_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/interop/internal/seed"
)

// step is a call of the walk.
type step struct {
	operation   string
	id          string
	patch       string         // JSON
	params      map[string]any // besides the ids and the patch, as the official client names them
	application string         // "" for the one of the world
	token       string         // the name of the token, "" for one that may do everything
	differs     string         // why the official client ends in another way
}

// The walk is a story: each step finds the state that those before it have left.
var walk = []step{
	{operation: "experienceUser.get", id: seed.Ada},
	{operation: "experienceUser.get", id: seed.Ada, params: map[string]any{"_actions": true, "_links": false}},
	{operation: "experienceUser.get", id: seed.Ada, params: map[string]any{"_actions": true}, token: "read"},
	{operation: "experienceUser.get", id: seed.Bob, params: map[string]any{"losantdomain": "example.com"}},
	{operation: "experienceUser.patch", id: seed.Bob, patch: `{}`},
	{operation: "experienceUser.patch", id: seed.Bob, patch: `{
		"email": "bob.smith@example.com", "firstName": "Zoë <&> 😀", "lastName": "\u2028\t\"", "password": "12345678",
		"tokenCutoff": "2024-06-30T23:59:59.5+02:00", "userTags": {"0": "zero", "floor": "9"},
		"experienceGroupIds": ["` + seed.Nights + `", "` + seed.Operators + `"]
	}`},
	{operation: "experienceUser.get", id: seed.Bob},
	{operation: "experienceGroup.get", id: seed.Nights},
	{operation: "experienceUser.patch", id: seed.Ada, patch: `{
		"firstName": "", "lastName": "", "userTags": {}, "experienceGroupIds": []
	}`},
	{operation: "experienceUser.patch", id: seed.Ada, patch: `{"email": "bob.smith@example.com"}`},
	{operation: "experienceUser.patch", id: seed.Ada, patch: `{"email": "no at", "password": "short"}`},
	{operation: "experienceUser.patch", id: seed.Ada, patch: `{"userTags": {"a": "yes", "b": ""}}`},
	{operation: "experienceUser.patch", id: seed.Ada, patch: `{"userTags": {"bad key": "x"}}`},
	{operation: "experienceUser.patch", id: seed.Ada, patch: `{"experienceGroupIds": ["` + seed.Nights + `", "x"]}`},
	{operation: "experienceUser.get", id: seed.Ada},

	{operation: "experienceGroup.get", id: seed.Operators},
	{operation: "experienceGroup.get", id: seed.Operators, params: map[string]any{
		"includeDirectDeviceCount": "true", "includeTotalDeviceCount": "true",
	}},
	{operation: "experienceGroup.get", id: seed.Nights, params: map[string]any{
		"includeTotalDeviceCount": "1", "_actions": true,
	}, token: "groupActions"},
	{operation: "experienceGroup.patch", id: seed.Operators, patch: `{
		"name": "Operations", "description": "All of them", "experienceUserIds": ["` + seed.Ada + `"],
		"experienceEndpointIds": ["58b9d743cbfafe1be675000f"], "groupTags": {"a": "b"}, "deviceIds": [],
		"deviceTags": [{"key": "k"}, {"value": "v"}, {}], "deviceQueryJson": "{}"
	}`},
	{operation: "experienceGroup.patch", id: seed.Nights, patch: `{"deviceQueryJson": null, "parentId": null}`},
	{operation: "experienceGroup.get", id: seed.Operators, params: map[string]any{"includeTotalDeviceCount": "yes"}},
	{operation: "experienceGroup.patch", id: seed.Operators, patch: `{"parentId": "` + seed.Nights + `"}`},
	{operation: "experienceUser.get", id: seed.Ada},
	{operation: "experienceGroup.patch", id: seed.Operators, patch: `{
		"description": "", "experienceUserIds": [], "experienceEndpointIds": [], "groupTags": {}, "deviceTags": []
	}`},
	{operation: "experienceGroup.patch", id: seed.Nights, patch: `{"name": ""}`},
	{operation: "experienceGroup.patch", id: seed.Nights, patch: `{"parentId": "root"}`},
	{operation: "experienceGroup.patch", id: seed.Nights, patch: `{"deviceTags": [{}, {"key": "a.b"}]}`},

	{operation: "experienceUser.get", id: "not-an-id"},
	{operation: "experienceUser.get", id: seed.Ada, application: "575ec8687ae143cd83dc4a97"},
	{operation: "experienceUser.get", id: seed.Operators},
	{operation: "experienceGroup.get", id: seed.Ada},
	{operation: "experienceUser.patch", id: seed.Operators, patch: `{"firstName": "x"}`},
	{operation: "experienceUser.get", id: seed.Ada, token: "expired"},
	{operation: "experienceUser.get", id: seed.Ada, token: "group"},
	{operation: "experienceUser.patch", id: seed.Ada, token: "userGet", patch: `{"firstName": "x"}`},
	{operation: "experienceUser.delete", id: seed.Ada, token: "read"},
	{operation: "experienceGroup.delete", id: seed.Nights, token: "plural"},

	{operation: "experienceUser.delete", id: "..", differs: "it asks for the deletion of the whole experience"},
	{operation: "experienceUser.delete", id: "../groups/" + seed.Nights, differs: "it leaves such ids to the server"},
	{operation: "experienceGroup.get", id: "", differs: "it asks for the whole collection"},
	{operation: "experienceUser.get", id: strings.Repeat("a", 101), differs: "it leaves such ids to the server"},

	{operation: "experienceUser.delete", id: seed.Bob},
	{operation: "experienceUser.delete", id: seed.Bob},
	{operation: "experienceGroup.get", id: seed.Nights},
	{operation: "experienceGroup.delete", id: seed.Nights, token: "groupActions"},
	{operation: "experienceGroup.get", id: seed.Nights},
	{operation: "experienceGroup.get", id: seed.Operators},
	{operation: "experienceUser.get", id: seed.Ada},
}

func (s step) String() string { return s.operation + " " + s.id + " " + s.patch + " " + s.token }

// The official client and ours take the same walk, each on a losanttest of its own.
func TestOfficialClientGetsTheSame(t *testing.T) {
	t.Parallel()
	theirs, ours := startServer(t), startServer(t)
	official, client := startNode(t, "client.js"), newClient(t, ours)

	for _, s := range walk {
		official.write(t, s.officialCall(theirs))
		var answer struct {
			Result json.RawMessage
			Error  struct {
				StatusCode    int
				Type, Message string
			}
		}
		official.read(t, &answer)
		want := outcome{Status: answer.Error.StatusCode, Type: answer.Error.Type, Message: answer.Error.Message}
		if answer.Result != nil {
			want = theirs.succeeded(t, answer.Result)
		}

		got, err := s.call(t, client, ours)

		if s.differs != "" {
			assert.NotEqual(t, want, got, "%s is said to differ: %s", s, s.differs)
			require.ErrorAs(t, err, new(*losant.ValidationError))
			continue
		}
		assert.Equal(t, want, got, "%s", s)
	}
}

// Our client takes the walk on Losant's framework and on losanttest.
func TestFrameworkAnswersTheSame(t *testing.T) {
	t.Parallel()
	ours, theirs := newWorlds(t, 1)
	onOurs, onTheirs := newClient(t, ours[0]), newClient(t, theirs[0])

	for _, s := range walk {
		want, wantErr := s.call(t, onTheirs, theirs[0])
		got, err := s.call(t, onOurs, ours[0])

		assert.Equal(t, want, got, "%s", s)
		assert.Equal(t, fmt.Sprintf("%T", wantErr), fmt.Sprintf("%T", err), "%s", s)
	}
}

// startServer runs the program in server until the test ends.
func startServer(t *testing.T) (w world) {
	t.Helper()
	start(t, nil, "go", "run", "./server").read(t, &w)
	return w
}

func newClient(t *testing.T, w world) *losant.Client {
	t.Helper()
	// What is wrong is left to the servers; Validate has a test of its own.
	client, err := losant.NewClient(w.Tokens["all"], losant.WithBaseURL(w.URL), losant.WithoutValidation())
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return client
}

func (s step) applicationID(w world) string {
	if s.application != "" {
		return s.application
	}
	return w.ID
}

func (s step) tokenOf(w world) string {
	if s.token != "" {
		return w.Tokens[s.token]
	}
	return w.Tokens["all"]
}

// officialCall is the step as client.js takes it.
func (s step) officialCall(w world) map[string]any {
	resource, action, _ := strings.Cut(s.operation, ".")
	params := map[string]any{"applicationId": s.applicationID(w), resource + "Id": s.id}
	if s.patch != "" {
		params[resource] = json.RawMessage(s.patch)
	}
	for name, value := range s.params {
		params[name] = value
	}
	return map[string]any{
		"url": w.URL, "accessToken": s.tokenOf(w), "resource": resource, "action": action, "params": params,
	}
}

// call takes the step with our client.
func (s step) call(t *testing.T, client *losant.Client, w world) (outcome, error) {
	t.Helper()
	opts := []losant.CallOption{losant.WithToken(s.tokenOf(w))}
	for name, value := range s.params {
		if name == "losantdomain" {
			opts = append(opts, losant.WithLosantDomain(fmt.Sprint(value)))
		} else {
			opts = append(opts, losant.WithQuery(name, fmt.Sprint(value)))
		}
	}
	raw, err := s.perform(t, client, s.applicationID(w), opts)
	var api *losant.APIError
	switch {
	case err == nil:
		return w.succeeded(t, raw), nil
	case errors.As(err, &api):
		return outcome{Status: api.StatusCode, Type: api.Type, Message: api.Message}, err
	default:
		return outcome{Message: err.Error()}, err
	}
}

// perform returns the whole answer to a call that succeeded.
func (s step) perform(
	t *testing.T, client *losant.Client, applicationID string, opts []losant.CallOption,
) (json.RawMessage, error) {
	t.Helper()
	ctx, users, groups := t.Context(), client.ExperienceUser, client.ExperienceGroup
	switch s.operation {
	case "experienceUser.get":
		return rawUser(users.Get(ctx, applicationID, s.id, opts...))
	case "experienceUser.patch":
		return rawUser(users.Patch(ctx, applicationID, s.id, decode[losant.ExperienceUserPatch](t, s.patch), opts...))
	case "experienceUser.delete":
		return rawSuccess(users.Delete(ctx, applicationID, s.id, opts...))
	case "experienceGroup.get":
		return rawGroup(groups.Get(ctx, applicationID, s.id, opts...))
	case "experienceGroup.patch":
		return rawGroup(groups.Patch(ctx, applicationID, s.id, decode[losant.ExperienceGroupPatch](t, s.patch), opts...))
	case "experienceGroup.delete":
		return rawSuccess(groups.Delete(ctx, applicationID, s.id, opts...))
	default:
		t.Fatalf("there is no operation %q", s.operation)
		return nil, nil
	}
}

func decode[T any](t *testing.T, text string) (value T) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &value))
	return value
}

func rawUser(user *losant.ExperienceUser, err error) (json.RawMessage, error) {
	if err != nil {
		return nil, err
	}
	return user.Raw, nil
}

func rawGroup(group *losant.ExperienceGroup, err error) (json.RawMessage, error) {
	if err != nil {
		return nil, err
	}
	return group.Raw, nil
}

func rawSuccess(success *losant.Success, err error) (json.RawMessage, error) {
	if err != nil {
		return nil, err
	}
	return success.Raw, nil
}
