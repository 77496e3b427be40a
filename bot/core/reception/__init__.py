"""Reception: what follows from one inbound text, decided as a value before anything is written.

The screen's findings come in beside the text: they count at any time and in any state, whatever the script makes of it.
"""

from bot.core.reception.deciding import decide, decide_without_script
from bot.core.reception.decision import Decision, Matter, Over, Sender, Spoken, Standing, Text, Waiting
from bot.core.reception.doubt import is_for_waiting
from bot.core.reception.turning import read_back

__all__ = [
    "Decision",
    "Matter",
    "Over",
    "Sender",
    "Spoken",
    "Standing",
    "Text",
    "Waiting",
    "decide",
    "decide_without_script",
    "is_for_waiting",
    "read_back",
]
