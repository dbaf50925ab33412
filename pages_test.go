package losant_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// onBoth runs a test with a server of HTTP/1.1 and one of HTTP/2, and a client of it.
func onBoth(t *testing.T, handler http.HandlerFunc, test func(t *testing.T, client *losant.Client)) {
	t.Helper()
	withBoth(t, func(t *testing.T, start func(http.HandlerFunc) *served) {
		t.Helper()
		test(t, start(handler).client(t))
	})
}

// withBoth runs a test that starts servers, once with those of HTTP/1.1 and once with those of HTTP/2.
func withBoth(t *testing.T, test func(t *testing.T, start func(http.HandlerFunc) *served)) {
	t.Helper()
	for _, protocol := range []string{"HTTP/1.1", "HTTP/2.0"} {
		t.Run(protocol, func(t *testing.T) {
			t.Parallel()
			test(t, func(handler http.HandlerFunc) *served {
				checked := func(w http.ResponseWriter, r *http.Request) {
					assert.Equal(t, protocol, r.Proto)
					handler(w, r)
				}
				if protocol == "HTTP/1.1" {
					return newServed(t, checked)
				}
				return newServedTLS(t, checked, tls.VersionTLS13)
			})
		})
	}
}

// lister is a server of a list that may be odd.
type lister struct {
	total  int
	most   int                                         // elements of a page
	short  func(page int) int                          // how many a page lacks
	change func(answer map[string]any, page int) error // of an answer; an error is a status 400

	mu      sync.Mutex
	queries []url.Values
}

func (l *lister) RoundTrip(request *http.Request) (*http.Response, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	query := request.URL.Query()
	l.queries = append(l.queries, query)
	number := func(name string, otherwise int) int {
		if n, err := strconv.Atoi(query.Get(name)); err == nil {
			return n
		}
		return otherwise
	}
	size := min(l.most, number("perPage", 100), number("limit", 100))
	start, lost := number("page", 0)*size, 0
	if query.Has("offset") {
		start = number("offset", 0)
	}
	if after := query.Get("startingAfterId"); after != "" {
		n, err := strconv.Atoi(after[20:])
		if err != nil {
			return nil, err
		}
		start = n + 1
	}
	if l.short != nil {
		lost = l.short(len(l.queries) - 1)
	}
	items := []map[string]any{}
	for i := start; i < min(l.total, start+size)-lost; i++ {
		items = append(items, map[string]any{"id": idOf(i), "name": fmt.Sprint(i)})
	}
	answer := map[string]any{"items": items, "count": len(items), "totalCount": l.total, "perPage": size, "hasMore": start+size < l.total}
	if query.Has("startingAfterId") || strings.HasSuffix(request.URL.Path, "/sandboxes") {
		delete(answer, "totalCount")
	} else {
		delete(answer, "hasMore")
	}
	if l.change != nil {
		if err := l.change(answer, len(l.queries)-1); err != nil {
			return respond(http.StatusBadRequest, `{"type":"Validation","message":"`+err.Error()+`"}`)(request)
		}
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return nil, err
	}
	return respond(http.StatusOK, string(body))(request)
}

func idOf(i int) string { return fmt.Sprintf("575ec8687ae143cd83dc%04d", i) }

func (l *lister) client(t *testing.T) *losant.Client {
	t.Helper()
	client, err := losant.NewClient(secretToken, losant.WithHTTPClient(&http.Client{Transport: l}))
	require.NoError(t, err)
	return client
}

// positions are the values of a parameter in all queries, "" where there was none.
func (l *lister) positions(name string) (all []string) {
	for _, q := range l.queries {
		all = append(all, q.Get(name))
	}
	return all
}

// namesOf collects what an iterator of devices yields.
func namesOf(devices iter.Seq2[*losant.Device, error]) (names []string, errs []error) {
	for device, err := range devices {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		names = append(names, device.Name)
	}
	return names, errs
}

// numbers are the numbers from the first to the last but one, as text.
func numbers(first, last int) (all []string) {
	for i := first; i < last; i++ {
		all = append(all, strconv.Itoa(i))
	}
	return all
}

