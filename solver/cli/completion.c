/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "solver/cli/completion.h"
#include "io/text.h"
#include "solver/cli/commands.h"
#include "solver/cli/help.h"
#include "solver/cli/starter.h"
#include "solver/cli/words.h"
#include "solver/equation/equation.h"
#include "solver/settings/spec.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* ---------------------------------------------------------------- keys and their words */

typedef void each_word(FILE *out, const char *key, const char *word);

/* Methods in time, each once. */
static void each_method(FILE *out, const char *key, each_word *each) {
    each(out, key, "auto");
    for (size_t e = 0; equations[e] != NULL; e++)
        for (size_t k = 0; equations[e]->methods[k] != NULL; k++) {
            const char *name = equations[e]->methods[k]->name;
            bool before = false;
            for (size_t f = 0; f < e; f++)
                for (size_t l = 0; equations[f]->methods[l] != NULL; l++)
                    before = before || strcmp(equations[f]->methods[l]->name, name) == 0;
            if (!before) each(out, key, name);
        }
}

static void each_choice(FILE *out, const char *key, const struct setting *s,
                        each_word *each) {
    for (size_t k = 0; s->type == SETTING_CHOICE && s->choices[k] != NULL; k++)
        each(out, key, s->choices[k]);
    if (s->type == SETTING_BOOL) each(out, key, "true"), each(out, key, "false");
    if (strcmp(key, "time.method") == 0) each_method(out, key, each);
}

/* Sections whose keys stand under their very name; not lists, nor under other names. */
static bool is_plain_section(const char *name) {
    static const char *const others[] = {"grid", "grid.refine", "model.tables",
                                         "initial.mixture", "model.learning_rate"};
    for (size_t k = 0; k < sizeof others / sizeof *others; k++)
        if (strcmp(name, others[k]) == 0) return false;
    return true;
}

static void each_key(FILE *out,
                     void (*each)(FILE *out, const char *key, const struct setting *s)) {
    char key[200];
    for (const struct spec_section *s = spec_sections; s->table != NULL; s++)
        for (const struct setting *t = s->table;
             is_plain_section(s->name) && t->key != NULL; t++) {
            snprintf(key, sizeof key, "%s%s%s", s->name, s->name[0] != '\0' ? "." : "",
                     t->key);
            each(out, key, t);
        }
}

/* ---------------------------------------------------------------- bash and zsh */

/* Of fokker plot --kind: scripts/fokker/figures.py, FIGURES (tests/cli/check_command_line). */
#define PICTURE_KINDS                                                                      \
    "overview density spacetime tails current marginals moments regions diagnostics law "  \
    "montecarlo escape modes all"
/* What follows them is no file. */
#define NUMBER_OPTIONS                                                                     \
    "--threads|--workers|--shard|--walkers|--at|--xlim|--ylim|--column|--frames|--fps"

static void print_word(FILE *out, const char *key, const char *word) {
    (void)key;
    fprintf(out, " %s", word);
}

static void print_key(FILE *out, const char *key, const struct setting *s) {
    (void)s;
    fprintf(out, " %s", key);
}

static void print_case(FILE *out, const char *key, const struct setting *s) {
    if (s->type != SETTING_CHOICE && s->type != SETTING_BOOL &&
        strcmp(key, "time.method") != 0)
        return;
    fprintf(out, "    %s) echo", key);
    each_choice(out, key, s, print_word);
    fputs(" ;;\n", out);
}

/* Pictures have options of their own, in Python: those that their help names, each once. */
static void each_own_option(FILE *out, const struct command *c,
                            void (*each)(FILE *out, const struct command *c,
                                         const char *name, bool takes)) {
    const char *help = c->call == command_draw ? help_of(c->name) : NULL;
    char names[400] = "", name[40];
    for (const char *at = help; at != NULL && (at = strstr(at, "--")) != NULL; at += 2) {
        size_t n = strspn(at + 2, "abcdefghijklmnopqrstuvwxyz");
        const bool takes = at[2 + n] == ' ' && isupper((unsigned char)at[3 + n]);
        snprintf(name, sizeof name, "%.*s", (int)n, at + 2);
        if (n == 0 || option_is_among(name, names)) continue;
        snprintf(names + strlen(names), sizeof names - strlen(names), " %s", name);
        each(out, c, name, takes);
    }
}

static void print_option(FILE *out, const struct command *c, const char *name, bool takes) {
    (void)c, (void)takes;
    fprintf(out, " --%s", name);
}

