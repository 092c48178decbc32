"""English cues. The notation is told in the package's docstring."""

UNITS = "second*|sec|secs|minute*|min|mins|hour*|hr|hrs|h|day|days|week|weeks|wk|wks|month*|year|years|yr|yrs"
DENIALS = "no not never without zero nothing isnt wasnt arent dont doesnt didnt hasnt havent hardly neither nor cannot cant wont"

CUES = {
    "safety": """
        unsafe
        danger*
        hazard*
        caught|catches|catching fire
        on fire
        burst into flames
        smoke|smoking coming|came from|out
        is|was|started|starts smoking
        overheat*
        explod*
        exploded
        electric|electrical shock*
        shocked me
        electrocut*
        burned|burnt|burns my|me|his|her|our
        injur*
        hospital*
        ambulance
        emergency room
        allergic reaction
        choking|choked
        poison*
        food poisoning
        made|makes me|us|him|her|them very? ill|sick
        threw|throwing up after
        my? kid|kids|child|children|baby|son|daughter _ hurt|ill|sick|injured|burned|burnt
        gas leak
        carbon monoxide
        mould|mold|mouldy|moldy
        contaminat*
        undeclared allergen*
        recall _ product|batch|model
        safety risk|issue|problem|concern|hazard
        account hacked|compromised|breached
        been|was|got hacked|breached
        my data leaked|exposed|stolen
        data breach
        identity theft
        harass*
        assault*
        threaten* me|us
        kill myself
        suicid*
        end my life
        """,
    "legal": """
        lawyer*
        attorney*
        solicitor*
        legal action
        legal team|counsel|department
        legally
        lawsuit*
        class action
        sue|suing you|them|this|your|over
        will|gonna|going sue
        to sue
        take|taking|see you|them|this to? court
        small claims
        in court
        see you _ court
        trading standards
        consumer protection|rights|affairs|bureau|association
        better business bureau
        ombudsman
        regulator*
        file|filed|filing _ complaint with
        report|reported|reporting you|this|them to the|my|our|authorities
        data protection
        gdpr
        fraud*
        illegal*
        breach of contract
        chargeback*
        charge back
        police
        discriminat*
        racist|racism|sexist|sexism
        """,
    "outage": """
        outage*
        is|are|be|been|went|goes|gone down again|still|since|for|today|here|now
        site|website|app|server|servers|service|system|systems|network|internet|checkout|portal|platform is|are|was|has|have been? down
        down for anyone|everyone|everybody|others
        not loading
        won't|wont|doesn't|doesnt|can't|cant|cannot|not load
        no signal|service|internet|connection|power|electricity|hot|water|dial|reception since|in|at|again|for|today|here
        no internet|signal|connection|connectivity
        is|keeps|kept|keep crash*
        crashes|crashed
        keeps|kept freezing|disconnecting|dropping|failing|crashing|buffering|logging
        can't|cant|cannot|couldn't|couldnt|unable|not to? log|sign|login|connect|access|check|checkout|pay|book
        locked out
        error code|message
        # error
        error|http|code|a 503|502|504|500|404
        # gateway|error
        timed|times|timing out
        blackout
        power cut
        """,
    "refund": """
        refund*
        money back
        reimburs*
        my money
        compensat*
        give|gave|want|need _ money back
        double|over charged|charge|billed
        overcharg*
        charged me? twice|again|double|wrongly|incorrectly|without
        billed me? twice|again|double
        charged|billed _ times
        still|wrongly|incorrectly charged|billed|charging|billing
        charged for something|nothing|it|a _ never|didn't|not
        took|taken|taking|take money|payment _ account|card|twice
        unauthori?ed charge*|payment*|transaction*
        unauthorised|unauthorized charge*|payment*|transaction*
        wrong amount|price|bill
        credit note
        where is|where's my? refund|money
        voucher|gift not|doesn't|didn't|won't work|working|accepted
        """,
    "cancel": """
        cancel my|the|our|this|it|subscription|account|order|membership|contract|plan|immediately
        cancelling|canceling my|the|our|this|it|everything|today|now
        want|like|need|trying|tried|going|have|how|wants|wish|ready to cancel|unsubscribe|terminate
        can't|cant|cannot|won't|can i|we|me|let? cancel
        i'm|im|we're|am|are switching
        switch|switching|switched|move|moving|going to|away _ another|different|competitor*
        switch|switching|switched to|from
        close|closing|delete|deleting my|our account*
        terminat* my|our|the contract|account|service|subscription
        never|not|last|won't|wont time? buy|buying|order|ordering|shop|shopping|use|using|fly|flying|book|booking|return|returning|come|stay _ again|you|here|back|from
        never again
        last time i'll|we'll|i|we _ ever|buy|order|book|use
        lost|losing|lose a|my|our|another customer|business|custom
        taking|take my|our business|money|custom elsewhere
        done with you|them|this|these|your
        unsubscribe
        """,
    "complaint": """
        still|been waiting
        waiting for|since|over|more|almost|nearly|about|on {time}
        waiting {time}
        waited {time}
        waiting forever|ages
        wait|waited|waiting _ {time}
        {time} and|now|later|late|already|ago _ still|nothing|no|nobody|waiting|not
        {time} late
        {time} on hold|late|delay|behind|overdue
        for|over|past|last {time} now|already
        still no|not|nothing|haven't|havent|hasn't|hasnt|isn't|isnt|can't|cant|don't|dont|doesn't|doesnt|waiting|missing|broken|down|pending|processing|stuck
        haven't|havent|hasn't|hasnt|hadn't still|even|yet|ever|been? received|arrived|got|gotten|heard|come|shown|delivered|shipped|seen
        haven't|havent|hasn't|hasnt received|arrived|got|gotten|heard|come|shown|delivered|shipped|seen
        not|never|hasn't|haven't|didn't|wasn't|didnt|wasnt been? delivered|arrived|arrive|received|came|come|shipped|dispatched|answered|replied|resolved|fixed|refunded
        never|didn't|didnt|don't|dont|doesn't|haven't|hasn't _ respond|responded|reply|replied|answer|answered|call|called|came|showed|show|heard
        never|didn't|didnt|don't|dont|doesn't|haven't|hasn't _ got|get|gotten back|response|reply|answer
        no reply|response|answer|one|help|update|updates|information|explanation|apology|solution|communication
        nobody|noone _ answer*|help*|care*|respond*|reply*|call*|know*|came|pick*
        ignor* me|us|my|our|emails|messages|customers
        being|been|get|getting ignored
        where|where's|wheres is|are? my|our|the order*|package*|parcel*|delivery|luggage|bag|bags|item*|stuff|driver|refund|money|replacement|engineer|technician
        where the hell|heck
        has|have|had|you|they|keep|keeps|airline|courier lost|lose|losing my|our|his|her|the
        lost|losing|lose my|our|the|another order|baggage|package|parcel|luggage|bag|bags|item|booking|reservation|data|mail
        missing item*|part*|order|package|parcel|piece*|bag*|luggage
        is|are|was|were|still|gone|went missing
        wrong item|order|size|colour|color|product|address|part|one|thing|information
        sent|got|received|delivered me|us? the|a wrong
        not|n't|stopped|stops|doesn't|doesnt|isn't|isnt|won't|wont|didn't|didnt|never|quit even? working|work|works|charging|start|starting|turn|open|connect|connecting|print|function|fit
        nothing works
        broke
        broken
        breaks|broke down|after|again|already
        faulty
        defect*
        damaged
        dead on arrival
        arrived|came|delivered broken|damaged|late|open|opened|empty|crushed|cold|wrong
        cracked|leaking|leaks|ripped|torn|scratched|dented|stained|rusty
        fell|falls|falling apart
        poor|bad|terrible|awful|horrible|worst|shocking|lousy|appalling|shoddy|non-existent quality|service|experience|customer|support|communication
        delay*
        late again
        always late
        overdue
        stuck at|in|on|for|with
        stranded
        on hold
        hold|held for {time}
        put|puts|putting me|us on hold
        hold time*|for|times
        wait time*
        {time} and counting
        leave|leaves|left|keep|kept|keeps me|us waiting|hanging|stranded|standing|guessing
        have|had|having|forced|forces|forcing me? to? wait|pay|rebook|rebuy|sit|stand|sleep|explain again|twice|outside|hours|for|again|another|because|out|extra|more
        forced to
        was|were|been|got told _ would|that|it|to|wrong
        you said|promised
        promised
        should|could|would have|of been? worked|arrived|told|known|warned|informed|nice|easier|better|here|delivered
        supposed to
        not what
        for no reason
        no excuse*|apology|explanation|warning|notice|reason|idea|record|sign
        refus* to
        lack of
        inconvenien*
        hassle
        unreliable
        frustrat*
        annoy*
        filthy|dirty|cockroach*|bedbug*|rats|mice|hair
        clueless|hopeless
        doesn't|doesnt|don't|dont|didn't|isn't|isnt|not|won't|wont|can't|never _ working|work|help|care
        can't|cant|cannot|couldn't|couldnt|unable|impossible _ reach|through|someone|anyone|person|human|agent|rep|representative|answer|straight
        get|getting|got it|your act|shit|stuff together
        can't|cant|cannot even|believe|understand
        now|and now? what
        hung|hang|hangs up
        disconnected me|us
        run|running|ran around|round in circles
        passed around|from|between
        passed|sent|transferred me|us from|around|to
        overbooked
        cancelled|canceled my|our|again|last|without
        was|were|been|got|just|has|have|and cancelled|canceled
        complain*
        complaint*
        problem|problems
        issue* with
        issues
        an issue
        trouble|difficulty|difficulties with|getting|logging|using
        bug|bugs|buggy|glitch*
        mistake*
        mess|messed up|with|my|our
        screwed|screw up|us|me
        unacceptable
        disappoint*
        ridiculous*
        disgrace*
        disgust*
        shame* on
        shameful
        joke of
        is|are|you're|youre a|such joke
        your app|service|company|website|support|product is|are a joke|nightmare|mess|disaster
        what|such|total|complete|absolute a? joke
        pathetic
        useless
        incompetent|incompetence
        rude|unhelpful|unprofessional
        misleading|misled|mislead
        lied to
        lie|lies|lying
        rip off
        ripoff|rip-off
        ripped off
        scam*
        scammed
        cheated
        waste|wasted of|my|our time|money|hour*|day*|evening|morning
        fed up
        sick of|and
        tired of
        had enough
        worst _ ever
        worst
        thanks|thank|cheers you? for? nothing
        thanks|thank you? for _ ruining|losing|breaking|wasting|ignoring|cancelling|nothing
        do|get|sort better
        not|isn't|wasn't|hardly good enough
        not|isn't|wasn't|n't as described|advertised|promised|shown|expected|ordered|happy|impressed|acceptable|okay|ok|right|fair|true|helpful
        poorly|badly made|designed|built|trained|managed|packed
        what happened to
        what is|the|on going|hell|heck|earth
        another broken|delay|delayed|faulty|dead|failed|failure|problem|outage|excuse|wrong|error
        again and|this|same|the _ problem|issue|error|fault|mistake
        same problem|issue|error|mistake|fault|excuse*
        same old
        third|second|fourth|fifth|2nd|3rd|4th time this|in|i|that|now|already|it's|my
        fail|fails|failed|failure
        to|going nowhere
        how|why|is|isn't it|this|that|are|hard|do|does|did|so to? you? even? so? hard|difficult|slow|expensive
        ruined
        tracking says|said|shows|hasn't|not
        out of stock again|still
        expired|mouldy|rotten|stale|raw|inedible
        too slow|long|late|expensive
        takes|taking|took forever|ages|too|so|{time}
        slow
        """,
    "request": """
        please _ help|fix|explain|send|call|reply|respond|check|advise|look|let|tell|cancel|refund|contact|answer|dm|sort|confirm|update|change|resend|stop|assist|bring|add|provide|give|get
        pls|plz help|fix|send|call|reply|check|dm|sort
        help me|us|with|please|pls|needed
        can|could|would|will you|someone|anyone|somebody|i|we|u please|pls|help|tell|fix|explain|send|call|check|get|have|speak|talk|change|confirm|let|give|look|advise|sort|dm|make|do|add|provide|use|still|return|exchange|bring|update|assist|point|contact|respond
        need|needs|require* help|assistance|support|to|a|an|someone|my|this|your|answers|some
        need|want|like to speak|talk|know|return|exchange|change|report
        how do|can|to|long|much|would|should|does|come i|we|you|until|till|does|is|are|change|contact|get|return|will
        how come
        where can|do|should i|we
        who can|do|should i|we
        when|where|what|why|how will|is|are|do|does|can|did|would|should|was|has|have|time|isn't|aren't|won't|can't|don't|doesn't|didn't
        is|are|do|does|did|will|can there|you|it|this|we|i|the|that still|any|have|offer|ship|deliver|support|know|plan|available|possible|include*|work|take|accept|a
        any|an update*|news|idea|ideas|chance|plans|eta|word|info|information|way|answer|help|advice
        let me|us know
        tell|help me|us
        help asap|urgent*|now|someone|anyone|pls|plz|please
        urgent*
        asap
        left|forgot my|a|an|our _ on|at|in|behind|under
        lost and found
        i|we need
        how about
        get|getting back to me|us
        call|phone|email|message|dm|contact|write me|us
        check|answer|read|see|look|reply|respond|follow your|my|our|me|to|at|back dm*|message*|inbox|email*|us|me|my|ticket|case
        sent|send|sending|replied you|u? a|an|via|to|you|by? dm|message|email|pm
        anyone|someone|somebody there|here|know|knows|from|please|help|at|else
        speak|talk to|with a|an|someone|somebody|your|human|person|manager|the
        my order|ticket|case|reference|booking|account|confirmation number|no|id|ref
        waiting for|on you|your|a|an|the reply|response|answer|call|callback|update|confirmation
        follow up
        exchange|return|replace it|this|my|them|the
        replacement
        status of
        does anyone
        would like|love to|a|some
        looking for|to
        trying to
        tried to|calling|emailing|contacting|everything
        """,
    "irony": """
        oh|just|well|how|yay great|wonderful|lovely|brilliant|perfect|fantastic|awesome
        great job|work|start|way|service
        nice|good job|one|going|work|try
        way to go|ruin|treat
        yeah right
        slow clap
        well done
        bravo
        thanks|cheers a lot|bunch|again
        thanks so much for
        thank you so|very much for
        love how|it|that when|you|your|the
        love being|waiting|paying
        gotta|got to? love
        what a surprise|shock|treat
        shocker
        surprise surprise
        go figure
        as always|usual
        so much for
        """,
    "solved": """
        is|was|got|been|has|now|finally|all|issue|problem|already sorted|resolved|solved|fixed|refunded
        thanks|thank|thx|cheers you|u? so? much? for? the? your? fixing|sorting|helping|resolving|solving|quick|fast|prompt|speedy|help|great|rapid|swift|super
        refund arrived|received|came|processed
        got|received my|the|our refund|money|package|order|parcel|replacement|delivery today|already|now|yesterday|thanks|thank|thx|promptly|quickly
        works again|now|fine|perfectly|great
        back online|up|working
        working again|fine|now|perfectly|great
        never mind
        nevermind
        no worries
        """,
    "praise": """
        thank you|u
        thanks
        thankyou
        thx
        love you|it|this|your|the
        great|excellent|amazing|awesome|fantastic|outstanding|superb|wonderful|brilliant service|support|experience|team|job|product|work|staff|people|customer|help|quality|food|app|update|crew
        best _ ever
        highly recommend*
        well done
        keep it? up
        shout out
        shoutout
        made my day
        kudos
        impressed
        """,
    "spam": """
        giveaway
        airdrop
        crypto
        bitcoin
        btc
        forex
        nft|nfts
        make|earn|made|earned|earning money|cash|$*|# online|daily|weekly|fast|from|a|per|every|in|working
        passive income
        work from home
        dm|message|contact|text|whatsapp me|us|her|him for promo*|collab*|details|more|info|to|a
        promo code
        use my? code
        free followers|likes|gift|iphone|giveaway|spins|trial|robux|money|crypto|bonus
        buy|get|gain|cheap|more followers
        follow me|back|us|for|4 back|for|on|and
        follow4follow|f4f|follow-back|followback|l4l
        check out|my my|our|this|new? link|profile|page|bio|channel|store|shop|onlyfans|website|music|song|mixtape|video|deal*
        check|see my bio|profile|page
        link in bio
        click the|this|here|my|on link|to|now|and
        click here
        sign|signing up now|using|with|today|free
        onlyfans
        hot singles|girls
        casino
        betting tips
        guaranteed|huge profit*|returns|income|wins
        profit* weekly|daily
        investment opportunity|platform|plan
        invest|invested|investing with|$*|#
        recover* _ account|funds|wallet|crypto
        recovery expert|agent|specialist
        seo services|expert
        boost your|my followers|sales|ranking|traffic|page
        limited offer|time
        act now
        discount* code
        visit my|our site|website|page|shop|store
        cheap viagra|pills|watches|followers
        viagra
        """,
}
