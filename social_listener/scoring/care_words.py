"""What the words of customer care weigh, in our own judgement, where a list of words with a feeling does not tell.

Everything here is our own wording, from what the words mean; no list was fitted to labelled texts. Weights are on the
scale of vaderSentiment's lexicon, -4 to 4, on which "bad" is -2.5 and "good" 1.9.
"""

from __future__ import annotations

from typing import Final

_SPLIT = str.split  # word lists are easier to read as one string

#: Words that the lexicon calls kind, and that name a matter when somebody writes to a company: what is asked for, how
#: politely, what is sold. They weigh nothing.
MATTERS: Final = frozenset(
    _SPLIT(
        # politeness and wishes: whoever says "please help" is not pleased
        "please pls plz kindly dear help helps helping helped hope hopes hoping hopefully want wants wanted "
        # what companies have and sell
        "support care credit credits gift gifts reward rewards award awards bonus free premium special benefit "
        "benefits value advantage share interest legal legally safe safely safety secure security assurance "
        # what is done about a matter
        "resolve resolved resolving solution chance allow ensure agree agreement join respond reach save saved "
        "create created increase increased extend active ready alert "
        # how sure something is, and how important
        "sure ok okay clear clearly certain certainly definitely true actually important matter matters top "
        # slang of the lexicon that is a plain word here, and a name
        "hand play party number amazon"
    )
)

LIKE: Final = frozenset(_SPLIT("i we they really also do don't dont didn't didnt always"))
"""Only behind one of these is "like" what somebody feels: not in "would like", "looks like", "like this"."""

SUBJECTS: Final = frozenset(_SPLIT("you u ya we i they it this that there he she anyone anybody someone"))
"""Behind "n't" they make a question of it: "can't you help?" denies nothing."""

CUE_WEIGHTS: Final = {
    "complaint": -1.5, "outage": -1.5, "safety": -1.5, "refund": -0.8, "cancel": -0.8, "legal": -0.8,
    "solved": 0.8, "praise": 0.6,
}  # fmt: skip
"""What the words of a cue weigh: trouble that somebody tells of; a demand tells of trouble half of the time."""
MORE: Final = 0.5
"""Each further place of such words, up to two, weighs this share of the first."""

BESIDE_TROUBLE: Final = 0.25
"""What kind words weigh beside words of trouble: "Great, another delay" and "thanks, but it is still broken"."""
IN_A_REQUEST: Final = 0.5
"""What kind words weigh in a question or a request: "Hi, great shop! Is it open on Sunday?" wants to know something."""

TROUBLES: Final = ("complaint", "refund", "outage", "cancel", "legal", "safety")
"""Cues that something is wrong."""

ROLLED_EYES: Final = "🙄"
"""Nobody rolls their eyes at what they like: kind words beside it weigh nothing."""

#: Emoji by what people mean with them, where the lexicon weighs the words of their official name: 😭 is "loudly crying
#: face", 😩 "weary face", 👏 "clapping hands".
EMOJI: Final = {
    **dict.fromkeys("😡😠🤬👿💩🖕", -2.5),
    **dict.fromkeys("👎😤😒🤮🤢😖😣💔", -2.0),
    **dict.fromkeys("😞😔😟🙁☹😕😩😫😢😥😿🤦😑😐😪🥱", -1.3),
    **dict.fromkeys("😭😳😬😱", -0.5),
    **dict.fromkeys("🙏🤔🤷👀😮🚨⏰✈📱📦", 0.0),
    **dict.fromkeys("😂🤣😅😉😏😎🙌👏✨", 0.8),
    **dict.fromkeys("🙂😌👌✅🤞💪", 1.3),
    **dict.fromkeys("👍😊☺😃😄😀😁😆🎉🥳🤗💯", 2.0),
    **dict.fromkeys("❤♥😍🥰😘💕💖💗💙💚💛🧡💜🤩😻💞🏆", 2.7),
}
