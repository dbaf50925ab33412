// Export_series writes as CSV what devices have reported: a line for each device and time, a column for each attribute.
//
//	go run ./examples/export_series -application ID -devices ID,ID -attributes pressure,voltage \
//		-start 2026-01-01T00:00:00Z -end 2026-02-01T00:00:00Z > january.csv
//
// The lines are in order of windows of time, devices and times, and the same in each run. A cell is the value itself, with
// all its digits, and empty where there is none. So a text that begins with = is a formula to a spreadsheet: import what you
// do not trust as text. The token in LOSANT_API_TOKEN needs the scope data.timeSeriesQuery.
package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/losant-go/losant"
)

// series is what to export.
type series struct {
	devices, attributes []string
	start, end          time.Time
	window              time.Duration // of one query: an answer may have 30 MB
}

func main() {
	log.SetFlags(0)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	var s series
	applicationID := flag.String("application", "", "`ID` of the application that the token in LOSANT_API_TOKEN is for")
	devices := flag.String("devices", "", "`IDS` of the devices, with commas between them")
	attributes := flag.String("attributes", "", "`NAMES` of the attributes, with commas between them")
	flag.TextVar(&s.start, "start", time.Now().Add(-24*time.Hour), "first `TIME`")
	flag.TextVar(&s.end, "end", time.Now(), "`TIME` before which the series ends")
	flag.DurationVar(&s.window, "window", 24*time.Hour, "how much `TIME` to ask for at once")
	flag.Parse()
	s.devices, s.attributes = strings.Split(*devices, ","), strings.Split(*attributes, ",")
	client, err := losant.NewClient(os.Getenv("LOSANT_API_TOKEN"),
		losant.WithBaseURL(cmp.Or(os.Getenv("LOSANT_API_URL"), "https://api.losant.com")))
	if err == nil {
		err = run(ctx, client, *applicationID, s, os.Stdout)
	}
	if err != nil {
		log.Fatal(err)
	}
}

// run exports a series, a window at a time.
func run(ctx context.Context, client *losant.Client, applicationID string, s series, out io.Writer) error {
	if s.window < time.Millisecond {
		return errors.New("a window must be at least a millisecond")
	}
	lines := csv.NewWriter(out)
	_ = lines.Write(append([]string{"time", "deviceId", "name"}, s.attributes...)) // Error says it below
	for from := s.start; from.Before(s.end); from = from.Add(s.window) {
		to := from.Add(s.window)
		if to.After(s.end) {
			to = s.end
		}
		data, err := client.Data.TimeSeriesQuery(ctx, applicationID, losant.TimeSeriesQuery{
			// Nothing says whether the ends of a range are in it: ask for more, and take what belongs to the window.
			Start: losant.At(from.Add(-time.Millisecond)), End: losant.At(to.Add(time.Millisecond)),
			DeviceIDs: s.devices, Attributes: s.attributes, Aggregation: losant.AggregationNone,
		})
		if err != nil {
			return err
		}
		for _, id := range slices.Sorted(maps.Keys(data.Devices)) {
			device := data.Devices[id]
			if data.Limit > 0 && len(device.Points) >= data.Limit {
				return fmt.Errorf("%s has more than %d values after %v: choose a shorter window", id, data.Limit, from)
			}
			for _, point := range device.Points {
				if !point.Time.Before(from) && point.Time.Before(to) {
					_ = lines.Write(line(id, device.Name, point, s.attributes))
				}
			}
		}
		if lines.Flush(); lines.Error() != nil {
			return lines.Error()
		}
	}
	lines.Flush()
	return lines.Error()
}

func line(id, name string, point losant.DataPoint, attributes []string) []string {
	cells := []string{point.Time.UTC().Format(time.RFC3339Nano), id, name}
	for _, attribute := range attributes {
		switch value := point.Data[attribute].(type) {
		case nil:
			cells = append(cells, "")
		case float64:
			cells = append(cells, strconv.FormatFloat(value, 'f', -1, 64))
		default:
			cells = append(cells, fmt.Sprint(value))
		}
	}
	return cells
}
