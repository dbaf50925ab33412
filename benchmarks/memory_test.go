package main

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	"github.com/losant-go/losant/benchmarks/contenders"
)

// canned is a transport that has one answer. Its own 3 allocations a call (the response, its body and the reader in it)
// are part of every client's figures.
type canned struct {
	body   []byte
	header http.Header
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
		ContentLength: int64(len(c.body)),
		Body:          io.NopCloser(bytes.NewReader(c.body)),
		Request:       request,
	}, nil
}

// The benchmarks below send through memory: what they compare is the clients, without a network.

func BenchmarkGet(b *testing.B)    { compare(b, "Get") }
func BenchmarkPatch(b *testing.B)  { compare(b, "Patch") }
func BenchmarkDelete(b *testing.B) { compare(b, "Delete") }

func compare(b *testing.B, method string) {
	b.Helper()
	for _, resource := range []string{"user", "group"} {
		action := method + "/" + resource
		answer := canned{[]byte(contenders.Answer(action)), http.Header{"Content-Type": {"application/json"}}}
		for _, contender := range contenders.All() {
			b.Run(resource+"/client="+contender.Name, func(b *testing.B) {
				call := contender.New("https://api.losant.com", answer)[action]
				b.ReportAllocs()
				for b.Loop() {
					if err := call(b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
