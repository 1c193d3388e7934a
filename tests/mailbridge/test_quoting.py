"""The sender's own words against what mail programs put around them."""
# ruff: noqa: E501 - each example stands on one line as the program wrote it

import pytest

from mailbridge import quoting, subjects

QUOTED = "> Para aprobar, responda APRUEBO.\n> Gracias"
BARE = "Para aprobar, responda APRUEBO.\nGracias"
OUTLOOK_ES = (
    "De: Mesa de Ayuda <mesa@example.org>\nEnviado el: lunes, 9 de marzo de 2026 8:15\nPara: Ana Ruiz\nAsunto: Pedido"
)
OUTLOOK_PT = (
    "De: Suporte <suporte@example.org>\nEnviado: segunda-feira, 9 de março de 2026 08:15\nPara: Ana\nAssunto: Pedido"
)
OUTLOOK_EN = (
    "From: Desk <desk@example.org>\nSent: Monday, March 9, 2026 8:15 AM\nTo: Ana Ruiz\nCc: Bob\nSubject: Request"
)

# (name of the dialect, whole text, the sender's own text)
REPLIES = [
    ("gmail es", f"Apruebo.\n\nEl jue, 2 abr 2026 a las 16:40, Mesa (<mesa@example.org>) escribió:\n{QUOTED}", "Apruebo."),
    ("gmail es wrapped", f"Sí.\n\nEl jue, 2 abr 2026 a las 16:40, Mesa de Ayuda (<mesa@example.org>)\nescribió:\n\n{QUOTED}", "Sí."),
    ("gmail es point", f"Sí.\n\nEl jue., 2 abr. 2026 16:40, Mesa <mesa@example.org> escribió:\n{QUOTED}", "Sí."),
    ("gmail es angles wrapped twice", f"Sí.\n\nEl jue, 2 abr 2026 a la(s) 16:40, Mesa de\nAyuda (<mesa@example.org>)\nescribió:\n{QUOTED}", "Sí."),
    ("thunderbird es", f"No.\n\nEl 09-04-2026 a las 09:02, Mesa de Ayuda escribió:\n{QUOTED}", "No."),
    ("thunderbird es slash", f"No.\n\nEl 9/4/26 a las 9:02, Mesa escribió:\n{QUOTED}", "No."),
    ("apple es", f"Listo\n\n> El 3 mar 2026, a las 10:00, Ana <ana@example.org> escribió:\n> \n{QUOTED}", "Listo"),
    ("apple es unquoted head", f"Listo\n\nEl 3 mar 2026, a las 10:00, Ana <ana@example.org> escribió:\n\n{QUOTED}", "Listo"),
    ("yahoo es", f"Listo\n\nEl miércoles, 4 de marzo de 2026, 10:00:00 GMT-5, Ana <ana@example.org> escribió:\n\n{BARE}", "Listo"),
    ("yahoo es own line", f"Listo\n\nEn miércoles, 4 de marzo de 2026, Ana <ana@example.org> escribió:\n\n{BARE}", "Listo"),
    ("name first es", f"Listo\n\nAna Ruiz <ana@example.org> escribió:\n{QUOTED}", "Listo"),
    ("name and date es", f"Listo\n\nAna Ruiz escribió el 04/03/2026 10:00:\n{QUOTED}", "Listo"),
    ("outlook es", f"Adjunto la copia.\n\n{OUTLOOK_ES}\n\n{BARE}", "Adjunto la copia."),
    ("outlook es rule", f"Adjunto.\n\n________________________________\n{OUTLOOK_ES}\n\n{BARE}", "Adjunto."),
    ("outlook es no address", f"Bien.\n\nDe: Mesa de Ayuda\nEnviado: martes, 7 de abril de 2026 12:02\nPara: Jefe\nAsunto: x\n\n{BARE}", "Bien."),
    ("outlook es bold", f"Bien.\n\n*De:* Mesa <mesa@example.org>\n*Enviado:* martes, 7 de abril de 2026\n*Para:* Jefe\n*Asunto:* x\n\n{BARE}", "Bien."),
    ("outlook es fecha", f"Bien.\n\nDe: Mesa <mesa@example.org>\nFecha: martes, 7 de abril de 2026, 12:02\nPara: Jefe\nAsunto: x\n\n{BARE}", "Bien."),
    ("outlook es wrapped recipients", f"Bien.\n\nDe: Mesa <mesa@example.org>\nEnviado: martes, 7 de abril de 2026\nPara: Jefe <j@example.org>;\nOtra <o@example.org>\nAsunto: x\n\n{BARE}", "Bien."),
    ("original message es", f"Bien.\n\n-----Mensaje original-----\n{OUTLOOK_ES}\n\n{BARE}", "Bien."),
    ("original message spaced", f"Bien.\n\n----- Mensaje Original -----\n{OUTLOOK_ES}\n\n{BARE}", "Bien."),
    ("bottom answer es", f"El 4/3/26 a las 9:02, Mesa escribió:\n{QUOTED}\n\nApruebo lo pedido.", "Apruebo lo pedido."),
    ("inline answers es", "El 4/3/26 a las 9:02, Mesa escribió:\n> ¿Uno?\nSí.\n> ¿Dos?\nNo.", "Sí.\nNo."),
    ("gmail pt-br", f"Aprovo.\n\nEm ter., 3 de mar. de 2026 às 10:00, Suporte <suporte@example.org> escreveu:\n\n{QUOTED}", "Aprovo."),
    ("gmail pt-br wrapped", f"Aprovo.\n\nEm ter., 3 de mar. de 2026 às 10:00, Suporte <\nsuporte@example.org> escreveu:\n\n{QUOTED}", "Aprovo."),
    ("gmail pt-pt", f"Aprovo.\n\nSuporte <suporte@example.org> escreveu no dia terça, 3/03/2026 à(s) 10:00:\n\n{QUOTED}", "Aprovo."),
    ("thunderbird pt", f"Aprovo.\n\nEm 03/03/2026 10:00, Suporte escreveu:\n{QUOTED}", "Aprovo."),
    ("thunderbird pt-pt", f"Aprovo.\n\nÀs 10:00 de 03/03/2026, Suporte escreveu:\n{QUOTED}", "Aprovo."),
    ("apple pt", f"Aprovo.\n\nNo dia 3 de mar de 2026, às 10:00, Suporte <suporte@example.org> escreveu:\n\n{BARE}", "Aprovo."),
    ("yahoo pt", f"Aprovo.\n\nEm terça-feira, 3 de março de 2026 10:00:00 BRT, Suporte <suporte@example.org> escreveu:\n\n{BARE}", "Aprovo."),
    ("outlook pt", f"Segue.\n\n{OUTLOOK_PT}\n\n{BARE}", "Segue."),
    ("outlook pt em", f"Segue.\n\nDe: Suporte <s@example.org>\nEnviada em: segunda-feira, 9 de março de 2026 08:15\nPara: Ana\nAssunto: x\n\n{BARE}", "Segue."),
    ("original message pt", f"Segue.\n\n-----Mensagem original-----\n{OUTLOOK_PT}\n\n{BARE}", "Segue."),
    ("bottom answer pt", f"Em 03/03/2026 10:00, Suporte escreveu:\n{QUOTED}\n\nDe acordo.", "De acordo."),
    ("gmail en", f"Yes.\n\nOn Mon, Mar 9, 2026 at 8:15 AM Desk <desk@example.org> wrote:\n\n{QUOTED}", "Yes."),
    ("gmail en wrapped", f"Yes.\n\nOn Mon, Mar 9, 2026 at 8:15 AM A Very Long Desk Name\n<desk@example.org> wrote:\n\n{QUOTED}", "Yes."),
    ("thunderbird en", f"Yes.\n\nOn 3/9/26 08:15, Desk wrote:\n{QUOTED}", "Yes."),
    ("apple en", f"Yes.\n\nOn 9 Mar 2026, at 08:15, Desk <desk@example.org> wrote:\n\n{QUOTED}", "Yes."),
    ("outlook en", f"Yes.\n\n{OUTLOOK_EN}\n\n{BARE}", "Yes."),
    ("original message en", f"Yes.\n\n-----Original Message-----\n{OUTLOOK_EN}\n\n{BARE}", "Yes."),
    ("old gmail", f"Yes.\n\n2026-03-09 8:15 GMT-05:00 Desk <desk@example.org>:\n\n{QUOTED}", "Yes."),
    ("gmail fr", f"Oui.\n\nLe lun. 9 mars 2026 à 08:15, Support <s@example.org> a écrit :\n\n{QUOTED}", "Oui."),
    ("outlook fr", f"Oui.\n\nDe : Support <s@example.org>\nEnvoyé : lundi 9 mars 2026 08:15\nÀ : Ana\nObjet : x\n\n{BARE}", "Oui."),
    ("gmail de", f"Ja.\n\nAm Mo., 9. März 2026 um 08:15 Uhr schrieb Support <s@example.org>:\n\n{QUOTED}", "Ja."),
    ("outlook de", f"Ja.\n\nVon: Support <s@example.org>\nGesendet: Montag, 9. März 2026 08:15\nAn: Ana\nBetreff: x\n\n{BARE}", "Ja."),
    ("gmail it", f"Sì.\n\nIl giorno lun 9 mar 2026 alle ore 08:15 Support <s@example.org> ha scritto:\n\n{QUOTED}", "Sì."),
    ("signature", "Apruebo.\n\n-- \nAna Ruiz\nJefa de área", "Apruebo."),
    ("signature before quote", f"Apruebo.\n\n-- \nAna Ruiz\n\nEl 4/3/26 a las 9:02, Mesa escribió:\n{QUOTED}", "Apruebo."),
    ("iphone es", "Apruebo.\n\nEnviado desde mi iPhone", "Apruebo."),
    ("outlook android es", "Apruebo.\n\nObtener Outlook para Android<https://aka.ms/x>", "Apruebo."),
    ("android before quote", f"Apruebo.\n\nEnviado desde mi Samsung\n\nEl 4/3/26 a las 9:02, Mesa escribió:\n{QUOTED}", "Apruebo."),
    ("iphone pt", "Aprovo.\n\nEnviado do meu iPhone", "Aprovo."),
    ("iphone en", "Yes.\n\nSent from my iPhone", "Yes."),
    ("groupwise", f"Listo.\n\n>>> Ana Ruiz <ana@example.org> 02/03/2026 10:15 >>>\n{BARE}", "Listo."),
    ("zoho es", f"Listo.\n\n---- El lun., 02 mar. 2026 10:15:00 -0500 Ana <ana@example.org> escribió ----\n\n{BARE}", "Listo."),
    ("horde es", f"Listo.\n\nMensaje citado por Ana Ruiz <ana@example.org>:\n\n{QUOTED}", "Listo."),
    ("horde en", f"Quoting Ana Ruiz <ana@example.org>:\n\n{QUOTED}\n\nYes.", "Yes."),
    ("squirrelmail", f"Ana Ruiz escribió:\n{QUOTED}\n\nListo.", "Listo."),
    ("horde forward", f"Va.\n\n----- Mensaje reenviado de ana@example.org -----\n    Fecha: Mon\n\n{BARE}", "Va."),
    ("notes forward", f"Va.\n\n----- Forwarded by Ana Ruiz/MEF on 03/02/2026 10:15 AM -----\n\n{BARE}", "Va."),
    ("zimbra es", f'Va.\n\nDe: "Ana" <ana@example.org>\nPara: "B" <b@example.org>\nEnviados: Lunes, 2 de Marzo 2026 10:15:00\nAsunto: x\n\n{BARE}', "Va."),
    ("a block run together", f"Va.\n\nDe: Ana <ana@example.org> Enviado: lunes, 2 de marzo de 2026 10:15 Para: B Asunto: x\n{BARE}", "Va."),
    ("an unmarked quote that holds a marked one", f"Va.\n\nEl lun, 2 mar 2026 a las 10:15, Ana (<ana@example.org>) escribió:\n\n{BARE}\n{QUOTED}\n{BARE}", "Va."),
    ("k9 es", "Va.\n\nEnviado desde mi dispositivo Android con K-9 Mail. Por favor, disculpa mi brevedad.", "Va."),
    ("answer above", f"Va.\n\n##- Escriba su respuesta por encima de esta línea -##\n{BARE}", "Va."),
    ("iphone it", "Va bene.\n\nInviato dal mio iPhone", "Va bene."),
    ("outlook ios fr", "Oui.\n\nObtenez Outlook pour iOS<https://aka.ms/o0ukef>", "Oui."),
    ("outlook android de", "Ja.\n\nHolen Sie sich Outlook für Android<https://aka.ms/x>", "Ja."),
    ("a scanner", "Apruebo.\n\n--\nEste correo electrónico ha sido comprobado en busca de virus por Avast.\nwww.avast.com", "Apruebo."),
    ("mutt", f"Yes.\n\nOn Mon, Mar 02, 2026 at 10:15:00AM -0500, Ana Ruiz wrote:\n{QUOTED}", "Yes."),
    ("gnus", f"Ana Ruiz <ana@example.org> writes:\n\n{QUOTED}\n\nYes.", "Yes."),
    ("gmail nl", f"Ja.\n\nOp ma 2 mrt. 2026 om 10:15 schreef Ana <ana@example.org>:\n\n{BARE}", "Ja."),
    ("gmail ru", f"Да.\n\nпн, 2 мар. 2026 г. в 10:15, Ana <ana@example.org>:\n\n{QUOTED}", "Да."),
    ("gmail zh", f"好。\n\nAna <ana@example.org> 于2026年3月2日周一 10:15写道：\n\n{BARE}", "好。"),
    ("dashes at the top are no signature", "--\nApruebo lo pedido.", "--\nApruebo lo pedido."),
    ("list footer", "Apruebo.\n_______________________________________________\nLista mailing list\nlista@example.org", "Apruebo."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "own"), [row[1:] for row in REPLIES], ids=[row[0] for row in REPLIES])
