#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
Open pages in headless Chromium at three widths: nothing overflows, no text is smaller than
12 px, no message on the console, no request to the network. Screenshots and a PDF are kept.

	browser.py OUTPUT PAGE...
	browser.py --selfcheck OUTPUT PAGE

The second form plants each of these faults in a page, and sees it found.
"""
import json
import os
import re
import subprocess
import sys
import tempfile

WIDTHS = (400, 800, 1600)

# Measured by a script in a copy of the page, which itself needs none.
MEASURE = """
<script>
addEventListener("load", function () {
	let smallest = 999, wide = [];
	for (const e of document.querySelectorAll("details"))
		e.open = true;
	for (const e of document.querySelectorAll("body *")) {
		const shown = e.checkVisibility && e.checkVisibility();
		const own = [...e.childNodes].some(n => n.nodeType == 3 && n.data.trim());
		if (shown && own && !e.closest("script,style,title"))
			smallest = Math.min(smallest, parseFloat(getComputedStyle(e).fontSize));
		if (shown && e.matches("svg,figure,p,h1,h2,h3,.answer,.write") &&
		    e.getBoundingClientRect().right > innerWidth + 1)
			wide.push(e.tagName);
	}
	document.documentElement.setAttribute("data-measured", JSON.stringify({
		overflow: document.documentElement.scrollWidth - innerWidth,
		smallest: smallest, wide: wide }));
});
</script>
"""

# Of the browser itself, which wants to be up to date.
OWN = re.compile(r"(google|gstatic|googleapis|gvt1|chromium)\.(com|org)$")


def browse(args, page, width, log):
    """Return what Chromium printed."""
    command = ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu",
               "--hide-scrollbars", "--disable-background-networking", "--no-first-run",
               "--disable-component-update", "--disable-sync", "--enable-logging=stderr",
               f"--window-size={width},4000", "--virtual-time-budget=2000",
               f"--log-net-log={log}", f"--user-data-dir={log}.profile",
               *args, "file://" + os.path.abspath(page)]
    return subprocess.run(command, capture_output=True, timeout=120, check=False, text=True)


def requests_in(log):
    """Hosts that were asked for something."""
    with open(log, encoding="utf-8", errors="replace") as f:
        text = f.read()
    hosts = re.findall(r'"url":"(?:https?|wss?)://([^/:"]+)', text)
    return sorted({h for h in hosts if not OWN.search(h)})


def faults_of(page, width, scratch):
    """What is wrong with a page at that width."""
    copy = os.path.join(scratch, f"page{width}.html")
    log = os.path.join(scratch, f"page{width}.net")
    with open(page, encoding="utf-8") as f:
        text = f.read()
    with open(copy, "w", encoding="utf-8") as f:
        f.write(text.replace("</body>", MEASURE + "</body>"))
    done = browse(["--dump-dom"], copy, width, log)
    found = re.search(r'data-measured="([^"]*)"', done.stdout)
    if not found:
        return ["the page was not measured: " + done.stderr[-300:]]
    measured = json.loads(found.group(1).replace("&quot;", '"'))
    faults = []
    if measured["overflow"] > 0:
        faults.append(f"it is {measured['overflow']} px too wide")
    if measured["wide"]:
        faults.append(f"these are cut off: {measured['wide'][:5]}")
    if measured["smallest"] < 12:
        faults.append(f"some text is {measured['smallest']} px")
    for line in done.stderr.splitlines():
        if "CONSOLE" in line:
            faults.append("console: " + line[-200:])
    faults += [f"asked {host}" for host in requests_in(log)]
    return faults


def keep(page, output, name, scratch):
    """Screenshots and a PDF of the page as it is, for people to look at."""
    log = os.path.join(scratch, "kept.net")
    for width in WIDTHS:
        browse([f"--screenshot={output}/{name}-{width}.png"], page, width, log)
    browse([f"--print-to-pdf={output}/{name}.pdf", "--no-pdf-header-footer"], page, 800, log)
    with open(f"{output}/{name}.pdf", "rb") as f:
        pages = len(re.findall(rb"/Type\s*/Page\b", f.read()))
    return [] if 0 < pages < 30 else [f"it prints on {pages} pages"]


def check(output, page):
    """Return: was nothing found?"""
    name = os.path.splitext(os.path.basename(page))[0]
    faults = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        for width in WIDTHS:
            faults += [f"{page} at {width} px: {f}" for f in faults_of(page, width, scratch)]
        faults += [f"{page}: {f}" for f in keep(page, output, name, scratch)]
    for fault in faults:
        print("#", fault)
    return not faults


PLANTED = {
    "too wide": '<div style="width:3000px">wide</div>',
    "px": '<p style="font-size:9px">small</p>',
    "console": "<script>console.error('planted')</script>",
    "asked": '<img src="http://planted.invalid/a.png">',
}


def selfcheck(output, page):
    """Return: was each planted fault found?"""
    with open(page, encoding="utf-8") as f:
        text = f.read()
    good = True
    for i, (word, fault) in enumerate(PLANTED.items()):
        planted = os.path.join(output, f"planted{i}.html")
        with open(planted, "w", encoding="utf-8") as f:
            f.write(text.replace("</main>", fault + "</main>"))
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
            found = faults_of(planted, 800, scratch)
        if not any(word in f for f in found):
            print(f"# planted: {fault}; found only {found}")
            good = False
    return good


def main():
    """The command line."""
    args = sys.argv[1:]
    if args and args[0] == "--selfcheck":
        sys.exit(0 if selfcheck(args[1], args[2]) else 1)
    sys.exit(0 if all([check(args[0], page) for page in args[1:]]) else 1)


main()
