// Package planner is the road from topology.hcl to a tree of files, in one direction and in these stages:
//
//	source text and variables
//	  spec.Load      reads what was written, and where        → spec.Spec
//	  plan.Resolve   decides everything that was left open    → plan.Plan
//	  Target.New     reads the target block against the plan  → what writes the target's files
//	  check.Run      judges the design                        → diagnostics
//	Open is all of these; it gives a Project only if none of them found an error.
//	  render.Tree    puts together what the emitters make     → artifact.Set
//	  Set.Write      makes a directory hold it
//
// What is written in the file, the values of its variables and the date that waivers are held against are the only input: nothing here
// reads a clock, the environment or the network, and the same input gives the same bytes on every machine.
//
// The author's mistakes are hcl.Diagnostics, each with the ID of a rule that Catalog lists. Within a stage all of them are
// reported. Beside them, what later stages find is reported where it is true however the mistakes will be corrected, so that no mistake is
// reported by its echo.
//
// Up to the Project nothing links Kubernetes' own types: that is what the playground loads first.
//
// These packages are API, and follow semantic versioning: planner, planner/render, planner/plan, planner/simulate, planner/change
// and planner/artifact. All others are internal to k8splan, and make no compatibility promise.
package planner
