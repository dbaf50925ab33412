package losant

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/losant-go/losant/internal/rest"
)

// Option configures a Client. Options are independent of their order, but for two of the same kind: then the last
// wins.
type Option interface {
	// configure changes c, or says what is wrong with the option.
	configure(c *config) []Violation
}

// CallOption configures one call. Given to NewClient it becomes the default of every call; given to a call it wins.
type CallOption interface {
	Option
	// adjust changes s, or says what is wrong with the option.
	adjust(s *settings) []Violation
}

// TokenSource returns the API token for the next attempt of a request. It is asked on every attempt, under that
// attempt's context, possibly by many goroutines at once, so one that fetches tokens should cache them. Its error ends
// the call. One that does not come back when its context ends is left behind.
type TokenSource func(context.Context) (string, error)

// Response tells how a call went, whether it succeeded or not. See [WithResponse].
type Response struct {
	// StatusCode is the status that the last attempt was answered with. Zero when it got no answer.
	StatusCode int
	// Header is the header that the last attempt was answered with. Nil when it got no answer.
	Header http.Header
	// Body is the body of the last answer, unpacked: at most 16 MiB of a success (32 MiB of a time series or of rows),
	// 64 KiB of anything else. A result's Raw shares its memory.
	Body []byte
	// Attempts is the number of attempts. Zero when the call was refused.
	Attempts int
	// Duration is the whole call, waits included.
	Duration time.Duration
}

// config is what NewClient builds a Client from.
type config struct {
	settings
	baseURL       string
	insecure      bool
	httpClient    *http.Client
	wrapTransport func(http.RoundTripper) http.RoundTripper
	giver         giver
	logger        *slog.Logger
}

// giver is an option that says where the tokens of all calls come from.
type giver struct {
	option      string
	credentials body // nil for none
	make        func(*service) credential
}

// settings are what the options of a call can change. A client's are never written to: a call with options changes a
// copy.
type settings struct {
	credential  credential
	timeout     time.Duration
	maxAttempts int
	validate    bool
	report      func(Response)
	reconnect   func(error) // of a stream, nil for none
	header      http.Header // of every request, but for Authorization and Content-Type
	query       query
	params      []givenParams // of one call: never the client's
}

func (s settings) clone() settings {
	s.header = s.header.Clone()
	s.query.parameters = slices.Clone(s.query.parameters)
	return s
}

// clientOption and callOption are functions with the name they are refused by. A function returns the rule that its
// argument breaks, or "".
type (
	clientOption struct {
		name  string
		apply func(*config) (problem string)
	}
	callOption struct {
		name  string
		apply func(*settings) (problem string)
	}
)

func (o clientOption) configure(c *config) []Violation { return violated(o.name, o.apply(c)) }
func (o callOption) configure(c *config) []Violation   { return o.adjust(&c.settings) }
func (o callOption) adjust(s *settings) []Violation    { return violated(o.name, o.apply(s)) }

// WithBaseURL sets the URL that paths are appended to. A path prefix is kept. The default is https://api.losant.com.
func WithBaseURL(baseURL string) Option {
	return clientOption{"WithBaseURL", func(c *config) string {
		c.baseURL = baseURL
		return ""
	}}
}

// WithInsecureHTTP allows a base URL with plain http to a host that is not loopback. The token then crosses the
// network readable by anyone on the way.
func WithInsecureHTTP() Option {
	return clientOption{"WithInsecureHTTP", func(c *config) string {
		c.insecure = true
		return ""
	}}
}

// WithHTTPClient sends requests through a copy of client: the way to a transport of your own, for tests and for what
// [WithTransport] cannot do. As with any http.Client, a nil Transport is [http.DefaultTransport]; it keeps 2 idle
// connections to a host, so give a client for many concurrent calls a transport with a larger MaxIdleConnsPerHost. The
// transport decides whether answers are asked for with gzip, and unpacks them. Redirects are not followed and cookies are
// not kept, whatever its CheckRedirect and Jar say; its Timeout holds beside [WithTimeout]. client itself is never
// changed.
//
// What the transport has written, and how often, only its errors tell: see the package comment on retries. A Patch has no
// GetBody, so that net/http does not send it again by itself. An attempt ends at its limit even if the transport does not
// heed its context, and leaves it running then.
func WithHTTPClient(client *http.Client) Option {
	return clientOption{"WithHTTPClient", func(c *config) string {
		if client == nil {
			return "must not be nil"
		}
		c.httpClient = client
		return ""
	}}
}

// WithTransport puts a transport of your own around the client's: the way to tracing, metrics and proxies of HTTP
// requests. wrap is called once, by NewClient, and gets the transport that the client would use otherwise. It cannot be
// combined with [WithHTTPClient]. An attempt ends at its limit even if your transport does not heed its context, and leaves
// it running then.
func WithTransport(wrap func(http.RoundTripper) http.RoundTripper) Option {
	return clientOption{"WithTransport", func(c *config) string {
		if wrap == nil {
			return "must not be nil"
		}
		c.wrapTransport = wrap
		return ""
	}}
}

