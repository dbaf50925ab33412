// Package losant is a client for the REST API of the Losant IoT platform: it gets, patches and deletes experience
// users and experience groups.
//
//	client, err := losant.NewClient(token)
//	...
//	user, err := client.ExperienceUser.Get(ctx, applicationID, experienceUserID)
//
// # Errors
//
// A call returns a result or an error, never both. Every answer other than success is an [*APIError], which has the
// status, Losant's type and message, the header and the body; most statuses have a type of their own around it, such
// as [*NotFoundError]. Input that cannot be right is refused with a [*ValidationError] before anything is sent. A
// request that got no answer is a [*TransportError].
//
// # Retries
//
// A call makes three attempts by default, each of at most 30 seconds ([WithMaxAttempts], [WithTimeout]). All six
// operations set a state and do not add to one, so a request is sent again
//
//   - by any method, when it was provably not applied: nothing was written (dial, DNS, TLS handshake time-out), or the
//     answer was 429 or 503;
//   - by Get and Delete also after 500, 502 and 504, and when the answer was lost: the connection ended before the
//     answer was complete, or the attempt timed out.
//
// A Patch is not sent again after its answer was lost, since somebody else may have changed the resource in between.
// One case is left to net/http: when a kept-alive connection turns out to have been closed by the server, it sends
// the request over a new one at once, for all three methods.
//
// A Delete that finds 404 after it was sent before and may have been applied has reached its goal and succeeds. Never
// repeated are requests that failed for good: untrusted certificates, redirects, other statuses, answers that do not
// decode, and ended contexts.
//
// Waits are random between zero and a bound that starts at 250 milliseconds and doubles up to 8 seconds. A
// Retry-After header raises the wait. A wait that does not fit into the context's deadline, or into 30 seconds, is
// not begun: the error is returned at once. Each Client has a budget for retries, 500 to start with: a retry takes 5,
// a successful call gives back 1, and when it is used up calls fail at their first error. It keeps a fleet of
// services from tripling the load of an API that is down.
//
// # Secrets
//
// No error, log record or formatting of this package shows a token or a password; encoding/json shows a patch as it is
// sent.
package losant

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/go-resty/resty/v2"
)

// version is the version of this package, for the User-Agent.
const version = "0.1.0"

const (
	defaultBaseURL     = "https://api.losant.com"
	defaultAPIVersion  = "^1.30.0"
	defaultTimeout     = 30 * time.Second
	defaultMaxAttempts = 3
)

const (
	headerAcceptEncoding = "Accept-Encoding"
	headerDomain         = "Losantdomain"
	headerIdempotency    = "Idempotency-Key"
	headerUserAgent      = "User-Agent"
	headerVersion        = "Accept-Version"
)

// Client calls the Losant API. Make it with [NewClient], once for a process: it holds a pool of connections. It cannot
// be changed and is safe for concurrent use.
type Client struct {
	// ExperienceUser deletes, gets and patches the users of an application's experience.
	ExperienceUser *ExperienceUserService
	// ExperienceGroup deletes, gets and patches the groups of an application's experience.
	ExperienceGroup *ExperienceGroupService

	core *core
}

// core is what a client and its services share.
type core struct {
	defaults  func() settings // a function, because no formatting of a client, however deep, can show what it keeps
	base      *url.URL        // without a slash at its end
	logger    *slog.Logger
	executor  *resty.Client
	attempts  sync.Pool // of *resty.Request
	unpackers sync.Pool // of *unpacker
	budget    budget
}

