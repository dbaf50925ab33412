package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// The ids of the demo.
const (
	demoApplication = "5f0000000000000000000001"
	demoDevice      = "5f0000000000000000000011"
	demoTable       = "5f0000000000000000000021"
	demoUser        = "5f0000000000000000000031"
	demoGroup       = "5f0000000000000000000041"
)

// demoIDs are what the parameters of a path stand for in the demo, unless the user says otherwise.
var demoIDs = map[string]string{
	"applicationId": demoApplication, "deviceId": demoDevice, "dataTableId": demoTable,
	"experienceUserId": demoUser, "experienceGroupId": demoGroup,
}

// startDemo starts a Losant API that has an application with something of everything, and makes a client of it.
func (c *command) startDemo(options []losant.Option) (client *losant.Client, end func(), err error) {
	server := losanttest.NewServer()
	seed(server)
	options = append(options, losant.WithToken(server.Token("all.Application", "all.Instance", "all.User")))
	client, err = server.NewClient(options...)
	return client, server.Close, errors.Join(err, report(server))
}

// report lets the pump report what it measures.
func report(server *losanttest.Server) error {
	client, err := server.NewClient()
	if err != nil {
		return err
	}
	for i, flow := range []float64{4.2, 3.9, 4.4} {
		state := losant.DeviceState{
			Time: time.Now().Add(time.Duration(i-3) * time.Minute), Data: map[string]any{"flow": flow},
		}
		_, err := client.Device.SendState(context.Background(), demoApplication, demoDevice, losant.DeviceStateOrStates{state})
		if err != nil {
			return err
		}
	}
	return nil
}

func seed(server *losanttest.Server) {
	type document map[string]any
	server.Add("applications.post", nil, document{"id": demoApplication, "name": "Waterworks"})
	in := []string{demoApplication}
	for i, name := range []string{"Pump 1", "Pump 2", "Valve"} {
		server.Add("devices.post", in, document{
			"id": fmt.Sprintf("%s%d", demoDevice[:23], i+1), "name": name, "deviceClass": "standalone",
			"tags":       []document{{"key": "floor", "value": fmt.Sprint(i + 1)}},
			"attributes": []document{{"name": "flow", "dataType": "number"}},
		})
	}
	server.Add("dataTables.post", in, document{"id": demoTable, "name": "Readings", "columns": []document{
		{"name": "pump", "dataType": "string", "constraint": "unique"},
		{"name": "flow", "dataType": "number", "constraint": "optional"},
	}})
	for pump, flow := range map[string]float64{"Pump 1": 4.2, "Pump 2": 3.9} {
		server.Add("dataTableRows.post", []string{demoApplication, demoTable}, document{"pump": pump, "flow": flow})
	}
	server.AddGroup(demoApplication, losant.ExperienceGroup{ID: demoGroup, Name: "Operators"})
	server.AddUser(demoApplication, losant.ExperienceUser{ID: demoUser, Email: "ada@example.com", FirstName: "Ada"})
}
