package losant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// pumps starts a server with a hundred and fifty pumps on ten floors, and a client for it. The code of docs/guide.md runs on
// it, here.
func pumps() (server *losanttest.Server, client *losant.Client, applicationID string) {
	server = losanttest.NewServer()
	applicationID = server.AddApplication()
	for i := range 150 {
		server.Add("devices.post", []string{applicationID}, losant.DevicePost{
			Name: fmt.Sprintf("pump-%03d", i),
			Tags: []losant.DeviceTag{{Key: "floor", Value: fmt.Sprint(i % 10)}},
		})
	}
	client, err := server.NewClient()
	if err != nil {
		panic(err)
	}
	return server, client, applicationID
}

// reporting is pumps with a pump that has reported a pressure every hour of the day before noon.
func reporting() (server *losanttest.Server, client *losant.Client, applicationID, deviceID string) {
	server, client, applicationID = pumps()
	deviceID, _ = server.Add("devices.post", []string{applicationID}, losant.DevicePost{Name: "pump"})["id"].(string)
	var states losant.DeviceStateOrStates
	for hour := range 24 {
		states = append(states, losant.DeviceState{
			Time: noon.Add(-time.Duration(hour) * time.Hour), Data: map[string]any{"pressure": float64(hour)},
		})
	}
	if _, err := client.Device.SendState(context.Background(), applicationID, deviceID, states); err != nil {
		panic(err)
	}
	return server, client, applicationID, deviceID
}

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func Example_lists() {
	server, client, applicationID := pumps()
	defer server.Close()
	ctx := context.Background()

	page, err := client.Devices.Get(ctx, applicationID, losant.DevicesGetParams{Page: 1, PerPage: 100})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(page.Items), page.TotalCount, page.Items[0].Name)
	// Output: 50 150 pump-100
}

func Example_filters() {
	server, client, applicationID := pumps()
	defer server.Close()
	ctx := context.Background()

	params := losant.DevicesGetParams{
		FilterField: "name", Filter: "PUMP-1*", // without a FilterField, a Filter filters nothing
		TagFilter: []losant.DeviceTag{{Key: "floor", Value: "8"}},
		SortField: "name", SortDirection: "desc",
	}
	for pump, err := range client.Devices.All(ctx, applicationID, params) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(pump.Name)
	}
	// Output:
	// pump-148
	// pump-138
	// pump-128
	// pump-118
	// pump-108
}

func ExampleQuery() {
	server, client, applicationID := pumps()
	defer server.Close()
	ctx := context.Background()

	ground := losant.Query{"$and": []losant.Query{
		{"name": losant.Query{"$startsWith": "PUMP-", "$ci": true}}, // in any case
		{"tags": losant.Query{"floor": losant.Query{"$in": []string{"0", "1"}}}},
		{"creationDate": losant.Query{"$gt": losant.Query{"$date": "2026-01-01T00:00:00Z"}}},
	}}
	devices, err := client.Devices.Get(ctx, applicationID, losant.DevicesGetParams{Query: ground})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(devices.TotalCount)
	// Output: 30
}

