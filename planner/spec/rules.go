package spec

import "github.com/k8splan/k8splan/planner/rule"

// Rules are the rules about reading a file. All except the last three stop processing here. None can be waived: unreadable input has no
// design to judge, and unused input should be removed.
var Rules = []*rule.Rule{
	notUTF8, fileTooLarge, tooDeep, emptyFile, syntaxError,
	unknownBlock, unknownArgument, unknownName, unknownFunction, unknownValue,
	wrongType, invalidExpression, tooComplex,
	missingBlock, missingArgument, missingLabel, extraLabel,
	duplicateBlock, duplicateArgument, duplicateName,
	localsCycle, variableWithoutValue, undeclaredVariable, invalidVariable,
	unreadableFile, invalidForEach, renamedArgument, unusedVariable, unusedLocal,
}

const (
	hclSyntax = "https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md"
	hclReadme = "https://github.com/hashicorp/hcl/blob/main/README.md"
)

var notUTF8 = &rule.Rule{
	ID: "not-utf8", Title: "File not in UTF-8", Permanent: true, Sources: []string{hclSyntax},
	Doc: "The language is written in UTF-8. Another encoding would silently turn names and labels into other characters.",
	Fix: "Save the file as UTF-8, for instance with `iconv -f UTF-16 -t UTF-8`.",
}

var fileTooLarge = &rule.Rule{
	ID: "file-too-large", Title: "File too large", Permanent: true,
	Doc: "A topology file of 5,000 single nodes takes under 1 MiB. A file of more than 2 MiB is usually the wrong file, or comes from a " +
		"faulty generator.",
	Fix: "Define equal machines with `node_pool`, which takes a few lines for any number of machines.",
}

var tooDeep = &rule.Rule{
	ID: "too-deep", Title: "Nesting too deep", Permanent: true,
	Doc: "Reading nested brackets, or one expression with very many parts, takes memory for each level. The limits are far above what a " +
		"topology needs, and keep a broken file from exhausting the machine.",
	Fix: "Split the expression: give its parts names in `locals`.",
}

var emptyFile = &rule.Rule{
	ID: "empty-file", Title: "File without content", Permanent: true,
	Doc: "Nothing is defined in the file, so there is nothing to plan.",
	Fix: "Write a cluster and a node, or start from `k8splan init`:\n\ncluster \"dev\" {\n  type = \"all-in-one\"\n}\n\nnode \"dev-1\" " +
		"{\n  address = \"192.168.56.10\"\n}",
}

var syntaxError = &rule.Rule{
	ID: "syntax-error", Title: "Syntax error", Permanent: true, Sources: []string{hclSyntax},
	Doc: "From here on the file is not valid HCL, so nothing after this point can be trusted.",
	Fix: "Arguments are written `name = value`, blocks `name \"label\" { … }`; strings are in double quotes.",
}

var unknownBlock = &rule.Rule{
	ID: "unknown-block", Title: "Unknown block", Permanent: true,
	Doc: "An unknown block would silently have no effect: the cluster would be built without it.",
	Fix: "Use the name of a block that the language has.",
}

var unknownArgument = &rule.Rule{
	ID: "unknown-argument", Title: "Unknown argument", Permanent: true,
	Doc: "An unknown argument would silently have no effect: the default would be used instead.",
	Fix: "Use the name of an argument that the block has.",
}

var unknownName = &rule.Rule{
	ID: "unknown-name", Title: "Unknown name", Permanent: true,
	Doc: "An expression refers to a variable or a local that the file does not declare.",
	Fix: "Declare it with a `variable` block or in `locals`, and refer to it as var.<name> or local.<name>. Strings are in double quotes.",
}

var unknownFunction = &rule.Rule{
	ID: "unknown-function", Title: "Unknown function", Permanent: true,
	Doc: "An expression calls a function that the language does not have. There are no functions for the clock, the environment, or " +
		"random numbers, because the same file must always give the same plan.",
	Fix: "Use one of the language's functions; pass values from outside through variables.",
}

var unknownValue = &rule.Rule{
	ID: "unknown-value", Title: "Unknown value", Permanent: true,
	Doc: "The argument or label accepts a fixed set of values, and this is not one of them.",
	Fix: "Use one of the values that the message lists.",
}

var wrongType = &rule.Rule{
	ID: "wrong-type", Title: "Wrong type", Permanent: true, Sources: []string{hclReadme},
	Doc: "The value does not have the argument's type. Versions and addresses are strings, in double quotes: 1.30 without quotes is a " +
		"number, the same as 1.3.",
	Fix: "Write the value as the message shows.",
}

var invalidExpression = &rule.Rule{
	ID: "invalid-expression", Title: "Invalid expression", Permanent: true, Sources: []string{hclSyntax},
	Doc: "The expression is well formed but cannot be evaluated: an index is out of range, an attribute does not exist, or a function " +
		"rejects its arguments.",
	Fix: "Correct the expression, or handle the case with try(…, fallback).",
}

var tooComplex = &rule.Rule{
	ID: "too-complex", Title: "Expression with too many elements", Permanent: true,
	Doc: "A few lines of nested `for`, or of values that double each other, can produce more elements than any machine can hold. All " +
		"expressions of a file together may produce half a million of them.",
	Fix: "Define equal machines with `node_pool`, and keep lists of single values short.",
}

