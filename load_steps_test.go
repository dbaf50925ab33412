//go:build load

package losant_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"iter"
	"math/rand/v2"
	"strings"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// documents are steps on documents of each kind, and the shelves that these are on.
func (w *worker) documents() (steps []step, shelves []*shelf) {
	c := w.client
	const few, named = 3, `{"name":"TEXT"}`
	devices, one := on(w, "device", "/devices", losant.DevicesGetParams{PerPage: few}, named, named,
		c.Devices.Post, c.Device.Get, c.Device.Patch, c.Device.Delete, c.Devices.All)
	events, two := on(w, "event", "/events", losant.EventsGetParams{PerPage: few},
		`{"subject":"TEXT","level":"info"}`, `{"comment":"TEXT"}`,
		c.Events.Post, c.Event.Get, c.Event.Patch, c.Event.Delete, c.Events.All)
	rows, three := w.rows(few)
	add := func(s *shelf, more []step) { steps, shelves = append(steps, more...), append(shelves, s) }
	add(devices, append(one, w.onDevices(devices)...))
	add(events, append(two, w.onEvents(events)...))
	add(rows, three)
	add(on(w, "experienceUser", "/experience/users", losant.ExperienceUsersGetParams{PerPage: few},
		`{"email":"TEXT@example.com","password":"a password","firstName":"TEXT","userTags":{"text":"TEXT"}}`,
		`{"firstName":"TEXT","userTags":{"text":"TEXT"}}`, c.ExperienceUsers.Post, c.ExperienceUser.Get,
		c.ExperienceUser.Patch, c.ExperienceUser.Delete, c.ExperienceUsers.All))
	add(on(w, "experienceGroup", "/experience/groups", losant.ExperienceGroupsGetParams{PerPage: few},
		`{"name":"TEXT","groupTags":{"text":"TEXT"}}`, `{"name":"TEXT","groupTags":{"text":"TEXT"}}`,
		c.ExperienceGroups.Post, c.ExperienceGroup.Get, c.ExperienceGroup.Patch, c.ExperienceGroup.Delete,
		c.ExperienceGroups.All))
	add(on(w, "experienceView", "/experience/views", losant.ExperienceViewsGetParams{PerPage: few},
		`{"name":"TEXT","viewType":"page"}`, named, c.ExperienceViews.Post, c.ExperienceView.Get,
		c.ExperienceView.Patch, c.ExperienceView.Delete, c.ExperienceViews.All))
	add(on(w, "applicationDashboard", "/dashboards", losant.ApplicationDashboardsGetParams{PerPage: few}, named, named,
		c.ApplicationDashboards.Post, c.ApplicationDashboard.Get, c.ApplicationDashboard.Patch,
		c.ApplicationDashboard.Delete, c.ApplicationDashboards.All))
	add(on(w, "flow", "/flows", losant.FlowsGetParams{PerPage: few}, named, named,
		c.Flows.Post, c.Flow.Get, c.Flow.Patch, c.Flow.Delete, c.Flows.All))
	add(on(w, "notebook", "/notebooks", losant.NotebooksGetParams{PerPage: few}, named, named,
		c.Notebooks.Post, c.Notebook.Get, c.Notebook.Patch, c.Notebook.Delete, c.Notebooks.All))
	add(on(w, "webhook", "/webhooks", losant.WebhooksGetParams{PerPage: few}, named, named,
		c.Webhooks.Post, c.Webhook.Get, c.Webhook.Patch, c.Webhook.Delete, c.Webhooks.All))
	add(w.files())
	return steps, shelves
}

// on makes a shelf, and the steps that the methods of two services are. TEXT stands for the text in a body.
func on[Item, Post, Patch any](
	w *worker, item, path string, page losant.CallOption, newPost, newPatch string,
	post func(context.Context, string, Post, ...losant.CallOption) (*Item, error),
	get func(context.Context, string, string, ...losant.CallOption) (*Item, error),
	patch func(context.Context, string, string, Patch, ...losant.CallOption) (*Item, error),
	remove func(context.Context, string, string, ...losant.CallOption) (*losant.Success, error),
	all func(context.Context, string, ...losant.CallOption) iter.Seq2[*Item, error],
) (*shelf, []step) {
	app := w.application
	s := &shelf{worker: w, item: item, path: "/applications/" + app + path + "?perPage=1000"}
	return s, s.steps(
		func(c call, text string) (doc, error) {
			return docOf(post(c, app, filled[Post](newPost, text), c.opts...))
		},
		func(c call, id string) (doc, error) { return docOf(get(c, app, id, c.opts...)) },
		func(c call, id, text string) (doc, error) {
			return docOf(patch(c, app, id, filled[Patch](newPatch, text), c.opts...))
		},
		func(c call, id string) (*losant.Success, error) { return remove(c, app, id, c.opts...) },
		func(c call) iter.Seq2[doc, error] { return docsOf(all(c, app, append(c.opts, page)...)) })
}

