#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scripts draw what is in the file: on small files with known contents (synthetic.py), the
curves and images in the figures are compared with the file's arrays, and the pictures and films
on disk with what was asked for.
"""
import shutil
import subprocess
import sys
import unittest

import h5py
import matplotlib
import numpy as np
from on_files import SCRIPTS, OnFiles, drawn, png_size  # first: it tells where the package is
from fokker import commands, figures, panels
from fokker.file import BadFile, Run, with_uncertainty


class Scripts(OnFiles):
    # --- The reader ---

    def test_rows_past_the_last_time_are_not_shown(self):
        cut = self.folder / "cut.h5"
        shutil.copy(self.one, cut)
        with h5py.File(cut, "a") as file:
            file["time"].resize(17, axis=0)
        with Run(cut) as run:
            self.assertEqual((run.rows, len(run.series("mass")), len(run.all_rows("density"))),
                             (17, 17, 17))
            with h5py.File(self.one) as file:
                np.testing.assert_array_equal(run.density(-1), file["density"][16])

    def test_regions_walkers_and_labels_are_found(self):
        with Run(self.one) as run:
            self.assertEqual(set(run.regions()), {"narrow", "wide"})
            self.assertEqual(set(run.regions("mc_")), {"narrow"})
            self.assertEqual((run.walkers(), run.laws(), run.law_label("law_sgd")), (["mc"], ["law_sgd"], "law of SGD"))
            self.assertEqual(run.label("x"), "w")
            self.assertEqual(run.time_text(-1), "t = 1000 steps")
            self.assertEqual(run.provenance(), "fokker 0.1.0 (0123456789ab)")

    def test_snapshots_are_picked_evenly_in_logarithmic_time(self):
        with Run(self.one) as run:
            self.assertTrue(run.log_times())
            steps = np.diff(np.log(run.time[run.pick(6)]))
            np.testing.assert_allclose(steps, steps.mean(), rtol=1e-9)
        with Run(self.two) as run:
            self.assertFalse(run.log_times())
            self.assertEqual(run.pick(3), [0, 10, 20])

    def test_bad_files_are_refused_in_one_line(self):
        (self.folder / "text.h5").write_text("no")
        with h5py.File(self.folder / "other.h5", "w") as file:
            file["y"] = 1.0
        for name, sentence in (("absent.h5", "no such file"), ("text.h5", "not an HDF5 file"),
                               ("other.h5", "not an output file of fokker"), (".", "not a file")):
            with self.assertRaisesRegex(BadFile, sentence):
                Run(self.folder / name)
        self.refused("no such file", "plot", self.folder / "absent.h5")
        self.refused("not an HDF5 file", "animate", self.folder / "text.h5", "-o", "x.gif")

    # --- Figures hold the file's arrays ---

    def test_density_curves_are_the_rows_of_the_file(self):
        with Run(self.one) as run, h5py.File(self.one) as file:
            for kind in ("overview", "density"):
                curves = drawn(figures.draw(run, kind), "density")
                curves = {k: c for k, c in curves.items() if hasattr(c, "get_ydata")}
                self.assertGreaterEqual(len(curves), 6)
                for k, curve in curves.items():
                    np.testing.assert_array_equal(curve.get_xdata(), file["x"])
                    np.testing.assert_array_equal(curve.get_ydata(), file["density"][k])
            dashed = drawn(figures.draw(run, "density"), "stationary_density")[None]
            np.testing.assert_array_equal(dashed.get_ydata(), file["stationary_density"])

    def test_space_time_image_is_the_density(self):
        with Run(self.one) as run, h5py.File(self.one) as file:
            image = drawn(figures.draw(run, "spacetime"), "density")[None]
            np.testing.assert_array_equal(np.asarray(image.get_array()).ravel(),
                                          np.maximum(file["density"][1:].T.ravel(), 0))

    def test_wide_space_time_images_keep_the_mass(self):
        with Run(self.one) as run:
            most, panels.MOST_CELLS = panels.MOST_CELLS, 40
            try:
                image = drawn(figures.draw(run, "spacetime"), "density")[None]
            finally:
                panels.MOST_CELLS = most
            mass = np.asarray(image.get_array()).reshape(40, -1).sum(0) * 6 / 40
            np.testing.assert_allclose(mass, 1, rtol=1e-9)

    def test_walkers_are_drawn_as_they_are(self):
        with Run(self.one) as run, h5py.File(self.one) as file:
            figure = figures.draw(run, "montecarlo")
            for k, steps in drawn(figure, "mc_histogram").items():
                np.testing.assert_array_equal(steps.get_data().values, file["mc_histogram"][k])
            for k, dots in drawn(figure, "mc_z_scores").items():
                np.testing.assert_array_equal(dots.get_ydata(), file["mc_z_scores"][k])

    def test_laws_are_drawn_with_their_distances(self):
        with Run(self.one) as run, h5py.File(self.one) as file:
            for kind in ("overview", "law", "montecarlo"):
                figure = figures.draw(run, kind)
                curves = drawn(figure, "law_sgd_density")
                self.assertTrue(curves)
                for k, curve in curves.items():
                    k %= run.rows
                    np.testing.assert_array_equal(curve.get_ydata(), file["law_sgd_density"][k])
                    d, e = file["law_sgd_distance_ks"][k], file["law_sgd_distance_ks_errors"][k]
                    if d > 1e-4:  # as many digits as the error has, with one of its own
                        places = -int(np.floor(np.log10(e)))
                        self.assertIn(f"KS distance to the law of SGD {d:.{places}f} ± {e:.{places}f}",
                                      curve.axes.get_title() + curve.axes.get_xlabel())
                self.assertEqual(drawn(figure, "law_sgd_verdict")[None].get_text(), "density and the law of SGD differ")
            differences = drawn(figures.draw(run, "law"), "density_difference")
            self.assertEqual(len(differences), 3)
            for k, curve in differences.items():  # the largest is the KS distance
                self.assertAlmostEqual(abs(curve.get_ydata()).max(), file["law_sgd_distance_ks"][k], 12)
            for kind, name in (("moments", "law_sgd_mean_x"), ("regions", "law_sgd_mass_in_narrow")):
                np.testing.assert_array_equal(drawn(figures.draw(run, kind), name)[None].get_ydata(), file[name])
        with Run(self.two) as run, h5py.File(self.two) as file:
            for k, image in drawn(figures.draw(run, "law"), "law_sgd_difference").items():
                p, law = file["density"][k], file["law_sgd_density"][k]
                np.testing.assert_allclose(np.asarray(image.get_array()).ravel(), ((law - p) / p.max()).ravel(), atol=1e-15)

    def test_a_distance_has_the_digits_of_its_uncertainty(self):
        for value, error, text in ((0.0599171, 3e-4, "0.0599 ± 0.0003"), (0.05, 0.0, "0.05"), (0.0696, float("nan"), "0.07 ± ?"), (0.0, 1.0, "0")):
            self.assertEqual(with_uncertainty(value, error), text)

    def test_legends_lie_over_nothing_else(self):
        """No legend's box meets a curve's axes, another legend or a title, in the figures of a law."""
        for kind in ("overview", "law", "montecarlo"):
            with Run(self.one) as run, matplotlib.rc_context(figures.STYLE):
                figure = figures.draw(run, kind)
                figure.canvas.draw()
                above = [axes.get_legend() for axes in figure.axes if axes.get_legend() and axes.get_legend()._loc != 0]
                legends = [legend.get_window_extent() for legend in above + figure.legends]
                self.assertTrue(legends)
                boxes = [axes.get_window_extent().padded(-1) for axes in figure.axes]
                boxes += [axes.title.get_window_extent() for axes in figure.axes if axes.get_title()]
                boxes += [axes.xaxis.label.get_window_extent() for axes in figure.axes if axes.get_xlabel()]
                boxes += [t.get_window_extent() for t in figure.texts if t.get_text()]
                for k, legend in enumerate(legends):
                    for box in boxes + legends[:k]:
                        self.assertFalse(legend.overlaps(box), f"{kind}: {legend} meets {box}")
                texts = [t.get_window_extent() for t in figure.texts if t.get_text()]
                for k, box in enumerate(texts):
                    self.assertFalse(any(box.overlaps(other) for other in texts[:k]), kind)

    def test_moments_and_regions_are_the_series(self):
        with Run(self.one) as run, h5py.File(self.one) as file:
            mean = drawn(figures.draw(run, "moments"), "mean_x")[None]
            np.testing.assert_array_equal(mean.get_ydata(), file["mean_x"])
            self.assertEqual(mean.axes.get_xscale(), "log")
            narrow = drawn(figures.draw(run, "regions"), "mass_in_narrow")[None]
            np.testing.assert_array_equal(narrow.get_ydata(), file["mass_in_narrow"])

    def test_planes_are_the_rows_scaled_to_one(self):
        with Run(self.two) as run, h5py.File(self.two) as file:
            figure = figures.draw(run, "current")
            images = drawn(figure, "density")
            self.assertEqual(len(images), 6)
            for k, image in images.items():
                p = file["density"][k]
                np.testing.assert_allclose(np.asarray(image.get_array()).ravel(),
                                           (p / p.max()).ravel(), rtol=1e-15)
            arrows = drawn(figure, "flux")[20]
            jx = (file["flux_x"][20, :, 1:] + file["flux_x"][20, :, :-1]) / 2
            self.assertTrue(np.isin(arrows.U[~arrows.Umask], jx).all())
            self.assertGreater(np.sum(~arrows.Umask), 20)

    def test_escape_and_modes_are_the_arrays(self):
        with Run(self.one) as run, h5py.File(self.one) as file:
            figure = figures.draw(run, "escape")
            tau = drawn(figure, "escape_time")[None].get_ydata()
            np.testing.assert_array_equal(tau[file["escape_time"][:] > 0],
                                          file["escape_time"][:][file["escape_time"][:] > 0])
            for name in ("survival", "exit_density"):
                np.testing.assert_array_equal(drawn(figure, name)[None].get_ydata(), file[name])
            figure = figures.draw(run, "modes")
            np.testing.assert_array_equal(drawn(figure, "mode_rate")[None].get_ydata(), file["mode_rate"])
            for k, curve in drawn(figure, "mode_left").items():
                left = file["mode_left"][k]
                np.testing.assert_allclose(curve.get_ydata(), left / abs(left).max(), rtol=1e-15)
        with Run(self.two) as run, h5py.File(self.two) as file:
            image = np.asarray(drawn(figures.draw(run, "escape"), "escape_time_log10")[None].get_array())
            np.testing.assert_array_equal(image.ravel(), file["escape_time_log10"][:].ravel())
            dots = drawn(figures.draw(run, "escape"), "exit_face_probability")[None]
            np.testing.assert_array_equal(dots.get_offsets()[:, 1], file["exit_face_y"])
            for k, image in drawn(figures.draw(run, "modes"), "mode_left").items():
                left = file["mode_left"][k]
                np.testing.assert_allclose(np.asarray(image.get_array()).ravel(),
                                           (left / abs(left).max()).ravel(), rtol=1e-15)

    # --- Files ---

    def test_every_figure_is_written_at_its_size(self):
        for source in (self.one, self.two):
            with Run(source) as run:
                for kind in figures.figures_of(run):
                    picture = self.folder / f"{kind}.png"
                    figure = figures.draw(run, kind)
                    self.assertEqual(commands.save({kind: figure}, picture), [picture])
                    size = tuple(figure.get_size_inches() * 200)
                    np.testing.assert_allclose(png_size(picture), size, atol=1)
                    figures.plt.close(figure)

    def test_plot_writes_beside_the_file_or_where_told(self):
        done = self.run_script("plot", self.one)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        np.testing.assert_allclose(png_size(self.folder / "one.png"), (2200, 1640), atol=1)
        pages = self.folder / "all.pdf"
        done = self.run_script("plot", self.two, "--kind", "all", "-o", pages)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(pages.read_bytes()[:5], b"%PDF-")

    def test_a_full_standard_output_is_an_error_of_one_line(self):
        with open("/dev/full", "wb") as full:
            done = subprocess.run([sys.executable, SCRIPTS / "plot", self.one], stdout=full, stderr=subprocess.PIPE, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr.strip(), "fokker plot: cannot write to the standard output: No space left on device")

    def test_plot_says_what_it_cannot_do(self):
        self.refused("this file allows: all, overview", "plot", self.two, "--kind", "montecarlo")
        self.refused("a picture ends in", "plot", self.one, "-o", "one.bmp")
        self.refused("no display", "plot", self.one, "--show", DISPLAY="", WAYLAND_DISPLAY="")
        done = self.run_script("plot", self.one, "-o", self.folder / "no" / "one.png")
        self.assertEqual((done.returncode, done.stderr.count("\n")), (1, 1), done.stderr)

    def test_animate_shows_every_snapshot(self):
        from PIL import Image
        for source in (self.one, self.two):
            gif = source.with_suffix(".gif")
            done = self.run_script("animate", source, "-o", gif, "--frames", 8)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            with Image.open(gif) as film:
                self.assertEqual(film.n_frames, 8)
        self.refused("needs ffmpeg", "animate", self.one, PATH="/nowhere")


if __name__ == "__main__":
    unittest.main()
