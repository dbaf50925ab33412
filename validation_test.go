package losant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// validatable is a patch of either kind.
type validatable interface{ Validate() error }

// constraints are the documented constraints as testdata/constraints.json states them. They judge the JSON of a patch
// and share nothing with the code under test, so that a mistake would have to be made twice.
type constraints struct {
	formats map[string]*regexp.Regexp
	patches map[string]rule
}

// rule is what is documented of one property, and of what is inside it.
type rule struct {
	Kind       string          `json:"kind"` // text, list, map or object
	Shortest   int             `json:"shortest"`
	Longest    int             `json:"longest"` // 0 is no bound
	Formats    []string        `json:"formats"`
	Nullable   bool            `json:"nullable"`
	Keys       string          `json:"keys"` // the format of a map's keys
	Each       *rule           `json:"each"` // the entries of a list or a map
	Properties map[string]rule `json:"properties"`
}

func loadConstraints(t testing.TB) *constraints {
	t.Helper()
	data, err := os.ReadFile("testdata/constraints.json")
	require.NoError(t, err)
	var file struct {
		Formats map[string]string          `json:"formats"`
		Patches map[string]map[string]rule `json:"patches"`
	}
	require.NoError(t, json.Unmarshal(data, &file))
	c := &constraints{formats: map[string]*regexp.Regexp{}, patches: map[string]rule{}}
	for name, pattern := range file.Formats {
		c.formats[name] = regexp.MustCompile(pattern)
	}
	for resource, properties := range file.Patches {
		c.patches[resource] = rule{Kind: "object", Properties: properties}
	}
	return c
}

// violated returns the fields of the patch that break a constraint, sorted.
func (c *constraints) violated(t testing.TB, patch validatable) []string {
	t.Helper()
	resource, meant := "experienceGroup", map[string]string{}
	j := judgement{constraints: c, fields: map[string]bool{}, texts: map[string]string{}}
	switch p := patch.(type) {
	case losant.ExperienceUserPatch:
		resource, meant = "experienceUser", userTexts(p)
		if !survivesJSON(p.TokenCutoff) {
			j.fields["experienceUser.tokenCutoff"] = true
			p.TokenCutoff = nil
		}
		patch = p
	case losant.ExperienceGroupPatch:
		meant = groupTexts(p)
	}
	var document any
	require.NoError(t, json.Unmarshal([]byte(encode(t, patch)), &document))
	j.judge(resource, c.patches[resource], document)
	for field, text := range j.texts {
		if m, ok := meant[strings.TrimPrefix(field, resource+".")]; ok && m != text {
			j.fields[field] = true // encoding/json altered it, which it does to text that is not UTF-8
		}
	}
	return sortedKeys(j.fields)
}

// judgement collects, from the JSON of one patch, the fields that break a constraint and the texts there are.
type judgement struct {
	*constraints
	fields map[string]bool
	texts  map[string]string
}

func (j *judgement) judge(field string, r rule, value any) {
	valid := false
	switch value := value.(type) {
	case nil:
		valid = r.Nullable
	case string:
		j.texts[field] = value
		valid = r.Kind == "text" && j.holds(r, value)
	case []any:
		valid = r.Kind == "list" && len(value) <= r.Longest
		for i, entry := range value {
			j.judge(fmt.Sprintf("%s[%d]", field, i), *r.Each, entry)
		}
	case map[string]any:
		valid = r.Kind == "map" || r.Kind == "object"
		for name, entry := range value {
			if r.Kind == "map" {
				key := fmt.Sprintf("%s[%q]", field, name)
				j.judge(key, *r.Each, entry)
				j.fields[key] = j.fields[key] || !j.formats[r.Keys].MatchString(name)
			} else {
				j.judge(field+"."+name, r.Properties[name], entry)
			}
		}
	}
	j.fields[field] = j.fields[field] || !valid
}

func (j *judgement) holds(r rule, text string) bool {
	for _, format := range r.Formats {
		if !j.formats[format].MatchString(text) {
			return false
		}
	}
	// JSON Schema counts code points, Losant's server UTF-16 units: what either allows is allowed.
	fits := func(n int) bool { return n >= r.Shortest && (n <= r.Longest || r.Longest == 0) }
	return fits(utf8.RuneCountInString(text)) || fits(len(utf16.Encode([]rune(text))))
}

