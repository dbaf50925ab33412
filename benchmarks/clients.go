// Package benchmarks measures what a call costs with this SDK beside the same call with net/http by hand, with resty as
// its README shows it, and with Losant's JavaScript client. It is a module of its own, of which nobody has to know.
//
//	go test -bench .         # one round
//	npm ci --prefix peers    # so that the JavaScript client takes part
//	make -C .. bench         # many rounds, beside each other in a table
package benchmarks

import (
	"context"

	"github.com/losant-go/losant"
)

// What every client asks for.
const (
	token         = "a-token"
	applicationID = "575ec8687ae143cd83dc4a97"
	userID        = "58b9d782cbfafe1be675744d"
	userPath      = "/applications/" + applicationID + "/experience/users/" + userID
)

// userAnswer is what every client is answered.
const userAnswer = `{"id":"` + userID + `","experienceUserId":"` + userID + `","applicationId":"` + applicationID +
	`","creationDate":"2016-06-13T04:00:00.000Z","lastUpdated":"2016-06-13T04:00:00.000Z",` +
	`"email":"experienceuser@example.com","firstName":"Example","lastName":"Name",` +
	`"userTags":{"customKey":"customValue"}}`

var userPatch = losant.ExperienceUserPatch{
	Password: losant.Ptr("aNewPassword"),
	UserTags: map[string]string{"customKey": "newCustomValue"},
}

// client is one way to call the API.
type client interface {
	get(ctx context.Context) (*losant.ExperienceUser, error)
	patch(ctx context.Context) (*losant.ExperienceUser, error)
	CloseIdleConnections()
}

// action is what is measured of a client.
type action struct {
	name string
	call func(client, context.Context) (*losant.ExperienceUser, error)
}

func actions() []action {
	return []action{{"Get", client.get}, {"Patch", client.patch}}
}

// contender makes clients of the API at a URL.
type contender struct {
	name string
	dial func(baseURL string) client
}

func contenders() []contender {
	return []contender{{"sdk", newSDK}, {"nethttp", newNetHTTP}, {"resty", newResty}}
}

// sdk is this module as its README shows it.
type sdk struct{ *losant.Client }

func newSDK(baseURL string) client {
	client, err := losant.NewClient(token, losant.WithBaseURL(baseURL))
	if err != nil {
		panic(err) // the arguments are constants
	}
	return sdk{client}
}

func (s sdk) get(ctx context.Context) (*losant.ExperienceUser, error) {
	return s.ExperienceUser.Get(ctx, applicationID, userID)
}

func (s sdk) patch(ctx context.Context) (*losant.ExperienceUser, error) {
	return s.ExperienceUser.Patch(ctx, applicationID, userID, userPatch)
}
