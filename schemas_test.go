package losant_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// userDocument has every property that is documented of an experience user's answer, each with a value of its own. Its
// milliseconds end in no zero, which encoding/json would leave out.
const userDocument = ` {
	"_type": "experienceUser",
	"_etag": "W/\"7\"",
	"_links": {
		"self": {"href": "/applications/a/experience/users/u", "rel": "item", "title": "This user", "deprecated": true},
		"application": {"href": "/applications/a"}
	},
	"_actions": {
		"experienceUser.patch": {"href": "/applications/a/experience/users/u", "method": "PATCH", "deprecated": true}
	},
	"_embedded": {"application": {"name": "Plant", "size": 12345678901234567890}},
	"id": "68a000000000000000000001",
	"experienceUserId": "68a000000000000000000002",
	"applicationId": "68a000000000000000000003",
	"creationDate": "2021-02-03T04:05:06.001Z",
	"lastUpdated": "2022-02-03T04:05:06.002Z",
	"passwordLastUpdated": "2023-02-03T04:05:06.003Z",
	"lastLogin": "2024-02-03T04:05:06.004Z",
	"email": "grace@example.com",
	"firstName": "Grace",
	"lastName": "Höpper",
	"avatarUrl": "https://example.com/grace.png",
	"tokenCutoff": "2025-02-03T04:05:06.005Z",
	"userTags": {"shift": "night", "floor-8": "yes"},
	"experienceGroups": [
		{"id": "68a000000000000000000004", "name": "Floor 8", "parentId": "68a000000000000000000005"},
		{"id": "68a000000000000000000006", "name": "Root"}
	]
}
`

// groupDocument is the same for an experience group.
const groupDocument = `{
	"_type": "experienceGroup",
	"_etag": "9",
	"_links": {"self": {"href": "/applications/a/experience/groups/g"}},
	"_actions": {"experienceGroup.delete": {"href": "/applications/a/experience/groups/g", "method": "DELETE"}},
	"_embedded": {"parent": {"id": "68b000000000000000000009"}},
	"id": "68b000000000000000000001",
	"experienceGroupId": "68b000000000000000000002",
	"applicationId": "68b000000000000000000003",
	"creationDate": "2021-02-03T04:05:06.001Z",
	"lastUpdated": "2022-02-03T04:05:06.002Z",
	"name": "Floor 8",
	"description": "Everything on <8> & \u2028 above",
	"experienceUserIds": ["68b000000000000000000004", "68b000000000000000000005"],
	"experienceEndpointIds": ["68b000000000000000000006"],
	"groupTags": {"wing": "east"},
	"deviceIds": ["68b000000000000000000007"],
	"deviceTags": [{"key": "floor", "value": "8"}, {"key": "any"}, {"value": "thing"}],
	"deviceQueryJson": "{\"name\":{\"$startsWith\":\"8\"}}",
	"parentId": "68b000000000000000000008",
	"ancestorIds": ["68b000000000000000000008", "68b000000000000000000009"],
	"directDeviceCount": 0,
	"totalDeviceCount": 12
}`

// encode returns the JSON of v.
func encode(t testing.TB, v any) string {
	t.Helper()
	data, err := json.Marshal(v)
	require.NoError(t, err)
	return string(data)
}

// instant is a moment of 3 February.
func instant(year, millisecond int) time.Time {
	return time.Date(year, time.February, 3, 4, 5, 6, millisecond*1e6, time.UTC)
}

// answeredUser returns what a client makes of an answer of success to experienceUser.get.
func answeredUser(t *testing.T, body string) (*losant.ExperienceUser, error) {
	t.Helper()
	client, transport := newMocked(t)
	record(transport, httpmock.NewStringResponder(http.StatusOK, body))
	return client.ExperienceUser.Get(t.Context(), applicationID, userID)
}

func answeredGroup(t *testing.T, body string) (*losant.ExperienceGroup, error) {
	t.Helper()
	client, transport := newMocked(t)
	record(transport, httpmock.NewStringResponder(http.StatusOK, body))
	return client.ExperienceGroup.Get(t.Context(), applicationID, groupID)
}

