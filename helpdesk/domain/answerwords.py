"""The words of answers that decide (R-173, R-174), as tables: what approves, what rejects, what raises a doubt.

All patterns read folded text (lower case, no accents). The tables are open to further forms as plain as these.
"""

import re

REQUEST = (
    r"(?:(?:presente|mencionad[oa]|referid[oa]|citad[oa]) )?"
    r"(?:solicitud(?:es)?|requerimientos?|pedidos?|peticion|tramite|ticket|rendicion(?:es)?|informes?(?: tecnicos?)?|"
    r"desaprobacion|asignacion|reasignacion|modificacion|presupuesto|convocatoria|cambio|gestion|creacion|"
    r"gasto|compra|apertura|reapertura|ampliacion|activacion|habilitacion|alta|desbloqueo|"
    r"restablecimiento|incorporacion|renovacion|actualizacion|prorroga|cuentas?|perfil|"
    r"(?:baja|eliminacion|inactivacion|desactivacion|bloqueo) del? (?:la |l[oa]s )?"
    r"(?:usuari|cuenta|acceso|perfil|clave|funcionari|servidor)\w*|"
    r"acceso|usuario|clave|viaticos|contratacion|adquisicion|servicio|capacitacion|asistencia|conformidad|solicitacao|"
    r"solicitado|requerido|indicado|expuesto|planteado|senalado)"
)
THE = r"(?:la|el|los|las|lo|esta|este|estas|estos|dicha|dicho|su|sus)"

_APPROVE_VERB = r"(?:apruebo|aprobamos|autorizo|autorizamos|acepto|aceptamos|aprovo|aprovamos)"
_APPROVED = r"(?:(?:aprobad|autorizad|aceptad|validad|visad|aprovad|deferid|concedid)[oa]s?)"
_IS_APPROVED = r"(?:se (?:aprueban?|autorizan?|aceptan?|validan?|visan?|conceden?)|aprueb[ae]se|autori[zc][ae]se)"
_BLESSING = r"(?:visto bueno|aprobacion|autorizacion|conformidad|aprovacao|autorizacao)"
_GIVE = (
    r"(?:les? )?(?:doy|damos|otorgo|otorgamos|dou|confirmo|confirmamos|ratifico|ratificamos|"
    r"se (?:da|otorga|concede))(?: (?:mi|nuestr[oa]|el|la|minha))?"
)
_STANDS = r"(?:(?:quedan?|doy por|damos por|se da por|fica) )?"
# «No está aprobado» may report; «está aprobado», said by the one who was asked, decides.
_STANDS_OR_IS = r"(?:(?:quedan?|estan?|doy por|damos por|se da por|fica) )?"
_OFFICE = (
    r"(?:el suscrito|la suscrita|quien suscribe|esta (?:jefatura|(?:sub)?direccion|coordinacion|gerencia|"
    r"unidad|oficina|division|secretaria|autoridad)"
    r"(?: (?:regional|nacional|zonal|provincial|distrital|general|administrativa|financiera|tecnica))?)"
)
_HAS_OURS = (
    rf"(?:(?:tienen?|cuent[ae]n? con|va con|con) (?:mi|nuestr[oa]) {_BLESSING}"
    rf"|(?:tienen?|cuent[ae]n? con) (?:el|la) {_BLESSING} de {_OFFICE})"
)
_PRONOUN = r"(?:(?:se )?l[oae]s? )?"
_NO = r"(?:no|nao)"
# The officer asked whether a request is theirs says so instead of approving it.
_BEING = r"(?:el|la) (?:autora?|emisora?)"
_AUTHOR = rf"confirm(?:o|amos) (?:que soy (?:yo )?{_BEING}|ser {_BEING}|(?:la|mi|nuestra) autoria)"

