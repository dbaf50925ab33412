package losant_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	losantapi "github.com/losant-go/losant/internal/api"
)

// turns are how many documents of a schema a test looks at, so that every alternative of a choice has its turn.
const turns = 20

func description(t *testing.T) *losantapi.Description {
	t.Helper()
	d, err := losantapi.Load()
	require.NoError(t, err)
	return d
}

// An answer that fills every property is decoded, and encodes to what it was: nothing has been lost.
func TestEveryAnswerKeepsEveryProperty(t *testing.T) {
	t.Parallel()
	d := description(t)
	require.Greater(t, len(answerTypes), 100)
	for _, name := range slices.Sorted(maps.Keys(answerTypes)) {
		if name == "dataTableRowInsertResult" {
			continue // a row or the ids of several: the cells of the row are in Raw only
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for turn := range turns {
				c := composer{t: t, api: d, full: true, turn: turn}
				assertReadsBack(t, answerTypes[name](), c.compose(&losantapi.Schema{Ref: name}, ""))
			}
		})
	}
}

// A request type reads back what it wrote, and what it is decoded from is what it sends.
func TestEveryBodyReadsBackWhatItWrote(t *testing.T) {
	t.Parallel()
	d := description(t)
	require.Greater(t, len(bodyTypes), 100)
	for _, name := range slices.Sorted(maps.Keys(bodyTypes)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for turn := range turns {
				c := composer{t: t, api: d, full: true, turn: turn}
				assertReadsBack(t, bodyTypes[name](), c.compose(&losantapi.Schema{Ref: name}, ""))
			}
		})
	}
}

func assertReadsBack(t *testing.T, value, document any) {
	t.Helper()
	sent, err := json.Marshal(document)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(sent, value), string(sent))
	got, err := json.Marshal(value)
	require.NoError(t, err)
	if !reflect.DeepEqual(decoded(t, sent), decoded(t, got)) {
		require.JSONEq(t, string(sent), string(got))
	}
}

// What the schema allows is sent, and what it does not is refused: a library of JSON Schema judges what is sent of random
// documents and of those that break one rule.
func TestEveryBodyIsRefusedAsItsSchemaSays(t *testing.T) {
	t.Parallel()
	d := description(t)
	judge := newJudge(t, d)
	for i, name := range slices.Sorted(maps.Keys(bodyTypes)) {
		schema := judge(name)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, uint64(i))) //nolint:gosec // the same each time
			for range turns {
				c := composer{t: t, api: d, random: random}
				document := c.compose(&losantapi.Schema{Ref: name}, "")
				assertJudgedAlike(t, schema, bodyTypes[name](), document, true)
			}
			seen := map[string]bool{}
			for turn, most := 0, 0; turn <= most; turn++ {
				for target, sites := 0, 0; target <= sites; target++ {
					c := composer{t: t, api: d, full: true, turn: turn, checks: true, target: target}
					document := c.compose(&losantapi.Schema{Ref: name}, "")
					if text := fmt.Sprint(document); !seen[text] {
						seen[text] = true
						assertJudgedAlike(t, schema, bodyTypes[name](), document, target == 0)
					}
					sites, most = max(sites, c.sites), max(most, c.most-1)
				}
			}
		})
	}
}

func assertJudgedAlike(t *testing.T, schema *jsonschema.Schema, value, document any, valid bool) {
	t.Helper()
	text, err := json.Marshal(document)
	require.NoError(t, err)
	if err := json.Unmarshal(text, value); err != nil {
		require.False(t, valid, "%s: %v", text, err)
		return // what has another type cannot be sent
	}
	sent, err := json.Marshal(value)
	require.NoError(t, err)
	refused := validate(value)
	verdict := schema.Validate(decoded(t, sent))
	if valid {
		require.NoError(t, schema.Validate(decoded(t, text)), "the document is none of the schema: %s", text)
	}
	if verdict == nil {
		assert.NoError(t, refused, "%s", sent)
	} else if refused == nil {
		assert.Fail(t, "not refused", "%s\n%v", sent, verdict)
	}
}

func decoded(t *testing.T, text []byte) any {
	t.Helper()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	require.NoError(t, err)
	return v
}

func validate(value any) error {
	return value.(interface{ Validate() error }).Validate()
}

// isRaw reports whether the value of a property stays as it is, and so is not checked.
func isRaw(property string) bool {
	return slices.Contains([]string{"nodes", "triggers", "blocks", "query", "deviceQuery"}, property)
}

// officialRegexp makes the patterns of the description match without Go's regular expressions where those lack look-ahead.
func officialRegexp(pattern string) (jsonschema.Regexp, error) {
	switch pattern {
	case `^(?!\.{1,2}$)[0-9a-zA-Z_.-]{1,255}$`:
		return allOf{pattern, []string{`^[0-9a-zA-Z_.-]{1,255}$`, `[^.]|\.{3}`}}, nil
	case `^(?=.*[A-Z])(?=.*[^A-Za-z0-9])(?=.*[0-9])(?=.*[a-z]).{12,}$`:
		return allOf{pattern, []string{`[A-Z]`, `[^A-Za-z0-9]`, `[0-9]`, `[a-z]`, `^.{12,}$`}}, nil
	}
	return regexp.Compile(pattern)
}

type allOf struct {
	pattern string
	all     []string
}

func (a allOf) String() string { return a.pattern }

func (a allOf) MatchString(s string) bool {
	for _, pattern := range a.all {
		if !regexp.MustCompile(pattern).MatchString(s) {
			return false
		}
	}
	return true
}

// shownAs is a value, and what holds it, as fmt and slog show it.
func shownAs(v any) (all []string) {
	value := reflect.ValueOf(v).Elem().Interface()
	for _, shape := range []any{v, value, struct{ Shown any }{value}, []any{value}, map[string]any{"k": v}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			all = append(all, fmt.Sprintf(verb, shape))
		}
	}
	text, js := logged("value", value)
	return append(all, text, js)
}

// A secret in any property that the overlay calls one is shown by no formatting, wherever it is.
func TestNoSchemaShowsASecret(t *testing.T) {
	t.Parallel()
	d := description(t)
	overlay, err := losantapi.LoadOverlay()
	require.NoError(t, err)
	planted := 0
	for _, types := range []map[string]func() any{answerTypes, bodyTypes} {
		for _, name := range slices.Sorted(maps.Keys(types)) {
			for turn := range 3 {
				c := composer{t: t, api: d, full: true, turn: turn, overlay: overlay}
				document := c.compose(&losantapi.Schema{Ref: name}, "")
				if c.planted == 0 {
					continue
				}
				planted++
				text, err := json.Marshal(document)
				require.NoError(t, err)
				value := types[name]()
				require.NoError(t, json.Unmarshal(text, value))
				for _, shown := range shownAs(value) {
					assert.NotContains(t, shown, secretWord, name)
				}
			}
		}
	}
	require.Greater(t, planted, 100)
}
