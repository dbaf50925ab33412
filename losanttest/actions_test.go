package losanttest_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/api"
	"github.com/losant-go/losant/losanttest"
)

var pathParameter = regexp.MustCompile(`\{\w+\}`)

// Every action is routed to, refuses a bad id, a bad token and none, opens to each of its scopes, and reaches a handler.
func TestEveryActionIsChecked(t *testing.T) {
	t.Parallel()
	d, err := api.Load()
	require.NoError(t, err)
	f := newFixture(t)
	require.Len(t, d.Actions, 375)
	for i := range d.Actions {
		a := &d.Actions[i]
		f.Handle(a.ID(), func(losanttest.Request) (int, any) { return http.StatusTeapot, a.ID() })
		r := request{method: a.Method, path: pathParameter.ReplaceAllString(a.Path, "575ec8687ae143cd83dc4a97")}
		r.path = strings.Replace(r.path, "/575ec8687ae143cd83dc4a97/versions/575ec8687ae143cd83dc4a97", "/575ec8687ae143cd83dc4a97/versions/develop", 1)
		bad := r
		for _, p := range a.Parameters {
			if p.In == api.InPath && p.Pattern != "" {
				bad.path = strings.Replace(pathParameter.ReplaceAllString(strings.Replace(a.Path, "{"+p.Name+"}", "!", 1),
					"575ec8687ae143cd83dc4a97"), "!", "x", 1)
				f.fails(t, bad, http.StatusBadRequest, "Validation", firstBroken(a, p.Name))
				break
			}
		}
		if needsMore(d, a) {
			continue
		}
		if a.Body != nil {
			r.body, r.contentType = "{}", "application/json"
		}
		if !a.NoToken {
			f.fails(t, r, http.StatusForbidden, "Forbidden", "Access is forbidden")
			r.auth = "Bearer {scope:all.Nothing}"
			f.fails(t, r, http.StatusForbidden, "Forbidden", "Access is forbidden")
		}
		r.auth = "Bearer {expired}"
		f.fails(t, r, http.StatusUnauthorized, "Unauthorized", "Access token has expired")
		for _, scope := range append(d.ScopesOf(a), "all.Nothing") {
			if scope == "all.Nothing" && !a.NoToken {
				continue
			}
			r.auth = "Bearer {scope:" + scope + "}"
			resp, body := f.send(t, r)
			assert.Equal(t, http.StatusTeapot, resp.StatusCode, "%s %s", a.ID(), body)
			assert.Equal(t, `"`+a.ID()+`"`, body)
		}
	}
}

// needsMore reports whether an action takes more than a path and an empty object.
func needsMore(d *api.Description, a *api.Action) bool {
	for _, p := range a.Parameters {
		if p.In != api.InPath && p.Required {
			return true
		}
	}
	if a.Body == nil {
		return false
	}
	s := d.Schemas[a.Body.Schema]
	for s.Ref != "" {
		s = d.Schemas[s.Ref]
	}
	return len(s.Required) > 0 || len(s.OneOf) > 0 || len(s.AnyOf) > 0 || s.MinProperties != nil ||
		len(s.Type) != 1 || s.Type[0] != "object"
}

// firstBroken is the message for a request whose parameter in the path is malformed, and which has nothing else.
func firstBroken(a *api.Action, name string) string {
	for _, p := range a.Parameters {
		if p.Type == "file" && p.Required {
			return p.Name + " is not a valid file"
		}
	}
	var required []string
	for _, p := range a.Parameters {
		if p.In != api.InPath && p.Required {
			required = append(required, p.Name)
		}
	}
	if a.Body != nil && a.Body.Required && (!a.Body.Last || len(required) == 0) {
		required = append([]string{a.Body.Name}, required...)
	}
	if len(required) > 0 {
		return required[0] + " is required"
	}
	return name + " pattern mismatch"
}

