package losant_test

import (
	"net/http"
	"testing"

	"github.com/jarcoal/httpmock"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/losant-go/losant"
)

// Ids of the right form, and a token that no text of the package may ever show.
const (
	applicationID = "575ec8687ae143cd83dc4a97"
	userID        = "575ed78e7ae143cd83dc4aab"
	groupID       = "575ed78e7ae143cd83dc4aae"
	secretToken   = "planted-token-5d41402abc4b2a76"
)

const (
	userPath  = "/applications/" + applicationID + "/experience/users/" + userID
	groupPath = "/applications/" + applicationID + "/experience/groups/" + groupID
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// newMocked returns a client whose requests go to the returned transport. A request that no responder is registered for
// fails the call.
func newMocked(t *testing.T, opts ...losant.Option) (*losant.Client, *httpmock.MockTransport) {
	t.Helper()
	transport := httpmock.NewMockTransport()
	opts = append([]losant.Option{losant.WithHTTPClient(&http.Client{Transport: transport})}, opts...)
	client, err := losant.NewClient(secretToken, opts...)
	require.NoError(t, err)
	return client, transport
}

func TestGetDecodesTheAnswer(t *testing.T) {
	t.Parallel()
	client, transport := newMocked(t)
	transport.RegisterResponder(http.MethodGet, "https://api.losant.com"+userPath,
		httpmock.NewStringResponder(http.StatusOK, `{"id":"`+userID+`","email":"ada@example.com"}`))

	user, err := client.ExperienceUser.Get(t.Context(), applicationID, userID)

	require.NoError(t, err)
	require.Equal(t, userID, user.ID)
	require.Equal(t, "ada@example.com", user.Email)
}
