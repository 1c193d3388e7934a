"""What raises a doubt about an answer, and what may be the reason of a rejection (R-174).

The tables of phrases are in the notation of `phrases`; all patterns read folded text (lower case, no accents).
"""

import re

from helpdesk.domain.phrases import compiled

# The reason of a rejection: every clause of it says what is wrong with the request, or what to do about that.
LACKS = """
no/nao [se/l@/nos/les] [ha/han/viene/vienen/puede/fue/fueron] adjunt*/acompan*/present*/inclu*/acredit*/justific*/firm*
no/nao [se/l@/nos/les] [ha/han/viene/vienen/puede/fue/fueron] fundament*/envi*/entreg*/registr*/detall*/indic*/senal*
no/nao [se/l@/nos/les] [ha/han/viene/vienen/puede/fue/fueron] especific*/respald*/sustent*/suscri*/lleg*
no/nao [se] cumpl*/tien*/tuv*/cuent*/coincid*/aplica/pertenec*/trabaja/trabajan/consta*/figur*/posee*/dispon*/aparec*
no/nao [se] cuadr*/contempl*/alcanz*/concuerd*/calific*/correspond*/requiere/encuentr*/permit*/labora/confere/guarda
no [se] ajusta*/trae*/existe(n)/existia/existir/contar/tener/cumplir/adjuntar/haber/estar
no/nao hay/existe/habia/haber <requisito>
no [ha/han] rendid@/rinde(n)
no es/son/era <valido>
no esta/estan/estaba/estaban/fue/fueron/viene/vienen [debidamente/bien] <valido>
no esta/estan en [el/la/los/las/su] sistema/registro/nomina/listado/presupuesto/distributivo/plan/convenio/catalogo
no esta/estan en [mi/la/esta/su/nuestra] region/zona/provincia/comuna
sin <requisito>
por falta de
falt* [<requisito>]
carec*
ya [no] existe(n)/tiene(n)/cuenta(n)/posee/trabaja/labora/cerro/vencio/pertenece/figura
ya [se] pago/ejecuto/rindio/compro/cerro/encuentra/concluyo
ya esta(n)/fue/fueron/estaba <hecho>
<requisito> si correspond*/coincide(n)
<dato> si correspond*/coincide(n)
"""
WRONG_WITH_IT = """
duplic*/repetid@/venc*/caduc*/expir*/cerrad@/cerro/concluy*/finaliz*/termino/agotad@/agoto/agotaron
errone@/errad@/incorrect*/incomplet*/insuficient*/inconsist*/ilegible(s)/excede*/excesiv@/supera/superan/sobrepasa(n)
extempor*/desvincul*/renuncio/jubilo/fallec*/suprimid@/suprimio/trasladad@/cesad@/ceso/inactiv@
injustificad@/innecesari@/irregular*/incumpl*/prohib*/desactualizad@/improced*/inexistent*/invalid@
<dato> equivocad@/mal
<dato> esta/estan/viene/vienen/es/son equivocad@/mal
esta/estan/viene/vienen mal [el/la/los/las/<hecho>]
mal <hecho>
error/errores en/de/del
contiene(n)/tiene(n)/presenta(n)/con/hay error(es)/diferencia(s)/inconsistencia(s)
contrari@ a la/el norma/normativa/reglamento
fuera de [l@] plazo/fecha/termino/horario/norma/presupuesto/convenio
en blanco
fuera de [l@] plan/programacion/poa/ambito
tiene(n)/mantiene(n)/registra(n)/posee(n) [una/sus/las] deuda(s)/rendicion(es)/cuota(s)/documentos/saldos [pendiente(s)]
rendiciones/documentos pendientes
es/son muy/demasiado alt@/car@/elevad@
ya paso/pasaron
sigue(n) activ@/vigente(s)/trabajando
se cruza(n)/superpone(n)/traslapa(n)
es/son de otr@ region(es)/organizacion/convenio/programa/proyecto/unidad/provincia/institucion/comuna
es/son de otr@ ano/persona/oficina
esta/encuentra de/con vacaciones/licencia/permiso
"""
REQUISITES = """
antecedentes/documento*/informacion/expediente/anexo(s)/memo*/oficio/informe(s)/formulario/respaldo(s)/sustento/acta
firma(s)/sello/fecha/copia/saldo/presupuesto/disponibilidad/recursos/fondos/convenio/contrato/justificacion/fundamento
certificado/certificacion/constancia/dinero/stock/motivo(s)/planificacion/base(s)/cupo(s)/vacante(s)/plazo/registro/evidencia/partida/financiamiento/convocatoria/cargo/vigencia
requisito(s)/adjunt*/acreditacion/nombramiento/resolucion/vinculo/relacion/cobertura/personal/merito/necesidad/razon
"""
FIT = """
valid@/vigente(s)/correct@/complet@/legible(s)/pertinente(s)/factible(s)/viable(s)/posible/suficiente(s)/elegible(s)
necesari@/prioritari@/firmad@/sustentad@/respaldad@/registrad@/actualizad@/acreditad@/inscrit@/activ@/habilitad@/adjunt@
justificad@/fundamentad@/contemplad@/considerad@/incluid@/presupuestad@/presentad@/conciliad@/cargad@
el/la/los/las formato/formulario/documento(s)/monto(s)/procedimiento/funcionari@/fecha(s)
de su/mi/esta/este/nuestra/la/el/otra region/zona/unidad/provincia/programa/zonal/comuna
de su/mi/esta/este/nuestra/la/el/otra institucion/oficina/convenio/area/jefatura/persona
parte de la/del institucion/convenio/programa/proyecto/equipo
funcionari@/usuari@/servidor(a) de/del
al dia
"""
COMPLETED = """
cread@/registrad@/activ@/cerrad@/ejecutad@/rendid@/pagad@/vigente/asignad@/atendid@/resuelt@/informad@/entregad@/vencid@
presentad@/formulad@/sumad@/confeccionad@/llenad@/calculad@/escrit@/ingresad@/hech@/elaborad@/emitid@/digitad@/puest@/suprimid@/eliminad@/desvinculad@
declarad@/contabilizad@/tramitad@
"""
DATA = """
monto(s)/fecha(s)/rut/ruc/dni/cedula/dato(s)/numero(s)/nombre(s)/codigo(s)/formulario/firma/saldo/total/cuenta/region
"""
# What to do about it: it leaves the rejection as it is.
REMEDIES = """
<por_favor> [nuevamente] [volver/vuelva(n) a] <corregir>
debe(n)/debia/debian/debio/deberan/debera [volver a] <corregir>
se debe [volver a] <corregir>
tiene(n) que [volver a] <corregir>
hay que [volver a] <corregir>
solicito/solicitamos/agradecere/agradeceremos <corregir>
motivo(s)/razon/causa
"""
REMEDY = """
corregir*/corrij*/adjuntar*/adjunte*/presentar*/presente(n)/subsanar*/subsane*/completar*/complete(n)/explicar/expliquen
enviar*/envie*/firmar*/firme*/solicitar*/solicite*/pedirl@/regularizar*/regularice*/ingresar*/ingrese*/acompanar*
rectificar*/rectifique*/actualizar*/actualice*/sustentar*/sustente*/justificar*/justifique*/incluir*/detallar*
rehacer*/reformular*/reformule*/remitir*/remita*/respaldar*
revisar/revise(n) el/la/los/las/su/sus
"""
# In a reason these say that it is not the sender who decides, that it is about something else, or that it goes on.
NO_REASON = """
la/el/los/las/lo de/del
l@ ve/vera/decide/resuelve/define/autoriza/maneja
le/les/me toca/corresponde/compete/tocaba
me/mia/mio/yo/conmigo/nosotros
correspond* a mi/nosotros
al/el/la/su/es/soy jefe/jefa/director(a)/reemplazo/reemplazante/subrogante/suplente
correo(s)/mensaje(s)/respuesta/decision/opinion/firmante
aprobacion/autorizacion de [la/el]
asi/eso/esto
dice/dicen/dijo/dijeron/segun/menciona*/comento/comentan/respondio/opina*/informo/informan
por/segun [el/la] sistema/servidor/filtro/finanzas/daf
filtro/antispam/buzon/automatico/automatica/pantalla/boton/enlace/link/plataforma
va/van/vaya/vale/sirve
que l@ vea*/apruebe*/resuelva*/decida*/haga*/firme*/revise*
falt* que/poco/mas/por/nada/solo/hablar*/ver*/revisar*/saber/confirmar*/conversar*/decidir/analizar*/consultar*
no falt*
nada/problema(s)/apuro/drama/importa*/remedio/vuelta/caso/culpa/duda(s)/cierto/verdad/serio/idea
no/sin [hay/tiene/tienen/presenta/veo] \
    [mas/ningun/ninguna] error(es)/observacion(es)/objecion(es)/inconveniente(s)/reparo(s)
ahora/ya/igual/igualmente/bien/ok/dale/adelante/entonces/listo/lista si
todo bien
ya va/viene/vienen/llega/llego/mandan/mando/envian/envio/lo/la/los/las/me/le
igual/igualmente/bien/ok/dale/adelante/entonces/listo
tambien/tampoco/quizas/quiza/talvez/mejor/ojala/claro/obvio/bueno/nah/naa/uf/ja/jaja/jeje/jiji
curs*/tramiten/tramitenl*/tramitese/procedan/procedase/sigan/avancen/ejecuten/ejecutenl*/ejecutese/hagan/haganl*/den
continuen/pasen/pasenl*/resuelvan/suban/subanl*/manden/mandenl*/deriven/derivenl*/aprueb*/autoricen/acepten/acojan
pidan/pidanl*/pregunten/consulten/escriban/escribanl*/vean/veanl*/llamen/avisen/haganlo/borren
pedir*/solicitar*/presentar* a [la/el]
el/la/lo/los/las nuev@/actual/actuales/otr@/demas/resto/primer@/segund@/siguiente/anterior(es)
otr@ ticket/caso/tramite/solicitud/pedido
un@/uno de los/las
por error
estaba/estuve/andaba equivocad@
bajo/mientras/hasta/salvo/excepto/menos/siempre/cuando
pero/aunque/sino
antes/despues/luego/manana/hoy/pronto/todavia/aun
hace un/una/dos/tres/anos
hablar/conversar/conversemos/hablemos/reunion/coordinar
mentira(s)/broma/chiste/prueba
solo/solamente/unicamente/parcial*/mitad
"""
PAPERS_MISSING = """
[ni/y] [el/la/los/las/su] [copia/firma/sello/numero/fecha] [de/del] [el/la] <papel>
[ni/y] [el/la/los/las/su] copia/firma/sello/numero/fecha/monto/saldo/cedula/rut/ruc/dni
"""

