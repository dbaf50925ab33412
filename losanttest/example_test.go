package losanttest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"

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
