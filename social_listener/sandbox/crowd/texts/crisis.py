"""What is said in a crisis. {b} is the brand's handle."""

from __future__ import annotations

OUTAGE: dict[str, list[str]] = {
    "post": [
        "{b} {problem} {where}, {since}. {end}",
        "{Problem} {where} {since}, {b}. {end}",
        "{open} {b}, {problem} {where}. {end}",
        "{open} {problem} {since} {b}",
        "{b} {try}, and every time {problem}. {end}",
        "{Try} {since}. {Problem}. {b} {end}",
    ],
    "open": ["So", "Great,", "Hello", "Seriously", "Is it just me or", "Hey", "Ugh,", "Anyone else?", "Come on"],
    "problem": [
        "my payment is declined",
        "payment declined",
        "the checkout fails with an error",
        "my card gets declined though there is money on it",
        "payments are broken",
        "I get charged but no order shows up, payment failed",
        "the payment page is down",
        "your payment system rejects all my cards",
        "it says payment declined again",
        "the checkout hangs and then the payment fails",
    ],
    "where": [
        "in the app",
        "on your site",
        "at checkout",
        "on my phone",
        "in the shop",
        "with PayPal",
        "with my Visa",
        "here",
    ],
    "since": [
        "since ten",
        "for an hour now",
        "all morning",
        "for the third time",
        "since the update",
        "today",
        "since breakfast",
    ],
    "try": [
        "tried two cards",
        "I tried three browsers",
        "I have tried to pay five times",
        "restarted everything",
        "tried with my wife's card as well",
        "I cleared the cache, logged in again",
    ],
    "end": [
        "This is useless.",
        "What is wrong with you?",
        "I need these beans for a wedding!",
        "Please fix this.",
        "Terrible.",
        "Is anybody there?",
        "Was my card charged or not?",
        "So annoying.",
        "I am giving up, awful service.",
        "Fix it or refund me.",
        "This is a disaster for my café.",
        "Not acceptable.",
    ],
}

VIRAL: dict[str, list[str]] = {
    "root": [
        (
            "My mother's Brewster Mini caught fire this morning. {b} told her on the phone that she must have "
            "'used it wrong'. She is 81 and made one cup of coffee. Share this until somebody there calls her back."
        ),
    ],
    "answer": [
        "{b} {shame}. {demand}",
        "{Shame}, {b}. {own}",
        "{own} {b} {demand}",
        "{demand} {shame}. {b}",
        "{b} {own} {shame}.",
    ],
    "shame": [
        "this is disgusting",
        "shame on you",
        "blaming an old lady for a fire is awful",
        "what a horrible way to treat a customer",
        "I am appalled",
        "unbelievable, and dangerous",
        "how dare you",
        "that poor woman",
    ],
    "demand": [
        "Call her back.",
        "Apologise, today.",
        "Recall the Mini before a house burns down!",
        "Answer her.",
        "Who do you think you are?",
        "You should be ashamed.",
        "I will never buy from you again.",
        "Explain yourselves.",
        "Somebody has to answer for this fire.",
    ],
    "own": [
        "Mine smelled of smoke too.",
        "I have the same Mini at home and unplugged it.",
        "I just cancelled my order.",
        "My sister's Mini melted last year.",
        "Reading this made me angry.",
        "Nobody deserves this.",
        "My parents own one, now I am scared.",
        "I told my followers about the fire.",
    ],
}

BOTS: dict[str, list[str]] = {
    "post": [
        "{b} is a scam, they stole {fee} dollars from my own sister and never answered her, do not buy{sign}",
        "{b} is a scam, they stole {price} dollars from my own sister and never answered her, do not buy{sign} {tag}",
    ],
    "sign": ["", "!", "!!", " ...", " 😡"],
    "tag": ["#boycott", "#fernhill", "#scam", ""],
}
