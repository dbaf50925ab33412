// User_sync makes the experience users of an application like those of a CSV file: it creates who is missing, patches who
// differs, and leaves everybody else alone, also who is not in the file.
//
//	LOSANT_API_TOKEN=... go run ./examples/user_sync -application ID < users.csv         # prints what it would do
//	LOSANT_API_TOKEN=... go run ./examples/user_sync -application ID -apply < users.csv  # does it, too
//
// The first line names the columns: email and, if wanted, firstName and lastName; all others are tags. An empty cell clears.
// It may be run again, and has to be after an error. New users get a random password, which nobody knows: let them reset
// it. The token needs the scopes experienceUsers.get, experienceUsers.post and experienceUser.patch.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/losant-go/losant"
)

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	applicationID := flag.String("application", "", "`ID` of the application that the token in LOSANT_API_TOKEN is for")
	apply := flag.Bool("apply", false, "do it, and not only print what there is to do")
	flag.Parse()
	client, err := losant.NewClient(os.Getenv("LOSANT_API_TOKEN"),
		losant.WithBaseURL(cmp.Or(os.Getenv("LOSANT_API_URL"), "https://api.losant.com")))
	if err == nil {
		err = run(ctx, client, *applicationID, *apply, os.Stdin, os.Stdout)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, client *losant.Client, applicationID string, apply bool, in io.Reader, out io.Writer) error {
	people, err := read(in)
	if err != nil {
		return err
	}
	err = sync(ctx, client, applicationID, apply, people, out)
	var refused *losant.APIError
	if errors.As(err, &refused) && refused.Type == losant.TypeAlreadyExists {
		// Somebody else has created a user since the users were listed: look again.
		err = sync(ctx, client, applicationID, apply, people, out)
	}
	return err
}

// sync plans for everybody before it does anything: a line that cannot be right stops it.
func sync(ctx context.Context, client *losant.Client, applicationID string, apply bool, people []person, out io.Writer) error {
	users := map[string]*losant.ExperienceUser{} // by emails in lower case: Losant may keep them in another one
	for user, err := range client.ExperienceUsers.All(ctx, applicationID) {
		if err != nil {
			return err
		}
		users[strings.ToLower(user.Email)] = user
	}
	var problems error
	var plan []func() error
	for _, p := range people {
		user := users[strings.ToLower(p["email"])]
		if user == nil {
			post := p.post()
			problems = errors.Join(problems, post.Validate())
			fmt.Fprintln(out, "create", p["email"])
			plan = append(plan, func() error {
				_, err := client.ExperienceUsers.Post(ctx, applicationID, post)
				return err
			})
		} else if patch, changes := p.patch(user); changes != nil {
			problems = errors.Join(problems, patch.Validate())
			fmt.Fprintln(out, "patch", p["email"], strings.Join(changes, ", "))
			plan = append(plan, func() error {
				_, err := client.ExperienceUser.Patch(ctx, applicationID, user.ID, patch)
				return err
			})
		}
	}
	for i := 0; apply && problems == nil && i < len(plan); i++ {
		problems = plan[i]()
	}
	return problems
}

// person is a line of the file, by the names of the columns.
type person map[string]string

func read(in io.Reader) (people []person, err error) {
	lines, err := csv.NewReader(in).ReadAll()
	if err != nil || len(lines) == 0 || !slices.Contains(lines[0], "email") {
		return nil, cmp.Or(err, errors.New("there is no column email"))
	}
	seen := map[string]bool{}
	for _, line := range lines[1:] {
		p := person{}
		for i, column := range lines[0] {
			p[column] = line[i]
		}
		email := strings.ToLower(p["email"])
		if seen[email] {
			return nil, fmt.Errorf("%s is there twice", email)
		}
		seen[email] = true
		people = append(people, p)
	}
	return people, nil
}

// patch is what makes a user like the person, and the names of what it changes.
func (p person) patch(user *losant.ExperienceUser) (patch losant.ExperienceUserPatch, changes []string) {
	tags := map[string]string{}
	maps.Copy(tags, user.UserTags) // a patch replaces them all, so it has those that no column has, too
	for column, value := range p {
		if column != "email" && column != "firstName" && column != "lastName" {
			tags[column] = value
		}
	}
	maps.DeleteFunc(tags, func(_, value string) bool { return value == "" })
	if name, ok := p["firstName"]; ok && name != user.FirstName {
		patch.FirstName, changes = &name, append(changes, "firstName")
	}
	if name, ok := p["lastName"]; ok && name != user.LastName {
		patch.LastName, changes = &name, append(changes, "lastName")
	}
	if !maps.Equal(tags, user.UserTags) {
		patch.UserTags, changes = tags, append(changes, "tags")
	}
	return patch, changes
}

// post is what creates the person.
func (p person) post() losant.ExperienceUserPost {
	patch, _ := p.patch(&losant.ExperienceUser{})
	return losant.ExperienceUserPost{
		Email: p["email"], Password: rand.Text(),
		FirstName: patch.FirstName, LastName: patch.LastName, UserTags: patch.UserTags,
	}
}
