package losant_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	losantapi "github.com/losant-go/losant/internal/api"
	"github.com/losant-go/losant/internal/jsondec"
	"github.com/losant-go/losant/internal/jsondec/jsondectest"
)

// answer is a document that fills every property of a schema.
func answer(d *losantapi.Description, name string, turn int) any {
	c := composer{api: d, full: true, turn: turn}
	return c.compose(&losantapi.Schema{Ref: name}, "")
}

// Every answer, and every answer with a value of another type or a piece missing, becomes what encoding/json makes of it,
// or the same error.
func TestEveryAnswerIsDecodedAsByEncodingJSON(t *testing.T) {
	t.Parallel()
	d := description(t)
	wrong := []any{nil, true, 5, 5.5, json.RawMessage("5.0"), json.RawMessage("1e400"), "x", []any{}, map[string]any{}}
	for _, name := range slices.Sorted(maps.Keys(answerTypes)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for turn := range 2 {
				document := answer(d, name, turn)
				whole := encode(t, document)
				assertDecodedAlike(t, name, whole)
				for i := 1; i < len(whole); i += 1 + len(whole)/20 {
					assertDecodedAlike(t, name, whole[:i])
				}
				places := 0
				eachPlace(document, func(func(v any)) { places++ })
				place, step := turn, 1+places/40 // of large documents some
				eachPlace(document, func(set func(v any)) {
					if place++; place%step == 0 {
						set(wrong[place/step%len(wrong)])
						assertDecodedAlike(t, name, encode(t, document))
					}
				})
			}
		})
	}
}

// eachPlace calls visit for each value within a document, with a function that puts another in its place for the time.
func eachPlace(document any, visit func(set func(v any))) {
	switch document := document.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(document)) {
			value := document[name]
			eachPlace(value, visit)
			visit(func(v any) { document[name] = v })
			document[name] = value
		}
	case []any:
		for i, value := range document {
			eachPlace(value, visit)
			visit(func(v any) { document[i] = v })
			document[i] = value
		}
	}
}

func assertDecodedAlike(t *testing.T, name, document string) {
	t.Helper()
	got, want := answerTypes[name](), answerTypes[name]()
	wantErr := jsondec.Lenient([]byte(document), want)
	require.Equal(t, wantErr == nil, losant.Decode([]byte(document), got), "%s", document)
	if wantErr == nil && !reflect.DeepEqual(want, got) {
		require.Equal(t, want, got, "%s", document)
	}
	if wantErr != nil {
		require.Equal(t, wantErr, losant.Unmarshal([]byte(document), answerTypes[name]()), "%s", document)
	}
}

// A name that differs from that of a property in nothing but case is not known.
func TestNamesOfEveryAnswerMatchExactly(t *testing.T) {
	t.Parallel()
	d := description(t)
	tested := 0
	for name, newAnswer := range answerTypes {
		document, ok := answer(d, name, 0).(map[string]any)
		if !ok || reflect.TypeOf(newAnswer()).Elem().Kind() != reflect.Struct {
			continue
		}
		folded := map[string]any{}
		for property, value := range document {
			if strings.ToUpper(property) != property {
				folded[strings.ToUpper(property)] = value
			}
		}
		got := newAnswer()
		require.NoError(t, losant.Unmarshal([]byte(encode(t, folded)), got))
		assert.Equal(t, newAnswer(), got, name)
		tested++
	}
	assert.Greater(t, tested, 100)
}

// Of two properties with one name, the second counts, and has nothing of the first.
func TestTheLastOfAPropertyOfEveryAnswerCounts(t *testing.T) {
	t.Parallel()
	d := description(t)
	for name, newAnswer := range answerTypes {
		first, ok := answer(d, name, 0).(map[string]any)
		if !ok {
			continue
		}
		second := answer(d, name, 1).(map[string]any)
		both := strings.TrimSuffix(encode(t, first), "}") + "," + strings.TrimPrefix(encode(t, second), "{")
		maps.Copy(first, second)
		got, want := newAnswer(), newAnswer()
		require.NoError(t, losant.Unmarshal([]byte(both), got), "%s", both)
		require.NoError(t, json.Unmarshal([]byte(encode(t, first)), want))
		assert.Equal(t, want, got, name)
	}
}

