package losant

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Success is the answer of actions that have nothing else to say, such as a Delete (Losant's schema "success").
type Success struct {
	// Success is always true: an answer without it is a DecodeError.
	Success bool `json:"success,omitzero"`
	// Raw is the whole body as received. It is nil when a repeated Delete found that an earlier attempt, whose answer was
	// lost, had done its work.
	Raw json.RawMessage `json:"-"`
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

// Instant is a point in time that may be relative to the moment at which the server reads it: [At], [Ago] or [Now]. The
// zero value is none, and is not sent. It is precise to the millisecond.
type Instant struct {
	ms   int64 // since the epoch, or from now
	kind instantKind
}

type instantKind uint8

const (
	noInstant instantKind = iota
	absolute
	relative
)

// At returns t as an Instant, the zero Instant for the zero time. Losant takes numbers below 1 for relative: a time at
// the epoch, or before it, is sent as the first millisecond after it.
func At(t time.Time) Instant {
	if t.IsZero() {
		return Instant{}
	}
	return Instant{max(1, t.UnixMilli()), absolute}
}

// Ago returns the Instant that is d before now. A negative d is refused when it is sent: Losant has no way to say it.
func Ago(d time.Duration) Instant { return Instant{-d.Milliseconds(), relative} }

// Now returns the Instant at which the server reads it.
func Now() Instant { return Ago(0) }

// IsZero reports whether i is none. encoding/json calls it for fields tagged omitzero.
func (i Instant) IsZero() bool { return i.kind == noInstant }

// Time returns the point in time, and whether it is known: false when i is none or relative.
func (i Instant) Time() (time.Time, bool) {
	if i.kind != absolute {
		return time.Time{}, false
	}
	return time.UnixMilli(i.ms).UTC(), true
}

// String returns the time, how long ago it is, "now" or "unset".
func (i Instant) String() string {
	switch {
	case i.kind == absolute:
		return time.UnixMilli(i.ms).UTC().Format(time.RFC3339Nano)
	case i.kind == noInstant:
		return "unset"
	case i.ms == 0:
		return "now"
	default:
		return (time.Duration(-i.ms) * time.Millisecond).String() + " ago"
	}
}

// Equal reports whether i and other are the same. Packages that compare values, such as go-cmp, call it.
func (i Instant) Equal(other Instant) bool { return i == other }

func (i Instant) problem() string {
	if i.kind == relative && i.ms > 0 {
		return "must not be after now"
	}
	return ""
}

// MarshalJSON encodes milliseconds, since the epoch or from now; none is null, so a field of this type needs the
// omitzero tag.
func (i Instant) MarshalJSON() ([]byte, error) {
	if problem := i.problem(); problem != "" {
		return nil, errors.New(problem)
	}
	if i.IsZero() {
		return []byte("null"), nil
	}
	return strconv.AppendInt(nil, i.ms, 10), nil
}

// UnmarshalJSON decodes milliseconds, or null to none.
func (i *Instant) UnmarshalJSON(data []byte) error {
	if i == nil {
		return errNilTarget
	}
	var ms *float64
	if err := json.Unmarshal(data, &ms); err != nil {
		return err
	}
	switch {
	case ms == nil:
		*i = Instant{}
	case *ms >= 1:
		*i = Instant{int64(*ms), absolute}
	default:
		*i = Instant{int64(*ms), relative}
	}
	return nil
}

// GobEncode encodes i for encoding/gob.
func (i Instant) GobEncode() ([]byte, error) { return i.MarshalJSON() }

// GobDecode decodes what GobEncode has encoded.
func (i *Instant) GobDecode(data []byte) error { return i.UnmarshalJSON(data) }

// Upload is a file in a form. The zero value is none, and is not sent.
type Upload struct {
	// Name is the name of the file; when empty, that of the part of the form which it is sent in.
	Name string
	// ContentType is the media type. It is not sent when empty.
	ContentType string
	// Content is read while it is sent, and never in memory as a whole. If it is an [io.Seeker], it is read from where it
	// stands, as far as it reaches when the call begins, and can be sent again if the server could not take it. All other
	// content is sent once. A bytes.Buffer, or whatever else has a Len, goes out with its length. It is no longer read when
	// the call has returned, unless it is blocked in a Read. A failure of it is the failure of the call.
	Content io.Reader
}

// Query is an advanced query, as Losant's documentation writes it in JSON:
//
//	losant.Query{"name": losant.Query{"$startsWith": "pump"}}
//
// It is not checked before it is sent. A nil Query is none where a query is optional, and {} where it is not.
type Query map[string]any

// MarshalJSON encodes a nil Query as {}.
func (q Query) MarshalJSON() ([]byte, error) {
	if q == nil {
		return []byte("{}"), nil
	}
	return json.Marshal(map[string]any(q))
}

func (Query) violations(string) []Violation { return nil }

// Ptr returns a pointer to v, for the optional fields of a body: Email: losant.Ptr("ada@example.com").
func Ptr[T any](v T) *T { return &v }

// Nullable is a field of a body that also takes null. It is unset (its zero value, and not sent), null or a value.
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
		return errNilTarget
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
		return errNilTarget
	}
	*n = Nullable[T]{}
	return nil
}

