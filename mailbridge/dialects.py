"""How mail programs mark what is not the sender's own text: one table per mark, Spanish and Portuguese first.

Every entry is compared in casefold with white space collapsed (`blocks.folded`). A new program or language is a new
entry here, not a new rule.
"""

from mailbridge.tables import entries

# Labels of a quoted header block (Outlook, Apple Mail, Thunderbird, Yahoo, Zimbra, Notes, Gmail forwards).
_LABELS_BY_KIND: dict[str, str] = {
    "from": """
        de|remitente|remetente|from|expéditeur|von|absender|da|mittente
        van|afzender|fra|från|avsändare|lähettäjä|od|от|від|kimden|feladó|发件人|寄件者|寄件人|差出人|보낸 사람""",
    "sent": """
        enviado|enviado el|enviado a las|enviada|enviada el|enviados|enviado em|enviada em|enviadas|fecha de envío
        sent|envoyé|envoyé le|envoyée|date d'envoi|gesendet|gesendet am|inviato|inviato il
        verzonden|sendt|skickat|lähetetty|wysłano|odesláno|odoslané|отправлено|надіслано|gönderildi|gönderilen|elküldve
        发送时间|寄件日期|送信日時|보낸 날짜""",
    "date": "fecha|data|date|datum|dato|päivämäärä|dátum|дата|tarih|日期|日付|날짜",
    "to": """
        para|a|destinatario|destinatarios|destinatário|destinatários|to|à|pour|destinataire|an|per
        aan|til|till|vastaanottaja|do|komu|кому|kime|címzett|收件人|收件者|宛先|받는 사람""",
    "cc": """
        cc|c.c.|cco|bcc|copia|copia a|con copia|cópia|com cópia|cci|copie à|kopie
        kopi|kopia|kopio|копия|抄送|副本|참조""",
    "subject": """
        asunto|assunto|subject|objet|sujet|betreff|oggetto
        onderwerp|emne|ämne|aihe|temat|předmět|predmet|тема|konu|tárgy|主题|主旨|件名|제목""",
    "other": """
        responder a|responder para|reply-to|répondre à|antwort an|rispondi a|organización|organização|organization
        importancia|importância|importance|prioridad|prioridade|priority|priorité|priorität|wichtigkeit|priorità
        adjunto|adjuntos|datos adjuntos|archivos adjuntos|anexo|anexos|attachments|pièces jointes|anlagen|allegati""",
}
FIELD_LABELS = {label: kind for kind, labels in _LABELS_BY_KIND.items() for label in entries(labels)}

# (how the line begins, the verb it holds) of «El …, X escribió:».
ATTRIBUTIONS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("el ", "en ", "a las ", "con fecha ", "a el "), ("escribió", "escribio", "ha escrito", "escribiste")),
    (("em ", "a ", "no dia ", "na ", "no ", "às ", "em data "), ("escreveu",)),
    (("on ", "at ", "in a message dated "), ("wrote", "writes")),
    (("le ", "à ", "en date du "), ("a écrit", "écrit", "a ecrit")),
    (("am ", "an ", "den "), ("schrieb", "geschrieben", "schrieb folgendes")),
    (("il ", "in data ", "alle "), ("ha scritto", "scrive", "scritto")),
    (("op ",), ("schreef", "het volgende geschreven")),
    (("den ", "på "), ("skrev", "skrev følgende", "följande")),
    (("dne ", "dňa "), ("napsal", "napsal(a)", "napísal", "napísal(a)")),
    (("w dniu ", "dnia "), ("napisał", "napisał(a)", "napisała", "pisze")),
    (("la ", "pe ", "în "), ("a scris",)),
)
# After these verbs the writer's name may stand, and nothing else: «Am 02.03.2026 um 10:15 schrieb Ana:».
INVERTED_VERBS = frozenset(("schrieb", "schreef", "skrev"))
# Verbs of languages whose attributions begin with the date or the name.
BARE_VERBS = entries(
    "kirjoitti|írta|ezt írta|пишет|написал|написал(а)|написала|пише|yazdı|şunu yazdı|写道|寫道|έγραψε|작성"
)
ATTRIBUTION_VERBS = (*(verb for _, verbs in ATTRIBUTIONS for verb in verbs), *BARE_VERBS)

