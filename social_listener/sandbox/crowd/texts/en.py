"""English: all kinds of story, and what follows from them. {b} is the brand: its handle, or its name in passing."""

from __future__ import annotations

from social_listener.sandbox.crowd.texts import en_more

LATE = (
    "{b} I have tried your form, your phone line and your chat, so now I try it here. Order {order}, a "
    "{machine} and four bags of {bean}, was due {ago} ago. The first parcel came with a broken {part}. The "
    "second went to a neighbour two streets away. The third exists only in your tracking. I have taken two "
    "mornings off work for this. I don't want a voucher, I want either the machine or my {machine_price} "
    "euros."
)
LOVED = (
    "A thread-sized love letter to {b}: my father, who has distrusted every machine since the fax, now makes "
    "a flat white before breakfast. He has opinions about {bean}. He phones me about water hardness. When his "
    "{part} broke, your colleague walked him through the repair for an hour, and he hung up happier than "
    "before. I don't know what you pay these people, but please pay them more."
)
WARRANTY = (
    "{b} for the record, because your support asks me to explain it anew in every mail: bought a {machine} in "
    "{year}, {part} replaced under warranty, broken again {ago} later with error {code}. You say that the "
    'second repair is not covered, because the part is "consumable". The manual that came with it calls it '
    '"maintenance free for ten years". Both cannot be true. Which one is it, and who pays for the repair?'
)

