package jsondec_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/jsondec"
)

// everything has a field of each kind that a plan can have.
type everything struct {
	Embedded

	Text      string                     `json:"text"`
	Named     name                       `json:"named"`
	Flag      bool                       `json:"flag"`
	Count     int                        `json:"count"`
	Small     int8                       `json:"small"`
	Float     float64                    `json:"float"`
	Any       any                        `json:"any"`
	Time      time.Time                  `json:"time"`
	Raw       json.RawMessage            `json:"raw"`
	Pointer   *string                    `json:"pointer"`
	TimeOrNil *time.Time                 `json:"timeOrNil"`
	Deep      **int                      `json:"deep"`
	Self      *everything                `json:"self"`
	Texts     []string                   `json:"texts"`
	Objects   []point                    `json:"objects"`
	Lists     [][]int                    `json:"lists"`
	Strings   map[string]string          `json:"strings"`
	Anys      map[string]any             `json:"anys"`
	NamedMap  attributes                 `json:"namedMap"`
	ByName    map[name]point             `json:"byName"`
	Rows      []map[string]any           `json:"rows"`
	Raws      map[string]json.RawMessage `json:"raws"`
	Own       upper                      `json:"own"`
	Owns      []*upper                   `json:"owns"`
	TextOnly  textOnly                   `json:"textOnly"`
	ByText    map[textOnly]int           `json:"byText"`
	Dated     dated                      `json:"dated"`
	Entries   entries                    `json:"entries"`
	Array     [2]int                     `json:"array"`
	Bytes     []byte                     `json:"bytes"`
	Unsigned  uint16                     `json:"unsigned"`
	Short     float32                    `json:"short"`
	Number    json.Number                `json:"number"`
	ByNumber  map[int]string             `json:"byNumber"`
	Quoted    struct {
		N int `json:"n,string"`
	} `json:"quoted"`
	Stringer fmt.Stringer `json:"stringer"`
	Ignored  string       `json:"-"`
}

// Embedded is hidden by what embeds it where both have a name.
type Embedded struct {
	Type  string            `json:"_type"`
	Text  string            `json:"text"`
	Links map[string]string `json:"_links"`
}

type (
	name       string
	attributes map[string]any
)

type point struct {
	X float64        `json:"x"`
	Y *float64       `json:"y"`
	T time.Time      `json:"t"`
	D map[string]any `json:"d"`
}

// upper has an UnmarshalJSON.
type upper string

func (u *upper) UnmarshalJSON(data []byte) error {
	var whole int
	if err := json.Unmarshal(data, &whole); err != nil && data[0] >= '0' && data[0] <= '9' {
		return err
	}
	if string(data) == "{}" {
		return errors.New("an upper is no object")
	}
	*u = upper(bytes.ToUpper(data))
	return nil
}

// textOnly has an UnmarshalText.
type textOnly string

func (t *textOnly) UnmarshalText(text []byte) error {
	*t = "text:" + textOnly(text)
	return nil
}

// dated and entries have an UnmarshalJSON that the decoder does without.
type dated struct {
	At   time.Time  `json:"at"`
	When *time.Time `json:"when"`
	Name string     `json:"name"`
}

type instant struct{ time.Time }

func (i *instant) UnmarshalJSON(data []byte) error {
	if data[0] == '{' {
		var object struct {
			Date json.RawMessage `json:"$date"`
		}
		if err := json.Unmarshal(data, &object); err != nil {
			return err
		}
		data = object.Date
	}
	var ms float64
	if string(data) != "null" && json.Unmarshal(data, &ms) == nil {
		i.Time = time.UnixMilli(int64(ms)).UTC()
		return nil
	}
	return i.Time.UnmarshalJSON(data)
}

func (d *dated) UnmarshalJSON(data []byte) error {
	var fields struct {
		At   instant `json:"at"`
		When instant `json:"when"`
		Name string  `json:"name"`
	}
	if err := json.Unmarshal(data, &fields); err != nil {
		return err
	}
	*d = dated{At: fields.At.Time, Name: fields.Name}
	if !fields.When.IsZero() {
		d.When = &fields.When.Time
	}
	return nil
}

