"""What Ctrl-C or a lost cluster leave: a study that goes on where it stopped."""

from __future__ import annotations

from channelwright.foundation.errors import ChannelwrightError


class StudyInterruptedError(ChannelwrightError):
    """The user stopped a study; everything finished so far is kept."""

    exit_code = 130

    def __init__(self, study: str, ended: int, total: int) -> None:
        super().__init__(
            f"study {study} was stopped with {ended} of {total} runs finished; "
            "give the same command again to go on from there"
        )


class StudyStoppedError(ChannelwrightError):
    """The place where runs are made is gone; everything finished so far is kept."""

    exit_code = 3

    def __init__(self, study: str, ended: int, total: int, reason: str) -> None:
        super().__init__(
            f"study {study} was stopped with {ended} of {total} runs finished: {reason}; "
            "give the same command again to go on from there"
        )
