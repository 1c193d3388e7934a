"""Which attached file is which required document, by its name, and by its text where the name is silent (R-162, R-163).

A name is weighed against every document at once: the fragments of the catalogue say which documents a file may be, the
words that only one document's name has (solicitante, máxima autoridad, alterno …) say which of them it is. The text of
a file decides where its name says nothing; where the name does, the text only tells the documents that it fits apart.
"""

import re
from collections import Counter
from dataclasses import dataclass

from helpdesk.domain import papertext
from helpdesk.domain.catalogue import RequiredDocument
from helpdesk.domain.folding import fold, fragment_pattern, plain, stem, stems, stems_in_order

MESSAGES = re.compile(r"^(message/|text/calendar|text/x?-?vcard|application/(pkcs7|x-pkcs7|pgp)-signature)")
MESSAGE_NAMES = re.compile(r"\.(eml|msg|ics|vcf|p7s|asc)$")
# What programs call a picture that they took out of a text: a scan among them is told by its size.
UNTOLD_PICTURE = re.compile(
    r"^(?:cid )?(?:image|imagen|unnamed|noname|inline|attachment|outlook)?(?: \w{1,8})??(?: \d+)*$"
)
# What stands under a letter: arms, letterheads, signatures and the marks of networks.
DECORATION = re.compile(
    r"\b(?:logo\w*|isotipo|escudo|membrete|banner|cabecera|encabezado|icono?s?|firma\w*|sello|outlook|facebook|twitter|"
    r"linkedin|instagram|youtube|tiktok|telegram|spacer|pixel|linea|separador|emoji)\b"
)
NETWORK_ALONE = re.compile(r"^(?:whatsapp|x|tw|fb|ig)$")
SMALLEST_SCAN = 40_000
"""In bytes. A page that a telephone or a scanner took is larger, a logo under a letter is not."""
ARCHIVES = re.compile(r"\.(zip|rar|7z|tar|gz|tgz)$")
PAPER_NAMES = re.compile(r"\.(pdf|docx?|xlsx?|odt|ods|p7m|tiff?|jpe?g|png)$")
# What scanners, telephones and messengers call a file, and the bare number of a letter («0311-2026-GRA»).
MEANINGLESS = re.compile(
    r"^(?:scan\w*|escan\w*|documentos?|doc|archivos?|img|image|imagen|pxl|dsc[fn]?|foto|captura|screenshot|pagina|"
    r"pag|adobe scan|cam ?scanner|whatsapp(?: image| document)?|wa|at|am|pm|a las|de|digitaliza\w*|adjunto|nuevo|"
    r"sin titulo|libro|hoja|untitled|file|pdf|\d+|\W)+$"
)
BARE_NUMBER = re.compile(r"^\d{1,6} (?:19|20)\d\d(?: [a-z]{1,8})*$")
EXTENSION = re.compile(r"\.[a-z0-9]{2,5}$")
# A paper about a required one, or one that is not yet it. «Acuerdo faltante» in an answer is the one that lacked.
NOT_YET_IT = re.compile(
    r"\b(?:faltan?|sin firmas?|sin firmar|no firmad[oa]s?|(?:por|para) firmar?|en blanco|vaci[oa]s?|borrador(?:es)?|"
    r"instructivos?|instrucciones|tutorial|manual(?:es)?|guias?|modelos?|ejemplos?|muestras?|plantillas?|proveedor(?:a|es)?|"
    r"respuesta)\b"
)
ASKS_FOR_IT = re.compile(r"^(?:solicitud|pedido|requerimiento) (?:de|del|para) ")
SENTENCES = re.compile(r"[.;]\s|\n\s*\n")
BRINGS = re.compile(r"\b(?:adjunt\w*|anex\w+|acompan\w+|remit\w+|envi\w+|inclu\w+|van?)\b")
BRINGS_NOT = re.compile(r"\b(?:no|sin|faltan?|aun|todavia|despues|luego|manana|pendientes?|indi\w+)\b")
CONJUNCTION = re.compile(r"\s(?:y|e|mas|con)\s|[+&,]")
# Who heads or acts for an entity, as file names call them.
SAME_AS = {
    "autoridad": "alcalde alcaldesa alcaldia prefecto prefecta rector rectora ministro ministra gerente director "
    "directora presidente presidenta jefe maxima titular delegado delegada",
    "representante": "gerente representante rep presidente presidenta alcalde alcaldesa",
    "solicitante": "funcionario funcionaria servidor servidora usuario usuaria solicitante requirente",
    "funcionario": "enrolar titular alterno alterna servidor servidora solicitante",
    "responsable": "carga funcionario funcionaria servidor servidora solicitante",
    "alterno": "alterna suplente subrogante titular intervinientes",
    "anexos": "anexo adjuntos",
}
WRITTEN_OTHERWISE = {
    "memorando": "memorandum",
    "memorandums": "memorandum",
    "acc": "accion",
    "ap": "accion personal",
    "inf": "informe",
    "info": "informacion",
    "form": "formulario",
    "nomb": "nombramiento",
    "decl": "declaracion",
    "ofic": "oficio",
    "of": "oficio",
    "sol": "solicitud",
    "ced": "cedula",
    "rhe": "recibo honorarios",
    "rxh": "recibo honorarios",
    "rh": "recibo honorarios",
}
IN_SHORT = re.compile(r"\be r\b")
OF_ANY_PAPER = frozenset(
    stems("firmado sellado escaneado final copia original version notariado notarial digital completo pdf signed")
)
# What a paper is; a file called an «acta» is no formulario, whatever it is about.
KINDS = frozenset(
    stems(
        "formulario acuerdo declaracion accion nombramiento contrato acta oficio carta memorandum informe recibo "
        "solicitud consentimiento ruc cedula anexo escrito"
    )
)
FORM_CODE = 6.0
BY_ITS_NAME = 1.0
FRAGMENT = 2.0
DISTINGUISHING = 1.5
MANDATORY = 1.2
ALL_FILE_WORDS = 0.5
LEAST = 0.5
UNNAMED = stems("documento")
SHORTEST_BEGINNING = 4
BESIDE_THE_NAME = 0.2


