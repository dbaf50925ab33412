package losant_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/internal/api"
)

// The tests of this file go over the description, and call every method by reflection. What they expect to be sent is
// worked out here, and not by the generator.

var (
	theDescription = sync.OnceValue(func() *api.Description {
		d, err := api.Load()
		if err != nil {
			panic(err)
		}
		return d
	})
	// described are the actions of the description, by ID.
	described = sync.OnceValue(func() map[string]*api.Action {
		all := map[string]*api.Action{}
		for i := range theDescription().Actions {
			a := &theDescription().Actions[i]
			all[a.ID()] = a
		}
		return all
	})
)

// isStream reports whether an action answers events.
func isStream(a *api.Action) bool {
	return slices.ContainsFunc(a.Answers, func(answer api.Answer) bool { return answer.Events != nil })
}

// hasForm reports whether an action takes a form.
func hasForm(a *api.Action) bool {
	return slices.ContainsFunc(a.Parameters, func(p api.Parameter) bool { return p.In == api.InForm })
}

// pagesBy is the parameter that asks for another page of a list, "" for what is none.
func pagesBy(a *api.Action) string {
	for _, p := range a.Parameters {
		if p.In == api.InQuery && (p.Name == "page" || p.Name == "offset" || p.Name == "startingAfterId") {
			return p.Name
		}
	}
	return ""
}

// methodsOf are the methods of a client, by a key that is lower case: "device.sendstate".
func methodsOf(client *losant.Client) map[string]reflect.Value {
	all := map[string]reflect.Value{}
	services := reflect.ValueOf(client.Services)
	for i := range services.NumField() {
		service := services.Field(i)
		for j := range service.NumMethod() {
			all[key(services.Type().Field(i).Name+"."+service.Type().Method(j).Name)] = service.Method(j)
		}
	}
	return all
}

// keyOfAll is the key of the method for all pages of a list.
func keyOfAll(id string) string {
	if resource, ok := strings.CutSuffix(id, ".get"); ok {
		return key(resource + ".all")
	}
	return key(id + "All")
}

// key is a name without what Go and Losant spell differently: capitals and underscores.
func key(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

func TestEveryActionHasItsMethod(t *testing.T) {
	t.Parallel()
	client, _ := newMocked(t)
	var want []string
	pages := map[string]int{}
	for id, a := range described() {
		want = append(want, key(id))
		if by := pagesBy(a); by != "" {
			pages[by]++
			want = append(want, keyOfAll(id))
		}
	}
	assert.ElementsMatch(t, want, slices.Collect(maps.Keys(methodsOf(client))))
	assert.Len(t, want, 375+42+2+1)
	assert.Equal(t, map[string]int{"page": 42, "offset": 2, "startingAfterId": 1}, pages)
}

// part is a value of a request: as an argument, and as it goes over the wire.
type part struct {
	value any
	wire  url.Values // what of the query it is
}

// wireCall is a call of a method, and the request that it has to make.
type wireCall struct {
	arguments []any // without the context and options
	options   []losant.CallOption
	path      string
	query     url.Values
	form      map[string]string // the parts of a form by their names
}

// sample makes a call of an action that sets everything.
func sample(t *testing.T, a *api.Action, method reflect.Type) wireCall {
	t.Helper()
	c := wireCall{path: a.Path, query: url.Values{"_actions": {"false"}, "_links": {"true"}, "_embedded": {"true"}}}
	if isStream(a) {
		c.query = url.Values{}
	}
	next := func() reflect.Type { return method.In(len(c.arguments) + 1) }
	params := reflect.Value{}
	if p, ok := everyParams[a.ID()]; ok {
		params = reflect.New(reflect.TypeOf(p)).Elem()
	}
	fields := 0
	for i, p := range a.Parameters {
		switch {
		case p.In == api.InPath:
			id := fmt.Sprintf("575ec8687ae143cd83dc4a%02d", i)
			if !strings.Contains(p.Pattern, "24") {
				id = "v1_-"
			}
			require.Equal(t, reflect.String, next().Kind(), p.Name)
			c.arguments = append(c.arguments, id)
			c.path = strings.ReplaceAll(c.path, "{"+p.Name+"}", id)
		case p.Name == "tagsAsObject" || p.Name == "attributesAsObject" || p.In == api.InForm:
		case p.Required:
			s := samplePart(t, p, next())
			c.arguments = append(c.arguments, s.value)
			maps.Copy(c.query, s.wire)
		default:
			require.True(t, params.IsValid(), "no params for %s", p.Name)
			field := params.FieldByNameFunc(func(name string) bool { return key(name) == key(p.Name) })
			require.True(t, field.IsValid(), "no field for %s", p.Name)
			s := samplePart(t, p, field.Type())
			field.Set(reflect.ValueOf(s.value))
			maps.Copy(c.query, s.wire)
			fields++
		}
	}
	if params.IsValid() {
		require.Equal(t, fields, params.NumField(), "there are fields for parameters that do not exist")
		option, ok := params.Interface().(losant.CallOption)
		require.True(t, ok)
		c.options = append(c.options, option)
	}
	if a.Body != nil {
		c.arguments = append(c.arguments, reflect.Zero(next()).Interface())
	}
	if hasForm(a) {
		form := reflect.New(next()).Elem()
		c.form = sampleForm(t, a, form)
		c.arguments = append(c.arguments, form.Interface())
	}
	require.Equal(t, len(c.arguments)+2, method.NumIn(), "context, arguments and options")
	return c
}

// sampleForm sets everything of a form, and returns what is sent.
func sampleForm(t *testing.T, a *api.Action, form reflect.Value) map[string]string {
	t.Helper()
	parts := map[string]string{}
	for _, p := range a.Parameters {
		if p.In != api.InForm {
			continue
		}
		field := form.FieldByNameFunc(func(name string) bool { return key(name) == key(p.Name) })
		require.True(t, field.IsValid(), p.Name)
		switch {
		case p.Type == "file":
			parts[p.Name] = "the content of " + p.Name
			field.Set(reflect.ValueOf(losant.Upload{Content: strings.NewReader(parts[p.Name])}))
		case p.Schema != "":
			parts[p.Name] = `{"importUrl":"https://example.com/a.zip"}`
			require.NoError(t, json.Unmarshal([]byte(parts[p.Name]), field.Addr().Interface()))
		default:
			s := samplePart(t, p, field.Type())
			parts[p.Name] = s.wire.Get(p.Name)
			field.Set(reflect.ValueOf(s.value))
		}
	}
	assert.Len(t, parts, form.NumField(), "there are fields for parts that do not exist")
	return parts
}

// partsOf reads a form by the names of its parts.
func partsOf(t *testing.T, contentType, body string) map[string]string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	require.NoError(t, err)
	require.Equal(t, "multipart/form-data", kind)
	parts := map[string]string{}
	for reader := multipart.NewReader(strings.NewReader(body), params["boundary"]); ; {
		part, err := reader.NextPart()
		if errors.Is(err, io.EOF) {
			return parts
		}
		require.NoError(t, err)
		content, err := io.ReadAll(part)
		require.NoError(t, err)
		parts[part.FormName()] = string(content)
	}
}

