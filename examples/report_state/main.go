// Report_state reports what a device measures: a state for each line of its input.
//
//	sensor | go run ./examples/report_state -application ID -key-file pump-1.json -spool pump-1.jsonl
//
// A line is JSON: {"data": {"pressure": 4.2}}, with a "time" if it is not of now. The key file is that of
// examples/provision. While Losant does not take a state, the program tries again and the sensor has to wait. At the end of
// the input, or on SIGTERM when no more comes, it reports what it has read, and ends. What it cannot report then goes to
// the spool file, which the next run reports first.
package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/losant-go/losant"
)

const (
	capacity = 1000             // readings in memory
	batch    = 100              // readings in a request
	pace     = time.Second      // between requests: Losant takes 30 in 15 seconds
	grace    = 20 * time.Second // for what is left to report after SIGTERM
)

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	applicationID := flag.String("application", "", "`ID` of the application")
	keyFile := flag.String("key-file", "device.json", "`FILE` with the access key of the device")
	spoolFile := flag.String("spool", "spool.jsonl", "`FILE` for what could not be reported")
	flag.Parse()
	var device losant.DeviceCredentials
	key, err := os.ReadFile(*keyFile)
	if err = cmp.Or(err, json.Unmarshal(key, &device)); err != nil {
		log.Fatal(err)
	}
	client, err := losant.NewClient("", losant.WithDeviceLogin(device),
		losant.WithBaseURL(cmp.Or(os.Getenv("LOSANT_API_URL"), "https://api.losant.com")))
	if err == nil {
		err = run(ctx, client, *applicationID, device.DeviceID, *spoolFile, os.Stdin)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// run reports what is in the spool file and then the input, until that or ctx ends.
func run(ctx context.Context, client *losant.Client, applicationID, deviceID, spoolFile string, input io.Reader) error {
	// It is opened before it is needed: what cannot be written has to be known now.
	spool, err := os.OpenFile(spoolFile, os.O_RDWR|os.O_CREATE|os.O_APPEND, 0o600) //nolint:gosec // the user names it
	if err != nil {
		return err
	}
	limit, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	context.AfterFunc(ctx, func() { time.AfterFunc(grace, cancel) })
	readings, ended := make(chan losant.DeviceState, capacity), make(chan error, 1)
	go func() {
		defer close(readings)
		ended <- read(io.MultiReader(spool, interruptible{ctx, limit, input}), readings)
	}()

	turn := time.NewTimer(0)
	var states losant.DeviceStateOrStates // that are not reported yet
	for state := range readings {
		states = append(states, state)
		for err == nil && (len(states) == batch || len(readings) == 0) && len(states) > 0 {
			select {
			case <-turn.C:
				turn.Reset(pace)
			case <-limit.Done():
			}
			// States that were reported may be reported again: they have the same time.
			_, failure := client.Device.SendState(limit, applicationID, deviceID, states)
			switch {
			case failure == nil:
				states = nil
			case limit.Err() != nil || errors.As(failure, new(*losant.ValidationError)):
				err = failure
				cancel()
			default:
				log.Print(failure)
			}
		}
	}
	if err != nil {
		err = fmt.Errorf("%d readings are left in %s: %w", len(states), spoolFile, err)
	}
	return errors.Join(err, <-ended, save(spool, states), spool.Close())
}

// read sends on readings what it reads. It waits when there is no room for more.
func read(input io.Reader, readings chan<- losant.DeviceState) error {
	lines := bufio.NewScanner(input)
	for lines.Scan() {
		var state losant.DeviceState
		err := json.Unmarshal(lines.Bytes(), &state)
		if err = cmp.Or(err, losant.DeviceStateOrStates{state}.Validate()); err != nil {
			log.Printf("%q is no reading: %v", lines.Text(), err)
			continue
		}
		if state.Time.IsZero() {
			state.Time = time.Now() // and not the time at which it is reported
		}
		readings <- state
	}
	return lines.Err()
}

// save writes to the spool what the next run has to report.
func save(spool *os.File, states losant.DeviceStateOrStates) error {
	err := spool.Truncate(0)
	for _, state := range states {
		err = errors.Join(err, json.NewEncoder(spool).Encode(state))
	}
	return errors.Join(err, spool.Sync())
}

// interruptible is a reader that comes to its end with its limit, or when there is no input for a moment after ctx has ended.
type interruptible struct {
	ctx, limit context.Context
	input      io.Reader
}

func (r interruptible) Read(p []byte) (n int, err error) {
	if r.limit.Err() != nil {
		return 0, io.EOF
	}
	input, text := make(chan func(), 1), make([]byte, len(p)) // p may be in use again when there is input
	go func() {
		read, failure := r.input.Read(text)
		input <- func() { n, err = copy(p, text[:read]), failure }
	}()
	var silence <-chan time.Time
	for terminated := r.ctx.Done(); ; {
		select {
		case take := <-input:
			take()
			return n, err
		case <-terminated:
			terminated, silence = nil, time.After(100*time.Millisecond)
		case <-silence:
			return 0, io.EOF
		case <-r.limit.Done():
			return 0, io.EOF
		}
	}
}
