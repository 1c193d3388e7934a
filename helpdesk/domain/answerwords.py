"""What an answer that decides may be made of (R-173), as tables of phrases in the notation of `phrases`.

An answer decides only when every clause of it is found here: a statement about the thing asked for (`O`, see
`answerobjects`), courtesy, leave to go on; a rejection may give a reason (`answerdoubts`). Whatever else stands there
is asked back. The tables are open to further phrases as plain as these.
"""

import re

from helpdesk.domain.answerobjects import RANKS
from helpdesk.domain.phrases import compiled, each_compiled

# People and papers.

TITLES = """
senor(a)/senores/senorita/sr/sra/srta/sres/srs/don/dona/dn/dr/dra/ing/ingenier@/lic/licenciad@/lcd@/econ/economista
abg/ab/abogad@/arq/arquitect@/mgs/mg/msc/mag/cpc/cpa/phd/prof/profesor(a)/tlg@/blg@
"""
PEOPLE = """
jef@/jefe/jefes/director(a)/directores/coordinador(a)/gerente/supervisor(a)/encargad@/responsable/secretari@
subsecretari@/alcalde/alcaldesa/analista/especialista/profesional/colega(s)/companer@/amig@/equipo/seremi/presidente
presidenta/tod@/ejecutiv@
equipo [de] soporte/sigec
mesa de ayuda/partes
"""
OFFICES = """
jefatura/direccion/subdireccion/coordinacion/gerencia/unidad/oficina/division/secretaria/autoridad/subsecretaria/seremi
presidencia/alcaldia/departamento/area
"""
POSITIONS = """
<gente> [<rango>] [<rango>] [<de_area>] [<nombre>]
subrogante/titular/suplente/encargad@ [<de_area>] [<rango>] [<nombre>]
"""
OF_AN_AREA = """
de [la/el] area/programa/proyecto(s)/finanzas/administracion/planificacion/presupuesto/tesoreria/gestion/region
de/del [la/el] <oficina> [<rango>]
de talento humano
de recursos humanos
de administracion y finanzas
"""
SAYS_ITSELF = """
el/la suscrit@
quien suscribe
esta/este <oficina> [<rango>] [<rango>]
"""
PAPERS = """
antecedentes/documento(s)/documentacion/informacion/expediente/adjunto(s)/anexos/memorandum/memo/memorando/oficio
correo/formulario/respaldo(s)/sustento/detalle/carta/nota/planilla/informe
"""

# Decisions.

ACT = """
apruebo/aprobamos/autorizo/autorizamos/acepto/aceptamos/avalo/avalamos/patrocino/patrocinamos/aprovo/aprovamos
concedo/concedemos
"""
# These words are nouns too: they decide only with what they are about.
ACT_ON = """
respaldo/respaldamos/valido/validamos
"""
DONE = """
aprobad@/autorizad@/aceptad@/validad@/visad@/aprovad@/deferid@/concedid@/avalad@/patrocinad@
"""
STANDS = """
queda(n)/fica
doy/damos por
se da(n) por
"""
IS_DONE = """
se aprueba(n)/autoriza(n)/acepta(n)/valida(n)/visa(n)/concede(n)/avala(n)/aprueva
se da(n) por aprobad@/autorizad@
apruebase/autorizase/validase
"""
TO_ACT = """
aprobar/autorizar/aceptar/avalar/conceder/validar/visar
"""
BLESSING = """
visto bueno
aprobacion/autorizacion/conformidad/aval/aprovacao/autorizacao/respaldo/anuencia
"""
GIVES_BLESSING = """
[les/le] doy/damos/otorgo/otorgamos/dou/concedo/concedemos/confirmo/confirmamos/ratifico/ratificamos/presto
[les/le] expreso/manifiesto/comunico
se da/otorga/concede
"""
HAS_OURS = """
tiene(n)/cuenta(n)/cuenten/cuente [usted(es)] [con] mi/nuestr@ <bendicion>
tiene(n)/cuenta(n) [con] el/la <bendicion> de <suscrito>
[va] con mi/nuestr@ <bendicion>
con el <bendicion> de <suscrito>
"""
IS_ONES_OWN = """
el/la autor(a)/emisor(a)
"""