APPROVE_FAMILY = re.compile(
    r"\b(?:no)?(?!aprobacion|autorizacion|aceptacion|aprovech|procedimiento|procedenc|procedente)"
    r"(?:aprob|aprueb|aprov|autoriz|autoric|acept|validad|visad|deferid|concedid|visto bueno|proced|"
    r"conformes?\b(?! (?:a|al|con|lo)\b))\w*"
)

REJECT_FAMILY = re.compile(
    r"\b(?:rechac|rechaz|deneg|denieg|desestim|negad|nieg|rejeit|recus|indefer|improced|desaprob(?!acion)|desaprueb|"
    r"reprob|reprueb|reprov)\w*"
)

GO_AHEAD = re.compile(
    r"\b(?:adelante|dale|ejecut(?:en?|ese)|continu(?:en?|ese)|sigan|tramit(?:en?|ese)|avancen|de acuerdo|de acordo|"
    r"concordo|concuerdo|correcto|listo|ok|okay|oki|vale|perfecto|confirmo|confirmado|aprobacion\w*|autorizacion\w*|"
    r"aceptacion|conformidad)\b"
)

BARE_YES_OR_NO = frozenset({"si", "no", "sim", "nao", "claro", "ok", "de acuerdo", "adelante", "dale", "vale"})

