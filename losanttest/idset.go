package losanttest

import "container/list"

// idSet is a set of ids that keeps the order in which they came. Adding and removing cost the same however large it is.
// The zero value is empty. It must not be copied.
type idSet struct {
	order list.List // of string
	at    map[string]*list.Element
}

func (s *idSet) add(id string) {
	if s.has(id) {
		return
	}
	if s.at == nil {
		s.at = map[string]*list.Element{}
	}
	s.at[id] = s.order.PushBack(id)
}

func (s *idSet) remove(id string) {
	if e, ok := s.at[id]; ok {
		s.order.Remove(e)
		delete(s.at, id)
	}
}

func (s *idSet) has(id string) bool {
	_, ok := s.at[id]
	return ok
}

// ids returns the ids in their order, nil when there are none.
func (s *idSet) ids() []string {
	var ids []string
	for e := s.order.Front(); e != nil; e = e.Next() {
		ids = append(ids, e.Value.(string))
	}
	return ids
}