func TestAllYieldsEachElementOnce(t *testing.T) {
	t.Parallel()
	without := func(property string) func(map[string]any, int) error {
		return func(answer map[string]any, _ int) error {
			delete(answer, property)
			return nil
		}
	}
	total := func(of func(page int) any) func(map[string]any, int) error {
		return func(answer map[string]any, page int) error {
			answer["totalCount"] = of(page)
			return nil
		}
	}
	for name, row := range map[string]struct {
		list  *lister
		opts  []losant.CallOption
		want  []string
		pages []string // that were asked for
	}{
		"nothing":        {&lister{most: 100}, nil, nil, []string{""}},
		"one page":       {&lister{most: 100, total: 7}, nil, numbers(0, 7), []string{""}},
		"a full page":    {&lister{most: 10, total: 10}, nil, numbers(0, 10), []string{""}},
		"several pages":  {&lister{most: 10, total: 25}, nil, numbers(0, 25), []string{"", "1", "2"}},
		"a size":         {&lister{most: 100, total: 25}, []losant.CallOption{losant.DevicesGetParams{PerPage: 10}}, numbers(0, 25), []string{"", "1", "2"}},
		"a lowered size": {&lister{most: 4, total: 11}, []losant.CallOption{losant.DevicesGetParams{PerPage: 1000}}, numbers(0, 11), []string{"", "1", "2"}},
		"from a page":    {&lister{most: 100, total: 45}, []losant.CallOption{losant.DevicesGetParams{Page: 2, PerPage: 10}}, numbers(20, 45), []string{"2", "3", "4"}},
		"from a page, lowered": {
			&lister{most: 5, total: 18}, []losant.CallOption{losant.DevicesGetParams{Page: 2, PerPage: 10}}, numbers(10, 18), []string{"2", "3"},
		},
		"from a page by a query": {&lister{most: 10, total: 25}, []losant.CallOption{losant.WithQuery("page", "1")}, numbers(10, 25), []string{"1", "2"}},
		"from a page that is not there": {
			&lister{most: 10, total: 25}, []losant.CallOption{losant.DevicesGetParams{Page: 7}}, nil, []string{"7"},
		},
		"from a page of a size that nobody says": {
			&lister{most: 10, total: 25, change: without("perPage")},
			[]losant.CallOption{losant.DevicesGetParams{Page: 1}},
			numbers(10, 25),
			[]string{"1", "2", "3"},
		},
		"no total": {&lister{most: 10, total: 20, change: without("totalCount")}, nil, numbers(0, 20), []string{"", "1", "2"}},
		"a total that is null": {
			&lister{most: 10, total: 20, change: total(func(int) any { return nil })}, nil, numbers(0, 20), []string{"", "1", "2"},
		},
		"a total that grows": {
			&lister{most: 10, total: 30, change: total(func(page int) any { return 11 + 10*page })}, nil, numbers(0, 30), []string{"", "1", "2", "3"},
		},
		"a total that shrinks": {
			&lister{most: 10, total: 30, change: total(func(page int) any { return 50 - 30*page })}, nil, numbers(0, 20), []string{"", "1"},
		},
		"a total that is too large": {
			&lister{most: 10, total: 15, change: total(func(int) any { return 99 })}, nil, numbers(0, 15), []string{"", "1", "2"},
		},
		"a total with a fraction": {
			&lister{most: 10, total: 20, change: total(func(int) any { return json.Number("20.0") })}, nil, numbers(0, 20), []string{"", "1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			names, errs := namesOf(row.list.client(t).Devices.All(t.Context(), applicationID, row.opts...))

			assert.Empty(t, errs)
			assert.Equal(t, row.want, names)
			assert.Equal(t, row.pages, row.list.positions("page"))
		})
	}
}

func TestAllDoesNotEndWithAShortPage(t *testing.T) {
	t.Parallel()
	list := &lister{most: 10, total: 30, short: func(page int) int { return []int{3, 9, 0, 0}[page] }}

	names, errs := namesOf(list.client(t).Devices.All(t.Context(), applicationID))

	assert.Empty(t, errs)
	assert.Equal(t, append(append(numbers(0, 7), "10"), numbers(20, 30)...), names)
	assert.Equal(t, []string{"", "1", "2", "3"}, list.positions("page"))
}

func TestAllEndsWithAnEmptyPage(t *testing.T) {
	t.Parallel()
	list := &lister{most: 10, total: 30, short: func(page int) int { return 10 * page }}

	names, errs := namesOf(list.client(t).Devices.All(t.Context(), applicationID))

	assert.Empty(t, errs)
	assert.Equal(t, numbers(0, 10), names)
	assert.Len(t, list.queries, 2)
}