// WithTokenSource asks source for the token on every attempt, instead of using NewClient's token. A token given by
// [WithToken] wins over it.
func WithTokenSource(source TokenSource) Option {
	return clientOption{"WithTokenSource", func(c *config) string {
		if source == nil {
			return "must not be nil"
		}
		return c.give(giver{option: "WithTokenSource", make: func(*service) credential {
			return credential{authorize: source.authorize}
		}})
	}}
}

// WithUserAgent puts product, such as "thermostats/1.4", before the SDK's own User-Agent.
func WithUserAgent(product string) Option {
	return clientOption{"WithUserAgent", func(c *config) string {
		c.header.Set(headerUserAgent, product+" "+userAgent())
		return mustBeText(product)
	}}
}

// WithLogger writes one record for every attempt: operation, method, path, status, attempt and duration, and the error
// when there was no answer. Answers of success are at level Info, all else at Warn. Headers, queries and bodies are
// never logged, nor what errors quote of them. The default logs nothing.
func WithLogger(logger *slog.Logger) Option {
	return clientOption{"WithLogger", func(c *config) string {
		if logger == nil {
			return "must not be nil"
		}
		c.logger = logger
		return ""
	}}
}

// WithToken sets the API token. It wins over [WithTokenSource] and over NewClient's token.
func WithToken(token string) CallOption {
	return callOption{"WithToken", func(s *settings) string {
		s.credential = staticToken(token)
		return mustBeToken(token)
	}}
}

// WithLosantDomain sets the losantdomain header, the documented "domain scope of request (rarely needed)". "" sends no
// such header, which is the default.
func WithLosantDomain(domain string) CallOption {
	return callOption{"WithLosantDomain", func(s *settings) string {
		if domain == "" {
			s.header.Del(headerDomain)
			return ""
		}
		s.header.Set(headerDomain, domain)
		return mustBeText(domain)
	}}
}

// WithAPIVersion sets the Accept-Version header. The default is ^1.30.0, the API version that this package's schemas
// come from.
func WithAPIVersion(version string) CallOption {
	return callOption{"WithAPIVersion", func(s *settings) string {
		s.header.Set(headerVersion, version)
		return mustBeText(version)
	}}
}

// WithTimeout limits each attempt, from asking for the token to the last byte of the answer. The default is 30
// seconds, 0 is no limit. While an upload is sent, the time begins anew with each piece of it: a large file may take as long
// as the line needs, and one that stands still for that time ends the attempt. A stream has limits of its own. To limit a
// whole call, use its context.
func WithTimeout(timeout time.Duration) CallOption {
	return callOption{"WithTimeout", func(s *settings) string {
		if timeout < 0 {
			return "must not be negative"
		}
		s.timeout = timeout
		return ""
	}}
}

// WithMaxAttempts sets how often a request is sent at the most. The default is 3; 1 never sends a request again.
func WithMaxAttempts(attempts int) CallOption {
	return callOption{"WithMaxAttempts", func(s *settings) string {
		if attempts < 1 {
			return "must be at least 1"
		}
		s.maxAttempts = attempts
		return ""
	}}
}

// WithHeader sends a header of your own, in place of the client's of the same name. The headers that the client owns
// are refused: Accept, Accept-Encoding, Accept-Version, Authorization, Content-Encoding, Content-Length, Content-Type,
// Host, losantdomain and User-Agent, most of which have an option; and those of a single connection: Connection,
// Keep-Alive, Proxy-Connection, TE, Trailer, Transfer-Encoding and Upgrade.
func WithHeader(name, value string) CallOption {
	name = textproto.CanonicalMIMEHeaderKey(name)
	return callOption{"WithHeader(" + strconv.Quote(name) + ")", func(s *settings) string {
		if name == "" || !all(name, isToken) {
			return "must have a valid header name"
		}
		switch name {
		case "Accept", "Accept-Encoding", headerVersion, "Authorization", "Content-Encoding", "Content-Length",
			"Content-Type", "Host", headerDomain, headerUserAgent,
			"Connection", "Keep-Alive", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade":
			return "is a header that the client owns"
		}
		if strings.ContainsFunc(value, isControl) {
			return "must not contain control characters"
		}
		s.header.Set(name, value)
		return ""
	}}
}

// WithQuery sends a query parameter of your own, in place of the client's of the same name. One that the params of the call
// can set is refused beside them.
func WithQuery(name, value string) CallOption {
	return callOption{"WithQuery", func(s *settings) string {
		if name == "" {
			return "must have a name"
		}
		s.query.set(name, value)
		return ""
	}}
}

