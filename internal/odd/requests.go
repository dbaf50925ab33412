package odd

import (
	"bytes"
	"compress/gzip"
	"hash/fnv"
	"net/url"
	"strings"

	"github.com/losant-go/losant/internal/api"
)

// Request is a request that is right, or wrong in one place.
type Request struct {
	Name, Method string
	Path         string // as it goes on the wire, with the query
	Token        string // the name of a token: "good", "expired", "garbage", "none"; or the one scope that it has
	Header       map[string]string
	Body         string
}

// maxBodies is how many of the wrong bodies of an action are sent. They are spread evenly over all of them.
const maxBodies = 50

// Right is a request that an action takes, but for the rules between the properties of its body.
func Right(d *api.Description, a *api.Action) Request {
	return newMaker(d).right(a)
}

// Requests are the requests of an action: the right one, and many around it.
func Requests(d *api.Description, a *api.Action) []Request {
	m := newMaker(d)
	right := m.right(a)
	all := []Request{right}
	add := func(name string, change func(*Request)) {
		r := right
		r.Name = name
		r.Header = map[string]string{}
		for k, v := range right.Header {
			r.Header[k] = v
		}
		change(&r)
		all = append(all, r)
	}
	paths(a, right, add)
	methods(add)
	tokens(d, a, add)
	m.queries(a, add)
	m.bodies(a, right, add)
	return all
}

type adder func(name string, change func(*Request))

const id = "575ec8687ae143cd83dc4a97"

func (m *maker) right(a *api.Action) Request {
	r := Request{Name: "right", Method: a.Method, Path: a.Path, Token: "good", Header: map[string]string{}}
	query := url.Values{}
	for i := range a.Parameters {
		p := &a.Parameters[i]
		switch {
		case p.In == api.InPath:
			r.Path = strings.ReplaceAll(r.Path, "{"+p.Name+"}", good(p))
		case p.In == api.InQuery && p.Required:
			query.Set(p.Name, good(p))
		}
	}
	if len(query) > 0 {
		r.Path += "?" + query.Encode()
	}
	if a.Body != nil {
		r.Body = text(m.Value(m.description.Schemas[a.Body.Schema]))
		r.Header["Content-Type"] = "application/json"
	}
	return r
}

func good(p *api.Parameter) string {
	switch {
	case len(p.Enum) > 0:
		value, _ := p.Enum[0].(string)
		return value
	case p.Pattern != "":
		return matching[p.Pattern]
	case strings.HasSuffix(p.Name, "Id"):
		return id
	default:
		return "a"
	}
}

func paths(a *api.Action, right Request, add adder) {
	path, query, _ := strings.Cut(right.Path, "?")
	segments := strings.Split(a.Path, "/")
	for i, segment := range segments {
		if !strings.HasPrefix(segment, "{") {
			continue
		}
		for _, value := range []string{
			"x", "", "..", "a%2Fb", strings.Repeat("a", 101), "%F0%9F%98%80", "%ff", id + "%0A", "575ec8687ae143cd83dc4a9;7",
		} {
			add("path: "+segment+" "+value, func(r *Request) {
				parts := strings.Split(path, "/")
				parts[i] = value
				r.Path = strings.Join(parts, "/") + "?" + query
			})
		}
	}
	for name, other := range map[string]string{
		"slash behind": path + "/", "slashes behind": path + "//", "more": path + "/more", "slash before": "/" + path,
		"capitals": strings.ToUpper(path), "escaped": strings.Replace(path, "s", "%73", 1),
	} {
		add("path: "+name, func(r *Request) { r.Path = other + "?" + query })
	}
}

func methods(add adder) {
	for _, method := range []string{"GET", "POST", "PATCH", "DELETE", "PUT", "LINK"} {
		add("method: "+method, func(r *Request) { r.Method = method })
	}
	for _, method := range []string{"POST", "PUT"} {
		add("method: "+method+" with a broken body", func(r *Request) {
			r.Method, r.Body, r.Header["Content-Type"] = method, "{", "application/json"
		})
	}
}

func tokens(d *api.Description, a *api.Action, add adder) {
	names := []string{"none", "expired", "garbage", "nothing.*", "all.Nothing", a.Resource + ".nothing", a.Resource + "s.*"}
	scopes := d.ScopesOf(a)
	if len(scopes) > 2 {
		names = append(names, scopes[0], scopes[len(scopes)-1], a.Resource+".*")
	}
	for _, name := range names {
		add("token: "+name, func(r *Request) { r.Token = name })
	}
	for _, query := range []string{"access_token=x", "jwt=", "access_token=a&access_token=b", "jwt[a]=b", "access_token[]=a"} {
		add("token: ?"+query, func(r *Request) { r.Path = join(r.Path, query) })
	}
}

func join(path, query string) string {
	if strings.Contains(path, "?") {
		return path + "&" + query
	}
	return path + "?" + query
}

