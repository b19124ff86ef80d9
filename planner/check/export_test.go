package check

// NotOfPast exports notOfPast for tests.
var NotOfPast = notOfPast
