package losant_test

import (
	"compress/flate"
	"compress/gzip"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// endless is a body without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) { return len(p), nil }

var (
	errDial  = &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	errDNS   = &net.DNSError{Err: "no such host", Name: "api.losant.com", IsNotFound: true}
	errReset = &net.OpError{Op: "read", Net: "tcp", Err: syscall.ECONNRESET}
)

func TestWhatIsTriedAgain(t *testing.T) {
	t.Parallel()
	const (
		transport = "TransportError"
		decode    = "DecodeError"
		plain     = "APIError"
		not       = losant.NotApplied
	)
	types := map[string]func(error) bool{
		transport:           can[*losant.TransportError],
		decode:              can[*losant.DecodeError],
		"BadRequestError":   can[*losant.BadRequestError],
		"UnauthorizedError": can[*losant.UnauthorizedError],
		"ForbiddenError":    can[*losant.ForbiddenError],
		"NotFoundError":     can[*losant.NotFoundError],
		"RateLimitError":    can[*losant.RateLimitError],
	}
	rows := []struct {
		name       string
		ending     ending
		get, patch int // attempts; a Delete makes as many as a Get
		want       string
		applied    losant.Applied // what is said of a Patch and a Delete
		opts       []losant.CallOption
	}{
		// Nothing was written, or the server says that it did nothing.
		{name: "dial", ending: fails(errDial), get: 3, patch: 3, want: transport, applied: not},
		{name: "DNS", ending: fails(errDNS), get: 3, patch: 3, want: transport, applied: not},
		{
			name: "dial of a proxy", get: 3, patch: 3, want: transport, applied: not,
			ending: fails(&net.OpError{Op: "proxyconnect", Net: "tcp", Err: errDial}),
		},
		{
			name: "TLS handshake time-out", get: 3, patch: 3, want: transport, applied: not,
			ending: fails(errors.New("net/http: TLS handshake timeout")),
		},
		{name: "429", ending: answers(429), get: 3, patch: 3, want: "RateLimitError", applied: not},
		{name: "503", ending: answers(503), get: 3, patch: 3, want: plain, applied: not},

		// The request may have been applied.
		{name: "500", ending: answers(500), get: 3, patch: 1, want: plain},
		{name: "502", ending: answers(502), get: 3, patch: 1, want: plain},
		{name: "504", ending: answers(504), get: 3, patch: 1, want: plain},
		{name: "EOF", ending: fails(io.EOF), get: 3, patch: 1, want: transport},
		{name: "reset", ending: fails(errReset), get: 3, patch: 1, want: transport},
		{name: "attempt time-out", ending: hangs, get: 3, patch: 1, want: transport},
		{name: "body cut", ending: breaks(200, io.ErrUnexpectedEOF), get: 3, patch: 1, want: decode},
		{name: "body reset", ending: breaks(200, errReset), get: 3, patch: 1, want: decode},
		{name: "body of an error cut", ending: breaks(502, io.ErrUnexpectedEOF), get: 3, patch: 1, want: plain},

		// A transport that has tried several times ends with the error of the last one.
		{name: "dial inside", ending: fails(fmt.Errorf("giving up: %w", errDial)), get: 3, patch: 1, want: transport},
		{name: "dial at last", ending: fails(errors.Join(io.EOF, errDial)), get: 3, patch: 1, want: transport},

		// Another attempt would end as this one did.
		{
			name: "certificate", get: 1, patch: 1, want: transport, applied: not,
			ending: fails(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}),
		},
		{name: "TLS record header", ending: fails(tls.RecordHeaderError{}), get: 1, patch: 1, want: transport},
		{name: "scheme mismatch", ending: fails(http.ErrSchemeMismatch), get: 1, patch: 1, want: transport},
		{
			name: "TLS alert received", get: 1, patch: 1, want: transport,
			ending: fails(&net.OpError{Op: "remote error", Err: tls.AlertError(40)}),
		},
		{
			name: "TLS alert sent", get: 1, patch: 1, want: transport,
			ending: fails(&net.OpError{Op: "local error", Err: tls.AlertError(70)}),
		},
		{name: "400", ending: answers(400), get: 1, patch: 1, want: "BadRequestError", applied: not},
		{name: "401", ending: answers(401), get: 1, patch: 1, want: "UnauthorizedError", applied: not},
		{name: "403", ending: answers(403), get: 1, patch: 1, want: "ForbiddenError", applied: not},
		{name: "404", ending: answers(404), get: 1, patch: 1, want: "NotFoundError", applied: not},
		{name: "404 cut", ending: breaks(404, io.ErrUnexpectedEOF), get: 1, patch: 1, want: "NotFoundError", applied: not},
		{name: "408", ending: answers(408), get: 1, patch: 1, want: plain},
		{name: "405", ending: answers(405), get: 1, patch: 1, want: plain, applied: not},
		{name: "409", ending: answers(409), get: 1, patch: 1, want: plain, applied: not},
		{name: "413", ending: answers(413), get: 1, patch: 1, want: plain, applied: not},
		{name: "501", ending: answers(501), get: 1, patch: 1, want: plain, applied: not},
		{name: "redirect", ending: answers(307, "Location", "/elsewhere"), get: 1, patch: 1, want: plain},
		{name: "not modified", ending: answers(304), get: 1, patch: 1, want: plain},
		{name: "not JSON", ending: respond(200, "<html>"), get: 1, patch: 1, want: decode},
		{name: "array", ending: respond(200, "[]"), get: 1, patch: 1, want: decode},
		{name: "incomplete JSON", ending: respond(200, `{"success":true`), get: 1, patch: 1, want: decode},
		{name: "no content", ending: respond(204, ""), get: 1, patch: 1, want: decode},
		{
			name: "too large", get: 1, patch: 1, want: decode,
			ending: answersReader(200, func() io.Reader { return endless{} }),
		},
		{name: "not gzip", ending: breaks(200, gzip.ErrHeader), get: 1, patch: 1, want: decode},
		{name: "gzip checksum", ending: breaks(200, gzip.ErrChecksum), get: 1, patch: 1, want: decode},
		{name: "gzip corrupt", ending: breaks(200, flate.CorruptInputError(7)), get: 1, patch: 1, want: decode},
		{
			name: "context ended", ending: hangs, get: 1, patch: 1, want: transport,
			opts: []losant.CallOption{losant.WithTimeout(0)}, // so that the time of the caller ends first
		},
	}
	for _, row := range rows {
		for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete} {
			attempts := row.get
			if method == http.MethodPatch {
				attempts = row.patch
			}
			t.Run(row.name+"/"+method, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					client, stage := newStaged(t, []ending{row.ending})
					ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
					defer cancel()
					var response losant.Response

					err := callUser(ctx, client, method, append(row.opts, losant.WithResponse(&response))...)

					for name, is := range types {
						assert.Equal(t, name == row.want, is(err), "%s: %v", name, err)
					}
					assert.Equal(t, row.want != transport, can[*losant.APIError](err))
					assert.Equal(t, attempts, stage.sent())
					assert.Equal(t, attempts, attemptsOf(err))
					assert.Equal(t, attempts, response.Attempts)
					assert.Equal(t, attempts > 1, strings.Contains(err.Error(), ", 3 attempts)"), err)
					if method == http.MethodGet { // it changes nothing
						assert.Equal(t, losant.NotApplied, appliedOf(t, err))
					} else {
						assert.Equal(t, row.applied, appliedOf(t, err))
					}
				})
			})
		}
	}
}

