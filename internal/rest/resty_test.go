package rest

import (
	"context"
	"net/http"
	"net/url"
	"testing"

	"github.com/go-resty/resty/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestWhatIsPooledKeepsNothingOfARequest(t *testing.T) {
	t.Parallel()
	client := NewClientThrough(&http.Client{Transport: transportFunc(func(*http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
	})})
	type key struct{}
	ctx := context.WithValue(t.Context(), key{}, "a token, perhaps")
	for range 1000 { // a pool may drop what it is given
		o := client.Do(ctx, newRequest(Read))
		require.True(t, o.Succeeded())
		if carrier, pooled := client.pool.Get().(*resty.Request); pooled {
			assert.Nil(t, carrier.RawRequest)
			assert.Equal(t, context.Background(), carrier.Context())
			return
		}
	}
	assert.Fail(t, "nothing is pooled")
}

// A client of the caller's may follow redirects, keep cookies and know where to go.
func TestNoRedirectIsFollowedAndNoCookieIsKept(t *testing.T) {
	t.Parallel()
	var jar cookies
	sent := 0
	client := NewClientThrough(&http.Client{
		Jar: &jar,
		CheckRedirect: func(*http.Request, []*http.Request) error {
			assert.Fail(t, "nobody is asked")
			return nil
		},
		Transport: transportFunc(func(r *http.Request) (*http.Response, error) {
			sent++
			assert.Empty(t, r.Header.Get("Cookie"))
			return &http.Response{
				StatusCode: http.StatusTemporaryRedirect, Body: http.NoBody,
				Header: http.Header{"Location": {"https://example.com/elsewhere"}, "Set-Cookie": {"a=b"}},
			}, nil
		}),
	})
	for range 2 {
		o := client.Do(t.Context(), newRequest(Read))

		require.NoError(t, o.Err)
		assert.Equal(t, http.StatusTemporaryRedirect, o.StatusCode)
		assert.Equal(t, "https://example.com/elsewhere", o.Header.Get("Location"))
	}
	assert.Equal(t, 2, sent)
	assert.Zero(t, jar)
}

// cookies is a jar that counts what it is asked for.
type cookies int

func (c *cookies) SetCookies(*url.URL, []*http.Cookie) { *c++ }

func (c *cookies) Cookies(*url.URL) []*http.Cookie {
	*c++
	return nil
}
