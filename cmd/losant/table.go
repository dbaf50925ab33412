package main

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/losant-go/losant/internal/printable"
)

// widest is how wide a cell of a table may be: what is longer is cut off, and … says so.
const widest = 40

// writeTable writes all rows below the names of their columns. A single answer is written with a property in each line.
func (p *printer) writeTable() error {
	var lines [][]string
	columns := p.columns
	if columns == nil {
		columns = slices.DeleteFunc(p.allColumns(), p.isIdle)
	}
	if len(columns) == 0 {
		return nil // no rows, or an answer without properties, such as the state of a device that has reported none
	}
	if p.single && len(p.records) == 1 {
		for _, name := range columns {
			lines = append(lines, []string{name, p.records[0].cell(name)})
		}
		return p.align(lines)
	}
	lines = append(lines, columns)
	for _, r := range p.records {
		cells := make([]string, len(columns))
		for i, name := range columns {
			cells[i] = r.cell(name)
		}
		lines = append(lines, cells)
	}
	return p.align(lines)
}

// isIdle reports whether a column says nothing: it is empty, repeats the ids of the rows, or is on the command line.
func (p *printer) isIdle(name string) bool {
	for _, r := range p.records {
		cell := r.cell(name)
		if cell != "" && (name == "id" || cell != r.cell("id")) && !p.repeats[cell] {
			return false
		}
	}
	return true
}

// align writes lines with their cells below each other.
func (p *printer) align(lines [][]string) error {
	widths := make([]int, len(lines[0]))
	for _, cells := range lines {
		for i, cell := range cells {
			cells[i] = clip(printable.Text(cell))
			widths[i] = max(widths[i], width(cells[i]))
		}
	}
	for _, cells := range lines {
		var b strings.Builder
		for i, cell := range cells {
			b.WriteString(cell)
			b.WriteString(strings.Repeat(" ", widths[i]-width(cell)+2))
		}
		if _, err := p.out.WriteString(strings.TrimRight(b.String(), " ") + "\n"); err != nil {
			return err
		}
	}
	return nil
}

// clip cuts a cell to the widest that it may be.
func clip(cell string) string {
	if width(cell) <= widest {
		return cell
	}
	w := 0
	for i, r := range cell {
		if w += runeWidth(r); w >= widest {
			return cell[:i] + "…"
		}
	}
	return cell
}

// width is how many columns of a terminal a text takes, in most of them.
func width(text string) (n int) {
	for _, r := range text {
		n += runeWidth(r)
	}
	return n
}

// wide are the ranges of characters that take two columns: those of East Asia, and pictures.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1},
		{Lo: 0x2e80, Hi: 0xa4cf, Stride: 1},
		{Lo: 0xac00, Hi: 0xd7a3, Stride: 1},
		{Lo: 0xf900, Hi: 0xfaff, Stride: 1},
		{Lo: 0xfe30, Hi: 0xfe6f, Stride: 1},
		{Lo: 0xff00, Hi: 0xff60, Stride: 1},
		{Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{{Lo: 0x1f300, Hi: 0x1faff, Stride: 1}, {Lo: 0x20000, Hi: 0x3fffd, Stride: 1}},
}

func runeWidth(r rune) int {
	switch {
	case unicode.In(r, unicode.Mn, unicode.Me):
		return 0
	case unicode.Is(wide, r):
		return 2
	default:
		return 1
	}
}

func isNumber(text string) bool {
	_, err := strconv.ParseFloat(text, 64)
	return err == nil
}