var missingBlock = &rule.Rule{
	ID: "missing-block", Title: "Missing block", Permanent: true,
	Doc: "The file lacks a required block. Without it, there is nothing to plan.",
	Fix: "Add it:\n\ncluster \"dev\" {\n  type = \"all-in-one\"\n}",
}

var missingArgument = &rule.Rule{
	ID: "missing-argument", Title: "Missing argument", Permanent: true,
	Doc: "The argument has no default. An argument that is null counts as missing.",
	Fix: "Write the argument as the message shows.",
}

var missingLabel = &rule.Rule{
	ID: "missing-label", Title: "Missing label", Permanent: true,
	Doc: "The string after a block's type is its label. It identifies the block, or selects what the block describes.",
	Fix: "Write the label in double quotes between the block's type and its brace: node \"worker-1\" { … }.",
}

var extraLabel = &rule.Rule{
	ID: "extra-label", Title: "Extra label", Permanent: true,
	Doc: "The block has more labels than its type allows, so part of what was meant would be lost.",
	Fix: "Remove the label.",
}

var duplicateBlock = &rule.Rule{
	ID: "duplicate-block", Title: "Duplicate block", Permanent: true,
	Doc: "Only one block of this kind is allowed here. Of two, one would be lost, and the file does not say which.",
	Fix: "Put the arguments of both into one block.",
}

var duplicateArgument = &rule.Rule{
	ID: "duplicate-argument", Title: "Duplicate argument", Permanent: true,
	Doc: "An argument, or the key of a map, is set only once. Of two, one would be lost.",
	Fix: "Remove one of them.",
}

var duplicateName = &rule.Rule{
	ID: "duplicate-name", Title: "Duplicate name", Permanent: true,
	Doc: "Two variables or two locals share a name, so a reference could mean either one.",
	Fix: "Rename one of them.",
}

var localsCycle = &rule.Rule{
	ID: "locals-cycle", Title: "Cycle of locals", Permanent: true,
	Doc: "A local that refers to itself, directly or through others, never gets a value.",
	Fix: "Break the cycle: give one of the locals an expression that does not refer to the next one.",
}

var variableWithoutValue = &rule.Rule{
	ID: "variable-without-value", Title: "Variable without a value", Permanent: true,
	Doc: "The variable has no default, and no value was given.",
	Fix: "Set it with -var name=value or -var-file, or write a `default` in its block.",
}

var undeclaredVariable = &rule.Rule{
	ID: "undeclared-variable", Title: "Value for an undeclared variable", Permanent: true,
	Doc: "-var or -var-file sets a variable that the file does not declare. Most likely the name is a typo, and the intended variable " +
		"keeps its default.",
	Fix: "Correct the name, or declare it: variable \"name\" {}.",
}

var invalidVariable = &rule.Rule{
	ID: "invalid-variable", Title: "Variable that cannot be read", Permanent: true,
	Doc: "A variable needs a name that is valid in expressions, and an existing type. -var takes name=value. A file for -var-file " +
		"contains only arguments, name = value, and their values refer to nothing else.",
	Fix: "Write -var name=value, or one argument per line in the file. As a type, write string, number, bool, any, list(string), " +
		"map(string), or object({ … }), without quotes.",
}

var unreadableFile = &rule.Rule{
	ID: "unreadable-file", Title: "File that cannot be read", Permanent: true,
	Doc: "Files that a topology refers to must be in its own folder or below it, so the folder contains the whole design. They must be " +
		"UTF-8 text of at most 4 MiB.",
	Fix: "Put the file next to the topology, and write the path relative to it, such as \"files/audit.yaml\".",
}

var invalidForEach = &rule.Rule{
	Discreet: true,
	ID:       "invalid-for-each", Title: "Unusable for_each", Permanent: true,
	Doc: "The keys of for_each become the names of the blocks' results. A machine keeps its key when others come and go, so it remains " +
		"the same machine. A position in a list does not.",
	Fix: "Write a map, such as { for h in csvdecode(file(\"hosts.csv\")) : h.name => h }, or toset([\"a\", \"b\"]).",
}

var renamedArgument = &rule.Rule{
	ID: "renamed-argument", Severity: rule.Warning, Permanent: true, Title: "Renamed argument",
	Doc: "The argument was renamed. Its old name still works in this minor release, but will be unknown in the next one.",
	Fix: "Run `k8splan fmt -w`, which writes the new name, or write it yourself.",
}

var unusedVariable = &rule.Rule{
	ID: "unused-variable", Severity: rule.Warning, Permanent: true, Title: "Unused variable",
	Doc: "Setting the variable has no effect, which users do not expect.",
	Fix: "Refer to it as var.<name> where it was intended, or remove its block.",
}

var unusedLocal = &rule.Rule{
	ID: "unused-local", Severity: rule.Warning, Permanent: true, Title: "Unused local",
	Doc: "The local has no effect. Often the place that should use it repeats the value instead.",
	Fix: "Refer to it as local.<name> where it was intended, or remove it.",
}