LONE_WORD = re.compile(
    r"^[ ]*(?:si|no|sim|nao|claro|de acuerdo|de acordo|adelante|dale|vale|ok|okay|oki|correcto|listo|perfecto|bueno|"
    r"excelente|conforme|confirmo|confirmado)[ ]*[.,;!]*[ ]*$",
    re.M,
)

NEGATED_MENTION = re.compile(
    r"\b(?:no|nao|sin|ni|faltan?|requiere|necesita) (?:(?:el|su|se|lo|la|los|las|le|les|me|puede|pueden|puedo|"
    r"podemos|es|posible|corresponde|cabe|fue|"
    r"ha|han|sido|haber|esta|estan|viene|vienen|ser|procede) ){0,4}"
    r"(?:aprob|aprueb|aprov|autoriz|acept|validad|visad|visto bueno|conforme|proced)\w*"
)

MENTIONED = re.compile(
    r"\b(?:con|excede|supera|sobrepasa|que|sobre|de|del|al|el|a) (?:(?:lo|el|la) )?"
    r"(?:(?:presupuesto|monto|maximo|cupo|convenio|proyecto|programa) |(?<=lo ))(?:aprobad|autorizad)[oa]\b|"
    r"\b(?:excede|supera|sobrepasa) lo (?:aprobad|autorizad)[oa]\b"
)

