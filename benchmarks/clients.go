// Package benchmarks measures what a call costs with this SDK beside the same call with net/http by hand, with resty as
// its README shows it, and with Losant's JavaScript client. It is a module of its own, of which nobody has to know.
//
//	go test -bench .         # one round
//	npm ci --prefix peers    # so that the JavaScript client takes part
//	make -C .. bench         # many rounds, beside each other in a table
package benchmarks

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/go-resty/resty/v2"

	"github.com/losant-go/losant"
)

// What every client asks for.
const (
	token         = "a-token"
	applicationID = "575ec8687ae143cd83dc4a97"
	userID        = "58b9d782cbfafe1be675744d"
	deviceID      = "575ed78e7ae143cd83dc4aab"
	userPath      = "/applications/" + applicationID + "/experience/users/" + userID
	statePath     = "/applications/" + applicationID + "/devices/" + deviceID + "/state"
)

var state = losant.DeviceStateOrStates{{
	Time: time.Date(2016, 6, 13, 4, 0, 0, 0, time.UTC),
	Data: map[string]any{"voltage": 12.5, "location": "39.1,-84.5", "on": true},
}}

// client is one way to call the API.
type client interface {
	get(ctx context.Context) (*losant.ExperienceUser, error)
	sendState(ctx context.Context) (*losant.Success, error)
	CloseIdleConnections()
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

func (s sdk) sendState(ctx context.Context) (*losant.Success, error) {
	return s.Device.SendState(ctx, applicationID, deviceID, state)
}

// netHTTP is what one writes by hand for these calls: net/http, encoding/json, the same headers, the same limits of time
// and size, as many idle connections. It has no retries, no validation and no typed errors.
type netHTTP struct {
	*http.Client
	baseURL string
}

func newNetHTTP(baseURL string) client {
	const idle = 256 // as the SDK
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConns, transport.MaxIdleConnsPerHost = idle, idle
	return netHTTP{&http.Client{Transport: transport}, baseURL}
}

func (h netHTTP) get(ctx context.Context) (*losant.ExperienceUser, error) {
	user := new(losant.ExperienceUser)
	raw, err := h.call(ctx, http.MethodGet, userPath, nil, user)
	user.Raw = raw
	return user, err
}

func (h netHTTP) sendState(ctx context.Context) (*losant.Success, error) {
	body, err := json.Marshal(state)
	if err != nil {
		return nil, err
	}
	success := new(losant.Success)
	raw, err := h.call(ctx, http.MethodPost, statePath, bytes.NewReader(body), success)
	success.Raw = raw
	return success, err
}

func (h netHTTP) call(ctx context.Context, method, path string, body io.Reader, result any) (json.RawMessage, error) {
	const maxBody = 16 << 20
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	target := h.baseURL + path + "?_actions=false&_links=true&_embedded=true"
	request, err := http.NewRequestWithContext(ctx, method, target, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Accept-Version", "^1.30.0")
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("User-Agent", "losant-go/0.2.0 (by hand)")
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := h.Do(request)
	if err != nil {
		return nil, err
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", response.Status, raw)
	}
	return raw, json.Unmarshal(raw, result)
}

// plainResty is resty as its README shows it, with nothing tuned.
type plainResty struct{ *resty.Client }

func newResty(baseURL string) client {
	return plainResty{resty.New().SetBaseURL(baseURL).SetAuthToken(token)}
}

func (r plainResty) get(ctx context.Context) (*losant.ExperienceUser, error) {
	user := new(losant.ExperienceUser)
	return user, failure(r.request(ctx).SetResult(user).Get(userPath))
}

func (r plainResty) sendState(ctx context.Context) (*losant.Success, error) {
	success := new(losant.Success)
	return success, failure(r.request(ctx).SetBody(state).SetResult(success).Post(statePath))
}

func (r plainResty) CloseIdleConnections() { r.GetClient().CloseIdleConnections() }

func (r plainResty) request(ctx context.Context) *resty.Request {
	return r.R().
		SetContext(ctx).
		SetHeader("Accept", "application/json").
		SetHeader("Accept-Version", "^1.30.0").
		SetQueryParams(map[string]string{"_actions": "false", "_links": "true", "_embedded": "true"})
}

func failure(response *resty.Response, err error) error {
	if err == nil && response.IsError() {
		err = fmt.Errorf("%s: %s", response.Status(), response.Body())
	}
	return err
}
