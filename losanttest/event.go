package losanttest

import "time"

// bearEvent says who made an event. A creation date is the one that was given.
func bearEvent(_ *Server, c *call, d *document, given map[string]any) {
	if date, ok := timeIn(given["creationDate"]); ok {
		d.body["creationDate"] = dateText(date)
	}
	if c != nil {
		d.setNew("sourceType", "user")
		d.setNew("sourceId", c.claims.Subject)
	}
}

// nameDevice gives an event the name of its device, which has to be one of the application.
func nameDevice(st *store, d *document) *apiError {
	delete(d.body, "deviceName")
	id := d.text("deviceId")
	if id == "" {
		return nil
	}
	devices := st.at(theAPI().kinds["device"].place(d.ids))
	if devices == nil || devices.byID[id] == nil {
		return nil // it may have been deleted
	}
	d.body["deviceName"] = devices.byID[id].text("name")
	return nil
}

// noteUpdate adds to the updates of an event what a patch has changed, and its comment.
func noteUpdate(c *call, before, after *document, patch map[string]any) {
	update := map[string]any{"creationDate": after.body["lastUpdated"], "sourceType": "user", "state": after.body["state"]}
	if c.claims.Subject != "" {
		update["sourceId"] = c.claims.Subject
	}
	for _, name := range []string{"comment", "data"} {
		if value, ok := patch[name]; ok {
			update[name] = value
		}
	}
	for _, name := range []string{"state", "level", "subject", "deviceId"} {
		if was, is := before.text(name), after.text(name); was != is {
			update[name+"Change"] = map[string]any{"old": before.body[name], "new": after.body[name]}
		}
	}
	updates, _ := before.body["updates"].([]any)
	after.body["updates"] = append(append([]any{}, updates...), update)
}

// timeIn is the time that a parameter gives as a text, as milliseconds or as {"$date": ...}.
func timeIn(value any) (date time.Time, ok bool) {
	if o, isObject := value.(map[string]any); isObject {
		value = o["$date"]
	}
	return timeOf(value)
}
