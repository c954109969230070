#!/usr/bin/env python3
"""Plants each fault of faults.txt in a copy of the sources, builds it, runs the tests that should see
it, and says which survive. Ends with 1 where one does.

    python3 Tests/Mutants/plant.py [--list] [WORDS]

WORDS: only the faults whose line has all of them; each is a regular expression. The copy stays in .build/mutants, so that the next
run builds little.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
COPY = ROOT / ".build" / "mutants"
LIMIT = 900  # seconds for the tests of one fault; one that hangs is caught


def faults():
    """The faults of the list, each a dictionary."""
    found, entry = [], {}
    for line in (ROOT / "Tests/Mutants/faults.txt").read_text().splitlines() + [""]:
        match = re.match(r"(fault|file|tests|was|is): ?(.*)", line)
        if match and not (line.startswith("#")):
            entry[match[1]] = match[2]
        elif not line.strip() and entry:
            missing = {"fault", "file", "tests", "was", "is"} - entry.keys()
            if missing:
                sys.exit(f"{entry.get('fault', entry)}: without {', '.join(sorted(missing))}")
            found.append(entry)
            entry = {}
    return found


def copy_sources():
    """Brings the copy up to date; files that are as they were keep their times."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True,
        check=True, stdout=subprocess.PIPE).stdout.splitlines()
    for name in listed:
        source, target = ROOT / name, COPY / name
        if not source.is_file():
            continue
        data = source.read_bytes()
        if target.is_file() and target.read_bytes() == data:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    for folder in ("Sources", "Plugins", "Tests"):
        for path in (COPY / folder).rglob("*"):
            if path.is_file() and not (ROOT / path.relative_to(COPY)).exists():
                path.unlink()


def build():
    return subprocess.run(
        ["swift", "build", "--build-tests"], cwd=COPY, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT)


def passes(tests):
    """Whether the tests pass; a text where none was run."""
    command = ["swift", "test", "--skip-build", "--filter", tests]
    try:
        run = subprocess.run(
            command, cwd=COPY, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return False
    count = re.search(r"Test run with (\d+) tests?", run.stdout)
    if run.returncode == 0 and (count is None or int(count[1]) == 0):
        return f"no test is called {tests}"
    return run.returncode == 0


def main():
    words = [word for word in sys.argv[1:] if word != "--list"]
    chosen = [f for f in faults() if all(re.search(word, f["fault"]) for word in words)]
    if "--list" in sys.argv:
        print("\n".join(f["fault"] for f in chosen))
        return
    if not shutil.which("swift"):
        sys.exit("there is no swift on the PATH")
    copy_sources()
    begin = time.time()
    plain = build()
    if plain.returncode != 0:
        sys.exit("the sources do not build as they are:\n" + plain.stdout[-2000:])
    if passes("|".join(sorted({f["tests"] for f in chosen}))) is not True:
        sys.exit("the tests do not pass as they are")
    survivors, broken = [], []
    for fault in chosen:
        path = COPY / fault["file"]
        text = path.read_text()
        if text.count(fault["was"]) != 1:
            broken.append(fault["fault"])
            print(f"not planted  {fault['fault']}: found {text.count(fault['was'])} times", flush=True)
            continue
        path.write_text(text.replace(fault["was"], fault["is"]))
        try:
            built = build()
            if built.returncode != 0:
                errors = re.findall(r"error: .*", built.stdout)
                broken.append(fault["fault"])
                print(f"not built    {fault['fault']}: {errors[:1]}", flush=True)
                continue
            outcome = passes(fault["tests"])
            if outcome is False:
                print(f"caught       {fault['fault']}", flush=True)
            else:
                survivors.append(fault["fault"])
                why = "" if outcome is True else f": {outcome}"
                print(f"SURVIVES     {fault['fault']}{why}", flush=True)
        finally:
            path.write_text(text)
    minutes = (time.time() - begin) / 60
    caught = len(chosen) - len(survivors) - len(broken)
    print(f"{caught} of {len(chosen)} faults caught, {len(survivors)} survive, "
          f"{len(broken)} could not be planted; {minutes:.0f} min")
    sys.exit(1 if survivors or broken else 0)


main()