APPROVES_PLAINLY = """
[l@/les/le] <apruebo>
se l@ <apruebo>
<suscrito> aprueba/autoriza/acepta/avala/respalda
me permito <aprobar>
<se_aprueba>
[<queda>] <aprobado>
esta(n) <aprobado>
todo <aprobado>
O [queda(n)/esta(n)] <aprobado>
aprobadisim@/autorizadisim@
"""
APPROVES_AN_OBJECT = """
[l@] <respaldo>
otorgo/otorgamos/concedo/concedemos
accedo/accedemos
se accede
"""
BLESSES = """
<doy> [mi/nuestr@/el/la/minha] <bendicion> [correspondiente/respectiva/solicitada/requerida]
<tiene_mi>
[con] visto bueno
<bendicion> otorgad@/concedid@
"""
AGREES = """
[estoy/estamos] conforme(s)
todo [esta] conforme
[esta] todo conforme
"""
AGREES_WITH_IT = """
[estoy/estamos] de acuerdo
[estoy/estamos] a favor
"""
ORDERS = """
procede(n)
procedase
"""
CLAIMS = """
confirmo/confirmamos que soy [yo] <autor>
confirmo/confirmamos ser <autor>
confirmo/confirmamos la/mi/nuestra autoria
es mia [O]
O es mia
"""

REFUSES_PLAINLY = """
[l@/les/le] rechazo/rechazamos/deniego/denegamos/niego/negamos/desestimo/desestimamos/repruebo/reprobamos/rejeito
se l@ rechazo/rechazamos/deniego/denegamos/niego/negamos/desestimo/desestimamos/repruebo/reprobamos/rejeito
[l@/les/le] rejeitamos/recuso/reprovo/desautorizo
se l@ rejeitamos/recuso/reprovo/desautorizo
se rechaza(n)/deniega(n)/niega(n)/desestima(n)
[<queda>] rechazad@/denegad@/negad@/desestimad@/rejeitad@/recusad@/reprobad@
[<queda>] indeferid@/reprovad@/improcedente(s)
O [queda(n)/esta(n)/es] rechazad@/denegad@/negad@/desestimad@/improcedente(s)
O [queda(n)/esta(n)] no <aprobado>
rechazase/deniegase
<suscrito> rechaza/deniega
me permito rechazar/denegar/desestimar
no ha/da lugar
"""
REFUSES_BY_NO = """
no/nao [l@/les/le] <apruebo>
no/nao se l@ <apruebo>
no/nao <se_aprueba>
<suscrito> no aprueba/autoriza/avala/respalda
no/nao [<queda>] <aprobado>
no/nao procede(n)
O no procede(n)
O no <se_aprueba>
no es procedente/viable/factible/admisible
no/nao [estoy/estamos] conforme(s)
no estoy/estamos de acuerdo
no <doy> [mi/nuestr@/el/la] <bendicion>
no <tiene_mi>
no soy <autor>
no es mia [O]
no puedo/podemos autorizar/avalar/conceder/aceptar/respaldar
no puedo/podemos dar/otorgar [mi/nuestr@/el/la] <bendicion>
no voy/vamos a <aprobar>
no es posible/factible/viable/procedente <aprobar>
no es posible/factible/viable dar/otorgar [mi/nuestr@/el/la] <bendicion>
no corresponde <aprobar>
"""
# «No puedo aprobar» may speak of a button that fails: with the thing asked for or a reason it refuses.
REFUSES_AN_OBJECT = """
no/nao [l@] <respaldo>
no puedo/podemos aprobar
no puedo/podemos acceder
no es posible acceder
no se accede
no accedo/accedemos
"""
# Only where it is the whole clause: «no corresponde a mi unidad» is a reason, or hands it to another.
REFUSES_WHOLLY = """
no corresponde
"""
# In a request to disapprove something these may grant it: there they decide only about the request itself.
DISAPPROVES = """
[l@] desapruebo/desaprobamos
se desaprueba(n)
<suscrito> desaprueba
"""

