package losant_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// refused expects that a call of an action with options is refused, and returns why.
func refused(t *testing.T, id string, opts ...losant.CallOption) []losant.Violation {
	t.Helper()
	client, transport := newMocked(t)
	requests := record(transport, respond(http.StatusOK, "{}"))
	method := methodsOf(client)[key(id)]
	c := sample(t, described()[id], method.Type())
	c.options = nil

	_, err := c.invoke(t, method, opts...)

	var invalid *losant.ValidationError
	require.ErrorAs(t, err, &invalid)
	assert.Equal(t, id, invalid.Operation)
	assert.Empty(t, requests.all())
	return invalid.Violations
}

func TestParamsOfAnotherActionAreRefused(t *testing.T) {
	t.Parallel()
	assert.Equal(t, []losant.Violation{{"DeviceGetParams", "given to devices.get, which takes DevicesGetParams"}},
		refused(t, "devices.get", losant.DevicesGetParams{}, losant.DeviceGetParams{ExcludeConnectionInfo: true}))
	assert.Equal(t, []losant.Violation{{"DevicesGetParams", "given to device.delete, which takes no params"}},
		refused(t, "device.delete", losant.DevicesGetParams{}))
	for id, params := range everyParams {
		other := "device.delete"
		name := reflect.TypeOf(params).Name()
		assert.Equal(t, []losant.Violation{{name, "given to " + other + ", which takes no params"}},
			refused(t, other, params), id)
	}
}

func TestParamsAreOfOneCall(t *testing.T) {
	t.Parallel()
	for _, params := range everyParams {
		name := reflect.TypeOf(params).Name()
		_, err := losant.NewClient("token", params)
		require.EqualError(t, err, "losant: NewClient: invalid input: "+name+" given to NewClient, which takes no params")
		_, err = losant.NewClient("token", nilParams(params))
		require.EqualError(t, err, "losant: NewClient: invalid input: "+name+" must not be nil")
	}
}

// nilParams is a nil pointer to the type of params.
func nilParams(params losant.CallOption) losant.CallOption {
	option, _ := reflect.Zero(reflect.PointerTo(reflect.TypeOf(params))).Interface().(losant.CallOption)
	return option
}

func TestParamsThatAreNilOrGivenTwiceAreRefused(t *testing.T) {
	t.Parallel()
	for _, id := range []string{"device.get", "devices.get", "device.getState", "data.timeSeriesQuery"} {
		params, ok := everyParams[id]
		if !ok {
			continue
		}
		name := reflect.TypeOf(params).Name()
		assert.Equal(t, []losant.Violation{{name, "must not be nil"}}, refused(t, id, nilParams(params)))
		assert.Equal(t, []losant.Violation{{name, "must not be given twice"}}, refused(t, id, params, params))
	}
}

func TestPointersToParamsAreParams(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	requests := record(transport, respond(http.StatusOK, "{}"))
	_, err := client.Devices.Get(t.Context(), applicationID, &losant.DevicesGetParams{PerPage: 5})
	require.NoError(t, err)
	assert.Equal(t, "5", requests.only(t).URL.Query().Get("perPage"))
}

func TestWithQueryMustNotSetWhatParamsCan(t *testing.T) {
	t.Parallel()
	page := losant.WithQuery("page", "2")
	want := []losant.Violation{{`WithQuery("page")`, "must not set what DevicesGetParams can"}}
	assert.Equal(t, want, refused(t, "devices.get", page, losant.DevicesGetParams{}))
	assert.Equal(t, want, refused(t, "devices.get", losant.DevicesGetParams{Page: 1}, page), "whatever the order")
	assert.Equal(t, []losant.Violation{{`WithQuery("key")`, "must not set what the arguments can"}},
		refused(t, "devices.tagValues", losant.WithQuery("key", "other")))

	client, transport := newMocked(t)
	requests := record(transport, respond(http.StatusOK, "{}"))
	_, err := client.Devices.Get(t.Context(), applicationID, page, losant.WithQuery("other", "1"))
	require.NoError(t, err)
	assert.Equal(t, defaultQuery+"&page=2&other=1", requests.only(t).URL.RawQuery)
}

