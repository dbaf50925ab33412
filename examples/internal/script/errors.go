package script

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode"

	"github.com/losant-go/losant"
)

// The exit statuses, for shell scripts to branch on.
const (
	statusDone     = 0
	statusFailed   = 1 // the API refused, or could not be reached
	statusUsage    = 2 // the command line, the environment or stdin is wrong; nothing was sent
	statusNotFound = 3
)

// usageError is wrong usage that the program found before it called the API.
type usageError struct{ error }

func usageErrorf(format string, a ...any) error { return usageError{fmt.Errorf(format, a...)} }

func statusOf(err error) int {
	switch {
	case errors.As(err, new(usageError)), errors.As(err, new(*losant.ValidationError)):
		return statusUsage
	case errors.Is(err, losant.ErrNotFound):
		return statusNotFound
	default:
		return statusFailed
	}
}

// explain says what went wrong, and what to do next.
func explain(err error, names names) string {
	var invalid *losant.ValidationError
	if errors.As(err, &invalid) {
		return names.list(invalid.Violations)
	}
	text := strings.TrimPrefix(err.Error(), "losant: ")
	if advice := advise(err); advice != "" {
		text += ". " + advice
	}
	return text
}

// advise says what to do about an error of the SDK.
func advise(err error) string {
	var (
		apiErr    *losant.APIError
		rateLimit *losant.RateLimitError
		transport *losant.TransportError
	)
	errors.As(err, &apiErr)
	errors.As(err, &transport)
	inDoubt := ""
	if apiErr != nil && apiErr.Applied == losant.MaybeApplied ||
		transport != nil && transport.Applied == losant.MaybeApplied {
		inDoubt = ", and run get to see whether the command had its effect"
	}
	switch {
	case errors.Is(err, losant.ErrBadRequest):
		return "Correct what it names and run the command again"
	case errors.Is(err, losant.ErrUnauthorized):
		return "Put a new token into " + tokenVariable
	case errors.Is(err, losant.ErrForbidden):
		return "Put a token that holds one of these scopes into " + tokenVariable
	case errors.Is(err, losant.ErrNotFound):
		return "Check -application and -id"
	case errors.As(err, &rateLimit) && rateLimit.RetryAfter > 0:
		return fmt.Sprintf("Run the command again in %v", rateLimit.RetryAfter)
	case rateLimit != nil:
		return "Run the command again later"
	case apiErr != nil && apiErr.StatusCode >= http.StatusInternalServerError:
		return "Run the command again later" + inDoubt
	case apiErr != nil: // a success that is none, or an answer that is not Losant's
		return "Check " + urlVariable + inDoubt
	case errors.Is(err, context.Canceled):
		return "It was interrupted: run it again" + inDoubt
	case transport != nil:
		return "Check the network and " + urlVariable + inDoubt
	}
	return ""
}

// names are what users call the fields of a ValidationError: flags and environment variables.
type names map[string]string

// list names all violations.
func (n names) list(violations []losant.Violation) string {
	problems := make([]string, len(violations))
	for i, v := range violations {
		problems[i] = n.of(v.Field) + " " + v.Problem
	}
	return strings.Join(problems, "; ")
}

// of is the name of a field, with the element that the field names, such as a tag.
func (n names) of(field string) string {
	whole, element := field, ""
	if at := strings.IndexByte(field, '['); at >= 0 {
		whole, element = field[:at], field[at:]
	}
	if name, ok := n[whole]; ok {
		return name + element
	}
	return field
}

// oneLine replaces line breaks and other control characters, which an API's message may contain, by spaces.
func oneLine(text string) string {
	unprintable := func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }
	return strings.Join(strings.FieldsFunc(text, unprintable), " ")
}
