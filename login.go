package losant

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

const withoutToken = "WithoutToken"

// WithoutToken makes a client without a token, for the operations that need none: the log-ins, the invitations and public
// dashboards. All others are refused before anything is sent, unless the call has a [WithToken].
func WithoutToken() Option {
	return clientOption{withoutToken, func(c *config) string {
		return c.give(giver{option: withoutToken, make: func(*service) credential { return credential{} }})
	}}
}

// WithUserLogin logs in as a user when the first token is needed (auth.authenticateUser), again before the token expires,
// and once more when a call is answered with 401. All calls share one log-in, and the error of one that fails. A
// TwoFactorCode serves a single log-in: the second one fails, unless another client is made with another code.
func WithUserLogin(credentials UserCredentials) Option {
	return withLogin("WithUserLogin", credentials, func(ctx context.Context, s *service) (string, error) {
		user, err := call[AuthedUser](
			ctx, s, &authAuthenticateUser, arguments{body: credentials}, []CallOption{loggingIn()})
		if err != nil {
			return "", err
		}
		return user.Token, nil
	})
}

// WithDeviceLogin logs in as a device, with an access key of its application (auth.authenticateDevice). It is otherwise
// like [WithUserLogin].
func WithDeviceLogin(credentials DeviceCredentials) Option {
	return withLogin("WithDeviceLogin", credentials, func(ctx context.Context, s *service) (string, error) {
		device, err := call[AuthedDevice](
			ctx, s, &authAuthenticateDevice, arguments{body: credentials}, []CallOption{loggingIn()})
		if err != nil {
			return "", err
		}
		return device.Token, nil
	})
}

func withLogin(option string, credentials body, ask func(context.Context, *service) (string, error)) Option {
	return clientOption{option, func(c *config) string {
		return c.give(giver{option: option, credentials: credentials, make: func(s *service) credential {
			l := &login{ask: func(ctx context.Context) (string, error) { return ask(ctx, s) }}
			return credential{authorize: l.authorize, refused: l.refuse}
		}})
	}}
}

// loggingIn makes a log-in out of a call: it has no token, and is nobody's to report.
func loggingIn() CallOption {
	return callOption{"log-in", func(s *settings) string {
		s.credential, s.report = credential{}, nil
		return ""
	}}
}

// loginError is a log-in that failed. It is the error of all calls that waited for it.
type loginError struct{ error }

func (e *loginError) Unwrap() error { return e.error }

// login keeps the token of a log-in.
type login struct {
	ask func(context.Context) (token string, err error)

	mu      sync.Mutex
	token   string    // "" for none
	renewal time.Time // when it is time for another one; zero for never
	running *loginRun // nil while nobody waits
}

// loginRun is a log-in on its way.
type loginRun struct {
	waiting int
	cancel  context.CancelFunc
	done    chan struct{} // closed when authorization and err are set

	authorization string
	err           error
}

// authorize returns the Authorization header, and logs in first if there is no token, or it is about to expire.
func (l *login) authorize(ctx context.Context) (string, error) {
	l.mu.Lock()
	if l.token != "" && (l.renewal.IsZero() || time.Now().Before(l.renewal)) {
		defer l.mu.Unlock()
		return scheme + l.token, nil
	}
	run := l.join(ctx)
	l.mu.Unlock()
	select {
	case <-run.done:
		return run.authorization, run.err
	case <-ctx.Done():
		l.leave(run)
		return "", context.Cause(ctx)
	}
}

// join waits with others for a log-in, and starts it if there is none. It outlives the caller that has started it.
func (l *login) join(ctx context.Context) *loginRun {
	if l.running == nil {
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		l.running = &loginRun{cancel: cancel, done: make(chan struct{})}
		go l.run(ctx, l.running)
	}
	l.running.waiting++
	return l.running
}

// leave stops waiting. The last one to leave stops the log-in.
func (l *login) leave(run *loginRun) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if run.waiting--; run.waiting > 0 {
		return
	}
	run.cancel()
	if l.running == run {
		l.running = nil
	}
}

func (l *login) run(ctx context.Context, run *loginRun) {
	defer run.cancel()
	started := time.Now()
	token, err := l.ask(ctx)
	if err == nil {
		if problem := mustBeToken(token); problem != "" {
			err = errors.New("losant: the token of the log-in " + problem)
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	defer close(run.done)
	if l.running == run {
		l.running = nil
	}
	if err != nil {
		run.err = &loginError{err}
		return
	}
	run.authorization = scheme + token
	l.token, l.renewal = token, renewal(token, started)
}

// refuse forgets a token that was answered with 401, unless there is a newer one.
func (l *login) refuse(authorization string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if authorization == scheme+l.token {
		l.token = ""
	}
	return true
}

// clockError is how wrong the clock of this machine may be.
const clockError = time.Minute

// renewal returns when a token that was asked for at a time has to be replaced, a little before it expires. How long it
// lives is what the server says of its own clock; only of a token that does not say when it was issued, the clock of this
// machine has to tell. It is zero for a token that does not say when it expires.
func renewal(token string, asked time.Time) time.Time {
	var claims jwt.RegisteredClaims
	_, _, err := jwt.NewParser().ParseUnverified(token, &claims)
	if errors.Is(err, jwt.ErrTokenMalformed) || claims.ExpiresAt == nil {
		return time.Time{}
	}
	var life time.Duration
	if claims.IssuedAt != nil {
		life = claims.ExpiresAt.Sub(claims.IssuedAt.Time)
	} else {
		life = claims.ExpiresAt.Sub(asked) - clockError
	}
	return asked.Add(life - min(life/10, clockError))
}
