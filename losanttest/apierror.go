package losanttest

import (
	"fmt"
	"net/http"
)

// apiError is an answer other than success. Losant's framework names the error by type, its JSON parser by code.
type apiError struct {
	status  int
	Type    string `json:"type,omitempty"`
	Code    string `json:"code,omitempty"`
	Message string `json:"message"`
}

// Error is the message.
func (e *apiError) Error() string { return e.Message }

func (e *apiError) answer() answer { return jsonAnswer(e.status, e) }

func invalidJSON(err error) *apiError {
	return &apiError{status: http.StatusBadRequest, Code: "InvalidContent", Message: "Invalid JSON: " + err.Error()}
}

func invalid(problem string) *apiError {
	return &apiError{status: http.StatusBadRequest, Type: "Validation", Message: problem}
}

func emailExists(email string) *apiError {
	return alreadyExists(`Email address "` + email + `"`)
}

func alreadyExists(what string) *apiError {
	message := what + " already exists"
	return &apiError{status: http.StatusBadRequest, Type: "AlreadyExists", Message: message}
}

func unauthorized(message string) *apiError {
	return &apiError{status: http.StatusUnauthorized, Type: "Unauthorized", Message: message}
}

func forbidden() *apiError {
	return &apiError{status: http.StatusForbidden, Type: "Forbidden", Message: "Access is forbidden"}
}

func notFound(what string) *apiError {
	return &apiError{status: http.StatusNotFound, Type: "NotFound", Message: what + " was not found"}
}

func expired(what string) *apiError {
	return &apiError{status: http.StatusGone, Type: "Gone", Message: what + " has expired"}
}

func notAllowed(method string) *apiError {
	return &apiError{status: http.StatusMethodNotAllowed, Type: "MethodNotAllowed", Message: method + " is not allowed"}
}

func tooLarge(limit int) *apiError {
	return &apiError{
		status: http.StatusRequestEntityTooLarge, Type: "RequestEntityTooLarge",
		Message: fmt.Sprintf("Request body size exceeds %d bytes", limit),
	}
}

// noRoute is the answer where no action is. Every path has OPTIONS, so that it is the method that is wrong; but for a path
// that is no text.
func noRoute(c *call) *apiError {
	if isText(c.Path) {
		return notAllowed(c.Method)
	}
	return &apiError{status: http.StatusNotFound, Code: "ResourceNotFound", Message: c.Path + " does not exist"}
}

func badRequest(problem string) *apiError {
	return &apiError{status: http.StatusBadRequest, Code: "BadRequest", Message: problem}
}

func badDigest(sent, digest string) *apiError {
	message := fmt.Sprintf("Content-MD5 '%s' didn't match '%s'", sent, digest)
	return &apiError{status: http.StatusBadRequest, Code: "BadDigest", Message: message}
}

func unsupportedEncoding() *apiError {
	return &apiError{
		status: http.StatusUnsupportedMediaType, Code: "UnsupportedMediaType", Message: "content encoding not supported",
	}
}

func notImplemented(operation string) *apiError {
	return &apiError{
		status: http.StatusNotImplemented, Type: "NotImplemented",
		Message: fmt.Sprintf("losanttest keeps no state for %s; answer its calls with a handler: "+
			"server.Handle(%q, func(r losanttest.Request) (status int, body any) { ... })", operation, operation),
	}
}
