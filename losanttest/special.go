package losanttest

import (
	"slices"
	"strings"
)

// specials are the parameters that pick the items of a list whose property of that name has that value, by list.
var specials = map[string][]string{
	"applications":         {"orgId"},
	"applicationTemplates": {"categoryId", "keywords"},
	"dashboards":           {"applicationId", "orgId"},
	"devices":              {"deviceClass", "parentId", "tagFilter"},
	"edgeDeployments":      {"deviceId", "flowId"},
	"embeddedDeployments":  {"deviceId", "flowId"},
	"events":               {"state"},
	"experienceEndpoints":  {"experienceGroupId"},
	"experienceViews":      {"viewType"},
	"flows":                {"flowClass"},
}

// special is what these parameters of a call ask for. An advanced query takes their place.
func special(k *kind, c *call) func(*document) bool {
	if _, ok := c.params.values["query"].(*object); ok {
		return nil
	}
	var holds func(*document) bool
	for _, name := range specials[k.list] {
		value, given := c.params.get(name)
		if !given {
			value = any(c.option(name))
		}
		if value != any("") {
			holds = both(holds, func(d *document) bool { return hasValue(d, name, value) })
		}
	}
	return holds
}

func hasValue(d *document, name string, value any) bool {
	property := d.value(name)
	switch name {
	case "tagFilter":
		filter, _ := value.([]any)
		return tagFilter(filter, d.tags)
	case "orgId":
		property = nil
		if d.text("ownerType") == "organization" {
			property = d.value("ownerId")
		}
	case "parentId":
		if value == any("null") {
			return property == nil
		}
	case "deviceClass":
		if text, ok := value.(string); ok && strings.Contains(text, ",") {
			return slices.Contains(strings.Split(text, ","), d.text(name))
		}
	}
	return anyOf(value, func(wanted any) bool {
		return anyOf(property, func(had any) bool { return isScalar(had) && had == wanted })
	})
}
