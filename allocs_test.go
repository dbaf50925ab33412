//go:build !race

// The race detector makes sync.Pool forget at random, and so the count of allocations a matter of luck.

package losant_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
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

// A large answer takes at most half of the allocations that encoding/json of Go 1.26 needs for it. That of Go 1.27 needs
// fewer.
//
//nolint:paralleltest // testing.AllocsPerRun counts the allocations of the whole process
func TestAllocationsOfALargeAnswer(t *testing.T) {
	encodingJSON := map[string]float64{
		"states": 33_982, "devices": 2318, "points": 11_216, "last values": 5048, "rows of 8": 8253, "rows of 12": 12_502,
	}
	for _, answer := range largeAnswers(5) {
		document := []byte(encode(t, answer.document))
		count := testing.AllocsPerRun(3, func() {
			assert.NoError(t, losant.Unmarshal(document, answerTypes[answer.schema]()))
		})
		assert.LessOrEqual(t, count, encodingJSON[answer.name]/2, answer.name)
	}
}