func TestAllOfAServerThatIgnoresThePage(t *testing.T) {
	t.Parallel()
	always := func(w http.ResponseWriter, total string) {
		_, _ = io.WriteString(w, `{"items":[{"id":"1","name":"a"},{"id":"2","name":"b"}]`+total+`}`)
	}
	for name, row := range map[string]struct {
		total string
		fails bool
	}{
		"more is due":      {`,"totalCount":9`, true},
		"nobody knows":     {``, true},
		"more, as it says": {`,"hasMore":true`, true},
		"no more is due":   {`,"totalCount":2`, false},
		"no more, it says": {`,"hasMore":false,"totalCount":9`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := newServed(t, func(w http.ResponseWriter, _ *http.Request) { always(w, row.total) }).client(t)

			names, errs := namesOf(client.Devices.All(t.Context(), applicationID))

			assert.Equal(t, []string{"a", "b"}, names)
			if !row.fails {
				assert.Empty(t, errs)
				return
			}
			require.Len(t, errs, 1)
			var decode *losant.DecodeError
			require.ErrorAs(t, errs[0], &decode)
			assert.Equal(t, "devices.get", decode.Operation)
			assert.ErrorContains(t, decode, "its next page is the one before again")
		})
	}
}

func TestAnErrorEndsAll(t *testing.T) {
	t.Parallel()
	list := &lister{most: 10, total: 30, change: func(_ map[string]any, page int) error {
		if page == 1 {
			return fmt.Errorf("no")
		}
		return nil
	}}

	names, errs := namesOf(list.client(t).Devices.All(t.Context(), applicationID))

	assert.Equal(t, numbers(0, 10), names)
	require.Len(t, errs, 1)
	require.ErrorIs(t, errs[0], losant.ErrBadRequest)
	assert.Len(t, list.queries, 2)
}

func TestPagesThatAreNone(t *testing.T) {
	t.Parallel()
	for _, page := range []string{
		`null`, `[]`, `{}`, `{"items":null}`, `{"items":{}}`, `{"items":[],"totalCount":"9"}`, `{"items":[1]}`, `{"items":[null]}`,
		`{"items":[{"name":5}]}`,
	} {
		client, transport := newMocked(t)
		record(transport, respond(http.StatusOK, page))

		names, errs := namesOf(client.Devices.All(t.Context(), applicationID))

		assert.Empty(t, names, page)
		require.Len(t, errs, 1, page)
		var decode *losant.DecodeError
		require.ErrorAs(t, errs[0], &decode, page)
		assert.Equal(t, page, string(decode.Body))
	}
}

func TestBreakingOutOfAllAsksForNoMore(t *testing.T) {
	t.Parallel()
	for _, after := range []int{1, 9, 10, 11} {
		list := &lister{most: 10, total: 30}
		seen := 0

		for _, err := range list.client(t).Devices.All(t.Context(), applicationID) {
			require.NoError(t, err)
			if seen++; seen == after {
				break
			}
		}

		assert.Equal(t, after, seen)
		assert.Len(t, list.queries, (after+9)/10)
	}
}

func TestAllIsNothingUntilItIsUsed(t *testing.T) {
	t.Parallel()
	list := &lister{most: 10, total: 15}
	all := list.client(t).Devices.All(t.Context(), applicationID, losant.DevicesGetParams{Filter: "a*", FilterField: "name"})
	assert.Empty(t, list.queries)
	for range 2 { // it can be used again
		names, errs := namesOf(all)
		assert.Empty(t, errs)
		assert.Len(t, names, 15)
	}
	assert.Equal(t, []string{"", "1", "", "1"}, list.positions("page"))
	assert.Equal(t, []string{"a*", "a*", "a*", "a*"}, list.positions("filter"))
}

func TestAllRefuses(t *testing.T) {
	t.Parallel()
	list := &lister{}
	client := list.client(t)
	for _, devices := range []iter.Seq2[*losant.Device, error]{
		client.Devices.All(t.Context(), ".."),
		client.Devices.All(t.Context(), applicationID, losant.DeviceGetParams{}),
		client.Devices.All(t.Context(), applicationID, losant.DevicesGetParams{SortField: "no"}),
		(*losant.DevicesService)(nil).All(t.Context(), applicationID),
	} {
		names, errs := namesOf(devices)
		assert.Empty(t, names)
		require.Len(t, errs, 1)
		require.ErrorAs(t, errs[0], new(*losant.ValidationError))
	}
	assert.Empty(t, list.queries)
}

