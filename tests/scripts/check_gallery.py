#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_gallery.py FOKKER: the gallery's quick mode as a whole. Its verdicts are those that the
theory leads to; an error put into any formula turns its row red; a run that fails does so too.
"""
import contextlib
import io
import re
import subprocess
import sys
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

import numpy as np

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"
sys.path.insert(0, str(SCRIPTS))
sys.dont_write_bytecode = True
import gallery.__main__ as gallery  # noqa: E402
from gallery.engine import Runs  # noqa: E402
from gallery.page import digits, mathematics, with_error  # noqa: E402
from gallery.row import (  # noqa: E402
    BEYOND, CORRECTED, CRITERION, FAILED, LEADING, RIGHT, WRONG, Experiment, Line, Measured, Value, by_walkers, lines_of,
    verdict_of)

FOKKER = sys.argv.pop(1)

# What the theory says of each statement: by this the computed verdicts are tested.
EXPECTED = {
    "gibbs": RIGHT, "diffusion-flow": RIGHT, "two-temperatures": RIGHT, "forced-gibbs": RIGHT,
    "quadratic-factor": CORRECTED, "hessian-identity": WRONG, "uneven-noise": BEYOND,
    "batch-covariance": RIGHT, "batch-scaling": LEADING, "momentum-sum": WRONG, "momentum-temperature": LEADING,
    "momentum-velocity": RIGHT,
    "end-state": CORRECTED, "low-variance": CORRECTED, "drift": LEADING, "diffusion": RIGHT, "both-terms": CORRECTED,
    "wide-vs-narrow": CORRECTED, "metric": CORRECTED, "metric-plane": BEYOND, "wide-vs-narrow-limit": CORRECTED,
    "two-datapoints": WRONG, "two-datapoints-small": CORRECTED,
    "heat-capacity": RIGHT, "step-decay": LEADING, "diffusion-error": BEYOND,
    "proposition-1": CORRECTED, "finite-data": WRONG, "theorem-2": CORRECTED, "corollary-3": CORRECTED,
    "figure-5": RIGHT, "kappa-batch": CORRECTED, "theorem-4": CORRECTED, "finite-times": WRONG, "theorem-8": WRONG,
    "lemma-6": CORRECTED, "table-1": CORRECTED, "theorem-7": CORRECTED, "section-5-2": RIGHT,
}


def run_gallery(*arguments):
    """(exit status, what it said) of the command."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            status = gallery.main([*map(str, arguments), "--fokker", FOKKER])
        except SystemExit as stop:
            status = stop.code
    return status, out.getvalue()


def line(source, corrected, *values, series="", small=0.0):
    density, walkers = (list(values) + [None])[:2]
    return Line("q", source, corrected, Measured(density, walkers, series, small))


def spoil(prediction):
    """A number or law with an error."""
    return 1.5 * np.asarray(prediction) + 0.3


def spoilt(formula, name):
    """The formula with an error in one quantity."""
    return lambda runs: {key: spoil(value) if key == name else value for key, value in formula(runs).items()}


class Verdicts(unittest.TestCase):
    def test_follow_from_the_numbers(self):
        exact, noisy = Value(2.0, 0.01), by_walkers(2.01, 0.005)
        self.assertEqual(verdict_of([line(2.0, None, exact, noisy)]), RIGHT)
        self.assertEqual(verdict_of([line(2.03, None, exact)]), FAILED)
        self.assertEqual(verdict_of([line(2.03, 2.0, exact, noisy)]), CORRECTED)
        self.assertEqual(verdict_of([line(2.0, 2.03, exact)]), FAILED)
        self.assertEqual(verdict_of([line(2.005, None, exact, by_walkers(2.04, 0.005))]), FAILED)
        self.assertEqual(verdict_of([]), FAILED)

    def test_gross_errors_are_wrong(self):
        measured = Value(2.0, 0.01)
        for source in (20.0, 0.2, -2.0, 0.0, float("inf"), float("nan")):
            self.assertEqual(verdict_of([line(source, 2.0, measured)]), WRONG, source)
            self.assertEqual(verdict_of([line(source, 2.0, measured)], BEYOND), BEYOND, source)
        for source in (19.9, 0.201):
            self.assertEqual(verdict_of([line(source, 2.0, measured)]), CORRECTED, source)

    def test_leading_order_is_an_order(self):
        for order, expected in ((1.0, LEADING), (2.0, LEADING), (0.75, LEADING), (0.65, CORRECTED), (0.0, CORRECTED)):
            series = [line(1 + s**order, 1.0, Value(1.0, 1e-6), series="s", small=s)
                      for s in (0.08, 0.04, 0.02, 0.01)]
            self.assertEqual(verdict_of(series), expected, order)
            self.assertEqual(verdict_of(series[:2]), CORRECTED)  # two points show no order

    def test_laws_are_held_by_their_largest_distance(self):
        law = np.linspace(0, 1, 5)
        measured = Value(law, 0.02)
        self.assertEqual(verdict_of([line(law + [0, 0, 0.019, 0, 0], None, measured)]), RIGHT)
        self.assertEqual(verdict_of([line(law + [0, 0, 0.021, 0, 0], law, measured)]), CORRECTED)

    def test_the_manual_states_the_rule(self):
        manual = (SCRIPTS / "gallery" / "README.md").read_text(encoding="utf-8")
        self.assertIn("".join(f"| {words} | {verdict} |\n" for words, verdict in CRITERION), manual)

    def test_numbers_are_written_to_their_errors(self):
        self.assertEqual(with_error(0.025123, 0.00042), "0.02512 ± 0.00042")
        self.assertEqual(with_error(-117.3, 23.0), "−117 ± 23")
        self.assertEqual((digits(0.1), digits(float("nan"))), ("0.1", "infinite"))
        self.assertEqual(mathematics("x^{2} < σ_g"), "x<sup>2</sup> &lt; σ<sub>g</sub>")


