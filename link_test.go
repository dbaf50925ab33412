package losant_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const oneCall = `package main

import (
	"context"
	"fmt"

	"github.com/losant-go/losant"
)

func main() {
	client, err := losant.NewClient("token")
	fmt.Println(client, err)
	fmt.Println(client.Devices.Get(context.Background(), "application", losant.DevicesGetParams{PerPage: 5}))
}
`

// A program has in it what it calls, although a client has all services.
func TestAProgramLinksOnlyWhatItCalls(t *testing.T) {
	t.Parallel()
	symbols := symbolsOf(t, oneCall)
	var operations []string
	for id := range described() {
		variable := strings.Replace(key(id), ".", "", 1)
		if slices.ContainsFunc(symbols, func(symbol string) bool { return strings.ToLower(symbol) == variable }) {
			operations = append(operations, id)
		}
	}
	assert.Equal(t, []string{"devices.get"}, operations)
	own := regexp.MustCompile(`^\(\*(\w+)Service\)\.[A-Z]|^\(?\*?(\w+)(Params|Answer)\)?\.`)
	for _, symbol := range symbols {
		if own.MatchString(symbol) {
			assert.Regexp(t, `^\(\*DevicesService\)\.Get$|^\(?\*?DevicesGetParams\)?\.`, symbol)
		}
	}
	assert.NotContains(t, symbols, "Operations")
	assert.NotContains(t, symbols, "init", "the package has nothing to initialise")
}

// symbolsOf builds a program, and returns the symbols of package losant in it, without the name of the package.
func symbolsOf(t *testing.T, source string) (symbols []string) {
	t.Helper()
	dir := t.TempDir()
	program := filepath.Join(dir, "program")
	require.NoError(t, os.WriteFile(program+".go", []byte(source), 0o600))
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, program+".go") //nolint:gosec // a program of the test
	output, err := build.CombinedOutput()
	require.NoError(t, err, string(output))
	output, err = exec.CommandContext(t.Context(), "go", "tool", "nm", program).Output() //nolint:gosec // the same
	require.NoError(t, err)
	for line := range strings.Lines(string(output)) {
		if fields := strings.Fields(line); len(fields) > 2 {
			if symbol, ok := strings.CutPrefix(fields[2], "github.com/losant-go/losant."); ok {
				symbols = append(symbols, symbol)
			}
		}
	}
	require.NotEmpty(t, symbols)
	return symbols
}