func TestAllKeepsRaw(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	record(transport, respond(http.StatusOK, `{"items":[ {"id":"1", "new":true}],"totalCount":1}`))
	var response losant.Response

	for device, err := range client.Devices.All(t.Context(), applicationID, losant.WithResponse(&response)) {
		require.NoError(t, err)
		assert.True(t, bytes.Equal([]byte(`{"id":"1", "new":true}`), device.Raw), "as it came")
	}

	assert.Equal(t, http.StatusOK, response.StatusCode)
}

func TestAllByOffset(t *testing.T) {
	t.Parallel()
	rows := func(client *losant.Client, query losant.Query, opts ...losant.CallOption) (names []string, errs []error) {
		all := client.DataTableRows.All(t.Context(), applicationID, userID, opts...)
		if query != nil {
			all = client.DataTableRows.QueryAll(t.Context(), applicationID, userID, query, opts...)
		}
		for row, err := range all {
			if err != nil {
				errs = append(errs, err)
				continue
			}
			names = append(names, fmt.Sprint(row["name"]))
		}
		return names, errs
	}
	for _, query := range []losant.Query{nil, {"name": "a"}} {
		get, queried := losant.DataTableRowsGetParams{Limit: 20, Offset: 5}, losant.DataTableRowsQueryParams{Limit: 20, Offset: 5}
		var params losant.CallOption = get
		if query != nil {
			params = queried
		}
		list := &lister{most: 10, total: 28, short: func(page int) int { return []int{0, 4, 0, 0}[page] }}

		names, errs := rows(list.client(t), query, params)

		assert.Empty(t, errs)
		assert.Equal(t, numbers(5, 28), names, "an offset goes on behind a short page")
		assert.Equal(t, []string{"5", "15", "21"}, list.positions("offset"))
		assert.Equal(t, []string{"20", "20", "20"}, list.positions("limit"))
	}
	equal := func(total string) *losant.Client {
		client, transport := newMocked(t)
		record(transport, respond(http.StatusOK, `{"items":[{"color":"red"},{"color":"red"}]`+total+`}`))
		return client
	}
	names, errs := rows(equal(`,"totalCount":6`), nil)
	assert.Len(t, names, 6, "rows without ids may be equal")
	assert.Empty(t, errs)
	_, errs = rows(equal(``), nil)
	assert.Len(t, errs, 1, "but not for ever")
}

func TestAllByTheLastID(t *testing.T) {
	t.Parallel()
	sandboxes := func(client *losant.Client, opts ...losant.CallOption) (ids []string, errs []error) {
		for sandbox, err := range client.InstanceSandboxes.All(t.Context(), applicationID, opts...) {
			if err != nil {
				errs = append(errs, err)
				continue
			}
			ids = append(ids, sandbox.ID)
		}
		return ids, errs
	}
	var all []string
	for i := range 25 {
		all = append(all, idOf(i))
	}
	list := &lister{most: 10, total: 25, short: func(page int) int { return []int{2, 0, 0, 0}[page] }}
	ids, errs := sandboxes(list.client(t), losant.InstanceSandboxesGetParams{Limit: 50})
	assert.Empty(t, errs)
	assert.Equal(t, all, ids)
	assert.Equal(t, []string{"", idOf(7), idOf(17)}, list.positions("startingAfterId"))

	list = &lister{most: 10, total: 25}
	ids, errs = sandboxes(list.client(t), losant.InstanceSandboxesGetParams{StartingAfterID: idOf(11)})
	assert.Empty(t, errs)
	assert.Equal(t, all[12:], ids)

	list = &lister{most: 10, total: 25, change: func(answer map[string]any, _ int) error {
		delete(answer, "hasMore")
		return nil
	}}
	ids, errs = sandboxes(list.client(t))
	assert.Empty(t, errs)
	assert.Equal(t, all, ids)
	assert.Len(t, list.queries, 4, "without hasMore, an empty page is the end")

	for _, page := range []string{`{"items":[{"name":"a"}],"hasMore":true}`, `{"items":[{"id":7}],"hasMore":true}`} {
		client, transport := newMocked(t)
		record(transport, respond(http.StatusOK, page))
		_, errs = sandboxes(client)
		require.Len(t, errs, 1)
		require.ErrorAs(t, errs[0], new(*losant.DecodeError))
	}
	client, transport := newMocked(t)
	requests := record(transport, respond(http.StatusOK, `{"items":[{"id":"`+idOf(1)+`"}],"hasMore":true}`))
	ids, errs = sandboxes(client)
	assert.Len(t, ids, 1)
	require.Len(t, errs, 1)
	require.ErrorContains(t, errs[0], "the one before again")
	assert.Len(t, requests.all(), 2)
}

