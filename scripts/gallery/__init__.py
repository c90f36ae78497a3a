# SPDX-License-Identifier: GPL-3.0-or-later
"""The gallery: every statement of the sources held against the density and against walkers.

  __main__ the command line
  row      what a row is, what is measured for it, and how its verdict follows
  rows/    the rows
  engine   the runs: each once, in parallel, kept in a folder and not repeated
  results  one run's file with the cumulative laws that rows compare
  theory   closed formulas that several rows use
  drawing  looks that all pictures share
  page     index.html and README.md
"""
