package losant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	gojwt "github.com/golang-jwt/jwt/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// Secrets of credentials.
const (
	secretLogin = "planted-password-of-a-user-1f3870be"
	secretKey   = "planted-secret-of-a-key-72b302bf"
)

func userCredentials() losant.UserCredentials {
	return losant.UserCredentials{Email: "ada@example.com", Password: secretLogin}
}

// bodyOf reads the body of a request, "" when it has none.
func bodyOf(request *http.Request) (string, error) {
	if request.Body == nil {
		return "", nil
	}
	body, err := io.ReadAll(request.Body)
	return string(body), err
}

// authority answers log-ins with tokens that it counts, and everything else as long as the latest is used.
type authority struct {
	t      testing.TB
	issue  func(n int) gojwt.Claims // nil for tokens that say nothing
	before func()                   // a log-in is answered

	mu      sync.Mutex
	logIns  []string // the bodies
	paths   []string
	latest  string
	refused int // calls with another token
	status  int // of a refusal
}

func (a *authority) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := bodyOf(request)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(request.URL.Path, "/auth/") {
		assert.Empty(a.t, request.Header.Get("Authorization"))
		if a.before != nil {
			a.before()
		}
		return a.logIn(request, body)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if request.Header.Get("Authorization") != "Bearer "+a.latest {
		a.refused++
		return respond(a.status, `{"type":"Unauthorized","message":"Access token has expired"}`)(request)
	}
	return respond(http.StatusOK, userAnswer)(request)
}

func (a *authority) logIn(request *http.Request, body string) (*http.Response, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.logIns, a.paths = append(a.logIns, body), append(a.paths, request.URL.Path)
	a.latest = fmt.Sprintf("token-%d", len(a.logIns))
	if a.issue != nil {
		var err error
		a.latest, err = gojwt.NewWithClaims(gojwt.SigningMethodHS256, a.issue(len(a.logIns))).SignedString([]byte("key"))
		require.NoError(a.t, err)
	}
	return respond(http.StatusOK, `{"token":"`+a.latest+`"}`)(request)
}

// revoke makes the latest token one that is refused.
func (a *authority) revoke(status int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.latest, a.status = "another", status
}

func (a *authority) count() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return len(a.logIns)
}

func (a *authority) client(opts ...losant.Option) *losant.Client {
	a.t.Helper()
	opts = append([]losant.Option{
		losant.WithUserLogin(userCredentials()), losant.WithHTTPClient(&http.Client{Transport: a}),
	}, opts...)
	client, err := losant.NewClient("", opts...)
	require.NoError(a.t, err)
	return client
}

func getUser(ctx context.Context, client *losant.Client, opts ...losant.CallOption) error {
	_, err := client.ExperienceUser.Get(ctx, applicationID, userID, opts...)
	return err
}

func TestLogInOnTheWire(t *testing.T) {
	t.Parallel()
	key := losant.DeviceCredentials{DeviceID: userID, Key: losant.Ptr("key"), Secret: losant.Ptr(secretKey)}
	for path, row := range map[string]struct {
		option losant.Option
		body   string
	}{
		"/auth/user":   {losant.WithUserLogin(userCredentials()), `{"email":"ada@example.com","password":"` + secretLogin + `"}`},
		"/auth/device": {losant.WithDeviceLogin(key), `{"deviceId":"` + userID + `","key":"key","secret":"` + secretKey + `"}`},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			a := &authority{t: t}
			var response losant.Response
			client, err := losant.NewClient("", row.option, losant.WithHTTPClient(&http.Client{Transport: a}), losant.WithResponse(&response))
			require.NoError(t, err)
			assert.Zero(t, a.count(), "a client logs in when it needs to")

			for range 3 {
				require.NoError(t, getUser(t.Context(), client))
			}

			require.Equal(t, 1, a.count())
			assert.JSONEq(t, row.body, a.logIns[0])
			assert.Equal(t, path, a.paths[0])
			assert.JSONEq(t, userAnswer, string(response.Body), "a log-in is nobody's to report")
		})
	}
}

func TestOneLogInServesAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &authority{t: t, before: func() { time.Sleep(time.Second) }}
		client := a.client()
		var wg sync.WaitGroup
		for range 64 {
			wg.Go(func() { assert.NoError(t, getUser(t.Context(), client)) })
		}
		wg.Wait()
		assert.Equal(t, 1, a.count())

		a.revoke(http.StatusUnauthorized)
		for range 64 {
			wg.Go(func() { assert.NoError(t, getUser(t.Context(), client)) })
		}
		wg.Wait()
		assert.Equal(t, 2, a.count())
	})
}

func TestLogInIsRenewedBeforeTheTokenExpires(t *testing.T) {
	t.Parallel()
	const life = time.Hour
	for name, row := range map[string]struct {
		clock  time.Duration // of the server, ahead of this machine's
		issued bool          // the token says when it was issued
	}{
		"the same clock":           {0, true},
		"a clock a minute ahead":   {time.Minute, true},
		"a clock a minute behind":  {-time.Minute, true},
		"a clock a day ahead":      {24 * time.Hour, true},
		"no time of issue":         {0, false},
		"no time of issue, ahead":  {time.Minute, false},
		"no time of issue, behind": {-time.Minute, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := &authority{t: t, status: http.StatusUnauthorized}
				var expires time.Time
				a.issue = func(int) gojwt.Claims {
					now := time.Now().Add(row.clock)
					expires = now.Add(life)
					claims := gojwt.RegisteredClaims{ExpiresAt: gojwt.NewNumericDate(expires)}
					if row.issued {
						claims.IssuedAt = gojwt.NewNumericDate(now)
					}
					return claims
				}
				client := a.client()
				end := time.Now().Add(24 * time.Hour)
				calls := 0
				for ; time.Now().Before(end); time.Sleep(7 * time.Second) {
					if !expires.IsZero() && !time.Now().Add(row.clock).Before(expires) {
						assert.Fail(t, "a token has expired before it was renewed")
						return
					}
					require.NoError(t, getUser(t.Context(), client))
					calls++
				}
				assert.Zero(t, a.refused)
				assert.InDelta(t, 24, a.count(), 2, "and not too early, in %d calls", calls)
			})
		})
	}
}

func TestShortLivedTokensAreUsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &authority{t: t, status: http.StatusUnauthorized}
		a.issue = func(int) gojwt.Claims {
			return gojwt.RegisteredClaims{IssuedAt: gojwt.NewNumericDate(time.Now()), ExpiresAt: gojwt.NewNumericDate(time.Now().Add(30 * time.Second))}
		}
		client := a.client()
		for range 10 {
			require.NoError(t, getUser(t.Context(), client))
		}
		assert.Equal(t, 1, a.count())
		time.Sleep(29 * time.Second)
		require.NoError(t, getUser(t.Context(), client))
		assert.Equal(t, 2, a.count())
		assert.Zero(t, a.refused)
	})
}

func TestLogInIsRenewedOnceAfterA401(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete} {
		a := &authority{t: t}
		client := a.client()
		require.NoError(t, getUser(t.Context(), client))
		a.revoke(http.StatusUnauthorized)
		var response losant.Response

		err := callUser(t.Context(), client, method, losant.WithResponse(&response))

		if method != http.MethodDelete { // whose answer is another
			require.NoError(t, err)
		}
		assert.Equal(t, 2, response.Attempts, method)
		assert.Equal(t, 2, a.count())
	}
}

func TestALateRefusalOfAnOldTokenForgetsNoNewerOne(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var logIns, refused atomic.Int64
		client, err := losant.NewClient("", losant.WithUserLogin(userCredentials()), given(roundTripper(
			func(request *http.Request) (*http.Response, error) {
				if request.URL.Path == "/auth/user" {
					return respond(http.StatusOK, fmt.Sprintf(`{"token":"token-%d"}`, logIns.Add(1)))(request)
				}
				if request.Header.Get("Authorization") != "Bearer token-1" {
					return respond(http.StatusOK, userAnswer)(request)
				}
				time.Sleep(time.Duration(refused.Add(1)) * 10 * time.Second) // the second one when the first has a new token
				return respond(http.StatusUnauthorized, `{"type":"Unauthorized"}`)(request)
			})))
		require.NoError(t, err)
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() { assert.NoError(t, getUser(t.Context(), client)) })
		}
		wg.Wait()
		assert.EqualValues(t, 2, refused.Load())
		assert.EqualValues(t, 2, logIns.Load())
	})
}

func TestALogInReportsToNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var response losant.Response
		client, err := losant.NewClient("", losant.WithUserLogin(userCredentials()), losant.WithResponse(&response), given(roundTripper(
			func(request *http.Request) (*http.Response, error) {
				<-request.Context().Done()
				time.Sleep(10 * time.Millisecond) // the log-in ends when the call is over
				return nil, request.Context().Err()
			})))
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()

		require.ErrorIs(t, getUser(ctx, client), context.DeadlineExceeded)

		of := response
		time.Sleep(time.Minute)
		assert.Equal(t, losant.Response{Attempts: 1, Duration: time.Second}, of)
		assert.Equal(t, of, response)
	})
}

func TestA401ThatStaysIsTheError(t *testing.T) {
	t.Parallel()
	var logIns atomic.Int64
	client, err := losant.NewClient("", losant.WithUserLogin(userCredentials()), losant.WithHTTPClient(&http.Client{
		Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
			if strings.HasPrefix(request.URL.Path, "/auth/") {
				return respond(http.StatusOK, fmt.Sprintf(`{"token":"token-%d"}`, logIns.Add(1)))(request)
			}
			return respond(http.StatusUnauthorized, `{"type":"Unauthorized"}`)(request)
		}),
	}))
	require.NoError(t, err)

	var unauthorized *losant.UnauthorizedError
	require.ErrorAs(t, getUser(t.Context(), client), &unauthorized)
	assert.Equal(t, "experienceUser.get", unauthorized.Operation)
	assert.Equal(t, 2, unauthorized.Attempts)
	assert.EqualValues(t, 2, logIns.Load())

	require.ErrorAs(t, getUser(t.Context(), client, losant.WithMaxAttempts(1)), &unauthorized)
	assert.Equal(t, 1, unauthorized.Attempts)
}

func TestLogInIsNotRenewedAfterA403(t *testing.T) {
	t.Parallel()
	a := &authority{t: t}
	client := a.client()
	require.NoError(t, getUser(t.Context(), client))
	a.revoke(http.StatusForbidden)

	require.ErrorIs(t, getUser(t.Context(), client), losant.ErrForbidden)
	require.ErrorIs(t, getUser(t.Context(), client), losant.ErrForbidden)

	assert.Equal(t, 1, a.count())
}

func TestATokenOfTheCallWinsOverTheLogIn(t *testing.T) {
	t.Parallel()
	a := &authority{t: t, status: http.StatusUnauthorized}
	client := a.client()

	err := getUser(t.Context(), client, losant.WithToken("own"))

	require.ErrorIs(t, err, losant.ErrUnauthorized)
	assert.Zero(t, a.count())
	assert.Equal(t, 1, a.refused)
}