APPROVES = re.compile(
    rf"(?:(?P<plain>{_PRONOUN}{_APPROVE_VERB}|{_STANDS_OR_IS}{_APPROVED}|{_IS_APPROVED}"
    rf"|{_OFFICE} (?:aprueba|autoriza|acepta)|me permito (?:aprobar|autorizar))"
    rf"|(?P<blessing>{_GIVE} {_BLESSING}|{_HAS_OURS}|visto bueno)"
    rf"|(?P<bare>(?:(?:estoy|estamos|todo|esta todo|todo esta) )?conformes?(?! al?\b)|proceden?|procedase"
    rf"|{_AUTHOR}))(?!\w)"
)
_REJECT_VERB = r"(?:rechazo|rechazamos|deniego|denegamos|niego|desestimo|rejeito|rejeitamos|recuso|reprovo|repruebo)"
_REJECTED = (
    r"(?:(?:rechazad|denegad|negad|desestimad|rejeitad|recusad|indeferid|reprobad|reprovad)[oa]s?|improcedentes?)"
)
_IS_REJECTED = r"(?:se (?:rechazan?|deniegan?|niegan?|desestiman?)|no ha lugar|recha[zc][ae]se|deniegu?[ae]se)"
REJECTS = re.compile(
    rf"(?:(?P<plain>{_PRONOUN}{_REJECT_VERB}|{_STANDS}{_REJECTED}|{_IS_REJECTED}"
    rf"|{_OFFICE} (?:rechaza|deniega)|me permito (?:rechazar|denegar))"
    rf"|(?P<negated>{_OFFICE} {_NO} (?:aprueba|autoriza)"
    rf"|{_NO} (?:{_PRONOUN}{_APPROVE_VERB}|{_STANDS}{_APPROVED}|{_IS_APPROVED}|proceden?"
    rf"|(?:(?:estoy|estamos) )?conformes?|{_GIVE} {_BLESSING}|{_HAS_OURS}|soy {_BEING})))(?!\w)"
)
LEADS_IN = re.compile(
    rf"(?:(?:yo|(?:por|de) mi(?: parte)?(?: esta)?|(?:por|de) parte (?:mia|nuestra)|desde {_OFFICE}|asi que|asi|y|e|"
    r"entonces|ok|okay|okey|oki|listo|perfecto|correcto|excelente|vale|dale|desde ya|finalmente|"
    r"(?:lamentable|desafortunada)mente|lo (?:siento|sentimos)|con pesar|"
    r"(?:lamento|lamentamos) (?:informar|comunicar|indicar)(?:les?)? que|"
    r"estimad[oa]s?|hola|colegas?|equipo|buen(?:os|as)? (?:dias?|tardes|noches)|"
    rf"gracias|(?:por|con|mediante) (?:la|este|el) presente(?: (?:correo|medio|mensaje))?|por este medio|"
    r"por (?:medio|intermedio) (?:del presente|de la presente|de este)(?: (?:correo|mensaje))?|"
    rf"por (?:lo )?tanto|por ende|en consecuencia|por lo expuesto|por lo que|por ello|por eso|"
    rf"(?:les? )?(?:informo|comunico|notifico|confirmo)(?: a (?:uds?|usted(?:es)?))? que|"
    rf"(?:{THE} )?{REQUEST}(?: (?:esta|queda))?|todo) )*"
)
OPENS_STATEMENT = re.compile(
    rf"(?<=\s)[ye] (?=(?:{_NO} )?(?:{_PRONOUN}(?:{_APPROVE_VERB}|{_REJECT_VERB})|{_APPROVED}|{_REJECTED}"
    rf"|{_IS_APPROVED}|{_IS_REJECTED}|conformes?)\b)"
)

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
# A line of its own that takes back what stands above it, or means nothing there: it is no wrapped end of a reason.
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
REPORTED = re.compile(r"\b(?:dijo|dice|dicen|dijeron|indico que|senal[oa]|comento|respondio|pidio|menciona|escribio)\b")
CAUSE_FIRST = re.compile(
    r"(?:falt\w*|no (?:es|esta|adjunta\w*|cuenta|tiene|corresponde|cumple|existe|hay)|"
    r"como|dado que|dado|debido a|ya que|en vista de|considerando|porque|puesto que|al no|por|visto)\b"
)
CAUSE = re.compile(
    r"(?:porque|ya que|dado que|debido a(?: que)?|puesto que|pues|toda vez que|por cuanto|a causa de|en razon de|"
    r"en atencion a(?: que)?|considerando que|por motivos? de|por|pois)\b\s*|(?:motivos?|raz[o]n(?:es)?|causa)\s*:\s*"
)

