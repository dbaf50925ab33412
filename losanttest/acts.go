package losanttest

// acts are what the server does for the operations whose state it keeps.
var acts = map[string]func(*Server, *call) (any, *apiError){
	"auth.authenticateDevice": authenticateDevice,
	"auth.authenticateUser":   authenticateUser,

	"application.mqttPublishMessage":     publishMessage,
	"application.mqttSubscriptionStream": messageStream,

	"data.lastValueQuery":  lastValue,
	"data.timeSeriesQuery": timeSeries,

	"dataTable.addColumn":    addColumn,
	"dataTable.removeColumn": removeColumn,
	"dataTableRow.delete":    deleteRow,
	"dataTableRow.get":       getRow,
	"dataTableRow.patch":     patchRow,
	"dataTableRows.delete":   deleteRows,
	"dataTableRows.get":      listRows,
	"dataTableRows.post":     createRows,
	"dataTableRows.query":    listRows,
	"dataTableRows.truncate": truncateRows,

	"device.commandStream":       commandStream,
	"device.getCommand":          getCommand,
	"device.getCompositeState":   getCompositeState,
	"device.getState":            getState,
	"device.sendCommand":         sendCommand,
	"device.sendState":           sendState,
	"device.setConnectionStatus": setConnectionStatus,
	"device.stateStream":         stateStream,
	"deviceAttribute.delete":     deleteAttribute,
	"deviceAttribute.get":        getAttribute,
	"deviceAttribute.patch":      patchAttribute,
	"deviceAttributes.get":       listAttributes,
	"deviceAttributes.post":      createAttribute,
	"devices.attributeNames":     attributeNames,
	"devices.delete":             deleteDevices,
	"devices.deviceNames":        deviceNames,
	"devices.getCompositeState":  getCompositeStates,
	"devices.sendCommand":        sendCommands,
	"devices.tagKeys":            tagKeys,
	"devices.tagValues":          tagValues,

	"events.delete":               deleteEvents,
	"events.mostRecentBySeverity": worstEvent,
	"events.patch":                patchEvents,

	"experience.delete": deleteExperience,

	"experienceGroup.delete": deleteGroup,
	"experienceGroup.get":    getGroup,
	"experienceGroup.patch":  patchGroup,
	"experienceGroups.get":   listGroups,
	"experienceGroups.post":  createGroup,
	"experienceUser.delete":  deleteUser,
	"experienceUser.get":     getUser,
	"experienceUser.patch":   patchUser,
	"experienceUsers.get":    listUsers,
	"experienceUsers.post":   createUser,

	"me.get":          getMe,
	"me.patch":        patchMe,
	"me.refreshToken": refreshToken,
}
