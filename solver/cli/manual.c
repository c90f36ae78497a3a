/* SPDX-License-Identifier: GPL-3.0-or-later
 * fokker-manual settings | file: the source of the manual pages fokker-settings(5) and
 * fokker-file(5), for the standard output. What they list comes from the tables that read
 * the settings and write the file. Runs while the tree is built; is not installed. */
#include "io/text.h"
#include "solver/equation/equation.h"
#include "solver/file/record_file.h"
#include "solver/run/catalogue.h"
#include "solver/run/version.h"
#include "solver/settings/spec.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- roff ---- */

/* Plain text, in which roff finds nothing to do. */
static void print_text(const char *text) {
    static const char special[] = "\\-^~`'";
    static const char *const escape[] = {"\\e", "\\-", "\\(ha", "\\(ti", "\\(ga", "\\(aq"};
    fputs("\\&", stdout);
    for (const char *c = text; *c != '\0'; c++) {
        const char *at = strchr(special, *c);
        if (at != NULL)
            fputs(escape[at - special], stdout);
        else
            putchar(*c);
    }
}

static void print_title(const char *name, const char *sentence) {
    printf(".TH \"%s\" 5 \"\" \"fokker %s\" \"File formats\"\n.ad l\n.nh\n.SH NAME\n", name,
           build_version);
    print_text(name);
    printf(" \\- %s\n.SH DESCRIPTION\n", sentence);
}

/* A paragraph that hangs from a word in bold. */
static void print_tag(const char *word) {
    fputs(".TP\n\\fB", stdout);
    print_text(word);
    fputs("\\fR\n", stdout);
}

static void print_line(const char *text) {
    print_text(text);
    putchar('\n');
}

/* ---- fokker-settings(5) ---- */

static bool print_type(const struct setting *setting) {
    struct error err = {0};
    struct text text;
    char *type = NULL;
    if (text_begin(&text, &err)) {
        setting_print_type(text.out, setting);
        type = text_end(&text, true, &err);
    }
    if (type != NULL) print_line(type);
    free(type);
    return type != NULL;
}

static bool print_setting(const struct setting *setting) {
    print_tag(setting->key);
    print_line(setting->sentence);
    fputs(".br\n", stdout);
    if (!print_type(setting)) return false;
    fputs(".br\n\\fI", stdout);
    print_text(setting->key);
    fputs(": ", stdout);
    print_text(setting->example);
    fputs("\\fR\n", stdout);
    return true;
}

/* What time.method may be. */
static void print_methods(void) {
    fputs(".SH METHODS\n", stdout);
    print_line("The values of time.method: methods in time by equation. The first equation "
               "that fits the settings is theirs.");
    for (size_t e = 0; equations[e] != NULL; e++) {
        printf(".SS \"%s\"\n", equations[e]->name);
        print_line(equations[e]->description);
        for (size_t k = 0; equations[e]->methods[k] != NULL; k++) {
            const struct propagator_method *method = equations[e]->methods[k];
            print_tag(method->name);
            print_line(method->description);
            fputs(".br\n", stdout);
            equation_print_method(stdout, method);
            putchar('\n');
        }
        print_tag("auto");
        print_line(equations[e]->automatic != NULL ? equations[e]->automatic
                                                   : equations[e]->methods[0]->name);
    }
}

static bool print_settings(void) {
    print_title("fokker-settings", "the file that describes an experiment");
    print_line(
        "A YAML file of the sections below. Every key is listed with its meaning, its "
        "type, range and default, and an example. A number may be an expression of "
        "the parameters of the model. fokker settings prints the same list; fokker "
        "check FILE says whether a file is good.");
    for (const struct spec_section *s = spec_sections; s->table != NULL; s++) {
        printf(".SH \"%s\"\n", s->name[0] != '\0' ? s->name : "SECTIONS");
        print_line(s->sentence);
        for (const struct setting *key = s->table; key->key != NULL; key++)
            if (!print_setting(key)) return false;
    }
    print_methods();
    fputs(".SH SEE ALSO\n.BR fokker (1),\n.BR fokker\\-file (5)\n", stdout);
    return true;
}

/* ---- fokker-file(5) ---- */

struct entry {
    const char *name, *meaning;
};

static const struct entry axes[] = {
    {"time", "the snapshots; its length says how many rows are whole"},
    {"x, y",
     "centres of the cells of the first variable and the second. They are called as "
     "the settings call the variables: w where that says variables: [w]. x and y are "
     "there besides, as copies"},
    {"x_edge, y_edge", "faces of the cells, one more than cells: w_edge, and a copy"},
    {"x_bnds, y_bnds", "lower and upper face of each cell, over bnds (2)"},
    {"exit_time", "times of the survival curve"},
    {"exit_face", "faces through which mass leaves, counted from 0"},
    {"splitting_level", "levels of a splitting, counted from 0"},
    {"mode", "modes, counted from 0, the slowest first"},
    {"phase", "times since a period of the periodic state began"},
};

static void print_entries(const struct entry *entry, size_t count) {
    for (size_t k = 0; k < count; k++)
        print_tag(entry[k].name), print_line(entry[k].meaning);
}