/* The options that every command has: those of Python's commands are not quiet. */
static bool is_common_option(const struct command *c, const char *name) {
    return option_is_among(name, c->call == command_draw ? "help" : "help quiet");
}

static void print_options(FILE *out, const struct command *c) {
    const char *name;
    bool takes;
    each_own_option(out, c, print_option);
    for (size_t k = 0; (name = option_at(k, &takes)) != NULL; k++)
        if (option_is_among(name, c->options) || is_common_option(c, name))
            print_option(out, c, name, takes);
}

/* What an argument is: the suffix of a file, or the words that it may be. */
static void print_arguments(FILE *out, const struct command *c) {
    if (strncmp(c->arguments, "CONFIG", 6) == 0) {
        fputs(" .yaml", out);
    } else if (strncmp(c->arguments, "FILE", 4) == 0) {
        fputs(" .h5", out);
    } else if (strcmp(c->arguments, "[TEMPLATE]") == 0) {
        for (const struct template *t = templates; t->name != NULL; t++)
            fprintf(out, " %s", t->name);
    } else if (strcmp(c->arguments, "[SECTION]") == 0) {
        for (const struct spec_section *s = spec_sections; s->table != NULL; s++)
            if (s->name[0] != '\0') fprintf(out, " %s", s->name);
        fputs(" methods", out);
    } else {
        fputs(" bash zsh fish", out);
    }
}

static void print_cases(FILE *out, const char *function,
                        void (*print)(FILE *out, const struct command *c)) {
    fprintf(out, "%s() {\n    case $1 in\n", function);
    for (const struct command *c = commands; c->name != NULL; c++) {
        fprintf(out, "    %s) echo", c->name);
        print(out, c);
        fputs(" ;;\n", out);
    }
    fputs("    esac\n}\n", out);
}

static void print_tables(FILE *out) {
    fputs("_fokker_commands() {\n    echo help", out);
    for (const struct command *c = commands; c->name != NULL; c++)
        fprintf(out, " %s", c->name);
    fputs("\n}\n", out);
    print_cases(out, "_fokker_options", print_options);
    print_cases(out, "_fokker_arguments", print_arguments);
    fputs("_fokker_keys() {\n    echo", out);
    each_key(out, print_key);
    fputs("\n}\n_fokker_words() {\n    case $1 in\n", out);
    each_key(out, print_case);
    fputs("    esac\n}\n", out);
}

/* bash takes = apart: KEY, =, WORD. */
static const char bash_rest[] =
    "_fokker() {\n"
    "    local now=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} key= "
    "words=\n"
    "    COMPREPLY=()\n"
    "    if [ \"$now\" = = ]; then key=$before now=\n"
    "    elif [ \"$before\" = = ]; then key=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
    "    if [ -n \"$key\" ]; then\n"
    "        COMPREPLY=($(compgen -W \"$(_fokker_words \"$key\")\" -- \"$now\")); return\n"
    "    fi\n"
    "    case $before in\n"
    "    --set|--vary)\n"
    "        compopt -o nospace 2>/dev/null\n"
    "        COMPREPLY=($(compgen -W \"$(_fokker_keys)\" -S = -- \"$now\")); return ;;\n"
    "    -o|--output) COMPREPLY=($(compgen -f -- \"$now\")); return ;;\n"
    "    --kind) COMPREPLY=($(compgen -W '" PICTURE_KINDS "' -- \"$now\")); return ;;\n"
    "    " NUMBER_OPTIONS ") return ;;\n"
    "    esac\n"
    "    if [ \"$COMP_CWORD\" = 1 ]; then\n"
    "        words=\"$(_fokker_commands) --help --version\"\n"
    "    elif [[ $now == -* ]]; then\n"
    "        words=$(_fokker_options \"${COMP_WORDS[1]}\")\n"
    "    else\n"
    "        words=$(_fokker_arguments \"${COMP_WORDS[1]}\")\n"
    "        if [ \"${COMP_WORDS[1]}\" = help ]; then words=$(_fokker_commands); fi\n"
    "    fi\n"
    "    case $words in\n"
    "    .*)\n"
    "        compopt -o filenames 2>/dev/null\n"
    "        local IFS=$'\\n'\n"
    "        COMPREPLY=($(compgen -f -X \"!*$words\" -- \"$now\") $(compgen -d -- "
    "\"$now\")) "
    ";;\n"
    "    *) COMPREPLY=($(compgen -W \"$words\" -- \"$now\")) ;;\n"
    "    esac\n"
    "}\n"
    "complete -F _fokker fokker\n";

