package losant_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

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
