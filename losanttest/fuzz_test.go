package losanttest_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// FuzzHandler sends anything: the server neither panics nor answers with its own failure, every answer is JSON, and the
// state stays whole.
func FuzzHandler(f *testing.F) {
	for _, a := range answers() {
		f.Add(a.request.method, a.request.path, a.request.query, a.request.contentType, a.request.auth, a.request.body)
	}
	f.Add("PATCH", "{user}", "", "application/json", "Bearer {token}", `{"tokenCutoff":"2020-00-99T00:00:00Z"}`)
	f.Add("PATCH", "{user}", "", "application/json", "Bearer {token}", `{"experienceGroupIds":["{groupid}","{groupid}"]}`)
	f.Add("PATCH", "{group}", "", "application/json", "Bearer {token}", `{"parentId":"{groupid}"}`)
	f.Fuzz(func(t *testing.T, method, path, query, contentType, auth, body string) {
		fixture := newFixture(t)
		body = strings.NewReplacer("{groupid}", fixture.group.ID, "{userid}", fixture.user.ID).Replace(body)
		target, err := url.ParseRequestURI(fixture.fill(path))
		if err != nil {
			return // net/http refuses it
		}
		target.RawQuery = fixture.fill(query)
		recorder := httptest.NewRecorder()
		fixture.ServeHTTP(recorder, (&http.Request{
			Method: method, URL: target, Body: io.NopCloser(strings.NewReader(body)),
			Header: http.Header{"Content-Type": {contentType}, "Authorization": {fixture.fill(auth)}},
		}).WithContext(t.Context()))

		if recorder.Code >= http.StatusInternalServerError && recorder.Code != http.StatusNotImplemented {
			t.Errorf("status %d: %s", recorder.Code, recorder.Body)
		}
		if recorder.Code != http.StatusNoContent && !json.Valid(recorder.Body.Bytes()) {
			t.Errorf("not JSON: %s", recorder.Body)
		}
		u, isUser := fixture.User(fixture.app, fixture.user.ID)
		g, isGroup := fixture.Group(fixture.app, fixture.group.ID)
		if isUser && isGroup && len(u.ExperienceGroups) != len(g.ExperienceUserIDs) {
			t.Errorf("the sides of the membership differ: %v, %v", u.ExperienceGroups, g.ExperienceUserIDs)
		}
	})
}
