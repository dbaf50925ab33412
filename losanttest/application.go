package losanttest

// bearApplication gives an application its owner, and its experience the place it is kept at.
func bearApplication(s *Server, c *call, d *document, given map[string]any) {
	if org, ok := given["orgId"].(string); ok {
		d.body["ownerType"], d.body["ownerId"] = "organization", org
	} else if c != nil {
		d.setNew("ownerId", c.claims.Subject)
	}
	s.store.applications[d.id] = newApplication(d.id)
}

func buryApplication(st *store, d *document) { delete(st.applications, d.id) }

func newApplication(id string) *application {
	return &application{
		id: id, users: map[string]*user{}, groups: map[string]*group{}, emails: map[string]string{},
	}
}
