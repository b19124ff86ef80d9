package main

import (
	"io"
	"os"
	"strconv"
	"strings"
)

// hyperlink makes text a link (OSC 8) if w is a terminal that supports links, and returns it unchanged otherwise. Source:
// https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda
func (a *app) hyperlink(w io.Writer, text, address string) string {
	if !a.color(w) || !links(os.Getenv) {
		return text
	}
	return "\x1b]8;;" + address + "\x1b\\" + text + "\x1b]8;;\x1b\\"
}

// links reports whether the terminal described by the environment supports links. Others should ignore links, but some print garbage, so
// only known ones count. FORCE_HYPERLINK decides for the rest, as in other programs. Source: https://github.com/Alhadis/OSC8-Adoption
func links(env func(string) string) bool {
	if force := env("FORCE_HYPERLINK"); force != "" {
		return force != "0" && force != "false"
	}
	if env("CI") != "" {
		return false
	}
	terminal := env("TERM")
	if strings.HasPrefix(terminal, "screen") { // GNU screen, and tmux before 3.4, truncate unknown sequences
		return false
	}
	if env("TERM_PROGRAM") == "tmux" {
		return atLeast(env("TERM_PROGRAM_VERSION"), 3, 4)
	}
	if vte, err := strconv.Atoi(env("VTE_VERSION")); err == nil { // VTE terminals such as GNOME Terminal: from 0.50; 0.50.0 itself crashed
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

// rulesPage documents the rules; each has its ID as an anchor.
const rulesPage = "https://github.com/k8splan/k8splan/blob/main/docs/rules.md"

// rulePage returns the address of a rule's documentation.
func rulePage(id string) string { return rulesPage + "#" + id }
