#!/usr/bin/python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""tabulated_well.py > tabulated_well.csv: loss and gradient variance along a line of weights, as pandas
writes them (a column of row numbers without a name, a column of text): (w^2 - 1)^2/4 and w^2 + 1/2."""
print(",step,train_loss,grad_var,run")
for row in range(221):
    w = (row - 110) / 50
    print(f"{row},{w!r},{(w * w - 1) ** 2 / 4!r},{w * w + 0.5!r},slice")
