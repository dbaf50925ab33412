// Experience_group gets, patches and deletes an experience group of a Losant application, from the command line.
//
//	go run ./examples/experience_group get -demo
//	go run ./examples/experience_group patch -demo -name Operations -tag site=Lyon -clear users -parent none
//
//	export LOSANT_API_TOKEN=...
//	go run ./examples/experience_group get -application ID -id ID
//	echo '{"name": "Operations"}' | go run ./examples/experience_group patch -application ID -id ID -json -
//	go run ./examples/experience_group delete -application ID -id ID -yes
//
// The answer comes as JSON on stdout. The exit status is 0 when it is done, 1 when the API refused or could not be
// reached, 2 for wrong usage and 3 when there is no such group. Scripts that branch on it build the program first (go
// build ./examples/experience_group): go run itself exits with 1 whatever went wrong.
package main

import (
	"context"
	"encoding/json"
	"os"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/examples/internal/demo"
	"github.com/losant-go/losant/examples/internal/script"
)

func main() {
	os.Exit(script.Run(script.Program[losant.ExperienceGroupPatch]{
		Name:     "experience_group",
		Resource: "experienceGroup",
		DemoID:   demo.OperatorsID,
		Fields:   fields,
		Get:      get,
		Patch:    patch,
		Delete:   remove,
	}))
}

func fields(f *script.Fields, p *losant.ExperienceGroupPatch) {
	f.Text("name", "name", "`NAME` of the group (name)", &p.Name)
	f.Text("description", "description", "`TEXT` about the group (description)", &p.Description)
	f.List("user", "experienceUserIds",
		"`ID` of a user; repeat it for each: they replace all members (experienceUserIds)", &p.ExperienceUserIDs)
	f.List("endpoint", "experienceEndpointIds",
		"`ID` of an endpoint; repeat it for each: they replace all (experienceEndpointIds)", &p.ExperienceEndpointIDs)
	f.Tags("tag", "groupTags", "tag `KEY=VALUE`; repeat it for each: they replace all tags (groupTags)", &p.GroupTags)
	f.List("device", "deviceIds",
		"`ID` of a device; repeat it for each: they replace all (deviceIds)", &p.DeviceIDs)
	f.DeviceTags("device-tag", "deviceTags",
		"tag `KEY=VALUE`, KEY= or =VALUE of devices; repeat it for each: they replace all (deviceTags)", &p.DeviceTags)
	f.Nullable("device-query", "deviceQueryJson", "advanced device query, as `JSON`, or none (deviceQueryJson)",
		&p.DeviceQueryJSON)
	f.Nullable("parent", "parentId", "`ID` of the group above this one, or none (parentId)", &p.ParentID)

	f.Clear("description", "description", func() { p.Description = losant.Ptr("") })
	f.Clear("users", "user", func() { p.ExperienceUserIDs = []string{} })
	f.Clear("endpoints", "endpoint", func() { p.ExperienceEndpointIDs = []string{} })
	f.Clear("tags", "tag", func() { p.GroupTags = map[string]string{} })
	f.Clear("devices", "device", func() { p.DeviceIDs = []string{} })
	f.Clear("device-tags", "device-tag", func() { p.DeviceTags = []losant.DeviceTag{} })
}

func get(ctx context.Context, client *losant.Client, applicationID, id string) (json.RawMessage, error) {
	group, err := client.ExperienceGroup.Get(ctx, applicationID, id,
		losant.ExperienceGroupGetParams{IncludeDirectDeviceCount: true, IncludeTotalDeviceCount: true})
	if err != nil {
		return nil, err
	}
	return group.Raw, nil
}

func patch(
	ctx context.Context, client *losant.Client, applicationID, id string, patch losant.ExperienceGroupPatch,
) (json.RawMessage, error) {
	group, err := client.ExperienceGroup.Patch(ctx, applicationID, id, patch)
	if err != nil {
		return nil, err
	}
	return group.Raw, nil
}

func remove(ctx context.Context, client *losant.Client, applicationID, id string) (json.RawMessage, error) {
	deleted, err := client.ExperienceGroup.Delete(ctx, applicationID, id)
	if err != nil {
		return nil, err
	}
	return json.Marshal(deleted) // not Raw: a Delete that finds its work done has none
}
