package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/examples/internal/demo"
	"github.com/losant-go/losant/losanttest"
)

// seed is what a server starts with.
type seed struct {
	Applications map[string]application    `json:"applications"`
	Tokens       map[string][]losant.Scope `json:"tokens"`
}

type application struct {
	Users  []losant.ExperienceUser  `json:"users"`
	Groups []losant.ExperienceGroup `json:"groups"`
}

// contents is what a server has been given, by the names of the seed, and where it is.
type contents struct {
	URL          string              `json:"url"`
	Applications map[string]inserted `json:"applications"`
	Tokens       map[string]string   `json:"tokens"`
}

type inserted struct {
	ID     string  `json:"id"`
	Users  []user  `json:"users"`
	Groups []group `json:"groups"`
}

type user struct {
	ID    string `json:"id"`
	Email string `json:"email"`
}

type group struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// readSeed reads a seed file, or takes that of the demo.
func readSeed(source string) (s seed, err error) {
	if source == "demo" {
		s.Applications = map[string]application{"demo": {demo.Users(), demo.Groups()}}
		return s, nil
	}
	text, err := os.ReadFile(source) //nolint:gosec // a file of the user's choice is what the flag is for
	if err != nil {
		return s, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&s); err != nil {
		return s, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return s, errors.New("there is more than one JSON value")
	}
	return s, nil
}

// plant adds the seed to a server. What breaks Losant's rules is an error: losanttest panics, because in a test it is a
// mistake of the test.
func (s seed) plant(server *losanttest.Server) (c contents, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%v", problem)
		}
	}()

	c.Applications = map[string]inserted{}
	for name, a := range s.Applications {
		in := inserted{ID: server.AddApplication(), Users: []user{}, Groups: []group{}}
		for _, u := range a.Users {
			added := server.AddUser(in.ID, u)
			in.Users = append(in.Users, user{added.ID, added.Email})
		}
		for _, g := range a.Groups {
			added := server.AddGroup(in.ID, g)
			in.Groups = append(in.Groups, group{added.ID, added.Name})
		}
		c.Applications[name] = in
	}

	c.Tokens = map[string]string{
		"all":     server.Token(losant.ScopeAllApplication),
		"read":    server.Token(losant.ScopeAllApplicationRead),
		"expired": server.ExpiredToken(losant.ScopeAllApplication),
	}
	for name, scopes := range s.Tokens {
		if len(scopes) == 0 { // losanttest takes it for all.Application
			return c, fmt.Errorf("the token %q has no scopes", name)
		}
		c.Tokens[name] = server.Token(scopes...)
	}
	return c, nil
}
