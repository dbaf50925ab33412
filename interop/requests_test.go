package interop_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/interop/internal/seed"
)

// request is a request that a client could send, if not this one. Its strings may hold {names} of ids and tokens.
type request struct {
	name    string
	method  string
	path    string // as it goes on the wire, with the query
	header  map[string]string
	body    string
	differs string // why the two servers answer differently; "" when they answer the same
}

const (
	userPath  = "/applications/{app}/experience/users/{ada}"
	groupPath = "/applications/{app}/experience/groups/{nights}"
)

const (
	get    = http.MethodGet
	patch  = http.MethodPatch
	remove = http.MethodDelete
)

// Why two servers differ, for reasons that come more than once.
const (
	noCalendar = "the framework lets dates pass that no calendar has; what Losant does with them then is not known"
	noState    = "the reference has no state for it"
	httpParser = "net/http refuses such a request before losanttest sees it"
)

func TestRequestsAreAnsweredTheSame(t *testing.T) {
	t.Parallel()
	all := requests()
	ours, theirs := newWorlds(t, len(all))
	for i, r := range all {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			want, got := r.send(t, theirs[i]), r.send(t, ours[i])
			if r.differs != "" {
				assert.NotEqual(t, want, got, "they are said to differ: %s", r.differs)
				return
			}
			assert.Equal(t, want, got)
		})
	}
}

func TestRequestsAreNotedOnce(t *testing.T) {
	t.Parallel()
	all := requests()
	names, sent := map[string]bool{}, map[string]string{}
	for _, r := range all {
		assert.False(t, names[r.name], "%s: the name is taken", r.name)
		names[r.name] = true
		key := fmt.Sprint(r.method, r.path, r.header, r.body)
		assert.Empty(t, sent[key], "%s: the same request as", r.name)
		sent[key] = r.name
	}
	t.Logf("%d requests", len(all))
	assert.GreaterOrEqual(t, len(all), 150)
}

func requests() []request {
	var all []request
	for _, some := range [][]request{
		pathRequests(), methodRequests(), tokenRequests(), scopeRequests(), queryRequests(), bodyRequests(),
		orderRequests(), userPatches(), groupPatches(),
	} {
		all = append(all, some...)
	}
	return all
}

func pathRequests() (all []request) {
	add := func(name, path, differs string) {
		all = append(all, request{name: "path: " + name, method: get, path: path, differs: differs})
	}
	user := func(name, id string) { add(name, "/applications/{app}/experience/users/"+id, "") }
	user("id in capitals", strings.ToUpper(seed.Ada))
	user("id one digit short", seed.Ada[1:])
	user("id one digit long", seed.Ada+"0")
	user("id with a letter past f", "g"+seed.Ada[1:])
	user("id with a space before", "%20"+seed.Ada)
	user("id with a line end behind", seed.Ada+"%0A")
	user("id with a null character", seed.Ada[1:]+"%00")
	user("id with an escaped digit", "%35"+seed.Ada[1:])
	user("id with an escaped slash", seed.Ada+"%2F")
	user("id with full-width digits", strings.Repeat("%EF%BC%95", 24))
	user("id that is no UTF-8", "%ff")
	user("id of one character", "x")
	user("id of 100 characters", strings.Repeat("a", 100))
	user("id of 101 characters", strings.Repeat("a", 101))
	user("id of 100 escaped characters", strings.Repeat("%61", 100))
	user("id of 101 escaped characters", strings.Repeat("%61", 101))
	user("id of 51 surrogate pairs", strings.Repeat("%F0%9F%98%80", 51))
	user("id of a dot", ".")
	user("id of two dots", "..")
	user("id of two escaped dots", "%2e%2e")
	user("id of dots that lead to a group", "../groups/{nights}")
	user("id of dots that lead to a group, escaped", "..%2Fgroups%2F{nights}")
	add("id that is empty", "/applications/{app}/experience/users/", noState)
	user("id that is a parameter", "{experienceUserId}")
	user("id of a user of no application", "58b9d782cbfafe1be67500ff")
	user("id of a group", "{nights}")
	user("id with a semicolon", seed.Ada+";v=1")
	user("trailing slash", seed.Ada+"/")
	user("two trailing slashes", seed.Ada+"//")
	user("one segment more", seed.Ada+"/tags")
	user("fragment", seed.Ada+"%23top")
	add("group", groupPath, "")
	add("group id malformed", "/applications/{app}/experience/groups/x", "")
	add("group that does not exist", "/applications/{app}/experience/groups/{ada}", "")
	add("application id malformed", "/applications/x/experience/users/{ada}", "")
	add("application id empty", "/applications//experience/users/{ada}", "")
	add("application id of 101 characters", "/applications/"+strings.Repeat("a", 101)+"/experience/users/{ada}", "")
	add("application that does not exist", "/applications/{ada}/experience/users/{ada}", "")
	add("application that does not exist, of a group", "/applications/{ada}/experience/groups/{nights}", "")
	add("both ids malformed", "/applications/x/experience/users/y", "")
	add("root", "/", "")
	add("slash before", "/"+userPath, "")
	add("slash in the middle", "/applications/{app}//experience/users/{ada}", "")
	add("experience", "/applications/{app}/experience", "")
	add("other resource", "/applications/{app}/devices/{ada}", noState)
	add("route in capitals", "/applications/{app}/Experience/users/{ada}", "")
	add("route with an escaped letter", "/applications/{app}/%65xperience/users/{ada}", "")
	add("escape cut short", "/applications/{app}/experience/users/%2", httpParser)
	add("escape of no digits", "/applications/{app}/experience/users/%zz", httpParser)
	return all
}

