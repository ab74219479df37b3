"""A user's script: no main guard, a few lines, started as a process by the tests."""

import signal
import sys

from channelwright.foundation.errors import ChannelwrightError
from channelwright.store import identity
from channelwright.studies import simulate
from tests.study import fake_world

# The fake world rests on nothing else of the engine.
identity.SOURCES = ("foundation",)

# As a terminal gives it: a test command in the background would pass Ctrl-C on as ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)

out, workers, replications = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
try:
    runs = simulate(
        fake_world.pack(replications=replications),
        out=out,
        workers=workers,
        study="killed",
        keep="orders",
        engine=fake_world.ENGINE,
        progress=lambda state: sys.stdout.write(f"{state}\n") and sys.stdout.flush(),
    )
except ChannelwrightError as error:
    sys.stderr.write(str(error))
    sys.exit(error.exit_code)
