package benchmarks

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// What is compared is the same work: the same request on the wire, and the same result from the answer.
func TestTheClientsDoTheSame(t *testing.T) {
	t.Parallel()
	var first []any
	for _, contender := range contenders() {
		var did []any
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			assert.NoError(t, err)
			assert.NotEmpty(t, r.Header.Get("User-Agent"))
			r.Header.Del("User-Agent")
			did = append(did, r.Method, r.URL.Path, r.URL.Query(), r.Header, string(body))
			w.Header().Set("Content-Type", "application/json")
			_, err = io.WriteString(w, answerTo(r)) //nolint:gosec // not to a browser
			assert.NoError(t, err)
		}))
		t.Cleanup(server.Close)
		client := contender.dial(server.URL)
		user, err := client.get(t.Context())
		require.NoError(t, err)
		success, err := client.sendState(t.Context())
		require.NoError(t, err)
		user.Raw, success.Raw = nil, nil // resty keeps it in its response
		assert.Equal(t, &losant.Success{Success: true}, success)
		did = append(did, user, success)
		if first == nil {
			first = did
		}
		assert.Equal(t, first, did, contender.name)
	}
}
