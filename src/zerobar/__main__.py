"""`python -m zerobar` is the command line."""

from zerobar.cli import app

app(prog_name="zerobar")
