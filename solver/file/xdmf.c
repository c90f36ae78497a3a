/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/file/xdmf.h"
#include "io/part.h"
#include "io/text.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct xdmf {
    int file;
    char *path; /* of the .xdmf2 */
    char *name; /* of the .h5, without folder, as XML text */
    char *axis[2];
    char *mesh; /* topology and geometry, the same in every grid */
    size_t nx, ny;
    size_t rows;
    off_t end; /* where the closing lines start */
};

static const char head_before[] = "<?xml version=\"1.0\" ?>\n"
                                  "<!DOCTYPE Xdmf SYSTEM \"Xdmf.dtd\" [\n"
                                  "<!ENTITY nt \"";
static const char head_after[] = "\">\n"
                                 "]>\n"
                                 "<Xdmf Version=\"2.0\">\n"
                                 " <Domain>\n"
                                 "  <Grid Name=\"run\" GridType=\"Collection\" "
                                 "CollectionType=\"Temporal\">\n";
static const char tail[] = "  </Grid>\n </Domain>\n</Xdmf>\n";

static bool fail_write(const struct xdmf *x, struct error *err) {
    return fail(err, ERROR_FILE, "cannot write %s: %s", x->path, strerror(errno));
}

static bool write_at(struct xdmf *x, const char *text, off_t at, struct error *err) {
    return file_write_at(x->file, text, strlen(text), at) || fail_write(x, err);
}

/* RUN.h5 -> RUN.xdmf2; any other name gets the suffix after it. */
static char *xdmf_path(const char *h5_path, struct error *err) {
    const size_t length = strlen(h5_path);
    const bool h5 = length > 3 && strcmp(h5_path + length - 3, ".h5") == 0;
    const size_t stem = h5 ? length - 3 : length;
    char *path = array_create(stem + sizeof ".xdmf2", 1, err);
    if (path != NULL) sprintf(path, "%.*s.xdmf2", (int)stem, h5_path);
    return path;
}

/* The last part of a path with &, < and > written as XML wants them. */
static char *escaped_name(const char *path, struct error *err) {
    const char *slash = strrchr(path, '/'), *from = slash != NULL ? slash + 1 : path;
    char *name = array_create(5 * strlen(from) + 1, 1, err), *to = name;
    for (; name != NULL && *from != '\0'; from++) {
        if (*from == '&')
            to = stpcpy(to, "&amp;");
        else if (*from == '<')
            to = stpcpy(to, "&lt;");
        else if (*from == '>')
            to = stpcpy(to, "&gt;");
        else
            *to++ = *from;
    }
    return name;
}

static void xdmf_destroy(struct xdmf *x) {
    if (x->file >= 0) close(x->file);
    free(x->path);
    free(x->name);
    free(x->axis[0]);
    free(x->axis[1]);
    free(x->mesh);
    free(x);
}

bool xdmf_check(const char *h5_path, struct error *err) {
    char *path = xdmf_path(h5_path, err);
    const bool good = path != NULL && file_check(path, head_before, err);
    free(path);
    return good;
}

/* One item of data that stands in the HDF5 file. */
#define ITEM_HDF                                                                           \
    "<DataItem Dimensions=\"%s\" NumberType=\"Float\" Precision=\"8\" "                    \
    "Format=\"HDF\">%s:/%s</DataItem>\n"
#define ITEM_ZERO                                                                          \
    "     <DataItem Dimensions=\"1\" NumberType=\"Float\" Precision=\"8\" "                \
    "Format=\"XML\">0</DataItem>\n"

static void shape_text(const struct xdmf *x, char shape[64]) {
    snprintf(shape, 64, "1 %zu %zu", x->ny > 0 ? x->ny : 1, x->nx);
}

/* malloc'd. */
static char *mesh_create(const struct xdmf *x, struct error *err) {
    struct text text;
    char length[32], shape[64];
    if (!text_begin(&text, err)) return NULL;
    shape_text(x, shape);
    fprintf(text.out,
            "    <Topology TopologyType=\"3DRectMesh\" NumberOfElements=\"%s\"/>\n", shape);
    fputs("    <Geometry GeometryType=\"VXVYVZ\">\n", text.out);
    snprintf(length, sizeof length, "%zu", x->nx);
    fprintf(text.out, "     " ITEM_HDF, length, x->name, x->axis[0]);
    snprintf(length, sizeof length, "%zu", x->ny);
    if (x->ny > 0)
        fprintf(text.out, "     " ITEM_HDF, length, x->name, x->axis[1]);
    else
        fputs(ITEM_ZERO, text.out);
    fputs(ITEM_ZERO "    </Geometry>\n", text.out);
    return text_end(&text, true, err);
}

