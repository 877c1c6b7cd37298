# SPDX-License-Identifier: GPL-2.0
#
# Results as a plot, for paper as well: a dash and a shape tell curves apart, no colour.
function escape(s) {
	gsub(/&/, "\\&amp;", s)
	gsub(/</, "\\&lt;", s)
	gsub(/>/, "\\&gt;", s)
	return s
}
function add(s) { body = body s "\n" }
function words(x, y, s, anchor, more) {
	add(sprintf("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>%s</text>", x, y, anchor,
		more, escape(s)))
}
function line(x1, y1, x2, y2, style) {
	add(sprintf("<path d=\"M%.1f %.1fL%.1f %.1f\" %s/>", x1, y1, x2, y2, style))
}
# black and white tells them apart: a dash and a shape each
function dash(n) {
	split("none;7 3;2 2;9 3 2 3;12 4;4 4;1 3;6 2 1 2 1 2", dashes, ";")
	return "fill=\"none\" stroke=\"black\" stroke-width=\"1.5\" stroke-dasharray=\"" \
		dashes[(n - 1) % 8 + 1] "\""
}
function marker(n, x, y,   d, fill) {
	fill = int((n - 1) / 4) % 2 ? "black" : "white"
	n = (n - 1) % 4
	if (n == 0)
		d = sprintf("M%.1f %.1fh8v8h-8z", x - 4, y - 4)
	else if (n == 1)
		d = sprintf("M%.1f %.1fl5 9h-10z", x, y - 6)
	else if (n == 2)
		d = sprintf("M%.1f %.1fl5 5l-5 5l-5 -5z", x, y - 5)
	else
		d = sprintf("M%.1f %.1fa4 4 0 1 0 8 0a4 4 0 1 0 -8 0z", x - 4, y)
	add("<path d=\"" d "\" fill=\"" fill "\" stroke=\"black\"/>")
}
function short(v) {
	if (v >= 1e9)
		return v / 1e9 "G"
	if (v >= 1e6)
		return v / 1e6 "M"
	return v >= 1e3 ? v / 1e3 "k" : v ""
}
function size_text(v) {
	if (v >= 1048576)
		return v / 1048576 " MB"
	return v >= 1024 ? v / 1024 " KB" : v " B"
}
function log10(v) { return log(v) / log(10) }
function px(v) {
	if (x_log)
		v = log(v)
	return left + (v - x_low) / (x_high - x_low) * wide
}
function py(v) {
	if (y_log)
		v = v > 0 ? log10(v) : y_low
	return top + high - (v - y_low) / (y_high - y_low) * high
}
# y from 0, or whole decades
function choose_y(least, most,   step) {
	if (y_log) {
		y_low = int(log10(least > 1 ? least : 1))
		y_high = int(log10(most)) + 1
		return
	}
	step = 10 ^ int(log10(most))
	if (most / step < 2)
		step /= 5
	else if (most / step < 5)
		step /= 2
	y_step = step
	y_low = 0
	y_high = (int(most / step) + 1) * step
}
function frame(title, x_title, y_title,   v) {
	for (v = y_low; v <= y_high + 1e-9; v += y_log ? 1 : y_step) {
		line(left, py(y_log ? 10 ^ v : v), left + wide, py(y_log ? 10 ^ v : v),
			"stroke=\"#bbb\"")
		words(left - 6, py(y_log ? 10 ^ v : v) + 4, short(y_log ? 10 ^ v : v), "end")
	}
	add(sprintf("<path d=\"M%.1f %.1fv%dh%d\" fill=\"none\" stroke=\"black\"/>", left, top,
		high, wide))
	words(left, top - 10, title, "start", " font-weight=\"bold\"")
	words(left + wide / 2, top + high + 38, x_title, "middle")
	words(left - 50, top + high / 2, y_title, "middle",
		sprintf(" transform=\"rotate(-90 %.1f %.1f)\"", left - 50, top + high / 2))
}
function x_label(v, s) {
	line(px(v), top + high, px(v), top + high + 5, "stroke=\"black\"")
	words(px(v), top + high + 20, s, "middle")
}
function legend(n, names,   i, y) {
	for (i = 1; i <= n; i++) {
		y = top + 8 + (i - 1) * 20
		line(legend_at, y, legend_at + 34, y, dash(i))
		marker(i, legend_at + 17, y)
		words(legend_at + 42, y + 4, names[i], "start")
	}
}
# a curve of the points in xs and ys
function curve(n, nr,   i, d) {
	if (!nr)
		return
	for (i = 1; i <= nr; i++)
		d = d sprintf("%s%.1f %.1f", i > 1 ? "L" : "M", px(xs[i]), py(ys[i]))
	add("<path d=\"" d "\" " dash(n) "/>")
	for (i = 1; i <= nr; i++)
		marker(n, px(xs[i]), py(ys[i]))
}
function heading(s) {
	words(20, top, s, "start", " font-weight=\"bold\" font-size=\"15\"")
	top += 34
}
function new_row() { top += high + 84 }
function find_range(set, name,   i, v) {
	range_low = range_high = ""
	for (i = 1; i <= nr; i++) {
		v = value[i, name]
		if (set_of[i] != set || v == "")
			continue
		if (range_low == "" || v + 0 < range_low)
			range_low = v + 0
		if (range_high == "" || v + 0 > range_high)
			range_high = v + 0
	}
}
function names_of(r, set,   i, n) {
	split("", names)
	split("", index_of)
	for (i = 1; i <= nr; i++) {
		if (run_of[i] == r && set_of[i] == set && !(value[i, "allocator"] in index_of)) {
			names[++n] = value[i, "allocator"]
			index_of[names[n]] = n
		}
	}
	return n + 0
}
# the points of an allocator: x by one field, y by another one
function collect(r, set, name, pattern, x, y,   i, n) {
	for (i = 1; i <= nr; i++) {
		if (run_of[i] != r || set_of[i] != set || value[i, "allocator"] != name ||
		    value[i, y] == "" || (pattern != "" && value[i, "pattern"] != pattern))
			continue
		xs[++n] = value[i, x] + 0
		ys[n] = value[i, y] + 0
	}
	return n + 0
}
function orders_panel(r, pattern, phase, n,   a, o, low) {
	x_log = 0; y_log = 1
	find_range("orders", "order")
	x_low = 0; x_high = range_high > 0 ? range_high : 1
	find_range("orders", "alloc")
	low = range_low; o = range_high
	find_range("orders", "free")
	choose_y(low < range_low ? low : range_low, o > range_high ? o : range_high)
	frame((pattern == "hot" ? "hot" : "held") ", to " (phase == "alloc" ? "allocate" : "free"),
		"order", unit[r])
	for (o = 0; o <= x_high; o++)
		x_label(o, o)
	for (a = 1; a <= n; a++)
		curve(a, collect(r, "orders", names[a], pattern, "order", phase))
}
function draw_orders(r,   n, p, pattern) {
	n = names_of(r, "orders")
	if (!n)
		return
	for (p = 1; p <= 2; p++) {
		pattern = p == 1 ? "hot" : "fifo"
		left = 76
		orders_panel(r, pattern, "alloc", n)
		left = 76 + wide + 84
		orders_panel(r, pattern, "free", n)
		legend(n, names)
		new_row()
	}
}
function course_panel(r, y, title, y_title, n,   a) {
	x_log = y_log = 0
	x_low = 0; x_high = 4400
	find_range("course", y)
	choose_y(0, range_high)
	frame(title, "structs of 32 bytes", y_title)
	for (a = 1000; a <= 4000; a += 1000)
		x_label(a, a)
	for (a = 1; a <= n; a++)
		curve(a, collect(r, "course", names[a], "", "structs", y))
}
function draw_course(r,   n) {
	n = names_of(r, "course")
	if (!n)
		return
	left = 76
	course_panel(r, "alloc", "to allocate all", unit[r], n)
	left = 76 + wide + 84
	course_panel(r, "unused", "on their pages, but not theirs", "bytes", n)
	legend(n, names)
	new_row()
}
function draw_sizes(r,   n, a, i, k, was) {
	n = names_of(r, "sizes")
	if (!n)
		return
	left = 76
	was = wide
	wide = 2 * wide + 84
	x_log = 1; y_log = 0
	x_low = log(8); x_high = log(4194304)
	choose_y(0, 99)
	frame("of what is taken, wasted", "requested", "percent")
	for (a = 8; a <= 4194304; a *= 8)
		x_label(a, size_text(a))
	for (a = 1; a <= n; a++) {
		k = collect(r, "sizes", names[a], "", "requested", "taken")
		for (i = 1; i <= k; i++)
			ys[i] = (ys[i] - xs[i]) / ys[i] * 100
		curve(a, k)
	}
	legend(n, names)
	wide = was
	new_row()
}