# What is wrong with a request, where a cause is expected.
DEFECT = re.compile(
    r"\b(?:no|nao|ni|sin|sem|falt\w*|carec\w*|ya (?:tiene|existe|cuenta|esta|posee)|duplic\w*|venc\w*|caduc\w*|"
    r"error\w*|errad\w*|incorrect\w*|equivoc\w*|incomplet\w*|insuficient\w*|inconsist\w*|exced\w*|supera\w*|"
    r"extempor\w*|fuera de)\b"
)
# What takes a rejection back, hands it to another, or speaks of a screen instead of the request.
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
# A reason speaks of the request. Who speaks of themselves («no soy la persona indicada») may not be deciding.
OF_ONESELF = re.compile(
    r"\b(?:yo|me|mi[oa]|conmigo|soy|estoy(?! de acuerdo)|tengo|necesito|quiero|quisiera|prefiero|puedo|podre|voy|"
    r"no trabajo|(?:mi|mis) (?:respuesta|reemplazo|correo|mensaje|competencia|atribucion))\b"
)

GREETING = re.compile(
    r"(?:reciban? (?:un|mi)|(?:un gusto|es grato) salud|de (?:mi|nuestra) consideracion|muy buen[oa]s\b|"
    r"estimad|hola|buen[oa]?s?\b|querid|senor|sr\b|sra\b|dr\b|dra\b|ing\b|don\b|dona\b|"
    r"cordial saludo|prezad|ola\b)"
)
ROLE_OR_SIGHT = re.compile(
    r"(?:en (?:mi )?calidad de|como (?:jef|encargad|director|subrogante|responsable|titular|supervisor)\w*|"
    r"acus(?:o|amos) recibo|(?:mi )?(?:decision|respuesta)$|"
    r"agrade(?:zco|cemos|ciendo) (?:la|el|los|las|sus?|de antemano|desde ya)\b|"
    r"(?:habiendo |ya |he |hemos )?revis(?:ad[oa]s?|e|amos)|(?:habiendo )?analizad[oa]s?|vist[oa]s?|de acuerdo (?:a|"
    r"con) lo|"
    r"conforme a|segun lo|en atencion a|en respuesta a|(?:con )?respecto (?:a|de)|en relacion (?:a|con)|"
    r"junto con saludar|"
    r"por la presente|mediante la presente|(?:les? )?(?:informo|comunico)(?: a (?:uds?|usted(?:es)?))?$)"
)
_HARMLESS_WORDS = """
gracias muchas muy amable saludos cordiales atte atentamente quedo quedamos atento atenta atentos favor por
proceder proceda procedan proseguir prosigan continuar continuen continue con la el los las lo su sus de del para
que a al en y e tramite tramitar tramitacion ejecutar ejecuten ejecucion gestion gestionar segun conforme
solicitado solicitud requerido requerimiento pedido pedidos indicado todo todos todas bien correcto correcta orden
antecedentes documentos documentacion estan esta adelante ok perfecto excelente recibido recibida revisado revisada
si sim buen buena buenos buenas dia dias tarde tardes noches equipo colegas consultas cualquier consulta estimados
estimadas este mi parte totalmente plenamente completamente expresamente formalmente acuerdo visto ustedes usted ud
uds mas tramitese ejecutese obrigado obrigada desaprobacion rendicion informe tecnico modificacion presupuestaria
asignacion convocatoria prosseguir me avisan avisen senores proceso nuestra nomas sigan ya xfa porfa porfavor xfavor
sirvase sirvanse normativa vigente reglamento procedimiento solicitada requerida agradezco agradecemos
"""
HARMLESS = frozenset(_HARMLESS_WORDS.split())
OBJECT_START = re.compile(
    rf"(?:(?:{THE} |[ao]s? )?{REQUEST}\b|(?:segun|conforme (?:a|con)) {THE} {REQUEST}\b|(?:para|a) (?:proceder|"
    rf"continuar|"
    r"ejecutar|tramitar|su (?:ejecucion|tramite|gestion))\b|proceder\b|en (?:su totalidad|los terminos)\b|tal como\b|"
    r"como (?:se )?solicita)"
)
ADVERBS = re.compile(
    r"(?:(?:rotundamente|definitivamente|absolutamente|terminantemente|tajantemente|totalmente|"
    r"plenamente|completamente|expresamente|formalmente|categoricamente|total|desde ya) ?)+"
)
SECOND_SENTENCE = re.compile(
    r"\b(?:es|son|era|fue|tienen?|estan|hay|sera|seran|quedan?|haya|lleva|viene)\b"
    r"|(?<!\bde )(?<!\ba )(?<!\ben )(?<!\bpara )(?<!\bpor )(?<!\bcon )(?<!\bsegun )(?<!\bsobre )"
    rf"(?<!^)\b{THE}\b(?! {REQUEST}\b)"
    r"|\b(?:con|tras)\b(?! lo )|\b\w+(?:ando|iendo)\b|\bcomo (?!corresponde|se solicita|solicitad)"
    r"|\b(?:indicado|expuesto|planteado|senalado) (?:en|por)\b"
    r"|\bque (?!(?:se |nos |me )?(?:adjunt|indic|detall|solicit|present|envi|acompan|requier|pid))"
)
JOINED = re.compile(rf"(?:{THE} )?{REQUEST}\b")
BLESSED = re.compile(
    rf"(?:a|con|de) {THE} {REQUEST}\b|del {REQUEST}\b"
    r"|para (?:que se )?(?:proced(?:a|er)|continu(?:e|ar)|ejecut(?:e|ar)|tramit(?:e|ar))\b"
)
# «Visto bueno de esta jefatura»: whose blessing it is, said by the one who gives it.
OF_THIS_OFFICE = re.compile(rf"de {_OFFICE}")
# To go on with the very thing that was asked for, and with nothing else.
GO_ON_WITH_IT = re.compile(
    r"(?:por favor |favor )?(?:proceder|procedan?|procedase|continuar|continuen|proseguir|prosigan) con "
    rf"{THE} {REQUEST}"
)
THING = re.compile(rf"(?:{THE}|un[oa]?s?)\b(?! {REQUEST}\b)")
BY = re.compile(
    r"por (?!falta|no |ser |estar |haber|monto|saldo|exce|errores|inconsist|diferenc|incumpl|extempor|plazo|"
    r"duplic|carec|"
    r"conten|ten|encontrar|presupuesto|document|antecedent|cuanto|lo |motivo|firma|montos|fecha|fuera)"
)
# What may follow a rejection in the same breath: the thing asked for or a cause. «No acepto excusas» is neither.
REFUSED = re.compile(
    rf"(?:(?:{THE} )?{REQUEST}\b|{CAUSE.pattern}|sin |falt|al no |"
    r"no (?:se |l[oae]s? )?(?:adjunt|correspond|cumpl|exist|hay|tiene|cuenta|coincid|present|aplica|pertenec|trabaj|"
    r"inclu|consta|figura|acredit|justific|puede))"
)
TURNS = re.compile(r"(?:pero|aunque|sin embargo|no obstante|mas|porem|de (?:no )?\w+[aei]r)\b")
BECAUSE = re.compile(r"\b(?:porque|ya que|dado que|debido a|puesto que)\b")
NOT_WHOLLY = re.compile(r"(?:sin|asi|tod[oa]s?|totalmente|completamente|plenamente|enteramente|en su totalidad)\b")
OTHER_THING = re.compile(
    rf"(?:{THE} )?{REQUEST} que (?!(?:se |nos |me )?(?:adjunt|indic|detall|solicit|present|envi|acompan|requier|pid))"
)
WELL = re.compile(
    r"(?<!no )\b(?:(?:todo (?:esta )?|esta (?:todo )?)(?:bien|correcto|ok|conforme|en orden)|adelante|dale|ejecuten?|"
    r"continuen|sigan|vale|si va|va si|si$|(?:el|lo|la) demas|l[oa]s demas|el resto|"
    r"de tod[oa]s (?:formas|maneras|modos)|"
    r"igual|igualmente|hacerlo|pasen|den|denle|reactiven)(?!\w)|^(?:solo|solamente|unicamente)\b"
)
REFUSING_SIGN = re.compile("[❌✖🚫⛔👎🙏]|[\U0001f3fb-\U0001f3ff]")
DANGLING = re.compile(r"(?:^| )(?:que|de|del|para|con|a|al|en|segun)$")
ASKS = re.compile(r"\b(?:qué|cuál(?:es)?|dónde|quién(?:es)?|cuándo|cuánto|cómo(?! est| le va))\b", re.I)
ASKS_FIRST = re.compile(r"(?:^|[\n.;,!])[ ]?(?:(?:por|y|a|en|de) )?(?:qué|cuál(?:es)?|dónde|quién(?:es)?|cómo)\b", re.I)
UNFIT = re.compile(r"~~|[☐□]|\[ ?\]|\( ?\)")
# Heads of a message passed on: whose words stand below them is not known.
HEAD_OF_A_MESSAGE = re.compile(
    r"^[ ]*(?:de|para|from|to|cc|enviado(?: el)?|fecha|sent|date|asunto|subject) ?:|mensaje (?:reenviado|original)|"
    r"forwarded message",
    re.M,
)
WELCOME_SIGN = re.compile("[✅✔☑👍🙏🙂😊]|[\U0001f3fb-\U0001f3ff]")
MOOD_SIGN = re.compile("[\u2190-\u2bff\U0001f000-\U0001faff]|(?<=\\s)[:;]-?[)(PD](?!\\w)")