// NewClient returns a Client that calls the API with a token: an application API token, a user API token or the token
// of an authenticated user. The token may be empty if [WithTokenSource] or [WithToken] is given.
//
// It refuses, with a [*ValidationError] that names each problem: no token; a token with white space or control
// characters; a base URL that is not absolute http or https, or that has a query, a fragment or user information;
// plain http to a host that is not loopback, unless [WithInsecureHTTP] is given; nil arguments and options out of
// range.
func NewClient(token string, opts ...Option) (*Client, error) {
	c := defaults()
	violations := c.apply(opts)
	if token != "" || c.credential == nil && c.source == nil {
		violations = append(violations, violated("token", mustBeToken(token))...)
	}
	base, problem := parseBaseURL(c.baseURL, c.insecure)
	violations = append(violations, violated("WithBaseURL", problem)...)
	if err := invalid("NewClient", violations); err != nil {
		return nil, err
	}
	switch {
	case c.credential != nil:
	case c.source != nil:
		c.credential = c.source.credential
	default:
		c.credential = staticToken(token)
	}
	if c.httpClient == nil {
		c.httpClient = &http.Client{Transport: newTransport()}
		c.header.Set(headerAcceptEncoding, "gzip")
	}
	core := &core{
		defaults: func() settings { return c.settings },
		base:     base,
		logger:   c.logger,
		executor: newExecutor(*c.httpClient),
	}
	return &Client{
		ExperienceUser:  &ExperienceUserService{core},
		ExperienceGroup: &ExperienceGroupService{core},
		core:            core,
	}, nil
}

func defaults() *config {
	c := &config{baseURL: defaultBaseURL}
	c.timeout = defaultTimeout
	c.maxAttempts = defaultMaxAttempts
	c.validate = true
	c.header = http.Header{
		"Accept":        {"application/json"},
		"Authorization": {""}, // set in every attempt's own copy
		headerVersion:   {defaultAPIVersion},
		headerUserAgent: {userAgent()},
	}
	for _, o := range []CallOption{WithActions(false), WithLinks(true), WithEmbedded(true)} {
		o.adjust(&c.settings)
	}
	return c
}

// apply applies the options of a client.
func (c *config) apply(opts []Option) (violations []Violation) {
	for _, o := range opts {
		if o == nil {
			violations = append(violations, Violation{"option", "must not be nil"})
		} else {
			violations = append(violations, o.configure(c)...)
		}
	}
	return violations
}

// parseBaseURL returns the base URL without a slash at its end, or why it is refused. The reason does not repeat the
// URL, which may hold a password.
func parseBaseURL(text string, insecure bool) (base *url.URL, problem string) {
	base, err := url.Parse(strings.TrimRight(text, "/"))
	switch {
	case err != nil || base.Scheme != "https" && base.Scheme != "http" || base.Hostname() == "":
		return nil, "must be an absolute http or https URL"
	case base.User != nil:
		return nil, "must not contain user information"
	case strings.ContainsAny(text, "?#"):
		return nil, "must not have a query or a fragment"
	case base.Scheme == "http" && !isLoopback(base.Hostname()) && !insecure:
		return nil, "must be https, or to a loopback host, unless WithInsecureHTTP is given"
	}
	return base, ""
}

func isLoopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}

func userAgent() string {
	return "losant-go/" + version + " (" + runtime.Version() + ")"
}

// BaseURL is the URL that the paths of the API are appended to, without a slash at its end.
func (c *Client) BaseURL() string { return c.core.base.String() }

// LosantDomain is the losantdomain header that calls send unless told otherwise, "" for none.
func (c *Client) LosantDomain() string { return c.core.defaults().header.Get(headerDomain) }

// CloseIdleConnections closes the connections that no call is using. The client stays usable. An http.Client given by
// [WithHTTPClient] shares its transport with this client, and so these connections.
func (c *Client) CloseIdleConnections() { c.core.executor.GetClient().CloseIdleConnections() }

// Format prints losant.Client(BASE URL) under every verb: the client holds a token.
func (c Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.name()) }

// LogValue is losant.Client(BASE URL).
func (c Client) LogValue() slog.Value { return slog.StringValue(c.name()) }

func (c Client) name() string {
	if c.core == nil {
		return "losant.Client()"
	}
	return "losant.Client(" + c.core.base.String() + ")"
}