@dataclass(frozen=True, slots=True)
class CandidateFile:
    """A file that came with a message; `size` in bytes, `inline` as the sender's program marked it, `words` the
    beginning of its text, "" where it has none."""

    id: int
    filename: str
    content_type: str
    inline: bool
    size: int
    words: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """That a file seems to be a required document; a person confirms it (R-163). Not `certain` when neither its name
    nor its text says so and only nothing else is left that it may be."""

    file_id: int
    document_key: str
    certain: bool = True


@dataclass(frozen=True, slots=True)
class _Name:
    file: CandidateFile
    text: str
    stems: frozenset[str]


def assign(
    documents: tuple[RequiredDocument, ...], needed: frozenset[str], files: tuple[CandidateFile, ...]
) -> tuple[Proposal, ...]:
    """The best pairing of files and documents as a whole; `needed` are the mandatory keys."""
    names = [
        _Name(each, bare_name(each.filename), frozenset(stems(bare_name(each.filename))))
        for each in files
        if is_paper(each)
    ]
    marks = _marks(documents)
    by_name = [[_weight(name, document, documents, marks) for document in documents] for name in names]
    said = [papertext.pages(name.file.words, documents) if name.file.words else () for name in names]
    weights = [
        [0.0 if _is_not_yet(name, document) else weight for weight, document in zip(row, documents, strict=True)]
        for name, row in zip(names, (_with_text(*each, marks) for each in zip(by_name, said, strict=True)), strict=True)
    ]
    chosen = _best_pairing(weights, [document.key in needed for document in documents])
    proposals = {(file, document) for file, document in enumerate(chosen) if document is not None}
    proposals |= _further_files(weights, chosen)
    later = [
        () if NOT_YET_IT.search(name.text) else pages[1:] if any(row) else pages
        for name, row, pages in zip(names, by_name, said, strict=True)
    ]
    proposals |= _pages_of_other_documents(later, marks, proposals)
    proposals |= _files_with_two_documents(names, documents, chosen)
    proposals |= _last_resort(names, documents, needed, proposals)
    by_default = _only_left(names, documents, needed, proposals)
    return tuple(
        Proposal(names[file].file.id, documents[document].key, (file, document) in proposals)
        for file, document in sorted(proposals | by_default)
    )


def is_paper(file: CandidateFile) -> bool:
    """Whether a file may be a document at all: no picture in the text, logo, forwarded message or signature."""
    name = fold(file.filename)
    if file.inline or MESSAGES.match(file.content_type.lower()) or MESSAGE_NAMES.search(name):
        return False
    return not (file.content_type.lower().startswith("image/") and _is_decoration(bare_name(name), file.size))


def _is_decoration(name: str, size: int) -> bool:
    """Whether a picture only adorns a letter. One that is named like a logo is none only when its name also says which
    paper it is and it is as large as a scan."""
    if NETWORK_ALONE.match(name):
        return True
    if not DECORATION.search(name):
        return bool(UNTOLD_PICTURE.match(name)) and size < SMALLEST_SCAN
    return not KINDS & frozenset(stems(name)) or ("firm" not in stems(name) and size < SMALLEST_SCAN)