# What may go before a statement in its own clause.
LEADS = """
yo/nosotros/asi/y/e/entonces/finalmente/ok/okay/okey/oki/listo/perfecto/correcto/excelente/vale/dale/sim/respuesta
si
de acuerdo
asi que
de/por mi/nuestra parte [esta]
de/por parte mia/nuestra [esta]
por/de mi [esta]
desde <suscrito>
desde ya
por/con/mediante la/este/el presente [correo/medio/mensaje]
por este medio/correo
por medio/intermedio del/de presente/la/este [presente/correo/mensaje]
por [lo] tanto
por ende/ello/eso
por lo que/anterior
por O
en consecuencia
en virtud de lo anterior/O
[les/le] informo/comunico/notifico/confirmo/indico/comento/manifiesto/senalo [a ud/uds/usted(es)] que
[les/le] informamos/comunicamos/confirmamos [a ud/uds/usted(es)] que
[mi/nuestra] respuesta es [que] [si]
decision
con [mucho/todo] gusto
"""
LEADS_TO_A_REFUSAL = """
lamentablemente/desafortunadamente/lamentando/negativo
lo siento/sentimos/lamento
con pesar
lamento/lamentamos/siento informar/informarle(s)/comunicar/comunicarle(s)/indicar/indicarle(s) [que]
lamento/lamentamos [que]
cumplo con/en informar [que]
"""

ADVERBS = """
plenamente/totalmente/completamente/expresamente/formalmente/nomas/definitivamente/total
desde ya
en todas/todos sus partes/terminos
[por/con/mediante] la/el/este presente [correo/medio]
en su totalidad
en los terminos solicitados/planteados/indicados
por/de mi/nuestra parte
de parte mia/nuestra
por este medio/correo
por mi
por <suscrito>
[por/de] parte de <suscrito>
en mi calidad de <cargo>
como <cargo>
[tal] como/segun/cual [se] [fue] solicita/solicitado/indica/indicado/requiere/requerido/pedido
conforme/segun/acorde/de [acuerdo] [a/al/con] [la] normativa/procedimiento/reglamento [vigente]
conforme/segun [a/al/con] O [en] [el/la/su] [<papel>] [adjunto]
de acuerdo a/al/con O [en] [el/la/su] [<papel>] [adjunto]
conforme/segun lo solicitado/indicado/requerido/expuesto en el/la/su <papel> [adjunto]
con caracter [de] urgente
"""
ADVERBS_OF_REFUSAL = """
rotundamente/absolutamente/terminantemente/tajantemente/categoricamente/definitivamente/total/totalmente
desde ya
"""

