package losanttest_test

import (
	"fmt"
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