def is_announced(document: RequiredDocument, letter: str) -> bool:
    """Whether a letter says that it brings the document («se adjunta el memorándum firmado»)."""
    return any(
        BRINGS.search(sentence)
        and not BRINGS_NOT.search(sentence)
        and any(fragment_pattern(fold(fragment)).search(sentence) for fragment in document.match)
        for sentence in SENTENCES.split(plain(letter))
    )


def bare_name(filename: str) -> str:
    """The folded name without its extension, with separators as blanks."""
    return spaced(EXTENSION.sub("", fold(filename)))


def spaced(text: str) -> str:
    """The folded text with the separators of file names and form codes as blanks."""
    apart = re.sub(r"(?<=[a-z])(?=\d)|(?<=\d)(?=[a-z])", " ", fold(text))
    listed = re.sub(r"[_\-.()\[\]+%]+", " ", apart).split()
    return IN_SHORT.sub("entrega recepcion", " ".join(WRITTEN_OTHERWISE.get(word, word) for word in listed))


def mentions(name: str, fragment: str) -> bool:
    """Whether a bare file name holds a fragment of the catalogue, however its words are joined."""
    wanted = spaced(fragment)
    return fragment_pattern(wanted).search(name) is not None or stems_in_order(stems(name), wanted, gap=0)


def mentions_code(name: str, code: str) -> bool:
    """Whether a bare file name holds a form code, also without its dots («FSIAS01»)."""
    joined = re.sub(r"[^a-z0-9]", "", fold(code))
    return mentions(name, code) or re.search(rf"(?<![a-z0-9]){joined}(?!\d)", re.sub(r"\s+", "", name)) is not None


def _marks(documents: tuple[RequiredDocument, ...]) -> list[frozenset[str]]:
    """For each document the stems that only it has among the documents of its type."""
    own = [_vocabulary(document) for document in documents]
    shared = Counter(word for words in own for word in words)
    return [frozenset(word for word in words if shared[word] == 1) for words in own]


def _vocabulary(document: RequiredDocument) -> frozenset[str]:
    base = stems(f"{document.name} {document.key.replace('_', ' ')}")
    akin = [word for key, others in SAME_AS.items() if stem(key) in base for word in others.split()]
    return frozenset(base) | {stem(word) for word in akin}


def _weight(
    name: _Name, document: RequiredDocument, documents: tuple[RequiredDocument, ...], marks: list[frozenset[str]]
) -> float:
    hits = [fragment for fragment in document.match if mentions(name.text, fragment)]
    code = _has_code(name.text, document, documents)
    if not hits and not code:
        return BY_ITS_NAME if _is_called_so(name, document) else 0.0
    if not code and _is_of_another_kind(name, document):
        return 0.0
    rarest = min((sum(fragment in other.match for other in documents) for fragment in hits), default=1)
    longest = max((len(fold(fragment)) for fragment in hits), default=0)
    weight = FRAGMENT / rarest + longest / 40 + (FORM_CODE if code else 0.0)
    index = documents.index(document)
    own = len(name.stems & marks[index])
    others = max((len(name.stems & marks[other]) for other in range(len(documents)) if other != index), default=0)
    weight += DISTINGUISHING * (min(own, 3) - min(others, 2))
    if name.stems and name.stems <= _vocabulary(document):
        weight += ALL_FILE_WORDS
    return max(weight, LEAST / 5)


def _with_text(row: list[float], pages: tuple[papertext.Page, ...], marks: list[frozenset[str]]) -> list[float]:
    """The weights of a file by its name and by what its pages say: alone where the name is silent, else beside it."""
    by_text = [max((_page_weight(page, index, marks) for page in pages), default=0.0) for index in range(len(row))]
    if not any(row):
        return by_text
    return [weight + BESIDE_THE_NAME * text if weight else 0.0 for weight, text in zip(row, by_text, strict=True)]


def _page_weight(page: papertext.Page, index: int, marks: list[frozenset[str]]) -> float:
    if index not in page.signs:
        return 0.0
    own = len(page.stems & marks[index])
    others = max((len(page.stems & marks[other]) for other in page.signs if other != index), default=0)
    weight = page.signs[index] / len(page.signs) + DISTINGUISHING * (min(own, 3) - min(others, 3)) / 3
    return max(weight, LEAST / 5)


