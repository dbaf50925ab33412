package script

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// decodePatch reads a patch from a JSON document. It refuses, by name, what would be lost on the way: properties that
// the patch does not have, letter by letter, and nulls where a property takes none.
func decodePatch(in io.Reader, patch any) error {
	document, err := io.ReadAll(in)
	switch {
	case err != nil:
		return err
	case !utf8.Valid(document):
		return usageErrorf("-json: the document is not valid UTF-8")
	}

	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(patch); err != nil {
		return usageErrorf("-json: %s; patch -h lists the properties beside their flags", jsonProblem(err, document, patch))
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return usageErrorf("-json: there is more on stdin than one JSON object")
	}

	var given map[string]any
	if err := json.Unmarshal(document, &given); err != nil || given == nil {
		return usageErrorf("-json: the document is not a JSON object")
	}
	understood, err := properties(patch)
	if err != nil {
		return usageErrorf("-json: %w", err)
	}
	// What the patch does not say again, encoding/json has passed over: null for a field that takes none, and names
	// that it takes for others because it does not tell capitals apart.
	for _, name := range slices.Sorted(maps.Keys(given)) {
		value := given[name]
		switch _, ok := understood[name]; {
		case !ok && value == nil:
			return usageErrorf("-json: %q cannot be null: leave it out, or empty it with \"\", [] or {}", name)
		case !ok:
			return usageErrorf("-json: unknown property %q; patch -h lists the properties beside their flags", name)
		case value != nil && hasNull(value):
			return usageErrorf("-json: %q cannot have null in it", name)
		}
	}
	return nil
}

// hasNull reports whether a JSON value is null or has null in it.
func hasNull(value any) bool {
	switch value := value.(type) {
	case map[string]any:
		return slices.ContainsFunc(slices.Collect(maps.Values(value)), hasNull)
	case []any:
		return slices.ContainsFunc(value, hasNull)
	}
	return value == nil
}

// properties are the properties that the patch sends.
func properties(patch any) (all map[string]json.RawMessage, err error) {
	text, err := json.Marshal(patch)
	if err != nil {
		return nil, err
	}
	err = json.Unmarshal(text, &all)
	return all, err
}

// jsonProblem is an error of encoding/json in the words of JSON. Decoding the document into the patch has led to it.
func jsonProblem(err error, document []byte, patch any) string {
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.Is(err, io.EOF):
		return "there is nothing on stdin"
	case !errors.As(err, &wrongType):
		return strings.Replace(strings.TrimPrefix(err.Error(), "json: "), "unknown field", "unknown property", 1)
	}
	// Not every release of Go says in the error which property it was.
	var given map[string]json.RawMessage
	_ = json.NewDecoder(bytes.NewReader(document)).Decode(&given)
	for _, name := range slices.Sorted(maps.Keys(given)) {
		alone, err := json.Marshal(map[string]json.RawMessage{name: given[name]})
		if err == nil && errors.As(json.Unmarshal(alone, patch), &wrongType) {
			kind, _, _ := strings.Cut(wrongType.Value, " ") // what may follow is the value
			return name + " has a JSON " + kind + " where it takes none"
		}
	}
	return "the document is not a JSON object"
}
