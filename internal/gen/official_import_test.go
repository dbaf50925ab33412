//go:build official

package main

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/api"
)

const tree = "../../" + description

// officialFolder is where Losant's own description is.
func officialFolder(t *testing.T) fs.FS {
	t.Helper()
	dir := os.Getenv("LOSANT_DESCRIPTION")
	require.NotEmpty(t, dir, "LOSANT_DESCRIPTION names the folder of the description")
	return os.DirFS(dir)
}

// The description of the tree is what the import makes of the folder.
func TestOfficialImport(t *testing.T) {
	t.Parallel()
	o, err := api.LoadOverlay()
	require.NoError(t, err)
	data, err := importFolder(officialFolder(t), o)
	require.NoError(t, err)
	if string(data) != string(read(t, tree)) {
		t.Errorf("go run ./internal/gen import DIR changes %s", description)
	}
}

// Each schema of the tree says what the corrected official one says, no more and no less, and in its order.
func TestOfficialSchemas(t *testing.T) {
	t.Parallel()
	o, err := api.LoadOverlay()
	require.NoError(t, err)
	raw, err := readFolder(officialFolder(t))
	require.NoError(t, err)
	require.NoError(t, raw.correct(o.Corrections))
	ours, err := parse(read(t, tree))
	require.NoError(t, err)
	c := comparison{official: raw.find("schemas"), ours: ours.find("schemas"), seen: map[[2]*node]bool{}}
	for i, name := range c.ours.names {
		if !strings.ContainsAny(name, ".[{|") {
			c.schema(t, name, c.official.find(name), c.ours.nodes[i])
		}
	}
	assert.Greater(t, len(c.seen), 4000)
}

// Each action of the tree says what the corrected official one says.
func TestOfficialActions(t *testing.T) {
	t.Parallel()
	o, err := api.LoadOverlay()
	require.NoError(t, err)
	raw, err := readFolder(officialFolder(t))
	require.NoError(t, err)
	require.NoError(t, raw.correct(o.Corrections))
	d, err := api.Load()
	require.NoError(t, err)
	require.Len(t, d.Actions, len(raw.find("actions").names))
	for i := range d.Actions {
		a := &d.Actions[i]
		var want map[string]any
		require.NoError(t, json.Unmarshal([]byte(raw.find("actions").find(a.ID()).String()), &want))
		path, rest := map[string]any{}, []any{}
		for _, p := range want["params"].([]any) {
			p := p.(map[string]any)
			delete(p, "description")
			delete(p, "example")
			if p["required"] == false { // like nothing said
				delete(p, "required")
			}
			switch p["in"] {
			case "path":
				path[p["name"].(string)] = p
			case "body":
				delete(p, "type")
				want["body"] = p
			default:
				rest = append(rest, p)
			}
		}
		want["path parameters"], want["params"] = path, rest
		delete(want, "go")
		delete(want, "summary")
		wanted, err := json.Marshal(want)
		require.NoError(t, err)
		got, err := json.Marshal(asOfficial(d, a))
		require.NoError(t, err)
		require.JSONEq(t, string(wanted), string(got), a.ID())
	}
}

// asOfficial is an action of ours in the words of the official description, its parameters by place.
func asOfficial(d *api.Description, a *api.Action) map[string]any {
	path, rest, answers := map[string]any{}, []api.Parameter{}, map[string]any{}
	for _, p := range a.Parameters {
		switch p.In {
		case api.InPath:
			path[p.Name] = p
			continue
		case api.InForm:
			p.In = "multipart"
		}
		rest = append(rest, p)
	}
	stream := false
	for _, answer := range a.Answers {
		of := map[string]any{}
		if answer.Schema != "" {
			of["schema"] = answer.Schema
		}
		if answer.Events != nil {
			of["events"], stream = answer.Events, true
		}
		answers[strconv.Itoa(answer.Status)] = of
	}
	scopes, auth := d.ScopesOf(a), "token"
	if a.NoToken {
		scopes, auth = []string{}, "none"
	}
	all := map[string]any{
		"resource": a.Resource, "action": a.Name, "method": a.Method, "path": a.Path, "scopes": scopes, "auth": auth,
		"deny_oauth_tokens": a.NoOAuth, "stream": stream, "params": rest, "path parameters": path, "answers": answers,
	}
	if a.Body != nil {
		body := map[string]any{"name": a.Body.Name, "in": "body", "schema": a.Body.Schema}
		if a.Body.Required {
			body["required"] = true
		}
		all["body"] = body
	}
	return all
}

// comparison walks an official schema and ours side by side.
type comparison struct {
	official, ours *node
	seen           map[[2]*node]bool
}

