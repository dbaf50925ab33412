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
		isKey, isValue := textCondition(key), textCondition(text)
		return func(tags []tag) bool {
			return slices.ContainsFunc(tags, func(t tag) bool {
				return (!hasKey || isKey(t.key)) && (!hasValue || isValue(t.value))
			})
		}
	}
	var all []func([]tag) bool
	for _, name := range o.names {
		all = append(all, keyCondition(name, o.values[name]))
	}
	return func(tags []tag) bool {
		return !slices.ContainsFunc(all, func(holds func([]tag) bool) bool { return !holds(tags) })
	}
}

// keyCondition is what a query says of the tags of a key: null for none, or what one of them has to be.
func keyCondition(key string, value any) func([]tag) bool {
	isValue := textCondition(value)
	return func(tags []tag) bool {
		if value == nil {
			return !slices.ContainsFunc(tags, func(t tag) bool { return t.key == key })
		}
		return slices.ContainsFunc(tags, func(t tag) bool { return t.key == key && isValue(t.value) })
	}
}

// textCondition is what a condition says of a text: that it is the one, or $in or not ($nin) in a list.
func textCondition(condition any) func(text string) bool {
	switch condition := condition.(type) {
	case string:
		return func(text string) bool { return text == condition }
	case *object:
		if list, ok := condition.values["$in"].([]any); ok {
			return func(text string) bool { return slices.Contains(list, any(text)) }
		}
		if list, ok := condition.values["$nin"].([]any); ok {
			return func(text string) bool { return !slices.Contains(list, any(text)) }
		}
	}
	return func(string) bool { return false }
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
