// Package losant is a client for the REST API of the Losant IoT platform: for all actions of all its resources.
//
//	client, err := losant.NewClient(token)
//	...
//	device, err := client.Device.Get(ctx, applicationID, deviceID)
//
// Names are those of Losant's documentation: its action devices.post is client.Devices.Post, its schema devicePost the
// type [DevicePost]. A method takes the ids of its path in their order, the parameters that have to be given, the body
// and options. The parameters that may be left out are fields of a struct, which is an option of the call:
//
//	devices, err := client.Devices.Get(ctx, applicationID, losant.DevicesGetParams{PerPage: 50})
//
// # Values
//
// In a body, a required property is a plain value and always sent. An optional one is a pointer ([Ptr]), a slice or a
// map, which is not sent when it is nil, or a [Nullable] where null says something of its own. What may hold nothing empty,
// such as a [DeviceTag], has plain fields, which are not sent when they are zero. In an answer, properties are plain values,
// zero when the answer lacks them; its Raw is the whole body, with what the type does not know. Encoding an answer drops
// what is zero: Raw is the form that loses nothing. Names of properties match exactly. Of an answer, only Raw keeps the body
// in memory: a string that outlives it is a string of its own. So is an element that a list yields, whose Raw is a copy of
// its part of the page.
//
// Types of strings with constants, such as [DeviceClass], are checked when they are sent, and may hold a value that is
// not known here when they are received.
//
// # Lists
//
// A method that returns a page of a list has a companion that yields the elements of all pages: Get has All, and any other,
// such as [DataTableRowsService.Query], one with All behind its name. It asks for a page when the loop comes to it, and for
// none when the loop has ended. It begins with the page that the params name, and ends when the server has said that there
// is no more, or answers an empty page; a short page is no end. An error is the last that it yields, and what has come
// before it is not the whole list. So is a page that is the one before again, though more is due: such a server would keep
// the loop for ever. Elements that are created or deleted meanwhile move others from page to page: then one may come
// twice, or not at all.
//
// # Streams
//
// The methods for streams yield events as the server sends them ([DeviceService.StateStream],
// [DeviceService.CommandStream], [ApplicationService.MQTTSubscriptionStream]). A stream is opened when the loop begins and
// closed when it ends. When it breaks it is opened again, after the waits of the retry rules, until the context ends or
// as many attempts in a row as [WithMaxAttempts] allows have brought nothing, not even a sign of life; what is refused, with
// 403 for example, is not tried again. The budget for retries does not count: a stream is a single request at a time. It is
// dead when three keep-alive intervals have passed without a sign of life while the loop was waiting for one: 6 seconds,
// unless the params of the call set another interval. The first sign may take 30 seconds longer, since connecting is part
// of it. No other time limit holds. What happens before it is open again is lost. [WithReconnect] and [WithLogger] are told
// each time.
//
// # Uploads
//
// A form with files is sent while it is read, and may take as long as that needs: [WithTimeout] limits only how long nothing
// of it is sent, and the wait for the answer. When the server answers before it has read everything, such as 413, that
// answer is the error of the call. [Client.UploadFile] sends what is too large for the API to the storage that files.post
// names.
//
// # Log-in
//
// With [WithUserLogin] and [WithDeviceLogin], a client needs no token: it logs in when it needs one, before that expires,
// and once more for a call that is answered with 401.
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
// A call makes three attempts by default, each of at most 30 seconds ([WithMaxAttempts], [WithTimeout]). What an attempt
// means for the next one depends on what the operation does, not on its HTTP method:
//
//   - What reads is sent again whenever the answer is missing or was lost, and after 429, 500, 502, 503 and 504: each
//     Get but for those that start a job, and each POST that only asks, such as data.timeSeriesQuery.
//   - What deletes one resource by its id is sent again in the same way. If it then finds nothing, and Losant says so
//     itself, after an attempt that may have been applied, it has reached its goal and succeeds.
//   - All else must not be applied twice: each Patch, since somebody else may have changed the resource in between, and
//     what creates, commands, uploads or acts on many. It is sent again only if it was provably not applied: nothing
//     was written (dial, DNS, proxy, TLS handshake), or the answer was 429 or 503.
//
// Once an attempt may have been applied, that is not forgotten, whatever the later ones end with. Errors say it:
// [APIError.Applied] and [TransportError.Applied] are [NotApplied] only when that is certain.
//
// net/http sends requests again by itself when a kept-alive connection turns out to be closed, and over HTTP/2. The
// client's own transport lets one attempt reach two connections at the most, and what must not be applied twice only one
// once it may have been written. It knows whether anything was written, also when [WithTransport] puts something around
// it that sends requests of its own. About a transport given by [WithHTTPClient] nothing of that is known, so only errors
// that come before any connection prove that a request was not applied.
//
// Never repeated are requests that failed for good: untrusted certificates, proxies that let nobody through, redirects,
// other statuses, answers that do not decode, and ended contexts.
//
// Waits are random between zero and a bound that starts at 250 milliseconds and doubles up to 8 seconds. A
// Retry-After header raises the wait. A wait that does not fit into the context's deadline, or into 30 seconds, is
// not begun: the error is returned at once. Each Client has a budget for retries, 500 to start with: a retry takes 5,
// a successful call gives back 1, and when it is used up calls fail at their first error. It keeps a fleet of
// services from tripling the load of an API that is down.
//
// # Secrets
//
// No error, log record or formatting of this package shows a token or a password; encoding/json shows a body as it is
// sent.
package losant

