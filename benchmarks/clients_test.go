package benchmarks

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

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
			user, err := action.call(contender.dial(server.URL), t.Context())
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