func TestAnAttemptThatSucceedsEndsTheCall(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, stage := newStaged(t, []ending{fails(errDial), answers(429), answers(503), answers(200)})
				var response losant.Response

				err := callUser(t.Context(), client, method, losant.WithMaxAttempts(9), losant.WithResponse(&response))

				require.NoError(t, err)
				assert.Equal(t, 4, stage.sent())
				assert.Equal(t, 4, response.Attempts)
				assert.Equal(t, 200, response.StatusCode)
				assert.Equal(t, stage.all()[3].at.Sub(stage.all()[0].at), response.Duration)
				first := stage.all()[0]
				for _, again := range stage.all()[1:] {
					assert.Equal(t, first.Method, again.Method)
					assert.Equal(t, first.URL.String(), again.URL.String())
					assert.Equal(t, first.Header, again.Header)
					assert.Equal(t, first.body, again.body)
				}
			})
		})
	}
}

func TestTheNumberOfAttemptsIsTheCallersChoice(t *testing.T) {
	t.Parallel()
	for _, attempts := range []int{1, 2, 7} {
		t.Run(strconv.Itoa(attempts), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, stage := newStaged(t, []ending{answers(503, "Retry-After", "8")})
				start := time.Now()

				err := callUser(t.Context(), client, http.MethodPatch, losant.WithMaxAttempts(attempts))

				assert.Equal(t, attempts, attemptsOf(err))
				assert.Equal(t, attempts, stage.sent())
				// No backoff is longer than this; and after the last attempt there is no wait.
				assert.Equal(t, time.Duration(attempts-1)*8*time.Second, time.Since(start))
			})
		})
	}
}