func methodRequests() (all []request) {
	for _, method := range []string{"POST", "PUT", "HEAD", "OPTIONS", "PROPFIND", "LOCK", "TRACE"} {
		all = append(all, request{name: "method: " + method, method: method, path: userPath})
	}
	add := func(name, method, path, body string) {
		all = append(all, request{name: "method: " + name, method: method, path: path, body: body})
	}
	add("PUT with a body", "PUT", groupPath, `{}`)
	add("POST with a body that is not JSON", "POST", groupPath, `{`)
	add("POST of an unknown route", "POST", "/", "")
	add("PATCH of the collection", patch, "/applications/{app}/experience/users", `{}`)
	add("DELETE without a body", remove, userPath, "")
	add("DELETE with an empty object", remove, userPath, `{}`)
	add("DELETE with null", remove, groupPath, `null`)
	add("DELETE with a body that is not JSON", remove, userPath, `{`)
	add("DELETE of a group", remove, groupPath, "")
	add("DELETE of a parent", remove, "/applications/{app}/experience/groups/{operators}", "")
	add("DELETE of what does not exist", remove, "/applications/{app}/experience/groups/{ada}", "")
	add("GET with a body", get, userPath, `{"firstName": 5}`)
	add("GET with a body that is not JSON", get, userPath, `{`)
	all = append(all, request{
		name: "method: of no standard", method: "FETCH", path: userPath,
		differs: "Node's HTTP parser refuses methods that it does not know",
	})
	return all
}

