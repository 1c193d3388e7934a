"""What other libraries take for the new text of a reply; run by an interpreter that has them, not by ours.

Reads JSON texts, one a line, and writes for each an object from the library's name to its answer (None: it raised or
did not end in time). Needs mail-parser-reply, email-reply-parser, talon and quotequail, none of them a dependency.
"""

import importlib
import json
import signal
import sys
from collections.abc import Callable

SECONDS = 10
LANGUAGES = ["es", "pt", "en", "fr", "de", "it"]


def libraries() -> dict[str, Callable[[str], str]]:
    """Each library as a function from text to new text, as its documentation uses it."""
    mailparser_reply = importlib.import_module("mailparser_reply").EmailReplyParser(languages=LANGUAGES)
    email_reply_parser = importlib.import_module("email_reply_parser").EmailReplyParser
    quotations = importlib.import_module("talon.quotations")
    signatures = importlib.import_module("talon.signature.bruteforce")
    quotequail = importlib.import_module("quotequail")
    return {
        "mail-parser-reply": lambda text: str(mailparser_reply.parse_reply(text=text)),
        "email-reply-parser": lambda text: str(email_reply_parser.parse_reply(text)),
        "talon": lambda text: str(signatures.extract_signature(quotations.extract_from_plain(text))[0]),
        "quotequail": lambda text: "\n".join(piece for shown, piece in quotequail.quote(text) if shown),
    }


def answered(extract: Callable[[str], str], text: str) -> str | None:
    """What the library gives, None when it raises or takes too long."""
    signal.alarm(SECONDS)
    try:
        return extract(text)
    except Exception:  # whatever they raise counts as no answer
        return None
    finally:
        signal.alarm(0)


def main() -> None:
    """Answer every line of standard input."""
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TimeoutError()))
    found = libraries()
    for line in sys.stdin:
        text = json.loads(line)
        sys.stdout.write(json.dumps({name: answered(extract, text) for name, extract in found.items()}) + "\n")


if __name__ == "__main__":
    main()
