// Package planner turns topology.hcl into a tree of files, in one direction and in these stages:
//
//	source text and variables
//	  spec.Load      reads what was written, and where        → spec.Spec
//	  plan.Resolve   decides everything that was left open    → plan.Plan
//	  Target.New     reads the target block against the plan  → what writes the target's files
//	  check.Run      judges the design                        → diagnostics
//	Open runs all of these; it returns a Project only if none of them found an error.
//	  render.Tree    puts together what the emitters make     → artifact.Set
//	  Set.Write      makes a directory hold it
//
// What is written in the file, the values of its variables and the date that waivers are compared with are the only input: nothing here
// reads a clock, the environment, or the network, and the same input gives the same bytes on every machine.
//
// The author's mistakes are hcl.Diagnostics, each with the ID of a rule that Catalog lists. Each stage reports all of them. Later stages
// then report only what is true however these mistakes are corrected, so that no consequence of a mistake is reported.
//
// Nothing up to the Project links Kubernetes' own types: the playground loads this part first.
//
// These packages are API, and follow semantic versioning: planner, planner/render, planner/plan, planner/simulate, planner/change
// and planner/artifact. All others are internal to k8splan, and make no compatibility promise.
package planner
