// Emoji that people answer customers with, each with the words it is found by. Nothing is fetched for them.
const EMOJI = `
🙂 slight smile happy|😊 smile blush happy glad|😀 grin happy laugh|😄 laugh happy smile|😁 beaming grin|😂 tears of joy laugh funny|🤣 rolling laugh funny
😅 sweat relief phew|😉 wink|😍 heart eyes love|🥰 hearts love warm|😘 kiss|🤗 hug|🤩 star struck wow|🥳 party celebrate|😎 cool sunglasses|🤔 thinking hmm
😮 surprised wow oh|😯 hushed|😳 flushed|🥺 pleading please|😢 cry sad tear|😭 sob cry sad|😔 sad pensive|😞 disappointed sad|😟 worried|😕 confused|🙁 frown sad
😬 grimace awkward oops|😓 downcast sweat|😥 relieved sad|😣 sorry persevere|😖 confounded|😩 weary tired|😴 sleep tired|🤒 ill sick|😇 angel halo innocent
👍 thumbs up yes good ok|👎 thumbs down no bad|👌 ok perfect|👏 clap applause bravo|🙌 raised hands hooray|🙏 thank you please folded hands sorry|🤝 handshake deal
💪 strong muscle|👋 wave hello bye hi|✌️ victory peace|🤞 fingers crossed luck|🫶 heart hands love|☝️ point up|👉 point right|👇 point down below|✋ hand stop|🤷 shrug
❤️ red heart love|🧡 orange heart|💛 yellow heart|💚 green heart|💙 blue heart|💜 purple heart|🤎 brown heart|🖤 black heart|🤍 white heart|💔 broken heart sad|💕 hearts love
✨ sparkles new shine|⭐ star|🌟 glowing star|🔥 fire hot|🎉 party popper celebrate congratulations|🎊 confetti celebrate|🎁 gift present|🎂 birthday cake|🏆 trophy win|🥇 first gold medal
✅ check done yes|☑️ check box|❌ cross no|❗ exclamation important|❓ question|⚠️ warning careful|🚫 forbidden no|💯 hundred perfect|ℹ️ information|🆕 new
☕ coffee hot drink cup|🫖 teapot tea|🍵 tea|🥛 milk|🍪 cookie|🍰 cake|🍫 chocolate|🌱 plant seedling green|🌿 herb green|🌸 blossom flower|🌻 sunflower|🌍 earth world
📦 parcel package box delivery|🚚 truck delivery shipping|✉️ letter mail|📧 email|📩 message inbox dm|📬 mailbox|📞 phone call|📱 mobile phone|💬 speech chat message|💻 laptop computer
🔧 wrench repair fix|🛠️ tools repair fix|⚙️ gear settings|🔌 plug power|🔋 battery|💡 idea light bulb|🔍 search look magnifier|🔗 link|📎 paperclip attachment|📝 memo note write
💳 credit card pay|💰 money refund|🧾 receipt invoice|🏷️ label price tag|🛒 cart shopping|🛍️ shopping bags|🏬 store shop|📍 pin place location|🗓️ calendar date|⏰ alarm clock time
⏳ hourglass wait|🕐 clock one time|🔒 lock private secure|🔑 key|🛡️ shield safe|♻️ recycle|👀 eyes look see|🎧 headphones support|🎶 music|📷 camera photo|🎬 film video|🐶 dog|🐱 cat|☀️ sun|🌧️ rain
`.trim().split(/[|\n]/).map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]);

function findEmoji(words) {
  const wanted = words.trim().toLowerCase().split(/\s+/).filter(Boolean);
  return EMOJI.filter((entry) => wanted.every((word) => entry[1].split(" ").some((name) => name.startsWith(word)))).slice(0, 96);
}