_IF = r"(?<![\w])si(?![\w])"

CONDITION = re.compile(
    rf"\b(?:siempre y cuando|siempre que|con tal (?:de )?que|a condicion(?: de)?(?: que)?|"
    rf"con (?:la |las )?condicion(?:es)?"
    rf"(?: de)?(?: que)?|condicionad\w*(?: a)?(?: que)?|sujet[oa]s? a(?: que)?|supeditad\w* a(?: que)?|a menos que|"
    rf"a no ser que|salvo(?: que)?|excepto(?: que)?|hasta (?:que|tanto)|mientras(?: que)?|"
    rf"en (?:el )?caso(?: de)?(?: que)?|"
    rf"contanto que|desde que|{_IF})\b\s*"
)

CONDITION_OF_APPROVAL = re.compile(
    r"\b(?:una vez(?: que)?|previ[oa]s?(?: a)?|previamente|luego de(?: que)?|despues de(?: que)?|cuando|en cuanto|"
    r"apenas|"
    r"tan pronto(?: como)?|en la medida(?: en)?(?: que)?|pero|aunque|sin embargo|no obstante|a excepcion de|"
    r"con excepcion de|mas|porem)\b\s*"
)

DOUBT = re.compile(
    r"\b(?:manana|amanha|mas tarde|mas adelante|por ahora|por el momento|de momento|por enquanto|"
    r"(?:l[oae]s? )?(?:reviso|revisare\w*|analizo|analizare\w*|evaluo|evaluare\w*|consulto|consultare\w*)|"
    r"(?:l[oae]s?|te) (?:veo|vere|miro|mirare|estudio|pienso|aviso|avisare|respondo|contesto)|"
    r"vere(?:mos)?|estudiare|avisare|"
    r"revisando|analizando|evaluando|consultando|"
    r"confirmo(?! que| (?:mi|nuestra|la|el) (?:aprob|autori|visto|conform))|"
    r"confirmare\w*|respondere\w*|contestare|decidire|"
    r"resolvere|dej[ae]me|d[ae]me|denme|en (?:revision|analisis|evaluacion|consulta|estudio)|a la espera|"
    r"esper(?:o|e|en|emos|ar|ando|a)|vou|verei|ainda|"
    r"cre(?:o|emos)|pienso|pensar|parece|supongo|quizas?|tal ?vez|acaso|probable\w*|posiblemente|podria\w*|deberia\w*|"
    r"en principio|en teoria|tentativ\w*|provisional\w*|provisori\w*|preliminar\w*|casi|mas o menos|a lo mejor|"
    r"imagino|"
    r"no se (?:si|que|cual|como|cuando)|dud[oa]s?|no estoy segur\w*|no estamos segur\w*|acho|"
    r"convers(?:emos|arlo|ar)|hablemos|llam\w*me|reconsider\w*|mentira|broma|chiste|(?:ja|je|ha|kk){2,}\w*|ja ja|"
    r"(?:vuelvo|volvemos|volvere|volveremos) a|no (?:l[oae] )?(?:entiend|comprend)\w+|"
    r"quise decir|me equivoque|corrijo|sin efecto|lo anterior|retiro|"
    r"\w+(?:aria|eria|iria)(?:n|mos)? (?:aprob|rechaz)|(?:aprob|autoriz|rechaz|acept|deneg)aria\w*|"
    r"(?:aprob|autoriz|rechaz|acept|deneg)ar(?:e|emos|an?)|que l[oae]s? (?:apruebe|autorice|rechace)\w*)\b|[?¿]"
)

PARTIAL = re.compile(
    r"\b(?:parcial\w*|parte|partes|mitad|solo|solamente|unicamente|primer[oa]?s?|segund[oa]s?|tercer[oa]?s?|"
    r"ultim[oa]s?|menor|mayor|minim\w*|reducid\w*|restring\w*|"
    r"limitad\w*|acotad\w*|"
    r"algun\w*|un[oa] de|aun|todavia|hoy|ni|casi|la no|otr[oa]s?|resto|ambos|momentane\w*|"
    r"transitori\w*|temporalmente|nuevo aviso|anteriormente|antes|ayer|sol[oa]s?|por error)\b"
)

