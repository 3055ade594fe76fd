# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lints share: which files there are, C with comments and strings blanked, the verdict.

A lint prints file:line and a reason for each finding, and fails if it looked at nothing while
there is source to look at.
"""
import glob
import os
import re
import subprocess
import sys

# lint_lints points the other lints at a tree of its own
ROOT = os.environ.get("SLUSE_LINT_ROOT") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TABLES = os.path.dirname(os.path.abspath(__file__))
os.chdir(ROOT)
_found = 0


def files(*patterns):
    return sorted(p for pattern in patterns for p in glob.glob(pattern, recursive=True)
                  if os.path.isfile(p))


def c_files():
    return files("src/*/*.[ch]", "src/*/*.def", "gateway/*.[ch]")


def tracked():
    """What git knows and what it would add; without git (a release archive) all but build/."""
    try:
        out = subprocess.run(["git", "ls-files", "-z", "-co", "--exclude-standard"],
                             capture_output=True, check=True).stdout
        return sorted({p for p in out.decode().split("\0") if p and os.path.isfile(p)})
    except (OSError, subprocess.CalledProcessError):
        return [p for p in files("*", ".*", "*/**", ".ci/**") if not p.startswith(("build/", "var/"))]


def read(path):
    with open(path, encoding="utf-8", errors="replace") as f:
        return f.read()


_TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def blank(text, keep_strings=False):
    """C without comments (and strings), every line still where it was."""
    def sub(m):
        t = m.group(0)
        if t[0] in "\"'":
            return t if keep_strings else t[0] + " " * (len(t) - 2) + t[0]
        return re.sub(r"[^\n]", " ", t)
    return _TOKEN.sub(sub, text)


def table(name):
    """Rows of a .tbl: fields split at ':', '#' starts a remark."""
    for n, line in enumerate(read(os.path.join(TABLES, name)).split("\n"), 1):
        line = re.sub(r"(^|\s)#.*", "", line).rstrip()
        if line.strip():
            yield n, line


def found(path, line, text):
    global _found
    _found += 1
    print(f"{path}:{line}: {text}")


def finish(looked_at, what="files"):
    name = os.path.basename(sys.argv[0])
    if looked_at == 0 and files("src/*/*.c"):
        print(f"{name}: looked at nothing")
        sys.exit(1)
    if _found:
        print(f"{name}: {_found} finding(s) in {looked_at} {what}")
    sys.exit(1 if _found else 0)
