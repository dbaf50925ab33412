package contenders

import (
	"context"
	"net/http"

	"github.com/losant-go/losant"
)

// newSDK is this module as its README shows it.
func newSDK(baseURL string, transport http.RoundTripper) map[string]Call {
	opts := []losant.Option{losant.WithBaseURL(baseURL)}
	if transport != nil {
		opts = append(opts, losant.WithHTTPClient(&http.Client{Transport: transport}))
	}
	client, err := losant.NewClient(Token, opts...)
	if err != nil {
		panic(err) // the arguments are constants
	}
	userPatch, groupPatch := userPatch(), groupPatch()
	return map[string]Call{
		"Get/user": func(ctx context.Context) error {
			_, err := client.ExperienceUser.Get(ctx, applicationID, userID)
			return err
		},
		"Patch/user": func(ctx context.Context) error {
			_, err := client.ExperienceUser.Patch(ctx, applicationID, userID, userPatch)
			return err
		},
		"Delete/user": func(ctx context.Context) error {
			_, err := client.ExperienceUser.Delete(ctx, applicationID, userID)
			return err
		},
		"Get/group": func(ctx context.Context) error {
			_, err := client.ExperienceGroup.Get(ctx, applicationID, groupID)
			return err
		},
		"Patch/group": func(ctx context.Context) error {
			_, err := client.ExperienceGroup.Patch(ctx, applicationID, groupID, groupPatch)
			return err
		},
		"Delete/group": func(ctx context.Context) error {
			_, err := client.ExperienceGroup.Delete(ctx, applicationID, groupID)
			return err
		},
	}
}