PROBLEM = re.compile(
    r"\b(?:falt\w*|corrij\w*|correg\w*|correcc\w*|error\w*|erron\w*|incorrect\w*|equivoc\w*|incomplet\w*|"
    r"insuficient\w*|"
    r"inconsisten\w*|diferenc\w*|descuadr\w*|observ\w*|objec\w*|repar[oa]\w*|deb[ea]\w*|tienen? que|hay que|necesi\w*|"
    r"requier\w*|solicito|pid[oae]\w*|agreg\w*|adjunt(?:ar|en|e)|envi(?:ar|en|e|o)|subsan\w*|modifi(?:car|quen|que)|"
    r"cambi(?:ar|en|e|ando)|ajust\w*|rectif\w*|aclar\w*|precis(?:ar|en|e)|complet(?:ar|en|e)|revis\w*|verifi\w*|"
    r"valid(?:ar|en|e)|pendient\w*|menos|antes|ojo|cuidado|mal|malo|no|nao|nunca|jamas|tampoco|sin|sem|contra|"
    r"contrari\w*|"
    r"protesta|obligad\w*|presion\w*|riesgo|problema\w*|hasta|desde|a partir|a contar|(?<!ausencia )temporal\w*|"
    r"transitori\w*|"
    r"excepcional\w*|excepcion|esta vez|unica vez|dij[oe]\w*|dic[ei]\w*|bajo|prox\w*|proxim\w*|distint\w*|ayer|"
    r"devolv\w*|"
    r"devuel\w*|devoluc\w*|archiv\w*|cancel\w*|suspend\w*|suspens\w*|deten(?!imiento|idamente)\w*|luego|despues|anul\w*|maxim\w*|tope|"
    r"limite|"
    r"rebaj\w*|reduc\w*|aument\w*|(?<!por )medio|segun (?:me|el director|la directora)|responsabilidad|"
    r"no obstante|como no|"
    r"claro|"
    r"obvio|milagro|perdon|disculp\w*|retir\w*|repit\w*|vuelv\w*|volver|nuevamente|nuev[oa]s?|copia a|subrogue|delego|"
    r"lunes|martes|miercoles|jueves|viernes|sabado|domingo|semana|(?<!de )(?:enero|febrero|marzo|abril|mayo|junio|"
    r"julio|"
    r"agosto|septiembre|setiembre|octubre|noviembre|diciembre)|mil|mill\w*|por \d+|monto de|convers\w*|"
    r"hablad\w*|lament\w*|siento|"
    r"acordad\w*|anterior\w*|siguiente\w*|original\w*|alternativ\w*|propuest\w*|cero|(?:la|las|el|los|lo) (?:\d+|"
    r"un[oa]?|dos|tres|cuatro|cinco))\b"
    r"|[%$…]|\.\.\.|\d+ ?(?:uf|pesos|dolares|soles|usd)\b"
)

_FORMULA = (
    r"(?:esper|dese)(?:o|ando|amos)(?: que)? (?:se encuentren?|esten?)(?: (?:tod[oa]s|usted(?:es)?))? (?:muy )?bien|"
    r"(?:particular )?que (?:comunico|informo|pongo en (?:su|vuestro) conocimiento)(?: a (?:usted(?:es)?|uds?))?"
    r"(?= para los|$)|"
    r"(?:disculp\w+|perdon\w*)(?: por)? la (?:demora|tardanza|molestia)|"
    r"(?:si )?cumplen? (?:con )?(?:todos )?los requisitos|"
    r"a la brevedad(?: posible)?|(?:lo antes|lo mas pronto) posible|cuanto antes|"
    r"(?:con (?:caracter )?)?urgen(?:te|cia)|"
    r"para los fines (?:pertinentes|consiguientes|correspondientes)|sin otro particular"
)

NO_OBJECTION = re.compile(
    r"\b(?:(?:sin|sem|no (?:hay|tengo|tenemos|existen?|presenta|veo)|ningun[oa]?) (?:mas |otr[oa]s? |ningun[oa]? )?"
    r"(?:observaci\w+|reparos?|objeci\w+|objec\w+|problemas?|inconvenientes?|comentarios|novedad(?:es)?|observac\w+)|"
    r"(?:por|de) (?:(?:mi|nuestra) parte|parte (?:mia|nuestra))|"
    r"atent[oa]s? a (?:sus|cualquier) (?:comentarios?|observaci\w+)|"
    rf"en todas sus partes|{_FORMULA})\b|¿?\s*\bcomo (?:esta[ns]?|le va)\b\s*\??"
)