class Gallery(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.scratch.name)
        cls.status, cls.said = run_gallery("--quick", "-q", "-o", cls.folder)
        cls.html = (cls.folder / "index.html").read_text(encoding="utf-8")

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_every_row_has_the_verdict_that_theory_leads_to(self):
        self.assertEqual(self.status, 0, self.said)
        verdicts = {text.split()[-1]: text[:22].strip() for text in self.said.splitlines()[:-1]}
        self.assertEqual(verdicts, EXPECTED)

    def test_page_is_whole_and_needs_nothing_else(self):
        sections = re.findall(r'<section id="([^"]+)"', self.html)
        self.assertEqual(sorted(sections), sorted(EXPECTED))
        self.assertEqual(self.html.count('src="data:image/png;base64,'), len(EXPECTED))
        self.assertEqual(re.findall(r'(?:src|href)="(?!data:|#)[^"]*"', self.html), [])
        self.assertEqual(set(re.findall(r'href="#([^"]+)"', self.html)), set(sections))
        self.assertLess(len(self.html), 6e6)
        summary = (self.folder / "README.md").read_text(encoding="utf-8")
        for name in EXPECTED:
            self.assertIn(f"(figures/{name}.png)", summary)
            self.assertTrue((self.folder / "figures" / f"{name}.png").stat().st_size > 5000)

    def test_an_error_in_any_formula_turns_its_row_red(self):
        runs = Runs(FOKKER, self.folder / "runs", True)
        for row in gallery.ROWS:
            opened = runs.open(row)
            lines = lines_of(row, opened)
            for run in opened.values():
                self.addCleanup(run.close)
            self.assertEqual(verdict_of(lines, row.instead), EXPECTED[row.name])
            for k, one in enumerate(lines):
                which = "source" if one.corrected is None else "corrected"
                wrong = replace(one, **{which: spoil(getattr(one, which))})
                self.assertEqual(verdict_of(lines[:k] + [wrong] + lines[k + 1:]), FAILED, f"{row.name}: {one.name}")

    def test_red_rows_make_the_status_one_and_the_rest_is_there(self):
        rows = gallery.ROWS
        good = next(row for row in rows if row.name == "diffusion")
        broken = Experiment("pure_diffusion", ("model.parameters.S=-",))
        inaccurate = Experiment("pure_diffusion", ("time.snapshots={at: [1]}", "accuracy.space=1e-15"))
        spoils = [replace(good, name="formula", source=spoilt(good.source, "standard deviation after 50 steps")),
                  replace(good, name="run", experiments={"spread": broken}),
                  replace(good, name="tolerance", experiments={"spread": inaccurate})]
        gallery.ROWS = [good, *spoils]
        try:
            with tempfile.TemporaryDirectory() as folder:
                (Path(folder) / "runs").symlink_to(self.folder / "runs")
                status, said = run_gallery("--quick", "-q", "-o", folder)
                html = (Path(folder) / "index.html").read_text(encoding="utf-8")
        finally:
            gallery.ROWS = rows
        self.assertEqual(status, 1, said)
        self.assertRegex(said, "source right +diffusion\nnot explained +formula: .*50 steps\nnot explained +run: .*exit status 2: "
                         "fokker: .*\nnot explained +tolerance: .*exit status 3: warning: the space error estimate")
        self.assertEqual(re.findall('id="([^"]*)" class=failed-row', html), ["formula", "run", "tolerance"])

    def test_runs_are_not_made_twice(self):
        before = {path: path.stat().st_mtime_ns for path in (self.folder / "runs").glob("*.h5")}
        status, said = run_gallery("--quick", "-q", "-o", self.folder, "--only", "gibbs", "drift")
        self.assertEqual((status, len(said.splitlines())), (0, 3), said)
        self.assertEqual({path: path.stat().st_mtime_ns for path in (self.folder / "runs").glob("*.h5")}, before)

    def test_the_command_runs_from_any_folder(self):
        done = subprocess.run([SCRIPTS / "gallery" / "run", "--list"], cwd=self.folder, capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual([text.split()[0] for text in done.stdout.splitlines()], list(EXPECTED))

    def test_command_line(self):
        status, said = run_gallery("--list")
        self.assertEqual((status, [text.split()[0] for text in said.splitlines()]), (0, list(EXPECTED)))
        status, said = run_gallery("--only", "no-such-row")
        self.assertEqual(status, 2)
        self.assertIn("no row 'no-such-row'; there are: gibbs", said)
        out = io.StringIO()
        with contextlib.redirect_stderr(out):
            self.assertEqual(gallery.main(["--fokker", "/nowhere/fokker", "-o", str(self.folder / "none")]), 2)
        self.assertEqual(out.getvalue(), "gallery: /nowhere/fokker: No such file or directory\n")


if __name__ == "__main__":
    unittest.main()
