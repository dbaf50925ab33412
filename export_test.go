package losant

import "net/http"

// NewTransport is for tests that compare it with what is outside the package.
func NewTransport() *http.Transport { return newTransport() }