func answeredDelete(t *testing.T, body string) (*losant.Success, error) {
	t.Helper()
	client, transport := newMocked(t)
	record(transport, httpmock.NewStringResponder(http.StatusOK, body))
	return client.ExperienceGroup.Delete(t.Context(), applicationID, groupID)
}

func TestEveryDocumentedPropertyOfAUserIsDecoded(t *testing.T) {
	t.Parallel()
	const href = "/applications/a/experience/users/u"
	user, err := answeredUser(t, userDocument)
	require.NoError(t, err)
	assert.Equal(t, &losant.ExperienceUser{
		Hypermedia: losant.Hypermedia{
			Type: "experienceUser",
			ETag: `W/"7"`,
			Links: map[string]losant.Link{
				"self":        {Href: href, Rel: "item", Title: "This user", Deprecated: true},
				"application": {Href: "/applications/a"},
			},
			Actions:  map[string]losant.Action{"experienceUser.patch": {Href: href, Method: "PATCH", Deprecated: true}},
			Embedded: map[string]json.RawMessage{"application": []byte(`{"name": "Plant", "size": 12345678901234567890}`)},
		},
		ID:                  "68a000000000000000000001",
		ExperienceUserID:    "68a000000000000000000002",
		ApplicationID:       "68a000000000000000000003",
		CreationDate:        instant(2021, 1),
		LastUpdated:         instant(2022, 2),
		PasswordLastUpdated: instant(2023, 3),
		LastLogin:           instant(2024, 4),
		Email:               "grace@example.com",
		FirstName:           "Grace",
		LastName:            "Höpper",
		AvatarURL:           "https://example.com/grace.png",
		TokenCutoff:         instant(2025, 5),
		UserTags:            map[string]string{"shift": "night", "floor-8": "yes"},
		ExperienceGroups: []losant.ExperienceGroupRef{
			{ID: "68a000000000000000000004", Name: "Floor 8", ParentID: "68a000000000000000000005"},
			{ID: "68a000000000000000000006", Name: "Root"},
		},
		Raw: json.RawMessage(userDocument),
	}, user)
}

func TestEveryDocumentedPropertyOfAGroupIsDecoded(t *testing.T) {
	t.Parallel()
	const href = "/applications/a/experience/groups/g"
	group, err := answeredGroup(t, groupDocument)
	require.NoError(t, err)
	assert.Equal(t, &losant.ExperienceGroup{
		Hypermedia: losant.Hypermedia{
			Type:     "experienceGroup",
			ETag:     "9",
			Links:    map[string]losant.Link{"self": {Href: href}},
			Actions:  map[string]losant.Action{"experienceGroup.delete": {Href: href, Method: "DELETE"}},
			Embedded: map[string]json.RawMessage{"parent": []byte(`{"id": "68b000000000000000000009"}`)},
		},
		ID:                    "68b000000000000000000001",
		ExperienceGroupID:     "68b000000000000000000002",
		ApplicationID:         "68b000000000000000000003",
		CreationDate:          instant(2021, 1),
		LastUpdated:           instant(2022, 2),
		Name:                  "Floor 8",
		Description:           "Everything on <8> & \u2028 above",
		ExperienceUserIDs:     []string{"68b000000000000000000004", "68b000000000000000000005"},
		ExperienceEndpointIDs: []string{"68b000000000000000000006"},
		GroupTags:             map[string]string{"wing": "east"},
		DeviceIDs:             []string{"68b000000000000000000007"},
		DeviceTags:            []losant.DeviceTag{{Key: "floor", Value: "8"}, {Key: "any"}, {Value: "thing"}},
		DeviceQueryJSON:       `{"name":{"$startsWith":"8"}}`,
		ParentID:              "68b000000000000000000008",
		AncestorIDs:           []string{"68b000000000000000000008", "68b000000000000000000009"},
		DirectDeviceCount:     losant.Ptr(0),
		TotalDeviceCount:      losant.Ptr(12),
		Raw:                   json.RawMessage(groupDocument),
	}, group)
}

