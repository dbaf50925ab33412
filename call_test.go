package losant_test

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

func TestActionsOnTheWire(t *testing.T) {
	t.Parallel()
	for _, a := range allActions() {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			a.expectWire(t)
		})
		t.Run(a.name+" over HTTP", func(t *testing.T) {
			t.Parallel()
			a.expectOverHTTP(t)
		})
	}
}

// untouched is a token source that no call may ask.
func untouched(t *testing.T) losant.Option {
	t.Helper()
	return losant.WithTokenSource(func(context.Context) (string, error) {
		t.Error("the token source was asked")
		return secretToken, nil
	})
}

// refusedCall is one that is wrong, and how.
type refusedCall struct {
	name, operation string
	ctx             context.Context
	call            func(context.Context, *losant.Client, ...losant.CallOption) (any, error)
	opts            []losant.CallOption
	want            []losant.Violation
}

func refusedCalls(ctx context.Context) []refusedCall {
	const patchUser = "experienceUser.patch"
	ended, cancel := context.WithCancel(ctx)
	cancel()
	var none context.Context
	bad := losant.ExperienceUserPatch{Email: losant.Ptr("nobody"), UserTags: map[string]string{"bad key": "v"}}
	patching := func(
		application, id string, patch losant.ExperienceUserPatch,
	) func(context.Context, *losant.Client, ...losant.CallOption) (any, error) {
		return func(ctx context.Context, c *losant.Client, opts ...losant.CallOption) (any, error) {
			return outcome(c.ExperienceUser.Patch(ctx, application, id, patch, opts...))
		}
	}
	wrongID := broken("experienceUserId", mustBeWord)
	wrongPatch := []losant.Violation{
		broken("experienceUser.email", "must contain an @ and no white space"),
		broken(`experienceUser.userTags["bad key"]`, mustBeTagKey),
	}
	noContext := broken("ctx", "must not be nil")
	calls := []refusedCall{
		{
			name: "id", operation: patchUser, ctx: ctx, call: patching(applicationID, "..", losant.ExperienceUserPatch{}),
			want: []losant.Violation{wrongID},
		},
		{name: "patch", operation: patchUser, ctx: ctx, call: patching(applicationID, userID, bad), want: wrongPatch},
		{
			name: "option", operation: "experienceUser.get", ctx: ctx, call: userActions[1].call,
			opts: []losant.CallOption{losant.WithMaxAttempts(0)},
			want: []losant.Violation{broken("WithMaxAttempts", "must be at least 1")},
		},
		{
			name: "everything at once", operation: patchUser, ctx: none, call: patching("..", "", bad),
			opts: []losant.CallOption{losant.WithTimeout(-1), nil, losant.WithMaxAttempts(0)},
			want: slices.Concat([]losant.Violation{
				broken("WithTimeout", "must not be negative"), broken("option", "must not be nil"),
				broken("WithMaxAttempts", "must be at least 1"), broken("applicationId", mustBeWord), wrongID,
			}, wrongPatch, []losant.Violation{noContext}),
		},
		{
			name: "with an ended context, too", operation: patchUser, ctx: ended, call: patching(applicationID, "a/b", bad),
			want: append([]losant.Violation{wrongID}, wrongPatch...),
		},
		{
			name: "patch of a group", operation: "experienceGroup.patch", ctx: ctx,
			call: func(ctx context.Context, c *losant.Client, opts ...losant.CallOption) (any, error) {
				patch := losant.ExperienceGroupPatch{Name: losant.Ptr("")}
				return outcome(c.ExperienceGroup.Patch(ctx, applicationID, groupID, patch, opts...))
			},
			want: []losant.Violation{broken("experienceGroup.name", "must be at least 1 character")},
		},
	}
	for _, a := range allActions() {
		calls = append(calls, refusedCall{
			name: "nil context of " + a.name, operation: a.name, ctx: none, call: a.call, want: []losant.Violation{noContext},
		})
	}
	return calls
}

