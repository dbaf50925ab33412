//go:build load

package losant_test

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// class says what it means to send a request a second time.
type class string

const (
	reads   class = "read"
	deletes class = "delete"
	once    class = "once"
)

// call is what a call is made with.
type call struct {
	context.Context

	opts []losant.CallOption
}

// step is an action, and how a worker calls it.
type step struct {
	action string
	class  class
	ready  func() bool // whether it can be called now; nil is always
	call   func(call) error
}

// worker calls the API for what it owns, and knows the state of all that.
type worker struct {
	t      *testing.T
	name   string
	tally  *tally
	server *losanttest.Server
	client *losant.Client
	plain  *http.Client // for requests beside those that are tested
	dice   *rand.Rand

	application, plant string // what is created, and what is reported
	device, table      string // of the plant
	started            time.Time
	texts              int
	failed             bool
}

// settleIn adds what the worker starts with.
func (w *worker) settleIn() {
	w.started = time.Now()
	w.application, w.plant = w.server.AddApplication(), w.server.AddApplication()
	device := w.server.Add("devices.post", []string{w.plant}, losant.DevicePost{
		Name: "pump", Attributes: []losant.DeviceAttributePost{{Name: "name", DataType: losant.AttributeDataTypeString}},
	})
	table := w.server.Add("dataTables.post", []string{w.plant}, losant.DataTablePost{
		Name: "table", Columns: []losant.DataTableColumn{
			{Name: "name", DataType: losant.ColumnDataTypeString, Constraint: losant.ColumnConstraintUnique},
		},
	})
	w.device, w.table = device["id"].(string), table["id"].(string)
}

// call makes a call, which may meet faults.
func (w *worker) call(s *step) {
	if w.dice.IntN(100) < 3 {
		w.inject(s.action, 1+w.dice.IntN(3), oneOf(w.dice, loadFaults))
	}
	c := call{Context: context.WithValue(w.t.Context(), witnessedKey{}, &witnessed{once: s.class == once})}
	switch roll := w.dice.IntN(100); {
	case roll < 30:
		c.opts = append(c.opts, losant.WithMaxAttempts(1))
	case roll == 99 && s.class == reads: // the others would have their effect later
		ctx, cancel := context.WithTimeout(c.Context, time.Duration(w.dice.IntN(3000))*time.Microsecond)
		defer cancel()
		c.Context = ctx
	}
	w.judge(s.action, s.class, s.call(c))
}

// judge counts a call. Its error has to be one that faults lead to, and to claim no effect of a read.
func (w *worker) judge(action string, class class, err error) {
	w.tally.add(func() {
		w.tally.calls[action]++
		w.tally.classes[class]++
	})
	if err == nil {
		return
	}
	kind, expected := kindOf(err, class)
	w.tally.add(func() {
		w.tally.errors[kind]++
		if claimOf(err) == losant.MaybeApplied {
			w.tally.unsure++
		}
	})
	if !expected || class == reads && claimOf(err) != losant.NotApplied {
		w.wrong("%s: not an error to expect: %v: %v", action, err, claimOf(err))
	}
}

func (w *worker) wrong(format string, args ...any) {
	w.failed = true
	w.tally.add(func() { w.tally.wrong++ })
	w.t.Errorf(w.name+": "+format, args...)
}

// text is one that is greater than those before.
func (w *worker) text() string {
	w.texts++
	return fmt.Sprintf("%05d", w.texts)
}

// look reads what is at a path of the server, by requests beside those that are tested. One that meets a fault, which is
// marked, is made again: what is returned is the server's own answer.
func (w *worker) look(path string) []byte {
	for {
		request, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, w.server.URL+path, http.NoBody)
		require.NoError(w.t, err)
		request.Header.Set("Authorization", "Bearer "+w.server.Token())
		response, err := w.plain.Do(request)
		if err != nil {
			continue
		}
		body, err := io.ReadAll(response.Body)
		_ = response.Body.Close()
		if err == nil && response.Header.Get(faultHeader) == "" {
			return body
		}
	}
}

// doc is a document, an event or a message: by its id, if it has one, and by the text that it was given.
type doc struct{ id, text string }

