package benchmarks

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/losant-go/losant"
)

// netHTTP is what one writes by hand for these calls: net/http, encoding/json, the same headers, the same limits of time
// and size, as many idle connections. It has no retries, no validation of patches and no typed errors.
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
	return h.user(ctx, http.MethodGet, userID, nil)
}

func (h netHTTP) patch(ctx context.Context) (*losant.ExperienceUser, error) {
	body, err := json.Marshal(userPatch)
	if err != nil {
		return nil, err
	}
	return h.user(ctx, http.MethodPatch, userID, bytes.NewReader(body))
}

func (h netHTTP) user(ctx context.Context, method, id string, body io.Reader) (*losant.ExperienceUser, error) {
	const maxBody = 16 << 20
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	target := h.baseURL + "/applications/" + url.PathEscape(applicationID) + "/experience/users/" + url.PathEscape(id) +
		"?_actions=false&_links=true&_embedded=true"
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
	user := &losant.ExperienceUser{Raw: raw}
	return user, json.Unmarshal(raw, user)
}
