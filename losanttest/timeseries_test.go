package losanttest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTimeSeries(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	app, device := "/applications/"+w.app, w.ids["deviceId"]
	path := app + "/devices/" + device + "/state"
	for minute, value := range []string{`1`, `4`, `2`, `"x"`, `8`, `6`} {
		w.post(t, path, fmt.Sprintf(`{"time":%q,"data":{"v":%s,"on":%t}}`, at(minute), value, minute%2 == 0))
	}
	points := func(query string) string {
		t.Helper()
		answer := w.post(t, app+"/data/time-series-query", query)
		devices, _ := answer["devices"].(map[string]any)
		one, _ := devices[device].(map[string]any)
		return compact(t, one["points"])
	}
	query := func(aggregation string, more ...string) string {
		return `{"start":1704067200000,"end":1704067560000,"resolution":180000,"attributes":["v"],"deviceIds":["` + device + `"],"aggregation":` +
			aggregation + strings.Join(more, "") + `}`
	}
	for aggregation, want := range map[string][2]string{
		"FIRST": {"1", `"x"`}, "LAST": {"2", "6"}, "COUNT": {"3", "3"}, "MAX": {"4", "8"}, "MIN": {"1", "6"},
		"MEDIAN": {"2", "7"}, "MEAN": {"2.3333333333333335", "7"}, "SUM": {"7", "14"}, "STD_DEV": {"1.247219128924647", "1"},
	} {
		assert.JSONEq(t, fmt.Sprintf(`[{"data":{"v":%s},"time":"00:00"},{"data":{"v":%s},"time":"03:00"}]`, want[0], want[1]),
			points(query(`"`+aggregation+`"`)), aggregation)
	}
	assert.JSONEq(t, `[{"data":{"v":6},"time":"03:00"}]`, points(query(`{"type":"LAST"}`, `,"order":"desc","limit":1`)))
	assert.JSONEq(t, `[{"data":{"v":1},"time":"00:00"},{"data":{"v":4},"time":"01:00"}]`, points(query(`"NONE"`, `,"limit":2`)))
	atValue := strings.Replace(query(`{"type":"TIMEATVALUE","options":{"value":true}}`), `["v"]`, `["on"]`, 1)
	assert.JSONEq(t, `[{"data":{"on":120000},"time":"00:00"},{"data":{"on":60000},"time":"03:00"}]`, points(atValue))
	assert.JSONEq(t, `[{"data":{"on":120000},"time":"00:00"},{"data":{"on":60000},"time":"03:00"}]`, points(strings.Replace(atValue, "true", `"true"`, 1)))
	assert.JSONEq(t, `[{"data":{"v":21},"time":"00:00"}]`, points(strings.Replace(query(`"SUM"`), `"resolution":180000,`, "", 1)))
	assert.Equal(t, "null", points(strings.Replace(query(`"SUM"`), device, absentID, 1)))

	answer := w.post(t, app+"/data/time-series-query", query(`"SUM"`, `,"order":"desc"`))
	delete(answer, "devices")
	assert.JSONEq(t, `{"start":"00:00","end":"06:00","resolution":180000,"limit":null,"aggregation":"SUM","order":"desc"}`,
		compact(t, answer))

	last := func(query string) string { return compact(t, w.post(t, app+"/data/last-value-query", query)) }
	assert.JSONEq(t, `{"`+device+`":{"data":{"v":6},"time":"05:00"}}`, last(`{"attribute":"v","deviceIds":["`+device+`"]}`))
	assert.JSONEq(t, `{"`+device+`":{"data":{"on":false,"v":6},"time":"05:00"}}`, last(`{"deviceQuery":{"name":"Lamp"}}`))
	assert.Equal(t, `{}`, last(`{"attribute":"none","deviceIds":["`+device+`"]}`))
	assert.Equal(t, `{}`, last(`{"attribute":"v"}`))
}