// trees are values of the parameters that have a schema: as JSON, and as queries.
var trees = map[string][2]string{
	"auditLogFilter": {
		`{"actor":[{"id":"575ed70c7ae143cd83dc4aa9","type":"User"}],"responseCode":[200,404]}`,
		"auditLogFilter[actor][0][id]=575ed70c7ae143cd83dc4aa9&auditLogFilter[actor][0][type]=User" +
			"&auditLogFilter[responseCode][0]=200&auditLogFilter[responseCode][1]=404",
	},
	"dataType":    {`["number","blob"]`, "dataType[0]=number&dataType[1]=blob"},
	"deviceClass": {`["standalone","edgeCompute"]`, "deviceClass[0]=standalone&deviceClass[1]=edgeCompute"},
	"tagFilter": {
		`[{"key":"Floor","value":"2 & 3"},{"key":"Serial"}]`,
		"tagFilter[0][key]=Floor&tagFilter[0][value]=2+%26+3&tagFilter[1][key]=Serial",
	},
	"triggerFilter": {
		`[{"key":"575ed78e7ae143cd83dc4aab","type":"webhook"}]`,
		"triggerFilter[0][key]=575ed78e7ae143cd83dc4aab&triggerFilter[0][type]=webhook",
	},
}

// samplePart is a value for a parameter.
func samplePart(t *testing.T, p api.Parameter, goType reflect.Type) part {
	t.Helper()
	one := func(value any, text string) part { return part{value, url.Values{p.Name: {text}}} }
	at := time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)
	switch reflect.Zero(goType).Interface().(type) {
	case bool:
		return one(true, "true")
	case int:
		return one(7, "7")
	case time.Time:
		return one(at, "1767323045678")
	case losant.Instant:
		return one(losant.Ago(5*time.Minute), "-300000")
	case time.Duration:
		if p.Name == "keepAliveInterval" || p.Name == "urlTTL" {
			return one(24*time.Hour, "86400")
		}
		return one(24*time.Hour, "86400000")
	case *time.Duration:
		return one(losant.Ptr(time.Duration(0)), "0")
	case *string:
		return one(losant.Ptr(""), "")
	case losant.Query:
		return one(losant.Query{"name": losant.Query{"$ne": "x&y"}}, `{"name":{"$ne":"x\u0026y"}}`)
	case []string:
		if p.Type == "array" {
			return part{[]string{"a", "b c"}, url.Values{p.Name + "[0]": {"a"}, p.Name + "[1]": {"b c"}}}
		}
		return one([]string{"a", "b c"}, "a,b c")
	}
	if p.Schema != "" {
		value := reflect.New(goType)
		require.Contains(t, trees, p.Name)
		require.NoError(t, json.Unmarshal([]byte(trees[p.Name][0]), value.Interface()))
		wire, err := url.ParseQuery(trees[p.Name][1])
		require.NoError(t, err)
		return part{value.Elem().Interface(), wire}
	}
	require.Equal(t, reflect.String, goType.Kind(), "%s is a %s", p.Name, goType)
	text := "x y&z*é=/?"
	switch {
	case p.Enum != nil:
		text = fmt.Sprint(p.Enum[len(p.Enum)-1])
	case strings.Contains(p.Pattern, "24"):
		text = "575ec8687ae143cd83dc4aff"
	case p.Pattern != "":
		text = "a_b-1"
	}
	return part{reflect.ValueOf(text).Convert(goType).Interface(), url.Values{p.Name: {text}}}
}

