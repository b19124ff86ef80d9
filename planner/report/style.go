package report

import (
	_ "embed"
	"strings"
)

// picture.css styles the picture with variables that the page also defines.
//
//go:embed picture.css
var pictureCSS string

// color is a color's value in the light and the dark theme.
type color struct{ name, light, dark string }

// palette has few colors, each with one meaning: ink and paper, the path of a request, ranges, and the four states.
var palette = []color{
	{"--ink", "#1c2530", "#e6ebf0"},
	{"--soft", "#55616e", "#9fabb8"},
	{"--rule", "#ccd3da", "#3a444f"},
	{"--paper", "#ffffff", "#12171d"},
	{"--zone", "#f3f5f7", "#1a2129"},
	{"--card", "#ffffff", "#222b35"},
	{"--way", "#1257b8", "#79b0ff"},
	{"--out", "#1c2530", "#05070a"}, // what is down turns dark
	{"--off", "#ffffff", "#8e99a5"},
	{"--pods", "#5b7fb0", "#7097cc"},
	{"--services", "#7a6aa8", "#a394d6"},
	{"--nodes", "#3d8577", "#5fb3a3"},
	{"--reserved", "#8a929b", "#6d7782"},
	{"--up", "#1a7f45", "#4cc37f"},
	{"--degraded", "#8f5f00", "#e0a83a"},
	{"--depends", "#7a3fb0", "#c49bf0"},
	{"--down", "#b3261e", "#ff8a80"},
}

// pictureStyle is the style of a standalone picture: every variable is replaced by its value, since not every SVG reader supports
// variables.
func pictureStyle() string {
	value := func(of func(color) string) string {
		var pairs []string
		for _, c := range palette {
			pairs = append(pairs, "var("+c.name+")", of(c))
		}
		return strings.NewReplacer(pairs...).Replace(pictureCSS)
	}
	light, dark := value(func(c color) string { return c.light }), value(func(c color) string { return c.dark })
	return light + "@media (prefers-color-scheme: dark) {\n" + dark + "}\n"
}
