package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"time"
)

const (
	maxBatch = 1000
	maxBody  = 64 << 10 // twice what so many ids take
)

// service is the HTTP side of off-boarding.
type service struct {
	offboarder *offboarder
	timeout    time.Duration // of a request
	log        *slog.Logger
}

// newService returns the routes of the service.
func newService(o *offboarder, timeout time.Duration, metrics http.Handler, log *slog.Logger) http.Handler {
	s := &service{o, timeout, log}
	mux := http.NewServeMux()
	mux.HandleFunc("DELETE /people/{id}", s.deletePerson)
	mux.HandleFunc("POST /off-boardings", s.offboardPeople)
	mux.HandleFunc("GET /healthz", s.health)
	mux.Handle("GET /metrics", metrics)
	return mux
}

// outcome is what became of one person.
type outcome struct {
	ID     string `json:"id,omitzero"`
	Status int    `json:"status"` // as of an HTTP answer; 200 when the person is off-boarded
	Error  string `json:"error,omitzero"`
}

// deletePerson off-boards one person.
func (s *service) deletePerson(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), s.timeout)
	defer cancel()
	id := r.PathValue("id")
	result, retryAfter := s.report(ctx, id, s.offboarder.person(ctx, id))
	if retryAfter > 0 {
		w.Header().Set("Retry-After", seconds(retryAfter))
	}
	writeJSON(w, result.Status, result)
}

// offboardPeople off-boards many. It answers 200 when all of them are off-boarded and 207 when some are not; each has a
// status of its own.
func (s *service) offboardPeople(w http.ResponseWriter, r *http.Request) {
	ids, err := readIDs(w, r)
	if err != nil {
		var tooLarge *http.MaxBytesError
		status := http.StatusBadRequest
		if errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		writeJSON(w, status, outcome{Status: status, Error: err.Error()})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), s.timeout)
	defer cancel()

	answer := struct {
		People []outcome `json:"people"`
	}{make([]outcome, len(ids))}
	status := http.StatusOK
	var retryAfter time.Duration
	for i, err := range s.offboarder.people(ctx, ids) {
		var wait time.Duration
		answer.People[i], wait = s.report(ctx, ids[i], err)
		retryAfter = max(retryAfter, wait)
		if err != nil {
			status = http.StatusMultiStatus
		}
	}
	if retryAfter > 0 {
		w.Header().Set("Retry-After", seconds(retryAfter))
	}
	writeJSON(w, status, answer)
}

// readIDs reads {"ids": [...]}, and leaves out repetitions.
func readIDs(w http.ResponseWriter, r *http.Request) (ids []string, err error) {
	var body struct {
		IDs []string `json:"ids"`
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&body); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, id := range body.IDs {
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	if len(ids) == 0 || len(ids) > maxBatch {
		return nil, errors.New("ids must be 1 to " + strconv.Itoa(maxBatch) + " ids")
	}
	return ids, nil
}

// report logs what became of a person, and returns what the caller is told of it. The log has the whole error; callers
// are told what they can act on.
func (s *service) report(ctx context.Context, id string, err error) (result outcome, retryAfter time.Duration) {
	if err == nil {
		s.log.InfoContext(ctx, "off-boarded", "id", id)
		return outcome{ID: id, Status: http.StatusOK}, 0
	}
	f := failureOf(err)
	s.log.Log(ctx, f.level, "not off-boarded", "id", id, "status", f.status, "reason", f.message, "error", err)
	return outcome{ID: id, Status: f.status, Error: f.message}, f.retryAfter
}

// health tells that the service runs. It does not ask Losant: restarting this service would not mend Losant.
func (s *service) health(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, outcome{Status: http.StatusOK})
}

// writeJSON answers. An error means that the caller has gone, and nobody is left to tell.
func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) //nolint:errchkjson // see above; the values of this service can be encoded
}

func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