func tokenRequests() (all []request) {
	add := func(name, authorization string) {
		all = append(all, request{
			name: "token: " + name, method: get, path: userPath, header: map[string]string{"Authorization": authorization},
		})
	}
	add("none", "")
	add("without a scheme", "{token all}")
	add("of the scheme Basic", "Basic {token all}")
	add("of the scheme JWT", "JWT {token all}")
	add("of the scheme bearer", "bearer {token all}")
	add("of the scheme BEARER", "BEARER {token all}")
	add("of the scheme Bearer:", "Bearer: {token all}")
	add("scheme without a token", "Bearer")
	add("two spaces", "Bearer  {token all}")
	add("tab", "Bearer\t{token all}")
	add("comma", "Bearer,{token all}")
	add("word behind", "Bearer {token all} x")
	add("word before", "x Bearer {token all}")
	add("in quotes", `Bearer "{token all}"`)
	add("garbage", "Bearer garbage")
	add("two dots", "Bearer ..")
	add("three letters", "Bearer a.b.c")
	add("expired", "Bearer {token expired}")
	add("expired and changed", "Bearer {token expired}x")
	add("with a letter behind", "Bearer {token all}x")
	add("with a letter before", "Bearer x{token all}")
	add("with a dot behind", "Bearer {token all}.")
	add("without its signature", "Bearer {token unsigned}")
	add("without its signature's dot", "Bearer {token headless}")
	add("with another's signature", "Bearer {token mixed}")
	add("with another header", "Bearer {token retyped}")
	add("of the algorithm none", "Bearer {token none}")
	add("signed by nobody known", "Bearer {token foreign}")
	add("with a list for claims", "Bearer {token list}")
	all = append(all, request{
		name: "token: with padding", method: get, path: userPath,
		header:  map[string]string{"Authorization": "Bearer {token all}="},
		differs: "the framework's token library takes the padding that tokens must not have",
	}, request{
		name: "token: with null for a header", method: get, path: userPath,
		header:  map[string]string{"Authorization": "Bearer {token null}"},
		differs: "the framework's token library fails on it in a way that the framework takes for no token at all",
	})

	inQuery := func(name, query, authorization string) {
		all = append(all, request{
			name: "token: in the query, " + name, method: get, path: userPath + query,
			header: map[string]string{"Authorization": authorization},
		})
	}
	inQuery("access_token", "?access_token={token all}", "")
	inQuery("jwt", "?jwt={token all}", "")
	inQuery("token, which is no parameter", "?token={token all}", "")
	inQuery("accessToken, which is no parameter", "?accessToken={token all}", "")
	inQuery("beside a bad one", "?access_token={token all}", "Bearer garbage")
	inQuery("garbage beside a good one", "?access_token=garbage", "Bearer {token all}")
	inQuery("empty beside a good one", "?access_token=", "Bearer {token all}")
	inQuery("empty, then jwt", "?access_token=&jwt={token expired}", "Bearer {token all}")
	inQuery("both kinds", "?jwt={token expired}&access_token={token all}", "")
	inQuery("twice", "?access_token={token all}&access_token={token all}", "")
	inQuery("jwt twice", "?jwt={token all}&jwt=", "")
	inQuery("with a scheme", "?access_token=Bearer+{token all}", "")
	return all
}

func scopeRequests() (all []request) {
	for _, token := range []string{
		"bounded", "read", "user", "userGet", "userPatch", "group", "groupActions", "plural", "other",
	} {
		for _, resource := range []struct{ name, path string }{{"user", userPath}, {"group", groupPath}} {
			for _, method := range []string{get, patch, remove} {
				r := request{
					name:   fmt.Sprintf("scope: %s, %s of a %s", token, method, resource.name),
					method: method, path: resource.path + "?_actions=1",
					header: map[string]string{"Authorization": "Bearer {token " + token + "}"},
				}
				if method == patch {
					r.body = `{}`
				}
				all = append(all, r)
			}
		}
	}
	return all
}

func queryRequests() (all []request) {
	add := func(query string) {
		all = append(all, request{name: "query: " + query, method: get, path: groupPath + "?" + query})
	}
	for _, query := range []string{
		"", "&", "=", "?", "_actions", "_actions=", "_actions=true", "_actions=True", "_actions=TRUE", "_actions=1",
		"_actions=yes", "_actions=no", "_actions=0", "_actions=+true", "_actions=tru%65", "_actions=true&_actions=true",
		"_actions=false&_actions=", "_links=false", "_links=true", "_links=", "_links=&_links=", "_links=0", "_links=x",
		"_embedded=false", "_embedded=true", "_actions=false&_links=true&_embedded=true",
		"_actions=true&_links=false&_embedded=false", "_ACTIONS=true", "%5Factions=true", "_actions=%zz", "_links=%",
		"includeDirectDeviceCount=true", "includeDirectDeviceCount=True", "includeDirectDeviceCount=1",
		"includeDirectDeviceCount=yes", "includeDirectDeviceCount=false", "includeDirectDeviceCount=",
		"includeDirectDeviceCount=true&includeDirectDeviceCount=true", "includeDirectDeviceCount",
		"includeTotalDeviceCount=true", "includeTotalDeviceCount=1&includeDirectDeviceCount=1",
		"includeTotalDeviceCount=a&includeTotalDeviceCount=b", "includedirectdevicecount=true", "unknown=1",
		"unknown=1&unknown=2", "__proto__=1", "applicationId=x", "experienceGroupId=x", "accessToken=x", "a;b=c",
	} {
		add(query)
	}
	all = append(all,
		request{
			name: "query: count of a parent", method: get,
			path: "/applications/{app}/experience/groups/{operators}?includeDirectDeviceCount=1&includeTotalDeviceCount=1",
		},
		request{name: "query: count twice on a user", method: get, path: userPath + "?includeDirectDeviceCount=1&includeDirectDeviceCount=1"},
		request{name: "query: count twice on a patch", method: patch, path: groupPath + "?includeTotalDeviceCount=1&includeTotalDeviceCount=1", body: `{}`},
		request{name: "query: count on a patch", method: patch, path: groupPath + "?includeTotalDeviceCount=1", body: `{}`},
		request{name: "query: body as a parameter", method: patch, path: userPath + "?experienceUser=%7B%7D"},
	)
	return all
}