func TestWaitsAreRandomBelowABoundThatDoublesToEightSeconds(t *testing.T) {
	t.Parallel()
	bounds := []time.Duration{250e6, 500e6, 1e9, 2e9, 4e9, 8e9, 8e9, 8e9}
	synctest.Test(t, func(t *testing.T) {
		shortest, longest := make([]time.Duration, len(bounds)), make([]time.Duration, len(bounds))
		for i := range 200 {
			// Each call has a client of its own, for the budget of one ends before this many retries.
			client, stage := newStaged(t, []ending{answers(503)}, losant.WithMaxAttempts(len(bounds)+1))
			require.Error(t, callUser(t.Context(), client, http.MethodGet))
			for n, wait := range stage.waits() {
				longest[n] = max(longest[n], wait)
				if i == 0 || wait < shortest[n] {
					shortest[n] = wait
				}
			}
		}
		for n, bound := range bounds {
			assert.LessOrEqual(t, longest[n], bound, "wait %d", n)
			// The chance that a full jitter misses one of these is below 1 in 10^18.
			assert.Greater(t, longest[n], bound*8/10, "wait %d", n)
			assert.Less(t, shortest[n], bound*2/10, "wait %d", n)
		}
	})
}

func TestRetryAfterRaisesTheWait(t *testing.T) {
	t.Parallel()
	for _, status := range []int{429, 500, 502, 503, 504} {
		for name, value := range map[string]func() string{
			"seconds": func() string { return "7" },
			"date":    func() string { return time.Now().Add(7 * time.Second).UTC().Format(http.TimeFormat) },
			"RFC 850": func() string { return time.Now().Add(7 * time.Second).UTC().Format(time.RFC850) },
		} {
			t.Run(strconv.Itoa(status)+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { // the clock of a bubble starts at a full second
					client, stage := newStaged(t, []ending{answers(status, "Retry-After", value()), answers(200)})

					require.NoError(t, callUser(t.Context(), client, http.MethodGet))

					assert.Equal(t, []time.Duration{7 * time.Second}, stage.waits())
				})
			})
		}
	}
}

func TestRetryAfterDoesNotShortenTheWait(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"0", "1", "-1", "Sat, 01 Jan 2000 00:00:00 GMT", "soon"} {
		t.Run(value, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, stage := newStaged(t, []ending{answers(503, "Retry-After", value)}, losant.WithMaxAttempts(40))
				require.Error(t, callUser(t.Context(), client, http.MethodGet))
				assert.Greater(t, slices.Max(stage.waits()), 2*time.Second) // of 39 waits, 34 are up to 8 s long
				if value == "1" {
					assert.Equal(t, time.Second, slices.Min(stage.waits()))
				}
			})
		})
	}
}

