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
	message := `Email address "` + email + `" already exists`
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

func notAllowed(method string) *apiError {
	return &apiError{status: http.StatusMethodNotAllowed, Type: "MethodNotAllowed", Message: method + " is not allowed"}
}

func tooLarge() *apiError {
	return &apiError{
		status: http.StatusRequestEntityTooLarge, Type: "RequestEntityTooLarge",
		Message: fmt.Sprintf("Request body size exceeds %d bytes", maxBody),
	}
}