func TestParametersAreChecked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		id     string
		params losant.CallOption
		want   losant.Violation
	}{
		{
			"devices.get",
			losant.DevicesGetParams{SortDirection: "up"},
			losant.Violation{"sortDirection", "must be one of asc, desc"},
		},
		{
			"device.payloadCounts",
			losant.DevicePayloadCountsParams{Start: losant.Ago(-time.Minute)},
			losant.Violation{"start", "must not be after now"},
		},
		{
			"applications.get",
			losant.ApplicationsGetParams{OrgID: losant.Ptr("x")},
			losant.Violation{"orgId", "must be 24 hexadecimal digits"},
		},
		{
			"applications.get",
			losant.ApplicationsGetParams{SummaryInclude: []string{"a", "b,c"}},
			losant.Violation{"summaryInclude[1]", "must not be empty or contain a comma"},
		},
		{
			"devices.get",
			losant.DevicesGetParams{Query: losant.Query{"name": math.NaN()}},
			losant.Violation{"query", "cannot be encoded: json: unsupported value: NaN"},
		},
	} {
		assert.Equal(t, []losant.Violation{c.want}, refused(t, c.id, c.params))
	}
	client, transport := newMocked(t)
	requests := record(transport, respond(http.StatusOK, "{}"))
	_, err := client.Devices.Get(t.Context(), applicationID, losant.DevicesGetParams{SortField: "new"}, losant.WithoutValidation())
	require.NoError(t, err)
	assert.Equal(t, "new", requests.only(t).URL.Query().Get("sortField"))
}

// Every documented enumeration and pattern of every parameter.
func TestEveryRuleOfAParameterIsChecked(t *testing.T) {
	t.Parallel()
	for id, a := range described() {
		for _, p := range a.Parameters {
			if p.In != "query" || p.Enum == nil && p.Pattern == "" && p.MinLength == nil {
				continue
			}
			t.Run(id+" "+p.Name, func(t *testing.T) {
				t.Parallel()
				for _, value := range p.Enum {
					assert.Empty(t, violationsOf(t, id, p.Name, fmt.Sprint(value)), value)
				}
				wrong := "no value!"
				if p.MinLength != nil && p.Pattern == "" {
					wrong = ""
				}
				assert.Len(t, violationsOf(t, id, p.Name, wrong), 1)
			})
		}
	}
}

// violationsOf are the violations of a call in which a parameter is a text, and all others are right.
func violationsOf(t *testing.T, id, name, text string) []losant.Violation {
	t.Helper()
	client, transport := newMocked(t)
	record(transport, answering(described()[id], 0))
	method := methodsOf(client)[key(id)]
	c := sample(t, described()[id], method.Type())
	replaced := false
	set := func(v reflect.Value) {
		replaced = true
		switch {
		case v.Kind() == reflect.String:
			v.SetString(text)
		case v.Type() == reflect.TypeFor[*string]():
			v.Set(reflect.ValueOf(&text))
		case v.Type() == reflect.TypeFor[time.Duration]():
			ms, err := time.ParseDuration(text + "ms")
			if err != nil {
				ms = time.Millisecond
			}
			v.SetInt(int64(ms))
		default:
			require.Fail(t, "a rule for a "+v.Type().String())
		}
	}
	at := strings.Count(described()[id].Path, "{")
	for _, p := range described()[id].Parameters {
		if p.In == "query" && p.Required {
			if p.Name == name {
				v := reflect.New(method.Type().In(at + 1)).Elem()
				set(v)
				c.arguments[at] = v.Interface()
			}
			at++
		}
	}
	if !replaced {
		params := reflect.New(reflect.TypeOf(c.options[0])).Elem()
		params.Set(reflect.ValueOf(c.options[0]))
		set(params.FieldByNameFunc(func(field string) bool { return key(field) == key(name) }))
		option, ok := params.Interface().(losant.CallOption)
		require.True(t, ok)
		c.options[0] = option
	}
	_, err := c.invoke(t, method)
	var invalid *losant.ValidationError
	if err == nil {
		return nil
	}
	require.ErrorAs(t, err, &invalid)
	return invalid.Violations
}

