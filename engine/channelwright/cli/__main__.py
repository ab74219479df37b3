"""``python -m channelwright.cli``."""

from channelwright.cli.main import entry

entry()