// The body is checked where Losant has it: before the query in most actions, behind it in some.
func TestOrderOfBodyAndQuery(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const id = "575ec8687ae143cd83dc4a97"
	f.fails(t, asAdmin("POST", "/applications/{app}/data-tables/"+id+"/rows/delete", `5`).withQuery("limit=1&limit=2"),
		http.StatusBadRequest, "Validation", "query is the wrong type")
	f.fails(t, asAdmin("PATCH", "/applications/{app}/flows/"+id, `5`).withQuery("includeCustomNodes=1&includeCustomNodes=2"),
		http.StatusBadRequest, "Validation", "includeCustomNodes is the wrong type")
}

func TestOAuthTokensAreRefused(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Handle("userApiTokens.post", func(losanttest.Request) (int, any) { return http.StatusCreated, nil })
	f.Handle("userApiTokens.get", func(losanttest.Request) (int, any) { return http.StatusOK, nil })
	post := asAdmin("POST", "/me/tokens", `{"name":"a"}`)
	post.auth = "Bearer " + f.OAuthToken("all.User")
	f.fails(t, post, http.StatusForbidden, "Forbidden", "Access is forbidden")
	get := asAdmin("GET", "/me/tokens", "")
	get.auth = post.auth
	resp, _ := f.send(t, get)
	assert.Equal(t, http.StatusOK, resp.StatusCode)
	post.auth = "Bearer " + f.Token("all.User")
	resp, _ = f.send(t, post)
	assert.Equal(t, http.StatusCreated, resp.StatusCode)
}

