"""One joke, about anything."""

from __future__ import annotations

import re
from typing import Final

_TOPIC: Final = re.compile(
    r"\b(?:joke|jokes|pun|riddle)\s+(?:about|on|with)\s+(?:an?\s+|the\s+)?([\w' -]+)", re.IGNORECASE
)


def joke_topic(text: str) -> str:
    """What a joke shall be about; "emulators" where the text does not say."""
    topic = _TOPIC.search(text)
    return topic.group(1).strip() if topic else "emulators"


def joke_about(topic: str) -> tuple[str, str]:
    """The question that sets the joke up, and the answer that resolves it."""
    return f"Why did nobody laugh at the joke about {topic}?", "It came from a table: the emulator knows only this one."