/* mass_in_* and "mass in %r" -> mass_in_REGION and "mass in REGION"; %x -> x. */
static void print_pattern(const char *text) {
    char plain[200];
    size_t used = 0;
    for (const char *c = text; *c != '\0' && used + 7 < sizeof plain; c++) {
        const bool mark = *c == '%' && c[1] != '\0' && strchr("xyr", c[1]) != NULL;
        if (mark) c++;
        const bool region = *c == '*' || (mark && *c == 'r');
        used += (size_t)snprintf(plain + used, sizeof plain - used, "%s",
                                 region ? "REGION" : (char[]){*c, '\0'});
    }
    plain[used] = '\0';
    print_text(plain);
}

static void print_unit(const struct quantity *q) {
    static const char *const of[] = {"x", "y", "time"};
    bool first = true;
    if (q->units != NULL) printf("; unit %s", q->units);
    for (int k = 0; k < 3; k++) {
        if (q->power[k] == 0 || (k == 1 && q->kind[1] == RECORD_NONE)) continue;
        printf("%s%s", first ? "; in units of " : " ", of[k]);
        if (q->power[k] != 1)
            printf("\\(ha%s%d", q->power[k] < 0 ? "\\-" : "", abs(q->power[k]));
        first = false;
    }
}

static void print_shapes(const struct quantity *q) {
    static const char *const in[] = {"one variable: ", "two variables: "};
    char shape[2][QUANTITY_SHAPE];
    for (int d = 0; d < 2; d++)
        quantity_shape(shape[d], q, d + 1);
    const bool same = strcmp(shape[0], shape[1]) == 0;
    for (int d = 0; d < 2; d++)
        if (shape[d][0] != '\0' && !(same && d == 1))
            printf("%s%s[%s]", d == 1 && shape[0][0] != '\0' ? ", " : "", same ? "" : in[d],
                   shape[d]);
}

static void print_quantity(const struct catalogue_entry *entry) {
    const struct quantity *q = entry->quantity;
    fputs(".TP\n\\fB", stdout);
    if (entry->prefix != NULL) print_text(entry->prefix), putchar('_');
    print_pattern(q->name);
    fputs("\\fR\n", stdout);
    print_pattern(q->label);
    print_unit(q);
    if (q->undefined != NULL) fputs("; ", stdout), print_text(q->undefined);
    if (entry->twins) fputs("; also of walkers and laws", stdout);
    fputs("\n.br\n", stdout);
    print_shapes(q);
    putchar('\n');
}

/* All that twins of that prefix alone have; NULL: all that the density has. */
static void print_quantities(const char *prefix) {
    struct catalogue_entry entry;
    for (size_t k = 0; catalogue(k, &entry); k++)
        if (prefix == NULL ? entry.prefix == NULL
                           : entry.prefix != NULL && strcmp(entry.prefix, prefix) == 0)
            print_quantity(&entry);
}

static void print_attributes(void) {
    struct catalogue_attribute row;
    for (size_t k = 0; catalogue_attribute(k, &row); k++) {
        char name[QUANTITY_NAME];
        snprintf(name, sizeof name, "%s%s%s", row.prefix != NULL ? row.prefix : "",
                 row.prefix != NULL ? "_" : "", row.name);
        print_tag(name), print_line(row.sentence);
    }
}

static void print_file(void) {
    const char *sentence, *name;
    print_title("fokker-file", "the HDF5 file with the results of a run");
    print_line(
        "The root group is a netCDF-4 data set by the conventions of CF; /entry is a "
        "NeXus tree of hard links to the same arrays, with the settings word by word. "
        "Rows 0 to len(time) - 1 of every array are whole at any moment, also while "
        "the run goes on and after it was killed: read the length of time first. "
        "Densities are averages over cells.");
    fputs(".SH AXES\n", stdout);
    print_entries(axes, sizeof axes / sizeof *axes);
    fputs(".SH ARRAYS\n", stdout);
    print_line(
        "Which there are depends on the settings. Units of y count in two variables "
        "only. NaN and infinity stand where a meaning of them is told. last_density is "
        "the last row of density.");
    print_quantities(NULL);
    fputs(".SH WALKERS\n", stdout);
    print_line(
        "What is marked \"also of walkers and laws\" is there as mc_NAME of the walkers, "
        "as "
        "mc_sgd_NAME, mc_sde_NAME and so on of further kinds; NAME_errors is its standard "
        "error. Of the laws of discrete processes it is there as law_sgd_NAME, "
        "law_gaussian_NAME and law_sde_NAME, NAME_errors is its estimated error. Walkers "
        "alone have, named likewise:");
    print_quantities("mc");
    fputs(".SH LAWS\n", stdout);
    print_line("Laws alone have, of the other kinds named likewise:");
    print_quantities("law_sgd");
    fputs(".SH ATTRIBUTES\n", stdout);
    print_line("Of the root group. Where the file comes from:");
    for (size_t row = 0; (name = record_file_attribute(row, &sentence)) != NULL; row++)
        print_tag(name), print_line(sentence);
    fputs(".SH RESULTS\n", stdout);
    print_line(
        "Attributes of the root group, too. A number that may be missing or infinite has "
        "NAME_undefined beside it, which says why; until the run has ended, what is "
        "known at its end only is NaN.");
    print_attributes();
    fputs(".SH SEE ALSO\n.BR fokker (1),\n.BR fokker\\-settings (5)\n", stdout);
}

int main(int argc, char **argv) {
    const bool settings = argc == 2 && strcmp(argv[1], "settings") == 0;
    bool good = settings || (argc == 2 && strcmp(argv[1], "file") == 0);
    if (settings)
        good = print_settings();
    else if (good)
        print_file();
    return good && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