func TestARefusedCallNamesAllThatIsWrongAsksForNoTokenAndSendsNothing(t *testing.T) {
	t.Parallel()
	for _, row := range refusedCalls(t.Context()) {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client, stage := newStaged(t, []ending{answers(200)}, untouched(t))
			response := losant.Response{StatusCode: 1, Attempts: 1, Header: http.Header{}}

			result, err := row.call(row.ctx, client, append(row.opts, losant.WithResponse(&response))...)

			assert.Nil(t, result)
			assert.Equal(t, &losant.ValidationError{Operation: row.operation, Violations: row.want}, err)
			var problems []string
			for _, v := range row.want {
				problems = append(problems, v.Field+" "+v.Problem)
			}
			require.EqualError(t, err, "losant: "+row.operation+": invalid input: "+strings.Join(problems, "; "))
			assert.Zero(t, stage.sent())
			response.Duration = 0
			assert.Equal(t, losant.Response{}, response)
		})
	}
}

func TestAnEndedContextAsksForNoTokenAndSendsNothing(t *testing.T) {
	t.Parallel()
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	late, stop := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer stop()
	for want, ctx := range map[error]context.Context{context.Canceled: cancelled, context.DeadlineExceeded: late} {
		for _, a := range allActions() {
			t.Run(want.Error()+"/"+a.name, func(t *testing.T) {
				t.Parallel()
				client, stage := newStaged(t, []ending{answers(200)}, untouched(t))
				response := losant.Response{StatusCode: 1, Attempts: 1, Header: http.Header{}}

				result, err := a.call(ctx, client, losant.WithResponse(&response))

				assert.Nil(t, result)
				require.ErrorIs(t, err, want)
				var unsent *losant.TransportError
				require.ErrorAs(t, err, &unsent)
				assert.Equal(t, &losant.TransportError{
					Operation: a.name, Method: a.method, Path: a.path, Applied: losant.NotApplied, Err: want,
				}, unsent)
				assert.Zero(t, stage.sent())
				response.Duration = 0
				assert.Equal(t, losant.Response{}, response)
			})
		}
	}
}

func TestWithTimeoutLimitsEachAttempt(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		ending ending
		status int
	}{
		{"no answer", hangs, 0},
		{"answer that stops", stalls(200), 200},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				client, stage := newStaged(t, []ending{row.ending})
				var response losant.Response

				err := callUser(t.Context(), client, http.MethodGet,
					losant.WithTimeout(2*time.Second), losant.WithResponse(&response))

				require.ErrorIs(t, err, context.DeadlineExceeded)
				assert.Contains(t, err.Error(), "the attempt took longer than 2s")
				assert.Equal(t, row.status == 0, can[*losant.TransportError](err))
				assert.Equal(t, row.status != 0, can[*losant.DecodeError](err))
				assert.Equal(t, row.status, response.StatusCode)
				require.Equal(t, 3, stage.sent())
				for _, request := range stage.all() {
					assert.Equal(t, 2*time.Second, request.deadline().Sub(request.at), "each attempt has the whole time")
				}
				for _, wait := range stage.waits() {
					assert.GreaterOrEqual(t, wait, 2*time.Second)
				}
				assert.Equal(t, time.Since(stage.all()[0].at), response.Duration, "the whole call")
			})
		})
	}
}

func TestTheTokenSourceHasTheTimeOfItsAttempt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, stage := newStaged(t, []ending{answers(200)},
			losant.WithTokenSource(func(ctx context.Context) (string, error) {
				<-ctx.Done()
				return "", ctx.Err()
			}))
		start := time.Now()

		err := callUser(t.Context(), client, http.MethodGet, losant.WithTimeout(time.Second))

		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Contains(t, err.Error(), "the attempt took longer than 1s: token source: ")
		assert.Equal(t, time.Second, time.Since(start))
		assert.Zero(t, stage.sent())
	})
}