func TestAnAnswerMarshalsToItsDocumentedProperties(t *testing.T) {
	t.Parallel()
	user, err := answeredUser(t, userDocument)
	require.NoError(t, err)
	assert.JSONEq(t, userDocument, encode(t, user))

	group, err := answeredGroup(t, groupDocument)
	require.NoError(t, err)
	assert.JSONEq(t, groupDocument, encode(t, group))

	success, err := answeredDelete(t, `{"success":true}`)
	require.NoError(t, err)
	assert.JSONEq(t, `{"success":true}`, encode(t, success))
}

func TestAnAnswerMarshalsNoPropertyThatItLacks(t *testing.T) {
	t.Parallel()
	assert.Equal(t, "{}", encode(t, losant.ExperienceUser{}))
	assert.Equal(t, "{}", encode(t, losant.ExperienceGroup{}))
	assert.Equal(t, "{}", encode(t, losant.Success{}))
	assert.Equal(t, "{}", encode(t, losant.ExperienceGroupRef{}))
	assert.Equal(t, "{}", encode(t, losant.Link{}))
	assert.Equal(t, "{}", encode(t, losant.Action{}))
}

func TestPropertiesThatAreNullOrAbsentAreZero(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"{}", "\n{\t}\r\n ", nulled(t, userDocument)} {
		user, err := answeredUser(t, body)
		require.NoError(t, err)
		assert.Equal(t, &losant.ExperienceUser{Raw: json.RawMessage(body)}, user)
	}
	for _, body := range []string{"{}", nulled(t, groupDocument)} {
		group, err := answeredGroup(t, body)
		require.NoError(t, err)
		assert.Equal(t, &losant.ExperienceGroup{Raw: json.RawMessage(body)}, group)
	}
	user, err := answeredUser(t, `{"experienceGroups":[{"id":"g","name":null,"parentId":null}],
		"_links":{"self":{"href":"/u","rel":null,"title":null,"deprecated":null}}}`)
	require.NoError(t, err)
	assert.Equal(t, []losant.ExperienceGroupRef{{ID: "g"}}, user.ExperienceGroups)
	assert.Equal(t, map[string]losant.Link{"self": {Href: "/u"}}, user.Links)
}

// nulled returns a document with the same properties, all of them null.
func nulled(t *testing.T, document string) string {
	t.Helper()
	nulls := map[string]any{}
	for property := range propertiesOf(t, document) {
		nulls[property] = nil
	}
	return encode(t, nulls)
}

func propertiesOf(t *testing.T, document string) map[string]json.RawMessage {
	t.Helper()
	var properties map[string]json.RawMessage
	require.NoError(t, json.Unmarshal([]byte(document), &properties))
	return properties
}

func TestWhatIsNotKnownIsNoErrorAndStaysInRaw(t *testing.T) {
	t.Parallel()
	const unknown = `"future": {"a": [1, null, {"b": 1e400}]}, "": 5, "_future": true, "_type": "somethingNew",
		"_links": {"self": {"href": "http://[", "templated": true}}, "_actions": {"x": {"method": "BREW", "fields": []}},
		"_embedded": {"list": [], "text": "x", "none": null}, "applicationId": "not an id", "id": ""`

	body := `{` + unknown + `, "email": "no address", "avatarUrl": "%%", "userTags": {"bad key!": ""},
		"experienceGroups": [{"id": "5", "depth": 3}], "firstName": "` + strings.Repeat("x", 5000) + `"}`
	user, err := answeredUser(t, body)
	require.NoError(t, err)
	assert.Equal(t, body, string(user.Raw))
	assert.Equal(t, "no address", user.Email)
	assert.Equal(t, "%%", user.AvatarURL)
	assert.Equal(t, map[string]string{"bad key!": ""}, user.UserTags)
	assert.Equal(t, []losant.ExperienceGroupRef{{ID: "5"}}, user.ExperienceGroups)
	assert.Equal(t, "somethingNew", user.Type)
	assert.Equal(t, map[string]losant.Action{"x": {Method: "BREW"}}, user.Actions)
	assert.Equal(t, map[string]json.RawMessage{
		"list": []byte("[]"), "text": []byte(`"x"`), "none": []byte("null"),
	}, user.Embedded)

	body = `{` + unknown + `, "name": "", "deviceQueryJson": "not JSON", "deviceTags": [{"scope": "x"}, null]}`
	group, err := answeredGroup(t, body)
	require.NoError(t, err)
	assert.Equal(t, body, string(group.Raw))
	assert.Equal(t, "not JSON", group.DeviceQueryJSON)
	assert.Equal(t, make([]losant.DeviceTag, 2), group.DeviceTags)

	body = `{` + unknown + `, "success": true}`
	success, err := answeredDelete(t, body)
	require.NoError(t, err)
	assert.Equal(t, &losant.Success{Success: true, Raw: json.RawMessage(body)}, success)
}