func TestAFailedLogInIsTheErrorOfTheCallsThatWaited(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		answer func(*http.Request) (*http.Response, error)
		expect func(t *testing.T, err error)
	}{
		"refused": {
			respond(http.StatusUnauthorized, `{"type":"Unauthorized","message":"Invalid credentials"}`),
			func(t *testing.T, err error) {
				t.Helper()
				unauthorized, ok := err.(*losant.UnauthorizedError) //nolint:errorlint // the very type
				require.True(t, ok, "%T", err)
				assert.Equal(t, "auth.authenticateUser", unauthorized.Operation)
				assert.Equal(t, "Invalid credentials", unauthorized.Message)
			},
		},
		"too often": {
			respond(http.StatusTooManyRequests, "", "Retry-After", "60"),
			func(t *testing.T, err error) {
				t.Helper()
				var limited *losant.RateLimitError
				require.ErrorAs(t, err, &limited)
				assert.Equal(t, time.Minute, limited.RetryAfter)
			},
		},
		"no answer": {
			func(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF },
			func(t *testing.T, err error) {
				t.Helper()
				lost, ok := err.(*losant.TransportError) //nolint:errorlint // the very type
				require.True(t, ok, "%T", err)
				assert.Equal(t, "auth.authenticateUser", lost.Operation)
				require.ErrorIs(t, err, io.ErrUnexpectedEOF)
			},
		},
		"no JSON": {
			respond(http.StatusOK, "<html>"),
			func(t *testing.T, err error) {
				t.Helper()
				require.ErrorAs(t, err, new(*losant.DecodeError))
			},
		},
		"no token": {
			respond(http.StatusOK, `{"userId":"1"}`),
			func(t *testing.T, err error) {
				t.Helper()
				require.ErrorContains(t, err, "the token of the log-in must not be empty")
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var sent atomic.Int64
				client, err := losant.NewClient("", losant.WithUserLogin(userCredentials()), losant.WithMaxAttempts(1), losant.WithHTTPClient(&http.Client{
					Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
						sent.Add(1)
						assert.Equal(t, "/auth/user", request.URL.Path, "nothing else is sent")
						time.Sleep(time.Second)
						return row.answer(request)
					}),
				}))
				require.NoError(t, err)
				var wg sync.WaitGroup
				for range 8 {
					wg.Go(func() { row.expect(t, getUser(t.Context(), client)) })
				}
				wg.Wait()
				assert.EqualValues(t, 1, sent.Load())
				row.expect(t, getUser(t.Context(), client))
				assert.EqualValues(t, 2, sent.Load(), "the next call tries again")
			})
		})
	}
}

func TestDoubtOutlivesALogInThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		logIns, deletes := 0, 0
		client, err := losant.NewClient("", losant.WithUserLogin(userCredentials()), losant.WithHTTPClient(&http.Client{
			Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
				if request.URL.Path == "/auth/user" {
					if logIns++; logIns == 1 {
						return respond(http.StatusOK, `{"token":"token"}`)(request)
					}
					return respond(http.StatusUnauthorized, `{"type":"Unauthorized"}`)(request)
				}
				if deletes++; deletes == 1 {
					return nil, io.ErrUnexpectedEOF
				}
				return respond(http.StatusUnauthorized, `{"type":"Unauthorized"}`)(request)
			}),
		}))
		require.NoError(t, err)

		_, err = client.ExperienceUser.Delete(t.Context(), applicationID, userID)

		var lost *losant.TransportError
		require.ErrorAs(t, err, &lost)
		assert.Equal(t, losant.MaybeApplied, lost.Applied)
		require.ErrorIs(t, err, losant.ErrUnauthorized)
	})
}

func TestACallerThatStopsWaitingBreaksNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &authority{t: t, before: func() { time.Sleep(10 * time.Second) }}
		client := a.client()
		errEnough := errors.New("enough")
		first, cancel := context.WithCancelCause(t.Context())
		var (
			wg            sync.WaitGroup
			stopped, late error
		)
		start := time.Now()
		wg.Go(func() {
			stopped = getUser(first, client) // it has started the log-in
			assert.Equal(t, time.Second, time.Since(start))
		})
		synctest.Wait()
		wg.Go(func() { assert.NoError(t, getUser(t.Context(), client)) })
		wg.Go(func() {
			late = getUser(t.Context(), client, losant.WithTimeout(2*time.Second))
		})
		time.Sleep(time.Second)
		cancel(errEnough)
		wg.Wait()
		require.ErrorIs(t, stopped, errEnough)
		require.ErrorIs(t, stopped, context.Canceled)
		require.ErrorIs(t, late, context.DeadlineExceeded)
		require.ErrorContains(t, late, "the attempt took longer than 2s")
		assert.Equal(t, 1, a.count())
	})
}

func TestALogInThatNobodyWaitsForIsGivenUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var started atomic.Int64
		client, err := losant.NewClient("", losant.WithUserLogin(userCredentials()), losant.WithTimeout(0), losant.WithHTTPClient(&http.Client{
			Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
				if request.URL.Path != "/auth/user" {
					return respond(http.StatusOK, userAnswer)(request)
				}
				if started.Add(1) == 1 {
					<-request.Context().Done() // or the bubble ends in a deadlock
					return nil, request.Context().Err()
				}
				return respond(http.StatusOK, `{"token":"token"}`)(request)
			}),
		}))
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()

		require.ErrorIs(t, getUser(ctx, client), context.DeadlineExceeded)

		require.NoError(t, getUser(t.Context(), client))
		assert.EqualValues(t, 2, started.Load())
	})
}

