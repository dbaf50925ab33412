package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMutations(t *testing.T) {
	t.Parallel()
	const source = `package p

import "fmt"

type t struct {
	name string ` + "`json:\"name\"`" + `
}

func f(all []int) (n int) {
	for _, one := range all {
		if one < 3 && true {
			continue
		}
		n = one
		fmt.Println("one")
	}
	return n + 1
}
`
	all, err := mutations("p.go", []byte(source))
	require.NoError(t, err)
	var names []string
	for _, m := range all {
		names = append(names, m.String())
	}
	assert.Equal(t, []string{
		"p.go: f: one < 3 && true => !(one < 3 && true)",
		"p.go: f: one < 3 && true => one < 3 || true",
		"p.go: f: one < 3 => one <= 3",
		"p.go: f: 3 => 4",
		"p.go: f: true => false",
		"p.go: f: continue => break",
		"p.go: f: n = one => ",
		`p.go: f: fmt.Println("one") => `,
		`p.go: f: "one" => "onex"`,
		"p.go: f: n + 1 => n - 1",
		"p.go: f: 1 => 2",
	}, names)
	assert.Contains(t, string(all[2].apply([]byte(source))), "if one <= 3 && true {")
}
