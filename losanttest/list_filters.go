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
	"edgeDeployments":      {"deviceId", "filterEmpty", "flowId", "version"},
	"embeddedDeployments":  {"deviceId", "flowId", "version"},
	"events":               {"state"},
	"experienceEndpoints":  {"experienceGroupId"},
	"experienceViews":      {"viewType"},
	"files":                {"directory", "status", "type"},
	"flows":                {"flowClass"},
	"privateFiles":         {"directory", "status", "type"},
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
		if name == "orgId" && given && value == any("") {
			holds = both(holds, func(d *document) bool {
				return d.text("ownerType") == "user" && d.text("ownerId") == c.claims.Subject
			})
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
	case "filterEmpty", "flowId", "version":
		return deploys(d, name, value)
	case "directory":
		text, _ := value.(string)
		return d.text("parentDirectory") == directory(text)
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
