/* SPDX-License-Identifier: GPL-3.0-or-later
 * Equidistant nodes of a normal law. */
#include "solver/transfer/normal_nodes.h"
#include <math.h>

static const double widest = 2.0 / 3, cut = 9;

static long half_of(double dz, long most) {
    const double half = ceil(cut / dz);
    return half < (double)most ? (long)half : most;
}

struct normal_nodes normal_nodes_for(int dims, int images, double root[2][2],
                                     const double step[2]) {
    const long most[2] = {NORMAL_NODES_MOST_1 / 2, 300}; /* 2 * 300 + 1 on each axis */
    struct normal_nodes nodes = {.dims = dims};
    for (int k = 0; k < dims; k++) {
        double dz = widest, moves = 0;
        for (int i = 0; i < images; i++) {
            moves += fabs(root[i][k]);
            if (fabs(root[i][k]) * dz > step[i]) dz = step[i] / fabs(root[i][k]);
        }
        nodes.half[k] = moves > 0 ? half_of(dz, most[dims - 1]) : 0;
        nodes.dz[k] = moves > 0 ? fmax(dz, cut / (double)most[dims - 1]) : 0;
    }
    return nodes;
}

size_t normal_nodes_fill(const struct normal_nodes *nodes, struct outcome *out) {
    const long second = nodes->dims == 2 ? nodes->half[1] : 0;
    size_t n = 0;
    double sum = 0;
    for (long j = -second; j <= second; j++)
        for (long i = -nodes->half[0]; i <= nodes->half[0]; i++) {
            const double x = (double)i * nodes->dz[0], y = (double)j * nodes->dz[1];
            if (x * x + y * y > cut * cut) continue;
            out[n] = (struct outcome){{x, y}, exp(-0.5 * (x * x + y * y))};
            sum += out[n++].probability;
        }
    for (size_t k = 0; k < n; k++)
        out[k].probability /= sum;
    return n;
}

static double positive_root(double x) {
    return sqrt(x > 0 ? x : 0);
}

void normal_root(int dims, const double *S, double root[2][2]) {
    root[0][0] = positive_root(S[0]);
    root[0][1] = root[1][0] = root[1][1] = 0;
    if (dims == 1) return;
    root[1][0] = S[0] > 0 ? S[1] / root[0][0] : 0;
    root[1][1] = positive_root(S[2] - root[1][0] * root[1][0]);
}

bool normal_is_covariance(int dims, const double *S) {
    if (dims == 1) return S[0] >= 0;
    const double least = 0.5 * (S[0] + S[2]) - hypot(0.5 * (S[0] - S[2]), S[1]);
    return least >= -1e-12 * (fabs(S[0]) + fabs(S[2]));
}
