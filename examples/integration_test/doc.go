// Package integration has no code, only tests: patterns for testing your own code against losanttest, the Losant API
// that comes with this SDK.
//
//	go test -v ./examples/integration_test
//
// The code under test is in monitor_test.go, a pattern for each need is in patterns_test.go.
package integration