func TestRawIsTheBodyByteForByte(t *testing.T) {
	t.Parallel()
	// White space, the order of properties, duplicates, escapes and broken UTF-8 are what decoding would lose.
	const body = "\r\n\t {\"id\" : \"a\", \"b\":1.50, \"id\":\"\\u0041\",\"c\":\"<&>\xff\" }\n\n"
	user, err := answeredUser(t, body)
	require.NoError(t, err)
	assert.Equal(t, body, string(user.Raw))
	group, err := answeredGroup(t, body)
	require.NoError(t, err)
	assert.Equal(t, body, string(group.Raw))
	const successBody = " {\"success\" : true, \"x\":\"\xff\"}\n"
	success, err := answeredDelete(t, successBody)
	require.NoError(t, err)
	assert.True(t, bytes.Equal([]byte(successBody), success.Raw), "%q", success.Raw)
}

func TestResultsOfPatchAreDecodedAsThoseOfGet(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	record(transport, respond(http.StatusOK, userDocument), respond(http.StatusOK, groupDocument))

	patchedUser, err := client.ExperienceUser.Patch(t.Context(), applicationID, userID, losant.ExperienceUserPatch{})
	require.NoError(t, err)
	user, err := answeredUser(t, userDocument)
	require.NoError(t, err)
	assert.Equal(t, user, patchedUser)

	patchedGroup, err := client.ExperienceGroup.Patch(t.Context(), applicationID, groupID, losant.ExperienceGroupPatch{})
	require.NoError(t, err)
	group, err := answeredGroup(t, groupDocument)
	require.NoError(t, err)
	assert.Equal(t, group, patchedGroup)
}

func TestADeviceCountOfZeroIsNotNone(t *testing.T) {
	t.Parallel()
	group, err := answeredGroup(t, `{"directDeviceCount":0}`)
	require.NoError(t, err)
	assert.Equal(t, losant.Ptr(0), group.DirectDeviceCount)
	assert.Nil(t, group.TotalDeviceCount)

	group, err = answeredGroup(t, fmt.Sprintf(`{"totalDeviceCount":%d}`, math.MaxInt))
	require.NoError(t, err)
	assert.Nil(t, group.DirectDeviceCount)
	assert.Equal(t, losant.Ptr(math.MaxInt), group.TotalDeviceCount)
}

func TestDatesAreDecodedInEveryRFC3339Form(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Time{
		"2026-02-03T04:05:06.789Z":      instant(2026, 789),
		"2026-02-03T04:05:06.780Z":      instant(2026, 780),
		"2026-02-03T04:05:06.000Z":      instant(2026, 0),
		"2026-02-03T04:05:06Z":          instant(2026, 0),
		"2026-02-03T04:05:06.123456Z":   instant(2026, 123).Add(456 * time.Microsecond),
		"2026-02-03T06:05:06.789+02:00": instant(2026, 789),
		"2026-02-02T22:35:06-05:30":     instant(2026, 0),
	} {
		user, err := answeredUser(t, `{"creationDate":"`+text+`"}`)
		require.NoError(t, err, text)
		assert.WithinDuration(t, want, user.CreationDate, 0, text)
		group, err := answeredGroup(t, `{"lastUpdated":"`+text+`"}`)
		require.NoError(t, err, text)
		assert.WithinDuration(t, want, group.LastUpdated, 0, text)
	}
	for _, text := range []string{"", "yesterday", "2026-02-03", "2026-02-03T04:05:06", "2026-13-03T04:05:06Z"} {
		_, err := answeredUser(t, `{"lastLogin":"`+text+`"}`)
		var undecodable *losant.DecodeError
		require.ErrorAs(t, err, &undecodable, text)
	}
}

