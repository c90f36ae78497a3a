/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/pictures.h"
#include "solver/cli/options.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* PYTHON3: the Python that the package is for, or a name without a folder: the one beside the
 * program, as in a virtual environment. PYTHON_FOLDER: where the package is installed, or nothing.
 * Not from the present folder, where a folder fokker may be anything. A program that was not
 * installed takes the package of the sources that it was built from: what meson says of them. */
static char program[] = "import json, sys\n"
                        "sys.path = [p for p in sys.path + [sys.argv.pop(1)] if p]\n"
                        "build = sys.argv.pop(1)\n"
                        "if build:\n"
                        "    with open(build) as file:\n"
                        "        sources = json.load(file)['directories']['source']\n"
                        "    sys.path.insert(0, sources + '/scripts')\n"
                        "try:\n"
                        "    from fokker.commands import main\n"
                        "except ImportError as error:\n"
                        "    print(f'fokker {sys.argv[1]}: needs the Python package fokker "
                        "with h5py, numpy and '\n"
                        "          f'matplotlib ({error}); Debian package python3-fokker', "
                        "file=sys.stderr)\n"
                        "    sys.exit(2)\n"
                        "sys.exit(main(sys.argv[1], sys.argv[2:]))\n";

enum { MOST_ARGUMENTS = 256, MOST_PATH = 4096 };

/* PYTHON3; in the folder of this program where it has none of its own, if it is there. */
static char *python_path(void) {
    static char python[] = PYTHON3, beside[MOST_PATH];
    const ssize_t length = readlink("/proc/self/exe", beside, MOST_PATH - sizeof python);
    if (length <= 0 || strchr(python, '/') != NULL) return python;
    beside[length] = '\0';
    strcpy(strrchr(beside, '/') + 1, python);
    return access(beside, X_OK) == 0 ? beside : python;
}

/* Where meson describes the build folder that this program lies in; "" where it lies in none. */
static char *build_description(void) {
    static const char within[] = "/solver/cli/fokker",
                      description[] = "/meson-info/meson-info.json";
    static char path[MOST_PATH];
    const ssize_t length = readlink("/proc/self/exe", path, MOST_PATH - sizeof description);
    const ssize_t folder = length - (ssize_t)(sizeof within - 1);
    static char none[] = "";
    if (folder < 0 || memcmp(path + folder, within, sizeof within - 1) != 0) return none;
    strcpy(path + folder, description);
    return access(path, R_OK) == 0 ? path : none;
}

int pictures_draw(char **arguments) {
    static char folder[] = PYTHON_FOLDER, code[] = "-c";
    char *python = python_path();
    char *line[MOST_ARGUMENTS + 6] = {python, code, program, folder, build_description()};
    size_t count = 5;
    for (char **a = arguments; *a != NULL; a++)
        if (count < MOST_ARGUMENTS + 5)
            line[count++] = *a;
        else
            return usage_error("%s takes at most %d words", arguments[0], MOST_ARGUMENTS);
    execv(python, line);
    execvp("python3", line);
    fprintf(stderr, "fokker %s: needs python3, which is not there\n", arguments[0]);
    return 2;
}
