package contenders

import (
	"context"
	"fmt"
	"net/http"

	"github.com/go-resty/resty/v2"

	"github.com/losant-go/losant"
)

// newResty is resty as its README shows it, with nothing tuned.
func newResty(baseURL string, transport http.RoundTripper) map[string]Call {
	const (
		userURL  = "/applications/{applicationId}/experience/users/{experienceUserId}"
		groupURL = "/applications/{applicationId}/experience/groups/{experienceGroupId}"
	)
	client := resty.New().SetBaseURL(baseURL).SetAuthToken(Token)
	if transport != nil {
		client.SetTransport(transport)
	}
	request := func(ctx context.Context, parameter, id string, result any) *resty.Request {
		return client.R().
			SetContext(ctx).
			SetHeader("Accept", "application/json").
			SetHeader("Accept-Version", "^1.30.0").
			SetPathParams(map[string]string{"applicationId": applicationID, parameter: id}).
			SetQueryParams(map[string]string{"_actions": "false", "_links": "true", "_embedded": "true"}).
			SetResult(result)
	}
	user := func(ctx context.Context, result any) *resty.Request {
		return request(ctx, "experienceUserId", userID, result)
	}
	group := func(ctx context.Context, result any) *resty.Request {
		return request(ctx, "experienceGroupId", groupID, result)
	}
	userPatch, groupPatch := userPatch(), groupPatch()
	return map[string]Call{
		"Get/user": func(ctx context.Context) error {
			return checked(user(ctx, &losant.ExperienceUser{}).Get(userURL))
		},
		"Patch/user": func(ctx context.Context) error {
			return checked(user(ctx, &losant.ExperienceUser{}).SetBody(userPatch).Patch(userURL))
		},
		"Delete/user": func(ctx context.Context) error {
			return checked(user(ctx, &losant.Success{}).Delete(userURL))
		},
		"Get/group": func(ctx context.Context) error {
			return checked(group(ctx, &losant.ExperienceGroup{}).Get(groupURL))
		},
		"Patch/group": func(ctx context.Context) error {
			return checked(group(ctx, &losant.ExperienceGroup{}).SetBody(groupPatch).Patch(groupURL))
		},
		"Delete/group": func(ctx context.Context) error {
			return checked(group(ctx, &losant.Success{}).Delete(groupURL))
		},
	}
}

func checked(response *resty.Response, err error) error {
	if err == nil && response.IsError() {
		err = fmt.Errorf("%s: %s", response.Status(), response.Body())
	}
	return err
}
