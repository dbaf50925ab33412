package losanttest

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"github.com/losant-go/losant"
)

// Add adds a resource as its post would, without a request: Add("devices.post", []string{app}, device). The operation is
// that of its list; resources that Losant has no post for have one here ("instances.post"). The ids are those in the path of
// the list, in its order. The document is anything that encoding/json makes an object of. It may be an answer: what is
// read-only there is kept, if it is an id or a date, or left out.
//
// The result is the resource as an answer shows it, without hypermedia, but with what only the answer to a post shows, such
// as the secret of an access key.
//
// It panics when there is no such list, an id leads to nothing or is taken, or the document breaks the rules of the post's
// schema.
func (s *Server) Add(operation string, ids []string, document any) map[string]any {
	added, err := s.add(operation, ids, document)
	if err != nil {
		panic(fmt.Sprintf("losanttest: Add: %s: %v", operation, err))
	}
	return added
}

func (s *Server) add(operation string, ids []string, document any) (map[string]any, error) {
	given, err := toObject(document)
	if err != nil {
		return nil, err
	}
	list, isPost := strings.CutSuffix(operation, ".post")
	adder, path := s.adder(list)
	if !isPost || adder == nil {
		return nil, fmt.Errorf("nothing can be added so")
	}
	names := map[string]string{}
	for _, segment := range path {
		if name, ok := paramName(segment); ok {
			if len(names) == len(ids) {
				return nil, fmt.Errorf("%s is missing from the ids", name)
			}
			names[name] = ids[len(names)]
		}
	}
	if len(names) != len(ids) {
		return nil, fmt.Errorf("%d ids are given for the %d of %s", len(ids), len(names), strings.Join(path, "/"))
	}
	if post := theAPI().actions[operation]; post != nil && post.Body != nil {
		if v := post.body().check(known(post.body(), given)); v != nil {
			return nil, v.at(step(post.Body.Name))
		}
	}
	return adder(names, given)
}

// toObject makes an object of anything that encoding/json makes one of.
func toObject(document any) (*object, error) {
	text, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	value, err := parseJSON(text)
	if err != nil {
		return nil, err
	}
	o, ok := value.(*object)
	if !ok {
		return nil, fmt.Errorf("%T is no object", document)
	}
	return o, nil
}

// known is what a schema knows of an object.
func known(s *schema, o *object) *object {
	if len(s.known) == 0 {
		return o
	}
	kept := &object{}
	for _, name := range o.names {
		if s.known[name] {
			kept.set(name, o.values[name])
		}
	}
	return kept
}

type adder func(ids map[string]string, given *object) (map[string]any, error)

// adder is how something is added to a list, and the path of the list; nil when nothing can be.
func (s *Server) adder(list string) (adder, []string) {
	switch r := theAPI().resources[list]; list {
	case "experienceUsers":
		return s.addUserDocument, r.segments
	case "experienceGroups":
		return s.addGroupDocument, r.segments
	case "dataTableRows":
		return s.addRow, r.segments
	}
	k := theAPI().kinds[list]
	if k == nil || list != k.list {
		return nil, nil
	}
	return func(ids map[string]string, given *object) (map[string]any, error) {
			return s.addDocument(k, ids, given)
		},
		theAPI().resources[list].segments
}

func (s *Server) addDocument(k *kind, ids map[string]string, given *object) (map[string]any, error) {
	body, _ := plain(given).(map[string]any)
	st := &s.store
	st.mu.Lock()
	defer st.mu.Unlock()
	if err := st.findParents(k, ids); err != nil {
		return nil, err
	}
	if id, ok := body["id"]; ok {
		text, _ := id.(string)
		if !isID(text) {
			return nil, fmt.Errorf("id is not 24 hexadecimal digits: %q", id)
		}
		if c := st.at(k.place(ids)); c != nil && c.byID[text] != nil {
			return nil, fmt.Errorf("id is taken: %q", id)
		}
	}
	d, err := s.insert(k, nil, ids, body)
	if err != nil {
		return nil, err
	}
	added := copyOf(d.body).(map[string]any)
	maps.Copy(added, d.once)
	return added, nil
}

// copyOf returns a value that shares nothing with it.
func copyOf(value any) any {
	switch value := value.(type) {
	case map[string]any:
		m := make(map[string]any, len(value))
		for name, member := range value {
			m[name] = copyOf(member)
		}
		return m
	case []any:
		list := make([]any, len(value))
		for i, item := range value {
			list[i] = copyOf(item)
		}
		return list
	default:
		return value
	}
}

func (s *Server) addUserDocument(ids map[string]string, given *object) (map[string]any, error) {
	var u losant.ExperienceUser
	if err := json.Unmarshal([]byte(jsonText(given)), &u); err != nil {
		return nil, err
	}
	added, err := s.store.addUser(ids["applicationId"], u)
	if err != nil {
		return nil, err
	}
	return toMap(newUserBody(added, hypermedia{}))
}

func (s *Server) addGroupDocument(ids map[string]string, given *object) (map[string]any, error) {
	var g losant.ExperienceGroup
	if err := json.Unmarshal([]byte(jsonText(given)), &g); err != nil {
		return nil, err
	}
	added, err := s.store.addGroup(ids["applicationId"], g)
	if err != nil {
		return nil, err
	}
	return toMap(newGroupBody(added, hypermedia{}))
}

func (s *Server) addRow(ids map[string]string, given *object) (map[string]any, error) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	table, err := s.store.find(theAPI().kinds["dataTable"], ids)
	if err != nil {
		return nil, err
	}
	c := &call{ids: ids}
	body, err := s.store.rowBody(c, table, "", given)
	if err != nil {
		return nil, err
	}
	row, _ := copyOf(s.store.insertRow(c, body).body).(map[string]any)
	return row, nil
}

// toMap is a body as encoding/json writes it, without hypermedia.
func toMap(body any) (map[string]any, error) {
	o, err := toObject(body)
	if err != nil {
		return nil, err
	}
	m, _ := plain(o).(map[string]any)
	delete(m, "_type")
	return m, nil
}
