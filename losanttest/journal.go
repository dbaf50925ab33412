package losanttest

import (
	"bytes"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"sync"
)

// Request is a request as it arrived.
type Request struct {
	// Operation is what the request called, such as "experienceUser.get"; empty when it matched no operation.
	Operation string
	// Method is the HTTP method.
	Method string
	// Path is the path as it was sent, still escaped.
	Path string
	// Params holds the parameters in the path, by their names; nil when it matched no operation.
	Params map[string]string
	// Query holds the decoded query parameters.
	Query url.Values
	// Header holds the headers, the token among them.
	Header http.Header
	// Body is the body as it was sent; nil when there was none.
	Body []byte
}

func (r Request) clone() Request {
	r.Query = maps.Clone(r.Query)
	for name, values := range r.Query {
		r.Query[name] = slices.Clone(values)
	}
	r.Params = maps.Clone(r.Params)
	r.Header = r.Header.Clone()
	r.Body = bytes.Clone(r.Body)
	return r
}

// journal holds the requests that have come and the faults that wait for one.
type journal struct {
	mu       sync.Mutex
	requests []Request
	faults   []Fault
}

// record notes a request and returns the fault it meets: the zero Fault changes nothing. Both happen at once, so the
// order of the faults is that of the recorded requests.
func (j *journal) record(r Request) Fault {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.requests = append(j.requests, r)
	i := slices.IndexFunc(j.faults, func(f Fault) bool { return f.Operation == "" || f.Operation == r.Operation })
	if i < 0 {
		return Fault{}
	}
	met := j.faults[i]
	if met.Times > 1 {
		j.faults[i].Times--
	} else {
		j.faults = slices.Delete(j.faults, i, i+1)
	}
	return met
}

func (j *journal) inject(f Fault) {
	f.Header = f.Header.Clone()
	j.mu.Lock()
	defer j.mu.Unlock()
	j.faults = append(j.faults, f)
}

func (j *journal) all() []Request {
	j.mu.Lock()
	requests := slices.Clone(j.requests)
	j.mu.Unlock()
	for i := range requests {
		requests[i] = requests[i].clone()
	}
	return requests
}
