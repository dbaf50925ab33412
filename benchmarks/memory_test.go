package benchmarks

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// canned is a transport that answers every request alike. Its own 3 allocations a call (the response, its body and the
// reader in it) are part of every client's figures.
type canned struct{ header http.Header }

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
		Header:        c.header,
		ContentLength: int64(len(userAnswer)),
		Body:          io.NopCloser(strings.NewReader(userAnswer)),
		Request:       request,
	}, nil
}

// BenchmarkMemory compares the clients alone, without a network.
func BenchmarkMemory(b *testing.B) {
	transport := canned{http.Header{"Content-Type": {"application/json"}}}
	for _, action := range actions() {
		for _, contender := range contenders() {
			b.Run(action.name+"/client="+contender.name, func(b *testing.B) {
				client := contender.dial("https://api.losant.com", transport)
				b.ReportAllocs()
				for b.Loop() {
					if _, err := action.call(client, b.Context()); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// What is compared is the same work: the same request on the wire, and the same user from the answer.
func TestTheClientsDoTheSame(t *testing.T) {
	t.Parallel()
	for _, action := range actions() {
		var first []any
		for _, contender := range contenders() {
			var sent []any
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				assert.NoError(t, err)
				assert.NotEmpty(t, r.Header.Get("User-Agent"))
				r.Header.Del("User-Agent")
				sent = append(sent, r.Method, r.URL.Path, r.URL.Query(), r.Header, string(body))
				w.Header().Set("Content-Type", "application/json")
				_, err = io.WriteString(w, userAnswer)
				assert.NoError(t, err)
			}))
			t.Cleanup(server.Close)
			user, err := action.call(contender.dial(server.URL, nil), t.Context())
			require.NoError(t, err)
			user.Raw = nil // resty keeps it in its response
			sent = append(sent, user)
			if first == nil {
				first = sent
			}
			assert.Equal(t, first, sent, "%s of %s", action.name, contender.name)
		}
	}
}
