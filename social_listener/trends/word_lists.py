"""Words that say nothing by themselves, by language, folded as `search.words.fold` has them: no capitals or accents."""

from __future__ import annotations

from typing import Final

_LISTS: Final = {
    "en": """a about above after again all also am an and any anyone anything are as at back be because been
        before being but by can cannot cant could did didnt do does doesnt doing don dont down else even
        ever every for from get gets getting go goes going gone got had has have havent having he her here
        hey hi him his how i if im in into is isnt it its ive just know let like ll look lot made make many
        may me might more most much must my need never no not now of off oh ok on once one only or other our
        out over own people please pls really re right said same say see she should since so some someone
        something still such sure take than thank thanks that thats the their them then there these they
        thing think this those though through time to today too try trying u under until up us use ve very
        want was wasnt way we well went were what when where which while who why will with wont would
        wouldnt yes yet you your youre s t d m""",
    "de": """ab aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bist bitte da
        dabei damit danke dann das dass dem den denn der des die dies diese diesem diesen dieser dieses doch
        dort du durch ein eine einem einen einer eines er es euch euer eure fur gar ganz gibt habe haben
        hallo hat hatte hier ich ihr ihre im immer in ins ist ja jetzt kann kein keine konnen mal man mehr
        mein meine mich mir mit mochte muss nach nicht nichts noch nun nur oder ohne schon sehr seid sein
        seine seit sich sie sind so soll sonst uber um und uns unser unter viel vom von vor war waren warum
        was weil wenn wer werden wie wieder will wir wird wo wurde zu zum zur""",
    "fr": """a ai alors apres au aussi autre aux avant avec avez avoir avons bien bonjour c ca car ce cela ces
        cet cette chez comme d dans de depuis des deux dit donc du elle elles en encore est et ete etre eux
        faire fait il ils j je jamais jusqu l la le les leur leurs lui m ma mais me meme merci mes moi mon n
        ne ni nos notre nous on ont ou par parce pas peu peut plus pour pourquoi qu quand que quel quelle
        qui quoi rien s sa sans se ses si son sont sous sur t ta te tes toi ton toujours tous tout toute
        tres tu un une va vers voila vos votre vous y""",
    "es": """a al algo alguien ante antes asi aun aunque bien cada como con contra cual cuando de del desde donde
        dos el ella ellas ellos en entre era eres es esa ese eso esta estaba estan estar estas este esto
        estoy fue gracias ha hace hacer hasta hay he hola la las le les lo los mas me mi mis mucho muy nada
        ni no nos nosotros nunca o os otra otro para pero por porque que quien se sea ser si sido sin sobre
        solo son soy su sus tambien tan te tengo tiene tienen todo todos tu tus un una uno unos ustedes va
        vez y ya yo""",
    "pt": """a agora ai ainda ao aos as ate bem cada com como da das de dela dele depois do dos e ela ele eles em
        entre era essa esse esta estao estar estou eu foi for gente ha isso isto ja la lhe mais mas me mesmo
        meu minha muito na nada nao nas nem no nos nossa nosso num o obrigada obrigado ola os ou para pelo
        pela por porque pra quando que quem se sem ser seu so sobre sua tambem te tem tenho ter teu todo
        todos tudo um uma vai voce voces""",
    "it": """a ad ai al alla alle anche ancora c che chi ci ciao come con cosa cosi cui da dal dalla dei del
        della delle di dopo dove e ed era fa fare fatto gia gli grazie ha hai hanno ho i il in io l la le
        lei li lo loro lui ma mai me mi mia mio molto ne nei nel nella no noi non nulla o ogni per perche
        piu poi qua quando quella quello questa questo qui sei senza si sia solo sono sta stato su sul sulla
        suo tra tu tutti tutto un una uno va vi voi""",
    "nl": """aan al alle als altijd ben bij daar dan dank dat de der deze die dit doen door dus een en er ga gaan
        geen goed had heb hebben heeft hem het hier hij hoe hoi ik in is ja je jij jullie kan komt kunnen
        maar me meer men met mij mijn moet na naar niet niets nog nu of om omdat onder ons onze ook op over
        te tegen toch toe tot u uit uw van veel voor waar waarom wanneer want waren was wat we weer wel werd
        wie wij wil wordt worden ze zelf zich zij zijn zo zonder""",
    "pl": """a aby albo ale am bardzo bez bo byc byl byla bylo ci co czy da dla do dobrze gdy gdzie go i ich ile
        im ja jak jaki jako je jego jej jest jestem jeszcze juz kiedy kto ktora ktore ktory ma mam mi mnie
        moge moj moze mozna na nad nam nas nie niz nic o od on ona oni oraz po pod prosze przed przez przy
        sa sie sobie ta tak tam te tego tej ten to tu tylko tym u w was wiec wszystko wy z za ze zeby""",
    "tr": """acaba ama ancak artik az bana bazi ben beni benim bir biraz biri biz bize bu buna bunu cok cunku da
        daha de degil diye en gibi hala hem hep her hic icin ile ise iste kadar kez ki kim mi mu ne neden
        nasil o olan olarak oldu olmak on ona onlar onu sadece sana sen siz size sizin sonra su tum ve var
        veya ya yani yok zaten""",
    "ar": """في من على الى إلى عن مع هذا هذه ذلك التي الذي ما لا لم لن قد كان كانت هو هي انا أنا انت أنت نحن
        هم و او أو ثم ان أن إن كل بعد قبل عند غير بين حتى يا لكن اذا إذا هل كيف متى اين أين شكرا""",
    "ja": """の は が を に へ と で も や か な ね よ さ た て だ です ます した
        して いる ある ない こと もの これ それ""",
}

#: all of them: a short text is often taken for another language than its own
STOP_WORDS: Final = frozenset(word for words in _LISTS.values() for word in words.split())
