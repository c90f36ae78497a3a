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
    size_t nx, ny;
    size_t rows;
    off_t end; /* where the closing lines start */
};

enum {
    GRID_SIZE = 8192
}; /* bytes of one grid; it names the file three times, with at most 5 * 255 each,
      and two axes */

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
    free(x);
}

bool xdmf_check(const char *h5_path, struct error *err) {
    char *path = xdmf_path(h5_path, err);
    const bool good = path != NULL && file_check(path, head_before, err);
    free(path);
    return good;
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
        (x->name = escaped_name(h5_path, err)) == NULL)
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

/* One item of data that stands in the HDF5 file. */
#define ITEM_HDF                                                                           \
    "<DataItem Dimensions=\"%s\" NumberType=\"Float\" Precision=\"8\" "                    \
    "Format=\"HDF\">%s:/%s</DataItem>\n"
#define ITEM_ZERO                                                                          \
    "     <DataItem Dimensions=\"1\" NumberType=\"Float\" Precision=\"8\" "                \
    "Format=\"XML\">0</DataItem>\n"

static void print_geometry(FILE *out, const struct xdmf *x, const char *shape) {
    char length[32];
    fprintf(out, "    <Topology TopologyType=\"3DRectMesh\" NumberOfElements=\"%s\"/>\n",
            shape);
    fputs("    <Geometry GeometryType=\"VXVYVZ\">\n", out);
    snprintf(length, sizeof length, "%zu", x->nx);
    fprintf(out, "     " ITEM_HDF, length, x->name, x->axis[0]);
    snprintf(length, sizeof length, "%zu", x->ny);
    if (x->ny > 0)
        fprintf(out, "     " ITEM_HDF, length, x->name, x->axis[1]);
    else
        fputs(ITEM_ZERO, out);
    fputs(ITEM_ZERO "    </Geometry>\n", out);
}

/* Row `rows` of /density as a slab: start, stride, count. */
static void print_values(FILE *out, const struct xdmf *x, const char *shape) {
    char whole[64];
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
            x->rows, x->ny, x->nx);
        snprintf(whole, sizeof whole, "&nt; %zu %zu", x->ny, x->nx);
    } else {
        fprintf(
            out,
            "      <DataItem Dimensions=\"3 2\" NumberType=\"Int\" Format=\"XML\">%zu 0 "
            "1 1 1 %zu</DataItem>\n",
            x->rows, x->nx);
        snprintf(whole, sizeof whole, "&nt; %zu", x->nx);
    }
    fprintf(out, "      " ITEM_HDF, whole, x->name, "density");
    fputs("     </DataItem>\n    </Attribute>\n", out);
}

bool xdmf_append(struct xdmf *x, double time, struct error *err) {
    char text[GRID_SIZE] = "", count[16], shape[64];
    FILE *out = fmemopen(text, sizeof text, "w");
    if (out == NULL) return fail_write(x, err);
    snprintf(shape, sizeof shape, "1 %zu %zu", x->ny > 0 ? x->ny : 1, x->nx);
    fprintf(out, "   <Grid Name=\"snapshot %zu\" GridType=\"Uniform\">\n", x->rows);
    fprintf(out, "    <Time Value=\"%.17g\"/>\n", time);
    print_geometry(out, x, shape);
    print_values(out, x, shape);
    fputs("   </Grid>\n", out);
    const off_t length = ftello(out);
    fputs(tail, out);
    if (fclose(out) != 0) return fail_write(x, err);
    /* The count first: it has to agree with the HDF5 file, which has the row already. */
    snprintf(count, sizeof count, "%-10zu", x->rows + 1);
    if (!write_at(x, count, (off_t)strlen(head_before), err) ||
        !write_at(x, text, x->end, err))
        return false;
    x->end += length;
    x->rows++;
    return true;
}

bool xdmf_close(struct xdmf *x, struct error *err) {
    if (x == NULL) return true;
    bool good = close(x->file) == 0 || fail_write(x, err);
    x->file = -1;
    xdmf_destroy(x);
    return good;
}
