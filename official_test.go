//go:build official

package losant_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/api"
)

// wireLine is a call of Losant's own client, and the request that it made.
type wireLine struct {
	Resource string                     `json:"resource"`
	Action   string                     `json:"action"`
	Args     map[string]json.RawMessage `json:"args"`
	Request  *struct {
		Method  string            `json:"method"`
		URL     string            `json:"url"`
		Headers map[string]string `json:"headers"`
		Body    string            `json:"body"`
	} `json:"request"`
}

func wireLines(t *testing.T) (lines []wireLine) {
	t.Helper()
	dir := os.Getenv("LOSANT_DESCRIPTION")
	require.NotEmpty(t, dir, "LOSANT_DESCRIPTION names the folder of the description")
	file, err := os.DirFS(dir).Open("wire.jsonl")
	require.NoError(t, err)
	defer func() { require.NoError(t, file.Close()) }()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var line wireLine
		require.NoError(t, json.Unmarshal(scanner.Bytes(), &line))
		lines = append(lines, line)
	}
	require.NoError(t, scanner.Err())
	return lines
}

// Every method sends what Losant's own client sends, given the same arguments.
func TestOfficialRequests(t *testing.T) {
	t.Parallel()
	lines := wireLines(t)
	require.Len(t, lines, len(described()))
	for _, line := range lines {
		id := line.Resource + "." + line.Action
		a := described()[id]
		require.NotNil(t, a, id)
		if line.Request == nil { // Losant's own client throws
			require.Equal(t, "applications.import", id)
			continue
		}
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			client, transport := newMocked(t)
			requests := record(transport, answering(a, 0))
			method := methodsOf(client)[key(id)]

			// Some examples of a filterField break the rule of the field.
			_, err := callWith(t, a, method, line.Args).invoke(t, method, losant.WithoutValidation())

			require.NoError(t, err)
			request := requests.only(t)
			want, err := url.Parse(line.Request.URL)
			require.NoError(t, err)
			assert.Equal(t, line.Request.Method, request.Method)
			assert.Equal(t, want.EscapedPath(), request.URL.EscapedPath())
			assert.Equal(t, offered(want.Query()), readable(request.URL.Query()))
			if !isStream(a) {
				assert.Equal(t, line.Request.Headers["accept"], request.Header.Get("Accept"))
			}
			assert.Equal(t, line.Request.Headers["accept-version"], request.Header.Get("Accept-Version"))
			if hasForm(a) {
				assert.Equal(t, partsOf(t, line.Request.Headers["content-type"], line.Request.Body),
					partsOf(t, request.Header.Get("Content-Type"), request.body))
				return
			}
			if a.Body == nil { // JavaScript sends {} with a DELETE
				assert.Empty(t, request.body)
				return
			}
			assert.Equal(t, withoutForms(t, line.Request.Body), withoutForms(t, request.body))
			assert.Equal(t, line.Request.Headers["content-type"], request.Header.Get("Content-Type"))
		})
	}
}

// rfc3339 is a time in JSON.
var rfc3339 = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]*Z"`)

// withoutForms is a body in which each time is a number of milliseconds: as text it has several forms.
func withoutForms(t *testing.T, body string) (value any) {
	t.Helper()
	body = rfc3339.ReplaceAllStringFunc(body, func(text string) string {
		at, err := time.Parse(`"`+time.RFC3339+`"`, text)
		require.NoError(t, err)
		return strconv.FormatInt(at.UnixMilli(), 10)
	})
	require.NoError(t, json.Unmarshal([]byte(body), &value))
	return value
}

