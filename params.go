package losant

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/losant-go/losant/internal/rest"
)

// params are the optional query parameters of one action. They are an option of its calls.
type params interface {
	// encode adds the parameters to q, in Losant's order.
	encode(q *parameters)
}

// givenParams are params with the name of their type.
type givenParams struct {
	name   string
	values params
}

// give makes p an option of the call. Whether the call can take them is known only when all options have been read.
func (s *settings) give(name string, p params) []Violation {
	s.params = append(s.params, givenParams{name, p})
	return nil
}

// notByDefault refuses params that were given to NewClient.
func notByDefault(name string) []Violation {
	return violated(name, "given to NewClient, which takes no params")
}

// nilParams refuses a nil pointer to params, of which no method may be called.
func nilParams(o Option) []Violation {
	if v := reflect.ValueOf(o); v.Kind() == reflect.Pointer && v.IsNil() {
		return violated(v.Type().Elem().Name(), "must not be nil")
	}
	return nil
}

// parameters returns the query of a call: what options have set, the required parameters of the method, and params.
func (s *settings) parameters(o *Operation, required func(*parameters)) (query string, violations []Violation) {
	if required == nil && s.params == nil {
		return s.query.encoded, nil
	}
	q := parameters{options: s.query.parameters, validate: s.validate, encoded: s.query.encoded}
	if required != nil {
		q.required, q.source = true, "the arguments"
		required(&q)
		q.required = false
	}
	for i, given := range s.params {
		switch {
		case given.name != o.params:
			q.refuse(given.name, "given to "+o.Name+", which takes "+cmp.Or(o.params, "no params"))
		case slices.ContainsFunc(s.params[:i], func(p givenParams) bool { return p.name == given.name }):
			q.refuse(given.name, "must not be given twice")
		default:
			q.source = given.name
			given.values.encode(&q)
		}
	}
	return q.encoded, q.checked.found
}

// newForm makes the form of a call.
func newForm(form params, validate bool) (*rest.Form, []Violation) {
	q := parameters{isForm: true, validate: validate}
	form.encode(&q)
	if q.checked.found != nil {
		return nil, q.checked.found
	}
	encoded, err := rest.NewForm(q.form)
	if err != nil {
		return nil, []Violation{{"form", "cannot be read: " + err.Error()}}
	}
	return encoded, nil
}

// replaceIn puts p in the place of the parameter of its name.
func (p parameter) replaceIn(query string) string {
	if p.name == "" {
		return query
	}
	name := url.QueryEscape(p.name) + "="
	pairs := slices.DeleteFunc(strings.Split(query, "&"), func(pair string) bool {
		return pair == "" || strings.HasPrefix(pair, name)
	})
	return strings.Join(append(pairs, name+url.QueryEscape(p.value)), "&")
}

// parameters collects the query parameters of a call, or the parts of its form. What is zero is not sent, and is refused if it is required.
type parameters struct {
	options  []parameter // those of WithQuery, and the defaults
	source   string      // who sets the parameters
	required bool
	validate bool
	encoded  string
	form     []rest.Part // in place of encoded
	isForm   bool
	checked  checked
}

// checker checks the parameters.
func (q *parameters) checker() checker { return checker{body: &q.checked} }

func (q *parameters) refuse(name, problem string) { q.checker().refuse(name, problem) }

// sent is a parameter that has been added, for the rule that it has to keep.
type sent struct {
	query       *parameters // nil when nothing is sent
	name, value string
}

// add adds a parameter, unless it is absent.
func (q *parameters) add(name, value string, absent bool) sent {
	if slices.ContainsFunc(q.options, func(p parameter) bool { return p.name == name }) {
		q.refuse("WithQuery("+strconv.Quote(name)+")", "must not set what "+q.source+" can")
	}
	if absent {
		if q.required && q.validate {
			q.refuse(name, "must not be empty")
		}
		return sent{}
	}
	q.write(name, value)
	return sent{q, name, value}
}

func (q *parameters) write(name, value string) {
	if q.isForm {
		q.form = append(q.form, rest.Part{Name: name, Value: value})
		return
	}
	if q.encoded != "" {
		q.encoded += "&"
	}
	q.encoded += url.QueryEscape(name) + "=" + url.QueryEscape(value)
}

func (q *parameters) text(name, value string) sent { return q.add(name, value, value == "") }

