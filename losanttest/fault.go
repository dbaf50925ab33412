package losanttest

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// Fault is what a call meets instead of, or besides, its ordinary answer. The zero value of each field asks for nothing,
// and the fields combine:
//
//	Fault{Status: 503}                                          // refused, nothing is applied
//	Fault{Status: 429, Times: 3, Header: http.Header{"Retry-After": {"1"}}}
//	Fault{Drop: true}                                           // lost on its way to the server
//	Fault{Operation: "experienceUser.patch", Drop: true, AfterApplying: true} // applied, but the answer is lost
//	Fault{Delay: time.Minute, AfterApplying: true}              // applied, but the answer comes too late
//	Fault{Operation: "device.stateStream", Events: 3}           // the stream ends after three events
//	Fault{Status: 502, Body: "<html>", Header: http.Header{"Content-Type": {"text/html"}}}
type Fault struct {
	// Operation is the operation whose calls meet the fault, such as "experienceUser.get". Empty means every request,
	// those included that match no route.
	Operation string
	// Times is how many calls meet the fault; 0 means one.
	Times int
	// Status is the status to answer with, instead of handling the request. 0 means the ordinary answer, or 200 when there
	// is a Body.
	Status int
	// Header holds headers for the answer, whichever it is. They replace those of the same name.
	Header http.Header
	// Body is the body to answer with. Empty means, for a Status of 400 and more, an error as Losant would word it, and no
	// body for other statuses.
	Body string
	// Delay passes before the answer. When the client goes away or the server is closed meanwhile, that is the end of the
	// call.
	Delay time.Duration
	// Drop closes the connection before there is an answer, whatever the other fields say of one.
	Drop bool
	// Truncate closes the connection in the middle of the answer's body; an answer without a body does not come at all.
	Truncate bool
	// Events ends a stream of server-sent events after so many of them; with Truncate, in the middle of the last. 0 is no
	// end.
	Events int
	// Silent keeps a stream open without a sign of life.
	Silent bool
	// AfterApplying lets the request take its effect first. Without it, a request that meets Status, Body, Drop or Truncate
	// has no effect, and one that meets a Delay has it after the delay.
	AfterApplying bool
}

// check says what is wrong with a fault, "" when nothing is.
func (s *Server) check(f Fault) string {
	switch {
	case f.Operation != "" && theAPI().actions[f.Operation] == nil:
		return fmt.Sprintf("there is no Operation %q", f.Operation)
	case f.Times < 0:
		return "Times is negative"
	case f.Events < 0:
		return "Events is negative"
	case f.Delay < 0:
		return "Delay is negative"
	case f.Status != 0 && (f.Status < 200 || f.Status > 999):
		return fmt.Sprintf("%d is no Status of an answer", f.Status)
	default:
		return ""
	}
}

// answer returns the answer that the fault gives by itself, and false when it leaves that to the request.
func (f *Fault) answer(c *call) (answer, bool) {
	switch {
	case f.Body != "":
		return answer{status: max(f.Status, http.StatusOK), body: []byte(f.Body)}, true
	case f.Status >= http.StatusBadRequest:
		return errorFor(f.Status, c).answer(), true
	case f.Status != 0:
		return answer{status: f.Status}, true
	case f.Truncate && !f.AfterApplying && f.Events == 0:
		return jsonAnswer(http.StatusOK, successBody{true}), true
	default:
		return answer{}, false
	}
}

// errorFor words a status as Losant would.
func errorFor(status int, c *call) *apiError {
	text := http.StatusText(status)
	switch {
	case status == http.StatusBadRequest:
		return invalid("Request is invalid")
	case status == http.StatusUnauthorized:
		return unauthorized("Invalid access token")
	case status == http.StatusForbidden:
		return forbidden()
	case status == http.StatusNotFound:
		return notFound(c.title())
	case status == http.StatusMethodNotAllowed:
		return notAllowed(c.Method)
	case status == http.StatusInternalServerError || text == "":
		return &apiError{status: status, Type: "Error", Message: "An error occurred"}
	default:
		return &apiError{status: status, Type: strings.ReplaceAll(text, " ", ""), Message: text}
	}
}

// title is how messages name the resource of a call.
func (c *call) title() string {
	if c.action == nil {
		return "Resource"
	}
	return title(c.action.Resource)
}
