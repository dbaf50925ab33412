package api

import (
	"bytes"
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed overlay.json
var overlay []byte

// Overlay is what no description says.
type Overlay struct {
	// Version is that of the API, which the description does not say.
	Version string `json:"version"`
	// Actions are all actions, by ID.
	Actions map[string]ActionNote `json:"actions"`
	// Resources are a sentence each on what a service is for, by resource.
	Resources map[string]string `json:"resources"`
	// Parameters are the parameters of the query and of forms, by name. An action may have its own in ActionNote.
	Parameters map[string]ParameterNote `json:"parameters"`
	// Properties are the properties that say more than the facts do, by "schema.property" or, for all schemas, "property".
	Properties map[string]PropertyNote `json:"properties"`
	// Types are the Go names of the parts of schemas, by their name in the description. A part that is named here has its
	// home here, also if it occurs elsewhere or equals a schema of Losant.
	Types map[string]string `json:"types"`
	// Enums are the Go types of enumerations, by the Go name.
	Enums map[string]EnumNote `json:"enums"`
	// Arguments are the Go names of arguments where the one of the description will not do, by Losant's name.
	Arguments map[string]string `json:"arguments"`
	// Corrections are applied by the import, in order.
	Corrections []Correction `json:"corrections"`
}

// ActionNote is what people know of an action.
type ActionNote struct {
	// Summary is the first sentence of the doc comment, in the third person and without the name of the method: "Lists
	// the devices of an application."
	Summary string `json:"summary"`
	// Note are further sentences: what surprises, limits, defaults.
	Note string `json:"note,omitempty"`
	// Class is the repeat class: "read", "delete" or "once".
	Class string `json:"class"`
	// LargeAnswer is set for an action whose answers may be larger than the 16 MiB that those of all others are kept to.
	LargeAnswer bool `json:"largeAnswer,omitempty"`
	// Parameters overrides Overlay.Parameters.
	Parameters map[string]ParameterNote `json:"parameters,omitempty"`
}

// ParameterNote is what people know of a parameter.
type ParameterNote struct {
	// Doc is a sentence without the name in front: "is the number of items of a page."
	Doc string `json:"doc"`
	// Type is the Go type: bool, int, string, time, duration, strings, instant, query, or "" for the type of its schema.
	Type string `json:"type,omitempty"`
	// Unit of a duration: "ms" or "s".
	Unit string `json:"unit,omitempty"`
	// Pointer is set where an empty value says something else than none.
	Pointer bool `json:"pointer,omitempty"`
	// Secret is set where no formatting may show the value.
	Secret bool `json:"secret,omitempty"`
}

// PropertyNote is what people know of a property.
type PropertyNote struct {
	// Doc is a sentence without the name in front.
	Doc string `json:"doc,omitempty"`
	// Secret says whether no formatting may show the value. A property whose name matches token, secret, password or key
	// has to be decided.
	Secret *bool `json:"secret,omitempty"`
	// Type is the Go type where the description's will not do: "int" or "int64" for its numbers (int64 for milliseconds, which
	// are too many for 32 bits), "Instant" for times that may be relative, "json.RawMessage", "time.Time".
	Type string `json:"type,omitempty"`
}

// EnumNote is a named string type.
type EnumNote struct {
	// Doc is the sentence of its doc comment, without the name in front.
	Doc string `json:"doc"`
	// Of are the places it stands at: "schema.property", "property" for those of all schemas, "schema.property[]" for the
	// elements of an array, "?parameter" for a query parameter, "action?parameter" for that of one action. The values are
	// those at the first one.
	Of []string `json:"of"`
}

// Correction replaces a part of a schema or of an action before it is read, by Value, or by what stands at Move. One that
// has nothing to correct is an error.
type Correction struct {
	// At is a path of names: "schemas/orgInvites/items", "actions/userApiTokens.get/answers/200/schema". A step into a list
	// is an index or the name of an element; "~1" stands for "/".
	At string `json:"at"`
	// Move takes the value from there instead of Value.
	Move  string          `json:"move,omitempty"`
	Value json.RawMessage `json:"value,omitempty"`
	// Flatten puts the elements of the list, which stands in a list, in its place.
	Flatten bool   `json:"flatten,omitempty"`
	Why     string `json:"why"`
}

// LoadOverlay returns the overlay of the tree.
func LoadOverlay() (*Overlay, error) {
	return ReadOverlay(overlay)
}

// ReadOverlay reads an overlay, and nothing that is not one: a misspelt field is an error.
func ReadOverlay(data []byte) (*Overlay, error) {
	var o Overlay
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&o); err != nil {
		return nil, fmt.Errorf("overlay.json: %w", err)
	}
	return &o, nil
}

// Parameter returns what is known of a parameter: the action's own note, or that of all parameters of the name.
func (o *Overlay) Parameter(a *Action, name string) (ParameterNote, bool) {
	if note, ok := o.Actions[a.ID()].Parameters[name]; ok {
		return note, true
	}
	note, ok := o.Parameters[name]
	return note, ok
}

// Property returns what is known of a property: what the notes of "schema.name" say, and what they leave open from those of
// "name".
func (o *Overlay) Property(schema, name string) PropertyNote {
	note, all := o.Properties[schema+"."+name], o.Properties[name]
	note.Doc, note.Type = cmp.Or(note.Doc, all.Doc), cmp.Or(note.Type, all.Type)
	if note.Secret == nil {
		note.Secret = all.Secret
	}
	return note
}
