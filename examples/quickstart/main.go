// Quickstart walks through the SDK on a Losant API of its own: no account, no network.
//
//	go run ./examples/quickstart
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// What the server starts with.
const (
	adaID       = "58b9d782cbfafe1be675744d"
	operatorsID = "58b9d794cbfafe1be675744f"
	nightsID    = "58b9d794cbfafe1be6757450"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	server := losanttest.NewServer()
	defer server.Close()
	applicationID := seed(server)
	client, err := server.NewClient() // against Losant itself: losant.NewClient(token)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	fmt.Fprintln(out, "A Losant API runs on loopback: one application, the user Ada, the groups Operators and Nights.")

	t := tour{server, client, applicationID, out}
	for _, step := range []func(context.Context) error{
		t.get, t.patch, t.clear, t.refuse, t.count, t.move, t.retry, t.delete, t.notFound, t.forbidden,
	} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

func seed(server *losanttest.Server) (applicationID string) {
	applicationID = server.AddApplication()
	server.AddUser(applicationID, losant.ExperienceUser{
		ID: adaID, Email: "ada@example.com", FirstName: "Ada", LastName: "Lovelace",
		UserTags: map[string]string{"floor": "1", "shift": "night"},
	})
	server.AddGroup(applicationID, losant.ExperienceGroup{
		ID: operatorsID, Name: "Operators",
		ExperienceUserIDs: []string{adaID},
		DeviceIDs:         []string{"58b9d743cbfafe1be675744b", "58b9d743cbfafe1be675744c"},
	})
	server.AddGroup(applicationID, losant.ExperienceGroup{
		ID: nightsID, Name: "Nights", ParentID: operatorsID,
		DeviceIDs: []string{"58b9d743cbfafe1be675744d"},
	})
	return applicationID
}

type tour struct {
	server        *losanttest.Server
	client        *losant.Client
	applicationID string
	out           io.Writer
}

func (t tour) title(text string)           { fmt.Fprintf(t.out, "\n%s\n", text) }
func (t tour) say(format string, a ...any) { fmt.Fprintf(t.out, "    "+format+"\n", a...) }

func (t tour) get(ctx context.Context) error {
	t.title("Get a user.")
	user, err := t.client.ExperienceUser.Get(ctx, t.applicationID, adaID)
	if err != nil {
		return err
	}
	t.say("%s %s <%s>, tags %v, in %d group: %s", user.FirstName, user.LastName, user.Email, user.UserTags,
		len(user.ExperienceGroups), user.ExperienceGroups[0].Name)
	return nil
}

func (t tour) patch(ctx context.Context) error {
	t.title("Patch it. What is nil stays as it is; a map or a slice replaces the whole value.")
	user, err := t.client.ExperienceUser.Patch(ctx, t.applicationID, adaID, losant.ExperienceUserPatch{
		FirstName: losant.Ptr("Augusta Ada"),
		UserTags:  map[string]string{"shift": "day"},
	})
	if err != nil {
		return err
	}
	t.say("%s %s <%s>, tags %v", user.FirstName, user.LastName, user.Email, user.UserTags)
	return nil
}

func (t tour) clear(ctx context.Context) error {
	t.title(`Clear fields: Ptr("") empties a text, an empty map or slice empties a collection.`)
	user, err := t.client.ExperienceUser.Patch(ctx, t.applicationID, adaID, losant.ExperienceUserPatch{
		LastName: losant.Ptr(""),
		UserTags: map[string]string{},
	})
	if err != nil {
		return err
	}
	t.say("last name %q, tags %v", user.LastName, user.UserTags)
	return nil
}

func (t tour) refuse(ctx context.Context) error {
	t.title("A patch that cannot be right is refused before anything is sent, with every reason.")
	_, err := t.client.ExperienceUser.Patch(ctx, t.applicationID, adaID, losant.ExperienceUserPatch{
		Email:    losant.Ptr("ada at example.com"),
		Password: losant.Ptr("short"),
		UserTags: map[string]string{"bad key": "value"},
	})
	var invalid *losant.ValidationError
	if !errors.As(err, &invalid) {
		return fmt.Errorf("the patch was not refused: %w", err)
	}
	for _, violation := range invalid.Violations {
		t.say("%s %s", violation.Field, violation.Problem)
	}
	return nil
}

func (t tour) count(ctx context.Context) error {
	t.title("Get a group with its device counts.")
	group, err := t.client.ExperienceGroup.Get(ctx, t.applicationID, operatorsID,
		losant.ExperienceGroupGetParams{IncludeDirectDeviceCount: true, IncludeTotalDeviceCount: true})
	if err != nil {
		return err
	}
	t.say("%s: %d devices of its own, %d with those of its descendants",
		group.Name, *group.DirectDeviceCount, *group.TotalDeviceCount)
	return nil
}

func (t tour) move(ctx context.Context) error {
	t.title("Move a group to the root: its parent takes null.")
	before, err := t.client.ExperienceGroup.Get(ctx, t.applicationID, nightsID)
	if err != nil {
		return err
	}
	after, err := t.client.ExperienceGroup.Patch(ctx, t.applicationID, nightsID, losant.ExperienceGroupPatch{
		ParentID: losant.Null[string](),
	})
	if err != nil {
		return err
	}
	t.say("%s: parent %q, then %q", after.Name, before.ParentID, after.ParentID)
	return nil
}

func (t tour) retry(ctx context.Context) error {
	t.title("The API is overloaded for a moment (503). The call is repeated.")
	t.server.Inject(losanttest.Fault{Status: http.StatusServiceUnavailable})
	var response losant.Response
	_, err := t.client.ExperienceGroup.Get(ctx, t.applicationID, nightsID, losant.WithResponse(&response))
	if err != nil {
		return err
	}
	t.say("status %d after %d attempts", response.StatusCode, response.Attempts)
	return nil
}

func (t tour) delete(ctx context.Context) error {
	t.title("Delete the user.")
	deleted, err := t.client.ExperienceUser.Delete(ctx, t.applicationID, adaID)
	if err != nil {
		return err
	}
	t.say("success: %t", deleted.Success)
	return nil
}

func (t tour) notFound(ctx context.Context) error {
	t.title("Get it once more: each documented error has its type.")
	_, err := t.client.ExperienceUser.Get(ctx, t.applicationID, adaID)
	var notFound *losant.NotFoundError
	if !errors.As(err, &notFound) {
		return fmt.Errorf("the user was found: %w", err)
	}
	t.say("%T: %s", notFound, notFound.Message)
	return nil
}

func (t tour) forbidden(ctx context.Context) error {
	t.title("A token that may only read tries to delete: the error names what is needed and what the token holds.")
	_, err := t.client.ExperienceGroup.Delete(ctx, t.applicationID, nightsID,
		losant.WithToken(t.server.Token(losant.ScopeExperienceGroupGet)))
	var forbidden *losant.ForbiddenError
	if !errors.As(err, &forbidden) {
		return fmt.Errorf("the group was not protected: %w", err)
	}
	t.say("%T: %s", forbidden, forbidden.Message)
	t.say("needs one of %v", forbidden.RequiredScopes)
	t.say("holds %v", forbidden.GrantedScopes)
	return nil
}