func TestOfSeveralLinesTheLongestWaitCounts(t *testing.T) {
	t.Parallel()
	for _, lines := range [][]string{
		{"1", "7"}, {"7", "1"}, {"soon", "7"}, {"7", "soon"}, {"", "7"}, {"-1", "7", "0"}, {"1", "Sat, 01 Jan 2000 00:00:07 GMT"},
	} {
		t.Run(strings.Join(lines, " and "), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				busy := func(request *http.Request) (*http.Response, error) {
					response, err := answers(429)(request)
					response.Header["Retry-After"] = lines
					return response, err
				}
				client, stage := newStaged(t, []ending{busy, answers(200)})
				require.NoError(t, callUser(t.Context(), client, http.MethodPatch))
				assert.Equal(t, []time.Duration{7 * time.Second}, stage.waits())

				record(stage, busy)
				lines = append(lines, "120")
				var limited *losant.RateLimitError
				require.ErrorAs(t, callUser(t.Context(), client, http.MethodPatch), &limited)
				assert.Equal(t, 2*time.Minute, limited.RetryAfter)
				assert.Equal(t, 1, limited.Attempts)
			})
		})
	}
}

func TestAWaitThatCannotBeHeldIsNotBegun(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, retryAfter string
		deadline         time.Duration
		begun            bool
	}{
		{"30 seconds", "30", time.Hour, true},
		{"31 seconds", "31", time.Hour, false},
		{"date in 30 seconds", "Sat, 01 Jan 2000 00:00:30 GMT", time.Hour, true},
		{"date in 31 seconds", "Sat, 01 Jan 2000 00:00:31 GMT", time.Hour, false},
		{"more seconds than a Duration has", "9223372037", time.Hour, false},
		{"more seconds than 64 bits have", "99999999999999999999999", time.Hour, false},
		{"a date beyond all Durations", "Fri, 31 Dec 9999 23:59:59 GMT", time.Hour, false},
		{"shorter than the deadline", "4", 5 * time.Second, true},
		{"as long as the deadline", "5", 5 * time.Second, false},
		{"longer than the deadline", "6", 5 * time.Second, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, stage := newStaged(t, []ending{answers(429, "Retry-After", row.retryAfter), answers(200)})
				ctx, cancel := context.WithTimeout(t.Context(), row.deadline)
				defer cancel()
				start := time.Now()

				err := callUser(ctx, client, http.MethodGet)

				if row.begun {
					require.NoError(t, err)
					assert.Equal(t, 2, stage.sent())
					return
				}
				var limited *losant.RateLimitError
				require.ErrorAs(t, err, &limited)
				assert.Equal(t, 1, limited.Attempts)
				assert.Greater(t, limited.RetryAfter, 4*time.Second)
				require.NotErrorIs(t, err, context.DeadlineExceeded, "the deadline is still to come")
				assert.Equal(t, 1, stage.sent())
				assert.Zero(t, time.Since(start))
			})
		})
	}
}

func TestABackoffBeyondTheDeadlineIsNotBegun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, stage := newStaged(t, []ending{fails(errDial)})
		ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
		defer cancel()
		start := time.Now()

		err := callUser(ctx, client, http.MethodGet)

		require.ErrorIs(t, err, syscall.ECONNREFUSED)
		assert.Equal(t, 1, stage.sent())
		assert.Zero(t, time.Since(start))
	})
}