# «Quoting Ana <ana@example.org>:»: no verb at the end, no date (Horde/IMP, Kolab).
QUOTING_LEADS = entries("""
    quoting|citando a|mensaje citado por|mensaje de|citando|mensagem de|citação de|zitat von|quoting message from
    selon|citazione da""")

# Between dashes: «-----Mensaje original-----» (Outlook 2003 and many after it).
ORIGINAL_MESSAGE = frozenset(
    entries("""
        mensaje original|mensaje citado|cita original|mensaje anterior
        mensagem original|mensagem anterior
        original message|original appointment|original email|reply message|previous message|end of message
        message d'origine|message d’origine|message original|message initial
        original-nachricht|ursprüngliche nachricht|originalnachricht|originalmail|ursprünglicher termin
        messaggio originale|messaggio originario
        oorspronkelijk bericht|origineel bericht|oprindelig meddelelse|opprinnelig melding|ursprungligt meddelande
        alkuperäinen viesti|wiadomość oryginalna|oryginalna wiadomość|původní zpráva|eredeti üzenet|mesaj original
        исходное сообщение|пересылаемое сообщение|özgün ileti|orijinal mesaj
        原始邮件|邮件原件|原始郵件|元のメッセージ|원본 메시지""")
)

# Between dashes (Gmail, Thunderbird, Yahoo) or, ending with a colon, alone on the line (Apple Mail).
FORWARD_MARKERS = frozenset(
    entries("""
        mensaje reenviado|inicio del mensaje reenviado|correo reenviado|reenviado
        mensagem encaminhada|mensagem reencaminhada|início da mensagem encaminhada|início da mensagem reencaminhada
        forwarded message|begin forwarded message|forwarded email|forwarded by
        message transféré|message transmis|message réexpédié|début du message réexpédié|début du message transféré
        weitergeleitete nachricht|anfang der weitergeleiteten nachricht|beginn der weitergeleiteten nachricht
        messaggio inoltrato|inizio messaggio inoltrato|inizio del messaggio inoltrato
        doorgestuurd bericht|videresendt meddelelse|vidarebefordrat meddelande|videresendt melding|przekazana wiadomość
        přeposlaná zpráva|пересылаемое сообщение|转发的邮件|轉寄郵件|転送メッセージ""")
)
# The same with a name behind it: «----- Mensaje de ana@example.org -----» (Horde), «----- Forwarded by …» (Notes).
NAMED_MARKERS = entries("""
    mensaje de|mensaje reenviado de|mensaje reenviado por|reenviado por|remitido por|reenviado por última vez por
    mensagem de|mensagem encaminhada de|mensagem encaminhada por|encaminhado por|reencaminhado por
    message from|forwarded message from|forwarded by|message de|message transféré de|transféré par|envoyé par
    nachricht von|weitergeleitete nachricht von|weitergeleitet von|messaggio da|messaggio inoltrato da|inoltrato da""")

# The line over which helpdesks ask to answer; it stands at the head of their quoted letter.
ANSWER_ABOVE = entries("""
    por encima de esta línea|encima de esta línea|sobre esta línea|arriba de esta línea|acima desta linha
    above this line|reply above|au-dessus de cette ligne|oberhalb dieser zeile|sopra questa riga""")

