package losanttest_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/api"
	"github.com/losant-go/losant/losanttest"
)

// What is-my-json-valid 2.20.6, Losant's validator, says first. The whole of it is held against the validator itself in
// interop.
func TestValidation(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ schema, value, want string }{
		{`{}`, `null`, ``},
		{`{"type":["string"]}`, `5`, `x is the wrong type`},
		{`{"type":["number","null"]}`, `null`, ``},
		{`{"type":["number"]}`, `1e999`, `x is the wrong type`},
		{`{"type":["integer"]}`, `1e999`, ``},
		{`{"type":["integer"]}`, `5.0`, ``},
		{`{"type":["integer"]}`, `5.5`, `x is the wrong type`},
		{`{"type":["object"]}`, `[]`, `x is the wrong type`},
		{`{"enum":["a",5,true]}`, `5.0`, ``},
		{`{"enum":["a",5,true]}`, `"5"`, `x must be an enum value`},
		{`{"enum":["a"]}`, `["a"]`, `x must be an enum value`},
		{`{"minimum":1,"maximum":2}`, `0.9`, `x is less than minimum`},
		{`{"minimum":1,"maximum":2}`, `2.1`, `x is more than maximum`},
		{`{"minimum":1,"maximum":2}`, `"0"`, ``},
		{`{"minItems":2,"maxItems":3}`, `[1]`, `x has less items than allowed`},
		{`{"minItems":2,"maxItems":3}`, `[1,2,3,4]`, `x has more items than allowed`},
		{`{"items":{"type":["string"]},"maxItems":1}`, `["a",5]`, `x.1 is the wrong type`},
		{`{"uniqueItems":true}`, `[1,1.0]`, `x must be unique`},
		{`{"uniqueItems":true}`, `[{"a":1},"{\"a\":1}"]`, `x must be unique`},
		{`{"uniqueItems":true}`, `[1,"1",null,[],[1]]`, ``},
		{`{"uniqueItems":true,"maxItems":2}`, `[1,2,1]`, `x has more items than allowed`},
		{`{"required":["b"],"properties":[{"name":"a","schema":{"type":["null"]}}]}`, `{"a":1}`, `x.b is required`},
		{`{"required":["b"]}`, `"text"`, ``},
		{
			`{"properties":[{"name":"content-type","schema":{"type":["null"]}}]}`, `{"content-type":1}`,
			`x["content-type"] is the wrong type`,
		},
		{
			`{"closed":true,"properties":[{"name":"a","schema":{"type":["null"]}}]}`, `{"a":1,"b":1}`,
			`x has additional properties`,
		},
		{`{"additional":{"type":["string"]}}`, `{"a":"a","b":1}`, `x[keys1.1] is the wrong type`},
		{
			`{"closed":true,"patternProperties":[{"pattern":"^a","schema":{"type":["string"]}}]}`, `{"ab":1}`,
			`x[keys2.0] is the wrong type`,
		},
		{`{"minProperties":1,"maxProperties":1}`, `{}`, `x has less properties than allowed`},
		{`{"minProperties":1,"maxProperties":1}`, `{"a":1,"b":2}`, `x has more properties than allowed`},
		{`{"anyOf":[{"type":["string"]},{"type":["null"]}]}`, `5`, `x no schemas match`},
		{`{"oneOf":[{"type":["string"]},{"type":["null"]}]}`, `5`, `x no (or more than one) schemas match`},
		{`{"oneOf":[{"type":["string"]},{"maxLength":5}]}`, `"a"`, `x no (or more than one) schemas match`},
		{`{"format":"email","maxLength":3}`, `"abcd"`, `x must be email format`},
		{`{"format":"uri","maxLength":3}`, `"abcd"`, `x has longer length than allowed`},
		{`{"format":"uri"}`, `"a+b:c d"`, `x must be uri format`},
		{`{"format":"uri"}`, `"a+b:"`, ``},
		{`{"pattern":"^a$","maxLength":3}`, `"bbbb"`, `x has longer length than allowed`},
		{`{"pattern":"^a$","maxLength":3}`, `"b"`, `x pattern mismatch`},
		{`{"minLength":2}`, `"a"`, `x has less length than allowed`},
		{`{"minLength":2}`, `"😀"`, ``},
	} {
		var s api.Schema
		require.NoError(t, json.Unmarshal([]byte(test.schema), &s))
		assert.Equal(t, test.want, losanttest.Check(&s, test.value), "%s %s", test.schema, test.value)
	}
}

func TestPatternsAreThoseOfJavaScript(t *testing.T) {
	t.Parallel()
	const (
		mixed    = `^(?=.*[A-Z])(?=.*[^A-Za-z0-9])(?=.*[0-9])(?=.*[a-z]).{12,}$`
		noDots   = `^(?!\.{1,2}$)[0-9a-zA-Z_.-]{1,255}$`
		template = `.*{{.+}}.*`
	)
	for _, test := range []struct {
		expression, text string
		want             bool
	}{
		{mixed, "Abcdefghi-0123", true},
		{mixed, "abcdefghi-0123", false},
		{mixed, "Abcdefghij0123", false},
		{mixed, "Abcdefg-012", false},
		{mixed, "Abcd😀😀😀0123", true},
		{mixed, "Ab😀😀😀😀😀1", true}, // each is two characters
		{noDots, ".", false},
		{noDots, "..", false},
		{noDots, "...", true},
		{noDots, ".a", true},
		{noDots, "a b", false},
		{template, "a {{b}} c", true},
		{template, "{{}}", false},
		{template, "{{\n}}", false},
		{template, "{{\u2028}}", false},
		{`^[.]$`, ".", true},
		{`^[.]$`, "a", false},
		{`^\.$`, "a", false},
		{`^a$`, "a\n", false},
		{`b`, "abc", true},
	} {
		assert.Equal(t, test.want, losanttest.MatchPattern(test.expression, test.text), "%s %q", test.expression, test.text)
	}
}

func FuzzValidation(f *testing.F) {
	for _, name := range []string{"devicePost", "flowPatch", "timeSeriesQuery", "dashboardPost", "advancedDeviceQuery"} {
		f.Add(name, `{"name":"a","deviceClass":"standalone","tags":[{"key":"a"}],"$and":[{"$or":[]}],"blocks":[{}]}`)
	}
	index, err := api.LoadIndex()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(_ *testing.T, name, text string) {
		if s, err := index.Schema(name); err == nil && s != nil {
			losanttest.Check(s, text)
		}
	})
}
