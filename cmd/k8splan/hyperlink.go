package main

import (
	"io"
	"os"
	"strconv"
	"strings"
)

// hyperlink makes text a link (OSC 8) where w is a terminal that knows links, and leaves it as it is elsewhere.
// Source: https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda
func (a *app) hyperlink(w io.Writer, text, address string) string {
	if !a.color(w) || !links(os.Getenv) {
		return text
	}
	return "\x1b]8;;" + address + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}

// links reports whether the terminal that the environment describes knows links. One that does not know them should ignore them, but some
// print rubbish, so that only those that are known to count. FORCE_HYPERLINK decides for the others, as it does in other programs.
// Source: https://github.com/Alhadis/OSC8-Adoption
func links(env func(string) string) bool {
	if force := env("FORCE_HYPERLINK"); force != "" {
		return force != "0" && force != "false"
	}
	if env("CI") != "" {
		return false
	}
	terminal := env("TERM")
	if strings.HasPrefix(terminal, "screen") { // GNU screen, and tmux before 3.4, cut sequences that they do not know
		return false
	}
	if env("TERM_PROGRAM") == "tmux" {
		return atLeast(env("TERM_PROGRAM_VERSION"), 3, 4)
	}
	if vte, err := strconv.Atoi(env("VTE_VERSION")); err == nil { // GNOME Terminal and its kin: from 0.50; 0.50.0 itself crashed
		return vte > 5000
	}
	if env("WT_SESSION") != "" || env("KONSOLE_VERSION") != "" || env("DOMTERM") != "" {
		return true
	}
	switch env("TERM_PROGRAM") {
	case "iTerm.app", "WezTerm", "vscode", "ghostty", "Hyper", "rio", "WarpTerminal", "zed":
		return true
	}
	switch terminal {
	case "xterm-kitty", "xterm-ghostty", "alacritty", "foot", "foot-extra", "contour", "wezterm", "mintty":
		return true
	}
	return false
}

// atLeast compares a version such as 3.4 or 3.5a with a major and a minor.
func atLeast(version string, major, minor int) bool {
	head, tail, _ := strings.Cut(version, ".")
	m, err := strconv.Atoi(head)
	if err != nil {
		return false
	}
	digits := strings.IndexFunc(tail, func(r rune) bool { return r < '0' || r > '9' })
	if digits < 0 {
		digits = len(tail)
	}
	n, _ := strconv.Atoi(tail[:digits])
	return m > major || m == major && n >= minor
}

// rulesPage is where the rules are to be read; each has its ID for an anchor.
const rulesPage = "https://github.com/k8splan/k8splan/blob/main/docs/rules.md"

// rulePage is the address of what is known of a rule.
func rulePage(id string) string { return rulesPage + "#" + id }