type entries map[string]point

func (e *entries) UnmarshalJSON(data []byte) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	delete(all, "_links")
	*e = make(entries, len(all))
	for _, key := range slices.Sorted(maps.Keys(all)) {
		var p point
		if err := json.Unmarshal(all[key], &p); err != nil {
			return err
		}
		(*e)[key] = p
	}
	return nil
}

// either is a point, a dated, or something else.
type either struct {
	Point *point
	Dated *dated
	Raw   json.RawMessage
}

func (e *either) kind(data []byte) any {
	var is struct {
		X  any `json:"x"`
		At any `json:"at"`
	}
	_ = json.Unmarshal(data, &is)
	switch *e = (either{}); {
	case is.X != nil:
		e.Point = new(point)
		return e.Point
	case is.At != nil:
		e.Dated = new(dated)
		return e.Dated
	default:
		return &e.Raw
	}
}

func (e *either) UnmarshalJSON(data []byte) error { return json.Unmarshal(data, e.kind(data)) }

func newDecoder() *jsondec.Decoder {
	return &jsondec.Decoder{Special: func(v any) *jsondec.Special {
		switch v.(type) {
		case *dated:
			return &jsondec.Special{Moments: []string{"at", "when"}}
		case *entries:
			return &jsondec.Special{NoKeys: []string{"_links"}}
		case *either:
			return &jsondec.Special{Kind: func(v any, source []byte) any { return v.(*either).kind(source) }}
		default:
			return nil
		}
	}}
}

// values are JSON for the fields of everything, right and wrong ones.
var values = []string{
	`null`, `true`, `false`, `0`, `-0`, `7`, `-7`, `127`, `128`, `-129`, `65536`, `9007199254740993`, `9223372036854775807`,
	`9223372036854775808`, `-9223372036854775808`, `123456789012345678901234567890`, `0.1`, `-0.0`, `0.1e-2`, `5.5`, `1e23`,
	`1e-23`, `4.35`, `0.000001`, `123456.789`, `9007199254740992`, `9007199254740993.0`, `1.7976931348623157e308`, `1e309`,
	`-1e999999999999`, `1e-999`, `4.9e-324`, `0e500`, `00`, `01`, `-`, `+1`, `.5`, `5.`, `5e`, `5e+`, `0x1`, `NaN`, `Infinity`,
	`""`, `"a"`, `"a b c d e f g h"`, `"exactly8"`, `"twenty four characters .."`, `"` + strings.Repeat("long ", 50) + `"`,
	`"\"\\\/\b\f\n\r\t"`, `"\u00e9\u20AC\ud83d\ude00"`, `"\ud800"`, `"\ud800\ud800"`, `"\ud800\u0041"`, `"\udc00x"`, `"é€😀"`,
	"\"\xff\"", "\"\xc3\"", "\"a\xe2\x82b\"", "\"\xed\xa0\x80\"", "\"\xff\xff\\n\"", "\"\x7f\"", "\"\x00\"", "\"\n\"", "\"1234567\n\"",
	`"\x"`, `"\u12"`, `"\u12G4"`, `"\`, `"`, `"open`, `'a'`, `"5"`, `"true"`, `"AQID"`, `"="`,
	`"2016-06-13T04:00:00.000Z"`, `"2016-06-13T04:00:00Z"`, `"2016-06-13T04:00:00.123456789Z"`, `"2016-02-29T23:59:59.999Z"`,
	`"2015-02-29T23:59:59.999Z"`, `"2016-06-31T00:00:00.000Z"`, `"2016-12-31T23:59:60.000Z"`, `"2016-13-01T00:00:00.000Z"`,
	`"2016-06-13T24:00:00.000Z"`, `"0000-01-01T00:00:00.000Z"`, `"0001-01-01T00:00:00.000Z"`, `"9999-12-28T00:00:00.000Z"`,
	`"2016-06-13T04:00:00.000+02:00"`, `"2016-06-13 04:00:00.000Z"`, `"2016-06-1aT04:00:00.000Z"`, `"2016-06-13T04:00:00.00xZ"`,
	`"2016-06-13T04:00:00.000Zx`, `1465790400000`, `-1`, `{"$date":"2016-06-13T04:00:00.000Z"}`, `{"$date":1465790400000.7}`,
	`{"$date":null}`, `{"$date":{}}`, `{"x":1}`,
	`[]`, `[ ]`, `[1,2,3]`, `["a","b"]`, `[null]`, `[{}]`, `[[1],[],[2,3]]`, `[1,]`, `[,1]`, `[1 2]`, `[1`, `]`, `[1}`,
	`{}`, `{ }`, `{"a":1}`, `{"a":"b"}`, `{"a":{"x":1,"y":2}}`, `{"x":1.5,"t":"2016-06-13T04:00:00.000Z","d":{"e":[true]}}`,
	`{"a":null,"b":[1, 2 ,{"c" : "d"}]}`, `{"_links":{"x":"y"},"k":{"x":3}}`, `{"1":"a","-2":"b"}`, `{"n":"5"}`, `{"n":5}`,
	`{"at":1465790400000,"when":{"$date":1},"name":"x"}`, `{"at":"2016-06-13T04:00:00Z","when":"0001-01-01T00:00:00Z"}`,
	`{"at":null,"when":null,"name":null}`, `{"a":1,}`, `{a:1}`, `{"a" 1}`, `{"a":}`, `{"a"`, `{1:2}`, `{"a":1]`, `}`,
	`{"\u0061":1,"\\":2,"é":3}`, "{\"\xff\":1}", `tru`, `truE`, `nul`, `falsey`, `undefined`, ` 1 `, "\v1", "\u00a01",
}

