package losanttest

import "slices"

// collection is all documents at a place.
type collection struct {
	byID map[string]*document
	all  []*document // in the order of their creation; what was deleted leaves nil
	gone int         // how many those are
	slot map[string]int
	// indexes are by property. The one of names is there from the beginning, since those who look for one only read.
	indexes map[string]index
}

func (c *collection) get(k *kind, id string) *document {
	if d := c.byID[id]; d != nil {
		return d
	}
	for _, named := range c.indexes[k.rule().name][sortKey(id)] {
		return c.byID[named]
	}
	return nil
}

// index leads from the values of a property to the ids of the documents that have them.
type index map[key][]string

func (i index) add(value any, id string) {
	at := sortKey(value)
	i[at] = append(i[at], id)
}

func (i index) remove(value any, id string) {
	at := sortKey(value)
	if i[at] = slices.DeleteFunc(i[at], func(other string) bool { return other == id }); len(i[at]) == 0 {
		delete(i, at)
	}
}

// index is the index of a property.
func (c *collection) index(property string) index {
	if i := c.indexes[property]; i != nil {
		return i
	}
	i := index{}
	for _, d := range c.all {
		if d != nil {
			i.add(d.value(property), d.id)
		}
	}
	c.indexes[property] = i
	return i
}

// having are the documents that have a value.
func (c *collection) having(property string, value any) (all []*document) {
	if c == nil {
		return nil
	}
	for _, id := range c.index(property)[sortKey(value)] {
		all = append(all, c.byID[id])
	}
	return all
}

// hasOther reports whether a document other than the one of the id has a value.
func (c *collection) hasOther(id, property string, value any) bool {
	return slices.ContainsFunc(c.having(property, value), func(d *document) bool { return d.id != id })
}

// reindex notes that a document has taken the place of another one; either may be nil.
func (c *collection) reindex(before, after *document) {
	for property, i := range c.indexes {
		if before != nil {
			i.remove(before.value(property), before.id)
		}
		if after != nil {
			i.add(after.value(property), after.id)
		}
	}
}

func (c *collection) put(d *document) {
	d.tags, d.name = tagsOf(d.body["tags"]), d.body["name"]
	c.reindex(c.byID[d.id], d)
	if i, ok := c.slot[d.id]; ok {
		c.all[i] = d
	} else {
		c.slot[d.id] = len(c.all)
		c.all = append(c.all, d)
	}
	c.byID[d.id] = d
}

func (c *collection) remove(id string) {
	if c == nil {
		return
	}
	i, ok := c.slot[id]
	if !ok {
		return
	}
	c.reindex(c.byID[id], nil)
	delete(c.byID, id)
	delete(c.slot, id)
	c.all[i] = nil
	if c.gone++; c.gone > len(c.all)/2 {
		c.compact()
	}
}

func (c *collection) compact() {
	kept := make([]*document, 0, len(c.byID))
	for _, d := range c.all {
		if d != nil {
			c.slot[d.id] = len(kept)
			kept = append(kept, d)
		}
	}
	c.all, c.gone = kept, 0
}

// documents returns the documents in the order of their creation.
func (c *collection) documents() []*document {
	if c == nil {
		return nil
	}
	if c.gone > 0 {
		c.compact()
	}
	return c.all
}

// at returns the collection at a place, nil when nothing has been put there.
func (st *store) at(p place) *collection { return st.collections[p] }

func newCollection() *collection {
	return &collection{byID: map[string]*document{}, slot: map[string]int{}, indexes: map[string]index{}}
}

// make returns the collection at a place, which is there from then on.
func (st *store) make(p place) *collection {
	c := st.collections[p]
	if c == nil {
		c = newCollection()
		if name := rules[p.kind].name; name != "" {
			c.indexes[name] = index{}
		}
		st.collections[p] = c
	}
	return c
}
