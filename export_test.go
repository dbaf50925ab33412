package losant

import "net/http"

// OwnTransport returns the transport of a client that was not given one, to be set up before its first call.
func OwnTransport(c *Client) *http.Transport { return c.core.rest.Own() }

// Decode and Unmarshal decode an answer, without its Raw. Decode does not leave to encoding/json what it cannot decode.
func Decode(document []byte, v any) bool     { return answers.Decode(document, v) }
func Unmarshal(document []byte, v any) error { return answers.Unmarshal(document, v) }