// names are the properties of everything, and one that it has not.
func names() []string {
	all := []string{"unknown"}
	for _, f := range reflect.VisibleFields(reflect.TypeFor[everything]()) {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "" && name != "-" {
			all = append(all, name)
		}
	}
	return all
}

// Whatever comes for whatever is expected, the result or the error is that of encoding/json.
func TestSameAsEncodingJSON(t *testing.T) {
	t.Parallel()
	d := newDecoder()
	for _, name := range names() {
		for _, value := range values {
			assertSame(t, d, fmt.Sprintf(`{%q:%s}`, name, value))
			assertSame(t, d, fmt.Sprintf("\t{ %q\n:\r\n %s , \"text\" : \"after\" } ", name, value))
		}
	}
	for _, document := range slices.Concat(values, deep(), []string{"", " ", "{}{}", "{} x", "\xef\xbb\xbf{}", `{"text":"a"`}) {
		assertSame(t, d, document)
	}
	for _, name := range []string{"any", "raw", "self", "texts", "own", "unknown"} {
		for _, value := range deep() {
			assertSame(t, d, fmt.Sprintf(`{%q:%s}`, name, value))
		}
	}
}

// deep are values just within and beyond the levels that there may be.
func deep() (all []string) {
	for _, levels := range []int{9_998, 9_999, 10_000, 10_001} {
		all = append(all, strings.Repeat("[", levels)+strings.Repeat("]", levels), strings.Repeat(`{"self":`, levels)+"null"+
			strings.Repeat("}", levels), strings.Repeat("[", levels))
	}
	return all
}

