package jsondec_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/losant-go/losant/internal/jsondec/jsondectest"
)

// FuzzUnmarshal holds the decoder against encoding/json, as TestSameAsEncodingJSON does.
func FuzzUnmarshal(f *testing.F) {
	for i, name := range names() {
		for j, value := range values {
			if (i+j)%7 == 0 && len(value) < 1000 {
				f.Add([]byte(fmt.Sprintf(`{%q:%s}`, name, value)))
			}
		}
	}
	f.Add([]byte(`{"objects":[` + strings.Repeat(`{"x":1,"y":2,"d":{"a":1,"b":"two"}},`, 100) + `{}]}`))
	known := jsondectest.Names(reflect.TypeFor[everything]())
	d := newDecoder()
	f.Fuzz(func(t *testing.T, document []byte) {
		if !jsondectest.Differs(document, known) { // else a test says what each of the two makes of it
			assertSame(t, d, string(document))
		}
	})
}
