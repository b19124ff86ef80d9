package change

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

// seenJSON says, by the ID of a case in the table, what was observed when the case was last tried on a real cluster in the lab. Each text
// begins with the date. `go run ./e2e -change -record` writes the file from the results of the lab (make e2e-change). Cases that are
// missing were not tried.
//
//go:embed seen.json
var seenJSON []byte

var seen = readSeen()

func readSeen() map[string]string {
	var s map[string]string
	if err := json.Unmarshal(seenJSON, &s); err != nil {
		panic(fmt.Sprintf("planner/change/seen.json: %v", err))
	}
	return s
}
