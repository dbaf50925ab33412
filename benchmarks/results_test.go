package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestResultsAreComparedRoundByRound(t *testing.T) {
	t.Parallel()
	r, err := parse(strings.NewReader(`goos: linux
cpu: A Processor @ 3 GHz
BenchmarkGet/user/client=sdk-2     	100	 20 ns/op	 6 allocs/op
BenchmarkGet/user/client=nethttp-2 	100	 10 ns/op	 5 allocs/op
BenchmarkGet/user/client=sdk-2     	100	300 ns/op	 6 allocs/op
BenchmarkGet/user/client=nethttp-2 	100	100 ns/op	 5 allocs/op
BenchmarkGet/user/client=sdk-2     	100	 40 ns/op	 7 allocs/op
BenchmarkGet/user/client=nethttp-2 	100	 10 ns/op	 5 allocs/op
PASS
ok  	github.com/losant-go/losant	20.659s
`))
	require.NoError(t, err)

	assert.Equal(t, "A Processor @ 3 GHz", r.machine["cpu"])
	assert.Equal(t, []string{"sdk", "nethttp"}, r.clientsOf("Get/user"))
	median, known := r.median("Get/user/client=sdk", "allocs/op")
	assert.True(t, known)
	assert.InDelta(t, 6, median, 0)
	ratio, known := r.ratio("Get/user/client=sdk", "Get/user/client=nethttp", "ns/op")
	assert.True(t, known)
	assert.InDelta(t, 3, ratio, 0, "of 2, 3 and 4")
	_, known = r.ratio("Get/user/client=sdk", "Get/user/client="+peerCurrent, "ns/op")
	assert.False(t, known)
}

func TestFiguresAreShort(t *testing.T) {
	t.Parallel()
	for figure, text := range map[float64]string{
		0.944: "0.94", 9: "9", 43.77: "43.8", 156.2: "156", 1500: "1,500", 2497541.4: "2,497,541",
	} {
		assert.Equal(t, text, short(figure))
	}
}
