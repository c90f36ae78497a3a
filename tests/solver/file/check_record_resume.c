/* SPDX-License-Identifier: GPL-3.0-or-later
 * The output file after an interruption: resuming, repairing, want of memory; and the
 * .xdmf2 after every row. */
#include "io/h5file.h"
#include "tests/solver/file/record_files.h"
#include "tests/solver/synthetic_run.h"
#include <check.h>
#include <hdf5.h>
#include <stdio.h>
#include <unistd.h>

/* ---- resuming and repairing ---- */

static struct record *resume(size_t *rows) {
    return record_resume(path, run.grid, &synthetic_header, run.fields, run.count, rows,
                         &err);
}

START_TEST(a_resumed_file_equals_an_uninterrupted_one) {
    size_t rows = 0;
    double p[NX * NY];
    write_file(8);
    char *whole = file_text(xdmf_path);
    write_cut_off_file(5);
    ck_assert_uint_eq(rows_of("density"), 6);
    struct record *record = resume(&rows);
    must(record != NULL);
    ck_assert_uint_eq(rows, 5);
    must(h5file_close(NULL, &err));
    must(synthetic_statics(&run, record, &err)); /* there already: does nothing */
    for (size_t r = rows; r < 8; r++)
        must(synthetic_row(&run, record, r, &err));
    for (size_t r = 0; r < 8; r++) {
        synthetic_density(&run, r);
        must(record_read_row(record, "density", r, p, &err));
        ck_assert_mem_eq(p, run.p, run.grid->cells * sizeof *p);
    }
    must(record_close(record, &err));
    char *resumed = file_text(xdmf_path);
    ck_assert_str_eq(resumed, whole);
    ck_assert_uint_eq(rows_of("mass"), 8);
    expect_attribute("/", "history",
                     "2021-03-04T05:06:07Z: fokker run a.yaml\n"
                     "2021-03-04T05:06:07Z: fokker run a.yaml");
    free(whole);
    free(resumed);
}
END_TEST

START_TEST(resume_refuses_what_is_another_run) {
    size_t rows = 0;
    write_file(2);
    struct record_header other = synthetic_header;
    other.config_text = "model:\n  loss: w^4\n";
    ck_assert_ptr_null(
        record_resume(path, run.grid, &other, run.fields, run.count, &rows, &err));
    ck_assert_ptr_nonnull(strstr(
        err.message, "run.h5 cannot be resumed: it was written with other settings"));
    ck_assert_ptr_null(record_resume(path, run.grid, &synthetic_header, run.fields,
                                     run.count - 1, &rows, &err));
    ck_assert_ptr_nonnull(strstr(err.message, ", which this run does not write"));
    struct record_field more[41];
    memcpy(more, run.fields, run.count * sizeof *more);
    more[run.count] = synthetic_field("kurtosis_x");
    ck_assert_ptr_null(
        record_resume(path, run.grid, &synthetic_header, more, run.count + 1, &rows, &err));
    ck_assert_ptr_nonnull(
        strstr(err.message, "it has no 'kurtosis_x', which this run writes"));
    run.grid->axis[0]->face[3] += 1e-12;
    ck_assert_ptr_null(resume(&rows));
    ck_assert_ptr_nonnull(strstr(err.message, "the faces in 'w_edge' lie elsewhere"));
    ck_assert_uint_eq(rows_of("time"), 2);
    unlink(path);
    ck_assert_ptr_null(resume(&rows));
    ck_assert_ptr_nonnull(strstr(err.message, "No such file"));
}
END_TEST

/* Overwrites part of the chunk of one row where it lies in the file. */
static void damage_row(const char *name, hsize_t row) {
    const hid_t id = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t data = H5Dopen2(id, name, H5P_DEFAULT);
    const hsize_t offset[3] = {row};
    haddr_t address = 0;
    hsize_t size = 0;
    unsigned mask = 0;
    ck_assert_int_ge(H5Dget_chunk_info_by_coord(data, offset, &mask, &address, &size), 0);
    H5Dclose(data);
    H5Fclose(id);
    FILE *stream = fopen(path, "r+b");
    fseek(stream, (long)address + 12, SEEK_SET);
    fputs("damage", stream);
    fclose(stream);
}

START_TEST(repair_keeps_the_rows_that_are_whole) {
    size_t rows = 0;
    double p[NX * NY];
    write_cut_off_file(6);
    must(record_repair(path, &rows, &err));
    ck_assert_uint_eq(rows, 6);
    ck_assert_uint_eq(rows_of("density"), 6);
    expect_attribute("/", "status", "interrupted");
    damage_row("density", 5);
    damage_row("density", 4);
    must(record_repair(path, &rows, &err));
    ck_assert_uint_eq(rows, 4);
    ck_assert_uint_eq(rows_of("mass"), 4);
    struct h5file *file = h5file_open(path, false, &err);
    must(file != NULL);
    synthetic_density(&run, 3);
    must(h5file_read(file, "last_density", p, run.grid->cells, &err));
    ck_assert_mem_eq(p, run.p, run.grid->cells * sizeof *p);
    must(h5file_close(file, &err));
    char *text = file_text(xdmf_path);
    ck_assert_ptr_nonnull(strstr(text, "<!ENTITY nt \"4         \">"));
    ck_assert_ptr_null(strstr(text, "snapshot 4"));
    free(text);
}
END_TEST