var errNilTarget = errors.New("losant: decoding into a nil pointer")

// pointer returns a pointer to the value, nil when there is none.
func (n Nullable[T]) pointer() *T {
	if n.state != set {
		return nil
	}
	return &n.value
}

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

func isObject(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte("{"))
}

// moment is a time as text, as milliseconds since the epoch or as {"$date": text}.
type moment struct{ time.Time }

func (m *moment) UnmarshalJSON(data []byte) error {
	if isObject(data) {
		var date struct {
			Date json.RawMessage `json:"$date"`
		}
		if err := json.Unmarshal(data, &date); err != nil {
			return err
		}
		data = date.Date
	}
	if milliseconds, err := strconv.ParseFloat(string(data), 64); err == nil {
		m.Time = time.UnixMilli(int64(milliseconds)).UTC()
		return nil
	}
	return m.Time.UnmarshalJSON(data)
}

// pointer returns a pointer to the time, nil for none.
func (m moment) pointer() *time.Time {
	if m.IsZero() {
		return nil
	}
	return &m.Time
}

// kindOf returns the values of properties that tell the kinds of a union apart, with spaces between them.
func kindOf(data []byte, properties ...string) string {
	var all map[string]json.RawMessage
	if json.Unmarshal(data, &all) != nil {
		return ""
	}
	values := make([]string, len(properties))
	for i, p := range properties {
		if json.Unmarshal(all[p], &values[i]) != nil {
			return ""
		}
	}
	return strings.Join(values, " ")
}

// encodeKind encodes one kind of a union: an object, and the properties that say of which kind it is.
func encodeKind(properties string, kind any) ([]byte, error) {
	object, err := json.Marshal(kind)
	if err != nil {
		return nil, err
	}
	if string(object) == "{}" {
		return []byte("{" + properties + "}"), nil
	}
	return append([]byte("{"+properties+","), object[1:]...), nil
}

// encodeRaw encodes what a union has kept of a kind that is not known.
func encodeRaw(raw json.RawMessage) ([]byte, error) {
	if raw == nil {
		return []byte("null"), nil
	}
	return raw, nil
}

// keyed is one of the entries of an answer that is a map.
type keyed struct {
	name  string
	value json.RawMessage
}

// entriesOf returns the entries of an answer that is a map, by their names, without the hypermedia beside them.
func entriesOf(data []byte) (sorted []keyed, err error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	for _, name := range hypermediaNames() {
		delete(all, name)
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		sorted = append(sorted, keyed{name, all[name]})
	}
	return sorted, nil
}

// redacted is shown in the place of a secret.
const redacted = "[redacted]"

// printRedacted prints a value as JSON with placeholders for its secrets.
func printRedacted(w io.Writer, name string, value any, secrets ...string) {
	_, _ = io.WriteString(w, redactedText(name, value, secrets))
}

// redactedValue is a value as JSON with placeholders for its secrets.
func redactedValue(name string, value any, secrets ...string) slog.Value {
	return slog.StringValue(redactedText(name, value, secrets))
}

// redactedText encodes a value, and puts a placeholder for each property of it, and of what is in it, that is a secret.
func redactedText(name string, value any, secrets []string) string {
	data, err := json.Marshal(value)
	if err != nil {
		return "losant." + name + "(" + err.Error() + ")"
	}
	var text strings.Builder
	text.WriteString("losant." + name)
	shown := 0
	for decoder := json.NewDecoder(bytes.NewReader(data)); ; {
		token, err := decoder.Token()
		if err != nil { // the end
			break
		}
		property, ok := token.(string)
		if after := decoder.InputOffset(); !ok || data[after] != ':' || !slices.Contains(secrets, property) {
			continue
		}
		var secret json.RawMessage
		if err := decoder.Decode(&secret); err != nil {
			break
		}
		if string(secret) != "null" {
			end := int(decoder.InputOffset())
			text.Write(data[shown : end-len(secret)])
			text.WriteString(strconv.Quote(redacted))
			shown = end
		}
	}
	text.Write(data[shown:])
	return text.String()
}
