package losant

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
)

const (
	firstBackoff = 250 * time.Millisecond
	maxBackoff   = 8 * time.Second
	maxWait      = 30 * time.Second // what is asked for beyond it is for the caller to wait
)

// verdict is what an attempt means for the next one.
type verdict int

const (
	final    verdict = iota // sending again is of no use
	refused                 // provably not applied: every method may be sent again
	doubtful                // applied or not: Get and Delete may be sent again
)

// send sends the request until an attempt settles it.
func (c *core) send(ctx context.Context, r *request) (answer, error) {
	doubt := false
	for attempts := 1; ; attempts++ {
		a := c.attempt(ctx, r, attempts)
		// What an earlier attempt was sent for may have been reached by it.
		a.gone = (doubt || a.replayed) && a.status == http.StatusNotFound && r.operation.Method == http.MethodDelete
		if a.gone || a.succeeded() {
			c.budget.earn()
			return a, nil
		}
		wait := max(backoff(attempts), a.retryAfter)
		if !r.mayRepeat(a) || !fits(ctx, wait) || !c.budget.spend() {
			return a, r.failure(a)
		}
		if err := sleep(ctx, wait); err != nil {
			return a, fmt.Errorf("%w (%w while waiting to try again)", r.failure(a), err)
		}
		doubt = doubt || a.verdict == doubtful
	}
}

// mayRepeat reports whether the request may be sent again after a.
func (r *request) mayRepeat(a answer) bool {
	if a.attempts >= r.maxAttempts {
		return false
	}
	// A patch may have been applied, and then overwritten by somebody else: only they would notice the second one.
	return a.verdict == refused || a.verdict == doubtful && r.operation.Method != http.MethodPatch
}

// judge decides what an answer with a status means for the next attempt.
func judge(status int, incomplete error) verdict {
	switch status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return refused
	case http.StatusInternalServerError, http.StatusBadGateway, http.StatusGatewayTimeout:
		return doubtful
	}
	if isSuccess(status) && incomplete != nil && !isUnusable(incomplete) {
		return doubtful
	}
	return final
}

// judgeError decides what the lack of an answer means for the next attempt. Where the shipment was traced, the trace
// knows better than the error: net/http may have written the request to a connection that turned out to be stale
// before it failed to dial a new one.
func judgeError(err error, sent *shipment) verdict {
	switch {
	case isPermanent(err):
		return final
	case !sent.connected.Load() && (sent.dialled.Load() || isUnsent(err)):
		return refused
	default:
		return doubtful
	}
}

// isPermanent reports errors that the next attempt would only repeat: an untrusted certificate, a TLS alert, a server
// that speaks another protocol.
func isPermanent(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError // bare, these come from transports that verify for themselves
		hostname    x509.HostnameError
		invalid     x509.CertificateInvalidError
		record      tls.RecordHeaderError
		operation   *net.OpError
	)
	return errors.As(err, &certificate) || errors.As(err, &authority) || errors.As(err, &hostname) ||
		errors.As(err, &invalid) || errors.As(err, &record) || errors.Is(err, http.ErrSchemeMismatch) ||
		errors.As(err, &operation) && strings.HasSuffix(operation.Op, " error") // "remote error", "local error": TLS alerts
}

// isUnsent reports errors that come before a connection does.
func isUnsent(err error) bool {
	var (
		name      *net.DNSError
		operation *net.OpError
	)
	return errors.As(err, &name) ||
		errors.As(err, &operation) && (operation.Op == "dial" || operation.Op == "proxyconnect") ||
		strings.Contains(err.Error(), "TLS handshake timeout") // net/http does not export its type
}

// backoff returns the wait after a number of attempts: exponential, with full jitter.
func backoff(attempts int) time.Duration {
	const doublings = 5                                                          // reach maxBackoff
	return rand.N(min(firstBackoff<<min(attempts-1, doublings), maxBackoff) + 1) //nolint:gosec // jitter is no secret
}

// fits reports whether a wait is short enough to be begun.
func fits(ctx context.Context, wait time.Duration) bool {
	deadline, limited := ctx.Deadline()
	return wait <= maxWait && (!limited || wait < time.Until(deadline))
}

// sleep waits, unless the context ends first.
func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	return ctx.Err()
}

// parseRetryAfter reads a Retry-After header: seconds, or a date. It is zero for a date in the past and for text that
// is neither.
func parseRetryAfter(value string) time.Duration {
	value = strings.TrimSpace(value)
	if value == "" {
		return 0
	}
	if strings.Trim(value, "0123456789") == "" {
		seconds, _ := strconv.ParseUint(value, 10, 64) // the largest number when there are more
		return time.Duration(min(seconds, math.MaxInt64/uint64(time.Second))) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(date))
	}
	return 0
}

// budget limits the retries of one Client. When the API is down, each call would otherwise add its retries to the
// load. The zero value is full.
type budget struct{ spent atomic.Int64 }

const (
	budgetSize  = 500
	budgetRetry = 5
)

// spend takes the price of a retry, unless too little is left.
func (b *budget) spend() bool {
	if b.spent.Add(budgetRetry) <= budgetSize {
		return true
	}
	b.spent.Add(-budgetRetry)
	return false
}

// earn gives back a little for a success.
func (b *budget) earn() {
	for {
		spent := b.spent.Load()
		if spent == 0 || b.spent.CompareAndSwap(spent, spent-1) {
			return
		}
	}
}
