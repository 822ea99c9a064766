"""``python -m cleanclaim``."""

from cleanclaim.cli.main import run

run()
