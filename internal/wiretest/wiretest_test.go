//go:debug x509usefallbackroots=1

package wiretest_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/losant-go/losant/internal/wiretest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	wiretest.Trust()
	goleak.VerifyTestMain(m)
}

type answer struct {
	proto  string
	status int
	header []string
	body   string
}

func TestEachRequestGetsTheNextEnd(t *testing.T) {
	t.Parallel()
	for proto, start := range map[string]func(testing.TB, ...wiretest.End) *wiretest.Server{
		"HTTP/1.1": wiretest.NewServer, "HTTP/2.0": wiretest.NewHTTP2Server,
	} {
		t.Run(proto, func(t *testing.T) {
			t.Parallel()
			server := start(t, wiretest.Answer(201, "one", "X-A", "1", "X-A", "2"), wiretest.HangUp, wiretest.Cut(500, "cut"),
				wiretest.Answer(404, "last"))
			transport := &http.Transport{ForceAttemptHTTP2: true}
			t.Cleanup(transport.CloseIdleConnections)
			send := func() (answer, error) {
				request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL(), strings.NewReader("body"))
				require.NoError(t, err)
				response, err := transport.RoundTrip(request)
				if err != nil {
					return answer{}, err
				}
				defer func() { assert.NoError(t, response.Body.Close()) }()
				body, err := io.ReadAll(response.Body)
				return answer{response.Proto, response.StatusCode, response.Header["X-A"], string(body)}, err
			}

			got, err := send()
			require.NoError(t, err)
			assert.Equal(t, answer{proto, 201, []string{"1", "2"}, "one"}, got)
			_, err = send()
			require.Error(t, err)
			got, err = send()
			require.Error(t, err)
			assert.Equal(t, answer{proto, 500, nil, "cut"}, got)
			for range 2 {
				got, err = send()
				require.NoError(t, err)
				assert.Equal(t, answer{proto, 404, nil, "last"}, got)
			}
			assert.Equal(t, 5, server.Count())
			for _, request := range server.Requests() {
				assert.Equal(t, "body", request.Body)
			}
		})
	}
}
