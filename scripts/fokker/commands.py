# SPDX-License-Identifier: GPL-3.0-or-later
"""fokker plot, fokker animate and fokker report (also scripts/plot, scripts/animate, scripts/report): their arguments, and what they write."""
import argparse
import logging
import os
import re
import shutil
import sys
import warnings
from pathlib import Path

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # a cache that it cannot keep is no concern of a user's
import matplotlib  # noqa: E402

from .file import BadFile, Run, View  # noqa: E402

SUFFIXES = (".png", ".pdf", ".svg")
FILM_SUFFIXES = (".mp4", ".gif")

PLOT = """Draws an output file of fokker, or the table of a sweep.

  fokker plot run.h5                       the overview, as run.png
  fokker plot run.h5 -o run.pdf            the same as PDF
  fokker plot run.h5 --kind current        one figure; --kind all: every one the file allows
  fokker plot run.h5 --kind density --at 100 --log --xlim -1 1
  fokker plot sweep_folder --column mass_in_narrow
  fokker plot run.h5 --show                in a window instead of a file

The axes show 99.9 % of the mass of every snapshot, unless --xlim and --ylim say what.
"""

ANIMATE = """Makes a film of an output file of fokker.

  fokker animate run.h5                    the density over time, as run.mp4 (needs ffmpeg)
  fokker animate run.h5 -o run.gif         as a GIF (needs nothing more)
  fokker animate run.h5 --frames 100 --fps 10
"""

REPORT = """Writes an output file of fokker as one HTML page, which needs no network.

  fokker report run.h5                     as run.html
  fokker report run.h5 -o page.html --log
"""


def parser_of(name, text):
    parser = argparse.ArgumentParser(prog=f"fokker {name}", description=text, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--xlim", nargs=2, type=float, metavar=("LOW", "HIGH"),
                        help="of the first variable (default: where 99.9 %% of the mass is)")
    parser.add_argument("--ylim", nargs=2, type=float, metavar=("LOW", "HIGH"),
                        help="of the second variable; with one variable, of the density")
    parser.add_argument("--log", action="store_true", help="densities on a logarithmic scale")
    parser.add_argument("--symlog", action="store_true", help="the same, and linear about zero: signs are kept")
    return parser


def view_of(options):
    for name in ("xlim", "ylim"):
        ends = getattr(options, name)
        if ends and not ends[0] < ends[1]:
            raise BadFile(f"--{name} {ends[0]:g} {ends[1]:g}: the first must be below the second")
    if options.log and options.symlog:
        raise BadFile("--log and --symlog exclude each other")
    scale = "log" if options.log else "symlog" if options.symlog else None
    return View(options.xlim and tuple(options.xlim), options.ylim and tuple(options.ylim), scale, tuple(getattr(options, "at", ())))


def tell(name):
    """Prints a file's name, at once. Where nobody takes it the OSError says so; Python would try again when it ends."""
    try:
        print(name, flush=True)
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise OSError(error.errno, error.strerror, "cannot write to the standard output") from None


# --- fokker plot --------------------------------------------------------------------------


def plot_options(argv):
    parser = parser_of("plot", PLOT)
    parser.add_argument("file", help="output file (.h5), or the folder of a sweep")
    parser.add_argument("-o", "--output", help="picture to write: " + ", ".join(SUFFIXES)
                        + " (default: the file's name with .png)")
    parser.add_argument("--kind", default="overview",
                        help="overview, density, spacetime, tails, current, marginals, moments, "
                        "regions, diagnostics, law, montecarlo, escape, modes or all (default: "
                        "overview)")
    parser.add_argument("--at", action="append", type=float, default=[], metavar="TIME",
                        help="the snapshot nearest to this time alone (repeatable)")
    parser.add_argument("--column", action="append", default=[], metavar="NAME",
                        help="of a sweep: a column of its table (repeatable; default: those that say most)")
    parser.add_argument("--show", action="store_true", help="open a window")
    options = parser.parse_args(argv)
    if options.output and Path(options.output).suffix not in SUFFIXES:
        raise BadFile(f"{options.output}: a picture ends in {', '.join(SUFFIXES)}")
    if options.show and not has_display():
        raise BadFile("no display to open a window on; leave --show out to write a file")
    return options


def has_display():
    return any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def chosen_kinds(run, kind):
    from .figures import figures_of
    allowed = figures_of(run)
    if kind == "all":
        return allowed
    if kind not in allowed:
        raise BadFile(f"{run.path}: cannot draw '{kind}'; this file allows: all, "
                      + ", ".join(allowed))
    return [kind]


