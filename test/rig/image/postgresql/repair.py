"""Repairs that the parts of 2016 need on today's Python. Run once, while the image is built.

Each repair says what breaks without it, and stops the build when its place is not found:
a repair that silently does nothing would only show up as a restore that never happens.
"""
import pathlib
import sysconfig

SITE = pathlib.Path(sysconfig.get_paths()["purelib"])


def replace(path, old, new):
    text = path.read_text()
    if text.count(old) != 1:
        raise SystemExit(f"{path}: expected {old!r} exactly once")
    path.write_text(text.replace(old, new))


# Patroni compares str with bytes, catches the error and falls through: the archive would never be used.
replace(
    pathlib.Path("/patroni/scripts/wale_restore.py"),
    "latest_backup.splitlines() if latest_backup",
    "latest_backup.decode().splitlines() if latest_backup",
)

# socket.fromfd on a pipe raises since Python 3.7: each wal-fetch logs a traceback and prefetches nothing.
replace(
    SITE / "wal_e/pep3143daemon/daemon.py",
    "    result = False\n    sock = socket.fromfd(\n        sys.__stdin__.fileno(),\n",
    "    return False\n    sock = socket.fromfd(\n        sys.__stdin__.fileno(),\n",
)

# The client at hand is newer than the server, and its pg_basebackup has another name for this option:
# a second member that comes before the first base backup would never get its copy.
replace(pathlib.Path("/patroni/postgresql.py"), "'--xlog-method=stream'", "'--wal-method=stream'")
