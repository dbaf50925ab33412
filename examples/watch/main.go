// Watch prints the states of a device as they are reported: a line of JSON for each, until it is interrupted.
//
//	LOSANT_API_TOKEN=... go run ./examples/watch -application ID -device ID | jq .data.pressure
//
// When the connection breaks it is opened again, and stderr says so: states of the time between are not printed. The token
// needs the scope device.stateStream.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"

	"github.com/losant-go/losant"
)

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	applicationID := flag.String("application", "", "`ID` of the application that the token in LOSANT_API_TOKEN is for")
	deviceID := flag.String("device", "", "`ID` of the device")
	flag.Parse()
	client, err := losant.NewClient(os.Getenv("LOSANT_API_TOKEN"),
		losant.WithBaseURL(cmp.Or(os.Getenv("LOSANT_API_URL"), "https://api.losant.com")))
	if err == nil {
		err = run(ctx, client, *applicationID, *deviceID, os.Stdout, log.Default())
	}
	if err != nil {
		log.Fatal(err)
	}
}

// run prints states until ctx ends.
func run(
	ctx context.Context, client *losant.Client, applicationID, deviceID string, out io.Writer, notes *log.Logger,
) error {
	lines := json.NewEncoder(out)
	for state, err := range client.Device.StateStream(ctx, applicationID, deviceID,
		losant.WithMaxAttempts(1000), // in a row: it outlasts an outage of an hour
		losant.WithReconnect(func(err error) { notes.Print("states may be missing: ", err) }),
	) {
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.As(err, new(*losant.DecodeError)): // of one event
			notes.Print("a state is missing: ", err)
		case err != nil:
			return err
		default:
			if err := lines.Encode(state); err != nil {
				return err
			}
		}
	}
	return nil
}
