"""Dutch cues. The notation is told in the package's docstring."""

UNITS = "seconde*|minuut|minuten|min|uur|uren|u|dag|dagen|week|weken|maand|maanden|jaar|jaren"
DENIALS = "geen niet nooit zonder niets niks noch"

CUES = {
    "safety": """
        gevaar
        gevaarlijk*
        levensgevaarlijk
        in brand
        brand uitgebroken|gevlogen
        vlam gevat
        rook uit|komt
        oververhit*
        ontplof*
        geëxplodeerd
        elektrische schok
        gewond*
        letsel
        verbrand* _ hand|vinger|kind|dochter|zoon
        brandwond*
        ziekenhuis
        spoedeisende hulp
        ambulance
        allergisch*
        vergiftig*
        voedselvergiftiging
        schimmel*
        gehackt
        datalek
        gaslek
        bedreig*
        lastiggevallen
        """,
    "legal": """
        advocaat
        advocaten
        juridisch*
        rechter
        rechtbank
        rechtszaak
        aanklagen
        aanklacht
        aangifte
        politie
        consumentenbond
        acm
        geschillencommissie
        ombudsman
        rechtsbijstand
        ingebrekestelling
        incasso
        oplicht*
        fraude
        illegaal
        avg
        autoriteit persoonsgegevens
        """,
    "outage": """
        storing*
        uitval
        app|site|website|server|internet|netwerk|systeem|wifi|dienst doet|werkt|laadt|ligt|is _ niet|niets|plat|eruit|down|niks
        ligt|liggen eruit|plat
        geen internet|bereik|verbinding|stroom|signaal|netwerk|ontvangst
        kan|kunnen _ niet inloggen|betalen|verbinden|bestellen
        loopt vast
        crasht
        foutmelding
        foutcode
        """,
    "refund": """
        terugbeta*
        geld terug
        mijn geld
        terugstort*
        teruggestort
        restitutie
        dubbel|twee|verkeerd afgeschreven|betaald|gefactureerd|keer
        afgeschreven
        vergoeding
        schadevergoeding
        compensatie
        creditnota
        verkeerde factuur|bedrag
        """,
    "cancel": """
        opzeggen
        opgezegd
        opzegging
        zeg _ op
        annuleren
        annulering
        stap|stappen|overstappen over|naar
        overstappen
        nooit meer
        laatste keer
        account|rekening verwijderen|sluiten|opheffen
        klant kwijt|verloren|minder
        afmelden
        """,
    "complaint": """
        wacht* _ {time}
        wacht|wachten|wachtend al|nog|steeds|sinds|op
        al {time}
        sinds {time}
        {time} te|aan|in|later|wachten|en _ laat|wacht|nog|geen|wachtrij|lijn
        nog steeds|altijd niet|geen|niets|niks|wacht*|kapot
        nog niet|geen|niets|niks
        niet|nooit|niets ontvangen|geleverd|bezorgd|gekregen|aangekomen|gehoord|binnen|opgelost|bereikbaar|gereageerd
        geen reactie|antwoord|oplossing|hulp|update|bericht|gehoor|terugkoppeling
        niemand reageert|helpt|antwoordt|neemt|weet|belt
        waar blijft|is|zijn mijn|ons|onze|de|het
        werkt|doet|doen _ niet|niets|niks
        werkt niet
        kapot*
        is|gaat|ging|meteen|weer stuk
        defect*
        beschadigd*
        gebroken
        verkeerd* product|bestelling|maat|kleur|adres|artikel|geleverd|bezorgd
        ontbreekt|ontbreken
        kwijt
        pakket|bagage|koffer|bestelling _ kwijt|weg|zoek|vertraagd
        vertraging*
        vertraagd
        te laat
        wachtrij
        in de wacht
        klacht*
        klagen
        problem* met
        probleem
        problemen
        fout|fouten
        slecht*
        waardeloos
        belachelijk*
        schandalig*
        schande
        onacceptabel*
        teleurgesteld
        teleurstell*
        verschrikkelijk*
        vreselijk*
        drama*
        onbeschoft*
        onvriendelijk*
        onprofessioneel
        incompetent*
        leugen*
        liegen
        genegeerd
        negeren
        het zat|beu
        boos
        woedend
        irritant
        bedankt voor niets|niks
        weer kapot|storing|vertraging|mis|niet|een
        alweer
        klote
        prut
        """,
    "request": """
        alstublieft
        aub|svp
        kunnen|kan|kunt|zouden|willen|wil jullie|u|je|iemand|ik
        graag
        hulp
        help mij|me|ons
        nodig
        hoe|waar|wanneer|waarom|wat|wie kan|is|komt|kunnen|lang|moet|krijg|gebeurt|wordt|zijn|doe|vind|hebben|kost|gaat
        hebben jullie
        iemand
        bel|mail|stuur|reageer|antwoord mij|me|ons|even|op|terug
        ik wil|zou weten|ruilen|retourneren|graag
        ruilen
        retourneren
        vervanging
        neem|nemen contact
        laat _ weten
        """,
    "irony": """
        lekker|goed|fijn|mooi bezig|gedaan|service|dan
        bravo
        fijn weer
        zoals altijd|gewoonlijk
        bedankt hoor
        """,
    "solved": """
        is|probleem|alles|inmiddels opgelost|geregeld|verholpen|teruggestort
        opgelost
        bedankt|dank voor _ hulp|snelle|oplossing|reactie
        werkt weer|nu
        doet het weer
        """,
    "praise": """
        bedankt
        dank
        dankjewel|dankuwel
        top
        geweldig*
        fantastisch*
        uitstekend*
        perfect*
        super*
        prachtig*
        heerlijk*
        blij met
        tevreden
        aanrader
        complimenten
        beste
        hou van
        goed gedaan
        """,
    "spam": """
        winactie
        crypto
        verdien geld|#
        geld verdienen
        volg mij|me|terug
        klik hier|op
        link in bio
        kortingscode
        investeer
        passief inkomen
        """,
}
