//go:build mutants

package losant_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mutants are mistakes that a generator could make, each in a file that it wrote, with the test that has to see it.
var mutants = map[string]struct{ test, file, old, new string }{
	"an action is dropped": {
		"TestOperationsAreThoseDescribed",
		"operations.go", "\t\t&webhookPatch,\n", "",
	},
	"a method is dropped": {
		"TestEveryActionHasItsMethod",
		"webhook.go", "func (s *WebhookService) Patch(", "func (s *WebhookService) patch(",
	},
	"two ids are swapped": {
		"TestEveryActionOnTheWire",
		"webhook.go",
		"arguments{ids: ids{applicationID, webhookID}, body: patch}",
		"arguments{ids: ids{webhookID, applicationID}, body: patch}",
	},
	"a parameter has another name": {
		"TestEveryActionOnTheWire",
		"webhook.go", `q.int("perPage", p.PerPage)`, `q.int("perpage", p.PerPage)`,
	},
	"a value of an enumeration is lost": {
		"TestEveryRuleOfAParameterIsChecked",
		"webhook.go", `.oneOf("name", "id", "creationDate", "lastUpdated")`, `.oneOf("name", "id", "creationDate")`,
	},
	"a length is one less": {
		"TestEveryBodyIsRefusedAsItsSchemaSays",
		"webhook_schemas.go", `"name", &w.Name, 1, 255)`, `"name", &w.Name, 1, 254)`,
	},
	"a length is one more": {
		"TestEveryBodyIsRefusedAsItsSchemaSays",
		"webhook_schemas.go", `"name", &w.Name, 1, 255)`, `"name", &w.Name, 1, 256)`,
	},
	"a request is repeated": {
		"TestEveryActionIsRepeatedByItsClass",
		"webhook.go", "class: rest.Once", "class: rest.Read",
	},
	"a scope is another one": {
		"TestOperationsAreThoseDescribed",
		"webhook.go", "ScopeWebhooksGet", "ScopeWebhooksPost",
	},
	"a status is another one": {
		"TestEveryAnswerByItsStatus",
		"device.go", "case http.StatusAccepted:", "case http.StatusCreated:",
	},
}

// The tests over the description see every mistake: with a copy of the file that has one, they fail.
func TestMutantsAreKilled(t *testing.T) {
	t.Parallel()
	for name, m := range mutants {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			source, err := os.ReadFile(m.file)
			require.NoError(t, err)
			require.Contains(t, string(source), m.old)
			dir := t.TempDir()
			mutant := filepath.Join(dir, m.file)
			mistaken := strings.Replace(string(source), m.old, m.new, 1)
			require.NoError(t, os.WriteFile(mutant, []byte(mistaken), 0o600)) //nolint:gosec // into a folder of the test
			file, err := filepath.Abs(m.file)
			require.NoError(t, err)
			overlay, err := json.Marshal(map[string]map[string]string{"Replace": {file: mutant}})
			require.NoError(t, err)
			require.NoError(t, os.WriteFile(filepath.Join(dir, "overlay.json"), overlay, 0o600))

			command := exec.CommandContext(t.Context(), //nolint:gosec // the arguments are constants, but for the folder
				"go", "test", "-vet=off", "-run", "^"+m.test+"$", "-overlay", filepath.Join(dir, "overlay.json"), ".")
			output, err := command.CombinedOutput()

			require.Error(t, err, "nothing has failed")
			assert.Contains(t, string(output), "--- FAIL: "+m.test, "the test has to fail, not the compiler")
		})
	}
}
