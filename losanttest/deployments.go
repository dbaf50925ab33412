package losanttest

import (
	"maps"
	"slices"
	"strconv"
)

// Deployments are what devices ought to run. A device of a test that does, says so itself: here nothing does.

// deployedFlow is the workflow that a body names, in the application of a call.
func (st *store) deployedFlow(c *call) (*document, *apiError) {
	return st.find(theAPI().kinds["flow"], with(c.ids, "flowId", c.object().text("flowId")))
}

// releaseEdge makes a version of a workflow the desired one of devices.
func releaseEdge(s *Server, c *call) (any, *apiError) {
	return s.release(c, func(flow, device *document) *apiError {
		k := theAPI().kinds["edgeDeployment"]
		for _, d := range s.store.at(k.place(c.ids)).having("deviceId", device.id) {
			if d.text("flowId") == flow.id {
				return s.desire(c, d, c.object().values["version"])
			}
		}
		d, err := s.insert(k, c, c.ids, map[string]any{
			"deviceId": device.id, "deviceName": device.body["name"], "flowId": flow.id, "flowName": flow.body["name"],
			"flowClass": flow.body["flowClass"], "currentVersion": nil, "desiredVersion": nil, "logs": []any{},
		})
		if err != nil {
			return err
		}
		return s.desire(c, d, c.object().values["version"])
	})
}

// release calls f with the workflow that a body names and each device that it chooses.
func (s *Server) release(c *call, f func(flow, device *document) *apiError) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	devices, err := s.store.chosen(c)
	if err != nil {
		return nil, err
	}
	flow, err := s.store.deployedFlow(c)
	if err != nil {
		return nil, err
	}
	for _, device := range devices {
		if err := f(flow, device); err != nil {
			return nil, err
		}
	}
	return successBody{true}, nil
}

// desire changes the version that a deployment ought to have, and notes that.
func (s *Server) desire(c *call, d *document, version any) *apiError {
	entry := map[string]any{
		"sourceType": "user", "date": dateText(now()), "changeType": "desired",
		"newValue": version, "previousValue": d.body["desiredVersion"],
	}
	if c.claims.Subject != "" {
		entry["sourceId"] = c.claims.Subject
	}
	_, err := s.store.patch(theAPI().kinds["edgeDeployment"], c, d, map[string]any{
		"desiredVersion": version, "logs": append(slices.Clone(orNone(d.body["logs"])), entry),
	})
	return err
}

// replaceEdge makes another version the desired one of all devices that ought to have a version of a workflow.
func replaceEdge(s *Server, c *call) (any, *apiError) {
	body := c.object()
	return s.changeEdge(c, body.values["newVersion"], func(d *document) bool {
		return d.text("flowId") == body.text("flowId") && d.body["desiredVersion"] == body.values["oldVersion"]
	})
}

// removeEdge makes no version the desired one: of a workflow, of a device, or of the workflow on the device.
func removeEdge(s *Server, c *call) (any, *apiError) {
	return s.changeEdge(c, nil, isDeployed(c.object()))
}

// isDeployed reports whether a deployment is of the workflow and the device that a body names; one that is null is any.
func isDeployed(body *object) func(*document) bool {
	flow, device := body.text("flowId"), body.text("deviceId")
	return func(d *document) bool {
		return (flow == "" || d.text("flowId") == flow) && (device == "" || d.text("deviceId") == device) && flow+device != ""
	}
}

func (s *Server) changeEdge(c *call, version any, wants func(*document) bool) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	k := theAPI().kinds["edgeDeployment"]
	if err := s.store.findParents(k, c.ids); err != nil {
		return nil, err
	}
	for _, d := range slices.Clone(s.store.at(k.place(c.ids)).documents()) {
		if wants(d) {
			if err := s.desire(c, d, version); err != nil {
				return nil, err
			}
		}
	}
	return successBody{true}, nil
}

// releaseEmbedded makes a version of a workflow the desired one of devices, in the bundle of each.
func releaseEmbedded(s *Server, c *call) (any, *apiError) {
	return s.release(c, func(flow, device *document) *apiError {
		k := theAPI().kinds["embeddedDeployment"]
		version := c.object().values["version"]
		for _, d := range s.store.at(k.place(c.ids)).having("deviceId", device.id) {
			return s.desireInBundle(c, d, flow, version)
		}
		d, err := s.insert(k, c, c.ids, map[string]any{
			"deviceId": device.id, "deviceName": device.body["name"], "flows": map[string]any{},
			"currentBundleVersion": nil, "desiredBundleVersion": nil, "unknownBundle": false, "logs": []any{},
		})
		if err != nil {
			return err
		}
		return s.desireInBundle(c, d, flow, version)
	})
}

