// Quickstart is a tour of the SDK. It brings its own Losant API: no account, no network.
//
//	go run ./examples/quickstart
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

func main() {
	server := losanttest.NewServer()  // a Losant API on loopback
	client, err := server.NewClient() // against Losant itself: losant.NewClient(token)
	if err == nil {
		err = run(context.Background(), client, server.AddApplication(), os.Stdout)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, client *losant.Client, applicationID string, out io.Writer) error {
	// A user is created, read, changed and deleted.
	user, err := client.ExperienceUsers.Post(ctx, applicationID, losant.ExperienceUserPost{
		Email: "ada@example.com", Password: "correct horse battery", UserTags: map[string]string{"shift": "night"},
	})
	if err != nil {
		return err
	}
	user, err = client.ExperienceUser.Get(ctx, applicationID, user.ID)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "A user:", user.Email, user.UserTags)

	// What is nil stays as it is. A map or a slice replaces the whole value.
	user, err = client.ExperienceUser.Patch(ctx, applicationID, user.ID, losant.ExperienceUserPatch{
		FirstName: losant.Ptr("Ada"), UserTags: map[string]string{"floor": "8"},
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "Patched:", user.Email, user.FirstName, user.UserTags)

	// What cannot be right is refused before anything is sent, with every reason.
	_, err = client.ExperienceUser.Patch(ctx, applicationID, user.ID, losant.ExperienceUserPatch{
		Email: losant.Ptr("ada at example.com"), Password: losant.Ptr("short"),
	})
	fmt.Fprintln(out, "Refused:", err)

	if _, err := client.ExperienceUser.Delete(ctx, applicationID, user.ID); err != nil {
		return err
	}
	_, err = client.ExperienceUser.Get(ctx, applicationID, user.ID)
	fmt.Fprintln(out, "Deleted:", errors.Is(err, losant.ErrNotFound)) // errors.As tells more

	// So is a group.
	staff, err := client.ExperienceGroups.Post(ctx, applicationID, losant.ExperienceGroupPost{Name: "Staff"})
	if err != nil {
		return err
	}
	night, err := client.ExperienceGroups.Post(ctx, applicationID,
		losant.ExperienceGroupPost{Name: "Night", ParentID: losant.Value(staff.ID)})
	if err != nil {
		return err
	}
	night, err = client.ExperienceGroup.Get(ctx, applicationID, night.ID,
		losant.ExperienceGroupGetParams{IncludeTotalDeviceCount: true}) // an optional parameter
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "A group:", night.Name, "below", staff.Name, "with", *night.TotalDeviceCount, "devices")

	night, err = client.ExperienceGroup.Patch(ctx, applicationID, night.ID, losant.ExperienceGroupPatch{
		ParentID: losant.Null[string](), // no parent; unset would leave it as it is
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "Moved to the root:", night.ParentID == "")
	if _, err := client.ExperienceGroup.Delete(ctx, applicationID, night.ID); err != nil {
		return err
	}

	// A device reports its state.
	pump, err := client.Devices.Post(ctx, applicationID, losant.DevicePost{
		Name:       "pump-1",
		Attributes: []losant.DeviceAttributePost{{Name: "pressure", DataType: losant.AttributeDataTypeNumber}},
	})
	if err != nil {
		return err
	}
	_, err = client.Device.SendState(ctx, applicationID, pump.ID, losant.DeviceStateOrStates{
		{Data: map[string]any{"pressure": 4.2}},
	})
	if err != nil {
		return err
	}
	states, err := client.Device.GetState(ctx, applicationID, pump.ID)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, "The state of a device:", states[0].Data)

	// A list comes page by page.
	for device, err := range client.Devices.All(ctx, applicationID) {
		if err != nil {
			return err
		}
		fmt.Fprintln(out, "A device:", device.Name)
	}
	return nil
}
