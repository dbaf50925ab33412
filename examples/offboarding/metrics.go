package main

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"
)

// metrics is an http.RoundTripper that counts what goes through it, and an http.Handler that tells what it counted, in
// the text format of Prometheus. Every attempt of a call counts, so retries show. Paths are no labels: they have ids in
// them, and there is no end of those.
type metrics struct {
	next http.RoundTripper

	mu       sync.Mutex
	inFlight int
	series   map[labels]*observed
}

type labels struct{ method, status string }

type observed struct {
	count int
	total time.Duration
}

func newMetrics(next http.RoundTripper) *metrics {
	return &metrics{next: next, series: map[labels]*observed{}}
}

// RoundTrip sends the request, and notes what became of it and how long the head of the answer took.
func (m *metrics) RoundTrip(request *http.Request) (*http.Response, error) {
	began := time.Now()
	m.begin()
	response, err := m.next.RoundTrip(request)
	status := "none" // no answer
	if err == nil {
		status = strconv.Itoa(response.StatusCode)
	}
	m.end(labels{request.Method, status}, time.Since(began))
	return response, err
}

// CloseIdleConnections passes the call on. Without it, http.Client's has no effect.
func (m *metrics) CloseIdleConnections() { (&http.Client{Transport: m.next}).CloseIdleConnections() }

func (m *metrics) begin() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inFlight++
}

func (m *metrics) end(l labels, took time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inFlight--
	if m.series[l] == nil {
		m.series[l] = &observed{}
	}
	m.series[l].count++
	m.series[l].total += took
}

// ServeHTTP answers with the metrics.
func (m *metrics) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; version=0.0.4")
	_, _ = m.text().WriteTo(w) // an error means that the reader has gone
}

// text writes to memory, so that a slow reader of the metrics does not hold up requests.
func (m *metrics) text() *bytes.Buffer {
	m.mu.Lock()
	defer m.mu.Unlock()
	var b bytes.Buffer
	fmt.Fprintln(&b, "# HELP losant_requests_in_flight Requests to Losant that wait for an answer.")
	fmt.Fprintln(&b, "# TYPE losant_requests_in_flight gauge")
	fmt.Fprintln(&b, "losant_requests_in_flight", m.inFlight)
	fmt.Fprintln(&b, "# HELP losant_request_duration_seconds Requests to Losant, until the head of the answer.")
	fmt.Fprintln(&b, "# TYPE losant_request_duration_seconds summary")
	for _, l := range slices.SortedFunc(maps.Keys(m.series), func(a, b labels) int {
		return cmp.Or(cmp.Compare(a.method, b.method), cmp.Compare(a.status, b.status))
	}) {
		o, of := m.series[l], fmt.Sprintf("{method=%q,status=%q}", l.method, l.status)
		fmt.Fprintf(&b, "losant_request_duration_seconds_sum%s %g\n", of, o.total.Seconds())
		fmt.Fprintf(&b, "losant_request_duration_seconds_count%s %d\n", of, o.count)
	}
	return &b
}