// The position in a DecodeError is the one that encoding/json gives.
func TestDecodeErrorHasThePositionOfEncodingJSON(t *testing.T) {
	t.Parallel()
	client, mock := newMocked(t)
	for _, body := range []string{
		`{"id":"` + userID + `","email":5}`, `{"id":"a","userTags":{"a":[]}}`, `{"id":"a","creationDate":"yesterday"}`,
		`{"id":"a",}`, `{"id":"a"} x`, `{"id":"a`, `{"id":"` + strings.Repeat("x", 5000) + `","email":true}`,
	} {
		mock.forget()
		record(mock, respond(http.StatusOK, body))
		_, err := client.ExperienceUser.Get(t.Context(), applicationID, userID)
		var got *losant.DecodeError
		require.ErrorAs(t, err, &got)
		assert.Equal(t, json.Unmarshal([]byte(body), &losant.ExperienceUser{}), got.Err)
	}
}

// FuzzAnswers holds the decoder against encoding/json over all schemas of answers.
func FuzzAnswers(f *testing.F) {
	d, err := losantapi.Load()
	require.NoError(f, err)
	schemas := slices.Sorted(maps.Keys(answerTypes))
	known := map[string][]string{}
	for i, name := range schemas {
		known[name] = jsondectest.Names(reflect.TypeOf(answerTypes[name]()))
		for turn := range 2 {
			text, err := json.Marshal(answer(d, name, turn))
			require.NoError(f, err)
			f.Add(uint8(i), text)
			f.Add(uint8(i), bytes.ReplaceAll(text, []byte(`":`), []byte("\" :\n")))
		}
	}
	f.Fuzz(func(t *testing.T, schema uint8, document []byte) {
		name := schemas[int(schema)%len(schemas)]
		if !jsondectest.Differs(document, known[name]) { // else a test says what each of the two makes of it
			assertDecodedAlike(t, name, string(document))
		}
	})
}

// Documents longer than those of the schemas have what is remembered of their beginning at their end, too.
func TestLongAnswersAreDecodedAsByEncodingJSON(t *testing.T) {
	t.Parallel()
	d := description(t)
	for _, name := range []string{"devices", "deviceStates", "timeSeriesData", "lastValueData", "dataTableRows", "events"} {
		var parts []string
		for turn := range 40 {
			parts = append(parts, encode(t, answer(d, name, turn)))
		}
		document := "[" + strings.Join(parts, ",") + "]"
		require.Greater(t, len(document), 4<<10)
		list := reflect.SliceOf(reflect.TypeOf(answerTypes[name]()).Elem())
		got, want := reflect.New(list).Interface(), reflect.New(list).Interface()
		require.NoError(t, losant.Unmarshal([]byte(document), got))
		require.NoError(t, json.Unmarshal([]byte(document), want))
		assert.Equal(t, want, got, name)
	}
}

// A string of an answer keeps nothing of the answer alive but itself: neither the page that it came in, nor its element.
//
//nolint:paralleltest // it collects the garbage of all
func TestStringsKeepNothingElseAlive(t *testing.T) {
	const pages, perPage = 5, 40
	var endings []ending
	for page := range pages {
		items := make([]string, perPage)
		for i := range items {
			items[i] = fmt.Sprintf(`{"id":"%024x","name":"Pump %d"}`, page*perPage+i, i)
		}
		body := fmt.Sprintf(`{"items":[%s],"totalCount":%d}`, strings.Join(items, ","), pages*perPage)
		endings = append(endings, respond(http.StatusOK, body))
	}
	client, _ := newStaged(t, append(endings, endings[0]))
	var kept []string
	var bodies []weak.Pointer[byte]
	keep := func(text string, body json.RawMessage) {
		kept, bodies = append(kept, text), append(bodies, weak.Make(&body[0]))
	}
	for device, err := range client.Devices.All(t.Context(), applicationID) {
		require.NoError(t, err)
		keep(device.ID, device.Raw)
	}
	func() {
		devices, err := client.Devices.Get(t.Context(), applicationID)
		require.NoError(t, err)
		keep(devices.Items[1].Name, devices.Raw)
	}()
	runtime.GC()
	require.Len(t, kept, pages*perPage+1)
	alive := 0
	for _, body := range bodies {
		if body.Value() != nil {
			alive++
		}
	}
	assert.Zero(t, alive, "bodies that are still there")
	runtime.KeepAlive(kept)
}

// Inside of unions, too, names match exactly, and 5.0 is a whole number.
func TestUnionsAreDecodedLikeTheRest(t *testing.T) {
	t.Parallel()
	var got losant.Notebook
	document := `{"inputs":[{"inputType":"deviceData","FILENAME":"a","start":5.0},{"InputType":"deviceData"}]}`
	require.True(t, losant.Decode([]byte(document), &got))
	assert.Equal(t, []losant.NotebookInput{
		{DeviceData: &losant.NotebookInputDeviceData{Start: 5}}, {Raw: json.RawMessage(`{"InputType":"deviceData"}`)},
	}, got.Inputs)
}
