package losant

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"

	"github.com/losant-go/losant/internal/jsondec"
)

// answers decodes all answers of success. It keeps the types that it has seen, and nothing of an answer.
var answers = jsondec.Decoder{Special: special}

// special is what types with an UnmarshalJSON are to the decoder, which does without that method.
func special(v any) *jsondec.Special {
	switch v := v.(type) {
	case interface{ moments() []string }:
		return &jsondec.Special{Moments: v.moments()}
	case interface{ isWithoutHypermedia() }:
		return &jsondec.Special{NoKeys: hypermediaNames()}
	case union:
		return &jsondec.Special{Kind: func(v any, data []byte) any { return v.(union).kind(data) }}
	default:
		return nil
	}
}

// union is a value of one of several kinds.
type union interface {
	// kind returns what data is to be decoded into.
	kind(data []byte) any
}

// hypermediaNames are the properties of [Hypermedia].
func hypermediaNames() []string { return []string{"_type", "_etag", "_links", "_actions", "_embedded"} }

// decode decodes the body of an answer of success.
func decode(status int, body []byte, result any) error {
	if own, ok := result.(interface {
		answered(status int, body []byte) error
	}); ok {
		return own.answered(status, body)
	}
	if reflect.TypeOf(result).Elem().Kind() == reflect.Slice {
		return decodeAs('[', "array", body, result)
	}
	if keeps, ok := result.(interface{ setRaw(body []byte) }); ok {
		keeps.setRaw(body)
	}
	return decodeObject(body, result)
}

// decodeObject decodes a JSON object into v. Anything else, null included, is an error.
func decodeObject(body []byte, v any) error { return decodeAs('{', "object", body, v) }

func decodeAs(first byte, kind string, body []byte, v any) error {
	if start := bytes.TrimLeft(body, " \t\r\n"); len(start) == 0 || start[0] != first {
		return errors.New("the answer is not a JSON " + kind)
	}
	return answers.Unmarshal(body, v)
}

// undocumented is the error for an answer of success with a status that the operation does not document.
func undocumented(status int) error {
	return fmt.Errorf("the status %d is not a documented one", status)
}