// What is expected of a document because of its beginning may come otherwise.
func TestExpectationsAreChecked(t *testing.T) {
	t.Parallel()
	objects := []string{
		`{"x":1,"y":2,"d":{"a":1,"b":"two","c":[]}}`, `{"x":3,"y":4,"d":{"a":1,"b":"two","c":[]}}`, `{"y":4,"x":3,"d":{"b":1}}`,
		`{}`, `{"x":5}`, `{"x":6,"unknown":7,"y":8}`, `{"x":6,"unknown":[7],"y":8,"d":{"a":1,"b":2,"c":3,"d":4,"e":5}}`,
		`{"x" : 1 , "y" : 2 , "d" : {"a" : 1}}`, `{"\u0078":1,"y":2}`, `{"\u0078":9,"y":2}`, `{"d":{"a\\":1,"b":2}}`,
		`{"d":{"a\\":3,"b":4}}`, `{"d":{"a\"":3,"b":4}}`, `{"d":{"a":{"a":{"b":1,"c":2}},"c":{"a":1}}}`,
		`{"d":{"":1,"":2}}`, `{"d":{"":{"":null},"é":2}}`, `{"d":{"é":2}}`, "{\"d\":{\"\xff\":1}}", "{\"d\":{\"\xff\":2}}",
	}
	var list strings.Builder
	for i := range 400 {
		list.WriteString(objects[i*i%len(objects)] + "," + objects[i*7%len(objects)] + ",")
	}
	filler := `{"text":"` + strings.Repeat("x", 3000) + `",`
	all := list.String()
	document := filler + `"objects":[` + all + `{}],"rows":[` + all + `null],"any":[` + all + `1],"byName":{"a":{"x":1},"b":null},` +
		`"lists":[[1],[1,2],[],[1,2,3,4,5],null,[6]]}`
	assertSame(t, newDecoder(), document)
	for i := 4000; i < len(document); i += 97 {
		assertSame(t, newDecoder(), document[:i])
	}
}

func assertSame(t *testing.T, d *jsondec.Decoder, document string) {
	t.Helper()
	var got, want everything
	wantErr := jsondec.Lenient([]byte(document), &want)
	require.Equal(t, wantErr == nil, d.Decode([]byte(document), &got), "%.200q", document)
	if wantErr == nil {
		require.Equal(t, want, got, "%.200q", document)
	}
	require.Equal(t, wantErr, d.Unmarshal([]byte(document), new(everything)), "%.200q", document)
}

func TestNamesMatchExactly(t *testing.T) {
	t.Parallel()
	var got everything
	document := `{"TEXT":"a","Text":5,"text":"b","COUNT":"no number","dated":{"AT":"no time"},"self":{"ſelf":{},"Flag":true}}`
	require.NoError(t, newDecoder().Unmarshal([]byte(document), &got))
	assert.Equal(t, everything{Text: "b", Self: &everything{}}, got)
}

func TestTheLastOfANameCounts(t *testing.T) {
	t.Parallel()
	for both, last := range map[string]string{
		`"text":"a","text":null`:                          `"text":null`,
		`"count":1,"flag":true,"count":null`:              `"flag":true,"count":null`,
		`"time":"2016-06-13T04:00:00.000Z","time":null`:   `"time":null`,
		`"self":{"text":"a"},"self":{"count":1}`:          `"self":{"count":1}`,
		`"objects":[{"x":1,"d":{"a":1}}],"objects":[{}]`:  `"objects":[{}]`,
		`"anys":{"a":1},"anys":{"b":2}`:                   `"anys":{"b":2}`,
		`"strings":{"a":"1"},"strings":{"b":"2"}`:         `"strings":{"b":"2"}`,
		`"byName":{"a":{"x":1}},"byName":{"a":{}}`:        `"byName":{"a":{}}`,
		`"byName":{"a":{"x":1},"a":{"y":2}}`:              `"byName":{"a":{"y":2}}`,
		`"rows":[{"a":{"b":1},"a":{"c":2}}]`:              `"rows":[{"a":{"c":2}}]`,
		`"any":{"a":1,"a":{"b":1}},"any":{"c":1,"c":2}`:   `"any":{"c":2}`,
		`"dated":{"at":1,"name":"x"},"dated":{"when":1}`:  `"dated":{"when":1}`,
		`"dated":{"at":1,"at":null}`:                      `"dated":{"at":null}`,
		`"array":[1,2],"array":[3]`:                       `"array":[3]`,
		`"quoted":{"n":"5"},"quoted":{}`:                  `"quoted":{}`,
		`"_type":"a","text":"b","\u005ftype":null`:        `"text":"b","_type":null`,
		`"any":[1],"any":null`:                            `"any":null`,
		`"deep":5,"deep":null`:                            `"deep":null`,
		`"entries":{"a":{"x":1}},"entries":{"_links":{}}`: `"entries":{}`,
	} {
		var got, want everything
		require.NoError(t, newDecoder().Unmarshal([]byte("{"+both+"}"), &got), both)
		require.NoError(t, json.Unmarshal([]byte("{"+last+"}"), &want), last)
		assert.Equal(t, want, got, both)
	}
}