// callWith makes a call with the arguments of Losant's own client.
func callWith(t *testing.T, a *api.Action, method reflect.Value, args map[string]json.RawMessage) wireCall {
	t.Helper()
	c := wireCall{}
	params := reflect.Value{}
	if p, ok := everyParams[a.ID()]; ok {
		params = reflect.New(reflect.TypeOf(p)).Elem()
	}
	for _, p := range a.Parameters {
		arg, given := args[p.Name]
		switch {
		case p.In == api.InPath:
			c.arguments = append(c.arguments, plain(t, arg))
		case p.Name == "tagsAsObject" || p.Name == "attributesAsObject" || p.In == api.InForm:
		case p.Required:
			v := reflect.New(method.Type().In(len(c.arguments) + 1)).Elem()
			setFrom(t, v, p, arg)
			c.arguments = append(c.arguments, v.Interface())
		case given:
			field := params.FieldByNameFunc(func(name string) bool { return key(name) == key(p.Name) })
			require.True(t, field.IsValid(), p.Name)
			setFrom(t, field, p, arg)
		}
	}
	if params.IsValid() {
		option, ok := params.Interface().(losant.CallOption)
		require.True(t, ok)
		c.options = append(c.options, option)
	}
	if hasForm(a) {
		form := reflect.New(method.Type().In(len(c.arguments) + 1)).Elem()
		for _, p := range a.Parameters {
			if p.In != api.InForm || args[p.Name] == nil {
				continue
			}
			field := form.FieldByNameFunc(func(name string) bool { return key(name) == key(p.Name) })
			if p.Type == "file" {
				field.Set(reflect.ValueOf(losant.Upload{Content: strings.NewReader(plain(t, args[p.Name]))}))
			} else {
				require.NoError(t, json.Unmarshal(args[p.Name], field.Addr().Interface()))
			}
		}
		c.arguments = append(c.arguments, form.Interface())
	}
	if a.Body != nil {
		body := reflect.New(method.Type().In(len(c.arguments) + 1))
		for name, arg := range args {
			if name == a.Body.Name || name == "ctx" {
				require.NoError(t, json.Unmarshal(arg, body.Interface()))
			}
		}
		c.arguments = append(c.arguments, body.Elem().Interface())
	}
	return c
}

// plain is a scalar as text.
func plain(t *testing.T, arg json.RawMessage) string {
	t.Helper()
	var value any
	require.NoError(t, json.Unmarshal(arg, &value))
	if number, ok := value.(float64); ok {
		return fmt.Sprintf("%.0f", number)
	}
	return fmt.Sprint(value)
}

// setFrom sets a parameter to what an argument of Losant's own client means.
func setFrom(t *testing.T, v reflect.Value, p api.Parameter, arg json.RawMessage) {
	t.Helper()
	text := plain(t, arg)
	number := func() (n int64) {
		require.NoError(t, json.Unmarshal([]byte(text), &n))
		return n
	}
	unit := time.Millisecond
	if p.Name == "keepAliveInterval" || p.Name == "urlTTL" {
		unit = time.Second
	}
	switch v.Addr().Interface().(type) {
	case *bool:
		v.SetBool(text == "true")
	case *int:
		v.SetInt(number())
	case *time.Time:
		v.Set(reflect.ValueOf(time.UnixMilli(number())))
	case *time.Duration:
		v.SetInt(number() * int64(unit))
	case **time.Duration:
		v.Set(reflect.ValueOf(losant.Ptr(time.Duration(number()) * unit)))
	case *losant.Instant:
		switch ms := number(); {
		case ms > 0:
			v.Set(reflect.ValueOf(losant.At(time.UnixMilli(ms))))
		default:
			v.Set(reflect.ValueOf(losant.Ago(time.Duration(-ms) * time.Millisecond)))
		}
	case **string:
		v.Set(reflect.ValueOf(&text))
	case *[]string:
		if p.Type == "array" {
			require.NoError(t, json.Unmarshal(arg, v.Addr().Interface()))
		} else {
			v.Set(reflect.ValueOf(strings.Split(text, ",")))
		}
	default:
		if v.Kind() == reflect.String {
			v.SetString(text)
		} else {
			require.NoError(t, json.Unmarshal(arg, v.Addr().Interface()))
		}
	}
}

// offered is a query of Losant's own client without what this package does not offer or leaves out, since it is zero.
func offered(query url.Values) url.Values {
	delete(query, "tagsAsObject")
	delete(query, "attributesAsObject")
	for name, values := range query {
		if slices.Contains([]string{"page", "offset", "limit"}, name) && values[0] == "0" ||
			values[0] == "false" && !strings.HasPrefix(name, "_") {
			delete(query, name)
		}
	}
	return readable(query)
}

// readable is a query in which JSON has one form.
func readable(query url.Values) url.Values {
	for _, values := range query {
		var value map[string]any
		if json.Unmarshal([]byte(values[0]), &value) == nil {
			text, _ := json.Marshal(value) //nolint:errchkjson // it has just been decoded
			values[0] = string(text)
		}
	}
	return query
}
