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
	var (
		usage    usageError
		invalid  *losant.ValidationError
		notFound *losant.NotFoundError
	)
	switch {
	case errors.As(err, &usage), errors.As(err, &invalid):
		return statusUsage
	case errors.As(err, &notFound):
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
		apiErr       *losant.APIError
		badRequest   *losant.BadRequestError
		unauthorized *losant.UnauthorizedError
		forbidden    *losant.ForbiddenError
		notFound     *losant.NotFoundError
		rateLimit    *losant.RateLimitError
		undecodable  *losant.DecodeError
		transport    *losant.TransportError
	)
	errors.As(err, &apiErr)
	errors.As(err, &transport)
	inDoubt := ", and run get to see whether the command had its effect"
	if apiErr != nil && apiErr.Method == http.MethodGet || transport != nil && transport.Method == http.MethodGet {
		inDoubt = ""
	}
	switch {
	case errors.As(err, &badRequest):
		return "Correct what it names and run the command again"
	case errors.As(err, &unauthorized):
		return "Put a new token into " + tokenVariable
	case errors.As(err, &forbidden):
		return "Put a token that holds one of these scopes into " + tokenVariable
	case errors.As(err, &notFound):
		return "Check -application and -id"
	case errors.As(err, &rateLimit) && rateLimit.RetryAfter > 0:
		return fmt.Sprintf("Run the command again in %v", rateLimit.RetryAfter)
	case errors.As(err, &rateLimit):
		return "Run the command again later"
	case errors.As(err, &undecodable):
		return "Check " + urlVariable + inDoubt
	case apiErr != nil && apiErr.StatusCode >= http.StatusInternalServerError:
		return "Run the command again later" + inDoubt
	case apiErr != nil:
		return "Check " + urlVariable
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