// survivesJSON reports whether encoding/json has a text for the instant.
func survivesJSON(instant *time.Time) bool {
	if instant == nil {
		return true
	}
	data, err := json.Marshal(instant)
	var back time.Time
	return err == nil && json.Unmarshal(data, &back) == nil && back.Equal(*instant)
}

// userTexts returns the texts of a patch as the caller wrote them.
func userTexts(p losant.ExperienceUserPatch) map[string]string {
	return texts(map[string]*string{
		"email": p.Email, "firstName": p.FirstName, "lastName": p.LastName, "password": p.Password,
	}, "userTags", p.UserTags)
}

// groupTexts returns the texts of a patch as the caller wrote them.
func groupTexts(p losant.ExperienceGroupPatch) map[string]string {
	fields := map[string]*string{"name": p.Name, "description": p.Description}
	for i, tag := range p.DeviceTags {
		fields[fmt.Sprintf("deviceTags[%d].key", i)] = &tag.Key
		fields[fmt.Sprintf("deviceTags[%d].value", i)] = &tag.Value
	}
	if query, ok := p.DeviceQueryJSON.Get(); ok {
		fields["deviceQueryJson"] = &query
	}
	return texts(fields, "groupTags", p.GroupTags)
}

func texts(fields map[string]*string, tagField string, tags map[string]string) map[string]string {
	all := map[string]string{}
	for field, text := range fields {
		if text != nil {
			all[field] = *text
		}
	}
	for key, value := range tags {
		all[fmt.Sprintf("%s[%q]", tagField, key)] = value
	}
	return all
}

