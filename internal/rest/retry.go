package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"
)

const (
	firstBackoff = 250 * time.Millisecond
	maxBackoff   = 8 * time.Second
	maxWait      = 30 * time.Second // what is asked for beyond it is for the caller to wait
)

// Do sends the request until an attempt settles it.
func (c *Client) Do(ctx context.Context, r *Request) Outcome {
	if err := ended(ctx); err != nil {
		return Outcome{Err: err}
	}
	if r.Body != nil {
		defer r.Body.Release()
	}
	doubt := false // an attempt may have been applied; no later one takes that back
	renewed := false
	for attempts := 1; ; attempts++ {
		o := c.attempt(ctx, r, attempts)
		o.Doubt = o.Doubt || doubt
		doubt = doubt || !o.unapplied
		o.MaybeApplied = doubt && r.Class != Read
		if o.Succeeded() {
			c.budget.earn()
			return o
		}
		wait := max(backoff(attempts), o.RetryAfter)
		if !renewed && r.renews(&o) {
			renewed, wait = true, 0
		}
		if !r.mayRepeat(&o) || !fits(ctx, wait) || !c.budget.spend() {
			return o
		}
		if o.Interrupted = sleep(ctx, wait); o.Interrupted != nil {
			return o
		}
	}
}

// mayRepeat reports whether the request may be sent again after o.
func (r *Request) mayRepeat(o *Outcome) bool {
	return o.transient && o.Attempts < r.MaxAttempts && (r.Class != Once || !o.MaybeApplied) &&
		(r.Body == nil || r.Body.CanRepeat())
}

// renews reports whether the authorization was refused and there may be another one. Then another attempt may end
// otherwise.
func (r *Request) renews(o *Outcome) bool {
	if o.StatusCode != http.StatusUnauthorized || r.Refused == nil || !r.Refused(o.Authorization) {
		return false
	}
	o.transient = true
	return true
}

// isTransient reports statuses that another attempt may not meet.
func isTransient(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
		http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// isRefusal reports statuses that say that the request was not applied: the server would not or could not take it. Of the
// errors of a client, a time-out says nothing of the kind.
func isRefusal(status int) bool {
	return status >= 400 && status <= 499 && status != http.StatusRequestTimeout ||
		status == http.StatusNotImplemented || status == http.StatusServiceUnavailable
}

// isPermanent reports errors that the next attempt would only repeat: an untrusted certificate, a TLS alert, a server
// that speaks another protocol, a proxy that lets nobody through.
func isPermanent(err error) bool {
	var (
		certificate *tls.CertificateVerificationError
		authority   x509.UnknownAuthorityError // bare, these come from transports that verify for themselves
		hostname    x509.HostnameError
		invalid     x509.CertificateInvalidError
		record      tls.RecordHeaderError
		operation   *net.OpError
		proxy       *ProxyError
	)
	return errors.As(err, &certificate) || errors.As(err, &authority) || errors.As(err, &hostname) ||
		errors.As(err, &invalid) || errors.As(err, &record) || errors.Is(err, http.ErrSchemeMismatch) ||
		errors.As(err, &operation) && strings.HasSuffix(operation.Op, " error") || // "remote error", "local error": alerts
		errors.As(err, &proxy) && !isTransient(proxy.StatusCode) || isProxyRefusal(err)
}

// isUnsent reports errors that come before a connection does. Only as they are: inside another error, they may be the
// last of several that a transport of the caller's met.
func isUnsent(err error) bool {
	switch err := err.(type) { //nolint:errorlint // see above
	case *net.DNSError, *ProxyError, *tls.CertificateVerificationError:
		return true
	case *net.OpError:
		return err.Op == "dial" || err.Op == "proxyconnect"
	}
	return err.Error() == "net/http: TLS handshake timeout" || isProxyRefusal(err) // net/http has no types for them
}

// isProxyRefusal reports what net/http makes of a proxy that asks for a password, when it is not [NewTransport]'s.
func isProxyRefusal(err error) bool {
	return err.Error() == http.StatusText(http.StatusProxyAuthRequired)
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

// sleep waits, unless the context ends first: then it returns why.
func sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
	return ended(ctx)
}

// retryAfter reads the lines of the header Retry-After, and returns the longest wait that they ask for.
func retryAfter(header http.Header) (wait time.Duration) {
	for _, value := range header["Retry-After"] {
		wait = max(wait, parseRetryAfter(value))
	}
	return wait
}

// parseRetryAfter reads seconds, or a date. It is zero for a date in the past and for text that is neither.
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
