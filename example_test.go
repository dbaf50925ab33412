package losant_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"time"

	"github.com/losant-go/losant"
	"github.com/losant-go/losant/losanttest"
)

// ada starts a server with an application, the user Ada and the group Operators, and returns a client for it. The
// examples that show their output run on it.
func ada() (server *losanttest.Server, client *losant.Client, applicationID string) {
	server = losanttest.NewServer()
	applicationID = server.AddApplication()
	server.AddUser(applicationID, losant.ExperienceUser{ID: userID, Email: "ada@example.com", FirstName: "Ada"})
	server.AddGroup(applicationID, losant.ExperienceGroup{
		ID: groupID, Name: "Operators", ExperienceUserIDs: []string{userID},
	})
	client, err := server.NewClient()
	if err != nil {
		panic(err)
	}
	return server, client, applicationID
}

func Example() {
	ctx := context.Background()
	client, err := losant.NewClient(os.Getenv("LOSANT_API_TOKEN"))
	if err != nil {
		log.Fatal(err)
	}
	user, err := client.ExperienceUser.Patch(ctx, applicationID, userID, losant.ExperienceUserPatch{
		FirstName: losant.Ptr("Ada"),
		UserTags:  map[string]string{"floor": "8"},
	})
	var notFound *losant.NotFoundError
	switch {
	case errors.As(err, &notFound):
		log.Fatal("no such user: ", notFound.Message)
	case err != nil:
		log.Fatal(err)
	}
	fmt.Println(user.Email, user.UserTags["floor"], user.LastUpdated)
}

