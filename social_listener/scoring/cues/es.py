"""Spanish cues. The notation is told in the package's docstring."""

UNITS = "segundo*|minuto*|min|hora|horas|h|día|días|semana|semanas|mes|meses|año|años"
DENIALS = "no sin nunca jamás ningún ninguna ni nada tampoco"

CUES = {
    "safety": """
        peligro*
        peligroso*
        incendi*
        en llamas
        se|ha prendió|prendido|quemó|quemado|incendió
        humo
        sobrecalient*
        explot*
        explosi*
        descarga eléctrica
        herid*
        lesion*
        quemadura*
        hospital
        urgencias
        ambulancia
        alergi*
        alérgic*
        intoxic*
        envenen*
        moho
        hacke*
        jaquea*
        filtración de datos
        acos*
        amenaza*
        """,
    "legal": """
        abogad*
        demanda*
        demandar
        denunci*
        juzgado*
        tribunal*
        juicio
        legal*
        acciones legales
        profeco
        sernac
        facua
        defensa del consumidor
        estafa*
        estafador*
        fraude*
        ilegal*
        policía
        hoja de reclamaciones
        protección de datos
        """,
    "outage": """
        caíd*
        se cayó|cae
        app|aplicación|página|web|sistema|servidor|internet|red|wifi|servicio _ no _ funciona|carga|va|anda|sirve|abre
        no funciona|carga|anda|abre la|el app|aplicación|página|web|internet|sistema
        sin|no internet|señal|servicio|luz|conexión|cobertura|línea|hay
        no puedo|podemos|deja|me entrar|acceder|conectar*|iniciar|pagar|ingresar
        apagón
        error # 
        código de error
        se cuelga|cierra
        """,
    "refund": """
        reembols*
        devol* _ dinero
        devolución|devoluciones
        devuelv*
        mi dinero
        cobr* _ doble|dos|veces|más|indebid*
        cobro|cobros indebido*|doble
        cobraron
        cargo|cargos no|indebido*|doble
        indemniza*
        compensación
        factura incorrecta|errónea|mal
        """,
    "cancel": """
        cancelar mi|la|el|mis|nuestro|esta|este
        cancelación
        darme|dar|darnos de baja
        cambiar|cambio|cambiarme|cambiamos de compañía|operador|banco|proveedor
        nunca más
        no vuelvo|volveré|vuelvan|vuelvo a
        última vez
        cerrar|eliminar|borrar mi cuenta
        perdieron|perdido un cliente
        """,
    "complaint": """
        llevo|llevamos|lleva _ {time}
        llevo|llevamos _ esperando
        esperando _ {time}
        esperando desde|mi|respuesta|que|por
        sigo|seguimos|sigue esperando|sin
        desde hace
        hace {time} que
        {time} esperando|de|sin|y|tarde _ retraso|respuesta|nada|demora|espera
        aún|todavía no|sin
        no|nunca ha|han|he|me? llegado|llegó|recibido|recibí|entregado|entregaron|contestan|responden|respondido|atienden|solucionan|llega|enviado
        sin respuesta|solución|recibir|noticias|ayuda|contestar
        nadie me|nos|se? responde|contesta|ayuda|atiende|hace|sabe|soluciona
        ninguna respuesta|solución|ayuda
        dónde está|están|anda
        donde está|están
        no funciona*
        no sirve*
        dejó de funcionar
        rot*
        dañad*
        defectuos*
        averiad*
        estropead*
        equivocad*
        falta|faltan
        perd* mi|mis|la|el maleta*|equipaje|paquete|pedido|vuelo
        paquete|pedido|maleta|equipaje _ perdid*|nunca|extraviad*
        retras*
        demora*
        tarde
        queja*
        quejar*
        reclam*
        problema* con
        problema*
        errores
        mal|mala|malo servicio|atención|calidad|experiencia
        pésim*
        horrible*
        fatal
        peor
        vergüenza
        vergonzos*
        lamentable*
        inaceptable*
        decepcion*
        indignante
        indignad*
        asco
        robo
        ladrones
        mentir*
        mienten
        grosero*
        maleducad*
        incompeten*
        inútil*
        hart*
        cansad* de
        enfadad*
        molest*
        tomadura de pelo
        ignor*
        gracias por nada
        otra vez _ mal|roto|error|fallo|problema|retraso|caíd*|lo|igual
        fallo|fallos|falla*
        """,
    "request": """
        por favor
        porfa*
        pueden|puede|podéis|podrían|podría|puedes ayudar*|decir*|revisar|solucionar|enviar|contactar|responder|llamar|explicar|darme|informar*
        necesito
        necesitamos
        ayuda
        ayúden*
        ayuden*
        cómo|cuándo|dónde|cuánto|por|qué|quién puedo|es|está|hago|llega|van|será|tarda|qué|se|pasa|hay|cuesta|puede*|contacto|va
        alguien
        contáct*
        respond* por|el|mi
        contest* por|el|mi
        quiero|quisiera|quería|me saber|cambiar|devolver|hablar|gustaría
        me gustaría
        tienen
        hay alguna|forma|manera|stock
        tengo una duda|pregunta
        md|dm
        """,
    "irony": """
        qué|que bien|bonito|maravilla|sorpresa
        gracias por _ arruinar|perder|nada
        felicidades
        bravo
        como siempre
        genial otra|otro
        """,
    "solved": """
        ya está|quedó|fue|me solucionado|resuelto|resolvió|solucionaron|devolvieron|arreglado
        solucionado|resuelto
        gracias por _ ayuda|rapidez|resolver|solucionar|respuesta
        ya funciona
        """,
    "praise": """
        gracias
        excelente*
        genial*
        perfecto*
        maravillos*
        increíble*
        fantástic*
        me encanta*
        muy bueno|buena|bien|contento|contenta|satisfecho|amable|amables
        felicidades
        felicitaciones
        recomiendo
        recomendable
        el|la|los|las mejor|mejores
        amo|amamos
        bravo
        """,
    "spam": """
        sorteo
        cripto*
        gana* dinero
        ganar dinero
        síguem*
        sígueme
        haz clic
        clic aquí
        link|enlace en _ bio|perfil
        código de descuento
        ingresos pasivos
        invierte
        """,
}
