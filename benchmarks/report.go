package main

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"

	"github.com/losant-go/losant/benchmarks/contenders"
)

// The part of performance.md that report writes.
const (
	generatedBegin = "<!-- begin: written by make bench -->\n"
	generatedEnd   = "<!-- end -->\n"
)

// report writes the tables in performance.md of a folder, and performance.svg beside it.
func report(file, folder string) error {
	in, err := os.Open(file) //nolint:gosec // the file that the user names
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	r, err := parse(in)
	if err != nil {
		return err
	}
	page := filepath.Join(folder, "performance.md")
	text, err := os.ReadFile(page) //nolint:gosec // in the folder that the user names
	if err != nil {
		return err
	}
	before, rest, begins := bytes.Cut(text, []byte(generatedBegin))
	_, after, ends := bytes.Cut(rest, []byte(generatedEnd))
	if !begins || !ends {
		return fmt.Errorf("%s has no place for the tables", page)
	}
	text = fmt.Appendf(nil, "%s%s%s%s%s", before, generatedBegin, tables(r), generatedEnd, after)
	if err := os.WriteFile(page, text, 0o644); err != nil { //nolint:gosec // a document, for everyone to read
		return err
	}
	picture := filepath.Join(folder, "performance.svg")
	return os.WriteFile(picture, []byte(chart(r)), 0o644) //nolint:gosec // likewise
}

// target is a figure with a bound.
type target struct {
	name     string
	bound    float64
	atLeast  bool // or at most
	measured float64
	known    bool
}

func (t target) verdict() string {
	switch {
	case !t.known:
		return "not measured"
	case t.measured == t.bound, t.measured > t.bound == t.atLeast:
		return "met"
	default:
		return "missed"
	}
}

// targets are the project's own.
func targets(r results) []target {
	loop := headline.String() + "/client="
	ratio := func(name string, bound float64, atLeast bool, one, other, unit string) target {
		measured, known := r.ratio(one, other, unit)
		return target{name, bound, atLeast, measured, known}
	}
	atMost := func(name string, bound float64, one, unit string, per float64) target {
		measured, known := r.median(one, unit)
		return target{name, bound, false, measured / per, known}
	}
	goroutines := float64(headline.goroutines)
	http2 := scenario{headline.action, 2, headline.goroutines}
	return []target{
		ratio("calls/s, of net/http", 0.94, true, loop+"sdk", loop+"nethttp", "calls/s"),
		ratio("calls/s, of resty", 1.36, true, loop+"sdk", loop+"resty", "calls/s"),
		ratio("calls/s, of the JavaScript client, axios 1.21", 9, true, loop+"sdk", loop+peerCurrent, "calls/s"),
		ratio("calls/s, of the JavaScript client, axios 0.21", 9, true, loop+"sdk", loop+peerPublished, "calls/s"),
		ratio("CPU per call, of net/http", 1.12, false, loop+"sdk", loop+"nethttp", "cpu-ns/op"),
		atMost("connections per goroutine", 1.5, loop+"sdk", "conns", goroutines),
		atMost("connections, HTTP/2", 1, http2.String()+"/client=sdk", "conns", 1),
		atMost("allocations per Get, in memory", 52, "Get/user/client=sdk", "allocs/op", 1),
		atMost("allocations per Patch, in memory", 62, "Patch/user/client=sdk", "allocs/op", 1),
		ratio("time to get a large group, of encoding/json", 1.2, false,
			"Decode/group/client=sdk", "Decode/group/client=json", "ns/op"),
		atMost("KiB left on the heap by 1,000,000 calls", 64, "Heap", "heap-growth-B", 1<<10),
	}
}

// tables are the generated part of performance.md.
func tables(r results) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s, %s cores, %s/%s, %s, %s, %d rounds of the comparison that the targets are about.\n",
		r.machine["cpu"], r.machine["cpus"], r.machine["goos"], r.machine["goarch"], r.machine["go"], r.machine["date"],
		len(r.rounds[headline.String()+"/client=sdk"]))

	b.WriteString("\n| target | bound | measured | |\n|---|---|--:|---|\n")
	for _, t := range targets(r) {
		bound := "at most"
		if t.atLeast {
			bound = "at least"
		}
		measured := "–"
		if t.known {
			measured = short(t.measured)
		}
		fmt.Fprintf(&b, "| %s | %s %v | %s | %s |\n", t.name, bound, t.bound, measured, t.verdict())
	}

	b.WriteString("\nOver loopback, medians:\n\n" +
		"| | client | calls/s | CPU µs/call | p50 µs | p99 µs | connections |\n|---|---|--:|--:|--:|--:|--:|\n")
	for _, s := range (plan{}).scenarios() {
		name := fmt.Sprintf("%s, HTTP/%d, %d at once", strings.Replace(s.action, "/", " ", 1), s.http, s.goroutines)
		for _, client := range r.clientsOf(s.String()) {
			row := r.row(s.String() + "/client=" + client)
			fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s |\n", name, client, row("calls/s", 1), row("cpu-ns/op", 1e3),
				row("p50-ns", 1e3), row("p99-ns", 1e3), row("conns", 1))
			name = ""
		}
	}

	b.WriteString("\nIn memory, medians:\n\n" +
		"| | client | µs/call | B/call | allocations |\n|---|---|--:|--:|--:|\n")
	for _, action := range contenders.Actions() {
		name := strings.Replace(action, "/", " ", 1)
		for _, client := range r.clientsOf(action) {
			writeMemoryRow(&b, name, client, r.row(action+"/client="+client))
			name = ""
		}
	}
	writeMemoryRow(&b, "large group", "encoding/json alone", r.row("Decode/group/client=json"))
	writeMemoryRow(&b, "", "sdk", r.row("Decode/group/client=sdk"))
	writeMemoryRow(&b, "", "sdk, gzip", r.row("Decode/group/client=sdk-gzip"))
	writeMemoryRow(&b, "", "sdk, length not known", r.row("Decode/group/client=sdk-unknown-length"))
	b.WriteString("\n")
	return b.String()
}

func writeMemoryRow(b *strings.Builder, name, client string, row func(string, float64) string) {
	fmt.Fprintf(b, "| %s | %s | %s | %s | %s |\n",
		name, client, row("ns/op", 1e3), row("B/op", 1), row("allocs/op", 1))
}

// row returns a function for the medians of one benchmark, in a multiple of their unit.
func (r results) row(name string) func(unit string, per float64) string {
	return func(unit string, per float64) string {
		value, known := r.median(name, unit)
		if !known {
			return "–"
		}
		return short(value / per)
	}
}

// short writes a figure with three digits that mean something.
func short(value float64) string {
	digits := 0
	for limit := 100.0; digits < 2 && math.Abs(value) < limit && value != math.Trunc(value); limit /= 10 {
		digits++
	}
	text := fmt.Sprintf("%.*f", digits, value)
	if digits > 0 {
		return text
	}
	for at := len(text) - 3; at > 0 && text[at-1] != '-'; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}
