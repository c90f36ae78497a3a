#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# bash gui.sh OUTPREFIX SECONDS CMD...: runs CMD under xvfb, takes OUTPREFIX.png after SECONDS
# (needs xvfb xauth x11-apps imagemagick)
export OUT=$1 SECS=$2
shift 2
rm -f "$OUT.png"
# shellcheck disable=SC2016 # expanded by the inner shell
xvfb-run -a -s "-screen 0 1300x850x24" bash -c '
    "$@" >"$OUT.log" 2>&1 & P=$!
    sleep "$SECS"
    xwd -root -silent | convert xwd:- "$OUT.png"
    kill $P; sleep 0.5; kill -9 $P 2>/dev/null; true' _ "$@"
[ -s "$OUT.png" ] && ! grep -q Traceback "$OUT.log"