func TestTheGoTypesHaveExactlyTheDocumentedProperties(t *testing.T) {
	t.Parallel()
	documented := loadConstraints(t).patches
	deviceTag := documented["experienceGroup"].Properties["deviceTags"].Each.Properties
	var link, action, ref map[string]json.RawMessage
	user := propertiesOf(t, userDocument)
	require.NoError(t, json.Unmarshal(propertiesOf(t, string(user["_links"]))["self"], &link))
	require.NoError(t, json.Unmarshal(propertiesOf(t, string(user["_actions"]))["experienceUser.patch"], &action))
	var refs []map[string]json.RawMessage
	require.NoError(t, json.Unmarshal(user["experienceGroups"], &refs))
	ref = refs[0]
	for _, test := range []struct {
		goType reflect.Type
		want   []string
	}{
		{reflect.TypeFor[losant.ExperienceUserPatch](), namesIn(documented["experienceUser"].Properties)},
		{reflect.TypeFor[losant.ExperienceGroupPatch](), namesIn(documented["experienceGroup"].Properties)},
		{reflect.TypeFor[losant.DeviceTag](), namesIn(deviceTag)},
		{reflect.TypeFor[losant.ExperienceUser](), namesIn(user)},
		{reflect.TypeFor[losant.ExperienceGroup](), namesIn(propertiesOf(t, groupDocument))},
		{reflect.TypeFor[losant.ExperienceGroupRef](), namesIn(ref)},
		{reflect.TypeFor[losant.Link](), namesIn(link)},
		{reflect.TypeFor[losant.Action](), namesIn(action)},
		{reflect.TypeFor[losant.Success](), []string{"success"}},
	} {
		assert.ElementsMatch(t, test.want, jsonNames(t, test.goType), "%v", test.goType)
	}
}

func namesIn[V any](properties map[string]V) []string { return slices.Collect(maps.Keys(properties)) }

// jsonNames returns the names under which encoding/json knows the fields of a type.
func jsonNames(t *testing.T, goType reflect.Type) (names []string) {
	t.Helper()
	for _, field := range reflect.VisibleFields(goType) {
		name, option, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous || name == "-" {
			continue
		}
		assert.NotEmpty(t, name, "%v.%s has no name of its own", goType, field.Name)
		assert.Regexp(t, "^omit(zero|empty)$", option, "%v.%s would be written when it is not set", goType, field.Name)
		names = append(names, name)
	}
	return names
}

