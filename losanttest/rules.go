package losanttest

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
)

// rule is what makes a kind of document different from others.
type rule struct {
	// defaults are the properties of a new document that was given none.
	defaults map[string]any
	// unique is the property that no other document at the same place may have.
	unique string
	// name is a property that may stand for the id in a path.
	name string
	// identity is the property that is the id, where that is not "id".
	identity string
	// born gives a new document what the server makes up, some of it after what the document was given.
	born func(s *Server, c *call, d *document, given map[string]any)
	// changed adds to a document what follows from a patch.
	changed func(c *call, before, after *document, patch map[string]any)
	// dies is what becomes of others when a document is deleted.
	dies func(st *store, d *document)
	// shown completes a document as an answer shows it.
	shown func(s *Server, c *call, d *document, entity map[string]any)
	// check refuses a new or a changed document.
	check func(st *store, d *document) *apiError
}

// rules are the kinds that have one, by the resource of the item.
var rules = map[string]rule{
	"application":    {born: bearApplication, dies: buryApplication},
	"applicationKey": {born: bearKey, defaults: map[string]any{"status": "active", "filterType": "all"}},
	"dashboard":      {born: bearOwned},
	"dataTable":      {defaults: map[string]any{"columns": []any{}}},
	"device": {
		born: bearDevice, dies: moveToDeleted,
		defaults: map[string]any{"deviceClass": "standalone", "tags": []any{}, "attributes": []any{}},
		check:    checkDevice,
	},
	"event": {
		born: bearEvent, changed: noteUpdate, check: nameDevice,
		defaults: map[string]any{"state": "new", "updates": []any{}},
	},
	"file":                   {born: bearFile, check: checkFile, dies: buryFile, shown: showFile},
	"privateFile":            {born: bearFile, check: checkFile, dies: buryFile, shown: showPrivateFile},
	"flow":                   {defaults: map[string]any{"flowClass": "cloud", "enabled": true}},
	"flowVersion":            {unique: "version", name: "version", defaults: map[string]any{"enabled": true}},
	"org":                    {born: bearOrg},
	"instanceOrgInvite":      {born: bearInvite, shown: showInvite},
	"instanceSandbox":        {dies: moveToDeleted},
	"instanceMember":         {identity: "userId", born: bearMember},
	"instanceOrgMember":      {identity: "userId", born: bearMember},
	"experienceDomain":       {unique: "domainName"},
	"experienceSlug":         {unique: "slug"},
	"experienceVersion":      {unique: "version", name: "version"},
	"applicationApiToken":    {born: bearToken("application"), defaults: map[string]any{"status": "active"}},
	"instanceApiToken":       {born: bearToken("instance"), defaults: map[string]any{"status": "active"}},
	"userApiToken":           {born: bearToken("user"), defaults: map[string]any{"status": "active"}},
	"applicationCertificate": {defaults: map[string]any{"status": "active"}},
	"applicationCertificateAuthority": {
		defaults: map[string]any{"status": "active"},
	},
}

// secret is a text that nobody guesses.
func secret() string {
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// bearKey makes an access key. Its secret is shown by the answer to its creation only.
func bearKey(_ *Server, _ *call, d *document, given map[string]any) {
	d.setNew("key", secret())
	d.once = map[string]any{"secret": secret()}
	if text, ok := given["secret"].(string); ok {
		d.once["secret"] = text
	}
}

// bearToken makes an API token, which is shown by the answer to its creation only.
func bearToken(owner string) func(*Server, *call, *document, map[string]any) {
	return func(s *Server, c *call, d *document, _ map[string]any) {
		d.setNew("ownerType", owner)
		d.setNew("ownerId", d.ids[owner+"Id"])
		if c != nil {
			d.setNew("ownerId", c.claims.Subject)
			d.setNew("creatorId", c.claims.Subject)
			d.setNew("creatorType", "user")
		}
		scopes, _ := d.body["scope"].([]any)
		if len(scopes) == 0 {
			scopes = []any{"all." + strings.ToUpper(owner[:1]) + owner[1:]}
			d.body["scope"] = scopes
		}
		token := s.sign(now(), claims{Scope: scopes})
		d.once = map[string]any{"token": token}
	}
}

// bearMember gives a member what is known of the account that the document names.
func bearMember(s *Server, _ *call, d *document, _ map[string]any) {
	for email, a := range s.store.accounts {
		if a.id == d.text("userId") || email == d.text("email") {
			d.body["userId"], d.body["email"] = a.id, email
			for _, name := range []string{"firstName", "lastName"} {
				d.setNew(name, a.body[name])
			}
		}
	}
	d.setNew("userId", d.id)
	d.id = d.text("userId")
}
