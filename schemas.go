package losant

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"time"
)

// Success is the answer to a Delete (Losant's schema "success").
type Success struct {
	// Success is always true: an answer without it is a DecodeError.
	Success bool `json:"success,omitzero"`
	// Raw is the whole body as received. It is nil when a repeated Delete found that an earlier attempt, whose answer was
	// lost, had done its work.
	Raw json.RawMessage `json:"-"`
}

// ExperienceUser is a user of an application's experience, as the API answers it (Losant's schema "experienceUser").
// Properties that the answer lacks are zero. Dates are in UTC, to the millisecond.
type ExperienceUser struct {
	Hypermedia

	ID                  string    `json:"id,omitzero"`
	ExperienceUserID    string    `json:"experienceUserId,omitzero"` // the same as ID
	ApplicationID       string    `json:"applicationId,omitzero"`
	CreationDate        time.Time `json:"creationDate,omitzero"`
	LastUpdated         time.Time `json:"lastUpdated,omitzero"`
	PasswordLastUpdated time.Time `json:"passwordLastUpdated,omitzero"`
	// LastLogin is zero for a user who never logged in.
	LastLogin time.Time `json:"lastLogin,omitzero"`
	Email     string    `json:"email,omitzero"`
	FirstName string    `json:"firstName,omitzero"`
	LastName  string    `json:"lastName,omitzero"`
	// AvatarURL cannot be patched.
	AvatarURL string `json:"avatarUrl,omitzero"`
	// TokenCutoff is the time before which tokens of this user are void; zero when it was never set.
	TokenCutoff time.Time         `json:"tokenCutoff,omitzero"`
	UserTags    map[string]string `json:"userTags,omitzero"`
	// ExperienceGroups are the groups the user is in. To change them, patch ExperienceGroupIDs.
	ExperienceGroups []ExperienceGroupRef `json:"experienceGroups,omitzero"`

	// Raw is the whole body as received, with every property this type does not know.
	Raw json.RawMessage `json:"-"`
}

// ExperienceGroupRef names a group that a user is in.
type ExperienceGroupRef struct {
	ID   string `json:"id,omitzero"`
	Name string `json:"name,omitzero"`
	// ParentID is empty for a group at the root.
	ParentID string `json:"parentId,omitzero"`
}

// ExperienceGroup is a group of an application's experience, as the API answers it (Losant's schema
// "experienceGroup"). Properties that the answer lacks are zero.
type ExperienceGroup struct {
	Hypermedia

	ID                    string            `json:"id,omitzero"`
	ExperienceGroupID     string            `json:"experienceGroupId,omitzero"` // the same as ID
	ApplicationID         string            `json:"applicationId,omitzero"`
	CreationDate          time.Time         `json:"creationDate,omitzero"`
	LastUpdated           time.Time         `json:"lastUpdated,omitzero"`
	Name                  string            `json:"name,omitzero"`
	Description           string            `json:"description,omitzero"`
	ExperienceUserIDs     []string          `json:"experienceUserIds,omitzero"`
	ExperienceEndpointIDs []string          `json:"experienceEndpointIds,omitzero"`
	GroupTags             map[string]string `json:"groupTags,omitzero"`
	DeviceIDs             []string          `json:"deviceIds,omitzero"`
	DeviceTags            []DeviceTag       `json:"deviceTags,omitzero"`
	// DeviceQueryJSON is an advanced device query, as JSON text; empty when there is none.
	DeviceQueryJSON string `json:"deviceQueryJson,omitzero"`
	// ParentID is empty for a group at the root. Members of a group count as members of the groups below it.
	ParentID string `json:"parentId,omitzero"`
	// AncestorIDs are the group's parent, the parent's parent and so on. They follow from ParentID.
	AncestorIDs []string `json:"ancestorIds,omitzero"`
	// DirectDeviceCount is the number of devices of this group, nil unless asked for by WithDirectDeviceCount.
	DirectDeviceCount *int `json:"directDeviceCount,omitzero"`
	// TotalDeviceCount is the number of devices of this group and its descendants, nil unless asked for by
	// WithTotalDeviceCount.
	TotalDeviceCount *int `json:"totalDeviceCount,omitzero"`

	// Raw is the whole body as received, with every property this type does not know.
	Raw json.RawMessage `json:"-"`
}

// DeviceTag is a tag by which devices belong to a group. Key is 1 to 255 characters of 0-9 A-Z a-z _ -, Value 1 to 255
// characters. Both are optional: an empty one is not sent.
type DeviceTag struct {
	Key   string `json:"key,omitzero"`
	Value string `json:"value,omitzero"`
}

