package losant_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// The benchmarks below send through memory: what they measure is this client alone. The module in benchmarks/ has
// others beside it, over loopback.

// exampleUser is an answer of the usual size.
const exampleUser = `{"id":"` + userID + `","experienceUserId":"` + userID + `","applicationId":"` + applicationID +
	`","creationDate":"2016-06-13T04:00:00.000Z","lastUpdated":"2016-06-13T04:00:00.000Z",` +
	`"email":"experienceuser@example.com","firstName":"Example","lastName":"Name",` +
	`"userTags":{"customKey":"customValue"}}`

// canned is a transport that has one answer. Its own 3 allocations a call (the response, its body and the reader in it)
// are part of every figure.
type canned struct {
	body   []byte
	length int64 // as the answer's header states it, or -1
	header http.Header
}

func newCanned(body string) canned {
	return canned{[]byte(body), int64(len(body)), http.Header{"Content-Type": {"application/json"}}}
}

func (c canned) RoundTrip(request *http.Request) (*http.Response, error) {
	if request.Body != nil {
		if _, err := io.Copy(io.Discard, request.Body); err != nil {
			return nil, err
		}
		if err := request.Body.Close(); err != nil {
			return nil, err
		}
	}
	return &http.Response{
		Status:        "200 OK",
		StatusCode:    http.StatusOK,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        c.header,
		ContentLength: c.length,
		Body:          io.NopCloser(bytes.NewReader(c.body)),
		Request:       request,
	}, nil
}