func TestWholeNumbersMayHaveAFraction(t *testing.T) {
	t.Parallel()
	var got everything
	document := `{"count":5.0,"small":1.2e1,"lists":[[5e2,-3.0,0.0,100e-2]],"any":5.0,"text":"5.0"}`
	require.NoError(t, newDecoder().Unmarshal([]byte(document), &got))
	assert.Equal(t, everything{Text: "5.0", Count: 5, Small: 12, Any: 5.0, Lists: [][]int{{500, -3, 0, 1}}}, got)
	for _, number := range []string{"5.5", "1e-1", "9007199254740993.5", "1e16", "1e400"} {
		var mismatch *json.UnmarshalTypeError
		require.ErrorAs(t, newDecoder().Unmarshal([]byte(`{"count":`+number+`}`), &got), &mismatch)
		assert.Equal(t, "number "+number, mismatch.Value)
	}
}

// A document is nothing that its values need: not even its bytes may be those of a string.
func TestNothingPointsIntoTheDocument(t *testing.T) {
	t.Parallel()
	document := []byte(`{"text":"some text","raw":{"a":1},"any":["x",{"key":"value"}],"strings":{"k":"v"},"own":"own","filler":"` +
		strings.Repeat("x", 3000) + `"}`)
	var got, want everything
	require.NoError(t, json.Unmarshal(document, &want))
	require.NoError(t, newDecoder().Unmarshal(document, &got))
	for i := range document {
		document[i] = '#'
	}
	assert.Equal(t, want, got)
}

func TestWhatTheVariableHeldIsNotChanged(t *testing.T) {
	t.Parallel()
	text, list, m := "before", []string{"before"}, map[string]any{"before": 1}
	v := everything{Pointer: &text, Texts: list, Anys: m, Count: 5}
	require.NoError(t, newDecoder().Unmarshal([]byte(`{"pointer":"p","texts":["t"],"anys":{"a":true}}`), &v))
	assert.Equal(t, "p", *v.Pointer)
	assert.Equal(t, []string{"t"}, v.Texts)
	assert.Equal(t, map[string]any{"a": true}, v.Anys)
	assert.Equal(t, 5, v.Count)
	assert.Equal(t, "before", text)
	assert.Equal(t, []string{"before"}, list)
	assert.Equal(t, map[string]any{"before": 1}, m)
}

func TestUnmarshalNeedsAPointer(t *testing.T) {
	t.Parallel()
	for _, v := range []any{nil, 5, everything{}, (*everything)(nil)} {
		assert.Equal(t, json.Unmarshal([]byte("{}"), v), newDecoder().Unmarshal([]byte("{}"), v))
	}
}

// Types that are in each other are learned by several goroutines at once.
func TestDecoderIsForManyGoroutines(t *testing.T) {
	t.Parallel()
	d := newDecoder()
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			var points []point
			assert.NoError(t, d.Unmarshal([]byte(`[{"x":1}]`), &points))
			var v everything
			assert.NoError(t, d.Unmarshal([]byte(`{"self":{"self":{"objects":[{"x":1}]}}}`), &v))
			assert.InDelta(t, 1, v.Self.Self.Objects[0].X, 0)
		})
	}
	all.Wait()
}

// A tree has its own names in the middle of one of its branches.
func TestTypesMayBeInThemselves(t *testing.T) {
	t.Parallel()
	type tree struct {
		Name string  `json:"name"`
		Left *tree   `json:"left"`
		More []*tree `json:"more"`
		Size int     `json:"size"`
	}
	document := `{"name":"leaf","size":1}`
	for range 8 {
		document = `{"left":` + document + `,"name":"node","more":[` + document + `,{"size":2,"more":null,"name":"x"}],"size":3}`
	}
	require.Greater(t, len(document), 4000)
	var got, want tree
	require.NoError(t, newDecoder().Unmarshal([]byte(document), &got))
	require.NoError(t, json.Unmarshal([]byte(document), &want))
	assert.Equal(t, want, got)
}
