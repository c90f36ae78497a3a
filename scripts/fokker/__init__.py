# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and draws the output files of fokker; scripts/plot, scripts/animate and scripts/gallery
are made of it, and your own scripts can be (with this folder's parent in PYTHONPATH).

  file     reads a file: arrays, labels, snapshots; what is wrong with it, in one line
  marks    colours, and the marks that panels share: histograms with errors, images, contours, arrows
  panels   each draws one thing into given axes
  figures  lay panels out, by name
"""