# Courtesy means nothing for the decision.
GREETINGS = """
[muy] buen@/buen/buenas dia(s)/tarde(s)/noche(s) [con/a] [tod@/usted(es)]
buenas/wenas [con] [tod@]
hola/ola [a] [tod@/<trato>] [<gente>] [<nombre>]
[mi/mis/muy] estimad@/apreciad@/querid@/distinguid@/prezad@ [y] [<trato>] [<gente>] [<rango>] [<rango>] [<nombre>]
reciba(n) un/mi/nuestro [mas] [cordial/atento/afectuoso] saludo
[un] cordial/atento/afectuoso saludo
saludos cordiales
de mi/nuestra [mayor/especial] consideracion
[junto] con saludar/saludarl@/saludarle(s) [muy] [cordialmente]
[un/es] [gusto/grato] saludar/saludarl@/saludarle(s)
[y] esperando/espero/deseo/deseando que se encuentre(n)/este(n) [tod@/usted(es)] [muy] bien
"""
ADDRESSED = """
<trato> [<gente>] [<rango>] [<nombre>]
<gente> [<rango>] [<rango>] [<nombre>]
F [<nombre>]
"""
COURTESY = """
[muchas/mil/muchisimas/infinitas] gracias/grasias [a ti/vos/ud/uds/usted(es)/tod@] [nuevamente] [<trato>] \
    [<gente>] [<nombre>]
[muchas/mil] gracias por [la/el/su/tu/vuestra/todo/toda] [pronta/valiosa/buena] <favor> \
    [realizad@/prestad@/brindad@/enviad@]
[muchas/mil] gracias totales
[muchas/mil] gracias por avisar/informar/gestionar/todo/escribir/coordinar/consultar
de antemano [muchas] gracias
[le/les] agradezco/agradecemos/agradeciendo [de antemano/desde ya] [la/el/su/tu] [pronta/valiosa] [<favor>] \
    [realizad@/prestad@]
[le/les] agradezco/agradecemos la prontitud con que nos/me hicieron/enviaron/remitieron [llegar] [la/los] <papel>
[muy/muchos/mis] saludos/slds/sds/abrazos/abs [cordiales/afectuosos/atentos/cordialmente] [a tod@] \
    [desde <nombre>] [<nombre>]
[un/mis] [cordial(es)/fuerte/afectuoso/atento/gran] saludo(s)/abrazo
[muy] atentamente/atte/att/cordialmente/atenciosamente/afectuosamente/respetuosamente [<nombre>]
[le/les] saluda/saludo/saludamos [muy] [atentamente/atte/cordialmente] [a usted] [<nombre>]
[con] [mis] sentimientos de [mi/la/nuestra/distinguida/alta] [distinguida/alta/mayor] consideracion/estima [y] \
    [estima/consideracion]
[que] tenga(n)/pase(n) [tod@] [un/una/muy] <lindo> <jornada>
[un/una/muy] <lindo> <jornada>
exitos/bendiciones
quedo/quedamos [siempre] atent@ [a/ante] [sus/tus/cualquier/su/tu] \
    [comentario(s)/consulta(s)/novedad(es)/duda(s)/requerimiento/observaciones]
quedo/quedamos [atent@/pendiente] [a/ante/de] [sus/cualquier] consulta(s)/comentarios
quedo/quedamos atent@/pendiente a/de la/su/tu/el confirmacion/respuesta/resultado/<favor>
quedo/quedamos a su/la/tu/sus disposicion/ordenes
[ante/por] cualquier consulta/duda/cosa/novedad [quedo/quedamos/me/nos] \
    [atent@/disponible(s)/avisan/avisa/llaman/llama/escriben]
sin otro/mas particular/que [agregar] [por el momento]
[particular] que informo/comunico/pongo [en su conocimiento] [a usted(es)/uds] [<fines>]
<fines>
disculpe(n)/disculpa/disculpas/perdon/perdone(n) [por] la/el demora/tardanza/retraso
muy amable(s)
colegas/companeros/companer@/amig@s
[muito] obrigad@
enviado desde/con/por [mi/un] [telefono/dispositivo/celular] <aparato> [N/movil/mobile] [<modelo>] [N]
sent from my <aparato>
obtener/obten/get outlook para/for android/ios/iphone
"""
FINES = """
para [los/sus] fines pertinentes/consiguientes/correspondientes
"""
DEVICES = """
iphone/ipad/android/celular/movil/telefono/samsung/huawei/xiaomi/motorola/galaxy/smartphone/outlook/gmail/oppo/honor
samsung galaxy
dispositivo movil/android/galaxy
correo para windows
yahoo mail [para] [android/iphone]
outlook para android/ios
"""
FAVORS = """
O/gestion(es)/apoyo/ayuda/aviso/informacion/colaboracion/atencion/respuesta/trabajo/tiempo/paciencia/coordinacion/envio
preocupacion/prontitud/amabilidad/correo/diligencia/comprension/gestionarlo
"""
NICE = """
buen/buena/buenos/lind@/excelente/bonit@/feliz/hermos@/grato/grata/maravillos@
"""
DAYS = """
dia/tarde/noche/semana/jornada/finde/viernes/lunes/martes/miercoles/jueves/sabado/domingo
fin de semana
inicio de semana
resto de/del dia/semana/tarde
"""