BEGIN {
	FS = "\t"
	wide = 340; high = 230; top = 30; legend_at = 76 + 340 + 84 + 340 + 24
}
{
	nr++
	run_of[nr] = $1
	set_of[nr] = $2
	for (i = 3; i <= NF; i++)
		value[nr, substr($i, 1, index($i, "=") - 1)] = substr($i, index($i, "=") + 1)
}
$2 == "course" { value[nr, "unused"] = value[nr, "on_pages"] - value[nr, "requested"] }
$2 == "run" {
	runs[++nr_runs] = $1
	unit[$1] = value[nr, "unit"]
	kind[$1] = value[nr, "emulated"] == "true" ? "emulated" : "on a board"
	title[$1] = value[nr, "title"]
	source[$1] = value[nr, "source"]
}
$2 == "context" && (nr, "release") in value { release[$1] = value[nr, "release"] }
END {
	for (i = 1; i <= nr_runs; i++) {
		r = runs[i]
		heading(title[r] ", " kind[r] ": Linux " release[r] \
			(source[r] == "" ? "" : " (" source[r] ")"))
		draw_orders(r)
		draw_course(r)
		draw_sizes(r)
	}
	printf "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" " \
		"width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" " \
		"font-size=\"13\">\n<title>kmem_studio: what allocations cost</title>\n" \
		"<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n%s</svg>\n",
		legend_at + 160, top - 20, legend_at + 160, top - 20, body
}