func (m *maker) queries(a *api.Action, add adder) {
	for i := range a.Parameters {
		p := &a.Parameters[i]
		if p.In != api.InQuery {
			continue
		}
		values := []string{
			"=" + url.QueryEscape(good(p)), "=", "=no+such+thing", "[]=a", "[a]=b", "=a&{}=b", "=%zz", "=%7B%7D",
		}
		if p.Schema != "" {
			values = append(values, "", "={", "=a,b", "[toString]=a", "[0][key]=a", "[0][key]=a&{}[0][value]=b&{}[1][key]=c", "=null", "=[]", "=5", "[0]=a&{}[5]=b", "[=a", "[a][b][c][d][e][f][g]=h", "=a&{}[b]=c", "[1]=a&{}[]=b")
			for _, mutant := range spread(m.mutants(m.description.Schemas[p.Schema], 2), 40) {
				values = append(values, "="+url.QueryEscape(text(mutant)))
			}
		}
		for _, value := range values {
			query := p.Name + strings.ReplaceAll(value, "{}", p.Name)
			add("query: "+query, func(r *Request) {
				path, old, _ := strings.Cut(r.Path, "?")
				values, _ := url.ParseQuery(old)
				values.Del(p.Name)
				r.Path = path + "?" + strings.TrimPrefix(values.Encode()+"&"+query, "&")
			})
		}
	}
	for _, query := range []string{"_actions=false", "_links=1&_links=2", "noSuchParameter=1", "losantdomain=1"} {
		add("query: "+query, func(r *Request) { r.Path = join(r.Path, query) })
	}
}

// contentTypes are types of bodies, known and unknown.
var contentTypes = []string{
	"", "application/json; charset=utf-8", "application/json ;charset=utf-8", "APPLICATION/JSON", "application/vnd.api+json",
	"application/merge-patch+json", "application/a+jsonx", "application/xml", "text/plain", "text/csv", "text/tsv",
	"application/x-www-form-urlencoded", "application/octet-stream", "image/png", "json", "multipart/form-data",
}

func (m *maker) bodies(a *api.Action, right Request, add adder) {
	for i, contentType := range contentTypes {
		if a.Body == nil && i%4 > 0 {
			continue // which is not looked at
		}
		add("type: "+contentType, func(r *Request) { r.Header["Content-Type"] = contentType })
		if i%4 == 0 {
			add("type: "+contentType+", no body", func(r *Request) { r.Header["Content-Type"], r.Body = contentType, "" })
		}
	}
	bodies := []string{"", "null", "[]", "{}", "5", `"x"`, "true", "{", "nul", " ", "[{}]", `{"a":1}`, `{"__proto__":1}`, "\ufeff{}", "\xff"}
	for i, body := range bodies {
		if a.Body == nil && i%4 > 0 {
			continue
		}
		add("body: "+body, func(r *Request) { r.Body, r.Header["Content-Type"] = body, "application/json" })
	}
	add("encoding: gzip", func(r *Request) {
		r.Body, r.Header["Content-Encoding"] = packed(right.Body), "gzip"
	})
	for _, encoding := range []string{"br", "identity", "GZIP", "gzip, gzip"} {
		add("encoding: "+encoding, func(r *Request) { r.Body, r.Header["Content-Encoding"] = "{}", encoding })
	}
	add("digest: wrong", func(r *Request) { r.Body, r.Header["Content-MD5"] = "{}", "abc" })
	add("digest: right", func(r *Request) { r.Body, r.Header["Content-MD5"] = "{}", "mZFLkyvTelC5g8XnyQrpOw==" })
	form := func(name, body string) {
		add("form: "+name, func(r *Request) {
			r.Header["Content-Type"], r.Body = "multipart/form-data; boundary=B", body
		})
	}
	form("without parts", "--B--\r\n")
	for i := range a.Parameters {
		p := &a.Parameters[i]
		if p.In != api.InForm {
			continue
		}
		for _, value := range []string{"a", "", "{}", "{", "null", id} {
			form(p.Name+" "+value, part(p.Name, "", value))
			form(p.Name+" as a file "+value, part(p.Name, "x.txt", value))
		}
	}
	if a.Body == nil {
		return
	}
	for _, mutant := range spread(m.mutants(m.description.Schemas[a.Body.Schema], 0), maxBodies) {
		body := text(mutant)
		add("body: "+body, func(r *Request) { r.Body = body })
	}
}

func part(name, file, value string) string {
	disposition := `form-data; name="` + name + `"`
	if file != "" {
		disposition += `; filename="` + file + `"`
	}
	return "--B\r\nContent-Disposition: " + disposition + "\r\n\r\n" + value + "\r\n--B--\r\n"
}

func packed(body string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(body)) // to memory: no error
	_ = w.Close()
	return b.String()
}

// spread picks n of all, the same ones each time, and one of those that are alike.
func spread(all []any, n int) (some []any) {
	seen := map[uint64]bool{}
	var distinct []any
	for _, value := range all {
		h := fnv.New64()
		_, _ = h.Write([]byte(text(value))) // never fails
		if !seen[h.Sum64()] {
			seen[h.Sum64()] = true
			distinct = append(distinct, value)
		}
	}
	if len(distinct) <= n {
		return distinct
	}
	for i := range n {
		some = append(some, distinct[i*len(distinct)/n])
	}
	return some
}
