package check

// NotOfPast is for tests.
var NotOfPast = notOfPast
