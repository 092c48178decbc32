"""Short messages of invented customers, by language and purpose; our own wording."""

from __future__ import annotations

#: language -> (a plain complaint, a refund demand, praise, a request, something unsafe, a legal threat, an outage,
#: a cancellation)
PURPOSES = ("complaint", "refund", "praise", "request", "safety", "legal", "outage", "cancel")

MESSAGES: dict[str, tuple[str, ...]] = {
    "en": (
        "My parcel still has not arrived and nobody answers",
        "I want my money back, you charged me twice",
        "Thank you, the staff were wonderful today",
        "Could someone please help me change my delivery address",
        "The charger overheated and burned my hand",
        "My lawyer will be in touch about this contract",
        "Your website is down and I can't log in",
        "I want to cancel my subscription today",
    ),
    "de": (
        "Mein Paket ist immer noch nicht da und niemand antwortet",
        "Ich will mein Geld zurück, ihr habt doppelt abgebucht",
        "Vielen Dank, das Personal war heute großartig",
        "Könnt ihr mir bitte helfen, die Lieferadresse zu ändern",
        "Das Ladegerät hat gebrannt, meine Tochter ist verletzt",
        "Ich gebe das jetzt an meinen Anwalt weiter",
        "Eure App funktioniert seit heute morgen nicht, ich kann mich nicht anmelden",
        "Hiermit möchte ich meinen Vertrag kündigen",
    ),
    "fr": (
        "Mon colis n'est toujours pas arrivé et personne ne répond",
        "Je veux être remboursé, vous m'avez débité deux fois",
        "Merci beaucoup, le personnel était formidable aujourd'hui",
        "Pouvez-vous m'aider à changer mon adresse de livraison s'il vous plaît",
        "Le chargeur a pris feu et mon fils est blessé à la main",
        "Mon avocat va vous contacter au sujet de ce contrat",
        "Votre site est en panne, impossible de me connecter",
        "Je souhaite résilier mon abonnement aujourd'hui",
    ),
    "es": (
        "Mi paquete todavía no ha llegado y nadie me responde",
        "Quiero que me devuelvan mi dinero, me cobraron dos veces",
        "Muchas gracias, el personal fue maravilloso hoy",
        "¿Pueden ayudarme a cambiar la dirección de entrega por favor?",
        "El cargador se incendió y mi hijo tiene quemaduras",
        "Mi abogado se pondrá en contacto con ustedes",
        "La aplicación no funciona y no puedo entrar en mi cuenta",
        "Quiero cancelar mi suscripción hoy mismo",
    ),
    "pt": (
        "Minha encomenda ainda não chegou e ninguém responde",
        "Quero meu dinheiro de volta, vocês cobraram duas vezes",
        "Muito obrigada, o atendimento hoje foi maravilhoso",
        "Podem me ajudar a trocar o endereço de entrega, por favor",
        "O carregador pegou fogo e meu filho sofreu queimaduras",
        "Meu advogado vai entrar em contato com vocês",
        "O aplicativo não funciona e não consigo entrar na minha conta",
        "Quero cancelar minha assinatura hoje",
    ),
    "it": (
        "Il mio pacco non è ancora arrivato e nessuno risponde",
        "Voglio il rimborso, mi avete addebitato due volte la stessa spesa",
        "Grazie mille, il personale oggi è stato meraviglioso",
        "Potete aiutarmi a cambiare l'indirizzo di consegna per favore",
        "Il caricabatterie ha preso fuoco e mio figlio è ferito",
        "Il mio avvocato vi contatterà per questo contratto",
        "Il vostro sito non funziona e non riesco ad accedere",
        "Voglio dare la disdetta del mio abbonamento oggi",
    ),
    "nl": (
        "Mijn pakket is nog steeds niet bezorgd en niemand reageert",
        "Ik wil mijn geld terug, jullie hebben dubbel afgeschreven",
        "Heel erg bedankt, het personeel was vandaag geweldig",
        "Kunnen jullie mij helpen om het bezorgadres te wijzigen alstublieft",
        "De oplader vloog in brand en mijn zoon is gewond",
        "Mijn advocaat neemt contact met jullie op over dit contract",
        "Jullie website doet het niet en ik kan niet inloggen",
        "Ik wil vandaag mijn abonnement opzeggen",
    ),
}

#: Languages that are told, but have no list of cues.
OTHERS = {
    "pl": "Moja paczka nadal nie dotarła i nikt nie odpowiada na wiadomości",
    "sv": "Mitt paket har fortfarande inte kommit och ingen svarar i telefonen",
    "tr": "Kargom hâlâ gelmedi ve kimse mesajlarıma cevap vermiyor",
    "fi": "Pakettini ei ole vieläkään saapunut eikä kukaan vastaa viesteihini",
    "cs": "Můj balík stále nedorazil a nikdo neodpovídá na zprávy",
    "ru": "Моя посылка до сих пор не пришла, и никто не отвечает",
    "uk": "Моя посилка досі не прийшла, і ніхто не відповідає",
    "ja": "荷物がまだ届きません。誰も返事をくれません",
    "ko": "택배가 아직 도착하지 않았고 아무도 답장을 하지 않아요",
    "zh": "我的包裹还没有到,也没有人回复我",
    "ar": "لم يصل طردي حتى الآن ولا أحد يرد على رسائلي",
    "el": "Το δέμα μου δεν έχει φτάσει ακόμα και κανείς δεν απαντά",
    "he": "החבילה שלי עדיין לא הגיעה ואף אחד לא עונה",
    "hi": "मेरा पार्सल अभी तक नहीं आया है और कोई जवाब नहीं दे रहा",
    "id": "Paket saya belum sampai juga dan tidak ada yang menjawab",
}

#: What people mean when they need an answer, though hardly a word is on a list of words with a feeling.
PLAIN_COMPLAINTS = (
    "Where is my order? Been waiting 3 weeks",
    "I still have not received my refund",
    "Ordered on the 2nd, it is now the 20th and no parcel",
    "Your app won't load since this morning",
    "on hold for 45min with your helpline",
    "You sent me the wrong size. Again.",
    "third engineer visit missed this month, nobody called",
    "My account has been charged twice",
    "tracking hasn't updated in 9 days",
    "The screen arrived cracked",
    "I've emailed four times and never heard back",
    "Order #4432 not here yet.",
    "I've emailed you five times and nobody replied",
    "Your driver threw the package over the fence",
    "Delivery says delivered but nothing here",
    "this is the third time I'm asking",
    "I've been trying to reach you all week",
    "Oh wonderful, my order got lost again",
    "Best airline ever, only lost two of my bags",
)

PRAISE_AND_CHATTER = (
    "Love you guys, best coffee ever!",
    "Thank you so much for the help yesterday, brilliant team",
    "Just saw your new advert on the bus",
    "Good morning everyone, have a great day",
    "my sister works near one of your shops",
    "lol",
    "That was the nicest hotel we ever stayed in 😍",
    "Happy birthday!",
    "Thanks for fixing my broken router so fast!",
)

SPAM = (
    "Follow me for a free crypto giveaway! https://promo.example",
    "Earn $500 daily from home, DM me for details",
    "Guaranteed profit weekly with bitcoin, check out my bio",
    "I lost my refund until a recovery expert helped me recover my wallet, message her",
)

IRONY = (
    "Great, another broken machine. Thanks a lot.",
    "Wonderful, my flight is delayed again. Well done.",
    "Love how you ignore every email 🙄 brilliant service",
    "Thanks for losing my luggage, amazing job",
)