// docOf is what a call has answered, or what the server has.
func docOf(item any, err error) (doc, error) {
	if err != nil {
		return doc{}, err
	}
	encoded, err := json.Marshal(item)
	if err != nil {
		return doc{}, err
	}
	var fields struct {
		ID                  string            `json:"id"`
		Name                string            `json:"name"`
		FirstName           string            `json:"firstName"`
		Subject             string            `json:"subject"`
		Message             string            `json:"message"`
		Data                map[string]string `json:"data"`
		UserTags, GroupTags map[string]string `json:",omitempty"`
		Updates             []map[string]any  `json:"updates"`
	}
	if err := json.Unmarshal(encoded, &fields); err != nil {
		return doc{}, err
	}
	d := doc{fields.ID, fields.Name + fields.FirstName + fields.Subject + fields.Message + fields.Data["name"]}
	for _, u := range fields.Updates {
		d.text += fmt.Sprint(" ", u["comment"])
	}
	if tag := fields.UserTags["text"] + fields.GroupTags["text"]; tag != "" && tag != d.text {
		d.text += " tagged " + tag
	}
	return d, nil
}

// docsOf are the items of an iterator.
func docsOf[Item any](items iter.Seq2[Item, error]) iter.Seq2[doc, error] {
	return func(yield func(doc, error) bool) {
		for item, err := range items {
			if !yield(docOf(item, err)) {
				return
			}
		}
	}
}

// shelf is a list of documents, as their owner knows it.
type shelf struct {
	*worker

	item string // the resource
	path string // of the list on the server; "" when it cannot be read
	docs []doc  // by text
	lost []doc  // may be there, too, when it cannot be read
}

// settle notes what a call has made of the documents. That has to be all that it can do, or, when it has failed, nothing;
// or either of them, when it is said that nobody knows.
func (s *shelf) settle(err error, after ...doc) error {
	before := s.docs
	s.docs = slices.SortedFunc(slices.Values(after), byText)
	switch {
	case err == nil:
	case s.path != "":
		after, s.docs = s.docs, s.onServer()
		if !alike(s.docs, before) && (claimOf(err) == losant.NotApplied || !alike(s.docs, after)) {
			s.wrong("%s: from %v to %v came %v, and the claim is %v: %v", s.item, before, after, s.docs, claimOf(err), err)
		}
	case claimOf(err) == losant.MaybeApplied:
		s.docs, s.lost = before, append(s.lost, after[len(after)-1])
	default:
		s.docs = before
	}
	return err
}

// answered compares what a call has answered with what it has to.
func (s *shelf) answered(err error, got, want any) {
	if err == nil && got != want {
		s.wrong("%s: %v is answered, and not %v", s.item, got, want)
	}
}

// iterate reads documents up to the end, an error, or the middle. No one comes that is not there, and no one twice; all of
// them come, up to the end.
func (s *shelf) iterate(all iter.Seq2[doc, error], there []doc) error {
	var come []doc
	most := 1 + s.dice.IntN(4*len(there)+4)
	for d, err := range all {
		if err != nil {
			return s.settle(err, s.docs...)
		}
		if slices.Contains(come, d) || !slices.Contains(there, d) {
			s.wrong("%s: after %v of %v came %v", s.item, come, there, d)
		}
		if come = append(come, d); len(come) == most {
			return nil
		}
	}
	s.answered(nil, len(come), len(there))
	return nil
}

// onServer are the documents that are there.
func (s *shelf) onServer() (docs []doc) {
	body := s.look(s.path)
	list := struct {
		Items []json.RawMessage `json:"items"`
	}{}
	if json.Unmarshal(body, &list) != nil { // an array
		require.NoError(s.t, json.Unmarshal(body, &list.Items), string(body))
	}
	for _, item := range list.Items {
		d, err := docOf(item, nil)
		require.NoError(s.t, err)
		docs = append(docs, d)
	}
	slices.SortFunc(docs, byText)
	return docs
}

// audit compares what is there with what is known, when all is over.
func (s *shelf) audit() {
	if s.path == "" {
		return
	}
	if there := s.onServer(); !alike(there, s.docs) {
		s.wrong("%s: at the end, %v are there, and not %v", s.item, there, s.docs)
	}
}

// some are a few of the documents, and the others.
func (s *shelf) some() (some, others []doc) {
	for _, d := range s.docs {
		if s.dice.IntN(4) == 0 {
			some = append(some, d)
		} else {
			others = append(others, d)
		}
	}
	return some, others
}

// with are the documents and one more.
func (s *shelf) with(d doc) []doc { return append(slices.Clone(s.docs), d) }

// without are all documents but one.
func (s *shelf) without(i int) []doc { return slices.Delete(slices.Clone(s.docs), i, i+1) }

func byText(a, b doc) int { return cmp.Compare(a.text, b.text) }

// alike reports whether documents are the same. An id may be unknown.
func alike(a, b []doc) bool {
	return slices.EqualFunc(a, b, func(a, b doc) bool {
		return a.text == b.text && (a.id == b.id || a.id == "" || b.id == "")
	})
}
