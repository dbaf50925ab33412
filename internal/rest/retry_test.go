package rest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type transportFunc func(*http.Request) (*http.Response, error)

func (f transportFunc) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// ending is what becomes of one sending: a status, or an error.
type ending any

var refusedDial = &net.OpError{Op: "dial", Err: errors.New("refused")}

// classes run through every kind of end, one attempt after the other.
func TestClasses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		endings            []ending
		read, remove, once int // attempts that are made of three
		maybe              bool
	}{
		{[]ending{200}, 1, 1, 1, true},
		{[]ending{404}, 1, 1, 1, false},
		{[]ending{408}, 1, 1, 1, true},
		{[]ending{409}, 1, 1, 1, false},
		{[]ending{302}, 1, 1, 1, true},
		{[]ending{501}, 1, 1, 1, false},
		{[]ending{429}, 3, 3, 3, false},
		{[]ending{503}, 3, 3, 3, false},
		{[]ending{500}, 3, 3, 1, true},
		{[]ending{502}, 3, 3, 1, true},
		{[]ending{504}, 3, 3, 1, true},
		{[]ending{io.EOF}, 3, 3, 1, true},
		{[]ending{refusedDial}, 3, 3, 3, false},
		{[]ending{&ProxyError{407}}, 1, 1, 1, false},
		{[]ending{&ProxyError{502}}, 3, 3, 3, false},
		{[]ending{503, io.EOF}, 3, 3, 2, true},
		{[]ending{503, 502, 503}, 3, 3, 2, true},
		{[]ending{io.EOF, 404}, 2, 2, 1, true},
		{[]ending{refusedDial, 409}, 2, 2, 2, false},
		{[]ending{500, 429, refusedDial}, 3, 3, 1, true},
	} {
		for class, attempts := range map[Class]int{Read: row.read, Delete: row.remove, Once: row.once} {
			t.Run(fmt.Sprint(row.endings, " ", class), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					sent := 0
					client := NewClientThrough(&http.Client{Transport: transportFunc(func(*http.Request) (*http.Response, error) {
						end := row.endings[min(sent, len(row.endings)-1)]
						sent++
						if err, ok := end.(error); ok {
							return nil, err
						}
						return &http.Response{StatusCode: end.(int), Body: http.NoBody}, nil //nolint:forcetypeassert // or else panic
					})})

					o := client.Do(t.Context(), newRequest(class))

					assert.Equal(t, attempts, sent)
					assert.Equal(t, attempts, o.Attempts)
					assert.Equal(t, row.maybe && class != Read, o.MaybeApplied)
				})
			})
		}
	}
}

func newRequest(class Class) *Request {
	return &Request{
		Method: http.MethodPatch, URL: url.URL{Scheme: "https", Host: "example.com", Path: "/a"}, Header: http.Header{},
		Class: class, MaxAttempts: 3,
		Authorize: func(context.Context) (string, error) { return "", nil },
	}
}

func TestTheLongestRetryAfterCounts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		lines []string
		want  time.Duration
	}{
		{nil, 0},
		{[]string{"7"}, 7 * time.Second},
		{[]string{"1", "7", "2"}, 7 * time.Second},
		{[]string{"soon", "7"}, 7 * time.Second},
		{[]string{"", "7", "never"}, 7 * time.Second},
		{[]string{"soon", "later"}, 0},
	} {
		assert.Equal(t, row.want, retryAfter(http.Header{"Retry-After": row.lines}), row.lines)
	}
}

// A transport may return one header for ever, and to many calls at once.
func TestNothingThatATransportReturnedIsWrittenTo(t *testing.T) {
	t.Parallel()
	shared := http.Header{
		"Location": {"http://%zz"}, "Unparsed-Location": {"of the server"}, "Retry-After": {"1"}, "Content-Encoding": {"gzip"},
	}
	before := shared.Clone()
	response := &http.Response{StatusCode: http.StatusFound, Header: shared, Body: http.NoBody}
	client := NewClientThrough(&http.Client{Transport: transportFunc(func(*http.Request) (*http.Response, error) {
		return response, nil
	})})
	done := make(chan Outcome)
	const calls = 20 // the race detector finds what two of them write
	for range calls {
		go func() { done <- client.Do(t.Context(), newRequest(Read)) }()
	}
	for range calls {
		o := <-done
		require.NoError(t, o.Err)
		assert.Equal(t, before, o.Header)
	}
	assert.Equal(t, before, shared)
	assert.Equal(t, &http.Response{StatusCode: http.StatusFound, Header: before, Body: http.NoBody}, response)
}