# Leave to go on: beside an approval it says nothing more, beside a rejection it contradicts it.
LEAVE = """
<por_favor> <procedan> [nomas/adelante/entonces/ya/inmediatamente] [<con_ello>] [<pronto>]
[por lo que/entonces/asi que/ya/ahora] [ya] [se] puede(n)/pode [ustedes] <proceder> [nomas/adelante/entonces] \
    [<con_ello>] [<pronto>]
<por_favor> [se] sirva(n)/sirvase/sirvanse <proceder> [<con_ello>] [<pronto>]
[y] solicito/solicitamos/pido <proceder> [<con_ello>] [<pronto>]
por favor O [<pronto>]
favor/porfavor/porfa/xfa O [<pronto>]
<por_favor> coordinar/procesar [<con_ello>] [<pronto>]
<por_favor> su/tu/vuestra O/gestion/apoyo/ayuda
<por_favor> adelante/dale/denle/hagale/haganle/nomas [nomas] [con O]
<por_favor> dale/denle/dele/dese/dar/den curso/tramite/O [nomas] [<con_ello>] [<pronto>]
siga(n)/sigamos adelante [nomas]
para su/la tramitacion/ejecucion/tramite/gestion/continuidad [correspondiente]
[para] que se/puedan/puede/pueda [pueda(n)] <procedan> [<con_ello>] [<pronto>]
[para] [a] <proceder> [<con_ello>]
<pronto>
por favor
"""
GOING_ON = """
proceda(n)/procedamos/procedase/continue(n)/prosiga(n)/siga(n)/avance(n)/tramite(n)/ejecute(n)/gestione(n)/curse(n)
tramitese/ejecutese/cursese/gestionese/avancemos/sigamos
<proceder>
"""
TO_GO_ON = """
proceder/continuar/proseguir/seguir/avanzar/tramitar/ejecutar/gestionar/cursar/prosseguir/tramitarl@/ejecutarl@/hacerl@
cursarl@
"""
WITH_IT = """
con/conforme/segun [a/al] O
O
con [la/el/los/las/su] tramitacion/ejecucion/procedimiento/tramites/gestiones/proceso [correspondiente]
con el siguiente paso
de acuerdo a/al/con O
conforme/segun/de [acuerdo] [a/al/con] [la] normativa [vigente]
como/segun corresponde/corresponda
"""
SOON = """
[a] la [mayor] brevedad [posible]
lo antes/mas posible/pronto/rapido [posible]
cuanto antes
con [caracter] [de] urgencia/urgente
urgente [por] [favor]
"""
PLEASE = """
por favor
favor/xfa/porfa/porfavor/xfavor/pf/plis
"""

# Agreement decides nothing alone, but with leave to go on with the request it does.
AGREEMENT = """
si/sim/ok/okay/okey/oki/listo/perfecto/correcto/excelente/vale/dale/ya/afirmativo/confirmado/ari
muy bien
de acuerdo
[estoy/estamos] a favor
[si] l@ confirmo
"""
CONSENT = """
si/sim/ok/okay/okey/afirmativo
de acuerdo
[estoy/estamos] conforme(s)
"""

