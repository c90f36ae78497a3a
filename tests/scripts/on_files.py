# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of scripts/ share: small files with known contents (synthetic.py), what is drawn and written in a
figure, a script that is run or refused."""
import os
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
HERE = Path(__file__).resolve().parent
SCRIPTS = HERE.parents[1] / "scripts"
sys.path[:0] = [str(SCRIPTS), str(HERE)]
sys.dont_write_bytecode = True
import synthetic  # noqa: E402


def png_size(path):
    head = Path(path).read_bytes()[:24]
    assert head[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", head[16:24])


def drawn(figure, name):
    """Everything in the figure whose gid is name, or name and a snapshot: {snapshot: artist}."""
    found = {}
    for artist in figure.findobj(lambda a: a.get_gid() is not None):
        words = artist.get_gid().split()
        if words[0] == name:
            found[int(words[1]) if len(words) > 1 else None] = artist
    return found


def words_of(figure):
    """(words, box) of all that is written in a figure; a legend counts as a whole."""
    for legend in figure.findobj(matplotlib.legend.Legend):
        yield "legend", legend.get_window_extent().padded(-1)
    for axes in figure.axes:
        if not axes.axison:
            continue
        for text in (axes.title, axes._left_title, *axes.texts):
            yield text.get_text(), text.get_window_extent().padded(-0.5)
        for axis in (axes.xaxis, axes.yaxis):
            yield axis.label.get_text(), axis.label.get_window_extent().padded(-0.5)
            if axis.get_offset_text().get_visible():
                yield axis.get_offset_text().get_text(), axis.get_offset_text().get_window_extent()
            low, high = sorted(axis.get_view_interval())
            for tick in axis.get_major_ticks() + axis.get_minor_ticks():
                for label in (tick.label1, tick.label2):
                    if label.get_visible() and low <= tick.get_loc() <= high:
                        yield label.get_text(), label.get_window_extent().padded(-0.5)
    for text in figure.texts:
        yield text.get_text(), text.get_window_extent().padded(-0.5)


class OnFiles(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = Path(cls.scratch.name)
        cls.one, cls.two = cls.folder / "one.h5", cls.folder / "two.h5"
        synthetic.write_1d(cls.one)
        synthetic.write_2d(cls.two)
        cls.heavy, cls.narrow, cls.sweep = cls.folder / "heavy.h5", cls.folder / "narrow.h5", cls.folder / "a_sweep"
        synthetic.write_at_rest(cls.heavy, lambda x: 1 / (np.pi * (1 + x**2)))
        synthetic.write_at_rest(cls.narrow, lambda x: np.exp(-x**2 / 2) / np.sqrt(2 * np.pi))
        synthetic.write_sweep(cls.sweep, {"model.parameters.T": [1e-3, 1e-2, 1e-1, 1.0], "model.interpretation": ["ito", "stratonovich", "klimontovich"]}, failed=5)

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def run_script(self, name, *arguments, **environment):
        return subprocess.run([sys.executable, SCRIPTS / name, *map(str, arguments)], text=True,
                              capture_output=True, env={**os.environ, **environment}, timeout=3600)

    def refused(self, sentence, name, *arguments, **environment):
        """Exit 2, nothing on stdout, one line that holds the sentence on stderr."""
        done = self.run_script(name, *arguments, **environment)
        self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
        self.assertIn(sentence, done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