func TestAnAnswerWithoutAStatusIsAnAnswer(t *testing.T) {
	t.Parallel()
	header := http.Header{"X-Tag": {"1"}}
	client := NewClientThrough(&http.Client{Transport: transportFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{Header: header, Body: io.NopCloser(strings.NewReader("body"))}, nil
	})})
	o := client.Do(t.Context(), newRequest(Once))
	assert.True(t, o.Answered)
	assert.Equal(t, header, o.Header)
	assert.Equal(t, "body", string(o.Body))
	assert.True(t, o.MaybeApplied)
	assert.Equal(t, 1, o.Attempts)
}

// stuck is a body that has begun and does not go on, whatever becomes of its context.
type stuck struct{ release <-chan struct{} }

func (s stuck) Read([]byte) (int, error) {
	<-s.release
	return 0, io.EOF
}

func (stuck) Close() error { return nil }

func TestAnAttemptEndsAtItsLimit(t *testing.T) {
	t.Parallel()
	for _, status := range []int{0, http.StatusOK, http.StatusConflict} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				release := make(chan struct{})
				client := NewClientThrough(&http.Client{Transport: transportFunc(func(*http.Request) (*http.Response, error) {
					if status == 0 { // it does not even answer
						<-release
					}
					return &http.Response{StatusCode: status, Header: http.Header{"X-Tag": {"1"}}, Body: stuck{release}}, nil
				})})
				request := newRequest(Once)
				request.Timeout = time.Second
				start := time.Now()

				o := client.Do(t.Context(), request)

				require.ErrorIs(t, o.Err, context.DeadlineExceeded)
				require.ErrorContains(t, o.Err, "the attempt took longer than 1s")
				assert.Equal(t, time.Second+grace, time.Since(start))
				assert.Equal(t, status != 0, o.Answered)
				assert.Equal(t, status, o.StatusCode)
				assert.Equal(t, status != 0, o.Header.Get("X-Tag") == "1")
				assert.True(t, o.MaybeApplied, "nobody knows what the transport does now")
				close(release)
			})
		})
	}
}

// Each error by itself, as it is and in another one.
func TestWhatTheNextAttemptWouldOnlyRepeat(t *testing.T) {
	t.Parallel()
	alert := &net.OpError{Op: "remote error", Err: errors.New("tls: bad certificate")}
	for _, row := range []struct {
		err       error
		permanent bool
	}{
		{&tls.CertificateVerificationError{Err: errors.New("no")}, true},
		{x509.UnknownAuthorityError{}, true},
		{x509.HostnameError{Certificate: &x509.Certificate{}, Host: "example.com"}, true},
		{x509.CertificateInvalidError{Reason: x509.Expired}, true},
		{tls.RecordHeaderError{Msg: "not TLS"}, true},
		{http.ErrSchemeMismatch, true},
		{alert, true},
		{&net.OpError{Op: "local error", Err: errors.New("tls: no")}, true},
		{&net.OpError{Op: "read", Err: errors.New("connection reset")}, false},
		{&net.OpError{Op: "dial", Err: alert.Err}, false},
		{&ProxyError{http.StatusProxyAuthRequired}, true},
		{&ProxyError{http.StatusForbidden}, true},
		{&ProxyError{http.StatusBadGateway}, false},
		{&ProxyError{http.StatusServiceUnavailable}, false},
		{errors.New("Proxy Authentication Required"), true}, // of a given transport
		{&net.DNSError{Err: "no such host"}, false},
		{io.ErrUnexpectedEOF, false},
		{context.DeadlineExceeded, false},
	} {
		assert.Equal(t, row.permanent, isPermanent(row.err), "%T %v", row.err, row.err)
		if row.err.Error() != http.StatusText(http.StatusProxyAuthRequired) { // which has no type
			assert.Equal(t, row.permanent, isPermanent(fmt.Errorf("a transport: %w", row.err)), "%T %v", row.err, row.err)
		}
	}
}

