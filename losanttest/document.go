package losanttest

import (
	"maps"
	"strings"
)

// document is a resource as answers show it, without hypermedia. Once it is in the store it is not changed but replaced.
type document struct {
	kind   string // the resource that it is one of
	id     string
	number int64             // orders documents by their creation
	ids    map[string]string // what is in the paths to it
	body   map[string]any
	tags   []tag // in body
	name   any   // in body, too: what most lists are sorted by and filtered for
	// once is what only the answer to the creation shows.
	once map[string]any
}

// setNew gives a document a property, unless it has been given one.
func (d *document) setNew(name string, value any) {
	if _, ok := d.body[name]; !ok && value != nil && value != any("") {
		d.body[name] = value
	}
}

// text is a property that is a text; "" for others.
func (d *document) text(name string) string {
	text, _ := d.value(name).(string)
	return text
}

// value is a property; a dot leads into one.
func (d *document) value(name string) any {
	if name == "name" && d.name != nil {
		return d.name
	}
	return valueOf(d.body, name)
}

// tagsIn are the tags in a property.
func (d *document) tagsIn(name string) []tag {
	if name == "tags" {
		return d.tags
	}
	return tagsOf(d.value(name))
}

func valueOf(body map[string]any, name string) any {
	if value, ok := body[name]; ok {
		return value
	}
	first, rest, dotted := strings.Cut(name, ".")
	if inner, ok := body[first].(map[string]any); ok && dotted {
		return valueOf(inner, rest)
	}
	return nil
}

// with returns the document with some properties changed.
func (d *document) with(changes map[string]any) *document {
	changed := *d
	changed.body, changed.name = maps.Clone(d.body), nil // the name may be among the changes
	maps.Copy(changed.body, changes)
	return &changed
}

// find returns a document that the ids of a path lead to.
func (st *store) find(k *kind, ids map[string]string) (*document, *apiError) {
	if err := st.findParents(k, ids); err != nil {
		return nil, err
	}
	if c := st.at(k.place(ids)); c != nil {
		if d := c.get(k, ids[k.idParam]); d != nil {
			return d, nil
		}
	}
	return nil, notFound(title(k.item))
}

// findParents refuses a path on which something is missing, what is outermost first.
func (st *store) findParents(k *kind, ids map[string]string) *apiError {
	for _, parent := range k.parents {
		c := st.at(parent.place(ids))
		if c == nil || c.get(parent, ids[parent.idParam]) == nil {
			return notFound(title(parent.item))
		}
	}
	return nil
}

// insert puts a new document in the store, which gives it an id, dates and what its kind has by default.
func (s *Server) insert(k *kind, c *call, ids map[string]string, body map[string]any) (*document, *apiError) {
	st := &s.store
	d := &document{kind: k.item, id: newID(), ids: maps.Clone(ids), body: map[string]any{}}
	if id, ok := body["id"].(string); ok && isID(id) {
		d.id = id
	}
	st.created++
	d.number = st.created
	d.ids[k.idParam] = d.id
	maps.Copy(d.body, k.kept(body))
	if k.properties["id"] != nil {
		d.body["id"] = d.id
	}
	date := dateText(now())
	for name, value := range map[string]any{k.idName(): d.id, k.idParam: d.id, "creationDate": date, "lastUpdated": date} {
		if k.properties[name] != nil && name != k.rule().identity {
			d.setNew(name, value)
		}
	}
	for name, id := range ids {
		if k.properties[name] != nil && name != k.idParam {
			d.body[name] = id
		}
	}
	for name, value := range k.rule().defaults {
		d.setNew(name, value)
	}
	if k.rule().born != nil {
		k.rule().born(s, c, d, body)
		d.ids[k.idParam] = d.id
	}
	all := st.make(k.place(ids))
	if all.byID[d.id] != nil {
		return nil, alreadyExists(title(k.item) + ` "` + d.id + `"`)
	}
	if err := st.checkDocument(k, d); err != nil {
		return nil, err
	}
	all.put(d)
	return d, nil
}

// checkDocument refuses a document that the others at its place do not go with.
func (st *store) checkDocument(k *kind, d *document) *apiError {
	if name := k.rule().unique; name != "" && st.at(k.place(d.ids)).hasOther(d.id, name, d.value(name)) {
		return alreadyExists(title(k.item) + ` "` + d.text(name) + `"`)
	}
	if k.rule().check != nil {
		return k.rule().check(st, d)
	}
	return nil
}

// kept are the properties of a body that answers show. Null is a value only where answers may hold it.
func (k *kind) kept(body map[string]any) map[string]any {
	kept := map[string]any{}
	for name, value := range body {
		if k.properties[name] != nil && (value != nil || k.takesNull(name)) {
			kept[name] = value
		}
	}
	return kept
}

// patch changes a document: each property of the patch replaces the one before as a whole, and null removes it where
// answers may not hold it.
func (st *store) patch(k *kind, c *call, d *document, patch map[string]any) (*document, *apiError) {
	changed := d.with(k.kept(patch))
	for name, value := range patch {
		if value == nil && !k.takesNull(name) {
			delete(changed.body, name)
		}
	}
	if k.properties["lastUpdated"] != nil {
		changed.body["lastUpdated"] = dateText(afterText(d.text("lastUpdated")))
	}
	if k.rule().changed != nil {
		k.rule().changed(c, d, changed, patch)
	}
	if err := st.checkDocument(k, changed); err != nil {
		return nil, err
	}
	st.make(k.place(d.ids)).put(changed)
	return changed, nil
}

// remove deletes a document and everything below it.
func (st *store) remove(k *kind, d *document) {
	st.at(k.place(d.ids)).remove(d.id)
	if k.rule().dies != nil {
		k.rule().dies(st, d)
	}
	for p := range st.collections {
		if p.isBelow(d.id) {
			delete(st.collections, p)
		}
	}
}

func (p place) isBelow(id string) bool {
	for parent := range strings.SplitSeq(p.parent, "/") {
		if parent == id {
			return true
		}
	}
	return false
}