func bodyRequests() (all []request) {
	add := func(name, body, differs string) {
		all = append(all, request{name: "body: " + name, method: patch, path: userPath, body: body, differs: differs})
	}
	add("none", "", "")
	add("white space", "  ", "")
	add("null", `null`, "")
	add("list", `[]`, "")
	add("list of an object", `[{}]`, "")
	add("number", `5`, "")
	add("zero", `0`, "")
	add("number past all", `1e999`, "")
	add("text", `"x"`, "")
	add("empty text", `""`, "")
	add("true", `true`, "")
	add("false", `false`, "")
	add("empty object", `{}`, "")
	add("empty object in white space", "\r\n\t {} \n", "")
	add("two objects", `{}{}`, "")
	add("object cut short", `{"firstName": "x"`, "")
	add("comma behind", `{"firstName": "x",}`, "")
	add("single quotes", `{'firstName': 'x'}`, "")
	add("name without quotes", `{firstName: "x"}`, "")
	add("comment", `{} // patch`, "")
	add("NaN", `{"firstName": NaN}`, "")
	add("number with a leading zero", `{"firstName": 01}`, "")
	add("line end in a text", "{\"firstName\": \"a\nb\"}", "")
	add("unknown escape", `{"firstName": "\x"}`, "")
	add("byte order mark", "\ufeff{}", "")
	add("no-break space", "\u00a0{}", "")
	add("no UTF-8", "{\"firstName\": \"\xff\"}", "")
	add("a text that overlong UTF-8 makes too long", "{\"firstName\": \""+strings.Repeat("a", 1022)+"\xc0\xaf\xff\"}", "")
	add("nested deeply", strings.Repeat("[", 5000)+strings.Repeat("]", 5000), "")
	add("nested too deeply", strings.Repeat("[", 20_000)+strings.Repeat("]", 20_000), "Go's JSON parser takes 10,000 levels")
	add("larger than losanttest takes", `{"firstName": "x"}`+strings.Repeat(" ", 5<<20), "Losant's own limit is not known")
	add("same property twice", `{"firstName": "x", "firstName": 5}`, "")
	add("same property twice, the other way", `{"firstName": 5, "firstName": "x"}`, "")
	add("property name with an escape", `{"first\u004eame": "x"}`, "")
	add("property in capitals", `{"FIRSTNAME": "x"}`, "")
	add("property that is empty", `{"": "x"}`, "")
	add("property __proto__", `{"__proto__": {"firstName": "x"}}`, "")
	add("property constructor", `{"constructor": "x"}`, "")
	add("property hasOwnProperty", `{"hasOwnProperty": "x"}`, "")
	add("property experienceUser", `{"experienceUser": {}}`, "")
	add("read-only property", `{"id": "{ada}"}`, "")
	add("property of a group", `{"name": "x"}`, "")
	add("half a surrogate pair", `{"firstName": "\ud83d"}`, "")
	add("halves of surrogate pairs as a password", `{"password": "`+strings.Repeat(`\ud83d`, 8)+`"}`, "")
	add("halves of surrogate pairs, too many", `{"firstName": "`+strings.Repeat(`\udc00`, 1025)+`"}`, "")
	add("escaped null character", `{"firstName": "\u0000"}`, "")
	add("answer that HTML could hide in", `{"firstName": "</script>&\u2028\u2029\u007f"}`, "")

	typed := func(contentType, body string) {
		all = append(all, request{
			name: "content type: " + contentType + ", " + body, method: patch, path: userPath, body: body,
			header: map[string]string{"Content-Type": contentType},
		})
	}
	for _, contentType := range []string{
		"application/json; charset=utf-8", "application/json;charset=x", "APPLICATION/JSON", "application/json ; a",
		"application/merge-patch+json", "application/vnd.losant.v1+json", "text/plain", "text/json", "application/xml",
		"application/jsonp", "json", "*/*",
	} {
		typed(contentType, `{}`)
	}
	typed("text/plain", `{`)
	typed("application/x+json", `{`)
	typed("text/html", ``)
	typed("", ``)
	typed("", `{}`)
	typed("application/octet-stream", `{}`)
	typed("application/octet-stream", `{`)
	typed("application/x-www-form-urlencoded", `firstName=Augusta`)
	typed("application/x-www-form-urlencoded", `{}`)
	return all
}

