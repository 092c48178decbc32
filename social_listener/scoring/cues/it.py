"""Italian cues. The notation is told in the package's docstring."""

UNITS = "secondo|secondi|minuto|minuti|min|ora|ore|h|giorno|giorni|settimana|settimane|mese|mesi|anno|anni"
DENIALS = "non senza mai nessun nessuna nessuno nemmeno neanche nulla niente né"

CUES = {
    "safety": """
        pericolo*
        pericolos*
        preso|prende fuoco
        incendio
        in fiamme
        esce|usciva fumo
        fumo dal|dalla|nero
        surriscald*
        esplos*
        esplode
        scossa elettrica
        ferit*
        ustion*
        bruciat* _ mano|dito|figli*
        ospedale
        pronto soccorso
        ambulanza
        allergi*
        intossic*
        avvelen*
        muffa
        hackerat*
        violazione dei dati
        fuga di gas|dati
        molest*
        minacc*
        """,
    "legal": """
        avvocat*
        legale
        legali
        vie|azioni legali
        denunci*
        tribunale
        fare|faccio|faremo causa
        diffida
        agcom
        agcm
        antitrust
        altroconsumo
        codacons
        associazione consumatori
        garante
        polizia
        carabinieri
        truff*
        frode
        illegale
        diritti dei consumatori
        """,
    "outage": """
        disservizi*
        fuori servizio
        app|sito|sistema|server|internet|rete|wifi|servizio|linea _ non _ funziona*|va|carica|apre
        app|sito|server|linea _ down|giù|bloccat*|assente
        senza internet|linea|segnale|corrente|rete|connessione
        non riesco|riusciamo _ entrare|accedere|collegar*|pagare|connettermi|prenotare
        si blocca
        crasha
        guasto
        codice errore
        blackout
        """,
    "refund": """
        rimbors*
        soldi indietro
        miei soldi
        ridatemi|ridate|restitui* _ soldi
        addebitat*
        addebit*
        pagato due volte
        fatturat*
        fattura sbagliata|errata
        risarc*
        indennizz*
        """,
    "cancel": """
        disdetta
        disdire
        disdico
        annullare il|la|mio|mia|l'ordine|ordine
        annullamento
        recesso
        recedere
        cambio|cambiare|passo|passare gestore|operatore|banca|a|alla _ concorrenza
        cambio|cambiare gestore|operatore|banca|fornitore
        mai più
        ultima volta
        chiudere|cancellare il|mio|conto|account
        perso un? cliente
        """,
    "complaint": """
        aspett* _ {time}
        attesa _ {time}
        in attesa da|di
        aspetto|aspettiamo|aspettando da|ancora|il|la|una
        da {time}
        {time} di|che|senza|e|dopo _ ritardo|attesa|aspetto|nulla|niente|ancora
        ancora nessun*|niente|nulla|non|in|aspett*
        non ancora? ho|è|sono|abbiamo|mi|ha|hanno|risponde*|avete|funziona* ancora? ricevuto|arrivat*|consegnat*|risposto|risponde|mai|rispondete|rimborsat*
        mai arrivat*|ricevut*|consegnat*|risposto
        nessuno risponde|mi|ci|sa|aiuta|ha|chiama
        nessuna risposta|soluzione|notizia|assistenza
        senza risposta|soluzione
        dov'è|dove è|sono|il|la|mio|mia|i|le
        dov'è
        non funziona*
        non va
        smesso di funzionare
        rott*
        danneggiat*
        difettos*
        difetto
        guast*
        sbagliat*
        manca|mancano|mancante
        pacco|ordine|valigia|bagaglio|spedizione _ pers*|smarrit*|ritardo|sparit*
        smarrit*
        in ritardo
        ritard*
        reclam*
        lament*
        problem* con
        problem*
        errore|errori
        pessim*
        orribile
        terribile
        schif*
        peggior*
        vergogn*
        inaccettabil*
        delus*
        deludente
        scandalos*
        indecent*
        assurd*
        ridicol*
        incompeten*
        maleducat*
        presa in giro
        prendete|prendono in giro
        bugiard*
        ladri
        stufo|stufa|stanco|stanca|stufi
        arrabbiat*
        furios*
        ignorat*
        ignorate
        grazie per|di niente|nulla
        di nuovo _ rott*|problem*|errore|ritardo
        ennesim*
        """,
    "request": """
        per favore
        per cortesia
        potete|può|potreste|puoi|potrebbe aiutar*|dirmi|verificare|controllare|risolvere|mandare|contattar*|rispondere|spiegare|chiamar*
        ho bisogno
        bisogno di
        aiuto
        aiutatemi
        come|quando|dove|perché|quanto|quale|chi posso|faccio|arriva|è|sarà|costa|si|mai|non|contatto|sono|devo|tempo
        qualcuno
        rispondete|rispondetemi|contattatemi|chiamatemi|richiamatemi
        vorrei|voglio sapere|cambiare|restituire|parlare|un|una
        avete
        c'è modo|qualcuno|possibilità
        è possibile
        ho una domanda
        assistenza
        sostituzione
        """,
    "irony": """
        complimenti per|davvero|vivissimi
        bravi
        che bello|sorpresa|meraviglia
        come sempre
        come al solito
        grazie mille per
        """,
    "solved": """
        risolt*
        tutto risolto|a posto
        grazie per _ aiuto|rapidità|risposta|disponibilità
        funziona di nuovo|ora|adesso
        rimborsato oggi|finalmente
        """,
    "praise": """
        grazie
        ottim*
        eccellent*
        perfett*
        fantastic*
        meraviglios*
        splendid*
        complimenti
        adoro
        amo
        bravissim*
        bellissim*
        molto contento|contenta|soddisfatt*|bene|buono|gentil*
        consiglio|consigliatissimo
        migliore|migliori
        """,
    "spam": """
        cripto*
        guadagn* soldi|online|#
        seguimi
        segui il|la|mio|mia profilo|pagina
        clicca qui|sul|sotto
        link in bio
        codice sconto
        investi
        reddito passivo
        """,
}
