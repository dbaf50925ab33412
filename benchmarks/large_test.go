//go:build unix

package benchmarks

import (
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// BenchmarkAll lists a fleet to its end, and reports the most that the heap held on the way.
func BenchmarkAll(b *testing.B) {
	client, heap := startServer(b).sdk(b), new(heap)
	for b.Loop() {
		devices := 0
		for device, err := range client.Devices.All(b.Context(), applicationID, losant.DevicesGetParams{PerPage: perPage}) {
			require.NoError(b, err)
			require.NotEmpty(b, device.ID)
			if devices++; devices%(10*perPage) == perPage/2 { // in the middle of a page
				heap.look()
			}
		}
		require.Equal(b, fleet, devices)
	}
	b.ReportMetric(fleet*float64(b.N)/b.Elapsed().Seconds(), "devices/s")
	heap.report(b)
}

// BenchmarkStream reads the states of a device from a server that sends them as fast as they are read.
func BenchmarkStream(b *testing.B) {
	client := startServer(b).sdk(b)
	b.ReportAllocs()
	events := 0
	for state, err := range client.Device.StateStream(b.Context(), applicationID, deviceID) {
		require.NoError(b, err)
		require.InDelta(b, events, state.Data["voltage"], 0)
		if events++; events == 1 {
			b.ResetTimer() // the connection is not what is measured
		}
		if events > b.N {
			break
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

// BenchmarkUpload uploads a file, and reports the most that the heap held on the way.
func BenchmarkUpload(b *testing.B) {
	const size = 200 << 20
	client, heap := startServer(b).sdk(b), new(heap)
	b.SetBytes(size)
	for b.Loop() {
		content := &zeros{left: size, heap: heap}
		_, err := client.File.Upload(b.Context(), applicationID, deviceID, losant.FileUploadForm{
			File: losant.Upload{Name: "large.bin", Content: content},
		})
		require.NoError(b, err)
		require.Zero(b, content.left)
	}
	heap.report(b)
}

func (s *server) sdk(b *testing.B) *losant.Client {
	b.Helper()
	client, err := losant.NewClient(token, losant.WithBaseURL(s.HTTP1), losant.WithTimeout(time.Minute))
	require.NoError(b, err)
	return client
}

// zeros is the content of a file. It looks at the heap every 20 MiB.
type zeros struct {
	left int
	heap *heap
}

func (z *zeros) Read(p []byte) (int, error) {
	if z.left == 0 {
		return 0, io.EOF
	}
	const often = 20 << 20
	n := min(len(p), z.left)
	if z.left/often != (z.left-n)/often {
		z.heap.look()
	}
	z.left -= n
	clear(p[:n])
	return n, nil
}

// heap is the most that was alive on it when somebody looked.
type heap struct{ most uint64 }

func (h *heap) look() {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	h.most = max(h.most, m.HeapAlloc)
}

func (h *heap) report(b *testing.B) {
	b.Helper()
	b.ReportMetric(float64(h.most)/(1<<20), "MiB-alive")
}
