package losanttest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"runtime"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

func Example() {
	server := losanttest.NewServer()
	defer server.Close()
	app := server.AddApplication()
	engineers := server.AddGroup(app, losant.ExperienceGroup{Name: "Engineers"})
	ada := server.AddUser(app, losant.ExperienceUser{
		Email:            "ada@example.com",
		ExperienceGroups: []losant.ExperienceGroupRef{{ID: engineers.ID}},
	})

	client, err := server.NewClient() // in a test of your own, give your code server.URL and server.Token()
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.ExperienceUser.Delete(context.Background(), app, ada.ID); err != nil {
		log.Fatal(err)
	}

	_, found := server.User(app, ada.ID)
	left, _ := server.Group(app, engineers.ID)
	fmt.Println("found:", found)
	fmt.Println("members:", len(left.ExperienceUserIDs))
	fmt.Println("called:", server.Requests()[0].Operation)
	// Output:
	// found: false
	// members: 0
	// called: experienceUser.delete
}

// A token that may only read is refused when it writes.
func ExampleServer_Token() {
	server := losanttest.NewServer()
	defer server.Close()
	app := server.AddApplication()
	ada := server.AddUser(app, losant.ExperienceUser{})
	client, err := server.NewClient(losant.WithToken(server.Token(losant.ScopeAllApplicationRead)))
	if err != nil {
		log.Fatal(err)
	}

	_, err = client.ExperienceUser.Delete(context.Background(), app, ada.ID)
	var forbidden *losant.ForbiddenError
	fmt.Println(errors.As(err, &forbidden))
	// Output: true
}

// The answer to the first attempt is lost, the second is refused, and the third finds that the first had done the work.
func ExampleServer_Inject() {
	server := losanttest.NewServer()
	defer server.Close()
	app := server.AddApplication()
	ada := server.AddUser(app, losant.ExperienceUser{})
	client, err := server.NewClient()
	if err != nil {
		log.Fatal(err)
	}

	server.Inject(losanttest.Fault{Operation: "experienceUser.delete", Drop: true, AfterApplying: true})
	server.Inject(losanttest.Fault{Status: http.StatusServiceUnavailable})
	result, err := client.ExperienceUser.Delete(context.Background(), app, ada.ID)
	fmt.Println(result.Success, err)
	fmt.Println(len(server.Requests()), "requests")
	// Output:
	// true <nil>
	// 3 requests
}

// A state that is reported before a stream is open is lost to it.
func ExampleServer_Streams() {
	server := losanttest.NewServer()
	defer server.Close()
	app := server.AddApplication()
	device := server.Add("devices.post", []string{app}, losant.DevicePost{Name: "Pump"})["id"].(string)
	client, err := server.NewClient()
	if err != nil {
		log.Fatal(err)
	}

	heard := make(chan any)
	go func() {
		for state, err := range client.Device.StateStream(context.Background(), app, device) {
			if err != nil {
				log.Fatal(err)
			}
			heard <- state.Data["pressure"]
			return // which closes the stream
		}
	}()
	for server.Streams() == 0 {
		runtime.Gosched()
	}
	_, err = client.Device.SendState(context.Background(), app, device, losant.DeviceStateOrStates{
		{Data: map[string]any{"pressure": 4.2}},
	})
	fmt.Println(<-heard, err)
	// Output: 4.2 <nil>
}