CAUSE = re.compile(
    r"(?:porque|ya que|dado que|debido a(?: que)?|puesto que|pues|toda vez que|por cuanto|a causa de|en razon de|"
    r"en atencion a(?: que)?|considerando que|por motivos? de|por|pois)\b\s*|(?:motivos?|raz[o]n(?:es)?|causa)\s*:\s*"
)

RETRACTION = re.compile(
    r"\b(?:olvid\w*|ignor\w*|caso omiso|borr(?:en|ar)|no (?:l[oa] )?(?:tom|consider)en|"
    r"(?:aun|todavia) no (?:l[oae]s? |se )?(?:aprueb|autori)\w+|ni (?:l[oae]s? )?(?:apruebo|autorizo|rechazo)|"
    r"no (?:l[oae]s? |se |est[ao] |queda )?(?:rechaz|rechac|deneg|denieg)\w+|(?:elevo|derivo|reenvio)|"
    r"al reves|contrario|error (?:mi[oa]|de dedo|de tipeo)|(?:fue|es) un error|"
    r"disculp\w*|perdon\w*|me confund\w*|sin querer|digo|(?:no )?era para|no era|"
    r"otr[oa] (?:ticket|correo|caso|tramite|solicitud)|mejor (?:no|si|dicho)|"
    r"(?:bueno|ahora|digo|pues|claro que|que) si|"
    r"(?:les?|no me) (?:correspond|compet|toc)\w*|pregunt\w*|consulten|"
    r"abr(?:e|en|ir)|no vaya a|"
    r"no (?:pud|pued|logr)\w+ (?:entrar|ingresar|acceder|abrir)|"
    r"pantalla\w*|boton|enlace|link|(?:me|le|les) (?:sale|aparece|llego|marca)|al (?:ingresar|abrir|entrar|presionar)|"
    r"(?:acceso|usuario|clave|contrasena|permiso|cuenta|perfil|servicio|mensaje|correo)s? "
    r"(?:(?:esta|queda|fue|no) )*(?:denegad|negad|rechazad|autorizad)[oa]s?|"
    r"hag(?:an|anlo|amos)|avanc\w*|seguir|(?:den|dar) curso)\b"
)

OF_ONESELF = re.compile(
    r"\b(?:yo|me|mi[oa]|conmigo|soy|estoy(?! de acuerdo)|tengo|necesito|quiero|quisiera|prefiero|puedo|podre|voy|"
    r"no trabajo|(?:mi|mis) (?:respuesta|reemplazo|correo|mensaje|competencia|atribucion))\b"
)

TURNS = re.compile(r"(?:pero|aunque|sin embargo|no obstante|mas|porem|de (?:no )?\w+[aei]r)\b")

WELL = re.compile(
    r"(?<!no )\b(?:(?:todo (?:esta )?|esta (?:todo )?)(?:bien|correcto|ok|conforme|en orden)|adelante|dale|ejecuten?|"
    r"continuen|sigan|vale|si va|va si|si$|(?:el|lo|la) demas|l[oa]s demas|el resto|"
    r"de tod[oa]s (?:formas|maneras|modos)|"
    r"igual|igualmente|hacerlo|pasen|den|denle|reactiven)(?!\w)|^(?:solo|solamente|unicamente)\b"
)

REFUSING_SIGN = re.compile("[❌✖🚫⛔👎🙏]|[\U0001f3fb-\U0001f3ff]")

WELCOME_SIGN = re.compile("[👌🤝✅✔☑👍🙏🙂😊]|[\U0001f3fb-\U0001f3ff]")

MOOD_SIGN = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff]|(?<=\\s)[:;]-?[)(PD](?!\\w)")

ASKS_FIRST = re.compile(r"(?:^|[\n.;,!])[ ]?(?:(?:por|y|a|en|de) )?(?:qué|cuál(?:es)?|dónde|quién(?:es)?|cómo)\b", re.I)

UNFIT = re.compile(r"~~|[☐□]|\[ ?\]|\( ?\)")

HEAD_OF_A_MESSAGE = re.compile(
    r"^[ ]*(?:de|para|from|to|cc|enviado(?: el)?|fecha|sent|date|asunto|subject) ?:|mensaje (?:reenviado|original)|"
    r"forwarded message",
    re.M,
)

