//go:build unix

// Size prints what the package costs its users: the bytes of a program that makes one call, beside the same program on an
// earlier commit, and the seconds and the memory that the compiler takes for the package.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

const module = "github.com/losant-go/losant"

func main() {
	before := flag.String("before", "", "the commit to compare with")
	flag.Parse()
	if err := run(context.Background(), *before); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, before string) error {
	root, err := output(ctx, ".", "git", "rev-parse", "--show-toplevel")
	if err != nil {
		return err
	}
	temporary, err := os.MkdirTemp("", "size")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(temporary) }()
	now, err := programSize(ctx, root, temporary)
	if err != nil {
		return err
	}
	fmt.Printf("a program with one call, stripped: %d bytes", now)
	if before != "" {
		then, err := sizeAt(ctx, root, before, temporary)
		if err != nil {
			return err
		}
		fmt.Printf(", %.3f of %d at %s", float64(now)/float64(then), then, before)
	}
	fmt.Println()
	return compile(ctx, root, filepath.Join(temporary, "cache"))
}

// sizeAt is the size of the program on a commit.
func sizeAt(ctx context.Context, root, commit, temporary string) (int64, error) {
	tree := filepath.Join(temporary, "tree")
	if _, err := output(ctx, root, "git", "worktree", "add", "--detach", tree, commit); err != nil {
		return 0, err
	}
	defer func() { _, _ = output(ctx, root, "git", "worktree", "remove", "--force", tree) }()
	return programSize(ctx, tree, temporary)
}

// programSize is the size of the program in benchmarks/onecall with the package in a folder.
func programSize(ctx context.Context, tree, temporary string) (int64, error) {
	source, err := filepath.Abs("onecall/main.go")
	if err != nil {
		return 0, err
	}
	program := filepath.Join(temporary, "program")
	if _, err := output(ctx, tree, "go", "build", "-ldflags", "-s -w", "-o", program, source); err != nil {
		return 0, err
	}
	info, err := os.Stat(program)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// compile compiles the package with an empty cache, but for what it imports.
func compile(ctx context.Context, root, cache string) error {
	imports, err := output(ctx, root, "go", "list", "-f", `{{join .Imports " "}}`, module)
	if err != nil {
		return err
	}
	environment := append(os.Environ(), "GOCACHE="+cache)
	dependencies := exec.CommandContext(ctx, "go", append([]string{"build"}, strings.Fields(imports)...)...) //nolint:gosec // what the package imports
	dependencies.Dir, dependencies.Env, dependencies.Stderr = root, environment, os.Stderr
	if err := dependencies.Run(); err != nil {
		return err
	}
	build := exec.CommandContext(ctx, "go", "build", module)
	build.Dir, build.Env, build.Stderr = root, environment, os.Stderr
	started := time.Now()
	if err := build.Run(); err != nil {
		return err
	}
	took := time.Since(started)
	usage, _ := build.ProcessState.SysUsage().(*syscall.Rusage)
	peak := usage.Maxrss
	if runtime.GOOS != "darwin" { // which counts bytes
		peak *= 1 << 10
	}
	busy := build.ProcessState.UserTime() + build.ProcessState.SystemTime()
	fmt.Printf("the package, compiled: %.1f s (%.1f s of work on %d processors), at most %d MB\n",
		took.Seconds(), busy.Seconds(), runtime.NumCPU(), peak>>20)
	return nil
}

// output is what a command prints.
func output(ctx context.Context, dir, name string, arguments ...string) (string, error) {
	command := exec.CommandContext(ctx, name, arguments...) //nolint:gosec // those of this file
	command.Dir = dir
	text, err := command.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", name, strings.Join(arguments, " "), err, text)
	}
	return strings.TrimSpace(string(text)), nil
}
