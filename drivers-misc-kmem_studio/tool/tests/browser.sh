#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Open pages in headless Chromium at three widths, on white and on black: nothing overflows,
# nor scrolls in a box, no text is smaller than 12 px or hard to tell from what is behind it,
# no message on the console, no request to the network. Screenshots and a PDF are kept.
#
#	tests/browser.sh OUTPUT PAGE...
#	tests/browser.sh --selfcheck OUTPUT PAGE
#
# The second form plants each of these faults in a page, and sees it found.
set -u

widths=(400 800 1600)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Measures a copy of the page, which itself needs no script: prints how many pixels too wide
# it is, the size of the smallest text, and what is cut off.
measure='<script>
addEventListener("load", function () {
	let smallest = 999, wide = [];
	const part = c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
	const light = c => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) =>
		sum + weight * part(c.match(/[\d.]+/g)[i]), 0.05);
	const behind = function (e) {
		while (e && /^rgba.* 0\)$/.test(getComputedStyle(e).backgroundColor))
			e = e.parentElement;
		return e ? getComputedStyle(e).backgroundColor : "rgb(255, 255, 255)";
	};
	for (const e of document.querySelectorAll("details"))
		e.open = true;
	for (const e of document.querySelectorAll("body *")) {
		const own = [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim());
		if (!e.checkVisibility())
			continue;
		if (own && !e.closest("script,style,title"))
			smallest = Math.min(smallest, parseFloat(getComputedStyle(e).fontSize));
		if (own && !e.closest("svg,script,style,title")) {
			const a = light(getComputedStyle(e).color), b = light(behind(e));

			if (Math.max(a, b) / Math.min(a, b) < 4.5)
				wide.push("pale:" + e.tagName);
		}
		if (!e.closest("svg svg, svg *") &&
		    e.getBoundingClientRect().right > innerWidth + 1)
			wide.push(e.tagName);
		if (e.matches("svg text") && e.getBoundingClientRect().right >
		    e.closest("svg").getBoundingClientRect().right + 1)
			wide.push("text:" + e.textContent.replaceAll(/\W+/g, "_"));
		if (e.matches("table") && e.getBoundingClientRect().right >
		    e.parentElement.getBoundingClientRect().right + 1)
			wide.push("margin:" + e.tagName);
		// what can be scrolled to is cut off on paper
		if (!e.closest("svg") && e.clientWidth && e.scrollWidth > e.clientWidth + 1)
			wide.push("box:" + e.tagName + "." + e.className + "+" +
				  (e.scrollWidth - e.clientWidth));
	}
	parent.postMessage([innerWidth, document.documentElement.scrollWidth - innerWidth,
			    smallest, ...wide].join(" "), "*");
});
</script>'

# A window is at least 500 px wide; a frame in it has any width. What is measured in it goes
# to an attribute out here.
frame()
{
	cat <<-END
	<!DOCTYPE html><html style="color-scheme:light dark"><body style="margin:0"><script>
	addEventListener("message", e =>
		document.documentElement.setAttribute("data-measured", e.data));
	</script><iframe src="page.html" style="width:$1px;height:4000px;border:0"></iframe>
	END
}

# browse WIDTH PAGE OPTION...: what Chromium says goes to $scratch/said, its network log to
# $scratch/net.
browse()
{
	local width=$1 page=$2

	shift 2
	rm -rf "$scratch/net" "$scratch/profile"
	timeout -k 5 120 chromium --headless=new --no-sandbox --disable-gpu --hide-scrollbars \
		--disable-background-networking --no-first-run --disable-component-update \
		--disable-sync --enable-logging=stderr --virtual-time-budget=2000 \
		--window-size="$width,4000" --log-net-log="$scratch/net" \
		--user-data-dir="$scratch/profile" "$@" "file://$(readlink -f "$page")" \
		2>"$scratch/said"
}

# Hosts that were asked for something, but for those of the browser itself, which wants to be
# up to date. Fonts and scripts for pages have hosts of their own.
hosts_asked()
{
	grep -oE '"url":"(https?|wss?)://[^/:"]+' "$scratch/net" | sed 's,.*//,,' | sort -u |
		awk '/^(fonts|ajax)\./ || !/(google|gstatic|googleapis|gvt1|chromium)\.(com|org)$/'
}

