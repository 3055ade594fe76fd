# SPDX-License-Identifier: GPL-3.0-or-later
"""make install puts there what it promises, what it put there works, and make uninstall takes it
away. In a build folder of its own, so that the binary under test stays as it is."""

import filecmp
import os
import pathlib
import shutil
import stat
import subprocess

import pytest
from conftest import BUILD, landscape

ROOT = landscape.ROOT
VARIANT = os.environ.get("SLUSE_VARIANT", BUILD.name)
FILES = {
    "usr/sbin/sluse": 0o755,
    "usr/share/man/man8/sluse.8": 0o644,
    "usr/share/man/man5/sluse.conf.5": 0o644,
    "usr/share/man/man5/sluse-apply.5": 0o644,
    "usr/lib/systemd/system/sluse.service": 0o644,
    "usr/lib/systemd/system/sluse-import.service": 0o644,
    "usr/lib/systemd/system/sluse-import.timer": 0o644,
    "usr/lib/sysusers.d/sluse.conf": 0o644,
    "usr/lib/tmpfiles.d/sluse.conf": 0o644,
    "etc/sluse/sluse.conf.example": 0o640,
}
DATA = ("wsdl", "policies")  # below usr/share/sluse


def make(where, *targets):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MAKE")}
    done = subprocess.run(
        ["make", "-s", f"B={where['build']}", f"VARIANT={VARIANT}", "PREFIX=/usr",
         f"DESTDIR={where['root']}", *targets],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def files_below(root):
    return {str(p.relative_to(root)) for p in pathlib.Path(root).rglob("*") if not p.is_dir()}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    where = {"build": f"build/install-{VARIANT}", "root": tmp_path_factory.mktemp("root")}
    copy = ROOT / where["build"]
    shutil.rmtree(copy, ignore_errors=True)
    # the objects as they are: only what knows its prefix is compiled again
    for part in ("src", "gateway", "gen"):
        shutil.copytree(BUILD / part, copy / part)
    for part in ("flags", "sources"):
        shutil.copy2(BUILD / part, copy / part)
    for rules in copy.rglob("*.d"):
        text, then = rules.read_text(), rules.stat()
        rules.write_text(text.replace(f"build/{VARIANT}/", where["build"] + "/"))
        os.utime(rules, ns=(then.st_atime_ns, then.st_mtime_ns))
    make(where, "install")
    yield where
    shutil.rmtree(copy)


def test_what_is_there(installed):
    root = installed["root"]
    data = {f"usr/share/sluse/{d}/{name}" for d in DATA for name in files_below(ROOT / d)}
    assert len(data) > 30
    assert files_below(root) == set(FILES) | data
    for name, mode in FILES.items():
        assert stat.S_IMODE((root / name).stat().st_mode) & mode == mode, name
        assert not (root / name).stat().st_mode & 0o002, name
    for d in DATA:
        compared = filecmp.dircmp(ROOT / d, root / "usr/share/sluse" / d)
        assert not compared.diff_files and not compared.left_only, d


def test_unit_and_examples_name_what_is_there(installed):
    unit = (installed["root"] / "usr/lib/systemd/system/sluse.service").read_text()
    assert "@" not in unit.replace("SystemCallFilter=@", "").replace("~@privileged @resources", "")
    assert "ExecStart=/usr/sbin/sluse --config /etc/sluse/sluse.conf serve" in unit
    assert "ExecPaths=/usr/sbin/sluse " in unit
    for page in ("man8/sluse.8", "man5/sluse.conf.5", "man5/sluse-apply.5"):
        assert (installed["root"] / "usr/share/man" / page).read_text().count(".Sh ") > 3


def run(installed, *arguments):
    return subprocess.run([installed["root"] / "usr/sbin/sluse", *map(str, arguments)],
                          capture_output=True, text=True, check=False)


def test_the_installed_program_runs(installed, land):
    done = run(installed, "--config", land.config, "check")
    assert done.returncode == 0 and done.stdout.endswith("configuration: ok\n"), done.stderr
    # the example is a configuration: what it lacks is only the keys that it names
    example = installed["root"] / "etc/sluse/sluse.conf.example"
    done = run(installed, "--config", example, "check", "--show")
    assert done.returncode == 0 and 'environment = "production"' in done.stdout, done.stderr


def test_it_looks_for_its_files_where_they_are(installed):
    program = (installed["root"] / "usr/sbin/sluse").read_bytes()
    assert b"/usr/share/sluse/wsdl" in program and b"/etc/sluse/sluse.conf" in program
    assert b"/usr/local/" not in program


def test_uninstall_leaves_the_configuration(installed, tmp_path):
    copy = {"build": installed["build"], "root": tmp_path / "root"}
    shutil.copytree(installed["root"], copy["root"])
    mine = copy["root"] / "etc/sluse/sluse.conf"
    mine.write_text("# mine\n")
    make(copy, "uninstall")
    assert files_below(copy["root"]) == {"etc/sluse/sluse.conf", "etc/sluse/sluse.conf.example"}
