package spelling

import "unicode/utf8"

// Excerpt is what a message quotes of a word that someone wrote: at most 80 characters of it.
func Excerpt(s string) string {
	const most = 80
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
