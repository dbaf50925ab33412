// Package seed is the state that every server of the interop tests begins with.
package seed

import (
	"time"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// The ids of the users and groups. An application's own id is the server's choice.
const (
	Ada       = "58b9d782cbfafe1be6750001" // in both groups
	Bob       = "58b9d782cbfafe1be6750002" // in none
	Operators = "58b9d794cbfafe1be6750003"
	Nights    = "58b9d794cbfafe1be6750004" // a child of Operators
)

// Date is when everything was last changed.
var Date = time.Date(2024, time.February, 29, 12, 30, 0, 0, time.UTC)

// Application is an application as it begins.
type Application struct {
	ID     string                   `json:"applicationId"`
	Users  []losant.ExperienceUser  `json:"users"`
	Groups []losant.ExperienceGroup `json:"groups"`
}

// Add gives a server one more application.
func Add(server *losanttest.Server) Application {
	app := Application{ID: server.AddApplication()}
	for _, u := range []losant.ExperienceUser{
		{
			ID: Ada, Email: "ada@example.com", FirstName: "Ada", LastName: "Lovelace",
			UserTags:  map[string]string{"floor": "8", "shift": "night"},
			AvatarURL: "https://example.com/ada.png", LastLogin: Date, TokenCutoff: Date.Add(time.Millisecond),
		},
		{ID: Bob, Email: "bob@example.com"},
	} {
		u.CreationDate, u.LastUpdated, u.PasswordLastUpdated = Date, Date, Date
		app.Users = append(app.Users, server.AddUser(app.ID, u))
	}
	for _, g := range []losant.ExperienceGroup{
		{
			ID: Operators, Name: "Operators", ExperienceUserIDs: []string{Ada},
			DeviceIDs: []string{"58b9d743cbfafe1be675000a", "58b9d743cbfafe1be675000b"},
		},
		{
			ID: Nights, Name: "Nights", Description: "The night shift", ParentID: Operators,
			ExperienceUserIDs:     []string{Ada},
			ExperienceEndpointIDs: []string{"58b9d743cbfafe1be675000c"},
			GroupTags:             map[string]string{"colour": "blue"},
			DeviceIDs:             []string{"58b9d743cbfafe1be675000b", "58b9d743cbfafe1be675000d"},
			DeviceTags:            []losant.DeviceTag{{Key: "floor", Value: "8"}, {Key: "lamp"}, {Value: "on"}},
			DeviceQueryJSON:       `{"name":"lamp"}`,
		},
	} {
		g.CreationDate, g.LastUpdated = Date, Date
		app.Groups = append(app.Groups, server.AddGroup(app.ID, g))
	}
	return app
}

// Tokens are tokens of a server by the names that the tests give them, made by the server's own functions.
func Tokens(valid, expired func(scopes ...losant.Scope) string) map[string]string {
	return map[string]string{
		"all":          valid(losant.ScopeAllApplication),
		"bounded":      valid(losant.ScopeAllUserBounded),
		"read":         valid(losant.ScopeAllOrganizationRead),
		"user":         valid(losant.ScopeExperienceUserAll),
		"userGet":      valid(losant.ScopeExperienceUserGet),
		"userPatch":    valid(losant.ScopeExperienceUserPatch),
		"group":        valid(losant.ScopeExperienceGroupAll),
		"groupActions": valid(losant.ScopeExperienceGroupGet, losant.ScopeExperienceGroupDelete),
		"plural":       valid("experienceUsers.*", "experienceUsers.get", "experienceGroups.*"),
		"other":        valid("all.Device", "device.get", "", "experienceuser.get"),
		"expired":      expired(losant.ScopeAllApplication),
	}
}
