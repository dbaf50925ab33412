package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
)

// mutation is one small mistake: the bytes of a file from one offset to another, replaced.
type mutation struct {
	file, function string
	from, to       int
	old, text      string
}

// String names the mutation in a way that outlives changes elsewhere in the file.
func (m mutation) String() string {
	return fmt.Sprintf("%s: %s: %s => %s", m.file, m.function, oneLine(m.old), oneLine(m.text))
}

// apply returns the source with the mistake in it.
func (m mutation) apply(source []byte) []byte {
	return []byte(string(source[:m.from]) + m.text + string(source[m.to:]))
}

func oneLine(code string) string {
	code = strings.Join(strings.Fields(code), " ")
	if len(code) > 80 {
		code = code[:77] + "..."
	}
	return code
}

// operators are what each operator is mistaken for.
var operators = map[token.Token]string{
	token.EQL: "!=", token.NEQ: "==",
	token.LSS: "<=", token.LEQ: "<", token.GTR: ">=", token.GEQ: ">",
	token.LAND: "||", token.LOR: "&&",
	token.ADD: "-", token.SUB: "+", token.MUL: "/", token.QUO: "*",
}

// mutations returns the mistakes that can be made in a file. Some of them do not compile.
func mutations(file string, source []byte) ([]mutation, error) {
	files := token.NewFileSet()
	tree, err := parser.ParseFile(files, file, source, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var all []mutation
	for _, declaration := range tree.Decls {
		function := "declaration"
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			function = d.Name.Name
		case *ast.GenDecl:
			if d.Tok == token.IMPORT {
				continue
			}
		}
		add := func(from, to token.Pos, text string) {
			m := mutation{
				file: file, function: function, text: text,
				from: files.Position(from).Offset, to: files.Position(to).Offset,
			}
			m.old = string(source[m.from:m.to])
			all = append(all, m)
		}
		ast.Inspect(declaration, func(n ast.Node) bool {
			mutate(n, source, files, add)
			_, isTag := n.(*ast.StructType)
			return !isTag
		})
	}
	return all, nil
}

// mutate adds the mistakes that can be made in one node.
func mutate(n ast.Node, source []byte, files *token.FileSet, add func(from, to token.Pos, text string)) {
	text := func(n ast.Node) string {
		return string(source[files.Position(n.Pos()).Offset:files.Position(n.End()).Offset])
	}
	switch n := n.(type) {
	case *ast.IfStmt:
		add(n.Cond.Pos(), n.Cond.End(), "!("+text(n.Cond)+")")
	case *ast.BinaryExpr:
		if other, ok := operators[n.Op]; ok {
			add(n.Pos(), n.End(), text(n.X)+" "+other+" "+text(n.Y))
		}
	case *ast.ExprStmt, *ast.IncDecStmt, *ast.DeferStmt, *ast.GoStmt, *ast.SendStmt:
		add(n.Pos(), n.End(), "")
	case *ast.AssignStmt:
		if n.Tok != token.DEFINE {
			add(n.Pos(), n.End(), "")
		}
	case *ast.BranchStmt:
		if n.Tok == token.CONTINUE {
			add(n.Pos(), n.End(), "break")
		}
	case *ast.Ident:
		switch n.Name {
		case "true":
			add(n.Pos(), n.End(), "false")
		case "false":
			add(n.Pos(), n.End(), "true")
		}
	case *ast.BasicLit:
		switch value, err := strconv.Atoi(n.Value); {
		case n.Kind == token.INT && err == nil:
			add(n.Pos(), n.End(), strconv.Itoa(value+1))
		case n.Kind == token.STRING && n.Value[0] == '"' && len(n.Value) > 2:
			add(n.Pos(), n.End(), n.Value[:len(n.Value)-1]+`x"`)
		}
	}
}