func TestWhatComesBeforeAConnection(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		err    error
		unsent bool
	}{
		{&net.DNSError{Err: "no such host"}, true},
		{&ProxyError{http.StatusForbidden}, true},
		{&tls.CertificateVerificationError{Err: errors.New("no")}, true},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, true},
		{&net.OpError{Op: "proxyconnect", Err: errors.New("refused")}, true},
		{errors.New("net/http: TLS handshake timeout"), true},
		{errors.New("Proxy Authentication Required"), true},
		{&net.OpError{Op: "read", Err: errors.New("reset")}, false},
		{&net.OpError{Op: "write", Err: errors.New("reset")}, false},
		{x509.UnknownAuthorityError{}, false}, // of a transport that looks for itself, perhaps after it has written
		{io.EOF, false},
		{context.Canceled, false},
	} {
		assert.Equal(t, row.unsent, isUnsent(row.err), "%T %v", row.err, row.err)
		assert.False(t, isUnsent(fmt.Errorf("a transport: %w", row.err)), "it may be the last of several: %v", row.err)
	}
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	const draws = 2000
	for attempts, most := range map[int]time.Duration{
		1: 250 * time.Millisecond, 2: 500 * time.Millisecond, 3: time.Second, 5: 4 * time.Second, 6: 8 * time.Second,
		7: 8 * time.Second, 1000: 8 * time.Second,
	} {
		var longest time.Duration
		shortest := most
		for range draws {
			wait := backoff(attempts)
			longest, shortest = max(longest, wait), min(shortest, wait)
		}
		assert.LessOrEqual(t, longest, most)
		assert.Greater(t, longest, most*9/10, "after %d", attempts)
		assert.Less(t, shortest, most/10, "after %d", attempts)
		assert.GreaterOrEqual(t, shortest, time.Duration(0))
	}
}

func TestWhichWaitsAreBegun(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		assert.True(t, fits(ctx, 10*time.Second-1))
		assert.False(t, fits(ctx, 10*time.Second), "nothing could follow")
		assert.True(t, fits(t.Context(), maxWait))
		assert.False(t, fits(t.Context(), maxWait+1))
	})
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		now := time.Now().UTC()
		for value, want := range map[string]time.Duration{
			"":                     0,
			"0":                    0,
			"7":                    7 * time.Second,
			"  7 ":                 7 * time.Second,
			"007":                  7 * time.Second,
			"-7":                   0,
			"+7":                   0,
			"7.5":                  0,
			"99999999999999999999": time.Duration(math.MaxInt64/int64(time.Second)) * time.Second,
			"9223372037":           time.Duration(math.MaxInt64/int64(time.Second)) * time.Second,
			now.Add(9 * time.Second).Format(http.TimeFormat):  9 * time.Second,
			now.Add(-9 * time.Second).Format(http.TimeFormat): 0,
			"soon": 0,
		} {
			assert.Equal(t, want, parseRetryAfter(value), value)
		}
	})
}

func TestStatuses(t *testing.T) {
	t.Parallel()
	transient := []int{429, 500, 502, 503, 504}
	for status := 100; status <= 599; status++ {
		assert.Equal(t, slices.Contains(transient, status), isTransient(status), status)
		refusal := status >= 400 && status <= 499 && status != 408 || status == 501 || status == 503
		assert.Equal(t, refusal, isRefusal(status), status)
		assert.Equal(t, status/100 == 2, isSuccess(status), status)
	}
}

func TestBudget(t *testing.T) {
	t.Parallel()
	var b budget
	b.earn() // it is full
	for range 100 {
		require.True(t, b.spend())
	}
	require.False(t, b.spend())
	for range 4 {
		b.earn()
	}
	require.False(t, b.spend())
	b.earn()
	require.True(t, b.spend())
	require.False(t, b.spend())
}

// failing returns a client whose requests end like this, one after the other, and the last one for ever.
func failing(endings ...ending) *Client {
	sent := 0
	return NewClientThrough(&http.Client{Transport: transportFunc(func(*http.Request) (*http.Response, error) {
		end := endings[min(sent, len(endings)-1)]
		sent++
		switch end := end.(type) {
		case int:
			return &http.Response{StatusCode: end, Body: http.NoBody}, nil
		case *http.Response:
			return end, nil
		case error:
			return nil, end
		default:
			panic(end)
		}
	})})
}

func TestDoubtIsNotForgotten(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		endings []ending
		doubt   bool
	}{
		{[]ending{404}, false},
		{[]ending{503, 404}, false},
		{[]ending{refusedDial, 404}, false},
		{[]ending{io.EOF, 404}, true},
		{[]ending{500, 404}, true},
		{[]ending{502, 503, 404}, true},
	} {
		t.Run(fmt.Sprint(row.endings), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				o := failing(row.endings...).Do(t.Context(), newRequest(Delete))

				assert.Equal(t, http.StatusNotFound, o.StatusCode)
				assert.Equal(t, row.doubt, o.Doubt)
			})
		})
	}
}

func TestRetriesEndWithTheBudget(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const retries = budgetSize / budgetRetry
		endings := make([]ending, 0, 3*retries)
		for range 2*retries + 1 {
			endings = append(endings, 503)
		}
		for range budgetRetry {
			endings = append(endings, 200)
		}
		client := failing(append(endings, 503)...)
		request := newRequest(Read)
		request.MaxAttempts = 2
		start := time.Now()
		for range retries {
			require.Equal(t, 2, client.Do(t.Context(), request).Attempts)
		}
		assert.Greater(t, time.Since(start), retries*firstBackoff/4, "each waits a while")
		require.Equal(t, 1, client.Do(t.Context(), request).Attempts)
		for range budgetRetry {
			o := client.Do(t.Context(), request)
			require.True(t, o.Succeeded())
		}
		require.Equal(t, 2, client.Do(t.Context(), request).Attempts)
		require.Equal(t, 1, client.Do(t.Context(), request).Attempts)
	})
}