// invoke calls a method, and returns its result and its error.
func (c wireCall) invoke(t *testing.T, method reflect.Value, opts ...losant.CallOption) (any, error) {
	t.Helper()
	in := []reflect.Value{reflect.ValueOf(t.Context())}
	for _, argument := range c.arguments {
		in = append(in, reflect.ValueOf(argument))
	}
	for _, option := range slices.Concat(c.options, opts) {
		in = append(in, reflect.ValueOf(option))
	}
	out := method.Call(in)
	if len(out) == 1 {
		out = first(out[0])
	}
	err, _ := out[1].Interface().(error)
	return out[0].Interface(), err
}

// first is the first pair of an iterator, two zero values if there is none.
func first(iterator reflect.Value) []reflect.Value {
	for value, err := range iterator.Seq2() {
		return []reflect.Value{value, err}
	}
	pair := iterator.Type().In(0)
	return []reflect.Value{reflect.Zero(pair.In(0)), reflect.Zero(pair.In(1))}
}

// answering answers with a documented success.
func answering(a *api.Action, i int) httpmock.Responder {
	answers, bodies := answersOf(a)
	if isStream(a) {
		return respond(answers[i].Status, bodies[i], "Content-Type", "text/event-stream")
	}
	return respond(answers[i].Status, bodies[i])
}

// answersOf are the documented successes of an action, with a body that decodes.
func answersOf(a *api.Action) (all []api.Answer, bodies []string) {
	for _, answer := range a.Answers {
		if answer.Status >= 300 {
			continue
		}
		all = append(all, answer)
		switch s := theDescription().Schemas[answer.Schema]; {
		case answer.Events != nil:
			for name := range answer.Events {
				bodies = append(bodies, "event: "+name+"\ndata: {}\n\n")
			}
		case s == nil:
			bodies = append(bodies, "")
		case slices.Equal(s.Type, []string{"array"}):
			bodies = append(bodies, "[]")
		case slices.ContainsFunc(s.Properties, func(p api.Property) bool { return p.Name == "success" }):
			bodies = append(bodies, `{"success":true}`)
		default:
			bodies = append(bodies, "{}")
		}
	}
	return all, bodies
}

func TestEveryActionOnTheWire(t *testing.T) {
	t.Parallel()
	for id, a := range described() {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			client, transport := newMocked(t)
			requests := record(transport, answering(a, 0))
			method := methodsOf(client)[key(id)]
			c := sample(t, a, method.Type())

			_, err := c.invoke(t, method)
			if a.Body != nil { // a zero body may break rules
				_, err = c.invoke(t, method, losant.WithoutValidation())
			}

			require.NoError(t, err)
			request := requests.all()[0]
			assert.Equal(t, a.Method, request.Method)
			assert.Equal(t, "/"+strings.TrimPrefix(c.path, "/"), request.URL.EscapedPath())
			assert.Equal(t, c.query, request.URL.Query())
			if c.form != nil {
				assert.Equal(t, c.form, partsOf(t, request.Header.Get("Content-Type"), request.body))
				return
			}
			if a.Body == nil {
				assert.Empty(t, request.body)
				assert.Empty(t, request.Header.Get("Content-Type"))
				return
			}
			assert.Regexp(t, `^[[{]`, request.body, "and not null")
			assert.Equal(t, "application/json", request.Header.Get("Content-Type"))
		})
	}
}