func TestRequiredParametersMustNotBeZero(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	requests := record(transport, httpmock.NewStringResponder(http.StatusOK, "{}"))
	_, err := client.Application.ArchiveData(t.Context(), applicationID, time.Time{})
	require.EqualError(t, err, "losant: application.archiveData: invalid input: date must not be empty")
	_, err = client.OrgInvites.Get(t.Context(), "", "")
	require.EqualError(t, err, "losant: orgInvites.get: invalid input: token must not be empty; email must not be empty")
	assert.Empty(t, requests.all())
}

func TestNamesInPaths(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	requests := record(transport, respond(http.StatusOK, "{}"))
	get := func(name string, opts ...losant.CallOption) error {
		_, err := client.FlowVersion.Get(t.Context(), applicationID, groupID, name, opts...)
		return err
	}
	for _, name := range []string{"", ".", "..", strings.Repeat("x", 256), "\xff"} {
		require.ErrorContains(t, get(name, losant.WithoutValidation()), "invalid input: flowVersionId must", name)
	}
	for name, want := range map[string]string{
		"v1.2":                   "v1.2",
		"...":                    "...",
		"a/b":                    "a%2Fb",
		"100% é?#":               "100%25%20%C3%A9%3F%23",
		"%2e%2e":                 "%252e%252e",
		strings.Repeat("é", 255): strings.Repeat("%C3%A9", 255),
	} {
		require.NoError(t, get(name))
		all := requests.all()
		assert.Equal(t, "/applications/"+applicationID+"/flows/"+groupID+"/versions/"+want,
			all[len(all)-1].URL.EscapedPath())
	}
}

func TestNamesOfAttributesHaveNoSpecialCharacters(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	requests := record(transport, respond(http.StatusOK, "{}"))
	_, err := client.DeviceAttribute.Get(t.Context(), applicationID, groupID, "a b")
	require.ErrorContains(t, err, "name must be 1 to 255 characters of 0-9 A-Z a-z _ -")
	_, err = client.DeviceAttribute.Get(t.Context(), applicationID, groupID, "a b", losant.WithoutValidation())
	require.NoError(t, err)
	assert.True(t, strings.HasSuffix(requests.only(t).URL.EscapedPath(), "/attributes/a%20b"))
}

func TestInstants(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 678999999, time.FixedZone("", 3600))
	for _, c := range []struct {
		instant    losant.Instant
		json, text string
	}{
		{losant.Instant{}, `null`, "unset"},
		{losant.At(time.Time{}), `null`, "unset"},
		{losant.At(at), `1767319445678`, "2026-01-02T02:04:05.678Z"},
		{losant.At(time.UnixMilli(0)), `1`, "1970-01-01T00:00:00.001Z"},
		{losant.At(time.UnixMilli(-5)), `1`, "1970-01-01T00:00:00.001Z"},
		{losant.Now(), `0`, "now"},
		{losant.Ago(90 * time.Second), `-90000`, "1m30s ago"},
		{losant.Ago(time.Microsecond), `0`, "now"},
	} {
		data, err := json.Marshal(c.instant)
		require.NoError(t, err)
		assert.Equal(t, c.json, string(data))
		assert.Equal(t, c.text, c.instant.String())
		assert.Equal(t, c.json == "null", c.instant.IsZero())
		var back losant.Instant
		require.NoError(t, json.Unmarshal(data, &back))
		assert.Equal(t, c.instant, back)
		var coded bytes.Buffer
		params, decoded := losant.AuditLogsGetParams{Start: c.instant}, losant.AuditLogsGetParams{}
		require.NoError(t, gob.NewEncoder(&coded).Encode(params))
		require.NoError(t, gob.NewDecoder(&coded).Decode(&decoded))
		assert.Equal(t, params, decoded)
		known, ok := c.instant.Time()
		assert.Equal(t, c.json > "0" && c.json < "9", ok)
		assert.Equal(t, ok, !known.IsZero())
	}
	_, err := json.Marshal(losant.Ago(-time.Second))
	require.ErrorContains(t, err, "must not be after now")
	require.Error(t, json.Unmarshal([]byte(`"x"`), new(losant.Instant)))
	assert.True(t, losant.Ago(time.Hour).Equal(losant.Ago(time.Hour)))
	assert.False(t, losant.Now().Equal(losant.Instant{}))
	assert.False(t, losant.At(at).Equal(losant.At(at.Add(time.Second))))
}

