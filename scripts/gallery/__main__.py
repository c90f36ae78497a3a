# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs every experiment of the sources and says of every statement whether it holds.

  scripts/gallery/run                      all rows into gallery/index.html and gallery/README.md
  scripts/gallery/run --quick              a tenth of the walkers, a few minutes
  scripts/gallery/run --only gibbs drift   these rows; scripts/gallery/run --list names them

Runs are kept in gallery/runs: a gallery that was stopped goes on where it was. Exit status 1
when a row fails, that is when no formula gives what was measured, or a run did not succeed.
"""
import argparse
import sys
import time
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
SCRIPTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SCRIPTS))
from gallery.drawing import picture  # noqa: E402
from gallery.engine import Progress, RunFailed, Runs, judge  # noqa: E402
from gallery.page import page, summary  # noqa: E402
from gallery.row import FAILED  # noqa: E402
from gallery.rows import ROWS  # noqa: E402


def arguments(argv):
    parser = argparse.ArgumentParser(prog="gallery", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--output", default="gallery", help="folder to write (default gallery)")
    parser.add_argument("--quick", action="store_true", help="a tenth of the walkers")
    parser.add_argument("--only", nargs="+", metavar="ROW", help="only these rows")
    parser.add_argument("--list", action="store_true", help="list the rows")
    parser.add_argument("--fokker", default=SCRIPTS.parent / "build/solver/cli/fokker", metavar="PATH",
                        help="the program (default build/solver/cli/fokker of this tree)")
    parser.add_argument("-q", "--quiet", action="store_true", help="no progress")
    options = parser.parse_args(argv)
    known = {row.name: row for row in ROWS}
    unknown = [name for name in options.only or () if name not in known]
    if unknown:
        parser.error(f"no row '{unknown[0]}'; there are: {' '.join(known)}")
    options.rows = [known[name] for name in options.only] if options.only else list(ROWS)
    return options


def write(folder, outcomes, version, quick, seconds):
    """index.html, README.md and figures/ROW.png."""
    (folder / "figures").mkdir(parents=True, exist_ok=True)
    for outcome in outcomes:
        if outcome.picture:
            (folder / "figures" / f"{outcome.row.name}.png").write_bytes(outcome.picture)
    (folder / "index.html").write_text(page(outcomes, version, quick, seconds), encoding="utf-8")
    (folder / "README.md").write_text(summary(outcomes, version, quick), encoding="utf-8")


def gallery(options):
    """All of it; returns the exit status."""
    begun, folder = time.monotonic(), Path(options.output)
    runs = Runs(options.fokker, folder / "runs", options.quick)
    experiments = dict.fromkeys(e for row in options.rows for e in row.experiments.values())
    runs.make_all(experiments, Progress(quiet=options.quiet))
    outcomes = []
    for row in options.rows:
        outcomes.append(judge(row, runs, picture))
        print(f"{outcomes[-1].verdict:22} {row.name}" + (f": {outcomes[-1].reason}" if outcomes[-1].reason else ""), flush=True)
    write(folder, outcomes, runs.version, options.quick, time.monotonic() - begun)
    print(folder / "index.html")
    return int(any(outcome.verdict == FAILED for outcome in outcomes))


def main(argv=None):
    options = arguments(argv)
    if options.list:
        for row in options.rows:
            print(f"{row.name:22} {row.title}")
        return 0
    try:
        return gallery(options)
    except (RunFailed, OSError) as error:
        print(f"gallery: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\ngallery: stopped; the runs so far are kept", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