# What was looked at, that nothing is wrong with it, and in which office one speaks.
SEEN = """
[ya/he/hemos/habiendo/fue/fueron/han] [sido] <visto> [y/e <visto>] [con detenimiento/detalle/atencion] \
    [<lo_visto>] [y <lo_visto>]
[ya] [l@] revise/revisamos/vi/vimos/lei/leimos/analice/analizamos [con detenimiento/detalle/atencion] \
    [<lo_visto>] [y <lo_visto>]
acuso/acusamos recibo [de/del] [<lo_visto>]
en atencion/respuesta/relacion a/al/con <lo_visto>
[con] respecto a/al/de/del <lo_visto>
conforme/segun [a/al] <lo_visto>
de acuerdo a/al <lo_visto>
por [lo] tanto/anterior
por O
por ende/ello/eso
en consecuencia
en virtud de lo anterior/O
en mi calidad de <cargo>
como <cargo>
por/mediante/con el/la/este presente [correo/medio]
por este medio
"""
ALL_WELL = """
todo [lo] [esta] [muy] bien/ok/correcto
todo [esta] en orden/regla
[y] [esta] [todo] bien/correcto
[y] [esta] [todo] en orden/regla
[dado/ya/puesto/toda/porque] [vez] [que] cumple(n) [con] [todos] [los] requisitos
[y] sin/sem [mas/ninguna/otra/mayor] <reparo> [de mi parte] [que hacer/formular]
[y] no tengo/tenemos/hay/existe(n)/veo/presento/presenta(n) [ningun/ninguna/mas] <reparo> [de/por] \
    [mi/nuestra] [parte] [que] [hacer/formular]
[por/de mi/nuestra parte] no hay/tengo/existe(n) <reparo>
[por/de mi/nuestra parte] sin <reparo>
ningun@/ningun <reparo> [de/por] [mi/nuestra] [parte]
no me opongo
no nos oponemos
"""
LOOKED_AT = """
revisad@/analizad@/vist@/verificad@/leid@/evaluad@/examinad@/recibid@/estudiad@
"""
WHAT_WAS_SEEN = """
lo anterior/revisado/analizado/presentado/enviado/informado
O [adjunt@/enviad@]
[la/el/los/las/su/sus] <papel> [adjunt@/enviad@/presentad@/remitid@] [de respaldo] \
    [que l@ acompanan/acompana/respaldan/adjuntan]
su consulta/mensaje/correo
"""
OBJECTIONS = """
observacion(es)/reparo(s)/objecion(es)/problema(s)/inconveniente(s)/comentario(s)/novedad(es)/impedimento(s)
"""


def _expressions() -> dict[str, str]:
    """The expression of every table that others name."""
    made = {"modelo": r"(?:[a-z]{0,2}\d{1,4}[a-z]? )", "nombre": r"(?:[FN] (?:(?:de |del |la |los |y )?[FN] ){0,4})"}
    for name, table in (
        ("trato", TITLES),
        ("gente", PEOPLE),
        ("rango", RANKS),
        ("oficina", OFFICES),
        ("de_area", OF_AN_AREA),
        ("cargo", POSITIONS),
        ("suscrito", SAYS_ITSELF),
        ("papel", PAPERS),
        ("queda", STANDS),
        ("apruebo", ACT),
        ("respaldo", ACT_ON),
        ("aprobado", DONE),
        ("se_aprueba", IS_DONE),
        ("aprobar", TO_ACT),
        ("bendicion", BLESSING),
        ("doy", GIVES_BLESSING),
        ("tiene_mi", HAS_OURS),
        ("autor", IS_ONES_OWN),
        ("fines", FINES),
        ("aparato", DEVICES),
        ("favor", FAVORS),
        ("lindo", NICE),
        ("jornada", DAYS),
        ("proceder", TO_GO_ON),
        ("procedan", GOING_ON),
        ("con_ello", WITH_IT),
        ("pronto", SOON),
        ("por_favor", PLEASE),
        ("visto", LOOKED_AT),
        ("lo_visto", WHAT_WAS_SEEN),
        ("reparo", OBJECTIONS),
    ):
        made[name] = compiled(table, made)
        if name == "por_favor":
            made[name] += "?"
    return made