func Example_devices() {
	ctx := context.Background()
	server := losanttest.NewServer()
	defer server.Close()
	applicationID := server.AddApplication()
	client, err := server.NewClient()
	if err != nil {
		log.Fatal(err)
	}

	device, err := client.Devices.Post(ctx, applicationID, losant.DevicePost{
		Name:       "pump-1",
		Tags:       []losant.DeviceTag{{Key: "floor", Value: "8"}},
		Attributes: []losant.DeviceAttributePost{{Name: "pressure", DataType: losant.AttributeDataTypeNumber}},
	})
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Device.SendState(ctx, applicationID, device.ID, losant.DeviceStateOrStates{
		{Data: map[string]any{"pressure": 4.2}},
	})
	if err != nil {
		log.Fatal(err)
	}
	states, err := client.Device.GetState(ctx, applicationID, device.ID) // the latest
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(states[0].Data["pressure"])

	pumps, err := client.Devices.Get(ctx, applicationID, losant.DevicesGetParams{
		FilterField: "name", Filter: "pump-*", PerPage: 50,
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, pump := range pumps.Items {
		fmt.Println(pump.Name, pump.Tags[0].Value)
	}
	// Output:
	// 4.2
	// pump-1 8
}

func ExampleNewClient() {
	client, err := losant.NewClient("TOKEN",
		losant.WithUserAgent("thermostats/1.4"),
		losant.WithTimeout(10*time.Second), // the default of every call
	)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client)
	// Output: losant.Client(https://api.losant.com)
}

func ExampleExperienceUserService_Get() {
	server, client, applicationID := ada()
	defer server.Close()

	user, err := client.ExperienceUser.Get(context.Background(), applicationID, userID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.Email, "is in", user.ExperienceGroups[0].Name)
	// Output: ada@example.com is in Operators
}

func ExampleExperienceUserService_Patch() {
	server, client, applicationID := ada()
	defer server.Close()
	ctx := context.Background()

	user, err := client.ExperienceUser.Patch(ctx, applicationID, userID, losant.ExperienceUserPatch{
		LastName:           losant.Ptr("Lovelace"), // set
		FirstName:          losant.Ptr(""),         // clear a text
		UserTags:           map[string]string{},    // clear all tags
		ExperienceGroupIDs: []string{},             // leave every group
		Email:              nil,                    // leave as it is
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q %q %s, in %d groups\n", user.FirstName, user.LastName, user.Email, len(user.ExperienceGroups))
	// Output: "" "Lovelace" ada@example.com, in 0 groups
}

func ExampleExperienceUserService_Delete() {
	server, client, applicationID := ada()
	defer server.Close()
	ctx := context.Background()

	deleted, err := client.ExperienceUser.Delete(ctx, applicationID, userID)
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.ExperienceUser.Get(ctx, applicationID, userID)
	var notFound *losant.NotFoundError
	fmt.Println(deleted.Success, errors.As(err, &notFound))
	// Output: true true
}

func ExampleExperienceGroupService_Get() {
	server, client, applicationID := ada()
	defer server.Close()

	group, err := client.ExperienceGroup.Get(context.Background(), applicationID, groupID,
		losant.ExperienceGroupGetParams{IncludeDirectDeviceCount: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(group.Name, "has", *group.DirectDeviceCount, "devices and", len(group.ExperienceUserIDs), "user")
	// Output: Operators has 0 devices and 1 user
}

func ExampleExperienceGroupService_Patch() {
	server, client, applicationID := ada()
	defer server.Close()
	ctx := context.Background()
	parent := server.AddGroup(applicationID, losant.ExperienceGroup{Name: "Staff"})

	group, err := client.ExperienceGroup.Patch(ctx, applicationID, groupID, losant.ExperienceGroupPatch{
		ParentID:        losant.Value(parent.ID), // move below another group
		DeviceQueryJSON: losant.Null[string](),   // remove the query
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(group.Name, "is below Staff:", group.ParentID == parent.ID)
	// Output: Operators is below Staff: true
}

func ExampleExperienceGroupService_Delete() {
	server, client, applicationID := ada()
	defer server.Close()
	ctx := context.Background()

	if _, err := client.ExperienceGroup.Delete(ctx, applicationID, groupID); err != nil {
		log.Fatal(err)
	}
	user, err := client.ExperienceUser.Get(ctx, applicationID, userID) // a group's users stay
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(user.Email, "is in", len(user.ExperienceGroups), "groups")
	// Output: ada@example.com is in 0 groups
}

func ExampleNullable() {
	patches := []losant.ExperienceGroupPatch{
		{},                                   // leave the parent as it is
		{ParentID: losant.Null[string]()},    // move to the root
		{ParentID: losant.Value("58b9d743")}, // move below another group
	}
	for _, patch := range patches {
		id, ok := patch.ParentID.Get()
		fmt.Println(patch.ParentID, patch.ParentID.IsNull(), id, ok)
	}
	// Output:
	// unset false  false
	// null true  false
	// 58b9d743 false 58b9d743 true
}

func ExamplePtr() {
	patch := losant.ExperienceUserPatch{
		TokenCutoff: losant.Ptr(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)), // ends every earlier token of the user
		Password:    losant.Ptr("correct horse battery staple"),
	}
	fmt.Println(patch)
	// Output: losant.ExperienceUserPatch{"password":"[redacted]","tokenCutoff":"2026-01-02T03:04:05Z"}
}

func ExampleValidationError() {
	patch := losant.ExperienceUserPatch{
		Password: losant.Ptr("short"),
		UserTags: map[string]string{"bad key": "value"},
	}
	var invalid *losant.ValidationError
	if errors.As(patch.Validate(), &invalid) {
		for _, violation := range invalid.Violations {
			fmt.Println(violation.Field, violation.Problem)
		}
	}
	// Output:
	// experienceUser.password must be at least 8 characters
	// experienceUser.userTags["bad key"] must have a key of 1 to 255 characters of 0-9 A-Z a-z _ -
}

func ExampleAPIError() {
	server, client, applicationID := ada()
	defer server.Close()

	_, err := client.ExperienceGroup.Get(context.Background(), applicationID, userID) // not the id of a group

	var apiErr *losant.APIError // whatever Losant answered
	if errors.As(err, &apiErr) {
		fmt.Println(apiErr.Operation, apiErr.StatusCode, apiErr.Type, apiErr.Message)
	}
	// Output: experienceGroup.get 404 NotFound Experience group was not found
}

func ExampleNotFoundError() {
	server, client, applicationID := ada()
	defer server.Close()

	_, err := client.ExperienceGroup.Delete(context.Background(), applicationID, userID) // not the id of a group

	var notFound *losant.NotFoundError
	if errors.As(err, &notFound) {
		fmt.Println(notFound.Message)
	}
	// Output: Experience group was not found
}

func ExampleBadRequestError() {
	server, client, applicationID := ada()
	defer server.Close()

	_, err := client.ExperienceUser.Get(context.Background(), applicationID, "no-hexadecimal-id")

	var badRequest *losant.BadRequestError
	if errors.As(err, &badRequest) {
		fmt.Println(badRequest.Type, badRequest.Message)
	}
	// Output: Validation experienceUserId pattern mismatch
}

func ExampleUnauthorizedError() {
	server, client, applicationID := ada()
	defer server.Close()

	_, err := client.ExperienceUser.Get(context.Background(), applicationID, userID,
		losant.WithToken(server.ExpiredToken()))

	var unauthorized *losant.UnauthorizedError
	if errors.As(err, &unauthorized) {
		fmt.Println(unauthorized.Message)
	}
	// Output: Access token has expired
}

func ExampleForbiddenError() {
	server, client, applicationID := ada()
	defer server.Close()

	_, err := client.ExperienceUser.Delete(context.Background(), applicationID, userID,
		losant.WithToken(server.Token(losant.ScopeExperienceUserGet)))

	var forbidden *losant.ForbiddenError
	if errors.As(err, &forbidden) {
		fmt.Println("needs one of", forbidden.RequiredScopes[0], "...", "but holds", forbidden.GrantedScopes)
	}
	// Output: needs one of all.Application ... but holds [experienceUser.get]
}

func ExampleRateLimitError() {
	server, client, applicationID := ada()
	defer server.Close()
	server.Inject(losanttest.Fault{
		Status: http.StatusTooManyRequests,
		Header: http.Header{"Retry-After": {"60"}}, // longer than a call waits by itself
	})

	_, err := client.ExperienceUser.Get(context.Background(), applicationID, userID)

	var rateLimit *losant.RateLimitError
	if errors.As(err, &rateLimit) {
		fmt.Println("try again in", rateLimit.RetryAfter)
	}
	// Output: try again in 1m0s
}

func ExampleDecodeError() {
	server, client, applicationID := ada()
	defer server.Close()
	server.Inject(losanttest.Fault{Status: http.StatusOK, Body: "<html>a login page</html>"})

	_, err := client.ExperienceUser.Get(context.Background(), applicationID, userID)

	var decode *losant.DecodeError
	if errors.As(err, &decode) {
		fmt.Println(decode.StatusCode, decode.Err, string(decode.Body))
	}
	// Output: 200 the answer is not a JSON object <html>a login page</html>
}

func ExampleTransportError() {
	server, client, applicationID := ada()
	defer server.Close()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()

	_, err := client.ExperienceUser.Get(ctx, applicationID, userID)

	var transport *losant.TransportError
	fmt.Println(errors.As(err, &transport), errors.Is(err, context.Canceled))
	// Output: true true
}

// The answer is lost after the patch was applied.
func ExampleApplied() {
	server, client, applicationID := ada()
	defer server.Close()
	server.Inject(losanttest.Fault{Drop: true, AfterApplying: true})
	ctx, patch := context.Background(), losant.ExperienceUserPatch{FirstName: losant.Ptr("Augusta")}

	_, err := client.ExperienceUser.Patch(ctx, applicationID, userID, patch)
	var lost *losant.TransportError
	if errors.As(err, &lost) && lost.Applied == losant.MaybeApplied {
		fmt.Println("perhaps it was applied: only a Get can tell")
	}
	// Output: perhaps it was applied: only a Get can tell
}

func ExampleWithMaxAttempts() {
	server, client, applicationID := ada()
	defer server.Close()
	ctx := context.Background()
	server.Inject(losanttest.Fault{Times: 2, Status: http.StatusServiceUnavailable})

	var response losant.Response
	_, err := client.ExperienceUser.Get(ctx, applicationID, userID,
		losant.WithMaxAttempts(1), // never again
		losant.WithResponse(&response),
	)
	fmt.Println(err != nil, response.StatusCode, response.Attempts)

	_, err = client.ExperienceUser.Get(ctx, applicationID, userID, losant.WithResponse(&response))
	fmt.Println(err != nil, response.StatusCode, response.Attempts)
	// Output:
	// true 503 1
	// false 200 2
}

func ExampleWithTimeout() {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second) // the whole call
	defer cancel()
	client, err := losant.NewClient(os.Getenv("LOSANT_API_TOKEN"),
		losant.WithTimeout(5*time.Second), // each attempt
		losant.WithMaxAttempts(4),         // the first and three more
	)
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.ExperienceUser.Get(ctx, applicationID, userID,
		losant.WithTimeout(time.Second), // each attempt of this call
	)
	fmt.Println(err)
}

func ExampleWithLosantDomain() {
	client, err := losant.NewClient("TOKEN", losant.WithLosantDomain("example.com"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client.LosantDomain())
	// Output: example.com
}

func ExampleWithTokenSource() {
	// A service that reads its token from a file that is renewed by somebody else.
	client, err := losant.NewClient("", losant.WithTokenSource(func(context.Context) (string, error) {
		token, err := os.ReadFile("/run/secrets/losant-token")
		return strings.TrimSpace(string(token)), err
	}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(client)
	// Output: losant.Client(https://api.losant.com)
}

func ExampleWithLogger() {
	server, _, applicationID := ada()
	defer server.Close()
	logger := slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{
		ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
			if a.Key == "time" || a.Key == "duration" || a.Key == "path" { // they differ from run to run
				return slog.Attr{}
			}
			return a
		},
	}))
	client, err := server.NewClient(losant.WithLogger(logger))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.ExperienceUser.Get(context.Background(), applicationID, userID); err != nil {
		log.Fatal(err)
	}
	// Output: level=INFO msg="losant request" operation=experienceUser.get method=GET status=200 attempt=1
}

// tracing is a transport that sees every attempt. Tracing libraries bring one of their own.
type tracing struct{ next http.RoundTripper }

func (t tracing) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := t.next.RoundTrip(request)
	if err == nil {
		fmt.Println(request.Method, response.StatusCode)
	}
	return response, err
}

func ExampleWithTransport() {
	server, _, applicationID := ada()
	defer server.Close()
	client, err := server.NewClient(losant.WithTransport(func(next http.RoundTripper) http.RoundTripper {
		return tracing{next}
	}))
	if err != nil {
		log.Fatal(err)
	}
	if _, err := client.ExperienceUser.Get(context.Background(), applicationID, userID); err != nil {
		log.Fatal(err)
	}
	// Output: GET 200
}

func Example_testing() {
	ctx := context.Background()

	server := losanttest.NewServer()
	defer server.Close()
	applicationID := server.AddApplication()
	user := server.AddUser(applicationID, losant.ExperienceUser{Email: "ada@example.com"})
	client, err := server.NewClient()
	if err != nil {
		log.Fatal(err)
	}
	server.Inject(losanttest.Fault{Status: http.StatusServiceUnavailable}) // the next call is answered 503

	_, err = client.ExperienceUser.Delete(ctx, applicationID, user.ID) // is repeated, and succeeds

	_, exists := server.User(applicationID, user.ID)
	fmt.Println(err, exists, len(server.Requests()))
	// Output: <nil> false 2
}

// A server for tests keeps devices too, and answers what it has no state for as the test says.
func Example_testingDevices() {
	ctx := context.Background()
	server := losanttest.NewServer()
	defer server.Close()
	applicationID := server.AddApplication()
	client, err := server.NewClient()
	if err != nil {
		log.Fatal(err)
	}

	device := server.Add("devices.post", []string{applicationID}, losant.DevicePost{Name: "Pump"})
	server.Handle("data.export", func(losanttest.Request) (status int, body any) {
		return http.StatusAccepted, map[string]any{"success": true, "jobQueued": true, "jobId": "5"}
	})

	deviceID, _ := device["id"].(string)
	states := losant.DeviceStateOrStates{{Data: map[string]any{"voltage": 22.5}}}
	if _, err := client.Device.SendState(ctx, applicationID, deviceID, states); err != nil {
		log.Fatal(err)
	}
	pumps, err := client.Devices.Get(ctx, applicationID, losant.DevicesGetParams{FilterField: "name", Filter: "pump*"})
	if err != nil {
		log.Fatal(err)
	}
	state, err := client.Device.GetCompositeState(ctx, applicationID, deviceID)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(pumps.Items[0].Name, state["voltage"].Value)
	// Output: Pump 22.5
}

func ExampleDevicesService_All() {
	ctx := context.Background()
	server := losanttest.NewServer()
	defer server.Close()
	applicationID := server.AddApplication()
	for i := range 250 {
		server.Add("devices.post", []string{applicationID}, losant.DevicePost{Name: fmt.Sprint("pump-", i)})
	}
	client, err := server.NewClient()
	if err != nil {
		log.Fatal(err)
	}

	pumps := 0
	for device, err := range client.Devices.All(ctx, applicationID, losant.DevicesGetParams{
		FilterField: "name", Filter: "pump-*", PerPage: 100,
	}) {
		if err != nil {
			log.Fatal(err) // it is the last: what has come so far is not all
		}
		pumps++
		_ = device.Name
	}
	fmt.Println(pumps)
	// Output: 250
}

func ExampleDeviceService_StateStream() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	client, err := losant.NewClient(os.Getenv("LOSANT_API_TOKEN"))
	if err != nil {
		log.Fatal(err)
	}

	for state, err := range client.Device.StateStream(ctx, applicationID, deviceID,
		losant.WithMaxAttempts(1000), // outlasts an outage
		losant.WithReconnect(func(err error) { log.Print("states may be missing: ", err) }),
	) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(state.Time, state.Data["pressure"])
	}
}

func ExampleWithReconnect() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	client, err := losant.NewClient(os.Getenv("LOSANT_API_TOKEN"))
	if err != nil {
		log.Fatal(err)
	}

	var (
		last  = time.Now()
		since time.Time // of a gap
	)
	for state, err := range client.Device.StateStream(ctx, applicationID, deviceID,
		losant.WithReconnect(func(error) { since = last })) {
		if err != nil {
			log.Fatal(err)
		}
		last = state.Time
		if since.IsZero() {
			continue
		}
		missed, err := client.Device.GetState(ctx, applicationID, deviceID, losant.DeviceGetStateParams{
			Start: losant.At(since), End: losant.At(last), SortDirection: losant.SortDirectionAsc, Limit: 1000,
		})
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("in the gap:", len(missed))
		since = time.Time{}
	}
}

func ExampleFileService_Upload() {
	ctx := context.Background()
	client, err := losant.NewClient(os.Getenv("LOSANT_API_TOKEN"))
	if err != nil {
		log.Fatal(err)
	}

	content, err := os.Open("floorplan.png")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = content.Close() }()
	file, err := client.File.Upload(ctx, applicationID, fileID, losant.FileUploadForm{
		File: losant.Upload{Name: "floorplan.png", ContentType: "image/png", Content: content},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(file.URL)
}

func ExampleClient_UploadFile() {
	ctx := context.Background()
	client, err := losant.NewClient(os.Getenv("LOSANT_API_TOKEN"))
	if err != nil {
		log.Fatal(err)
	}
	video, err := os.Open("tour.mp4")
	if err != nil {
		log.Fatal(err)
	}
	defer func() { _ = video.Close() }()
	info, err := video.Stat()
	if err != nil {
		log.Fatal(err)
	}

	posted, err := client.Files.Post(ctx, applicationID, losant.FilePost{
		Name: "tour.mp4", Type: losant.FileTypeFile,
		FileSize: losant.Ptr(int(info.Size())), ContentType: losant.Ptr("video/mp4"),
	})
	if err != nil {
		log.Fatal(err)
	}
	err = client.UploadFile(ctx, posted.Upload, losant.Upload{Content: video})
	if err != nil {
		log.Fatal(err)
	}
}

func ExampleWithUserLogin() {
	ctx := context.Background()
	server := losanttest.NewServer()
	defer server.Close()
	server.AddAccount("ada@example.com", "correct horse battery")

	client, err := losant.NewClient("", losant.WithBaseURL(server.URL), losant.WithUserLogin(losant.UserCredentials{
		Email: "ada@example.com", Password: "correct horse battery",
	}))
	if err != nil {
		log.Fatal(err)
	}
	defer client.CloseIdleConnections()
	me, err := client.Me.Get(ctx) // logs in first
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(me.Email)
	// Output: ada@example.com
}

func ExampleWithDeviceLogin() {
	ctx := context.Background()

	client, err := losant.NewClient("", losant.WithDeviceLogin(losant.DeviceCredentials{
		DeviceID: deviceID, Key: losant.Ptr(os.Getenv("LOSANT_KEY")), Secret: losant.Ptr(os.Getenv("LOSANT_SECRET")),
	}))
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Device.SendState(ctx, applicationID, deviceID, losant.DeviceStateOrStates{
		{Data: map[string]any{"pressure": 4.2}},
	})
	if errors.Is(err, losant.ErrUnauthorized) {
		log.Fatal("the key does not fit, or is no longer active: ", err)
	}
}

func ExampleWithoutToken() {
	client, err := losant.NewClient("", losant.WithoutToken())
	if err != nil {
		log.Fatal(err)
	}
	_, err = client.Device.Get(context.Background(), applicationID, deviceID)
	fmt.Println(err)
	// Output: losant: device.get: invalid input: token is needed, and the client was made WithoutToken
}

func ExampleClient_Do() {
	ctx := context.Background()
	server, client, applicationID := ada()
	defer server.Close()

	var application struct {
		ID string `json:"id"`
	}
	err := client.Do(ctx, losant.Request{
		Method: http.MethodGet, Path: "/applications/" + applicationID, Repeat: true,
	}, &application)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(application.ID == applicationID)
	// Output: true
}