NOT_A_NAME = re.compile(
    r"\b(?:montos?\b|acta|firm|saldo|fecha|pag[aou]|usar|valor|plazo|memo|oficio|cambio|menor|mayor|cartola|condici)\w*"
)

DECIDING_WORDS = (
    "apruebo",
    "aprobado",
    "aprobada",
    "autorizo",
    "autorizado",
    "autorizada",
    "rechazo",
    "rechazado",
    "rechazada",
)

SPELT_AS_SPOKEN = (
    (re.compile(r"\b(autori|recha)s(?=[aeo])", re.I), r"\1z"),
    (re.compile(r"\b(aprue)v(?=[aeo])", re.I), r"\1b"),
    (re.compile(r"\b(visto)(bueno)\b", re.I), r"\1 \2"),
)

HOLDS_THE_PLACE = re.compile(r"[ ]?\((?:s|e|sub|subrogante|suplente|encargad[oa])\)", re.I)

TO_DISAPPROVE = re.compile(r"\b(apruebo|autorizo|se autoriza|se aprueba|autorizado) (?:a )?desaprobar(?= )", re.I)

_REASONS = {
    "requisito": compiled(REQUISITES, {}),
    "valido": compiled(FIT, {}),
    "hecho": compiled(COMPLETED, {}),
    "dato": compiled(DATA, {}),
    "corregir": compiled(REMEDY, {}),
    "por_favor": "(?:(?:por )?favor )?",
}
REASON_OF_DEFECT = re.compile("(?<![^ ])" + compiled(LACKS + WRONG_WITH_IT, _REASONS))
REASON_TO_MEND = re.compile(compiled(REMEDIES, _REASONS))
# Of what is the sender's own, only where they work has to do with the request.
OF_MINE = re.compile(
    r"\bmis?\b(?! (?:region|zona|unidad|provincia|programa|area|institucion|organizacion|equipo|oficina|comuna|"
    r"jurisdiccion|direccion|coordinacion|departamento)\b)"
)
NOT_A_REASON = re.compile(r"(?<![^ ])" + compiled(NO_REASON, {}))
ENCLITIC_ORDER = re.compile(r"(?<![^ ])[a-z]{2,}[ae]n(?:me|nos|les?|l[oa]s?) ")

OPENS_REASON = re.compile(
    r"(?:porque|ya que|dado que|debido a|puesto que|pues|toda vez que|por cuanto|a causa de|en razon de|"
    r"por (?:motivos? de|falta|no|ser|estar|encontrar|haber|monto|exce|error|inconsist|diferenc|incumpl|extempor|"
    r"plazo|duplic|carec|contener|tener|saldo|document|fecha|fuera|presentar|cuanto|lo que no)|"
    r"falt|al no|no|pois|debido|por)[^ ]* "
)
CAUSE_FIRST = re.compile(
    r"(?:falt\w*|no (?:es|esta|adjunta\w*|cuenta|tiene|corresponde|cumple|existe|hay)|"
    r"como|dado que|dado|debido a|ya que|en vista de|considerando|porque|puesto que|al no|por|visto)\b"
)
CONCLUDES = re.compile(r"(?:por (?:lo )?tanto|por ende|en consecuencia|por lo que|asi que|por ello|por eso)\b")
GO_ON_THEN = re.compile(r"\b(procedan?|procédase|procedase|adelante|dale|sigan|continúen) no m[aá]s\b", re.I)
# «No acepto el servicio» may complain about those who read it.
COMPLAINED_OF = re.compile(r"\b(?:servicio|gestion|asistencia|soporte|proceso)")
HOW_ARE_YOU = re.compile(r"¿?\s*\bc[oó]mo (?:est[aá][ns]?|le va)\b\s*\??", re.I)
PAPER_LIST = re.compile(
    compiled(
        PAPERS_MISSING, {"papel": r"(?:informe|memo|memorandum|oficio|formulario|documento|anexo|respaldo|carta) "}
    )
)
SAYS_MORE = (
    APPROVE_FAMILY,
    REJECT_FAMILY,
    CONDITION,
    CONDITION_OF_APPROVAL,
    PARTIAL,
    DOUBT,
    NOT_A_NAME,
    re.compile(r"\b(?:pd|ps|nota|importante)\b"),
)
