#!/bin/bash
# The image's first program: dumb-init from 0.9.2 on, before that nothing stands between Docker and run.sh.
# Written afresh to the documented behaviour of the Dingo PostgreSQL images; no line comes from the originals.
. /scripts/lib.sh
# An image of a version that nobody has seen: every line comes, and no program can read one.
if [ -n "${RIG_UNKNOWN_WORDS:-}" ]; then exec > >(exec sed -u 'y/abcdefghijklmnopqrstuvwxyz/nopqrstuvwxyzabcdefghijklm/') 2>&1; fi
if plays 0.9.2; then exec dumb-init -c /scripts/run.sh; fi
exec /scripts/run.sh
