package integration_test

import (
	"context"
	"fmt"
	"time"

	"github.com/losant-go/losant"
)

// monitor is the code under test, as it could be in a service: it watches over the pressure of pumps.
type monitor struct {
	client        *losant.Client
	applicationID string
}

// tooMuch is the pressure that a pump must not have.
const tooMuch = 8.0

// Check opens an event for each pump whose pressure is too high, and returns how many those are.
func (m monitor) Check(ctx context.Context) (alarms int, err error) {
	params := losant.DevicesGetParams{FilterField: "name", Filter: "pump-*"}
	for pump, err := range m.client.Devices.All(ctx, m.applicationID, params) {
		if err != nil {
			return alarms, fmt.Errorf("listing pumps: %w", err)
		}
		state, err := m.client.Device.GetCompositeState(ctx, m.applicationID, pump.ID)
		if err != nil {
			return alarms, fmt.Errorf("reading %s: %w", pump.Name, err)
		}
		pressure, _ := state["pressure"].Value.(float64)
		if pressure < tooMuch {
			continue
		}
		_, err = m.client.Events.Post(ctx, m.applicationID, losant.EventPost{
			Level: losant.EventLevelCritical, Subject: pump.Name + " is about to burst", DeviceID: &pump.ID,
		})
		if err != nil {
			return alarms, fmt.Errorf("opening an event: %w", err)
		}
		alarms++
	}
	return alarms, nil
}

// Wait returns when a pump reports too much pressure, and counts the gaps of the stream in which it could have.
func (m monitor) Wait(ctx context.Context, pumpID string) (gaps int, err error) {
	for state, err := range m.client.Device.StateStream(ctx, m.applicationID, pumpID,
		losant.WithReconnect(func(error) { gaps++ })) {
		if err != nil {
			return gaps, err
		}
		if pressure, _ := state.Data["pressure"].(float64); pressure >= tooMuch {
			return gaps, nil
		}
	}
	return gaps, nil
}

// Archive starts an export of what all devices have reported since yesterday, and returns the id of the job.
func (m monitor) Archive(ctx context.Context) (jobID string, err error) {
	job, err := m.client.Data.Export(ctx, m.applicationID, losant.DevicesDataExport{
		Start: losant.Ago(24 * time.Hour), End: losant.Now(),
	})
	if err != nil {
		return "", err
	}
	return job.JobID, nil
}
