// Onecall is a program that makes one call, for make size.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/losant-go/losant"
)

func main() {
	client, err := losant.NewClient(os.Getenv("LOSANT_API_TOKEN"))
	if err == nil {
		_, err = client.ExperienceUser.Get(context.Background(), os.Args[1], os.Args[2])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
