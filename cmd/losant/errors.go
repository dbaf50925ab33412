package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"unicode"

	"github.com/losant-go/losant"
)

// The exit statuses, for shell scripts to branch on.
const (
	statusDone     = 0
	statusRefused  = 1 // the API refused, or the output could not be written
	statusUsage    = 2 // the command line, the environment or the input is wrong: nothing was sent
	statusNotFound = 3
	statusNoAnswer = 4 // the API could not be reached, did not answer, or the wait for it was interrupted
)

// usageError is wrong usage that was found before anything was sent.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func usagef(format string, a ...any) error { return usageError{fmt.Errorf(format, a...)} }

// statusError ends the program with a status, and a text of its own.
type statusError struct {
	status int
	text   string
}

func (e *statusError) Error() string { return e.text }

func statusOf(err error) int {
	var own *statusError
	switch {
	case err == nil:
		return statusDone
	case errors.As(err, &own):
		return own.status
	case errors.As(err, new(usageError)), errors.As(err, new(*losant.ValidationError)):
		return statusUsage
	case errors.Is(err, losant.ErrNotFound):
		return statusNotFound
	case errors.As(err, new(*losant.TransportError)), errors.Is(err, context.Canceled):
		return statusNoAnswer
	default:
		return statusRefused
	}
}

// explain says what went wrong, and what to do next; nothing when there is nothing to say.
func explain(err error) string {
	var api *losant.APIError
	var transport *losant.TransportError
	errors.As(err, &api)
	errors.As(err, &transport)
	switch {
	case err == nil, errors.Is(err, syscall.EPIPE): // nobody reads on
		return ""
	case api == nil && transport == nil:
		return strings.TrimPrefix(err.Error(), "losant: ")
	}
	text := strings.TrimPrefix(err.Error(), "losant: ")
	if api != nil && api.Applied == losant.MaybeApplied || transport != nil && transport.Applied == losant.MaybeApplied {
		text += ". It may have been applied: look before you run it again"
	}
	if advice := advise(err); advice != "" {
		text += ". " + advice
	}
	return text
}

// advise says what to do about an error of the API.
func advise(err error) string {
	var api *losant.APIError
	var limit *losant.RateLimitError
	switch {
	case errors.Is(err, losant.ErrUnauthorized) && errors.As(err, &api) && strings.HasPrefix(api.Operation, "auth."):
		return "" // it is no token that a log-in is refused for
	case errors.Is(err, losant.ErrUnauthorized):
		return "Put a new token into " + tokenVariable
	case errors.Is(err, losant.ErrForbidden):
		return "Put a token that has one of these scopes into " + tokenVariable
	case errors.As(err, &limit) && limit.RetryAfter > 0:
		return fmt.Sprintf("Run it again in %v", limit.RetryAfter)
	case errors.Is(err, context.Canceled):
		return "It was interrupted"
	case errors.As(err, new(*losant.TransportError)):
		return "Check the network and " + urlVariable
	}
	return ""
}

// oneLine replaces line breaks and other control characters by spaces: a text of the API or of a file cannot move the
// cursor of a terminal, or pass for two lines of a log.
func oneLine(text string) string {
	unprintable := func(r rune) bool { return unicode.IsSpace(r) || unicode.In(r, unicode.Cc, unicode.Cf) }
	return strings.Join(strings.FieldsFunc(text, unprintable), " ")
}