func (c *comparison) schema(t *testing.T, place string, want, got *node) {
	t.Helper()
	if ref := want.find("$ref"); ref != nil {
		want = c.official.find(strings.TrimPrefix(strings.Trim(ref.String(), `"`), "#/definitions/"))
	}
	if ref := got.find("ref"); ref != nil {
		got = c.ours.nodes[slices.Index(c.ours.names, strings.Trim(ref.String(), `"`))]
	}
	if c.seen[[2]*node{want, got}] {
		return
	}
	c.seen[[2]*node{want, got}] = true
	official, ours := keywords(want), keywords(got)
	require.Equal(t, slices.Sorted(maps.Keys(official)), slices.Sorted(maps.Keys(ours)), place)
	for keyword, value := range official {
		c.keyword(t, place+"/"+keyword, keyword, value, ours[keyword])
	}
}

func (c *comparison) keyword(t *testing.T, place, keyword string, want, got *node) {
	t.Helper()
	switch keyword {
	case "properties", "patternProperties":
		require.Len(t, got.nodes, len(want.names), place)
		for i, member := range got.nodes {
			require.Equal(t, want.names[i], decode[string](&reader{}, place, member.nodes[0]), place)
			c.schema(t, place+"/"+want.names[i], want.nodes[i], member.find("schema"))
		}
	case "oneOf", "anyOf":
		require.Len(t, got.nodes, len(want.nodes), place)
		for i := range want.nodes {
			c.schema(t, place, want.nodes[i], got.nodes[i])
		}
	case "items", "additional":
		c.schema(t, place, want, got)
	case "type":
		require.Equal(t, strings.Trim(want.String(), "[]"), strings.Trim(got.String(), "[]"), place)
	default:
		require.Equal(t, want.String(), got.String(), place)
	}
}

// keywords are those of a schema that mean something, under our names.
func keywords(n *node) map[string]*node {
	all := map[string]*node{}
	for i, keyword := range n.names {
		value := n.nodes[i]
		switch {
		case slices.Contains([]string{"$schema", "title", "description", "min", "max"}, keyword):
		case keyword == "additionalProperties" && value.object:
			all["additional"] = value
		case keyword == "additionalProperties" && value.String() == "false":
			all["closed"] = &node{scalar: []byte("true")}
		case keyword == "additionalProperties", value.scalar == nil && len(value.nodes) == 0: // nothing said
		default:
			all[keyword] = value
		}
	}
	return all
}

// A number that the overlay calls whole is whole in every official example.
func TestOfficialExamples(t *testing.T) {
	t.Parallel()
	data, err := fs.ReadFile(officialFolder(t), "examples.json")
	require.NoError(t, err)
	var examples map[string]any
	require.NoError(t, json.Unmarshal(data, &examples))
	d, err := api.Load()
	require.NoError(t, err)
	o, err := api.LoadOverlay()
	require.NoError(t, err)
	e := exampleNumbers{description: d, overlay: o}
	for _, name := range sorted(examples) {
		if s := d.Schemas[name]; s != nil {
			e.schema(name, s, examples[name])
		}
	}
	assert.Empty(t, e.broken)
	assert.Greater(t, e.whole, 100)
}

type exampleNumbers struct {
	description *api.Description
	overlay     *api.Overlay
	whole       int
	broken      []string
}

// schema looks at the example of a schema, which is a part of the named one.
func (e *exampleNumbers) schema(name string, s *api.Schema, example any) {
	if s.Ref != "" {
		e.schema(s.Ref, e.description.Schemas[s.Ref], example)
		return
	}
	for _, alternative := range slices.Concat(s.OneOf, s.AnyOf) {
		e.schema(name, alternative, example)
	}
	switch example := example.(type) {
	case []any:
		for _, element := range example {
			if s.Items != nil {
				e.schema(name, s.Items, element)
			}
		}
	case map[string]any:
		for _, p := range s.Properties {
			if value, ok := example[p.Name]; ok {
				if strings.HasPrefix(e.overlay.Property(name, p.Name).Type, "int") {
					e.number(name+"."+p.Name, value)
				}
				e.schema(name, p.Schema, value)
			}
		}
		for _, p := range s.PatternProperties {
			for _, value := range example {
				e.schema(name, p.Schema, value)
			}
		}
	}
}

func (e *exampleNumbers) number(place string, value any) {
	switch value := value.(type) {
	case float64:
		if e.whole++; value != math.Trunc(value) {
			e.broken = append(e.broken, fmt.Sprintf("%s: %v", place, value))
		}
	case map[string]any:
		for _, value := range value {
			e.number(place, value)
		}
	}
}