NOT_A_NAME = re.compile(
    r"\b(?:montos?\b|acta|firm|saldo|fecha|pag[aou]|usar|valor|plazo|memo|oficio|cambio|menor|mayor|cartola|condici)\w*"
)
_SALUTE = r"(?:(?:hola|buen(?:os|as) (?:d[ií]as|tardes|noches)|estimad[oa]s?)[ ,.\n]{0,9})?"
_SAYS_SO = r"(?:l[oa]s? )?(?:apruebo|autorizo|acepto|se aprueba|se autoriza)\b"
YES_AND = re.compile(rf"^([ ]*{_SALUTE})sí (?={_SAYS_SO})", re.I | re.M)
# «Si apruebo» without its accent, when the whole answer is that: no condition stands without what follows from it.
YES_ALONE = re.compile(
    rf"\A({_SALUTE})si (?={_SAYS_SO}(?: {THE} {REQUEST})?[ .,!\n]{{0,9}}"
    r"(?:(?:muchas )?gracias|saludos(?: cordiales)?)?[ .,!\n]{0,9}\Z)",
    re.I,
)
# Spelt as spoken: b for v, z for s.
SPELT_AS_SPOKEN = (
    (re.compile(r"\b(autori|recha)s(?=[aeo])", re.I), r"\1z"),
    (re.compile(r"\b(aprue)v(?=[aeo])", re.I), r"\1b"),
    (re.compile(r"\b(visto)(bueno)\b", re.I), r"\1 \2"),
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
HOLDS_THE_PLACE = re.compile(r"[ ]?\((?:s|e|sub|subrogante|suplente|encargad[oa])\)", re.I)
GO_ON_THEN = re.compile(r"\b(procedan?|procédase|procedase|adelante|dale|sigan|continúen) no m[aá]s\b", re.I)
# What SIGEC asks leave for is itself a refusal: «autorizo desaprobar la rendición».
TO_DISAPPROVE = re.compile(r"\b(apruebo|autorizo|se autoriza|se aprueba|autorizado) (?:a )?desaprobar(?= )", re.I)
# Any of these behind a closing formula is an afterthought that counts.
SAYS_MORE = (
    APPROVE_FAMILY,
    REJECT_FAMILY,
    CONDITION,
    CONDITION_OF_APPROVAL,
    PARTIAL,
    DOUBT,
    NOT_A_NAME,
    re.compile(rf"(?:^|(?<=[\n.,;:!]))[ ]?(?:{APPROVES.pattern})"),
    re.compile(r"\b(?:pd|ps|nota|importante)\b"),
)