// orderRequests have more than one thing wrong: the answer tells which comes first.
func orderRequests() (all []request) {
	add := func(name, method, path, authorization, body string) {
		all = append(all, request{
			name: "order: " + name, method: method, path: path, body: body,
			header: map[string]string{"Authorization": authorization},
		})
	}
	malformed := "/applications/x/experience/users/y"
	unknown := "/applications/{ada}/experience/users/{nights}"
	add("JSON, route", patch, "/", "", `{`)
	add("JSON, id", patch, malformed, "", `{`)
	add("route, token", patch, "/", "Bearer garbage", `{}`)
	add("id, token", get, malformed, "Bearer garbage", "")
	add("id, no token", get, malformed, "", "")
	add("missing body, id, token", patch, malformed, "Bearer expired", "")
	add("id, body", patch, malformed, "", `null`)
	add("application's id, user's id", get, malformed, "Bearer {token all}", "")
	add("body, token", patch, userPath, "Bearer garbage", `{"id": 1}`)
	add("body, no token", patch, userPath, "", `[]`)
	add("body, scope", patch, userPath, "Bearer {token read}", `{"email": 1}`)
	add("body, resource", patch, unknown, "Bearer {token all}", `{"email": 1}`)
	add("token, resource", get, unknown, "Bearer garbage", "")
	add("scope, resource", get, unknown, "Bearer {token plural}", "")
	add("no token, resource", remove, unknown, "", "")
	add("application, user", get, unknown, "Bearer {token all}", "")
	add("query, token", get, groupPath+"?includeTotalDeviceCount=1&includeTotalDeviceCount=2", "Bearer garbage", "")
	add("query, id", get, "/applications/{app}/experience/groups/x?includeTotalDeviceCount=1&includeTotalDeviceCount=2", "", "")
	add("token twice, id", get, malformed+"?jwt=a&jwt=b", "", "")
	return all
}