//go:generate go run ./internal/gen

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"time"

	"github.com/losant-go/losant/internal/rest"
)

// version is the version of this package, for the User-Agent.
const version = "0.2.0"

const (
	defaultBaseURL     = "https://api.losant.com"
	defaultAPIVersion  = "^" + apiVersion
	defaultTimeout     = 30 * time.Second
	defaultMaxAttempts = 3
)

const (
	headerDomain    = "Losantdomain"
	headerUserAgent = "User-Agent"
	headerVersion   = "Accept-Version"
)

// Client calls the Losant API. Make it with [NewClient], once for a process: it holds a pool of connections. It cannot
// be changed and is safe for concurrent use.
type Client struct {
	Services

	core *core
}

// core is what a client and its services share.
type core struct {
	defaults func() settings // a function, because no formatting of a client, however deep, can show what it keeps
	base     *url.URL        // without a slash at its end
	logger   *slog.Logger
	rest     *rest.Client
	insecure bool // plain http is allowed
}

// NewClient returns a Client that calls the API with a token: an application API token, a user API token, or the token
// of a user or a device that has logged in. The token may be empty if one of [WithTokenSource], [WithUserLogin],
// [WithDeviceLogin], [WithoutToken] and [WithToken] is given; no two of the first four may be given together.
//
// It refuses, with a [*ValidationError] that names each problem: no token; a token that is not printable ASCII;
// a base URL that is not absolute http or https, or that has a query, a fragment or user information;
// plain http to a host that is not loopback, unless [WithInsecureHTTP] is given; nil arguments and options out of
// range.
func NewClient(token string, opts ...Option) (*Client, error) {
	c := defaults()
	violations := c.apply(opts)
	violations = append(violations, c.check(token)...)
	base, problem := parseBaseURL(c.baseURL, c.insecure)
	violations = append(violations, violated("WithBaseURL", problem)...)
	client, wrong := c.connect()
	violations = append(violations, wrong...)
	if err := invalid("NewClient", violations); err != nil {
		return nil, err
	}
	shared := &service{&core{
		defaults: func() settings { return c.settings },
		base:     base,
		logger:   c.logger,
		rest:     client,
		insecure: c.insecure,
	}}
	c.authorize(token, shared)
	return &Client{Services: newServices(shared), core: shared.core}, nil
}

