package losanttest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// BenchmarkSize shows that calls cost the same however many users there are, all of them members of one group: compare
// the lines of one operation.
func BenchmarkSize(b *testing.B) {
	for _, users := range []int{100, 10_000, 100_000} {
		f := newFixture(b)
		client := f.client(b)
		ids := make([]string, users)
		for i := range ids {
			ids[i] = f.AddUser(f.app, losant.ExperienceUser{
				ExperienceGroups: []losant.ExperienceGroupRef{{ID: f.group.ID}},
			}).ID
		}
		b.Run(fmt.Sprintf("get/users=%d", users), func(b *testing.B) {
			for i := range b.N {
				_, err := client.ExperienceUser.Get(b.Context(), f.app, ids[i%users])
				require.NoError(b, err)
			}
		})
		b.Run(fmt.Sprintf("patch/users=%d", users), func(b *testing.B) {
			for i := range b.N {
				_, err := client.ExperienceUser.Patch(b.Context(), f.app, ids[i%users], losant.ExperienceUserPatch{
					Email:              losant.Ptr(fmt.Sprintf("%d@example.com", i)),
					ExperienceGroupIDs: []string{f.group.ID},
				})
				require.NoError(b, err)
			}
		})
		b.Run(fmt.Sprintf("delete/users=%d", users), func(b *testing.B) {
			for i := range b.N {
				u := &ids[i%users]
				_, err := client.ExperienceUser.Delete(b.Context(), f.app, *u)
				require.NoError(b, err)
				*u = f.AddUser(f.app, losant.ExperienceUser{
					ExperienceGroups: []losant.ExperienceGroupRef{{ID: f.group.ID}},
				}).ID
			}
		})
	}
}

// fleet is an application with many devices, each of which has reported ten states.
func fleet(b *testing.B, devices int) *fixture {
	b.Helper()
	f := newFixture(b)
	for i := range devices {
		f.Add("devices.post", []string{f.app}, map[string]any{
			"name": fmt.Sprintf("device %06d", i), "tags": []any{map[string]any{"key": "floor", "value": fmt.Sprint(i % 50)}},
			"attributes": []any{map[string]any{"name": "voltage", "dataType": "number"}},
		})
	}
	states := make([]string, 10)
	for i := range states {
		states[i] = fmt.Sprintf(`{"time":%d,"data":{"voltage":%d.5}}`, 1704067200000+int64(i)*60_000, i)
	}
	f.ReportAll(f.app, "["+strings.Join(states, ",")+"]")
	return f
}

// BenchmarkFleet shows what lists and queries over 100,000 devices with 1,000,000 states cost. A filtered list is to take no
// more than 100 ms.
func BenchmarkFleet(b *testing.B) {
	const devices = 100_000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	f := fleet(b, devices)
	runtime.GC()
	runtime.ReadMemStats(&after)
	path := "/applications/" + f.app + "/devices"
	for name, r := range map[string]request{
		"list":       asAdmin("GET", path, ""),
		"last page":  asAdmin("GET", path, "").withQuery("page=999"),
		"filter":     asAdmin("GET", path, "").withQuery("filterField=name&filter=*99*"),
		"tag query":  asAdmin("GET", path, "").withQuery("query=%7B%22tags%22:%7B%22floor%22:%227%22%7D%7D"),
		"composite":  asAdmin("GET", path+"/compositeState", ""),
		"timeSeries": asAdmin("POST", "/applications/"+f.app+"/data/time-series-query", `{"start":1704067200000,"end":1704070800000,"resolution":120000,"aggregation":"MEAN","deviceTags":[{"key":"floor","value":"7"}]}`),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f.sendOK(b, r)
			}
			b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/(1<<20), "MB") // Loop forgets what was reported before it
		})
	}
}

// BenchmarkUnique shows that what has to be unique costs the same however much there is: compare the lines of a kind.
func BenchmarkUnique(b *testing.B) {
	for _, many := range []int{1_000, 100_000} {
		b.Run(fmt.Sprintf("versions=%d", many), func(b *testing.B) {
			for b.Loop() {
				f := newFixture(b)
				for i := range many {
					f.Add("experienceVersions.post", []string{f.app}, map[string]any{"version": fmt.Sprint("v", i)})
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*many), "ns/insert")
		})
		b.Run(fmt.Sprintf("rows=%d", many), func(b *testing.B) {
			for b.Loop() {
				f := newFixture(b)
				table := f.Add("dataTables.post", []string{f.app}, map[string]any{"name": "T", "columns": []any{
					map[string]any{"name": "k", "dataType": "number", "constraint": "unique"},
				}})
				for i := range many {
					f.Add("dataTableRows.post", []string{f.app, table["id"].(string)}, map[string]any{"k": i})
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*many), "ns/insert")
		})
	}
}
