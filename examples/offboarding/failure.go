package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"github.com/losant-go/losant"
)

// failure is an error of the SDK in the terms of this service: what its caller is told, and how loudly it is logged.
type failure struct {
	status     int
	message    string
	retryAfter time.Duration // 0 when it does not matter
	level      slog.Level
}

// defaultRetryAfter is for the times when Losant asks to wait and does not say how long.
const defaultRetryAfter = 10 * time.Second

// failureOf tells the errors apart by who can do something about them: the caller (4xx), the operators of this service
// (500 and 502, logged as errors) or time (503 and 504).
func failureOf(err error) failure {
	var (
		apiErr     *losant.APIError
		invalid    *losant.ValidationError
		badRequest *losant.BadRequestError
		denied     *losant.UnauthorizedError
		forbidden  *losant.ForbiddenError
		notFound   *losant.NotFoundError
		rateLimit  *losant.RateLimitError
		transport  *losant.TransportError
	)
	switch {
	case errors.As(err, &invalid):
		return failure{status: http.StatusBadRequest, message: violations(invalid), level: slog.LevelInfo}
	case errors.As(err, &badRequest):
		return failure{status: http.StatusBadRequest, message: badRequest.Message, level: slog.LevelWarn}
	case errors.As(err, &notFound) && notFound.Message == "Application was not found":
		// It must not look as if the person were gone. Losant's text is all that tells the two apart.
		return failure{status: http.StatusBadGateway, message: "the service is misconfigured", level: slog.LevelError}
	case errors.As(err, &notFound):
		return failure{status: http.StatusNotFound, message: "there is no such person", level: slog.LevelInfo}
	case errors.As(err, &denied), errors.As(err, &forbidden):
		return failure{status: http.StatusBadGateway, message: "Losant refuses this service", level: slog.LevelError}
	case errors.As(err, &rateLimit):
		return busy(rateLimit.RetryAfter)
	case errors.As(err, &apiErr) && apiErr.StatusCode == http.StatusServiceUnavailable:
		return busy(0)
	case errors.Is(err, context.DeadlineExceeded):
		const message = "Losant took too long: try again"
		return failure{status: http.StatusGatewayTimeout, message: message, level: slog.LevelWarn}
	case errors.Is(err, context.Canceled): // the caller has gone, or the service stops
		return failure{status: http.StatusServiceUnavailable, message: "interrupted: try again", level: slog.LevelWarn}
	case apiErr != nil, errors.As(err, &transport):
		return failure{status: http.StatusBadGateway, message: "Losant failed: try again", level: slog.LevelError}
	default:
		return failure{status: http.StatusInternalServerError, message: "internal error", level: slog.LevelError}
	}
}

func busy(retryAfter time.Duration) failure {
	if retryAfter <= 0 {
		retryAfter = defaultRetryAfter
	}
	return failure{
		status: http.StatusServiceUnavailable, message: "Losant is busy: try again later", retryAfter: retryAfter,
		level: slog.LevelWarn,
	}
}

// violations names what is wrong with a caller's input. The only input of a caller is the id.
func violations(invalid *losant.ValidationError) string {
	text := "people are named by id, not by email"
	for _, v := range invalid.Violations {
		text += "; the id " + v.Problem
	}
	return text
}
