# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the runs that rows need: each once although several rows share it, as many at a time as
there are cores, kept in a folder under a name made from all that they depend on, so that a
gallery that was stopped goes on where it was."""
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from fokker.file import BadFile, Run
from .results import Results, Table
from .row import CONFIGS, FAILED, Outcome, lines_of, unexplained, verdict_of


class RunFailed(Exception):
    """One line that tells which run failed, and why."""


class Runs:
    """The runs of some rows in a folder."""

    def __init__(self, program, folder, quick, processes=None):
        self.program, self.folder, self.quick = str(program), Path(folder), quick
        self.processes = processes or os.cpu_count() or 1
        self.failures = {}
        try:
            self.digest = hashlib.sha256(Path(self.program).read_bytes()).hexdigest()
            done = subprocess.run([self.program, "--version"], capture_output=True, text=True)
        except OSError as error:
            raise RunFailed(f"{self.program}: {error.strerror}") from None
        self.version = (done.stdout.splitlines() or [self.program])[0]

    def _inputs(self, experiment):
        """Everything that a run's file depends on."""
        config = CONFIGS / f"{experiment.config}.yaml"
        text = config.read_text(encoding="utf-8")
        data = [(CONFIGS / name).read_text(encoding="utf-8")
                for name in re.findall(r"\bfile: *([\w.-]+\.csv)", text)]
        return "\0".join([self.digest, text, *data, experiment.command(self.quick)])

    def path(self, experiment):
        digest = hashlib.sha256(self._inputs(experiment).encode()).hexdigest()[:10]
        suffix = "h5" if experiment.verb == "run" else "txt"
        return self.folder / f"{experiment.config}-{digest}.{suffix}"

    def is_done(self, experiment):
        path = self.path(experiment)
        if path.suffix == ".txt":
            return path.exists()
        try:
            with Run(path) as run:
                return run.attribute("status") == "complete"
        except BadFile:
            return False

    def make(self, experiment):
        """Runs one experiment. Threads: one, since runs go side by side."""
        path = self.path(experiment)
        words = [experiment.verb, str(CONFIGS / f"{experiment.config}.yaml"), *experiment.arguments(self.quick)]
        if experiment.verb == "run":
            words += ["--force", "--threads", "1", "-o", str(path)]
        done = subprocess.run([self.program, *words], capture_output=True, text=True,
                              env={**os.environ, "OMP_NUM_THREADS": "1"})
        if done.returncode:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            raise RunFailed(f"{experiment.command(self.quick)}: exit status {done.returncode}: {last}")
        if path.suffix == ".txt":  # all of it or nothing
            path.with_suffix(".part").write_text(done.stdout, encoding="utf-8")
            path.with_suffix(".part").replace(path)

    def make_all(self, experiments, progress):
        """Runs what is not there yet; failures are kept for the rows that they concern."""
        self.folder.mkdir(parents=True, exist_ok=True)
        todo = {self.path(e): e for e in experiments if not self.is_done(e)}
        # The longest first, so that none is alone at the end.
        order = sorted(todo.values(), key=lambda e: e.walkers, reverse=True)
        progress.begin(len(order))
        with ThreadPoolExecutor(self.processes) as pool:
            started = {pool.submit(self.make, e): e for e in order}
            try:
                for future in as_completed(started):
                    experiment = started[future]
                    try:
                        future.result()
                    except RunFailed as error:
                        self.failures[self.path(experiment)] = str(error)
                    progress.step(experiment.config)
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        progress.end()

    def open(self, row):
        """{name: Results} of a row; RunFailed when one of its runs failed."""
        opened = {}
        for name, experiment in row.experiments.items():
            path = self.path(experiment)
            if path in self.failures:
                raise RunFailed(self.failures[path])
            try:
                opened[name] = Results(path, self.program) if path.suffix == ".h5" else Table(path)
            except BadFile as error:
                raise RunFailed(str(error)) from None
        return opened


class Progress:
    """A bar with the time that is left on a terminal, a line now and then elsewhere."""

    def __init__(self, stream=sys.stderr, quiet=False):
        self.stream, self.quiet, self.terminal = stream, quiet, stream.isatty()

    def begin(self, total):
        self.total, self.done, self.begun, self.said = total, 0, time.monotonic(), 0.0
        if total and not self.quiet:
            print(f"gallery: {total} runs", file=self.stream)

    def step(self, name):
        self.done += 1
        spent = time.monotonic() - self.begun
        left = spent / self.done * (self.total - self.done)
        text = f"{self.done}/{self.total} runs, {spent:.0f} s, {left:.0f} s left"
        if self.quiet:
            return
        if self.terminal:
            width = max(10, min(40, shutil.get_terminal_size().columns - 60))
            filled = width * self.done // self.total
            print(f"\r[{'#' * filled}{'.' * (width - filled)}] {text}  {name[:20]:20}", end="",
                  file=self.stream, flush=True)
        elif spent - self.said >= 10 or self.done == self.total:
            self.said = spent
            print(f"gallery: {text}", file=self.stream, flush=True)

    def end(self):
        if self.terminal and self.total and not self.quiet:
            print(file=self.stream)


def judge(row, runs, draw):
    """The outcome of one row; draw(row, opened runs): its picture, as bytes of a PNG file."""
    opened = {}
    try:
        opened = runs.open(row)
        lines = lines_of(row, opened)
        outcome = Outcome(row, verdict_of(lines, row.instead), lines, picture=draw(row, opened))
        if outcome.verdict == FAILED:
            bad = "; ".join(line.name for line in unexplained(lines))
            outcome.reason = f"no formula gives what was measured: {bad}"
        return outcome
    except RunFailed as error:
        return Outcome(row, FAILED, reason=str(error))
    except Exception as error:  # whatever it is, the other rows are wanted too
        return Outcome(row, FAILED, reason=f"{type(error).__name__}: {error}")
    finally:
        for run in opened.values():
            run.close()