// WithActions asks for [Hypermedia].Actions. The default is false.
func WithActions(yes bool) CallOption { return WithQuery("_actions", strconv.FormatBool(yes)) }

// WithLinks asks for [Hypermedia].Links. The default is true.
func WithLinks(yes bool) CallOption { return WithQuery("_links", strconv.FormatBool(yes)) }

// WithEmbedded asks for [Hypermedia].Embedded. The default is true.
func WithEmbedded(yes bool) CallOption { return WithQuery("_embedded", strconv.FormatBool(yes)) }

// WithoutValidation sends bodies and parameters without checking them first, for the day when Losant's rules are wider
// than those documented. Ids are checked all the same.
func WithoutValidation() CallOption {
	return callOption{"WithoutValidation", func(s *settings) string {
		s.validate = false
		return ""
	}}
}

// WithResponse fills response at the end of the call, whether it succeeded or not. Given to NewClient, every call
// fills the same one: read it only when no call is running.
func WithResponse(response *Response) CallOption {
	var filling sync.Mutex
	return callOption{"WithResponse", func(s *settings) string {
		if response == nil {
			return "must not be nil"
		}
		s.report = func(r Response) {
			filling.Lock()
			defer filling.Unlock()
			*response = r
		}
		return ""
	}}
}

// WithReconnect calls reconnect each time a stream breaks and is about to be opened again, with what has broken it. Events
// of the time until it is open are lost. reconnect is called from the loop that reads the stream, which waits for it.
func WithReconnect(reconnect func(error)) CallOption {
	return callOption{"WithReconnect", func(s *settings) string {
		if reconnect == nil {
			return "must not be nil"
		}
		s.reconnect = reconnect
		return ""
	}}
}

// query are the parameters of a request in the order they were first set in, and their encoded form.
type query struct {
	parameters []parameter
	encoded    string
}

type parameter struct{ name, value string }

func (q *query) set(name, value string) {
	at := slices.IndexFunc(q.parameters, func(p parameter) bool { return p.name == name })
	if at < 0 {
		at, q.parameters = len(q.parameters), append(q.parameters, parameter{name: name})
	}
	q.parameters[at].value = value
	q.encode()
}

// without is q without some parameters.
func (q query) without(unwanted func(name string) bool) query {
	q.parameters = slices.DeleteFunc(slices.Clone(q.parameters), func(p parameter) bool { return unwanted(p.name) })
	q.encode()
	return q
}

func (q *query) encode() {
	pairs := make([]string, len(q.parameters))
	for i, p := range q.parameters {
		pairs[i] = url.QueryEscape(p.name) + "=" + url.QueryEscape(p.value)
	}
	q.encoded = strings.Join(pairs, "&")
}

// credential is where the tokens of a call come from. The zero value has none.
type credential struct {
	// authorize returns the Authorization header of the next attempt.
	authorize func(context.Context) (string, error)
	// refused is told of one that was answered with 401, and says whether there may be another. It is nil if there is none.
	refused func(authorization string) bool
}

// scheme comes before the token in a credential.
const scheme = "Bearer "

// staticToken is the credential of a token that never changes.
func staticToken(token string) credential {
	authorization := scheme + token
	return credential{authorize: func(context.Context) (string, error) { return authorization, nil }}
}

// authorize asks the source, and does not trust what it says, nor that it comes back.
func (source TokenSource) authorize(ctx context.Context) (string, error) {
	type answer struct {
		token string
		err   error
	}
	a, err := rest.Await(ctx, func() (a answer) {
		a.token, a.err = source(ctx)
		return a
	})
	if err = cmp.Or(err, a.err); err != nil {
		return "", fmt.Errorf("token source: %w", err)
	}
	if problem := mustBeToken(a.token); problem != "" {
		return "", errors.New("token source: the token " + problem)
	}
	return scheme + a.token, nil
}

// mustBeToken says why s cannot be a token, "" when it can.
func mustBeToken(s string) string {
	switch {
	case s == "":
		return "must not be empty"
	case !all(s, func(r rune) bool { return r > ' ' && r <= '~' }):
		return "must be printable ASCII without spaces"
	default:
		return ""
	}
}

// mustBeText says why s cannot be the value of a header that has to have one, "" when it can.
func mustBeText(s string) string {
	switch {
	case strings.TrimSpace(s) == "":
		return "must not be empty"
	case strings.ContainsFunc(s, isControl):
		return "must not contain control characters"
	default:
		return ""
	}
}

// isControl reports what HTTP forbids in the value of a header.
func isControl(r rune) bool { return r < ' ' && r != '\t' || r == '\x7f' }

// isToken reports what HTTP allows in the name of a header.
func isToken(r rune) bool { return isAlphanumeric(r) || strings.ContainsRune("!#$%&'*+-.^_`|~", r) }