def _pages_of_other_documents(
    said: list[tuple[papertext.Page, ...]], marks: list[frozenset[str]], found: set[tuple[int, int]]
) -> set[tuple[int, int]]:
    """One file may hold several documents, each on pages of its own: those that nothing else serves yet. The first
    page of a file with a name that says what it is was left out: it is that."""
    served = {document for _, document in found}
    further: set[tuple[int, int]] = set()
    rest = []
    for file, pages in enumerate(said):
        own = {document for holder, document in found if holder == file}
        for page in _left_over(pages, own, marks):
            document = _clearest(page, marks)
            if document is None:
                rest.append((file, page))
            elif document not in served:
                further.add((file, document))
    # Of two documents that a page may be, another page is clearly the one: it is the other.
    clear = {document for _, document in further}
    left = [(file, [document for document in page.signs if document not in clear]) for file, page in rest]
    return further | {(file, others[0]) for file, others in left if len(others) == 1 and others[0] not in served}


def _left_over(
    pages: tuple[papertext.Page, ...], own: set[int], marks: list[frozenset[str]]
) -> tuple[papertext.Page, ...]:
    """The pages of a file without those that make it the documents that it serves already."""
    rest = list(pages)
    for document in own:
        named = [page for page in rest if document in page.signs]
        if named:
            rest.remove(max(named, key=lambda page: _page_weight(page, document, marks)))
    return tuple(rest)


def _clearest(page: papertext.Page, marks: list[frozenset[str]]) -> int | None:
    """The document that a page is, None when it may be one as well as another."""
    weights = sorted(((_page_weight(page, index, marks), index) for index in page.signs), reverse=True)
    if not weights or (len(weights) > 1 and weights[0][0] == weights[1][0]):
        return None
    return weights[0][1]


def _is_called_so(name: _Name, document: RequiredDocument) -> bool:
    """Whether a file is named with the document's own words only, what it is among them («Acuerdo firmado»)."""
    said = name.stems - OF_ANY_PAPER
    own = _vocabulary(document)
    heads = {*stems(document.name)[:1], *(KINDS & own)}
    return bool(heads & said) and all(_is_word_of(word, own) for word in said)


def _is_word_of(word: str, own: frozenset[str]) -> bool:
    """Whether a word is one of the document's, or the beginning of one («acuerdo resp seguridad info»)."""
    return word in own or (len(word) >= SHORTEST_BEGINNING and any(each.startswith(word) for each in own))


def _is_of_another_kind(name: _Name, document: RequiredDocument) -> bool:
    """Whether a file says what kind of paper it is, and the document is of none of these kinds."""
    said = name.stems & KINDS
    own = KINDS & (_vocabulary(document) | {word for fragment in document.match for word in stems(spaced(fragment))})
    return bool(said and own) and not said & own


def _is_not_yet(name: _Name, document: RequiredDocument) -> bool:
    """Whether a file's name says that it is no such document yet («en blanco»), or a paper about it («instructivo»)."""
    if _is_unnamed(document):
        return False
    own = _vocabulary(document) | {word for fragment in document.match for word in stems(fragment)}
    said = (ASKS_FOR_IT.match(name.text), *NOT_YET_IT.finditer(name.text))
    return any(found is not None and not set(stems(found[0])) <= own for found in said)


def _is_unnamed(document: RequiredDocument) -> bool:
    """Whether the catalogue calls a document nothing but that: any paper is it."""
    return stems(document.name)[:1] == UNNAMED


def _has_code(name: str, document: RequiredDocument, documents: tuple[RequiredDocument, ...]) -> bool:
    if not document.form_code or not mentions_code(name, document.form_code):
        return False
    own = spaced(document.form_code)
    longer = (each.form_code for each in documents if each.form_code and each is not document)
    return not any(spaced(code).startswith(own + " ") and mentions_code(name, code) for code in longer)


def _best_pairing(weights: list[list[float]], mandatory: list[bool]) -> list[int | None]:
    """One document at most for each file and the reverse, with the greatest sum (exact: few documents a type)."""
    best: dict[int, tuple[float, tuple[int | None, ...]]] = {0: (0.0, ())}
    for row in weights:
        following: dict[int, tuple[float, tuple[int | None, ...]]] = {}
        for taken, (total, chosen) in best.items():
            _keep(following, taken, total, (*chosen, None))
            for document, weight in enumerate(row):
                if weight > 0 and not taken & 1 << document:
                    gain = weight + (MANDATORY if mandatory[document] else 0.0) - document * 1e-6
                    _keep(following, taken | 1 << document, total + gain, (*chosen, document))
        best = following
    return list(max(best.values(), key=lambda entry: entry[0])[1])