// flowsIn are the workflows of a bundle, by their ids.
func flowsIn(d *document) map[string]any {
	flows, _ := d.body["flows"].(map[string]any)
	return flows
}

// desireInBundle changes the version of a workflow that a bundle ought to have; no version takes it out of the bundle.
func (s *Server) desireInBundle(c *call, d, flow *document, version any) *apiError {
	flows := maps.Clone(flowsIn(d))
	entry := map[string]any{
		"sourceType": "user", "date": dateText(now()), "changeType": "desired", "updateType": "newFlow",
		"updateFlowId": flow.id, "desiredVersion": version,
	}
	if c.claims.Subject != "" {
		entry["sourceId"] = c.claims.Subject
	}
	if flows[flow.id] != nil {
		entry["updateType"] = "replaceFlow"
	}
	if version == nil {
		entry["updateType"] = "removeFlow"
		delete(flows, flow.id)
	} else {
		flows[flow.id] = map[string]any{"flowName": flow.body["name"], "currentVersion": nil, "desiredVersion": version}
	}
	bundle := strconv.Itoa(len(orNone(d.body["logs"])) + 1)
	entry["newBundle"] = bundle
	_, err := s.store.patch(theAPI().kinds["embeddedDeployment"], c, d, map[string]any{
		"flows": flows, "desiredBundleVersion": bundle, "logs": append(slices.Clone(orNone(d.body["logs"])), entry),
	})
	return err
}

// replaceEmbedded makes another version the desired one in all bundles that ought to have a version of a workflow.
func replaceEmbedded(s *Server, c *call) (any, *apiError) {
	body := c.object()
	return s.changeBundles(c, body.values["newVersion"], func(_ *document, flowID string, flow map[string]any) bool {
		return flowID == body.text("flowId") && flow["desiredVersion"] == body.values["oldVersion"]
	})
}

// removeEmbedded takes a workflow out of all bundles, all of them out of that of a device, or the one out of the other.
func removeEmbedded(s *Server, c *call) (any, *apiError) {
	flow, device := c.object().text("flowId"), c.object().text("deviceId")
	return s.changeBundles(c, nil, func(d *document, flowID string, _ map[string]any) bool {
		return (flow == "" || flowID == flow) && (device == "" || d.text("deviceId") == device) && flow+device != ""
	})
}

// changeBundles changes the version of the workflows in bundles for which a condition holds.
func (s *Server) changeBundles(c *call, version any, wants func(d *document, flowID string, flow map[string]any) bool) (any, *apiError) {
	s.store.mu.Lock()
	defer s.store.mu.Unlock()
	k := theAPI().kinds["embeddedDeployment"]
	if err := s.store.findParents(k, c.ids); err != nil {
		return nil, err
	}
	all := s.store.at(k.place(c.ids))
	for _, d := range slices.Clone(all.documents()) {
		for flowID, item := range flowsIn(d) {
			flow, _ := item.(map[string]any)
			if !wants(d, flowID, flow) {
				continue
			}
			named := &document{id: flowID, body: map[string]any{"name": flow["flowName"]}}
			if err := s.desireInBundle(c, all.byID[d.id], named, version); err != nil {
				return nil, err
			}
		}
	}
	return successBody{true}, nil
}

// deploys reports whether a deployment has to do with a workflow, or with a version of one that runs or is to run.
func deploys(d *document, name string, value any) bool {
	versions := []map[string]any{d.body}
	for flowID, item := range flowsIn(d) {
		if name == "flowId" && flowID == value {
			return true
		}
		flow, _ := item.(map[string]any)
		versions = append(versions, flow)
	}
	return slices.ContainsFunc(versions, func(v map[string]any) bool {
		switch name {
		case "flowId":
			return v["flowId"] == value
		case "version":
			return v["currentVersion"] == value || v["desiredVersion"] == value
		default: // filterEmpty
			return !isTrue(value) || v["currentVersion"] != nil || v["desiredVersion"] != nil
		}
	})
}
