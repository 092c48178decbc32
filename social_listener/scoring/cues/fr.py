"""French cues. The notation is told in the package's docstring."""

UNITS = "seconde*|minute*|min|heure*|h|jour|jours|semaine*|mois|an|ans"
DENIALS = "pas aucun aucune sans jamais rien ni non"

CUES = {
    "safety": """
        danger
        dangereux|dangereuse|dangereuses
        prend|pris|prendre feu
        en feu
        incendie
        fumée
        surchauff*
        explos*
        explosé
        électrocut*
        décharge électrique
        blessé*
        blessure*
        brûlé*
        brûlure*
        hôpital
        urgences
        ambulance
        allergi*
        intoxi*
        empoisonn*
        moisi*
        piraté*
        fuite de données|gaz
        harcèl*
        menacé*
        malade* après|depuis|à
        """,
    "legal": """
        avocat*
        juridique*
        tribunal
        justice
        porter|porté|porte|déposer|déposé|dépose plainte
        plainte
        poursuiv*
        poursuites
        mise en demeure
        ufc
        que choisir
        dgccrf
        répression des fraudes
        signalconso
        médiateur
        arnaque*
        escroc*
        escroquerie
        illégal*
        police
        gendarmerie
        rgpd
        cnil
        huissier
        """,
    "outage": """
        panne*
        en panne
        coupure*
        ne|n' marche|fonctionne|charge|s'ouvre plus|pas
        site|appli|application|serveur|réseau|internet|wifi|service _ bug*|plante*|hs|down|inaccessible|indisponible|hors
        pas|plus|aucun de? réseau|internet|connexion|signal|électricité|courant|accès
        impossible de? d'? me? se? connecter|accéder|payer|réserver|joindre
        bug|bugs|bugge|bugue
        plante|planté
        message d'erreur
        code erreur
        """,
    "refund": """
        rembours*
        argent
        débité* _ deux|double|fois|tort
        débité*
        prélevé*
        prélèvement*
        facturé*
        surfactur*
        facture erronée|fausse
        dédommag*
        indemni*
        avoir|bon d'achat
        """,
    "cancel": """
        résili*
        annuler mon|ma|mes|la|le|ce|cette|notre
        annulation
        désabonn*
        désinscri*
        supprimer|fermer mon|notre compte
        changer|change|passer|passe d'opérateur|de|à|chez fournisseur|banque|la|concurrence|concurrent*
        plus jamais
        jamais plus
        dernière fois
        perdu|perdez un|une client*
        rétractation
        """,
    "complaint": """
        attend* _ depuis
        attend* toujours|encore|ma|mon|mes|une
        depuis {time}
        {time} d'attente|de|que|après|plus _ retard|attend*|rien|toujours
        toujours pas|rien|aucun*|en
        pas|rien|jamais encore? reçu*|arrivé*|livré*|eu|venu|répondu|réponse
        aucun|aucune|pas|sans de? réponse|nouvelle*|solution|retour|aide|information*|explication|suivi
        personne ne|pour _ répond|aide|sait|vient|rappelle|joignable
        où|ou est|sont|en mon|ma|mes|est
        ne|n' _ marche|fonctionne|répond|arrive|répondez|livre* pas|plus|jamais|rien
        marche|fonctionne|répond|répondez|arrive pas|plus|jamais|mal
        cassé*
        cassée
        abîmé*
        endommagé*
        défectueu*
        défaut
        en retard
        retard*
        retardé*
        perdu ma|mon|mes|notre
        colis|commande|bagage*|valise* _ perdu*|introuvable|égaré*|retard|disparu*
        manque|manquant*
        mauvais|mauvaise article|produit|taille|couleur|adresse|commande|service|qualité|expérience|foi
        erreur*
        problème* avec
        problème*
        souci*
        réclamation*
        plaindre
        inadmissible*
        inacceptable*
        scandaleu*
        honte
        honteu*
        lamentable*
        déplorable*
        déçu*
        décevant*
        décev*
        nul
        nulle
        catastroph*
        horrible*
        pire
        incompéten*
        désagréable*
        impoli*
        mensong*
        menteur*
        se foutre|moque*|fiche* de
        foutage de gueule
        ras le bol
        ras-le-bol
        marre
        injoignable*
        ignoré*
        merci pour rien
        encore une? fois|panne|retard|problème|erreur|cassé*
        insupportable
        furieu*
        énervé*
        colère
        """,
    "request": """
        s'il vous|te plaît
        svp|stp
        pouvez|pourriez|peux|pourrais vous|tu
        pouvez-vous|pourriez-vous|peux-tu|peut-on|puis-je|avez-vous|est-ce
        besoin d'aide|de|d'un*
        aide*
        aidez moi|nous
        aidez-moi
        comment|quand|où|pourquoi|combien|qui|quel|quelle faire|puis|peut|est|sera|vais|avez|contacter|joindre|ça|se|on|puis-je|sont|est-ce|de
        répond* à|moi|svp|s'il
        contactez|rappelez|appelez moi|nous
        contactez-moi|rappelez-moi|répondez-moi
        merci de me|nous|bien|répondre|rembourser|vérifier
        est-ce que
        je voudrais|souhaite|souhaiterais|veux|cherche
        échange*
        une question
        quelqu'un
        mp|dm
        """,
    "irony": """
        bravo
        super|génial|parfait le|la|service|encore
        merci bien|beaucoup pour|quand
        comme d'habitude
        comme toujours
        quelle surprise
        chapeau
        """,
    "solved": """
        c'est|est|problème|tout réglé|résolu|remboursé|bon
        réglé|résolu
        merci pour _ aide|rapidité|réactivité|réponse
        remarche|refonctionne
        """,
    "praise": """
        merci
        bravo
        super
        génial*
        parfait*
        excellent*
        magnifique*
        formidable*
        top
        j'adore
        adore
        très content*|satisfait*|bon|bonne|bien
        ravi|ravie
        je recommande
        continuez
        meilleur*
        félicitations
        délicieux
        """,
    "spam": """
        concours
        crypto
        gagner de l'argent
        gagne* # euros
        abonne|abonnez toi|vous
        suivez-moi
        cliquez ici|sur
        lien en bio
        code promo
        investir|investissez
        revenu passif
        """,
}
