package losant

import "net/http"

// OwnTransport returns the transport of a client that was not given one, to be set up before its first call.
func OwnTransport(c *Client) *http.Transport { return c.core.rest.Own() }