func sortedKeys(set map[string]bool) []string {
	keys := []string{}
	for key, in := range set {
		if in {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// refusedFields returns the fields that Validate refuses, sorted.
func refusedFields(t testing.TB, patch validatable) []string {
	t.Helper()
	fields := map[string]bool{}
	if err := patch.Validate(); err != nil {
		var refused *losant.ValidationError
		require.ErrorAs(t, err, &refused)
		require.NotEmpty(t, refused.Violations)
		for _, v := range refused.Violations {
			require.NotEmpty(t, v.Problem)
			fields[v.Field] = true
		}
	}
	return sortedKeys(fields)
}

// generator makes patches whose values crowd around the documented limits.
type generator struct{ *rand.Rand }

func newGenerator(seed uint64) generator {
	return generator{rand.New(rand.NewPCG(seed, seed))} //nolint:gosec // a failure must be repeatable
}

func pick[T any](g generator, from ...T) T { return from[g.IntN(len(from))] }

func (g generator) oneIn(n int) bool { return g.IntN(n) == 0 }

// odd are characters of which one is enough to change a verdict, or looks as if it were.
var odd = []rune(" \t\n\u0085\u00a0\u1680\u180e\u2003\u200b\u3000\ufeff\u0301\x00\"<é\u20ac\ufffd\U0001F600@")

// text returns a text with a length near a limit, counted in code points or in UTF-16 units.
func (g generator) text(limits ...int) *string {
	limit := pick(g, limits...)
	length := limit + g.IntN(3) - 1
	base := pick(g, 'a', 'é', '\U0001F600')
	switch {
	case limit > 512 && !g.oneIn(limit/512):
		length = g.IntN(12) // most texts are short, so that there is time for many
	case base > '\uffff' && g.oneIn(2):
		length = length/2 + g.IntN(2)
	}
	text := slices.Repeat([]rune{base}, max(0, length))
	for range g.IntN(3) {
		if length > 0 {
			text[g.IntN(length)] = pick(g, odd...)
		}
	}
	if g.oneIn(40) {
		return losant.Ptr(string(text) + pick(g, "\xff", "\xed\xa0\x80", "\xf0\x9f"))
	}
	return losant.Ptr(string(text))
}

func (g generator) email() *string {
	text := []rune(*g.text(1024))
	if len(text) > 0 && !g.oneIn(4) {
		text[g.IntN(len(text))] = '@'
	}
	return losant.Ptr(string(text))
}

func (g generator) instant() *time.Time {
	year := pick(g, -1, 0, 1969, 2026, 9999, 10000)
	offset := pick(g, 0, 0, 3600, -5*3600, 5*3600+45*60, 1172, -1, 24*3600-60, 24*3600, -24*3600+60, -24*3600)
	return losant.Ptr(time.Date(year, time.Month(1+g.IntN(12)), 1+g.IntN(31), g.IntN(24), 0, 0, g.IntN(1e9),
		time.FixedZone("", offset)))
}

func (g generator) tags() map[string]string {
	tags := map[string]string{}
	for range g.IntN(4) {
		tags[g.tagKey()] = *g.text(1, 255)
	}
	return tags
}

func (g generator) tagKey() string {
	if g.oneIn(8) {
		return pick(g, "", "a.b", "a b", "a\n", "é", "\U0001F600", "\u0661", "\x00", `"`, strings.Repeat("k", 256))
	}
	return pick(g, "k", "K-9_", "0", "__proto__", strings.Repeat("k", 254), strings.Repeat("k", 255))
}

func (g generator) deviceTags() []losant.DeviceTag {
	length := g.IntN(4)
	if g.oneIn(20) {
		length = 99 + g.IntN(3)
	}
	tags := make([]losant.DeviceTag, length)
	for i := range min(length, 3) {
		tags[i] = losant.DeviceTag{Key: g.tagKey(), Value: *g.text(1, 255)}
	}
	return tags
}

func (g generator) ids() []string {
	length := g.IntN(4)
	if g.oneIn(100) {
		length = 999 + g.IntN(3)
	}
	ids := slices.Repeat([]string{userID}, length)
	if length > 0 && g.oneIn(2) {
		ids[g.IntN(length)] = g.id()
	}
	return ids
}

func (g generator) id() string {
	if g.oneIn(2) {
		return pick(g, userID[1:], userID+"0", "", "G"+userID[1:], "g"+userID[1:], userID[1:]+"\n",
			userID[1:]+"\uff11", userID[1:]+"\xff", " "+userID[1:], strings.Repeat("\u0661", 12))
	}
	return pick(g, userID, strings.ToUpper(userID), strings.Repeat("fF", 12), strings.Repeat("0", 24))
}

func (g generator) userPatch() (p losant.ExperienceUserPatch) {
	for _, set := range []func(){
		func() { p.Email = g.email() },
		func() { p.FirstName = g.text(1024) },
		func() { p.LastName = g.text(1024) },
		func() { p.Password = g.text(8, 8, 2048) },
		func() { p.TokenCutoff = g.instant() },
		func() { p.UserTags = g.tags() },
		func() { p.ExperienceGroupIDs = g.ids() },
	} {
		if g.oneIn(4) {
			set()
		}
	}
	return p
}

func (g generator) groupPatch() (p losant.ExperienceGroupPatch) {
	for _, set := range []func(){
		func() { p.Name = g.text(1, 255) },
		func() { p.Description = g.text(32767) },
		func() { p.ExperienceUserIDs = g.ids() },
		func() { p.ExperienceEndpointIDs = g.ids() },
		func() { p.GroupTags = g.tags() },
		func() { p.DeviceIDs = g.ids() },
		func() { p.DeviceTags = g.deviceTags() },
		func() { p.DeviceQueryJSON = pick(g, losant.Null[string](), losant.Value(*g.text(8192))) },
		func() { p.ParentID = pick(g, losant.Null[string](), losant.Value(g.id())) },
	} {
		if g.oneIn(5) {
			set()
		}
	}
	return p
}

func TestValidateAgreesWithTheDocumentedConstraints(t *testing.T) {
	t.Parallel()
	const patches, seed = 10_000, 1
	limits := loadConstraints(t)
	for resource, generate := range map[string]func(generator) validatable{
		"experienceUser":  func(g generator) validatable { return g.userPatch() },
		"experienceGroup": func(g generator) validatable { return g.groupPatch() },
	} {
		t.Run(resource, func(t *testing.T) {
			t.Parallel()
			g := newGenerator(seed)
			accepted, reached := 0, map[string]bool{}
			for i := range patches {
				patch := generate(g)
				want := limits.violated(t, patch)
				got := refusedFields(t, patch)
				if !slices.Equal(want, got) {
					require.Equal(t, want, got, "patch %d: %.2000s", i, encode(t, patch))
				}
				if len(got) == 0 {
					accepted++
				}
				for _, field := range got {
					name, _, _ := strings.Cut(strings.TrimPrefix(field, resource+"."), "[")
					reached[name] = true
				}
			}
			// Without these the comparison could agree about nothing.
			assert.Greater(t, accepted, patches/10, "hardly any valid patch was generated")
			assert.Less(t, accepted, patches*9/10, "hardly any invalid patch was generated")
			assert.Len(t, reached, len(limits.patches[resource].Properties), "some property was never wrong: %v", reached)
		})
	}
}

// Texts of Problem that several properties share.
const (
	mustBeID     = "must be 24 hexadecimal digits"
	mustBeUTF8   = "must be valid UTF-8"
	mustBeTagKey = "must have a key of 1 to 255 characters of 0-9 A-Z a-z _ -"
	mustBeWord   = "must be 1 to 100 characters of 0-9 A-Z a-z _ -"
)

func TestValidateNamesTheFieldAndTheRule(t *testing.T) {
	t.Parallel()
	type (
		user  = losant.ExperienceUserPatch
		group = losant.ExperienceGroupPatch
	)
	text := func(n int) *string { return losant.Ptr(strings.Repeat("a", n)) }
	at := func(year, offset int) *time.Time {
		return losant.Ptr(time.Date(year, 1, 2, 3, 4, 5, 0, time.FixedZone("", offset)))
	}
	ids := func(n int) []string { return slices.Repeat([]string{groupID}, n) }
	const notEmail = "must contain an @ and no white space"
	tests := []struct {
		patch          validatable
		field, problem string
	}{
		{user{Email: losant.Ptr("")}, "email", notEmail},
		{user{Email: losant.Ptr("ada.example.com")}, "email", notEmail},
		{user{Email: losant.Ptr("ada@example.com\u00a0")}, "email", notEmail},
		{user{Email: losant.Ptr("ada@" + *text(1021))}, "email", "must be at most 1024 characters"},
		{user{FirstName: text(1025)}, "firstName", "must be at most 1024 characters"},
		{user{FirstName: losant.Ptr("a\xff")}, "firstName", mustBeUTF8},
		{user{LastName: text(1025)}, "lastName", "must be at most 1024 characters"},
		{user{Password: losant.Ptr("")}, "password", "must be at least 8 characters"},
		{user{Password: text(7)}, "password", "must be at least 8 characters"},
		{user{Password: text(2049)}, "password", "must be at most 2048 characters"},
		{user{TokenCutoff: at(-1, 0)}, "tokenCutoff", "must be in the years 0 to 9999"},
		{user{TokenCutoff: at(10000, 0)}, "tokenCutoff", "must be in the years 0 to 9999"},
		{user{TokenCutoff: at(1900, 1172)}, "tokenCutoff", "must have a zone offset of whole minutes, less than a day"},
		{user{TokenCutoff: at(2026, 24*3600)}, "tokenCutoff", "must have a zone offset of whole minutes, less than a day"},
		{user{UserTags: map[string]string{"bad key": "v"}}, `userTags["bad key"]`, mustBeTagKey},
		{user{UserTags: map[string]string{"": "v"}}, `userTags[""]`, mustBeTagKey},
		{user{UserTags: map[string]string{"\xff": "v"}}, `userTags["\xff"]`, mustBeTagKey},
		{user{UserTags: map[string]string{"k": ""}}, `userTags["k"]`, "must be at least 1 character"},
		{user{UserTags: map[string]string{"k": *text(256)}}, `userTags["k"]`, "must be at most 255 characters"},
		{user{UserTags: map[string]string{"k": "\xff"}}, `userTags["k"]`, mustBeUTF8},
		{user{ExperienceGroupIDs: []string{groupID, "a", userID}}, "experienceGroupIds[1]", mustBeID},
		{user{ExperienceGroupIDs: []string{groupID[1:] + "\n"}}, "experienceGroupIds[0]", mustBeID},
		{user{ExperienceGroupIDs: ids(1001)}, "experienceGroupIds", "must be at most 1000 ids"},
		{group{Name: losant.Ptr("")}, "name", "must be at least 1 character"},
		{group{Name: text(256)}, "name", "must be at most 255 characters"},
		{group{Description: text(32768)}, "description", "must be at most 32767 characters"},
		{group{ExperienceUserIDs: []string{""}}, "experienceUserIds[0]", mustBeID},
		{group{ExperienceUserIDs: ids(1001)}, "experienceUserIds", "must be at most 1000 ids"},
		{group{ExperienceEndpointIDs: []string{userID + "0"}}, "experienceEndpointIds[0]", mustBeID},
		{group{ExperienceEndpointIDs: ids(1001)}, "experienceEndpointIds", "must be at most 1000 ids"},
		{group{GroupTags: map[string]string{"a.b": "v"}}, `groupTags["a.b"]`, mustBeTagKey},
		{group{GroupTags: map[string]string{"k": *text(256)}}, `groupTags["k"]`, "must be at most 255 characters"},
		{group{DeviceIDs: []string{userID, userID[1:]}}, "deviceIds[1]", mustBeID},
		{group{DeviceIDs: ids(1001)}, "deviceIds", "must be at most 1000 ids"},
		{group{DeviceTags: make([]losant.DeviceTag, 101)}, "deviceTags", "must be at most 100 tags"},
		{
			group{DeviceTags: []losant.DeviceTag{{}, {Key: "a b"}}},
			"deviceTags[1].key", "must be 1 to 255 characters of 0-9 A-Z a-z _ -",
		},
		{
			group{DeviceTags: []losant.DeviceTag{{}, {}, {Value: *text(256)}}},
			"deviceTags[2].value", "must be at most 255 characters",
		},
		{group{DeviceTags: []losant.DeviceTag{{Value: "\xff"}}}, "deviceTags[0].value", mustBeUTF8},
		{group{DeviceQueryJSON: losant.Value(*text(8193))}, "deviceQueryJson", "must be at most 8192 characters"},
		{group{DeviceQueryJSON: losant.Value("\xff")}, "deviceQueryJson", mustBeUTF8},
		{group{ParentID: losant.Value("")}, "parentId", mustBeID},
		{group{ParentID: losant.Value("root")}, "parentId", mustBeID},
	}
	for _, test := range tests {
		resource := "experienceUser"
		if _, ok := test.patch.(group); ok {
			resource = "experienceGroup"
		}
		assert.Equal(t, &losant.ValidationError{
			Operation:  resource + ".patch",
			Violations: []losant.Violation{{Field: resource + "." + test.field, Problem: test.problem}},
		}, test.patch.Validate())
	}
}

func TestValidateAcceptsWhatIsJustAllowed(t *testing.T) {
	t.Parallel()
	type (
		user  = losant.ExperienceUserPatch
		group = losant.ExperienceGroupPatch
	)
	emoji := func(n int) *string { return losant.Ptr(strings.Repeat("\U0001F600", n)) }
	at := func(year int, month time.Month, day, offset int) *time.Time {
		return losant.Ptr(time.Date(year, month, day, 0, 0, 0, 1, time.FixedZone("", offset)))
	}
	for name, patch := range map[string]validatable{
		"a user patch that changes nothing":  user{},
		"a group patch that changes nothing": group{},
		"a user patch that clears": user{
			FirstName: losant.Ptr(""), LastName: losant.Ptr(""),
			UserTags: map[string]string{}, ExperienceGroupIDs: []string{},
		},
		"a group patch that clears": group{
			Description: losant.Ptr(""), GroupTags: map[string]string{}, DeviceTags: []losant.DeviceTag{},
			DeviceQueryJSON: losant.Null[string](), ParentID: losant.Null[string](),
		},
		"half an email":                         user{Email: losant.Ptr("a@")},
		"characters that are no white space":    user{Email: losant.Ptr("@\u0085\u200b\u180e")},
		"a replacement character that is meant": user{FirstName: losant.Ptr("\ufffd")},
		"a password of 8 UTF-16 units":          user{Password: emoji(4)},
		"a password of 2048 code points":        user{Password: emoji(2048)},
		"the last date":                         user{TokenCutoff: at(9999, time.December, 31, -86340)},
		"the first date":                        user{TokenCutoff: at(0, time.January, 1, 86340)},
		"the longest tag":                       user{UserTags: map[string]string{strings.Repeat("k", 255): *emoji(255)}},
		"a name of 255 code points":             group{Name: emoji(255)},
		"a description of 32767 code points":    group{Description: emoji(32767)},
		"a query that is not JSON":              group{DeviceQueryJSON: losant.Value("")},
		"1000 ids in upper case":                group{DeviceIDs: slices.Repeat([]string{strings.ToUpper(userID)}, 1000)},
		"100 device tags of nothing":            group{DeviceTags: make([]losant.DeviceTag, 100)},
	} {
		assert.NoError(t, patch.Validate(), name)
	}
}

func TestValidateReportsAllViolationsInAStableOrder(t *testing.T) {
	t.Parallel()
	bad := losant.Ptr("\xff") // as an email it breaks two rules
	tags, sorted := map[string]string{}, []string{}
	for c := 'a'; c <= 'z'; c++ {
		tags[string(c)] = ""
		sorted = append(sorted, fmt.Sprintf("[%q]", string(c)))
	}
	user := losant.ExperienceUserPatch{
		Email: bad, FirstName: bad, LastName: bad, Password: losant.Ptr(""), TokenCutoff: &time.Time{},
		UserTags: tags, ExperienceGroupIDs: []string{"0", "0"},
	}
	*user.TokenCutoff = user.TokenCutoff.AddDate(-9, 0, 0)
	group := losant.ExperienceGroupPatch{
		Name: bad, Description: bad, ExperienceUserIDs: []string{"0"}, ExperienceEndpointIDs: []string{"0"},
		GroupTags: tags, DeviceIDs: []string{"0"}, DeviceTags: []losant.DeviceTag{{Key: ".", Value: "\xff"}},
		DeviceQueryJSON: losant.Value("\xff"), ParentID: losant.Value("0"),
	}
	userFields := []string{"email", "email", "firstName", "lastName", "password", "tokenCutoff"}
	groupFields := []string{"name", "description", "experienceUserIds[0]", "experienceEndpointIds[0]"}
	for _, tag := range sorted {
		userFields = append(userFields, "userTags"+tag)
		groupFields = append(groupFields, "groupTags"+tag)
	}
	userFields = append(userFields, "experienceGroupIds[0]", "experienceGroupIds[1]")
	groupFields = append(groupFields,
		"deviceIds[0]", "deviceTags[0].key", "deviceTags[0].value", "deviceQueryJson", "parentId")

	assert.Equal(t, userFields, violatedFields(t, user.Validate(), "experienceUser."))
	assert.Equal(t, groupFields, violatedFields(t, group.Validate(), "experienceGroup."))
}

// violatedFields returns the fields of a ValidationError in its order, without a prefix.
func violatedFields(t *testing.T, err error, prefix string) (fields []string) {
	t.Helper()
	var refused *losant.ValidationError
	require.ErrorAs(t, err, &refused)
	for _, v := range refused.Violations {
		fields = append(fields, strings.TrimPrefix(v.Field, prefix))
	}
	return fields
}

func TestWithoutValidationSendsARefusedPatchButNoRefusedID(t *testing.T) {
	t.Parallel()
	bodies := map[string]string{}
	client, transport := newMocked(t)
	record(transport, func(r *http.Request) (*http.Response, error) {
		var document json.RawMessage
		err := json.NewDecoder(r.Body).Decode(&document)
		bodies[r.URL.Path] = string(document)
		return httpmock.NewStringResponse(http.StatusOK, "{}"), err
	})
	userPatch := losant.ExperienceUserPatch{Email: losant.Ptr("nobody")}
	groupPatch := losant.ExperienceGroupPatch{Name: losant.Ptr("")}

	_, err := client.ExperienceUser.Patch(t.Context(), applicationID, userID, userPatch, losant.WithoutValidation())
	require.NoError(t, err)
	_, err = client.ExperienceGroup.Patch(t.Context(), applicationID, groupID, groupPatch, losant.WithoutValidation())
	require.NoError(t, err)
	assert.Equal(t, map[string]string{userPath: `{"email":"nobody"}`, groupPath: `{"name":""}`}, bodies)

	_, err = client.ExperienceUser.Patch(t.Context(), applicationID, "..", userPatch, losant.WithoutValidation())
	assert.Equal(t, []string{"experienceUserId"}, violatedFields(t, err, ""))
	_, err = client.ExperienceGroup.Patch(t.Context(), "..", groupID, groupPatch, losant.WithoutValidation())
	assert.Equal(t, []string{"applicationId"}, violatedFields(t, err, ""))
	assert.Equal(t, 2, transport.sent())

	_, err = client.ExperienceUser.Patch(t.Context(), applicationID, userID, userPatch)
	assert.Error(t, err, "an option of one call must not outlive it")
}

func TestAPatchWithoutAJSONFormIsRefusedEvenWithoutValidation(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	patch := losant.ExperienceUserPatch{TokenCutoff: losant.Ptr(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))}

	_, err := client.ExperienceUser.Patch(t.Context(), applicationID, userID, patch, losant.WithoutValidation())

	assert.Equal(t, []string{"experienceUser"}, violatedFields(t, err, ""))
	assert.Zero(t, transport.sent())
}

// callWithIDs calls one of the six methods.
type callWithIDs func(ctx context.Context, applicationID, id string) (result any, err error)

func callsOf(c *losant.Client) map[string]callWithIDs {
	users, groups := c.ExperienceUser, c.ExperienceGroup
	return map[string]callWithIDs{
		"experienceUser.delete": func(ctx context.Context, a, id string) (any, error) { return users.Delete(ctx, a, id) },
		"experienceUser.get":    func(ctx context.Context, a, id string) (any, error) { return users.Get(ctx, a, id) },
		"experienceUser.patch": func(ctx context.Context, a, id string) (any, error) {
			return users.Patch(ctx, a, id, losant.ExperienceUserPatch{})
		},
		"experienceGroup.delete": func(ctx context.Context, a, id string) (any, error) { return groups.Delete(ctx, a, id) },
		"experienceGroup.get":    func(ctx context.Context, a, id string) (any, error) { return groups.Get(ctx, a, id) },
		"experienceGroup.patch": func(ctx context.Context, a, id string) (any, error) {
			return groups.Patch(ctx, a, id, losant.ExperienceGroupPatch{})
		},
	}
}

func TestNoIDThatCouldNameAnotherResourceIsSent(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	record(transport, httpmock.NewStringResponder(http.StatusOK, `{"success":true}`))
	ids := []string{
		"", ".", "..", "...", "%2e%2e", "%2F", "../groups/" + groupID, "a/b", `a\b`, "/", userID + "/", userID + "?",
		userID + "#",
		"a b", " " + userID, userID + "\n", userID + "\x00", "a\tb", "a\x7f", "a.b", "a%", "a;b", "a:b", "{id}", "*", "~",
		"\u0661\u0662\u0663", "\uff0e\uff0e", "\u2024\u2024", "é", "\xff", strings.Repeat("a", 101),
	}
	for operation, call := range callsOf(client) {
		own, _, _ := strings.Cut(operation, ".")
		for _, id := range ids {
			result, err := call(t.Context(), id, userID)
			assert.Nil(t, result, "%s %q", operation, id)
			assert.Equal(t, &losant.ValidationError{Operation: operation, Violations: []losant.Violation{
				{Field: "applicationId", Problem: mustBeWord},
			}}, err, "%q", id)

			result, err = call(t.Context(), applicationID, id)
			assert.Nil(t, result, "%s %q", operation, id)
			assert.Equal(t, &losant.ValidationError{Operation: operation, Violations: []losant.Violation{
				{Field: own + "Id", Problem: mustBeWord},
			}}, err, "%q", id)
		}
	}
	assert.Zero(t, transport.sent())
}

func TestEveryOtherIDIsSentAsItIs(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"a", "0", "-", "_", userID, strings.ToUpper(userID), strings.Repeat("z", 100)} {
		client, transport := newMocked(t)
		var paths []string
		record(transport, func(r *http.Request) (*http.Response, error) {
			paths = append(paths, r.URL.EscapedPath())
			return httpmock.NewStringResponse(http.StatusOK, `{"success":true}`), nil
		})
		for operation, call := range callsOf(client) {
			paths = nil
			_, err := call(t.Context(), id, id)
			require.NoError(t, err)
			collection := "groups"
			if strings.HasPrefix(operation, "experienceUser.") {
				collection = "users"
			}
			assert.Equal(t, []string{"/applications/" + id + "/experience/" + collection + "/" + id}, paths)
		}
	}
}

func TestAValidationErrorNeverShowsAValue(t *testing.T) {
	t.Parallel()
	const planted = "planted value "
	client, _ := newMocked(t)
	long := losant.Ptr(strings.Repeat(planted, 4000) + "\xff")
	_, userErr := client.ExperienceUser.Patch(t.Context(), planted, planted, losant.ExperienceUserPatch{
		Email: long, FirstName: long, LastName: long, Password: long,
		UserTags: map[string]string{"k": *long}, ExperienceGroupIDs: []string{planted},
	})
	_, groupErr := client.ExperienceGroup.Patch(t.Context(), planted, planted, losant.ExperienceGroupPatch{
		Name: long, Description: long, GroupTags: map[string]string{"k": *long},
		ExperienceUserIDs: []string{planted}, ExperienceEndpointIDs: []string{planted}, DeviceIDs: []string{planted},
		DeviceTags:      []losant.DeviceTag{{Key: planted, Value: *long}},
		DeviceQueryJSON: losant.Value(*long), ParentID: losant.Value(planted),
	})
	short := losant.ExperienceUserPatch{Password: losant.Ptr("planted")}.Validate()
	for _, err := range []error{userErr, groupErr, short} {
		var refused *losant.ValidationError
		require.ErrorAs(t, err, &refused)
		for _, text := range []string{err.Error(), fmt.Sprintf("%+v", *refused), fmt.Sprintf("%#v", errors.Join(err))} {
			assert.NotContains(t, text, "planted")
		}
	}
}

func TestABodyIsOfOneKind(t *testing.T) {
	t.Parallel()
	for _, one := range []losant.DeviceConnectionStatus{
		{Connected: &losant.DeviceConnectionStatusConnected{}},
		{Disconnected: &losant.DeviceConnectionStatusDisconnected{}},
	} {
		require.NoError(t, one.Validate())
	}
	require.EqualError(t, losant.DeviceConnectionStatus{}.Validate(),
		"losant: device.setConnectionStatus: invalid input: connectionStatus must be of a known kind")
	assert.EqualError(t, losant.DeviceConnectionStatus{
		Connected: &losant.DeviceConnectionStatusConnected{}, Disconnected: &losant.DeviceConnectionStatusDisconnected{},
	}.Validate(),
		"losant: device.setConnectionStatus: invalid input: connectionStatus must be of one kind, not of several")
}

// Two actions with the same body have a name each for it.
func TestABodyHasTheNameThatItsActionGivesIt(t *testing.T) {
	t.Parallel()
	client, err := losant.NewClient(secretToken)
	require.NoError(t, err)
	patch := losant.EventPatch{Subject: losant.Ptr("")}
	_, one := client.Event.Patch(t.Context(), applicationID, userID, patch)
	_, many := client.Events.Patch(t.Context(), applicationID, patch)
	for want, err := range map[string]error{"event.subject": one, "updates.subject": many, "event.subject ": patch.Validate()} {
		var invalid *losant.ValidationError
		require.ErrorAs(t, err, &invalid)
		require.Len(t, invalid.Violations, 1)
		assert.Equal(t, strings.TrimSpace(want), invalid.Violations[0].Field)
	}
}

func TestAnInstantOfABody(t *testing.T) {
	t.Parallel()
	body := losant.TimeSeriesQuery{Start: losant.Ago(time.Hour), End: losant.Now(), Aggregation: losant.AggregationMean}
	require.NoError(t, body.Validate())
	encoded, err := json.Marshal(body)
	require.NoError(t, err)
	assert.JSONEq(t, `{"start": -3600000, "end": 0, "aggregation": "MEAN"}`, string(encoded))
	var decoded losant.TimeSeriesQuery
	require.NoError(t, json.Unmarshal(encoded, &decoded))
	assert.Equal(t, body.Start, decoded.Start)
	assert.Equal(t, body.End, decoded.End)

	body = losant.TimeSeriesQuery{Start: losant.Ago(-time.Hour), Aggregation: losant.Aggregation("AVERAGE")}
	require.ErrorContains(t, body.Validate(), "query.start must not be after now")
	require.ErrorContains(t, body.Validate(), "query.aggregation must be")
}

// What a device reports and what a row holds are texts, numbers and booleans, of whatever Go type; null is for rows.
func TestValuesAreScalars(t *testing.T) {
	t.Parallel()
	client, _ := newStaged(t, []ending{respond(http.StatusOK, `{"success":true}`)})
	for name, c := range map[string]struct {
		value   any
		refused bool
	}{
		"a text": {value: "a"}, "an int": {value: 1}, "an int64": {value: int64(1)}, "a float32": {value: float32(1)},
		"a JSON number": {value: json.Number("1")}, "a boolean": {value: true}, "a kind of text": {value: losant.DeviceClass("a")},
		"nothing": {value: nil, refused: true}, "a list": {value: []int{1}, refused: true},
		"an object": {value: map[string]any{}, refused: true}, "a struct": {value: struct{}{}, refused: true},
	} {
		_, err := client.Device.SendState(t.Context(), applicationID, deviceID, losant.DeviceStateOrStates{
			{Data: map[string]any{"good": 1, "voltage": c.value}},
		})
		if !c.refused {
			require.NoError(t, err, name)
			continue
		}
		var invalid *losant.ValidationError
		require.ErrorAs(t, err, &invalid, name)
		assert.Equal(t, []losant.Violation{
			{Field: `deviceState[0].data["voltage"]`, Problem: "must be a text, a number or a boolean"},
		}, invalid.Violations, name)
	}
}
