package check

var featureGateRules []Rule
var machineRules []Rule
var nodeRules []Rule
var componentRules []Rule
var certificateRules []Rule
var secretRules []Rule
var artifactRules []Rule
var fileRules []Rule
var availabilityRules []Rule
var etcdRules []Rule
