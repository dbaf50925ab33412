package main

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestMetrics(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var during string
		var m *metrics
		m = newMetrics(roundTripper(func(r *http.Request) (*http.Response, error) {
			<-time.After(time.Second) // of the bubble's clock
			during = m.text().String()
			if r.Method == http.MethodPatch {
				return nil, errors.New("no answer")
			}
			return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
		}))
		for _, method := range []string{"PATCH", "DELETE", "DELETE"} {
			request, err := http.NewRequestWithContext(t.Context(), method, "http://api.test/", http.NoBody)
			require.NoError(t, err)
			if response, err := m.RoundTrip(request); err == nil {
				require.NoError(t, response.Body.Close())
			}
		}
		assert.Contains(t, during, "losant_requests_in_flight 1\n")

		answer := httptest.NewRecorder()
		m.ServeHTTP(answer, nil)
		assert.Equal(t, "text/plain; version=0.0.4", answer.Header().Get("Content-Type"))
		assert.Equal(t, `# HELP losant_requests_in_flight Requests to Losant that wait for an answer.
# TYPE losant_requests_in_flight gauge
losant_requests_in_flight 0
# HELP losant_request_duration_seconds Requests to Losant, until the head of the answer.
# TYPE losant_request_duration_seconds summary
losant_request_duration_seconds_sum{method="DELETE",status="200"} 2
losant_request_duration_seconds_count{method="DELETE",status="200"} 2
losant_request_duration_seconds_sum{method="PATCH",status="none"} 1
losant_request_duration_seconds_count{method="PATCH",status="none"} 1
`, answer.Body.String())
	})
}

type closer struct {
	http.RoundTripper
	closed bool
}

func (c *closer) CloseIdleConnections() { c.closed = true }

func TestMetricsPassCloseIdleConnectionsOn(t *testing.T) {
	t.Parallel()
	next := &closer{}
	(&http.Client{Transport: newMetrics(next)}).CloseIdleConnections()
	assert.True(t, next.closed)
}
