package losant

import (
	"errors"
	"slices"

	"github.com/golang-jwt/jwt/v5"

	"github.com/losant-go/losant/internal/rest"
)

// Scope is one entry of an API token's scope claim: what the token may be used for. Scopes this package has no
// constant for are ordinary values: losant.Scope("device.get").
type Scope string

// The scopes that open the operations of this package, as Losant's API documentation lists them for each action. The
// Bounded ones came with API version 1.30.0; what they bound is not documented.
const (
	ScopeAllApplication         Scope = "all.Application"
	ScopeAllApplicationBounded  Scope = "all.Application.bounded"
	ScopeAllApplicationRead     Scope = "all.Application.read"
	ScopeAllOrganization        Scope = "all.Organization"
	ScopeAllOrganizationBounded Scope = "all.Organization.bounded"
	ScopeAllOrganizationRead    Scope = "all.Organization.read"
	ScopeAllUser                Scope = "all.User"
	ScopeAllUserBounded         Scope = "all.User.bounded"
	ScopeAllUserRead            Scope = "all.User.read"

	ScopeExperienceUserAll    Scope = "experienceUser.*"
	ScopeExperienceUserDelete Scope = "experienceUser.delete"
	ScopeExperienceUserGet    Scope = "experienceUser.get"
	ScopeExperienceUserPatch  Scope = "experienceUser.patch"

	ScopeExperienceGroupAll    Scope = "experienceGroup.*"
	ScopeExperienceGroupDelete Scope = "experienceGroup.delete"
	ScopeExperienceGroupGet    Scope = "experienceGroup.get"
	ScopeExperienceGroupPatch  Scope = "experienceGroup.patch"
)

// Operation is one action of the API, as Losant documents it.
type Operation struct {
	// Name is resource and action, "experienceUser.get": how errors, logs and losanttest call the operation.
	Name string
	// Method is the HTTP method.
	Method string
	// Path is the path below the base URL, with each id as a {parameter}: the syntax of http.ServeMux.
	Path string
	// Scopes are the scopes of which a token needs one.
	Scopes []Scope

	class rest.Class // what sending it a second time means
}

// Operations returns the operations of this package, ordered by resource and action. The result is the caller's own.
func Operations() []Operation {
	all := []Operation{
		experienceGroupDelete, experienceGroupGet, experienceGroupPatch,
		experienceUserDelete, experienceUserGet, experienceUserPatch,
	}
	for i := range all {
		all[i].Scopes = slices.Clone(all[i].Scopes)
	}
	return all
}

// grantedScopes reads the scope claim of an API token, which is a JWT, without verifying it: only Losant can do that.
// It is nil for a token that cannot be read.
func grantedScopes(token string) []Scope {
	var claims struct {
		jwt.RegisteredClaims
		Scope jwt.ClaimStrings `json:"scope"`
	}
	_, _, err := jwt.NewParser().ParseUnverified(token, &claims)
	if errors.Is(err, jwt.ErrTokenMalformed) { // and not when it is signed in a way that is not known here
		return nil
	}
	granted := make([]Scope, len(claims.Scope))
	for i, scope := range claims.Scope {
		granted[i] = Scope(scope)
	}
	return granted
}
