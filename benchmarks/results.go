package main

import (
	"bufio"
	"io"
	"slices"
	"strconv"
	"strings"
)

// results are what benchmarks have printed.
type results struct {
	machine map[string]string               // "cpu", "go", "date": the lines of configuration
	rounds  map[string][]map[string]float64 // by name of the benchmark, without Benchmark and -GOMAXPROCS; by unit
}

// parse reads the output of go test -bench and of this program. The n-th line of a name is its n-th round. It passes
// over all that is no result, as benchstat does.
func parse(in io.Reader) (results, error) {
	r := results{map[string]string{}, map[string][]map[string]float64{}}
	lines := bufio.NewScanner(in)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if key, value, ok := strings.Cut(lines.Text(), ": "); ok && !strings.ContainsAny(key, " \t") {
			r.machine[key] = strings.TrimSpace(value)
		}
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(fields[0], "Benchmark")
		if at := strings.LastIndexByte(name, '-'); at > 0 && isNumber(name[at+1:]) {
			name = name[:at]
		}
		round := map[string]float64{}
		for i := 2; i+1 < len(fields); i += 2 {
			if value, err := strconv.ParseFloat(fields[i], 64); err == nil {
				round[fields[i+1]] = value
			}
		}
		r.rounds[name] = append(r.rounds[name], round)
	}
	return r, lines.Err()
}

func isNumber(s string) bool {
	_, err := strconv.Atoi(s)
	return err == nil
}

// median is the median of a unit over the rounds of a benchmark. It reports false when there are none.
func (r results) median(name, unit string) (float64, bool) {
	return middle(r.values(name, unit))
}

// ratio is the median of the ratios of two benchmarks, taken round by round.
func (r results) ratio(name, of, unit string) (float64, bool) {
	above, below := r.values(name, unit), r.values(of, unit)
	ratios := make([]float64, min(len(above), len(below)))
	for i := range ratios {
		ratios[i] = above[i] / below[i]
	}
	return middle(ratios)
}

func (r results) values(name, unit string) (values []float64) {
	for _, round := range r.rounds[name] {
		if value, ok := round[unit]; ok {
			values = append(values, value)
		}
	}
	return values
}

func middle(values []float64) (float64, bool) {
	if len(values) == 0 {
		return 0, false
	}
	values = slices.Sorted(slices.Values(values))
	half := len(values) / 2
	if len(values)%2 == 0 {
		return (values[half-1] + values[half]) / 2, true
	}
	return values[half], true
}

// clientsOf returns the clients that a comparison has results of, in the order of the tables.
func (r results) clientsOf(comparison string) (clients []string) {
	for _, client := range []string{"sdk", "nethttp", "resty", peerPublished, peerCurrent} {
		if len(r.rounds[comparison+"/client="+client]) > 0 {
			clients = append(clients, client)
		}
	}
	return clients
}
