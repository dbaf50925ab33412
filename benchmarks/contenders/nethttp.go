package contenders

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/losant-go/losant"
)

// netHTTP is what one writes by hand for these six actions: net/http, encoding/json, the same headers, the same limits
// of time and size, the same tuning of the transport. It has no retries, no validation of patches and no typed errors.
type netHTTP struct {
	client  *http.Client
	baseURL string
}

func newNetHTTP(baseURL string, transport http.RoundTripper) map[string]Call {
	if transport == nil {
		transport = TunedTransport()
	}
	h := &netHTTP{&http.Client{Transport: transport}, baseURL}
	userPatch, groupPatch := userPatch(), groupPatch()
	return map[string]Call{
		"Get/user": func(ctx context.Context) (err error) {
			var user losant.ExperienceUser
			user.Raw, err = h.do(ctx, http.MethodGet, "users", userID, nil, &user)
			return err
		},
		"Patch/user": func(ctx context.Context) (err error) {
			var user losant.ExperienceUser
			user.Raw, err = h.do(ctx, http.MethodPatch, "users", userID, userPatch, &user)
			return err
		},
		"Delete/user": func(ctx context.Context) (err error) {
			var success losant.Success
			success.Raw, err = h.do(ctx, http.MethodDelete, "users", userID, nil, &success)
			return err
		},
		"Get/group": func(ctx context.Context) (err error) {
			var group losant.ExperienceGroup
			group.Raw, err = h.do(ctx, http.MethodGet, "groups", groupID, nil, &group)
			return err
		},
		"Patch/group": func(ctx context.Context) (err error) {
			var group losant.ExperienceGroup
			group.Raw, err = h.do(ctx, http.MethodPatch, "groups", groupID, groupPatch, &group)
			return err
		},
		"Delete/group": func(ctx context.Context) (err error) {
			var success losant.Success
			success.Raw, err = h.do(ctx, http.MethodDelete, "groups", groupID, nil, &success)
			return err
		},
	}
}

func (h *netHTTP) do(ctx context.Context, method, collection, id string, patch, result any) ([]byte, error) {
	const maxBody = 16 << 20
	if !isID(applicationID) || !isID(id) {
		return nil, errors.New("malformed id")
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	var body io.Reader
	if patch != nil {
		encoded, err := json.Marshal(patch)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(encoded)
	}
	url := h.baseURL + "/applications/" + applicationID + "/experience/" + collection + "/" + id +
		"?_actions=false&_links=true&_embedded=true"
	request, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Accept", "application/json")
	request.Header.Set("Accept-Version", "^1.30.0")
	request.Header.Set("Authorization", "Bearer "+Token)
	request.Header.Set("User-Agent", "losant-go/0.1.0 (by hand)")
	if patch != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := h.client.Do(request)
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

func isID(id string) bool {
	for _, c := range []byte(id) {
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') && (c < 'a' || c > 'z') && c != '_' && c != '-' {
			return false
		}
	}
	return id != "" && len(id) <= 100
}

// TunedTransport has the settings of the SDK's transport, but that it sees to compression itself.
func TunedTransport() *http.Transport {
	const idle = 256
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           (&net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:   10 * time.Second,
		MaxIdleConns:          idle,
		MaxIdleConnsPerHost:   idle,
		IdleConnTimeout:       90 * time.Second,
		ExpectContinueTimeout: time.Second,
		ForceAttemptHTTP2:     true,
		HTTP2: &http.HTTP2Config{
			SendPingTimeout: 15 * time.Second,
			PingTimeout:     15 * time.Second,
		},
	}
}
