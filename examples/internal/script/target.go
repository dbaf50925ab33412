package script

import (
	"cmp"
	"flag"
	"os"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/examples/internal/demo"
	"github.com/losant-go/losant/losanttest"
)

// The environment variables, as Losant's own tools call them.
const (
	tokenVariable = "LOSANT_API_TOKEN"
	urlVariable   = "LOSANT_API_URL"
)

// target is what a command acts on, and where.
type target struct {
	application, id, domain string
	demo                    bool
	demoID                  string
}

func newTarget(flags *flag.FlagSet, demoID string) *target {
	t := &target{demoID: demoID}
	flags.StringVar(&t.application, "application", "", "`ID` of the application")
	flags.StringVar(&t.id, "id", "", "`ID` of what to act on")
	flags.StringVar(&t.domain, "domain", "", "`DOMAIN` for the losantdomain header; rarely needed")
	flags.BoolVar(&t.demo, "demo", false, "act on a Losant API inside the program; needs no -application and no token")
	return t
}

func (t *target) check() error {
	switch {
	case t.demo && t.application != "":
		return usageErrorf("-demo has an application of its own: leave out -application")
	case !t.demo && t.application == "":
		return usageErrorf("-application is missing: give the id of the application, or -demo to try without one")
	case !t.demo && t.id == "":
		return usageErrorf("-id is missing: give the id of what to act on")
	case !t.demo && os.Getenv(tokenVariable) == "":
		return usageErrorf("%s is not set: put an API token into it, or give -demo to try without one", tokenVariable)
	}
	return nil
}

// client returns a client for the API that the environment names, or for one that it starts for the demo.
func (t *target) client(names names) (client *losant.Client, closeClient func(), err error) {
	domain := losant.WithLosantDomain(t.domain)
	if t.demo {
		server := losanttest.NewServer()
		t.application, t.id = demo.Seed(server), cmp.Or(t.id, t.demoID)
		client, err = server.NewClient(domain)
		return client, server.Close, err
	}
	names["token"], names["WithBaseURL"], names["WithLosantDomain"] = tokenVariable, urlVariable, "-domain"
	options := []losant.Option{domain}
	if url := os.Getenv(urlVariable); url != "" {
		options = append(options, losant.WithBaseURL(url))
	}
	client, err = losant.NewClient(os.Getenv(tokenVariable), options...)
	return client, func() {}, err
}