func userPatches() (all []request) {
	add := func(name, body string) {
		all = append(all, request{name: "user: " + name, method: patch, path: userPath, body: body})
	}
	for property, longest := range map[string]int{"email": 1024, "firstName": 1024, "lastName": 1024, "password": 2048} {
		text := func(name, format string, a ...any) {
			add(property+" "+name, fmt.Sprintf(`{"%s": "%s"}`, property, fmt.Sprintf(format, a...)))
		}
		text("as long as allowed", "@%s", strings.Repeat("a", longest-1))
		text("one too long", "@%s", strings.Repeat("a", longest))
		text("as long as allowed, of two bytes each", "@%s", strings.Repeat("é", longest-1))
		text("as long as allowed, of surrogate pairs", "@@%s", strings.Repeat("😀", longest/2-1))
		text("one too long, of surrogate pairs", "@%s", strings.Repeat("😀", longest/2))
		text("empty", "")
		for _, value := range []string{`null`, `5`, `true`, `{}`, `[]`, `["x"]`} {
			add(property+" "+value, fmt.Sprintf(`{"%s": %s}`, property, value))
		}
	}
	for _, password := range []string{"1234567", "12345678", "😀😀😀😀", "😀😀😀", "        ", "\\u0000234567"} {
		add("password "+password, `{"password": "`+password+`"}`)
	}
	for _, email := range []string{
		"@", "a@", "@b", "a@b@c", "no at", "no.at", "a @b", " a@b", "a@b ", "a@b\\n", "a@\\u0085b", "a@\\u00a0b",
		"a@\\u200bb", "a@\\u2028b", "a@\\u3000b", "a@\\ufeffb", "a@\\u180eb", "a@\\u0000b", "ADA@example.com",
		"ada@example.com", "bob@example.com", "Bob@example.com",
	} {
		add("email "+email, `{"email": "`+email+`"}`)
	}
	for _, date := range []string{
		"2024-06-30T23:59:59Z", "2024-06-30T23:59:59.1Z", "2024-06-30T23:59:59.123456789Z", "2024-06-30t23:59:59z",
		"2024-06-30 23:59:59Z", "2024-06-30T23:59:59+02:00", "2024-06-30T23:59:59-00:00", "2024-06-30T24:00:00Z",
		"2024-02-30T00:00:00Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z", "2024-06-30", "2024-06-30T23:59:59",
		"2024-06-30T23:59Z", "2024-06-30T23:59:59.Z", "2024-06-30T23:59:59+0200", "2024-06-30T23:59:59+02",
		"2024-6-30T23:59:59Z", "2024-13-30T23:59:59Z", "2024-20-30T23:59:59Z", "24-06-30T23:59:59Z",
		"+002024-06-30T23:59:59Z", "2024-06-30T23:59:59Z ", " 2024-06-30T23:59:59Z", "now", "", "1719791999000",
	} {
		add("tokenCutoff "+date, `{"tokenCutoff": "`+date+`"}`)
	}
	for _, date := range []string{
		"2024-00-30T00:00:00Z", "2024-06-32T00:00:00Z", "2024-06-30T25:00:00Z", "2024-06-30T23:60:00Z",
		"2024-06-30T23:59:60Z", "2024-06-30T23:59:59+24:00", "0000-01-01T00:00:00+00:01",
	} {
		add("tokenCutoff "+date, `{"tokenCutoff": "`+date+`"}`)
		all[len(all)-1].differs = noCalendar
	}
	add("tokenCutoff a number", `{"tokenCutoff": 1719791999000}`)
	add("tokenCutoff null", `{"tokenCutoff": null}`)

	for name, body := range tagPatches("userTags") {
		add(name, body)
	}
	for name, body := range idPatches("experienceGroupIds", seed.Nights) {
		add(name, body)
	}
	add("two wrong, in the schema's order", `{"password": "short", "email": 5}`)
	add("two wrong, the other way", `{"email": 5, "password": "short"}`)
	add("unknown property before a wrong one", `{"x": 1, "email": 5}`)
	add("unknown property behind a wrong one", `{"email": 5, "x": 1}`)
	add("format and length", `{"email": "`+strings.Repeat("a", 1025)+`"}`)
	add("all wrong", `{"experienceGroupIds": 1, "userTags": 1, "tokenCutoff": 1, "password": 1, "lastName": 1, "firstName": 1}`)
	add("all right", `{
		"email": "countess@example.com", "firstName": "Augusta", "lastName": "King", "password": "analytical engine",
		"tokenCutoff": "2024-06-30T23:59:59.999Z", "userTags": {"b": "2", "a": "1"}, "experienceGroupIds": ["{nights}"]
	}`)
	return all
}

