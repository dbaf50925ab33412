//go:debug x509usefallbackroots=1

package losant_test

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/losant-go/losant/internal/wiretest"
)

// The clients of the tests trust the authority of their servers. What leaves loopback ends at a proxy.
func TestMain(m *testing.M) {
	wiretest.Trust()
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	proxy := httptest.NewServer(exit)
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY"} {
		if err := os.Setenv(name, proxy.URL); err != nil {
			panic(err)
		}
	}
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}

// exit is the proxy of all tests. It lets nobody through, and counts who tries. A host that begins with a number is
// answered with that status.
var exit = &lockedProxy{tries: map[string]int{}}

type lockedProxy struct {
	mu    sync.Mutex
	tries map[string]int // by host
}

func (p *lockedProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	p.tries[r.Host]++
	p.mu.Unlock()
	w.Header().Set("Connection", "close")
	status := http.StatusProxyAuthRequired
	if number, _, found := strings.Cut(r.Host, "."); found {
		if n, err := strconv.Atoi(number); err == nil {
			status = n
		}
	}
	w.WriteHeader(status)
}

func (p *lockedProxy) count(host string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tries[host]
}
