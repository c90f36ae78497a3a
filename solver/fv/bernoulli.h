/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Bernoulli function B(z) = z / (e^z - 1), the weight of Scharfetter and Gummel's flux
 * (IEEE Trans. Electron Devices 16, 64, 1969). Relative error below 1e-14 for every finite
 * z; B(-z) = B(z) + z; B(z) -> 0 for z -> +inf and -> -z for z -> -inf without overflow. */
#pragma once

/* B(z); 1 at z = 0. */
double bernoulli(double z);