func TestEncodedBodies(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	send := func(body string, header ...string) (status int, code string) {
		t.Helper()
		req := f.build(t, asAdmin("PATCH", "{user}", body))
		for i := 0; i < len(header); i += 2 {
			req.Header.Set(header[i], header[i+1])
		}
		resp, err := f.http.Do(req)
		require.NoError(t, err)
		defer closeBody(t, resp)
		if resp.StatusCode == http.StatusOK {
			return resp.StatusCode, ""
		}
		return resp.StatusCode, decode(t, resp)["code"]
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, err := fmt.Fprint(w, `{"firstName":"Ada"}`)
	require.NoError(t, err)
	require.NoError(t, w.Close())

	status, _ := send(packed.String(), "Content-Encoding", "gzip")
	assert.Equal(t, http.StatusOK, status)
	assert.Equal(t, "Ada", f.mustUser(t, f.user.ID).FirstName)
	status, code := send("{}", "Content-Encoding", "gzip")
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Equal(t, "BadRequest", code)
	for _, encoding := range []string{"br", "identity", "GZIP"} {
		status, code = send("{}", "Content-Encoding", encoding)
		assert.Equal(t, http.StatusUnsupportedMediaType, status)
		assert.Equal(t, "UnsupportedMediaType", code)
	}
	status, _ = send("{}", "Content-MD5", "mZFLkyvTelC5g8XnyQrpOw==")
	assert.Equal(t, http.StatusOK, status)
	status, code = send("{}", "Content-MD5", "mZFLkyvTelC5g8XnyQrpOx==")
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Equal(t, "BadDigest", code)

	large := bytes.Buffer{}
	w = gzip.NewWriter(&large)
	_, err = fmt.Fprint(w, strings.Repeat(" ", 5<<20))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	status, _ = send(large.String(), "Content-Encoding", "gzip")
	assert.Equal(t, http.StatusRequestEntityTooLarge, status)
}

// An empty body that comes in chunks is one, which is a text; no body is none.
func TestEmptyBodies(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for length, message := range map[int64]string{-1: "experienceUser is the wrong type", 0: "experienceUser is required"} {
		req := f.build(t, request{method: "PATCH", path: "{user}", contentType: "application/json", auth: "Bearer {token}"})
		req.Body, req.ContentLength = http.NoBody, length
		if length < 0 {
			req.Body = http.MaxBytesReader(nil, http.NoBody, 1) // of a length that net/http does not know
		}
		resp, err := f.http.Do(req)
		require.NoError(t, err)
		assert.Equal(t, message, decode(t, resp)["message"])
		closeBody(t, resp)
	}
}

func TestForms(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.Handle("application.import", func(losanttest.Request) (int, any) { return http.StatusOK, "imported" })
	f.Handle("file.upload", func(losanttest.Request) (int, any) { return http.StatusOK, "uploaded" })
	part := func(disposition, content string) string {
		return "--B\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + content + "\r\n--B--\r\n"
	}
	form := func(path, body string) request {
		r := asAdmin("POST", "/applications/{app}"+path, body)
		r.contentType = "multipart/form-data; boundary=B"
		return r
	}
	invalid := func(r request, message string) {
		t.Helper()
		f.fails(t, r, http.StatusBadRequest, "Validation", message)
	}
	file := "/file/575ec8687ae143cd83dc4a97/upload"
	invalid(form(file, part(`name="other"; filename="a"`, "x")), "file is not a valid file")
	invalid(form(file, part(`name="file"`, "x")), "file is not a valid file")
	invalid(asAdmin("POST", "/applications/{app}"+file, `{"file":{}}`), "file is not a valid file")
	_, body := f.send(t, form(file, part(`name="file"; filename="a"`, "x")))
	assert.Equal(t, `"uploaded"`, body)
	_, body = f.send(t, form(file, part(`name="file"; filename="a"`, strings.Repeat("x", 5<<20))))
	assert.Equal(t, `"uploaded"`, body)
	resp, _ := f.send(t, form(file, part(`name="file"; filename="a"`, strings.Repeat("x", 10<<20))))
	assert.Equal(t, http.StatusRequestEntityTooLarge, resp.StatusCode)

	invalid(form("/import", part(`name="options"`, "{")), "options is the wrong type")
	invalid(form("/import", part(`name="options"`, `{"x":1}`)), "options has additional properties")
	_, body = f.send(t, form("/import", part(`name="email"`, `a@b`)))
	assert.Equal(t, `"imported"`, body)
	_, body = f.send(t, asAdmin("POST", "/applications/{app}/import", `{"email":"a@b"}`))
	assert.Equal(t, `"imported"`, body)

	broken := form("/import", "x")
	broken.contentType = "multipart/form-data"
	resp, _ = f.send(t, broken)
	assert.Equal(t, http.StatusBadRequest, resp.StatusCode)
	resp, _ = f.send(t, form("/import", "--B\r\nx"))
	assert.Equal(t, http.StatusBadRequest, resp.StatusCode)
}

// Parameters that are no texts.
func TestQueryParameters(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, operation := range []string{"devices.get", "applicationTemplates.get", "auditLogs.get"} {
		f.Handle(operation, func(losanttest.Request) (int, any) { return http.StatusOK, nil })
	}
	devices := "/applications/{app}/devices"
	for _, test := range []struct{ path, query, message string }{
		{devices, `query={"name":"a"}`, ""},
		{devices, `query={`, "query is the wrong type"},
		{devices, `query=`, "query is the wrong type"},
		{devices, `query=[]`, "query is the wrong type"},
		{devices, `query={"no":1}`, "query has additional properties"},
		{devices, `query={"$and":[{"no":1}]}`, ""}, // the validator does not look into itself
		{devices, `tagFilter[0][key]=a&tagFilter[0][value]=b`, ""},
		{devices, `tagFilter[0][keys]=a`, "tagFilter.0 has additional properties"},
		{devices, `tagFilter=a`, "tagFilter is the wrong type"},
		{devices, `sortDirection=up`, "sortDirection must be an enum value"},
		{devices, `page=1&page=2`, "page is the wrong type"},
		{devices, `nothing=1&nothing=2`, ""},
		{"/applicationTemplates", "keywords=a,b", ""},
		{"/applicationTemplates", "keywords=a&keywords=b", ""},
		{"/applicationTemplates", "keywords[a]=b", "keywords is the wrong type"},
	} {
		r := asAdmin("GET", test.path, "").withQuery(strings.NewReplacer(`"`, "%22", "{", "%7B", "}", "%7D").Replace(test.query))
		r.auth = "Bearer " + f.Token(losant.ScopeAllUser)
		if test.message != "" {
			f.fails(t, r, http.StatusBadRequest, "Validation", test.message)
			continue
		}
		resp, body := f.send(t, r)
		assert.Equal(t, http.StatusOK, resp.StatusCode, "%s %s", test.query, body)
	}
}
