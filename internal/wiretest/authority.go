package wiretest

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"sync"
	"time"
)

// CA issues certificates for loopback.
type CA struct {
	Certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

// Authority is the one that issues the certificates of this process. A test that cannot configure the transport of
// its client calls [Trust].
var Authority = sync.OnceValue(newCA)

// Trust makes the whole process trust [Authority], and nobody else. Its place is TestMain, in a package whose tests
// have the directive
//
//	//go:debug x509usefallbackroots=1
func Trust() { x509.SetFallbackRoots(Authority().Pool()) }

func newCA() *CA {
	key := newKey()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	return &CA{sign(template, template, key, key), key}
}

// Issue returns a certificate that is valid until then, for loopback, and for server.test behind a proxy.
func (a *CA) Issue(notAfter time.Time) tls.Certificate {
	key := newKey()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), NotAfter: notAfter, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"server.test"},
	}
	leaf := sign(template, a.Certificate, key, a.key)
	return tls.Certificate{Certificate: [][]byte{leaf.Raw}, PrivateKey: key, Leaf: leaf}
}

// Pool holds the authority's own certificate.
func (a *CA) Pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(a.Certificate)
	return pool
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(err)
	return key
}

func sign(template, parent *x509.Certificate, key, by *ecdsa.PrivateKey) *x509.Certificate {
	encoded, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, by)
	must(err)
	certificate, err := x509.ParseCertificate(encoded)
	must(err)
	return certificate
}

// must stops tests that cannot begin.
func must(err error) {
	if err != nil {
		panic(err)
	}
}