// ExperienceUserPatch says what an experienceUser.patch changes (Losant's schema "experienceUserPatch"). The zero
// value changes nothing: nil fields are not sent. Ids are 24 hexadecimal digits. Under fmt, and as an attribute of
// slog, it shows no password; encoding/json encodes it whole.
type ExperienceUserPatch struct {
	// Email is at most 1024 characters, holds an @ and no white space, and is unique in the application.
	Email *string `json:"email,omitempty"`
	// FirstName is at most 1024 characters; Ptr("") clears it.
	FirstName *string `json:"firstName,omitempty"`
	// LastName is at most 1024 characters; Ptr("") clears it.
	LastName *string `json:"lastName,omitempty"`
	// Password is 8 to 2048 characters.
	Password *string `json:"password,omitempty"`
	// TokenCutoff voids every token of this user that was issued before it. Its year is 0 to 9999, the offset of its zone
	// whole minutes.
	TokenCutoff *time.Time `json:"tokenCutoff,omitempty"`
	// UserTags replace all tags; an empty map clears them. Keys are 1 to 255 characters of 0-9 A-Z a-z _ -, values 1 to
	// 255 characters.
	UserTags map[string]string `json:"userTags,omitzero"`
	// ExperienceGroupIDs are at most 1000 ids, and replace all memberships; an empty slice leaves every group.
	ExperienceGroupIDs []string `json:"experienceGroupIds,omitzero"`
}

// ExperienceGroupPatch says what an experienceGroup.patch changes (Losant's schema "experienceGroupPatch"). The zero
// value changes nothing: nil fields and the zero [Nullable] are not sent. Ids are 24 hexadecimal digits.
type ExperienceGroupPatch struct {
	// Name is 1 to 255 characters.
	Name *string `json:"name,omitempty"`
	// Description is at most 32767 characters; Ptr("") clears it.
	Description *string `json:"description,omitempty"`
	// ExperienceUserIDs are at most 1000 ids, and replace all members; an empty slice removes every member.
	ExperienceUserIDs []string `json:"experienceUserIds,omitzero"`
	// ExperienceEndpointIDs are at most 1000 ids, and replace all endpoints; an empty slice removes them.
	ExperienceEndpointIDs []string `json:"experienceEndpointIds,omitzero"`
	// GroupTags replace all tags; an empty map clears them. Keys are 1 to 255 characters of 0-9 A-Z a-z _ -, values 1 to
	// 255 characters.
	GroupTags map[string]string `json:"groupTags,omitzero"`
	// DeviceIDs are at most 1000 ids, and replace all devices; an empty slice removes them.
	DeviceIDs []string `json:"deviceIds,omitzero"`
	// DeviceTags are at most 100, and replace all device tags; an empty slice clears them.
	DeviceTags []DeviceTag `json:"deviceTags,omitzero"`
	// DeviceQueryJSON is JSON text of at most 8192 characters; Null[string]() removes the query.
	DeviceQueryJSON Nullable[string] `json:"deviceQueryJson,omitzero"`
	// ParentID is the id of another group; Null[string]() moves the group to the root.
	ParentID Nullable[string] `json:"parentId,omitzero"`
}

// Hypermedia is what Losant's framework adds to an answer besides its properties. [WithActions], [WithLinks] and
// [WithEmbedded] choose what comes; what does not come is zero.
type Hypermedia struct {
	// Type is the kind of answer, such as "experienceUser".
	Type string `json:"_type,omitzero"`
	// ETag is a version of the state. Losant is known to send it for devices.
	ETag string `json:"_etag,omitzero"`
	// Links are the resources related to this one, "self" among them, by relation.
	Links map[string]Link `json:"_links,omitzero"`
	// Actions are the actions the token may call on this resource, by name.
	Actions map[string]Action `json:"_actions,omitzero"`
	// Embedded are resources that came inside the answer, by relation.
	Embedded map[string]json.RawMessage `json:"_embedded,omitzero"`
}

// Link leads to a related resource. Href is a path on the API's host.
type Link struct {
	Href       string `json:"href,omitzero"`
	Rel        string `json:"rel,omitzero"`
	Title      string `json:"title,omitzero"`
	Deprecated bool   `json:"deprecated,omitzero"`
}

// Action is something the token may do with the resource. Href is a path on the API's host.
type Action struct {
	Href       string `json:"href,omitzero"`
	Method     string `json:"method,omitzero"`
	Deprecated bool   `json:"deprecated,omitzero"`
}