// Every list of pages, page by page.
func TestEveryListGoesToItsEnd(t *testing.T) {
	t.Parallel()
	for id, a := range described() {
		by := pagesBy(a)
		if by == "" {
			continue
		}
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			list := &lister{most: 2, total: 5}
			client := list.client(t)
			method := methodsOf(client)[keyOfAll(id)]
			c := sample(t, a, methodsOf(client)[key(id)].Type())
			in := []reflect.Value{reflect.ValueOf(t.Context())}
			for _, argument := range c.arguments {
				in = append(in, reflect.ValueOf(argument))
			}
			in = append(in, reflect.ValueOf(losant.WithoutValidation()))
			elements := 0
			for value, err := range method.Call(in)[0].Seq2() {
				require.True(t, err.IsNil(), "%v", err)
				require.False(t, value.IsNil())
				elements++
			}
			assert.Equal(t, 5, elements)
			assert.Len(t, list.queries, 3)
			assert.Equal(t, map[string][]string{
				"page": {"", "1", "2"}, "offset": {"", "2", "4"}, "startingAfterId": {"", idOf(1), idOf(3)},
			}[by], list.positions(by))
		})
	}
}

func TestAllOnSockets(t *testing.T) {
	t.Parallel()
	onBoth(t, func(w http.ResponseWriter, r *http.Request) {
		page, _ := strconv.Atoi(r.URL.Query().Get("page"))
		var body bytes.Buffer
		fmt.Fprintf(&body, `{"totalCount":2000,"items":[`)
		for i := range 100 {
			if i > 0 {
				body.WriteString(",")
			}
			fmt.Fprintf(&body, `{"id":"%d","name":"%d"}`, 100*page+i, 100*page+i)
		}
		body.WriteString("]}")
		_, _ = w.Write(body.Bytes())
	}, func(t *testing.T, client *losant.Client) {
		names, errs := namesOf(client.Devices.All(t.Context(), applicationID))
		assert.Empty(t, errs)
		assert.Equal(t, numbers(0, 2000), names)
	})
}

// FuzzPages: whatever a server answers, a loop ends, with an error at the most as its last.
func FuzzPages(f *testing.F) {
	f.Add(`{"items":[{"id":"1"}],"totalCount":3}`, `{"items":[]}`)
	f.Add(`{"items":[{"id":"1"}],"hasMore":true}`, `{"items":[{"id":"1"}],"hasMore":true}`)
	f.Add(`{"items":[{"id":1}],"perPage":-1}`, `{"items":null}`)
	f.Add(`{"items":[{}],"totalCount":1e3}`, `null`)
	f.Fuzz(func(t *testing.T, one, two string) {
		const most = 10000
		for _, method := range []string{"page", "offset", "id"} {
			requests := 0
			client, err := losant.NewClient(secretToken, losant.WithMaxAttempts(1), losant.WithHTTPClient(&http.Client{
				Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
					requests++
					return respond(http.StatusOK, []string{one, two}[min(requests-1, 1)])(request)
				}),
			}))
			require.NoError(t, err)
			ended, elements := false, 0
			count := func(err error) bool {
				require.False(t, ended, "something comes after an error")
				ended = err != nil
				elements++
				return elements < most
			}
			switch method {
			case "page":
				client.Devices.All(t.Context(), applicationID)(func(_ *losant.Device, err error) bool { return count(err) })
			case "offset":
				client.DataTableRows.All(t.Context(), applicationID, userID)(func(_ losant.DataTableRow, err error) bool { return count(err) })
			default:
				client.InstanceSandboxes.All(t.Context(), applicationID)(func(_ *losant.InstanceSandbox, err error) bool { return count(err) })
			}
			if elements < most {
				assert.LessOrEqual(t, requests, elements+2)
			}
		}
	})
}
