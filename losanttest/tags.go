package losanttest

import "slices"

// tag is a tag of a device, of an event or of any other resource that has them.
type tag struct{ key, value string }

// tagsOf are the tags in a property: a list of keys and values, or an object.
func tagsOf(value any) (tags []tag) {
	switch value := value.(type) {
	case []any:
		for _, item := range value {
			if o, ok := item.(map[string]any); ok {
				key, _ := o["key"].(string)
				text, _ := o["value"].(string)
				tags = append(tags, tag{key, text})
			}
		}
	case map[string]any:
		for key, item := range value {
			text, _ := item.(string)
			tags = append(tags, tag{key, text})
		}
	}
	return tags
}

// tagCondition is what a query says of tags: null for none, $tagKey and $tagValue of one tag, or keys with their values;
// $eq and $ne say so of these.
func tagCondition(value any) func([]tag) bool {
	o, ok := value.(*object)
	if !ok {
		return func(tags []tag) bool { return value == nil && len(tags) == 0 }
	}
	if inner, ok := o.get("$eq"); ok {
		return tagCondition(inner)
	}
	if inner, ok := o.get("$ne"); ok {
		holds := tagCondition(inner)
		return func(tags []tag) bool { return !holds(tags) }
	}
	key, hasKey := o.get("$tagKey")
	text, hasValue := o.get("$tagValue")
	if hasKey || hasValue {
		return func(tags []tag) bool {
			return slices.ContainsFunc(tags, func(t tag) bool {
				return (!hasKey || textCondition(key, t.key)) && (!hasValue || textCondition(text, t.value))
			})
		}
	}
	return func(tags []tag) bool {
		for _, name := range o.names {
			has := slices.ContainsFunc(tags, func(t tag) bool {
				return t.key == name && o.values[name] != nil && textCondition(o.values[name], t.value)
			})
			isNone := o.values[name] == nil && !slices.ContainsFunc(tags, func(t tag) bool { return t.key == name })
			if !has && !isNone {
				return false
			}
		}
		return true
	}
}

// textCondition reports whether a text is the one of a condition, or $in or not ($nin) in its list.
func textCondition(condition any, text string) bool {
	o, ok := condition.(*object)
	if !ok {
		return condition == any(text)
	}
	if list, ok := o.values["$in"].([]any); ok {
		return slices.Contains(list, any(text))
	}
	list, ok := o.values["$nin"].([]any)
	return ok && !slices.Contains(list, any(text))
}

// tagFilter is what the parameter tagFilter asks of tags: for each of its elements there is a tag with the key and the value
// that it names.
func tagFilter(filter []any, tags []tag) bool {
	for _, item := range filter {
		o, ok := item.(*object)
		if !ok {
			continue
		}
		key, hasKey := o.get("key")
		value, hasValue := o.get("value")
		if !slices.ContainsFunc(tags, func(t tag) bool {
			return (!hasKey || key == any(t.key)) && (!hasValue || value == any(t.value))
		}) {
			return false
		}
	}
	return true
}