func TestLogInAtAServer(t *testing.T) {
	t.Parallel()
	server := losanttest.NewServer()
	t.Cleanup(server.Close)
	server.AddAccount("ada@example.com", secretLogin)
	application := server.AddApplication()
	client, err := losant.NewClient("", losant.WithUserLogin(userCredentials()), losant.WithBaseURL(server.URL))
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)

	_, err = client.Application.Get(t.Context(), application)
	require.NoError(t, err)

	wrong := userCredentials()
	wrong.Password += "!"
	client, err = losant.NewClient("", losant.WithUserLogin(wrong), losant.WithBaseURL(server.URL))
	require.NoError(t, err)
	t.Cleanup(client.CloseIdleConnections)
	_, err = client.Application.Get(t.Context(), application)
	require.ErrorIs(t, err, losant.ErrUnauthorized)
}

// ServeHTTP makes a server of the authority.
func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	response, err := a.RoundTrip(r)
	if !assert.NoError(a.t, err) {
		return
	}
	w.WriteHeader(response.StatusCode)
	_, err = io.Copy(w, response.Body)
	assert.NoError(a.t, err)
	assert.NoError(a.t, response.Body.Close())
}

// living returns the claims of tokens: the nth lives for so long.
func living(life func(n int) time.Duration) func(n int) gojwt.Claims {
	return func(n int) gojwt.Claims {
		now := time.Now()
		return gojwt.RegisteredClaims{
			ID: fmt.Sprint(n), IssuedAt: gojwt.NewNumericDate(now), ExpiresAt: gojwt.NewNumericDate(now.Add(life(n))),
		}
	}
}

// Some call at once, and then 64 do.
func TestLogInOnSockets(t *testing.T) {
	t.Parallel()
	const callers = 64
	anHour := func(int) time.Duration { return time.Hour }
	onlyTheFirstHasExpired := func(n int) time.Duration { return time.Duration(n-1) * time.Hour }
	for name, row := range map[string]struct {
		first   int                       // callers
		life    func(n int) time.Duration // of a token
		revoked int                       // what calls with the first token are answered with later, 0 for success
		err     error                     // of the later calls
		logIns  int
		refused []int // calls: at least, and at most
	}{
		"one serves all":          {callers, anHour, 0, nil, 1, []int{0, 0}},
		"again before it expires": {1, onlyTheFirstHasExpired, 0, nil, 2, []int{0, 0}},
		"once more after a 401":   {callers, anHour, http.StatusUnauthorized, nil, 2, []int{1, callers}},
		"never again after a 403": {callers, anHour, http.StatusForbidden, losant.ErrForbidden, 1, []int{callers, callers}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withBoth(t, func(t *testing.T, start func(http.HandlerFunc) *served) {
				a := &authority{t: t, issue: living(row.life)}
				client := start(a.ServeHTTP).client(t, losant.WithUserLogin(userCredentials()))
				var wg sync.WaitGroup
				for range row.first {
					wg.Go(func() { assert.NoError(t, getUser(t.Context(), client)) })
				}
				wg.Wait()
				assert.Equal(t, 1, a.count())
				if row.revoked != 0 {
					a.revoke(row.revoked)
				}

				for range callers {
					wg.Go(func() { assert.ErrorIs(t, getUser(t.Context(), client), row.err) })
				}
				wg.Wait()

				assert.Equal(t, row.logIns, a.count())
				assert.GreaterOrEqual(t, a.refused, row.refused[0])
				assert.LessOrEqual(t, a.refused, row.refused[1])
			})
		})
	}
}

