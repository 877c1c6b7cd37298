#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""
Change files of a saved copy at random, and have commands read them: none may crash, hang or
write what moves a cursor. The seed makes the rounds the same each time.

	fuzz.py PROGRAM COPY ROUNDS [SEED]
"""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

COMMANDS = (
    ["list"], ["list", "--json"], ["show", "{arena}"], ["show", "{arena}", "--json"],
    ["map", "--width", "70"], ["map", "{arena}", "--width", "30"], ["map", "--json"],
    ["map", "--csv"], ["page", "{arena}", "0"], ["report", "-o", "-"],
    ["probe"], ["show", "benches/{arena}"],
)

# What parsers stumble over.
WORDS = (b"", b"-1", b"0", b"18446744073709551615", b"9223372036854775808", b"0x", b"\x00",
         b"99999999999999999999999999", b"\t", b"\n", b"\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t\t",
         b"%s%n%d", b"\xff\xfe\xc0\x80", b"\x1b[2J", b"\xe2\x80\xae", b"A" * 5000, b"4294967296",
         b"corrupt", b"Node 0, zone", b"-9223372036854775808", b": ", b"<script>", b"\"", b",")

# Bytes of a terminal's commands, but for line feeds.
MOVES = re.compile(rb"[\x00-\x09\x0b-\x1f\x7f]")


def mutate(data, rng):
    """Return the data with some of it changed."""
    data = bytearray(data)
    for _ in range(rng.randint(1, 8)):
        at = rng.randint(0, len(data)) if data else 0
        kind = rng.randrange(6)
        if kind == 0 and data:
            data[at % len(data)] ^= 1 << rng.randrange(8)
        elif kind == 1:
            data[at:at] = rng.choice(WORDS)
        elif kind == 2:
            del data[at:at + rng.randint(1, 200)]
        elif kind == 3:
            numbers = list(re.finditer(rb"[0-9a-fx]+", bytes(data)))
            if numbers:
                hit = rng.choice(numbers)
                data[hit.start():hit.end()] = rng.choice(WORDS)
        elif kind == 4:
            data[at:at] = data[at:at + rng.randint(1, 300)] * rng.randint(1, 5)
        else:
            del data[at:]
    return bytes(data)


def files_of(root):
    """All files of a copy, in order."""
    found = []
    for folder, _, names in os.walk(root):
        found += [os.path.join(folder, name) for name in names]
    return sorted(found)


def run(program, root, words, arena):
    """Return what is wrong with what the program did, or None."""
    words = [w.format(arena=arena) for w in words]
    try:
        done = subprocess.run([program, "--root", root, *words], capture_output=True,
                              timeout=60, check=False)
    except subprocess.TimeoutExpired:
        return f"{words}: hangs"
    if done.returncode not in (0, 1, 2, 3, 4):
        return f"{words}: status {done.returncode}: {done.stderr[-2000:].decode(errors='replace')}"
    if MOVES.search(done.stdout.replace(b"\t", b" ")) or MOVES.search(done.stderr.replace(b"\t", b" ")):
        return f"{words}: prints control characters"
    return None


def main():
    """The command line."""
    program, copy, rounds = sys.argv[1], sys.argv[2], int(sys.argv[3])
    rng = random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)
    files = files_of(copy)
    arenas = sorted(os.listdir(os.path.join(copy, "sys/kernel/config/kmem_studio/arenas")))
    with tempfile.TemporaryDirectory() as scratch:
        root = os.path.join(scratch, "root")
        for i in range(rounds):
            shutil.rmtree(root, ignore_errors=True)
            shutil.copytree(copy, root)
            arena = rng.choice(arenas)
            # those that the chosen arena is read from get their share
            near = [f for f in files if f"/arenas/{arena}/" in f or "/proc/" in f or
                    "kernel.log" in f or "/results/" in f or "/answers/" in f]
            for _ in range(rng.randint(1, 6)):
                name = rng.choice(near)
                path = os.path.join(root, os.path.relpath(name, copy))
                with open(name, "rb") as f:
                    data = f.read()
                with open(path, "wb") as f:
                    f.write(mutate(data, rng))
            for words in rng.sample(COMMANDS, 4):
                wrong = run(program, root, words, arena)
                if wrong:
                    kept = tempfile.mkdtemp(prefix="kmem-studio-fuzz-")
                    shutil.copytree(root, os.path.join(kept, "root"))
                    print(f"# round {i}: {wrong}\n# the copy is in {kept}")
                    sys.exit(1)
    print(f"# {rounds} rounds")


main()
