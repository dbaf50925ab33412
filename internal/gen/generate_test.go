package main

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/losant-go/losant/internal/api"
)

// pumps is the description of testdata.
func pumps(t *testing.T) *api.Description {
	t.Helper()
	var d api.Description
	require.NoError(t, json.Unmarshal(read(t, "testdata/losant.json"), &d))
	return &d
}

// target is a folder to generate into.
func target(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	makeFolders(t, dir)
	return dir
}

// makeFolders makes the folders that files are generated into.
func makeFolders(t *testing.T, dir string) {
	t.Helper()
	for _, folder := range []string{"docs", "cmd/losant"} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, folder), 0o750))
	}
}

// files are the files in a folder, by their paths below it.
func files(t *testing.T, dir string) (all []string) {
	t.Helper()
	require.NoError(t, fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			all = append(all, path)
		}
		return err
	}))
	return all
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	const golden = "testdata/generated"
	dir := target(t)
	require.NoError(t, generate(pumps(t), readOverlay(t), dir))
	if *update {
		require.NoError(t, os.RemoveAll(golden))
		makeFolders(t, golden)
	}
	for _, file := range files(t, dir) {
		assertGolden(t, filepath.Join(golden, file), read(t, filepath.Join(dir, file)))
	}
	assert.Equal(t, files(t, golden), files(t, dir))
}

func TestGenerateDeletesItsStaleFilesAndNoOthers(t *testing.T) {
	t.Parallel()
	dir := target(t)
	for file, text := range map[string]string{
		"stale.go": header + "\npackage losant\n", "hand.go": "package losant\n\n" + header, "stale.txt": header,
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, file), []byte(text), 0o600))
	}
	require.NoError(t, generate(pumps(t), readOverlay(t), dir))
	assert.NoFileExists(t, filepath.Join(dir, "stale.go"))
	assert.FileExists(t, filepath.Join(dir, "hand.go"))
	assert.FileExists(t, filepath.Join(dir, "stale.txt"))
	assert.FileExists(t, filepath.Join(dir, "pump.go"))
}

// What the generator has no Go for, it does not guess.
func TestGenerateFailsOnWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	find := func(d *api.Description, id string) *api.Action {
		for i := range d.Actions {
			if d.Actions[i].ID() == id {
				return &d.Actions[i]
			}
		}
		return nil
	}
	for want, spoil := range map[string]func(*api.Description, *api.Overlay){
		`pump.get: in the path, the parameter siteId has the pattern "x", or stands behind a name`: func(d *api.Description, _ *api.Overlay) {
			find(d, "pump.get").Parameters[0].Pattern = "x"
		},
		`pump.getPart: in the path, the parameter partName has the pattern "", or stands behind a name`: func(d *api.Description, _ *api.Overlay) {
			find(d, "pump.getPart").Parameters[1].Pattern = ""
		},
		`pumps.get: the parameter sortField: a string cannot keep the rules [ .oneOf("name", "id")]`: func(d *api.Description, _ *api.Overlay) {
			find(d, "pumps.get").Parameters[1].Pattern = "x"
		},
		"pumps.get: the parameter page: a int cannot keep the rules [.oneOf(\"1\")]": func(d *api.Description, _ *api.Overlay) {
			find(d, "pumps.get").Parameters[2].Enum = []any{1}
		},
		`parameter filter is of type "float"`: func(_ *api.Description, o *api.Overlay) {
			o.Parameters["filter"] = api.ParameterNote{Doc: "is.", Type: "float"}
		},
		`pumps.get: the parameter page has the type "*int", which is unknown`: func(_ *api.Description, o *api.Overlay) {
			o.Parameters["page"] = api.ParameterNote{Doc: "is.", Type: "int", Pointer: true}
		},
		"pumps.get: the parameter page: its default is true, so that false could not be sent": func(d *api.Description, o *api.Overlay) {
			find(d, "pumps.get").Parameters[2].Default = true
			o.Parameters["page"] = api.ParameterNote{Doc: "is.", Type: "bool"}
		},
		"pump.get: no success is documented that has a body": func(d *api.Description, _ *api.Overlay) {
			find(d, "pump.get").Answers[0] = api.Answer{Status: 204}
		},
		"pump.get: it is of the class delete, and answers *Pump, not *Success": func(_ *api.Description, o *api.Overlay) {
			o.Actions["pump.get"] = api.ActionNote{Summary: "Is.", Class: "delete"}
		},
		`action pump.get is of class "never", not read, delete, once`: func(_ *api.Description, o *api.Overlay) {
			o.Actions["pump.get"] = api.ActionNote{Summary: "Is.", Class: "never"}
		},
		"pump.stateStream: a stream has several events": func(d *api.Description, _ *api.Overlay) {
			find(d, "pump.stateStream").Answers[0].Events = map[string]string{"pumpState": "pumpState", "pump": "pump"}
		},
		"pumps.get: it has pages, but no items": func(d *api.Description, _ *api.Overlay) {
			find(d, "pumps.get").Answers[0].Schema = "pump"
		},
	} {
		t.Run(want, func(t *testing.T) {
			t.Parallel()
			d, o, dir := pumps(t), readOverlay(t), target(t)
			spoil(d, o)
			require.ErrorContains(t, generate(d, o, dir), want)
			assert.Empty(t, files(t, dir), "nothing is written by halves")
		})
	}
}