func TestWithoutToken(t *testing.T) {
	t.Parallel()
	client, err := losant.NewClient("", losant.WithoutToken(), losant.WithHTTPClient(&http.Client{
		Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
			if strings.HasPrefix(request.URL.Path, "/auth/") || request.URL.Path == "/new" {
				assert.NotContains(t, request.Header, "Authorization")
				return respond(http.StatusOK, `{}`)(request)
			}
			assert.Equal(t, "Bearer own", request.Header.Get("Authorization"))
			return respond(http.StatusOK, userAnswer)(request)
		}),
	}))
	require.NoError(t, err)

	_, err = client.Auth.AuthenticateUser(t.Context(), userCredentials())
	require.NoError(t, err)
	require.NoError(t, client.Do(t.Context(), losant.Request{Method: http.MethodGet, Path: "/new"}, nil))
	require.NoError(t, getUser(t.Context(), client, losant.WithToken("own")))
	err = getUser(t.Context(), client)
	var invalid *losant.ValidationError
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, []losant.Violation{{Field: "token", Problem: "is needed, and the client was made WithoutToken"}}, invalid.Violations)
	for _, err := range client.Devices.All(t.Context(), applicationID) {
		require.ErrorAs(t, err, &invalid)
	}
	for _, err := range client.Device.StateStream(t.Context(), applicationID, userID) {
		require.ErrorAs(t, err, &invalid)
	}
}

func TestOnlyOneOptionSaysWhereTokensComeFrom(t *testing.T) {
	t.Parallel()
	source := losant.WithTokenSource(func(context.Context) (string, error) { return "token", nil })
	device := losant.WithDeviceLogin(losant.DeviceCredentials{DeviceID: userID})
	for name, row := range map[string]struct {
		token   string
		options []losant.Option
		want    []losant.Violation
	}{
		"two log-ins": {"", []losant.Option{losant.WithUserLogin(userCredentials()), device}, []losant.Violation{
			{Field: "WithDeviceLogin", Problem: "must not be given together with WithUserLogin"},
		}},
		"a source and none": {"", []losant.Option{source, losant.WithoutToken()}, []losant.Violation{
			{Field: "WithoutToken", Problem: "must not be given together with WithTokenSource"},
		}},
		"none and a token": {"token", []losant.Option{losant.WithoutToken()}, []losant.Violation{
			{Field: "WithoutToken", Problem: "must not be given together with a token"},
		}},
		"credentials that cannot be right": {"", []losant.Option{losant.WithUserLogin(losant.UserCredentials{Email: "ada", Password: secretLogin})}, []losant.Violation{
			{Field: "credentials.email", Problem: "must contain an @ and no white space"},
		}},
		"the last of two": {"", []losant.Option{losant.WithUserLogin(losant.UserCredentials{}), losant.WithUserLogin(userCredentials())}, nil},
		"unchecked":       {"", []losant.Option{losant.WithUserLogin(losant.UserCredentials{Email: "ada"}), losant.WithoutValidation()}, nil},
		"a token, too":    {"token", []losant.Option{device}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := losant.NewClient(row.token, row.options...)
			if row.want == nil {
				require.NoError(t, err)
				return
			}
			var invalid *losant.ValidationError
			require.ErrorAs(t, err, &invalid)
			assert.Equal(t, row.want, invalid.Violations)
		})
	}
}

func TestCredentialsAreShownNowhere(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	option := losant.WithUserLogin(userCredentials())
	client, err := losant.NewClient("", option,
		losant.WithLogger(slog.New(slog.NewJSONHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))),
		losant.WithHTTPClient(&http.Client{Transport: roundTripper(func(request *http.Request) (*http.Response, error) {
			if request.URL.Path == "/auth/user" {
				return respond(http.StatusOK, `{"token":"`+secretToken+`"}`)(request)
			}
			return respond(http.StatusForbidden, `{}`)(request)
		})}))
	require.NoError(t, err)
	err = getUser(t.Context(), client)
	require.Error(t, err)
	_, invalid := losant.NewClient("", losant.WithUserLogin(losant.UserCredentials{Password: secretLogin}))
	require.Error(t, invalid)

	shown := []string{log.String()}
	for _, v := range []any{option, client, *client, err, invalid} {
		shown = append(shown, formattings(v)...)
	}
	for _, v := range []any{client, option} {
		text, js := logged("v", v)
		encoded, err := json.Marshal(v)
		require.NoError(t, err)
		shown = append(shown, text, js, string(encoded))
	}
	for _, text := range shown {
		expectHidden(t, text, secretLogin, secretToken)
	}
}