func TestAContextThatEndsDuringAWaitEndsTheCallAtThatMoment(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		ending   ending
		status   int
		lastSeen func(error) bool
	}{
		{"429", answers(429, "Retry-After", "10"), 429, can[*losant.RateLimitError]},
		{"503", answers(503, "Retry-After", "10"), 503, can[*losant.APIError]},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, stage := newStaged(t, []ending{row.ending})
				ctx, cancel := context.WithCancel(t.Context())
				// The third second of the second wait.
				time.AfterFunc(13*time.Second, cancel)
				start := time.Now()
				var response losant.Response

				err := callUser(ctx, client, http.MethodPatch, losant.WithResponse(&response))

				assert.Equal(t, 13*time.Second, time.Since(start))
				require.ErrorIs(t, err, context.Canceled)
				assert.True(t, row.lastSeen(err), err)
				assert.Contains(t, err.Error(), "while waiting to try again")
				assert.Equal(t, 2, stage.sent())
				assert.Equal(t, 2, attemptsOf(err))
				assert.Equal(t, losant.Response{
					StatusCode: row.status, Header: http.Header{"Retry-After": {"10"}}, Body: []byte(successAnswer),
					Attempts: 2, Duration: 13 * time.Second,
				}, response)
			})
		})
	}
}

func TestADeadlineThatEndsDuringAWaitIsInTheError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, _ := newStaged(t, []ending{answers(503, "Retry-After", "10")})
		// A deadline that does not show until it is over, so that the wait is begun.
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		short, stop := context.WithTimeout(context.Background(), time.Second)
		defer stop()
		defer context.AfterFunc(short, func() { cancel(short.Err()) })()

		err := callUser(ctx, client, http.MethodGet)

		require.ErrorIs(t, err, ctx.Err())
		assert.True(t, can[*losant.APIError](err))
	})
}

func TestADeleteThatFindsNothingAfterADoubtfulAttemptHasSucceeded(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		endings []ending // followed by a 404
		doubt   bool
	}{
		{"lost answer", []ending{fails(io.EOF)}, true},
		{"reset", []ending{fails(errReset)}, true},
		{"time-out", []ending{hangs}, true},
		{"cut answer", []ending{breaks(200, io.ErrUnexpectedEOF)}, true},
		{"500", []ending{answers(500)}, true},
		{"502", []ending{answers(502)}, true},
		{"504", []ending{answers(504)}, true},
		{"lost answer, then 503", []ending{fails(io.EOF), answers(503)}, true},
		{"lost answer, then dial", []ending{fails(io.EOF), fails(errDial)}, true},
		{"dial, then lost answer", []ending{fails(errDial), fails(io.EOF)}, true},

		{"at once", nil, false},
		{"429", []ending{answers(429)}, false},
		{"503", []ending{answers(503)}, false},
		{"dial", []ending{fails(errDial)}, false},
		{"DNS", []ending{fails(errDNS)}, false},
		{"dial, then 503", []ending{fails(errDial), answers(503)}, false},
	} {
		// Only Losant itself knows that it is the resource that is not there.
		for name, body := range map[string]string{
			"user": missingUser, "group": `{"message":"Experience group was not found","type":"NotFound"}`,
			"no body": "", "HTML": "<html><h1>404 Not Found</h1></html>", "another type": `{"type":"NoRoute","message":"NotFound"}`,
			"no type": `{"message":"Experience user was not found"}`, "text": `"NotFound"`,
			"part of a body": missingUser[:len(missingUser)-1], "more than a body": missingUser + "<hr>",
		} {
			t.Run(row.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					client, stage := newStaged(t, append(row.endings[:len(row.endings):len(row.endings)],
						respond(404, body, "X-Last", "yes")))
					var response losant.Response

					success, err := client.ExperienceGroup.Delete(t.Context(), applicationID, groupID,
						losant.WithResponse(&response))

					if row.doubt && (name == "user" || name == "group") {
						require.NoError(t, err)
						assert.Equal(t, &losant.Success{Success: true}, success)
					} else {
						assert.Nil(t, success)
						require.ErrorIs(t, err, losant.ErrNotFound)
						assert.Equal(t, row.doubt, appliedOf(t, err) == losant.MaybeApplied)
					}
					assert.Equal(t, len(row.endings)+1, stage.sent())
					assert.Equal(t, len(row.endings)+1, response.Attempts)
					assert.Equal(t, 404, response.StatusCode)
					assert.Equal(t, "yes", response.Header.Get("X-Last"))
				})
			})
		}
	}
}