func BenchmarkCall(b *testing.B) {
	for _, call := range cannedCalls(b) {
		b.Run(call.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := call.do(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

type cannedCall struct {
	name string
	do   func() error
}

// cannedCalls returns a call of each action.
func cannedCalls(tb testing.TB) []cannedCall {
	tb.Helper()
	users := newCannedClient(tb, newCanned(exampleUser)).ExperienceUser
	successes := newCannedClient(tb, newCanned(`{"success":true}`)).ExperienceUser
	patch := losant.ExperienceUserPatch{
		Password: losant.Ptr("aNewPassword"),
		UserTags: map[string]string{"customKey": "newCustomValue"},
	}
	return []cannedCall{
		{"Get", func() error {
			_, err := users.Get(tb.Context(), applicationID, userID)
			return err
		}},
		{"Patch", func() error {
			_, err := users.Patch(tb.Context(), applicationID, userID, patch)
			return err
		}},
		{"Delete", func() error {
			_, err := successes.Delete(tb.Context(), applicationID, userID)
			return err
		}},
	}
}

// BenchmarkDecode gets a group with four full lists, beside encoding/json alone on the same body: the difference is all
// that the SDK adds. What it adds in B/op is its copy of the body, which becomes Raw.
func BenchmarkDecode(b *testing.B) {
	body := []byte(largeGroup())
	client := func(answer []byte, length int64, header http.Header) func() error {
		transport := canned{answer, length, header}
		client := newCannedClient(b, transport)
		return func() error {
			_, err := client.ExperienceGroup.Get(b.Context(), applicationID, groupID)
			return err
		}
	}
	for _, c := range []struct {
		name   string
		decode func() error
	}{
		{"json", func() error { return json.Unmarshal(body, &losant.ExperienceGroup{}) }},
		{"sdk", client(body, int64(len(body)), http.Header{})},
		{"sdk-unknown-length", client(body, -1, http.Header{})},
	} {
		b.Run("group/client="+c.name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if err := c.decode(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// largeGroup is the JSON of a group with four lists of 1000 ids.
func largeGroup() string {
	ids := make([]string, 1000)
	for i := range ids {
		ids[i] = fmt.Sprintf(`"575ed78e7ae143cd83d%05x"`, i)
	}
	list := "[" + strings.Join(ids, ",") + "]"
	return `{"id":"` + groupID + `","name":"Everybody","experienceUserIds":` + list +
		`,"experienceEndpointIds":` + list + `,"deviceIds":` + list + `,"ancestorIds":` + list + `}`
}

// BenchmarkHeap reports what a million calls leave on the heap, as heap-growth-B, and fails when that is not nothing.
func BenchmarkHeap(b *testing.B) {
	const (
		calls   = 1_000_000
		warming = 10_000
		allowed = 64 << 10 // what the runtime and the pools of the standard library vary by
	)
	client := newCannedClient(b, newCanned(exampleUser))
	get := func(times int) {
		for range times {
			if _, err := client.ExperienceUser.Get(b.Context(), applicationID, userID); err != nil {
				b.Fatal(err)
			}
		}
	}
	if b.N > 1 {
		b.Skip("a million calls are one iteration")
	}
	get(warming)
	before := liveHeap()
	get(calls)
	after := liveHeap()
	runtime.KeepAlive(client)
	b.ReportMetric(float64(before), "heap-before-B")
	b.ReportMetric(float64(after-before), "heap-growth-B")
	if after-before > allowed {
		b.Fatalf("%d calls left %d bytes on the heap", calls, after-before)
	}
}

// liveHeap is what the heap holds after a collection, in bytes.
func liveHeap() int64 {
	runtime.GC()
	runtime.GC() // the second one empties the pools
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc) //nolint:gosec // no heap is that large
}

func newCannedClient(tb testing.TB, transport canned) *losant.Client {
	tb.Helper()
	client, err := losant.NewClient(secretToken, losant.WithHTTPClient(&http.Client{Transport: transport}))
	require.NoError(tb, err)
	return client
}

type largeAnswer struct {
	name, schema string
	document     any
}

type anyMap = map[string]any

// largeAnswers are answers of half a megabyte and more, or of some percent of that.
func largeAnswers(percent int) []largeAnswer {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same each time
	id := func() string { return fmt.Sprintf("%016x%08x", random.Uint64(), random.Uint32()) }
	date := func(minute int) string {
		return time.UnixMilli(1_767_225_600_000 + 60_000*int64(minute)).UTC().Format("2006-01-02T15:04:05.000Z")
	}
	value := func(most int) float64 { return float64(random.IntN(100*most)) / 100 }
	point := func(minute int) anyMap {
		return anyMap{"time": date(minute), "data": anyMap{"temperature": value(40), "humidity": value(100)}}
	}
	return []largeAnswer{
		{"states", "deviceStates", listOf(200*percent, func(i int) any {
			return anyMap{"time": date(i), "data": anyMap{
				"temperature": value(40), "humidity": value(100), "voltage": value(5), "count": i, "enabled": i%2 == 0,
				"status": []string{"ok", "warn", "fail"}[i%3],
			}}
		})},
		{"devices", "devices", anyMap{"items": listOf(20*percent, func(i int) any {
			deviceID := id()
			return anyMap{
				"id": deviceID, "deviceId": deviceID, "applicationId": applicationID, "creationDate": date(i),
				"lastUpdated": date(i + 5000), "name": fmt.Sprintf("Pump %d", i), "_type": "device",
				"description": fmt.Sprintf("The pump number %d of hall %d", i, i%7), "deviceClass": "standalone",
				"tags": []any{
					anyMap{"key": "site", "value": fmt.Sprintf("hall-%d", i%7)},
					anyMap{"key": "serial", "value": fmt.Sprintf("SN%d", 100_000+i)},
				},
				"attributes": []any{
					anyMap{"name": "temperature", "dataType": "number"},
					anyMap{"name": "humidity", "dataType": "number"},
					anyMap{"name": "status", "dataType": "string"},
				},
				"connectionInfo": anyMap{"time": date(i + 9000), "connected": i % 2}, "keepDuplicates": false,
			}
		})}},
		{"points", "timeSeriesData", anyMap{"start": date(0), "end": date(1000), "devices": mapOf(20, id, func(int) any {
			return anyMap{"name": "Pump", "points": listOf(10*percent, func(i int) any { return point(i) })}
		})}},
		{"last values", "lastValueData", mapOf(50*percent, id, func(i int) any { return point(i) })},
		{"rows of 8", "dataTableRows", anyMap{"items": listOf(50*percent, func(i int) any { return tableRow(i, id(), date(i)) })}},
		{"rows of 12", "dataTableRows", anyMap{"items": listOf(50*percent, func(i int) any {
			wide := tableRow(i, id(), date(i))
			wide["note"], wide["weight"], wide["street"], wide["country"] = nil, value(90), fmt.Sprintf("%d Main Street", i), "US"
			return wide
		})}},
	}
}

// tableRow is a row of a data table with 8 cells.
func tableRow(i int, id, date string) anyMap {
	return anyMap{
		"id": id, "createdAt": date, "updatedAt": date, "order": i, "customer": fmt.Sprintf("Customer %d", i),
		"price": float64(i*7919%100_000) / 100, "paid": i%2 == 0, "city": []string{"Cincinnati", "Berlin", "Wien"}[i%3],
	}
}

func listOf(n int, element func(i int) any) []any {
	list := make([]any, n)
	for i := range list {
		list[i] = element(i)
	}
	return list
}

func mapOf(n int, key func() string, element func(i int) any) anyMap {
	m := anyMap{}
	for i := range n {
		m[key()] = element(i)
	}
	return m
}
