package losant_test

import (
	"context"
	"encoding/gob"
	"encoding/json"
	"fmt"
	"go/token"
	"io"
	"log/slog"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant"
)

// roots are what all other exported types can be reached from, by fields, parameters and results.
var roots = []any{
	new(losant.Client), new(losant.Option), new(losant.CallOption), new(losant.TokenSource), new(losant.Response),
	new(losant.ValidationError), new(losant.TransportError), new(losant.DecodeError), new(losant.BadRequestError),
	new(losant.UnauthorizedError), new(losant.ForbiddenError), new(losant.NotFoundError), new(losant.RateLimitError),
	new(losant.Nullable[[]string]), new(losant.Operation),
	new(losant.Query), new(losant.Instant),
}

// reachable are the exported types of the package by name.
func reachable() map[string]reflect.Type {
	found := map[string]reflect.Type{}
	seen := map[reflect.Type]bool{}
	var visit func(reflect.Type)
	visit = func(typ reflect.Type) {
		if seen[typ] {
			return
		}
		seen[typ] = true
		if name, _, _ := strings.Cut(typ.Name(), "["); typ.PkgPath() == "github.com/losant-go/losant" {
			if token.IsExported(name) {
				found[name] = typ
			}
		} else if typ.PkgPath() != "" {
			return // somebody else's
		}
		switch typ.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Array:
			visit(typ.Elem())
		case reflect.Struct:
			for i := range typ.NumField() {
				if typ.Field(i).IsExported() || typ.Field(i).Anonymous {
					visit(typ.Field(i).Type)
				}
			}
		case reflect.Func:
			for i := range typ.NumIn() {
				visit(typ.In(i))
			}
			for i := range typ.NumOut() {
				visit(typ.Out(i))
			}
		}
		for i := range typ.NumMethod() {
			visit(typ.Method(i).Type)
		}
		if typ.Kind() != reflect.Pointer && typ.Kind() != reflect.Interface {
			visit(reflect.PointerTo(typ))
		}
	}
	for _, root := range roots {
		visit(reflect.TypeOf(root))
	}
	return found
}

// argument is one that a method may be called with.
func argument(typ reflect.Type) reflect.Value {
	for _, v := range []any{context.Background(), io.EOF, userID, http.StatusOK, []byte("{}")} {
		if typ.Kind() != reflect.Interface && reflect.TypeOf(v) == typ || typ.Kind() == reflect.Interface && typ.NumMethod() > 0 &&
			reflect.TypeOf(v).Implements(typ) {
			return reflect.ValueOf(v)
		}
	}
	return reflect.Zero(typ)
}

// Fakes return zero errors, structs of a caller's own hold clients that nobody has set, and logs show them.
func TestEveryMethodIsSafeOnNilAndZero(t *testing.T) {
	t.Parallel()
	types := reachable()
	for _, name := range exportedTypes(t) {
		assert.NotNil(t, types[name], "%s needs a new root", name)
	}
	for name, typ := range types {
		if typ.Kind() == reflect.Interface {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pointer := reflect.PointerTo(typ)
			for i := range pointer.NumMethod() {
				method := pointer.Method(i)
				receivers := map[string]reflect.Value{"zero": reflect.New(typ)}
				_, byValue := typ.MethodByName(method.Name)
				if !byValue || pointer.Implements(reflect.TypeFor[error]()) { // a nil pointer has no value to call that with
					receivers["nil"] = reflect.Zero(pointer)
				}
				for state, receiver := range receivers {
					if method.Name == "Format" {
						continue // fmt calls it below
					}
					arguments := []reflect.Value{receiver}
					for j := 1; j < method.Type.NumIn(); j++ {
						if !method.Type.IsVariadic() || j < method.Type.NumIn()-1 {
							arguments = append(arguments, argument(method.Type.In(j)))
						}
					}
					assert.NotPanics(t, func() {
						results := method.Func.Call(arguments)
						if strings.HasSuffix(name, "Service") {
							if len(results) == 1 {
								results = first(results[0])
							}
							err, _ := results[1].Interface().(error)
							require.ErrorAs(t, err, new(*losant.ValidationError))
							assert.ErrorContains(t, err, "NewClient")
						}
					}, "%s of a %s one", method.Name, state)
				}
			}
			if nothing, ok := reflect.Zero(pointer).Interface().(json.Unmarshaler); ok {
				for _, text := range []string{"null", "1", `"x"`, "[]", "{}"} {
					assert.NotPanics(t, func() { require.Error(t, nothing.UnmarshalJSON([]byte(text)), text) }, text)
				}
			}
			for _, v := range []any{
				reflect.Zero(pointer).Interface(), reflect.New(typ).Interface(), reflect.Zero(typ).Interface(),
			} {
				text, js := logged("v", v)
				shown := text + js
				if _, hides := reflect.Zero(typ).Interface().(slog.LogValuer); hides && reflect.TypeOf(v) == pointer && reflect.ValueOf(v).IsNil() {
					shown = "" // of a nil pointer slog calls LogValue, too, and says that it could not
				}
				for _, text := range []string{shown, fmt.Sprintf("%v %+v %#v %s %q %x", v, v, v, v, v, v)} {
					for _, trace := range []string{"PANIC", "panic", "goroutine", "nil pointer"} {
						assert.NotContains(t, text, trace)
					}
				}
			}
		})
	}
}

// Packages that compare or copy values, such as go-cmp and encoding/gob, do not look at fields that are not exported: they
// panic, or leave them out.
func TestValuesCanBeComparedAndCopied(t *testing.T) {
	t.Parallel()
	for name, typ := range reachable() {
		if typ.Kind() != reflect.Struct || name == "Client" || name == "Operation" || strings.HasSuffix(name, "Service") {
			continue
		}
		for i := range typ.NumField() {
			if f := typ.Field(i); !f.IsExported() {
				_, compares := typ.MethodByName("Equal")
				assert.True(t, compares, "%s has a field %s", name, f.Name)
				assert.Implements(t, new(gob.GobEncoder), reflect.New(typ).Interface())
				assert.Implements(t, new(gob.GobDecoder), reflect.New(typ).Interface())
			}
		}
	}
}

// An error without what it should wrap is no error of that kind, so that nobody reads from it what is not there.
func TestZeroErrorsHoldNoOthers(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		&losant.BadRequestError{}, &losant.UnauthorizedError{}, &losant.ForbiddenError{}, &losant.NotFoundError{},
		&losant.RateLimitError{}, &losant.DecodeError{}, (*losant.NotFoundError)(nil), (*losant.DecodeError)(nil),
	} {
		var (
			api       *losant.APIError
			transport *losant.TransportError
		)
		for _, e := range []error{err, fmt.Errorf("wrapped: %w", err)} {
			require.NotErrorAs(t, e, &api, "%T", err)
			require.NotErrorAs(t, e, &transport, "%T", err)
			require.NotErrorIs(t, e, io.EOF)
			assert.Contains(t, e.Error(), "losant: ")
		}
	}
	require.ErrorIs(t, &losant.DecodeError{Err: io.EOF}, io.EOF)
}