func groupPatches() (all []request) {
	add := func(name, body string) {
		all = append(all, request{name: "group: " + name, method: patch, path: groupPath, body: body})
	}
	for property, longest := range map[string]int{"name": 255, "description": 32767, "deviceQueryJson": 8192} {
		text := func(name, value string) { add(property+" "+name, `{"`+property+`": "`+value+`"}`) }
		text("empty", "")
		text("as long as allowed", strings.Repeat("a", longest))
		text("one too long", strings.Repeat("a", longest+1))
		text("as long as allowed, of surrogate pairs", strings.Repeat("😀", longest/2))
		text("one too long, of surrogate pairs", strings.Repeat("😀", longest/2+1))
		for _, value := range []string{`null`, `0`, `false`, `{}`, `[]`} {
			add(property+" "+value, `{"`+property+`": `+value+`}`)
		}
	}
	for _, value := range []string{
		`null`, `""`, `"root"`, `5`, `{}`, `[]`, `["{operators}"]`, `"{operators}"`, `"{operators}0"`, `" {operators}"`,
		`"{operators}\n"`,
	} {
		add("parentId "+value, `{"parentId": `+value+`}`)
	}
	for name, body := range tagPatches("groupTags") {
		add(name, body)
	}
	for _, property := range []string{"experienceUserIds", "experienceEndpointIds", "deviceIds"} {
		for name, body := range idPatches(property, seed.Bob) {
			add(name, body)
		}
	}
	for _, value := range []string{
		`null`, `{}`, `"x"`, `[]`, `[{}]`, `[null]`, `["x"]`, `[[]]`, `[{"key": "a"}]`, `[{"value": "a"}]`,
		`[{"key": null}]`, `[{"value": null}]`, `[{"key": ""}]`, `[{"value": ""}]`, `[{"key": 1}]`, `[{"key": "a.b"}]`,
		`[{"key": "a\n"}]`, `[{"key": "é"}]`, `[{"Key": "a"}]`, `[{"key": "a", "value": "b", "x": 1}]`,
		`[{"key": "a"}, {"key": "a"}]`, `[{}, {"value": "", "key": " "}]`, `[{"key": " "}, 5]`, `[{"__proto__": 1}]`,
	} {
		add("deviceTags "+value, `{"deviceTags": `+value+`}`)
	}
	for name, tags := range map[string][]string{
		"as many as allowed":             {strings.Repeat(`{},`, 99) + `{}`},
		"one too many":                   {strings.Repeat(`{},`, 100) + `{}`},
		"one too many, the last wrong":   {strings.Repeat(`{},`, 100) + `5`},
		"key as long as allowed":         {`{"key": "` + strings.Repeat("k", 255) + `"}`},
		"key one too long":               {`{"key": "` + strings.Repeat("k", 256) + `"}`},
		"value as long as allowed":       {`{"value": "` + strings.Repeat("v", 255) + `"}`},
		"value one too long":             {`{"value": "` + strings.Repeat("v", 256) + `"}`},
		"value of surrogate pairs":       {`{"value": "` + strings.Repeat("😀", 127) + `"}`},
		"value of surrogate pairs, more": {`{"value": "` + strings.Repeat("😀", 128) + `"}`},
	} {
		add("deviceTags "+name, `{"deviceTags": [`+strings.Join(tags, ",")+`]}`)
	}
	add("read-only property", `{"ancestorIds": []}`)
	add("property of a user", `{"email": "a@b"}`)
	add("property __proto__", `{"__proto__": null}`)
	add("two wrong, in the schema's order", `{"parentId": 1, "name": ""}`)
	add("all right", `{
		"name": "Days", "description": "", "experienceUserIds": ["{bob}"], "experienceEndpointIds": [], "groupTags": {},
		"deviceIds": ["58b9d743cbfafe1be675000a"], "deviceTags": [{"key": "k", "value": "v"}], "deviceQueryJson": null,
		"parentId": null
	}`)
	return all
}

// tagPatches are patches of a map of tags, by name.
func tagPatches(property string) map[string]string {
	all := map[string]string{}
	for _, value := range []string{
		`null`, `[]`, `"x"`, `{}`, `{"k": null}`, `{"k": 5}`, `{"k": true}`, `{"k": ["x"]}`, `{"k": {}}`, `{"k": ""}`,
		`{"": "x"}`, `{"bad key": "x"}`, `{"a.b": "x"}`, `{"é": "x"}`, `{"k\n": "x"}`, `{"-": "x", "_": "y"}`,
		`{"a": "x", "b": "", "c": 5}`, `{"b": "", "a": 5}`, `{"b": "x", "10": "y", "9": ""}`, `{"-1": "x", "1": ""}`,
		`{"01": "", "1": "x"}`, `{"4294967294": "", "4294967295": "x", "a": "x"}`,
		`{"4294967295": "x", "4294967294": ""}`, `{"k": "", "bad key": "x"}`, `{"k": "x", "k": ""}`,
		`{"a": "", "b": "x", "a": "y"}`, `{"b": "", "a": "x", "b": 5}`, `{"__proto__": "x"}`, `{"__proto__": 5}`,
		`{"__proto__": {}}`, `{"constructor": "x"}`, `{"toString": 5}`, `{"k": " "}`, `{"k": "\u0000"}`,
	} {
		all[property+" "+value] = `{"` + property + `": ` + value + `}`
	}
	for name, tag := range map[string][2]string{
		"key as long as allowed":                     {strings.Repeat("k", 255), "x"},
		"key one too long":                           {strings.Repeat("k", 256), "x"},
		"value as long as allowed":                   {"k", strings.Repeat("v", 255)},
		"value one too long":                         {"k", strings.Repeat("v", 256)},
		"value as long as allowed, surrogate pairs":  {"k", strings.Repeat("😀", 127)},
		"value one too long, surrogate pairs":        {"k", strings.Repeat("😀", 128)},
		"value too long, below a key that is no key": {"bad key", strings.Repeat("v", 256)},
	} {
		all[property+" "+name] = fmt.Sprintf(`{"%s": {"%s": "%s"}}`, property, tag[0], tag[1])
	}
	return all
}

