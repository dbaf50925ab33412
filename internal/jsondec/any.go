package jsondec

// stringMap decodes an object of strings.
func (r *run) stringMap() (map[string]string, bool) {
	m := map[string]string{}
	more, ok := r.open('}')
	for more && ok {
		name, isName := r.name()
		if !isName {
			return nil, false
		}
		key, value := r.string(name), ""
		switch r.next() {
		case '"':
			text, isText := r.text()
			value, ok = r.string(text), isText
		case 'n':
			ok = r.word("null")
		default:
			ok = false
		}
		if !ok {
			return nil, false
		}
		m[key] = value
		more, ok = r.more('}')
	}
	return m, ok
}

// any decodes a value into what encoding/json puts into an any.
func (r *run) any() (any, bool) {
	switch r.next() {
	case '"':
		text, ok := r.text()
		return r.boxed(text), ok
	case '{':
		return r.anyMap()
	case '[':
		return r.anyList()
	case 't':
		return true, r.word("true")
	case 'f':
		return false, r.word("false")
	case 'n':
		return nil, r.word("null")
	default:
		f, ok := r.float()
		return f, ok
	}
}

func (r *run) anyList() ([]any, bool) {
	all := []any{}
	more, ok := r.open(']')
	for more && ok {
		element, isValue := r.any()
		if !isValue {
			return nil, false
		}
		all = append(all, element)
		more, ok = r.more(']')
	}
	return all, ok
}

func (r *run) anyMap() (map[string]any, bool) {
	more, ok := r.open('}')
	s := r.shapeHere()
	size := 0
	if s != nil {
		size = len(s.names)
	}
	m := make(map[string]any, size)
	i := 0
	for ; more && ok; i++ {
		var key string
		if s != nil && i < len(s.names) && r.is(s.names[i]) {
			key = s.names[i]
		} else {
			r.next()
			start := r.pos
			name, isName := r.name()
			if !isName {
				return nil, false
			}
			key = r.string(name)
			s.expect(i, r.data[start:r.pos], key, nil)
		}
		value, isValue := r.any()
		if !isValue {
			return nil, false
		}
		m[key] = value
		more, ok = r.more('}')
	}
	if s != nil && i < len(s.names) {
		s.names = s.names[:i]
		s.fields = s.fields[:i]
	}
	return m, ok
}
