"""The brand's own voice: posts, and answers that colleagues gave before a demo begins."""

from __future__ import annotations

GRAMMAR: dict[str, list[str]] = {
    "bean": ["Morning Moss", "Slow River", "Harbour Dark", "Little Owl"],
    "posts": [
        "Rain outside, {bean} inside. How do you brew yours today?",
        "Recipe for two: 30 g of {bean}, 450 g of water, four minutes, no phone. https://fernhill.example/recipes",
        "The spring roast is back: {bean}, with apricot and a little cocoa. https://fernhill.example/spring",
        "How to descale a Duo in ten minutes, step by step ☕ https://fernhill.example/descale",
        "Wanted: two people who fix machines as well as they listen. Roastery, full time.",
        "Did you know? The drip tray may go into the dishwasher. The brew group may not.",
        "From tomorrow every box is made without plastic. It took us two years, and we are a bit proud.",
        "What would you like to know about {bean}? Marta from the roastery answers today from 3 pm.",
        "New in the app: pause your subscription with one tap.",
    ],
    "sign": ["^Nadia", "^Tomasz", "^Ben"],
    "trouble_en": [
        "Hi {first}, sorry about this. Could you send us your order number in a direct message? We look now. {sign}",
        "Thank you for telling us, {first}. This should not happen. Please send us the number in private. {sign}",
        "Hi {first}, that is on us. A colleague calls you this afternoon. {sign}",
        "Hello {first}, we have passed it on to the workshop and come back to you today. {sign}",
        "Sorry, {first}. I am looking into it right now and write to you within the hour. {sign}",
        "Hi {first}, I can see what went wrong. Please check your mail in ten minutes. {sign}",
    ],
    "question_en": [
        "Hi {first}, good question! All the details are at https://fernhill.example/help {sign}",
        "Hello {first}, it does. Tell us if you get stuck. {sign}",
        "Hi {first}, not yet, but we are working on it. {sign}",
    ],
    "outage_en": [
        "Hi {first}, yes, the app has trouble since this morning. We are on it, and brewing by hand works. {sign}",
        "Sorry, {first}! It should be back by now. Could you close the app and try again? {sign}",
    ],
    "safety_en": [
        "{first}, please leave it unplugged. Are you all right? Send us your number in private, we call now. {sign}",
    ],
    "praise_en": [
        "That made our morning, {first}. Thank you! {sign}",
        "Thank you, {first}! We have read it out in the roastery. {sign}",
    ],
    "trouble_de": [
        "Hallo {first}, das tut uns leid. Schickst du uns die Bestellnummer per Direktnachricht? {sign}",
        "Hallo {first}, das schauen wir uns sofort an und melden uns heute noch. {sign}",
    ],
    "question_de": ["Hallo {first}, ja, das geht. Mehr dazu unter https://fernhill.example/hilfe {sign}"],
    "praise_de": ["Vielen Dank, {first}! Das freut die ganze Rösterei. {sign}"],
    "trouble_fr": ["Bonjour {first}, désolés. Pouvez-vous nous envoyer le numéro en message privé ? {sign}"],
    "question_fr": ["Bonjour {first}, oui ! Tout est expliqué sur https://fernhill.example/aide {sign}"],
    "praise_fr": ["Merci beaucoup {first}, ça nous fait très plaisir ! {sign}"],
    "trouble_es": ["Hola {first}, lo sentimos. ¿Nos mandas el número de pedido por mensaje directo? {sign}"],
    "praise_es": ["¡Muchas gracias, {first}! {sign}"],
}
