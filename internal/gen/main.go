// Command gen makes the code that follows from Losant's description of its API.
//
//	go run ./internal/gen               # the Go files, from internal/api
//	go run ./internal/gen import DIR    # internal/api/losant.json, from the description in DIR
package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/losant-go/losant/internal/api"
)

const description = "internal/api/losant.json"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	o, err := api.LoadOverlay()
	if err != nil {
		return err
	}
	switch {
	case len(args) == 0:
		d, err := api.Load()
		if err != nil {
			return err
		}
		return generate(d, o, ".")
	case len(args) == 2 && args[0] == "import":
		data, err := importFolder(os.DirFS(args[1]), o)
		if err != nil {
			return fmt.Errorf("%s: %w", args[1], err)
		}
		return os.WriteFile(description, data, 0o600) //nolint:gosec // the path is a constant
	default:
		return errors.New("usage: gen [import DIR]")
	}
}
