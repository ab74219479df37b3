"""The reader of fenced blocks finds what is there, so that no page is skipped by accident."""

import pytest

from tests.docs.pages import blocks_of, commands_of

PAGE = """\
# Title
```python
a = 1
```

<!-- not run -->
```python
b = 2
```
A sentence takes the mark back.
```console
$ channelwright check \\
    scenarios/x
all good
$ echo 2
2
```
<!-- run -->

```bash
# a comment
make demo
```
"""


def test_blocks_carry_language_mark_text_and_line() -> None:
    blocks = blocks_of(PAGE)
    assert [(b.language, b.mark, b.line) for b in blocks] == [
        ("python", "", 3),
        ("python", "not run", 8),
        ("console", "", 12),
        ("bash", "run", 21),
    ]
    assert blocks[0].text == "a = 1"


def test_mark_does_not_reach_past_a_sentence() -> None:
    assert blocks_of("<!-- not run -->\ntext\n```python\n1\n```\n")[0].mark == ""


def test_console_block_splits_into_commands_and_output() -> None:
    _, _, console, bash = blocks_of(PAGE)
    first, second = commands_of(console)
    assert first.line.split() == ["channelwright", "check", "scenarios/x"]
    assert first.output == "all good\n"
    assert (second.line, second.output) == ("echo 2", "2\n")
    assert [command.line for command in commands_of(bash)] == ["make demo"]


def test_open_fence_is_refused() -> None:
    with pytest.raises(AssertionError, match="never closed"):
        blocks_of("```python\n1\n")
