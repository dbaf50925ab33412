// Package demo is the application that examples act on when they are run without a Losant account.
package demo

import (
	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// The ids of the demo. That of the application differs from run to run: losanttest chooses it.
const (
	AdaID       = "58b9d782cbfafe1be675744d"
	GraceID     = "58b9d782cbfafe1be675744e"
	OperatorsID = "58b9d794cbfafe1be675744f"
	NightsID    = "58b9d794cbfafe1be6757450"
)

// Users are Ada and Grace.
func Users() []losant.ExperienceUser {
	return []losant.ExperienceUser{
		{
			ID: AdaID, Email: "ada@example.com", FirstName: "Ada", LastName: "Lovelace",
			UserTags: map[string]string{"floor": "1", "shift": "night"},
		},
		{ID: GraceID, Email: "grace@example.com", FirstName: "Grace", LastName: "Hopper"},
	}
}

// Groups are Operators, which both users are in, and Nights below it, which Ada is in.
func Groups() []losant.ExperienceGroup {
	return []losant.ExperienceGroup{
		{
			ID: OperatorsID, Name: "Operators", Description: "They keep it running.",
			ExperienceUserIDs: []string{AdaID, GraceID},
			GroupTags:         map[string]string{"site": "Cincinnati"},
			DeviceIDs:         []string{"58b9d743cbfafe1be675744b", "58b9d743cbfafe1be675744c"},
		},
		{
			ID: NightsID, Name: "Nights", ParentID: OperatorsID,
			ExperienceUserIDs: []string{AdaID},
			DeviceIDs:         []string{"58b9d743cbfafe1be675744d"},
		},
	}
}

// Seed adds an application with these users and groups to the server.
func Seed(server *losanttest.Server) (applicationID string) {
	applicationID = server.AddApplication()
	for _, user := range Users() {
		server.AddUser(applicationID, user)
	}
	for _, group := range Groups() {
		server.AddGroup(applicationID, group)
	}
	return applicationID
}
