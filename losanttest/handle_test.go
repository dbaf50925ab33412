package losanttest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/api"
	"github.com/losant-go/losant/internal/odd"
	"github.com/losant-go/losant/losanttest"
)

func TestHandle(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	path := "/applications/" + f.app + "/data/export"
	export := asAdmin("POST", path, `{"email":"a@b"}`)
	f.fails(t, asAdmin("POST", path, "[]"), http.StatusBadRequest, "Validation", "query is the wrong type")
	resp, body := f.send(t, export)
	assert.Equal(t, http.StatusNotImplemented, resp.StatusCode)
	assert.Contains(t, body, `server.Handle(\"data.export\"`)

	var got losanttest.Request
	f.Handle("data.export", func(r losanttest.Request) (int, any) {
		got = r
		return http.StatusAccepted, map[string]any{"success": true, "jobId": "5"}
	})
	resp, body = f.send(t, export)
	assert.Equal(t, http.StatusAccepted, resp.StatusCode)
	assert.JSONEq(t, `{"success":true,"jobId":"5"}`, body)
	assert.Equal(t, "data.export", got.Operation)
	assert.Equal(t, map[string]string{"applicationId": f.app}, got.Params)
	assert.JSONEq(t, `{"email":"a@b"}`, string(got.Body))

	f.Handle("data.export", func(losanttest.Request) (int, any) { return http.StatusNoContent, nil })
	resp, body = f.send(t, export)
	assert.Equal(t, http.StatusNoContent, resp.StatusCode)
	assert.Empty(t, body)
	f.Handle("data.export", nil)
	resp, _ = f.send(t, export)
	assert.Equal(t, http.StatusNotImplemented, resp.StatusCode)

	// One of an operation that the server performs itself takes its place.
	f.Handle("experienceUser.get", func(losanttest.Request) (int, any) { return http.StatusOK, 5 })
	_, body = f.send(t, asAdmin("GET", "{user}", ""))
	assert.Equal(t, "5", body)
	assert.PanicsWithValue(t, `losanttest: Handle: there is no operation "data.import"`, func() { f.Handle("data.import", nil) })
}

// What the package comment says is left to Handle, and nothing else, is answered with 501.
func TestWhatIsLeftToHandle(t *testing.T) {
	t.Parallel()
	d, err := api.Load()
	require.NoError(t, err)
	w := newWorld(t)
	var left []string
	for i := range d.Actions {
		a := &d.Actions[i]
		if len(a.Answers[0].Events) > 0 {
			continue // a stream would go on
		}
		right := odd.Right(d, a)
		_, query, _ := strings.Cut(right.Path, "?")
		if a.ID() == "notebook.upload" {
			right.Header = map[string]string{"Content-Type": "multipart/form-data; boundary=B"}
			right.Body = "--B\r\nContent-Disposition: form-data; name=\"jupyterFile\"; filename=\"a\"\r\n\r\nx\r\n--B--\r\n"
		}
		r := request{
			method: a.Method, path: pathParameter.ReplaceAllString(a.Path, absentID), query: query, body: right.Body,
			contentType: right.Header["Content-Type"], auth: "Bearer " + every(w.fixture),
		}
		if resp, body := w.send(t, r); resp.StatusCode == http.StatusNotImplemented {
			assert.Contains(t, body, `server.Handle(\"`+a.ID()+`\"`)
			left = append(left, a.ID())
		}
	}
	slices.Sort(left)
	assert.Equal(t, leftToHandle, left)
}

// leftToHandle are the operations that need more than state: exports, imports, reports and other jobs, the running of
// workflows and notebooks, and what of the log-in is done elsewhere.
var leftToHandle = []string{
	"application.applyTemplate", "application.archiveData", "application.backfillArchiveData", "application.clone",
	"application.export", "application.fullDataTablesArchive", "application.fullEventsArchive", "application.import",
	"application.importLogs", "applicationDashboard.sendReport", "applicationTemplates.getCategories", "applications.import",
	"applications.periodSummaries", "auth.authenticateUserGithub", "auth.authenticateUserSaml", "credential.linkedResources",
	"dashboard.sendReport", "dashboard.validateContext", "data.export", "dataTableRows.export", "device.export",
	"deviceRecipe.bulkCreate", "devices.export", "devices.payloadCounts", "embeddedDeployments.export", "events.export",
	"experience.bootstrap", "experienceEndpoint.linkedResources", "experienceEndpoints.stats",
	"experienceView.linkedResources", "flow.errors", "flow.getLogEntries", "flow.pressVirtualButton", "flow.stats",
	"flowVersion.errors", "flowVersion.getLogEntries", "flowVersion.stats", "flows.import", "flows.palette",
	"instance.generateReport", "instance.historicalSummaries", "instanceCustomNode.errors", "instanceCustomNode.stats",
	"instanceNotificationRule.evaluate", "instanceNotificationRule.logs", "me.disableTwoFactorAuth",
	"me.enableTwoFactorAuth", "me.generateTwoFactorAuth", "notebook.cancelExecution", "notebook.execute", "notebook.logs",
	"notebook.requestInputDataExport", "notebook.upload", "resourceJob.cancelExecution", "resourceJob.execute",
	"resourceJob.logs",
}
