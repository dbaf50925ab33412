//go:build unix

package losant_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// BenchmarkAnswer decodes large answers, beside encoding/json and, where Node is, the JSON.parse that the official
// JavaScript client reads them with. MB/cpu-s counts CPU time, so that it can be compared on a machine with other work.
func BenchmarkAnswer(b *testing.B) {
	node, _ := exec.LookPath("node")
	for _, answer := range largeAnswers(100) {
		document := []byte(encode(b, answer.document))
		decode := func(decode func([]byte, any) error) func(b *testing.B) {
			return func(b *testing.B) {
				b.ReportAllocs()
				before := cpuTime(b)
				for b.Loop() {
					if err := decode(document, answerTypes[answer.schema]()); err != nil {
						b.Fatal(err)
					}
				}
				reportSpeed(b, len(document), cpuTime(b)-before)
			}
		}
		b.Run(answer.name+"/client=sdk", decode(losant.Unmarshal))
		b.Run(answer.name+"/client=json", decode(json.Unmarshal))
		if node == "" {
			continue
		}
		file := filepath.Join(b.TempDir(), "answer.json")
		require.NoError(b, os.WriteFile(file, document, 0o600))
		b.Run(answer.name+"/client=JSON.parse", func(b *testing.B) {
			const times = 20
			var cpu time.Duration
			for range b.N {
				out, err := exec.CommandContext(b.Context(), //nolint:gosec // what runs is in the tree
					node, "--single-threaded", "benchmarks/peers/json-parse.js", file, strconv.Itoa(times)).Output()
				require.NoError(b, err)
				took, err := strconv.ParseFloat(strings.TrimSpace(string(out)), 64)
				require.NoError(b, err)
				cpu += time.Duration(took) / times
			}
			b.ReportMetric(float64(cpu)/float64(b.N), "ns/op")
			reportSpeed(b, len(document), cpu)
		})
	}
}

func reportSpeed(b *testing.B, size int, cpu time.Duration) {
	b.Helper()
	b.ReportMetric(float64(size)*float64(b.N)/1e6/cpu.Seconds(), "MB/cpu-s")
}

// cpuTime is what the process has used so far.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var usage syscall.Rusage
	require.NoError(tb, syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
