package losanttest

import (
	"maps"
	"slices"
)

// patchDevices changes all devices that ids or a query choose: fields as a patch of one would, and operations one by one.
func patchDevices(s *Server, c *call) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	k := theAPI().kinds["device"]
	if err := s.store.findParents(k, c.ids); err != nil {
		return nil, err
	}
	updated, failed := 0, 0
	for _, d := range s.store.toPatch(k, c) {
		if _, err := s.store.patch(k, c, d, devicePatch(d, c.object())); err != nil {
			failed++
		} else {
			updated++
		}
	}
	return map[string]any{"updated": updated, "failed": failed, "skipped": 0}, nil
}

// toPatch are the devices that a body chooses.
func (st *store) toPatch(k *kind, c *call) []*document {
	ids := map[any]bool{}
	for _, id := range orNone(c.object().values["deviceIds"]) {
		ids[id] = true
	}
	matches := func(*document) bool { return false }
	if q, ok := c.object().values["query"].(*object); ok {
		matches = compileQuery(q, st.fieldsOf(k)).matches
	}
	devices := slices.Clone(st.at(k.place(c.ids)).documents())
	return slices.DeleteFunc(devices, func(d *document) bool { return !ids[d.id] && !matches(d) })
}

// devicePatch is what a body makes of a device, as the patch of one device.
func devicePatch(d *document, body *object) map[string]any {
	patch := map[string]any{}
	if fields, ok := body.values["updateFields"].(*object); ok {
		patch, _ = plain(fields).(map[string]any)
	}
	current := d.with(patch)
	for _, item := range orNone(body.values["updateOperations"]) {
		if o, ok := plain(item).(map[string]any); ok {
			maps.Copy(patch, deviceUpdate(o).on(current))
			maps.Copy(current.body, patch)
		}
	}
	return patch
}

// deviceUpdate is an operation on a device: what to do, to what, and with which value.
type deviceUpdate map[string]any

func (u deviceUpdate) text(name string) string {
	text, _ := u[name].(string)
	return text
}

// on is what the operation changes of a device.
func (u deviceUpdate) on(d *document) map[string]any {
	removes := u.text("operation") == "remove"
	switch target := u.text("target"); target {
	case "tag":
		return map[string]any{"tags": u.tags(d, removes)}
	case "attribute", "attributeSystem":
		return map[string]any{"attributes": u.attributes(d, removes)}
	case "attributeTag", "attributeDescription", "attributeContentType", "attributeName":
		return map[string]any{"attributes": u.changedAttribute(d, target, removes)}
	default:
		if removes {
			return map[string]any{target: nil}
		}
		return map[string]any{target: u["value"]}
	}
}

// tags are the tags without those of a key, or with one that takes their place.
func (u deviceUpdate) tags(d *document, removes bool) []any {
	key := u["tagKey"]
	if tag, ok := u["value"].(map[string]any); ok && !removes {
		key = tag["key"]
	}
	tags := without(orNone(d.value("tags")), "key", key)
	if !removes {
		tags = append(tags, u["value"])
	}
	return tags
}

// attributes are the attributes without one, or with a new one that takes the place of its namesake.
func (u deviceUpdate) attributes(d *document, removes bool) []any {
	name := u["attributeName"]
	if attribute, ok := u["value"].(map[string]any); ok && !removes {
		name = attribute["name"]
	}
	attributes := without(attributesOf(d), "name", name)
	if !removes {
		attributes = append(attributes, u["value"])
	}
	return attributes
}

// without is a list without the objects of which a member has a value.
func without(list []any, member string, value any) []any {
	return slices.DeleteFunc(slices.Clone(list), func(item any) bool {
		o, ok := item.(map[string]any)
		return ok && o[member] == value
	})
}

// changedAttribute are the attributes with something changed of the one that the operation names.
func (u deviceUpdate) changedAttribute(d *document, target string, removes bool) []any {
	property := map[string]string{
		"attributeDescription": "description", "attributeContentType": "contentType", "attributeName": "name",
	}[target]
	attributes := slices.Clone(attributesOf(d))
	for i, item := range attributes {
		was, ok := item.(map[string]any)
		if !ok || was["name"] != u["attributeName"] {
			continue
		}
		attribute := maps.Clone(was)
		switch {
		case target == "attributeTag":
			attribute["attributeTags"] = u.attributeTags(was, removes)
		case removes:
			delete(attribute, property)
		default:
			attribute[property] = u["value"]
		}
		attributes[i] = attribute
	}
	return attributes
}

// attributeTags are the tags of an attribute without a key, or with one more.
func (u deviceUpdate) attributeTags(attribute map[string]any, removes bool) map[string]any {
	tags := map[string]any{}
	if before, ok := attribute["attributeTags"].(map[string]any); ok {
		maps.Copy(tags, before)
	}
	if removes {
		delete(tags, u.text("tagKey"))
	} else if tag, ok := u["value"].(map[string]any); ok {
		key, _ := tag["key"].(string)
		tags[key] = tag["value"]
	}
	return tags
}
