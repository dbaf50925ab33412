package losant_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// readers and writers are the scopes that Losant documents for an action, besides the resource's own.
var (
	readers = []losant.Scope{
		"all.Application", "all.Application.bounded", "all.Application.read",
		"all.Organization", "all.Organization.bounded", "all.Organization.read",
		"all.User", "all.User.bounded", "all.User.read",
	}
	writers = []losant.Scope{
		"all.Application", "all.Application.bounded",
		"all.Organization", "all.Organization.bounded",
		"all.User", "all.User.bounded",
	}
)

func documentedOperations() []losant.Operation {
	const (
		users  = "/applications/{applicationId}/experience/users/{experienceUserId}"
		groups = "/applications/{applicationId}/experience/groups/{experienceGroupId}"
	)
	needs := func(general []losant.Scope, own ...losant.Scope) []losant.Scope {
		return append(slices.Clone(general), own...)
	}
	return []losant.Operation{
		{
			Name: "experienceGroup.delete", Method: "DELETE", Path: groups,
			Scopes: needs(writers, "experienceGroup.*", "experienceGroup.delete"),
		},
		{
			Name: "experienceGroup.get", Method: "GET", Path: groups,
			Scopes: needs(readers, "experienceGroup.*", "experienceGroup.get"),
		},
		{
			Name: "experienceGroup.patch", Method: "PATCH", Path: groups,
			Scopes: needs(writers, "experienceGroup.*", "experienceGroup.patch"),
		},
		{
			Name: "experienceUser.delete", Method: "DELETE", Path: users,
			Scopes: needs(writers, "experienceUser.*", "experienceUser.delete"),
		},
		{
			Name: "experienceUser.get", Method: "GET", Path: users,
			Scopes: needs(readers, "experienceUser.*", "experienceUser.get"),
		},
		{
			Name: "experienceUser.patch", Method: "PATCH", Path: users,
			Scopes: needs(writers, "experienceUser.*", "experienceUser.patch"),
		},
	}
}

func TestOperationsAreThoseDescribed(t *testing.T) {
	t.Parallel()
	var want []losant.Operation
	for _, a := range theDescription().Actions {
		o := losant.Operation{Name: a.ID(), Method: a.Method, Path: a.Path}
		for _, scope := range theDescription().ScopesOf(&a) {
			o.Scopes = append(o.Scopes, losant.Scope(scope))
		}
		want = append(want, o)
	}
	assert.Len(t, want, 375)
	assert.Equal(t, want, losant.Operations())
}

func TestOperationsAreThoseDocumented(t *testing.T) {
	t.Parallel()
	assert.Subset(t, losant.Operations(), documentedOperations())
}

func TestOperationsAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	mine := losant.Operations()
	for i := range mine {
		for j := range mine[i].Scopes {
			mine[i].Scopes[j] = "spoiled"
		}
		mine[i] = losant.Operation{}
	}
	assert.Subset(t, losant.Operations(), documentedOperations())
}

func TestRequiredScopesAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	record(transport, respond(http.StatusForbidden, ""))
	for range 2 {
		forbidden := forbiddenBy(t, client)
		assert.Equal(t, documentedOperations()[4].Scopes, forbidden.RequiredScopes)
		forbidden.RequiredScopes[0] = "spoiled"
	}
}

func TestDocCommentsNameTheScopes(t *testing.T) {
	t.Parallel()
	scope := regexp.MustCompile(`\b[a-z]\w*\.(?:\*|\w+(?:\.\w+)?)`)
	documented := map[string][]losant.Scope{}
	for _, file := range parsed(t) {
		for _, declaration := range file.Decls {
			method, ok := declaration.(*ast.FuncDecl)
			if !ok || method.Recv == nil || !method.Name.IsExported() {
				continue
			}
			receiver, _ := method.Recv.List[0].Type.(*ast.StarExpr)
			if receiver == nil {
				continue
			}
			service, isService := strings.CutSuffix(fmt.Sprint(receiver.X), "Service")
			if !isService {
				continue
			}
			text := method.Doc.Text()
			if strings.HasSuffix(method.Name.Name, "All") { // it has the scopes of the method for a single page
				continue
			}
			operation := key(service + "." + method.Name.Name)
			documented[operation] = []losant.Scope{}
			_, sentence, found := strings.Cut(text, "one of the scopes")
			require.NotEqual(t, found, strings.Contains(text, "It needs no token."), operation)
			for _, s := range scope.FindAllString(sentence, -1) {
				documented[operation] = append(documented[operation], losant.Scope(s))
			}
		}
	}
	for _, o := range losant.Operations() {
		assert.Equal(t, append([]losant.Scope{}, o.Scopes...), documented[key(o.Name)], o.Name)
	}
	assert.Len(t, documented, 375)
}

// parsed are the files of the package, but for tests.
func parsed(t *testing.T) (files []*ast.File) {
	t.Helper()
	names, err := filepath.Glob("*.go")
	require.NoError(t, err)
	for _, name := range names {
		if !strings.HasSuffix(name, "_test.go") {
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
			require.NoError(t, err)
			files = append(files, file)
		}
	}
	return files
}

func TestForbiddenErrorNamesTheScopesNeeded(t *testing.T) {
	t.Parallel()
	for _, a := range allActions() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			client, transport := newMocked(t)
			record(transport, respond(http.StatusForbidden, `{"type":"Forbidden","message":"Access is forbidden"}`))

			_, err := a.call(t.Context(), client)

			var forbidden *losant.ForbiddenError
			require.ErrorAs(t, err, &forbidden)
			i := slices.IndexFunc(documentedOperations(), func(o losant.Operation) bool { return o.Name == a.name })
			assert.Equal(t, documentedOperations()[i].Scopes, forbidden.RequiredScopes)
			assert.Nil(t, forbidden.GrantedScopes, "the token is none that can be read")
			for _, s := range forbidden.RequiredScopes {
				require.ErrorContains(t, err, string(s))
			}
		})
	}
}