// idPatches are patches of a list of ids, by name. One of the ids is that of something that exists.
func idPatches(property, id string) map[string]string {
	const unknown = "58b9d782cbfafe1be67500ff"
	all := map[string]string{}
	for _, value := range []string{
		`null`, `{}`, `"` + id + `"`, `[]`, `["` + id + `"]`, `["` + unknown + `", "` + id + `"]`,
		`["` + id + `", "` + id + `"]`, `["` + strings.ToUpper(id) + `"]`, `[null]`, `[5]`, `[[]]`, `[""]`, `["x"]`,
		`["` + id + `0"]`, `["` + id + `\n"]`, `["` + id + `", "x", 5]`, `["` + id + `", null, "x"]`,
	} {
		all[property+" "+value] = `{"` + property + `": ` + value + `}`
	}
	list := func(n int, last string) string {
		return `{"` + property + `": [` + strings.Repeat(`"`+unknown+`",`, n-1) + last + `]}`
	}
	all[property+" as many as allowed"] = list(1000, `"`+id+`"`)
	all[property+" one too many"] = list(1001, `"`+id+`"`)
	all[property+" one too many, the last wrong"] = list(1001, `"x"`)
	return all
}

// send sends the request as it is written, with a good token unless it has an Authorization of its own.
func (r request) send(t *testing.T, w world) outcome {
	t.Helper()
	fill := w.fill()
	request, err := http.NewRequestWithContext(t.Context(), r.method, w.URL, strings.NewReader(fill(r.body)))
	require.NoError(t, err)
	request.URL = &url.URL{Scheme: "http", Host: request.Host, Opaque: fill(r.path)}
	request.Header.Set("Authorization", "Bearer "+w.Tokens["all"])
	request.Header.Set("Content-Type", "application/json")
	for name, value := range r.header {
		request.Header.Set(name, fill(value))
		if value == "" {
			request.Header.Del(name)
		}
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	require.NoError(t, err)
	defer func() { assert.NoError(t, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	if response.StatusCode == http.StatusOK {
		return w.succeeded(t, body)
	}
	return failed(response.StatusCode, body)
}

// failed is the outcome of a call that was refused.
func failed(status int, body []byte) outcome {
	var problem struct {
		Type    string `json:"type"`
		Code    string `json:"code"`
		Message string `json:"message"`
	}
	if err := json.Unmarshal(body, &problem); err != nil {
		return outcome{Status: status, Message: string(body)}
	}
	if strings.HasPrefix(problem.Message, "Invalid JSON: ") {
		problem.Message = "Invalid JSON" // what follows are the parser's own words
	}
	return outcome{Status: status, Type: problem.Type + problem.Code, Message: problem.Message}
}

// fill returns the function that puts ids and tokens of the world in the place of their {names}.
func (w world) fill() func(string) string {
	part := strings.Split(w.Tokens["all"], ".")
	other := strings.Split(w.Tokens["read"], ".")
	encode := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	pairs := []string{
		"{app}", w.ID, "{ada}", seed.Ada, "{bob}", seed.Bob, "{operators}", seed.Operators, "{nights}", seed.Nights,
		"{token unsigned}", part[0] + "." + part[1] + ".",
		"{token headless}", part[0] + "." + part[1],
		"{token mixed}", part[0] + "." + part[1] + "." + other[2],
		"{token retyped}", encode(`{"alg":"HS384"}`) + "." + part[1] + "." + part[2],
		"{token none}", encode(`{"alg":"none"}`) + "." + part[1] + ".",
		"{token foreign}", part[0] + "." + part[1] + "." + encode(strings.Repeat("x", 32)),
		"{token list}", part[0] + "." + encode(`[]`) + "." + part[2],
		"{token null}", encode(`null`) + "." + part[1] + "." + part[2],
	}
	for name, token := range w.Tokens {
		pairs = append(pairs, "{token "+name+"}", token)
	}
	return strings.NewReplacer(pairs...).Replace
}
