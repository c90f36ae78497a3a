#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# bash gui.sh OUTPREFIX SECONDS CMD...: runs CMD under xvfb and takes OUTPREFIX.png as soon as something is drawn, at
# most after SECONDS; a picture that is black or empty fails. PART="LEFT TOP RIGHT BOTTOM", of 0 to 1 of the screen of
# 1300 x 850, says where to look (needs xvfb xauth x11-apps imagemagick, python3-matplotlib).
export OUT=$1 SECS=$2 PART=${PART-0 0 1 1} PIXELS
PIXELS=$(dirname "$(realpath "$0")")/pixels.py
shift 2
rm -f "$OUT.png"
# shellcheck disable=SC2016 # expanded by the inner shell
xvfb-run -a -s "-screen 0 1300x850x24 -noreset" bash -c '
    "$@" >"$OUT.log" 2>&1 & P=$!
    end=$((SECONDS + SECS))
    while sleep 3; do
        xwd -root -silent | convert xwd:- "png24:$OUT.png"
        said=$(/usr/bin/python3 "$PIXELS" "$OUT.png" --part $PART) && break
        [ "$SECONDS" -lt "$end" ] || break
    done
    echo "$said"
    kill $P; sleep 0.5; kill -9 $P 2>/dev/null; true' _ "$@"
[ -s "$OUT.png" ] && ! grep -q Traceback "$OUT.log"