// jwt is a token with a header and claims, and a signature that only Losant could judge.
func jwt(header, claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(header)) + "." + encode([]byte(claims)) + "." + encode([]byte("signature"))
}

func TestForbiddenErrorNamesTheScopesGranted(t *testing.T) {
	t.Parallel()
	const hs256 = `{"alg":"HS256","typ":"JWT"}`
	for _, c := range []struct {
		name, token string
		want        []losant.Scope
	}{
		{"array", jwt(hs256, `{"scope":["all.User.read","device.get"],"iss":"api.losant.com"}`), []losant.Scope{
			losant.ScopeAllUserRead, "device.get",
		}},
		{"single string", jwt(hs256, `{"scope":"experienceUser.*"}`), []losant.Scope{losant.ScopeExperienceUserAll}},
		{"none", jwt(hs256, `{"iss":"api.losant.com"}`), []losant.Scope{}},
		{"null", jwt(hs256, `{"scope":null}`), []losant.Scope{}},
		{"expired", jwt(hs256, `{"scope":["all.User"],"exp":1}`), []losant.Scope{losant.ScopeAllUser}},
		{"not yet valid", jwt(hs256, `{"scope":["all.User"],"nbf":99999999999}`), []losant.Scope{losant.ScopeAllUser}},
		{"EdDSA", jwt(`{"alg":"EdDSA"}`, `{"scope":["all.User"]}`), []losant.Scope{losant.ScopeAllUser}},
		{"alg none", jwt(`{"alg":"none"}`, `{"scope":["all.User"]}`), []losant.Scope{losant.ScopeAllUser}},
		{"alg unknown", jwt(`{"alg":"XY512"}`, `{"scope":["all.User"]}`), []losant.Scope{losant.ScopeAllUser}},
		{"no alg", jwt(`{}`, `{"scope":["all.User"]}`), []losant.Scope{losant.ScopeAllUser}},
		{"scope is a number", jwt(hs256, `{"scope":5}`), nil},
		{"claims are an array", jwt(hs256, `["all.User"]`), nil},
		{"no JSON", jwt(hs256, `all.User`), nil},
		{"garbage", "garbage", nil},
		{"dots", "..", nil},
		{"three parts", "a.b.c", nil},
		{"four parts", jwt(hs256, `{"scope":["all.User"]}`) + ".x", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			client, transport := newMocked(t)
			record(transport, respond(http.StatusForbidden, `{"type":"Forbidden","message":"Access is forbidden"}`))

			forbidden := forbiddenBy(t, client, losant.WithToken(c.token))

			assert.Equal(t, c.want, forbidden.GrantedScopes)
			assert.Equal(t, c.want != nil, strings.Contains(forbidden.Error(), "; the token holds "))
			for _, s := range c.want {
				require.ErrorContains(t, forbidden, string(s))
			}
		})
	}
}

func TestForbiddenErrorText(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	record(transport, respond(http.StatusForbidden, `{"type":"Forbidden","message":"Access is forbidden"}`))

	_, err := client.ExperienceGroup.Delete(t.Context(), applicationID, groupID,
		losant.WithToken(jwt(`{"alg":"HS256"}`, `{"scope":["experienceUser.get","experienceGroup.get"]}`)))

	require.EqualError(t, err, "losant: experienceGroup.delete: 403 Forbidden: Access is forbidden; needs one of the "+
		"scopes all.Application, all.Application.bounded, all.Organization, all.Organization.bounded, all.User, "+
		"all.User.bounded, experienceGroup.*, experienceGroup.delete; the token holds experienceUser.get, "+
		"experienceGroup.get (DELETE "+groupPath+")")
}

// "May do nothing" and "cannot be read" are different findings for whoever looks into a 403.
func TestTokenWithoutAnyScopeGrantsNone(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	record(transport, respond(http.StatusForbidden, ""))

	forbidden := forbiddenBy(t, client, losant.WithToken(jwt(`{"alg":"HS256"}`, `{"scope":[]}`)))

	assert.NotNil(t, forbidden.GrantedScopes, "nil is for tokens that could not be read")
	assert.Empty(t, forbidden.GrantedScopes)
}

func TestGrantedScopesAreThoseOfTheLastAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		source := func(context.Context) (string, error) {
			asked++
			return jwt(`{"alg":"HS256"}`, fmt.Sprintf(`{"scope":["scope-%d"]}`, asked)), nil
		}
		client, transport := newMocked(t, losant.WithTokenSource(source))
		record(transport, respond(503, "").Then(respond(503, "")).Then(respond(403, "")))

		forbidden := forbiddenBy(t, client)

		assert.Equal(t, 3, forbidden.Attempts)
		assert.Equal(t, []losant.Scope{"scope-3"}, forbidden.GrantedScopes)
		assert.Equal(t, 3, asked, "the source is not asked for the sake of the error")
	})
}

func forbiddenBy(t *testing.T, client *losant.Client, opts ...losant.CallOption) *losant.ForbiddenError {
	t.Helper()
	_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID, opts...)
	var forbidden *losant.ForbiddenError
	require.ErrorAs(t, err, &forbidden)
	return forbidden
}
