// Experience_user gets, patches and deletes an experience user of a Losant application, from the command line.
//
//	go run ./examples/experience_user get -demo
//	go run ./examples/experience_user patch -demo -first-name Augusta -tag floor=8 -clear groups
//
//	export LOSANT_API_TOKEN=...
//	go run ./examples/experience_user get -application ID -id ID
//	echo '{"firstName": "Augusta"}' | go run ./examples/experience_user patch -application ID -id ID -json -
//	go run ./examples/experience_user delete -application ID -id ID -yes
//
// The answer comes as JSON on stdout. The exit status is 0 when it is done, 1 when the API refused or could not be
// reached, 2 for wrong usage and 3 when there is no such user. Scripts that branch on it build the program first (go
// build ./examples/experience_user): go run itself exits with 1 whatever went wrong.
package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/examples/internal/demo"
	"github.com/losant-go/losant/examples/internal/script"
)

func main() {
	os.Exit(script.Run(script.Program[losant.ExperienceUserPatch]{
		Name:     "experience_user",
		Resource: "experienceUser",
		DemoID:   demo.AdaID,
		Fields:   fields,
		Get:      get,
		Patch:    patch,
		Delete:   remove,
	}))
}

func fields(f *script.Fields, p *losant.ExperienceUserPatch) {
	f.Text("email", "email", "email `ADDRESS`, unique in the application (email)", &p.Email)
	f.Text("first-name", "firstName", "first `NAME` (firstName)", &p.FirstName)
	f.Text("last-name", "lastName", "last `NAME` (lastName)", &p.LastName)
	f.Secret("password", "password", "read the password from a line of stdin, when given `-` (password)", &p.Password)
	f.Time("token-cutoff", "tokenCutoff", "void tokens issued before `DATE`, or now (tokenCutoff)", &p.TokenCutoff)
	f.Tags("tag", "userTags", "tag `KEY=VALUE`; repeat it for each: they replace all tags (userTags)", &p.UserTags)
	f.List("group", "experienceGroupIds",
		"`ID` of a group; repeat it for each: they replace all memberships (experienceGroupIds)", &p.ExperienceGroupIDs)

	f.Clear("first-name", "first-name", func() { p.FirstName = losant.Ptr("") })
	f.Clear("last-name", "last-name", func() { p.LastName = losant.Ptr("") })
	f.Clear("tags", "tag", func() { p.UserTags = map[string]string{} })
	f.Clear("groups", "group", func() { p.ExperienceGroupIDs = []string{} })
}

func get(ctx context.Context, client *losant.Client, applicationID, id string) (json.RawMessage, error) {
	user, err := client.ExperienceUser.Get(ctx, applicationID, id)
	if err != nil {
		return nil, err
	}
	return user.Raw, nil
}

func patch(
	ctx context.Context, client *losant.Client, applicationID, id string, patch losant.ExperienceUserPatch,
) (json.RawMessage, error) {
	user, err := client.ExperienceUser.Patch(ctx, applicationID, id, patch)
	if err != nil {
		return nil, err
	}
	return user.Raw, nil
}

func remove(ctx context.Context, client *losant.Client, applicationID, id string) (json.RawMessage, error) {
	deleted, err := client.ExperienceUser.Delete(ctx, applicationID, id)
	if err != nil {
		return nil, err
	}
	return json.Marshal(deleted) // not Raw: a Delete that finds its work done has none
}
