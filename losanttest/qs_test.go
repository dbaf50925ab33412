package losanttest_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/losanttest"
)

// What npm's qs 6.17.1 makes of queries.
func TestQS(t *testing.T) {
	t.Parallel()
	repeat := func(format string, n int) string {
		parts := make([]string, n)
		for i := range parts {
			parts[i] = strings.ReplaceAll(format, "N", fmt.Sprint(i))
		}
		return strings.Join(parts, "&")
	}
	numbered := func(n int) string {
		members := make([]string, n)
		for i := range members {
			members[i] = fmt.Sprintf(`"%d":"%d"`, i, i)
		}
		return `{"a":{` + strings.Join(members, ",") + `}}`
	}
	for query, want := range map[string]string{
		"":                              `{}`,
		"&&":                            `{}`,
		"=1":                            `{}`,
		"a":                             `{"a":""}`,
		"a=+":                           `{"a":" "}`,
		"a==b":                          `{"a":"=b"}`,
		"a=%zz":                         `{"a":"%zz"}`,
		"a=1;b=2":                       `{"a":"1;b=2"}`,
		"a.b=1":                         `{"a.b":"1"}`,
		"a=1&a=2":                       `{"a":["1","2"]}`,
		"%61=1&a=2":                     `{"a":["1","2"]}`,
		"a[]":                           `{"a":[""]}`,
		"a[]=1":                         `{"a":["1"]}`,
		"a[]=1&a[]=2":                   `{"a":["1","2"]}`,
		"a[]=1&a=2":                     `{"a":["1","2"]}`,
		"a=1&a[]=2":                     `{"a":["1","2"]}`,
		"a[0]=1&a[2]=3":                 `{"a":["1","3"]}`,
		"a[1]=x&a[]=y":                  `{"a":["y","x"]}`,
		"a[0]=1&a[0]=2":                 `{"a":[["1","2"]]}`,
		"a[0]=1&a=2":                    `{"a":["1","2"]}`,
		"a[0]=&a[]=":                    `{"a":["",""]}`,
		"a%5B0%5d=1":                    `{"a":["1"]}`,
		"a[21]=1":                       `{"a":{"21":"1"}}`,
		"a[00]=1":                       `{"a":{"00":"1"}}`,
		"a[-1]=1":                       `{"a":{"-1":"1"}}`,
		"a[b]=1&a[b]=2":                 `{"a":{"b":["1","2"]}}`,
		"a[b]=1&a=2":                    `{"a":[{"b":"1"},"2"]}`,
		"a=2&a[b]=1":                    `{"a":["2",{"b":"1"}]}`,
		"a[b]=1&a[]=2":                  `{"a":{"0":"2","b":"1"}}`,
		"a[0]=1&a[x]=2":                 `{"a":{"0":"1","x":"2"}}`,
		"a[%62]=1":                      `{"a":{"b":"1"}}`,
		"a[][b]=1&a[][c]=2":             `{"a":[{"b":"1","c":"2"}]}`,
		"a[0][k]=1&a[0][v]=2&a[1][k]=3": `{"a":[{"k":"1","v":"2"},{"k":"3"}]}`,
		"a[b][c][d][e][f][g]=1":         `{"a":{"b":{"c":{"d":{"e":{"f":{"[g]":"1"}}}}}}}`,
		"[a]=1":                         `{"a":"1"}`,
		"a[=1":                          `{"a":{"[":"1"}}`,
		"a]=1":                          `{"a]":"1"}`,
		"a[]b=1":                        `{"a":["1"]}`,
		"0=a&b=c":                       `{"0":"a","b":"c"}`,
		"[0]=a&[1]=b":                   `{"0":"a","1":"b"}`,
		"[]=a&[]=b":                     `{"0":"a","1":"b"}`,
		"toString=1&a[toString]=1":      `{}`,
		"hasOwnProperty[x]=1":           `{}`,
		"__proto__=1":                   `{}`,
		repeat("a=N", 21):               numbered(21),
		repeat("a[]=N", 21):             numbered(21),
		repeat("a[N]=N", 22):            numbered(22),
		repeat("a=N", 20):               `{"a":["0","1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17","18","19"]}`,
	} {
		got, err := json.Marshal(losanttest.ParseQS(query))
		require.NoError(t, err)
		assert.JSONEq(t, want, string(got), query)
	}
}

func FuzzQS(f *testing.F) {
	for _, query := range []string{"a=1&a=2", "a[0]=1&a[x]=2", "a[][]=1&a=2", "[[]]=1", "a[b]=1&a=2&a=3", "a[19]=1&a=2"} {
		f.Add(query)
	}
	f.Fuzz(func(t *testing.T, query string) {
		if _, err := json.Marshal(losanttest.ParseQS(query)); err != nil {
			t.Error(err)
		}
	})
}
