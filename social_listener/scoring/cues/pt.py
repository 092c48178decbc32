"""Portuguese cues, of Portugal and Brazil. The notation is told in the package's docstring."""

UNITS = "segundo*|minuto*|min|hora|horas|h|dia|dias|semana|semanas|mês|mes|meses|ano|anos"
DENIALS = "não nao sem nunca jamais nenhum nenhuma nem nada"

CUES = {
    "safety": """
        perigo*
        perigoso*
        pegou|pegando fogo
        incêndio
        em chamas
        fumaça|fumo
        superaquec*
        sobreaquec*
        explodi*
        choque elétrico
        ferid*
        queimad* _ mão|dedo|braço|filh*
        queimadura*
        hospital
        ambulância
        alergi*
        alérgic*
        intoxica*
        envenen*
        mofo|bolor
        hacke*
        vazamento de dados|gás
        assédio
        ameaça*
        """,
    "legal": """
        advogad*
        processar
        processo judicial
        na|à justiça
        tribunal
        procon
        reclame aqui
        anatel
        livro de reclamações
        defesa do consumidor
        polícia
        denúncia*
        denunciar
        golpe
        fraude*
        burla
        ilegal*
        lgpd
        direitos do consumidor
        """,
    "outage": """
        fora do ar
        caiu
        app|aplicativo|aplicação|site|sistema|servidor|internet|rede|wifi|serviço _ não _ funciona*|carrega|abre|entra|vai
        sem internet|sinal|luz|conexão|rede|energia|serviço
        não consigo|conseguimos|dá acessar|aceder|entrar|conectar|logar|pagar|para|pra
        apagão
        código de erro
        trava|travou|travando
        """,
    "refund": """
        reembols*
        estorn*
        devol* _ dinheiro
        dinheiro de volta
        meu dinheiro
        cobr* _ duas|dobro|vezes|indevid*|mais
        cobrança indevida|dupla|duplicada
        cobraram
        indeniza*
        indemniza*
        devolução
        fatura errada
        """,
    "cancel": """
        cancelar meu|minha|o|a|os|as|esta|este
        cancelamento
        rescindir
        rescisão
        mudar|mudando|trocar|trocando de operadora|banco|operador|empresa|fornecedor
        nunca mais
        última vez
        encerrar|excluir|apagar|fechar minha|meu|a conta
        perderam um|uma cliente
        """,
    "complaint": """
        há|faz|tem {time}
        há|faz mais|quase de? {time}
        esperando|espera|aguardando|aguardo|espero _ {time}
        à espera
        esperando|aguardando|aguardo há|desde|o|a|meu|minha|resposta|faz
        {time} esperando|de|sem|e|à _ atraso|resposta|nada|demora|espera
        ainda não|nada|sem|aguardando|espero|espera
        até agora|hoje nada|não
        não|nunca chegou|recebi|recebemos|foi|veio|entregaram|responderam|respondem|resolveram|resolvem|atendem|chega|entregue|enviaram
        sem resposta|solução|retorno|previsão|notícias|ajuda
        ninguém responde|resolve|atende|ajuda|sabe|me|respondeu|retorna|faz
        nenhuma resposta|solução|ajuda
        cadê
        onde está|estão|anda
        não|parou funciona*|de|liga|carrega|presta|serve
        quebrad*
        quebrou
        estragad*
        avariad*
        danificad*
        defeito*
        defeituos*
        errad* _ produto|pedido|tamanho|cor
        produto|pedido|tamanho|item errado
        falta|faltando|faltam
        encomenda|pedido|mala|bagagem|pacote _ perdid*|extraviad*|atrasad*|sumiu
        extravi*
        perderam minha|meu|a|o
        atras*
        demora*
        reclam*
        queixa*
        problema* com
        problema*
        péssim*
        horrível
        terrível
        pior
        vergonh*
        lamentável
        inaceitável
        decepcion*
        desilud*
        absurdo
        descaso
        falta de respeito
        desrespeito
        ridículo
        lixo
        mentir*
        enganad*
        engana*
        mal-educad*
        grosseir*
        incompeten*
        fart*
        cansad* de
        ignora*
        mau|má atendimento|serviço|qualidade
        obrigado por nada
        de novo _ problema|erro|mesmo|quebr*
        erro|erros|falha*
        """,
    "request": """
        por favor
        pfv|pf
        podem|pode|poderia*|podes me|ajudar|verificar|resolver|enviar|dizer|informar|responder|explicar|ligar|entrar
        preciso
        precisamos
        ajuda
        ajudem
        socorro
        como|quando|onde|por|quanto|qual|quem faço|posso|está|vai|que|é|será|custa|entro|chega|demora|fica|pode|contato|contacto
        alguém
        respond* por|minha|meu
        entrem|entrar em contato|contacto
        quero|gostaria|queria saber|trocar|devolver|falar|de
        vocês têm|tem|vão|entregam
        tem|há como|alguma|previsão
        tenho uma dúvida|pergunta
        chama|chamem no|na dm|inbox
        """,
    "irony": """
        parabéns pelo|pela|por|viu
        que maravilha|beleza|ótimo|surpresa
        como sempre
        muito obrigado por|viu
        valeu hein|mesmo
        """,
    "solved": """
        já|foi|tudo|problema resolvid*|resolveram|resolveu|solucionado|estornado|devolveram
        resolvido|solucionado
        obrigad* pel* _ ajuda|rapidez|resposta|atenção
        voltou a? funcionar
        """,
    "praise": """
        obrigad*
        valeu
        excelente*
        ótim*
        óptim*
        perfeit*
        maravilhos*
        incrível
        fantástic*
        parabéns
        amei
        amo
        adoro
        adorei
        muito bom|boa|bem|satisfeit*|feliz
        recomendo
        melhor|melhores
        top
        """,
    "spam": """
        sorteio
        cripto*
        ganh* dinheiro
        me segue
        segue de volta
        clique aqui|no
        link na bio
        cupom|código de desconto
        renda extra|passiva
        invista
        """,
}
