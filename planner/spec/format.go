package spec

import (
	"bytes"

	"github.com/hashicorp/hcl/v2/hclwrite"
)

// Format formats a topology file in HCL's standard style: indentation, aligned equals signs, line feeds, and one line feed at the end. A
// file that does not parse is returned unchanged, because moving its parts would make the error harder to find. Format is idempotent.
func Format(src []byte) []byte {
	if _, refusal := guard("", src); refusal != nil {
		return src
	}
	text := bytes.TrimPrefix(src, []byte(byteOrderMark))
	if !bytes.HasSuffix(text, []byte("\n")) {
		text = append(bytes.Clone(text), '\n')
	}
	text = lineFeeds(text)
	if _, diags := parse("", text, nil); diags.HasErrors() {
		return src
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil
	}
	// One pass can leave a line that the next would still move (a comment after a value that was just realigned).
	for range 4 {
		next := hclwrite.Format(text)
		if bytes.Equal(next, text) {
			break
		}
		text = next
	}
	return text
}

// lineFeeds ends every line with a single line feed, however many carriage returns a transfer has added.
func lineFeeds(text []byte) []byte {
	if !bytes.Contains(text, []byte("\r\n")) {
		return text
	}
	lines := bytes.Split(text, []byte("\n"))
	for i := range lines[:len(lines)-1] {
		lines[i] = bytes.TrimRight(lines[i], "\r")
	}
	return bytes.Join(lines, []byte("\n"))
}