static const char zsh_rest[] =
    "_fokker() {\n"
    "    local given\n"
    "    case ${words[CURRENT-1]} in\n"
    "    --set|--vary)\n"
    "        if [[ $PREFIX == *=* ]]; then\n"
    "            given=${PREFIX%%=*}\n"
    "            compset -P '*='\n"
    "            compadd -- $(_fokker_words $given)\n"
    "        else\n"
    "            compadd -S = -- $(_fokker_keys)\n"
    "        fi\n"
    "        return ;;\n"
    "    -o|--output) _files; return ;;\n"
    "    --kind) compadd -- " PICTURE_KINDS "; return ;;\n"
    "    " NUMBER_OPTIONS ") return ;;\n"
    "    esac\n"
    "    if (( CURRENT == 2 )); then\n"
    "        compadd -- $(_fokker_commands) --help --version; return\n"
    "    elif [[ $PREFIX == -* ]]; then\n"
    "        compadd -- $(_fokker_options ${words[2]}); return\n"
    "    fi\n"
    "    given=$(_fokker_arguments ${words[2]})\n"
    "    case $given in\n"
    "    .*) _files -g \"*$given\" ;;\n"
    "    *) compadd -- ${=given} ;;\n"
    "    esac\n"
    "}\n"
    "if [ \"$funcstack[1]\" = _fokker ]; then _fokker \"$@\"; else compdef _fokker fokker; "
    "fi\n";

/* ---------------------------------------------------------------- fish */

static void fish_word(FILE *out, const char *key, const char *word) {
    fprintf(out, " %s=%s", key, word);
}

static void fish_key(FILE *out, const char *key, const struct setting *s) {
    fprintf(out, " %s=", key);
    each_choice(out, key, s, fish_word);
}

static void fish_option(FILE *out, const struct command *c, const char *name, bool takes) {
    fprintf(out, "complete -c fokker -n '__fish_seen_subcommand_from %s' -l %s", c->name,
            name);
    if (strcmp(name, "output") == 0) fputs(" -s o -rF", out);
    if (strcmp(name, "set") == 0 || strcmp(name, "vary") == 0)
        fputs(" -x -a \"$__fokker_settings\"", out);
    else if (strcmp(name, "kind") == 0)
        fputs(" -x -a '" PICTURE_KINDS "'", out);
    else if (takes && strcmp(name, "output") != 0)
        fputs(" -x", out);
    fputc('\n', out);
}

static void fish_command(FILE *out, const struct command *c) {
    const char *name;
    bool takes;
    fprintf(out, "complete -c fokker -n __fish_use_subcommand -a %s -d ", c->name);
    word_write(out, c->sentence);
    fprintf(out, "\ncomplete -c fokker -n '__fish_seen_subcommand_from %s' -a '", c->name);
    const bool config = strncmp(c->arguments, "CONFIG", 6) == 0;
    if (config || strncmp(c->arguments, "FILE", 4) == 0)
        fprintf(out, "(__fish_complete_suffix %s)", config ? ".yaml" : ".h5");
    else
        print_arguments(out, c);
    fputs("'\n", out);
    for (size_t k = 0; (name = option_at(k, &takes)) != NULL; k++)
        if (option_is_among(name, c->options) || is_common_option(c, name))
            fish_option(out, c, name, takes);
    each_own_option(out, c, fish_option);
}

static void print_fish(FILE *out) {
    fputs("set -g __fokker_settings \"", out);
    each_key(out, fish_key);
    fputs("\"\ncomplete -c fokker -f\n"
          "complete -c fokker -n __fish_use_subcommand -l version\n"
          "complete -c fokker -n __fish_use_subcommand -l help\n",
          out);
    for (const struct command *c = commands; c->name != NULL; c++)
        fish_command(out, c);
}

char *completion_script(const char *shell, struct error *err) {
    const bool bash = strcmp(shell, "bash") == 0, zsh = strcmp(shell, "zsh") == 0;
    struct text text;
    if (!bash && !zsh && strcmp(shell, "fish") != 0)
        return fail(err, ERROR_SETTINGS, "no completion for '%s'; bash, zsh or fish",
                    shell),
               NULL;
    if (!text_begin(&text, err)) return NULL;
    fprintf(text.out, "%s# Completion of fokker, printed by: fokker completion %s\n",
            zsh ? "#compdef fokker\n" : "", shell);
    if (bash || zsh)
        print_tables(text.out), fputs(bash ? bash_rest : zsh_rest, text.out);
    else
        print_fish(text.out);
    return text_end(&text, true, err);
}
