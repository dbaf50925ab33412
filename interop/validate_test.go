package interop_test

import (
	"encoding/json"
	"errors"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// Validate and Losant's schemas refuse the same properties of the same patches. They count lengths in different ways:
// the schemas' language in code points, Losant's validator in UTF-16 code units; Validate refuses what both refuse.
func TestValidateAgreesWithTheSchemas(t *testing.T) {
	t.Parallel()
	const patches, seed = 50_000, 1
	schemas := startNode(t, "validate.js")

	asked := make(chan question, 256)
	go func() {
		defer close(asked)
		g := generator{rand.New(rand.NewPCG(seed, seed))} //nolint:gosec // the same numbers every time
		lines := json.NewEncoder(schemas.in)
		for sent := 0; sent < patches; {
			q := g.question()
			asked <- q
			if !q.sayable {
				continue
			}
			if err := lines.Encode(q); err != nil {
				return // the process has ended; reading from it fails as well
			}
			sent++
		}
	}()

	var refused, unsayable, inBetween, disagreements int
	for q := range asked {
		if !q.sayable {
			unsayable++
			require.NotEmpty(t, q.refused, "JSON cannot say what the patch says, so it must be refused: %v", q.Patch)
			continue
		}
		var verdict struct{ Units, Points []string }
		schemas.read(t, &verdict)
		if len(q.refused) > 0 {
			refused++
		}
		if !slices.Equal(verdict.Units, verdict.Points) {
			inBetween++
		}
		both := slices.DeleteFunc(verdict.Units, func(property string) bool {
			return !slices.Contains(verdict.Points, property)
		})
		if !slices.Equal(both, q.refused) {
			disagreements++
			text, err := json.Marshal(q)
			require.NoError(t, err)
			t.Errorf("the schema refuses %q, Validate %q: %.2000s", both, q.refused, text)
		}
	}
	t.Logf("seed %d: %d patches, %d refused, %d with a length between the two ways to count, %d disagreements; "+
		"and %d patches that JSON cannot say", seed, patches, refused, inBetween, disagreements, unsayable)
}

// question is a patch, as validate.js takes it, and what Validate says of it.
type question struct {
	Schema  string `json:"schema"`
	Patch   any    `json:"patch"`
	refused []string
	sayable bool // whether JSON can say what the patch says
}

func ask(schema string, patch interface{ Validate() error }) question {
	q := question{Schema: schema, Patch: patch}
	var invalid *losant.ValidationError
	if errors.As(patch.Validate(), &invalid) {
		for _, v := range invalid.Violations {
			q.refused = append(q.refused, topLevel.FindStringSubmatch(v.Field)[1])
		}
	}
	slices.Sort(q.refused)
	q.refused = slices.Compact(q.refused)
	q.sayable = true
	if user, ok := patch.(losant.ExperienceUserPatch); ok && user.TokenCutoff != nil {
		q.sayable = hasText(*user.TokenCutoff)
	}
	return q
}

// hasText is false for a time that encoding/json refuses, or alters: one in a zone with seconds.
func hasText(moment time.Time) bool {
	var again time.Time
	text, err := json.Marshal(moment)
	return err == nil && json.Unmarshal(text, &again) == nil && again.Equal(moment)
}

// topLevel finds the property of a patch in the field of a violation.
var topLevel = regexp.MustCompile(`^\w+\.(\w+)`)

// generator makes patches whose values lie around the documented limits, as often within as without.
type generator struct{ *rand.Rand }

func (g generator) question() question {
	if g.sometimes(2) {
		return ask("experienceUserPatch", g.userPatch())
	}
	return ask("experienceGroupPatch", g.groupPatch())
}

func (g generator) userPatch() (p losant.ExperienceUserPatch) {
	if g.sometimes(3) {
		p.Email = losant.Ptr(g.email())
	}
	if g.sometimes(4) {
		p.FirstName = losant.Ptr(g.text(0, 1024))
	}
	if g.sometimes(4) {
		p.LastName = losant.Ptr(g.text(0, 1024))
	}
	if g.sometimes(3) {
		p.Password = losant.Ptr(g.text(8, 2048))
	}
	if g.sometimes(4) {
		p.TokenCutoff = losant.Ptr(g.time())
	}
	if g.sometimes(3) {
		p.UserTags = g.tags()
	}
	if g.sometimes(3) {
		p.ExperienceGroupIDs = g.ids()
	}
	return p
}

func (g generator) groupPatch() (p losant.ExperienceGroupPatch) {
	if g.sometimes(3) {
		p.Name = losant.Ptr(g.text(1, 255))
	}
	if g.sometimes(20) {
		p.Description = losant.Ptr(g.text(0, 32767))
	}
	for _, ids := range []*[]string{&p.ExperienceUserIDs, &p.ExperienceEndpointIDs, &p.DeviceIDs} {
		if g.sometimes(6) {
			*ids = g.ids()
		}
	}
	if g.sometimes(3) {
		p.GroupTags = g.tags()
	}
	if g.sometimes(3) {
		p.DeviceTags = g.deviceTags()
	}
	if g.sometimes(10) {
		p.DeviceQueryJSON = g.nullable(g.text(0, 8192))
	}
	if g.sometimes(3) {
		p.ParentID = g.nullable(g.id())
	}
	return p
}

// sometimes is true once in n times.
func (g generator) sometimes(n int) bool { return g.IntN(n) == 0 }

func one[T any](g generator, of ...T) T { return of[g.IntN(len(of))] }

// around is a number near one of two limits.
func (g generator) around(least, most int) int {
	return max(0, one(g, least-1, least, least+1, least+1+g.IntN(16), most/2, most/2+1, most-1, most, most+1))
}

// text is a text whose length is around the limits in characters or in UTF-16 code units.
func (g generator) text(shortest, longest int) string {
	n := g.around(shortest, longest)
	switch g.IntN(6) {
	case 0:
		return strings.Repeat("é", n)
	case 1:
		return strings.Repeat("😀", n)
	case 2:
		return strings.Repeat("😀", n/2) + strings.Repeat("a", n%2)
	case 3:
		return strings.Repeat(one(g, "\x00", "\"", "\\", "<", "\u2028", "\ufffd", "\U0010ffff"), min(n, 300))
	default:
		return strings.Repeat("a", n)
	}
}

func (g generator) email() string {
	if g.sometimes(3) {
		return g.text(0, 1024)
	}
	// All that is white space in Go or in JavaScript, and some that looks like it.
	separator := one(g, "", "", "", ".", "@", " ", "\t", "\n", "\v", "\f", "\r", "\x1c", "\x1f", "\u0085", "\u00a0", "\u1680",
		"\u180e", "\u2000", "\u200a", "\u200b", "\u200d", "\u2028", "\u2029", "\u202f", "\u205f", "\u2060", "\u3000", "\ufeff")
	name := g.text(0, 1024)
	return one(g, name+"@"+separator, separator+"@"+name, "a@b"+separator+"c", separator+"a@", "a"+separator)
}

func (g generator) time() time.Time {
	zone := time.FixedZone("", one(g, 0, 60, -60, 3600, 23*3600+59*60, -23*3600-59*60, 24*3600, -24*3600, 1, g.IntN(90_000)))
	return time.Date(one(g, -1, 0, 1, 1970, 2024, 9999, 10_000), time.Month(g.IntN(14)), g.IntN(33), g.IntN(25), g.IntN(61),
		g.IntN(61), one(g, 0, 1, 1_000_000, 999_999_999), zone)
}

func (g generator) tags() map[string]string {
	tags := map[string]string{}
	for range g.IntN(4) {
		tags[g.tagKey()] = g.tagValue()
	}
	return tags
}

func (g generator) tagKey() string {
	return one(g, "key", "0", "-", "_", "__proto__", "constructor", "", " ", "a.b", "a b", "key\n", "é", "😀", "K\u212a",
		strings.Repeat("k", g.around(1, 255)), strings.Repeat("9", 254)+one(g, "z", "zz", "/", "\n"))
}

func (g generator) tagValue() string {
	if g.sometimes(2) {
		return "value"
	}
	return g.text(1, 255)
}

func (g generator) deviceTags() []losant.DeviceTag {
	n := g.IntN(4)
	if g.sometimes(5) {
		n = g.around(0, 100)
	}
	tags := slices.Repeat([]losant.DeviceTag{{Key: "key", Value: "value"}}, n)
	if n > 0 && g.sometimes(2) {
		tags[g.IntN(n)] = losant.DeviceTag{Key: g.tagKey(), Value: g.tagValue()}
	}
	return tags
}

func (g generator) ids() []string {
	n := g.IntN(4)
	if g.sometimes(20) {
		n = g.around(0, 1000)
	}
	ids := slices.Repeat([]string{"58b9d782cbfafe1be675744d"}, n)
	if n > 0 && g.sometimes(2) {
		ids[g.IntN(n)] = g.id()
	}
	return ids
}

func (g generator) id() string {
	const id = "58b9d782cbfafe1be675744d"
	return one(g, id, id, strings.ToUpper(id), id[1:], id+"0", id+"\n", "\n"+id, id[1:]+"g", id[1:]+"G", id[1:]+"@", id[1:]+"`",
		id[1:]+"/", id[1:]+":", id[1:]+"\u0665", id[1:]+"é", id[:23]+" ", "", "root")
}

func (g generator) nullable(value string) losant.Nullable[string] {
	return one(g, losant.Null[string](), losant.Value(value), losant.Value(value))
}