func TestAPatchSendsUnsetValueEmptyAndNullApart(t *testing.T) {
	t.Parallel()
	type (
		user  = losant.ExperienceUserPatch
		group = losant.ExperienceGroupPatch
	)
	const id = groupID
	cutoff := time.Date(2026, 2, 3, 6, 5, 6, 789e6, time.FixedZone("", 2*3600))
	tests := []struct {
		patch any
		want  string
	}{
		{user{}, `{}`},
		{user{Email: losant.Ptr("ada@example.com")}, `{"email":"ada@example.com"}`},
		{user{Email: losant.Ptr("")}, `{"email":""}`},
		{user{FirstName: losant.Ptr("Ada")}, `{"firstName":"Ada"}`},
		{user{FirstName: losant.Ptr("")}, `{"firstName":""}`},
		{user{LastName: losant.Ptr("Lovelace")}, `{"lastName":"Lovelace"}`},
		{user{LastName: losant.Ptr("")}, `{"lastName":""}`},
		{user{Password: losant.Ptr("pass<word>&")}, `{"password":"pass<word>&"}`},
		{user{Password: losant.Ptr("")}, `{"password":""}`},
		{user{TokenCutoff: &cutoff}, `{"tokenCutoff":"2026-02-03T06:05:06.789+02:00"}`},
		{user{TokenCutoff: &time.Time{}}, `{"tokenCutoff":"0001-01-01T00:00:00Z"}`},
		{user{UserTags: map[string]string{"a": "1", "b": "2"}}, `{"userTags":{"a":"1","b":"2"}}`},
		{user{UserTags: map[string]string{}}, `{"userTags":{}}`},
		{user{ExperienceGroupIDs: []string{id}}, `{"experienceGroupIds":["` + id + `"]}`},
		{user{ExperienceGroupIDs: []string{}}, `{"experienceGroupIds":[]}`},

		{group{}, `{}`},
		{group{Name: losant.Ptr("Floor 8")}, `{"name":"Floor 8"}`},
		{group{Name: losant.Ptr("")}, `{"name":""}`},
		{group{Description: losant.Ptr("High up")}, `{"description":"High up"}`},
		{group{Description: losant.Ptr("")}, `{"description":""}`},
		{group{ExperienceUserIDs: []string{id, userID}}, `{"experienceUserIds":["` + id + `","` + userID + `"]}`},
		{group{ExperienceUserIDs: []string{}}, `{"experienceUserIds":[]}`},
		{group{ExperienceEndpointIDs: []string{id}}, `{"experienceEndpointIds":["` + id + `"]}`},
		{group{ExperienceEndpointIDs: []string{}}, `{"experienceEndpointIds":[]}`},
		{group{GroupTags: map[string]string{"a": "1"}}, `{"groupTags":{"a":"1"}}`},
		{group{GroupTags: map[string]string{}}, `{"groupTags":{}}`},
		{group{DeviceIDs: []string{id}}, `{"deviceIds":["` + id + `"]}`},
		{group{DeviceIDs: []string{}}, `{"deviceIds":[]}`},
		{
			group{DeviceTags: []losant.DeviceTag{{Key: "k", Value: "v"}, {Key: "k"}, {Value: "v"}, {}}},
			`{"deviceTags":[{"key":"k","value":"v"},{"key":"k"},{"value":"v"},{}]}`,
		},
		{group{DeviceTags: []losant.DeviceTag{}}, `{"deviceTags":[]}`},
		{group{DeviceQueryJSON: losant.Value(`{"a":1}`)}, `{"deviceQueryJson":"{\"a\":1}"}`},
		{group{DeviceQueryJSON: losant.Value("")}, `{"deviceQueryJson":""}`},
		{group{DeviceQueryJSON: losant.Null[string]()}, `{"deviceQueryJson":null}`},
		{group{ParentID: losant.Value(id)}, `{"parentId":"` + id + `"}`},
		{group{ParentID: losant.Value("")}, `{"parentId":""}`},
		{group{ParentID: losant.Null[string]()}, `{"parentId":null}`},
	}
	covered := map[string]bool{}
	for _, test := range tests {
		noteFields(covered, test.patch)
		client, requests := newStaged(t, []ending{answers(http.StatusOK)}, losant.WithoutValidation())
		var err error
		switch patch := test.patch.(type) {
		case user:
			_, err = client.ExperienceUser.Patch(t.Context(), applicationID, userID, patch)
		case group:
			_, err = client.ExperienceGroup.Patch(t.Context(), applicationID, groupID, patch)
		}
		require.NoError(t, err, test.want)
		assert.JSONEq(t, test.want, requests.only(t).body)
	}
	expectAllFields(t, covered, user{}, group{})
}

// noteFields notes which fields of a patch are set.
func noteFields(covered map[string]bool, patch any) {
	value := reflect.ValueOf(patch)
	for _, field := range reflect.VisibleFields(value.Type()) {
		if !value.FieldByIndex(field.Index).IsZero() {
			covered[value.Type().Name()+"."+field.Name] = true
		}
	}
}

// expectAllFields checks that every field of the patches was set by some case.
func expectAllFields(t *testing.T, covered map[string]bool, patches ...any) {
	t.Helper()
	for _, patch := range patches {
		for _, field := range reflect.VisibleFields(reflect.TypeOf(patch)) {
			name := reflect.TypeOf(patch).Name() + "." + field.Name
			assert.True(t, covered[name], "no case sets %s", name)
		}
	}
}

// fullUserPatch and fullGroupPatch set every field.
func fullUserPatch() losant.ExperienceUserPatch {
	return losant.ExperienceUserPatch{
		Email: losant.Ptr("ada@example.com"), FirstName: losant.Ptr("Ada"), LastName: losant.Ptr(""),
		Password: losant.Ptr("planted-password"), TokenCutoff: losant.Ptr(instant(2026, 7)),
		UserTags: map[string]string{"shift": "night"}, ExperienceGroupIDs: []string{groupID},
	}
}

