"""Reception: what follows from one inbound text, decided as a value before anything is written.

The screen's findings come in beside the text: they count at any time and in any state, whatever the script makes of it.
"""

from bot.core.reception.conversation import read_back
from bot.core.reception.deciding import decide, decide_without_script
from bot.core.reception.decision import Decision, Matter, Sender, Spoken, Standing, Text, Waiting

__all__ = [
    "Decision",
    "Matter",
    "Sender",
    "Spoken",
    "Standing",
    "Text",
    "Waiting",
    "decide",
    "decide_without_script",
    "read_back",
]
