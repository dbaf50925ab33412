package losanttest

import (
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

// What accounts do with themselves.

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

// maxRecent is how many items of a type an account is reminded of.
const maxRecent = 10

// recentItem is something that an account has looked at.
type recentItem struct{ itemType, parentID, id string }

// recentItems is a list of items as an answer shows it: those of a type and a parent that are still there.
func (s *Server) recentItems(a *account, itemType, parentID string) map[string]any {
	list := map[string]any{"itemType": itemType}
	if parentID != "" {
		list["parentId"] = parentID
	}
	items := []any{}
	for _, item := range a.recent {
		if item.itemType != itemType || item.parentID != parentID {
			continue
		}
		if d := s.store.recent(item); d != nil {
			items = append(items, map[string]any{"id": d.id, "name": d.body["name"]})
		}
	}
	list["items"] = items[:min(len(items), maxRecent)]
	return list
}

// recent is the document that an item stands for; nil when it is gone.
func (st *store) recent(item recentItem) *document {
	resource := strings.Replace(item.itemType, "organization", "org", 1)
	k := theAPI().kinds[resource]
	d, err := st.find(k, map[string]string{"applicationId": item.parentID, k.idParam: item.id})
	if err != nil {
		return nil
	}
	return d
}

// withAccount calls f with the account of a call, while nobody else uses the store.
func (s *Server) withAccount(c *call, f func(a *account) (any, *apiError)) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	a, err := s.store.account(c)
	if err != nil {
		return nil, err
	}
	return f(a)
}

// addRecentItem puts an item in front of the others of its type.
func addRecentItem(s *Server, c *call) (any, *apiError) {
	return s.withAccount(c, func(a *account) (any, *apiError) {
		body := c.object()
		item := recentItem{body.text("itemType"), body.text("parentId"), body.text("itemId")}
		others := slices.DeleteFunc(slices.Clone(a.recent), func(other recentItem) bool { return other == item })
		a.recent = append([]recentItem{item}, others...)
		return s.recentItems(a, item.itemType, item.parentID), nil
	})
}

func fetchRecentItems(s *Server, c *call) (any, *apiError) {
	return s.withAccount(c, func(a *account) (any, *apiError) {
		return s.recentItems(a, c.text("itemType"), c.text("parentId")), nil
	})
}

// changePassword gives an account another password. With invalidateExistingTokens, its other tokens end.
func changePassword(s *Server, c *call) (any, *apiError) {
	return s.withAccount(c, func(a *account) (any, *apiError) {
		body := c.object()
		if !same(a.password, body.text("password")) {
			return nil, invalid("Invalid password")
		}
		date := dateText(afterText(a.text("lastUpdated")))
		changes := map[string]any{"passwordLastUpdated": date, "lastUpdated": date}
		changed := *a
		if body.values["invalidateExistingTokens"] == true {
			changes["tokenCutoff"] = date
			changed.generation++
		}
		changed.document, changed.password = *a.with(changes), body.text("newPassword")
		s.store.accounts[a.text("email")] = &changed
		token := s.issue(changed.claims(c.claims.Scope), body)
		return map[string]any{"userId": a.id, "token": token, "needsToVerifyEmail": false}, nil
	})
}

// deleteMe deletes an account, which says its email and its password once more.
func deleteMe(s *Server, c *call) (any, *apiError) {
	return s.withAccount(c, func(a *account) (any, *apiError) {
		body := c.object()
		if body.text("email") != a.text("email") || !same(a.password, body.text("password")) {
			return nil, invalid("Invalid email or password")
		}
		delete(s.store.accounts, a.text("email"))
		return successBody{true}, nil
	})
}

// disconnectGithub takes the name at GitHub away from an account.
func disconnectGithub(s *Server, c *call) (any, *apiError) {
	return s.withAccount(c, func(a *account) (any, *apiError) {
		changed := *a
		changed.document = *a.with(map[string]any{"lastUpdated": dateText(afterText(a.text("lastUpdated")))})
		delete(changed.body, "githubName")
		s.store.accounts[a.text("email")] = &changed
		return s.meBody(c, &changed), nil
	})
}

// verifyEmail would send an email.
func verifyEmail(s *Server, c *call) (any, *apiError) {
	return s.withAccount(c, func(*account) (any, *apiError) { return successBody{true}, nil })
}

// hasEnded reports whether a token is of an account that has ended its tokens since.
func (st *store) hasEnded(c *claims) bool {
	if c.Subject == "" {
		return false
	}
	st.mu.RLock()
	defer st.mu.RUnlock()
	for _, a := range st.accounts {
		if a.id == c.Subject {
			return a.generation != c.Generation
		}
	}
	return false
}
