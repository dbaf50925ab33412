package losanttest

import (
	"crypto/subtle"
	"slices"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// authenticateUser logs an account in. Its token may do what the user may, or the scopes that were asked for.
func authenticateUser(s *Server, c *call) (any, *apiError) {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	body := c.object()
	email, _ := body.values["email"].(string)
	password, _ := body.values["password"].(string)
	a := s.store.accounts[email]
	if a == nil || !same(a.password, password) {
		return nil, unauthorized("Invalid email or password")
	}
	token := s.issue(a.claims(requestedScopes(body, "all.User")), body)
	return map[string]any{"userId": a.id, "token": token, "needsToVerifyEmail": false}, nil
}

// authenticateDevice logs a device in with an access key of its application.
func authenticateDevice(s *Server, c *call) (any, *apiError) {
	s.store.mu.Lock() // compacting is writing
	defer s.store.mu.Unlock()
	body := c.object()
	deviceID, _ := body.values["deviceId"].(string)
	device, key := s.store.deviceWithKey(deviceID, body)
	if device == nil {
		return nil, unauthorized("Invalid device credentials")
	}
	token := s.issue(claims{
		Scope:            requestedScopes(body, "all.Device"),
		RegisteredClaims: jwt.RegisteredClaims{Subject: device.id},
	}, body)
	answer := map[string]any{
		"applicationId": device.ids["applicationId"], "deviceId": device.id, "deviceClass": device.body["deviceClass"],
		"token": token,
	}
	for _, name := range []string{"filterType", "pubTopics", "subTopics"} {
		if value, ok := key.body[name]; ok {
			answer[name] = value
		}
	}
	return answer, nil
}

// deviceWithKey is a device, and the active access key of its application that credentials name and that is for the device.
func (st *store) deviceWithKey(deviceID string, credentials *object) (device, key *document) {
	name, _ := credentials.values["key"].(string)
	secret, _ := credentials.values["secret"].(string)
	kinds := theAPI().kinds
	for id := range st.applications {
		ids := map[string]string{"applicationId": id}
		devices := st.at(kinds["device"].place(ids))
		if devices == nil || devices.byID[deviceID] == nil {
			continue
		}
		device := devices.byID[deviceID]
		for _, key := range st.at(kinds["applicationKey"].place(ids)).documents() {
			stored, _ := key.once["secret"].(string)
			if key.text("key") == name && same(stored, secret) && key.text("status") == "active" && isFor(key, device) {
				return device, key
			}
		}
	}
	return nil, nil
}

// isFor reports whether an access key is for a device: it names the device or one of its tags, or none at all.
func isFor(key, device *document) bool {
	ids, _ := key.value("deviceIds").([]any)
	tags := tagsOf(key.value("deviceTags"))
	return len(ids)+len(tags) == 0 || slices.Contains(ids, any(device.id)) ||
		slices.ContainsFunc(device.tags, func(t tag) bool { return slices.Contains(tags, t) })
}

func same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

func requestedScopes(credentials *object, otherwise string) any {
	if scopes, ok := credentials.values["requestedScopes"].([]any); ok && len(scopes) > 0 {
		return scopes
	}
	return []any{otherwise}
}

// issue returns a token that lives as long as was asked for.
func (s *Server) issue(c claims, credentials *object) string {
	lifetime := tokenLifetime
	if seconds := sortKey(credentials.values["tokenTTL"]); seconds.number > 0 {
		lifetime = time.Duration(min(seconds.number, 1e9)) * time.Second
	}
	c.ExpiresAt = jwt.NewNumericDate(time.Now().Add(lifetime))
	return s.sign(time.Now(), c)
}
