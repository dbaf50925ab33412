package script

import (
	"flag"
	"fmt"
	"os"

	"github.com/losant-go/losant/examples/internal/demo"
)

// help explains the program. It goes to stderr, for stdout is for JSON alone.
func (p Program[Patch]) help() {
	fmt.Fprintf(os.Stderr, `%[1]s gets, patches and deletes an %[2]s of a Losant application.

    %[1]s get    -application ID -id ID
    %[1]s patch  -application ID -id ID FLAGS
    %[1]s patch  -application ID -id ID -json - <PATCH.json
    %[1]s delete -application ID -id ID [-yes]

%[1]s COMMAND -h lists the flags of a command.

Environment: %[3]s is the API token. %[4]s is the URL of the API, https://api.losant.com if empty.
Output:      the answer of the API, as JSON, on stdout; errors, in one line, on stderr.
Exit status: 0 done, 1 the API refused or could not be reached, 2 wrong usage, 3 not found.
Demo:        with -demo in place of -application, the program acts on a Losant API of its own, which has
             the users %[5]s (Ada) and %[6]s (Grace),
             the groups %[7]s (Operators) and %[8]s (Nights).
             Without -id it acts on %[9]s. It forgets all changes when it ends.
`, p.Name, p.Resource, tokenVariable, urlVariable, demo.AdaID, demo.GraceID, demo.OperatorsID, demo.NightsID, p.DemoID)
}

// helpCommand explains the flags of a command.
func (p Program[Patch]) helpCommand(flags *flag.FlagSet) {
	fmt.Fprintf(os.Stderr, "The flags of %s %s:\n", p.Name, flags.Name())
	flags.SetOutput(os.Stderr)
	flags.PrintDefaults()
}
