// Package contenders holds the clients that the benchmarks compare. It is no API: it changes with the benchmarks.
//
// All of them carry out the same six actions with the same arguments and decode the answers into the same types.
package contenders

import (
	"context"
	"net/http"

	"github.com/losant-go/losant"
)

// What every contender asks for, and what it is answered.
const (
	Token = "a-token"

	applicationID = "575ec8687ae143cd83dc4a97"
	userID        = "58b9d782cbfafe1be675744d"
	groupID       = "58b9d794cbfafe1be675744f"

	userAnswer = `{"id":"` + userID + `","experienceUserId":"` + userID + `","applicationId":"` + applicationID +
		`","creationDate":"2016-06-13T04:00:00.000Z","lastUpdated":"2016-06-13T04:00:00.000Z",` +
		`"email":"experienceuser@example.com","firstName":"Example","lastName":"Name",` +
		`"userTags":{"customKey":"customValue"}}`
	groupAnswer = `{"id":"` + groupID + `","experienceGroupId":"` + groupID + `","applicationId":"` + applicationID +
		`","creationDate":"2016-06-13T04:00:00.000Z","lastUpdated":"2016-06-13T04:00:00.000Z","name":"My Group",` +
		`"experienceUserIds":["` + userID + `"],"experienceEndpointIds":["58b9d743cbfafe1be675744b"]}`
	successAnswer = `{"success":true}`
)

// Actions returns the names of the six actions. A name is method and resource.
func Actions() []string {
	return []string{"Get/user", "Patch/user", "Delete/user", "Get/group", "Patch/group", "Delete/group"}
}

// Answer returns the API's answer to an action.
func Answer(action string) string {
	switch action {
	case "Get/user", "Patch/user":
		return userAnswer
	case "Get/group", "Patch/group":
		return groupAnswer
	default:
		return successAnswer
	}
}

// Path returns the path of an action's resource.
func Path(action string) string {
	switch action {
	case "Get/user", "Patch/user", "Delete/user":
		return "/applications/" + applicationID + "/experience/users/" + userID
	default:
		return "/applications/" + applicationID + "/experience/groups/" + groupID
	}
}

// Call carries out one action once.
type Call func(context.Context) error

// Contender is one way to call the API.
type Contender struct {
	Name string
	// New returns the actions, by name, of a new client of the API at baseURL. It sends through transport, or through one
	// of its own when that is nil.
	New func(baseURL string, transport http.RoundTripper) map[string]Call
}

// All returns the contenders, the SDK first.
func All() []Contender {
	return []Contender{{"sdk", newSDK}, {"nethttp", newNetHTTP}, {"resty", newResty}}
}

// The patches are a scalar and a map, or a scalar and a list.
func userPatch() losant.ExperienceUserPatch {
	return losant.ExperienceUserPatch{
		Password: losant.Ptr("aNewPassword"),
		UserTags: map[string]string{"customKey": "newCustomValue"},
	}
}

func groupPatch() losant.ExperienceGroupPatch {
	return losant.ExperienceGroupPatch{Name: losant.Ptr("My New Group Name"), ExperienceUserIDs: []string{userID}}
}
