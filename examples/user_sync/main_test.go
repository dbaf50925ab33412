package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

const file = `email,firstName,floor,shift
ada@example.com,Ada,8,
grace@example.com,Grace,1,night
new@example.com,Nell,2,day
`

// world is an application: Ada is to be patched, Grace is as the file says, and Linus is not in it.
type world struct {
	*losanttest.Server

	client        *losant.Client
	applicationID string
	ada           losant.ExperienceUser
}

func newWorld(t *testing.T) world {
	t.Helper()
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	w := world{Server: server, applicationID: server.AddApplication()}
	w.ada = server.AddUser(w.applicationID, losant.ExperienceUser{
		Email: "Ada@example.com", FirstName: "A", LastName: "Lovelace",
		UserTags: map[string]string{"floor": "1", "shift": "day", "desk": "5"},
	})
	server.AddUser(w.applicationID, losant.ExperienceUser{
		Email: "grace@example.com", FirstName: "Grace", UserTags: map[string]string{"floor": "1", "shift": "night"},
	})
	server.AddUser(w.applicationID, losant.ExperienceUser{Email: "linus@example.com"})
	var err error
	w.client, err = server.NewClient(losant.WithToken(server.Token(
		losant.ScopeExperienceUsersGet, losant.ScopeExperienceUsersPost, losant.ScopeExperienceUserPatch)))
	require.NoError(t, err)
	return w
}

func (w world) run(t *testing.T, csv string, apply bool) (printed string, err error) {
	t.Helper()
	var out bytes.Buffer
	err = run(t.Context(), w.client, w.applicationID, apply, strings.NewReader(csv), &out)
	return out.String(), err
}

// changes are the requests that changed something.
func (w world) changes() (changes []losanttest.Request) {
	for _, request := range w.Requests() {
		if request.Method != http.MethodGet {
			changes = append(changes, request)
		}
	}
	return changes
}

func TestAPlanChangesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	printed, err := w.run(t, file, false)
	require.NoError(t, err)
	assert.Equal(t, "patch ada@example.com firstName, tags\ncreate new@example.com\n", printed)
	assert.Empty(t, w.changes())
}

func TestTheSecondRunHasNothingToDo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := w.run(t, file, true)
	require.NoError(t, err)

	changes := w.changes()
	require.Len(t, changes, 2)
	assert.JSONEq(t, `{"firstName": "Ada", "userTags": {"desk": "5", "floor": "8"}}`, string(changes[0].Body))
	var created losant.ExperienceUserPost
	require.NoError(t, json.Unmarshal(changes[1].Body, &created))
	assert.GreaterOrEqual(t, len(created.Password), 20)
	assert.Equal(t, map[string]string{"floor": "2", "shift": "day"}, created.UserTags)
	ada, _ := w.User(w.applicationID, w.ada.ID)
	assert.Equal(t, "Lovelace", ada.LastName, "there is no such column")

	printed, err := w.run(t, file, true)
	require.NoError(t, err)
	assert.Empty(t, printed)
	assert.Len(t, w.changes(), 2)
}

// Somebody else creates a user after the users were listed.
func TestAUserWhoHasComeMeanwhileIsPatched(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Handle("experienceUsers.post", func(losanttest.Request) (status int, body any) {
		w.AddUser(w.applicationID, losant.ExperienceUser{ID: "58b9d782cbfafe1be675744d", Email: "new@example.com"})
		return http.StatusBadRequest, map[string]string{"type": "AlreadyExists", "message": "the email exists"}
	})
	_, err := w.run(t, file, true)
	require.NoError(t, err)
	nell, _ := w.User(w.applicationID, "58b9d782cbfafe1be675744d")
	assert.Equal(t, "Nell", nell.FirstName)
}

func TestALineThatCannotBeRightStopsAll(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ csv, text string }{
		"no email":      {file + "nobody,No,1,day\n", "experienceUser.email must contain an @"},
		"twice":         {file + "ADA@example.com,Ada,8,\n", "ada@example.com is there twice"},
		"long tag":      {file + "a@example.com,A,1," + strings.Repeat("x", 256), "experienceUser.userTags"},
		"no column":     {"firstName\nAda\n", "no column email"},
		"nothing":       {"", "no column email"},
		"missing cells": {file + "a@example.com\n", "wrong number of fields"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			_, err := w.run(t, test.csv, true)
			require.ErrorContains(t, err, test.text)
			assert.Empty(t, w.changes())
		})
	}
}