func fullGroupPatch() losant.ExperienceGroupPatch {
	return losant.ExperienceGroupPatch{
		Name: losant.Ptr("Floor 8"), Description: losant.Ptr("<&>"), ExperienceUserIDs: []string{userID},
		ExperienceEndpointIDs: []string{groupID}, GroupTags: map[string]string{"wing": "east"}, DeviceIDs: []string{userID},
		DeviceTags: []losant.DeviceTag{{Key: "k", Value: "v"}, {}}, DeviceQueryJSON: losant.Value("{}"),
		ParentID: losant.Null[string](),
	}
}

func TestAPatchSurvivesItsJSON(t *testing.T) {
	t.Parallel()
	for _, patch := range []losant.ExperienceUserPatch{
		{}, {UserTags: map[string]string{}, ExperienceGroupIDs: []string{}}, fullUserPatch(),
	} {
		var back losant.ExperienceUserPatch
		require.NoError(t, json.Unmarshal([]byte(encode(t, patch)), &back))
		assert.Equal(t, patch, back)
	}
	for _, patch := range []losant.ExperienceGroupPatch{
		{},
		{DeviceTags: []losant.DeviceTag{}, GroupTags: map[string]string{}, DeviceQueryJSON: losant.Null[string]()},
		{ExperienceUserIDs: []string{}, ExperienceEndpointIDs: []string{}, DeviceIDs: []string{}},
		{ParentID: losant.Value(groupID)},
		fullGroupPatch(),
	} {
		var back losant.ExperienceGroupPatch
		require.NoError(t, json.Unmarshal([]byte(encode(t, patch)), &back))
		assert.Equal(t, patch, back)
	}
	full := reflect.ValueOf(fullGroupPatch())
	for i := range full.NumField() {
		assert.False(t, full.Field(i).IsZero(), "%s is not part of this test", full.Type().Field(i).Name)
	}
	full = reflect.ValueOf(fullUserPatch())
	for i := range full.NumField() {
		assert.False(t, full.Field(i).IsZero(), "%s is not part of this test", full.Type().Field(i).Name)
	}
}

func TestPtrPointsToACopy(t *testing.T) {
	t.Parallel()
	name := "Ada"
	first, second := losant.Ptr(name), losant.Ptr(name)
	*first = "Grace"
	assert.Equal(t, "Ada", name)
	assert.Equal(t, "Ada", *second)
}

func TestNullableIsUnsetNullOrAValue(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		nullable             losant.Nullable[string]
		value                string
		isSet, isNull, unset bool
		text, json           string
	}{
		{losant.Nullable[string]{}, "", false, false, true, "unset", "null"},
		{losant.Null[string](), "", false, true, false, "null", "null"},
		{losant.Value("a"), "a", true, false, false, "a", `"a"`},
		{losant.Value(""), "", true, false, false, "", `""`}, // a value, though an empty one
	} {
		value, isSet := test.nullable.Get()
		assert.Equal(t, test.value, value, test.text)
		assert.Equal(t, test.isSet, isSet, test.text)
		assert.Equal(t, test.isNull, test.nullable.IsNull(), test.text)
		assert.Equal(t, test.unset, test.nullable.IsZero(), test.text)
		assert.Equal(t, test.text, test.nullable.String())
		assert.Equal(t, test.text, fmt.Sprint(test.nullable))
		assert.Equal(t, test.json, encode(t, test.nullable))
	}
	assert.Equal(t, "5", losant.Value(5).String())

	// == tells them apart, as it does the keys of a map.
	names := map[losant.Nullable[string]]string{
		{}: "unset", losant.Null[string](): "null", losant.Value(""): "empty", losant.Value("a"): "a", losant.Value("b"): "b",
	}
	assert.Len(t, names, 5)
	assert.Equal(t, "a", names[losant.Value("a")])
	assert.Equal(t, "null", names[losant.Null[string]()])
}

