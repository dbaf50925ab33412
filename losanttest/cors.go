package losanttest

import "net/http"

// allowOrigin lets a page in a browser use the server, wherever the page comes from.
func allowOrigin(header http.Header, request *http.Request) {
	header.Set("Access-Control-Allow-Origin", "*")
	header.Set("Access-Control-Expose-Headers", "Content-Length, Date, Retry-After")
	if request.Method != http.MethodOptions {
		return
	}
	header.Set("Access-Control-Allow-Methods", "GET, POST, PATCH, DELETE, OPTIONS")
	header.Set("Access-Control-Allow-Headers",
		"Accept, Accept-Version, Authorization, Content-Type, Content-MD5, Last-Event-ID, Losantdomain, X-Requested-With")
	header.Set("Access-Control-Max-Age", "86400")
}
