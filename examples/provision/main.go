// Provision sees to it that an application has a device of a name, and that a file has an access key for it.
//
//	LOSANT_API_TOKEN=... go run ./examples/provision -application ID -name pump-1 -key-file pump-1.json
//
// It may be run again: a device that exists is left as it is, and so is a key file, which examples/report_state logs in
// with. The token needs the scopes devices.get, devices.post and applicationKeys.post.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
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
	name := flag.String("name", "", "`NAME` of the device")
	keyFile := flag.String("key-file", "device.json", "`FILE` for the access key")
	flag.Parse()
	client, err := losant.NewClient(os.Getenv("LOSANT_API_TOKEN"),
		losant.WithBaseURL(cmp.Or(os.Getenv("LOSANT_API_URL"), "https://api.losant.com")))
	if err == nil {
		err = run(ctx, client, *applicationID, *name, *keyFile, os.Stdout)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// run prints the id of the device.
func run(ctx context.Context, client *losant.Client, applicationID, name, keyFile string, out io.Writer) error {
	device, err := ensure(ctx, client, applicationID, name)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, device.ID)
	return saveKey(ctx, client, device, keyFile)
}

// ensure returns the device of a name, and creates it if there is none. When it cannot know whether a device was created,
// it looks again before it creates another one.
func ensure(ctx context.Context, client *losant.Client, applicationID, name string) (*losant.Device, error) {
	for try := 1; ; try++ {
		device, err := find(ctx, client, applicationID, name)
		if device != nil || err != nil {
			return device, err
		}
		device, err = client.Devices.Post(ctx, applicationID, losant.DevicePost{
			Name:       name,
			Attributes: []losant.DeviceAttributePost{{Name: "pressure", DataType: losant.AttributeDataTypeNumber}},
		})
		if err == nil || !maybeApplied(err) || try == 3 {
			return device, err
		}
	}
}

// find returns the device of a name, nil if there is none. Nothing says that names are unique, and a filter finds more
// than exact names: it disregards case, and a star in it stands for any text.
func find(ctx context.Context, client *losant.Client, applicationID, name string) (found *losant.Device, err error) {
	params := losant.DevicesGetParams{FilterField: "name", Filter: name}
	for device, err := range client.Devices.All(ctx, applicationID, params) {
		switch {
		case err != nil:
			return nil, err
		case device.Name == name && found != nil:
			return nil, fmt.Errorf("the devices %s and %s are both called %q", found.ID, device.ID, name)
		case device.Name == name:
			found = device
		}
	}
	return found, nil
}

// maybeApplied reports whether a call that failed may have changed something all the same.
func maybeApplied(err error) bool {
	var refused *losant.APIError
	var lost *losant.TransportError
	return errors.As(err, &refused) && refused.Applied == losant.MaybeApplied ||
		errors.As(err, &lost) && lost.Applied == losant.MaybeApplied
}

// saveKey creates an access key for the device, if there is no such file yet. The file comes first: Losant shows the
// secret once, and there must be a place to keep it.
func saveKey(ctx context.Context, client *losant.Client, device *losant.Device, path string) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the user names it
	if errors.Is(err, fs.ErrExist) {
		return nil
	} else if err != nil {
		return err
	}
	key, err := client.ApplicationKeys.Post(ctx, device.ApplicationID, losant.ApplicationKeyPost{
		Name: &device.Name, DeviceIDs: []string{device.ID},
	})
	if err == nil {
		err = json.NewEncoder(file).Encode(losant.DeviceCredentials{
			DeviceID: device.ID, Key: &key.Key, Secret: &key.Secret,
		})
	}
	if err = errors.Join(err, file.Close()); err == nil {
		return nil
	}
	if key != nil || maybeApplied(err) {
		err = fmt.Errorf("there may be a key named %q that nobody has: %w", device.Name, err)
	}
	return errors.Join(err, os.Remove(path))
}