func TestTheTimeoutIsHalfAMinuteUnlessSaidOtherwise(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, stage := newStaged(t, []ending{answers(200)})
		for _, opts := range [][]losant.CallOption{nil, {losant.WithTimeout(time.Hour)}, {losant.WithTimeout(0)}} {
			require.NoError(t, callUser(t.Context(), client, http.MethodGet, opts...))
		}
		now := time.Now() // nothing has taken any time
		assert.Equal(t, now.Add(30*time.Second), stage.all()[0].deadline())
		assert.Equal(t, now.Add(time.Hour), stage.all()[1].deadline())
		assert.Zero(t, stage.all()[2].deadline(), "0 is no limit")
	})
}

func TestTheEndOfTheCallersContextEndsTheAttempt(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		ending ending
		limit  func(context.Context) (context.Context, context.CancelFunc)
		want   error
	}{
		{"deadline before an answer", hangs, withDeadline, context.DeadlineExceeded},
		{"deadline within the answer", stalls(200), withDeadline, context.DeadlineExceeded},
		{"cancelled before an answer", hangs, withCancel, context.Canceled},
		{"cancelled within the answer", stalls(200), withCancel, context.Canceled},
	} {
		for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete} {
			t.Run(row.name+"/"+method, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					client, stage := newStaged(t, []ending{row.ending})
					ctx, cancel := row.limit(t.Context())
					defer cancel()
					start := time.Now()

					err := callUser(ctx, client, method)

					require.ErrorIs(t, err, row.want)
					assert.NotContains(t, err.Error(), "took longer", "that is for WithTimeout")
					assert.NotContains(t, err.Error(), "while waiting to try again", "nothing is left to wait for")
					assert.Equal(t, 5*time.Second, time.Since(start))
					assert.Equal(t, 1, stage.sent())
					assert.Equal(t, 1, attemptsOf(err))
				})
			})
		}
	}
}

func withDeadline(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, 5*time.Second)
}

func withCancel(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	time.AfterFunc(5*time.Second, cancel)
	return ctx, cancel
}

func TestAnErrorDoesNotShowTheQuery(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]ending{"no answer": fails(io.EOF), "answer": answers(404)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, _ := newStaged(t, []ending{end})
			err := callUser(t.Context(), client, http.MethodPatch, losant.WithQuery("key", "hidden"))
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "hidden")
			assert.Contains(t, err.Error(), "(PATCH "+userPath+")")
		})
	}
}

func TestIDsGoIntoTheURLInTheirOrder(t *testing.T) {
	t.Parallel()
	client, stage := newStaged(t, []ending{answers(200)}, losant.WithBaseURL("https://gateway.example.com/losant/v1/"))
	const longest = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-0123456789abcdefghijklmnopqrstuvwxyz"
	require.Len(t, longest, 100)

	_, err := client.ExperienceGroup.Get(t.Context(), longest, "-")

	require.NoError(t, err)
	assert.Equal(t, "https://gateway.example.com/losant/v1/applications/"+longest+"/experience/groups/-?"+defaultQuery,
		stage.all()[0].URL.String())
}

func TestQueryParametersComeInTheOrderTheyWereFirstSetIn(t *testing.T) {
	t.Parallel()
	client, stage := newStaged(t, []ending{answers(200)}, losant.WithQuery("b", "1"), losant.WithQuery("a", "2"))

	_, err := client.ExperienceGroup.Get(t.Context(), applicationID, groupID,
		losant.ExperienceGroupGetParams{IncludeDirectDeviceCount: true, IncludeTotalDeviceCount: true},
		losant.WithQuery("b", "x&y=z é"), losant.WithLinks(false))
	require.NoError(t, err)
	require.NoError(t, callUser(t.Context(), client, http.MethodGet))

	_, query, _ := strings.Cut(stage.all()[0].URL.String(), "?")
	assert.Equal(t, "_actions=false&_links=false&_embedded=true&b=x%26y%3Dz+%C3%A9&a=2"+
		"&includeDirectDeviceCount=true&includeTotalDeviceCount=true", query)
	_, query, _ = strings.Cut(stage.all()[1].URL.String(), "?")
	assert.Equal(t, defaultQuery+"&b=1&a=2", query, "what one call sets is gone for the next")
}
