package losanttest_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/losant-go/losant/internal/api"
	"github.com/losant-go/losant/internal/odd"
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

// FuzzActions calls any action with any query and body, in a world where its path leads to something.
func FuzzActions(f *testing.F) {
	d, err := api.Load()
	if err != nil {
		f.Fatal(err)
	}
	for i := range d.Actions {
		right := odd.Right(d, &d.Actions[i])
		_, query, _ := strings.Cut(right.Path, "?")
		f.Add(i, query, "application/json", right.Body)
	}
	f.Add(0, "perPage=9999999999&page=9999999999&query={}", "multipart/form-data; boundary=B", "--B\r\n\r\n--B--")
	f.Add(0, "sortField=name&filterField=name&filter=***&page=1e9&perPage=1e9", "text/csv", "a,b\nc")
	f.Fuzz(func(t *testing.T, action int, query, contentType, body string) {
		a := &d.Actions[(action%len(d.Actions)+len(d.Actions))%len(d.Actions)]
		w := newWorld(t)
		w.Add("dataTableRows.post", []string{w.app, w.ids["dataTableId"]}, map[string]any{})
		target, err := url.ParseRequestURI(w.path(a.Path, nil))
		if err != nil {
			t.Fatal(err)
		}
		target.RawQuery = query
		ended, end := context.WithCancel(t.Context()) // so that no stream goes on
		end()
		recorder := httptest.NewRecorder()
		w.ServeHTTP(recorder, (&http.Request{
			Method: a.Method, URL: target, Body: io.NopCloser(strings.NewReader(body)),
			Header: http.Header{"Content-Type": {contentType}, "Authorization": {"Bearer " + every(w.fixture)}},
		}).WithContext(ended))

		if recorder.Code >= http.StatusInternalServerError && recorder.Code != http.StatusNotImplemented {
			t.Errorf("%s: status %d: %s", a.ID(), recorder.Code, recorder.Body)
		}
		if recorder.Body.Len() > 0 && recorder.Header().Get("Content-Type") == "application/json" && !json.Valid(recorder.Body.Bytes()) {
			t.Errorf("%s: not JSON: %s", a.ID(), recorder.Body)
		}
	})
}
