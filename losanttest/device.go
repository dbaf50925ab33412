package losanttest

import "slices"

// fieldsOf are the fields of documents of a kind in a query.
func (st *store) fieldsOf(k *kind) fieldOf {
	if k.item == "device" {
		return st.fieldOfDevice
	}
	return field
}

// fieldOfDevice is a field of a device in a query, which has more of them than a device has properties.
func (st *store) fieldOfDevice(d *document, name string) any {
	switch name {
	case "attributeName":
		return namesOf(d.value("attributes"))
	case "ancestorId":
		return st.ancestorsOf(d)
	case "experienceGroupId", "experienceUserId":
		return st.experienceOf(d, name == "experienceUserId")
	case "connectionStatus", "connectedAt", "disconnectedAt":
		if r := st.reports[d.id]; r != nil {
			return r.connection[name]
		}
		return nil
	default:
		return d.value(name)
	}
}

// namesOf are the names of the elements of a list.
func namesOf(list any) []string {
	var names []string
	items, _ := list.([]any)
	for _, item := range items {
		if o, ok := item.(map[string]any); ok {
			name, _ := o["name"].(string)
			names = append(names, name)
		}
	}
	return names
}

// ancestorsOf are the ids of the devices above a device, the topmost first.
func (st *store) ancestorsOf(d *document) []string {
	devices := st.at(theAPI().kinds["device"].place(d.ids))
	var ids []string
	for id := d.text("parentId"); id != "" && !slices.Contains(ids, id); {
		ids = append(ids, id)
		parent := devices.byID[id]
		if parent == nil {
			break
		}
		id = parent.text("parentId")
	}
	slices.Reverse(ids)
	return ids
}

// experienceOf are the experience groups that hold a device by its id, or the users of these groups.
func (st *store) experienceOf(d *document, users bool) []string {
	ids := []string{}
	a := st.applications[d.ids["applicationId"]]
	if a == nil {
		return ids
	}
	for id, g := range a.groups {
		if slices.Contains(g.DeviceIDs, d.id) {
			if users {
				ids = append(ids, g.members.ids()...)
			} else {
				ids = append(ids, id)
			}
		}
	}
	return ids
}

// checkDevice refuses a parent or a gateway that is no device of the application.
func checkDevice(st *store, d *document) *apiError {
	devices := st.at(theAPI().kinds["device"].place(d.ids))
	for _, name := range []string{"parentId", "gatewayId"} {
		id := d.text(name)
		if id == "" {
			continue
		}
		if devices == nil || devices.byID[id] == nil || id == d.id {
			return invalid("device." + name + " is not another device of the application")
		}
	}
	if slices.Contains(st.ancestorsOf(d), d.id) {
		return invalid("device.parentId is the device itself or one of its descendants")
	}
	return nil
}

// bearDevice begins without what another device of this id has reported.
func bearDevice(s *Server, _ *call, d *document, _ map[string]any) { delete(s.store.reports, d.id) }
