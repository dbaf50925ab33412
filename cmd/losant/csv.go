package main

import (
	"encoding/csv"
	"strings"
)

// writeCSV writes a row.
func (p *printer) writeCSV(r record) error {
	if err := p.begin(); err != nil {
		return err
	}
	cells := make([]string, len(p.columns))
	for i, name := range p.columns {
		cells[i] = r.cell(name)
		if p.guard && isFormula(cells[i]) {
			cells[i] = "'" + cells[i]
		}
	}
	return p.writeLine(cells)
}

// begin writes the names of the columns, once.
func (p *printer) begin() error {
	if p.begun {
		return nil
	}
	p.begun = true
	return p.writeLine(p.columns)
}

func (p *printer) writeLine(cells []string) error {
	if len(cells) == 1 && cells[0] == "" { // a line without anything would be none
		_, err := p.out.WriteString("\"\"\n")
		return err
	}
	w := csv.NewWriter(p.out)
	if err := w.Write(cells); err != nil {
		return err
	}
	w.Flush()
	return w.Error()
}

// isFormula reports whether a spreadsheet may run what is in a cell. A number is none.
func isFormula(cell string) bool {
	return cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) && !isNumber(cell)
}