struct xdmf *xdmf_create(const char *h5_path, const struct xdmf_axes *axes,
                         struct error *err) {
    struct xdmf *x = array_create(1, sizeof *x, err);
    if (x == NULL) return NULL;
    x->file = -1;
    x->nx = axes->cells[0];
    x->ny = axes->cells[1];
    for (int d = 0; d < 2; d++)
        if (axes->cells[d] > 0 &&
            (x->axis[d] = text_create(err, "%s", axes->name[d])) == NULL)
            goto failed;
    if ((x->path = xdmf_path(h5_path, err)) == NULL ||
        (x->name = escaped_name(h5_path, err)) == NULL ||
        (x->mesh = mesh_create(x, err)) == NULL)
        goto failed;
    if (!file_check(x->path, head_before, err)) goto failed;
    x->file = open(x->path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (x->file < 0 || ftruncate(x->file, 0) != 0) {
        fail_write(x, err);
        goto failed;
    }
    char text[1024];
    x->end = sprintf(text, "%s%-10d%s", head_before, 0, head_after);
    strcat(text, tail);
    if (write_at(x, text, 0, err)) return x;
failed:
    xdmf_destroy(x);
    return NULL;
}

/* Row `row` of /density as a slab: start, stride, count. */
static void print_values(FILE *out, const struct xdmf *x, size_t row) {
    char whole[64], shape[64];
    shape_text(x, shape);
    fputs("    <Attribute Name=\"density\" AttributeType=\"Scalar\" Center=\"Node\">\n",
          out);
    fprintf(out,
            "     <DataItem ItemType=\"HyperSlab\" Dimensions=\"%s\" NumberType=\"Float\" "
            "Precision=\"8\" Format=\"HDF\">\n",
            shape);
    if (x->ny > 0) {
        fprintf(
            out,
            "      <DataItem Dimensions=\"3 3\" NumberType=\"Int\" Format=\"XML\">%zu 0 0 "
            "1 1 1 1 %zu %zu</DataItem>\n",
            row, x->ny, x->nx);
        snprintf(whole, sizeof whole, "&nt; %zu %zu", x->ny, x->nx);
    } else {
        fprintf(
            out,
            "      <DataItem Dimensions=\"3 2\" NumberType=\"Int\" Format=\"XML\">%zu 0 "
            "1 1 1 %zu</DataItem>\n",
            row, x->nx);
        snprintf(whole, sizeof whole, "&nt; %zu", x->nx);
    }
    fprintf(out, "      " ITEM_HDF, whole, x->name, "density");
    fputs("     </DataItem>\n    </Attribute>\n", out);
}

static void print_grid(FILE *out, const struct xdmf *x, size_t row, double time) {
    fprintf(out, "   <Grid Name=\"snapshot %zu\" GridType=\"Uniform\">\n", row);
    fprintf(out, "    <Time Value=\"%.17g\"/>\n", time);
    fputs(x->mesh, out);
    print_values(out, x, row);
    fputs("   </Grid>\n", out);
}

/* The count first: it has to agree with the HDF5 file, which has the rows already. */
static bool write_grids(struct xdmf *x, const char *text, size_t rows, struct error *err) {
    char count[16];
    snprintf(count, sizeof count, "%-10zu", x->rows + rows);
    if (!write_at(x, count, (off_t)strlen(head_before), err) ||
        !write_at(x, text, x->end, err))
        return false;
    x->end += (off_t)(strlen(text) - strlen(tail));
    x->rows += rows;
    return true;
}

bool xdmf_append(struct xdmf *x, const double *time, size_t rows, struct error *err) {
    struct text text;
    if (!text_begin(&text, err)) return false;
    for (size_t k = 0; k < rows; k++)
        print_grid(text.out, x, x->rows + k, time[k]);
    fputs(tail, text.out);
    char *grids = text_end(&text, true, err);
    const bool good = grids != NULL && write_grids(x, grids, rows, err);
    free(grids);
    return good;
}

bool xdmf_close(struct xdmf *x, struct error *err) {
    if (x == NULL) return true;
    bool good = close(x->file) == 0 || fail_write(x, err);
    x->file = -1;
    xdmf_destroy(x);
    return good;
}
