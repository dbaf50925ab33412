package losanttest

import (
	"crypto/subtle"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// account is a user of Losant, who can log in.
type account struct {
	document

	password   string
	generation int // of its tokens; those of an earlier one have ended
	recent     []recentItem
}

// claims are those of a token for the account.
func (a *account) claims(scope any) claims {
	return claims{Scope: scope, Generation: a.generation, RegisteredClaims: jwt.RegisteredClaims{Subject: a.id}}
}

// AddAccount adds a user who can log in with an email and a password, and returns the user's id. It panics when the email
// is taken, or is none.
func (s *Server) AddAccount(email, password string) (userID string) {
	if !isEmail(email) {
		panic("losanttest: AddAccount: " + email + " is no email")
	}
	st := &s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	if st.accounts[email] != nil {
		panic("losanttest: AddAccount: " + email + " is taken")
	}
	id, date := newID(), dateText(now())
	st.accounts[email] = &account{
		password: password,
		document: document{id: id, body: map[string]any{
			"id": id, "userId": id, "email": email, "creationDate": date, "lastUpdated": date, "passwordLastUpdated": date,
			"emailVerified": true, "needsToVerifyEmail": false, "twoFactorAuthEnabled": false,
		}},
	}
	return id
}

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
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
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

// getMe shows the account that the token is of.
func getMe(s *Server, c *call) (any, *apiError) {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	a, err := s.store.account(c)
	if err != nil {
		return nil, err
	}
	return s.meBody(c, a), nil
}

// patchMe changes the account that the token is of.
func patchMe(s *Server, c *call) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	a, err := s.store.account(c)
	if err != nil {
		return nil, err
	}
	known := theAPI().properties(c.action)
	body, _ := plain(c.object()).(map[string]any)
	changes := map[string]any{"lastUpdated": dateText(afterText(a.text("lastUpdated")))}
	for name, value := range body {
		if known[name] != nil {
			changes[name] = value
		}
	}
	email := strings.TrimSpace(a.text("email"))
	if wanted, ok := body["email"].(string); ok && wanted != email {
		if s.store.accounts[wanted] != nil {
			return nil, emailExists(wanted)
		}
		delete(s.store.accounts, email)
		email = wanted
	}
	changed := *a
	changed.document = *a.with(changes)
	s.store.accounts[email] = &changed
	return s.meBody(c, &changed), nil
}

func (s *Server) meBody(c *call, a *account) map[string]any {
	k := &kind{item: "me"}
	return s.entity(c, k, &a.document)
}

// account is the account that the token of a call is of.
func (st *store) account(c *call) (*account, *apiError) {
	for _, a := range st.accounts {
		if a.id == c.claims.Subject {
			return a, nil
		}
	}
	return nil, notFound("User")
}

// refreshToken hands out a new token for an account.
func refreshToken(s *Server, c *call) (any, *apiError) {
	s.store.mu.RLock()
	defer s.store.mu.RUnlock()
	a, err := s.store.account(c)
	if err != nil {
		return nil, err
	}
	token := s.sign(time.Now(), a.claims(c.claims.Scope))
	return map[string]any{"userId": a.id, "token": token}, nil
}