// What may have been applied once stays so, whatever later attempts prove about themselves.
func TestDoubtIsNotForgotten(t *testing.T) {
	t.Parallel()
	for name, last := range map[string]ending{
		"503": answers(503), "429": answers(429), "dial": fails(errDial), "400": answers(400), "401": answers(401),
		"403": answers(403), "405": answers(405), "501": answers(501), "wait that is too long": answers(503, "Retry-After", "60"),
	} {
		for lost, first := range map[string]ending{"lost": fails(io.EOF), "502": answers(502), "time-out": hangs} {
			t.Run(lost+", "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					client, _ := newStaged(t, []ending{first, last})
					err := callUser(t.Context(), client, http.MethodDelete)
					assert.Equal(t, losant.MaybeApplied, appliedOf(t, err), err)
				})
			})
		}
	}
}

func TestAGetThatFinds404AfterALostAnswerFindsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, _ := newStaged(t, []ending{fails(io.EOF), answers(404)})
		err := callUser(t.Context(), client, http.MethodGet)
		assert.True(t, can[*losant.NotFoundError](err), err)
	})
}

func TestTheBudgetHoldsAHundredRetries(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		status := http.StatusOK
		client, stage := newStaged(t, []ending{func(r *http.Request) (*http.Response, error) { return answers(status)(r) }})
		attempts := func() int {
			before := stage.sent()
			_ = callUser(t.Context(), client, http.MethodGet)
			_, _ = client.ExperienceGroup.Get(t.Context(), applicationID, groupID)
			return stage.sent() - before
		}
		for range 10 {
			require.Equal(t, 2, attempts(), "successes do not raise the budget above its start")
		}

		status = http.StatusServiceUnavailable
		for range 25 {
			require.Equal(t, 2+4, attempts(), "one budget for both services")
		}
		start := time.Now()
		require.Equal(t, 2, attempts(), "500 / 5 retries are spent")
		require.Zero(t, time.Since(start), "the first error is returned at once")

		status = http.StatusOK
		attempts()
		attempts()
		status = http.StatusServiceUnavailable
		require.Equal(t, 2, attempts(), "four successes are no retry")
		status = http.StatusOK
		require.NoError(t, callUser(t.Context(), client, http.MethodGet))
		status = http.StatusServiceUnavailable
		require.Equal(t, 2+1, attempts(), "the fifth success pays for one")
		require.Equal(t, 2, attempts())

		other, stage2 := newStaged(t, []ending{answers(503)})
		require.Error(t, callUser(t.Context(), other, http.MethodGet))
		require.Equal(t, 3, stage2.sent(), "each client has a budget of its own")
	})
}

func TestAllCallsOfAClientShareItsBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, stage := newStaged(t, []ending{answers(503)})
		const calls = 200
		var wg sync.WaitGroup
		for i := range calls {
			wg.Go(func() {
				if i%2 == 0 {
					assert.Error(t, callUser(t.Context(), client, http.MethodPatch))
					return
				}
				_, err := client.ExperienceGroup.Delete(t.Context(), applicationID, groupID)
				assert.Error(t, err)
			})
		}
		wg.Wait()
		assert.Equal(t, calls+100, stage.sent())
	})
}

func TestARetryThatIsNotBegunCostsNothing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, stage := newStaged(t, []ending{answers(503, "Retry-After", "60")})
		for range 150 {
			require.Error(t, callUser(t.Context(), client, http.MethodGet))
			require.Error(t, callUser(t.Context(), client, http.MethodGet, losant.WithMaxAttempts(1)))
		}
		record(stage, answers(503))
		before := stage.sent()
		require.Error(t, callUser(t.Context(), client, http.MethodGet))
		assert.Equal(t, 3, stage.sent()-before)
	})
}

