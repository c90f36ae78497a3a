/* SPDX-License-Identifier: GPL-3.0-or-later
 * fokker init: commented settings files to start from. Their texts are the files NAME.yaml of
 * solver/cli/templates, with the data file NAME.csv where they need one. */
#pragma once

#include "io/status.h"

struct template {
    const char *name;
    const char
        *text; /* "THIS_FILE" in it stands for the name of the file, without .yaml; the
                         first line is a comment that says what it is */
    const char *data; /* text of THIS_FILE.csv; NULL: none */
};
/* Ends with a name that is NULL; the first is what `fokker init` writes without a name. */
extern const struct template templates[];

/* What there is, a line each, malloc'd; NULL without memory. */
char *starter_list(struct error *err);
/* Writes a template and returns the path of its settings (malloc'd). name: of the template, to
 * NAME.yaml; or of a file, for the first of them; NULL: the first to experiment.yaml. output: the
 * file instead, for a template (.yaml is not added twice); may be NULL. Fails when there is such a
 * file already, or its data file (ERROR_SETTINGS); then nothing is written. */
char *starter_write(const char *name, const char *output, struct error *err);
