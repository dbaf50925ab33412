package main

import (
	"fmt"
	"strings"
)

// panel is one half of the chart: a bar for every client.
type panel struct {
	title, remark string
	unit          string
	per           float64
}

// chart draws the headline as an SVG picture that follows the reader's light or dark mode.
func chart(r results) string {
	const (
		width, margin = 760, 24
		labels        = 150 // the column of the names
		figures       = 90  // the column behind the bars
		bar, step     = 20, 30
		head, gap     = 58, 26 // of a panel: above its bars, below them
	)
	clients := r.clientsOf(headline.String())
	panels := []panel{
		{"Calls per second", "more is better", "calls/s", 1},
		{"CPU per call, in microseconds", "less is better", "cpu-ns/op", 1e3},
	}
	height := margin + len(panels)*(head+len(clients)*step+gap)

	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%[1]d" height="%[2]d" role="img"`+
		` aria-labelledby="title">
<title id="title">GET of one user over loopback with %d goroutines: calls per second and CPU per call</title>
<style>
text { font: 14px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328 }
.title { font-size: 16px; font-weight: 600 }
.remark { font-size: 13px; fill: #59636e }
.figure { font-variant-numeric: tabular-nums }
.own { font-weight: 600 }
rect { fill: #afb8c1 }
rect.own { fill: #0969da }
line { stroke: #d1d9e0 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc }
.remark { fill: #9198a1 }
rect { fill: #545d68 }
rect.own { fill: #4493f8 }
line { stroke: #3d444d }
}
</style>
`, width, height, headline.goroutines)
	top := margin
	for _, p := range panels {
		fmt.Fprintf(&b, `<text class="title" x="%d" y="%d">%s</text>`+"\n", margin, top+16, p.title)
		fmt.Fprintf(&b, `<text class="remark" x="%d" y="%d">GET of one user, %d goroutines, loopback; %s</text>`+"\n",
			margin, top+37, headline.goroutines, p.remark)
		most := 0.0
		for _, client := range clients {
			value, _ := r.median(headline.String()+"/client="+client, p.unit)
			most = max(most, value)
		}
		bars := top + head
		for i, client := range clients {
			value, _ := r.median(headline.String()+"/client="+client, p.unit)
			length := value / most * (width - 2*margin - labels - figures)
			class := "other"
			if i == 0 {
				class = "own"
			}
			y := bars + i*step
			fmt.Fprintf(&b, `<text class="%s" x="%d" y="%d" text-anchor="end">%s</text>`, class, margin+labels-10, y+15,
				title(client))
			fmt.Fprintf(&b, `<rect class="%s" x="%d" y="%d" width="%.1f" height="%d" rx="2"/>`, class, margin+labels, y,
				length, bar)
			fmt.Fprintf(&b, `<text class="figure %s" x="%.1f" y="%d">%s</text>`+"\n", class,
				float64(margin+labels)+length+8, y+15, short(value/p.per))
		}
		fmt.Fprintf(&b, `<line x1="%d" y1="%d" x2="%[1]d" y2="%d"/>`+"\n", margin+labels, bars-5,
			bars+(len(clients)-1)*step+bar+5)
		top = bars + len(clients)*step + gap
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// title is a client's name for readers.
func title(client string) string {
	switch client {
	case "sdk":
		return "losant (this)"
	case "nethttp":
		return "net/http by hand"
	case peerPublished:
		return "losant-rest (JS)"
	case peerCurrent:
		return "losant-rest, axios 1"
	default:
		return client
	}
}