func TestDurationsAreRoundedUpToTheUnit(t *testing.T) {
	t.Parallel()
	for ttl, want := range map[time.Duration]string{
		0: "0", time.Nanosecond: "1", time.Second: "1", 1001 * time.Millisecond: "2", -1500 * time.Millisecond: "-1",
	} {
		client, transport := newMocked(t)
		requests := record(transport, respond(http.StatusOK, "{}"))
		_, err := client.PrivateFile.Get(t.Context(), applicationID, groupID, losant.PrivateFileGetParams{URLTTL: &ttl})
		require.NoError(t, err)
		assert.Equal(t, want, requests.only(t).URL.Query().Get("urlTTL"))
	}
}

func TestNilQueriesAreObjects(t *testing.T) {
	t.Parallel()
	data, err := json.Marshal([]losant.Query{nil, {}, {"a": losant.Query{"$eq": 1}}})
	require.NoError(t, err)
	assert.Equal(t, `[{},{},{"a":{"$eq":1}}]`, string(data))
}

func TestSecretParamsAreHidden(t *testing.T) {
	t.Parallel()
	const secret = "pass-word"
	params := losant.DashboardGetParams{Password: secret}
	var logged strings.Builder
	slog.New(slog.NewTextHandler(&logged, nil)).Info("x", "params", params)
	for _, text := range []string{
		fmt.Sprint(params), fmt.Sprintf("%v %+v %#v %s %q %x", params, params, params, params, params, params),
		fmt.Sprint(&params), fmt.Sprint([]any{params}), logged.String(),
	} {
		assert.NotContains(t, text, secret)
		assert.NotContains(t, text, fmt.Sprintf("%x", secret))
	}
	assert.Contains(t, fmt.Sprint(params), "[redacted]")
	assert.Equal(t, secret, params.Password)
	assert.NotContains(t, fmt.Sprint(losant.DashboardGetParams{}), "[redacted]")
}

func TestExperienceGroupGetAsksForDeviceCounts(t *testing.T) {
	t.Parallel()
	const direct, total = "&includeDirectDeviceCount=true", "&includeTotalDeviceCount=true"
	for query, opts := range map[string][]losant.CallOption{
		defaultQuery:                  nil,
		defaultQuery + direct:         {losant.ExperienceGroupGetParams{IncludeDirectDeviceCount: true}},
		defaultQuery + total:          {losant.ExperienceGroupGetParams{IncludeTotalDeviceCount: true}},
		defaultQuery + direct + total: {losant.ExperienceGroupGetParams{IncludeDirectDeviceCount: true, IncludeTotalDeviceCount: true}},
	} {
		t.Run(query, func(t *testing.T) {
			t.Parallel()
			client, transport := newMocked(t)
			requests := record(transport, httpmock.NewStringResponder(http.StatusOK, groupAnswer))

			_, err := client.ExperienceGroup.Get(t.Context(), applicationID, groupID, opts...)

			require.NoError(t, err)
			assert.Equal(t, query, requests.only(t).URL.RawQuery)
		})
	}
}
