# SPDX-License-Identifier: GPL-3.0-or-later
"""pixels.py PICTURE.png... [--part LEFT TOP RIGHT BOTTOM]: is anything drawn? Prints PASS and FAIL lines.

A picture that is black, empty or of one window colour fails: within the part (of 0 to 1 in width and height) there must be
COLOURS colours, and DRAWN of the pixels must differ from the commonest one.
"""
import argparse
import sys

import numpy as np
from matplotlib.image import imread

COLOURS, DRAWN = 6, 0.002


def seen(picture, part=(0, 0, 1, 1)):
    """(number of colours, part of the pixels that have not the commonest) of an array [height, width, 3 or 4]."""
    height, width = picture.shape[:2]
    left, top, right, bottom = part
    rows, columns = slice(int(top * height), int(bottom * height)), slice(int(left * width), int(right * width))
    picture = np.atleast_3d(picture)
    levels = np.round(picture[rows, columns, :3] * 255).astype(np.int64)
    _, counts = np.unique((levels * 256 ** np.arange(levels.shape[2])).sum(axis=2), return_counts=True)
    return len(counts), 1 - counts.max() / counts.sum()


def is_drawn(path, part=(0, 0, 1, 1)):
    """(is it, what is seen in words)."""
    try:
        colours, drawn = seen(imread(path), part)
    except (OSError, SyntaxError, ValueError) as error:
        return False, f"no picture: {error}"
    return colours >= COLOURS and drawn >= DRAWN, f"{colours} colours, {100 * drawn:.1f} % of the pixels"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pictures", nargs="+")
    parser.add_argument("--part", nargs=4, type=float, default=(0, 0, 1, 1), metavar=("LEFT", "TOP", "RIGHT", "BOTTOM"))
    options = parser.parse_args()
    failures = 0
    for path in options.pictures:
        good, words = is_drawn(path, options.part)
        failures += not good
        print("PASS" if good else "FAIL", f"{path.rpartition('/')[2]} is drawn: {words}")
    return failures > 0


if __name__ == "__main__":
    sys.exit(main())