# before TAG TEXT PAGE: the page with the text before that tag
before()
{
	tag=$1 text=$2 awk '
		{
			at = index($0, ENVIRON["tag"])
			if (at)
				$0 = substr($0, 1, at - 1) ENVIRON["text"] substr($0, at)
			print
		}' "$3"
}

# colours light|dark: what the browser is told that its user likes
colours()
{
	echo "--blink-settings=preferredColorScheme=$([ "$1" = dark ] && echo 0 || echo 1)"
}

# faults_of PAGE WIDTH [light|dark]: a line for each thing that is wrong
faults_of()
{
	local measured width overflow smallest wide

	before '</body>' "$measure" "$1" >"$scratch/page.html"
	frame "$2" >"$scratch/frame.html"
	measured=$(browse "$2" "$scratch/frame.html" "$(colours "${3-light}")" --dump-dom |
		sed -n 's/.*data-measured="\([^"]*\)".*/\1/p' | head -n 1)
	if [ -z "$measured" ]; then
		echo "the page was not measured: $(tail -n 1 "$scratch/said")"
		return
	fi
	read -r width overflow smallest wide <<<"$measured"
	[ "$width" = "$2" ] || echo "it was measured at $width px"
	[ "$overflow" -le 0 ] || echo "it is $overflow px too wide"
	[ -z "$wide" ] || echo "these are cut off, or too pale: $wide"
	[ "${smallest%%.*}" -ge 12 ] || echo "some text is $smallest px"
	grep CONSOLE "$scratch/said" | sed 's/.*CONSOLE/console/'
	hosts_asked | sed 's/^/asked /'
}

# keep OUTPUT PAGE: screenshots and a PDF of the page as it is, for people to look at
keep()
{
	local name=${2##*/} width pages shot

	name=$1/${name%.html}
	for width in "${widths[@]}" dark; do
		shot=$name-$width.png
		if [ "$width" = dark ]; then
			browse 800 "$2" "$(colours dark)" --screenshot="$shot"
		else
			browse "$width" "$2" "$(colours light)" --screenshot="$shot"
		fi >"$scratch/out"
		[ -s "$shot" ] || echo "no screenshot: $(tail -n 1 "$scratch/said")"
	done
	browse 800 "$2" --print-to-pdf="$name.pdf" --no-pdf-header-footer >"$scratch/out"
	pages=$(grep -aoE '/Type */Page\b' "$name.pdf" | wc -l)
	[ "$pages" -gt 0 ] && [ "$pages" -lt 30 ] || echo "it prints on $pages pages"
}

check()
{
	local output=$1 page width

	shift
	for page; do
		for width in "${widths[@]}"; do
			faults_of "$page" "$width" | sed "s,^,# ${page##*/} at $width px: ,"
		done
		faults_of "$page" 800 dark | sed "s,^,# ${page##*/} on black: ,"
		keep "$output" "$page" | sed "s,^,# ${page##*/}: ,"
	done >"$scratch/faults"
	cat "$scratch/faults"
	[ ! -s "$scratch/faults" ]
}

# planted WORDS FAULT PAGE [light|dark]: the fault is found in these words
planted()
{
	before '</main>' "$2" "$3" >"$output/planted.html"
	faults_of "$output/planted.html" 800 "${4-light}" >"$scratch/found"
	grep -qe "$1" "$scratch/found" && return
	echo "# planted: $2; found only: $(cat "$scratch/found")"
	status=1
}

if [ "${1-}" = --selfcheck ]; then
	output=$2 status=0
	planted 'too wide' '<div style="width:3000px">wide</div>' "$3"
	planted 'some text is 9 px' '<p style="font-size:9px">small</p>' "$3"
	planted 'console.*planted' '<script>console.error("planted")</script>' "$3"
	planted 'box:DIV.planted' '<div class="planted" style="overflow-x:auto"><div
		style="width:900px">scrolls</div></div>' "$3"
	planted 'margin:TABLE' \
		'<div><table style="width:102%"><tr><td>wide</td></tr></table></div>' "$3"
	planted 'pale:P' '<p style="color:#222">dark on black</p>' "$3" dark
	planted 'text:planted' \
		'<svg width="20" height="20"><text y="15">planted</text></svg>' "$3"
	planted 'asked fonts.googleapis.com' \
		'<style>@import "https://fonts.googleapis.com/css?family=planted";</style>' "$3"
	planted 'asked planted.invalid' '<img src="http://planted.invalid/a.png">' "$3"
	exit $status
fi
check "$@"
