"""German cues. The notation is told in the package's docstring."""

UNITS = "sekunde*|minute*|min|stunde*|std|tag|tage|tagen|woche|wochen|monat*|jahr*"
DENIALS = "kein keine keinen keinem keiner keines nicht nie niemals ohne nix nichts weder"

CUES = {
    "safety": """
        gefahr*
        gefährlich*
        lebensgefahr*
        brennt
        gebrannt
        in flammen
        feuer gefangen
        rauch|qualm kommt|steigt|aus
        qualmt
        überhitz*
        explodier*
        stromschlag
        verletzt
        verletzung*
        krankenhaus
        notaufnahme
        krankenwagen
        allergisch*
        vergift*
        lebensmittelvergiftung
        schimmel*
        verbrannt
        sicherheitsrisiko
        gehackt
        datenleck
        belästig*
        bedroht
        """,
    "legal": """
        anwalt*
        rechtsanwalt*
        anwältin
        rechtlich*
        rechtsschutz*
        verklag*
        klage
        klagen|gericht gegen|gehe|vor
        gericht
        verbraucherzentrale
        verbraucherschutz*
        anzeige erstatt*|wegen
        strafanzeige
        polizei
        betrug
        betrüger*
        illegal*
        abmahn*
        mahnung
        inkasso
        frist setze|gesetzt|bis
        bundesnetzagentur
        datenschutz*
        dsgvo
        schlichtungsstelle
        """,
    "outage": """
        störung*
        ausfall
        ausgefallen
        app|seite|webseite|website|server|internet|netz|system|login|telefon geht|gehen|lädt|funktioniert|läuft|klappt|ist _ nicht|down|weg|offline
        kein|keine|keinen internet|netz|empfang|strom|verbindung|signal|zugriff|zugang
        komme|kommen|kann|können _ nicht rein|einloggen|anmelden|zugreifen|bezahlen|rein
        stürzt _ ab
        abgestürzt
        fehlermeldung*
        fehlercode
        ausgesperrt
        """,
    "refund": """
        rückerstatt*
        erstattung*
        erstatte*
        geld _ zurück
        geld _ zurückhaben|wieder|überwiesen
        rückzahlung
        gutschrift
        doppelt|zweimal|falsch|mehrfach abgebucht|berechnet|belastet|bezahlt|kassiert
        abgebucht
        entschädig*
        schadenersatz
        schadensersatz
        zu viel bezahlt|berechnet|abgebucht
        falsche rechnung|betrag|abrechnung
        """,
    "cancel": """
        kündig*
        stornier*
        widerruf*
        abbestell*
        nie wieder
        wechsle|wechsel|wechseln _ anbieter|konkurrenz
        anbieter wechsel*
        konto löschen|schließen
        letztes|letzte mal
        kunde|kunden verloren|gewesen
        """,
    "complaint": """
        warte* _ {time}
        seit {time}
        {time} warte*|und|später|zu|keine|verspät*
        warte|warten immer|noch|schon|seit|ewig|vergeblich|weiterhin
        immer noch kein*|nicht|nichts|auf
        noch immer|nicht|nichts|keine|kein|keinen angekommen|da|erhalten|bekommen|nicht|kein*|geliefert|gelöst|beantwortet
        wo bleibt|ist|sind|steckt mein*|unser*|die|das|der
        nicht|nichts|nie angekommen|geliefert|erhalten|bekommen|gekommen|passiert|erreichbar|funktioniert|bearbeitet|beantwortet
        keine|kein antwort|rückmeldung|reaktion|hilfe|info*|lösung|update|ersatz
        niemand antwortet|hilft|meldet|geht|reagiert|erreichbar|zuständig
        meldet|antwortet sich? keiner|niemand
        ignorier*
        funktioniert|geht|läuft|klappt _ nicht
        funktioniert|geht|läuft|klappt nichts|immer|schon
        kaputt*
        defekt*
        beschädigt*
        gebrochen|zerbrochen|zerkratzt
        falsch geliefert|bestellt|gebucht
        falsche|falschen|falsches|falscher ware|artikel|produkt|größe|farbe|adresse|bestellung
        fehlt|fehlen
        verloren gegangen|gepäck|paket
        paket|gepäck|koffer|sendung|lieferung _ weg|verloren|verschwunden|verspät*|fehlt
        verspät*
        verzöger*
        zu spät
        warteschleife
        hotline
        beschwer*
        reklam*
        problem* mit
        problem*
        fehler*
        mangelhaft*
        unverschämt*
        frechheit
        unfreundlich*
        unmöglich*
        inakzeptabel
        enttäusch*
        katastroph*
        schlecht*
        miserabel*
        schrecklich*
        furchtbar*
        lächerlich*
        peinlich*
        saftladen
        abzocke*
        verarsch*
        sauer
        wütend
        genervt
        nervt
        schnauze voll
        reicht's
        es reicht
        zumutung
        sauerei
        schade
        mist
        scheiß*
        danke für nichts
        schon wieder
        wieder kaputt|defekt|verspät*|nicht|falsch
        """,
    "request": """
        bitte _ um|hilfe|helfen|helft|melden|meldet|antworten|antwortet|prüfen|schicken|schickt|sagen|kümmern|rückruf|ruft|erklären|klären|beheben|sendet|senden
        bitte
        könnt|könnten|kann|können|würdet ihr|sie|mir|jemand|man|ich
        brauche|brauchen|benötige*
        hilfe
        helft|helfen|hilft mir|uns|sie|ihr
        wie|wo|wann|warum|wieso|weshalb|was|wer|wohin kann|können|lange|bekomme|komme|geht|ist|kommt|wird|soll|muss|macht|passiert|sind|finde|habt|gibt|erreiche|viel
        gibt es
        habt ihr
        haben sie
        möchte|will|würde gern*|wissen|zurückgeben|umtauschen|ändern
        umtausch*
        zurückschicken
        ersatz
        rückruf
        wer weiß
        weiß jemand
        ist das normal
        """,
    "irony": """
        na|oh|echt|ganz|wie toll|super|klasse|großartig|wunderbar
        super|toll|tolle|klasse service|leistung|gemacht|hingekriegt
        vielen|herzlichen dank auch|für nichts|fürs
        danke auch
        bravo
        glückwunsch
        wie immer
        """,
    "solved": """
        hat sich erledigt|geklärt
        erledigt
        ist|wurde|alles|nun|jetzt|inzwischen gelöst|geklärt|behoben|erstattet
        funktioniert|geht|läuft wieder|jetzt|nun
        danke|dank für _ schnelle*|hilfe|lösung|antwort
        """,
    "praise": """
        danke*
        vielen dank
        herzlichen dank
        toll*
        super
        klasse
        spitze
        großartig*
        perfekt*
        ausgezeichnet*
        hervorragend*
        begeistert
        liebe euch|es|diese*|das|den
        sehr zufrieden
        weiter so
        gut gemacht
        empfehlenswert
        freundlich*
        lecker
        beste|bester|bestes
        """,
    "spam": """
        gewinnspiel*
        krypto*
        geld verdienen
        folgt|folge mir|zurück
        gratis follower
        klick|klickt hier|auf|jetzt
        link in bio
        rabattcode
        jetzt anmelden|sichern|investieren
        passives einkommen
        """,
}
