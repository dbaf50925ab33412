package losanttest

// bearApplication gives an application its owner, and its experience the place it is kept at.
func bearApplication(s *Server, c *call, d *document, given map[string]any) {
	bearOwned(s, c, d, given)
	s.store.applications[d.id] = newApplication(d.id)
}

// bearOwned says whose a document is: the org's that it was given, or the user's who makes it.
func bearOwned(_ *Server, c *call, d *document, given map[string]any) {
	d.setNew("ownerType", "user")
	if org, ok := given["orgId"].(string); ok {
		d.body["ownerType"], d.body["ownerId"] = "organization", org
	} else if c != nil {
		d.setNew("ownerId", c.claims.Subject)
	}
}

// buryApplication deletes what is not at a place below the application.
func buryApplication(st *store, d *document) {
	delete(st.applications, d.id)
	for _, kind := range []string{"device", deleted("device")} {
		for _, device := range st.at(place{kind, d.id}).documents() {
			delete(st.reports, device.id)
		}
	}
}

func newApplication(id string) *application {
	return &application{
		id: id, users: map[string]*user{}, groups: map[string]*group{}, emails: map[string]string{},
	}
}
