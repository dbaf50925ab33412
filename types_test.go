package losant_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

func TestWholeNumbersMayHaveAFraction(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	record(transport, respond(http.StatusOK,
		`{"count": 5.0, "totalCount": 1.2e1, "perPage": -0.0, "filter": "5.0 \" 6.0", "items": [{"systemInterval": 60.0}]}`))
	devices, err := client.Devices.Get(t.Context(), applicationID)
	require.NoError(t, err)
	assert.Equal(t, 5, devices.Count)
	assert.Equal(t, 12, devices.TotalCount)
	assert.Equal(t, `5.0 " 6.0`, devices.Filter)
	assert.Equal(t, 60, devices.Items[0].SystemInterval)
	assert.Contains(t, string(devices.Raw), `"count": 5.0`)
}

func TestANumberThatIsNotWholeIsNoCount(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	record(transport, respond(http.StatusOK, `{"count": 5.5}`))
	_, err := client.Devices.Get(t.Context(), applicationID)
	var wrong *losant.DecodeError
	require.ErrorAs(t, err, &wrong)
}

// A kind that came with a later version of the API is kept, and sent back as it was.
func TestAnUnknownKindStaysInRaw(t *testing.T) {
	t.Parallel()
	for _, text := range []string{`{"inputType":"satellite","orbit":[1,2]}`, `{}`, `{"inputType":7}`, `[]`, `"x"`} {
		var input losant.NotebookInput
		require.NoError(t, json.Unmarshal([]byte(text), &input), text)
		assert.Nil(t, input.DeviceData)
		assert.JSONEq(t, text, string(input.Raw))
		again, err := json.Marshal(input)
		require.NoError(t, err)
		assert.JSONEq(t, text, string(again))
	}
}

func TestAKindSaysWhichItIs(t *testing.T) {
	t.Parallel()
	operations := []losant.DeviceUpdateOperation{
		{SetName: &losant.DeviceUpdateOperationSetName{Value: "pump"}},
		{RemoveDescriptionOrParentID: &losant.DeviceUpdateOperationRemoveDescriptionOrParentID{Target: "parentId"}},
	}
	text, err := json.Marshal(operations)
	require.NoError(t, err)
	assert.JSONEq(t, `[
		{"operation": "set", "target": "name", "value": "pump"},
		{"operation": "remove", "target": "parentId"}
	]`, string(text))
	var again []losant.DeviceUpdateOperation
	require.NoError(t, json.Unmarshal(text, &again))
	assert.Equal(t, operations, again)
}

func TestATimeComesInFourForms(t *testing.T) {
	t.Parallel()
	want := time.Date(2024, time.February, 3, 4, 5, 6, 0, time.UTC)
	for _, form := range []string{
		`"2024-02-03T04:05:06Z"`, `1706933106000`, `{"$date": "2024-02-03T04:05:06Z"}`, `{"$date": 1706933106000}`,
	} {
		var state losant.DeviceState
		require.NoError(t, json.Unmarshal([]byte(`{"time": `+form+`, "data": {"flow": 1}}`), &state), form)
		assert.True(t, want.Equal(state.Time), "%s: %s", form, state.Time)
		assert.Equal(t, map[string]any{"flow": 1.0}, state.Data)
	}
	for _, form := range []string{`"yesterday"`, `{}`, `true`} {
		var state losant.DeviceState
		assert.Error(t, json.Unmarshal([]byte(`{"time": `+form+`}`), &state), form)
	}
}

func TestHypermediaIsNoEntryOfAMap(t *testing.T) {
	t.Parallel()
	var state losant.CompositeDeviceState
	require.NoError(t, json.Unmarshal(
		[]byte(`{"_type": "compositeDeviceState", "_links": {}, "flow": {"value": 3, "time": "2024-02-03T04:05:06Z"}}`), &state))
	assert.Len(t, state, 1)
	assert.Equal(t, any(3.0), state["flow"].Value)
}

func TestAViolationIsNamedFromTheBodyOn(t *testing.T) {
	t.Parallel()
	post := losant.DevicePost{Name: "pump", Attributes: []losant.DeviceAttributePost{
		{Name: "flow", DataType: losant.AttributeDataTypeNumber}, {Name: "in the way", DataType: "wind"},
	}}
	var wrong *losant.ValidationError
	require.ErrorAs(t, post.Validate(), &wrong)
	assert.Equal(t, "devices.post", wrong.Operation)
	assert.Equal(t, []losant.Violation{
		{Field: "device.attributes[1].name", Problem: "must be 1 to 255 characters of 0-9 A-Z a-z _ -"},
		{Field: "device.attributes[1].dataType", Problem: "must be one of string, number, gps, boolean, blob"},
	}, wrong.Violations)
}