func TestTheTokenSourceIsAskedOnEveryAttemptUnderItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		type key struct{}
		var contexts []context.Context
		source := func(ctx context.Context) (string, error) {
			for _, earlier := range contexts {
				require.Error(t, earlier.Err(), "the attempt is over")
			}
			contexts = append(contexts, ctx)
			deadline, _ := ctx.Deadline()
			assert.Equal(t, 3*time.Second, time.Until(deadline))
			assert.Equal(t, "value", ctx.Value(key{}))
			return "token" + strconv.Itoa(len(contexts)), nil
		}
		client, stage := newStaged(t, []ending{answers(503)}, losant.WithTokenSource(source))
		ctx := context.WithValue(t.Context(), key{}, "value")

		require.Error(t, callUser(ctx, client, http.MethodGet, losant.WithTimeout(3*time.Second)))

		require.Equal(t, 3, stage.sent())
		for i, request := range stage.all() {
			assert.Equal(t, "Bearer token"+strconv.Itoa(i+1), request.Header.Get("Authorization"))
		}
	})
}

func TestAnErrorOfTheTokenSourceEndsTheCall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sealed := errors.New("the vault is sealed")
		asked := 0
		source := func(context.Context) (string, error) {
			if asked++; asked == 2 {
				return "", sealed
			}
			return secretToken, nil
		}
		client, stage := newStaged(t, []ending{answers(503)}, losant.WithTokenSource(source))

		err := callUser(t.Context(), client, http.MethodGet)

		require.ErrorIs(t, err, sealed)
		assert.True(t, can[*losant.TransportError](err), err)
		assert.Equal(t, 2, asked)
		assert.Equal(t, 1, stage.sent())
	})
}

// FuzzRetryAfter reads the header through the error that shows it.
func FuzzRetryAfter(f *testing.F) {
	for _, seed := range []string{
		"", "0", "1", "120", " 7 ", "\t7", "-1", "+1", "1.5", "1e3", "0x10", "1_000", "soon", "٣", "\r1",
		"9223372036", "9223372037", "18446744073709551616", "18700000000000000000A", strings.Repeat("9", 400),
		"Fri, 31 Dec 1999 23:59:59 GMT", "Sun, 06 Nov 2095 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
		"Sun Nov  6 08:49:37 2095", "Fri, 31 Dec 9999 23:59:59 GMT", "Mon, 01 Jan 0000 00:00:00 GMT",
	} {
		f.Add(seed)
	}
	type key struct{}
	client, mock := newStaged(f, []ending{func(r *http.Request) (*http.Response, error) {
		value, _ := r.Context().Value(key{}).(string)
		return answers(429, "Retry-After", value)(r)
	}})
	digits := regexp.MustCompile(`^[0-9]+$`)
	f.Fuzz(func(t *testing.T, value string) {
		mock.forget()
		before := time.Now()
		ctx := context.WithValue(t.Context(), key{}, value)
		err := callUser(ctx, client, http.MethodGet, losant.WithMaxAttempts(1))
		after := time.Now()
		var limited *losant.RateLimitError
		require.ErrorAs(t, err, &limited)
		got := limited.RetryAfter
		require.GreaterOrEqual(t, got, time.Duration(0))
		if text := strings.TrimSpace(value); digits.MatchString(text) {
			const most = 9223372036 // seconds that fit in a Duration
			seconds, err := strconv.ParseInt(text, 10, 64)
			if err != nil || seconds > most {
				seconds = most
			}
			require.Equal(t, time.Duration(seconds)*time.Second, got)
		} else if date, err := http.ParseTime(text); err == nil {
			require.GreaterOrEqual(t, got, max(0, date.Sub(after)))
			require.LessOrEqual(t, got, max(0, date.Sub(before)))
		} else {
			require.Zero(t, got)
		}
	})
}
