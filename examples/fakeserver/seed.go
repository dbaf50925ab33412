package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/examples/internal/demo"
	"github.com/losant-go/losant/losanttest"
)

// seed is what a server starts with.
type seed struct {
	applications map[string]application
	lists        map[string][]document // in no application, by resource
	documents    []added
	accounts     []account
	tokens       map[string][]losant.Scope
}

// application is an application and what is in it, by resource.
type application struct {
	own   document
	lists map[string][]document
}

type document = map[string]any

// added is a document at a place that ids lead to.
type added struct {
	Add      string   `json:"add"`
	IDs      []string `json:"ids"`
	Document document `json:"document"`
}

type account struct {
	Email    string `json:"email"`
	Password string `json:"password"`
}

// UnmarshalJSON takes lists of documents from among the other properties.
func (s *seed) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	s.lists = map[string][]document{}
	for name, member := range members {
		var into any
		switch name {
		case "applications":
			into = &s.applications
		case "documents":
			into = &s.documents
		case "accounts":
			into = &s.accounts
		case "tokens":
			into = &s.tokens
		default:
			if s.lists[name] = listIn(member); s.lists[name] == nil {
				return fmt.Errorf("%s is no list of documents", name)
			}
			continue
		}
		if err := json.Unmarshal(member, into); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// ownLists are the properties of an application that are arrays.
var ownLists = []string{"appliedTemplateIds", "ftueTracking", "globals"}

// UnmarshalJSON tells the lists of documents from the properties of the application.
func (a *application) UnmarshalJSON(data []byte) error {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return err
	}
	a.own, a.lists = document{}, map[string][]document{}
	for name, member := range members {
		if list := listIn(member); list != nil && !slices.Contains(ownLists, name) {
			a.lists[name] = list
			continue
		}
		var value any
		if err := json.Unmarshal(member, &value); err != nil {
			return err
		}
		a.own[name] = value
	}
	return nil
}

// listIn is a list of documents, by itself or as a list of the API answers it; nil for anything else.
func listIn(member json.RawMessage) []document {
	var answer struct {
		Items []document `json:"items"`
	}
	if json.Unmarshal(member, &answer.Items) != nil && json.Unmarshal(member, &answer) != nil {
		return nil
	}
	return answer.Items
}

// contents is what a server has been given, by the names of the seed, and where it is.
type contents struct {
	URL          string                `json:"url"`
	Applications map[string]inserted   `json:"applications"`
	Added        map[string][]document `json:"added,omitempty"`
	Accounts     map[string]string     `json:"accounts,omitempty"` // the ids, by email
	Tokens       map[string]string     `json:"tokens"`
}

type inserted struct {
	ID     string                `json:"id"`
	Users  []user                `json:"users"`
	Groups []group               `json:"groups"`
	Added  map[string][]document `json:"added,omitempty"`
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
		s.applications = map[string]application{"demo": {lists: map[string][]document{
			"users": documents(demo.Users()), "groups": documents(demo.Groups()),
		}}}
		return s, nil
	}
	text, err := os.ReadFile(source) //nolint:gosec // a file of the user's choice is what the flag is for
	if err != nil {
		return s, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&s); err != nil {
		return s, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return s, errors.New("there is more than one JSON value")
	}
	return s, nil
}

// documents are values as a seed file has them.
func documents(values any) (list []document) {
	text, err := json.Marshal(values)
	if err == nil {
		err = json.Unmarshal(text, &list)
	}
	if err != nil {
		panic(err) // the demo can be encoded
	}
	return list
}

// experience are the lists that have a shorter name in a seed.
var experience = map[string]string{"users": "experienceUsers", "groups": "experienceGroups"}

// plant adds the seed to a server. What breaks Losant's rules is an error: losanttest panics, because in a test it is a
// mistake of the test.
func (s seed) plant(server *losanttest.Server) (c contents, err error) {
	defer func() {
		if problem := recover(); problem != nil {
			err = fmt.Errorf("%v", problem)
		}
	}()

	c.Applications = map[string]inserted{}
	for name, a := range s.applications {
		c.Applications[name] = a.plant(server, name)
	}
	c.Added = plantLists(server, nil, s.lists)
	for _, one := range s.documents {
		c.Added[one.Add] = append(c.Added[one.Add], server.Add(one.Add, one.IDs, one.Document))
	}
	c.Accounts = map[string]string{}
	for _, a := range s.accounts {
		c.Accounts[a.Email] = server.AddAccount(a.Email, a.Password)
	}

	c.Tokens = map[string]string{
		"all":     server.Token(losant.ScopeAllApplication),
		"read":    server.Token(losant.ScopeAllApplicationRead),
		"expired": server.ExpiredToken(losant.ScopeAllApplication),
	}
	for name, scopes := range s.tokens {
		if len(scopes) == 0 { // losanttest takes it for all.Application
			return c, fmt.Errorf("the token %q has no scopes", name)
		}
		c.Tokens[name] = server.Token(scopes...)
	}
	return c, nil
}

func (a application) plant(server *losanttest.Server, name string) inserted {
	own := document{"name": name}
	maps.Copy(own, a.own)
	in := inserted{ID: text(server.Add("applications.post", nil, own), "id"), Users: []user{}, Groups: []group{}}
	in.Added = plantLists(server, []string{in.ID}, a.lists)
	for _, u := range in.Added["users"] {
		in.Users = append(in.Users, user{text(u, "id"), text(u, "email")})
	}
	for _, g := range in.Added["groups"] {
		in.Groups = append(in.Groups, group{text(g, "id"), text(g, "name")})
	}
	delete(in.Added, "users")
	delete(in.Added, "groups")
	return in
}

// first are the lists that others refer to, in their order.
var first = []string{"users", "groups", "devices"}

// plantLists adds lists of documents at the place that ids lead to.
func plantLists(server *losanttest.Server, ids []string, lists map[string][]document) map[string][]document {
	rank := func(name string) int { return (slices.Index(first, name) + len(first) + 1) % (len(first) + 1) }
	names := slices.SortedFunc(maps.Keys(lists), func(a, b string) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b)) })
	planted := map[string][]document{}
	for _, name := range names {
		for i, one := range lists[name] {
			operation := cmp.Or(experience[name], name) + ".post"
			planted[name] = append(planted[name], server.Add(operation, ids, complete(name, i, one)))
		}
	}
	return planted
}

// complete makes up what the user or the group of a number has to have.
func complete(list string, i int, one document) document {
	switch list {
	case "users":
		return with(with(one, "password", "a password"), "email", fmt.Sprintf("user-%d@example.com", i+1))
	case "groups":
		return with(one, "name", "Group")
	default:
		return one
	}
}

func with(one document, name string, value any) document {
	completed := document{name: value}
	maps.Copy(completed, one)
	return completed
}

func text(d document, name string) string {
	text, _ := d[name].(string)
	return text
}