# How the last line of a message written on a telephone, or in a free web mail, begins.
DEVICE_FOOTERS = entries("""
    enviado desde mi|enviado desde un|enviado desde el|enviado desde outlook|enviado desde yahoo|enviado desde correo
    enviado desde la|enviado desde mail|enviado desde proton|enviado desde samsung|enviado desde gmail|enviado desde aol
    enviado desde windows|enviado desde spark|enviado desde for|enviado desde my|enviado desde blue
    enviado con gmail|enviado con el correo electrónico seguro|enviado con proton|enviado con spark
    enviado con mailspring|enviado con bluemail|enviado con aquamail|enviado con correo|enviado de samsung
    enviado de mi|enviado por samsung
    enviado mediante|enviado por outlook|enviado desde tuta|enviado con tuta
    obtener outlook para|obtén outlook para|obtenga outlook para|descargar outlook para|consigue outlook para
    obtener bluemail para|yahoo mail:
    enviado do meu|enviado da minha|enviado do yahoo|enviado do outlook|enviado do correio|enviado do email
    enviado do mail|enviado do gmail|enviado do samsung|enviado a partir|enviado via|enviado pelo meu|enviado pela minha
    enviado usando|enviado do spark|enviado com o|enviado com proton|enviado no meu|enviada do meu|enviado de um
    obter o outlook|obtenha o outlook|baixe o outlook|transferir o outlook
    sent from my|sent from a|sent from outlook|sent from mail|sent from yahoo|sent from proton|sent from samsung
    sent from gmail|sent from aol|sent from windows|sent from the|sent from blue|sent from front|sent from spark
    sent from nine|sent from type|sent from surface|sent from an|sent from hotmail|sent using|sent via|sent with
    sent by outlook|get outlook for|get bluemail for|typed on my|from my iphone|from my ipad
    download outlook for|you can get outlook for
    envoyé de mon|envoyé de ma|envoyé depuis|envoyé à partir|envoyé avec|envoyé via|envoyé par|provenance :
    télécharger outlook|téléchargez outlook|obtenir outlook|obtenez outlook
    von meinem|von meiner|gesendet von|gesendet mit|gesendet über|gesendet aus|diese nachricht wurde von meinem
    holen sie sich outlook|outlook für|outlook herunterladen|laden sie outlook
    inviato da|inviato dal|inviato dalla|inviato con|inviato tramite|scarica outlook|ottieni outlook
    verzonden vanaf|verstuurd vanaf|verzonden met|outlook voor|sendt fra|skickat från|hämta outlook|hent outlook
    lähetetty|wysłane z|wysłano z|odesláno z|отправлено с|отправлено из|iphone'umdan|iphone から送信|iphoneから送信
    发自我的|從我的|从我的|나의 iphone에서""")
DEVICE_FOOTER_WORDS = 9
# A longer one excuses itself: «Sent from my Android device with K-9 Mail. Please excuse my brevity.»
EXCUSES = entries("""
    brevedad|brevidade|brevity|concis|kürze|brevità|disculp|desculp|excuse|excus|typos|tippfehler|autocorre|errores
    erros|entschuldig""")
DEVICE_FOOTER_LONGEST = 24

# What virus scanners and web mail write below a message, however long.
PROGRAM_FOOTERS = entries("""
    this message was sent using|este mensaje fue enviado usando|este mensaje ha sido enviado usando
    esta mensagem foi enviada usando|esta mensagem foi enviada pelo webmail|ce message a été envoyé avec imp
    diese nachricht wurde mit imp|this mail was sent through
    libre de virus|livre de vírus|virus-free|sans virus|virenfrei|privo di virus|garantito senza virus
    este correo electrónico ha sido comprobado en busca de virus|este correo electrónico ha sido analizado en busca
    este mensaje ha sido analizado por mailscanner|este email foi escaneado pelo avast|este e-mail foi verificado
    this email has been checked for viruses|this email has been scanned|scanned by mailscanner
    cet e-mail a été vérifié|l'absence de virus dans ce courrier|diese e-mail wurde von avast|questa e-mail è stata""")

# Prefixes of a subject, before the colon; some programs count: «Re[2]:».
REPLY_PREFIXES = frozenset(
    entries(
        "re|rv re|resp|respuesta|resposta|rif|aw|antw|antwort|sv|vs|odp|ynt|回复|答复|r|ref|rép|re fwd|re rv|yt|bls|res"
    )
)
FORWARD_PREFIXES = frozenset(
    entries("rv|fwd|fw|tr|enc|i|wg|reenv|reenviado|reenvío|encaminhado|res fwd|doorst|vb|pd|vl|ilt|转发|轉寄")
)