// optional is text whose empty value is sent.
func (q *parameters) optional(name string, value *string) sent {
	if value == nil {
		return q.add(name, "", true)
	}
	return q.add(name, *value, false)
}

// optionalDuration is a duration that is sent when it is zero, too.
func (q *parameters) optionalDuration(name string, value *time.Duration, unit time.Duration) {
	if value == nil {
		q.add(name, "", true)
	} else {
		q.add(name, inUnits(*value, unit), false)
	}
}

func (q *parameters) bool(name string, value bool) {
	q.add(name, strconv.FormatBool(value), !value)
}

func (q *parameters) int(name string, value int) {
	q.add(name, strconv.Itoa(value), value == 0)
}

func (q *parameters) time(name string, value time.Time) {
	q.add(name, strconv.FormatInt(value.UnixMilli(), 10), value.IsZero())
}

func (q *parameters) duration(name string, value, unit time.Duration) sent {
	return q.add(name, inUnits(value, unit), value == 0)
}

// inUnits is a duration in a unit, rounded up, since 0 may mean something else.
func inUnits(d, unit time.Duration) string {
	units := d / unit
	if d > units*unit {
		units++
	}
	return strconv.FormatInt(int64(units), 10)
}

func (q *parameters) instant(name string, value Instant) {
	q.refuse(name, value.problem())
	q.add(name, strconv.FormatInt(value.ms, 10), value.IsZero())
}

// list sends several values in one, with commas between them.
func (q *parameters) list(name string, values []string) {
	for i, value := range values {
		if value == "" || strings.Contains(value, ",") {
			q.refuse(fmt.Sprintf("%s[%d]", name, i), "must not be empty or contain a comma")
		}
	}
	q.add(name, strings.Join(values, ","), len(values) == 0)
}

// query sends an advanced query as JSON text.
func (q *parameters) query(name string, value Query) {
	text, err := json.Marshal(map[string]any(value))
	if err != nil {
		q.refuse(name, "cannot be encoded: "+err.Error())
	}
	q.add(name, string(text), value == nil)
}

// json sends a value as JSON text.
func (q *parameters) json(name string, value any) {
	if isNil(value) {
		return
	}
	text, err := json.Marshal(value)
	if err != nil {
		q.refuse(name, "cannot be encoded: "+err.Error())
	}
	q.write(name, string(text))
}

// file sends a file in a form.
func (q *parameters) file(name string, file Upload, required bool) {
	if file.Content == nil {
		if required && q.validate || file.Name != "" || file.ContentType != "" {
			q.refuse(name, "must have Content")
		}
		return
	}
	for field, text := range map[string]string{"Name": file.Name, "ContentType": file.ContentType} {
		if strings.ContainsFunc(text, isControl) {
			q.refuse(name+"."+field, "must not contain control characters")
		}
	}
	q.form = append(q.form, rest.Part{
		Name: name, FileName: cmp.Or(file.Name, name), ContentType: file.ContentType, Content: file.Content,
	})
}

// tree sends each part of a value as a parameter of its own: name[0][key]=part.
func (q *parameters) tree(name string, value any) {
	q.add(name, "", true)
	text, err := json.Marshal(value)
	if err != nil {
		q.refuse(name, "cannot be encoded: "+err.Error())
		return
	}
	var parts any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	_ = decoder.Decode(&parts) // it has just been encoded
	q.parts(name, parts)
}

func (q *parameters) parts(name string, value any) {
	switch value := value.(type) {
	case nil:
	case []any:
		for i, element := range value {
			q.parts(name+"["+strconv.Itoa(i)+"]", element)
		}
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(value)) {
			q.parts(name+"["+key+"]", value[key])
		}
	default:
		q.write(name, fmt.Sprint(value))
	}
}

// The rules of a parameter's text. They hold for what is sent, and only when the call validates.

func (s sent) must(keep func(string) string) {
	if s.query != nil && s.query.validate {
		s.query.refuse(s.name, keep(s.value))
	}
}

func (s sent) oneOf(allowed ...string) {
	s.must(func(value string) string {
		if slices.Contains(allowed, value) {
			return ""
		}
		return "must be one of " + strings.Join(allowed, ", ")
	})
}

func (s sent) id() { s.must(mustBeID) }

func (s sent) idOrEmpty() {
	if s.value != "" {
		s.id()
	}
}

func (s sent) word() { s.must(mustBeKey) }

func (s sent) length(shortest, longest int) {
	s.must(func(value string) string { return mustBeOfLength(value, shortest, longest) })
}
