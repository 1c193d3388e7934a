"""What other libraries take for the new text of a reply; run by an interpreter that has them, not by ours.

Reads JSON texts, one a line, and writes for each an object from the library's name to its answer (None: it raised or
did not end in time). Needs mail-parser-reply, email-reply-parser, talon and quotequail, none of them a dependency.
talon's signatures are left out: version 1.4.4 does not load them with a scikit-learn of these years.
"""

import json
import signal
import sys
from collections.abc import Callable

import email_reply_parser
import mailparser_reply
import quotequail
from talon import quotations

SECONDS = 10
LANGUAGES = ["es", "pt", "en", "fr", "de", "it"]


def libraries() -> dict[str, Callable[[str], str]]:
    """Each library as a function from text to new text, as its documentation uses it."""
    several = mailparser_reply.EmailReplyParser(languages=LANGUAGES)
    return {
        "mail-parser-reply": lambda text: str(several.parse_reply(text=text)),
        "email-reply-parser": lambda text: str(email_reply_parser.EmailReplyParser.parse_reply(text)),
        "talon": lambda text: str(quotations.extract_from_plain(text)),
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
