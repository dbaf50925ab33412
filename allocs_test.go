//go:build !race

// The race detector makes sync.Pool forget at random, and so the count of allocations a matter of luck.

package losant_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

//nolint:paralleltest // testing.AllocsPerRun counts the allocations of the whole process
func TestAllocationsOfACall(t *testing.T) {
	most := map[string]float64{"Get": 54, "Patch": 64, "Delete": 41} // those of the transport included
	for _, call := range cannedCalls(t) {
		t.Run(call.name, func(t *testing.T) {
			require.NoError(t, call.do())
			assert.LessOrEqual(t, testing.AllocsPerRun(1000, func() { _ = call.do() }), most[call.name])
		})
	}
}