func filled[Body any](template, text string) (body Body) {
	if err := json.Unmarshal([]byte(strings.ReplaceAll(template, "TEXT", text)), &body); err != nil {
		panic(err)
	}
	return body
}

// steps are what can be done to each shelf.
func (s *shelf) steps(
	post func(c call, text string) (doc, error), get func(c call, id string) (doc, error),
	patch func(c call, id, text string) (doc, error), remove func(c call, id string) (*losant.Success, error),
	all func(call) iter.Seq2[doc, error],
) []step {
	some := func() bool { return len(s.docs) > 0 }
	few := func() bool { return len(s.docs) < 8 }
	return []step{
		{s.item + "s.post", once, few, func(c call) error {
			text := s.text()
			d, err := post(c, text)
			s.answered(err, d.text, text)
			return s.settle(err, s.with(doc{d.id, text})...)
		}},
		{s.item + "s.get", reads, nil, func(c call) error { return s.iterate(all(c), s.docs) }},
		{s.item + ".get", reads, some, func(c call) error {
			want := oneOf(s.dice, s.docs)
			d, err := get(c, want.id)
			s.answered(err, d, want)
			return s.settle(err, s.docs...)
		}},
		{s.item + ".patch", once, some, func(c call) error {
			i, text := s.dice.IntN(len(s.docs)), s.text()
			want := s.patched(s.docs[i], text)
			d, err := patch(c, want.id, text)
			s.answered(err, d, want)
			return s.settle(err, append(s.without(i), want)...)
		}},
		{s.item + ".delete", deletes, some, func(c call) error {
			i := s.dice.IntN(len(s.docs))
			_, err := remove(c, s.docs[i].id)
			return s.settle(err, s.without(i)...)
		}},
	}
}

// patched is a document after a patch. An event keeps what it had.
func (s *shelf) patched(d doc, text string) doc {
	if s.item == "event" {
		text = d.text + " " + text
	}
	return doc{d.id, text}
}

// rows are a shelf of rows of the data table, and steps on them.
func (w *worker) rows(few int) (*shelf, []step) {
	rows, row, plant, table := w.client.DataTableRows, w.client.DataTableRow, w.plant, w.table
	s := &shelf{worker: w, item: "dataTableRow", path: "/applications/" + plant + "/data-tables/" + table + "/rows?limit=1000"}
	return s, append(s.steps(
		func(c call, text string) (doc, error) {
			d, err := docOf(rows.Post(c, plant, table, losant.DataTableRowInsert{{"name": text}}, c.opts...))
			return doc{d.id, text}, err // which is not answered
		},
		func(c call, id string) (doc, error) { return docOf(row.Get(c, plant, table, id, c.opts...)) },
		func(c call, id, text string) (doc, error) {
			return docOf(row.Patch(c, plant, table, id, losant.DataTableRowInsertUpdate{"name": text}, c.opts...))
		},
		func(c call, id string) (*losant.Success, error) { return row.Delete(c, plant, table, id, c.opts...) },
		func(c call) iter.Seq2[doc, error] {
			return docsOf(rows.All(c, plant, table, append(c.opts, losant.DataTableRowsGetParams{Limit: few})...))
		}),
		step{"dataTableRows.query", reads, nil, func(c call) error {
			some, _ := s.some()
			page := losant.DataTableRowsQueryParams{Limit: few}
			return s.iterate(docsOf(rows.QueryAll(c, plant, table, among("name", some), append(c.opts, page)...)), some)
		}},
		step{"dataTableRows.delete", once, nil, func(c call) error {
			some, others := s.some()
			deleted, err := rows.Delete(c, plant, table, among("name", some), c.opts...)
			if err == nil {
				s.answered(err, deleted.Removed, len(some))
			}
			return s.settle(err, others...)
		}})
}

// among is a query for documents by a property, which is the id or holds the text.
func among(property string, docs []doc) losant.Query {
	values := []string{}
	for _, d := range docs {
		if property == "id" {
			values = append(values, d.id)
		} else {
			values = append(values, d.text)
		}
	}
	return losant.Query{property: losant.Query{"$in": values}}
}

// onDevices are steps on many devices.
func (w *worker) onDevices(s *shelf) []step {
	return []step{
		{"devices.delete", once, nil, func(c call) error {
			some, others := s.some()
			query := losant.DevicesDeleteOrRestorePost{Query: among("name", some)}
			deleted, err := w.client.Devices.Delete(c, w.application, query, c.opts...)
			if err == nil {
				s.answered(err, deleted.BulkDeleteResponse.Removed, len(some))
			}
			return s.settle(err, others...)
		}},
		{"devices.deviceNames", reads, nil, func(c call) error {
			names, err := w.client.Devices.DeviceNames(c, w.application, c.opts...)
			if err == nil {
				s.answered(err, len(names.DeviceSummary), len(s.docs))
			}
			return s.settle(err, s.docs...)
		}},
	}
}

