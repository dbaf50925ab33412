package main

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// progress counts what is done, and draws a bar on a terminal.
type progress struct {
	out         io.Writer // nil for no bar
	noun        string
	done, total int // total is 0 as long as it is not known
	now         func() time.Time
	began       time.Time
	drawn       time.Time
}

// newProgress begins to count. The bar is on stderr, if that is a terminal and stdout is none: there, they would get in each
// other's way.
func (c *command) newProgress(noun string) *progress {
	p := &progress{noun: noun, now: c.now, began: c.now()}
	if c.isTerminal(c.stderr) && !c.isTerminal(c.stdout) {
		p.out = c.stderr
	}
	return p
}

// add counts what has been done, and draws the bar a few times a second.
func (p *progress) add(n, total int) {
	const often = 100 * time.Millisecond
	p.done += n
	p.total = total
	if now := p.now(); p.out != nil && now.Sub(p.drawn) >= often {
		p.drawn = now
		_, _ = io.WriteString(p.out, "\r\x1b[K"+p.line(now.Sub(p.began)))
	}
}

// line is the bar: how much is done, how fast, and how long it takes yet.
func (p *progress) line(took time.Duration) string {
	const width = 20
	rate := float64(p.done) / max(took, time.Millisecond).Seconds()
	text := fmt.Sprintf("%s %s, %s a second", grouped(p.done), p.noun, grouped(int(rate)))
	if p.total < p.done || p.total == 0 {
		return text
	}
	part := float64(p.done) / float64(p.total)
	filled := int(width * part)
	left := time.Duration(float64(p.total-p.done) / max(rate, 0.001) * float64(time.Second))
	return fmt.Sprintf("[%s%s] %d%% of %s: %s, %v left", strings.Repeat("=", filled), strings.Repeat(" ", width-filled),
		int(100*part), grouped(p.total), text, left.Round(time.Second))
}

// clear takes the bar away.
func (p *progress) clear() {
	if p.out != nil && !p.drawn.IsZero() {
		_, _ = io.WriteString(p.out, "\r\x1b[K")
	}
}

// summary says how much was done, where there was a bar.
func (p *progress) summary(to *program) {
	if p.out != nil {
		took := p.now().Sub(p.began)
		to.say(fmt.Sprintf("%s in %v, %s a second", p.count(), took.Round(time.Millisecond),
			grouped(int(float64(p.done)/max(took, time.Millisecond).Seconds()))))
	}
}

// count is what is done, of how much.
func (p *progress) count() string {
	if p.total > p.done {
		return fmt.Sprintf("%s of %s %s", grouped(p.done), grouped(p.total), p.noun)
	}
	return grouped(p.done) + " " + p.noun
}

// grouped is a number with its thousands apart.
func grouped(n int) string {
	text := fmt.Sprint(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}
