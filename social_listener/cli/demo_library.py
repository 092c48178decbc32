"""What the demo's staff answer with: a handful of saved replies and two macros of the invented brand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from social_listener.desk_types.answering import Fits, MacroStep, SavedText

if TYPE_CHECKING:
    from social_listener.desk import Desk

_HELLO = "{contact.first_name|there}"

#: what the brand says again and again
SAVED: Final = (
    SavedText(
        name="Ask for the order number",
        text=f"Hi {_HELLO}, sorry for the wait! Send us your order number in a private message and we look at once. "
        "– {staff.name}",
        language="en",
        fits=Fits.PUBLIC,
        folder="Delivery",
        tags=("order", "parcel"),
    ),
    SavedText(
        name="Refund is on its way",
        text=f"Hi {_HELLO}, we have started your refund. It is with your bank in 3 to 5 days. – {{staff.name}}",
        language="en",
        folder="Money",
        tags=("refund",),
    ),
    SavedText(
        name="Broken machine",
        text=f"I am sorry about that, {_HELLO}. Please unplug it, and send us a picture and the serial number from "
        "below the water tank: we send a new one.",
        language="en",
        folder="Repairs",
        tags=("broken", "warranty"),
    ),
    SavedText(
        name="Thank you", text=f"Thank you so much, {_HELLO}! That made our day ☕", language="en", folder="Praise"
    ),
    SavedText(
        name="Nach der Bestellnummer fragen",
        text="Hallo {contact.first_name|und guten Tag}, das tut uns leid! Schick uns bitte deine Bestellnummer in "
        "einer privaten Nachricht, dann sehen wir sofort nach. – {staff.name}",
        language="de",
        fits=Fits.PUBLIC,
        folder="Delivery",
        tags=("order",),
    ),
    SavedText(
        name="Details, privately",
        text=f"Hi {_HELLO}, {{staff.name}} from {{account.name}} here. What is the order number, and which address "
        "did it go to?",
        language="en",
        fits=Fits.PRIVATE,
        folder="Delivery",
    ),
)

#: macro → its steps; a saved reply is meant by its name
MACROS: Final = {
    "Refund, and done": (
        ("reply_public", "Refund is on its way"),
        ("note", "Refund promised to {contact.name|a customer without a name}"),
        ("resolve", ""),
    ),
    "Take it, ask for the order": (
        ("assign", "me"),
        ("reply_public", "Ask for the order number"),
        ("snooze", "24"),
    ),
}


def furnish(desk: Desk, staff: str) -> None:
    """Keep the brand's saved replies and macros, unless there are some: what a person archived stays away."""
    if desk.library.all(staff, archived=True) or desk.macros.all(staff, archived=True):
        return
    ids = {text.name: desk.library.save(replace(text, shared=True), staff).id for text in SAVED}
    for name, steps in MACROS.items():
        made = [MacroStep(kind=kind, value=ids.get(value, value)) for kind, value in steps]
        desk.macros.save(name, made, staff, shared=True)
