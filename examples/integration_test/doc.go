// Package integration has no code, only tests: patterns for testing your own code against losanttest, the Losant API
// that comes with this SDK.
//
//	go test -v ./examples/integration_test
//
// The code under test is in shift_test.go. The patterns are, each in a file of its own:
//
//   - server_test.go: a server for each test, and what it starts with
//   - token_test.go: tokens with the scopes that the code has in production
//   - requests_test.go: what went over the wire
//   - fault_test.go: a fault in the middle
//   - parallel_test.go: many tests, and many calls, at once
package integration
