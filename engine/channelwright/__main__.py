"""``python -m channelwright``."""

from channelwright.cli.main import entry

entry()
