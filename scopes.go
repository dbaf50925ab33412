package losant

import (
	"errors"
	"slices"

	"github.com/golang-jwt/jwt/v5"

	"github.com/losant-go/losant/internal/rest"
)

// Scope is one entry of an API token's scope claim: what the token may be used for. Scopes this package has no
// constant for are ordinary values: losant.Scope("pump.get").
type Scope string

// Operation is one action of the API, as Losant documents it.
type Operation struct {
	// Name is resource and action, "experienceUser.get": how errors, logs and losanttest call the operation.
	Name string
	// Method is the HTTP method.
	Method string
	// Path is the path below the base URL, with each id as a {parameter}: the syntax of http.ServeMux.
	Path string
	// Scopes are the scopes of which a token needs one, none when it needs no token.
	Scopes []Scope

	general *[]Scope      // scopes of several resources, which come besides Scopes
	class   rest.Class    // what sending it a second time means
	last    parameterKind // of the path
	params  string        // the type of its params, "" for none
	body    string        // the name of its body where that is not the usual one of the type
	event   string        // the name of the events of a stream, "" for what is none
	noToken bool
	maxBody int64 // of an answer of success; 0 for the usual
}

// largeBody is for the answers that Losant bounds at 20 or 30 MB.
const largeBody = 32 << 20

// parameterKind is what the last parameter of a path is. All others are ids.
type parameterKind uint8

const (
	anID  parameterKind = iota
	aName               // of up to 255 characters
	aWord               // a name without special characters
)

// scopes are all scopes of the operation, sorted.
func (o *Operation) scopes() []Scope {
	if o.general == nil {
		return o.Scopes
	}
	all := slices.Concat(*o.general, o.Scopes)
	slices.Sort(all)
	return all
}

// documented returns operations as users see them, with all their scopes.
func documented(operations []*Operation) []Operation {
	all := make([]Operation, len(operations))
	for i, o := range operations {
		all[i] = Operation{Name: o.Name, Method: o.Method, Path: o.Path, Scopes: slices.Clone(o.scopes())}
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