GRAMMAR: dict[str, list[str]] = {
    "machine": ["Fernhill One", "Fernhill Duo", "Duo", "One", "Brewster Mini", "Fernhill Duo Plus"],
    "bean": ["Morning Moss", "Slow River", "Decaf No. 4", "Harbour Dark", "Little Owl", "the Kenyan"],
    "part": ["water tank", "drip tray", "steam wand", "grinder", "brew group", "milk hose", "portafilter handle"],
    "courier": ["the courier", "your courier", "the delivery company", "whoever delivers for you"],
    "when": ["Monday", "Tuesday", "Friday", "the 3rd", "the 14th", "Saturday"],
    "month": ["January", "June", "August", "October"],
    "wet": ["water tank", "drip tray", "steam wand", "brew group", "milk hose"],
    "ago": ["{few} weeks", "{days} days", "almost a month", "over two weeks"],
    "who": ["my wife", "my flatmate", "my mum", "the whole office", "my boss", "my sister"],
    "delivery": [
        "{b} Where is my order? Been waiting {few} weeks",
        '{b} where is order {order}? Tracking has said "label created" for {days} days.',
        "Still no delivery, {b}. Order {order}, placed on {when}.",
        "{b} I was told my {bean} would arrive on {when}. It is now {ago} later.",
        "Hi {b}, tracking for {order} has not moved since {when}. Is it coming?",
        "{b} {courier} says delivered. My doorstep says otherwise. Order {order}.",
        "{b} paid for express. That was {ago} ago.",
        "Ordered a {machine} for {who}, {ago} ago, {b}. Birthday was yesterday.",
        "{b} you sent me two bags of {bean} and no {machine}. Order {order}",
        "{b} the box came, half of it is missing. Two bags instead of four, {order}.",
        "Anyone else still waiting for their {b} beans? Mine were due on {when}",
        "{b} parcel went to the wrong address AGAIN. I corrected it on {when}, in writing.",
        "{b} my subscription box hasn't shipped and nobody tells me why. Day {days}.",
    ],
    "broken": [
        "{b} my {machine} leaks from the {wet}. {ago} old.",
        "{b} the {part} of my {machine} snapped off this morning. I was just cleaning it.",
        "My {machine} shows error {code} and won't heat up. Third time this month, {b}.",
        "{b} my {machine} stopped working after {ago}. Manual says descale. Did that twice. Still {code}.",
        "So the new {part} you sent me, {b}, does not fit a {machine}. Did anybody check?",
        "{b} the grinder in my {machine} now sounds like a gravel truck. Video on request.",
        "Dear {b}, a {machine} for {machine_price} euros should survive more than {ago}.",
        "{b} no pressure at all since the last firmware. Lukewarm brown water.",
        "{b} the {machine} trips the fuse for the entire flat whenever the {part} is in. Is that normal??",
        "The display on my {machine} is dead after {ago}. {b} what now?",
    ],
    "refund": [
        "{b} I still have not received my refund. Return arrived at yours on {when}.",
        "{b} refund for {order} please. You have had the machine back for {ago}.",
        "I want my money back, {b}. {price} euros, order {order}. Not a voucher.",
        "{b} your form says refund in 5 days. It's been {days}.",
        "How many mails does it take to get a refund from {b}? I'm at {few}.",
        "{b} cancel order {order} and return my {price} euros. I have asked nicely.",
        "{b} sent the {machine} back, got the wrong amount refunded. {price} missing.",
    ],
    "billing": [
        "{b} charged twice for the same subscription, {fee} each. Please look at {order}.",
        "{b} I cancelled in {month} and you took another {fee} this morning.",
        "Why did my {b} subscription go from 24 to 36 without a word?",
        "{b} the discount code from your own newsletter does not work at checkout.",
        "{b} there is a charge of {fee} from you on my card and I never ordered anything. Please explain.",
        "{b} the app says paused, my bank says otherwise",
    ],
    "outage": [
        "{b} app is down? Just a white screen here.",
        "Is the {b} app down for anyone else? My machine won't brew without it",
        '{b} can\'t log in since this morning. "Something went wrong" and nothing else.',
        "{b} your shop throws a 502 on checkout. Third attempt.",
        "A coffee machine that needs a server to make coffee. And the server is down. Well done {b}",
        "{b} schedule didn't start today, app offline on both phones.",
        "Server error on {b} again, same as on {when}",
        "{b} pairing has failed since the update. Restarted everything twice.",
    ],
    "question": [
        "{b} does the {machine} work with oat milk, or does the hose clog?",
        "Quick question {b}: how often should I descale a {machine} with soft water?",
        "{b} is {bean} coming back this year?",
        "{b} do you ship to the Channel Islands?",
        "Can I pause my subscription for {few} weeks while I'm away, {b}?",
        "{b} what grind setting do you suggest for {bean} in a moka pot?",
        "Is the {part} of the old One the same as for the Duo? Asking before I order, {b}",
        "{b} is {bean} decaffeinated with water or with something else?",
        "{b} how loud is the {machine}? We live above a baby.",
        "Can I use your pods in the {machine}, {b}, or do I void something?",
        "{b} do you have a trade programme for small cafés?",
        "{b} which of your beans would you give to somebody who only drinks tea?",
        "Could you tell me when the spring roast is out, {b}?",
    ],
    "praise": [
        "{b} {bean} is the best thing that has happened to my mornings. Thank you!",
        "Ordered on Tuesday, here on Wednesday, still smells of the roastery. Lovely work {b} ☕",
        "Shout-out to Nadia at {b} support who stayed on the phone until my {machine} was fixed. Brilliant.",
        "{b} I doubted the {machine}. I was wrong. It's wonderful.",
        "My {machine} turned five today. Not one repair. Well built, {b}.",
        "The little handwritten card in the box made my day {b} 💚",
        "{b} new app is so much nicer than the old one, thanks for listening",
        "If you like chocolate notes get {bean} by {b}. Trust me.",
        "{b} replaced a {part} for free after the warranty had run out. That is how you keep a customer.",
        "Third bag of {bean} in a row, no regrets {b}",
        "Can confirm: {b} {bean} with a slice of toast is happiness",
    ],
    "irony": [
        "Love how my {machine} makes everything except coffee. Five stars {b} 👏",
        'Oh great, another "small improvement" to the {b} app. Now the start button is a mystery.',
        "Thanks {b} for the free puddle. My kitchen floor had been far too dry.",
        "Big thank you to {b} for the {days} days of anticipation. Almost don't need the coffee now.",
        "{b} your hold music is wonderful. I know it by heart. All forty minutes.",
        "Wonderful: {courier} of {b} has delivered to a neighbour I do not have.",
        "My {machine} now beeps at 3 am. How thoughtful of {b}, I love getting up early.",
        "Nice of {b} to apologise for the price rise with a sticker. Sure, that settles it.",
        "Best {machine_price} euros I ever spent on a paperweight, {b}",
    ],
    "safety": [
        "{b} my {machine} caught fire this morning. Flames out of the back. Nobody hurt, kitchen is black.",
        "{b} the steam wand came off in my hand and I burned my fingers. Blisters. Please call me.",
        "Smoke is coming out of my {machine}, {b}!! Unplugged it. Is that the recall model?",
        "{b} got an electric shock from the drip tray of the {machine}. My daughter uses this thing.",
        "{b} found a piece of metal in a bag of {bean}. Nearly swallowed it. Batch {order}.",
        "{b} the glass jug shattered while my son was pouring. He has a cut on his hand.",
    ],
    "legal": [
        "{b} last warning: {price} euros by Friday or you hear from my lawyer. Order {order}.",
        "{b} ignoring my withdrawal is against the law. I have written to the consumer protection agency.",
        "I am filing a complaint with trading standards about {b}. {few} months, no machine, no money.",
        "{b} you published my review with my full name. That is a data protection breach. Remove it today.",
        "{b} small claims form is filled in. Order {order}. Last chance to answer.",
        "{b} please send me all the personal data you hold about me, as you must within a month.",
    ],
    "spam": [
        "{b} 🔥🔥 I made $4,300 last week from home, ask me how 👉 https://luna-gains.example/start",
        "{b} FREE gift card for the first 100!!! claim at https://cards.example/win",
        "Follow @best_deals_4u for cheap coffee machines 90% OFF {b} https://deals.example/coffee",
        "{b} need more followers? 10k for $9, real people, link in bio",
        "Congrats {b} fans! You have been selected. DM me for your prize 🎁",
    ],
    "long": [LATE, LOVED, WARRANTY],
    **en_more.GRAMMAR,
}