// Ptr returns a pointer to v, for the optional fields of a patch: Email: losant.Ptr("ada@example.com").
func Ptr[T any](v T) *T { return &v }

// Nullable is a field of a patch that also takes null. It is unset (its zero value, and not sent), null or a value.
type Nullable[T any] struct {
	value T
	state nullableState
}

type nullableState uint8

const (
	unset nullableState = iota
	null
	set
)

// Value returns a Nullable that sets the field to v.
func Value[T any](v T) Nullable[T] { return Nullable[T]{value: v, state: set} }

// Null returns a Nullable that sets the field to null.
func Null[T any]() Nullable[T] { return Nullable[T]{state: null} }

// Get returns the value, and whether there is one: false when n is unset or null.
func (n Nullable[T]) Get() (T, bool) { return n.value, n.state == set }

// IsNull reports whether n sets the field to null.
func (n Nullable[T]) IsNull() bool { return n.state == null }

// IsZero reports whether n is unset. encoding/json calls it for fields tagged omitzero.
func (n Nullable[T]) IsZero() bool { return n.state == unset }

// MarshalJSON encodes the value; null and unset are both null, so a field of this type needs the omitzero tag.
func (n Nullable[T]) MarshalJSON() ([]byte, error) {
	if n.state != set {
		return []byte("null"), nil
	}
	return json.Marshal(n.value)
}

// UnmarshalJSON decodes null to Null and all else to Value.
func (n *Nullable[T]) UnmarshalJSON(data []byte) error {
	if n == nil {
		return errNilNullable
	}
	if string(data) == "null" {
		*n = Null[T]()
		return nil
	}
	*n = Nullable[T]{state: set}
	return json.Unmarshal(data, &n.value)
}

// Equal reports whether n and other are both unset, both null, or both the same value. Packages that compare values, such
// as go-cmp, call it.
func (n Nullable[T]) Equal(other Nullable[T]) bool {
	return n.state == other.state && reflect.DeepEqual(n.value, other.value)
}

// GobEncode encodes n for encoding/gob.
func (n Nullable[T]) GobEncode() ([]byte, error) {
	if n.state == unset {
		return nil, nil
	}
	return n.MarshalJSON()
}

// GobDecode decodes what GobEncode has encoded.
func (n *Nullable[T]) GobDecode(data []byte) error {
	if len(data) > 0 {
		return n.UnmarshalJSON(data)
	}
	if n == nil {
		return errNilNullable
	}
	*n = Nullable[T]{}
	return nil
}

var errNilNullable = errors.New("losant: decoding into a nil Nullable")

// String returns the value, "null" or "unset".
func (n Nullable[T]) String() string {
	switch n.state {
	case set:
		return fmt.Sprint(n.value)
	case null:
		return "null"
	default:
		return "unset"
	}
}

// answered takes the answer to a Delete.
func (s *Success) answered(_ int, body []byte) error {
	if err := decodeObject(body, s); err != nil {
		return err
	}
	if !s.Success {
		return errors.New(`the property "success" is not true`)
	}
	s.Raw = body
	return nil
}

// gone is called when a Delete had succeeded before it was answered.
func (s *Success) gone() { s.Success = true }

func (u *ExperienceUser) setRaw(raw json.RawMessage) { u.Raw = raw }

func (g *ExperienceGroup) setRaw(raw json.RawMessage) { g.Raw = raw }

// MarshalJSON encodes the patch as it is sent, whatever the encoder thinks of the tags of its fields.
func (p ExperienceUserPatch) MarshalJSON() ([]byte, error) {
	type fields ExperienceUserPatch
	return json.Marshal(fields(p)) //nolint:gosec // the password is what a patch may set
}

// MarshalJSON encodes the patch as it is sent, whatever the encoder thinks of the tags of its fields: unset and null are
// different things.
func (p ExperienceGroupPatch) MarshalJSON() ([]byte, error) {
	type fields ExperienceGroupPatch
	return json.Marshal(fields(p))
}

// Format prints the patch as JSON with a placeholder for the password, under every verb.
func (p ExperienceUserPatch) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, p.redacted()) }

// LogValue is the patch as JSON with a placeholder for the password.
func (p ExperienceUserPatch) LogValue() slog.Value { return slog.StringValue(p.redacted()) }

func (p ExperienceUserPatch) redacted() string {
	if p.Password != nil {
		p.Password = Ptr("[redacted]")
	}
	text, err := p.MarshalJSON()
	if err != nil {
		return "losant.ExperienceUserPatch(" + err.Error() + ")"
	}
	return "losant.ExperienceUserPatch" + string(text)
}
