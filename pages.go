package losant

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/losant-go/losant/internal/rest"
)

// items is an iterator over the elements of all pages of a list.
func items[T any](
	ctx context.Context, s *service, o *Operation, args arguments, p paging, opts []CallOption,
) iter.Seq2[*T, error] {
	return func(yield func(*T, error) bool) {
		s.pages(ctx, o, args, p, opts, func() any { return new(T) }, func(element any, err error) bool {
			decoded, _ := element.(*T)
			return yield(decoded, err)
		})
	}
}

// itemValues is items for elements that are maps.
func itemValues[T any](
	ctx context.Context, s *service, o *Operation, args arguments, p paging, opts []CallOption,
) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for element, err := range items[T](ctx, s, o, args, p, opts) {
			var value T
			if element != nil {
				value = *element
			}
			if !yield(value, err) {
				return
			}
		}
	}
}

// paging is how a list is asked for another page.
type paging uint8

const (
	byPage   paging = iota // its number, from 0
	byOffset               // the number of elements before it
	byLastID               // the id of the element before it
)

// pages asks for one page after the other, and yields their elements, each made by newElement. An error is the last that it
// yields.
func (s *service) pages(
	ctx context.Context, o *Operation, args arguments, p paging, opts []CallOption,
	newElement func() any, yield func(element any, err error) bool,
) {
	var previous *page
	for {
		current := &page{}
		request, outcome, err := s.exchange(ctx, o, args, opts, current)
		if err == nil {
			err = current.settle(p, request, previous)
			for i := 0; err == nil && i < len(current.Items); i++ {
				element := newElement()
				if err = decode(http.StatusOK, current.Items[i], element); err == nil && !yield(element, nil) {
					return
				}
			}
			if err != nil {
				outcome.Err = err
				err = o.failure(request, &outcome)
			}
		}
		if err != nil {
			yield(nil, err)
			return
		}
		if !current.more {
			return
		}
		args.turn, previous = current.next, current
	}
}

// page is one page of a list.
type page struct {
	Items   []json.RawMessage `json:"items"`
	Total   *int              `json:"totalCount"`
	PerPage *int              `json:"perPage"` // as the server has it
	HasMore *bool             `json:"hasMore"`

	seen int // elements up to the end of this page: at least so many
	next parameter
	more bool // there may be another page
}

func (p *page) answered(_ int, body []byte) error {
	if err := decodeObject(body, p); err != nil {
		return err
	}
	if p.Items == nil {
		return errors.New(`the list has no property "items"`)
	}
	return nil
}

var errSamePage = errors.New("the list is not at its end, and its next page is the one before again")

// settle finds out what comes after a page. previous is the page before, nil for the first.
func (p *page) settle(by paging, request *rest.Request, previous *page) error {
	query := request.URL.Query()
	if previous == nil {
		p.seen = p.before(by, query)
	} else {
		p.seen = previous.seen
		if p.repeats(previous) {
			return errSamePage
		}
	}
	p.seen += len(p.Items)
	p.more = len(p.Items) > 0 && !p.isLast()
	if !p.more {
		return nil
	}
	return p.turn(by, query)
}

// before is the number of elements before the first page, as far as it is known. Where it is not, the end is a page without
// elements.
func (p *page) before(by paging, query url.Values) int {
	switch by {
	case byOffset:
		return number(query, "offset")
	case byLastID:
		return 0
	default:
		size := number(query, "perPage")
		if p.PerPage != nil { // the server may have lowered it
			size = *p.PerPage
		}
		return number(query, "page") * size
	}
}

// isLast reports whether the server has said that nothing follows.
func (p *page) isLast() bool {
	if p.HasMore != nil {
		return !*p.HasMore
	}
	return p.Total != nil && p.seen >= *p.Total
}

// repeats reports whether the server has answered with the same page again. Rows without their ids may be equal, and not
// the same: then the total has to tell the end.
func (p *page) repeats(previous *page) bool {
	if len(p.Items) == 0 || len(p.Items) != len(previous.Items) {
		return false
	}
	for i := range p.Items {
		if !bytes.Equal(p.Items[i], previous.Items[i]) {
			return false
		}
	}
	return p.lastID() != "" || p.Total == nil
}

// turn sets the parameter that asks for the next page.
func (p *page) turn(by paging, query url.Values) error {
	switch by {
	case byOffset:
		p.next = parameter{"offset", strconv.Itoa(p.seen)}
	case byLastID:
		id := p.lastID()
		if id == "" {
			return errors.New("the list is not at its end, and its last item has no id")
		}
		p.next = parameter{"startingAfterId", id}
	default:
		p.next = parameter{"page", strconv.Itoa(number(query, "page") + 1)}
	}
	return nil
}

// lastID is the id of the last element, "" if it has none.
func (p *page) lastID() string {
	var element struct {
		ID any `json:"id"`
	}
	_ = answers.Unmarshal(p.Items[len(p.Items)-1], &element)
	id, _ := element.ID.(string)
	return id
}

// number is a parameter as a number, 0 if it is none.
func number(query url.Values, name string) int {
	n, _ := strconv.Atoi(query.Get(name))
	return n
}
