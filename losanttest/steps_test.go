package losanttest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// answers are requests and what Losant's framework answers to them: every one was sent to it as well.
func answers() []answered {
	const (
		noID     = "/applications/{app}/experience/users/0123456789abcdef0123456g"
		absentID = "0123456789abcdef01234567"
	)
	var (
		ids = func(n int) string {
			list := make([]string, n)
			for i := range list {
				list[i] = fmt.Sprintf(`"%024x"`, i)
			}
			return "[" + strings.Join(list, ",") + "]"
		}
		text  = func(n int) string { return `"` + strings.Repeat("a", n) + `"` }
		emoji = func(n int) string { return `"` + strings.Repeat("😀", n) + `"` }
		user  = func(body string) request { return asAdmin("PATCH", "{user}", body) }
		group = func(body string) request { return asAdmin("PATCH", "{group}", body) }
		get   = func(path, query, auth string) request {
			return request{method: "GET", path: path, query: query, auth: auth}
		}
		typed  = func(contentType string) request { r := user("{}"); r.contentType = contentType; return r }
		answer = func(name string, r request, status int, kind, message string) answered {
			return answered{name, r, status, kind, message}
		}
		invalid = func(name string, r request, message string) answered {
			return answer(name, r, http.StatusBadRequest, "Validation", message)
		}
		unknownRoute = func(name, method, path string) answered {
			return answer(name, asAdmin(method, path, ""), http.StatusMethodNotAllowed, "MethodNotAllowed",
				method+" is not allowed")
		}
		forbidden = func(name string, r request) answered {
			return answer(name, r, http.StatusForbidden, "Forbidden", "Access is forbidden")
		}
		unauthorized = func(name string, r request, message string) answered {
			return answer(name, r, http.StatusUnauthorized, "Unauthorized", message)
		}
		notFound = func(name, method, path, message string) answered {
			body := ""
			if method == "PATCH" {
				body = "{}"
			}
			return answer(name, asAdmin(method, path, body), http.StatusNotFound, "NotFound", message)
		}
		success = func(name string, r request) answered { return answer(name, r, http.StatusOK, "", "") }
	)
	return []answered{
		// Routes.
		unknownRoute("root", "GET", "/"),
		unknownRoute("unknown route", "GET", "/nothing"),
		unknownRoute("another method of a collection", "PATCH", "/applications/{app}/experience/users"),
		unknownRoute("below a user", "GET", "{user}/more"),
		unknownRoute("PUT", "PUT", "{user}"),
		unknownRoute("POST", "POST", "{group}"),
		unknownRoute("another case", "GET", "/Applications/{app}/experience/users/"+absentID),
		unknownRoute("two slashes", "GET", "/{user}"),
		unknownRoute("two slashes at the end", "GET", "{user}//"),
		unknownRoute("dots lead nowhere", "GET", "/applications/{app}/experience/groups/../users/"+absentID),
		unknownRoute("id of 101", "GET", "/applications/{app}/experience/users/"+strings.Repeat("a", 101)),
		unknownRoute("application id of 101", "DELETE",
			"/applications/"+strings.Repeat("a", 101)+"/experience/users/"+absentID),
		unknownRoute("id of 51 emoji", "GET", "/applications/{app}/experience/users/"+strings.Repeat("%F0%9F%98%80", 51)),
		answer("a broken body", asAdmin("POST", "/nothing", "{"), http.StatusMethodNotAllowed, "MethodNotAllowed",
			"POST is not allowed"),
		answer("id that is no UTF-8", asAdmin("GET", "/applications/{app}/experience/users/%ff", ""), http.StatusNotFound,
			"ResourceNotFound", "/applications/{app}/experience/users/%ff does not exist"),
		invalid("empty id", get("/applications//experience/users/"+absentID, "", ""), "applicationId pattern mismatch"),
		invalid("empty id at the end", get("/applications/{app}/experience/users//", "", ""),
			"experienceUserId pattern mismatch"),
		invalid("id of 100", get("/applications/{app}/experience/users/"+strings.Repeat("a", 100), "", ""),
			"experienceUserId pattern mismatch"),
		invalid("id of 50 emoji", get("/applications/{app}/experience/users/"+strings.Repeat("%F0%9F%98%80", 50), "", ""),
			"experienceUserId pattern mismatch"),
		success("slash at the end", get("{user}/", "", "Bearer {token}")),
		notFound("escaped letter", "GET", "/%61pplications/{app}/experience/users/"+absentID,
			"Experience user was not found"),

		// Ids.
		invalid("user id", get(noID, "", "Bearer {token}"), "experienceUserId pattern mismatch"),
		invalid("user id before token", get(noID, "", "Bearer {expired}"), "experienceUserId pattern mismatch"),
		invalid("group id", get("/applications/{app}/experience/groups/x", "", ""), "experienceGroupId pattern mismatch"),
		invalid("both ids", get("/applications/x/experience/groups/x", "", ""), "applicationId pattern mismatch"),
		invalid("id of dots", get("/applications/{app}/experience/users/..", "", ""), "experienceUserId pattern mismatch"),
		invalid("id with a slash", get("/applications/{app}/experience/users/a%2Fb", "", ""),
			"experienceUserId pattern mismatch"),
		invalid("id with a line feed", get("/applications/{app}/experience/users/"+absentID+"%0A", "", ""),
			"experienceUserId pattern mismatch"),
		invalid("body before id", asAdmin("PATCH", noID, ""), "experienceUser is required"),
		invalid("id before body", asAdmin("PATCH", noID, "[]"), "experienceUserId pattern mismatch"),

		// Bodies.
		invalid("no user", user(""), "experienceUser is required"),
		invalid("no group", group(""), "experienceGroup is required"),
		invalid("null", user("null"), "experienceUser is the wrong type"),
		invalid("array", user("[]"), "experienceUser is the wrong type"),
		invalid("number", user("5"), "experienceUser is the wrong type"),
		invalid("huge number", user("1e999"), "experienceUser is the wrong type"),
		invalid("string", group(`"x"`), "experienceGroup is the wrong type"),
		invalid("true", group("true"), "experienceGroup is the wrong type"),
		invalid("text/plain", typed("text/plain"), "experienceUser is the wrong type"),
		invalid("no content type", typed(""), "experienceUser is required"),
		invalid("any bytes", typed("application/octet-stream"), "experienceUser is required"),
		invalid("application/xml", typed("application/xml"), "experienceUser has additional properties"),
		invalid("text/x+json", typed("text/x+json"), "experienceUser is the wrong type"),
		invalid("space before the charset", typed("application/json ; charset=utf-8"),
			"experienceUser has additional properties"),
		success("charset", typed("Application/JSON; charset=utf-8")),
		invalid("merge patch", typed("application/merge-patch+json"), "experienceUser has additional properties"),
		success("another kind of JSON", typed("application/vnd.losant+json")),
		invalid("form", typed("application/x-www-form-urlencoded"), "experienceUser has additional properties"),
		success("empty user patch", user("{}")),
		success("empty group patch", group("{}")),

		// Properties of a user.
		invalid("unknown property", user(`{"nickname":"x"}`), "experienceUser has additional properties"),
		invalid("read-only property", user(`{"avatarUrl":"x"}`), "experienceUser has additional properties"),
		invalid("another case of a property", user(`{"Email":"a@b"}`), "experienceUser has additional properties"),
		invalid("unknown property before a wrong one", user(`{"email":5,"id":"x"}`),
			"experienceUser has additional properties"),
		invalid("email without @", user(`{"email":"ada"}`), "experienceUser.email must be email format"),
		invalid("email with a space", user(`{"email":"a da@x"}`), "experienceUser.email must be email format"),
		invalid("email with a no-break space", user(`{"email":"a\u00a0@x"}`), "experienceUser.email must be email format"),
		invalid("email with a byte order mark", user(`{"email":"a\ufeff@x"}`), "experienceUser.email must be email format"),
		success("email with a next line", user(`{"email":"a\u0085@x"}`)),
		success("email of an @", user(`{"email":"a@"}`)),
		invalid("email null", user(`{"email":null}`), "experienceUser.email is the wrong type"),
		invalid("long email", user(`{"email":"@`+strings.Repeat("a", 1024)+`"}`),
			"experienceUser.email has longer length than allowed"),
		invalid("long email without @", user(`{"email":`+text(1025)+`}`), "experienceUser.email must be email format"),
		invalid("first name null", user(`{"firstName":null}`), "experienceUser.firstName is the wrong type"),
		invalid("first name of 1025", user(`{"firstName":`+text(1025)+`}`),
			"experienceUser.firstName has longer length than allowed"),
		success("first name of 1024", user(`{"firstName":`+text(1024)+`}`)),
		success("first name of 512 emoji", user(`{"firstName":`+emoji(512)+`}`)),
		invalid("first name of 513 emoji", user(`{"firstName":`+emoji(513)+`}`),
			"experienceUser.firstName has longer length than allowed"),
		success("first name empty", user(`{"firstName":""}`)),
		success("first name of half a character", user(`{"firstName":"\ud83d"}`)),
		invalid("last name number", user(`{"lastName":5}`), "experienceUser.lastName is the wrong type"),
		invalid("password of 7", user(`{"password":`+text(7)+`}`), "experienceUser.password has less length than allowed"),
		success("password of 8", user(`{"password":`+text(8)+`}`)),
		success("password of 4 emoji", user(`{"password":`+emoji(4)+`}`)),
		success("password of 2048", user(`{"password":`+text(2048)+`}`)),
		invalid("password of 2049", user(`{"password":`+text(2049)+`}`),
			"experienceUser.password has longer length than allowed"),
		invalid("date", user(`{"tokenCutoff":"2020-01-01"}`), "experienceUser.tokenCutoff must be date-time format"),
		invalid("date-time without a zone", user(`{"tokenCutoff":"2020-01-01T00:00:00"}`),
			"experienceUser.tokenCutoff must be date-time format"),
		invalid("month 13", user(`{"tokenCutoff":"2020-13-01T00:00:00Z"}`),
			"experienceUser.tokenCutoff must be date-time format"),
		invalid("date-time and a line feed", user(`{"tokenCutoff":"2020-01-01T00:00:00Z\n"}`),
			"experienceUser.tokenCutoff must be date-time format"),
		invalid("date-time number", user(`{"tokenCutoff":0}`), "experienceUser.tokenCutoff is the wrong type"),
		success("date-time with a space", user(`{"tokenCutoff":"2020-01-01 00:00:00.5+01:00"}`)),
		success("date-time in lower case", user(`{"tokenCutoff":"2020-01-01t00:00:00z"}`)),
		invalid("tags null", user(`{"userTags":null}`), "experienceUser.userTags is the wrong type"),
		invalid("tags array", user(`{"userTags":[]}`), "experienceUser.userTags is the wrong type"),
		invalid("tag key", user(`{"userTags":{"a b":"x"}}`), "experienceUser.userTags has additional properties"),
		invalid("empty tag key", user(`{"userTags":{"":"x"}}`), "experienceUser.userTags has additional properties"),
		invalid("tag key of 256", user(`{"userTags":{`+text(256)+`:"x"}}`),
			"experienceUser.userTags has additional properties"),
		success("tag key of 255", user(`{"userTags":{`+text(255)+`:"x"}}`)),
		invalid("tag key before tag value", user(`{"userTags":{"a":"","b c":"x"}}`),
			"experienceUser.userTags has additional properties"),
		invalid("tag value empty", user(`{"userTags":{"a":""}}`),
			"experienceUser.userTags[keys4.0] has less length than allowed"),
		invalid("tag value of 256", user(`{"userTags":{"a":"x","b":`+text(256)+`}}`),
			"experienceUser.userTags[keys4.1] has longer length than allowed"),
		invalid("tag value number", user(`{"userTags":{"a":5}}`), "experienceUser.userTags[keys4.0] is the wrong type"),
		invalid("numeric tag keys come first", user(`{"userTags":{"b":"","10":5,"9":"x"}}`),
			"experienceUser.userTags[keys4.1] is the wrong type"),
		invalid("numbers with a zero in front do not", user(`{"userTags":{"b":"","01":5}}`),
			"experienceUser.userTags[keys4.0] has less length than allowed"),
		invalid("nor do numbers too large", user(`{"userTags":{"b":"","4294967295":5}}`),
			"experienceUser.userTags[keys4.0] has less length than allowed"),
		invalid("the largest does", user(`{"userTags":{"b":"","4294967294":5}}`),
			"experienceUser.userTags[keys4.0] is the wrong type"),
		invalid("a tag given twice keeps its place", user(`{"userTags":{"b":"x","a":5,"b":""}}`),
			"experienceUser.userTags[keys4.0] has less length than allowed"),
		success("the last of two counts", user(`{"firstName":5,"firstName":"x"}`)),
		invalid("group ids null", user(`{"experienceGroupIds":null}`),
			"experienceUser.experienceGroupIds is the wrong type"),
		invalid("second group id", user(`{"experienceGroupIds":["`+absentID+`","x"]}`),
			"experienceUser.experienceGroupIds.1 pattern mismatch"),
		invalid("group id null", user(`{"experienceGroupIds":[null]}`),
			"experienceUser.experienceGroupIds.0 is the wrong type"),
		success("1000 group ids", user(`{"experienceGroupIds":`+ids(1000)+`}`)),
		invalid("1001 group ids", user(`{"experienceGroupIds":`+ids(1001)+`}`),
			"experienceUser.experienceGroupIds has more items than allowed"),
		invalid("a bad id before too many", user(`{"experienceGroupIds":["x",`+ids(1001)[1:]+`}`),
			"experienceUser.experienceGroupIds.0 pattern mismatch"),
		invalid("the first property of several", user(`{"experienceGroupIds":[5],"lastName":5,"password":""}`),
			"experienceUser.lastName is the wrong type"),

		// Properties of a group.
		invalid("name empty", group(`{"name":""}`), "experienceGroup.name has less length than allowed"),
		invalid("name of 256", group(`{"name":`+text(256)+`}`), "experienceGroup.name has longer length than allowed"),
		invalid("name null", group(`{"name":null}`), "experienceGroup.name is the wrong type"),
		success("description of 32767", group(`{"description":`+text(32767)+`}`)),
		invalid("description of 32768", group(`{"description":`+text(32768)+`}`),
			"experienceGroup.description has longer length than allowed"),
		invalid("user id", group(`{"experienceUserIds":["x"]}`), "experienceGroup.experienceUserIds.0 pattern mismatch"),
		invalid("endpoint ids", group(`{"experienceEndpointIds":{}}`),
			"experienceGroup.experienceEndpointIds is the wrong type"),
		invalid("1001 user ids", group(`{"experienceUserIds":`+ids(1001)+`}`),
			"experienceGroup.experienceUserIds has more items than allowed"),
		invalid("1001 endpoint ids", group(`{"experienceEndpointIds":`+ids(1001)+`}`),
			"experienceGroup.experienceEndpointIds has more items than allowed"),
		invalid("1001 device ids", group(`{"deviceIds":`+ids(1001)+`}`),
			"experienceGroup.deviceIds has more items than allowed"),
		invalid("group tag", group(`{"groupTags":{"a":null}}`), "experienceGroup.groupTags[keys4.0] is the wrong type"),
		invalid("device tag", group(`{"deviceTags":[{},5]}`), "experienceGroup.deviceTags.1 is the wrong type"),
		invalid("device tag key", group(`{"deviceTags":[{"key":"a b"}]}`),
			"experienceGroup.deviceTags.0.key pattern mismatch"),
		invalid("device tag value", group(`{"deviceTags":[{"value":""}]}`),
			"experienceGroup.deviceTags.0.value has less length than allowed"),
		invalid("device tag property", group(`{"deviceTags":[{"key":5,"x":1}]}`),
			"experienceGroup.deviceTags.0 has additional properties"),
		success("100 device tags", group(`{"deviceTags":[{}`+strings.Repeat(",{}", 99)+`]}`)),
		invalid("101 device tags", group(`{"deviceTags":[{}`+strings.Repeat(",{}", 100)+`]}`),
			"experienceGroup.deviceTags has more items than allowed"),
		success("device query null", group(`{"deviceQueryJson":null}`)),
		success("device query of 8192", group(`{"deviceQueryJson":`+text(8192)+`}`)),
		invalid("device query of 8193", group(`{"deviceQueryJson":`+text(8193)+`}`),
			"experienceGroup.deviceQueryJson has longer length than allowed"),
		invalid("device query object", group(`{"deviceQueryJson":{}}`),
			"experienceGroup.deviceQueryJson is the wrong type"),
		success("parent null", group(`{"parentId":null}`)),
		invalid("parent no id", group(`{"parentId":"x"}`),
			"experienceGroup.parentId no (or more than one) schemas match"),
		invalid("parent number", group(`{"parentId":5}`), "experienceGroup.parentId no (or more than one) schemas match"),
		invalid("ancestors", group(`{"ancestorIds":[]}`), "experienceGroup has additional properties"),

		// Query parameters.
		invalid("count twice", get("{group}", "includeDirectDeviceCount=true&includeDirectDeviceCount=true", ""),
			"includeDirectDeviceCount is the wrong type"),
		invalid("other count twice", get("{group}", "includeTotalDeviceCount=&includeTotalDeviceCount=", ""),
			"includeTotalDeviceCount is the wrong type"),
		success("empty counts", get("{group}", "includeDirectDeviceCount=&includeTotalDeviceCount=", "Bearer {token}")),
		success("count twice for a user", get("{user}", "includeDirectDeviceCount=1&includeDirectDeviceCount=1",
			"Bearer {token}")),
		invalid("token twice", get("{user}", "access_token=a&access_token=b", ""), "accessToken is the wrong type"),
		invalid("token before id", get(noID, "jwt=a&jwt=b", ""), "accessToken is the wrong type"),

		// Tokens.
		forbidden("no token", get("{user}", "", "")),
		forbidden("Basic", get("{user}", "", "Basic {token}")),
		forbidden("no scheme", get("{user}", "", "{token}")),
		forbidden("scheme only", get("{user}", "", "Bearer")),
		forbidden("two spaces", get("{user}", "", "Bearer  {token}")),
		success("lower case", get("{user}", "", "bearer {token}")),
		success("JWT", get("{user}", "", "JWT {token}")),
		success("more behind the token", get("{user}", "", "Bearer {token} more")),
		unauthorized("garbage", get("{user}", "", "Bearer garbage"), "Invalid access token"),
		unauthorized("three words", get("{user}", "", "Bearer a.b.c"), "Invalid access token"),
		unauthorized("changed token", get("{user}", "", "Bearer {token}x"), "Invalid access token"),
		unauthorized("expired", get("{user}", "", "Bearer {expired}"), "Access token has expired"),
		unauthorized("expired before scopes", get("{group}", "access_token={expired}", "Bearer {token}"),
			"Access token has expired"),
		success("in the query", get("{user}", "access_token={token}", "Bearer {expired}")),
		success("in the query as jwt", get("{user}", "access_token=&jwt={token}", "Bearer {expired}")),
		unauthorized("access_token before jwt", get("{user}", "jwt={token}&access_token=x", ""), "Invalid access token"),
		unauthorized("badly escaped", get("{user}", "jwt=%zz", "Bearer {token}"), "Invalid access token"),
		success("empty in the query", get("{user}", "access_token=&jwt=", "Bearer {token}")),

		// Scopes.
		success("read with read", get("{user}", "", "Bearer {scope:all.Application.read}")),
		success("read with resource", get("{user}", "", "Bearer {scope:experienceUser.*}")),
		success("read with bounded", get("{user}", "", "Bearer {scope:all.User.bounded}")),
		forbidden("other resource", get("{user}", "", "Bearer {scope:experienceGroup.get}")),
		forbidden("plural", get("{user}", "", "Bearer {scope:experienceUsers.get}")),
		forbidden("other action", get("{group}", "", "Bearer {scope:experienceGroup.patch}")),
		forbidden("other case", get("{group}", "", "Bearer {scope:all.application}")),
		forbidden("write with read", request{
			method: "DELETE", path: "{user}", auth: "Bearer {scope:all.Application.read}",
		}),
		forbidden("scope before resource", get("/applications/"+absentID+"/experience/users/"+absentID, "",
			"Bearer {scope:experienceGroup.*}")),

		// Resources.
		notFound("application", "GET", "/applications/"+absentID+"/experience/users/"+absentID, "Application was not found"),
		notFound("application of a group", "PATCH", "/applications/"+absentID+"/experience/groups/"+absentID,
			"Application was not found"),
		notFound("user", "GET", "/applications/{app}/experience/users/"+absentID, "Experience user was not found"),
		notFound("user to patch", "PATCH", "/applications/{app}/experience/users/"+absentID,
			"Experience user was not found"),
		notFound("user to delete", "DELETE", "/applications/{app}/experience/users/"+absentID,
			"Experience user was not found"),
		notFound("group", "GET", "/applications/{app}/experience/groups/"+absentID, "Experience group was not found"),
		notFound("group to patch", "PATCH", "/applications/{app}/experience/groups/"+absentID,
			"Experience group was not found"),
		notFound("group to delete", "DELETE", "/applications/{app}/experience/groups/"+absentID,
			"Experience group was not found"),
		success("delete with a body", asAdmin("DELETE", "{user}", "{}")),
		success("delete without a body", asAdmin("DELETE", "{group}", "")),
	}
}

// answered is a request and its answer: the type and message of an error, which are empty for status 200.
type answered struct {
	name    string
	request request
	status  int
	kind    string
	message string
}

func TestAnswersOfTheFramework(t *testing.T) {
	t.Parallel()
	for _, test := range answers() {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			f := newFixture(t)
			resp, body := f.send(t, test.request)
			var got struct {
				Type    string `json:"type"`
				Code    string `json:"code"`
				Message string `json:"message"`
			}
			require.NoError(t, json.Unmarshal([]byte(body), &got), body)
			assert.Equal(t, test.status, resp.StatusCode)
			assert.Equal(t, test.kind, got.Type+got.Code)
			assert.Equal(t, f.fill(test.message), got.Message)
			assert.Equal(t, "application/json", resp.Header.Get("Content-Type"))
		})
	}
}