_MADE = _expressions()


def _each(*tables: str) -> tuple[re.Pattern[str], ...]:
    return each_compiled("\n".join(tables), _MADE)


# The kinds of statements, each with its phrases.
APPROVES = {
    "plain": _each(APPROVES_PLAINLY),
    "about": _each(APPROVES_AN_OBJECT),
    "blessing": _each(BLESSES),
    "agreeing": _each(AGREES),
    "with": _each(AGREES_WITH_IT),
    "order": _each(ORDERS),
    "claim": _each(CLAIMS),
}
REJECTS = {
    "negated": _each(REFUSES_BY_NO),
    "about": _each(REFUSES_AN_OBJECT),
    "whole": _each(REFUSES_WHOLLY),
    "disapproving": _each(DISAPPROVES),
    "refusing": _each(REFUSES_PLAINLY),
}
COMPLEMENT = {
    "plain": re.compile(r"O (?:[ye] O )?|la conformidad (?:del? O )?"),
    "about": re.compile("(?:a )?O "),
    "refusing": re.compile("(?:a )?O (?:[ye] O )?"),
    "blessing": re.compile(r"(?:a |al |con |del? |para )O |para que se |del? " + _MADE["suscrito"]),
    "agreeing": re.compile(r"(?:con |a |al )O "),
    "with": re.compile(r"(?:con |a |al )O "),
    "order": re.compile(r"(?:con |a |al )?O "),
    "claim": re.compile("(?:del? )?O "),
    "negated": re.compile(r"(?:con |a |al |del? )?O (?:[ye] O )?"),
    "whole": re.compile("O $"),
    "disapproving": re.compile("O "),
}
ADVERB = _each(ADVERBS)
ADVERB_OF_REFUSAL = _each(ADVERBS_OF_REFUSAL)
LEAD = _each(LEADS)
LEAD_OF_REFUSAL = _each(LEADS_TO_A_REFUSAL)
GREETING = _each(GREETINGS)
CALL = _each(ADDRESSED)
POLITE = _each(COURTESY)
SIGHT = _each(SEEN)
WELL_SEEN = _each(ALL_WELL)
GOES_ON = _each(LEAVE)
# «Solicitud aprobada», «gracias por la gestión autorizada»: behind a thing these may only describe it.
DESCRIBES = re.compile(_MADE["aprobado"] + "|(?:rechazad|denegad|negad|desestimad)[oa]s? ")
AGREED = _each(AGREEMENT)
CONSENTS = _each(CONSENT)
# «Ok, sigan» may answer anything; these go on with the request itself.
ORDERS_TO_GO_ON = re.compile(
    rf"(?<![^ ])(?:(?:ya )?pueden? (?:ustedes )?{_MADE['proceder']}|{_MADE['procedan']}con O |"
    r"(?:proced|tramit|ejecut|curs)(?:an|en|er|ar|ase|ese) )"
)
OFFICE_SIGNS = re.compile(compiled(f"{POSITIONS}\n<oficina> [<rango>] [<rango>] [<nombre>]", _MADE))
PERSON_SIGNS = re.compile(rf"{_MADE['trato']}{{0,2}}F {_MADE['nombre']}?|{_MADE['trato']}{{1,2}}{_MADE['nombre']}")
# Said of a message, not of a request: «conforme, recibido».
RECEIVED = re.compile(r"\b(?:recib\w*|informacion|respuesta|conocimiento|enterad\w*|notificad\w*)\b")
OPENS_STATEMENT = re.compile(
    r"(?<=\s)[ye] (?=(?:no |nao )?(?:l[oae]s? )?(?:se )?"
    r"(?:aprueb|aprob|autoriz|acept|rechaz|denieg|deneg|desaprueb|conforme|avalo)\w*\b)"
)