START_TEST(repair_refuses_other_files) {
    size_t rows = 0;
    struct h5file *file = h5file_create(path, true, 1, &err);
    must(file != NULL);
    must(h5file_close(file, &err));
    ck_assert(!record_repair(path, &rows, &err));
    ck_assert_ptr_nonnull(strstr(err.message, "is not an output file of fokker"));
}
END_TEST

/* ---- .xdmf2 ---- */

START_TEST(xdmf_is_complete_after_every_row) {
    static const char expected[] =
        "<?xml version=\"1.0\" ?>\n"
        "<!DOCTYPE Xdmf SYSTEM \"Xdmf.dtd\" [\n"
        "<!ENTITY nt \"1         \">\n"
        "]>\n"
        "<Xdmf Version=\"2.0\">\n"
        " <Domain>\n"
        "  <Grid Name=\"run\" GridType=\"Collection\" CollectionType=\"Temporal\">\n"
        "   <Grid Name=\"snapshot 0\" GridType=\"Uniform\">\n"
        "    <Time Value=\"0\"/>\n"
        "    <Topology TopologyType=\"3DRectMesh\" NumberOfElements=\"1 10 24\"/>\n"
        "    <Geometry GeometryType=\"VXVYVZ\">\n"
        "     <DataItem Dimensions=\"24\" NumberType=\"Float\" Precision=\"8\" "
        "Format=\"HDF\">run.h5:/x</DataItem>\n"
        "     <DataItem Dimensions=\"10\" NumberType=\"Float\" Precision=\"8\" "
        "Format=\"HDF\">run.h5:/y</DataItem>\n"
        "     <DataItem Dimensions=\"1\" NumberType=\"Float\" Precision=\"8\" "
        "Format=\"XML\">0</DataItem>\n"
        "    </Geometry>\n"
        "    <Attribute Name=\"density\" AttributeType=\"Scalar\" Center=\"Node\">\n"
        "     <DataItem ItemType=\"HyperSlab\" Dimensions=\"1 10 24\" NumberType=\"Float\" "
        "Precision=\"8\" Format=\"HDF\">\n"
        "      <DataItem Dimensions=\"3 3\" NumberType=\"Int\" Format=\"XML\">0 0 0 1 1 1 "
        "1 10 "
        "24</DataItem>\n"
        "      <DataItem Dimensions=\"&nt; 10 24\" NumberType=\"Float\" Precision=\"8\" "
        "Format=\"HDF\">run.h5:/density</DataItem>\n"
        "     </DataItem>\n"
        "    </Attribute>\n"
        "   </Grid>\n"
        "  </Grid>\n"
        " </Domain>\n"
        "</Xdmf>\n";
    struct record *record = create_with_rows(1);
    char *text = file_text(xdmf_path);
    ck_assert_str_eq(text, expected);
    free(text);
    must(synthetic_row(&run, record, 1, &err));
    must(record_publish(record, &err));
    text = file_text(xdmf_path);
    ck_assert_ptr_nonnull(strstr(text, "<!ENTITY nt \"2         \">"));
    ck_assert_ptr_nonnull(strstr(text, "<Time Value=\"0.5\"/>"));
    ck_assert_str_eq(text + strlen(text) - strlen("  </Grid>\n </Domain>\n</Xdmf>\n"),
                     "  </Grid>\n </Domain>\n</Xdmf>\n");
    free(text);
    must(record_close(record, &err));
}
END_TEST

/* ---- memory ---- */

static bool write_and_resume(void) {
    struct error ignored;
    size_t rows = 0;
    struct record *record = create(true);
    bool good = record != NULL && synthetic_statics(&run, record, &err) &&
                synthetic_row(&run, record, 0, &err);
    if (!record_close(record, good ? &err : &ignored)) good = false;
    if (!good) return false;
    record = resume(&rows);
    good = record != NULL;
    return record_close(record, good ? &err : &ignored) && good;
}

START_TEST(every_failed_allocation_is_reported) {
    size_t n = 1;
    run.count = 8; /* of each kind one */
    for (bool good = false; !good; n++) {
        array_fail_at(n);
        err.kind = ERROR_NONE;
        good = write_and_resume();
        array_fail_at(0);
        if (!good) ck_assert_int_eq(err.kind, ERROR_MEMORY);
    }
    ck_assert_uint_gt(n, 50);
}
END_TEST

Suite *record_resume_suite(void);
Suite *record_resume_suite(void) {
    Suite *suite = suite_create("record_resume");
    TCase *one = add_case(suite, "1-D", set_up_1d),
          *two = add_case(suite, "2-D", set_up_2d);
    tcase_add_test(one, a_resumed_file_equals_an_uninterrupted_one);
    tcase_add_test(two, a_resumed_file_equals_an_uninterrupted_one);
    tcase_add_test(one, resume_refuses_what_is_another_run);
    tcase_add_test(one, repair_keeps_the_rows_that_are_whole);
    tcase_add_test(two, repair_keeps_the_rows_that_are_whole);
    tcase_add_test(one, repair_refuses_other_files);
    tcase_add_test(two, xdmf_is_complete_after_every_row);
    tcase_add_test(one, every_failed_allocation_is_reported);
    return suite;
}