func ExampleInstant() {
	server, client, applicationID, deviceID := reporting()
	defer server.Close()
	ctx := context.Background()

	states, err := client.Device.GetState(ctx, applicationID, deviceID, losant.DeviceGetStateParams{
		Start: losant.At(noon.Add(-3 * time.Hour)), End: losant.Now(), Limit: 10, // or Start: losant.Ago(3 * time.Hour)
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, state := range states {
		fmt.Println(state.Time.Format(time.TimeOnly), state.Data["pressure"])
	}
	// Output:
	// 12:00:00 0
	// 11:00:00 1
	// 10:00:00 2
	// 09:00:00 3
}

func ExampleDataService_TimeSeriesQuery() {
	server, client, applicationID, deviceID := reporting()
	defer server.Close()
	ctx := context.Background()

	series, err := client.Data.TimeSeriesQuery(ctx, applicationID, losant.TimeSeriesQuery{
		Start:       losant.At(noon.Add(-8 * time.Hour)),
		End:         losant.At(noon.Add(-time.Hour)),
		Resolution:  losant.Ptr((4 * time.Hour).Milliseconds()),
		Aggregation: losant.AggregationMax,
		DeviceIDs:   []string{deviceID},
		Attributes:  []string{"pressure"},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, point := range series.Devices[deviceID].Points {
		fmt.Println(point.Time.Format(time.TimeOnly), point.Data["pressure"])
	}
	// Output:
	// 04:00:00 8
	// 08:00:00 4
}

func ExampleDevicesDeleteAnswer() {
	server, client, applicationID := pumps()
	defer server.Close()
	ctx := context.Background()

	answer, err := client.Devices.Delete(ctx, applicationID, losant.DevicesDeleteOrRestorePost{
		Query: losant.Query{"tags": losant.Query{"floor": "8"}},
	})
	if err != nil {
		log.Fatal(err)
	}
	if answer.JobEnqueuedResult != nil { // 202: they were many
		fmt.Println("a job deletes them:", answer.JobEnqueuedResult.JobID)
	} else { // 200
		fmt.Println("deleted:", answer.BulkDeleteResponse.Removed)
	}
	// Output: deleted: 15
}

func ExampleDeviceUpdateOperation() {
	patch := losant.DevicesPatch{
		Query: losant.Query{"tags": losant.Query{"floor": "8"}},
		UpdateOperations: []losant.DeviceUpdateOperation{
			{SetTag: &losant.DeviceUpdateOperationSetTag{Value: losant.DeviceTag{Key: "floor", Value: "9"}}},
		},
	}
	body, err := json.Marshal(patch)
	fmt.Println(string(body), err)
	// Output: {"query":{"tags":{"floor":"8"}},"updateOperations":[{"operation":"set","target":"tag","value":{"key":"floor","value":"9"}}]} <nil>
}

func Example_errors() {
	server, client, applicationID := ada()
	defer server.Close()
	ctx := context.Background()
	server.Inject(losanttest.Fault{Status: http.StatusConflict, Body: `{"type": "Busy", "message": "try later"}`})

	_, err := client.ExperienceUser.Get(ctx, applicationID, userID)
	var (
		invalid *losant.ValidationError
		answer  *losant.APIError
		lost    *losant.TransportError
	)
	switch {
	case errors.As(err, &invalid):
		fmt.Println("not sent:", invalid.Violations)
	case errors.Is(err, losant.ErrNotFound):
		fmt.Println("no such user")
	case errors.As(err, &answer):
		fmt.Println("answered:", answer.StatusCode, answer.Type, answer.Message)
	case errors.As(err, &lost):
		fmt.Println("no answer:", lost.Err)
	}
	// Output: answered: 409 Busy try later
}

// maybeApplied reports whether a call that failed may have changed something all the same.
func maybeApplied(err error) bool {
	var answer *losant.APIError
	var lost *losant.TransportError
	return errors.As(err, &answer) && answer.Applied == losant.MaybeApplied ||
		errors.As(err, &lost) && lost.Applied == losant.MaybeApplied
}

func Example_createOnce() {
	server, client, applicationID := pumps()
	defer server.Close()
	ctx := context.Background()
	server.Inject(losanttest.Fault{Operation: "devices.post", Drop: true, AfterApplying: true})

	_, err := client.Devices.Post(ctx, applicationID, losant.DevicePost{Name: "pump-new"})
	if maybeApplied(err) {
		found, err := client.Devices.Get(ctx, applicationID,
			losant.DevicesGetParams{FilterField: "name", Filter: "pump-new"})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("it is there:", found.Count == 1)
	}
	// Output: it is there: true
}

func Example_service() {
	ctx := context.Background()
	server := losanttest.NewServer()
	defer server.Close()
	applicationID := server.AddApplication()
	device := server.Add("devices.post", []string{applicationID}, losant.DevicePost{Name: "Pump"})
	deviceID, _ := device["id"].(string)

	server.Inject(losanttest.Fault{Operation: "device.patch", Drop: true, AfterApplying: true}) // applied, answer lost
	client, err := server.NewClient(losant.WithToken(server.Token(losant.ScopeDevicePatch)))    // what production has
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Device.Patch(ctx, applicationID, deviceID, losant.DevicePatch{Name: losant.Ptr("Pump 2")})

	fmt.Println(maybeApplied(err), server.Requests()[0].Operation)
	// Output: true device.patch
}