def test_only_the_new_words_are_kept(text: str, own: str) -> None:
    assert quoting.new_text(text, answers=True) == own


OWN_TEXTS = [
    "El director escribió:\nque no procede.",
    "De: la oficina central\nPara: el área de compras\nAsunto: pedido de tóner\n\nSolicito cuatro cartuchos.",
    "MEMORANDO\nDE: Ana Ruiz\nPARA: Mesa de Ayuda\nASUNTO: clave\nFECHA: 4 de marzo de 2026\n\nSolicito una clave.",
    "> 50 UIT requiere concurso, según me dijeron.",
    "Horario:\n-- lunes\n-- martes",
    "Enviado desde mi oficina el oficio 12 con los anexos que ustedes pidieron, quedo atento.",
    "Lo que él escribió: nada.\nGracias.",
    "On the other hand, she wrote:\nnothing",
    "Adjunto lo que el 4/3/2026 el director escribió:\nque no procede.",
    "Los montos son:\n> 100\n> 200\nGracias",
    "El 2/3/2026 a las 10:15 María me escribió que la firma no vale:\nfalta todo",
    "El 3 de marzo de 2026 el alcalde escribió:\nque no procede",
    "Mesa:\n-----\nSolicito dos claves.\n-----\nQuedo atento.",
    "Datos del cambio:\nDe: ana@example.org\nPara: eva@example.org\nAsunto: cambio de correo",
]