// give says where tokens come from. Only one kind of option may.
func (c *config) give(g giver) (problem string) {
	if c.giver.option != "" && c.giver.option != g.option {
		problem = "must not be given together with " + c.giver.option
	}
	c.giver = g
	return problem
}

// check says what is wrong with the token of NewClient, or with what is given in its place.
func (c *config) check(token string) (violations []Violation) {
	if c.giver.credentials != nil && c.validate {
		violations = c.giver.credentials.violations("")
	}
	switch {
	case token == "" && (c.giver.make != nil || c.credential.authorize != nil):
		return violations
	case c.giver.option == withoutToken:
		return append(violations, Violation{withoutToken, "must not be given together with a token"})
	default:
		return append(violations, violated("token", mustBeToken(token))...)
	}
}

// authorize decides who is asked for tokens.
func (c *config) authorize(token string, s *service) {
	switch {
	case c.credential.authorize != nil: // WithToken
	case c.giver.make != nil:
		c.credential = c.giver.make(s)
	default:
		c.credential = staticToken(token)
	}
}

// connect makes what sends the requests.
func (c *config) connect() (*rest.Client, []Violation) {
	switch {
	case c.httpClient == nil:
		client, err := rest.NewClient(c.wrapTransport)
		if err != nil {
			return nil, violated("WithTransport", err.Error())
		}
		return client, nil
	case c.wrapTransport != nil:
		return nil, violated("WithTransport", "must not be given together with WithHTTPClient, which has a transport")
	default:
		return rest.NewClientThrough(c.httpClient), nil
	}
}

func defaults() *config {
	c := &config{baseURL: defaultBaseURL}
	c.timeout = defaultTimeout
	c.maxAttempts = defaultMaxAttempts
	c.validate = true
	c.header = http.Header{
		"Accept":        {"application/json"},
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
		} else if wrong := nilParams(o); wrong != nil {
			violations = append(violations, wrong...)
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
	base.Host = strings.TrimSuffix(base.Host, ":") // a port that is not there
	base.RawPath = escapeRest(base.RawPath)
	return base, ""
}

// escapeRest escapes what may not stand in a path as it is, and leaves what is escaped already: url.URL otherwise escapes
// the path anew if there is both, and a %2f becomes a slash.
func escapeRest(path string) string {
	var b strings.Builder
	for _, c := range []byte(path) {
		if c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func isLoopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}

func userAgent() string {
	return "losant-go/" + version + " (" + runtime.Version() + ")"
}

// service is what the services of the client share, nil for a client that NewClient has not made.
func (c *Client) service() *service {
	if c == nil || c.core == nil {
		return nil
	}
	return &service{c.core}
}

// BaseURL is the URL that the paths of the API are appended to, without a slash at its end.
func (c *Client) BaseURL() string {
	if c == nil || c.core == nil {
		return ""
	}
	return c.core.base.String()
}

// LosantDomain is the losantdomain header that calls send unless told otherwise, "" for none.
func (c *Client) LosantDomain() string {
	if c == nil || c.core == nil {
		return ""
	}
	return c.core.defaults().header.Get(headerDomain)
}

// CloseIdleConnections closes the connections that no call is using. The client stays usable. An http.Client given by
// [WithHTTPClient] shares its transport with this client, and so these connections.
func (c *Client) CloseIdleConnections() {
	if c != nil && c.core != nil {
		c.core.rest.CloseIdleConnections()
	}
}

// Format prints losant.Client(BASE URL) under every verb: the client holds a token.
func (c Client) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.name()) }

// MarshalText is losant.Client(BASE URL): what log/slog and encoding/json show of a client.
func (c Client) MarshalText() ([]byte, error) { return []byte(c.name()), nil }

func (c Client) name() string { return "losant.Client(" + c.BaseURL() + ")" }