func TestAWaitThatIsTooLongIsNotBegun(t *testing.T) {
	t.Parallel()
	for wait, attempts := range map[string]int{"30": 3, "31": 1} {
		for limit, attempts := range map[time.Duration]int{time.Hour: attempts, 20 * time.Second: 1} {
			t.Run(fmt.Sprint(wait, " of ", limit), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithTimeout(t.Context(), limit)
					defer cancel()
					start := time.Now()

					o := failing(&http.Response{
						StatusCode: http.StatusTooManyRequests, Header: http.Header{"Retry-After": {wait}}, Body: http.NoBody,
					}).Do(ctx, newRequest(Read))

					assert.Equal(t, attempts, o.Attempts)
					assert.Equal(t, time.Duration(attempts-1)*30*time.Second, time.Since(start))
					require.NoError(t, o.Interrupted)
				})
			})
		}
	}
}

func TestARefusedAuthorizationIsRenewedOnceAndAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		request := newRequest(Once)
		token, told := 0, 0
		request.Authorize = func(context.Context) (string, error) {
			token++
			return fmt.Sprint(token), nil
		}
		request.Refused = func(authorization string) bool {
			told++
			assert.Equal(t, fmt.Sprint(token), authorization)
			return true
		}
		start := time.Now()

		o := failing(401).Do(t.Context(), request)

		assert.Equal(t, http.StatusUnauthorized, o.StatusCode)
		assert.Equal(t, 2, o.Attempts)
		assert.Equal(t, "2", o.Authorization)
		assert.Equal(t, 1, told)
		assert.Zero(t, time.Since(start))

		told = 0
		assert.Equal(t, http.StatusForbidden, failing(403).Do(t.Context(), request).StatusCode)
		assert.Zero(t, told)
	})
}

// What is known of the sendings of one attempt: each has something written, or nothing, and ends with a status or an error.
func TestWhatIsKnownOfSendings(t *testing.T) {
	t.Parallel()
	errWire, errElsewhere := errors.New("the cable was cut"), errors.New("another host")
	type one struct {
		written, doubt bool
		end            ending
	}
	for name, row := range map[string]struct {
		sendings         []one
		running          bool // another one is
		err              error
		doubt, unapplied bool
	}{
		"none":                               {nil, false, errElsewhere, false, false},
		"none, and no connection":            {nil, false, refusedDial, false, true},
		"nothing was written":                {[]one{{false, false, errWire}}, false, errWire, false, true},
		"it was written":                     {[]one{{true, false, errWire}}, false, errWire, false, false},
		"it was written twice":               {[]one{{true, true, errWire}}, false, errWire, true, false},
		"an answer, and the next failed":     {[]one{{true, false, 200}, {false, false, errWire}}, false, errWire, true, false},
		"refused, and the next failed":       {[]one{{true, false, 503}, {false, false, errWire}}, false, errWire, false, true},
		"doubt, and then two that failed":    {[]one{{true, false, 200}, {true, false, 503}, {false, false, errWire}}, false, errWire, true, false},
		"one is still on its way":            {[]one{{false, false, errWire}}, true, errWire, true, false},
		"another request failed":             {[]one{{false, false, errWire}}, false, errElsewhere, false, false},
		"another one has not been sent":      {[]one{{false, false, errWire}}, false, refusedDial, false, true},
		"written, and another one was not":   {[]one{{true, false, errWire}}, false, refusedDial, false, false},
		"in doubt, and another one was not":  {[]one{{true, true, 503}}, false, refusedDial, true, false},
		"it failed, in the words of another": {[]one{{false, false, errWire}}, false, fmt.Errorf("a transport: %w", errWire), false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s sendings
			for _, o := range row.sendings {
				s.begin()
				var response *http.Response
				err, failed := o.end.(error)
				if !failed {
					response = &http.Response{StatusCode: o.end.(int)} //nolint:forcetypeassert // or else panic
				}
				s.end(&sending{written: o.written, doubt: o.doubt}, response, err)
			}
			if row.running {
				s.begin()
			}

			doubt, unapplied := s.judgeError(row.err)

			assert.Equal(t, row.doubt, doubt)
			assert.Equal(t, row.doubt, s.doubted())
			assert.Equal(t, row.unapplied, unapplied)
		})
	}
}