// onEvents are steps on many events.
func (w *worker) onEvents(s *shelf) []step {
	return []step{
		{"events.delete", once, nil, func(c call) error {
			some, others := s.some()
			deleted, err := w.client.Events.Delete(c, w.application, among("id", some), c.opts...)
			if err == nil {
				s.answered(err, deleted.EventsDeleted.Removed, len(some))
			}
			return s.settle(err, others...)
		}},
		{"events.patch", once, nil, func(c call) error {
			some, others := s.some()
			text, query := w.text(), losant.EventsPatchParams{Query: among("id", some)}
			_, err := w.client.Events.Patch(c, w.application, losant.EventPatch{Comment: &text}, append(c.opts, query)...)
			for _, d := range some {
				others = append(others, s.patched(d, text))
			}
			return s.settle(err, others...)
		}},
	}
}

// files are a shelf of files, and steps that upload them.
func (w *worker) files() (*shelf, []step) {
	s := &shelf{worker: w, item: "file", path: "/applications/" + w.application + "/files?perPage=1000"}
	kept := w.server.Add("files.post", []string{w.application}, losant.FilePost{Name: w.text(), Type: losant.FileTypeFile})
	s.docs = []doc{{kept["id"].(string), kept["name"].(string)}}
	var before []byte
	return s, []step{
		{"file.upload", once, nil, func(c call) error {
			content := w.content()
			file := losant.Upload{Name: "a.bin", Content: bytes.NewReader(content)}
			if w.dice.IntN(3) == 0 {
				file.Content = struct{ io.Reader }{file.Content} // cannot be sent again
			}
			_, err := w.client.File.Upload(c, w.application, s.docs[0].id, losant.FileUploadForm{File: file}, c.opts...)
			before = s.uploaded(err, s.docs[0].id, before, content)
			return err
		}},
		{"files.post", once, nil, func(c call) error {
			text := w.text()
			post := losant.FilePost{Name: text, Type: losant.FileTypeFile}
			posted, err := w.client.Files.Post(c, w.application, post, c.opts...)
			if err != nil {
				return s.settle(err, s.with(doc{"", text})...)
			}
			_ = s.settle(nil, s.with(doc{posted.ID, text})...)
			if w.dice.IntN(10) == 0 { // of a request that is no call of the API; anybody may meet it
				w.inject("", 1, oneOf(w.dice, []losanttest.Fault{{Status: 503}, {Drop: true}, {Drop: true, AfterApplying: true}}))
			}
			content := w.content()
			c.Context = context.WithValue(c.Context, witnessedKey{}, &witnessed{once: true})
			err = w.client.UploadFile(c, posted.Upload, losant.Upload{Content: bytes.NewReader(content)}, c.opts...)
			s.uploaded(err, posted.ID, nil, content)
			w.judge("UploadFile", once, err)
			return nil
		}},
	}
}

// content is that of a file: up to half a mebibyte, mostly less.
func (w *worker) content() []byte {
	content := make([]byte, 1+w.dice.IntN(1<<w.dice.IntN(20)))
	_, _ = rand.NewChaCha8([32]byte([]byte(strings.Repeat(w.text(), 7))[:32])).Read(content) // never fails
	return content
}

// uploaded compares the content of a file with what it was before and what was sent.
func (s *shelf) uploaded(err error, id string, before, sent []byte) (there []byte) {
	there = s.look("/storage/file/" + s.application + "/" + id)
	if bytes.Contains(there[:min(len(there), 200)], []byte("NoSuchKey")) {
		there = nil
	}
	isSent := bytes.Equal(there, sent)
	if err == nil && !isSent || err != nil && !bytes.Equal(there, before) && (claimOf(err) == losant.NotApplied || !isSent) {
		s.wrong("%s: %d bytes were sent, and %d are there, %d before: %v", s.item, len(sent), len(there), len(before), err)
	}
	return there
}

// logins are steps that log in.
func (w *worker) logins() []step {
	user := losant.UserCredentials{Email: w.device + "@example.com", Password: "a password"}
	w.server.AddAccount(user.Email, user.Password)
	key := w.server.Add("applicationKeys.post", []string{w.plant}, losant.ApplicationKeyPost{})
	device := filled[losant.DeviceCredentials](`{"deviceId":"TEXT"}`, w.device)
	device.Key, device.Secret = losant.Ptr(key["key"].(string)), losant.Ptr(key["secret"].(string))
	return []step{
		{"auth.authenticateUser", reads, nil, func(c call) error {
			authed, err := w.client.Auth.AuthenticateUser(c, user, c.opts...)
			if err != nil {
				return err
			}
			me, err := w.client.Me.Get(c, append(c.opts, losant.WithToken(authed.Token))...)
			if err == nil && me.Email != user.Email {
				w.wrong("another user has logged in: %s", me.Email)
			}
			w.judge("me.get", reads, err)
			return nil
		}},
		{"auth.authenticateDevice", reads, nil, func(c call) error {
			authed, err := w.client.Auth.AuthenticateDevice(c, device, c.opts...)
			if err == nil && authed.DeviceID != w.device {
				w.wrong("another device has logged in: %s", authed.DeviceID)
			}
			return err
		}},
	}
}
