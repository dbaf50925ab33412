package losanttest

import "github.com/losant-go/losant"

// The setters bring a property of a valid patch into a field. A patch without the property leaves the field as it is;
// null and empty values make it zero.

func setText(field *string, patch *object, name string) {
	if value, ok := patch.get(name); ok {
		*field, _ = value.(string) // null is ""
	}
}

// setIDs keeps each id once.
func setIDs(field *[]string, patch *object, name string) {
	value, ok := patch.get(name)
	if !ok {
		return
	}
	*field = nil
	seen := map[string]bool{}
	for _, id := range texts(value) {
		if !seen[id] {
			*field = append(*field, id)
			seen[id] = true
		}
	}
}

func setTags(field *map[string]string, patch *object, name string) {
	value, ok := patch.get(name)
	if !ok {
		return
	}
	*field = nil
	if tags := value.(*object); len(tags.names) > 0 {
		*field = make(map[string]string, len(tags.names))
		for key, tag := range tags.values {
			(*field)[key] = tag.(string)
		}
	}
}

func setDeviceTags(field *[]losant.DeviceTag, patch *object, name string) {
	value, ok := patch.get(name)
	if !ok {
		return
	}
	*field = nil
	for _, item := range value.([]any) {
		var tag losant.DeviceTag
		setText(&tag.Key, item.(*object), "key")
		setText(&tag.Value, item.(*object), "value")
		*field = append(*field, tag)
	}
}

// texts returns the strings of an array, nil for an empty one.
func texts(array any) []string {
	var result []string
	for _, item := range array.([]any) {
		result = append(result, item.(string))
	}
	return result
}