func TestNullableWorksInTypesOfTheCaller(t *testing.T) {
	t.Parallel()
	type inner struct {
		Size int `json:"size"`
	}
	type mine struct {
		Text   losant.Nullable[string]  `json:"text,omitzero"`
		Number losant.Nullable[int]     `json:"number,omitzero"`
		Inner  losant.Nullable[inner]   `json:"inner,omitzero"`
		List   losant.Nullable[[]int]   `json:"list,omitzero"`
		Ptr    *losant.Nullable[string] `json:"ptr,omitzero"`
	}
	for document, value := range map[string]mine{
		`{}`:                        {},
		`{"text":null}`:             {Text: losant.Null[string]()},
		`{"text":"","number":0}`:    {Text: losant.Value(""), Number: losant.Value(0)},
		`{"inner":{"size":3}}`:      {Inner: losant.Value(inner{3})},
		`{"inner":null,"list":[1]}`: {Inner: losant.Null[inner](), List: losant.Value([]int{1})},
		`{"ptr":"x"}`:               {Ptr: losant.Ptr(losant.Value("x"))},
	} {
		assert.JSONEq(t, document, encode(t, value))
		var back mine
		require.NoError(t, json.Unmarshal([]byte(document), &back))
		assert.Equal(t, value, back, document)
	}
	var reused mine
	require.NoError(t, json.Unmarshal([]byte(`{"text":"old"}`), &reused))
	require.NoError(t, json.Unmarshal([]byte(`{"text":null}`), &reused))
	assert.Equal(t, losant.Null[string](), reused.Text, "the old value is still there")
	assert.Error(t, json.Unmarshal([]byte(`{"number":"text"}`), &reused))
}

func TestADecodedNullableHasNothingOfTheOneBefore(t *testing.T) {
	t.Parallel()
	value := losant.Value(map[string]int{"a": 1})
	require.NoError(t, json.Unmarshal([]byte(`{"b": 2}`), &value))
	assert.Equal(t, losant.Value(map[string]int{"b": 2}), value)
	require.NoError(t, json.Unmarshal([]byte(`null`), &value))
	assert.Equal(t, losant.Null[map[string]int](), value)
	require.NoError(t, json.Unmarshal([]byte(`{"c": 3}`), &value))
	assert.Equal(t, losant.Value(map[string]int{"c": 3}), value)
}

func TestNullableEqual(t *testing.T) {
	t.Parallel()
	values := []losant.Nullable[string]{{}, losant.Null[string](), losant.Value(""), losant.Value("a")}
	for i, a := range values {
		for j, b := range values {
			assert.Equal(t, i == j, a.Equal(b), "%v and %v", a, b)
		}
	}
	assert.True(t, losant.Value([]int{1}).Equal(losant.Value([]int{1})))
}

func TestPatchesSurviveGob(t *testing.T) {
	t.Parallel()
	for _, patch := range []losant.ExperienceGroupPatch{
		{},
		{ParentID: losant.Null[string](), DeviceQueryJSON: losant.Value("{}")},
		{Name: losant.Ptr("Floor 8"), ParentID: losant.Value(groupID)},
	} {
		var coded bytes.Buffer
		require.NoError(t, gob.NewEncoder(&coded).Encode(patch))
		var decoded losant.ExperienceGroupPatch
		require.NoError(t, gob.NewDecoder(&coded).Decode(&decoded))
		assert.Equal(t, patch, decoded)
	}
}

// An encoder that knows no omitzero would send null for what is not set, if it did not leave that to the patch.
func TestPatchesEncodeThemselves(t *testing.T) {
	t.Parallel()
	for want, patch := range map[string]json.Marshaler{
		`{}`:                               losant.ExperienceGroupPatch{},
		`{"parentId":null}`:                losant.ExperienceGroupPatch{ParentID: losant.Null[string]()},
		`{"deviceQueryJson":"","name":""}`: &losant.ExperienceGroupPatch{Name: losant.Ptr(""), DeviceQueryJSON: losant.Value("")},
		`{"userTags":{},"firstName":""}`:   losant.ExperienceUserPatch{UserTags: map[string]string{}, FirstName: losant.Ptr("")},
		`[{"key":"a"}]`:                    losant.ApplicationGlobalPatch{{Key: "a"}},
	} {
		text, err := patch.MarshalJSON()
		require.NoError(t, err)
		assert.JSONEq(t, want, string(text))
		assert.Equal(t, string(text), encode(t, patch))
	}
}