@pytest.mark.parametrize("text", OWN_TEXTS)
def test_a_message_that_only_looks_like_a_quote_keeps_its_text(text: str) -> None:
    assert quoting.new_text(text) == text


def test_words_on_the_line_of_an_attribution_are_not_lost() -> None:
    text = f"Apruebo. El jue, 2 abr 2026 a las 16:40, Mesa (<mesa@example.org>) escribió:\n{QUOTED}"
    assert quoting.new_text(text, answers=True).startswith("Apruebo.")


def test_a_quote_alone_leaves_nothing() -> None:
    assert quoting.new_text(f"El 4/3/26 a las 9:02, Mesa escribió:\n{QUOTED}", answers=True) == ""


def test_a_text_of_two_hundred_thousand_words_is_searched_in_its_opening_only() -> None:
    tail = "palabra " * 200_000
    assert quoting.new_text(f"Apruebo.\n\n{OUTLOOK_ES}\n\n{tail}", answers=True) == "Apruebo."
    assert quoting.new_text(tail) == tail.strip()


@pytest.mark.parametrize(
    ("subject", "prefixes"),
    [
        ("RE: Pedido", ("re",)),
        ("RV: RE: Pedido", ("rv", "re")),
        ("Re[2]: Pedido", ("re",)),
        ("[MEF 12] Re: Pedido", ("re",)),
        ("Fwd: Pedido", ("fwd",)),
        ("ENC: Pedido", ("enc",)),
        ("Nota: Pedido", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_prefixes_of_a_subject_are_known(subject: str | None, prefixes: tuple[str, ...]) -> None:
    assert subjects.subject_prefixes(subject) == prefixes


INNER = "Solicito dar de baja al usuario."
FORWARDS = [
    ("outlook es", "RV: Baja", f"Para su atención.\n\n________________________________\nDe: Eva Paz <eva@example.com>\nEnviado: lunes, 2 de marzo de 2026 9:00\nPara: Ana\nAsunto: Baja\n\n{INNER}"),
    ("outlook es old", "RV: Baja", f"Para su atención.\n\nDe: Eva Paz [mailto:eva@example.com]\nEnviado el: lunes, 2 de marzo de 2026 9:00\nPara: Ana\nAsunto: Baja\n\n{INNER}"),
    ("gmail", "Fwd: Baja", f"Para su atención.\n\n---------- Forwarded message ---------\nDe: Eva Paz <eva@example.com>\nDate: lun, 2 mar 2026 a las 9:00\nSubject: Baja\nTo: Ana <ana@example.org>\n\n\n{INNER}"),
    ("apple es", "Fwd: Baja", f"Para su atención.\n\nInicio del mensaje reenviado:\n\n> De: Eva Paz <eva@example.com>\n> Asunto: Baja\n> Fecha: 2 de marzo de 2026, 9:00:00\n> Para: ana@example.org\n> \n> {INNER}"),
    ("thunderbird es", "Fwd: Baja", f"Para su atención.\n\n-------- Mensaje reenviado --------\nAsunto: \tBaja\nFecha: \tMon, 2 Mar 2026 09:00:00 -0500\nDe: \tEva Paz <eva@example.com>\nPara: \tana@example.org\n\n{INNER}"),
    ("outlook pt", "ENC: Baja", f"Para su atención.\n\nDe: Eva Paz <eva@example.com>\nEnviada em: segunda-feira, 2 de março de 2026 09:00\nPara: Ana\nAssunto: Baja\n\n{INNER}"),
    ("outlook en", "FW: Baja", f"Para su atención.\n\nFrom: Eva Paz <eva@example.com>\nSent: Monday, March 2, 2026 9:00 AM\nTo: Ana\nSubject: Baja\n\n{INNER}"),
    ("original message es", "RV: Baja", f"Para su atención.\n\n-----Mensaje original-----\nDe: Eva Paz <eva@example.com>\nEnviado el: lunes, 2 de marzo de 2026 9:00\nPara: Ana\nAsunto: Baja\n\n{INNER}"),
]  # fmt: skip


@pytest.mark.parametrize(("subject", "text"), [row[1:] for row in FORWARDS], ids=[row[0] for row in FORWARDS])
def test_a_forward_names_the_original_sender_and_keeps_the_forwarders_words_apart(subject: str, text: str) -> None:
    passed_on = quoting.forwarded(text, subject)
    assert passed_on is not None
    assert (passed_on.sender.name, passed_on.sender.address) == ("Eva Paz", "eva@example.com")
    assert (passed_on.subject, passed_on.text) == ("Baja", INNER)
    assert quoting.new_text(text, answers=True) == "Para su atención."


def test_a_forward_of_a_forward_names_the_first_writer() -> None:
    text = (
        "Ver abajo.\n\nDe: Luis <luis@example.org>\nEnviado: lunes, 2 de marzo de 2026 9:00\nPara: Ana\nAsunto: RV: Baja\n\n"
        f"Ver.\n\nDe: Eva Paz <eva@example.com>\nEnviado: domingo, 1 de marzo de 2026 9:00\nPara: Luis\nAsunto: Baja\n\n{INNER}"
    )
    passed_on = quoting.forwarded(text, "RV: RV: Baja")
    assert passed_on is not None
    assert passed_on.sender.address == "eva@example.com"


def test_a_forwarded_answer_names_who_answered_and_not_whom_it_quotes() -> None:
    text = (
        "De: Eva Paz <eva@example.com>\nEnviado: lunes, 2 de marzo de 2026 9:00\nPara: Ana\nAsunto: RE: Baja\n\nListo.\n\n"
        "De: Mesa <mesa@example.org>\nEnviado: domingo, 1 de marzo de 2026 9:00\nPara: Eva\nAsunto: Baja\n\nFalta el RUC."
    )
    passed_on = quoting.forwarded(text, "RV: Baja")
    assert passed_on is not None
    assert passed_on.sender.address == "eva@example.com"


def test_the_quote_in_an_answer_is_not_passed_on() -> None:
    assert quoting.forwarded(f"Adjunto.\n\n{OUTLOOK_ES}\n\n{BARE}", "RE: Pedido") is None


def test_a_forward_whose_block_names_no_address_names_nobody() -> None:
    text = "De: Eva Paz\nEnviado: lunes, 2 de marzo de 2026 9:00\nPara: Ana\nAsunto: Baja\n\nHola"
    assert quoting.forwarded(text, "RV: Baja") is None