func TestParametersThatAreZeroAreNotSent(t *testing.T) {
	t.Parallel()
	for id, params := range everyParams {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			a := described()[id]
			client, transport := newMocked(t)
			requests := record(transport, answering(a, 0))
			method := methodsOf(client)[key(id)]
			c := sample(t, a, method.Type())
			c.options = []losant.CallOption{params}

			_, err := c.invoke(t, method, losant.WithoutValidation())

			require.NoError(t, err)
			for _, p := range a.Parameters {
				if p.In == api.InQuery && !p.Required {
					for name := range requests.only(t).URL.Query() {
						assert.False(t, name == p.Name || strings.HasPrefix(name, p.Name+"["), name)
					}
				}
			}
		})
	}
}

func TestEveryAnswerByItsStatus(t *testing.T) {
	t.Parallel()
	for id, a := range described() {
		answers, bodies := answersOf(a)
		for i, answer := range answers {
			t.Run(fmt.Sprint(id, " ", answer.Status), func(t *testing.T) {
				t.Parallel()
				client, transport := newMocked(t)
				record(transport, answering(a, i))
				method := methodsOf(client)[key(id)]

				out, err := sample(t, a, method.Type()).invoke(t, method, losant.WithoutValidation())

				require.NoError(t, err)
				if result := reflect.ValueOf(out); len(answers) > 1 {
					expectAnswer(t, result.Elem(), answer, bodies[i])
				} else {
					assert.False(t, result.IsNil())
					assert.Equal(t, bodies[i] == "[]", result.Kind() == reflect.Slice)
				}
			})
		}
	}
}

// expectAnswer expects that the pointer for an answer is set in a result, and no other.
func expectAnswer(t *testing.T, result reflect.Value, answer api.Answer, body string) {
	t.Helper()
	var set []string
	for i := range result.NumField() {
		if field := result.Field(i); field.Kind() == reflect.Pointer && !field.IsNil() {
			name := result.Type().Field(i).Name
			if name == "Done" {
				name = field.Type().Elem().Name()
			}
			set = append(set, key(name))
		}
	}
	if answer.Schema == "" {
		assert.Empty(t, set)
	} else {
		assert.Equal(t, []string{key(answer.Schema)}, set)
	}
	assert.Equal(t, body, string(result.FieldByName("Raw").Bytes()))
}

func TestAnswersThatAreNoneOfThoseDocumented(t *testing.T) {
	t.Parallel()
	for id, a := range described() {
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			answers, bodies := answersOf(a)
			wrong := map[string]int{`null`: answers[0].Status, `"text"`: answers[0].Status}
			if bodies[0] == "[]" {
				wrong[`{}`] = answers[0].Status
			} else {
				wrong[`[]`] = answers[0].Status
			}
			if len(answers) > 1 {
				wrong[bodies[0]] = http.StatusNonAuthoritativeInfo
			}
			for body, status := range wrong {
				client, transport := newMocked(t)
				record(transport, respond(status, body))
				method := methodsOf(client)[key(id)]

				_, err := sample(t, a, method.Type()).invoke(t, method, losant.WithoutValidation())

				var decode *losant.DecodeError
				require.ErrorAs(t, err, &decode, body)
			}
		})
	}
}

// classOf is the repeat class of an action, by the rules that Losant's documentation suggests.
func classOf(a *api.Action) string {
	switch a.ID() {
	case "application.archiveData", "application.backfillArchiveData", "application.fullDataTablesArchive",
		"application.fullEventsArchive", "dataTable.removeColumn", "device.removeData", "experience.delete",
		"flow.clearStorageEntries", "me.delete", "org.removeMember", "org.revokeInvite":
		return "once"
	case "auth.authenticateDevice", "auth.authenticateUser", "auth.authenticateUserGithub",
		"dashboard.validateContext", "data.lastValueQuery", "data.timeSeriesQuery", "dataTableRows.query":
		return "read"
	}
	isOne := regexp.MustCompile(`\{\w+Id\}$`).MatchString(a.Path) && a.Resource != "flowVersion"
	switch {
	case a.Method == http.MethodGet:
		return "read"
	case a.Method == http.MethodDelete && a.Name == "delete" && isOne:
		return "delete"
	default:
		return "once"
	}
}

func TestEveryActionIsRepeatedByItsClass(t *testing.T) {
	t.Parallel()
	counts := map[string]int{}
	for id, a := range described() {
		class := classOf(a)
		counts[class]++
		t.Run(id, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, transport := newMocked(t)
				notFound := respond(http.StatusNotFound, `{"type":"NotFound","message":"Device was not found"}`)
				requests := record(transport, respond(http.StatusInternalServerError, "").Then(notFound))
				method := methodsOf(client)[key(id)]

				_, err := sample(t, a, method.Type()).invoke(t, method, losant.WithoutValidation())

				assert.Len(t, requests.all(), map[string]int{"read": 2, "delete": 2, "once": 1}[class])
				assert.Equal(t, class == "delete", err == nil, "not found, since it has been deleted")
			})
		})
	}
	assert.Equal(t, map[string]int{"read": 175, "delete": 37, "once": 163}, counts)
}