def figures_of_file(options):
    """{name: figure} of an output file or a sweep."""
    from .tables import Sweep, draw_sweep, is_sweep
    view = view_of(options)
    if is_sweep(options.file) or Path(options.file).is_dir():
        if options.at or options.kind != "overview":
            raise BadFile(f"{options.file}: a sweep has columns (--column), no --at and no --kind")
        with Sweep(options.file) as sweep:
            return {"sweep": draw_sweep(sweep, options.column, view)}
    if options.column:
        raise BadFile(f"{options.file}: --column belongs to the table of a sweep")
    from .figures import draw
    with Run(options.file) as run:
        return {kind: draw(run, kind, view) for kind in chosen_kinds(run, options.kind)}


def default_picture(file):
    path = Path(file)
    return path / "sweep.png" if path.is_dir() else path.with_suffix(".png")


def save(figures, output):
    """One file a figure; a PDF holds them all as pages. Returns the files' names."""
    output = Path(output)
    if output.suffix == ".pdf":
        from matplotlib.backends.backend_pdf import PdfPages
        with PdfPages(output) as pages:
            for figure in figures.values():
                pages.savefig(figure)
        return [output]
    written = []
    for kind, figure in figures.items():
        name = output if len(figures) == 1 else output.with_stem(f"{output.stem}-{kind}")
        figure.savefig(name, dpi=200)
        written.append(name)
    return written


def plot(argv):
    options = plot_options(argv)
    if not options.show:
        matplotlib.use("Agg")
    figures = figures_of_file(options)
    if options.show:
        from matplotlib import pyplot
        pyplot.show()
        return
    for name in save(figures, options.output or default_picture(options.file)):
        tell(name)


# --- fokker animate -----------------------------------------------------------------------


def animate_options(argv):
    parser = parser_of("animate", ANIMATE)
    parser.add_argument("file", help="output file of fokker (.h5)")
    parser.add_argument("-o", "--output", help="film to write, .mp4 or .gif "
                        "(default: the file's name with .mp4)")
    parser.add_argument("--frames", type=int, default=200, help="at most so many (default 200)")
    parser.add_argument("--fps", type=int, default=20, help="frames a second (default 20)")
    options = parser.parse_args(argv)
    options.output = Path(options.output or Path(options.file).with_suffix(".mp4"))
    if options.output.suffix not in FILM_SUFFIXES:
        raise BadFile(f"{options.output}: a film ends in .mp4 or .gif")
    if options.frames < 1 or options.fps < 1:
        raise BadFile("--frames and --fps must be at least 1")
    if options.output.suffix == ".mp4" and not shutil.which("ffmpeg"):
        raise BadFile("an .mp4 needs ffmpeg (scripts/setup animate); -o FILE.gif does not")
    return options


def animate(argv):
    options = animate_options(argv)
    matplotlib.use("Agg")
    from .films import film
    from .tables import refuse_sweep
    refuse_sweep(options.file, "film")
    with Run(options.file) as run:
        film(run, options.output, options.frames, options.fps, view_of(options))
    tell(options.output)


# --- fokker report ------------------------------------------------------------------------


def report(argv):
    from .pages import write_page
    parser = parser_of("report", REPORT)
    parser.add_argument("file", help="output file of fokker (.h5)")
    parser.add_argument("-o", "--output", help="page to write, .html (default: the file's name with .html)")
    options = parser.parse_args(argv)
    tell(write_page(options.file, options.output, view_of(options)))


COMMANDS = {"plot": plot, "animate": animate, "report": report}


def note(name, message, missing):
    """A line of what a library warns of; letters that no font has are collected, each once."""
    glyph = re.match(r"Glyph (\d+) ", message)
    letter = chr(int(glyph[1])) if glyph else ""
    if not glyph:
        print(f"fokker {name}: note: {message}", file=sys.stderr)
    elif letter not in missing:
        missing.append(letter)


def main(name, argv=None):
    """Runs a command; returns its exit status: 0 done, 1 the system refused, 2 a mistake of the user."""
    missing = []
    warnings.showwarning = lambda message, *where: note(name, str(message), missing)
    try:
        COMMANDS[name](sys.argv[1:] if argv is None else argv)
        if missing:
            print(f"fokker {name}: note: no font that matplotlib knows has {' '.join(missing)}; for Chinese, Japanese and Korean install Debian's "
                  f"fonts-noto-cjk, then delete {matplotlib.get_cachedir()}/fontlist*.json", file=sys.stderr)
        return 0
    except BadFile as error:
        print(f"fokker {name}: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"fokker {name}: {f'{error.filename}: ' if error.filename else ''}{error.strerror or error}", file=sys.stderr)
        return 1
