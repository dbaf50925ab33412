// Server is a Losant API on loopback for programs in other languages: losanttest with a fixed state.
//
//	go run ./server
//
// It prints one JSON object, with its URL, the application, its users and groups, and tokens by name, and runs until
// stdin ends or it is told to terminate.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/losant-go/losant/interop/internal/seed"
	"github.com/losant-go/losant/losanttest"
)

func main() {
	if err := run(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server := losanttest.NewServer()
	defer server.Close()
	about := struct {
		URL string `json:"url"`
		seed.Application
		Tokens map[string]string `json:"tokens"`
	}{server.URL, seed.Add(server), seed.Tokens(server.Token, server.ExpiredToken)}
	if err := json.NewEncoder(out).Encode(about); err != nil {
		return err
	}
	go func() {
		_, _ = io.Copy(io.Discard, in) // until it ends, in whichever way
		stop()
	}()
	<-ctx.Done()
	return nil
}