def _keep(
    found: dict[int, tuple[float, tuple[int | None, ...]]], taken: int, total: float, chosen: tuple[int | None, ...]
) -> None:
    if taken not in found or found[taken][0] < total:
        found[taken] = (total, chosen)


def _further_files(weights: list[list[float]], chosen: list[int | None]) -> set[tuple[int, int]]:
    """A document may need several files: a file left over goes with the document that it clearly is."""
    further = set()
    for file, row in enumerate(weights):
        if chosen[file] is None and row:
            document = max(range(len(row)), key=lambda index: row[index])
            if row[document] >= FRAGMENT:
                further.add((file, document))
    return further


def _files_with_two_documents(
    names: list[_Name], documents: tuple[RequiredDocument, ...], chosen: list[int | None]
) -> set[tuple[int, int]]:
    """A file may hold several documents when its name joins them («formulario y acuerdo.pdf»)."""
    found = set()
    marks = _marks(documents)
    for index in range(len(documents)):
        if index in chosen:
            continue
        for file, name in enumerate(names):
            if chosen[file] is not None and any(
                _is_part_called_so(part, index, chosen[file], documents, marks) for part in _parts(name)
            ):
                found.add((file, index))
    return found


def _parts(name: _Name) -> list[_Name]:
    """What a name that joins several papers calls each; what they are is said once («nombramientos de A y de B»)."""
    pieces = CONJUNCTION.split(fold(EXTENSION.sub("", fold(name.file.filename))).replace("_", " "))
    if len(pieces) < 2:
        return []
    parts = []
    kinds: frozenset[str] = frozenset()
    for piece in pieces:
        own = frozenset(stems(spaced(piece)))
        kinds = own & KINDS or kinds
        parts.append(_Name(name.file, spaced(piece), own | kinds))
    return parts


def _is_part_called_so(
    part: _Name, index: int, taken: int | None, documents: tuple[RequiredDocument, ...], marks: list[frozenset[str]]
) -> bool:
    """Whether one of several joined names is a document's: by its fragments, or by what only it is called."""
    document = documents[index]
    if _is_of_another_kind(part, document):
        return False
    only = [each for each in document.match if sum(each in other.match for other in documents) == 1]
    if any(mentions(part.text, each) for each in only):
        return True
    rarest = part.stems & marks[index] and not any(
        part.stems & marks[other] for other in range(len(documents)) if other not in (index, taken)
    )
    return bool(rarest and part.stems & KINDS & _vocabulary(document))


def _last_resort(
    names: list[_Name], documents: tuple[RequiredDocument, ...], needed: frozenset[str], found: set[tuple[int, int]]
) -> set[tuple[int, int]]:
    """What files serve whose names say nothing of a document.

    An archive serves «anexos»; any paper is a «documento» that the catalogue calls nothing else.
    """
    free, open_documents = _left(names, documents, found)
    archives = [file for file in free if ARCHIVES.search(fold(names[file].file.filename))]
    annexes = {(file, index) for file in archives[:1] for index in open_documents if _are_annexes(documents[index])}
    any_paper = [index for index in open_documents if documents[index].key in needed and _is_unnamed(documents[index])]
    papers = [file for file in free if PAPER_NAMES.search(fold(names[file].file.filename))]
    return annexes | ({(papers[0], any_paper[0])} if any_paper and papers else set())


def _only_left(
    names: list[_Name], documents: tuple[RequiredDocument, ...], needed: frozenset[str], found: set[tuple[int, int]]
) -> set[tuple[int, int]]:
    """Scans whose names say nothing are what is still asked for where they are as many; nothing else says so."""
    free, open_documents = _left(names, documents, found)
    wanted = [index for index in open_documents if documents[index].key in needed]
    scans = [file for file in free if _says_nothing(names[file])]
    return set(zip(scans, wanted, strict=True)) if len(scans) == len(wanted) else set()


def _left(
    names: list[_Name], documents: tuple[RequiredDocument, ...], found: set[tuple[int, int]]
) -> tuple[list[int], list[int]]:
    """The files and the documents that are still without each other."""
    files, served = {pair[0] for pair in found}, {pair[1] for pair in found}
    return (
        [file for file in range(len(names)) if file not in files],
        [index for index in range(len(documents)) if index not in served],
    )


def _are_annexes(document: RequiredDocument) -> bool:
    return mentions(document.key, "anexo")


def _says_nothing(name: _Name) -> bool:
    """Whether a paper's name is what a scanner, a telephone or a register of letters gives it."""
    if not PAPER_NAMES.search(fold(name.file.filename)) or name.stems & KINDS:
        return False
    return bool(MEANINGLESS.match(name.text) or BARE_NUMBER.match(name.text))
