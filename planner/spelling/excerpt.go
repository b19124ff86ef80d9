package spelling

import "unicode/utf8"

// Excerpt shortens a user's word for a message, to at most 80 characters.
func Excerpt(s string) string {
	const most = 80
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
