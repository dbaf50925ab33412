package benchmarks

import (
	"context"
	"fmt"

	"github.com/go-resty/resty/v2"

	"github.com/losant-go/losant"
)

// plainResty is resty as its README shows it, with nothing tuned.
type plainResty struct{ *resty.Client }

func newResty(baseURL string) client {
	return plainResty{resty.New().SetBaseURL(baseURL).SetAuthToken(token)}
}

func (r plainResty) get(ctx context.Context) (*losant.ExperienceUser, error) {
	return user(r.request(ctx).Get(userURL))
}

func (r plainResty) patch(ctx context.Context) (*losant.ExperienceUser, error) {
	return user(r.request(ctx).SetBody(userPatch).Patch(userURL))
}

func (r plainResty) CloseIdleConnections() { r.GetClient().CloseIdleConnections() }

const userURL = "/applications/{applicationId}/experience/users/{experienceUserId}"

func (r plainResty) request(ctx context.Context) *resty.Request {
	return r.R().
		SetContext(ctx).
		SetHeader("Accept", "application/json").
		SetHeader("Accept-Version", "^1.30.0").
		SetPathParams(map[string]string{"applicationId": applicationID, "experienceUserId": userID}).
		SetQueryParams(map[string]string{"_actions": "false", "_links": "true", "_embedded": "true"}).
		SetResult(&losant.ExperienceUser{})
}

func user(response *resty.Response, err error) (*losant.ExperienceUser, error) {
	if err == nil && response.IsError() {
		err = fmt.Errorf("%s: %s", response.Status(), response.Body())
	}
	if err != nil {
		return nil, err
	}
	return response.Result().(*losant.ExperienceUser), nil
}
