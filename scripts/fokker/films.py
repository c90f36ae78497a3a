# SPDX-License-Identifier: GPL-3.0-or-later
"""Films of a fokker run: the density over time, with the laws and the walkers."""
import matplotlib as mpl
import numpy as np
from matplotlib import animation, pyplot as plt
from PIL import Image

from .answers import merged_cells
from .figures import signed
from .file import View
from .marks import BLUE, NAMED, STYLE, density_bar, histogram
from .panels import laws_of, loss_panel, potential_name, walkers_label
from .planes import plane_panel
from .view import density_axis, window

DPI = 120
QUALITY = 14  # of H.264: no steps are seen in a dark plane (0 is without loss, 23 the usual)
SAME_AXIS = 20.0  # the largest values of the frames on one axis of densities


class GifWriter(animation.AbstractMovieWriter):
    """Frames of 256 colours, chosen for each by median cut: Pillow's own choice (an octree) leaves steps in a smooth plane."""

    def setup(self, fig, outfile, dpi=None):
        super().setup(fig, outfile, dpi)
        self.frames = []

    def grab_frame(self, **_):
        self.fig.canvas.draw()
        frame = Image.fromarray(np.asarray(self.fig.canvas.buffer_rgba())[..., :3])
        self.frames.append(frame.quantize(256, method=Image.Quantize.MEDIANCUT))

    def finish(self):
        first, *others = self.frames
        first.save(self.outfile, save_all=True, append_images=others, duration=int(1000 / self.fps), loop=0, optimize=False)


def writer_of(output, fps):
    if output.suffix == ".gif":
        return GifWriter(fps=fps)
    return animation.FFMpegWriter(fps, extra_args=["-crf", str(QUALITY), "-pix_fmt", "yuv420p"])


def film_1d(run, rows):
    """The density as a curve, the laws over it, the walkers' histogram behind, the loss below."""
    loss = potential_name(run) is not None
    figure, panels = plt.subplots(1 + loss, 1, figsize=(8, 5.4), sharex=True, squeeze=False,
                                  height_ratios=(3, 1)[:1 + loss])
    above = panels[0, 0]
    if loss:
        loss_panel(run, panels[1, 0])
    else:
        above.set_xlabel(run.label("x"))
    if "stationary_density" in run:
        above.plot(run.x, run.static("stationary_density"), "k--", lw=1, label="stationary")
    walkers = {prefix: histogram(above, *merged_cells(run, run.row(f"{prefix}_histogram", 0))[:2], color=color,
                                 label=walkers_label(run, prefix))
               for prefix, color in zip(run.walkers(), NAMED[1:])
               if f"{prefix}_histogram" in run}
    (curve,) = above.plot(run.x, run.density(0), color=BLUE, label=run.label("density"), gid="density")
    laws = {prefix: above.plot(run.x, run.row(f"{prefix}_density", 0), color=color, ls=line,
                               label=run.law_label(prefix))[0] for prefix, color, line in laws_of(run)}
    above.set_ylabel(run.label("density"))
    above.set_xlim(window(run))
    above.legend(loc="upper left", bbox_to_anchor=(1.0, 1.03))
    largest = np.array([np.nanmax(run.density(k)) for k in rows])
    one_axis = largest.max() < SAME_AXIS * largest.min()

    def show(k):
        p = run.density(k)
        curve.set_ydata(p)
        for prefix, stairs in walkers.items():
            stairs.set_data(merged_cells(run, run.row(f"{prefix}_histogram", k))[1])
        for prefix, law in laws.items():
            law.set_ydata(run.row(f"{prefix}_density", k))
        top = largest.max() if one_axis else max(np.nanmax(p), 1e-300)
        if density_axis(run, above, top) == "linear":
            above.set_ylim(run.view.ylim or (0, 1.1 * top))
        above.set_title(", ".join(filter(None, [run.time_text(k), run.distance_text(k)])), loc="left")
    return figure, show


def film_2d(run, rows):
    """The density as an image, scaled to its largest value, with the loss as contours; the first law beside it."""
    names = ["density"] + [f"{prefix}_density" for prefix in run.laws()[:1]]
    wide = np.ptp(window(run, "x")) / np.ptp(window(run, "y"))
    side = 4.2 * min(max(wide, 0.5), 2.0)
    figure, panels = plt.subplots(1, len(names), squeeze=False, sharey=True, figsize=(1.8 + side * len(names), 5.4))
    images = [plane_panel(run, axes, 0, name) for axes, name in zip(panels.flat, names)]
    density_bar(figure, images[0], panels, pad=0.02, aspect=30)

    def show(k):
        for name, image, axes in zip(names, images, panels.flat):
            p = run.row(name, k)
            top = np.nanmax(p)
            image.set_array(np.clip(p, 0, None) / (top or 1))
            axes.set_title(f"{run.time_text(k)}, largest {top:.3g}")
        for prefix in run.laws()[:1]:
            panels[0, 1].set_title(f"{run.law_label(prefix)}, largest {top:.3g}\n{run.distance_text(k, 'KS distance to the density')}")
    return figure, show


def film(run, output, frames, fps, view=None):
    """Writes the film; returns the snapshots that it shows. view (file.View): limits and scale."""
    run.view = view or View()
    rows = np.unique(np.linspace(0, run.rows - 1, min(frames, run.rows)).astype(int))
    with mpl.rc_context({**STYLE, "savefig.dpi": "figure", "figure.dpi": DPI}):
        figure, show = (film_1d if run.dims == 1 else film_2d)(run, rows)
        signed(run, figure)
        writer = writer_of(output, fps)
        with writer.saving(figure, str(output), dpi=DPI):
            for k in rows:
                show(int(k))
                writer.grab_frame()
        plt.close(figure)
    return rows
